/* Finding a short text in many bytes: every way gives what the plainest loop gives. */
#include "unit.h"

#include <ctype.h>

#include "base/scan.h"

enum { ROOM = 600 };

static uint64_t state_of_dice = 7;
static unsigned dice(unsigned sides)
{
	state_of_dice = state_of_dice * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned)(state_of_dice >> 33) % sides;
}

static int lower(char c)
{
	return (unsigned char)c < 128 ? tolower((unsigned char)c) : (unsigned char)c;
}

static size_t naive(const char *needle, size_t k, const char *p, size_t n, size_t from)
{
	for (size_t i = from; i + k <= n; i++) {
		size_t at = 0;

		while (at < k && lower(p[i + at]) == lower(needle[at]))
			at++;
		if (at == k)
			return i;
	}
	return SCAN_NONE;
}

/* Bytes that are near one another when a bit is set or taken away: letters, what stands 0x20 beside them, high bytes. */
static char some_byte(void)
{
	static const char bytes[] = "abcABC@`[{zZ0\x80\xe1\xc1 \n";

	return bytes[dice(sizeof bytes - 1)];
}

static void test_all_ways_agree(void **state)
{
	char *p = malloc(ROOM + SCAN_PAD), needle[SCAN_MAX];

	(void)state;
	for (int round = 0; round < 20000; round++) {
		size_t n = dice(ROOM), k = 1 + dice(round % 3 ? 4 : 40), from = dice(70);
		Needle nd;

		for (size_t i = 0; i < n + SCAN_PAD; i++)
			p[i] = some_byte();
		for (size_t i = 0; i < k; i++)
			needle[i] = some_byte();
		/* Often it is there. */
		if (n > k && dice(2))
			memcpy(needle, p + dice((unsigned)(n - k)), k);
		needle_init(&nd, (Str){ needle, k });
		for (int w = 0; w < SCAN_WAYS; w++)
			if (scan_has((ScanWay)w))
				assert_int_equal(scan_way((ScanWay)w)(&nd, p, n, from), naive(needle, k, p, n, from));
	}
	free(p);
}

/* A place where the text ends is no place, whatever stands behind. */
static void test_nothing_behind_the_end(void **state)
{
	char p[64 + SCAN_PAD];
	Needle nd;

	(void)state;
	memset(p, 'x', sizeof p);
	needle_init(&nd, STR("xxxx"));
	for (size_t n = 0; n < 64; n++)
		for (size_t from = 0; from <= n; from++)
			assert_int_equal(scan_find(&nd, p, n, from), from + 4 <= n ? from : SCAN_NONE);
}

static void test_letters_alone_have_two_cases(void **state)
{
	Needle nd;
	char p[8 + SCAN_PAD] = "{";

	(void)state;
	needle_init(&nd, STR("["));
	assert_int_equal(scan_find(&nd, p, 1, 0), SCAN_NONE);
	needle_init(&nd, STR("\xc4"));
	p[0] = '\xe4';
	assert_int_equal(scan_find(&nd, p, 1, 0), SCAN_NONE);
	needle_init(&nd, STR("Q"));
	p[0] = 'q';
	assert_int_equal(scan_find(&nd, p, 1, 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_ways_agree),
		cmocka_unit_test(test_nothing_behind_the_end),
		cmocka_unit_test(test_letters_alone_have_two_cases),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
