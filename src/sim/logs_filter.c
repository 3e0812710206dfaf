#include "sim/svc_logs.h"

#include "wire/jsonw.h"

enum {
	PAGE_EVENTS = 10000,
	PAGE_BYTES = 1 << 20,
	SCAN_EVENTS = 50000,       /* looked at in one call; a rare match then comes as an empty page with a token */
	EVENT_ID = FLEET_EVENT_ID - 1,
};

typedef struct Filter {
	LogPattern pattern;
	JsonVal  streams;          /* absent: all */
	Str      prefix, after;    /* of stream names; event id that the former page ended with */
	int64_t  from_ms, to_ms, limit;
	int64_t  scanned, given;
	FaultList list;
	char     last[FLEET_EVENT_ID];
	bool     more;
} Filter;

static bool stream_wanted(const Filter *f, Str stream)
{
	Str name;

	if (!str_starts(stream, f->prefix))
		return false;
	for (size_t i = 0; i < jv_count(f->streams); i++)
		if (jv_as_str(jv_at(f->streams, i), &name, NULL) == 0 && str_eq(name, stream))
			return true;
	return jv_count(f->streams) == 0;
}

static bool on_line(void *arg, const FleetLine *line)
{
	Filter *f = arg;
	JsonW w;

	if (f->after.n && str_cmp(str_of(line->id), f->after) <= 0)
		return true;
	if (f->given == f->limit || f->scanned == SCAN_EVENTS || f->list.json.n > PAGE_BYTES) {
		f->more = true;
		return false;
	}
	f->scanned++;
	for (size_t i = 0; i < sizeof f->last; i++)
		f->last[i] = line->id[i];
	if (!stream_wanted(f, str_of(line->stream)) || !log_pattern_match(&f->pattern, line->text))
		return true;
	f->given++;
	w = jw_to(&f->list.json);
	jw_object(&w);
	jw_kstr(&w, "logStreamName", str_of(line->stream));
	jw_ki64(&w, "timestamp", line->t_ms);
	jw_kstr(&w, "message", line->text);
	jw_ki64(&w, "ingestionTime", line->in_ms);
	jw_kstr(&w, "eventId", str_of(line->id));
	jw_object_end(&w);
	fault_list_mark(&f->list);
	return true;
}

static int read_token(Filter *f, Str token, Err *e)
{
	int64_t t = 0;

	if (!token.n)
		return 0;
	for (size_t i = 0; i < token.n; i++)
		if (token.p[i] < '0' || token.p[i] > '9')
			return err_set(e, "The specified nextToken is invalid.");
	if (token.n != EVENT_ID || str_i64(str_sub(token, 0, 14), &t) < 0)
		return err_set(e, "The specified nextToken is invalid.");
	f->after = token;
	if (t > f->from_ms)
		f->from_ms = t;
	return 0;
}

static int read_request(SimCall *c, Filter *f, Str *group, Err *e)
{
	Str pattern = {0}, token = {0};
	bool head = true;
	JsonVal v = c->body;

	f->to_ms = INT64_MAX - 1;
	f->limit = PAGE_EVENTS;
	if (jv_opt_str(v, "logGroupName", group, e) < 0 || jv_opt_str(v, "logGroupIdentifier", group, e) < 0 ||
	    jv_opt_i64(v, "startTime", &f->from_ms, e) < 0 || jv_opt_i64(v, "endTime", &f->to_ms, e) < 0 ||
	    jv_opt_i64(v, "limit", &f->limit, e) < 0 || jv_opt_str(v, "filterPattern", &pattern, e) < 0 ||
	    jv_opt_str(v, "nextToken", &token, e) < 0 || jv_opt_str(v, "logStreamNamePrefix", &f->prefix, e) < 0 ||
	    jv_opt_array(v, "logStreamNames", &f->streams, e) < 0 || jv_opt_bool(v, "startFromHead", &head, e) < 0)
		return -1;
	if (!group->n)
		return err_set(e, "Either logGroupName or logGroupIdentifier must be given");
	if (f->limit < 1 || f->limit > PAGE_EVENTS)
		return err_set(e, "limit must be between 1 and %d", PAGE_EVENTS);
	if (f->from_ms < 0 || f->to_ms < f->from_ms)
		return err_set(e, "startTime must not be after endTime");
	if (f->prefix.n && jv_count(f->streams))
		return err_set(e, "logStreamNames and logStreamNamePrefix cannot be given together");
	if (!head)
		return err_set(e, "startFromHead false is not served here");
	if (log_pattern_parse(c->arena, pattern, &f->pattern, e) < 0)
		return -1;
	return read_token(f, token, e);
}

void logs_filter_log_events(SimCall *c)
{
	Filter f = {0};
	Buf out = {0};
	JsonW w = jw_to(&out);
	Str group = {0};
	LogGroup *g;
	Err e;

	if (read_request(c, &f, &group, &e) < 0) {
		sim_fail_err(c, "InvalidParameterException", &e);
		return;
	}
	g = logs_group_of(c, group);
	if (!g) {
		logs_no_group(c);
		return;
	}
	/* endTime is inclusive. */
	loggroup_each(sim_logs(c->sim), g, f.from_ms, f.to_ms == INT64_MAX ? f.to_ms : f.to_ms + 1, c->now_ms, on_line, &f);
	jw_object(&w);
	jw_key(&w, "events");
	jw_array(&w);
	(void)fault_list_write(&f.list, sim_faults(c->sim), c->plan.salt, &w);
	jw_array_end(&w);
	jw_key(&w, "searchedLogStreams");
	jw_array(&w);
	jw_array_end(&w);
	if (f.more)
		jw_kstr(&w, "nextToken", str_of(f.last));
	jw_object_end(&w);
	sim_answer(c, buf_str(&out));
	fault_list_done(&f.list);
	buf_done(&out);
}
