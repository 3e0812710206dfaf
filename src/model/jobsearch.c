#include "model/jobsearch.h"

#include <stdlib.h>

#include "base/xalloc.h"

/* What one segment has for one filter. */
typedef struct Found {
	uint64_t serial, *bits;        /* of the segment when it was asked; bits NULL: nothing is there */
	int64_t  n, states[JOB_STATES], nusd;
} Found;

typedef struct Level {
	Filter   f;
	Found   *found;                /* by slot */
	size_t   cap;
} Level;

typedef struct Held { JobSeg *seg; size_t slot; uint32_t checked; } Held;     /* checked: rows whose older versions are marked */
typedef struct Lane { Held *v; size_t n, cap; } Lane;

struct JobSearch {
	Lane    *lane;
	size_t   lanes;
	const FigText *context;
	JobNarrow narrow;
	Level    level[SEARCH_LEVELS + 1];     /* 0: without a filter; the last one is what is asked */
	int      levels;
	uint64_t serial;
	size_t  *unused, unused_n, unused_cap, slots;
	SegScratch tmp;
};

JobSearch *jobsearch_new(void)
{
	JobSearch *js = xcalloc(1, sizeof *js);

	js->levels = 1;
	return js;
}

static void found_forget(Found *x)
{
	free(x->bits);
	*x = (Found){ 0 };
}

static void level_forget(Level *l)
{
	for (size_t i = 0; i < l->cap; i++)
		free(l->found[i].bits);
	free(l->found);
	*l = (Level){ 0 };
}

static void levels_cut(JobSearch *js, int n)
{
	while (js->levels > n)
		level_forget(&js->level[--js->levels]);
}

static void held_drop(JobSearch *js, const Held *h)
{
	for (int i = 0; i < js->levels; i++)
		if (h->slot < js->level[i].cap)
			found_forget(&js->level[i].found[h->slot]);
	VEC_GROW(js->unused, js->unused_cap, js->unused_n + 1);
	js->unused[js->unused_n++] = h->slot;
	seg_free(h->seg);
}

void jobsearch_lanes(JobSearch *js, size_t lanes, const FigText *context)
{
	for (size_t i = 0; i < js->lanes; i++) {
		for (size_t k = 0; k < js->lane[i].n; k++)
			held_drop(js, &js->lane[i].v[k]);
		free(js->lane[i].v);
	}
	free(js->lane);
	js->lane = xcalloc(lanes ? lanes : 1, sizeof *js->lane);
	js->lanes = lanes;
	js->context = context;
}

void jobsearch_free(JobSearch *js)
{
	if (!js)
		return;
	jobsearch_lanes(js, 0, NULL);
	levels_cut(js, 0);
	free(js->lane);
	free(js->unused);
	free(js);
}

size_t jobsearch_segs(const JobSearch *js, size_t lane)
{
	return js->lane[lane].n;
}

const JobSeg *jobsearch_seg(const JobSearch *js, size_t lane, size_t i)
{
	return js->lane[lane].v[i].seg;
}

void jobsearch_put(JobSearch *js, size_t lane, size_t at, size_t old, JobSeg *const *seg, size_t n)
{
	Lane *l = &js->lane[lane];

	for (size_t i = at; i < at + old; i++)
		held_drop(js, &l->v[i]);
	VEC_GROW(l->v, l->cap, l->n + n);
	if (l->n > at + old)
		memmove(&l->v[at + n], &l->v[at + old], (l->n - at - old) * sizeof *l->v);
	l->n = l->n - old + n;
	for (size_t i = 0; i < n; i++) {
		size_t slot = js->unused_n ? js->unused[--js->unused_n] : js->slots++;

		seg[i]->serial = ++js->serial;
		l->v[at + i] = (Held){ .seg = seg[i], .slot = slot };
	}
}

int64_t jobsearch_rows(const JobSearch *js)
{
	int64_t n = 0;

	for (size_t i = 0; i < js->lanes; i++)
		for (size_t k = 0; k < js->lane[i].n; k++)
			n += js->lane[i].v[k].seg->live;
	return n;
}

size_t jobsearch_bytes(const JobSearch *js)
{
	size_t bytes = sizeof *js;

	for (size_t i = 0; i < js->lanes; i++)
		for (size_t k = 0; k < js->lane[i].n; k++) {
			const Held *h = &js->lane[i].v[k];

			bytes += h->seg->bytes;
			for (int level = 0; level < js->levels; level++)
				if (h->slot < js->level[level].cap && js->level[level].found[h->slot].bits)
					bytes += seg_words(h->seg) * sizeof(uint64_t);
		}
	return bytes;
}

/* --- what is asked --- */

void jobsearch_ask(JobSearch *js, const Filter *f, const JobNarrow *w)
{
	Level *top;

	if (memcmp(w, &js->narrow, sizeof *w) != 0) {
		levels_cut(js, 0);
		js->levels = 1;
		js->narrow = *w;
	}
	for (int i = js->levels - 1; i > 0; i--)
		if (js->level[i].f.n == f->n && memcmp(js->level[i].f.text, f->text, f->n) == 0) {
			levels_cut(js, i + 1);
			return;
		}
	while (js->levels > 1 && !filter_narrows(f, &js->level[js->levels - 1].f))
		levels_cut(js, js->levels - 1);
	/* Of a long text its last letters are taken back first: the oldest set is the one to do without. */
	if (js->levels > SEARCH_LEVELS) {
		level_forget(&js->level[1]);
		memmove(&js->level[1], &js->level[2], (SEARCH_LEVELS - 1) * sizeof js->level[1]);
		js->level[--js->levels] = (Level){ 0 };
	}
	top = &js->level[js->levels++];
	*top = (Level){ .f = *f };
}

/* --- the work --- */

static const char *name_of(const JobSearch *js, size_t lane)
{
	return js->context ? js->context[lane] : "";
}

static Found *found_at(Level *l, size_t slot)
{
	size_t was = l->cap;

	VEC_GROW(l->found, l->cap, slot + 1);
	if (l->cap > was)
		memset(&l->found[was], 0, (l->cap - was) * sizeof *l->found);
	return &l->found[slot];
}

static void sum_up(Found *x, const JobSeg *s)
{
	for (size_t w = 0; w < seg_words(s); w++)
		for (uint64_t bits = x->bits[w]; bits; bits &= bits - 1) {
			uint32_t row = (uint32_t)(w * 64) + (uint32_t)__builtin_ctzll(bits);

			x->n++;
			x->states[seg_state(s, row)]++;
			x->nusd += s->nusd[row] == FIG_NONE ? 0 : s->nusd[row];
		}
}

static bool is_current(const Level *l, const Held *h)
{
	return h->slot < l->cap && l->found[h->slot].bits && l->found[h->slot].serial == h->seg->serial;
}

/* The sets of the levels below are made when they are needed: after new segments came, or after a backspace over them. */
static Found *make(JobSearch *js, int level, const Held *h, const char *context)
{
	Level *l = &js->level[level];
	int base = level - 1;
	Found *x;

	if (is_current(l, h))
		return &l->found[h->slot];
	while (base > 0 && !is_current(&js->level[base], h))
		base--;
	if (level > 0)
		(void)make(js, base, h, context);
	x = found_at(l, h->slot);
	found_forget(x);
	x->serial = h->seg->serial;
	x->bits = xcalloc(seg_words(h->seg) + 1, sizeof *x->bits);
	if (level > 0)
		seg_match(h->seg, &l->f, context, js->level[base].found[h->slot].bits, x->bits, &js->tmp);
	else
		seg_narrow(h->seg, &js->narrow, context, x->bits, &js->tmp);
	sum_up(x, h->seg);
	return x;
}

enum { CHECK_ROWS = 256 };

/* Marks what older segments still have of some of its jobs. A job cannot stand in a segment that ended before it began. */
static void check(JobSearch *js, Lane *l, size_t i)
{
	Held *h = &l->v[i];
	uint32_t end = h->seg->n - h->checked < CHECK_ROWS ? h->seg->n : h->checked + CHECK_ROWS;

	for (uint32_t row = h->checked; row < end; row++) {
		if (h->seg->dead[row / 64] >> row % 64 & 1)
			continue;
		for (size_t k = i + 1; k < l->n; k++) {
			JobSeg *old = l->v[k].seg;
			int at;

			if (!old->n || (h->seg->started_ms[row] && h->seg->started_ms[row] > old->updated_ms[0]))
				continue;
			if ((at = seg_find(old, seg_id(h->seg, row))) >= 0 && seg_kill(old, (uint32_t)at))
				old->serial = ++js->serial;
		}
	}
	h->checked = end;
}

static bool check_all(JobSearch *js, int64_t (*now)(void), int64_t until)
{
	for (size_t i = 0; i < js->lanes; i++)
		for (size_t k = 0; k < js->lane[i].n; k++)
			while (js->lane[i].v[k].checked < js->lane[i].v[k].seg->n) {
				check(js, &js->lane[i], k);
				if (now() >= until)
					return false;
			}
	return true;
}

static size_t most_segs(const JobSearch *js)
{
	size_t most = 0;

	for (size_t i = 0; i < js->lanes; i++)
		most = js->lane[i].n > most ? js->lane[i].n : most;
	return most;
}

static bool make_all(JobSearch *js, int64_t (*now)(void), int64_t until)
{
	const Level *top = &js->level[js->levels - 1];
	size_t most = most_segs(js);

	for (size_t k = 0; k < most; k++)
		for (size_t i = 0; i < js->lanes; i++) {
			const Held *h = k < js->lane[i].n ? &js->lane[i].v[k] : NULL;

			if (!h || is_current(top, h))
				continue;
			(void)make(js, js->levels - 1, h, name_of(js, i));
			if (now() >= until)
				return false;
		}
	return true;
}

bool jobsearch_step(JobSearch *js, int64_t (*now)(void), int64_t until)
{
	/* First what one waits for; marking may make some of it again. */
	if (!make_all(js, now, until) || !check_all(js, now, until))
		return false;
	return make_all(js, now, until);
}

bool jobsearch_done(const JobSearch *js)
{
	const Level *top = &js->level[js->levels - 1];

	for (size_t i = 0; i < js->lanes; i++)
		for (size_t k = 0; k < js->lane[i].n; k++)
			if (!is_current(top, &js->lane[i].v[k]) || js->lane[i].v[k].checked < js->lane[i].v[k].seg->n)
				return false;
	return true;
}

/* --- what came out --- */

JobHits jobsearch_hits(const JobSearch *js)
{
	const Level *top = &js->level[js->levels - 1];
	JobHits sum = { .whole = true };

	for (size_t i = 0; i < js->lanes; i++)
		for (size_t k = 0; k < js->lane[i].n; k++) {
			const Held *h = &js->lane[i].v[k];

			if (!is_current(top, h)) {
				sum.whole = false;
				continue;
			}
			sum.of += h->seg->live;
			sum.n += top->found[h->slot].n;
			sum.nusd += top->found[h->slot].nusd;
			for (int s = 0; s < JOB_STATES; s++)
				sum.states[s] += top->found[h->slot].states[s];
		}
	return sum;
}

/* A place in a lane's matches. */
typedef struct Reader { const Lane *l; const Level *top; size_t seg; uint32_t row; bool end; } Reader;

static void settle(Reader *r)
{
	for (; r->seg < r->l->n; r->seg++, r->row = 0) {
		const Held *h = &r->l->v[r->seg];

		if (!is_current(r->top, h) || !r->top->found[h->slot].n)
			continue;
		for (; r->row < h->seg->n; r->row++) {
			uint64_t bits = r->top->found[h->slot].bits[r->row / 64] >> r->row % 64;

			if (bits) {
				r->row += (uint32_t)__builtin_ctzll(bits);
				return;
			}
			r->row |= 63;
		}
	}
	r->end = true;
}

static int64_t when(const Reader *r)
{
	return r->l->v[r->seg].seg->updated_ms[r->row];
}

int jobsearch_newest(const JobSearch *js, JobCell *out, int max)
{
	Reader *r = xcalloc(js->lanes ? js->lanes : 1, sizeof *r);
	int n = 0;

	for (size_t i = 0; i < js->lanes; i++) {
		r[i] = (Reader){ .l = &js->lane[i], .top = &js->level[js->levels - 1] };
		settle(&r[i]);
	}
	while (n < max) {
		Reader *best = NULL;

		for (size_t i = 0; i < js->lanes; i++)
			if (!r[i].end && (!best || when(&r[i]) > when(best)))
				best = &r[i];
		if (!best)
			break;
		seg_cell(best->l->v[best->seg].seg, best->row, &out[n]);
		if (js->context)
			memcpy(out[n].context, js->context[best->l - js->lane], sizeof(FigText));
		n++;
		best->row++;
		settle(best);
	}
	free(r);
	return n;
}
