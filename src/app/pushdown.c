#include "app/pushdown.h"

#include <stdio.h>
#include <string.h>

#include "wire/time8601.h"

enum { CENT_SCALE = 7, KEYS_MAX = 3 };   /* 1 cent = 10^7 nUSD */

/* What the lines call it, and where it goes. */
typedef struct PushKey { const char *name; size_t at; } PushKey;

static const PushKey keys[PUSH_KINDS][KEYS_MAX] = {
	[PUSH_WHO] = { { "tenant_id", offsetof(PushGroup, tenant) }, { "persona_type", offsetof(PushGroup, persona) },
	               { "model_id", offsetof(PushGroup, model) } },
	[PUSH_WHAT] = { { "agent_id", offsetof(PushGroup, agent) }, { "agent_version", offsetof(PushGroup, version) },
	                { "model_id", offsetof(PushGroup, model) } },
};

/* A sum of the answer, and where it goes. */
typedef struct PushColumn { const char *name, *of; size_t at; } PushColumn;

static const PushColumn columns[] = {
	{ "n_calls", "count(*)", offsetof(Sums, jobs) },
	{ "n_input", "sum(token_usage.input)", offsetof(Sums, tok.input) },
	{ "n_output", "sum(token_usage.output)", offsetof(Sums, tok.output) },
	{ "n_read", "sum(token_usage.cache_read)", offsetof(Sums, tok.cache_read) },
	{ "n_write_5m", "sum(token_usage.cache_write_5m)", offsetof(Sums, tok.cache_write_5m) },
	{ "n_write_1h", "sum(token_usage.cache_write_1h)", offsetof(Sums, tok.cache_write_1h) },
};
/* No prompt was longer than these together. */
static const PushColumn longest[] = {
	{ "x_input", "max(token_usage.input)", 0 }, { "x_read", "max(token_usage.cache_read)", 0 },
	{ "x_write_5m", "max(token_usage.cache_write_5m)", 0 }, { "x_write_1h", "max(token_usage.cache_write_1h)", 0 },
};
enum { COLUMNS = sizeof columns / sizeof *columns, LONGEST = sizeof longest / sizeof *longest };

/* Lines without tokens are groups of their own: what they report is all there is of them. */
void pushdown_query(PushKind kind, Buf *out)
{
	(void)buf_puts(out, "fields ispresent(token_usage.input) as has_tokens | filter message = \"COST_TRACKING\" | stats ");
	for (int i = 0; i < COLUMNS; i++)
		(void)buf_printf(out, "%s as %s, ", columns[i].of, columns[i].name);
	for (int i = 0; i < LONGEST; i++)
		(void)buf_printf(out, "%s as %s, ", longest[i].of, longest[i].name);
	(void)buf_puts(out, "sum(cost_cents) as cents by bin(1h)");
	for (int i = 0; i < KEYS_MAX; i++)
		(void)buf_printf(out, ", %s", keys[kind][i].name);
	(void)buf_printf(out, ", service_tier, has_tokens | limit %d", PUSH_ROWS);
}

/* Empty when the row has no such column, as for a group whose lines lack it. */
static Str field_of(const LogsRow *row, const char *name)
{
	for (size_t i = 0; i < row->fields.n; i++)
		if (str_is(row->fields.v[i].name, name))
			return row->fields.v[i].value;
	return STR("");
}

/* "2026-03-14 15:00:00.000" */
static int hour_of(Str text, int64_t *hour, Err *e)
{
	char iso[32];
	int64_t ms;

	(void)snprintf(iso, sizeof iso, "%.*sZ", (int)(text.n < 30 ? text.n : 30), text.n ? text.p : "");
	if (text.n > 10)
		iso[10] = 'T';
	if (time_parse_iso(str_of(iso), &ms) < 0 || ms % 3600000)
		return err_set(e, "Logs Insights: column bin(1h) is no hour");
	*hour = ms / 3600000;
	return 0;
}

/* Sums of what no line of the group has are left out, or empty. */
static int count_of(const LogsRow *row, const char *name, int64_t *out, Err *e)
{
	Str text = field_of(row, name);

	*out = 0;
	if (text.n && (str_scaled(text, 0, out) < 0 || *out < 0))
		return err_set(e, "Logs Insights: column %s is no count", name);
	return 0;
}

static int sums_of(const LogsRow *row, Sums *s, int64_t *longest_prompt, Err *e)
{
	int64_t v;

	*longest_prompt = 0;
	for (int i = 0; i < COLUMNS; i++) {
		if (count_of(row, columns[i].name, &v, e) < 0)
			return -1;
		memcpy((char *)s + columns[i].at, &v, sizeof v);
	}
	for (int i = 0; i < LONGEST; i++) {
		if (count_of(row, longest[i].name, &v, e) < 0)
			return -1;
		*longest_prompt += v;
	}
	return s->jobs > 0 ? 0 : err_set(e, "Logs Insights: a group without calls");
}

static int price(const LogsRow *row, const PriceTable *prices, LedgerMode mode, int64_t longest_prompt, PushGroup *g, Err *e)
{
	PriceCall call = { .model = g->model, .tier = field_of(row, "service_tier"), .at_ms = g->hour * 3600000, .tok = g->s.tok };
	Str cents = field_of(row, "cents"), has = field_of(row, "has_tokens");
	bool tokens = tokens_total(&g->s.tok) > 0 || str_is(has, "1"), reports = !tokens || (mode == LEDGER_REPORTED && cents.n), exact = true;
	int64_t reported = 0, computed = 0;
	PriceWork w;

	if (cents.n && (str_scaled(cents, CENT_SCALE, &reported) < 0 || reported < 0))
		return err_set(e, "Logs Insights: column cents is no amount");
	if (tokens && price_amount_of(prices, &call, g->s.jobs, longest_prompt, &computed, &exact) != PRICE_OK)
		g->s.unpriced = g->s.jobs;
	/* Prices of whole nUSD have whole differences: where the amount is exact, what caches were worth is, too. */
	if (tokens && price_work_of(prices, &call, g->s.jobs, &w) == PRICE_OK)
		g->s.cache = caching_money(&w);
	g->s.nusd = reports ? reported : computed;
	g->s.booked = reports ? (cents.n ? g->s.jobs : 0) : g->s.unpriced ? 0 : g->s.jobs;
	/* Insights adds up in floating point. */
	g->approximate = reports ? cents.n && g->s.jobs > 1 : !exact;
	return 0;
}

int pushdown_row(PushKind kind, const LogsRow *row, const PriceTable *prices, LedgerMode mode, PushGroup *out, Err *e)
{
	int64_t longest_prompt;

	*out = (PushGroup){ 0 };
	for (int i = 0; i < KEYS_MAX; i++)
		*(Str *)((char *)out + keys[kind][i].at) = field_of(row, keys[kind][i].name);
	if (hour_of(field_of(row, "bin(1h)"), &out->hour, e) < 0 || sums_of(row, &out->s, &longest_prompt, e) < 0)
		return -1;
	return price(row, prices, mode, longest_prompt, out, e);
}
