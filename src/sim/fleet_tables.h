/* Who works in the simulated fleet. Names of personas, agents and models as operators know them. */
#ifndef SIM_FLEET_TABLES_H
#define SIM_FLEET_TABLES_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/fleet.h"

typedef struct FleetModel {
	const char *id, *name, *provider;
	int32_t micro_usd[5];      /* list price per million tokens, order of Tokens; what the application reports by */
	bool    caches;            /* prompt caching */
	int32_t first_ms, out_us;  /* time to the first token; per output token, in microseconds */
} FleetModel;

typedef struct FleetAgent {
	const char *id;
	const char *version[FLEET_VERSIONS], *status[FLEET_VERSIONS];
	uint8_t before[FLEET_VERSIONS], now[FLEET_VERSIONS];    /* weights before and after the last move */
	int32_t moved_days;        /* that move, days before the start */
	uint8_t model;
	int32_t share;             /* of arrivals, per thousand */
	int32_t in_tok, out_tok, prefix_tok, max_tok;
	int32_t answer_hits;       /* answer cache, per thousand; 0: none */
	int32_t approved;          /* per thousand */
	bool    roi;
} FleetAgent;

typedef struct FleetTenant { const char *id; uint8_t persona; int32_t share; } FleetTenant;
typedef struct FleetError { const char *code, *message; } FleetError;

extern const FleetModel  fleet_models[FLEET_MODELS];
extern const FleetAgent  fleet_agents[FLEET_AGENTS];
extern const char *const fleet_personas[FLEET_PERSONAS];
extern const FleetTenant fleet_tenants[FLEET_TENANTS];
extern const FleetError  fleet_errors[FLEET_OUTCOMES];
extern const int32_t     fleet_day_curve[24];     /* per thousand of the mean, UTC hours; sum 24000 */
extern const int32_t     fleet_week_curve[7];     /* from Sunday; sum 7000 */

/* The agents and the tenant that scenarios are about. */
enum { FLEET_UPSELL = 0, FLEET_VISIBILITY = 2, FLEET_MENU = 3, FLEET_RUNAWAY_TENANT = 3, FLEET_BAD_VERSION = 2 };

#endif
