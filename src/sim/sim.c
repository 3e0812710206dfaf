#include "sim/sim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/xalloc.h"
#include "sim/auth.h"
#include "sim/changes.h"
#include "sim/control.h"
#include "sim/logstore.h"
#include "sim/metricstore.h"
#include "sim/model_text.h"
#include "sim/queries.h"
#include "sim/platform.h"
#include "sim/refuse.h"
#include "sim/rng.h"
#include "sim/roles.h"
#include "sim/serve.h"
#include "sim/service.h"
#include "sim/trail.h"

typedef struct Slot { const void *owner; void *state; struct Slot *next; } Slot;
typedef struct Closer { void (*fn)(void *arg); void *arg; struct Closer *next; } Closer;

enum { BODY_MAX_BYTES = 16 << 20, RELEASE_CHECK_MS = 200, STORM_THROTTLE = FAULT_SURE / 3 };

struct Sim {
	uv_loop_t  *loop;
	SimSpec     spec;
	AuthKeys    keys;
	Roles       roles;
	int64_t     start_ms, start_mono_ms;     /* fleet's clock and ours when it began */
	Httpd      *httpd;
	Ddb        *ddb;
	Fleet      *fleet;
	FleetRows   rows;
	SimRows     job_rows;
	LogStore   *logs;
	MetricStore *metrics;
	CacheMark   cache[PROMPT_MARKS];
	SimStream  *streams;
	Outlet     *outlets;
	Queries    *queries;
	uint64_t    faulty_calls;                /* since the faults were last set */
	uv_timer_t *release_timer;               /* heap: lives until its close callback */
	int64_t     release_ms;
	unsigned    release_agent;
	Arena       arena;                       /* of the call that is being served */
	Arena       keep;                        /* of what lives as long as the region */
	Slot       *slots;
	Closer     *closers;
	uint64_t    calls;
};

static const SimService services[] = {
	{ "DynamoDB_20120810", "dynamodb", PROTO_JSON10, true, svc_dynamodb },
	{ "Logs_20140328", "logs", PROTO_JSON11, false, svc_logs },
	{ "GraniteServiceVersion20100801", "monitoring", PROTO_JSON10, false, svc_cloudwatch },
	{ NULL, "sts", PROTO_QUERY, true, svc_sts },
	{ NULL, "bedrock", PROTO_REST, true, svc_bedrock },
};

/* By target, then by form body, then by path. NULL: none that is served. */
static const SimService *service_of(const HttpdRequest *rq, Str target)
{
	static const SimService *const sts = &services[3], *const bedrock = &services[4];
	Str operation;

	if (target.n) {
		Str prefix = str_cut(target, '.', &operation);
		for (size_t i = 0; i < sizeof services / sizeof services[0]; i++)
			if (services[i].target && str_is(prefix, services[i].target))
				return &services[i];
		return NULL;
	}
	if (str_starts(sim_header(rq, "content-type"), STR("application/x-www-form-urlencoded")))
		return sts;
	return str_starts(rq->path, STR("/model/")) || str_starts(rq->path, STR("/guardrail/"))
	       ? bedrock : NULL;
}

static Str form_value(Str form, const char *name)
{
	while (form.n) {
		Str value = str_cut(form, '&', &form), key = str_cut(value, '=', &value);
		if (str_is(key, name))
			return value;
	}
	return (Str){0};
}

/* What is not served: refused in the protocol that the request speaks. */
static SimProto proto_guess(const HttpdRequest *rq, Str target)
{
	Str type = sim_header(rq, "content-type");

	if (target.n)
		return str_ends(type, STR("1.0")) ? PROTO_JSON10 : PROTO_JSON11;
	if (str_is(auth_scope_service(rq), "s3"))
		return PROTO_XML;
	return str_starts(type, STR("application/x-www-form-urlencoded")) ? PROTO_QUERY : PROTO_REST;
}

static int read_body(SimCall *c)
{
	Str body = c->rq->body.n ? c->rq->body : STR("{}");

	if (jv_parse(c->arena, body, BODY_MAX_BYTES, &c->body, NULL) == 0 && jv_type(c->body) == JV_OBJECT)
		return 0;
	sim_fail(c, 400, "SerializationException", "The request's body is not a JSON object.");
	return -1;
}

/* The faults that were asked for, and in a storm the service's own. */
static SimFaults faults_now(const Sim *s)
{
	SimFaults f = s->spec.faults;

	if (f.throttle < STORM_THROTTLE && fleet_in_storm(s->fleet, sim_now(s)))
		f.throttle = STORM_THROTTLE;
	return f;
}

static void on_request(HttpdConn *conn, const HttpdRequest *rq, void *arg)
{
	Sim *s = arg;
	Str target = sim_header(rq, "x-amz-target");
	const SimService *service = service_of(rq, target);
	SimCall c = { .sim = s, .conn = conn, .rq = rq, .arena = &s->arena, .now_ms = sim_now(s),
	              .region = STR(SIM_REGION), .who = { STR(SIM_ACCOUNT), STR("anonymous"), STR("anonymous"), false } };
	SimFaults faults;
	const SimRow *row;

	if (control_request(s, conn, rq))
		return;
	s->calls++;
	arena_reset(&s->arena);
	fleet_uuid(rng_join(s->spec.seed, s->calls), rng_join(s->calls, (uint64_t)s->start_mono_ms), c.request_id);
	c.path = sim_path_of(rq, &s->arena);
	c.proto = service ? service->proto : proto_guess(rq, target);
	c.signing = service ? service->signing : arena_cstr(&s->arena, auth_scope_service(rq));
	faults = faults_now(s);
	c.plan = fault_plan(&faults, s->spec.seed, ++s->faulty_calls);
	(void)str_cut(target, '.', &c.operation);
	if (c.proto == PROTO_QUERY)
		c.operation = form_value(rq->body, "Action");
	platform_settle(s);
	row = sim_row_of(&c);
	if (row) {
		c.proto = sim_proto_of(row->op->service);
		c.signing = row->op->service->signing_name;
	}
	if ((!row || !row->op->open) && !auth_check(&c, &s->keys))
		return;
	if (refuse_early(&c))
		return;
	if (row)
		sim_serve(&c, row);
	else if (!service)
		sim_unknown(&c);
	else if (service->raw_body || read_body(&c) == 0)
		service->handle(&c);
	trail_note(&c, row);
}

static void on_release_timer(uv_timer_t *t)
{
	Sim *s = t->data;

	if (sim_now(s) < s->release_ms)
		return;
	(void)uv_timer_stop(t);
	registry_release(s, s->release_ms, s->release_agent);
}

static void on_closed_free(uv_handle_t *h)
{
	free(h);
}

static int64_t rows_now(void *arg)
{
	return sim_now(arg);
}

static int open_tables(Sim *s, Err *e)
{
	s->ddb = ddb_open(s->spec.state_path, STR(SIM_REGION), STR(SIM_ACCOUNT), e);
	if (!s->ddb)
		return -1;
	s->rows = (FleetRows){ s->fleet, rows_now, s };
	s->job_rows = fleet_rows(&s->rows);
	if (ddb_make_table(s->ddb, "agents", "agentId", "version", NULL, NULL, NULL, NULL, e) < 0 ||
	    ddb_make_table(s->ddb, "jobs", "jobId", NULL, "status-updatedAt-index", "status", "updatedAt", &s->job_rows, e) < 0 ||
	    ddb_make_table(s->ddb, "seismo-locks", "pointer", "sk", NULL, NULL, NULL, NULL, e) < 0)
		return -1;
	registry_seed(s);
	platform_begin(s);
	changes_watch(s);
	return 0;
}

static void start_release_timer(Sim *s)
{
	s->release_ms = fleet_release_ms(s->fleet, &s->release_agent);
	if (!s->release_ms)
		return;
	s->release_timer = xcalloc(1, sizeof *s->release_timer);
	(void)uv_timer_init(s->loop, s->release_timer);      /* cannot fail (libuv documentation) */
	s->release_timer->data = s;
	(void)uv_timer_start(s->release_timer, on_release_timer, RELEASE_CHECK_MS, RELEASE_CHECK_MS);
	uv_unref((uv_handle_t *)s->release_timer);
}

Sim *sim_open(uv_loop_t *loop, const SimSpec *spec, Err *e)
{
	int64_t wall = clock_wall_ms();
	Sim *s;

	if (!(spec->speed >= 0 && spec->speed <= FLEET_SPEED_MAX)) {
		(void)err_kind(e, ERR_USAGE, "speed must be between 0 and %d", FLEET_SPEED_MAX);
		return NULL;
	}
	if (spec->clock_ms < 0 || (spec->clock_ms && spec->clock_ms < INT64_C(3) * FLEET_DAYS * 86400000)) {
		(void)err_kind(e, ERR_USAGE, "the clock must be a time after April 1970");
		return NULL;
	}
	s = xcalloc(1, sizeof *s);
	s->loop = loop;
	s->spec = *spec;
	s->start_ms = spec->clock_ms && spec->clock_ms < wall ? spec->clock_ms : wall;
	s->start_mono_ms = clock_mono_ms();
	auth_keys_make(spec->seed, &s->keys);
	s->fleet = fleet_open(&(FleetSpec){ .seed = spec->seed, .start_ms = s->start_ms, .scenario = spec->scenario, .zone_hours = spec->zone_hours,
	                                    .speed_milli = (int32_t)(spec->speed * 1000 + 0.5) });
	s->logs = logstore_new(s->fleet, s->start_ms);
	s->metrics = metricstore_new();
	if (open_tables(s, e) < 0 || !(s->httpd = httpd_open(loop, spec->port, BODY_MAX_BYTES, on_request, s, e))) {
		(void)err_wrap(e, "simulated region");
		sim_close(s);
		return NULL;
	}
	start_release_timer(s);
	return s;
}

void sim_close(Sim *s)
{
	if (!s)
		return;
	sim_stream_close_all(s);
	if (s->httpd)
		httpd_close(s->httpd);
	if (s->release_timer)
		uv_close((uv_handle_t *)s->release_timer, on_closed_free);
	queries_close(s->queries);
	ddb_close(s->ddb);
	logstore_free(s->logs);
	metricstore_free(s->metrics);
	fleet_close(s->fleet);
	roles_done(&s->roles);
	for (Closer *c = s->closers; c; c = c->next)
		c->fn(c->arg);
	arena_done(&s->arena);
	arena_wipe_done(&s->keep);
	free(s);
}

int sim_port(const Sim *s)
{
	return httpd_port(s->httpd);
}

void sim_print_env(const Sim *s, int fd)
{
	char text[400];
	int n = snprintf(text, sizeof text, "AWS_ENDPOINT_URL=http://127.0.0.1:%d\nAWS_ACCESS_KEY_ID=%s\nAWS_SECRET_ACCESS_KEY=%s\n"
	                 "AWS_REGION=" SIM_REGION "\n", sim_port(s), s->keys.access, s->keys.secret);

	(void)fd_write_all(fd, text, (size_t)n, NULL);      /* who closed the pipe does not read them */
}

int sim_scenario_of(Str name, SimScenario *out)
{
	static const struct { const char *name; SimScenario scenario; } names[] = {
		{ "quiet", SIM_QUIET }, { "bad-release", SIM_BAD_RELEASE }, { "runaway-cost", SIM_RUNAWAY_COST },
		{ "throttle-storm", SIM_THROTTLE_STORM }, { "cache-collapse", SIM_CACHE_COLLAPSE },
	};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (str_is(name, names[i].name)) {
			*out = names[i].scenario;
			return 0;
		}
	}
	return -1;
}

void sim_set_faults(Sim *s, const SimFaults *f)
{
	s->spec.faults = *f;
	s->faulty_calls = 0;
}

const SimFaults *sim_faults(const Sim *s)
{
	return &s->spec.faults;
}

int64_t sim_wall(const Sim *s)
{
	return clock_wall_ms() + s->spec.faults.skew_s * 1000;
}

Arena *sim_keep(Sim *s)
{
	return &s->keep;
}

void *sim_slot(Sim *s, const void *owner, size_t size)
{
	Slot *slot = s->slots;

	while (slot && slot->owner != owner)
		slot = slot->next;
	if (!slot) {
		slot = ARENA_NEW(&s->keep, Slot);
		*slot = (Slot){ owner, arena_alloc(&s->keep, size), s->slots };
		s->slots = slot;
	}
	return slot->state;
}

void sim_at_close(Sim *s, void (*fn)(void *arg), void *arg)
{
	Closer *c = ARENA_NEW(&s->keep, Closer);

	*c = (Closer){ fn, arg, s->closers };
	s->closers = c;
}

Fleet *sim_fleet(Sim *s)
{
	return s->fleet;
}

Ddb *sim_ddb(Sim *s)
{
	return s->ddb;
}

struct LogStore *sim_logs(Sim *s)
{
	return s->logs;
}

struct MetricStore *sim_metrics(Sim *s)
{
	return s->metrics;
}

struct CacheMark *sim_cache_marks(Sim *s)
{
	return s->cache;
}

struct Roles *sim_roles(Sim *s)
{
	return &s->roles;
}

SimStream **sim_streams(Sim *s)
{
	return &s->streams;
}

struct Queries **sim_queries(Sim *s)
{
	return &s->queries;
}

Outlet **sim_outlets(Sim *s)
{
	return &s->outlets;
}

uv_loop_t *sim_loop(Sim *s)
{
	return s->loop;
}

uint64_t sim_seed(const Sim *s)
{
	return s->spec.seed;
}

int64_t sim_start(const Sim *s)
{
	return s->start_ms;
}

int64_t sim_now(const Sim *s)
{
	int64_t now = s->start_ms, wall = clock_wall_ms();

	if (s->spec.speed > 0)
		now += clock_mono_ms() - s->start_mono_ms;
	return now < wall || s->spec.speed == 0 ? now : wall;
}
