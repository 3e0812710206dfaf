#include "store/sums.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "base/varint.h"

static_assert(sizeof(Sums) == SUM_FIELDS * sizeof(int64_t), "Sums is its members in a row");

/* Never reordered: files hold the members by their place. */
static const char *const names[SUM_FIELDS] = {
	"nusd", "jobs", "failed", "unpriced", "cache_hits", "cache_known", "retries", "latency_ms_sum", "latency_n", "input", "output",
	"cache_read", "cache_write_5m", "cache_write_1h", "succeeded", "cancelled", "booked", "reported_nusd", "reported_n",
	"reported_booked_nusd", "approved", "judged", "roi_milli", "roi_n", "confidence_milli", "confidence_n",
	"cache_saved_nusd", "cache_premium_nusd", "cache_miss_nusd", "answer_hit_nusd", "answer_miss_nusd", "answer_miss_n",
};

/* The members as an array. */
typedef int64_t Member __attribute__((may_alias));

static Member *members(Sums *s)
{
	return (Member *)(void *)s;
}

static const Member *members_of(const Sums *s)
{
	return (const Member *)(const void *)s;
}

int64_t sums_field(const Sums *s, int i)
{
	return members_of(s)[i];
}

void sums_set_field(Sums *s, int i, int64_t v)
{
	members(s)[i] = v;
}

const char *sums_field_name(int i)
{
	return names[i];
}

/* Unsigned on purpose: a difference takes out exactly what went in, also after an absurd count wrapped. Two members at a time,
 * because this runs for each call and rollup. */
typedef uint64_t Two __attribute__((vector_size(16), aligned(8), may_alias));
static_assert(sizeof(Sums) % sizeof(Two) == 0, "Sums is pairs of members");

void sums_add(Sums *to, const Sums *x)
{
	Two *t = (Two *)(void *)to;
	const Two *f = (const Two *)(const void *)x;

	for (size_t i = 0; i < sizeof *to / sizeof *t; i++)
		t[i] += f[i];
}

void sums_sub(Sums *to, const Sums *x)
{
	Two *t = (Two *)(void *)to;
	const Two *f = (const Two *)(const void *)x;

	for (size_t i = 0; i < sizeof *to / sizeof *t; i++)
		t[i] -= f[i];
}

bool sums_zero(const Sums *s)
{
	static const Sums zero;

	return memcmp(s, &zero, sizeof zero) == 0;
}

size_t sums_pack(const Sums *s, unsigned char out[SUMS_BLOB_MAX])
{
	const Member *v = members_of(s);
	uint64_t there = 0;
	size_t n;

	for (int i = 0; i < SUM_FIELDS; i++)
		there |= (uint64_t)(v[i] != 0) << i;
	n = varint_put(out, there);
	for (; there; there &= there - 1)
		n += varint_put(out + n, varint_zigzag(v[__builtin_ctzll(there)]));
	return n;
}

int sums_unpack(Str blob, Sums *out)
{
	const unsigned char *p = (const unsigned char *)blob.p, *end = p + blob.n;
	Member *v = members(out);
	uint64_t there, raw;

	*out = (Sums){ 0 };
	if (varint_next(&p, end, &there) < 0 || there >> SUM_FIELDS)
		return -1;
	for (; there; there &= there - 1) {
		if (varint_next(&p, end, &raw) < 0 || !raw)
			break;
		v[__builtin_ctzll(there)] = varint_unzigzag(raw);
	}
	if (!there && p == end)
		return 0;
	*out = (Sums){ 0 };
	return -1;
}

/* --- the bytes of a cell --- */

enum { CELL_HEAD = 4 };

static uint64_t load(const unsigned char *p)
{
	uint64_t w = 0;

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	memcpy(&w, p, sizeof w);
#else
	for (int i = 0; i < 8; i++)
		w |= (uint64_t)p[i] << 8 * i;
#endif
	return w;
}

static void store(unsigned char *p, uint64_t w)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	memcpy(p, &w, sizeof w);
#else
	for (int i = 0; i < 8; i++)
		p[i] = (unsigned char)(w >> 8 * i);
#endif
}

/* What the processor's own count would be, which not every one has. */
static int bits_of(uint32_t v)
{
	v -= v >> 1 & 0x55555555;
	v = (v & 0x33333333) + (v >> 2 & 0x33333333);
	return (int)(((v + (v >> 4)) & 0x0f0f0f0f) * 0x01010101 >> 24);
}

size_t sums_write(const Sums *s, unsigned char out[SUMS_CELL_MAX])
{
	const Member *v = members_of(s);
	unsigned char *nibbles = out + CELL_HEAD, *p;
	uint64_t there = 0, lengths = 0;
	int n = 0;

	for (int i = 0; i < SUM_FIELDS; i++)
		there |= (uint64_t)(v[i] != 0) << i;
	store(out, there);
	p = nibbles + (bits_of((uint32_t)there) + 1) / 2;
	for (; there; there &= there - 1) {
		uint64_t raw = varint_zigzag(v[__builtin_ctzll(there)]);
		int bytes = (64 - __builtin_clzll(raw) + 7) / 8;

		lengths |= (uint64_t)(bytes - 1) << 4 * (n & 15);
		store(p, raw);
		p += bytes;
		if (!(++n & 15)) {
			for (int i = 0; i < 8; i++)
				nibbles[i] = (unsigned char)(lengths >> 8 * i);
			nibbles += 8;
			lengths = 0;
		}
	}
	for (int i = 0; i < (n & 15); i += 2)
		*nibbles++ = (unsigned char)(lengths >> 4 * i);
	return (size_t)(p - out);
}

/* By the nibble: which bits of eight bytes are the number's, and the least number that has so many bytes; one is written in one way
 * only. More than eight bytes have none. */
#define BITS(n) (~UINT64_C(0) >> (64 - 8 * (n)))
#define LEAST(n) (UINT64_C(1) << 8 * (n))
static const uint64_t length_mask[16] = { BITS(1), BITS(2), BITS(3), BITS(4), BITS(5), BITS(6), BITS(7), BITS(8) };
static const uint64_t length_least[16] = {
	1, LEAST(1), LEAST(2), LEAST(3), LEAST(4), LEAST(5), LEAST(6), LEAST(7), 1, 1, 1, 1, 1, 1, 1, 1,
};

/* The members below limit. Of the others nothing is looked at. */
static inline int read_members(Str cell, int limit, Sums *out)
{
	const unsigned char *nibbles = (const unsigned char *)cell.p + CELL_HEAD, *end = nibbles - CELL_HEAD + cell.n, *p;
	Member *v = members(out);
	Two *zero = (Two *)(void *)out;
	uint64_t all, there, lengths = 0, bad = 0;
	int n = 0;

	for (size_t i = 0; i < sizeof *out / sizeof *zero; i++)
		zero[i] = (Two){ 0 };
	if (cell.n < CELL_HEAD || cell.n > SUMS_CELL_MAX - SUMS_BEHIND)
		return -1;
	all = load(nibbles - CELL_HEAD) & UINT32_MAX;
	there = limit < SUM_FIELDS ? all & ((UINT64_C(1) << limit) - 1) : all;
	for (p = nibbles + (bits_of((uint32_t)all) + 1) / 2; there && p < end; there &= there - 1) {
		uint64_t raw, length;

		if (!(n++ & 15)) {
			lengths = load(nibbles);
			nibbles += 8;
		}
		length = lengths & 15;
		raw = load(p) & length_mask[length];
		bad |= raw < length_least[length];
		p += length + 1;
		lengths >>= 4;
		v[__builtin_ctzll(there)] = varint_unzigzag(raw);
	}
	if (n & 1 && limit == SUM_FIELDS)
		bad |= lengths & 15;
	return there || bad || (limit == SUM_FIELDS ? p != end : p > end) ? -1 : 0;
}

int sums_read(Str cell, Sums *out)
{
	if (read_members(cell, SUM_FIELDS, out) == 0)
		return 0;
	*out = (Sums){ 0 };
	return -1;
}

int sums_read_money(Str cell, Sums *out)
{
	static_assert(offsetof(Sums, nusd) == 0 && offsetof(Sums, jobs) == sizeof(int64_t), "money and jobs come first");
	if (read_members(cell, 2, out) == 0)
		return 0;
	*out = (Sums){ 0 };
	return -1;
}
