/* `seismo reconcile`: a closed day's estimate beside what AWS charged, and why they differ. */
#include <stdio.h>

#include "app/reconcile.h"
#include "base/clock.h"
#include "cli/ask.h"
#include "cli/cli.h"
#include "cli/emit.h"
#include "cli/get.h"
#include "conf/schema.h"
#include "ui/clean.h"
#include "wire/time8601.h"

enum { JSON_MAX = 64 << 20, DAYS_SHOWN = 10 };
#define DAYS(n) ((int64_t)(n) * 86400000)

static void get_day(JsonW *w, const char *key, int64_t day)
{
	Arena a = { 0 };
	CivilTime t = time_civil(day * DAYS(1));

	jw_kstr(w, key, arena_printf(&a, "%04d-%02d-%02d", t.year, t.month, t.day));
	arena_done(&a);
}

static void share(JsonW *w, const char *key, int64_t part, int64_t whole)
{
	if (whole > 0)
		jw_knum(w, key, (double)part / (double)whole);
	else
		jw_knull(w, key);
}

static void causes(JsonW *w, const Reconciled *r)
{
	jw_key(w, "causes");
	jw_array(w);
	for (int c = 0; c < CAUSES; c++) {
		jw_object(w);
		jw_kstr(w, "cause", str_of(cause_id((Cause)c)));
		jw_kbool(w, "ofDrift", c < CAUSES_OF_DRIFT);
		jw_ki64(w, "nanoUsd", r->cause_nusd[c]);
		jw_object_end(w);
	}
	jw_array_end(w);
	jw_key(w, "notLive");
	jw_array(w);
	for (int k = CHARGE_TOKENS + 1; k < CHARGE_KINDS; k++) {
		if (!r->not_live_nusd[k])
			continue;
		jw_object(w);
		jw_kstr(w, "kind", str_of(charge_kind_id((ChargeKind)k)));
		jw_ki64(w, "nanoUsd", r->not_live_nusd[k]);
		jw_object_end(w);
	}
	jw_array_end(w);
}

static void lines(JsonW *w, const Reconciled *r)
{
	jw_key(w, "tokens");
	jw_array(w);
	for (size_t i = 0; i < r->tokens; i++) {
		const TokenFact *t = &r->token[i];

		jw_object(w);
		get_str(w, "name", t->name);
		jw_kstr(w, "class", str_of(price_class_names[t->cls]));
		jw_ki64(w, "billedTokens", t->billed_tokens);
		jw_ki64(w, "billedNanoUsd", t->billed_nusd);
		jw_ki64(w, "bookedTokens", t->booked_tokens);
		jw_ki64(w, "unpricedTokens", t->unpriced_tokens);
		jw_ki64(w, "listNanoUsd", t->list_nusd);
		jw_object_end(w);
	}
	jw_array_end(w);
	jw_key(w, "beside");
	jw_array(w);
	for (size_t i = 0; i < r->besides; i++) {
		jw_object(w);
		jw_kstr(w, "cause", str_of(cause_id(r->beside[i].cause)));
		get_str(w, "service", r->beside[i].service);
		get_str(w, "what", r->beside[i].what);
		jw_ki64(w, "nanoUsd", r->beside[i].nusd);
		jw_object_end(w);
	}
	jw_array_end(w);
}

static void one_day(JsonW *w, const DriftFact *f)
{
	jw_object(w);
	get_day(w, "day", f->day);
	jw_kstr(w, "state", str_of(bill_state_name(f->state)));
	jw_kbool(w, "complete", f->complete);
	jw_ki64(w, "bookedNanoUsd", f->booked_nusd);
	jw_ki64(w, "billTokensNanoUsd", f->bill_nusd);
	jw_ki64(w, "notLiveNanoUsd", f->not_live_nusd);
	jw_ki64(w, "driftNanoUsd", f->drift_nusd);
	share(w, "driftShare", f->drift_nusd, f->bill_nusd);
	jw_object_end(w);
}

static void in_full(JsonW *w, const AskPart *p, const Reconciled *r, const DriftFact *day, size_t days)
{
	jw_object(w);
	get_place(w, p);
	get_day(w, "day", r->day);
	jw_kstr(w, "state", str_of(bill_state_name(r->state)));
	get_time(w, "asked", r->asked_ms);
	jw_kbool(w, "complete", r->complete);
	jw_ki64(w, "calls", r->calls);
	jw_ki64(w, "unpricedCalls", r->unpriced_calls);
	jw_ki64(w, "listNanoUsd", r->list_nusd);
	jw_ki64(w, "bookedNanoUsd", r->booked_nusd);
	jw_ki64(w, "billTokensNanoUsd", r->bill_tokens_nusd);
	jw_ki64(w, "billNanoUsd", r->bill_nusd);
	jw_ki64(w, "driftNanoUsd", reconciled_drift(r));
	share(w, "driftShare", reconciled_drift(r), r->bill_tokens_nusd);
	jw_ki64(w, "bookedTokens", r->booked_tokens);
	jw_ki64(w, "billedTokens", r->billed_tokens);
	share(w, "seenShare", r->booked_tokens, r->billed_tokens);
	causes(w, r);
	lines(w, r);
	jw_key(w, "days");
	jw_array(w);
	for (size_t i = 0; i < days; i++)
		one_day(w, &day[i]);
	jw_array_end(w);
	jw_object_end(w);
}

static int no_bill(const AskPart *p, int64_t day, Err *e)
{
	const Session *s = &p->watch->session;

	if (!s->ctx->src.cost_explorer)
		return err_kind(e, ERR_USAGE, "the bill of context %.*s is not asked for: set sources.cost.cost_explorer: true "
		                "(each question costs $0.02 to $0.03)", STR_ARG(s->ctx->name));
	return err_set(e, day < 0 ? "there is no bill here yet; ask without --cached"
	                          : "there is no bill of that day here: bills are kept from 35 days before the first question on, once the day is over");
}

/* What a page for people says may hold text from outside: lines of the bill. */
static void put_table(const Ask *a, const AskPart *p, const Reconciled *r, const DriftFact *day, size_t days, Buf *out)
{
	Buf text = { 0 };

	if (a->n > 1)
		(void)buf_printf(&text, "== %.*s ==\n", STR_ARG(p->watch->session.ctx->name));
	reconcile_text(r, day, days, &text);
	(void)clean_to(out, buf_str(&text), CLEAN_KEEP_NEWLINES);
	buf_done(&text);
}

static int answer(const Options *o, const Ask *a, int64_t day, Buf *out, Err *e)
{
	Arena arena = { 0 };
	JsonW w = jw_to(out);
	int rc = 0;

	if (o->out == OUT_JSON)
		jw_array(&w);
	for (size_t i = 0; i < a->n && rc == 0; i++) {
		const AskPart *p = &a->part[i];
		DriftFact *f;
		Reconciled r;
		size_t days;

		if (!p->store)
			continue;
		rc = reconcile_day(p->store, session_prices(&p->watch->session), a->now_ms, day, &arena, &r, e);
		if (rc == 0)
			rc = reconcile_days(p->store, a->now_ms, DAYS_SHOWN, &arena, &f, &days, e);
		if (rc == 0 && r.state == BILL_NONE)
			rc = no_bill(p, day, e);
		if (rc == 0 && o->out == OUT_JSON)
			in_full(&w, p, &r, f, days);
		else if (rc == 0)
			put_table(a, p, &r, f, days, out);
	}
	if (o->out == OUT_JSON) {
		jw_array_end(&w);
		(void)buf_putc(out, '\n');
	}
	arena_done(&arena);
	return rc;
}

static int check(const Options *o, int64_t *day, Err *e)
{
	int64_t ms;

	*day = -1;
	if (o->args)
		return err_kind(e, ERR_USAGE, "reconcile takes no name; --day 2026-11-21 chooses the day");
	if (o->out == OUT_CSV)
		return err_kind(e, ERR_USAGE, "reconcile answers as a table or as JSON");
	if (o->day && day_parse(str_of(o->day), &ms) < 0)
		return err_kind(e, ERR_USAGE, "--day takes a day such as 2026-11-21 (UTC), not %s", o->day);
	if (o->day)
		*day = ms / DAYS(1);
	return 0;
}

int cmd_reconcile(const Options *o)
{
	const unsigned feeds = FEED_BIT(FEED_JOBS) | FEED_BIT(FEED_LINES) | FEED_BIT(FEED_BILLS);
	Ask a;
	Err e = { 0 };
	int64_t day, back = DAYS(4);
	Buf out;
	int code;

	if (check(o, &day, &e) < 0)
		return cli_fail(&e);
	if (day >= 0)
		back = clock_wall_ms() - day * DAYS(1) > 0 ? clock_wall_ms() - day * DAYS(1) : back;
	buf_init(&out, JSON_MAX);
	if (ask_open(&a, o, back, feeds, &e) < 0 || answer(o, &a, day, &out, &e) < 0)
		code = cli_fail(&e);
	else if (a.failed && o->out == OUT_JSON)
		code = a.failed;
	else
		code = fwrite(out.p ? out.p : "", 1, out.n, stdout) < out.n || fflush(stdout) != 0 ? 1 : a.failed;
	ask_close(&a, o);
	buf_done(&out);
	return code;
}
