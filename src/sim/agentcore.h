/* The simulated AgentCore: what its files share. One runtime for each agent that lives there; arrivals enter at the
 * gateway's rule for the agent, which sends them to the endpoints prod and canary. */
#ifndef SIM_AGENTCORE_H
#define SIM_AGENTCORE_H

#include "api/agentcore.h"
#include "sim/platform.h"
#include "sim/serve.h"

enum { AC_RUNTIMES = 3, AC_ENDPOINTS_MAX = 10, AC_NAME_MAX = 48, AC_DEFAULT = 0, AC_PROD = 1, AC_CANARY = 2 };

typedef struct AcPointer {
	char    name[AC_NAME_MAX + 1];
	int     live, target;
	int64_t live_ms;                  /* when the move under way ends; 0: none is */
	bool    will_fail, failed, created;     /* created: its first move */
	int64_t created_ms, updated_ms;
	uint64_t token;                   /* of the last request: the same one again changes nothing */
	Str     description;
} AcPointer;

typedef struct AcAgent {
	unsigned  agent;
	AcPointer at[AC_ENDPOINTS_MAX];
	int       n;
	int       canary_weight;          /* percent that the gateway's rule sends to the endpoint canary; 0: all go to prod */
	bool      throttled;              /* a rate limit of the gateway lets nothing through */
	AcRuntime *made[FLEET_VERSIONS_MAX];     /* what clients have made, by version - 1; NULL: the fleet's own */
	int64_t   made_ms[FLEET_VERSIONS_MAX];
	int64_t   ready_ms;               /* when the update under way ends; 0: none is */
	bool      update_failed;
	uint64_t  token;
} AcAgent;

AcAgent *agentcore_agents(Sim *s);                         /* AC_RUNTIMES of them, as they stand now */
AcAgent *agentcore_find(SimCall *c, Str runtime_id);       /* NULL: answered */
AcAgent *agentcore_find_arn(SimCall *c, Str arn);          /* the same, by ARN or id */
AcPointer *agentcore_pointer(AcAgent *a, Str name);        /* NULL: none of that name */
Str      agentcore_runtime_id(SimCall *c, const AcAgent *a);
Str      agentcore_runtime_arn(SimCall *c, const AcAgent *a);
Str      agentcore_endpoint_arn(SimCall *c, const AcAgent *a, const char *endpoint);
/* Sends arrivals where endpoints, weight and limits say that they go from t_ms on. */
void     agentcore_apply(SimCall *c, const AcAgent *a, int64_t t_ms);

#endif
