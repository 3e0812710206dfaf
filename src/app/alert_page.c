/* An alert in words: what it says, since when, what was changed before, what to do. */
#include "app/app_impl.h"
#include "app/ask_alerts.h"

#include <stdio.h>
#include <string.h>

#include "conf/watched.h"
#include "model/change.h"
#include "wire/time8601.h"

static void put(Buf *b, const char *label, const char *text)
{
	if (*text)
		(void)buf_printf(b, "%-14s %s\n", label, text);
}

static void put_time(Buf *b, const char *label, int64_t ms, const App *a)
{
	CivilTime t = time_civil(ms + a->world.offset_ms);

	if (ms)
		(void)buf_printf(b, "%-14s %04d-%02d-%02d %02d:%02d:%02d\n", label, t.year, t.month, t.day, t.hour, t.minute, t.second);
}

static void put_value(Buf *b, const char *label, const AlertCell *c, int64_t v)
{
	if (v == ALERT_NONE)
		return;
	(void)buf_printf(b, "%-14s ", label);
	watched_value(b, (AlertMetric)c->metric, v);
	(void)buf_putc(b, '\n');
}

static const AlertRule *rule_of(const App *a, const char *id)
{
	for (size_t i = 0; i < a->shared.conf.alert_count; i++)
		if (str_is(a->shared.conf.alert[i].id, id))
			return &a->shared.conf.alert[i];
	return NULL;
}

static void put_rule(Buf *b, const App *a, const AlertCell *c)
{
	const AlertRule *r = c->cloudwatch ? NULL : rule_of(a, c->rule);

	if (strcmp(c->rule, NOT_WATCHED) == 0)
		put(b, "rule", "nobody watches budgets and rules: no console and no collector is running on this snapshot");
	if (!r)
		return;
	if (r->help.n)
		put(b, "", r->help.p);
	(void)buf_printf(b, "%-14s ", "rule");
	watched_rule(b, r);
	(void)buf_printf(b, "\n\n");
	for (size_t i = 0; i < r->steps; i++)
		(void)buf_printf(b, "%-14s %zu. %.*s\n", i ? "" : "what to do", i + 1, STR_ARG(r->step[i]));
}

static void put_changes(Buf *b, const App *a, const AlertCell *c)
{
	(void)buf_puts(b, c->changes ? "\nchanged before it began, the nearest first\n" : "\nnothing was changed in the 24 h before it began\n");
	for (int i = 0; i < c->changes; i++) {
		const ChangeCell *x = &c->change[i];
		CivilTime t = time_civil(x->time_ms + a->world.offset_ms);
		Str who = change_actor(str_of(x->by));
		int64_t minutes = (c->since_ms - x->time_ms) / 60000;

		(void)buf_printf(b, "  %02d:%02d  %4lld min before  %s %s  %s %s %s  %.*s (%s)\n", t.hour, t.minute, (long long)(minutes > 0 ? minutes : 0),
		                 change_kind_name((ChangeKind)x->kind), x->object, x->from,
		                 *x->from || *x->to ? ">" : "changed", x->to,
		                 STR_ARG(who.n ? who : STR("by an unknown hand")), change_source_name((ChangeSource)x->source));
	}
}

void app_describe_alert(App *a, const AlertCell *c)
{
	char title[FIG_KEY + 40];
	Buf b = { 0 };

	put(&b, "alert", c->rule);
	put(&b, "of", c->key);
	put(&b, "context", c->context);
	put(&b, "source", c->cloudwatch ? "CloudWatch" : "local");
	put(&b, "state", c->unknown && c->state == ALERT_OK ? "insufficient data" : alert_state_name((AlertState)c->state));
	if (!c->cloudwatch)
		put(&b, "severity", alert_severity_names[c->severity]);
	put_time(&b, c->state == ALERT_OK ? "over since" : "since", c->since_ms, a);
	put_value(&b, "value", c, c->value);
	put_value(&b, "limit", c, c->threshold);
	put_value(&b, "usual", c, c->baseline);
	if (c->count > 0)
		(void)buf_printf(&b, "%-14s %lld\n", "samples", (long long)c->count);
	if (c->missing)
		put(&b, "", "no data now: this is how it was");
	put(&b, "agent", c->agent);
	put(&b, "version", c->version);
	put(&b, "because", c->fact);
	if (c->said_ms) {
		put(&b, c->state == ALERT_SILENCED ? "silenced by" : "acknowledged by", c->by);
		put(&b, "reason", c->reason);
		put_time(&b, c->state == ALERT_SILENCED ? "until" : "at", c->state == ALERT_SILENCED ? c->until_ms : c->said_ms, a);
	}
	if (c->state != ALERT_OK && strcmp(c->rule, NOT_WATCHED) != 0)
		put_changes(&b, a, c);
	(void)buf_putc(&b, '\n');
	put_rule(&b, a, c);
	(void)snprintf(title, sizeof title, "Alert %.60s%s%.60s", c->rule, *c->key ? " " : "", c->key);
	page_show(a, title, buf_str(&b));
	buf_done(&b);
}
