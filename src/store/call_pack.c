/* What of a call no question of SQL is asked about, as bytes: numbers, trace, status, and at last the detail. */
#include "store/row.h"

#include "base/varint.h"

enum { HAS_REPORTED = 1, HAS_OWN_REPORTED = 2, HAS_CONTENT = 4, NUMBERS_MAX = 32 };

static size_t put(unsigned char *p, int64_t v)
{
	return varint_put(p, varint_zigzag(v));
}

void call_pack(Buf *b, const Call *c)
{
	const Tokens *t = &c->b.tokens;
	const int64_t first[] = { c->retries, c->b.source, t->input, t->output, t->cache_read, t->cache_write_5m, t->cache_write_1h,
	                          c->b.cache.saved_nusd, c->b.cache.premium_nusd, c->b.cache.miss_nusd, c->cost_lines };
	unsigned char bytes[1 + NUMBERS_MAX * VARINT_MAX];
	size_t n = 0;

	bytes[n++] = (unsigned char)((c->b.reported_nusd.known ? HAS_REPORTED : 0) | (c->own_reported.known ? HAS_OWN_REPORTED : 0) |
	                             (c->content ? HAS_CONTENT : 0));
	for (size_t i = 0; i < sizeof first / sizeof *first; i++)
		n += put(bytes + n, first[i]);
	if (c->b.reported_nusd.known)
		n += put(bytes + n, c->b.reported_nusd.v);
	if (c->own_reported.known)
		n += put(bytes + n, c->own_reported.v);
	for (int i = 0; i < OWN_NAMES; i++)
		n += put(bytes + n, c->own[i]);
	if (c->content) {
		memcpy(bytes + n, &c->content, sizeof c->content);       /* a hash: the file never leaves the machine that wrote it */
		n += sizeof c->content;
	}
	n += varint_put(bytes + n, c->trace.n);
	n += varint_put(bytes + n, c->status.n);
	(void)buf_put(b, bytes, n);
	(void)buf_put_str(b, c->trace);
	(void)buf_put_str(b, c->status);
	(void)buf_put_str(b, c->detail);
}

static bool take(Str *from, int64_t *v)
{
	uint64_t raw;

	if (varint_take(from, &raw) < 0)
		return false;
	*v = varint_unzigzag(raw);
	return true;
}

static bool take_text(Str *from, uint64_t size, Str *out)
{
	if (size > from->n)
		return false;
	*out = str_sub(*from, 0, (size_t)size);
	*from = str_sub(*from, (size_t)size, from->n);
	return true;
}

/* Damaged bytes end early, as those of a detail do. */
void call_unpack(Str blob, Call *c)
{
	Tokens *t = &c->b.tokens;
	int64_t has, source = 0;
	int64_t *const first[] = { &c->retries, &source, &t->input, &t->output, &t->cache_read, &t->cache_write_5m, &t->cache_write_1h,
	                           &c->b.cache.saved_nusd, &c->b.cache.premium_nusd, &c->b.cache.miss_nusd, &c->cost_lines };
	uint64_t trace, status;

	if (!blob.n)
		return;
	has = (unsigned char)*blob.p;
	blob = str_sub(blob, 1, blob.n);
	for (size_t i = 0; i < sizeof first / sizeof *first; i++)
		if (!take(&blob, first[i]))
			return;
	c->b.source = (CostSource)source;
	c->b.reported_nusd.known = has & HAS_REPORTED;
	c->own_reported.known = has & HAS_OWN_REPORTED;
	if ((has & HAS_REPORTED && !take(&blob, &c->b.reported_nusd.v)) || (has & HAS_OWN_REPORTED && !take(&blob, &c->own_reported.v)))
		return;
	for (int i = 0; i < OWN_NAMES; i++)
		if (!take(&blob, &c->own[i]))
			return;
	if (has & HAS_CONTENT && blob.n >= sizeof c->content) {
		memcpy(&c->content, blob.p, sizeof c->content);
		blob = str_sub(blob, sizeof c->content, blob.n);
	}
	if (varint_take(&blob, &trace) < 0 || varint_take(&blob, &status) < 0 || !take_text(&blob, trace, &c->trace) ||
	    !take_text(&blob, status, &c->status))
		return;
	c->detail = blob;
}
