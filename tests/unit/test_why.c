/* The bridge's line: the numbers shown add up, whatever is rounded, and the line fits. */
#include "unit.h"

#include "panes/why.h"

static uint64_t dice_state = 7;
static int64_t dice(int64_t sides)
{
	dice_state = dice_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (int64_t)((dice_state >> 20) % (uint64_t)sides);
}

static Bridge bridge_of(const int64_t effect[BRIDGE_EFFECTS])
{
	Bridge b = { .base_nusd = 1000 };

	b.now_nusd = b.base_nusd;
	for (int i = 0; i < BRIDGE_EFFECTS; i++) {
		b.effect[i] = effect[i];
		b.now_nusd += effect[i];
	}
	return b;
}

/* Ten-thousandths: every number that a line shows is a whole count of them. */
static int64_t read_amount(const char *p, char **end)
{
	int64_t whole = strtoll(p, end, 10), part = 0;
	bool less = *p == '-';

	if (whole < 0)
		whole = -whole;
	if (**end == '.') {
		int digits = 0;

		for (++*end; **end >= '0' && **end <= '9'; ++*end, digits++)
			part = part * 10 + (**end - '0');
		for (; digits < 4; digits++)
			part *= 10;
	}
	whole *= **end == 'M' ? 1000000 : **end == 'k' ? 1000 : 1;
	*end += **end == 'M' || **end == 'k';
	return (less ? -1 : 1) * (whole * 10000 + part);
}

static void check(const char *line)
{
	int64_t sum = 0, v;
	char *end;

	assert_int_equal(strncmp(line, "why $ ", 6), 0);
	for (const char *p = line + 6; *p; p++) {
		if (!(*p == '+' || *p == '-') || p[-1] != ' ')
			continue;
		v = read_amount(p, &end);
		if (p[-2] == '=') {
			assert_int_equal(sum, v);
			return;
		}
		sum += v;
		p = end - 1;
	}
	assert_int_equal(sum, 0);                /* "= 0" */
}

static void what_is_shown_adds_up(void **state)
{
	Arena a = { 0 };

	(void)state;
	for (int round = 0; round < 5000; round++) {
		int64_t effect[BRIDGE_EFFECTS], size = INT64_C(1) << dice(45);
		Bridge b;

		for (int i = 0; i < BRIDGE_EFFECTS; i++)
			effect[i] = dice(3) ? dice(2 * size + 1) - size : 0;
		b = bridge_of(effect);
		for (int w = 80; w <= 200; w += 40) {
			Clean line = why_line(&b, w, &a);

			if (line.columns > w)
				fail_msg("%d columns of %d: %s", line.columns, w, line.p);
			check(line.p);
		}
		arena_reset(&a);
	}
	arena_done(&a);
}

static void the_drawn_example(void **state)
{
	static const int64_t effect[BRIDGE_EFFECTS] = { [BRIDGE_JOBS] = 5000000000, [BRIDGE_TOKENS] = 61000000000, [BRIDGE_CACHE] = 14000000000,
	                                                [BRIDGE_MIX] = 2000000000 };
	Bridge b = bridge_of(effect);
	Arena a = { 0 };

	(void)state;
	assert_string_equal(why_line(&b, 120, &a).p, "why $ jobs +5 | tokens/job +61 | cache miss +14 | model mix +2 | price 0 | retries 0 = +82");
	assert_string_equal(why_line(&b, 80, &a).p, "why $ jobs +5 | tokens/job +61 | cache miss +14 | model mix +2 = +82");
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(what_is_shown_adds_up), cmocka_unit_test(the_drawn_example) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
