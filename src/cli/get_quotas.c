/* `get quotas`: what each model was asked in a minute beside what the account may ask. Unknown limits are null, and stderr says why. */
#include "cli/get.h"

#include <stdio.h>
#include <stdlib.h>

#include "app/headroom.h"
#include "base/xalloc.h"

static void number(JsonW *w, const char *key, int64_t v)
{
	if (v == FIG_NONE)
		jw_knull(w, key);
	else
		jw_ki64(w, key, v);
}

static void one_side(JsonW *w, const HeadroomRow *r, QuotaUnit unit)
{
	static const char *const names[QUOTA_UNITS] = { "requests", "tokens" };
	const HeadroomSide *s = &r->side[unit];
	int64_t ppm = headroom_ppm(r, unit);

	jw_key(w, names[unit]);
	jw_object(w);
	number(w, "perMinute", s->now);
	number(w, "peak", s->peak);
	get_time(w, "peakAt", s->peak > 0 ? s->peak_ms : 0);
	number(w, "limit", s->limit);
	if (ppm == FIG_NONE)
		jw_knull(w, "used");
	else
		jw_knum(w, "used", (double)ppm / 1e6);
	if (unit == QUOTA_TOKENS)
		number(w, "reserved", r->reserved);
	jw_kbool(w, "estimated", s->estimated);
	get_str(w, "code", str_of(s->code));
	get_str(w, "quota", str_of(s->name));
	if (s->limit == FIG_NONE)
		jw_knull(w, "adjustable");
	else
		jw_kbool(w, "adjustable", s->adjustable);
	jw_object_end(w);
}

static void one_row(JsonW *w, const AskPart *p, const HeadroomRow *r)
{
	static const char *const ways[QUOTA_WAYS] = { "on-demand", "cross-region", "global" };

	jw_object(w);
	get_place(w, p);
	jw_kstr(w, "model", str_of(r->model));
	jw_kstr(w, "kind", str_of(ways[r->way]));
	jw_ki64(w, "throttled", r->throttled);
	for (int k = 0; k < QUOTA_UNITS; k++)
		one_side(w, r, (QuotaUnit)k);
	jw_object_end(w);
}

/* That they are unknown fails nothing: the use is known. */
static void tell_unknown(const Ask *a, const AskPart *p)
{
	const FeedView *v = p->watch->feeds ? feeds_view(p->watch->feeds, FEED_QUOTAS) : NULL;

	if (v && v->phase == FEED_FAILED)
		(void)fprintf(stderr, "seismo: %.*s%slimits may be unknown: %s\n", a->n > 1 ? (int)p->watch->session.ctx->name.n : 0,
		              p->watch->session.ctx->name.p, a->n > 1 ? ": " : "", v->err.text);
}

int get_quotas(const Options *o, Ask *a, JsonW *w, Err *e)
{
	Headroom *h = xmalloc(sizeof *h);
	int rc = 0;

	(void)o;
	jw_array(w);
	for (size_t i = 0; rc == 0 && i < a->n; i++) {
		const AskPart *p = &a->part[i];
		FiguresAsk when = { .now_ms = a->until_ms ? a->until_ms : a->now_ms, .past = true };

		if (!p->store)
			continue;
		rc = headroom_compute(&(Stores){ &p->store, NULL, 1 }, &when, h, e);
		for (int k = 0; rc == 0 && k < h->n; k++)
			one_row(w, p, &h->row[k]);
		tell_unknown(a, p);
	}
	jw_array_end(w);
	free(h);
	return rc;
}
