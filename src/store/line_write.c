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

enum { SOON = 6 /* lines from now */, NEAR_BYTES = 512 };
typedef struct Write { Store *s; const Ranked *order; /* of the lines that wait, by their ids */ } Write;

/* Its bytes are far when another thread has read the line. */
static void near_bytes(const LogLine *l)
{
	enum { CACHE_LINE = 64 };
	const Str text = line_kept_text(l);

	__builtin_prefetch(l->job_id.p);
	__builtin_prefetch(l->trace_id.p);
	__builtin_prefetch(l->event_id.p);
	for (size_t i = 0; i < text.n && i < NEAR_BYTES; i += CACHE_LINE)
		__builtin_prefetch(text.p + i);
}

static int add_held(void *arg, size_t i, Str old, Buf *out, Err *e)
{
	const Write *w = arg;
	const HeldLine *h = &w->s->held.line[w->order[i].what];
	Buf *rest = &w->s->scratch;

	if (i + SOON < w->s->held.lines)
		near_bytes(w->s->held.line[w->order[i + SOON].what].l);
	if (old.n)
		return err_set(e, "two log lines would have one place");
	buf_reset(rest);
	line_pack(rest, h->l, h->l->event_ms - (h->id >> LINE_TIME_SHIFT), h->name);
	line_cell_put(out, &(LineCell){ .event_hash = h->event_hash, .call = h->call, .kind = h->l->kind, .flags = flags_of(h),
	                                .rest = buf_str(rest), .text = line_kept_text(h->l) });
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
	order = xmalloc(h->lines * sizeof *order);
	id = xmalloc(h->lines * sizeof *id);
	for (size_t i = 0; i < h->lines; i++)
		order[i] = (Ranked){ rank_of(h->line[i].id), i };
	ranked_sort(order, h->lines);
	for (size_t i = 0; i < h->lines && rc == 0; i++) {
		id[i] = rank_number(order[i].rank);
		rc = line_link(s, &h->line[order[i].what], e);
	}
	if (rc == 0)
		rc = line_sheets_change(s, &(LineChange){ id, h->lines, id[0] > h->newest_id, add_held, &(Write){ s, order } }, e);
	free(order);
	free(id);
	return rc;
}
