#include "store/sums.h"

#include <assert.h>
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

/* The next member of a packed one, if it is the i-th. */
static int take_member(Str *from, uint64_t there, int i, int64_t *v)
{
	uint64_t raw = 0;

	*v = 0;
	if (!(there >> i & 1))
		return 0;
	if (varint_take(from, &raw) < 0 || !raw)
		return -1;
	*v = varint_unzigzag(raw);
	return 0;
}

int sums_add_packed(Str a, Str b, unsigned char out[SUMS_BLOB_MAX], size_t *n)
{
	unsigned char body[SUMS_BLOB_MAX];
	uint64_t in_a, in_b, there = 0;
	size_t bytes = 0;

	if (varint_take(&a, &in_a) < 0 || varint_take(&b, &in_b) < 0 || (in_a | in_b) >> SUM_FIELDS)
		return -1;
	for (uint64_t left = in_a | in_b; left; left &= left - 1) {
		int i = __builtin_ctzll(left);
		int64_t x, y, sum;

		if (take_member(&a, in_a, i, &x) < 0 || take_member(&b, in_b, i, &y) < 0)
			return -1;
		sum = (int64_t)((uint64_t)x + (uint64_t)y);
		if (sum) {
			there |= UINT64_C(1) << i;
			bytes += varint_put(body + bytes, varint_zigzag(sum));
		}
	}
	if (a.n || b.n)
		return -1;
	*n = varint_put(out, there);
	memcpy(out + *n, body, bytes);
	*n += bytes;
	return 0;
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
