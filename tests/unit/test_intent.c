#include "unit.h"

#include <string.h>

#include "act/intent.h"

static RoutePart old[] = { { STR("2.1"), 90 }, { STR("2.0"), 10 } }, new[] = { { STR("2.2"), 100 } };

static const Intent whole = {
	.action = STR("rollback"), .backend = STR("dynamodb"), .agent = STR("A1"), .name = STR("upsell"), .pointer = STR("A1/route"),
	.pointer_name = STR("route"), .from = { old, 2 }, .to = { new, 1 }, .version = STR(""), .was = STR("approved"), .becomes = STR(""),
	.reason = STR("fails"), .by = STR("ops"), .account = STR("000000000000"), .region = STR("us-east-1"), .until_ms = 77, .rev = 5,
	.claim = true, .process = { .pid = 11, .start = 12, .host = "desk", .boot = "b", .space = "s" },
};

static Str written(const Intent *x, Arena *a)
{
	Buf b = { 0 };
	JsonW w = jw_to(&b);
	Str out;

	intent_write(&w, x);
	out = arena_str(a, buf_str(&b));
	buf_done(&b);
	return out;
}

static bool same(const Intent *x, const Intent *y)
{
	return str_eq(x->action, y->action) && str_eq(x->pointer_name, y->pointer_name) && str_eq(x->was, y->was) && route_eq(x->from, y->from) &&
	       route_eq(x->to, y->to) && x->until_ms == y->until_ms && x->rev == y->rev && x->claim == y->claim &&
	       x->process.pid == y->process.pid && x->process.start == y->process.start && strcmp(x->process.host, y->process.host) == 0 &&
	       strcmp(x->process.space, y->process.space) == 0;
}

static void what_is_written_is_read(void **state)
{
	Arena a = { 0 };
	JournalRow row = { .op = STR("op-1"), .facts = written(&whole, &a) };
	Intent x, y;
	Err e = { 0 };

	(void)state;
	assert_int_equal(intent_take(&a, &row, &x, &e), 0);
	assert_int_equal(intent_read(&a, row.facts, &y, &e), 0);
	assert_true(same(&x, &whole) && same(&y, &whole));
	arena_done(&a);
}

/* The row's facts with one member taken for another: it is missing under its name, or of another type. */
static Str spoilt(Str facts, const char *from, const char *to, Arena *a)
{
	char *text = arena_cstr(a, facts), *at = strstr(text, from);

	assert_non_null(at);
	return arena_printf(a, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
}

static void what_an_action_needs(void **state)
{
	static const struct { const char *from, *to, *says; } rows[] = {
		{ "\"action\":", "\"Action\":", "the journal's row of op-1: action: missing" },
		{ "\"pointer\":", "\"Pointer\":", "the journal's row of op-1: pointer: missing" },
		{ "\"reason\":\"fails\"", "\"reason\":null", "the journal's row of op-1: reason: missing" },
		{ "\"from\":", "\"From\":", "the journal's row of op-1: from: missing" },
		{ "\"rev\":5", "\"rev\":\"5\"", "the journal's row of op-1: rev: not an integer" },
		{ "\"claim\":true", "\"claim\":1", "the journal's row of op-1: claim: not true or false" },
		{ "\"weight\":90", "\"weight\":\"90\"", "the journal's row of op-1: from[0].weight: not an integer" },
		{ "\"was\":\"approved\"", "\"was\":1", "the journal's row of op-1: was: not a string" },
	};
	Arena a = { 0 };
	Str facts = written(&whole, &a);

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		JournalRow row = { .op = STR("op-1"), .facts = spoilt(facts, rows[i].from, rows[i].to, &a) };
		Intent x;
		Err e = { 0 };

		assert_int_equal(intent_take(&a, &row, &x, &e), -1);
		assert_string_equal(e.text, rows[i].says);
		/* Who only tells of it tells the rest. */
		assert_int_equal(intent_read(&a, row.facts, &x, &e), 0);
		assert_true(str_is(x.name, "upsell"));
	}
	arena_done(&a);
}

/* By whom, where and by which process it was begun: rows of earlier versions do not say all of that. */
static void what_may_be_missing(void **state)
{
	static const char *const names[] = { "\"was\":", "\"by\":", "\"account\":", "\"untilMs\":", "\"host\":", "\"pid\":", "\"start\":" };
	Arena a = { 0 };
	Str facts = written(&whole, &a);
	JournalRow row = { .op = STR("op-1") };
	Intent x;
	Err e = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		facts = spoilt(facts, names[i], arena_printf(&a, "\"no-%zu\":", i).p, &a);
	row.facts = facts;
	assert_int_equal(intent_take(&a, &row, &x, &e), 0);
	assert_true(!x.was.n && !x.by.n && !x.account.n && !x.until_ms && !x.process.pid && !x.process.host[0]);
	assert_true(str_is(x.region, "us-east-1"));
	arena_done(&a);
}

static void what_is_no_object(void **state)
{
	static const char *const texts[] = { "", "[]", "\"x\"", "{\"action\":" };
	Arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		JournalRow row = { .op = STR("op-1"), .facts = str_of(texts[i]) };
		Intent x;
		Err e = { 0 };

		assert_int_equal(intent_take(&a, &row, &x, &e), -1);
		assert_true(str_starts(str_of(e.text), STR("the journal's row of op-1: ")));
		assert_int_equal(intent_read(&a, row.facts, &x, &e), -1);
	}
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read),
		cmocka_unit_test(what_an_action_needs),
		cmocka_unit_test(what_may_be_missing),
		cmocka_unit_test(what_is_no_object),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
