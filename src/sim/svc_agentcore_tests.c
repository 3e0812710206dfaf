/* A/B tests of AgentCore: two variants, C and T1, are targets of the gateway; a test that runs sets how much of an agent's
 * arrivals goes to its canary, one that is paused or stopped sends all to prod. */
#include <string.h>

#include "api/agentcore_data.h"
#include "sim/agentcore.h"
#include "sim/fleet_tables.h"

enum { TESTS_MAX = 8, PAGE = 100, NAME_MAX_CHARS = 48, PERCENT = 100, FIRST = 1 };

typedef struct Test { AcTest row; bool used; uint64_t token; } Test;
typedef struct Tests { bool begun; Test test[TESTS_MAX]; } Tests;

const SimTable sim_agentcore_tests;

static Str kept(SimCall *c, Str s)
{
	return s.n ? arena_str(sim_keep(c->sim), s) : (Str){ 0 };
}

static void keep_variants(SimCall *c, const AcVariant *v, AcTest *row)
{
	row->variants.v = ARENA_ARRAY(sim_keep(c->sim), AcVariant, 2);
	row->variants.n = 2;
	for (size_t i = 0; i < 2; i++) {
		const AcVariantConfig *from = &v[i].config;

		row->variants.v[i] = (AcVariant){ kept(c, v[i].name), v[i].weight,
		                                  { { kept(c, from->bundle.arn), kept(c, from->bundle.version) }, { kept(c, from->target.name) } } };
	}
}

static Str gateway_arn(SimCall *c)
{
	return platform_arn(c, "bedrock-agentcore", "gateway/fleet-%.*s", STR_ARG(platform_id(c, "gateway", false)));
}

/* The one that is there from the start: visibility-check's newest release. */
static void begin(SimCall *c, Test *t)
{
	const AcAgent *all = agentcore_agents(c->sim);
	int weight = 10;
	AcVariant v[2] = { { .name = STR("C"), .config.target.name = STR("visibility-check-prod") },
	                   { .name = STR("T1"), .config.target.name = STR("visibility-check-canary") } };

	for (int i = 0; i < AC_RUNTIMES; i++)
		if (all[i].agent == FLEET_VISIBILITY && all[i].canary_weight > 0 && all[i].canary_weight < PERCENT)
			weight = all[i].canary_weight;
	v[0].weight = PERCENT - weight;
	v[1].weight = weight;
	t->used = true;
	t->row = (AcTest){ .id = kept(c, platform_id(c, "ab-test/visibility", false)), .name = STR("visibility_check_3_2"),
	                   .description = STR("Release 3.2 beside 3.1"), .status = STR("ACTIVE"), .execution = STR("RUNNING"),
	                   .role = kept(c, platform_arn(c, "iam", "role/fleet-ab-tests")), .gateway_arn = kept(c, gateway_arn(c)),
	                   .evaluation = STR("{\"onlineEvaluationConfigArn\":"
	                                     "\"arn:aws:bedrock-agentcore:us-east-1:000000000000:online-evaluation-config/fleet\"}"),
	                   .started_ms = platform_route(c->sim, FLEET_VISIBILITY, c->now_ms).from_ms };
	t->row.created_ms = t->row.updated_ms = t->row.started_ms;
	keep_variants(c, v, &t->row);
}

static Test *tests(SimCall *c)
{
	Tests *t = sim_slot(c->sim, &sim_agentcore_tests, sizeof(Tests));

	if (!t->begun)
		begin(c, &t->test[0]);
	t->begun = true;
	return t->test;
}

/* How both variants do so far, by what the fleet's personas approve. */
static void put_results(SimCall *c, AcTest *out)
{
	int64_t minutes = (c->now_ms - out->started_ms) / 60000;
	AcEvaluatorMetric *m = ARENA_NEW(c->arena, AcEvaluatorMetric);
	AcVariantResult *r = ARENA_NEW(c->arena, AcVariantResult);

	if (!out->started_ms || minutes < FIRST)
		return;
	m->evaluator_arn = STR("arn:aws:bedrock-agentcore:::evaluator/Builtin.GoalSuccessRate");
	m->control = (AcControlStats){ STR("C"), minutes * out->variants.v[0].weight / PERCENT + 1, 0.89 };
	*r = (AcVariantResult){ .variant = STR("T1"), .samples = minutes * out->variants.v[1].weight / PERCENT + 1, .mean = 0.91,
	                        .change = { 0.02, true }, .change_percent = { 2.25, true }, .p_value = { minutes > 600 ? 0.03 : 0.4, true },
	                        .interval = { -0.01, 0.05 }, .significant = minutes > 600 };
	m->variants.v = r;
	m->variants.n = 1;
	out->results.analysed_ms = out->started_ms + minutes * 60000;     /* analysed once a minute */
	out->results.metrics.v = m;
	out->results.metrics.n = 1;
}

static void put_test(SimCall *c, const Test *t, AcTest *out)
{
	*out = t->row;
	out->arn = platform_arn(c, "bedrock-agentcore", "ab-test/%.*s", STR_ARG(out->id));
	put_results(c, out);
}

static int list(SimCall *c, const void *input, void *output)
{
	const AcListIn *in = input;
	AcTests *out = output;
	const Test *all = tests(c);
	size_t from, n, total = 0, at = 0;

	for (int i = 0; i < TESTS_MAX; i++)
		total += all[i].used;
	if (platform_page(c, in->next_token, in->max, PAGE, total, &from, &n, &out->next_token) < 0)
		return -1;
	out->tests.v = ARENA_ARRAY(c->arena, AcTest, n + 1);
	for (int i = 0; i < TESTS_MAX; i++)
		if (all[i].used && at++ >= from && out->tests.n < n)
			put_test(c, &all[i], &out->tests.v[out->tests.n++]);
	return 0;
}

/* NULL: answered. */
static Test *find(SimCall *c, Str id)
{
	Test *all = tests(c);

	for (int i = 0; i < TESTS_MAX; i++)
		if (all[i].used && str_eq(id, all[i].row.id))
			return &all[i];
	(void)platform_fail(c, 404, "ResourceNotFoundException", "A/B test %.*s was not found", id.n > 60 ? 60 : STR_ARG(id));
	return NULL;
}

static int get(SimCall *c, const void *input, void *output)
{
	const AcTestIn *in = input;
	const Test *t = find(c, in->id);

	if (!t)
		return -1;
	put_test(c, t, output);
	return 0;
}

/* The agent whose prod and canary the variants are; NULL for others (bundles), which no arrivals go through. */
static AcAgent *tested(SimCall *c, const AcTest *row)
{
	AcAgent *all = agentcore_agents(c->sim);

	for (int i = 0; i < AC_RUNTIMES; i++)
		if (str_eq(row->variants.v[1].config.target.name, arena_printf(c->arena, "%s-canary", fleet_agent_id(all[i].agent))))
			return &all[i];
	return NULL;
}

static void apply(SimCall *c, const AcTest *row)
{
	AcAgent *a = tested(c, row);

	if (!a)
		return;
	a->canary_weight = str_is(row->execution, "RUNNING") ? (int)row->variants.v[1].weight : 0;
	agentcore_apply(c, a, c->now_ms);
}

static int check_variants(SimCall *c, const AcVariant *v, size_t n)
{
	if (n != 2 || !str_is(v[0].name, "C") || !str_is(v[1].name, "T1"))
		return platform_fail(c, 400, "ValidationException", "variants must be two, named C and T1");
	if (v[0].weight < 1 || v[1].weight < 1 || v[0].weight + v[1].weight != PERCENT)
		return platform_fail(c, 400, "ValidationException", "The weights of the variants must be at least 1 and sum to 100");
	return 0;
}

static int create(SimCall *c, const void *input, void *output)
{
	const AcTestCreateIn *in = input;
	Test *all = tests(c), *t = NULL;

	if (check_variants(c, in->variants.v, in->variants.n) < 0)
		return -1;
	if (!str_eq(in->gateway_arn, gateway_arn(c)))
		return platform_fail(c, 400, "ValidationException", "The gateway does not exist");
	if (in->name.n > NAME_MAX_CHARS)
		return platform_fail(c, 400, "ValidationException", "name must have %d characters at most", NAME_MAX_CHARS);
	for (int i = TESTS_MAX - 1; i >= 0; i--) {
		if (all[i].used && str_eq(in->name, all[i].row.name) && !(in->token.n && all[i].token == str_hash(in->token)))
			return platform_fail(c, 409, "ConflictException", "An A/B test with this name exists already");
		if (all[i].used && str_eq(in->name, all[i].row.name)) {
			put_test(c, &all[i], output);      /* the same request again */
			return 0;
		}
		t = all[i].used ? t : &all[i];
	}
	if (!t)
		return platform_fail(c, 402, "ServiceQuotaExceededException", "There are %d A/B tests, as many as are allowed", TESTS_MAX);
	*t = (Test){ .used = true, .token = str_hash(in->token) };
	t->row = (AcTest){ .id = kept(c, platform_id(c, arena_printf(c->arena, "ab-test/%.*s", STR_ARG(in->name)).p, false)), .name = kept(c, in->name),
	                   .description = kept(c, in->description), .status = STR("ACTIVE"), .role = kept(c, in->role),
	                   .execution = in->enable ? STR("RUNNING") : STR("NOT_STARTED"), .gateway_arn = kept(c, in->gateway_arn),
	                   .filter = kept(c, in->filter), .evaluation = kept(c, in->evaluation), .started_ms = in->enable ? c->now_ms : 0,
	                   .created_ms = c->now_ms, .updated_ms = c->now_ms };
	keep_variants(c, in->variants.v, &t->row);
	if (in->enable)
		apply(c, &t->row);
	put_test(c, t, output);
	c->status = 202;
	return 0;
}

/* STOPPED is final. NULL: such a step does not exist. */
static const char *step(Str from, Str to)
{
	static const char *const known[] = { "RUNNING", "PAUSED", "STOPPED" };

	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (str_is(to, known[i]))
			return str_is(from, "STOPPED") ? NULL : known[i];
	return NULL;
}

static int update(SimCall *c, const void *input, void *output)
{
	const AcTestUpdateIn *in = input;
	Test *t = find(c, in->id);
	const char *next = t && in->execution.n ? step(t->row.execution, in->execution) : NULL;

	if (!t || (in->variants.n && check_variants(c, in->variants.v, in->variants.n) < 0))
		return -1;
	if (in->execution.n && !next)
		return platform_fail(c, str_is(t->row.execution, "STOPPED") ? 409 : 400,
		                     str_is(t->row.execution, "STOPPED") ? "ConflictException" : "ValidationException",
		                     "The A/B test cannot go from %.*s to %.*s", STR_ARG(t->row.execution),
		                     in->execution.n > 20 ? 20 : STR_ARG(in->execution));
	if (in->variants.n)
		keep_variants(c, in->variants.v, &t->row);
	if (in->name.n)
		t->row.name = kept(c, in->name);
	if (in->description.n)
		t->row.description = kept(c, in->description);
	if (next) {
		t->row.execution = str_of(next);
		if (str_is(t->row.execution, "RUNNING") && !t->row.started_ms)
			t->row.started_ms = c->now_ms;
		if (str_is(t->row.execution, "STOPPED"))
			t->row.stopped_ms = c->now_ms;
	}
	t->row.updated_ms = c->now_ms;
	if (next || (in->variants.n && str_is(t->row.execution, "RUNNING")))
		apply(c, &t->row);
	put_test(c, t, output);
	c->status = 202;
	return 0;
}

static const SimRow rows[] = {
	{ &op_agentcore_list_ab_tests, list, NULL }, { &op_agentcore_get_ab_test, get, NULL }, { &op_agentcore_create_ab_test, create, NULL },
	{ &op_agentcore_update_ab_test, update, NULL },
};
const SimTable sim_agentcore_tests = SIM_TABLE(rows);
