#include "unit.h"

#include "wire/crc32.h"
#include "wire/sha256.h"
#include "wire/text.h"

static Str bytes(const Buf *b)
{
	return buf_str(b);
}

static void percent(void **state)
{
	Buf b = { 0 };

	(void)state;
	assert_int_equal(uri_encode(&b, STR("a-Z0._~/ :+%\xc3\xa9"), true), 0);
	assert_true(str_is(bytes(&b), "a-Z0._~/%20%3A%2B%25%C3%A9"));
	buf_reset(&b);
	assert_int_equal(uri_encode(&b, (Str){ "/\0", 2 }, false), 0);
	assert_true(str_is(bytes(&b), "%2F%00"));
	buf_reset(&b);
	assert_int_equal(uri_decode(&b, STR("a%2fb%2F+%e9")), 0);
	assert_true(str_is(bytes(&b), "a/b/+\xe9"));
	buf_reset(&b);
	assert_int_equal(buf_puts(&b, "kept"), 0);
	assert_int_equal(uri_decode(&b, STR("ab%2")), -1);
	assert_int_equal(uri_decode(&b, STR("ab%")), -1);
	assert_int_equal(uri_decode(&b, STR("ab%g0")), -1);
	assert_int_equal(uri_decode(&b, STR("ab%0g")), -1);
	assert_true(str_is(bytes(&b), "kept"));
	buf_done(&b);
}

static void every_byte_survives(void **state)
{
	unsigned char all[256];
	Str s = { (const char *)all, sizeof all };
	Buf text = { 0 }, back = { 0 };

	(void)state;
	for (int i = 0; i < 256; i++)
		all[i] = (unsigned char)i;
	assert_int_equal(uri_encode(&text, s, false), 0);
	assert_int_equal(uri_decode(&back, bytes(&text)), 0);
	assert_true(str_eq(bytes(&back), s));
	for (size_t n = 0; n <= 256; n++) {
		buf_reset(&text);
		buf_reset(&back);
		assert_int_equal(b64_encode(&text, str_sub(s, 256 - n, n)), 0);
		assert_int_equal(text.n, (n + 2) / 3 * 4);
		assert_int_equal(b64_decode(&back, bytes(&text)), 0);
		assert_true(str_eq(bytes(&back), str_sub(s, 256 - n, n)));
	}
	buf_done(&text);
	buf_done(&back);
}

/* RFC 4648, section 10, and what a strict reader refuses. */
static void base64(void **state)
{
	static const char *const bad[] = {
		"Zg", "Zg=", "Zg===", "=", "====", "Z===", "Zg=g", "Zm9v\n", "Zm9v=", "Zm 9", "Zh==", "Zm9=", "Zm-_", "Zg==Zg==", "Zm9v====",
	};
	Buf b = { 0 };

	(void)state;
	assert_int_equal(b64_encode(&b, STR("foobar")), 0);
	assert_int_equal(b64_encode(&b, STR("foob")), 0);
	assert_int_equal(b64_encode(&b, STR("fooba")), 0);
	assert_true(str_is(bytes(&b), "Zm9vYmFyZm9vYg==Zm9vYmE="));
	buf_reset(&b);
	assert_int_equal(b64_decode(&b, STR("Zm9vYg==")), 0);
	assert_int_equal(b64_decode(&b, STR("")), 0);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (b64_decode(&b, str_of(bad[i])) == 0)
			fail_msg("%s was accepted", bad[i]);
	assert_true(str_is(bytes(&b), "foob"));
	buf_done(&b);
}

static void caps_leave_nothing_behind(void **state)
{
	Buf b;

	(void)state;
	buf_init(&b, 5);
	assert_int_equal(buf_putc(&b, 'x'), 0);
	assert_int_equal(hex_encode(&b, STR("abc")), -1);
	assert_int_equal(b64_encode(&b, STR("abcd")), -1);
	assert_int_equal(b64_decode(&b, STR("Zm9vYmFy")), -1);
	assert_int_equal(uri_encode(&b, STR("ab%%"), false), -1);
	assert_int_equal(uri_decode(&b, STR("abcdef")), -1);
	assert_true(str_is(bytes(&b), "x"));
	assert_int_equal(hex_encode(&b, STR("\x0f\xa0")), 0);
	assert_true(str_is(bytes(&b), "x0fa0"));
	buf_done(&b);
}

static void assert_hex(const unsigned char *p, size_t n, const char *want)
{
	Buf b = { 0 };

	assert_int_equal(hex_encode(&b, (Str){ (const char *)p, n }), 0);
	assert_string_equal(buf_cstr(&b), want);
	buf_done(&b);
}

/* FIPS 180-2 examples; RFC 4231 cases 1, 2 and 6. */
static void hashes(void **state)
{
	unsigned char out[32];
	char key[131];
	Sha256 h;

	(void)state;
	sha256_of(STR(""), out);
	assert_hex(out, 32, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	sha256_of(STR("abc"), out);
	assert_hex(out, 32, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	sha256_init(&h);
	sha256_add(&h, STR("a"));
	sha256_add(&h, STR(""));
	sha256_add(&h, STR("bc"));
	sha256_end(&h, out);
	assert_hex(out, 32, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	memset(key, 0x0b, 20);
	hmac_sha256((Str){ key, 20 }, STR("Hi There"), out);
	assert_hex(out, 32, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
	hmac_sha256(STR("Jefe"), STR("what do ya want for nothing?"), out);
	assert_hex(out, 32, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	memset(key, 0xaa, sizeof key);
	hmac_sha256((Str){ key, sizeof key }, STR("Test Using Larger Than Block-Size Key - Hash Key First"), out);
	assert_hex(out, 32, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

static void utf8(void **state)
{
	static const char *const bad[] = {
		"\x80", "\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80",
		"\xf5\x80\x80\x80", "\xff", "\xc3", "\xe2\x82", "\xf0\x9f\x98", "\xe2\x28\xa1", "eight by\xfftes ahead",
	};

	(void)state;
	assert_true(utf8_valid(STR("")));
	assert_true(utf8_valid(STR("plain text longer than eight bytes")));
	assert_true(utf8_valid(STR("d\xc3\xa9lai \xe2\x8c\x9b \xf0\x9f\x98\x80 \xed\x9f\xbf \xee\x80\x80 \xf4\x8f\xbf\xbf")));
	assert_true(utf8_valid((Str){ "a\0b", 3 }));
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_false(utf8_valid(str_of(bad[i])));
}

static void crc_ways_agree(void **state)
{
	unsigned char data[700];
	uint32_t seed = 1;

	(void)state;
	assert_int_equal(crc32_of(0, STR("123456789")), 0xcbf43926);
	for (size_t i = 0; i < sizeof data; i++) {
		seed = seed * 1664525 + 1013904223;
		data[i] = (unsigned char)(seed >> 24);
	}
	for (size_t at = 0; at < 17; at++) {
		for (size_t n = 0; n + at <= sizeof data; n++) {
			Str s = { (const char *)data + at, n };
			uint32_t start = (uint32_t)(n * 2654435761u), want = crc32_plain(start, s);

			if (crc32_sliced(start, s) != want || crc32_of(start, s) != want
			    || (crc32_has_hardware() && crc32_hardware(start, s) != want))
				fail_msg("%zu bytes at offset %zu", n, at);
			if (crc32_of(crc32_of(start, str_sub(s, 0, n / 3)), str_sub(s, n / 3, n)) != want)
				fail_msg("%zu bytes in two pieces", n);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(percent), cmocka_unit_test(every_byte_survives), cmocka_unit_test(base64),
		cmocka_unit_test(caps_leave_nothing_behind), cmocka_unit_test(hashes), cmocka_unit_test(utf8),
		cmocka_unit_test(crc_ways_agree),
	};

	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
