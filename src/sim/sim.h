/* The simulated region: AWS operations on loopback with the real wire formats (docs: "The simulated region"). */
#ifndef SIM_SIM_H
#define SIM_SIM_H

#include <uv.h>

#include "base/err.h"
#include "base/str.h"
#include "sim/faults.h"

typedef enum SimScenario { SIM_QUIET, SIM_BAD_RELEASE, SIM_RUNAWAY_COST, SIM_THROTTLE_STORM, SIM_CACHE_COLLAPSE } SimScenario;

typedef struct SimSpec {
	int      port;               /* 0: any free one */
	uint64_t seed;               /* 7 */
	double   speed;              /* 1; 0 holds the clock */
	int64_t  clock_ms;           /* start of the fleet's clock; 0: the wall clock now */
	SimScenario scenario;
	int      zone_hours;         /* the fleet's day runs so many hours ahead of UTC: when its busy hours are */
	const char *state_path;      /* NULL: memory */
	SimFaults faults;
} SimSpec;

typedef struct Sim Sim;
Sim  *sim_open(uv_loop_t *loop, const SimSpec *spec, Err *e);
void  sim_close(Sim *s);
int   sim_port(const Sim *s);
/* The four lines that a shell can eval: AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION. */
void  sim_print_env(const Sim *s, int fd);
/* From the next call on, which is call number one of these faults. Over HTTP: PUT /_seismo/faults. */
void  sim_set_faults(Sim *s, const SimFaults *f);
int   sim_scenario_of(Str name, SimScenario *out);

#endif
