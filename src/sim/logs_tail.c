#include "sim/svc_logs.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/xalloc.h"
#include "wire/eventstream.h"
#include "wire/jsonw.h"

enum { TAIL_GROUPS = 10, TAIL_EVENTS = 500, TAIL_EVERY_MS = 1000, TAIL_STREAMS = 100 };

static const int64_t tail_session_ms = INT64_C(3) * 3600 * 1000;

typedef struct Tail {
	SimStream  stream;               /* first: the service layer knows a tail by it */
	Arena      arena;                /* what the session was asked for */
	LogGroup  *group[TAIL_GROUPS];
	size_t     groups;
	Str        arn[TAIL_GROUPS], pattern_text, account;
	Str        name[TAIL_STREAMS], prefix[TAIL_STREAMS];
	size_t     names, prefixes;
	LogPattern pattern;
	char       request_id[FLEET_UUID];
	LogSeen    seen;                 /* events ingested up to here were sent */
	int64_t    end_mono_ms;
	bool       begun;
} Tail;

typedef struct Update { Tail *tail; const LogGroup *group; FaultList list; int given; bool sampled; } Update;

static bool stream_wanted(const Tail *t, Str stream)
{
	for (size_t i = 0; i < t->names; i++)
		if (str_eq(t->name[i], stream))
			return true;
	for (size_t i = 0; i < t->prefixes; i++)
		if (str_starts(stream, t->prefix[i]))
			return true;
	return !t->names && !t->prefixes;
}

static bool on_line(void *arg, const FleetLine *line)
{
	Update *u = arg;
	char group[700];
	JsonW w;

	if (!stream_wanted(u->tail, str_of(line->stream)) || !log_pattern_match(&u->tail->pattern, line->text))
		return true;
	if (u->given == TAIL_EVENTS) {
		u->sampled = true;
		return false;
	}
	u->given++;
	snprintf(group, sizeof group, "%.*s:%s", STR_ARG(u->tail->account), u->group->name);
	w = jw_to(&u->list.json);
	jw_object(&w);
	jw_kstr(&w, "logStreamName", str_of(line->stream));
	jw_kstr(&w, "logGroupIdentifier", str_of(group));
	jw_kstr(&w, "message", line->text);
	jw_ki64(&w, "timestamp", line->t_ms);
	jw_ki64(&w, "ingestionTime", line->in_ms);
	jw_object_end(&w);
	fault_list_mark(&u->list);
	return true;
}

static void put_list(JsonW *w, const char *key, const Str *text, size_t n)
{
	jw_key(w, key);
	jw_array(w);
	for (size_t i = 0; i < n; i++)
		jw_str(w, text[i]);
	jw_array_end(w);
}

static void send_start(Tail *t)
{
	Buf json = {0}, frames = {0};
	JsonW w = jw_to(&json);

	jw_object(&w);
	jw_kstr(&w, "requestId", str_of(t->request_id));
	jw_kstr(&w, "sessionId", str_of(t->request_id));
	put_list(&w, "logGroupIdentifiers", t->arn, t->groups);
	put_list(&w, "logStreamNames", t->name, t->names);
	put_list(&w, "logStreamNamePrefixes", t->prefix, t->prefixes);
	jw_kstr(&w, "logEventFilterPattern", t->pattern_text.n ? t->pattern_text : STR(""));
	jw_object_end(&w);
	(void)es_encode_event(&frames, "initial-response", STR("{}"));      /* far below the frame's limits */
	(void)es_encode_event(&frames, "sessionStart", buf_str(&json));
	sim_stream_put(&t->stream, buf_str(&frames));
	buf_done(&json);
	buf_done(&frames);
}

static void send_update(Tail *t)
{
	Buf json = {0}, frame = {0};
	Update u = { .tail = t };
	JsonW w = jw_to(&json);
	int64_t now = sim_now(t->stream.sim);

	for (size_t i = 0; i < t->groups; i++) {
		u.group = t->group[i];
		loggroup_arrived(sim_logs(t->stream.sim), u.group, t->seen, now, on_line, &u);
	}
	t->seen = logstore_seen(sim_logs(t->stream.sim), now);
	jw_object(&w);
	jw_key(&w, "sessionMetadata");
	jw_object(&w);
	jw_kbool(&w, "sampled", u.sampled);
	jw_object_end(&w);
	jw_key(&w, "sessionResults");
	jw_array(&w);
	(void)fault_list_write(&u.list, sim_faults(t->stream.sim), (uint64_t)now, &w);
	jw_array_end(&w);
	jw_object_end(&w);
	(void)es_encode_event(&frame, "sessionUpdate", buf_str(&json));      /* 500 events fit into a frame */
	sim_stream_put(&t->stream, buf_str(&frame));
	fault_list_done(&u.list);
	buf_done(&json);
	buf_done(&frame);
}

static void on_tick(SimStream *s)
{
	Tail *t = (Tail *)s;
	Buf frame = {0};

	if (!t->begun) {
		t->begun = true;
		send_start(t);
	}
	if (clock_mono_ms() < t->end_mono_ms) {
		send_update(t);
		return;
	}
	(void)es_encode_exception(&frame, "SessionTimeoutException", STR("{\"message\":\"The session has reached its limit of 3 hours.\"}"));
	sim_stream_put(s, buf_str(&frame));
	buf_done(&frame);
	sim_stream_end(s);
}

static void on_done(SimStream *s)
{
	Tail *t = (Tail *)s;

	arena_done(&t->arena);
	free(t);
}

static int read_names(Tail *t, JsonVal list, Str *out, size_t *n, size_t max, Err *e)
{
	Str name;

	if (jv_count(list) > max)
		return err_set(e, "More than %zu names were given", max);
	for (*n = 0; *n < jv_count(list); ++*n) {
		if (jv_as_str(jv_at(list, *n), &name, e) < 0)
			return -1;
		out[*n] = arena_str(&t->arena, name);
	}
	return 0;
}

static int read_request(SimCall *c, Tail *t, Err *e)
{
	JsonVal groups = {0}, names = {0}, prefixes = {0};
	Str pattern = {0};

	if (jv_array(c->body, "logGroupIdentifiers", &groups, e) < 0 || jv_opt_array(c->body, "logStreamNames", &names, e) < 0 ||
	    jv_opt_array(c->body, "logStreamNamePrefixes", &prefixes, e) < 0 ||
	    jv_opt_str(c->body, "logEventFilterPattern", &pattern, e) < 0 ||
	    read_names(t, groups, t->arn, &t->groups, TAIL_GROUPS, e) < 0 ||
	    read_names(t, names, t->name, &t->names, TAIL_STREAMS, e) < 0 ||
	    read_names(t, prefixes, t->prefix, &t->prefixes, TAIL_STREAMS, e) < 0)
		return -1;
	if (!t->groups)
		return err_set(e, "logGroupIdentifiers must name 1 to %d log groups", TAIL_GROUPS);
	if (t->names && t->prefixes)
		return err_set(e, "logStreamNames and logStreamNamePrefixes cannot be given together");
	if ((t->names || t->prefixes) && t->groups != 1)
		return err_set(e, "Streams can be named only with one log group");
	for (size_t i = 0; i < t->groups; i++)
		if (!str_starts(t->arn[i], STR("arn:")) || str_ends(t->arn[i], STR(":*")))
			return err_set(e, "logGroupIdentifiers must be ARNs of log groups, without \":*\" at the end");
	t->pattern_text = arena_str(&t->arena, pattern);
	return log_pattern_parse(&t->arena, t->pattern_text, &t->pattern, e);
}

void logs_start_live_tail(SimCall *c)
{
	Tail *t = xcalloc(1, sizeof *t);
	Err e;

	t->stream = (SimStream){ .tick = on_tick, .done = on_done };
	if (read_request(c, t, &e) < 0) {
		sim_fail_err(c, "InvalidParameterException", &e);
		on_done(&t->stream);
		return;
	}
	for (size_t i = 0; i < t->groups; i++) {
		t->group[i] = logs_group_of(c, t->arn[i]);
		if (!t->group[i]) {
			logs_no_group(c);
			on_done(&t->stream);
			return;
		}
	}
	snprintf(t->request_id, sizeof t->request_id, "%s", c->request_id);
	t->account = arena_str(&t->arena, c->who.account);
	t->seen = logstore_seen(sim_logs(c->sim), c->now_ms);
	t->end_mono_ms = clock_mono_ms() + tail_session_ms;
	sim_stream_begin(c, &t->stream, TAIL_EVERY_MS);
}
