#include "unit.h"

#include "conf/profile.h"

#include "base/clock.h"
#include "corpus.h"

#define AUTHORED SHARED_DIR "/corpora/config/authored_config.jsonl"

static Arena arena;
static Err err;
static IniFile ini;
static const IniFile none;

static int parse(const char *text)
{
	arena_reset(&arena);
	err = (Err){ 0 };
	return ini_parse(&arena, "cfg", str_of(text), &ini, &err);
}

static Str get(const char *kind, const char *name, const char *key)
{
	const IniSection *s = ini_section(&ini, kind, str_of(name));

	assert_non_null(s);
	return ini_get(s, key);
}

static void refused(const char *text, const char *what)
{
	assert_int_equal(parse(text), -1);
	assert_int_equal(err.kind, ERR_USAGE);
	if (strncmp(err.text, what, strlen(what)) != 0)
		fail_msg("\"%s\" should begin with \"%s\"", err.text, what);
}

static void sections_and_keys(void **state)
{
	(void)state;
	assert_int_equal(parse("\xEF\xBB\xBF# head\r\n[default]\r\nregion = eu-west-1 # here\r\n; note\r\n"
	                       "[profile  a b ]\nRegion=x\n[profile \"q d\"]\nregion : y\n[sso-session s]\nsso_start_url = https://e.example/#/\n"
	                       "[profile x] ; behind\nk = a;b #c\n[default]\noutput = json\n[plain]\nk=1\nk=2\n"), 0);
	assert_true(str_is(get("profile", "default", "region"), "eu-west-1"));
	assert_true(str_is(get("", "default", "OUTPUT"), "json"));
	assert_true(str_is(get("profile", "a b", "region"), "x"));
	assert_true(str_is(get("profile", "q d", "region"), "y"));
	assert_true(str_is(get("sso-session", "s", "sso_start_url"), "https://e.example/#/"));
	assert_true(str_is(get("profile", "x", "k"), "a;b"));
	assert_true(str_is(get("", "plain", "k"), "2"));
	assert_null(ini_section(&ini, "profile", STR("plain")));
	assert_null(ini_section(&ini, "", STR("x")));
	assert_non_null(ini_section(&ini, "", STR("profile x")));     /* how the credentials file names a profile with a blank */
	assert_int_equal(get("", "plain", "absent").n, 0);
	assert_int_equal(ini_get(NULL, "k").n, 0);
	assert_true(str_is(ini_name(ini_next(ini.section)), "a b"));
	assert_true(str_is(ini_kind(ini_next(ini.section)), "profile"));
}

static void profile_default_wins(void **state)
{
	(void)state;
	assert_int_equal(parse("[default]\nregion = a\n[profile default]\nregion = b\n"), 0);
	assert_true(str_is(get("profile", "default", "region"), "b"));
}

static void nested_and_continued(void **state)
{
	const IniSection *s;

	(void)state;
	assert_int_equal(parse("[services w]\ndynamodb =\n  endpoint_url = http://127.0.0.1:1\n\n  # no\n  other=2\ns3 =\nlong = a\n  b\n"), 0);
	s = ini_section(&ini, "services", STR("w"));
	assert_true(str_is(ini_get_nested(s, "dynamodb", "endpoint_url"), "http://127.0.0.1:1"));
	assert_true(str_is(ini_get_nested(s, "dynamodb", "other"), "2"));
	assert_int_equal(ini_get_nested(s, "s3", "endpoint_url").n, 0);
	assert_true(str_is(ini_get(s, "long"), "a\nb"));
}

static void refusals(void **state)
{
	static const char nul[] = "[a]\nk = x\0y\n";

	(void)state;
	refused("k = hidden\n", "cfg:1:1: a setting before");
	assert_null(strstr(err.text, "hidden"));
	refused("[a]\nhidden\n", "cfg:2:1: neither");
	assert_null(strstr(err.text, "hidden"));
	refused("[a]\n= hidden\n", "cfg:2:1: neither");
	refused("[a\nk = 1\n", "cfg:1:1: the section's name is not closed");
	refused("[a] b\n", "cfg:1:1: something stands behind");
	refused("[ ]\n", "cfg:1:1: the section has no name");
	refused("[a]\nk =\n  hidden\n", "cfg:3:1: an indented line");
	refused("[\x1b[2Ja]\n", "cfg:1:2: control character U+001B");
	refused("[a]\nk = caf\xE9\n", "cfg:2:8: not UTF-8");
	refused("[a]\nk = 1\r2\n", "cfg:2:1: a carriage return");
	assert_int_equal(ini_parse(&arena, "cfg", (Str){ nul, sizeof nul - 1 }, &ini, &err), -1);
	assert_non_null(strstr(err.text, "cfg:2:6: NUL"));
}

static void long_values_cost_little(void **state)
{
	int64_t start = clock_mono_ms();
	Buf b = { 0 };
	Str value;

	(void)state;
	(void)buf_puts(&b, "[a]\nk = x\n");
	for (int i = 0; i < 300000; i++)
		(void)buf_puts(&b, " y\n");
	assert_int_equal(parse(buf_cstr(&b)), 0);
	value = get("", "a", "k");
	assert_int_equal(value.n, 600001);
	assert_true(str_starts(value, STR("x\ny\ny\n")) && str_ends(value, STR("\ny")));
	assert_true(clock_mono_ms() - start < 1000);
	buf_done(&b);
}

static void check(const char *text, const char *name, const char *what)
{
	int rc;

	assert_int_equal(parse(text), 0);
	rc = profile_check(&ini, &none, str_of(name), &err);
	if (!what)
		assert_int_equal(rc, 0);
	else if (rc == 0 || !strstr(err.text, what))
		fail_msg("\"%s\" should say \"%s\"", err.text, what);
}

static void profiles(void **state)
{
	(void)state;
	check("[default]\n", "default", NULL);
	check("[default]\n", "dev", "there is no profile \"dev\"");
	check("[profile a]\naws_access_key_id = AKID\n", "a", "cfg:2: profile \"a\": aws_access_key_id is there");
	check("[profile a]\naws_secret_access_key = hidden\n", "a", "cfg:2: profile \"a\": aws_secret_access_key is there");
	assert_null(strstr(err.text, "hidden"));
	check("[profile a]\nregion = evil.example/#\n", "a", "cfg:2: profile \"a\": region");
	check("[profile a]\nregion = eu-\n  west-1\n", "a", "region");
	check("[profile a]\nsource_profile = b\n", "a", "names a profile that does not exist");
	check("[profile a]\nsource_profile = b\n[profile b]\nsource_profile = a\n", "a", "cfg:4: profile \"b\": source_profile leads back");
	check("[profile a]\nsource_profile = b\n[profile b]\nsource_profile = c\n[profile c]\nsource_profile = b\n", "a", "in a circle");
	check("[profile a]\nsource_profile = a\n", "a", "leads back");
	check("[profile a]\nsource_profile = a\naws_access_key_id = A\naws_secret_access_key = S\n", "a", NULL);
	check("[profile a]\nsource_profile = default\ncredential_source = Environment\n[default]\n", "a", "exclude each other");
}

static void credentials_win(void **state)
{
	IniFile creds = { 0 };
	Profile p;

	(void)state;
	assert_int_equal(parse("[profile a]\nregion = eu-west-1\naws_access_key_id = OLD\n"), 0);
	assert_int_equal(ini_parse(&arena, "creds", STR("[a]\naws_access_key_id = NEW\naws_secret_access_key = S\n"), &creds, &err), 0);
	p = profile_find(&ini, &creds, STR("a"));
	assert_true(str_is(profile_get(&p, "aws_access_key_id"), "NEW"));
	assert_true(str_is(profile_get(&p, "region"), "eu-west-1"));
	assert_int_equal(profile_check(&ini, &creds, STR("a"), &err), 0);
}

static int ini_rows;

static void one_ini_row(const cJSON *row, Str bytes)
{
	const char *name = row_text(row, "name"), *expect = row_text(row, "expect");
	int64_t start = clock_mono_ms();
	int rc;

	if (strcmp(row_text(row, "kind"), "ini") != 0)
		return;
	ini_rows++;
	arena_reset(&arena);
	err = (Err){ 0 };
	rc = ini_parse(&arena, "creds", bytes, &ini, &err);
	/* A row may be meant as either file: what it names is read as a profile of both. */
	for (const IniSection *s = rc == 0 && ini.section && bytes.n < 10000 ? ini.section : NULL; s && rc == 0; s = ini_next(s))
		rc = profile_check(&ini, &ini, ini_name(s), &err);
	if (strcmp(expect, "accept") == 0 ? rc < 0 : strcmp(expect, "reject") == 0 && rc == 0)
		fail_msg("%s: expected %s (%s)", name, expect, err.text);
	assert_null(strstr(err.text, "wJalr"));
	assert_null(strstr(err.text, "\x1b"));
	if (strcmp(expect, "reject") == 0 && !strstr(err.text, "creds:"))
		fail_msg("%s: \"%s\" names no place", name, err.text);
	assert_true(clock_mono_ms() - start < 1000);
}

static void authored_rows(void **state)
{
	(void)state;
	SKIP_WITHOUT(AUTHORED);
	ini_rows = 0;
	(void)corpus_each(AUTHORED, one_ini_row);
	assert_int_equal(ini_rows, 20);
}

static int done(void **state)
{
	(void)state;
	arena_done(&arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sections_and_keys), cmocka_unit_test(profile_default_wins), cmocka_unit_test(nested_and_continued),
		cmocka_unit_test(refusals),
		cmocka_unit_test(long_values_cost_little), cmocka_unit_test(profiles), cmocka_unit_test(credentials_win), cmocka_unit_test(authored_rows),
	};

	return cmocka_run_group_tests_name("profile", tests, NULL, done);
}
