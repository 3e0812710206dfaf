#include "unit.h"

#include "chat/health.h"
#include "chat/routes.h"
#include "conf/config.h"

static Arena arena;
static Err err;

static int parse(const char *rules, Config *c)
{
	arena_reset(&arena);
	err = (Err){ 0 };
	return config_parse(&arena, "c.yaml", arena_printf(&arena, "routing:\n  rules:\n%s", rules), c, &err);
}

static void what_is_refused(void **state)
{
	static const struct { const char *rule, *why; } rows[] = {
		{ "    - {models: [a]}\n", "name" },
		{ "    - {name: x}\n", "models" },
		{ "    - {name: x, models: []}\n", "models" },
		{ "    - {name: x, models: [auto]}\n", "models" },
		{ "    - {name: x, models: [a, b, a]}\n", "a stands twice in the chain of x" },
		{ "    - {name: x, models: [a], match: '('}\n", "the pattern of x" },
		{ "    - {name: x, models: [a], longer_than: 10, shorter_than: 10}\n", "longer than 10 and shorter than 10" },
		{ "    - {name: x, models: [a]}\n    - {name: x, models: [b]}\n", "name" },
		{ "    - {name: x, models: [a], lenght: 3}\n", "lenght" },
	};
	Config c;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_int_equal(parse(rows[i].rule, &c), -1);
		assert_int_equal(err.kind, ERR_USAGE);
		if (!strstr(err.text, rows[i].why))
			fail_msg("%s: \"%s\" should say \"%s\"", rows[i].rule, err.text, rows[i].why);
	}
}

static void expect_rule(const Routes *r, const char *question, const char *view, const char *want)
{
	const ConfRoute *found = routes_find(r, str_of(question), str_of(view));

	if (!found ? want != NULL : !want || !str_is(found->name, want))
		fail_msg("%.40s: %.*s, not %s", question, found ? (int)found->name.n : 4, found ? found->name.p : "none", want ? want : "none");
}

static void the_first_that_fits(void **state)
{
	static const char rules[] =
		"    - {name: code, code: true, models: [a]}\n"
		"    - {name: proof, match: '(?i)\\bprove|step by step', longer_than: 20, models: [b]}\n"
		"    - {name: desk, view: maintenance, shorter_than: 40, models: [c]}\n"
		"    - {name: odd, match: '(x+x+)+y', models: [d]}\n";
	char xs[5000];
	Routes *r;
	Config c;

	(void)state;
	assert_int_equal(parse(rules, &c), 0);
	assert_int_equal(c.routing.slow_ms, 20000);
	assert_int_equal(c.routing.failing_ppm, 500000);
	r = routes_new(&c.routing);
	expect_rule(r, "what does this do?\n```\nprove\n```", "", "code");
	expect_rule(r, "int main(void)\n{\n\treturn 0;\n}\n", "", "code");
	expect_rule(r, "I return home; then I sleep.", "", NULL);
	expect_rule(r, "PROVE that seven is prime", "", "proof");
	expect_rule(r, "prove it", "", NULL);
	expect_rule(r, "improve the text a little bit", "", NULL);
	expect_rule(r, "is it warm?", "maintenance", "desk");
	expect_rule(r, "is it warm?", "playground", NULL);
	expect_rule(r, "is it warm? and is it warm? and is it warm?", "maintenance", NULL);
	expect_rule(r, "xxxxxxy", "", "odd");
	/* Its steps run out: it does not fit, and nobody waits. */
	memset(xs, 'x', sizeof xs - 1);
	xs[sizeof xs - 1] = 0;
	expect_rule(r, xs, "", NULL);
	routes_free(r);
	routes_free(NULL);
}

static void longer_than_a_pattern_reads(void **state)
{
	char *text = malloc((64 << 10) + 100);
	Routes *r;
	Config c;

	(void)state;
	assert_int_equal(parse("    - {name: end, match: 'end', models: [a]}\n    - {name: begin, match: '^b', models: [a]}\n", &c), 0);
	r = routes_new(&c.routing);
	/* A character stands across the border. */
	memset(text, 'b', (64 << 10) - 1);
	strcpy(text + (64 << 10) - 1, "\xe2\x9c\x93 end");
	expect_rule(r, text, "", "begin");
	routes_free(r);
	free(text);
}

/* --- how models have answered --- */

static void expect_objection(const Health *h, int64_t now_ms, const char *want)
{
	char why[80] = "";

	(void)health_objects(h, STR("m"), 20000, 500000, now_ms, why, sizeof why);
	assert_string_equal(why, want);
}

static void failures_fade(void **state)
{
	static Health h;
	int64_t now = 1000000;

	(void)state;
	expect_objection(&h, now, "");
	for (int i = 0; i < 2; i++)
		health_tell(&h, STR("m"), -1, "failed", 0, now);
	expect_objection(&h, now, "");                          /* two are chance */
	health_tell(&h, STR("m"), 100, NULL, 0, now);
	health_tell(&h, STR("m"), -1, "failed", 0, now);
	expect_objection(&h, now, "75 % of its answers failed");
	expect_objection(&h, now + HEALTH_FADE_MS, "");         /* too few of late to say so */
	now += 10 * HEALTH_FADE_MS;
	for (int i = 0; i < 3; i++)
		health_tell(&h, STR("m"), 200, NULL, 0, now);
	assert_true(health_now(&h, STR("m"), now).failing < 0.01);
	assert_int_equal(health_now(&h, STR("m"), now).first_ms, 199);     /* a thousandth of the 100 is left */
	expect_objection(&h, now, "");
	assert_int_equal(health_now(&h, STR("other"), now).first_ms, -1);
}

static void slow_ones(void **state)
{
	static Health h;

	(void)state;
	for (int i = 0; i < 3; i++)
		health_tell(&h, STR("m"), 31000, NULL, 0, 5);
	expect_objection(&h, 5, "slow: 31 s to the first token");
	expect_objection(&h, 5 + HEALTH_FADE_MS, "");
}

static void a_run_of_failures(void **state)
{
	static Health h;

	(void)state;
	for (int i = 0; i < 3; i++)
		health_tell(&h, STR("m"), -1, "throttled", 0, 1000);
	assert_true(health_now(&h, STR("m"), 1000).open);
	expect_objection(&h, 1000, "3 failures in a row");
	assert_false(health_now(&h, STR("m"), 1000 + 15000).open);       /* it may be tried */
	health_tell(&h, STR("m"), -1, "throttled", 0, 1000 + 15000);
	assert_true(health_now(&h, STR("m"), 1000 + 15001).open);        /* for longer */
	health_tell(&h, STR("m"), 10, NULL, 0, 100000);
	assert_false(health_now(&h, STR("m"), 100000).open);
}

static void many_models(void **state)
{
	static Health h;
	char name[20];

	(void)state;
	for (int i = 0; i < HEALTH_MODELS + 5; i++) {
		(void)snprintf(name, sizeof name, "m%d", i);
		health_tell(&h, str_of(name), 10, NULL, 0, i);
	}
	assert_int_equal(h.n, HEALTH_MODELS);
	assert_int_equal(health_now(&h, STR("m4"), 100).first_ms, -1);       /* the oldest went */
	assert_int_equal(health_now(&h, STR("m5"), 100).first_ms, 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_refused), cmocka_unit_test(the_first_that_fits), cmocka_unit_test(longer_than_a_pattern_reads),
		cmocka_unit_test(failures_fade), cmocka_unit_test(slow_ones), cmocka_unit_test(a_run_of_failures), cmocka_unit_test(many_models),
	};
	int rc = cmocka_run_group_tests(tests, NULL, NULL);

	arena_done(&arena);
	return rc;
}
