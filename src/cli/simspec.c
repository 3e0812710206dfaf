#include "cli/simspec.h"

#include "wire/time8601.h"

static int number(const char *flag, const char *text, int64_t lo, int64_t hi, int64_t *out, Err *e)
{
	if (!text)
		return 0;
	if (str_i64(str_of(text), out) < 0 || *out < lo || *out > hi)
		return err_kind(e, ERR_USAGE, "%s takes a whole number from %lld to %lld, not %s", flag, (long long)lo,
						(long long)hi, text);
	return 0;
}

int simspec_from(const Options *o, SimSpec *out, Err *e)
{
	int64_t port = 0, seed = 7, milli = 1000;

	*out = (SimSpec){ .scenario = SIM_QUIET };
	if (number("--port", o->port, 0, 65535, &port, e) < 0 || number("--seed", o->seed, 0, INT64_MAX, &seed, e) < 0)
		return -1;
	if (o->speed && (str_scaled(str_of(o->speed), 3, &milli) < 0 || milli < 0 || milli > 10000000))
		return err_kind(e, ERR_USAGE, "--speed takes a number from 0 to 10000, not %s", o->speed);
	if (o->clock && time_parse_iso(str_of(o->clock), &out->clock_ms) < 0)
		return err_kind(e, ERR_USAGE, "--clock takes a time such as 2026-11-21T09:00:00Z, not %s", o->clock);
	if (o->scenario && sim_scenario_of(str_of(o->scenario), &out->scenario) < 0)
		return err_kind(e, ERR_USAGE, "unknown scenario %s: there are quiet, bad-release, runaway-cost, throttle-storm and cache-collapse",
						o->scenario);
	if (o->fault && faults_parse(str_of(o->fault), &out->faults, e) < 0)
		return err_wrap(e, "--fault");
	out->port = (int)port;
	out->seed = (uint64_t)seed;
	out->speed = (double)milli / 1000;
	return 0;
}
