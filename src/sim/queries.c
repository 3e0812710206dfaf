#include "sim/queries.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/xalloc.h"
#include "sim/insights.h"
#include "sim/svc_logs.h"

enum {
	QUERY_GROUPS = 50, QUERY_TEXT = 10000, RUNNING_MAX = 100, KEPT_MAX = 500, LIMIT_MAX = 100000, PAGE_ROWS = 10000, DESCRIBED_MAX = 1000,
	TICK_MS = 20, WORK_MS = 8, SCHEDULED_MS = 150, SLICE_MS = 60 * 60 * 1000,
};

typedef enum QueryStatus { Q_SCHEDULED, Q_RUNNING, Q_COMPLETE, Q_FAILED, Q_CANCELLED, Q_TIMEOUT } QueryStatus;

static const char *const status_names[] = {
	[Q_SCHEDULED] = "Scheduled", [Q_RUNNING] = "Running", [Q_COMPLETE] = "Complete", [Q_FAILED] = "Failed", [Q_CANCELLED] = "Cancelled",
	[Q_TIMEOUT] = "Timeout",
};

typedef struct Query {
	struct Query *next;              /* newest first */
	char        id[FLEET_UUID];
	QueryStatus status, fate;        /* fate: how it ends, Q_COMPLETE unless a fault has it */
	Insights   *run;
	Arena       arena;               /* text, names */
	Str         text, account;
	LogGroup   *group[QUERY_GROUPS];
	size_t      groups;
	int64_t     from_ms, to_ms, left_ms, now_ms;   /* [from, to), scanned from its end: [from, left) is still to do */
	int64_t     begin_mono_ms;
	Str         log;                 /* of the group that is being read */
	bool        broken;
} Query;

struct Queries {
	Sim        *sim;
	Query      *first;
	uv_timer_t  timer;
};

static void query_free(Query *q)
{
	insights_free(q->run);
	arena_done(&q->arena);
	free(q);
}

static bool is_over(const Query *q)
{
	return q->status != Q_SCHEDULED && q->status != Q_RUNNING;
}

static bool on_line(void *arg, const FleetLine *line)
{
	Query *q = arg;

	q->broken = insights_feed(q->run, line, q->log, NULL) < 0;
	return !q->broken;
}

/* One more hour of the window, from its end. */
static void work(Queries *all, Query *q)
{
	int64_t from = q->left_ms - SLICE_MS > q->from_ms ? q->left_ms - SLICE_MS : q->from_ms;

	for (size_t i = 0; i < q->groups && !q->broken; i++) {
		q->log = arena_printf(&q->arena, "%.*s:%s", STR_ARG(q->account), q->group[i]->name);
		loggroup_each(sim_logs(all->sim), q->group[i], from, q->left_ms, q->now_ms, on_line, q);
	}
	q->left_ms = from;
	if (q->broken)
		q->status = Q_FAILED;
	else if (q->fate != Q_COMPLETE && q->left_ms - q->from_ms <= (q->to_ms - q->from_ms) / 2)
		q->status = q->fate;
	else if (q->left_ms <= q->from_ms)
		q->status = Q_COMPLETE;
}

static void on_tick(uv_timer_t *t)
{
	Queries *all = t->data;
	int64_t begun = clock_mono_ms();
	bool busy = false;

	for (Query *q = all->first; q; q = q->next) {
		if (q->status == Q_SCHEDULED && begun >= q->begin_mono_ms)
			q->status = Q_RUNNING;
		if (q->status == Q_RUNNING && clock_mono_ms() - begun < WORK_MS)
			work(all, q);
		busy |= !is_over(q);
	}
	if (!busy)
		(void)uv_timer_stop(t);
}

static Queries *queries_of(Sim *sim)
{
	Queries **at = sim_queries(sim);

	if (!*at) {
		*at = xcalloc(1, sizeof **at);
		(*at)->sim = sim;
		(void)uv_timer_init(sim_loop(sim), &(*at)->timer);      /* cannot fail (libuv documentation) */
		(*at)->timer.data = *at;
		uv_unref((uv_handle_t *)&(*at)->timer);
	}
	return *at;
}

static void on_closed(uv_handle_t *h)
{
	free(h->data);
}

void queries_close(Queries *all)
{
	Query *q, *next;

	if (!all)
		return;
	for (q = all->first; q; q = next) {
		next = q->next;
		query_free(q);
	}
	all->first = NULL;
	uv_close((uv_handle_t *)&all->timer, on_closed);
}

/* Forgets the oldest of those that have ended when there are too many. */
static void make_room(Queries *all)
{
	Query **at = &all->first, **oldest = NULL;
	size_t n = 0;

	for (; *at; at = &(*at)->next, n++)
		if (is_over(*at))
			oldest = at;
	if (n >= KEPT_MAX && oldest) {
		Query *gone = *oldest;
		*oldest = gone->next;
		query_free(gone);
	}
}

/* --- StartQuery --- */

static int add_group(SimCall *c, Query *q, Str name, Err *e)
{
	LogGroup *g = logs_group_of(c, name);

	if (!g)
		return err_set(e, "The specified log group does not exist: %.*s", STR_ARG(str_sub(name, 0, 200)));
	if (q->groups == QUERY_GROUPS)
		return err_set(e, "A query looks into at most %d log groups", QUERY_GROUPS);
	q->group[q->groups++] = g;
	return 0;
}

static int read_groups(SimCall *c, Query *q, bool *missing, Err *e)
{
	JsonVal names = {0}, ids = {0}, list;
	Str one = {0}, name;

	if (jv_opt_str(c->body, "logGroupName", &one, e) < 0 || jv_opt_array(c->body, "logGroupNames", &names, e) < 0 ||
	    jv_opt_array(c->body, "logGroupIdentifiers", &ids, e) < 0)
		return -1;
	if ((one.n > 0) + (jv_count(names) > 0) + (jv_count(ids) > 0) != 1)
		return err_set(e, "Exactly one of logGroupName, logGroupNames and logGroupIdentifiers must be given");
	*missing = true;
	if (one.n)
		return add_group(c, q, one, e);
	list = jv_count(names) ? names : ids;
	for (size_t i = 0; i < jv_count(list); i++)
		if (jv_as_str(jv_at(list, i), &name, e) < 0 || add_group(c, q, name, e) < 0)
			return -1;
	return 0;
}

static int read_window(SimCall *c, Query *q, int64_t *limit, Err *e)
{
	int64_t from, to;
	Str language = {0}, text;

	if (jv_i64(c->body, "startTime", &from, e) < 0 || jv_i64(c->body, "endTime", &to, e) < 0 ||
	    jv_str(c->body, "queryString", &text, e) < 0 || jv_opt_i64(c->body, "limit", limit, e) < 0 ||
	    jv_opt_str(c->body, "queryLanguage", &language, e) < 0)
		return -1;
	if (from < 0 || to < from || to > INT64_C(1) << 40)
		return err_set(e, "startTime and endTime are seconds since 1970, and the query's end must not lie before its start");
	if (*limit < 1 || *limit > LIMIT_MAX)
		return err_set(e, "limit must be between 1 and %d", LIMIT_MAX);
	if (language.n && !str_is(language, "CWLI"))
		return err_set(e, "The simulated region serves the query language CWLI only");
	if (text.n > QUERY_TEXT)
		return err_set(e, "queryString is longer than %d characters", QUERY_TEXT);
	q->from_ms = from * 1000;
	q->to_ms = q->left_ms = to * 1000 + 1000;            /* the last second is part of it */
	if (q->left_ms > c->now_ms + 1)
		q->left_ms = c->now_ms + 1;
	q->text = arena_str(&q->arena, text);
	return 0;
}

static void fail_malformed(SimCall *c, size_t from, size_t to, const Err *e)
{
	Buf out = {0};
	JsonW w = jw_to(&out);

	jw_object(&w);
	jw_kstr(&w, "__type", STR("MalformedQueryException"));
	jw_kstr(&w, "message", str_of(e->text));
	jw_key(&w, "queryCompileError");
	jw_object(&w);
	jw_kstr(&w, "message", str_of(e->text));
	jw_key(&w, "location");
	jw_object(&w);
	jw_ki64(&w, "startCharOffset", (int64_t)from);
	jw_ki64(&w, "endCharOffset", (int64_t)to);
	jw_object_end(&w);
	jw_object_end(&w);
	jw_object_end(&w);
	sim_answer_as(c, 400, buf_str(&out), NULL, (Str){0});
	buf_done(&out);
}

/* 0, or -1 when the call has been answered. */
static int read_query(SimCall *c, Query *q)
{
	int64_t limit = INSIGHTS_LIMIT;
	bool missing = false;
	size_t from, to;
	Err e;

	if (read_window(c, q, &limit, &e) < 0 || read_groups(c, q, &missing, &e) < 0) {
		sim_fail_err(c, missing ? "ResourceNotFoundException" : "InvalidParameterException", &e);
		return -1;
	}
	if (!(q->run = insights_new(q->text, limit, &from, &to, &e))) {
		fail_malformed(c, from, to, &e);
		return -1;
	}
	return 0;
}

void logs_start_query(SimCall *c)
{
	Queries *all = queries_of(c->sim);
	Query *q = xcalloc(1, sizeof *q);
	int running = 0;

	if (read_query(c, q) < 0) {
		query_free(q);
		return;
	}
	for (const Query *other = all->first; other; other = other->next)
		running += !is_over(other);
	if (running >= RUNNING_MAX) {
		sim_fail(c, 400, "LimitExceededException", "Account maximum query concurrency limit of [100] reached.");
		query_free(q);
		return;
	}
	make_room(all);
	snprintf(q->id, sizeof q->id, "%s", c->request_id);
	q->account = arena_str(&q->arena, c->who.account);
	q->now_ms = c->now_ms;
	q->begin_mono_ms = clock_mono_ms() + SCHEDULED_MS;
	q->fate = c->plan.mid != MID_ERROR ? Q_COMPLETE : c->plan.salt & 1 ? Q_TIMEOUT : Q_FAILED;
	q->next = all->first;
	all->first = q;
	(void)uv_timer_start(&all->timer, on_tick, TICK_MS, TICK_MS);
	sim_answer(c, arena_printf(c->arena, "{\"queryId\":\"%s\"}", q->id));
}

/* --- what there is of it --- */

/* NULL when the call has been answered. */
static Query *find_query(SimCall *c)
{
	Str id;
	Err e;

	if (jv_str(c->body, "queryId", &id, &e) < 0) {
		sim_fail_err(c, "InvalidParameterException", &e);
		return NULL;
	}
	for (Query *q = queries_of(c->sim)->first; q; q = q->next)
		if (str_is(id, q->id) && str_eq(q->account, c->who.account))
			return q;
	sim_fail(c, 400, "ResourceNotFoundException", "The specified query does not exist.");
	return NULL;
}

static void put_statistics(JsonW *w, const Query *q)
{
	InsightsCount n = insights_count(q->run);

	jw_key(w, "statistics");
	jw_object(w);
	jw_knum(w, "recordsMatched", (double)n.matched);
	jw_knum(w, "recordsScanned", (double)n.scanned);
	jw_knum(w, "bytesScanned", (double)n.bytes);
	jw_knum(w, "logGroupsScanned", (double)q->groups);
	jw_object_end(w);
}

void logs_get_query_results(SimCall *c)
{
	int64_t page = PAGE_ROWS, at = 0;
	Query *q = find_query(c);
	Buf out = {0};
	JsonW w = jw_to(&out);
	Str token = {0};
	size_t rows;
	Err e;

	if (!q)
		return;
	if (jv_opt_i64(c->body, "maxItems", &page, &e) < 0 || jv_opt_str(c->body, "nextToken", &token, &e) < 0 || page < 1 || page > PAGE_ROWS ||
	    (token.n && (str_i64(token, &at) < 0 || at < 0))) {
		sim_fail(c, 400, "InvalidParameterException", "maxItems or nextToken is not valid.");
		return;
	}
	rows = insights_rows(q->run);
	jw_object(&w);
	jw_kstr(&w, "queryLanguage", STR("CWLI"));
	jw_key(&w, "results");
	jw_array(&w);
	for (size_t i = (size_t)at; i < rows && i < (size_t)(at + page); i++)
		insights_put_row(q->run, i, &w);
	jw_array_end(&w);
	put_statistics(&w, q);
	jw_kstr(&w, "status", str_of(status_names[q->status]));
	if ((size_t)(at + page) < rows && is_over(q))
		jw_kstr(&w, "nextToken", arena_printf(c->arena, "%lld", (long long)(at + page)));
	jw_object_end(&w);
	sim_answer(c, buf_str(&out));
	buf_done(&out);
}

void logs_stop_query(SimCall *c)
{
	Query *q = find_query(c);

	if (!q)
		return;
	if (is_over(q)) {
		sim_fail(c, 400, "InvalidParameterException", "The query has already ended.");
		return;
	}
	q->status = Q_CANCELLED;
	sim_answer(c, STR("{\"success\":true}"));
}

void logs_describe_queries(SimCall *c)
{
	Str status = {0}, group = {0};
	int64_t left = DESCRIBED_MAX;
	Buf out = {0};
	JsonW w = jw_to(&out);
	Err e;

	if (jv_opt_str(c->body, "status", &status, &e) < 0 || jv_opt_str(c->body, "logGroupName", &group, &e) < 0 ||
	    jv_opt_i64(c->body, "maxResults", &left, &e) < 0 || left < 1 || left > DESCRIBED_MAX) {
		logs_invalid(c, "status, logGroupName or maxResults is not valid");
		return;
	}
	jw_object(&w);
	jw_key(&w, "queries");
	jw_array(&w);
	for (const Query *q = queries_of(c->sim)->first; q && left > 0; q = q->next) {
		if (!str_eq(q->account, c->who.account) || (status.n && !str_is(status, status_names[q->status])) ||
		    (group.n && !str_is(group, q->group[0]->name)))
			continue;
		jw_object(&w);
		jw_kstr(&w, "queryId", str_of(q->id));
		jw_kstr(&w, "queryString", q->text);
		jw_kstr(&w, "status", str_of(status_names[q->status]));
		jw_ki64(&w, "createTime", q->now_ms);
		jw_kstr(&w, "logGroupName", str_of(q->group[0]->name));
		jw_kstr(&w, "queryLanguage", STR("CWLI"));
		jw_object_end(&w);
		left--;
	}
	jw_array_end(&w);
	jw_object_end(&w);
	sim_answer(c, buf_str(&out));
	buf_done(&out);
}
