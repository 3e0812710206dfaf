/* Doctor without a network: sentences taken apart, verdicts weighed, answers of endpoints that do not serve something. */
#include "unit.h"

#include "app/doctor_own.h"
#include "api/dynamodb.h"

static Doctor *bare(void)
{
	Doctor *d = calloc(1, sizeof *d);

	for (int i = 0; i < DOCTOR_SECTIONS; i++)
		d->last[i] = &d->report.first[i];
	return d;
}

static void drop(Doctor *d)
{
	arena_done(&d->arena);
	free(d);
}

static void is(Str s, const char *text)
{
	if (!str_is(s, text))
		fail_msg("\"%.*s\" is not \"%s\"", STR_ARG(s), text);
}

static void sentences(void **state)
{
	Doctor *d = bare();
	DoctorLine *l = doctor_add(d, DOCTOR_IDENTITY, "account", "%s", "account");
	Err e = { 0 };

	(void)state;
	assert_int_equal(l->verdict, DOCTOR_SKIPPED);
	(void)err_set(&e, "it failed; twice (X, request 1); ask for help");
	doctor_say_err(d, l, DOCTOR_FAIL, &e);
	is(l->found, "it failed; twice (X, request 1)");
	is(l->remedy, "ask for help");
	(void)err_set(&e, "it failed");
	doctor_say_err(d, l, DOCTOR_WARN, &e);
	is(l->found, "it failed");
	assert_true(l->remedy.n > 0);
	drop(d);
}

static void verdicts(void **state)
{
	Doctor *d = bare();

	(void)state;
	assert_int_equal(doctor_worst(NULL), DOCTOR_OK);
	(void)doctor_add(d, DOCTOR_STORE, "a", "a");
	assert_int_equal(doctor_worst(d->report.first[DOCTOR_STORE]), DOCTOR_OK);        /* skipped is no fault */
	doctor_say(d, doctor_add(d, DOCTOR_STORE, "b", "b"), DOCTOR_WARN, "do", "found");
	assert_int_equal(doctor_worst(d->report.first[DOCTOR_STORE]), DOCTOR_WARN);
	doctor_say(d, doctor_add(d, DOCTOR_STORE, "c", "c"), DOCTOR_FAIL, "do", "found");
	doctor_say(d, doctor_add(d, DOCTOR_STORE, "d", "d"), DOCTOR_OK, NULL, "found");
	assert_int_equal(doctor_worst(d->report.first[DOCTOR_STORE]), DOCTOR_FAIL);
	for (int v = 0; v < DOCTOR_VERDICTS; v++)
		assert_true(*doctor_verdict_name((DoctorVerdict)v));
	for (int s = 0; s < DOCTOR_SECTIONS; s++)
		assert_true(*doctor_section_name((DoctorSection)s));
	drop(d);
}

static AwsError fault(AwsFault f, int status, const char *code)
{
	AwsError err = { .fault = f, .status = status };

	(void)snprintf(err.code, sizeof err.code, "%s", code);
	(void)err_set(&err.err, "DynamoDB Scan in 1/eu: said so; do this");
	return err;
}

/* What an answer of a harmless call means: only a denial and a failure are bad, and less so for a call that is spare. */
static void answers(void **state)
{
	static const Need needed = { &op_dynamodb_scan, ON_AGENTS_TABLE, "agents", false }, spare = { &op_dynamodb_scan, ON_AGENTS_TABLE, "x", true };
	const struct { AwsFault fault; int status; const char *code; DoctorVerdict needed, spare; } rows[] = {
		{ AWS_DENIED, 400, "AccessDeniedException", DOCTOR_FAIL, DOCTOR_WARN },
		{ AWS_NOT_FOUND, 400, "ResourceNotFoundException", DOCTOR_OK, DOCTOR_OK },
		{ AWS_NOT_FOUND, 404, "UnknownOperationException", DOCTOR_FAIL, DOCTOR_WARN },
		{ AWS_OTHER, 400, "InvalidAction", DOCTOR_FAIL, DOCTOR_WARN },
		{ AWS_OTHER, 501, "InternalFailure", DOCTOR_FAIL, DOCTOR_WARN },
		{ AWS_THROTTLED, 400, "ThrottlingException", DOCTOR_WARN, DOCTOR_WARN },
		{ AWS_SERVER, 503, "503", DOCTOR_FAIL, DOCTOR_WARN },
		{ AWS_CANCELLED, 0, "", DOCTOR_FAIL, DOCTOR_WARN },
	};
	Doctor *d = bare();

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		AwsError err = fault(rows[i].fault, rows[i].status, rows[i].code);
		DoctorLine *l = doctor_add(d, DOCTOR_PERMISSIONS, "permission", "x");

		l->need = &needed;
		doctor_say_fault(d, l, &err);
		assert_int_equal(l->verdict, rows[i].needed);
		assert_true(l->found.n > 0 && (l->remedy.n > 0 || l->verdict == DOCTOR_OK));
		l->need = &spare;
		doctor_say_fault(d, l, &err);
		assert_int_equal(l->verdict, rows[i].spare);
	}
	drop(d);
}

/* Each line of the terminal has a verdict and words, also where there is no terminal (as in a test). */
static void terminal(void **state)
{
	Arena a = { 0 };
	int n = 0;

	(void)state;
	for (DoctorLine *l = doctor_terminal(&a, true, false); l; l = l->next, n++)
		assert_true(l->found.n > 0 && (l->verdict != DOCTOR_WARN || l->remedy.n > 0));
	assert_true(n >= 3);
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sentences), cmocka_unit_test(verdicts), cmocka_unit_test(answers), cmocka_unit_test(terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
