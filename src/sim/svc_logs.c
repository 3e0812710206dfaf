#include "sim/svc_logs.h"

#include <stdio.h>

#include "sim/queries.h"
#include "wire/jsonw.h"

enum { DESCRIBE_MAX = 50, PUT_EVENTS_MAX = 10000, NAME_MAX_BYTES = 512 };

static const int64_t put_past_ms = INT64_C(14) * 86400 * 1000, put_future_ms = INT64_C(2) * 3600 * 1000;

LogGroup *logs_group_of(SimCall *c, Str id)
{
	Str prefix = arena_printf(c->arena, "arn:aws:logs:%.*s:%.*s:log-group:", STR_ARG(c->region), STR_ARG(c->who.account));

	if (str_starts(id, prefix))
		id = str_sub(id, prefix.n, id.n);
	if (str_ends(id, STR(":*")))
		id = str_sub(id, 0, id.n - 2);
	return logstore_find(sim_logs(c->sim), id);
}

void logs_invalid(SimCall *c, const char *text)
{
	sim_fail(c, 400, "InvalidParameterException", text);
}

void logs_no_group(SimCall *c)
{
	sim_fail(c, 400, "ResourceNotFoundException", "The specified log group does not exist.");
}

static void answer_empty(SimCall *c)
{
	sim_answer(c, STR("{}"));
}

static void put_group(SimCall *c, JsonW *w, const LogGroup *g)
{
	Str arn = arena_printf(c->arena, "arn:aws:logs:%.*s:%.*s:log-group:%s:*", STR_ARG(c->region), STR_ARG(c->who.account), g->name);

	jw_object(w);
	jw_kstr(w, "logGroupName", str_of(g->name));
	jw_kstr(w, "arn", arn);
	jw_kstr(w, "logGroupArn", str_sub(arn, 0, arn.n - 2));
	jw_ki64(w, "creationTime", g->created_ms);
	jw_ki64(w, "metricFilterCount", 0);
	jw_ki64(w, "storedBytes", g->bytes);
	jw_kstr(w, "logGroupClass", STR("STANDARD"));
	jw_object_end(w);
}

static void describe_log_groups(SimCall *c)
{
	const LogStore *s = sim_logs(c->sim);
	Str prefix = {0}, part = {0}, token = {0};
	int64_t limit = DESCRIBE_MAX, n = 0;
	Buf out = {0};
	JsonW w = jw_to(&out);
	const char *next = NULL;
	Err e;

	if (jv_opt_str(c->body, "logGroupNamePrefix", &prefix, &e) < 0 || jv_opt_str(c->body, "logGroupNamePattern", &part, &e) < 0 ||
	    jv_opt_str(c->body, "nextToken", &token, &e) < 0 || jv_opt_i64(c->body, "limit", &limit, &e) < 0) {
		sim_fail_err(c, "SerializationException", &e);
		return;
	}
	if (limit < 1 || limit > DESCRIBE_MAX) {
		logs_invalid(c, "limit must be between 1 and 50");
		return;
	}
	jw_object(&w);
	jw_key(&w, "logGroups");
	jw_array(&w);
	for (size_t i = 0; i < s->groups; i++) {
		Str name = str_of(s->group[i]->name);
		if (!str_starts(name, prefix) || !str_has(name, part) || (token.n && str_cmp(name, token) < 0))
			continue;
		if (n++ == limit) {
			next = s->group[i]->name;
			break;
		}
		put_group(c, &w, s->group[i]);
	}
	jw_array_end(&w);
	if (next)
		jw_kstr(&w, "nextToken", str_of(next));
	jw_object_end(&w);
	sim_answer(c, buf_str(&out));
	buf_done(&out);
}

static void create_log_group(SimCall *c)
{
	LogStore *s = sim_logs(c->sim);
	Str name;
	Err e;

	if (jv_name(c->body, "logGroupName", &name, &e) < 0)
		sim_fail_err(c, "InvalidParameterException", &e);
	else if (name.n > NAME_MAX_BYTES)
		logs_invalid(c, "logGroupName is longer than 512 characters");
	else if (logstore_find(s, name))
		sim_fail(c, 400, "ResourceAlreadyExistsException", "The specified log group already exists");
	else if (!logstore_add_group(s, name, c->now_ms))
		sim_fail(c, 400, "LimitExceededException", "Resource limit exceeded.");
	else
		answer_empty(c);
}

static void create_log_stream(SimCall *c)
{
	Str group, stream;
	LogGroup *g;
	Err e;

	if (jv_name(c->body, "logGroupName", &group, &e) < 0 || jv_name(c->body, "logStreamName", &stream, &e) < 0) {
		sim_fail_err(c, "InvalidParameterException", &e);
		return;
	}
	g = logs_group_of(c, group);
	if (!g)
		logs_no_group(c);
	else if (stream.n > NAME_MAX_BYTES)
		logs_invalid(c, "logStreamName is longer than 512 characters");
	else if (loggroup_find_stream(g, stream))
		sim_fail(c, 400, "ResourceAlreadyExistsException", "The specified log stream already exists");
	else if (loggroup_add_stream(g, stream) < 0)
		sim_fail(c, 400, "LimitExceededException", "Resource limit exceeded.");
	else
		answer_empty(c);
}

/* All or nothing for what is malformed; events too old or too new are left out and named, as the service does. */
static int check_events(JsonVal events, Err *e)
{
	int64_t t, before = INT64_MIN;
	Str text;

	if (jv_count(events) < 1 || jv_count(events) > PUT_EVENTS_MAX)
		return err_set(e, "logEvents must hold 1 to %d events", PUT_EVENTS_MAX);
	for (size_t i = 0; i < jv_count(events); i++) {
		JsonVal one = jv_at(events, i);
		if (jv_i64(one, "timestamp", &t, e) < 0 || jv_str(one, "message", &text, e) < 0)
			return -1;
		if (!text.n)
			return err_set(e, "Log event message must not be empty");
		if (t < before)
			return err_set(e, "Log events in a single PutLogEvents request must be in chronological order.");
		before = t;
	}
	return 0;
}

static void put_log_events(SimCall *c)
{
	LogStore *s = sim_logs(c->sim);
	int64_t t = 0, old = -1, young = -1;
	const char *stream = NULL;
	Str group, name, text = {0};
	JsonVal events;
	LogGroup *g;
	char out[200];
	Err e;

	if (jv_name(c->body, "logGroupName", &group, &e) < 0 || jv_name(c->body, "logStreamName", &name, &e) < 0 ||
	    jv_array(c->body, "logEvents", &events, &e) < 0 || check_events(events, &e) < 0) {
		sim_fail_err(c, "InvalidParameterException", &e);
		return;
	}
	g = logs_group_of(c, group);
	stream = g ? loggroup_find_stream(g, name) : NULL;
	if (!stream) {
		sim_fail(c, 400, "ResourceNotFoundException", g ? "The specified log stream does not exist." : "The specified log group does not exist.");
		return;
	}
	for (size_t i = 0; i < jv_count(events); i++) {
		(void)jv_i64(jv_at(events, i), "timestamp", &t, NULL);      /* checked above */
		(void)jv_str(jv_at(events, i), "message", &text, NULL);
		if (t < c->now_ms - put_past_ms)
			old = (int64_t)i + 1;
		else if (t > c->now_ms + put_future_ms)
			young = young < 0 ? (int64_t)i : young;
		/* Taken in now, not when the request began: a tail may have looked in between. */
		else if (loggroup_put(s, g, stream, t, sim_now(c->sim), text) < 0) {
			sim_fail(c, 400, "LimitExceededException", "The simulated log group is full.");
			return;
		}
	}
	if (old < 0 && young < 0)
		snprintf(out, sizeof out, "{\"nextSequenceToken\":\"%llu\"}", (unsigned long long)s->seq);
	else if (old < 0 || young < 0)
		snprintf(out, sizeof out, "{\"rejectedLogEventsInfo\":{\"%s\":%lld}}",
		         old < 0 ? "tooNewLogEventStartIndex" : "tooOldLogEventEndIndex", (long long)(old < 0 ? young : old));
	else
		snprintf(out, sizeof out, "{\"rejectedLogEventsInfo\":{\"tooNewLogEventStartIndex\":%lld,\"tooOldLogEventEndIndex\":%lld}}",
		         (long long)young, (long long)old);
	sim_answer(c, str_of(out));
}

void svc_logs(SimCall *c)
{
	static const SimOperation operations[] = {
		{ "FilterLogEvents", logs_filter_log_events },
		{ "StartLiveTail", logs_start_live_tail },
		{ "StartQuery", logs_start_query },
		{ "GetQueryResults", logs_get_query_results },
		{ "StopQuery", logs_stop_query },
		{ "DescribeQueries", logs_describe_queries },
		{ "DescribeLogGroups", describe_log_groups },
		{ "DescribeLogStreams", logs_describe_log_streams },
		{ "CreateLogGroup", create_log_group },
		{ "CreateLogStream", create_log_stream },
		{ "PutLogEvents", put_log_events },
	};

	sim_run(c, operations, sizeof operations / sizeof operations[0]);
}
