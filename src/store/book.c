#include "store/apply.h"

#include "model/sketch.h"
#include "store/sheets.h"

static int sum_lines(Store *s, const Call *c, const PriceTable *p, Arena *a, CostLines *sum, Err *e)
{
	LineQuery q = { .call = c->id, .line = c->line, .call_only = true };
	LogLine *v;
	size_t n;

	*sum = (CostLines){ 0 };
	if (!c->cost_lines)
		return 0;
	if (c->only) {
		cost_lines_add(sum, c->only, p);
		return 0;
	}
	if (held_flush(s, e) < 0 || line_list(s, &q, a, &v, &n, e) < 0)
		return -1;
	n = ledger_calls(v, n);
	for (size_t i = 0; i < n; i++)
		cost_lines_add(sum, &v[i], p);
	return 0;
}

/* The id of "agent@version" from the ids of both; 0 when neither has a name. */
int apply_version(Store *s, int64_t agent, int64_t version, int64_t *id, Err *e)
{
	Str texts[2];

	if ((*id = agent || version ? pairs_find(&s->versions, agent, version) : 0) >= 0)
		return 0;
	if (db_name_text(s, agent, &texts[0], e) < 0 || db_name_text(s, version, &texts[1], e) < 0)
		return -1;
	buf_reset(&s->scratch);
	if (buf_put_str(&s->scratch, texts[0]) < 0 || buf_putc(&s->scratch, '@') < 0 || buf_put_str(&s->scratch, texts[1]) < 0)
		return err_set(e, "an agent's name is too long to be kept");
	if (db_name_id(s, buf_str(&s->scratch), id, e) < 0)
		return -1;
	pairs_put(&s->versions, agent, version, *id);
	return 0;
}

/* The item's names, and for those that it lacks the first line's. */
static int set_keys(Store *s, Call *c, const CostLines *l, Err *e)
{
	const Str lines[OWN_NAMES] = { l->tenant, l->persona, l->agent, l->version, l->model };
	static const Dim dims[OWN_NAMES] = { DIM_TENANT, DIM_PERSONA, DIM_AGENT, DIM_VERSION, DIM_MODEL };

	for (int i = 0; i < OWN_NAMES; i++) {
		c->key[dims[i]] = c->own[i];
		if (c->own[i])
			continue;
		if (c->only)
			c->key[dims[i]] = c->only_name[i];
		else if (db_name_id(s, lines[i], &c->key[dims[i]], e) < 0)
			return -1;
	}
	return apply_version(s, c->key[DIM_AGENT], c->key[DIM_VERSION], &c->key[DIM_VERSION], e);
}

static void count_in(Cells *cells, const Place *p, const Sums *x, int sign, int bucket)
{
	Cell *cell = cells_at(cells, p);

	if (sign > 0)
		sums_add(&cell->s, x);
	else
		sums_sub(&cell->s, x);
	if (bucket >= 0)
		cells_latency(cells, cell, bucket, sign);
}

/* Latencies by the hour in which the call is booked, and over all by the minute in which it was heard of last: what ended now
 * counts now, however long ago it began. */
void apply_count(Store *s, const Call *c, int sign, const Sums *known)
{
	const int bucket = c->latency_ms.known ? sketch_bucket(c->latency_ms.v) : -1;
	static const Sums none;
	Sums x, rest;
	int64_t span_ms = 0, at = 0;

	call_sums(c, &x);
	rest = x;
	if (known)
		sums_sub(&rest, known);
	for (int r = 0; r < ROLLUPS; r++) {
		const RollupKind *k = rollup_kind((Rollup)r);
		Place p;

		/* Many have spans of one length. */
		if (k->span_ms != span_ms)
			at = sheets_at((Rollup)r, c->b.booked_ms);
		span_ms = k->span_ms;
		p = (Place){ r, at, { c->key[k->part[0]], c->key[k->part[1]], c->key[k->part[2]] } };
		if ((k->recent && p.at < s->recent_from) || (k->only_latency && bucket < 0))
			continue;
		count_in(&s->cells, &p, k->only_latency ? &none : r <= ROLLUP_MODEL ? &rest : &x, sign, k->latency ? bucket : -1);
	}
	if (bucket >= 0)
		cells_latency(&s->cells, cells_at(&s->cells, &(Place){ ROLLUP_MINUTE, sheets_at(ROLLUP_MINUTE, c->updated_ms), { 0 } }), bucket, sign);
}

int apply_book(Store *s, Call *c, const Call *before, const PriceTable *p, LedgerMode mode, Arena *a, int64_t *moved, Err *e)
{
	Job job = { .reported_nusd = c->own_reported, .started_ms = c->started_ms, .updated_ms = c->updated_ms };
	CostLines lines;

	if (sum_lines(s, c, p, a, &lines, e) < 0)
		return -1;
	detail_unpack(c->detail, &job);      /* the service tier is part of the price, and the item's own tokens stand there */
	if (c->own_tokens && !job.has_tokens)
		job.tokens = c->b.tokens;    /* a row of an older layout: what it is booked by are its own */
	job.has_tokens = c->own_tokens;
	if (db_name_text(s, c->own[OWN_MODEL], &job.model, e) < 0)
		return -1;
	ledger_book(c->kind == CALL_ITEM ? &job : NULL, &lines, p, mode, &c->b);
	c->caching = true;
	if (set_keys(s, c, &lines, e) < 0)
		return -1;
	c->uncounted = s->held.waits && !c->stored && !before;
	if (!c->uncounted)
		apply_count(s, c, 1, NULL);
	if (before && !before->uncounted)
		apply_count(s, before, -1, NULL);
	if (moved)
		*moved += c->b.nusd - (before ? before->b.nusd : 0);
	return 0;
}
