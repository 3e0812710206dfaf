/* Rules and metrics in words: for docs/alerts.md, `seismo config alerts`, and whoever describes an alert. */
#include "conf/watched.h"

#include <inttypes.h>

#include "model/money.h"

static const char *const unit_names[] = { [UNIT_RATE] = "0 to 1", [UNIT_USD] = "USD", [UNIT_USD_HOUR] = "USD an hour", [UNIT_COUNT] = "number",
	[UNIT_SECONDS] = "seconds", [UNIT_MS] = "ms", [UNIT_PERCENT] = "%" };

/* As many decimals as there are, at most six. */
static void put_millionths(Buf *out, int64_t v)
{
	int64_t part = v % 1000000;
	int digits = 6;

	while (digits > 1 && part % 10 == 0) {
		part /= 10;
		digits--;
	}
	(void)buf_printf(out, "%" PRId64, v / 1000000);
	if (part)
		(void)buf_printf(out, ".%0*" PRId64, digits, part);
}

static void put_exact(Buf *out, AlertMetric m, int64_t v)
{
	const AlertUnit unit = metric_info(m)->unit;
	char money[MONEY_TEXT];

	if (unit == UNIT_USD || unit == UNIT_USD_HOUR) {
		money_screen(v, money);
		(void)buf_printf(out, "%s%s", money, unit == UNIT_USD_HOUR ? "/h" : "");
	} else if (unit == UNIT_RATE) {
		put_millionths(out, v < INT64_MAX / 100 ? v * 100 : INT64_MAX);
		(void)buf_puts(out, " %");
	} else {
		put_millionths(out, v);
		(void)buf_puts(out, unit == UNIT_SECONDS ? " s" : unit == UNIT_MS ? " ms" : "");
	}
}

/* Tenths at most, and none from a hundred on. */
static int64_t shortened(int64_t v)
{
	int64_t step = v >= INT64_C(100000000) ? 1000000 : 100000;

	return v < 0 || v > INT64_MAX - step ? v : (v + step / 2) / step * step;
}

void watched_value(Buf *out, AlertMetric m, int64_t v)
{
	const AlertUnit unit = metric_info(m)->unit;

	if (m == METRIC_P95)
		(void)buf_putc(out, '~');              /* from sketches */
	if (unit == UNIT_RATE)
		put_exact(out, m, v < 0 || v > INT64_MAX / 1000 ? v : shortened(v * 100) / 100);
	else
		put_exact(out, m, unit == UNIT_USD || unit == UNIT_USD_HOUR ? v : shortened(v));
}

static void put_span(Buf *out, int64_t ms)
{
	if (ms % 3600000 == 0 && ms)
		(void)buf_printf(out, "%" PRId64 "h", ms / 3600000);
	else if (ms % 60000 == 0 && ms)
		(void)buf_printf(out, "%" PRId64 "m", ms / 60000);
	else
		(void)buf_printf(out, "%" PRId64 "s", ms / 1000);
}

void watched_rule(Buf *out, const AlertRule *r)
{
	bool limit = r->below != ALERT_NONE || r->above != 0 || (r->ratio == ALERT_NONE && r->plus == ALERT_NONE);

	(void)buf_puts(out, metric_info(r->metric)->name);
	if (limit) {
		(void)buf_puts(out, r->below != ALERT_NONE ? " < " : " > ");
		put_exact(out, r->metric, r->below != ALERT_NONE ? r->below : r->above);
	}
	if (r->ratio != ALERT_NONE) {
		(void)buf_puts(out, limit ? " and > " : " > ");
		put_millionths(out, r->ratio);
		(void)buf_puts(out, " x usual");
	}
	if (r->plus != ALERT_NONE) {
		(void)buf_puts(out, limit || r->ratio != ALERT_NONE ? " and > usual + " : " > usual + ");
		put_exact(out, r->metric, r->plus);
	}
	(void)buf_puts(out, ", window ");
	put_span(out, r->window_ms);
	if (r->for_ms) {
		(void)buf_puts(out, ", for ");
		put_span(out, r->for_ms);
	}
	if (r->min_count > 1)
		(void)buf_printf(out, ", n >= %" PRId64, r->min_count);
}

static void put_metrics(Buf *out)
{
	(void)buf_puts(out, "## Metrics\n\n| metric | unit | by | usual | what |\n| --- | --- | --- | --- | --- |\n");
	for (int m = 0; m < METRICS; m++) {
		const MetricInfo *i = metric_info((AlertMetric)m);
		bool first = true;

		if (!i->by)
			continue;
		(void)buf_printf(out, "| `%s` | %s | ", i->name, unit_names[i->unit]);
		for (int b = 0; b < BYS; b++)
			if (i->by & BY_BIT(b)) {
				(void)buf_printf(out, "%s%s", first ? "" : ", ", alert_by_names[b]);
				first = false;
			}
		(void)buf_printf(out, " | %s | %s |\n", i->usual ? "yes" : "", i->help);
	}
}

void watched_reference(const AlertRule *rule, size_t n, Buf *out)
{
	(void)buf_puts(out, "## Rules\n\n| id | by | severity | fires when | what it means |\n| --- | --- | --- | --- | --- |\n");
	for (size_t i = 0; i < n; i++) {
		(void)buf_printf(out, "| `%.*s` | %s | %s | ", STR_ARG(rule[i].id), alert_by_names[rule[i].by],
		                 rule[i].off ? "off" : alert_severity_names[rule[i].severity]);
		watched_rule(out, &rule[i]);
		(void)buf_printf(out, " | %.*s |\n", STR_ARG(rule[i].help));
	}
	(void)buf_putc(out, '\n');
	put_metrics(out);
}
