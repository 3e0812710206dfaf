/* Who may act: the one answer for commands and for the card. */
#include "unit.h"

#include "app/consent.h"

typedef struct Row { const char *stage; bool read_only, unlockable; Consent said; ConsentLack lacks; } Row;

#define NAME .name = STR("upsell"), .reason = STR("why")
#define TYPED .typed = STR("upsell")

static void answers(void **state)
{
	static const Row rows[] = {
		/* As commands ask: nothing that is typed opens a session. */
		{ "prod", false, false, { NAME, TYPED }, CONSENT_GIVEN },
		{ "prod", false, false, { NAME, .yes = true }, CONSENT_NAME },
		{ "staging", false, false, { NAME, .yes = true }, CONSENT_NAME },
		{ "dev", false, false, { NAME, .yes = true }, CONSENT_GIVEN },
		{ "test", false, false, { NAME }, CONSENT_YES },
		{ "dev", false, false, { NAME, TYPED }, CONSENT_GIVEN },
		{ "dev", false, false, { NAME, .yes = true, .typed = STR("upsel") }, CONSENT_OTHER_NAME },
		{ "prod", true, true, { NAME, TYPED, .yes = true }, CONSENT_READ_ONLY },
		{ "prod", false, false, { .name = STR("upsell"), TYPED }, CONSENT_REASON },
		{ "prod", false, false, { NAME, .typed = STR("upsell unlocked-race") }, CONSENT_GIVEN },
		/* As the card asks. */
		{ "prod", true, true, { NAME, TYPED, .yes = true, .unlocks = true }, CONSENT_GIVEN },
		{ "prod", true, true, { NAME, .yes = true, .unlocks = true }, CONSENT_NAME },
		{ "dev", true, true, { NAME, .yes = true, .unlocks = true }, CONSENT_NAME },
		{ "dev", false, true, { NAME, .yes = true, .unlocks = true }, CONSENT_GIVEN },
		{ "prod", true, false, { NAME, TYPED, .yes = true, .unlocks = true }, CONSENT_READ_ONLY },
		{ "prod", true, true, { NAME, .typed = STR("UPSELL"), .yes = true, .unlocks = true }, CONSENT_OTHER_NAME },
		{ "dev", false, false, { NAME, .yes = true, .race = true }, CONSENT_NAME },
		{ "dev", false, false, { NAME, TYPED, .yes = true, .race = true }, CONSENT_RACE_WORDS },
		{ "dev", false, false, { NAME, .typed = STR("upsell unlocked-race"), .yes = true, .race = true }, CONSENT_GIVEN },
		/* An agent without a name is none. */
		{ "prod", false, false, { .name = STR(""), .typed = STR(""), .reason = STR("why"), .yes = true }, CONSENT_OTHER_NAME },
		{ "prod", false, false, { .name = STR(""), .typed = STR(" unlocked-race"), .reason = STR("why"), .yes = true }, CONSENT_OTHER_NAME },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const Session s = { .stage = str_of(rows[i].stage), .read_only = rows[i].read_only, .unlockable = rows[i].unlockable };

		if (consent_look(&s, &rows[i].said) != rows[i].lacks)
			fail_msg("row %zu: %d, not %d", i, consent_look(&s, &rows[i].said), rows[i].lacks);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(answers) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
