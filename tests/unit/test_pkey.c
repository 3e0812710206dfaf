#include "unit.h"

#include "wire/pkey.h"
#include "wire/text.h"

static const char digest[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

static Pkey *made(PkeySpec spec, const char *seed)
{
	Err e = { 0 };
	Pkey *k = pkey_from_seed(spec, str_of(seed), &e);

	if (!k)
		fail_msg("%s", e.text);
	return k;
}

static void each_scheme_signs_and_verifies(void **state)
{
	(void)state;
	for (int spec = 0; spec < PKEY_SPECS; spec++) {
		Pkey *k, *public;
		Buf der = { 0 };
		Err e = { 0 };
		int fits = 0;

		if (spec == PKEY_RSA_3072 || spec == PKEY_RSA_4096)
			continue;        /* as RSA_2048, and slow to make */
		k = made((PkeySpec)spec, "a");
		assert_int_equal(pkey_put_der(k, &der, &e), 0);
		public = pkey_from_der(buf_str(&der), &e);
		assert_non_null(public);
		assert_int_equal(pkey_spec(public), spec);
		for (size_t i = 0; pkey_scheme(i); i++) {
			const PkeyScheme *s = pkey_scheme(i);
			Str d = { digest, s->digest_bytes };
			Buf sig = { 0 };
			bool valid = true;

			assert_ptr_equal(pkey_scheme_find(str_of(s->name)), s);
			if (!pkey_scheme_fits(s, (PkeySpec)spec)) {
				assert_int_equal(pkey_sign(k, s, d, &sig, &e), -1);
				continue;
			}
			fits++;
			assert_int_equal(pkey_sign(k, s, d, &sig, &e), 0);
			assert_int_equal(pkey_verify(public, s, d, buf_str(&sig), &valid, &e), 0);
			assert_true(valid);
			sig.p[sig.n / 2] ^= 1;
			assert_int_equal(pkey_verify(public, s, d, buf_str(&sig), &valid, &e), 0);
			assert_false(valid);
			assert_int_equal(pkey_verify(public, s, d, STR(""), &valid, &e), 0);
			assert_false(valid);
			assert_int_equal(pkey_sign(public, s, d, &sig, &e), -1);
			assert_int_equal(pkey_verify(public, s, str_sub(d, 0, d.n - 1), buf_str(&sig), &valid, &e), -1);
			buf_done(&sig);
		}
		assert_int_equal(fits, spec == PKEY_RSA_2048 ? 6 : 1);
		buf_done(&der);
		pkey_free(public);
		pkey_free(k);
	}
}

static void the_seed_makes_the_key(void **state)
{
	Buf der[3] = { { 0 } };
	Err e = { 0 };

	(void)state;
	for (int i = 0; i < 3; i++) {
		Pkey *k = made(PKEY_RSA_2048, i < 2 ? "a" : "b");

		assert_int_equal(pkey_put_der(k, &der[i], &e), 0);
		pkey_free(k);
	}
	assert_true(str_eq(buf_str(&der[0]), buf_str(&der[1])));
	assert_false(str_eq(buf_str(&der[0]), buf_str(&der[2])));
	for (int i = 0; i < 3; i++)
		buf_done(&der[i]);
}

static void refuses_what_is_no_key(void **state)
{
	Pkey *k = made(PKEY_P256, "a");
	Buf der = { 0 };
	Err e = { 0 };

	(void)state;
	assert_int_equal(pkey_put_der(k, &der, &e), 0);
	assert_null(pkey_from_der(STR(""), &e));
	for (size_t n = 1; n < der.n; n++)
		assert_null(pkey_from_der(str_sub(buf_str(&der), 0, n), &e));
	(void)buf_putc(&der, 'x');
	assert_null(pkey_from_der(buf_str(&der), &e));
	assert_null(pkey_scheme_find(STR("RSASSA_PKCS1_V1_5_SHA_1")));
	buf_done(&der);
	pkey_free(k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_scheme_signs_and_verifies), cmocka_unit_test(the_seed_makes_the_key),
		cmocka_unit_test(refuses_what_is_no_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
