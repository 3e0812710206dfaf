#include "wire/crc32.h"

#if defined(__x86_64__)
#include <tmmintrin.h>
#include <wmmintrin.h>
#elif defined(__AARCH64EL__) && defined(__linux__)
#include <string.h>
#include <sys/auxv.h>
#endif

#include "base/cpu.h"
#include "wire/text.h"

/* A CRC is linear: the entry of a byte is the XOR of the entries of its bits. So the compiler builds the eight
 * slicing tables from eight numbers each; argument b of row k is the CRC of the byte 1 << b followed by k zero bytes. */
#define BIT(i, b, v) (((i) >> (b) & 1) ? (v) : 0u)
#define ENTRY(i, a, b, c, d, e, f, g, h) \
	(BIT(i, 0, a) ^ BIT(i, 1, b) ^ BIT(i, 2, c) ^ BIT(i, 3, d) ^ BIT(i, 4, e) ^ BIT(i, 5, f) ^ BIT(i, 6, g) ^ BIT(i, 7, h))
#define ROW4(i, ...)   ENTRY(i, __VA_ARGS__), ENTRY(i + 1, __VA_ARGS__), ENTRY(i + 2, __VA_ARGS__), ENTRY(i + 3, __VA_ARGS__)
#define ROW16(i, ...)  ROW4(i, __VA_ARGS__), ROW4(i + 4, __VA_ARGS__), ROW4(i + 8, __VA_ARGS__), ROW4(i + 12, __VA_ARGS__)
#define ROW64(i, ...)  ROW16(i, __VA_ARGS__), ROW16(i + 16, __VA_ARGS__), ROW16(i + 32, __VA_ARGS__), ROW16(i + 48, __VA_ARGS__)
#define TABLE(...)     { ROW64(0, __VA_ARGS__), ROW64(64, __VA_ARGS__), ROW64(128, __VA_ARGS__), ROW64(192, __VA_ARGS__) }

static const uint32_t table[8][256] = {
	TABLE(0x77073096u, 0xee0e612cu, 0x076dc419u, 0x0edb8832u, 0x1db71064u, 0x3b6e20c8u, 0x76dc4190u, 0xedb88320u),
	TABLE(0x191b3141u, 0x32366282u, 0x646cc504u, 0xc8d98a08u, 0x4ac21251u, 0x958424a2u, 0xf0794f05u, 0x3b83984bu),
	TABLE(0x01c26a37u, 0x0384d46eu, 0x0709a8dcu, 0x0e1351b8u, 0x1c26a370u, 0x384d46e0u, 0x709a8dc0u, 0xe1351b80u),
	TABLE(0xb8bc6765u, 0xaa09c88bu, 0x8f629757u, 0xc5b428efu, 0x5019579fu, 0xa032af3eu, 0x9b14583du, 0xed59b63bu),
	TABLE(0x3d6029b0u, 0x7ac05360u, 0xf580a6c0u, 0x30704bc1u, 0x60e09782u, 0xc1c12f04u, 0x58f35849u, 0xb1e6b092u),
	TABLE(0xcb5cd3a5u, 0x4dc8a10bu, 0x9b914216u, 0xec53826du, 0x03d6029bu, 0x07ac0536u, 0x0f580a6cu, 0x1eb014d8u),
	TABLE(0xa6770bb4u, 0x979f1129u, 0xf44f2413u, 0x33ef4e67u, 0x67de9cceu, 0xcfbd399cu, 0x440b7579u, 0x8816eaf2u),
	TABLE(0xccaa009eu, 0x4225077du, 0x844a0efau, 0xd3e51bb5u, 0x7cbb312bu, 0xf9766256u, 0x299dc2edu, 0x533b85dau),
};

/* The register is kept inverted between the bytes; the public functions turn it at both ends. */
static uint32_t step(uint32_t state, const unsigned char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		state = state >> 8 ^ table[0][(state ^ p[i]) & 0xff];
	return state;
}

static uint32_t load_le32(const unsigned char *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static uint32_t slice(uint32_t state, const unsigned char *p, size_t n)
{
	for (; n >= 8; p += 8, n -= 8) {
		uint32_t lo = load_le32(p) ^ state, hi = load_le32(p + 4);

		state = table[7][lo & 0xff] ^ table[6][lo >> 8 & 0xff] ^ table[5][lo >> 16 & 0xff] ^ table[4][lo >> 24]
		        ^ table[3][hi & 0xff] ^ table[2][hi >> 8 & 0xff] ^ table[1][hi >> 16 & 0xff] ^ table[0][hi >> 24];
	}
	return step(state, p, n);
}

uint32_t crc32_plain(uint32_t crc, Str s)
{
	return ~step(~crc, (const unsigned char *)s.p, s.n);
}

uint32_t crc32_sliced(uint32_t crc, Str s)
{
	return ~slice(~crc, (const unsigned char *)s.p, s.n);
}

#if defined(__x86_64__)

/* Folding by carry-less multiplication: 16 bytes that stand D bits further to the left are, modulo the polynomial,
 * their halves times x^(D+32) and x^(D-32). The constants are these powers, bit-reflected and shifted by one.
 * Source: Gopal et al., "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ Instruction" (Intel, 2009).
 * What is left at the end are 16 bytes of the same remainder, for which the tables are quick enough. */
#define WITH_PCLMUL __attribute__((target("pclmul,ssse3")))

static const uint64_t by_512_bits[2] = { 0x154442bd4u, 0x1c6e41596u };   /* x^544, x^480 */
static const uint64_t by_128_bits[2] = { 0x1751997d0u, 0x0ccaa009eu };   /* x^160, x^96 */

WITH_PCLMUL static __m128i load(const unsigned char *p)
{
	return _mm_loadu_si128((const __m128i *)(const void *)p);
}

WITH_PCLMUL static __m128i fold(__m128i x, __m128i k, __m128i next)
{
	return _mm_xor_si128(_mm_xor_si128(_mm_clmulepi64_si128(x, k, 0x00), _mm_clmulepi64_si128(x, k, 0x11)), next);
}

/* The first n % 16 bytes as the end of a block of 16 whose rest is zero, and the block behind them; zeros in front of a
 * message do not change its remainder. So all that follows is whole blocks, and no byte is left for the tables. The
 * register goes over the first four bytes of the message, wherever they stand. */
WITH_PCLMUL static __m128i first_blocks(uint32_t state, const unsigned char *p, size_t part, __m128i k128)
{
	static const unsigned char slide[32] = {
		0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80,
		0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
	};
	__m128i a = _mm_shuffle_epi8(_mm_xor_si128(load(p), _mm_cvtsi32_si128((int)state)), load(slide + part));
	uint32_t over = part < sizeof state ? state >> 8 * part : 0;

	return fold(a, k128, _mm_xor_si128(load(p + part), _mm_cvtsi32_si128((int)over)));
}

/* n >= 16. */
WITH_PCLMUL static uint32_t fold_all(uint32_t state, const unsigned char *p, size_t n)
{
	const __m128i k512 = load((const unsigned char *)by_512_bits), k128 = load((const unsigned char *)by_128_bits);
	__m128i a = first_blocks(state, p, n % 16, k128), b, c, d;
	unsigned char rest[16];
	size_t i = n % 16 + 16;

	if (n - i >= 112) {
		b = load(p + i);
		c = load(p + i + 16);
		d = load(p + i + 32);
		for (i += 48; n - i >= 64; i += 64) {
			a = fold(a, k512, load(p + i));
			b = fold(b, k512, load(p + i + 16));
			c = fold(c, k512, load(p + i + 32));
			d = fold(d, k512, load(p + i + 48));
		}
		a = fold(fold(fold(a, k128, b), k128, c), k128, d);
	}
	for (; i < n; i += 16)
		a = fold(a, k128, load(p + i));
	_mm_storeu_si128((__m128i *)(void *)rest, a);
	return slice(0, rest, sizeof rest);
}

bool crc32_has_hardware(void)
{
	return cpu_has_pclmul();
}

uint32_t crc32_hardware(uint32_t crc, Str s)
{
	const unsigned char *p = (const unsigned char *)s.p;

	return ~(s.n >= 16 ? fold_all(~crc, p, s.n) : slice(~crc, p, s.n));
}

#elif defined(__AARCH64EL__) && defined(__linux__)

/* ARMv8 has this very polynomial as instructions; the kernel says whether this machine has them. */
bool crc32_has_hardware(void)
{
	return getauxval(AT_HWCAP) & HWCAP_CRC32;
}

uint32_t crc32_hardware(uint32_t crc, Str s)
{
	const unsigned char *p = (const unsigned char *)s.p;
	uint32_t state = ~crc;
	size_t n = s.n;

	for (; n >= 8; p += 8, n -= 8) {
		uint64_t eight;

		memcpy(&eight, p, 8);
		__asm__(".arch_extension crc\n\tcrc32x %w0, %w0, %x1" : "+r"(state) : "r"(eight));
	}
	for (; n; p++, n--)
		__asm__(".arch_extension crc\n\tcrc32b %w0, %w0, %w1" : "+r"(state) : "r"((uint32_t)*p));
	return ~state;
}

#else

bool crc32_has_hardware(void)
{
	return false;
}

uint32_t crc32_hardware(uint32_t crc, Str s)
{
	return crc32_sliced(crc, s);
}

#endif

uint32_t crc32_of(uint32_t crc, Str s)
{
	/* Short input, as the first bytes of a frame: the tables are as quick. */
	return s.n < 16 || !crc32_has_hardware() ? crc32_sliced(crc, s) : crc32_hardware(crc, s);
}
