#include "app/alert_views.h"

#include <stdlib.h>

#include "app/alert_fact.h"

bool alert_is_open(const AlertView *v)
{
	return v->state == ALERT_FIRING || v->state == ALERT_ACKNOWLEDGED || v->state == ALERT_SILENCED;
}

int watch_view(Store *s, int64_t now_ms, Arena *a, WatchView *out, Err *e)
{
	bool held, lately;

	*out = (WatchView){ .run.note = STR("") };
	if (lease_look(s, LEASE_WATCHER, NULL, lease_now(), &out->who, e) < 0 || watch_run_get(s, a, &out->run, e) < 0)
		return -1;
	held = out->who.state == LEASE_OTHER || out->who.state == LEASE_MINE;
	lately = now_ms - out->run.at_ms < WATCH_STALE_MS || now_ms - out->who.since_ms < WATCH_STALE_MS;
	out->watched = held && lately;
	return 0;
}

static AlertView nobody(const WatchView *who)
{
	return (AlertView){
		.r = { .rule = STR(NOT_WATCHED), .key = STR(""), .st = { .phase = PHASE_FIRING, .since_ms = who->run.at_ms }, .metric = METRIC_UNPRICED,
		       .severity = SEVERITY_WARNING, .value = ALERT_NONE, .threshold = ALERT_NONE, .baseline = ALERT_NONE, .agent = STR(""),
		       .version = STR(""), .acked = { 0 }, .silenced = { 0 } },
		.state = ALERT_FIRING, .fact = STR(""),
	};
}

static int alarm_view(Store *s, const AlarmRow *m, int64_t now_ms, Arena *a, AlertView *out, Err *e)
{
	bool alarm = str_is(m->state, "ALARM");

	*out = (AlertView){
		.r = { .rule = m->name, .key = STR(""), .st = { .phase = alarm ? PHASE_FIRING : PHASE_OK, .since_ms = m->since_ms },
		       .metric = METRIC_UNPRICED, .severity = SEVERITY_WARNING, .value = ALERT_NONE, .threshold = ALERT_NONE,
		       .baseline = ALERT_NONE, .agent = STR(""), .version = STR(""), .episode = m->since_ms },
		.cloudwatch = true, .unknown = !alarm && !str_is(m->state, "OK"), .fact = m->reason, .has_threshold = m->has_threshold,
		.threshold = m->threshold,
	};
	if (alerts_said(s, STR(ALARM_RULE), m->name, m->since_ms, a, &out->r.acked, &out->r.silenced, e) < 0)
		return -1;
	out->state = alert_row_state(&out->r, now_ms);
	return 0;
}

int alert_view_order(const AlertView *a, const AlertView *b)
{
	return alert_row_order(&a->r, a->state, &b->r, b->state);
}

static int by_order(const void *x, const void *y)
{
	return alert_view_order(x, y);
}

int alert_views(Store *s, int64_t now_ms, Arena *a, AlertView **out, size_t *n, WatchView *who, Err *e)
{
	AlertRow *row;
	AlarmRow *alarm;
	size_t rows, alarms;
	AlertFacts facts = { .s = s, .a = a, .now_ms = now_ms };

	*n = 0;
	if (watch_view(s, now_ms, a, who, e) < 0 || alerts_list(s, now_ms, a, &row, &rows, e) < 0 || store_alarms(s, a, &alarm, &alarms, e) < 0)
		return -1;
	*out = ARENA_ARRAY(a, AlertView, rows + alarms + 1);
	for (size_t i = 0; i < rows; i++) {
		AlertView *v = &(*out)[(*n)++];

		*v = (AlertView){ .r = row[i], .state = alert_row_state(&row[i], now_ms) };
		if (alert_fact(&facts, &row[i], &v->fact, e) < 0)
			return -1;
	}
	for (size_t i = 0; i < alarms; i++)
		if (alarm_view(s, &alarm[i], now_ms, a, &(*out)[(*n)++], e) < 0)
			return -1;
	if (!who->watched)
		(*out)[(*n)++] = nobody(who);
	if (*n)
		qsort(*out, *n, sizeof **out, by_order);
	return 0;
}
