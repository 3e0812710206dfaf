/* EventBridge: events are checked and counted, no rule acts on them. Source of rules and errors: Amazon EventBridge API
 * Reference, PutEvents, and User Guide, "Handling failures when publishing events". */
#include "sim/serve.h"

#include "api/events.h"
#include "wire/json.h"

enum { ENTRIES_MAX = 10, TOTAL_MAX_BYTES = 256 << 10, TIME_BYTES = 14 };

const SimTable sim_events;

typedef struct EventState { int64_t taken; } EventState;

static bool known_bus(SimCall *c, Str bus)
{
	static const char *const names[] = { "default", "fleet" };
	Str prefix = arena_printf(c->arena, "arn:aws:events:%.*s:%.*s:event-bus/", STR_ARG(c->region), STR_ARG(c->who.account));
	Str name = str_starts(bus, prefix) ? str_sub(bus, prefix.n, bus.n) : bus;

	return !bus.n || str_is(name, names[0]) || str_is(name, names[1]);
}

/* What is wrong with one entry; an empty code: nothing. */
static EventResult trouble_of(SimCall *c, const EventEntry *e)
{
	const struct { Str value; const char *name; } needed[] = { { e->source, "Source" }, { e->detail_type, "DetailType" }, { e->detail, "Detail" } };

	for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++)
		if (!needed[i].value.n)
			return (EventResult){ .code = STR("InvalidArgument"), .message = arena_printf(c->arena, "Parameter %s is not valid. Reason: %s is a "
			                      "required argument.", needed[i].name, needed[i].name) };
	if (json_check(e->detail, e->detail.n, NULL) < 0 || !str_starts(str_trim(e->detail), STR("{")))
		return (EventResult){ .code = STR("MalformedDetail"), .message = STR("Detail is malformed.") };
	if (str_starts(e->source, STR("aws.")))
		return (EventResult){ .code = STR("NotAuthorizedForSource"), .message = STR("Not authorized for the source.") };
	if (!known_bus(c, e->bus))
		return (EventResult){ .code = STR("ResourceNotFoundException"), .message = arena_printf(c->arena, "Event bus %.*s does not exist.",
		                      STR_ARG(str_sub(e->bus, 0, 100))) };
	return (EventResult){ 0 };
}

static int put_events(SimCall *c, const void *input, void *output)
{
	const EventsPutIn *in = input;
	EventsPutOut *out = output;
	EventState *st = sim_slot(c->sim, &sim_events, sizeof *st);
	size_t total = 0;

	for (size_t i = 0; i < in->entries.n; i++)
		total += in->entries.v[i].source.n + in->entries.v[i].detail_type.n + in->entries.v[i].detail.n + (in->entries.v[i].time_ms ? TIME_BYTES : 0);
	if (in->entries.n > ENTRIES_MAX || total > TOTAL_MAX_BYTES) {
		sim_fail(c, 400, "ValidationException", in->entries.n > ENTRIES_MAX ? "1 validation error detected: Value at 'entries' failed to satisfy "
		         "constraint: Member must have length less than or equal to 10" : "Total size of the entries in the request is over the limit.");
		return -1;
	}
	out->results.v = ARENA_ARRAY(c->arena, EventResult, in->entries.n);
	for (size_t i = 0; i < in->entries.n; i++) {
		EventResult r = trouble_of(c, &in->entries.v[i]);
		char id[FLEET_UUID];

		if (r.code.n) {
			out->failed++;
		} else {
			fleet_uuid(sim_seed(c->sim), (uint64_t)++st->taken, id);
			r.id = arena_str(c->arena, str_of(id));
		}
		out->results.v[out->results.n++] = r;
	}
	return 0;
}

static const SimRow rows[] = { { &op_events_put_events, put_events, NULL } };
const SimTable sim_events = SIM_TABLE(rows);
