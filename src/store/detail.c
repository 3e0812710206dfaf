#include "store/row.h"

#include <string.h>

#include "base/varint.h"

static const size_t texts[] = {
	offsetof(Job, error_code), offsetof(Job, error_message), offsetof(Job, request_id), offsetof(Job, pointer),
	offsetof(Job, template_id), offsetof(Job, template_version), offsetof(Job, template_sha), offsetof(Job, service_tier),
	offsetof(Job, region), offsetof(Job, stop_reason),
};
static const size_t numbers[] = { offsetof(Job, score_milli), offsetof(Job, roi_milli), offsetof(Job, roi_confidence_milli) };

#define COUNT(a) (sizeof(a) / sizeof *(a))

static bool take(Str *from, void *to, size_t n)
{
	if (from->n < n)
		return false;
	memcpy(to, from->p, n);
	*from = str_sub(*from, n, from->n);
	return true;
}

/* The item's own, which are kept here because it may be booked by other ones. */
static void put_tokens(Buf *b, const Job *j)
{
	const int64_t count[] = { j->tokens.input, j->tokens.output, j->tokens.cache_read, j->tokens.cache_write_5m, j->tokens.cache_write_1h };
	unsigned char bytes[VARINT_MAX];

	if (!j->has_tokens)
		return;
	for (size_t i = 0; i < COUNT(count); i++)
		(void)buf_put(b, bytes, varint_put(bytes, varint_zigzag(count[i])));
}

/* Rows of older layouts end before them. */
static void take_tokens(Str *from, Job *j)
{
	uint64_t v[5];

	for (size_t i = 0; i < COUNT(v); i++)
		if (varint_take(from, &v[i]) < 0)
			return;
	j->has_tokens = true;
	j->tokens = (Tokens){ varint_unzigzag(v[0]), varint_unzigzag(v[1]), varint_unzigzag(v[2]), varint_unzigzag(v[3]), varint_unzigzag(v[4]) };
}

/* The file never leaves the machine that wrote it, so numbers stand in its own byte order. */
void detail_pack(Buf *b, const Job *j)
{
	for (size_t i = 0; i < COUNT(numbers); i++) {
		const Opt64 *o = (const Opt64 *)(const void *)((const char *)j + numbers[i]);

		(void)buf_putc(b, o->known ? 1 : 0);
		if (o->known)
			(void)buf_put(b, &o->v, sizeof o->v);
	}
	for (size_t i = 0; i < COUNT(texts); i++) {
		const Str *t = (const Str *)(const void *)((const char *)j + texts[i]);
		uint32_t n = (uint32_t)t->n;

		(void)buf_put(b, &n, sizeof n);
		(void)buf_put(b, t->p ? t->p : "", n);
	}
	put_tokens(b, j);
}

void detail_numbers(Str *blob, Job *j)
{
	for (size_t i = 0; i < COUNT(numbers); i++) {
		Opt64 *o = (Opt64 *)(void *)((char *)j + numbers[i]);
		char known;

		if (!take(blob, &known, 1) || (known && !take(blob, &o->v, sizeof o->v))) {
			*blob = STR("");
			return;
		}
		o->known = known != 0;
	}
}

void detail_unpack(Str blob, Job *j)
{
	detail_numbers(&blob, j);
	for (size_t i = 0; i < COUNT(texts); i++) {
		uint32_t n;

		if (!take(&blob, &n, sizeof n) || n > blob.n)
			return;
		*(Str *)(void *)((char *)j + texts[i]) = str_sub(blob, 0, n);
		blob = str_sub(blob, n, blob.n);
	}
	take_tokens(&blob, j);
}
