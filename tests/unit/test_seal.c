#include "unit.h"

#include "act/seal.h"
#include "aws_rig.h"
#include "wire/text.h"

#define YES { REPLY, 200, { { STR("content-type"), STR("application/x-amz-json-1.1") } }, 1, \
	STR("{\"KeyId\":\"k\",\"SignatureValid\":true,\"SigningAlgorithm\":\"RSASSA_PKCS1_V1_5_SHA_256\"}") }
#define BROKEN { REPLY, 400, { { STR("content-type"), STR("application/x-amz-json-1.1") } }, 1, \
	STR("{\"__type\":\"DisabledException\",\"message\":\"m\"}") }

static const Str text = { "You write offers.", 17 };
static const SealUse use = { .agent = { "upsell", 6 }, .environment = { "prod", 4 }, .key = { "alias/k", 7 } };

static void on_verdict(void *arg, SealVerdict v, const Err *why)
{
	assert_true(!why == (v == SEAL_VERIFIED));
	*(int *)arg = (int)v;
}

static SealVerdict verdict(Rig *r, SealCache *cache, const Seal *seal, const SealUse *as)
{
	int v = -1;

	seal_check(r->client, cache, text, seal, as, on_verdict, &v);
	while (v < 0)
		(void)uv_run(&r->loop, UV_RUN_ONCE);
	return (SealVerdict)v;
}

static Seal sealed(char hex[65])
{
	sha256_hex(text, hex);
	return (Seal){ { STR("offer"), STR("2.1"), STR("upsell"), STR("prod"), str_of(hex) }, STR("k"), STR("signature") };
}

/* KMS is asked once for one verdict, and again as soon as anything is different that it rests on. */
static void what_was_verified_is_known_by_its_digest(void **state)
{
	static const Step steps[] = { YES };
	static SealCache cache;
	Rig r = { .step = { steps[0] }, .steps = 1 };
	char hex[65];
	Seal seal = sealed(hex), other = sealed(hex);
	SealUse key = use;

	(void)state;
	open_rig(&r, &(AwsClientSpec){ 0 });
	assert_int_equal(verdict(&r, &cache, &seal, &use), SEAL_VERIFIED);
	assert_int_equal(verdict(&r, &cache, &seal, &use), SEAL_VERIFIED);
	assert_int_equal(r.asked, 1);
	other.signature = STR("another signature");
	assert_int_equal(verdict(&r, &cache, &other, &use), SEAL_VERIFIED);
	assert_int_equal(r.asked, 2);
	other = seal;
	other.names.version = STR("2.2");
	assert_int_equal(verdict(&r, &cache, &other, &use), SEAL_VERIFIED);
	assert_int_equal(r.asked, 3);
	key.key = STR("alias/another");
	assert_int_equal(verdict(&r, &cache, &seal, &key), SEAL_VERIFIED);
	assert_int_equal(r.asked, 4);
	for (int i = 0; i < 2 * SEAL_CACHED; i++) {        /* more than it holds */
		char name[16];

		(void)snprintf(name, sizeof name, "k%d", i);
		key.key = str_of(name);
		assert_int_equal(verdict(&r, &cache, &seal, &key), SEAL_VERIFIED);
	}
	assert_int_equal(cache.n, SEAL_CACHED);
	close_rig(&r);
}

/* Only "yes" is remembered: a key that was disabled for a moment, or a changed text, is asked about again. */
static void no_other_verdict_is_kept(void **state)
{
	static const Step broken = BROKEN, yes = YES;
	static SealCache cache;
	Rig r = { .step = { broken, broken, yes }, .steps = 3 };
	char hex[65];
	Seal seal = sealed(hex), changed = sealed(hex);

	(void)state;
	open_rig(&r, &(AwsClientSpec){ .max_attempts = 1 });
	assert_int_equal(verdict(&r, &cache, &seal, &use), SEAL_UNVERIFIABLE);
	assert_int_equal(verdict(&r, &cache, &seal, &use), SEAL_UNVERIFIABLE);
	assert_int_equal(cache.n, 0);
	assert_int_equal(verdict(&r, &cache, &seal, &use), SEAL_VERIFIED);
	assert_int_equal(r.asked, 3);
	changed.names.sha256 = STR("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	assert_int_equal(verdict(&r, &cache, &changed, &use), SEAL_FAILED);
	assert_int_equal(verdict(&r, &cache, NULL, &use), SEAL_UNSIGNED);
	assert_int_equal(r.asked, 3);
	close_rig(&r);
}

static void seals_are_read_as_they_are_written(void **state)
{
	static const char *const bad[] = {
		"", "{}", "[]", "{\"id\":\"a\"}",
		"{\"id\":\"a\",\"version\":\"1\",\"agent\":\"x\",\"environment\":\"p\",\"sha256\":\"s\",\"key\":\"k\",\"signature\":\"\"}",
		"{\"id\":\"a\",\"version\":\"1\",\"agent\":\"x\",\"environment\":\"p\",\"sha256\":\"s\",\"key\":\"k\",\"signature\":\"??\"}",
		"{\"id\":\"a\\u0007\",\"version\":\"1\",\"agent\":\"x\",\"environment\":\"p\",\"sha256\":\"s\",\"key\":\"k\",\"signature\":\"AA==\"}",
	};
	Arena a = { 0 };
	Buf b = { 0 };
	char hex[65];
	Seal seal = sealed(hex), back;
	Err e = { 0 };

	(void)state;
	seal.signature = (Str){ "\0\xff\n", 3 };
	seal_write(&b, &seal);
	assert_int_equal(seal_parse(&a, buf_str(&b), &back, &e), 0);
	assert_true(str_eq(back.names.id, seal.names.id) && str_eq(back.names.sha256, seal.names.sha256) && str_eq(back.signature, seal.signature));
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (seal_parse(&a, str_of(bad[i]), &back, &e) == 0)
			fail_msg("taken: %s", bad[i]);
	buf_done(&b);
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_verified_is_known_by_its_digest), cmocka_unit_test(no_other_verdict_is_kept),
		cmocka_unit_test(seals_are_read_as_they_are_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
