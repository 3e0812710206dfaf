/* Whether going back will help. */
#include "unit.h"

#include "model/blame.h"

typedef struct Row { BlameAsk ask; Blame says; } Row;

static void verdicts(void **state)
{
	static const Row rows[] = {
		{ { { 75, 337 }, { 90, 9770 }, { 250, 30954 }, 3 }, BLAME_RELEASE },          /* 18 % against 0.9 %, the others 0.8 % */
		{ { { 75, 337 }, { 90, 9770 }, { 0, 0 }, 3 }, BLAME_RELEASE },                /* nobody else on the model */
		{ { { 5, 20 }, { 90, 9770 }, { 250, 30954 }, 0 }, BLAME_FEW },
		{ { { 75, 337 }, { 90, 9770 }, { 250, 30954 }, 38 }, BLAME_THROTTLING },      /* half of 75, rounded up */
		{ { { 75, 337 }, { 90, 9770 }, { 250, 30954 }, 37 }, BLAME_RELEASE },
		{ { { 75, 337 }, { 90, 9770 }, { 6000, 25000 }, 3 }, BLAME_MODEL },
		{ { { 75, 337 }, { 0, 0 }, { 6000, 25000 }, 3 }, BLAME_MODEL },
		{ { { 75, 337 }, { 0, 0 }, { 250, 30954 }, 3 }, BLAME_UNKNOWN },              /* of the target nothing is known */
		{ { { 75, 337 }, { 180, 820 }, { 250, 30954 }, 3 }, BLAME_SAME },             /* 18.0 % then, too */
		{ { { 1, 99 }, { 90, 9770 }, { 250, 30954 }, 0 }, BLAME_SAME },               /* it does not fail */
		{ { { 0, 0 }, { 0, 0 }, { 0, 0 }, 0 }, BLAME_FEW },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_int_equal(blame_of(&rows[i].ask), rows[i].says);
	assert_true(blame_others_well(&rows[0].ask));
	assert_false(blame_others_well(&rows[1].ask));
	assert_false(blame_others_well(&rows[5].ask));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(verdicts) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
