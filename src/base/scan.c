#include "base/scan.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "base/cpu.h"

static bool is_letter(unsigned char lower)
{
	return lower >= 'a' && lower <= 'z';
}

/* The bytes between the first and the last, which are known to be right. */
static bool is_middle(const Needle *k, const char *p)
{
	for (size_t i = 1; i + 1 < k->n; i++)
		if (scan_fold((unsigned char)p[i]) != (unsigned char)k->text[i])
			return false;
	return true;
}

static size_t find_plain(const Needle *k, const char *p, size_t n, size_t from)
{
	for (size_t i = from; i + k->n <= n; i++)
		if (((unsigned char)p[i] | k->first_bit) == k->first && ((unsigned char)p[i + k->n - 1] | k->last_bit) == k->last &&
		    is_middle(k, p + i))
			return i;
	return SCAN_NONE;
}

#if defined(__x86_64__)

#define WITH_AVX2 __attribute__((target("avx2")))

/* `left`: how many places from p on may be one (the needle must end within the text). */
static unsigned only(unsigned bits, size_t left)
{
	return left < 32 ? bits & ((1u << left) - 1) : bits;
}

static size_t pick(const Needle *k, const char *p, size_t at, unsigned bits)
{
	for (; bits; bits &= bits - 1) {
		size_t i = at + (size_t)__builtin_ctz(bits);

		if (k->n < 3 || is_middle(k, p + i))
			return i;
	}
	return SCAN_NONE;
}

static size_t find_sse2(const Needle *k, const char *p, size_t n, size_t from)
{
	const __m128i first = _mm_set1_epi8((char)k->first), first_bit = _mm_set1_epi8((char)k->first_bit);
	const __m128i last = _mm_set1_epi8((char)k->last), last_bit = _mm_set1_epi8((char)k->last_bit);
	size_t end = n >= k->n ? n - k->n + 1 : 0, found;

	for (size_t i = from; i < end; i += 16) {
		__m128i a = _mm_loadu_si128((const __m128i *)(const void *)(p + i));
		__m128i b = _mm_loadu_si128((const __m128i *)(const void *)(p + i + k->n - 1));
		__m128i both = _mm_and_si128(_mm_cmpeq_epi8(_mm_or_si128(a, first_bit), first), _mm_cmpeq_epi8(_mm_or_si128(b, last_bit), last));
		unsigned bits = only((unsigned)_mm_movemask_epi8(both), end - i);

		if (bits && (found = pick(k, p, i, bits)) != SCAN_NONE)
			return found;
	}
	return SCAN_NONE;
}

WITH_AVX2 static size_t find_avx2(const Needle *k, const char *p, size_t n, size_t from)
{
	const __m256i first = _mm256_set1_epi8((char)k->first), first_bit = _mm256_set1_epi8((char)k->first_bit);
	const __m256i last = _mm256_set1_epi8((char)k->last), last_bit = _mm256_set1_epi8((char)k->last_bit);
	size_t end = n >= k->n ? n - k->n + 1 : 0, found;

	for (size_t i = from; i < end; i += 32) {
		__m256i a = _mm256_loadu_si256((const __m256i *)(const void *)(p + i));
		__m256i b = _mm256_loadu_si256((const __m256i *)(const void *)(p + i + k->n - 1));
		__m256i both = _mm256_and_si256(_mm256_cmpeq_epi8(_mm256_or_si256(a, first_bit), first),
		                                _mm256_cmpeq_epi8(_mm256_or_si256(b, last_bit), last));
		unsigned bits = only((unsigned)_mm256_movemask_epi8(both), end - i);

		if (bits && (found = pick(k, p, i, bits)) != SCAN_NONE)
			return found;
	}
	return SCAN_NONE;
}

#endif

bool scan_has(ScanWay w)
{
	switch (w) {
	case SCAN_PLAIN:
		return true;
#if defined(__x86_64__)
	case SCAN_SSE2:
		return true;
	case SCAN_AVX2:
		return cpu_has_avx2();
#endif
	default:
		return false;
	}
}

ScanFind scan_way(ScanWay w)
{
#if defined(__x86_64__)
	if (w == SCAN_AVX2)
		return find_avx2;
	if (w == SCAN_SSE2)
		return find_sse2;
#endif
	(void)w;
	return find_plain;
}

void needle_init(Needle *k, Str text)
{
	*k = (Needle){ .n = text.n < SCAN_MAX ? text.n : SCAN_MAX };
	for (size_t i = 0; i < k->n; i++)
		k->text[i] = (char)scan_fold((unsigned char)text.p[i]);
	if (k->n) {
		k->first = (unsigned char)k->text[0];
		k->last = (unsigned char)k->text[k->n - 1];
	}
	k->first_bit = is_letter(k->first) ? 0x20 : 0;
	k->last_bit = is_letter(k->last) ? 0x20 : 0;
	k->find = scan_way(scan_has(SCAN_AVX2) ? SCAN_AVX2 : scan_has(SCAN_SSE2) ? SCAN_SSE2 : SCAN_PLAIN);
}
