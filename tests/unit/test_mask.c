/* Personal data and secrets: what is masked, what is not, tokens that stay the same. */
#include "unit.h"

#include "cost.h"
#include "model/flag.h"
#include "model/mask.h"
#include "model/secrets.h"

static void check(MaskBook *b, const char *in, const char *want)
{
	Buf out = { 0 };

	assert_int_equal(mask_put(b, str_of(in), &out, NULL), 0);
	if (!str_is(buf_str(&out), want))
		fail_msg("\"%s\", not \"%s\"", buf_cstr(&out), want);
	buf_done(&out);
}

static void test_what_is_masked(void **state)
{
	static const struct { const char *in, *want; } rows[] = {
		{ "to ann.lee+x@mail.example.com, please", "to [mail], please" }, { "<bob@example.org>", "<[mail]>" },
		{ "call +49 171 2345678 now", "call [phone] now" }, { "call +1 (0) 30 1234567", "call [phone]" }, { "(555) 123-4567", "[phone]" },
		{ "555-123-4567", "[phone]" }, { "0171 2345678", "[phone]" }, { "card 4111 1111 1111 1111.", "card [card]." },
		{ "4111-1111-1111-1111", "[card]" }, { "378282246310005", "[card]" }, { "IBAN DE89 3704 0044 0532 0130 00", "IBAN [iban]" },
		{ "GB82WEST12345698765432", "[iban]" }, { "DE89 3704 0044 0532 0130 00 USA", "[iban] USA" }, { "ssn 123-45-6789", "ssn [id]" },
		{ "QQ 12 34 56 C", "[id]" }, { "DNI 12345678Z", "DNI [id]" }, { "NIE X1234567L", "NIE [id]" }, { "RSSMRA85T10A562S", "[id]" },
		{ "1 84 12 76 451 089 46", "[id]" }, { "529.982.247-25", "[id]" }, { "from 192.168.7.1:443", "from [ip]:443" },
		{ "at 2001:db8::1 and", "at [ip] and" }, { "fe80:0:0:0:1:2:3:4", "[ip]" }, { "arn:aws:iam::123456789012:role/x", "arn:aws:iam::[account]:role/x" },
		{ "key AKIAIOSFODNN7EXAMPLE", "key [secret]" }, { "Authorization: Bearer abcdefghijklmnopqrstuvwxyz", "Authorization: Bearer [secret]" },
		{ "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "aws_secret_access_key = [secret]" },
		{ "-----BEGIN RSA PRIVATE KEY-----\nMIIEXAMPLE\n-----END RSA PRIVATE KEY-----\nx", "[secret]\nx" },
		{ "postgres://app:s3cr3t@db.example/x", "postgres://app:[secret]@db.example/x" }, { "password=hunter2!", "password=[secret]" },
		{ "ghp_EXAMPLEEXAMPLEEXAMPLEEXAMPLE12345678", "[secret]" }, { "{\"password\": \"Tr0ub4dor\"}", "{\"password\": \"[secret]\"}" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		check(NULL, rows[i].in, rows[i].want);
}

static void test_what_is_not(void **state)
{
	static const char *const rows[] = {
		"", "2026-11-30T17:10:49.123Z", "10:20:30", "version 1.2.3", "4111 1111 1111 1112", "1790000000000", "job-0012345678", "a@b", "@example.com",
		"GB82WEST12345698765433", "000-12-3456", "666-12-3456", "12345678A", "1.2.3.4.5", "256.1.1.1", "12:34:56:78", "std::vector",
		"dd344750-0d9a-4766-9d1e-6d0ab8d3a111", "$1,234,567.89", "password: required", "the bearer of this letter", "https://example.com/a:b",
		"AKIAIOSFODNN7EXAMPLEX", "sk-learn", "1234567890123", "see RFC 3986, 2005-01", "529.982.247-26",
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		check(NULL, rows[i], rows[i]);
}

static void test_tokens_stay(void **state)
{
	MaskBook *b = mask_book_new();
	size_t count[MASK_KINDS] = { 0 };
	Buf out = { 0 };

	(void)state;
	check(b, "a@x.example to b@x.example", "[mail 1] to [mail 2]");
	check(b, "B@X.example from +49 171 2345678", "[mail 2] from [phone 1]");
	check(b, "+49-171-2345678, c@x.example", "[phone 1], [mail 3]");
	assert_int_equal(mask_put(b, STR("a@x.example a@x.example 10.0.0.1"), &out, count), 0);
	assert_true(count[MASK_MAIL] == 2 && count[MASK_IP] == 1 && count[MASK_CARD] == 0);
	for (int i = 0; i < 3000; i++) {
		char text[64], want[64];

		(void)snprintf(text, sizeof text, "u%d@many.example", i);
		(void)snprintf(want, sizeof want, "[mail %d]", i + 4);
		check(b, text, want);
	}
	check(b, "a@x.example", "[mail 1]");
	buf_done(&out);
	mask_book_free(b);
}

static void test_masking_what_is_masked_changes_nothing(void **state)
{
	MaskBook *b = mask_book_new();

	(void)state;
	check(b, "[mail 1] [secret 2] [phone 3] [account 4]", "[mail 1] [secret 2] [phone 3] [account 4]");
	mask_book_free(b);
}

static void test_into_little_room(void **state)
{
	char out[24];

	(void)state;
	for (size_t room = 1; room <= sizeof out; room++) {
		size_t n = mask_into(STR("caf\xc3\xa9 bob@example.com end"), out, room);

		assert_true(n < room && strlen(out) == n);
		assert_null(strchr(out, '@'));
		assert_true(n == 0 || ((unsigned char)out[n - 1] & 0xC0) != 0xC0);
	}
	assert_int_equal(mask_into(STR("x bob@example.com y"), out, sizeof out), 10);
	assert_string_equal(out, "x [mail] y");
}

static void test_every_row_of_secrets_is_reachable(void **state)
{
	char text[700];
	size_t n, skip;

	(void)state;
	for (const SecretRow *r = secret_rows; r->id; r++) {
		size_t at = strlen(r->prefix);
		const SecretRow *got;

		memcpy(text, r->prefix, at);
		for (size_t i = 0; i < r->min; i++)
			text[at + i] = "aB3xZ9"[i % 6];
		text[at + r->min] = 0;
		got = secret_at(str_of(text), 0, &n, &skip);
		if (!got || strcmp(got->id, r->id) != 0 || n != at + r->min)
			fail_msg("%s (%s): %s", r->id, r->prefix, got ? got->id : "none");
		/* One byte fewer is none, or another row's. */
		text[at + r->min - 1] = 0;
		got = secret_at(str_of(text), 0, &n, &skip);
		assert_true(!got || got != r);
	}
}

static void test_flags_hold_no_data(void **state)
{
	static const char text[] = "first some words, then the mail of ann.lee@example.com and a key AKIAIOSFODNN7EXAMPLE and so on and on and on and on and on and on";
	Flag f = flag_make(FLAG_SUSPICIOUS_PATTERN, FLAG_LOW, 0.5, "x", 9);

	(void)state;
	/* Wherever it points: also into the middle of an address. */
	for (uint32_t at = 0; at < sizeof text + 10; at++) {
		size_t chars = 0;

		flag_place(&f, STR(text), at, at + 5, "plain");
		for (const char *c = f.sample; *c; c++)
			chars += ((unsigned char)*c & 0xC0) != 0x80;
		assert_true(chars <= FLAG_SAMPLE);
		assert_null(strstr(f.sample, "example"));
		assert_null(strstr(f.sample, "AKIA"));
		assert_null(strstr(f.sample, "EXAMPLE"));
	}
}

static void test_unusual_tokens(void **state)
{
	Flag f;

	(void)state;
	assert_false(flag_token_usage(&f, 50000, 0, 1));
	assert_false(flag_token_usage(&f, 50000, 6000, 1));
	assert_false(flag_token_usage(&f, 5000, 10, 1));
	assert_true(flag_token_usage(&f, 50000, 5000, 1));
	assert_true(f.kind == FLAG_UNUSUAL_TOKEN_USAGE && f.severity == FLAG_HIGH && f.time_ms == 1);
	assert_true(flag_token_usage(&f, 500000, 5000, 1));
	assert_int_equal(f.severity, FLAG_CRITICAL);
	assert_string_equal(flag_kind_name(f.kind), "unusual_token_usage");
	assert_string_equal(flag_severity_name(f.severity), "critical");
}

static void mask(void *b, Str text)
{
	Buf out = { 0 };

	assert_int_equal(mask_put(b, text, &out, NULL), 0);
	buf_done(&out);
}

static void test_time_is_in_proportion(void **state)
{
	static const char *const hard[] = {
		"The order of table four was paid in cash. ", "a", "1 ", "12-", "a.", "a@", "://", "://a:b", "-----BEGIN ", "-----BEGIN PRIVATE KEY-----",
		"eyJ-", "xoxb-", "password=", "Bearer ", "::", "+1 ", "DE89 ", "4111 1111 ", "(555)", "a@b.", "1.1.1.",
	};
	MaskBook *b = mask_book_new();

	(void)state;
	cost_check(mask, b, hard, sizeof hard / sizeof *hard);
	mask_book_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_masked), cmocka_unit_test(test_what_is_not), cmocka_unit_test(test_tokens_stay),
		cmocka_unit_test(test_masking_what_is_masked_changes_nothing), cmocka_unit_test(test_into_little_room),
		cmocka_unit_test(test_every_row_of_secrets_is_reachable), cmocka_unit_test(test_flags_hold_no_data), cmocka_unit_test(test_unusual_tokens),
		cmocka_unit_test(test_time_is_in_proportion),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
