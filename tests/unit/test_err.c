/* Sentences about what failed, and what is left of long ones. */
#include "unit.h"

#include "base/err.h"

static void the_remedy_outlasts_a_cut(void **state)
{
	char out[40];

	(void)state;
	err_cut("short; say it", out, sizeof out);
	assert_string_equal(out, "short; say it");
	err_cut("cannot reach a host of a very long name for a call; check the URL", out, sizeof out);
	assert_string_equal(out, "cannot reach a host of… check the URL");
	/* Within no character, and at the end when there is no remedy, or one without end. */
	err_cut("cannot reach äääääääääääääääääääääääääääääääää for a call; check the URL", out, sizeof out);
	assert_string_equal(out, "cannot reach ääää… check the URL");
	err_cut("a sentence that goes on for longer than there is room", out, sizeof out);
	assert_int_equal(strlen(out), sizeof out - 2);
	assert_true(strstr(out, "…") == out + strlen(out) - strlen("…"));
	err_cut("why; a remedy that goes on for longer than there is room for it", out, sizeof out);
	assert_string_equal(out, "why; a remedy that goes on for longer t");
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(the_remedy_outlasts_a_cut) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
