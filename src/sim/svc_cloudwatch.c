#include "sim/service.h"

#include <stdlib.h>

#include "base/xalloc.h"
#include "sim/fleet_lines.h"
#include "sim/fleet_tables.h"
#include "sim/metric_query.h"
#include "wire/jsonw.h"

enum { LIST_PAGE = 500, QUERIES_MAX = 500, POINTS_MAX = 100800, BINS_MAX = 1000000, PUT_MAX = 1000, PUT_VALUES_MAX = 150 };

typedef struct Queries { MetricQuery *q; size_t n; } Queries;

static void invalid(SimCall *c, const Err *e)
{
	sim_fail_err(c, "InvalidParameterValue", e);
}

static int read_token(SimCall *c, int64_t *out, Err *e)
{
	Str token = {0};

	*out = 0;
	if (jv_opt_str(c->body, "NextToken", &token, e) < 0)
		return -1;
	if (token.n && (str_i64(token, out) < 0 || *out < 0))
		return err_set(e, "The value for parameter NextToken is invalid.");
	return 0;
}

/* --- ListMetrics */

typedef struct Listing {
	Str     space, name;
	JsonVal dims;              /* filters: Name, maybe Value */
	int64_t skip, seen;
	JsonW   w;
	bool    more;
} Listing;

static bool dims_match(const Listing *l, Str dims)
{
	for (size_t i = 0; i < jv_count(l->dims); i++) {
		Str name = {0}, value = {0}, rest = dims;
		bool found = false;
		(void)jv_opt_str(jv_at(l->dims, i), "Name", &name, NULL);       /* a filter that cannot be read matches nothing */
		(void)jv_opt_str(jv_at(l->dims, i), "Value", &value, NULL);
		while (rest.n && !found) {
			Str have = str_cut(rest, '\n', &rest), key = str_cut(have, '=', &have);
			found = str_eq(key, name) && (!value.n || str_eq(have, value));
		}
		if (!found)
			return false;
	}
	return true;
}

static void list_one(Listing *l, Str space, Str name, Str dims)
{
	if ((l->space.n && !str_eq(space, l->space)) || (l->name.n && !str_eq(name, l->name)) || !dims_match(l, dims))
		return;
	l->more |= l->seen >= l->skip + LIST_PAGE;
	if (l->seen++ < l->skip || l->more)
		return;
	jw_object(&l->w);
	jw_kstr(&l->w, "Namespace", space);
	jw_kstr(&l->w, "MetricName", name);
	jw_key(&l->w, "Dimensions");
	jw_array(&l->w);
	while (dims.n) {
		Str value = str_cut(dims, '\n', &dims), key = str_cut(value, '=', &value);
		jw_object(&l->w);
		jw_kstr(&l->w, "Name", key);
		jw_kstr(&l->w, "Value", value);
		jw_object_end(&l->w);
	}
	jw_array_end(&l->w);
	jw_object_end(&l->w);
}

static void list_metrics(SimCall *c)
{
	const MetricStore *store = sim_metrics(c->sim);
	Buf out = {0};
	Listing l = { .w = jw_to(&out) };
	Err e;

	if (jv_opt_str(c->body, "Namespace", &l.space, &e) < 0 || jv_opt_str(c->body, "MetricName", &l.name, &e) < 0 ||
	    jv_opt_array(c->body, "Dimensions", &l.dims, &e) < 0 || read_token(c, &l.skip, &e) < 0) {
		invalid(c, &e);
		return;
	}
	jw_object(&l.w);
	jw_key(&l.w, "Metrics");
	jw_array(&l.w);
	for (size_t i = 0; metric_bedrock_name(i); i++)
		for (size_t m = 0; m < FLEET_MODELS; m++)
			list_one(&l, STR(METRIC_BEDROCK), str_of(metric_bedrock_name(i)),
			         arena_printf(c->arena, "ModelId=%s\n", fleet_models[m].id));
	for (size_t i = 0; i < store->n; i++)
		list_one(&l, str_of(store->series[i].space), str_of(store->series[i].name), str_of(store->series[i].dims));
	jw_array_end(&l.w);
	if (l.more)
		jw_kstr(&l.w, "NextToken", arena_printf(c->arena, "%lld", (long long)(l.skip + LIST_PAGE)));
	jw_object_end(&l.w);
	sim_answer(c, buf_str(&out));
	buf_done(&out);
}

/* --- GetMetricData */

static void on_call(void *arg, int64_t t_ms, const FleetJob *j, const FleetCall *call)
{
	const Queries *all = arg;

	for (size_t i = 0; i < all->n; i++)
		metric_query_call(&all->q[i], t_ms, j, call);
}

/* One result; *skip points were on earlier pages, *room are left on this one. */
static void put_result(JsonW *w, MetricQuery *q, bool newest_first, int64_t *skip, int64_t *room, bool *more)
{
	Buf values = {0};
	JsonW v = jw_to(&values);
	bool partial = false;
	double value;

	jw_object(w);
	jw_kstr(w, "Id", q->id);
	jw_kstr(w, "Label", q->label);
	jw_key(w, "Timestamps");
	jw_array(w);
	jw_array(&v);
	for (size_t i = 0; i < q->bins && !q->nothing; i++) {
		size_t at = newest_first ? q->bins - 1 - i : i;
		if (!metric_query_value(q, at, &value) || (*skip)-- > 0)
			continue;
		*skip = 0;
		if (*room == 0) {
			partial = *more = true;
			break;
		}
		--*room;
		jw_i64(w, (q->first_ms + (int64_t)at * q->period_ms) / 1000);
		jw_num(&v, value);
	}
	jw_array_end(&v);
	jw_array_end(w);
	jw_key(w, "Values");
	jw_raw(w, buf_str(&values));
	jw_kstr(w, "StatusCode", partial ? STR("PartialData") : STR("Complete"));
	jw_object_end(w);
	buf_done(&values);
}

static void answer_data(SimCall *c, Queries *all, bool newest_first, int64_t skip, int64_t room)
{
	int64_t next = skip + room;
	Buf out = {0};
	JsonW w = jw_to(&out);
	bool more = false;

	jw_object(&w);
	jw_key(&w, "MetricDataResults");
	jw_array(&w);
	for (size_t i = 0; i < all->n; i++)
		if (!all->q[i].hidden)
			put_result(&w, &all->q[i], newest_first, &skip, &room, &more);
	jw_array_end(&w);
	jw_key(&w, "Messages");
	jw_array(&w);
	jw_array_end(&w);
	if (more)
		jw_kstr(&w, "NextToken", arena_printf(c->arena, "%lld", (long long)next));
	jw_object_end(&w);
	sim_answer(c, buf_str(&out));
	buf_done(&out);
}

static int read_queries(SimCall *c, int64_t from_ms, int64_t to_ms, Queries *all, Err *e)
{
	size_t bins = 0;
	JsonVal list;

	if (jv_array(c->body, "MetricDataQueries", &list, e) < 0)
		return -1;
	if (jv_count(list) < 1 || jv_count(list) > QUERIES_MAX)
		return err_set(e, "The collection MetricDataQueries must hold 1 to %d queries.", QUERIES_MAX);
	all->q = xcalloc(jv_count(list), sizeof *all->q);
	for (; all->n < jv_count(list); all->n++) {
		if (metric_query_read(c->arena, sim_metrics(c->sim), jv_at(list, all->n), from_ms, to_ms, c->now_ms, &all->q[all->n], e) < 0)
			return -1;
		bins += all->q[all->n].bins;
		if (bins > BINS_MAX) {
			all->n++;
			return err_set(e, "You have requested more than %d datapoints in all; ask for fewer metrics or a longer period.", BINS_MAX);
		}
		for (size_t i = 0; i < all->n; i++)
			if (str_eq(all->q[i].id, all->q[all->n].id)) {
				all->n++;
				return err_set(e, "The values for parameter id in MetricDataQueries are not unique.");
			}
	}
	return 0;
}

static void get_metric_data(SimCall *c)
{
	int64_t from_ms, to_ms, skip, room = POINTS_MAX, first, last;
	Str scan = {0};
	Queries all = {0};
	Err e;

	if (jv_scaled(c->body, "StartTime", 3, &from_ms, &e) < 0 || jv_scaled(c->body, "EndTime", 3, &to_ms, &e) < 0 ||
	    jv_opt_str(c->body, "ScanBy", &scan, &e) < 0 || jv_opt_i64(c->body, "MaxDatapoints", &room, &e) < 0 ||
	    read_token(c, &skip, &e) < 0) {
		invalid(c, &e);
		return;
	}
	if (from_ms >= to_ms || from_ms < 0 || room < 1) {
		sim_fail(c, 400, from_ms >= to_ms ? "ValidationError" : "InvalidParameterValue",
		         from_ms >= to_ms ? "The parameter StartTime must be less than the parameter EndTime." : "A value is below its minimum.");
		return;
	}
	if (read_queries(c, from_ms, to_ms, &all, &e) < 0) {
		sim_fail_err(c, "ValidationError", &e);
	} else {
		first = to_ms;
		for (size_t i = 0; i < all.n; i++) {
			metric_query_series(&all.q[i]);
			if (all.q[i].metric >= 0 && !all.q[i].nothing && all.q[i].first_ms < first)
				first = all.q[i].first_ms;
		}
		last = to_ms <= c->now_ms ? to_ms : c->now_ms + 1;
		fleet_calls_each(sim_fleet(c->sim), first, last, on_call, &all);
		answer_data(c, &all, !str_is(scan, "TimestampAscending"), skip, room < POINTS_MAX ? room : POINTS_MAX);
	}
	for (size_t i = 0; i < all.n; i++)
		metric_query_done(&all.q[i]);
	free(all.q);
}

/* --- PutMetricData */

static int put_values(MetricSeries *s, int64_t t_ms, JsonVal values, JsonVal counts, Err *e)
{
	double v, n = 1;

	if (jv_count(values) > PUT_VALUES_MAX || (!jv_is_absent(counts) && jv_count(counts) != jv_count(values)))
		return err_set(e, "The parameters Values and Counts must have the same number of members, at most %d.", PUT_VALUES_MAX);
	for (size_t i = 0; i < jv_count(values); i++) {
		if (jv_as_num(jv_at(values, i), &v, e) < 0 || (!jv_is_absent(counts) && jv_as_num(jv_at(counts, i), &n, e) < 0))
			return -1;
		if (metricstore_put(s, (MetricPoint){ t_ms, n, n * v, v, v }) < 0)
			return err_set(e, "The simulated metric holds too many points.");
	}
	return 0;
}

static int put_datum(SimCall *c, Str space, JsonVal v, Err *e)
{
	JsonVal dims = {0}, set = {0}, values = {0}, counts = {0};
	int64_t t_ms = c->now_ms;
	MetricPoint p = { .n = 1 };
	MetricSeries *s;
	Str name, key;

	if (jv_name(v, "MetricName", &name, e) < 0 || jv_opt_array(v, "Dimensions", &dims, e) < 0 ||
	    metric_dims(c->arena, dims, &key, e) < 0 || jv_opt_scaled(v, "Timestamp", 3, &t_ms, e) < 0 ||
	    jv_opt_object(v, "StatisticValues", &set, e) < 0 || jv_opt_array(v, "Values", &values, e) < 0 ||
	    jv_opt_array(v, "Counts", &counts, e) < 0)
		return -1;
	if (!jv_is_absent(set)) {
		if (jv_num(set, "SampleCount", &p.n, e) < 0 || jv_num(set, "Sum", &p.sum, e) < 0 ||
		    jv_num(set, "Minimum", &p.min, e) < 0 || jv_num(set, "Maximum", &p.max, e) < 0)
			return -1;
	} else if (jv_is_absent(values)) {
		if (jv_num(v, "Value", &p.sum, e) < 0)
			return -1;
		p.min = p.max = p.sum;
	}
	s = metricstore_series(sim_metrics(c->sim), space, name, key, true);
	if (!s)
		return err_set(e, "The simulated region holds too many metrics.");
	if (!jv_is_absent(values))
		return put_values(s, t_ms, values, counts, e);
	p.t_ms = t_ms;
	return metricstore_put(s, p) < 0 ? err_set(e, "The simulated metric holds too many points.") : 0;
}

static void put_metric_data(SimCall *c)
{
	JsonVal data;
	Str space;
	Err e;

	if (jv_name(c->body, "Namespace", &space, &e) < 0 || jv_array(c->body, "MetricData", &data, &e) < 0) {
		invalid(c, &e);
		return;
	}
	if (str_starts(space, STR("AWS/")) || jv_count(data) > PUT_MAX) {
		sim_fail(c, 400, "InvalidParameterValue", str_starts(space, STR("AWS/")) ? "The value AWS/ for parameter Namespace is invalid."
		         : "The collection MetricData must not have a size greater than 1000.");
		return;
	}
	for (size_t i = 0; i < jv_count(data); i++) {
		if (put_datum(c, space, jv_at(data, i), &e) < 0) {
			invalid(c, &e);
			return;
		}
	}
	sim_answer(c, STR("{}"));
}

void svc_cloudwatch(SimCall *c)
{
	static const SimOperation operations[] = {
		{ "ListMetrics", list_metrics },
		{ "GetMetricData", get_metric_data },
		{ "PutMetricData", put_metric_data },
	};

	sim_run(c, operations, sizeof operations / sizeof operations[0]);
}
