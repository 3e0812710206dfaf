/* The fleet's agents as Bedrock's own platforms have them: some as AgentCore runtimes, some as Classic agents, all as
 * items of the registry table. A pointer of any of the three that moves changes where arrivals go, and the others are
 * brought into line as a team's pipeline would do it, and as the trail then says: the last writer wins.
 *
 * Version number n of a platform is the fleet's version n - 1 of that agent. */
#ifndef SIM_PLATFORM_H
#define SIM_PLATFORM_H

#include "sim/service.h"

enum { PLATFORM_AGENTCORE = 1, PLATFORM_CLASSIC = 2, PLATFORM_TABLE = 4 };

/* Bits of those that have the agent besides the table. */
unsigned platform_of(unsigned agent);
/* How long a pointer's move takes to reach all of the service, on the fleet's clock; 0 when that clock is held. */
int64_t platform_delay_ms(Sim *s);
int     platform_versions(Sim *s, unsigned agent);
/* Registers the version that comes after the last one ("2.3" after "2.2"); its number, or -1 when there are too many. */
int     platform_new_version(Sim *s, unsigned agent);
/* Where arrivals go at that time. */
FleetRoute platform_route(Sim *s, unsigned agent, int64_t t_ms);

/* A platform has moved a pointer: arrivals follow from route->from_ms on (now or later), and when that has come the other
 * platforms and the table's item do. by: the caller's ARN. */
void    platform_move(Sim *s, unsigned platform, unsigned agent, const FleetRoute *route, Str by);
/* The table's pointer has moved. */
void    platform_follow_table(Sim *s, unsigned agent, const FleetRoute *route);
/* They stand as the registry says: what moves from here on has to be followed. */
void    platform_begin(Sim *s);
/* Before each call: what has come due since the last one. */
void    platform_settle(Sim *s);

/* A page of a listing of `total`: *from and *n of this one, *next empty at the end. -1: answered, the token or the number
 * is not valid. max 0: `most`. */
int     platform_page(SimCall *c, Str token, int64_t max, int64_t most, size_t total, size_t *from, size_t *n, Str *next);
/* sim_fail with a text of parts; always -1, for handlers to return. */
int     platform_fail(SimCall *c, int status, const char *code, const char *fmt, ...) FORMAT(4, 5);
/* Ten letters and digits that stay the same for the same name. */
Str     platform_id(SimCall *c, const char *name, bool upper);
Str     platform_arn(SimCall *c, const char *service, const char *fmt, ...) FORMAT(3, 4);

/* What the platforms do when a pointer has moved elsewhere. */
void    agentcore_follow(Sim *s, unsigned agent, const FleetRoute *route);
void    classic_follow(Sim *s, unsigned agent, const FleetRoute *route);
/* What the pipeline asks for when it moves one, as JSON for the trail. */
Str     agentcore_move_text(SimCall *c, unsigned agent, const char *endpoint, int version);
Str     classic_move_text(SimCall *c, unsigned agent, int version);
/* The registry's item for what a platform has done (svc_dynamodb.c). */
void    registry_mirror(Sim *s, unsigned agent, int64_t t_ms, Str by);

#endif
