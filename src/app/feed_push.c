#include "app/feed_push.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/pushdown.h"
#include "app/question.h"
#include "base/num.h"
#include "base/xalloc.h"

enum { ROUND_MS = 60000, LAG_MS = 20000, LATE_MS = 360000, SLICE_HOURS = 6, SLICE_MOST = 96, HOURS_MAX = SLICE_MOST + 1 };
static const int64_t hour_ms = 3600000;

struct Push {
	Feed    *f;
	PushRate rate;
	int64_t  back_ms, head_ms, whole_ms; /* asked for since, up to; whole hours up to */
	int64_t  goal_ms;                    /* of the round: what comes while it asks is the next one's */
	int64_t  from_ms, until_ms;          /* of the questions under way */
	bool     again;                      /* they are about an hour that has ended */
	bool     redo;                       /* the last answer was a part: its hour is asked for from the beginning */
	int64_t  slice_hours;
	PushKind kind;                       /* of the question under way */
	Question *q;
	struct Taken *taken;
};

/* Answers of all kinds, on their way into the store. */
typedef struct Taken {
	Push  *p;
	Feeds *all;
	Arena  arena;
	LogsRow *row[PUSH_KINDS]; size_t n[PUSH_KINDS];
	bool   part[PUSH_KINDS];
	int64_t from_ms, until_ms, back_ms, head_ms, whole_ms;
	bool   again, on, approximate, partial;
	int64_t calls, news;
	LedgerMode mode;
	char   account[16];
	Str    region;
	Err    why;                          /* of a part */
} Taken;

static int64_t hour_floor(int64_t ms)
{
	return floor_div(ms, hour_ms) * hour_ms;
}

static void taken_free(Taken *t)
{
	if (!t)
		return;
	arena_done(&t->arena);
	free(t);
}

static const ConfSources *sources(const Push *p)
{
	return &p->f->all->spec.session->ctx->src;
}

static void read_cursors(Push *p)
{
	const Feeds *all = p->f->all;
	int64_t on = 0;

	p->back_ms = p->head_ms = p->whole_ms = 0;
	(void)str_i64(all->push_back, &p->back_ms);
	(void)str_i64(all->push_head, &p->head_ms);
	(void)str_i64(all->push_whole, &p->whole_ms);
	(void)str_i64(all->push_on, &on);
	push_rate_init(&p->rate, sources(p)->push_above, on != 0);
}

Push *push_new(Feed *f)
{
	Push *p = xcalloc(1, sizeof *p);

	p->f = f;
	p->slice_hours = SLICE_HOURS;
	read_cursors(p);
	return p;
}

void push_free(Push *p)
{
	if (!p)
		return;
	taken_free(p->taken);
	free(p);
}

void push_resume(Push *p)
{
	read_cursors(p);
}

/* A round that is dropped has no end of its own: another process may poll for a while, and then this one again. */
void push_close(Push *p)
{
	if (p->q)
		p->f->busy = false;
	question_drop(p->q);
	p->q = NULL;
	taken_free(p->taken);
	p->taken = NULL;
}

bool push_is_on(const Push *p)
{
	const ConfSources *src = sources(p);

	return src->log_group_count && (src->cost_mode == CONF_COST_PUSHDOWN || (src->cost_mode == CONF_COST_AUTO && p->rate.on));
}

void push_count(Push *p, int64_t lines, int64_t from_ms, int64_t until_ms)
{
	if (sources(p)->cost_mode == CONF_COST_AUTO)
		push_rate_told(&p->rate, lines, from_ms, until_ms);
}

int64_t push_until_ms(const Push *p)
{
	return p->head_ms;
}

/* --- answers into the store --- */

/* Groups by hour; an hour without any is one of its own, for its old groups go. */
static void answers_of(const Taken *t, PushKind kind, const PushGroup *g, size_t n, PushAnswer out[HOURS_MAX], size_t *answers)
{
	for (int64_t at = t->from_ms; at < t->until_ms && *answers < HOURS_MAX; at = (floor_div(at, hour_ms) + 1) * hour_ms) {
		int64_t end = (floor_div(at, hour_ms) + 1) * hour_ms;

		out[(*answers)++] = (PushAnswer){ .kind = kind, .from_ms = at, .until_ms = end < t->until_ms ? end : t->until_ms,
		                                  .again = at % hour_ms == 0, .partial = t->part[kind], .group = g, .n = n };
	}
}

static int read_groups(Taken *t, PushKind kind, const PriceTable *prices, PushGroup **out, Err *e)
{
	*out = ARENA_ARRAY(&t->arena, PushGroup, t->n[kind] + 1);
	for (size_t i = 0; i < t->n[kind]; i++) {
		if (pushdown_row(kind, &t->row[kind][i], prices, t->mode, &(*out)[i], e) < 0)
			return -1;
		t->approximate |= (*out)[i].approximate;
		t->calls += kind == PUSH_WHO ? (*out)[i].s.jobs : 0;
	}
	return 0;
}

static int store_run(Store *s, void *work, Err *e)
{
	Taken *t = work;
	PushAnswer answer[PUSH_KINDS][HOURS_MAX];
	const PriceTable *prices;
	size_t n[PUSH_KINDS] = { 0 };
	Cursor cursor[4];
	PushGroup *g;

	/* Numbers of two accounts must never meet in one file. */
	if (t->account[0] && store_pin_identity(s, str_of(t->account), t->region, e) < 0)
		return -1;
	if (store_books_prices(s, &prices, &t->mode, e) < 0)
		return -1;
	if (!prices)
		return err_set(e, "the snapshot has no prices yet");
	t->calls = 0;
	for (int k = 0; k < PUSH_KINDS; k++) {
		if (read_groups(t, (PushKind)k, prices, &g, e) < 0)
			return -1;
		answers_of(t, (PushKind)k, g, t->n[k], answer[k], &n[k]);
	}
	cursor[0] = (Cursor){ "push.head", arena_printf(&t->arena, "%lld", (long long)t->head_ms) };
	cursor[1] = (Cursor){ "push.whole", arena_printf(&t->arena, "%lld", (long long)t->whole_ms) };
	cursor[2] = (Cursor){ "push.on", arena_printf(&t->arena, "%d", t->on) };
	cursor[3] = (Cursor){ "push.back", arena_printf(&t->arena, "%lld", (long long)t->back_ms) };
	if (store_push(s, answer[0], n[0], NULL, 0, NULL, e) < 0)
		return -1;
	return store_push(s, answer[1], n[1], cursor, 4, &t->news, e);
}

static void next_questions(Push *p);

static void stored(Push *p, const Taken *t)
{
	FeedView *v = &p->f->view;

	v->items += t->calls;
	/* What was approximate stays so; a part is asked for again. */
	v->pushed = PUSHED_ON | (v->pushed & PUSHED_APPROXIMATE) | (t->approximate ? PUSHED_APPROXIMATE : 0) | (t->partial ? PUSHED_PARTIAL : 0);
	p->head_ms = t->head_ms;
	p->whole_ms = t->whole_ms;
	p->redo = t->partial && !t->again;
	/* A long stretch of the past says nothing of now. */
	if (!t->again && !t->partial && t->until_ms - t->from_ms <= 10 * ROUND_MS)
		push_rate_told(&p->rate, t->calls, t->from_ms, t->until_ms);
	v->covered_from_ms = p->back_ms;
	if (t->partial && t->why.text[0]) {
		feed_end(p->f, &t->why);
		return;
	}
	feed_progress(p->f);
	next_questions(p);
}

static void store_done(void *work, const Err *err)
{
	Taken *t = work;
	Push *p = t->p;
	Feeds *all = t->all;

	if (!err && t->news) {
		all->stored = true;
		all->news = t->news;
	}
	if (!all->closing && err)
		feed_end(p->f, err);
	else if (!all->closing)
		stored(p, t);
	taken_free(t);
	feeds_release(all);
}

/* Hours that had ended long enough before they were asked for are whole at once. */
static int64_t whole_after(const Push *p, const Taken *t)
{
	int64_t ended = hour_floor(t->until_ms < feed_now_ms() - LATE_MS ? t->until_ms : feed_now_ms() - LATE_MS);

	if (t->partial)
		return p->whole_ms;
	if (p->again)
		return t->until_ms;
	return t->from_ms <= p->whole_ms && t->from_ms % hour_ms == 0 && ended > p->whole_ms ? ended : p->whole_ms;
}

static void hand_over(Push *p)
{
	Taken *t = p->taken;

	p->taken = NULL;
	for (int k = 0; k < PUSH_KINDS; k++)
		t->partial |= t->part[k];
	t->head_ms = p->again || (t->partial && t->why.text[0]) ? p->head_ms : t->until_ms;
	t->whole_ms = whole_after(p, t);
	t->back_ms = p->back_ms;
	t->on = p->rate.on;
	p->f->all->pending++;
	storeq_write(p->f->all->spec.queue, (StoreWork){ store_run, store_done, t });
}

/* --- questions --- */

static void ask(Push *p);

static void keep_rows(Taken *t, PushKind kind, const LogsQueryOut *out)
{
	t->row[kind] = ARENA_ARRAY(&t->arena, LogsRow, out->rows.n + 1);
	t->n[kind] = out->rows.n;
	for (size_t i = 0; i < out->rows.n; i++) {
		const LogsRow *r = &out->rows.v[i];
		LogsRow *own = &t->row[kind][i];

		own->fields.n = r->fields.n;
		own->fields.v = ARENA_ARRAY(&t->arena, LogsField, r->fields.n + 1);
		for (size_t k = 0; k < r->fields.n; k++)
			own->fields.v[k] = (LogsField){ arena_str(&t->arena, r->fields.v[k].name), arena_str(&t->arena, r->fields.v[k].value) };
	}
}

/* A long past is asked for in as few questions as its groups allow. */
static void grow_slice(Push *p, const size_t rows[PUSH_KINDS])
{
	size_t most = 0;

	for (int k = 0; k < PUSH_KINDS; k++)
		most = rows[k] > most ? rows[k] : most;
	if (most < PUSH_ROWS / 4 && p->until_ms - p->from_ms > p->slice_hours * hour_ms / 2 && p->slice_hours * 2 <= SLICE_MOST)
		p->slice_hours *= 2;
}

static void on_answer(void *arg, QuestionEnd end, const LogsQueryOut *out, const Err *why, const char *lacks)
{
	Push *p = arg;
	Feed *f = p->f;
	Taken *t = p->taken;

	p->q = NULL;
	f->view.waiting[0] = 0;
	if (end == QUESTION_FAILED || f->all->wrong_account) {
		(void)snprintf(f->view.lacks, sizeof f->view.lacks, "%s", lacks);
		taken_free(t);
		p->taken = NULL;
		feed_end(f, f->all->wrong_account ? &f->all->feed[FEED_IDENTITY].view.err : why);
		return;
	}
	/* Too many groups for one answer: fewer hours at once, down to one. */
	if (out->rows.n >= PUSH_ROWS && p->until_ms - p->from_ms > hour_ms) {
		p->slice_hours = p->slice_hours > 1 ? p->slice_hours / 2 : 1;
		taken_free(t);
		p->taken = NULL;
		next_questions(p);
		return;
	}
	keep_rows(t, p->kind, out);
	t->part[p->kind] = end == QUESTION_PART || out->rows.n >= PUSH_ROWS;
	if (end == QUESTION_PART)
		t->why = *why;
	if (++p->kind < PUSH_KINDS) {
		ask(p);
		return;
	}
	grow_slice(p, t->n);
	hand_over(p);
}

static void on_state(void *arg, const char *words)
{
	Push *p = arg;

	(void)snprintf(p->f->view.waiting, sizeof p->f->view.waiting, "%s", words);
	feed_progress(p->f);
}

static void ask(Push *p)
{
	const ConfSources *src = sources(p);
	Session *s = p->f->all->spec.session;
	Buf query = { 0 };
	QuestionSpec spec = {
		.session = s, .group = src->log_groups, .groups = src->log_group_count, .from_s = p->from_ms / 1000, .until_s = p->until_ms / 1000 - 1,
		.rank = p->f->all->spec.live ? RANK_FEED : RANK_PERSON, .done = on_answer, .state = on_state, .arg = p,
	};

	pushdown_query(p->kind, &query);
	spec.query = buf_str(&query);
	p->q = question_ask(&spec);
	buf_done(&query);
}

static void ask_all(Push *p, int64_t from_ms, int64_t until_ms, bool again)
{
	Session *s = p->f->all->spec.session;
	Taken *t = p->taken = xcalloc(1, sizeof *t);

	*t = (Taken){ .p = p, .all = p->f->all, .from_ms = from_ms, .until_ms = until_ms, .again = again, .mode = s->ledger };
	memcpy(t->account, s->account, sizeof t->account);
	t->region = arena_str(&t->arena, session_region(s));
	p->from_ms = from_ms;
	p->until_ms = until_ms;
	p->again = again;
	p->kind = (PushKind)0;
	ask(p);
}

/* Up to a little before now, for lines take a while to be found: slices of some hours, then what is new. */
static void next_questions(Push *p)
{
	Feeds *all = p->f->all;
	int64_t now = feed_now_ms(), since = hour_floor(all->spec.since_ms), end;

	if (!all->polling) {
		feed_end(p->f, NULL);
		return;
	}
	if (!p->head_ms || p->head_ms < since || p->back_ms > since)
		p->head_ms = p->whole_ms = p->back_ms = since;
	if (p->redo)
		p->head_ms = hour_floor(p->head_ms - 1);
	p->redo = false;
	/* Hours that were asked for bit by bit are asked for as a whole when their late lines are there. */
	if (all->spec.live && hour_floor(p->head_ms) - p->whole_ms >= hour_ms && now - hour_floor(p->head_ms) > LATE_MS) {
		end = p->whole_ms + p->slice_hours * hour_ms;
		ask_all(p, p->whole_ms, end < hour_floor(p->head_ms) ? end : hour_floor(p->head_ms), true);
		return;
	}
	if (p->goal_ms - p->head_ms < 1000) {
		p->f->pause_ms = ROUND_MS;
		feed_end(p->f, NULL);
		return;
	}
	end = hour_floor(p->head_ms) + p->slice_hours * hour_ms;
	ask_all(p, p->head_ms, end < p->goal_ms ? end : p->goal_ms, false);
}

void push_round(Push *p)
{
	p->goal_ms = (feed_now_ms() - LAG_MS) / 1000 * 1000;
	p->f->view.interval_ms = ROUND_MS;
	p->f->view.pushed |= PUSHED_ON;
	p->f->view.backfilling = false;
	next_questions(p);
}
