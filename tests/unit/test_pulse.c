/* What processes on one store tell each other: counters, and how the feeds of the one that polls stand. */
#include "unit.h"

#include "app/feed_state.h"
#include "store/frame.h"
#include "store/pulse.h"
#include "store_unit.h"

static Pulse look(Store *s, int64_t *version, bool *moved)
{
	Pulse p = { 0 };

	MUST(store_pulse(s, version, &p, moved, e));
	return p;
}

static void only_news_count(void **state)
{
	static Fleet f;
	Store *w = must_open("pulse.db", STORE_WRITE), *r = must_open("pulse.db", STORE_READ);
	int64_t version = 0;
	bool moved;
	Pulse p, was;

	(void)state;
	fleet_make(&f, 3);
	was = look(r, &version, &moved);
	assert_true(moved);
	assert_int_equal(was.news, 0);
	(void)look(r, &version, &moved);
	assert_false(moved);

	apply_facts(w, f.v, 20, LEDGER_COMPUTED);
	was = look(r, &version, &moved);
	assert_true(moved && was.news == 1);
	/* The same rows again: committed, and nothing new. */
	apply_facts(w, f.v, 20, LEDGER_COMPUTED);
	p = look(r, &version, &moved);
	assert_true(!moved || p.news == was.news);
	MUST(store_put_frame(w, "figures", STR("x"), 1, e));
	p = look(r, &version, &moved);
	assert_true(moved && p.news == was.news);
	MUST(store_wish(w, e));
	MUST(store_wish(w, e));
	p = look(r, &version, &moved);
	assert_true(moved && p.wishes == 2 && p.news == was.news);
	MUST(store_rebook(w, &fleet_prices, LEDGER_REPORTED, e));
	p = look(r, &version, &moved);
	assert_true(moved && p.news == was.news + 1);
	/* Its own commits are no news to a connection. */
	MUST(store_pulse(w, &version, &p, &moved, e));
	apply_facts(w, f.v + 20, 20, LEDGER_COMPUTED);
	(void)look(w, &version, &moved);
	assert_false(moved);
	store_close(r);
	store_close(w);
	arena_done(&f.a);
}

/* Each commit shows in the file's mark; a question does not. */
static void commits_leave_a_mark(void **state)
{
	static Fleet f;
	Store *w = must_open("mark.db", STORE_WRITE), *r = must_open("mark.db", STORE_READ);
	char path[128];
	StoreMark was, now;
	bool settled, moved;
	int64_t version = 0;

	(void)state;
	(void)snprintf(path, sizeof path, "%s", file("mark.db"));
	fleet_make(&f, 3);
	apply_facts(w, f.v, 20, LEDGER_COMPUTED);
	assert_int_equal(store_mark(path, &was, &settled), 0);
	for (int i = 0; i < 20; i++) {
		(void)usleep(30000);
		assert_int_equal(store_mark(path, &was, &settled), 0);
		assert_true(settled);
		(void)look(r, &version, &moved);
		assert_int_equal(store_mark(path, &now, &settled), 0);
		assert_true(store_mark_same(&was, &now));
		if (i % 2)
			MUST(store_wish(w, e));
		else
			apply_facts(w, f.v, i + 1, LEDGER_COMPUTED);       /* also where nothing comes of it, a number is kept */
		MUST(store_wish(w, e));
		assert_int_equal(store_mark(path, &now, &settled), 0);
		assert_false(store_mark_same(&was, &now));
	}
	/* Begins the log anew: the next commits do not make it longer. */
	MUST(store_sync(w, e));
	(void)usleep(30000);
	MUST(store_wish(w, e));
	(void)usleep(30000);
	assert_int_equal(store_mark(path, &was, &settled), 0);
	MUST(store_wish(w, e));
	assert_int_equal(store_mark(path, &now, &settled), 0);
	assert_false(store_mark_same(&was, &now));
	assert_int_equal(store_mark("/nowhere/x.db", &now, &settled), -1);
	assert_false(settled);
	store_close(r);
	store_close(w);
	arena_done(&f.a);
}

static FeedView make_view(void)
{
	FeedView v = { .name = "cost lines", .phase = FEED_FAILED, .interval_ms = 5000, .fresh_ms = 1234567890123, .covered_from_ms = 99,
	               .rounds = 7, .items = 8, .skipped = 9, .backfilling = true,
	               .tail = { .wanted = true, .live = true, .gap = { 1, 2, 3 }, .lines = 4, .sampled = 5, .pauses = 6, .breaks = 7 } };

	(void)err_kind(&v.err, ERR_REFUSED, "CloudWatch Logs FilterLogEvents: denied");
	(void)snprintf(v.waiting, sizeof v.waiting, "CloudWatch Logs is busy");
	(void)snprintf(v.lacks, sizeof v.lacks, "logs:FilterLogEvents");
	(void)snprintf(v.tail.why_not, sizeof v.tail.why_not, "no account");
	v.sources.n = 2;
	v.sources.v[0] = (SourceView){ .state = SOURCE_DENIED, .fresh_ms = 5, .lacks = "cloudtrail:LookupEvents", .why = "denied;\n\tand why" };
	v.sources.v[1] = (SourceView){ .state = SOURCE_OK, .fresh_ms = 6, .covered_from_ms = 7, .behind = true };
	return v;
}

static void a_feed_comes_back_as_it_was(void **state)
{
	Store *s = must_open("feeds.db", STORE_WRITE);
	FeedView v = make_view(), other = { .name = "jobs", .phase = FEED_OK }, got = { .name = "cost lines" };
	FeedState st[2], *back;
	Arena a = { 0 };
	int64_t version = 0;
	bool moved;
	Pulse p;
	size_t n;

	(void)state;
	feed_state_of(&v, &a, &st[0]);
	feed_state_of(&other, &a, &st[1]);
	MUST(store_put_feed_states(s, st, 2, e));
	MUST(store_put_feed_states(s, st, 1, e));
	MUST(store_feed_states(s, &a, &back, &n, e));
	assert_int_equal(n, 2);
	for (size_t i = 0; i < n; i++)
		if (str_is(back[i].name, "cost lines"))
			feed_state_view(&back[i], &got);
	(void)snprintf(v.sources.v[0].why, sizeof v.sources.v[0].why, "denied; \tand why");      /* of one line */
	assert_false(feed_state_differs(&v, &got));
	assert_string_equal(got.sources.v[0].name, "CloudTrail");
	assert_string_equal(got.sources.v[0].lacks, "cloudtrail:LookupEvents");
	assert_true(got.sources.v[1].fresh_ms == 6 && got.sources.v[1].behind && got.sources.v[0].fresh_ms == 5);
	assert_true(got.fresh_ms == v.fresh_ms && got.rounds == 7 && got.items == 8 && got.err.kind == ERR_REFUSED);
	assert_true(got.tail.lines == 4 && got.tail.sampled == 5 && got.tail.pauses == 6 && got.backfilling && got.tail.live);
	/* What is known to be out of date is not fresh, and whoever polls is asked to look again. */
	MUST(store_feed_expire(s, "cost lines", e));
	MUST(store_feed_states(s, &a, &back, &n, e));
	for (size_t i = 0; i < n; i++)
		assert_true(back[i].fresh_ms == 0 || !str_is(back[i].name, "cost lines"));
	MUST(store_pulse(s, &version, &p, &moved, e));
	assert_int_equal(p.wishes, 1);
	arena_done(&a);
	store_close(s);
}

static void what_others_must_hear_at_once(void **state)
{
	FeedView a = make_view(), b = make_view();

	(void)state;
	b.fresh_ms++;
	b.rounds++;
	b.items++;
	b.tail.lines++;
	assert_false(feed_state_differs(&a, &b));
	(void)snprintf(b.err.text, sizeof b.err.text, "another");
	assert_true(feed_state_differs(&a, &b));
	b = a;
	b.tail.gap.from_ms = 0;
	assert_true(feed_state_differs(&a, &b));
	b = a;
	b.phase = FEED_OK;
	assert_true(feed_state_differs(&a, &b));
	/* A sentence of a round that is long over is nothing new. */
	a = b;
	(void)snprintf(b.err.text, sizeof b.err.text, "another");
	assert_false(feed_state_differs(&a, &b));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_news_count), cmocka_unit_test(commits_leave_a_mark),
		cmocka_unit_test(a_feed_comes_back_as_it_was),
		cmocka_unit_test(what_others_must_hear_at_once),
	};

	return cmocka_run_group_tests(tests, make_place, clear_place);
}
