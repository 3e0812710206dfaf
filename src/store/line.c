#include "store/row.h"

#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "store/line_own.h"
#include "store/line_sheets.h"

/* The id of a line is its time, then a hash of what it says, then one of sixteen places, then whether it is about money. So they
 * lie in the order of time, and all that can be the same event lie in one lot of 32 ids; when the sixteen places of a lot are taken it
 * goes on with the next one, and after four with a lot by a hash of the event's id. Lines about money have places of their own because
 * they are kept longer: a place that becomes free for one kind would end the search for another. The hashes must stay what they are. */
enum { LOT_BITS = 5, LOT_PLACES = 16, LOTS_SHARED = 4, TIME_SHIFT = LINE_TIME_SHIFT, HASH_BITS = TIME_SHIFT - LOT_BITS };

static const size_t packed[] = {
	offsetof(LogLine, event_id), offsetof(LogLine, job_id), offsetof(LogLine, trace_id), offsetof(LogLine, request_id),
	offsetof(LogLine, service_tier),
};
static const size_t named[LINE_NAMES] = {
	offsetof(LogLine, level), offsetof(LogLine, tenant), offsetof(LogLine, persona), offsetof(LogLine, agent),
	offsetof(LogLine, version), offsetof(LogLine, model),
};

#define COUNT(a) (sizeof(a) / sizeof *(a))

static Str *member(LogLine *l, size_t offset)
{
	return (Str *)(void *)((char *)l + offset);
}

static const Str *part(const LogLine *l, size_t offset)
{
	return (const Str *)(const void *)((const char *)l + offset);
}

/* A hash of 0 means "none" in the partial indexes, so no text may have it. */
static int64_t column_hash(Str text, int64_t hash)
{
	return !text.n ? 0 : hash ? hash : 1;
}

static int64_t link_hash(Str text)
{
	return column_hash(text, index_hash(text));
}

/* Ids have room for the times of 560 years; a line of another age stands at their end, and its row says by how much. */
static int64_t key_ms(int64_t event_ms)
{
	const int64_t most = (INT64_C(1) << (63 - TIME_SHIFT)) - 2;

	return event_ms > most ? most : event_ms < -most ? -most : event_ms;
}

int64_t line_first_id(int64_t ms)
{
	return key_ms(ms) * (INT64_C(1) << TIME_SHIFT);
}

static int64_t lot_of(const LogLine *l, uint64_t hash)
{
	return key_ms(l->event_ms) * (1 << HASH_BITS) + (int64_t)(hash >> (64 - HASH_BITS));
}

void line_near(const Store *s, const LogLine *l, const LineHash *hash)
{
	const Str *const text[] = { &l->level, &l->job_id, &l->tenant, &l->agent, &l->model, &l->event_id };

	held_near(&s->held, lot_of(l, hash->said), hash->job_id);
	index_near(&s->index, hash->job_id);
	for (size_t i = 0; i < COUNT(text); i++)
		__builtin_prefetch(text[i]->p);
}

LineHash line_hash(const LogLine *l)
{
	enum { EVENT, JOB, TRACE, ALL };
	const Str text[ALL] = { [EVENT] = l->event_id, [JOB] = l->job_id, [TRACE] = l->trace_id };
	uint64_t hash[ALL];

	str_hash_each(text, ALL, hash);
	return (LineHash){
		.said = str_quick_hash(line_kept_text(l)) + str_quick_hash(l->job_id) * UINT64_C(0x9E3779B97F4A7C15),
		.event = (int64_t)hash[EVENT], .job_id = index_fold(hash[JOB]),
		.job = column_hash(l->job_id, index_fold(hash[JOB])), .trace = column_hash(l->trace_id, index_fold(hash[TRACE])),
	};
}

/* Beyond LOTS_SHARED: however many say the same, one is found at once. */
static int64_t own_lot(const LogLine *l, int64_t event_hash)
{
	return lot_of(l, (uint64_t)event_hash * UINT64_C(0x9E3779B97F4A7C15));
}

/* --- is it there, and where is room for it? --- */

typedef struct Look {
	const LogLine *l;
	int64_t event_hash;
	unsigned used;                   /* places of the lot under way */
	bool     stored;                 /* the event has its line */
	bool     held_twin;              /* one of the other way (Live Tail or not) that says the same waits */
	int64_t  twin;                   /* the id of a stored one; 0: none */
	int64_t  twin_moved, twin_name[LINE_NAMES];
	int64_t  free;                   /* the id for a new one */
} Look;

static void look_at(Look *k, int64_t id)
{
	k->used |= 1u << (id >> 1 & (LOT_PLACES - 1));
}

/* What it says but for its names, whose ids are put into `name`, and its text. */
static bool unpack(const LineCell *c, LogLine *l, int64_t *moved, int64_t name[LINE_NAMES])
{
	*l = (LogLine){ .kind = c->kind };
	l->cache_hit = (Tri)(c->flags >> F_LINE_CACHE_SHIFT & 3);
	l->late = c->flags & F_LINE_LATE;
	l->tail = c->flags & F_LINE_TAIL;
	if (!line_unpack(c->rest, l, moved, name))
		return false;
	l->event_ms = (c->id >> TIME_SHIFT) + *moved;
	return true;
}

static int look_at_cell(Store *s, const LineCell *c, void *look, Err *e)
{
	Look *k = look;
	int64_t moved = 0, name[LINE_NAMES];
	bool same = c->event_hash == k->event_hash, tail = c->flags & F_LINE_TAIL;
	LogLine l;
	Str text;

	if ((c->id & 1) != line_is_cost(k->l->kind))
		return 0;
	look_at(k, c->id);
	if (!same && (tail == k->l->tail || k->twin))
		return 0;
	if (!unpack(c, &l, &moved, name) || l.event_ms != k->l->event_ms)
		return 0;
	k->stored |= same;
	if (tail == k->l->tail || k->twin || !str_eq(l.job_id, k->l->job_id))
		return 0;
	if (line_said(s, c, &l, name, &text, e) < 0)
		return -1;
	if (!str_eq(text, line_kept_text(k->l)))
		return 0;
	k->twin = c->id;
	k->twin_moved = moved;
	memcpy(k->twin_name, name, sizeof name);
	return 0;
}

static int look_at_stored(Store *s, int64_t lot, Look *k, Err *e)
{
	const int64_t first = lot * (1 << LOT_BITS);

	return line_sheets_each(s, first, first + (1 << LOT_BITS) - 1, look_at_cell, k, e);
}

static void look_at_held(const Held *held, int64_t lot, Look *k)
{
	for (const HeldLine *h = held_of_lot(held, lot); h; h = held_before(held, h)) {
		if ((h->id & 1) != line_is_cost(k->l->kind))
			continue;
		look_at(k, h->id);
		if (h->l->event_ms != k->l->event_ms)
			continue;
		k->stored |= h->event_hash == k->event_hash;
		k->held_twin |= h->l->tail != k->l->tail && str_eq(h->l->job_id, k->l->job_id) && str_eq(h->l->text, k->l->text);
	}
}

/* Goes on from lot to lot until one has room; *lots (may be NULL): how many were full. */
static int look_from(Store *s, int64_t lot, Look *k, int *lots, Err *e)
{
	for (int full = 0;; lot++, full++) {
		int place = 0;

		k->used = 0;
		if (lot <= line_lot(s->held.newest_id) && look_at_stored(s, lot, k, e) < 0)
			return -1;
		look_at_held(&s->held, lot, k);
		while (k->used >> place & 1)
			place++;
		if (place == LOT_PLACES)
			continue;
		k->free = lot * (1 << LOT_BITS) + place * 2 + line_is_cost(k->l->kind);
		if (lots)
			*lots = full;
		return 0;
	}
}

/* What Live Tail alone has seen stays where it is looked for by what it says. */
static int look(Store *s, const LogLine *l, const LineHash *hash, Look *k, Err *e)
{
	int full;

	*k = (Look){ .l = l, .event_hash = hash->event };
	/* First among all that says the same at the same time. */
	if (look_from(s, lot_of(l, hash->said), k, &full, e) < 0)
		return -1;
	return l->tail || full < LOTS_SHARED ? 0 : look_from(s, own_lot(l, k->event_hash), k, NULL, e);
}

/* A stored line becomes another: what `become` makes of its cell. */
typedef struct Edit { void (*become)(LineCell *c, void *arg); void *arg; } Edit;

static int edit_cell(void *edit, size_t i, Str old, Buf *out, Err *e)
{
	const Edit *x = edit;
	LineCell c;

	(void)i;
	if (!line_cell_take(old, &c))
		return err_set(e, "a log line that was found is not there");
	x->become(&c, x->arg);
	line_cell_put(out, &c);
	return 0;
}

static int edit(Store *s, const int64_t *id, size_t n, void (*become)(LineCell *c, void *arg), void *arg, Err *e)
{
	Edit x = { become, arg };

	return line_sheets_change(s, &(LineChange){ .id = id, .n = n, .add = edit_cell, .arg = &x }, e);
}

typedef struct Confirm { int64_t event_hash; Str rest, text; int shaped; } Confirm;

static void be_confirmed(LineCell *c, void *arg)
{
	const Confirm *x = arg;

	c->event_hash = x->event_hash;
	c->flags = (c->flags & ~(F_LINE_TAIL | F_LINE_SHAPED)) | x->shaped;
	c->rest = x->rest;
	c->text = x->text;
}

/* The line that Live Tail brought gets the event's own id. */
static int confirm(Store *s, const Look *k, Err *e)
{
	const bool shaped = shapes_code(&s->shapes, k->l, line_kept_text(k->l), &s->said);
	Confirm x = { k->event_hash, .text = shaped ? buf_str(&s->said) : line_kept_text(k->l), .shaped = shaped ? F_LINE_SHAPED : 0 };

	buf_reset(&s->scratch);
	line_pack(&s->scratch, k->l, k->twin_moved, k->twin_name);
	x.rest = buf_str(&s->scratch);
	return edit(s, &k->twin, 1, be_confirmed, &x, e) < 0 ? -1 : shapes_settle(s, e);
}

int line_match(Store *s, const LogLine *l, const LineHash *hash, LineMatch *out, LinePlace *place, Err *e)
{
	Look k;

	if (look(s, l, hash, &k, e) < 0)
		return -1;
	/* Only what is stored can be taken over. */
	if (k.held_twin && (held_flush(s, e) < 0 || look(s, l, hash, &k, e) < 0))
		return -1;
	*place = (LinePlace){ k.stored, k.free, k.event_hash };
	*out = LINE_NEW;
	if (!k.twin)
		return 0;
	*out = LINE_KNOWN;
	/* An event that has its line must not take that of another one which says the same. */
	if (l->tail || k.stored)
		return 0;
	*out = LINE_CONFIRMED;
	return confirm(s, &k, e);
}

int line_place(Store *s, const LogLine *l, const LineHash *hash, LinePlace *place, Err *e)
{
	Look k;

	if (look(s, l, hash, &k, e) < 0)
		return -1;
	*place = (LinePlace){ k.stored, k.free, k.event_hash };
	return 0;
}

int line_insert(Store *s, const LogLine *l, const LineHash *hash, const LinePlace *place, LineCall call, int64_t name[LINE_NAMES], bool *fresh,
                Err *e)
{
	HeldLine h = { .l = l, .id = place->id, .call = call.id, .more = call.more, .event_hash = place->event_hash,
	               .job_hash = hash->job, .trace_hash = hash->trace };

	*fresh = !place->known;
	if (place->known)
		return 0;
	for (size_t i = 0; i < COUNT(named); i++)
		if (db_name_id(s, *part(l, named[i]), &name[i], e) < 0)
			return -1;
	memcpy(h.name, name, sizeof h.name);
	return held_put_line(s, &h, e);
}

static int read_cell(const Store *s, const LineCell *c, LogLine *l, int64_t name[LINE_NAMES], Err *e)
{
	int64_t moved;

	return unpack(c, l, &moved, name) ? 0 : line_sheets_damaged(s, e);
}

int line_text(Store *s, const LineCell *c, Str *text, Err *e)
{
	int64_t name[LINE_NAMES];
	LogLine l;

	*text = c->text;
	if (!(c->flags & F_LINE_SHAPED))
		return 0;
	return read_cell(s, c, &l, name, e) < 0 ? -1 : line_said(s, c, &l, name, text, e);
}

typedef struct Requests { LineRequest *each; } Requests;

static int take_request(Store *s, const LineCell *c, void *arg, Err *e)
{
	const Requests *r = arg;
	int64_t name[LINE_NAMES];
	LogLine l;

	if (!c->call)
		return 0;
	return read_cell(s, c, &l, name, e) < 0 ? -1 : r->each(s, l.request_id, c->call, e);
}

int line_requests(Store *s, LineRequest *each, Err *e)
{
	return line_sheets_each(s, INT64_MIN, INT64_MAX, take_request, &(Requests){ each }, e);
}

static int take_links(Store *s, const LineCell *c, void *arg, Err *e)
{
	enum { AT_ONCE = 1 << 16 };
	int64_t name[LINE_NAMES];
	LogLine l;
	HeldLine h = { .l = &l, .id = c->id };

	(void)arg;
	if (read_cell(s, c, &l, name, e) < 0)
		return -1;
	h.job_hash = link_hash(l.job_id);
	h.trace_hash = link_hash(l.trace_id);
	return line_link(s, &h, e) < 0 || (s->links.n >= AT_ONCE && links_settle(s, e) < 0) ? -1 : 0;
}

int line_relink(Store *s, Err *e)
{
	if (links_clear(s, e) < 0 || line_sheets_each(s, INT64_MIN, INT64_MAX, take_links, NULL, e) < 0)
		return -1;
	return links_settle(s, e);
}

/* --- by call, job and trace --- */

static int add_span(Store *s, sqlite3_stmt *st, void *arg, Err *e)
{
	LinkSpans *out = arg;
	const int64_t id = sqlite3_column_int64(st, 0);

	(void)s;
	(void)e;
	VEC_GROW(out->v, out->cap, out->n + 1);
	out->v[out->n++] = (LinkSpan){ id, id };
	return 0;
}

/* All lines of the call but its first. */
static int more_of(Store *s, int64_t call, LinkSpans *out, Err *e)
{
	static const char sql[] = "SELECT line FROM line_more WHERE call = ? ORDER BY line";

	return db_each(s, &(DbQuery){ sql, "cannot read log lines", add_span, { call }, 1 }, out, e);
}

static void be_moved(LineCell *c, void *to_call)
{
	c->call = *(int64_t *)to_call;
	c->flags |= F_LINE_MORE;
}

int line_move(Store *s, const Call *from, int64_t to_call, Err *e)
{
	static const char sql[] = "UPDATE line_more SET call = ?2 WHERE call = ?1";
	LinkSpans lines = { 0 };
	int64_t *id = NULL;
	sqlite3_stmt *st;
	int rc = from->line ? line_put_more(s, from->id, from->line, e) : 0;

	if (rc == 0)
		rc = more_of(s, from->id, &lines, e);
	if (rc == 0 && lines.n) {
		id = xmalloc(lines.n * sizeof *id);
		for (size_t i = 0; i < lines.n; i++)
			id[i] = lines.v[i].from;
		rc = edit(s, id, lines.n, be_moved, &to_call, e);
	}
	free(id);
	free(lines.v);
	if (rc < 0 || !(st = db_stmt(s, sql, e)))
		return -1;
	sqlite3_bind_int64(st, 1, from->id);
	sqlite3_bind_int64(st, 2, to_call);
	return db_done(s, st, "cannot move log lines", e);
}

static void keep_line(Arena *a, LogLine *l)
{
	for (size_t i = 0; i < COUNT(packed); i++)
		*member(l, packed[i]) = arena_str(a, *member(l, packed[i]));
	for (size_t i = 0; i < COUNT(named); i++)
		*member(l, named[i]) = arena_str(a, *member(l, named[i]));
	l->text = arena_str(a, l->text);
}

static bool wanted(const LineQuery *q, const LogLine *l)
{
	return q->call_only || (q->job_id.n && str_eq(l->job_id, q->job_id)) || (q->trace_id.n && str_eq(l->trace_id, q->trace_id));
}

static int by_time(const void *a, const void *b)
{
	const LogLine *x = a, *y = b;

	if (x->event_ms != y->event_ms)
		return x->event_ms < y->event_ms ? -1 : 1;
	return str_cmp(x->event_id, y->event_id);
}

static int by_start(const void *a, const void *b)
{
	const LinkSpan *x = a, *y = b;

	return (x->from > y->from) - (x->from < y->from);
}

/* So that each line is met once. */
static void join_spans(LinkSpans *x)
{
	size_t n = 0;

	if (x->n)
		qsort(x->v, x->n, sizeof *x->v, by_start);
	for (size_t i = 0; i < x->n; i++)
		if (n && x->v[i].from <= x->v[n - 1].until)
			x->v[n - 1].until = x->v[i].until > x->v[n - 1].until ? x->v[i].until : x->v[n - 1].until;
		else
			x->v[n++] = x->v[i];
	x->n = n;
}

/* Where the lines can be: these alone, or others with them. */
static int spans_of(Store *s, const LineQuery *q, LinkSpans *out, Err *e)
{
	const int64_t hashes[] = { link_hash(q->job_id), link_hash(q->trace_id) };

	if (q->line) {
		VEC_GROW(out->v, out->cap, out->n + 1);
		out->v[out->n++] = (LinkSpan){ q->line, q->line };
	}
	if (q->call && more_of(s, q->call, out, e) < 0)
		return -1;
	for (size_t i = 0; !q->call_only && i < COUNT(hashes); i++)
		if (hashes[i] && links_find(s, hashes[i], out, e) < 0)
			return -1;
	join_spans(out);
	return 0;
}

typedef struct List { const LineQuery *q; Arena *a; LogLine *v; size_t n, cap; } List;

static int take_line(Store *s, const LineCell *c, void *arg, Err *e)
{
	List *x = arg;
	int64_t name[LINE_NAMES];
	LogLine l;

	if (read_cell(s, c, &l, name, e) < 0)
		return -1;
	if (!wanted(x->q, &l))
		return 0;
	if (line_said(s, c, &l, name, &l.text, e) < 0)
		return -1;
	for (size_t i = 0; i < COUNT(named); i++)
		if (db_name_text(s, name[i], member(&l, named[i]), e) < 0)
			return -1;
	keep_line(x->a, &l);
	VEC_GROW(x->v, x->cap, x->n + 1);
	x->v[x->n++] = l;
	return 0;
}

int line_list(Store *s, const LineQuery *q, Arena *a, LogLine **out, size_t *n, Err *e)
{
	LinkSpans spans = { 0 };
	List x = { .q = q, .a = a };
	int rc = spans_of(s, q, &spans, e);

	*out = NULL;
	*n = 0;
	for (size_t i = 0; i < spans.n && rc == 0; i++)
		rc = line_sheets_each(s, spans.v[i].from, spans.v[i].until, take_line, &x, e);
	if (rc == 0 && x.n) {
		qsort(x.v, x.n, sizeof *x.v, by_time);
		*n = q->limit && x.n > q->limit ? q->limit : x.n;
		*out = ARENA_ARRAY(a, LogLine, *n);
		memcpy(*out, x.v, *n * sizeof *x.v);
	}
	free(x.v);
	free(spans.v);
	return rc;
}
