/* The registry of one store: agents, versions and pointers of all back ends in one form, and the moves that seismo has made. Built from what
 * the feeds have left: the agents table's items, the looks at Bedrock's platforms, the rows of the lock table, and the changes. */
#ifndef APP_REGISTRY_H
#define APP_REGISTRY_H

#include "act/items.h"
#include "model/change.h"
#include "store/store.h"

typedef struct RegAgent {
	ChangeSource source;                 /* of CHANGE_BY_DYNAMODB, CHANGE_BY_AGENTCORE, CHANGE_BY_CLASSIC: its back end */
	Str  id, name;
	size_t pointer, pointers;            /* the first of its pointers, and how many; these stand together */
	size_t version, versions;            /* the same of its versions, the newest first */
} RegAgent;

typedef struct RegPointer {
	ChangeSource source;
	Str  agent, agent_name;              /* id and name */
	Str  name, id;                       /* "prod" and its ARN; "route" and "AGENT/route" */
	Str  object;                         /* as changes and alerts call it: "AGENT/prod" */
	const char *kind;                    /* "endpoint", "alias", "route" */
	Route live, target;
	Str  status;                         /* as AWS says it; of a route READY, UPDATING while it is claimed */
	bool follows, paused;                /* follows: it goes with every new version by itself */
	bool has_rev, locked;
	int64_t rev;
	Lock lock;
	Route left;                          /* where seismo left it; n 0: it never moved it, or nobody knows */
	bool unknown;                        /* registry_at: where it was then is not known */
	bool drift;                          /* it is not there any more, and nobody who holds the lock is moving it */
	Str  updated_at, updated_by;         /* ISO 8601; by empty: not known */
	int64_t updated_ms;
} RegPointer;

typedef struct RegVersion {
	ChangeSource source;
	Str  agent, agent_name, version;
	Str  release;                        /* as jobs call it; empty: as `version` */
	Str  status, model, created_by;
	Str  detail;                         /* {"config","prompt","tools"}; empty: not read */
	int64_t created_ms;
	bool claimed;                        /* what the agent says of itself (performance): */
	double approval, score;              /* NAN: it does not say */
} RegVersion;

/* A move that seismo has made or begun, from the audit items of the agents table and the last word of the lock table. */
typedef struct RegMove { Str op, action, by, host, object, reason, event; Route from, to; int64_t at_ms; } RegMove;

typedef struct Registry {
	RegAgent *agent; size_t agents;      /* by back end, then id */
	RegPointer *pointer; size_t pointers;
	RegVersion *version; size_t versions;
	RegMove *move; size_t moves;         /* newest first */
	Change *change; size_t changes;      /* moves of pointers by anybody, the newest first */
} Registry;

const char *registry_backend(ChangeSource s);           /* "dynamodb", "agentcore", "agents-classic" */
/* In a. from_ms: how far back changes and moves are read. */
int  registry_read(Store *s, int64_t from_ms, Arena *a, Registry *out, Err *e);
/* A route as changes write it: "3.1:90 3.2:10 paused". */
Route registry_route(Str value, Arena *a, bool *paused);
/* registry_past.c: its pointers as they were at that moment, as far as the changes tell; changes and moves of after it go. A pointer that is gone
 * since is not among them; agents and versions stay those of now. */
int  registry_at(Store *s, Registry *r, int64_t at_ms, Arena *a, Err *e);
const RegPointer *registry_pointer(const Registry *r, Str id);           /* NULL: there is none */
const RegPointer *registry_pointer_of(const Registry *r, Str object);    /* as changes and moves call it */
/* By name or id; dashes and underscores are the same. The next one behind `after` (NULL: the first). */
const RegAgent *registry_find(const Registry *r, Str name, const RegAgent *after);
const RegVersion *registry_version(const Registry *r, const RegPointer *p, Str version);      /* NULL: nothing is known of it */
Str  registry_called(const Registry *r, const RegPointer *p, Str version);       /* what jobs call it */
/* A version that a platform numbers, and what jobs call it. Of the agents table (also: backend NULL) there is one name for both, and nothing is
 * read. What is not known stays as it is; of several numbers the newest. *known: it was found. */
typedef struct Called { const RegVersion **version; size_t versions; bool table; } Called;
int  registry_called_read(Store *s, const char *backend, Str agent, Arena *a, Called *out, Err *e);    /* of the agent of that name there */
Str  registry_release_of(const Called *c, Str version);
Str  registry_number_of(const Called *c, Str release, bool *known);
/* Was this change of a pointer seismo's own doing? */
const RegMove *registry_ours(const Registry *r, const Change *c);

/* registry_detail.c: an item of the agents table as a version's detail. */
Str  registry_detail(Arena *a, JsonVal item);

#endif
