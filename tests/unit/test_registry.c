/* The registry of all back ends in one form: what looks have left in the store, where seismo left a pointer, and what moved without it. */
#include "unit.h"

#include <math.h>

#include "app/agent_history.h"
#include "store/platform.h"
#include "store/change.h"
#include "store_unit.h"

#define ARN "arn:aws:bedrock-agentcore:us-east-1:1:runtime/up_gen-AAAAAAAAAA/runtime-endpoint/prod"
#define AT  "2027-01-15T08:00:00.000Z"

static const int64_t at_ms = 1800000000000, minute = 60000;
static PlatformAgent agents[] = { { STR("up_gen-AAAAAAAAAA"), STR("up_gen"), STR("3 READY 1") } };
static PlatformVersion versions[] = {
	{ STR("up_gen-AAAAAAAAAA"), STR("9"), STR("READY"), STR("2.1"), STR("m"), STR("{\"config\":{}}"), 5 },
	{ STR("up_gen-AAAAAAAAAA"), STR("10"), STR("READY"), STR(""), STR(""), STR(""), 6 },
};
static PlatformPointer pointers[2];

static Platform platform(const char *live, const char *claim)
{
	pointers[0] = (PlatformPointer){ .agent = STR("up_gen-AAAAAAAAAA"), .id = STR(ARN), .name = STR("prod"), .live = str_of(live), .target = STR("10"),
	                                 .status = STR("UPDATING"), .claim = str_of(claim), .claim_known = true, .updated_ms = at_ms };
	pointers[1] = (PlatformPointer){ .agent = STR("up_gen-AAAAAAAAAA"), .id = STR("x"), .name = STR("DEFAULT"), .live = STR("10"), .target = STR("10"),
	                                 .status = STR("READY"), .claim = STR(""), .follows = true, .updated_ms = at_ms };
	return (Platform){ CHANGE_BY_AGENTCORE, agents, 1, versions, 2, pointers, 2 };
}

static void apply(Store *s, StoreBatch b, StoreDelta *d)
{
	b.prices = &fleet_prices;
	b.now_ms = at_ms;
	MUST(store_apply(s, &b, d, e));
}

static Registry registry(Store *s, Arena *a)
{
	Registry r;

	MUST(registry_read(s, 0, a, &r, e));
	return r;
}

static void a_look_is_kept_whole(void **state)
{
	Store *s = must_open("platform.db", STORE_WRITE);
	Platform p = platform("9", ""), back;
	StoreDelta d;
	Arena a = { 0 };
	Registry r;

	(void)state;
	apply(s, (StoreBatch){ .platform = &p }, &d);
	assert_true(d.agents == 1 && d.news);
	apply(s, (StoreBatch){ .platform = &p }, &d);
	assert_true(d.agents == 0 && !d.news);           /* the same again is no news */
	MUST(store_platform(s, CHANGE_BY_AGENTCORE, &a, &back, e));
	assert_true(back.agents == 1 && back.versions == 2 && back.pointers == 2 && str_is(back.version[0].release, "2.1"));
	MUST(store_platform(s, CHANGE_BY_CLASSIC, &a, &back, e));
	assert_int_equal(back.agents + back.versions + back.pointers, 0);
	r = registry(s, &a);
	assert_true(r.agents == 1 && r.pointers == 2 && r.versions == 2);
	assert_true(str_is(r.version[0].version, "10") && str_is(r.version[1].version, "9"));        /* as numbers */
	for (size_t i = 0; i < 2; i++) {
		const RegPointer *q = &r.pointer[i];

		if (q->follows) {
			assert_true(str_is(q->name, "DEFAULT") && route_eq(q->live, q->target));
			continue;
		}
		assert_true(str_is(q->object, "up_gen/prod") && str_is(route_main(q->live), "9") && str_is(route_main(q->target), "10"));
		assert_true(!q->has_rev && !q->locked && !q->drift && !q->left.n && strcmp(q->kind, "endpoint") == 0);
		assert_true(str_is(registry_called(&r, q, STR("9")), "2.1") && str_is(registry_called(&r, q, STR("10")), "10"));
	}
	assert_ptr_equal(registry_find(&r, STR("up-gen"), NULL), &r.agent[0]);
	assert_null(registry_find(&r, STR("up-gen"), &r.agent[0]));
	p.pointers = 0;
	apply(s, (StoreBatch){ .platform = &p }, &d);
	r = registry(s, &a);
	assert_true(r.agents == 1 && r.pointers == 0);
	store_close(s);
	arena_done(&a);
}

static const RegPointer *prod(const Registry *r)
{
	for (size_t i = 0; i < r->pointers; i++)
		if (str_is(r->pointer[i].name, "prod"))
			return &r->pointer[i];
	fail_msg("there is no pointer prod");
	return NULL;
}

#define CLAIM(live, rest) "{\"pointer\":{\"S\":\"" ARN "\"},\"sk\":{\"S\":\"#lock\"},\"rev\":{\"N\":\"4\"},\"live\":{\"S\":\"" live "\"}," \
	"\"updatedAt\":{\"S\":\"" AT "\"},\"updatedBy\":{\"S\":\"me\"},\"reason\":{\"S\":\"why\"}" rest "}"

static void the_lock_table_says_where_seismo_left_it(void **state)
{
	Store *s = must_open("claims.db", STORE_WRITE);
	Platform p = platform("9", CLAIM("9", ""));
	Arena a = { 0 };
	Registry r;
	const RegPointer *q;

	(void)state;
	apply(s, (StoreBatch){ .platform = &p }, NULL);
	r = registry(s, &a);
	q = prod(&r);
	assert_true(q->has_rev && q->rev == 4 && !q->locked && !q->drift && str_is(q->updated_by, "me") && str_is(route_main(q->left), "9"));
	assert_true(r.moves == 1 && str_is(r.move[0].object, "up_gen/prod") && str_is(r.move[0].reason, "why"));
	p = platform("9", CLAIM("8", ""));
	apply(s, (StoreBatch){ .platform = &p }, NULL);
	r = registry(s, &a);
	assert_true(prod(&r)->drift && !prod(&r)->updated_by.n);        /* whoever moved it from 8 was not us */
	p = platform("9", CLAIM("8", ",\"lock\":{\"M\":{\"op\":{\"S\":\"o\"},\"action\":{\"S\":\"rollback\"},\"by\":{\"S\":\"you\"},\"host\":{\"S\":\"h\"},"
	             "\"since\":{\"S\":\"" AT "\"},\"pid\":{\"N\":\"1\"},\"reason\":{\"S\":\"r\"},\"fromRoutes\":{\"L\":[]},\"toRoutes\":{\"L\":[]}}}"));
	apply(s, (StoreBatch){ .platform = &p }, NULL);
	r = registry(s, &a);
	assert_true(prod(&r)->locked && !prod(&r)->drift && str_is(prod(&r)->lock.by, "you"));
	p = platform("9", "{\"rev\":{\"S\":\"not a number\"}}");
	apply(s, (StoreBatch){ .platform = &p }, NULL);
	r = registry(s, &a);
	assert_true(!prod(&r)->has_rev && !prod(&r)->drift);            /* what cannot be read is not known */
	store_close(s);
	arena_done(&a);
}

#define ROUTE(v) "{\"agentId\":{\"S\":\"up\"},\"version\":{\"S\":\"#route\"},\"rev\":{\"N\":\"2\"},\"routes\":{\"L\":[{\"M\":{\"version\":{\"S\":\"" v "\"}," \
	"\"weight\":{\"N\":\"100\"}}}]},\"updatedAt\":{\"S\":\"" AT "\"},\"updatedBy\":{\"S\":\"me\"}}"
#define AUDIT(op, n, event) "{\"agentId\":{\"S\":\"up\"},\"version\":{\"S\":\"#audit#" AT "#" op "#" n "\"},\"op\":{\"S\":\"" op "\"},\"event\":{\"S\":\"" \
	event "\"},\"action\":{\"S\":\"rollback\"},\"by\":{\"S\":\"me\"},\"host\":{\"S\":\"h\"},\"reason\":{\"S\":\"bad\"}," \
	"\"from\":{\"L\":[{\"M\":{\"version\":{\"S\":\"2\"},\"weight\":{\"N\":\"100\"}}}]}," \
	"\"to\":{\"L\":[{\"M\":{\"version\":{\"S\":\"1\"},\"weight\":{\"N\":\"100\"}}}]}}"

static AgentVersionRow item(const char *version, const char *raw)
{
	return (AgentVersionRow){ .agent = STR("up"), .version = str_of(version), .raw_json = str_of(raw), .status = STR("approved"),
	                          .is_route = strcmp(version, "#route") == 0, .rev = 2 };
}

static Change moved(int64_t ms, const char *to, const char *id)
{
	return (Change){ .since_ms = ms, .time_ms = ms, .kind = CHANGE_POINTER, .source = CHANGE_BY_DYNAMODB, .object = STR("up/route"), .from = STR("2"),
	                 .to = str_of(to), .id = str_of(id) };
}

static void audit_items_tell_our_moves_from_others(void **state)
{
	Store *s = must_open("audit.db", STORE_WRITE);
	AgentVersionRow rows[] = {
		item("#route", ROUTE("1")), item("#audit#" AT "#op1#1", AUDIT("op1", "1", "claimed")), item("#audit#" AT "#op1#2", AUDIT("op1", "2", "done")),
		item("1", "{\"agentId\":{\"S\":\"up\"},\"config\":{\"M\":{\"maxTokens\":{\"N\":\"500\"},\"on\":{\"BOOL\":true},\"tools\":{\"L\":[{\"S\":\"a\"}]}}},"
		     "\"promptTemplate\":{\"S\":\"s3://p\"},\"performance\":{\"M\":{\"approvalRate\":{\"N\":\"0.91\"}}}}"),
	};
	int64_t audit_ms = 1800000000000;        /* what AT says */
	Change changes[] = { moved(audit_ms, "1", "a"), moved(audit_ms + 120 * minute, "3", "b") };
	HistoryAsk q = { .name = STR("up") };
	HistoryRow *h;
	Arena a = { 0 };
	Registry r;
	size_t n;
	bool known;

	(void)state;
	apply(s, (StoreBatch){ .agents = rows, .agent_count = 4, .agents_replace = true, .changes = changes, .change_count = 2 }, NULL);
	r = registry(s, &a);
	assert_true(r.agents == 1 && r.pointers == 1 && r.versions == 1 && r.moves == 2);
	assert_string_equal(r.version[0].detail.p, "{\"config\":{\"maxTokens\":500,\"on\":true,\"tools\":[\"a\"]},\"prompt\":\"s3://p\",\"tools\":[\"a\"]}");
	assert_true(fabs(r.version[0].approval - 0.91) < 1e-9 && isnan(r.version[0].score));
	assert_true(!r.pointer[0].drift && str_is(route_main(r.pointer[0].left), "1"));
	assert_non_null(registry_ours(&r, &r.change[1]));
	assert_null(registry_ours(&r, &r.change[0]));
	MUST(agent_history(s, &q, &a, &h, &n, &known, e));
	assert_true(known && n == 2);
	assert_true(h[0].elsewhere && str_is(route_main(h[0].m.to), "3") && str_is(h[0].pointer, "up/route"));
	assert_true(!h[1].elsewhere && str_is(h[1].m.op, "op1") && strcmp(h[1].outcome, "done") == 0 && str_is(h[1].m.reason, "bad"));
	rows[0] = item("#route", ROUTE("3"));
	apply(s, (StoreBatch){ .agents = rows, .agent_count = 4, .agents_replace = true }, NULL);
	r = registry(s, &a);
	assert_true(r.pointer[0].drift);
	rows[2] = item("4", "{\"agentId\":{\"S\":\"up\"}}");                /* the end is not there: nobody knows where it was left */
	apply(s, (StoreBatch){ .agents = rows, .agent_count = 4, .agents_replace = true }, NULL);
	r = registry(s, &a);
	assert_false(r.pointer[0].drift);
	MUST(agent_history(s, &q, &a, &h, &n, &known, e));
	assert_true(n >= 1 && strcmp(h[n - 1].outcome, "unknown") == 0);
	store_close(s);
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_look_is_kept_whole), cmocka_unit_test(the_lock_table_says_where_seismo_left_it),
		cmocka_unit_test(audit_items_tell_our_moves_from_others),
	};

	return cmocka_run_group_tests(tests, make_place, clear_place);
}
