#include "app/find.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/app_impl.h"
#include "base/clock.h"
#include "base/xalloc.h"
#include "model/jobsearch.h"
#include "store/jobscan.h"

enum { FIRST_SEGS = 1, MORE_SEGS = 8, PARTS = 4 };       /* the first segment is soon there, then more at a time */

typedef struct Find {
	App *a;
	JobSearch *js;
	size_t   lanes;
	FigText  name[FIG_CONTEXTS];
	size_t   again[FIG_CONTEXTS];      /* the segment of each lane that is read anew next */
	bool     unread[FIG_CONTEXTS];     /* its store could not be read */
	bool     reading, news, sought;    /* sought: a filter was asked and is answered below */
	Filter   f;
	JobNarrow narrow;
	bool     shown;                    /* what is in World answers this question */
	char     error[256];
	uv_idle_t idle;                    /* slices while there is something to do */
	bool     idling, closed;
} Find;

/* --- reading --- */

/* A stretch of one lane, read into segments that take the place of `old` ones from `at` on. */
typedef struct Part { JobKey from, until; size_t piece, most, at, old; JobSeg **seg; size_t n, cap; SegBuild *build; JobKey last; } Part;
typedef struct LaneRead { Part part[PARTS]; int parts; bool missing; } LaneRead;
typedef struct Read { Asked who; LaneRead lane[FIG_CONTEXTS]; } Read;

static void part_close(Part *p, JobKey from)
{
	VEC_GROW(p->seg, p->cap, p->n + 1);
	p->seg[p->n++] = seg_end(p->build, from);
	p->build = NULL;
}

static bool on_row(void *arg, const JobFacts *j, JobKey at)
{
	Part *p = arg;

	if (p->build && seg_rows(p->build) == p->piece)
		part_close(p, (JobKey){ p->last.ms, p->last.row - 1 });
	if (p->n == p->most)
		return false;
	if (!p->build)
		p->build = seg_begin();
	seg_add(p->build, j);
	p->last = at;
	return true;
}

/* Up to its end, or as many segments as it may have: the last one then says how far it went. */
static int part_read(Store *s, Part *p, Err *e)
{
	if (store_scan_jobs(s, p->from, p->until, on_row, p, e) < 0)
		return -1;
	if (p->build)
		part_close(p, p->from);
	/* A lane's first segment stays, also when it holds nothing: what comes new goes there. */
	if (!p->n && p->at == 0) {
		p->build = seg_begin();
		part_close(p, p->from);
	}
	return 0;
}

static int read_run(Store *const *s, size_t n, void *work, Err *e)
{
	Read *r = work;

	for (size_t i = 0; i < n; i++) {
		r->lane[i].missing = !s[i];
		/* The newest last: what moved there meanwhile is seen. */
		for (int k = r->lane[i].parts - 1; s[i] && k >= 0; k--)
			if (part_read(s[i], &r->lane[i].part[k], e) < 0)
				return -1;
	}
	return 0;
}

static void read_free(Read *r)
{
	for (size_t i = 0; i < FIG_CONTEXTS; i++)
		for (int k = 0; k < r->lane[i].parts; k++) {
			Part *p = &r->lane[i].part[k];

			for (size_t x = 0; x < p->n; x++)
				seg_free(p->seg[x]);
			if (p->build)
				seg_drop(p->build);
			free(p->seg);
		}
	free(r);
}

static bool is_whole(const Find *f, size_t lane)
{
	size_t n = jobsearch_segs(f->js, lane);
	JobKey from = n ? jobsearch_seg(f->js, lane, n - 1)->from : JOBKEY_FIRST;

	return f->unread[lane] || (from.ms == JOBKEY_LAST.ms && from.row == JOBKEY_LAST.row);
}

static bool is_loading(const Find *f)
{
	for (size_t i = 0; i < f->lanes; i++)
		if (!is_whole(f, i))
			return jobsearch_rows(f->js) < FIND_ROWS;
	return false;
}

static void part_add(LaneRead *r, Part p)
{
	r->part[r->parts++] = p;
}

/* The newest rows again. When they are many the older half of them becomes a segment that is read seldom. */
static void plan_head(const Find *f, size_t lane, LaneRead *r)
{
	const JobSeg *head = jobsearch_seg(f->js, lane, 0);
	JobKey middle = { head->n >= 2 * SEG_ROWS ? head->updated_ms[SEG_ROWS] : 0, INT64_MIN };
	bool split = head->n >= 2 * SEG_ROWS && middle.ms > head->from.ms;

	part_add(r, (Part){ .from = split ? middle : head->from, .until = JOBKEY_FIRST, .piece = SEG_MAX, .most = SIZE_MAX, .old = !split });
	if (split)
		part_add(r, (Part){ .from = head->from, .until = middle, .piece = SEG_MAX, .most = SIZE_MAX, .old = 1 });
}

/* One of the others in turn, and with it the next one when both are small: so what changed long ago, or was forgotten, is found. */
static void plan_again(Find *f, size_t lane, LaneRead *r)
{
	size_t n = jobsearch_segs(f->js, lane), at = f->again[lane], old = 1;

	if (n < 2)
		return;
	if (at < 1 || at >= n)
		at = 1;
	if (at + 1 < n && jobsearch_seg(f->js, lane, at)->n + jobsearch_seg(f->js, lane, at + 1)->n <= SEG_ROWS)
		old = 2;
	f->again[lane] = at + 1;
	part_add(r, (Part){ .from = jobsearch_seg(f->js, lane, at + old - 1)->from, .until = jobsearch_seg(f->js, lane, at - 1)->from,
	                    .piece = SEG_ROWS, .most = SIZE_MAX, .at = at, .old = old });
}

/* On with the older ones. */
static void plan_tail(const Find *f, size_t lane, LaneRead *r)
{
	size_t n = jobsearch_segs(f->js, lane);

	if (n && (is_whole(f, lane) || jobsearch_rows(f->js) >= FIND_ROWS))
		return;
	part_add(r, (Part){ .from = JOBKEY_LAST, .until = n ? jobsearch_seg(f->js, lane, n - 1)->from : JOBKEY_FIRST, .piece = SEG_ROWS,
	                    .most = n ? MORE_SEGS : FIRST_SEGS, .at = n });
}

static void read_next(Find *f);

static void read_take(Find *f, Read *r)
{
	for (size_t i = 0; i < f->lanes; i++) {
		f->unread[i] = r->lane[i].missing;
		/* From the oldest on, so that the places of the newer ones hold. */
		for (int k = r->lane[i].parts - 1; k >= 0 && !f->unread[i]; k--) {
			Part *p = &r->lane[i].part[k];

			jobsearch_put(f->js, i, p->at, p->old, p->seg, p->n);
			p->n = 0;
		}
	}
}

static void read_done(void *work, const Err *err)
{
	Read *r = work;
	App *a = r->who.a;
	Find *f = asked_late(&r->who) ? NULL : a->find;

	a->reads--;
	if (f) {
		f->reading = false;
		(void)snprintf(f->error, sizeof f->error, "%.250s", err ? err->text : "");
		if (!err)
			read_take(f, r);
		if (f->news || (!err && is_loading(f)))
			read_next(f);
		app_changed(a, 0);
	}
	read_free(r);
}

static void read_next(Find *f)
{
	Read *r;
	int parts = 0;

	if (f->reading)
		return;
	r = xcalloc(1, sizeof *r);
	for (size_t i = 0; i < f->lanes; i++) {
		LaneRead *l = &r->lane[i];

		if (f->news && jobsearch_segs(f->js, i)) {
			plan_head(f, i, l);
			plan_again(f, i, l);
		}
		plan_tail(f, i, l);
		parts += l->parts;
	}
	f->news = false;
	if (!parts) {
		free(r);
		return;
	}
	f->reading = true;
	asked_send(f->a, &r->who, read_run, read_done, r);
}

/* --- asking --- */

static JobNarrow narrow_of(const App *a)
{
	static const int column[DIMS] = {
		[DIM_TENANT] = JOBCOL_TENANT, [DIM_PERSONA] = JOBCOL_PERSONA, [DIM_AGENT] = JOBCOL_AGENT, [DIM_VERSION] = JOBCOL_VERSION,
		[DIM_MODEL] = JOBCOL_MODEL,
	};
	const CostCell *sc = &a->world.scope;
	FiguresAsk when = asked_now(a);
	JobNarrow n;

	memset(&n, 0, sizeof n);
	n.states = a->world.failures_only ? 1u << JOB_FAILED : 0;
	for (int i = 0; i < CELL_KEYS && sc->only[i].dim; i++, n.keys++) {
		n.only[i].column = column[sc->only[i].dim];
		memcpy(n.only[i].key, sc->only[i].key, sizeof n.only[i].key);
	}
	memcpy(n.context, sc->context, sizeof n.context);
	n.from_hour = sc->from_hour;
	n.until_hour = sc->until_hour;
	n.weekday = sc->weekday;
	n.slot = sc->slot;
	n.offset_ms = when.offset_ms;
	n.updated_until_ms = when.past ? when.now_ms + 1 : 0;
	return n;
}

_Static_assert((int)CELL_KEYS == (int)NARROW_KEYS, "all keys of a cell can be asked for");

static void publish(Find *f)
{
	App *a = f->a;
	JobsFound *w = &a->world.found;
	JobHits hits = jobsearch_hits(f->js);
	JobCell *cell = xmalloc(FIG_JOBS * sizeof *cell);

	app_retire(a, w->job);
	*w = (JobsFound){ .job = cell, .matched = hits.n, .of = hits.of, .nusd = hits.nusd, .searching = !hits.whole, .loading = is_loading(f) };
	memcpy(w->states, hits.states, sizeof w->states);
	w->n = jobsearch_newest(f->js, cell, FIG_JOBS);
	w->capped = !w->loading && jobsearch_rows(f->js) >= FIND_ROWS;
	memcpy(w->error, f->error, sizeof w->error);
	a->topics |= TOPIC_FILTER;
	f->shown = true;
}

static void nothing(App *a)
{
	app_retire(a, a->world.found.job);
	a->world.found = (JobsFound){ 0 };
}

static void on_idle(uv_idle_t *h);

/* What was shown before stays until all of the news is looked through, so that no count goes down and up again; of a new question
 * what is there is shown at once. True when nothing is left to do. */
static bool work(Find *f)
{
	App *a = f->a;
	bool done = jobsearch_step(f->js, clock_mono_ns, clock_mono_ns() + FIND_SLICE_US * INT64_C(1000));

	if (jobsearch_rows(f->js) && (done || !f->shown || a->world.found.searching))
		publish(f);
	if (done != !f->idling && !f->closed && a->handles) {
		f->idling = !done;
		if (f->idling)
			(void)uv_idle_start(&f->idle, on_idle);
		else
			(void)uv_idle_stop(&f->idle);
	}
	return done;
}

static void on_idle(uv_idle_t *h)
{
	Find *f = h->data;

	/* The answer to a key is drawn when it is there, whatever the pace of the frames is. */
	if (work(f) && !f->a->blocked && !f->a->quitting)
		f->a->draw(f->a);
}

static Find *find_open(App *a)
{
	Find *f = xcalloc(1, sizeof *f);
	StoreQ *queue[FIG_CONTEXTS];

	f->a = a;
	f->js = jobsearch_new();
	f->lanes = context_stores(a, queue, f->name);
	jobsearch_lanes(f->js, f->lanes, f->lanes > 1 ? f->name : NULL);
	(void)uv_idle_init(a->loop, &f->idle);
	f->idle.data = f;
	a->find = f;
	read_next(f);
	return f;
}

void find_sync(App *a)
{
	Find *f = a->find;
	Filter asked;
	JobNarrow n;

	if (a->quitting)
		return;
	if (!screen_has(a, "jobs")) {
		find_close(a);
		return;
	}
	if (!a->filter[0]) {
		nothing(a);
		if (f)
			f->sought = false;
		return;
	}
	/* The first paint of a console that is started with a filter comes before its stores. */
	if (!f && !context_stored(a))
		return;
	if (!f)
		f = find_open(a);
	filter_parse(&asked, str_of(a->filter), job_column_of, NULL);
	n = narrow_of(a);
	if (!f->sought || asked.n != f->f.n || memcmp(asked.text, f->f.text, asked.n) != 0 || memcmp(&n, &f->narrow, sizeof n) != 0)
		f->shown = false;
	f->f = asked;
	f->narrow = n;
	f->sought = true;
	jobsearch_ask(f->js, &asked, &n);
	if (!f->shown || !jobsearch_done(f->js))
		(void)work(f);
}

void find_refresh(App *a)
{
	if (!a->find || a->frozen)
		return;
	a->find->news = true;
	read_next(a->find);
}

void find_finish(App *a)
{
	Find *f = a->find;

	if (!f || !f->sought)
		return;
	while (!work(f))
		;
}

static void on_closed(uv_handle_t *h)
{
	free(h->data);
}

void find_close(App *a)
{
	Find *f = a->find;

	nothing(a);
	if (!f)
		return;
	a->find = NULL;
	f->closed = true;
	(void)uv_idle_stop(&f->idle);
	jobsearch_free(f->js);
	uv_close((uv_handle_t *)&f->idle, on_closed);
}
