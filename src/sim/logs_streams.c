#include "sim/svc_logs.h"

#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "wire/jsonw.h"

enum { STREAMS_PAGE = 50, LOOK_BACK_MS = 60 * 60 * 1000 };

typedef struct StreamInfo { const char *name; int64_t first_ms, last_ms, in_ms; bool any; } StreamInfo;
typedef struct Streams { StreamInfo *info; size_t n; } Streams;

static bool on_line(void *arg, const FleetLine *line)
{
	Streams *s = arg;

	for (size_t i = 0; i < s->n; i++) {
		StreamInfo *one = &s->info[i];
		if (strcmp(one->name, line->stream))
			continue;
		one->first_ms = one->any && one->first_ms < line->t_ms ? one->first_ms : line->t_ms;
		one->last_ms = one->any && one->last_ms > line->t_ms ? one->last_ms : line->t_ms;
		one->in_ms = line->in_ms > one->in_ms ? line->in_ms : one->in_ms;
		one->any = true;
		break;
	}
	return true;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const StreamInfo *)a)->name, ((const StreamInfo *)b)->name);
}

static int by_last(const void *a, const void *b)
{
	int64_t x = ((const StreamInfo *)a)->last_ms, y = ((const StreamInfo *)b)->last_ms;

	return x != y ? x < y ? -1 : 1 : by_name(a, b);
}

static void put_stream(SimCall *c, JsonW *w, const LogGroup *g, const StreamInfo *s)
{
	jw_object(w);
	jw_kstr(w, "logStreamName", str_of(s->name));
	jw_ki64(w, "creationTime", g->created_ms);
	if (s->any) {
		jw_ki64(w, "firstEventTimestamp", g->fleet ? g->created_ms : s->first_ms);
		jw_ki64(w, "lastEventTimestamp", s->last_ms);
		jw_ki64(w, "lastIngestionTime", s->in_ms);
	}
	jw_kstr(w, "arn", arena_printf(c->arena, "arn:aws:logs:%.*s:%.*s:log-group:%s:log-stream:%s", STR_ARG(c->region),
	                               STR_ARG(c->who.account), g->name, s->name));
	jw_ki64(w, "storedBytes", 0);            /* so since 2019, says the API reference */
	jw_object_end(w);
}

typedef struct Asked { Str group, prefix, order; bool down; int64_t limit, at; } Asked;

static int read_request(SimCall *c, Asked *a, Err *e)
{
	Str token = {0};

	*a = (Asked){ .limit = STREAMS_PAGE, .order = STR("LogStreamName") };
	if (jv_opt_str(c->body, "logGroupName", &a->group, e) < 0 || jv_opt_str(c->body, "logGroupIdentifier", &a->group, e) < 0 ||
	    jv_opt_str(c->body, "logStreamNamePrefix", &a->prefix, e) < 0 || jv_opt_str(c->body, "orderBy", &a->order, e) < 0 ||
	    jv_opt_bool(c->body, "descending", &a->down, e) < 0 || jv_opt_i64(c->body, "limit", &a->limit, e) < 0 ||
	    jv_opt_str(c->body, "nextToken", &token, e) < 0)
		return -1;
	if (!a->group.n)
		return err_set(e, "Either logGroupName or logGroupIdentifier must be given");
	if (a->limit < 1 || a->limit > STREAMS_PAGE)
		return err_set(e, "limit must be between 1 and %d", STREAMS_PAGE);
	if (!str_is(a->order, "LogStreamName") && !str_is(a->order, "LastEventTime"))
		return err_set(e, "orderBy must be LogStreamName or LastEventTime");
	if (a->prefix.n && str_is(a->order, "LastEventTime"))
		return err_set(e, "Cannot order by LastEventTime with a logStreamNamePrefix.");
	if (token.n && (str_i64(token, &a->at) < 0 || a->at < 0))
		return err_set(e, "The specified nextToken is invalid.");
	return 0;
}

void logs_describe_log_streams(SimCall *c)
{
	Buf out = {0};
	JsonW w = jw_to(&out);
	Streams s = {0};
	LogGroup *g;
	int64_t end;
	Asked a;
	Err e;

	if (read_request(c, &a, &e) < 0) {
		sim_fail_err(c, "InvalidParameterException", &e);
		return;
	}
	if (!(g = logs_group_of(c, a.group))) {
		logs_no_group(c);
		return;
	}
	s.info = xcalloc(g->streams + 1, sizeof *s.info);
	for (size_t i = 0; i < g->streams; i++)
		if (str_starts(str_of(g->stream[i]), a.prefix))
			s.info[s.n++].name = g->stream[i];
	/* The fleet writes every few seconds: an hour is enough to see its last events. */
	loggroup_each(sim_logs(c->sim), g, g->fleet ? c->now_ms - LOOK_BACK_MS : 0, c->now_ms + 1, c->now_ms, on_line, &s);
	qsort(s.info, s.n, sizeof *s.info, str_is(a.order, "LastEventTime") ? by_last : by_name);
	end = a.at + a.limit < (int64_t)s.n ? a.at + a.limit : (int64_t)s.n;
	jw_object(&w);
	jw_key(&w, "logStreams");
	jw_array(&w);
	for (int64_t i = a.at; i < end; i++)
		put_stream(c, &w, g, &s.info[a.down ? (int64_t)s.n - 1 - i : i]);
	jw_array_end(&w);
	if (end < (int64_t)s.n)
		jw_kstr(&w, "nextToken", arena_printf(c->arena, "%lld", (long long)end));
	jw_object_end(&w);
	sim_answer(c, buf_str(&out));
	buf_done(&out);
	free(s.info);
}
