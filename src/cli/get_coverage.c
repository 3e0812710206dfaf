/* `get coverage`: what is not seen, and why. A feed that failed is part of the answer. */
#include "cli/get.h"

#include <stdlib.h>

#include "app/coverage.h"

typedef struct Waiting { Ask *a; size_t left; CoverageList list[FIG_CONTEXTS]; } Waiting;
typedef struct Slot { Waiting *w; size_t at; } Slot;

static void on_list(void *arg, CoverageList *l)
{
	Slot *s = arg;

	s->w->list[s->at] = *l;
	if (--s->w->left == 0)
		uv_stop(&s->w->a->loop);
}

static void number(JsonW *w, const char *key, int64_t v)
{
	if (v == FIG_NONE)
		jw_knull(w, key);
	else
		jw_ki64(w, key, v);
}

static void one_line(JsonW *w, const AskPart *p, const CoverageLine *l)
{
	jw_object(w);
	get_place(w, p);
	jw_kstr(w, "area", str_of(l->area));
	get_str(w, "subject", l->subject);
	jw_kstr(w, "state", str_of(doctor_verdict_name(l->verdict)));
	get_str(w, "found", l->found);
	get_str(w, "remedy", l->remedy);
	number(w, "bookedTokens", l->booked);
	number(w, "countedTokens", l->counted);
	if (l->booked != FIG_NONE && l->counted != FIG_NONE && l->counted > 0)
		jw_knum(w, "share", (double)l->booked / (double)l->counted);
	else
		jw_knull(w, "share");
	number(w, "jobs", l->jobs);
	get_time(w, "since", l->since_ms);
	jw_object_end(w);
}

/* Of what is cached only the snapshot can be asked. */
static int look(const Options *o, Ask *a, Waiting *w, Err *e)
{
	Slot slot[FIG_CONTEXTS];

	for (size_t i = 0; i < a->n; i++) {
		if (!a->part[i].store)
			continue;
		if (o->cached || a->until_ms) {
			if (coverage_of_store(&w->list[i], a->part[i].store, a->now_ms, e) < 0)
				return -1;
			continue;
		}
		slot[i] = (Slot){ w, i };
		w->left++;
		coverage_look(a->part[i].watch, a->now_ms, on_list, &slot[i]);
	}
	if (w->left)
		(void)uv_run(&a->loop, UV_RUN_DEFAULT);      /* until the last one stops it */
	return 0;
}

int get_coverage(const Options *o, Ask *a, JsonW *w, Err *e)
{
	Waiting wait = { .a = a };
	int rc = look(o, a, &wait, e);

	jw_array(w);
	for (size_t i = 0; i < a->n; i++) {
		for (size_t k = 0; rc == 0 && k < wait.list[i].n; k++)
			one_line(w, &a->part[i], &wait.list[i].v[k]);
		coverage_done(&wait.list[i]);
	}
	jw_array_end(w);
	return rc;
}
