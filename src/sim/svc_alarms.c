/* CloudWatch's alarms: a few that watch the fleet, composite ones above them, and what clients put.
 * Source: Amazon CloudWatch API Reference, "DescribeAlarms", "PutMetricAlarm". */
#include "sim/serve.h"

#include <stdlib.h>

#include "sim/alarm.h"
#include "sim/fleet_tables.h"
#include "sim/metric_query.h"
#include "sim/paging.h"

enum { ALARMS_MAX = 500, PAGE = 50, PAGE_MAX = 100, SEEDS = 4, COMPOSITES = 2 };

/* Of the fleet; `any`: the alarms that a composite one looks at. */
static const struct { const char *name, *about, *ns, *metric, *stat, *comparison; uint8_t model; int64_t period_s, periods; double threshold; }
seeds[SEEDS] = {
	{ "fleet-cost-input", "A call to Sonnet is longer than it should be", METRIC_BEDROCK, "InputTokenCount", "Average", "GreaterThanThreshold",
	  0, 300, 1, 20000 },
	{ "fleet-queue", "Jobs wait", "Fleet", "QueueDepth", "Maximum", "GreaterThanThreshold", FLEET_MODELS, 60, 3, 100 },
	{ "fleet-server-errors", "Nova Pro fails", METRIC_BEDROCK, "InvocationServerErrors", "Average", "GreaterThanThreshold", 2, 900, 1, 0.1 },
	{ "fleet-throttles", "Nova Pro is throttled", METRIC_BEDROCK, "InvocationThrottles", "Sum", "GreaterThanOrEqualToThreshold", 2, 300, 1, 3 },
};
static const struct { const char *name, *about, *rule; uint8_t any[2]; } composites[COMPOSITES] = {
	{ "fleet-expensive", "Cost or queue", "ALARM(\"fleet-cost-input\") OR ALARM(\"fleet-queue\")", { 0, 1 } },
	{ "fleet-unhealthy", "Errors or throttling", "ALARM(\"fleet-server-errors\") OR ALARM(\"fleet-throttles\")", { 2, 3 } },
};

typedef struct Put { CwPutAlarmIn in; int64_t made_ms; } Put;
typedef struct Alarms { Put *put; size_t n; bool ready; } Alarms;
/* One of either kind, in the order of names. */
typedef struct Listed { Str name; const Put *put; size_t composite; AlarmView view; } Listed;

const SimTable sim_alarms;

static int invalid(SimCall *c, const char *code, const char *text)
{
	sim_fail(c, 400, code, text);
	return -1;
}

static void seed(SimCall *c, size_t i, Put *out)
{
	Arena *keep = sim_keep(c->sim);
	CwPutAlarmIn *in = &out->in;

	*in = (CwPutAlarmIn){ .name = str_of(seeds[i].name), .description = str_of(seeds[i].about), .ns = str_of(seeds[i].ns),
	                      .metric = str_of(seeds[i].metric), .statistic = str_of(seeds[i].stat), .comparison = str_of(seeds[i].comparison),
	                      .period_s = seeds[i].period_s, .periods = seeds[i].periods, .threshold = { seeds[i].threshold, true },
	                      .enabled = { true, true } };
	out->made_ms = fleet_first_hour(sim_fleet(c->sim)) * 3600000 + INT64_C(86400000);
	/* A minute without calls has no errors; a queue that nobody reports is not known. */
	in->missing = seeds[i].model < FLEET_MODELS ? STR("notBreaching") : STR("missing");
	if (seeds[i].model == FLEET_MODELS)
		return;
	in->dims.v = ARENA_ARRAY(keep, CwDimension, 1);
	in->dims.v[in->dims.n++] = (CwDimension){ STR("ModelId"), str_of(fleet_models[seeds[i].model].id) };
}

static Alarms *alarms_of(SimCall *c)
{
	Alarms *all = sim_slot(c->sim, &sim_alarms, sizeof(Alarms));

	if (all->ready)
		return all;
	all->ready = true;
	all->put = ARENA_ARRAY(sim_keep(c->sim), Put, ALARMS_MAX);
	for (; all->n < SEEDS; all->n++)
		seed(c, all->n, &all->put[all->n]);
	return all;
}

/* --- DescribeAlarms */

static AlarmView composite_view(SimCall *c, const Alarms *all, size_t i)
{
	AlarmView out = { .state = ALARM_OK };

	for (size_t k = 0; k < 2; k++) {
		const Put *p = &all->put[composites[i].any[k]];
		AlarmView child = alarm_view(c, &p->in, p->made_ms);

		if (child.state == ALARM_FIRING && out.state != ALARM_FIRING) {
			out.state = ALARM_FIRING;
			out.changed_ms = child.changed_ms;
			out.reason = arena_printf(c->arena, "%.*s changed to ALARM", STR_ARG(p->in.name));
		} else if (child.changed_ms > out.changed_ms && out.state != ALARM_FIRING) {
			out.changed_ms = child.changed_ms;
		}
	}
	if (out.state == ALARM_OK)
		out.reason = STR("No alarm of the rule is in ALARM");
	return out;
}

static bool has(const Str *list, size_t n, Str s)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(list[i], s))
			return true;
	return false;
}

static bool listed(const CwAlarmsIn *in, const Listed *l)
{
	Str type = l->put ? STR("MetricAlarm") : STR("CompositeAlarm");

	if (in->types.n ? !has(in->types.v, in->types.n, type) : l->put == NULL)
		return false;      /* only metric alarms, unless others are asked for */
	return (!in->names.n || has(in->names.v, in->names.n, l->name)) && (!in->prefix.n || str_starts(l->name, in->prefix));
}

static int by_name(const void *pa, const void *pb)
{
	const Listed *a = pa, *b = pb;

	return str_cmp(a->name, b->name);
}

static size_t list(SimCall *c, const CwAlarmsIn *in, Listed *out)
{
	const Alarms *all = alarms_of(c);
	size_t n = 0;

	for (size_t i = 0; i < all->n + COMPOSITES; i++) {
		Listed one = { .put = i < all->n ? &all->put[i] : NULL, .composite = i < all->n ? 0 : i - all->n };

		one.name = one.put ? one.put->in.name : str_of(composites[one.composite].name);
		if (!listed(in, &one))
			continue;
		one.view = one.put ? alarm_view(c, &one.put->in, one.put->made_ms) : composite_view(c, all, one.composite);
		if (!in->state.n || str_is(in->state, alarm_state_names[one.view.state]))
			out[n++] = one;
	}
	qsort(out, n, sizeof *out, by_name);
	return n;
}

static Str alarm_arn(SimCall *c, Str name)
{
	return arena_printf(c->arena, "arn:aws:cloudwatch:%.*s:%.*s:alarm:%.*s", STR_ARG(c->region), STR_ARG(c->who.account), STR_ARG(name));
}

static void put_metric(SimCall *c, const Listed *l, CwAlarm *out)
{
	const CwPutAlarmIn *in = &l->put->in;

	*out = (CwAlarm){ .name = in->name, .arn = alarm_arn(c, in->name), .description = in->description, .actions = { true, true },
	                  .state = str_of(alarm_state_names[l->view.state]), .reason = l->view.reason, .changed_ms = l->view.changed_ms,
	                  .since_ms = l->view.changed_ms, .metric = in->metric, .ns = in->ns, .statistic = in->statistic,
	                  .period_s = in->period_s, .periods = in->periods, .points = in->points, .threshold = in->threshold,
	                  .comparison = in->comparison, .missing = in->missing };
	if (in->enabled.has)
		out->actions = in->enabled;
	out->dims.v = in->dims.v;
	out->dims.n = in->dims.n;
	out->alarm_actions.v = in->actions.v;
	out->alarm_actions.n = in->actions.n;
	out->ok_actions.v = in->ok_actions.v;
	out->ok_actions.n = in->ok_actions.n;
}

static void put_composite(SimCall *c, const Listed *l, CwComposite *out)
{
	*out = (CwComposite){ .name = l->name, .arn = alarm_arn(c, l->name), .description = str_of(composites[l->composite].about),
	                      .state = str_of(alarm_state_names[l->view.state]), .reason = l->view.reason, .changed_ms = l->view.changed_ms,
	                      .since_ms = l->view.changed_ms, .rule = str_of(composites[l->composite].rule), .actions = { true, true } };
}

static const char *refusal(SimCall *c, const CwAlarmsIn *in)
{
	static const char *const unserved[] = { "ChildrenOfAlarmName", "ParentsOfAlarmName", "ActionPrefix" };

	for (size_t i = 0; i < sizeof unserved / sizeof unserved[0]; i++)
		if (jv_has(c->body, unserved[i]))
			return arena_printf(c->arena, "%s is not served by the simulated region.", unserved[i]).p;
	if (in->names.n && in->prefix.n)
		return "AlarmNames and AlarmNamePrefix cannot be given together.";
	if (in->names.n > PAGE_MAX || in->limit < 0 || in->limit > PAGE_MAX)
		return "At most 100 AlarmNames and MaxRecords are allowed.";
	for (size_t i = 0; i < in->types.n; i++)
		if (!str_is(in->types.v[i], "MetricAlarm") && !str_is(in->types.v[i], "CompositeAlarm"))
			return "AlarmTypes must be MetricAlarm or CompositeAlarm.";
	if (in->state.n && !str_is(in->state, "OK") && !str_is(in->state, "ALARM") && !str_is(in->state, "INSUFFICIENT_DATA"))
		return "StateValue must be OK, ALARM or INSUFFICIENT_DATA.";
	return NULL;
}

static int describe(SimCall *c, const void *input, void *output)
{
	const CwAlarmsIn *in = input;
	uint64_t salt = str_hash(in->prefix) ^ str_hash(in->state) * 3 ^ in->types.n * 5 ^ in->names.n * 7;
	Listed *all;
	CwAlarms *out = output;
	Page page;
	size_t n;

	if (refusal(c, in))
		return invalid(c, "ValidationError", refusal(c, in));
	all = ARENA_ARRAY(c->arena, Listed, ALARMS_MAX + COMPOSITES);
	n = list(c, in, all);
	if (page_open(in->next_token, salt, n, in->limit, in->limit ? PAGE_MAX : PAGE, &page) < 0)
		return invalid(c, "InvalidNextToken", "The value for parameter NextToken is invalid.");
	out->metric.v = ARENA_ARRAY(c->arena, CwAlarm, page.to - page.from + 1);
	out->composite.v = ARENA_ARRAY(c->arena, CwComposite, page.to - page.from + 1);
	for (size_t i = page.from; i < page.to; i++)
		if (all[i].put)
			put_metric(c, &all[i], &out->metric.v[out->metric.n++]);
		else
			put_composite(c, &all[i], &out->composite.v[out->composite.n++]);
	out->next_token = page_token(c, salt, n, &page);
	return 0;
}

/* --- PutMetricAlarm */

static Str kept(Arena *keep, Str s)
{
	return s.n ? arena_str(keep, s) : STR("");
}

static void copy_texts(Arena *keep, const Str *from, size_t n, Str **to)
{
	*to = ARENA_ARRAY(keep, Str, n + 1);
	for (size_t i = 0; i < n; i++)
		(*to)[i] = kept(keep, from[i]);
}

/* Into the region's own memory. */
static void keep_alarm(Arena *keep, const CwPutAlarmIn *in, CwPutAlarmIn *out)
{
	*out = *in;
	out->name = kept(keep, in->name);
	out->description = kept(keep, in->description);
	out->ns = kept(keep, in->ns);
	out->metric = kept(keep, in->metric);
	out->statistic = kept(keep, in->statistic);
	out->comparison = kept(keep, in->comparison);
	out->missing = kept(keep, in->missing);
	copy_texts(keep, in->actions.v, in->actions.n, &out->actions.v);
	copy_texts(keep, in->ok_actions.v, in->ok_actions.n, &out->ok_actions.v);
	out->dims.v = ARENA_ARRAY(keep, CwDimension, in->dims.n + 1);
	for (size_t i = 0; i < in->dims.n; i++)
		out->dims.v[i] = (CwDimension){ kept(keep, in->dims.v[i].name), kept(keep, in->dims.v[i].value) };
}

static int put_alarm(SimCall *c, const void *input, void *output)
{
	const CwPutAlarmIn *in = input;
	Alarms *all = alarms_of(c);
	size_t i = 0;
	Err e = { 0 };

	(void)output;
	if (jv_has(c->body, "Metrics") || jv_has(c->body, "ExtendedStatistic"))
		return invalid(c, "ValidationError", "Metrics and ExtendedStatistic are not served by the simulated region.");
	if (alarm_check(in, &e) < 0)
		return invalid(c, "ValidationError", e.text);
	for (size_t k = 0; k < COMPOSITES; k++)
		if (str_is(in->name, composites[k].name))
			return invalid(c, "ValidationError", "A composite alarm has this name.");
	while (i < all->n && !str_eq(all->put[i].in.name, in->name))
		i++;
	if (i == ALARMS_MAX)
		return invalid(c, "LimitExceeded", "The simulated region holds 500 alarms.");
	all->n += i == all->n;
	keep_alarm(sim_keep(c->sim), in, &all->put[i].in);
	all->put[i].made_ms = c->now_ms;
	return 0;
}

static const SimRow rows[] = {
	{ &op_cloudwatch_describe_alarms, describe, NULL }, { &op_cloudwatch_put_metric_alarm, put_alarm, NULL },
};
const SimTable sim_alarms = SIM_TABLE(rows);
