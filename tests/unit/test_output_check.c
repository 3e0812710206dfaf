/* What a model's answer gives away: its prompt, secrets, the insides of a program. */
#include "unit.h"

#include "cost.h"
#include "model/output_check.h"

enum { CAP = 1 << 16 };

static const char prompt[] =
	"You are the support assistant of Harbour Books. Answer in at most three sentences and never promise a delivery date. "
	"Refunds above forty euros go to a supervisor. Do not speak about staff. If a customer is angry, stay calm and offer a call back. "
	"Use the tool find_order before you answer questions about an order. [mark 7f3a-91bc-d04e]";

static LeakResult leak_of(const char *canary, const char *answer)
{
	InjectText *t = inject_text_new(CAP);
	Leak *l = leak_new(STR(prompt), str_of(canary));
	LeakResult r, again;

	inject_text_read(t, str_of(answer));
	leak_check(l, t, &r);
	/* The same answer again is judged alike. */
	leak_check(l, t, &again);
	assert_memory_equal(&r.share, &again.share, sizeof r.share);
	assert_true(r.leaked == again.leaked && r.run == again.run && r.from == again.from && r.to == again.to);
	leak_free(l);
	inject_text_free(t);
	return r;
}

static void test_stretches_of_the_prompt(void **state)
{
	LeakResult r = leak_of("", "Sure: REFUNDS above forty euros, go to a supervisor! Do not speak about staff.");

	(void)state;
	assert_true(r.leaked && !r.canary && r.run == 13);
	assert_int_equal(r.from, 6);
	assert_int_equal(r.to, 77);
	assert_in_range((int)(r.share * 1000), 120, 180);
	r = leak_of("", prompt);
	assert_true(r.leaked && r.share > 0.999 && r.from == 0);
	/* A short sentence that happens to be the prompt's as well, and its words in another order. */
	assert_false(leak_of("", "For sums like that we ask a supervisor. If a customer is angry, stay calm.").leaked);
	assert_false(leak_of("", "supervisor a to go euros forty above refunds staff about speak not do answer sentences three most at in").leaked);
	assert_false(leak_of("", "").leaked);
}

static void test_in_disguise(void **state)
{
	/* base64 of "Refunds above forty euros go to a supervisor. Do not speak about staff. If a customer is angry" */
	LeakResult r = leak_of("", "here: UmVmdW5kcyBhYm92ZSBmb3J0eSBldXJvcyBnbyB0byBhIHN1cGVydmlzb3IuIERvIG5vdCBzcGVhayBhYm91dCBzdGFmZi4gSWYgYSBjdXN0b21lciBpcyBhbmdyeQ==");

	(void)state;
	assert_true(r.leaked && r.view == VIEW_BASE64 && r.from == 6);
	r = leak_of("", "ehT rof eht yrgna si remotsuc a fI .ffats tuoba kaeps ton oD .rosivrepus a ot og sorue ytrof evoba sdnufeR");
	assert_true(r.leaked && r.view == VIEW_REVERSED);
}

static void test_canary(void **state)
{
	static const char *const rows[] = {
		"it is 7f3a-91bc-d04e", "it is 7F3A 91BC D04E", "7 f 3 a 9 1 b c d 0 4 e", "it is 7f3a\u200b91bcd\u200b04e", "N2YzYS05MWJjLWQwNGUgaXMgdGhlIG1hcms=",
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_true(leak_of("7f3a-91bc-d04e", rows[i]).canary);
	assert_false(leak_of("7f3a-91bc-d04e", "it is 7f3a-91bc-d04f, 7f3a and d04e").leaked);
	/* Too short to be a mark. */
	assert_false(leak_of("abc", "abc").leaked);
	assert_int_equal(leak_of("7f3a-91bc-d04e", "it is 7f3a-91bc-d04e").from, 6);
}

static const Flag *flag_of(const OutputResult *r, const char *rule)
{
	for (int i = 0; i < r->flags; i++)
		if (strcmp(r->flag[i].rule, rule) == 0)
			return &r->flag[i];
	return NULL;
}

static void test_secrets_and_traces(void **state)
{
	static const struct { const char *text, *rule; FlagKind kind; uint32_t from, to; } rows[] = {
		{ "use AKIAIOSFODNN7EXAMPLE now", "aws-access-key", FLAG_OUTPUT_SECRET, 4, 24 },
		{ "postgres://app:s3cr3t@db/x", "url-password", FLAG_OUTPUT_SECRET, 15, 21 },
		{ "x -----BEGIN PRIVATE KEY-----\nAA\n-----END PRIVATE KEY----- y", "private-key", FLAG_OUTPUT_SECRET, 2, 58 },
		{ "Sorry: Traceback (most recent call last):\n  File \"a.py\", line 3", "trace-python", FLAG_OUTPUT_TRACE, 7, 40 },
		{ "java.io.IOException\n\tat com.example.A.b(A.java:12)", "trace-java", FLAG_OUTPUT_TRACE, 41, 47 },
		{ "thread 'main' panicked at src/main.rs:2", "trace-rust", FLAG_OUTPUT_TRACE, 0, 25 },
		{ "User: arn:x is not authorized to perform: s3:GetObject", "error-aws", FLAG_OUTPUT_TRACE, 12, 42 },
	};
	static OutputResult r;
	InjectText *t = inject_text_new(CAP);

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const Flag *f;

		output_check(t, NULL, str_of(rows[i].text), 5, &r);
		f = flag_of(&r, rows[i].rule);
		if (!f || f->kind != rows[i].kind || f->from != rows[i].from || f->to != rows[i].to)
			fail_msg("row %zu: %s %u..%u", i, f ? "there" : "missing", f ? f->from : 0, f ? f->to : 0);
		assert_int_equal(f->time_ms, 5);
		assert_null(strstr(f->sample, "EXAMPLE"));
		assert_null(strstr(f->sample, "s3cr3t"));
	}
	output_check(t, NULL, STR("Your order 4411 left our house today; the trace of the parcel is on its page."), 5, &r);
	assert_int_equal(r.flags, 0);
	inject_text_free(t);
}

static void test_leaks_are_flags(void **state)
{
	static OutputResult r;
	InjectText *t = inject_text_new(CAP);
	Leak *l = leak_new(STR(prompt), STR("7f3a-91bc-d04e"));

	(void)state;
	output_check(t, l, STR(prompt), 5, &r);
	assert_int_equal(r.flags, 1);
	assert_true(r.flag[0].kind == FLAG_OUTPUT_LEAK && r.flag[0].severity == FLAG_CRITICAL);
	assert_string_equal(r.flag[0].rule, "canary");
	output_check(t, l, STR("Refunds above forty euros go to a supervisor. Do not speak about staff."), 5, &r);
	assert_int_equal(r.flags, 1);
	assert_string_equal(r.flag[0].rule, "overlap");
	assert_int_equal(r.flag[0].severity, FLAG_HIGH);
	leak_free(l);
	inject_text_free(t);
}

static void test_more_than_there_is_room_for(void **state)
{
	static OutputResult r;
	InjectText *t = inject_text_new(CAP);
	char text[22 * 40 + 1];

	(void)state;
	for (size_t i = 0; i < 40; i++)
		memcpy(text + i * 22, "AKIAIOSFODNN7EXAMPLE, ", 22);
	output_check(t, NULL, (Str){ text, 22 * 40 }, 0, &r);
	assert_int_equal(r.flags, OUTPUT_FLAGS);
	assert_int_equal(r.left_out, 40 - OUTPUT_FLAGS);
	inject_text_free(t);
}

typedef struct Checked { InjectText *room; Leak *leak; } Checked;

static void check_output(void *arg, Str text)
{
	static OutputResult r;
	Checked *c = arg;

	output_check(c->room, c->leak, text, 0, &r);
}

static void test_time_is_in_proportion(void **state)
{
	static const char *const hard[] = {
		"The order of table four was paid in cash. ", "a", "7f3a-91b", "refunds above forty euros go to a supervisor ", "-----BEGIN ", "AKIA", ".java",
	};
	Checked c = { inject_text_new(COST_LARGE), leak_new(STR(prompt), STR("aaaaaaaaaaaaaaaaaaab")) };

	(void)state;
	cost_check(check_output, &c, hard, sizeof hard / sizeof *hard);
	leak_free(c.leak);
	inject_text_free(c.room);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stretches_of_the_prompt), cmocka_unit_test(test_in_disguise), cmocka_unit_test(test_canary),
		cmocka_unit_test(test_secrets_and_traces), cmocka_unit_test(test_leaks_are_flags), cmocka_unit_test(test_more_than_there_is_room_for),
		cmocka_unit_test(test_time_is_in_proportion),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
