/* The page that :reconcile opens: all contexts that are shown, one below the other. */
#include "app/app_impl.h"

#include <stdlib.h>

#include "app/page.h"
#include "app/reconcile.h"
#include "base/xalloc.h"
#include "conf/schema.h"

enum { DAYS_SHOWN = 10 };
#define DAY_MS INT64_C(86400000)

typedef struct Page { Asked who; const PriceTable *names; int64_t now_ms, day; Buf out; } Page;

static int one_store(Page *p, Store *s, Err *e)
{
	Arena a = { 0 };
	Reconciled r;
	DriftFact *day;
	size_t days;
	int rc = reconcile_day(s, p->names, p->now_ms, p->day, &a, &r, e);

	if (rc == 0)
		rc = reconcile_days(s, p->now_ms, DAYS_SHOWN, &a, &day, &days, e);
	if (rc == 0)
		reconcile_text(&r, day, days, &p->out);
	arena_done(&a);
	return rc;
}

static int run(Store *const *s, size_t n, void *work, Err *e)
{
	Page *p = work;

	for (size_t i = 0; i < n; i++) {
		if (p->who.n > 1)
			(void)buf_printf(&p->out, "%s== %s ==\n\n", i ? "\n" : "", p->who.name[i]);
		if (s[i] && one_store(p, s[i], e) < 0)
			return -1;
	}
	return 0;
}

static void done(void *work, const Err *err)
{
	Page *p = work;
	App *a = p->who.a;

	a->reads--;
	if (!asked_late(&p->who)) {
		if (err)
			app_say(a, ROLE_ERROR, err->text);
		else
			page_show(a, "Reconciliation: the estimate beside the bill", buf_str(&p->out));
	}
	buf_done(&p->out);
	free(p);
}

void reconcile_command(App *a, Str rest)
{
	Page *p = xcalloc(1, sizeof *p);
	int64_t ms = 0;

	rest = str_trim(rest);
	if (rest.n && day_parse(rest, &ms) < 0) {
		app_say(a, ROLE_WARN, "reconcile takes a day such as 2026-11-21, or nothing for the last one with a bill");
		free(p);
		return;
	}
	p->day = rest.n ? ms / DAY_MS : -1;
	p->now_ms = app_clock(a);
	p->names = session_prices(&a->watch[0]->session);
	asked_send(a, &p->who, run, done, p);
}
