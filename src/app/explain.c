#include "app/explain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/app_impl.h"
#include "app/counted.h"
#include "base/num.h"
#include "base/xalloc.h"

#define HOUR_MS INT64_C(3600000)

/* --- a cell --- */

typedef struct Gathering { Ingredients *g; const PriceTable *prices; Arena *a; } Gathering;

static int add_bill(void *arg, const Bill *b, Err *e)
{
	Gathering *t = arg;

	(void)e;
	if (t->g->calls == EXPLAIN_CALLS)
		t->g->beyond++;
	else
		ingredients_add(t->g, b, t->prices, t->a);
	return 0;
}

/* The hours of the cell that have begun, run by run. */
static int gather_store(Store *s, const FiguresAsk *when, const CostCell *c, Gathering *t, Err *e)
{
	int64_t running = floor_div(when->now_ms, HOUR_MS), until = cell_until(c, running);
	int64_t hour = c->until_hour ? c->from_hour : running - BASE_DAYS * 24;
	BillFilter f = { 0 };
	LedgerMode mode;

	for (int i = 0; i < CELL_KEYS && c->only[i].dim; i++)
		f.key[c->only[i].dim] = (Str){ c->only[i].key, strlen(c->only[i].key) };
	if (store_books_prices(s, &t->prices, &mode, e) < 0)
		return -1;
	while (hour < until) {
		int64_t begin = hour;

		while (hour < until && cell_has_hour(c, hour, when->offset_ms))
			hour++;
		f.from_ms = begin * HOUR_MS;
		f.until_ms = hour == running + 1 && when->past ? when->now_ms + 1 : hour * HOUR_MS;
		if (hour == begin)
			hour++;
		else if (store_each_bill(s, &f, add_bill, t, e) < 0)
			return -1;
	}
	return 0;
}

static bool is_asked(const Stores *from, size_t i, const CostCell *c)
{
	return from->s[i] && (!from->context || !c->context[0] || strcmp(from->context[i], c->context) == 0);
}

/* CloudWatch counts all calls together: it says nothing about the share of one tenant. */
static int cross_check(const Stores *from, const FiguresAsk *when, const CostCell *c, int64_t booked, Buf *out, Err *e)
{
	int64_t theirs = 0, until_ms = c->until_hour * HOUR_MS < when->now_ms ? c->until_hour * HOUR_MS : when->now_ms / 60000 * 60000;
	bool any = false;

	for (size_t i = 0; i < from->n; i++)
		if (is_asked(from, i, c) && counted_tokens(from->s[i], c->from_hour * HOUR_MS, until_ms, &theirs, &any, e) < 0)
			return -1;
	if (!any || theirs <= 0) {
		(void)buf_puts(out, "cross-check  CloudWatch has no token counts of these hours here\n");
		return 0;
	}
	(void)buf_puts(out, "cross-check  CloudWatch counted ");
	put_number(out, theirs, 0);
	(void)buf_puts(out, " tokens, booked are ");
	put_number(out, booked, 0);
	(void)buf_printf(out, ": seen %lld %%\n", (long long)mul_div(booked, 100, theirs));
	return 0;
}

static int write_how(const Stores *from, const FiguresAsk *when, const CostCell *c, const Ingredients *g, int64_t total, Buf *out, Err *e)
{
	int32_t off = when->prices ? price_discount(when->prices, when->now_ms) : 0;

	ingredients_write(g, when, total, out);
	if (!c->only[0].dim && !c->slot && c->until_hour && cross_check(from, when, c, tokens_total(&g->tokens), out, e) < 0)
		return -1;
	if (c->only[0].dim || c->slot)
		(void)buf_puts(out, "cross-check  CloudWatch counts all calls together: see the whole hour\n");
	(void)buf_printf(out, "discount     %s\n", off ? "of the contract, in the lines above" : "none in force");
	return 0;
}

int explain_cell(const Stores *from, const FiguresAsk *when, const CostCell *c, Explained *out, Err *e)
{
	Ingredients *g = xcalloc(1, sizeof *g);
	Arena a = { 0 };
	WhyModels m;
	CellWhy y;
	int rc = cell_why(from, when, c, &a, &y, &m, e);

	for (size_t i = 0; i < from->n && rc == 0; i++) {
		Gathering t = { g, NULL, &a };

		rc = is_asked(from, i, c) ? gather_store(from->s[i], when, c, &t, e) : 0;
	}
	if (rc == 0) {
		/* What came in between the two readings is in the calls. */
		out->nusd = g->beyond ? m.now.nusd : g->nusd;
		why_write(&y, &m, NULL, &out->why);
		rc = write_how(from, when, c, g, out->nusd, &out->how, e);
	}
	arena_done(&a);
	free(g);
	return rc;
}

/* --- a job --- */

/* Of one job, in thousandths, from what all jobs of some hours usually are together. */
static BridgeSums one_of(const Sums *s, int64_t jobs)
{
	const int64_t of = jobs > 0 ? jobs : 1;

	return (BridgeSums){ mul_div(s->nusd, 1000, of), mul_div(s->jobs, 1000, of), mul_div(s->retries, 1000, of), mul_div(s->cache_hits, 1000, of),
	                     { mul_div(s->tok.input, 1000, of), mul_div(s->tok.output, 1000, of), mul_div(s->tok.cache_read, 1000, of),
	                       mul_div(s->tok.cache_write_5m, 1000, of), mul_div(s->tok.cache_write_1h, 1000, of) } };
}

static BridgeSums the_job(const JobRow *r)
{
	return (BridgeSums){ .nusd = r->nusd, .jobs = 1, .retries = r->job.retries, .cache_hits = r->job.cache_hit == TRI_YES, .tok = r->job.tokens };
}

static Sums sums_of_job(const JobRow *r)
{
	return (Sums){ .nusd = r->nusd, .jobs = 1, .retries = r->job.retries, .cache_hits = r->job.cache_hit == TRI_YES,
	               .cache_known = r->job.cache_hit != TRI_UNKNOWN, .tok = r->job.tokens };
}

/* The job's models and the usual ones of its agent's version, each once. */
static int job_why(const Stores *one, const FiguresAsk *when, const JobRow *r, int64_t booked_ms, Arena *a, CellWhy *y, WhyModels *m, Err *e)
{
	CostCell c = { .from_hour = floor_div(booked_ms, HOUR_MS), .until_hour = floor_div(booked_ms, HOUR_MS) + 1 };
	Compared *found;
	size_t n;
	bool own = false;

	(void)cell_narrow(&c, DIM_VERSION, arena_printf(a, "%.*s@%.*s", STR_ARG(r->job.agent), STR_ARG(r->job.version)).p);
	*y = (CellWhy){ .unpriced = r->unpriced };
	if (compare_read(one, when, &c, DIM_MODEL, a, &found, &n, &y->against, e) < 0)
		return -1;
	*m = (WhyModels){ .part = ARENA_ARRAY(a, BridgePart, n + 1), .model = ARENA_ARRAY(a, Str, n + 1), .now = sums_of_job(r) };
	for (size_t i = 0; i < n; i++)
		sums_add(&m->base, &found[i].base);
	for (size_t i = 0; i < n; i++) {
		bool is = !own && str_eq(found[i].key, r->job.model);

		m->part[m->n] = (BridgePart){ .base = one_of(&found[i].base, m->base.jobs), .now = is ? the_job(r) : (BridgeSums){ 0 } };
		m->model[m->n++] = found[i].key;
		own |= is;
	}
	if (!own) {
		m->part[m->n] = (BridgePart){ .now = the_job(r) };
		m->model[m->n++] = r->job.model;
	}
	for (size_t i = 0; i < m->n; i++)
		cell_weights(&m->part[i], when->prices, m->model[i], c.from_hour);
	y->against.known &= m->base.jobs > 0;
	bridge_explain(m->part, m->n, &y->bridge);
	return 0;
}

static int write_job(const Stores *one, const FiguresAsk *when, const JobRow *r, const Bill *b, Arena *a, Explained *out, Err *e)
{
	Ingredients *g = xcalloc(1, sizeof *g);
	const PriceTable *prices;
	LedgerMode mode;
	WhyModels m;
	CellWhy y;
	int rc = -1;

	if (store_books_prices(one->s[0], &prices, &mode, e) < 0 || job_why(one, when, r, b->booked_ms, a, &y, &m, e) < 0)
		goto out;
	ingredients_add(g, b, prices, a);
	out->nusd = b->nusd;
	(void)buf_puts(&out->why, "agent@version         ");
	put_text(&out->why, arena_printf(a, "%.*s@%.*s", STR_ARG(r->job.agent), STR_ARG(r->job.version)), 50);
	(void)buf_puts(&out->why, "\n");
	why_write(&y, &m, "job", &out->why);
	ingredients_write(g, when, b->nusd, &out->how);
	rc = 0;
out:
	free(g);
	return rc;
}

int explain_job(const Stores *from, const FiguresAsk *when, Str id, Explained *out, bool *found, Err *e)
{
	Arena a = { 0 };
	int rc = 0;

	*found = false;
	for (size_t i = 0; i < from->n && rc == 0 && !*found; i++) {
		Stores one = { &from->s[i], from->context ? &from->context[i] : NULL, 1 };
		JobRow row;
		Bill b;

		if (!from->s[i] || (rc = store_job(from->s[i], id, &a, &row, found, e)) < 0 || !*found ||
		    (rc = store_bill(from->s[i], id, &a, &b, found, e)) < 0 || !*found)
			continue;
		rc = write_job(&one, when, &row, &b, &a, out, e);
	}
	arena_done(&a);
	return rc;
}
