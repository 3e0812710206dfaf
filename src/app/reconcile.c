#include "app/reconcile.h"

#include <stdlib.h>
#include <string.h>

#include "app/reconcile_own.h"
#include "base/num.h"
#include "base/xalloc.h"
#include "store/bills.h"
#include "store/books.h"

#define DAY_MS INT64_C(86400000)

static const char *const state_names[] = { "none", "open", "settled", "final" };
static const char *const cause_names[CAUSES] = {
	"unpriced calls", "unseen calls", "reported by the application", "prices", "discount", "rounding", "unexplained",
	"not live", "other Regions", "other services", "credits, taxes, fees" };
static const char *const cause_ids[CAUSES] = {
	"unpriced", "unseen", "reported", "prices", "discount", "rounding", "unexplained", "not_live", "other_regions", "other_services", "credits" };

const char *bill_state_name(BillState s)
{
	return state_names[s];
}

const char *cause_name(Cause c)
{
	return cause_names[c];
}

const char *cause_id(Cause c)
{
	return cause_ids[c];
}

int64_t reconciled_drift(const Reconciled *r)
{
	return r->booked_nusd - r->bill_tokens_nusd;
}

static BillState state_of(const ChargeDay *d)
{
	if (!d->estimated)
		return BILL_FINAL;
	return d->asked_ms - (d->day + 1) * DAY_MS >= DAY_MS ? BILL_SETTLED : BILL_OPEN;
}

/* Before that nothing of the jobs is known, or kept, as a whole. */
static int complete_from(Store *s, int64_t *ms, Err *e)
{
	Arena a = { 0 };
	Str back = STR("");
	KeptFrom kept;
	int rc = store_cursor(s, "jobs.back", &a, &back, e) < 0 || store_kept_from(s, &kept, e) < 0 ? -1 : 0;

	*ms = INT64_MAX;
	if (rc == 0 && str_i64(back, ms) == 0 && *ms <= 0)
		*ms = INT64_MAX;
	arena_done(&a);
	return rc;
}

static bool is_discount(Str record)
{
	return str_ends(record, STR("Discount")) || str_ends(record, STR("discount"));
}

/* --- what the bill says --- */

static void add_beside(Reconciled *r, Cause cause, ChargeKind kind, const ChargeRow *row)
{
	r->beside[r->besides++] = (BesideFact){ cause, kind, row->service, row->what, row->nusd };
	r->cause_nusd[cause] += row->nusd;
}

static int dearest_first(const void *x, const void *y)
{
	const BesideFact *a = x, *b = y;
	int64_t p = llabs(a->nusd), q = llabs(b->nusd);
	int c = str_cmp(a->service, b->service);

	return p != q ? (p < q ? 1 : -1) : c ? c : str_cmp(a->what, b->what);
}

/* All of the account, once: usage in this Region from the second part, the rest of each AI service's usage is elsewhere. */
static void read_bill(Reconciled *r, const ChargeDay *d, Arena *a)
{
	ChargeRow elsewhere = { .service = STR("AI services"), .what = STR("other Regions") };

	r->beside = ARENA_ARRAY(a, BesideFact, d->rows + 2);
	for (size_t i = 0; i < d->rows; i++) {
		const ChargeRow *row = &d->row[i];
		bool ai = charge_is_ai(row->service), usage = str_is(row->what, "Usage");
		ChargeKind kind = row->part == CHARGE_USAGE ? charge_kind(row->service, row->what) : CHARGE_OTHER;

		if (row->part == CHARGE_USAGE) {
			elsewhere.nusd -= row->nusd;
			if (kind == CHARGE_TOKENS) {
				r->bill_tokens_nusd += row->nusd;
			} else {
				r->not_live_nusd[kind] += row->nusd;
				add_beside(r, CAUSE_NOT_LIVE, kind, row);
			}
			continue;
		}
		r->bill_nusd += row->nusd;
		if (ai && usage)
			elsewhere.nusd += row->nusd;
		else if (ai && is_discount(row->what))
			r->bill_tokens_nusd += row->nusd;
		else
			add_beside(r, usage ? CAUSE_SERVICES : CAUSE_CREDITS, CHARGE_OTHER, row);
		r->cause_nusd[CAUSE_DISCOUNT] += ai && is_discount(row->what) ? row->nusd : 0;
	}
	/* Both parts round each line: so much is no other Region. */
	if (llabs(elsewhere.nusd) > (int64_t)d->rows)
		add_beside(r, CAUSE_REGIONS, CHARGE_OTHER, &elsewhere);
	else
		r->bill_nusd -= elsewhere.nusd;
	if (r->besides)
		qsort(r->beside, r->besides, sizeof *r->beside, dearest_first);
}

/* --- the cheap figures --- */

static int booked_of(Store *s, int64_t day, int64_t *nusd, int64_t *calls, int64_t *unpriced, Err *e)
{
	Arena a = { 0 };
	CostGroup *g;
	size_t n;
	int rc = store_cost(s, DIM_ALL, day * DAY_MS, (day + 1) * DAY_MS, &a, &g, &n, e);

	*nusd = *calls = *unpriced = 0;
	for (size_t i = 0; rc == 0 && i < n; i++) {
		*nusd += g[i].s.nusd;
		*calls += g[i].s.jobs;
		*unpriced += g[i].s.unpriced;
	}
	arena_done(&a);
	return rc;
}

static int start_day(Store *s, const ChargeDay *d, int64_t from_ms, Arena *a, Reconciled *r, Err *e)
{
	*r = (Reconciled){ .day = d->day, .asked_ms = d->asked_ms, .state = state_of(d), .complete = d->day * DAY_MS >= from_ms };
	read_bill(r, d, a);
	return booked_of(s, d->day, &r->booked_nusd, &r->calls, &r->unpriced_calls, e);
}

static DriftFact drift_of(const Reconciled *r)
{
	DriftFact f = { r->day, r->asked_ms, r->state, r->complete, r->booked_nusd, r->bill_tokens_nusd, 0, reconciled_drift(r) };

	for (int k = CHARGE_TOKENS + 1; k < CHARGE_KINDS; k++)
		f.not_live_nusd += r->not_live_nusd[k];
	return f;
}

int reconcile_days(Store *s, int64_t now_ms, size_t limit, Arena *a, DriftFact **out, size_t *n, Err *e)
{
	ChargeDay *d;
	int64_t from;

	*n = 0;
	if (complete_from(s, &from, e) < 0 || store_charges(s, 0, floor_div(now_ms, DAY_MS), limit, a, &d, n, e) < 0)
		return -1;
	*out = ARENA_ARRAY(a, DriftFact, *n + 1);
	for (size_t i = 0; i < *n; i++) {
		Reconciled r;

		if (start_day(s, &d[i], from, a, &r, e) < 0)
			return -1;
		(*out)[i] = drift_of(&r);
	}
	return 0;
}

int reconcile_last(Store *s, int64_t now_ms, DriftFact *out, bool *known, Err *e)
{
	enum { LOOK_BACK = 5 };      /* an older day says nothing about how things are */
	Arena a = { 0 };
	DriftFact *f;
	size_t n;
	int rc = reconcile_days(s, now_ms, LOOK_BACK, &a, &f, &n, e);

	*known = false;
	for (size_t i = 0; rc == 0 && i < n && !*known; i++)
		if (f[i].state >= BILL_SETTLED && f[i].complete) {
			*out = f[i];
			*known = true;
		}
	arena_done(&a);
	return rc;
}

/* --- one day in full --- */

static int pick_day(Store *s, int64_t now_ms, int64_t day, int64_t from_ms, Arena *a, ChargeDay *out, bool *found, Err *e)
{
	ChargeDay *d;
	size_t n;

	*found = false;
	if (store_charges(s, day < 0 ? 0 : day, day < 0 ? floor_div(now_ms, DAY_MS) : day + 1, day < 0 ? 10 : 1, a, &d, &n, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		bool good = state_of(&d[i]) >= BILL_SETTLED && d[i].day * DAY_MS >= from_ms;

		if (!*found || (good && !(state_of(out) >= BILL_SETTLED && out->day * DAY_MS >= from_ms)))
			*out = d[i];
		*found = true;
		if (good)
			break;
	}
	return 0;
}

int reconcile_day(Store *s, const PriceTable *names, int64_t now_ms, int64_t day, Arena *a, Reconciled *out, Err *e)
{
	ChargeDay d = { 0 };
	bool found;
	int64_t from;

	if (complete_from(s, &from, e) < 0 || pick_day(s, now_ms, day, from, a, &d, &found, e) < 0)
		return -1;
	if (!found) {
		*out = (Reconciled){ .day = day };
		return day < 0 ? 0 : booked_of(s, day, &out->booked_nusd, &out->calls, &out->unpriced_calls, e);
	}
	if (start_day(s, &d, from, a, out, e) < 0)
		return -1;
	return reconcile_causes(s, names, &d, a, out, e);
}
