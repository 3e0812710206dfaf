#include "store/line_pack.h"

#include "base/varint.h"

enum { HAS_REPORTED = 1, HAS_DURATION = 2, HAS_TOKENS = 4 };

static const size_t texts[] = {
	offsetof(LogLine, event_id), offsetof(LogLine, job_id), offsetof(LogLine, trace_id), offsetof(LogLine, request_id),
	offsetof(LogLine, service_tier),
};
enum { TEXTS = sizeof texts / sizeof *texts, NUMBERS = 3 + 5 + LINE_NAMES + TEXTS };

static size_t put(unsigned char *p, int64_t v)
{
	return varint_put(p, varint_zigzag(v));
}

void line_pack(Buf *b, const LogLine *l, int64_t moved_ms, const int64_t name[LINE_NAMES])
{
	const int64_t tokens[] = { l->tokens.input, l->tokens.output, l->tokens.cache_read, l->tokens.cache_write_5m, l->tokens.cache_write_1h };
	unsigned char bytes[1 + NUMBERS * VARINT_MAX];
	size_t n = 0;

	bytes[n++] = (unsigned char)((l->reported_nusd.known ? HAS_REPORTED : 0) | (l->duration_ms.known ? HAS_DURATION : 0) |
	                             (l->has_tokens ? HAS_TOKENS : 0));
	n += put(bytes + n, moved_ms);
	if (l->reported_nusd.known)
		n += put(bytes + n, l->reported_nusd.v);
	if (l->duration_ms.known)
		n += put(bytes + n, l->duration_ms.v);
	for (size_t i = 0; l->has_tokens && i < sizeof tokens / sizeof *tokens; i++)
		n += put(bytes + n, tokens[i]);
	for (int i = 0; i < LINE_NAMES; i++)
		n += put(bytes + n, name[i]);
	for (size_t i = 0; i < TEXTS; i++)
		n += varint_put(bytes + n, ((const Str *)(const void *)((const char *)l + texts[i]))->n);
	(void)buf_put(b, bytes, n);
	for (size_t i = 0; i < TEXTS; i++)
		(void)buf_put_str(b, *(const Str *)(const void *)((const char *)l + texts[i]));
}

static bool take(Str *from, int64_t *v)
{
	uint64_t raw;

	if (varint_take(from, &raw) < 0)
		return false;
	*v = varint_unzigzag(raw);
	return true;
}

bool line_unpack(Str blob, LogLine *l, int64_t *moved_ms, int64_t name[LINE_NAMES])
{
	int64_t *const tokens[] = { &l->tokens.input, &l->tokens.output, &l->tokens.cache_read, &l->tokens.cache_write_5m, &l->tokens.cache_write_1h };
	int64_t has;
	uint64_t size[TEXTS];

	if (!blob.n)
		return false;
	has = (unsigned char)*blob.p;
	blob = str_sub(blob, 1, blob.n);
	l->reported_nusd.known = has & HAS_REPORTED;
	l->duration_ms.known = has & HAS_DURATION;
	l->has_tokens = has & HAS_TOKENS;
	if (!take(&blob, moved_ms) || (l->reported_nusd.known && !take(&blob, &l->reported_nusd.v)) ||
	    (l->duration_ms.known && !take(&blob, &l->duration_ms.v)))
		return false;
	for (size_t i = 0; l->has_tokens && i < sizeof tokens / sizeof *tokens; i++)
		if (!take(&blob, tokens[i]))
			return false;
	for (int i = 0; i < LINE_NAMES; i++)
		if (!take(&blob, &name[i]))
			return false;
	for (size_t i = 0; i < TEXTS; i++)
		if (varint_take(&blob, &size[i]) < 0)
			return false;
	for (size_t i = 0; i < TEXTS; i++) {
		if (size[i] > blob.n)
			return false;
		*(Str *)(void *)((char *)l + texts[i]) = str_sub(blob, 0, (size_t)size[i]);
		blob = str_sub(blob, (size_t)size[i], blob.n);
	}
	return true;
}

void line_cell_put(Buf *b, const LineCell *c)
{
	unsigned char bytes[sizeof c->event_hash + 2 + 2 * VARINT_MAX];
	size_t n = sizeof c->event_hash;

	memcpy(bytes, &c->event_hash, n);                        /* the file never leaves this kind of machine */
	bytes[n++] = (unsigned char)c->kind;
	bytes[n++] = (unsigned char)c->flags;
	n += varint_put(bytes + n, (uint64_t)c->call);
	n += varint_put(bytes + n, c->rest.n);
	(void)buf_put(b, bytes, n);
	(void)buf_put_str(b, c->rest);
	(void)buf_put_str(b, c->text);
}

bool line_cell_take(Str bytes, LineCell *c)
{
	uint64_t call, rest;

	if (bytes.n < sizeof c->event_hash + 2)
		return false;
	memcpy(&c->event_hash, bytes.p, sizeof c->event_hash);
	bytes = str_sub(bytes, sizeof c->event_hash, bytes.n);
	c->kind = (LineKind)(unsigned char)bytes.p[0];
	c->flags = (unsigned char)bytes.p[1];
	bytes = str_sub(bytes, 2, bytes.n);
	if (varint_take(&bytes, &call) < 0 || varint_take(&bytes, &rest) < 0 || call > INT64_MAX || rest > bytes.n)
		return false;
	c->call = (int64_t)call;
	c->rest = str_sub(bytes, 0, (size_t)rest);
	c->text = str_sub(bytes, (size_t)rest, bytes.n);
	return true;
}
