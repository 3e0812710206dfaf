#include "model/ledger.h"

#include <assert.h>
#include <stdlib.h>

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

static int by_call(const void *x, const void *y)
{
	const LogLine *a = x, *b = y;
	int c = str_cmp(a->request_id, b->request_id);

	if (c)
		return c;
	if (a->event_ms != b->event_ms)
		return a->event_ms < b->event_ms ? -1 : 1;
	return str_cmp(a->event_id, b->event_id);
}

static bool same_writes(const Tokens *a, const Tokens *b)
{
	return add(a->cache_write_5m, a->cache_write_1h) == add(b->cache_write_5m, b->cache_write_1h);
}

/* A run of lines of one request id, the earliest first. */
static LogLine one_call(const LogLine *v, size_t n)
{
	const LogLine *own = NULL, *logged = NULL;
	LogLine out;

	for (size_t i = 0; i < n; i++) {
		if (v[i].kind == LINE_INVOCATION && !logged)
			logged = &v[i];
		else if (v[i].kind != LINE_INVOCATION && !own)
			own = &v[i];
	}
	/* A record without tokens tells of a call that failed, and of nothing better than what is known. */
	if (!own || !logged || !logged->has_tokens)
		return own ? *own : *logged;
	out = *own;
	out.kind = LINE_INVOCATION;
	out.model = logged->model;
	out.has_tokens = logged->has_tokens;
	out.tokens = logged->tokens;
	/* The log's record may count cache writes as one. */
	if (own->has_tokens && !logged->tokens.cache_write_1h && same_writes(&own->tokens, &logged->tokens)) {
		out.tokens.cache_write_5m = own->tokens.cache_write_5m;
		out.tokens.cache_write_1h = own->tokens.cache_write_1h;
	}
	return out;
}

size_t ledger_calls(LogLine *v, size_t n)
{
	size_t kept = 0;

	if (n > 1)
		qsort(v, n, sizeof *v, by_call);
	for (size_t i = 0, run; i < n; i += run) {
		for (run = 1; v[i].request_id.n && i + run < n && str_eq(v[i + run].request_id, v[i].request_id); run++)
			;
		v[kept++] = one_call(&v[i], run);
	}
	return kept;
}

void cost_lines_add(CostLines *c, const LogLine *line, const PriceTable *prices)
{
	PriceWork w;

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
	c->logged += line->kind == LINE_INVOCATION;
	if (line->has_tokens) {
		c->has_tokens = true;
		c->tokens = tokens_add(c->tokens, line->tokens);
		c->tiers |= 1u << price_tier_of(line->service_tier);
		if (price_work(prices, &(PriceCall){ line->model, line->service_tier, line->event_ms, line->tokens }, &w) == PRICE_OK) {
			CacheMoney m = caching_money(&w);

			caching_add(&c->cache, &m);
			c->priced++;
		} else {
			c->unpriced++;
		}
		c->priced_nusd = add(c->priced_nusd, w.nusd);
		if (!line->reported_nusd.known)
			c->unreported_nusd = add(c->unreported_nusd, w.nusd);
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
	out->cache = lines->cache;
	if (mode == LEDGER_REPORTED && lines->reported_nusd.known)
		set(out, COST_REPORTED, add(lines->reported_nusd.v, lines->unreported_nusd));
	else if (lines->priced)
		set(out, COST_COMPUTED, add(lines->priced_nusd, lines->tokenless_nusd));
	else if (lines->reported_nusd.known && (!lines->unpriced || lines->tokenless_nusd))
		set(out, COST_REPORTED, lines->tokenless_nusd);
}

/* The tier of a job's tokens; false: its lines name several. */
static bool tier_of(const Job *job, const CostLines *lines, Str *tier)
{
	unsigned said = lines ? lines->tiers : 0;

	*tier = job->service_tier;
	if (tier->n || !said)
		return true;
	for (int i = 0; i <= PRICE_TIERS; i++)
		if (said == 1u << i) {
			*tier = str_of(price_tier_name((PriceTier)i));
			return true;
		}
	return false;
}

/* What the tokens of out cost, and what caching them was worth. */
static bool price_job(const Job *job, const CostLines *lines, Str model, const PriceTable *prices, Booking *out, int64_t *nusd)
{
	PriceWork w;
	Str tier;

	if (tier_of(job, lines, &tier)) {
		if (price_work(prices, &(PriceCall){ model, tier, out->booked_ms, out->tokens }, &w) != PRICE_OK)
			return false;
		out->cache = caching_money(&w);
		*nusd = w.nusd;
		return true;
	}
	*nusd = lines->priced_nusd;
	if (job->has_tokens || lines->unpriced)
		return false;
	out->cache = lines->cache;
	return true;
}

/* What Bedrock counted of each of the job's calls. */
static bool all_logged(const CostLines *lines)
{
	return lines && lines->has_tokens && lines->logged == lines->n;
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
		if (all_logged(lines) || (!job->has_tokens && lines->has_tokens)) {
			out->has_tokens = true;
			out->tokens = lines->tokens;
		}
		if (!job->reported_nusd.known)
			out->reported_nusd = lines->reported_nusd;
		if (!model.n)
			model = lines->model;
	}
	if (all_logged(lines)) {
		nusd = lines->priced_nusd;
		out->unpriced = !(priced = !lines->unpriced);
		if (priced)
			out->cache = lines->cache;
	} else if (out->has_tokens) {
		priced = price_job(job, lines, model, prices, out, &nusd);
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
