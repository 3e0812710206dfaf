#include "model/ledger.h"

#include <assert.h>

#include "base/num.h"

static const int64_t hour_ms = 3600000;

/* Unsigned, so that absurd input wraps instead of being undefined. */
static int64_t add(int64_t a, int64_t b)
{
	return (int64_t)((uint64_t)a + (uint64_t)b);
}

static bool comes_first(const CostLines *c, const LogLine *l)
{
	return !c->n || l->event_ms < c->first_ms ||
	       (l->event_ms == c->first_ms && str_cmp(l->event_id, c->first_event) < 0);
}

void cost_lines_add(CostLines *c, const LogLine *line, const PriceTable *prices)
{
	int64_t nusd = 0;

	if (comes_first(c, line)) {
		c->first_ms = line->event_ms;
		c->first_event = line->event_id;
		c->tenant = line->tenant;
		c->persona = line->persona;
		c->agent = line->agent;
		c->version = line->version;
		c->model = line->model;
	}
	c->n++;
	if (line->has_tokens) {
		c->has_tokens = true;
		c->tokens = tokens_add(c->tokens, line->tokens);
		if (price_amount(prices, line->model, line->event_ms, &line->tokens, &nusd) == PRICE_OK)
			c->priced++;
		else
			c->unpriced++;
		c->priced_nusd = add(c->priced_nusd, nusd);
		if (!line->reported_nusd.known)
			c->unreported_nusd = add(c->unreported_nusd, nusd);
	} else if (line->reported_nusd.known) {
		c->tokenless_nusd = add(c->tokenless_nusd, line->reported_nusd.v);
	}
	if (line->reported_nusd.known) {
		c->reported_nusd.known = true;
		c->reported_nusd.v = add(c->reported_nusd.v, line->reported_nusd.v);
	}
}

static void set(Booking *b, CostSource source, int64_t nusd)
{
	b->source = source;
	b->nusd = nusd;
}

static void book_lines(const CostLines *lines, LedgerMode mode, Booking *out)
{
	out->booked_ms = lines->first_ms;
	out->has_tokens = lines->has_tokens;
	out->tokens = lines->tokens;
	out->reported_nusd = lines->reported_nusd;
	out->unpriced = lines->unpriced > 0;
	if (mode == LEDGER_REPORTED && lines->reported_nusd.known)
		set(out, COST_REPORTED, add(lines->reported_nusd.v, lines->unreported_nusd));
	else if (lines->priced)
		set(out, COST_COMPUTED, add(lines->priced_nusd, lines->tokenless_nusd));
	else if (lines->reported_nusd.known && (!lines->unpriced || lines->tokenless_nusd))
		set(out, COST_REPORTED, lines->tokenless_nusd);
}

static void book_job(const Job *job, const CostLines *lines, const PriceTable *prices, LedgerMode mode, Booking *out)
{
	Str model = job->model;
	int64_t nusd = 0;
	bool priced = false;

	out->booked_ms = job->started_ms ? job->started_ms : job->updated_ms;
	out->has_tokens = job->has_tokens;
	out->tokens = job->tokens;
	out->reported_nusd = job->reported_nusd;
	if (lines) {
		if (!out->booked_ms)
			out->booked_ms = lines->first_ms;
		if (!job->has_tokens && lines->has_tokens) {
			out->has_tokens = true;
			out->tokens = lines->tokens;
		}
		if (!job->reported_nusd.known)
			out->reported_nusd = lines->reported_nusd;
		if (!model.n)
			model = lines->model;
	}
	if (out->has_tokens) {
		priced = price_amount(prices, model, out->booked_ms, &out->tokens, &nusd) == PRICE_OK;
		out->unpriced = !priced;
	}
	if (out->reported_nusd.known && (mode == LEDGER_REPORTED || !out->has_tokens))
		set(out, COST_REPORTED, out->reported_nusd.v);
	else if (priced)
		set(out, COST_COMPUTED, nusd);
}

void ledger_book(const Job *job, const CostLines *lines, const PriceTable *prices, LedgerMode mode, Booking *out)
{
	assert(job || lines);
	*out = (Booking){ .source = COST_NONE };
	if (lines && !lines->n)
		lines = NULL;
	if (job)
		book_job(job, lines, prices, mode, out);
	else if (lines)
		book_lines(lines, mode, out);
	if (!out->has_tokens)
		out->tokens = (Tokens){ 0 };
	out->hour = floor_div(out->booked_ms, hour_ms);
}
