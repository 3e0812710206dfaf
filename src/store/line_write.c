#include "store/line_own.h"

#include <stdlib.h>

#include "base/ranked.h"
#include "base/xalloc.h"
#include "store/line_sheets.h"

static int flags_of(const HeldLine *h)
{
	const LogLine *l = h->l;

	return (l->has_tokens ? F_LINE_TOKENS : 0) | (int)l->cache_hit << F_LINE_CACHE_SHIFT | (l->late ? F_LINE_LATE : 0) |
	       (l->tail ? F_LINE_TAIL : 0) | (h->more ? F_LINE_MORE : 0);
}

/* Its bytes are far when another thread has read the line. */
static void near_bytes(const LogLine *l)
{
	enum { CACHE_LINE = 64, NEAR_BYTES = 512 };
	const Str text = line_kept_text(l);

	__builtin_prefetch(l->job_id.p);
	__builtin_prefetch(l->trace_id.p);
	__builtin_prefetch(l->event_id.p);
	for (size_t i = 0; i < text.n && i < NEAR_BYTES; i += CACHE_LINE)
		__builtin_prefetch(text.p + i);
}

static void pack(LineShapes *shapes, const HeldLine *h, Buf *rest, Buf *said, Buf *out)
{
	const bool shaped = shapes_code(shapes, h->l, line_kept_text(h->l), said);

	buf_reset(rest);
	line_pack(rest, h->l, h->l->event_ms - (h->id >> LINE_TIME_SHIFT), h->name);
	line_cell_put(out, &(LineCell){ .event_hash = h->event_hash, .call = h->call, .kind = h->l->kind,
	                                .flags = flags_of(h) | (shaped ? F_LINE_SHAPED : 0), .rest = buf_str(rest),
	                                .text = shaped ? buf_str(said) : line_kept_text(h->l) });
}

/* Of the lines that wait, by their ids. */
static Ranked *order_of(const Held *h)
{
	Ranked *order = xmalloc((h->lines + 1) * sizeof *order);

	for (size_t i = 0; i < h->lines; i++)
		order[i] = (Ranked){ rank_of(h->line[i].id), i };
	ranked_sort(order, h->lines);
	return order;
}

void line_pack_held(Store *s)
{
	enum { SOON = 6 /* lines from now */, BYTES_MAX = 1 << 30 };
	Held *h = &s->held;
	Ranked *order = order_of(h);
	LineBytes *b = &h->bytes;
	Buf rest = { 0 }, said = { 0 };

	b->n = 0;
	if (!b->all.cap)
		buf_init(&b->all, BYTES_MAX);
	buf_reset(&b->all);
	VEC_GROW(b->end, b->cap, h->lines);
	for (size_t i = 0; i < h->lines; i++) {
		if (i + SOON < h->lines)
			near_bytes(h->line[order[i + SOON].what].l);
		pack(&s->shapes, &h->line[order[i].what], &rest, &said, &b->all);
		if (b->all.full)
			break;
		b->end[b->n++] = b->all.n;
	}
	buf_done(&rest);
	buf_done(&said);
	free(order);
}

int line_said(Store *s, const LineCell *c, const LogLine *l, const int64_t name[LINE_NAMES], Str *text, Err *e)
{
	*text = c->text;
	return c->flags & F_LINE_SHAPED ? shapes_text(s, c->text, l, name, text, e) : 0;
}

typedef struct Write { Store *s; const Ranked *order; } Write;

static int add_held(void *arg, size_t i, Str old, Buf *out, Err *e)
{
	const Write *w = arg;
	const LineBytes *b = &w->s->held.bytes;
	const size_t from = i && i < b->n ? b->end[i - 1] : 0;

	if (old.n)
		return err_set(e, "two log lines would have one place");
	if (i < b->n)
		(void)buf_put(out, b->all.p + from, b->end[i] - from);      /* whether it fits is looked at by whoever asks for it */
	else
		pack(&w->s->shapes, &w->s->held.line[w->order[i].what], &w->s->scratch, &w->s->said, out);
	return 0;
}

int line_put_more(Store *s, int64_t call, int64_t line, Err *e)
{
	static const char sql[] = "INSERT OR IGNORE INTO line_more VALUES(?, ?)";
	sqlite3_stmt *st = db_stmt(s, sql, e);

	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, call);
	sqlite3_bind_int64(st, 2, line);
	return db_done(s, st, "cannot keep log lines", e);
}

int line_link(Store *s, const HeldLine *h, Err *e)
{
	const bool cost = line_is_cost(h->l->kind);

	if (h->trace_hash)
		links_put(s, h->trace_hash, h->id, cost);
	/* A line with a call's cost is found by the call. */
	if (h->job_hash && h->l->kind != LINE_COST)
		links_put(s, h->job_hash, h->id, cost);
	return h->more ? line_put_more(s, h->call, h->id, e) : 0;
}

int line_write_held(Store *s, Err *e)
{
	const Held *h = &s->held;
	Ranked *order;
	int64_t *id;
	int rc = 0;

	if (!h->lines)
		return 0;
	order = order_of(h);
	id = xmalloc(h->lines * sizeof *id);
	for (size_t i = 0; i < h->lines && rc == 0; i++) {
		id[i] = rank_number(order[i].rank);
		rc = line_link(s, &h->line[order[i].what], e);
	}
	if (rc == 0)
		rc = line_sheets_change(s, &(LineChange){ id, h->lines, id[0] > h->newest_id, add_held, &(Write){ s, order } }, e);
	if (rc == 0)
		rc = shapes_settle(s, e);
	free(order);
	free(id);
	return rc;
}
