#include "app/proof.h"

#include "app/counted.h"
#include "app/registry.h"
#include "base/num.h"
#include "conf/config.h"
#include "model/alert.h"
#include "store/recent.h"

#define MINUTE_MS INT64_C(60000)
#define DAY_MS    INT64_C(86400000)
enum { GAP_MINUTES = 60, SEEN_MINUTES = 60, SEEN_LATE_MINUTES = 5, DEFAULT_THRESHOLD_PPM = 50000 };

static const char err_high[] = "err-high";

BackRule proof_rule(const Config *c)
{
	BackRule r = { .quiet_ms = c->rollback.quiet_ms, .gaps = BACK_GAPS, .min_count = c->rollback.min_count, .hold_ms = c->rollback.hold_ms,
	               .threshold_ppm = DEFAULT_THRESHOLD_PPM, .seen_ppm = BACK_SEEN_PPM };

	for (size_t i = 0; i < c->alert_count; i++)
		if (str_is(c->alert[i].id, err_high) && c->alert[i].metric == METRIC_ERROR_RATE && c->alert[i].above != ALERT_NONE)
			r.threshold_ppm = c->alert[i].above;
	return r;
}

bool proof_fits(const MoveView *v)
{
	return v->outcome == MOVE_DONE && move_action_moves(v->action) && !move_action_labels(v->action) &&
	       v->action != MOVE_STOP_PARK && v->leaves.n && v->to.n == 1;
}

void proof_feeds(ProofAsk *q, const FeedView *jobs, const FeedView *metrics)
{
	q->known_ms = feed_known_ms(jobs, q->now_ms);
	q->fresh = jobs->fresh_ms && q->known_ms >= q->now_ms;
	q->counted = metrics->fresh_ms && !feed_is_stale(metrics, q->now_ms);
}

/* The old version around the move, by minutes, which reach back some hours only: its last one since then, and its usual gap before. */
static int read_old(Store *s, const ProofAsk *q, Str key, Arena *a, BackFigures *f, Err *e)
{
	Sums minute[RECENT_MINUTES + 1];
	const int64_t moved = floor_div(q->moved_ms, MINUTE_MS), now = floor_div(q->now_ms, MINUTE_MS);
	const int64_t from = now - RECENT_MINUTES > moved - GAP_MINUTES ? now - RECENT_MINUTES : moved - GAP_MINUTES;
	const int64_t count = now - from + 1;
	int64_t first = moved;
	Did before;

	if (count < 1 || count > RECENT_MINUTES + 1)
		return 0;
	if (store_recent_of(s, DIM_VERSION, key, from, (size_t)count, minute, e) < 0)
		return -1;
	for (int64_t i = 0; i < count; i++) {
		if (minute[i].jobs && from + i < first)
			first = from + i;
		/* Known to the minute: the last call counts as one of that minute's end. */
		if (minute[i].jobs && from + i >= moved && f->old_jobs)
			f->old_last_ms = (from + i + 1) * MINUTE_MS;
	}
	if (version_did(s, q->agent, q->old, first * MINUTE_MS, q->moved_ms, a, &before, e) < 0)
		return -1;
	f->old_gap_ms = before.jobs ? (q->moved_ms - first * MINUTE_MS) / before.jobs : 0;
	return 0;
}

/* Whether jobs name these versions at all. */
static int read_record(Store *s, const ProofAsk *q, Arena *a, Str *old_key, BackFigures *f, Err *e)
{
	CostGroup *g;
	size_t n;

	*old_key = STR("");
	if (store_cost(s, DIM_VERSION, q->moved_ms - DAY_MS, 0, a, &g, &n, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		bool is_old = did_is(g[i].key, q->agent, q->old);

		if (is_old)
			*old_key = g[i].key;
		f->on_record |= is_old || did_is(g[i].key, q->agent, q->new);
	}
	return 0;
}

static int read_seen(Store *s, const ProofAsk *q, Arena *a, BackFigures *f, Err *e)
{
	const int64_t until = (floor_div(q->now_ms, MINUTE_MS) - SEEN_LATE_MINUTES) * MINUTE_MS;
	int64_t jobs;

	f->seen_ppm = BACK_UNKNOWN;
	return q->counted ? counted_seen(s, until - SEEN_MINUTES * MINUTE_MS, until, a, &f->seen_ppm, &jobs, e) : 0;
}

int proof_read(Store *s, const ProofAsk *asked, Arena *a, Proof *out, Err *e)
{
	Called names;
	ProofAsk called = *asked;
	const ProofAsk *q = &called;
	BackFigures *f = &out->f;
	const int64_t until = q->past ? q->now_ms : 0;
	Str old_key;

	*out = (Proof){ .f = { .now_ms = q->now_ms, .moved_ms = q->moved_ms, .known_ms = q->known_ms, .fresh = q->fresh, .served = q->served,
	                       .away = q->away } };
	if (registry_called_read(s, asked->backend, asked->agent, a, &names, e) < 0)
		return -1;
	called.old = registry_release_of(&names, asked->old);
	called.new = registry_release_of(&names, asked->new);
	if (version_did(s, q->agent, q->old, q->moved_ms, until, a, &out->old, e) < 0 ||
	    version_did(s, q->agent, q->new, q->moved_ms, until, a, &out->new, e) < 0 || read_record(s, q, a, &old_key, f, e) < 0 ||
	    read_seen(s, q, a, f, e) < 0)
		return -1;
	f->old_jobs = out->old.jobs;
	f->n = out->new.ended;
	f->failed = out->new.failed;
	return old_key.n ? read_old(s, q, old_key, a, f, e) : 0;
}

void proof_track(ProofTrack *t, const ProofAsk *q, const Proof *p)
{
	BackWord was = t->v.word;

	t->f = p->f;
	t->v = back_look(&t->rule, &t->f, &t->state);
	t->at_ms = q->now_ms;
	if (t->v.word == BACK_VERIFYING)
		t->settled_ms = 0;
	else if (!t->settled_ms || (was == BACK_NOT) != (t->v.word == BACK_NOT))
		t->settled_ms = q->now_ms;
}

static int look_at(Store *s, const ProofAsk *q, int64_t left_ms, ProofTrack *t, Err *e)
{
	ProofAsk now = *q;
	Arena a = { 0 };
	Proof p;
	int rc;

	now.away |= now.now_ms >= left_ms;
	now.served &= !now.away;
	if ((rc = proof_read(s, &now, &a, &p, e)) == 0)
		proof_track(t, &now, &p);
	arena_done(&a);
	return rc;
}

int proof_follow(Store *s, const ProofAsk *q, int64_t left_ms, ProofTrack *t, Err *e)
{
	ProofAsk then = *q;

	/* What is known of a moment of the past was not known then, and is as good as fresh. */
	then.past = then.fresh = then.served = true;
	then.away = false;
	for (int64_t at = t->at_ms ? t->at_ms + PROOF_STEP_MS : q->moved_ms; at + PROOF_STEP_MS <= q->now_ms && at <= q->known_ms; at += PROOF_STEP_MS) {
		then.now_ms = then.known_ms = at;
		if (look_at(s, &then, left_ms, t, e) < 0)
			return -1;
	}
	return look_at(s, q, left_ms, t, e);
}
