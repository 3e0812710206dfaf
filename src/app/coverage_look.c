/* Coverage of one context: the snapshot is read and AWS is asked at the same time. */
#include "app/coverage_own.h"

#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"

typedef struct Look {
	Watch *w;
	int64_t now_ms;
	Doctor *doctor;
	bool    read, asked;
	CoverageList feeds, stored;            /* stored: of the worker until it has come back */
	Err     why;
	void  (*done)(void *arg, CoverageList *l); void *arg;
} Look;

static void append(CoverageList *to, const CoverageList *l)
{
	for (size_t i = 0; i < l->n; i++) {
		CoverageLine *line = coverage_add(to, l->v[i].area, l->v[i].subject, l->v[i].verdict);
		Str subject = line->subject;

		*line = l->v[i];
		line->subject = subject;
		line->found = arena_str(&to->arena, l->v[i].found);
		line->remedy = arena_str(&to->arena, l->v[i].remedy);
	}
}

static void finish(Look *k)
{
	Watch *w = k->w;

	if (!k->read || !k->asked)
		return;
	append(&k->feeds, &k->stored);
	coverage_done(&k->stored);
	if (k->why.text[0])
		coverage_add(&k->feeds, "kept", STR("the snapshot"), DOCTOR_FAIL)->found = arena_str(&k->feeds.arena, str_of(k->why.text));
	if (k->doctor) {
		coverage_of_doctor(&k->feeds, doctor_report(k->doctor));
		doctor_end(k->doctor);
	} else {
		coverage_add(&k->feeds, "sources", STR("AWS"), DOCTOR_SKIPPED)->found = STR("not asked: whose keys these are is not settled");
	}
	k->done(k->arg, &k->feeds);
	free(k);
	watch_release(w);
}

static void on_doctor(Doctor *d, void *arg)
{
	Look *k = arg;

	(void)d;
	k->asked = true;
	finish(k);
}

static int run(Store *s, void *work, Err *e)
{
	Look *k = work;

	return coverage_of_store(&k->stored, s, k->now_ms, e);
}

static void on_read(void *work, const Err *err)
{
	Look *k = work;

	if (err)
		k->why = *err;
	k->read = true;
	finish(k);
}

void coverage_look(Watch *w, int64_t now_ms, void (*done)(void *arg, CoverageList *l), void *arg)
{
	Look *k = xcalloc(1, sizeof *k);
	FeedView view[FEEDS_N];
	unsigned mask = w->feeds ? w->spec.mask : 0;

	/* Doctor says that the table is left out: a feed that asks nothing has nothing to say. */
	if (config_leaves_out(&w->session.ctx->src, CONF_DYNAMODB))
		mask &= ~FEED_BIT(FEED_AGENTS);
	*k = (Look){ .w = w, .now_ms = now_ms, .done = done, .arg = arg, .asked = !w->session.account[0] || w->session.found[0] };
	watch_hold(w);
	for (int i = 0; i < FEEDS_N; i++)
		view[i] = w->feeds ? *feeds_view(w->feeds, (FeedId)i) : (FeedView){ 0 };
	coverage_of_feeds(&k->feeds, view, mask, now_ms);
	coverage_of_calls(&k->feeds, &w->session, now_ms);
	if (!k->asked)
		k->doctor = doctor_coverage(&w->session, on_doctor, k);
	storeq_read(w->queue, (StoreWork){ run, on_read, k });
}
