#include "store/apply.h"

#include <string.h>

static const int64_t minute_ms = 60000;

static int sum_lines(Store *s, const Call *c, const PriceTable *p, Arena *a, CostLines *sum, Err *e)
{
	LineQuery q = { .call = c->id, .call_only = true };
	LogLine *v;
	size_t n;

	*sum = (CostLines){ 0 };
	if (!c->cost_lines)
		return 0;
	if (c->only) {
		cost_lines_add(sum, c->only, p);
		return 0;
	}
	if (line_list(s, &q, a, &v, &n, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		cost_lines_add(sum, &v[i], p);
	return 0;
}

/* The item's names, and for those that it lacks the first line's. */
static int set_keys(Store *s, Call *c, const CostLines *l, Err *e)
{
	const Str lines[OWN_NAMES] = { l->tenant, l->persona, l->agent, l->version, l->model };
	static const Dim dims[OWN_NAMES] = { DIM_TENANT, DIM_PERSONA, DIM_AGENT, DIM_VERSION, DIM_MODEL };
	Str agent, version;

	for (int i = 0; i < OWN_NAMES; i++) {
		c->key[dims[i]] = c->own[i];
		if (!c->own[i] && db_name_id(s, lines[i], &c->key[dims[i]], e) < 0)
			return -1;
	}
	if (db_name_text(s, c->key[DIM_AGENT], &agent, e) < 0 || db_name_text(s, c->key[DIM_VERSION], &version, e) < 0)
		return -1;
	if (!agent.n && !version.n)
		return 0;
	buf_reset(&s->scratch);
	if (buf_put_str(&s->scratch, agent) < 0 || buf_putc(&s->scratch, '@') < 0 || buf_put_str(&s->scratch, version) < 0)
		return err_set(e, "an agent's name is too long to be kept");
	return db_name_id(s, buf_str(&s->scratch), &c->key[DIM_VERSION], e);
}

static void add_cells(Store *s, const Call *c, const Sums *add, const Sums *minus)
{
	int64_t minute = c->b.booked_ms / minute_ms - (c->b.booked_ms % minute_ms < 0);

	for (int d = DIM_ALL; d < DIMS; d++)
		sums_move(cells_at(&s->cells, d, c->key[d], c->b.hour), add, minus);
	sums_move(cells_at(&s->cells, CELL_MINUTE, 0, minute), add, minus);
}

int apply_book(Store *s, Call *c, const Call *before, const PriceTable *p, LedgerMode mode, Arena *a, int64_t *moved, Err *e)
{
	static const Sums zero;
	Job job = { .has_tokens = c->own_tokens, .reported_nusd = c->own_reported, .started_ms = c->started_ms, .updated_ms = c->updated_ms };
	CostLines lines;
	Sums now, was;

	if (sum_lines(s, c, p, a, &lines, e) < 0)
		return -1;
	if (c->own_tokens)
		job.tokens = c->b.tokens;
	if (db_name_text(s, c->own[OWN_MODEL], &job.model, e) < 0)
		return -1;
	ledger_book(c->kind == CALL_ITEM ? &job : NULL, &lines, p, mode, &c->b);
	if (set_keys(s, c, &lines, e) < 0)
		return -1;
	call_sums(c, &now);
	add_cells(s, c, &now, &zero);
	if (before) {
		call_sums(before, &was);
		add_cells(s, before, &zero, &was);
	}
	if (moved)
		*moved += c->b.nusd - (before ? before->b.nusd : 0);
	return 0;
}

static int write_cell(Store *s, const Cell *c, Err *e)
{
#define ADDED \
	" DO UPDATE SET nusd = nusd + excluded.nusd, jobs = jobs + excluded.jobs, failed = failed + excluded.failed," \
	"unpriced = unpriced + excluded.unpriced, cache_hits = cache_hits + excluded.cache_hits," \
	"cache_known = cache_known + excluded.cache_known, retries = retries + excluded.retries," \
	"latency_ms_sum = latency_ms_sum + excluded.latency_ms_sum, latency_n = latency_n + excluded.latency_n," \
	"input = input + excluded.input, output = output + excluded.output, cache_read = cache_read + excluded.cache_read," \
	"cache_write_5m = cache_write_5m + excluded.cache_write_5m, cache_write_1h = cache_write_1h + excluded.cache_write_1h"
	static const char hour[] =
		"INSERT INTO hourly VALUES(?15, ?16, ?17, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14) "
		"ON CONFLICT(dim, hour, key)" ADDED;
	static const char minute[] =
		"INSERT INTO minutely VALUES(?16, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14) "
		"ON CONFLICT(minute)" ADDED;
	sqlite3_stmt *st = db_stmt(s, c->dim == CELL_MINUTE ? minute : hour, e);

	if (!st)
		return -1;
	for (int i = 0; i < SUM_FIELDS; i++)
		sqlite3_bind_int64(st, 1 + i, sums_field(&c->s, i));
	sqlite3_bind_int64(st, 16, c->at);
	if (c->dim != CELL_MINUTE) {
		sqlite3_bind_int64(st, 15, c->dim);
		sqlite3_bind_int64(st, 17, c->key);
	}
	return db_done(s, st, "cannot keep totals", e);
}

int apply_flush(Store *s, Err *e)
{
	cells_sort(&s->cells);
	for (size_t i = 0; i < s->cells.n; i++)
		if (!sums_zero(&s->cells.v[i].s) && write_cell(s, &s->cells.v[i], e) < 0)
			return -1;
	cells_reset(&s->cells);
	return 0;
}
