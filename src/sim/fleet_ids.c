#include "sim/fleet_ids.h"

#include <stdio.h>

#include "sim/fleet_hour.h"
#include "sim/rng.h"

void fleet_uuid(uint64_t a, uint64_t b, char out[FLEET_UUID])
{
	snprintf(out, FLEET_UUID, "%08x-%04x-4%03x-%04x-%012llx", (unsigned)(a >> 32), (unsigned)(a >> 16 & 0xffff),
	         (unsigned)(a & 0xfff), (unsigned)(0x8000 | (b >> 48 & 0x3fff)),
	         (unsigned long long)(b & UINT64_C(0xffffffffffff)));
}

void fleet_request_id(const FleetJob *j, unsigned call, char out[FLEET_UUID])
{
	fleet_uuid(rng_join(j->key, 100 + call), rng_join(j->key, 200 + call), out);
}

void fleet_trace_id(const Fleet *f, const FleetJob *j, char out[FLEET_TRACE])
{
	uint64_t of = j->runaway ? rng_join(f->spec.seed, (uint64_t)f->spec.start_ms) : j->key;

	snprintf(out, FLEET_TRACE, "%016llx%016llx", (unsigned long long)rng_join(of, 1), (unsigned long long)rng_join(of, 2));
}
