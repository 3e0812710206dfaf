/* The simulated Bedrock Agents (Classic): what its files share. Arrivals enter at the alias prod. */
#ifndef SIM_CLASSIC_H
#define SIM_CLASSIC_H

#include "sim/platform.h"

enum {
	CLASSIC_AGENTS = 4, CLASSIC_ALIASES_MAX = 10, CLASSIC_EVENTS = 10, CLASSIC_NAME_MAX = 100, CLASSIC_BASES = 3,
	CLASSIC_DRAFT = 0, CLASSIC_TEST = 0, CLASSIC_PROD = 1,
};

typedef struct ClassicEvent { int version; int64_t start_ms, end_ms; } ClassicEvent;     /* end_ms 0: it still lasts */

typedef struct ClassicAlias {
	char    name[CLASSIC_NAME_MAX + 1], first_name[CLASSIC_NAME_MAX + 1];     /* its id is made of the first one */
	int     version;                  /* CLASSIC_DRAFT or a number */
	bool    reject, created;          /* created: its first move is not over */
	int64_t move_ms;                  /* when the move under way ends; 0: none is */
	int64_t created_ms, updated_ms;
	uint64_t token;
	ClassicEvent event[CLASSIC_EVENTS];     /* newest first */
	int     events;
	Str     description;
} ClassicAlias;

typedef struct ClassicAgent {
	unsigned agent;
	ClassicAlias alias[CLASSIC_ALIASES_MAX];
	int      n;
	int64_t  preparing_ms, prepared_ms;     /* until when; since when */
	int64_t  made_ms[FLEET_VERSIONS_MAX];   /* of versions that clients have made */
} ClassicAgent;

typedef struct ClassicBase { const char *name, *description; } ClassicBase;
extern const ClassicBase classic_bases[CLASSIC_BASES];

ClassicAgent *classic_agents(Sim *s);                      /* CLASSIC_AGENTS of them, as they stand now */
ClassicAgent *classic_find(SimCall *c, Str agent_id);      /* NULL: none */
ClassicAlias *classic_alias(SimCall *c, ClassicAgent *a, Str alias_id);
Str  classic_agent_id(SimCall *c, const ClassicAgent *a);
Str  classic_alias_id(SimCall *c, const ClassicAgent *a, const ClassicAlias *p);
/* Points the alias there; arrivals follow when the move is over. */
void classic_move(SimCall *c, ClassicAgent *a, ClassicAlias *p, int version, bool reject);

#endif
