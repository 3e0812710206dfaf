/* x: the two pages of an amount, over the view. */
#include "app/app_impl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/explain.h"
#include "base/xalloc.h"

typedef struct Explaining {
	Asked who;
	FiguresAsk when;
	CostCell cell;
	FigText context;
	FigKey  job;                   /* empty: the cell */
	bool    found;
	Explained out;
} Explaining;

static int run(Store *const *s, size_t n, void *work, Err *e)
{
	Explaining *x = work;
	Store *in[FIG_CONTEXTS] = { NULL };
	Stores from = asked_stores(&x->who, in);

	for (size_t i = 0; i < n; i++)
		if (!x->context[0] || strcmp(x->context, x->who.name[i]) == 0)
			in[i] = s[i];
	x->found = true;
	if (x->job[0])
		return explain_job(&from, &x->when, str_of(x->job), &x->out, &x->found, e);
	return explain_cell(&from, &x->when, &x->cell, &x->out, e);
}

static void show(App *a, Explaining *x)
{
	Buf name = { 0 }, why = { 0 }, how = { 0 };
	char usd[MONEY_TEXT];

	if (x->job[0])
		(void)buf_printf(&name, "job %s%s%s", x->job, x->context[0] ? " in " : "", x->context);
	else
		cell_name(&x->cell, x->when.offset_ms, &name);
	money_exact(x->out.nusd, usd);
	(void)buf_printf(&why, "$%s WHY DIFFERENT  %s", usd, buf_cstr(&name));
	(void)buf_printf(&how, "$%s HOW COMPUTED, %s  %s", usd, world_basis(&a->world), buf_cstr(&name));
	page_show(a, buf_cstr(&why), buf_str(&x->out.why));
	page_second(a, buf_cstr(&how), buf_str(&x->out.how));
	buf_done(&name);
	buf_done(&why);
	buf_done(&how);
}

static void done(void *work, const Err *err)
{
	Explaining *x = work;
	App *a = x->who.a;

	a->reads--;
	/* A page about contexts that are not shown any more would be taken for one about these. */
	if (asked_late(&x->who))
		;
	else if (err)
		app_say(a, ROLE_ERROR, err->text);
	else if (!x->found)
		app_say(a, ROLE_WARN, "this job is not in the snapshot any more");
	else
		show(a, x);
	buf_done(&x->out.why);
	buf_done(&x->out.how);
	free(x);
}

static void ask(App *a, Explaining *x)
{
	x->when = asked_now(a);
	x->when.prices = session_prices(&a->watch[0]->session);
	asked_send(a, &x->who, run, done, x);
}

void app_explain(App *a, const CostCell *cell)
{
	Explaining *x = xcalloc(1, sizeof *x);

	x->cell = *cell;
	memcpy(x->context, cell->context, sizeof x->context);
	ask(a, x);
}

void app_explain_job(App *a, const char *context, const char *id)
{
	Explaining *x = xcalloc(1, sizeof *x);

	(void)snprintf(x->job, sizeof x->job, "%s", id);
	(void)snprintf(x->context, sizeof x->context, "%s", context);
	ask(a, x);
}
