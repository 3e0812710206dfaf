/* What the store knows of the feeds when they begin, and what it is told when a question was asked once: cursors, how old it is, and
 * how the feeds of the process that polls stand. */
#include "app/feed_impl.h"

#include <stdlib.h>

#include "app/feed_state.h"
#include "app/headroom.h"
#include "base/xalloc.h"
#include "store/lease.h"

enum { CURSORS = 10, SLACK_MS = 4000 };       /* SLACK_MS: a round and its way into the store take a while */

typedef struct CursorRead {
	Feeds *f;
	const PriceTable *prices;
	LedgerMode mode;
	BooksState books;
	bool   ask_others;
	Arena  arena;
	Str    value[CURSORS];
	LeaseInfo feeder;
	FeedState *state;
	size_t states;
} CursorRead;

static int cursors_run(Store *s, void *work, Err *e)
{
	static const char *const name[CURSORS] = { "jobs.head", "jobs.back", "lines.head", "lines.back", "bills.asked",
	                                           "push.head", "push.back", "push.whole", "push.on", HEADROOM_ASKED };
	CursorRead *r = work;

	for (int i = 0; i < CURSORS; i++)
		if (store_cursor(s, name[i], &r->arena, &r->value[i], e) < 0)
			return -1;
	/* The one that begins last says by which prices is booked; one that only takes over does not. */
	if ((r->prices ? store_books_use(s, r->prices, r->mode, &r->books, e) : store_books_state(s, &r->books, e)) < 0)
		return -1;
	if (r->ask_others && lease_look(s, LEASE_FEEDER, NULL, lease_now(), &r->feeder, e) < 0)
		return -1;
	return store_feed_states(s, &r->arena, &r->state, &r->states, e);
}

/* Somebody polls, and what he has is as good as an answer of AWS would be: not older than his interval, and as far back as
 * is asked for. */
static bool is_up_to_date(const Feed *f, const FeedState *st)
{
	int64_t age = feed_now_ms() - st->fresh_ms, since = f->cls->since_ms ? f->cls->since_ms(f) : 0;

	return st->phase == FEED_OK && age >= 0 && age <= st->interval_ms + SLACK_MS && !st->gap_from_ms &&
	       (!f->cls->since_ms || (st->covered_from_ms && st->covered_from_ms <= since));
}

static void settle(Feeds *f, const CursorRead *r)
{
	f->fed = r->ask_others && r->feeder.state == LEASE_OTHER;
	if (!f->fed)
		return;
	for (int i = 0; i < FEEDS_N; i++)
		for (size_t k = 0; k < r->states && f->feed[i].wanted && i != FEED_IDENTITY; k++)
			if (str_is(r->state[k].name, f->feed[i].cls->name) && is_up_to_date(&f->feed[i], &r->state[k])) {
				feed_state_view(&r->state[k], &f->feed[i].view);
				f->feed[i].settled = true;
			}
}

/* How old what the store has is, until the first answer. */
static void seed(Feeds *f, const CursorRead *r)
{
	for (int i = 0; i < FEEDS_N; i++)
		for (size_t k = 0; k < r->states; k++)
			if (str_is(r->state[k].name, f->feed[i].cls->name) && !f->feed[i].view.rounds && !f->feed[i].busy)
				f->feed[i].view.fresh_ms = r->state[k].fresh_ms;
}

static void cursors_done(void *work, const Err *err)
{
	CursorRead *r = work;
	Feeds *f = r->f;

	if (!f->closing) {
		if (!err) {
			arena_reset(&f->cursors);
			f->jobs_head = arena_str(&f->cursors, r->value[0]);
			f->jobs_back = arena_str(&f->cursors, r->value[1]);
			f->lines_head = arena_str(&f->cursors, r->value[2]);
			f->lines_back = arena_str(&f->cursors, r->value[3]);
			(void)str_i64(r->value[4], &f->bills_asked_ms);     /* none yet: it was never asked */
			(void)str_i64(r->value[9], &f->quotas_asked_ms);    /* likewise */
			f->push_head = arena_str(&f->cursors, r->value[5]);
			f->push_back = arena_str(&f->cursors, r->value[6]);
			f->push_whole = arena_str(&f->cursors, r->value[7]);
			f->push_on = arena_str(&f->cursors, r->value[8]);
			settle(f, r);
			seed(f, r);
		}
		rebook_begin(f, &r->books);
		feeds_begin(f);
	}
	arena_done(&r->arena);
	free(r);
	feeds_release(f);
}

/* Through the writer: it makes the file, so that whoever reads next finds one. */
void kept_read(Feeds *f)
{
	CursorRead *r = xcalloc(1, sizeof *r);

	*r = (CursorRead){ .f = f, .prices = f->started ? NULL : session_prices(f->spec.session), .mode = f->spec.session->ledger,
	                   .ask_others = f->spec.shared && !f->spec.live };
	f->pending++;
	storeq_write(f->spec.queue, (StoreWork){ cursors_run, cursors_done, r });
}

/* --- one-shot: how fresh the store is now, unless a process that polls says so itself --- */

typedef struct Tell { Feeds *f; FeedView view[FEEDS_N]; FeedState state[FEEDS_N]; size_t n; Arena a; } Tell;

static int tell_run(Store *s, void *work, Err *e)
{
	Tell *t = work;

	return store_put_feed_states(s, t->state, t->n, e);
}

static void tell_done(void *work, const Err *err)
{
	Tell *t = work;
	Feeds *f = t->f;

	(void)err;           /* the answer is there all the same */
	arena_done(&t->a);
	free(t);
	if (!f->closing)
		feeds_settled(f);
	feeds_release(f);
}

void kept_tell(Feeds *f)
{
	Tell *t = xcalloc(1, sizeof *t);

	t->f = f;
	f->told = true;
	f->pending++;
	for (int i = 0; i < FEEDS_N && !f->fed; i++) {
		t->view[i] = f->feed[i].view;
		if (i != FEED_IDENTITY && f->feed[i].wanted && t->view[i].phase == FEED_OK)
			feed_state_of(&t->view[i], &t->a, &t->state[t->n++]);
	}
	if (t->n)
		storeq_write(f->spec.queue, (StoreWork){ tell_run, tell_done, t });
	else
		tell_done(t, NULL);
}
