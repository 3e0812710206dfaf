/* Changes: looks at a registry that become rows, and sightings of several sources that become one. */
#include "unit.h"

#include "api/traits.h"
#include "store/change.h"
#include "store_unit.h"

#define T0 INT64_C(1790000000000)
#define MINUTE INT64_C(60000)

/* --- looks --- */

typedef struct Look { TraitList l; Arena a; int64_t at_ms; const char *place; bool empty; } Look;

static void item(Look *k, const char *json)
{
	AgentItem it;
	JsonVal v;
	Err e = { 0 };

	if (jv_parse(&k->a, str_of(json), 1 << 20, &v, &e) < 0 || record_agent(&k->a, v, &it, &e) < 0)
		fail_msg("%s: %s", json, e.text);
	traits_of_agent(&k->l, &k->a, v, &it);
}

/* Takes the look in and forgets it. */
static size_t look(Store *s, Look *k)
{
	TraitSet set = { .source = CHANGE_BY_DYNAMODB, .place = str_of(k->place ? k->place : "agents"), .trait = k->l.v, .count = k->l.n,
	                .began_ms = k->at_ms, .ended_ms = k->at_ms + 100 };
	StoreBatch b = { .traits = &set, .prices = &fleet_prices };
	StoreDelta d = { 0 };

	MUST(store_apply(s, &b, &d, e));
	traits_done(&k->l);
	arena_done(&k->a);
	return d.changes;
}

#define ROUTE(routes, more) "{\"agentId\":{\"S\":\"upsell\"},\"version\":{\"S\":\"#route\"},\"routes\":{\"L\":[" routes "]}" more "}"
#define TO(v, w) "{\"M\":{\"version\":{\"S\":\"" v "\"},\"weight\":{\"N\":\"" w "\"}}}"
#define VERSION(v, status, model, prompt, config) "{\"agentId\":{\"S\":\"upsell\"},\"version\":{\"S\":\"" v "\"},\"status\":{\"S\":\"" status \
	"\"},\"bedrockModel\":{\"S\":\"" model "\"},\"promptTemplate\":{\"S\":\"" prompt "\"},\"config\":{\"M\":{" config "}}," \
	"\"createdBy\":{\"S\":\"ana\"},\"createdAt\":{\"S\":\"2026-09-21T14:13:50.000Z\"}}"
#define PLAIN VERSION("2.1", "production", "nova-pro", "s3://p/2.1", "\"maxTokens\":{\"N\":\"1000\"}")

/* "pointer upsell/route 2.1>2.2 bob dynamodb +0", newest first, one a line; + is the time in s from T0. */
static char *told(Store *s)
{
	Arena a = { 0 };
	Buf b = { 0 };
	Change *c;
	size_t n;

	MUST(store_changes(s, 0, 0, 0, &a, &c, &n, e));
	for (size_t i = 0; i < n; i++)
		(void)buf_printf(&b, "%s %.*s %.*s>%.*s %.*s %s +%lld\n", change_kind_name(c[i].kind), STR_ARG(c[i].object), STR_ARG(c[i].from),
		                 STR_ARG(c[i].to), STR_ARG(c[i].by), change_source_name(c[i].source), (long long)((c[i].time_ms - T0) / 1000));
	arena_done(&a);
	return buf_take(&b);
}

static void tells(Store *s, const char *want)
{
	char *have = told(s);

	assert_string_equal(have, want);
	free(have);
}

static void the_first_look_changes_nothing(void **state)
{
	Store *s = must_open("first.db", STORE_WRITE);
	Look k = { .at_ms = T0 };

	(void)state;
	item(&k, ROUTE(TO("2.1", "100"), ""));
	item(&k, PLAIN);
	assert_int_equal(look(s, &k), 0);
	k.at_ms += 30000;
	item(&k, PLAIN);                                   /* in another order, and it says the same */
	item(&k, ROUTE(TO("2.1", "100"), ""));
	assert_int_equal(look(s, &k), 0);
	tells(s, "");
	/* Another table is another registry. */
	k = (Look){ .at_ms = T0 + 60000, .place = "agents2" };
	item(&k, ROUTE(TO("7", "100"), ""));
	assert_int_equal(look(s, &k), 0);
	k.at_ms += 30000;
	item(&k, ROUTE(TO("8", "100"), ""));
	assert_int_equal(look(s, &k), 1);
	tells(s, "pointer upsell/route 7>8  dynamodb +90\n");
	store_close(s);
}

static void a_moved_pointer(void **state)
{
	Store *s = must_open("moved.db", STORE_WRITE);
	Look k = { .at_ms = T0 };

	(void)state;
	item(&k, ROUTE(TO("2.1", "100"), ""));
	assert_int_equal(look(s, &k), 0);
	/* Claimed and released: rev and lock are no change. */
	k.at_ms = T0 + 30000;
	item(&k, ROUTE(TO("2.1", "100"), ",\"rev\":{\"N\":\"7\"},\"lock\":{\"M\":{\"op\":{\"S\":\"x\"}}}"));
	assert_int_equal(look(s, &k), 0);
	k.at_ms = T0 + 60000;
	/* 2026-09-21T14:14:05.000Z is T0 + 45 s: between the looks, so it is believed. */
	item(&k, ROUTE(TO("2.2", "10") "," TO("2.1", "90"), ",\"updatedAt\":{\"S\":\"2026-09-21T14:14:05.000Z\"},\"updatedBy\":{\"S\":\"bob\"}"));
	assert_int_equal(look(s, &k), 1);
	k.at_ms = T0 + 90000;                              /* the same routes in another order */
	item(&k, ROUTE(TO("2.1", "90") "," TO("2.2", "10"), ""));
	assert_int_equal(look(s, &k), 0);
	k.at_ms = T0 + 120000;                             /* a time that was not written anew: then it was since the last look */
	item(&k, ROUTE(TO("2.1", "90") "," TO("2.2", "10"),
	               ",\"paused\":{\"BOOL\":true},\"updatedAt\":{\"S\":\"2026-09-21T14:14:05.000Z\"}"));
	assert_int_equal(look(s, &k), 1);
	k.at_ms = T0 + 150000;
	assert_int_equal(look(s, &k), 1);                  /* deleted */
	tells(s, "pointer upsell/route 2.1:90 2.2:10 paused>  dynamodb +150\n"
	         "pointer upsell/route 2.1:90 2.2:10>2.1:90 2.2:10 paused  dynamodb +120\n"
	         "pointer upsell/route 2.1>2.1:90 2.2:10 bob dynamodb +45\n");
	store_close(s);
}

static void a_version(void **state)
{
	Store *s = must_open("version.db", STORE_WRITE);
	Look k = { .at_ms = T0 - 30000 };

	(void)state;
	assert_int_equal(look(s, &k), 0);
	k.at_ms = T0 + 30000;
	item(&k, PLAIN);                                   /* created at T0 + 30 s: one change, not five */
	assert_int_equal(look(s, &k), 1);
	k.at_ms = T0 + 60000;
	item(&k, VERSION("2.1", "rolled_back", "nova-lite", "s3://p/2.2", "\"maxTokens\":{\"N\":\"2048\"},\"tools\":{\"L\":[]}"));
	assert_int_equal(look(s, &k), 5);
	k.at_ms = T0 + 90000;
	item(&k, VERSION("2.1", "rolled_back", "nova-lite", "You are kind.", "\"tools\":{\"L\":[]}"));
	assert_int_equal(look(s, &k), 2);
	k.at_ms = T0 + 120000;                             /* audit rows are no versions */
	item(&k, VERSION("2.1", "rolled_back", "nova-lite", "You are kind.", "\"tools\":{\"L\":[]}"));
	item(&k, "{\"agentId\":{\"S\":\"upsell\"},\"version\":{\"S\":\"#audit#2026#x#1\"}}");
	assert_int_equal(look(s, &k), 0);
	k.at_ms = T0 + 150000;
	assert_int_equal(look(s, &k), 1);
	tells(s, "config upsell@2.1 registered>  dynamodb +150\n"
	         "prompt upsell@2.1 s3://p/2.2>sha256:328b35abae84  dynamodb +90\n"
	         "config upsell@2.1 maxTokens 2048>  dynamodb +90\n"
	         "label upsell@2.1 production>rolled_back  dynamodb +60\n"
	         "prompt upsell@2.1 s3://p/2.1>s3://p/2.2  dynamodb +60\n"
	         "model upsell@2.1 nova-pro>nova-lite  dynamodb +60\n"
	         "config upsell@2.1 maxTokens 1000>2048  dynamodb +60\n"
	         "tool upsell@2.1 tools >[]  dynamodb +60\n"
	         "config upsell@2.1 >registered ana dynamodb +30\n");
	store_close(s);
}

/* Two consoles on one store: the one that looked before the other wrote must not undo what that one saw. */
static void looks_that_overlap(void **state)
{
	Store *s = must_open("overlap.db", STORE_WRITE);
	Look k = { .at_ms = T0 };

	(void)state;
	item(&k, ROUTE(TO("1", "100"), ""));
	assert_int_equal(look(s, &k), 0);
	k.at_ms = T0 + 30000;
	item(&k, ROUTE(TO("2", "100"), ""));
	assert_int_equal(look(s, &k), 1);
	k.at_ms = T0 + 30050;                              /* began before the other had ended */
	item(&k, ROUTE(TO("1", "100"), ""));
	assert_int_equal(look(s, &k), 0);
	k.at_ms = T0 - 3600000;                            /* a clock that was put back is not an overlap */
	item(&k, ROUTE(TO("3", "100"), ""));
	assert_int_equal(look(s, &k), 1);
	store_close(s);
}

/* --- sightings --- */

static size_t take(Store *s, Change c)
{
	StoreBatch b = { .changes = &c, .change_count = 1, .prices = &fleet_prices };
	StoreDelta d = { 0 };

	MUST(store_apply(s, &b, &d, e));
	return d.changes;
}

static Change seen(ChangeSource source, const char *id, int64_t at_ms, const char *from, const char *to, const char *by)
{
	return (Change){ .kind = CHANGE_POINTER, .source = source, .id = str_of(id), .since_ms = at_ms, .time_ms = at_ms,
	                 .object = STR("upsell/route"), .from = str_of(from), .to = str_of(to), .by = str_of(by) };
}

static void seen_twice_is_one(void **state)
{
	Store *s = must_open("twice.db", STORE_WRITE);

	(void)state;
	assert_int_equal(take(s, seen(CHANGE_BY_CLOUDTRAIL, "e1", T0, "", "", "bob")), 1);
	for (int i = 0; i < 3; i++)
		assert_int_equal(take(s, seen(CHANGE_BY_CLOUDTRAIL, "e1", T0, "", "", "bob")), 0);
	assert_int_equal(take(s, seen(CHANGE_BY_CLOUDTRAIL, "e2", T0 + 1000, "", "", "bob")), 1);      /* another event is another change */
	tells(s, "pointer upsell/route > bob cloudtrail +1\npointer upsell/route > bob cloudtrail +0\n");
	store_close(s);
}

/* In both orders: CloudTrail says who and when, the look from where to where. */
static void the_better_source_wins(void **state)
{
	(void)state;
	for (int first = 0; first < 2; first++) {
		Store *s = must_open(first ? "look-first.db" : "trail-first.db", STORE_WRITE);
		Change of[2] = { seen(CHANGE_BY_CLOUDTRAIL, "e1", T0 + 7000, "", "", "arn:bob"),
		                 seen(CHANGE_BY_DYNAMODB, "d1", T0 + 20000, "2.1", "2.2", "somebody") };

		of[1].since_ms = T0 - 10000;                   /* a look knows only that it was since the last one */
		assert_int_equal(take(s, of[first]), 1);
		assert_int_equal(take(s, of[!first]), 1);      /* the row says more now */
		for (int i = 0; i < 4; i++)
			assert_int_equal(take(s, of[i % 2]), 0);
		tells(s, "pointer upsell/route 2.1>2.2 arn:bob cloudtrail +7\n");
		store_close(s);
	}
}

static void what_is_not_the_same(void **state)
{
	Store *s = must_open("other.db", STORE_WRITE);
	Change c = seen(CHANGE_BY_CLOUDTRAIL, "e1", T0, "", "2.2", "bob");

	(void)state;
	assert_int_equal(take(s, c), 1);
	assert_int_equal(take(s, seen(CHANGE_BY_DYNAMODB, "d1", T0, "2.2", "2.1", "")), 1);            /* to elsewhere */
	assert_int_equal(take(s, seen(CHANGE_BY_DYNAMODB, "d2", T0 + 11000, "2.1", "2.2", "")), 1);    /* later */
	c.kind = CHANGE_CONFIG;
	c.id = STR("e2");
	assert_int_equal(take(s, c), 1);
	c.object = STR("judge/route");
	c.id = STR("e3");
	assert_int_equal(take(s, c), 1);
	store_close(s);
}

/* There and back within a minute: each look finds its own event, the nearest. */
static void there_and_back(void **state)
{
	Store *s = must_open("back.db", STORE_WRITE);
	Change there = seen(CHANGE_BY_DYNAMODB, "d1", T0 + 3000, "1", "2", ""), back = seen(CHANGE_BY_DYNAMODB, "d2", T0 + 9000, "2", "1", "");

	(void)state;
	(void)take(s, there);
	(void)take(s, back);
	(void)take(s, seen(CHANGE_BY_CLOUDTRAIL, "e1", T0 + 2000, "", "", "bob"));
	(void)take(s, seen(CHANGE_BY_CLOUDTRAIL, "e2", T0 + 8000, "", "", "eve"));
	tells(s, "pointer upsell/route 2>1 eve cloudtrail +8\npointer upsell/route 1>2 bob cloudtrail +2\n");
	store_close(s);
}

static void ids_are_shown_by_name(void **state)
{
	Store *s = must_open("names.db", STORE_WRITE);
	const KnownAs names[] = { { STR("ABCDEFGHIJ"), STR("upsell") }, { STR("ALIAS12345"), STR("prod") } };
	Change c = seen(CHANGE_BY_CLASSIC, "h1", T0, "1", "2", "");
	StoreBatch b = { .names = names, .name_count = 2, .prices = &fleet_prices };

	(void)state;
	c.object = STR("ABCDEFGHIJ/ALIAS12345");
	(void)take(s, c);
	tells(s, "pointer ABCDEFGHIJ/ALIAS12345 1>2  agents-classic +0\n");
	MUST(store_apply(s, &b, NULL, e));
	tells(s, "pointer upsell/prod 1>2  agents-classic +0\n");
	store_close(s);
}

static void old_ones_are_forgotten(void **state)
{
	Store *s = must_open("old.db", STORE_WRITE);
	LogLine line = { .event_id = STR("l"), .event_ms = T0, .kind = LINE_PLAIN, .text = STR("x") };
	StoreBatch b = { .lines = &line, .line_count = 1, .prices = &fleet_prices };

	(void)state;
	MUST(store_apply(s, &b, NULL, e));                 /* what the clock is held against */
	(void)take(s, seen(CHANGE_BY_CLOUDTRAIL, "e1", T0 - 401 * 1440 * MINUTE, "", "", "bob"));
	(void)take(s, seen(CHANGE_BY_CLOUDTRAIL, "e2", T0 - 399 * 1440 * MINUTE, "", "", "eve"));
	MUST(store_prune(s, T0, 0, 0, 400 * 1440 * MINUTE, e));
	tells(s, "pointer upsell/route > eve cloudtrail +-34473600\n");
	store_close(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_look_changes_nothing), cmocka_unit_test(a_moved_pointer), cmocka_unit_test(a_version),
		cmocka_unit_test(looks_that_overlap), cmocka_unit_test(seen_twice_is_one), cmocka_unit_test(the_better_source_wins),
		cmocka_unit_test(what_is_not_the_same), cmocka_unit_test(there_and_back), cmocka_unit_test(ids_are_shown_by_name),
		cmocka_unit_test(old_ones_are_forgotten),
	};

	return cmocka_run_group_tests_name("changes", tests, make_place, clear_place);
}
