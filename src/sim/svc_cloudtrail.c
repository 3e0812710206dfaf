/* CloudTrail LookupEvents over the region's own trail (sim/trail.h). */
#include "sim/serve.h"

#include <inttypes.h>

#include "base/clock.h"
#include "sim/rng.h"
#include "sim/trail.h"

enum { PAGE_MAX = 50, A_SECOND = 2, SECOND_MS = 1000, CHECK_DIGITS = 16 };

typedef struct Pace { int64_t call_ms[A_SECOND]; } Pace;      /* when the last calls were let through */

const SimTable sim_cloudtrail;

static int refuse(SimCall *c, const char *code, const char *text)
{
	sim_fail(c, 400, code, text);
	return -1;
}

static bool too_fast(SimCall *c)
{
	Pace *p = sim_slot(c->sim, &sim_cloudtrail, sizeof(Pace));
	int64_t now = clock_mono_ms();

	if (p->call_ms[0] && now - p->call_ms[0] < SECOND_MS)
		return true;
	p->call_ms[0] = p->call_ms[1];
	p->call_ms[1] = now;
	return false;
}

static bool known_key(Str key)
{
	static const char *const keys[] = { "EventId", "EventName", "ReadOnly", "Username", "ResourceType", "ResourceName", "EventSource",
	                                    "AccessKeyId" };

	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		if (str_is(key, keys[i]))
			return true;
	return false;
}

static bool fits(const TrailEvent *e, const TrailLookupIn *in)
{
	const TrailAttribute *want = in->attributes.v;
	Str have = STR("");

	if ((in->start_ms && e->time_ms < in->start_ms) || (in->end_ms && e->time_ms > in->end_ms))
		return false;
	if (!in->attributes.n)
		return true;
	if (str_starts(want->key, STR("Resource"))) {
		for (size_t i = 0; i < e->resources.n; i++)
			if (str_eq(want->value, str_is(want->key, "ResourceType") ? e->resources.v[i].type : e->resources.v[i].name))
				return true;
		return false;
	}
	have = str_is(want->key, "EventId") ? e->id : str_is(want->key, "EventName") ? e->name : str_is(want->key, "Username") ? e->user
	       : str_is(want->key, "EventSource") ? e->source : str_is(want->key, "AccessKeyId") ? e->access_key : e->read_only;
	return str_eq(have, want->value);
}

static int check(SimCall *c, const TrailLookupIn *in)
{
	Str category = STR("");

	if (in->attributes.n > 1)
		return refuse(c, "InvalidLookupAttributesException", "You can use only one lookup attribute.");
	if (in->attributes.n && !known_key(in->attributes.v[0].key))
		return refuse(c, "InvalidLookupAttributesException", "The attribute key is not one that events can be looked up by.");
	if (in->start_ms && in->end_ms && in->start_ms > in->end_ms)
		return refuse(c, "InvalidTimeRangeException", "The start time must not be later than the end time.");
	if (in->limit < 0 || in->limit > PAGE_MAX)
		return refuse(c, "InvalidMaxResultsException", "MaxResults must be between 1 and 50.");
	if (jv_opt_str(c->body, "EventCategory", &category, NULL) < 0 || category.n)
		return refuse(c, "InvalidEventCategoryException", "The simulated region has no insight events.");
	return 0;
}

/* A page goes on behind the last event of the one before it: new events do not move it. */
static Str token_of(SimCall *c, const TrailLookupIn *in, Str last_id)
{
	uint64_t salt = rng_join((uint64_t)in->start_ms, (uint64_t)in->end_ms);

	for (size_t i = 0; i < in->attributes.n; i++)
		salt = rng_join(salt, rng_join(str_hash(in->attributes.v[i].key), str_hash(in->attributes.v[i].value)));
	return arena_printf(c->arena, "%016" PRIx64 "%.*s", rng_join(salt, str_hash(last_id)), STR_ARG(last_id));
}

static int lookup(SimCall *c, const void *input, void *output)
{
	const TrailLookupIn *in = input;
	TrailEvents *out = output;
	Str after = str_sub(in->next_token, CHECK_DIGITS, in->next_token.n);
	size_t n, room = in->limit ? (size_t)in->limit : PAGE_MAX;
	bool skip = in->next_token.n > 0;
	TrailEvent *all;

	if (too_fast(c))
		return refuse(c, "ThrottlingException", "Rate exceeded");
	if (check(c, in) < 0)
		return -1;
	if (skip && !str_eq(in->next_token, token_of(c, in, after)))
		return refuse(c, "InvalidNextTokenException", "The token is invalid, or belongs to a call with other parameters.");
	n = trail_events(c, &all);
	out->events.v = ARENA_ARRAY(c->arena, TrailEvent, room);
	for (size_t i = 0; i < n; i++) {
		if (skip) {
			skip = !str_eq(all[i].id, after);
			continue;
		}
		if (!fits(&all[i], in))
			continue;
		if (out->events.n == room) {
			out->next_token = token_of(c, in, out->events.v[room - 1].id);
			break;
		}
		out->events.v[out->events.n++] = all[i];
	}
	return 0;
}

static const SimRow rows[] = { { &op_cloudtrail_lookup_events, lookup, NULL } };
const SimTable sim_cloudtrail = SIM_TABLE(rows);
