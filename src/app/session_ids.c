/* A line says whose session it is about by `session_id`, or `sessionId` as the logger of AgentCore's SDK writes it; and of which agent by its
 * `agent_id`, or by the log group, which AgentCore names after the runtime. */
#include "app/session_ids.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/logs.h"
#include "app/app_impl.h"
#include "app/registry.h"
#include "app/stops.h"
#include "aws/pages.h"
#include "base/clock.h"
#include "base/xalloc.h"
#include "model/agent_name.h"

enum { PAGES_MOST = 20, ASK_MS = 20000, LINE_MAX_BYTES = 1 << 20 };
#define RUNTIMES "/aws/bedrock-agentcore/runtimes/"

typedef struct Asking {
	App *a;
	Watch *w;
	unsigned epoch;
	uint64_t serial;
	SessionIdsTell *tell;
	FigKey agent;
	FigText backend, version;                    /* version: from now on as jobs call it */
	size_t group, groups;
	int64_t from_ms, until_ms;
	Pages pages;
	SessionIds found;
} Asking;

static void end(Asking *q, const char *why)
{
	if (why)
		(void)snprintf(q->found.why, sizeof q->found.why, "%s", why);
	if (!q->a->quitting && q->epoch == q->a->epoch)
		q->tell(q->a, q->serial, &q->found);
	pages_done(&q->pages);
	free(q);
}

/* --- what a line says --- */

static Str member(JsonVal root, const char *snake, const char *camel)
{
	Str s = STR("");

	if ((jv_opt_str(root, snake, &s, NULL) < 0 || !s.n) && jv_opt_str(root, camel, &s, NULL) < 0)
		s = STR("");
	return s;
}

/* ".../runtimes/upsell_generator-x1-prod" */
static bool is_its_group(const Asking *q)
{
	Str group = q->w->session.ctx->src.log_groups[q->group], name;
	const char *at = memmem(group.p, group.n, RUNTIMES, sizeof RUNTIMES - 1);

	if (!at)
		return false;
	name = str_sub(group, (size_t)(at - group.p) + sizeof RUNTIMES - 1, group.n);
	for (size_t i = 1; i < name.n; i++)
		if (name.p[i] == '-' && agent_same_name(str_sub(name, 0, i), str_of(q->agent)))
			return true;
	return false;
}

static bool is_its_line(const Asking *q, JsonVal root)
{
	Str agent = member(root, "agent_id", "agentId"), version = member(root, "agent_version", "agentVersion");

	if (agent.n ? !agent_same_name(agent, str_of(q->agent)) : !is_its_group(q))
		return false;
	return !q->version[0] || str_is(version, q->version);
}

/* Such ids are words: what is none would be read as several, or could not be typed. */
static bool is_id(Str id)
{
	for (size_t i = 0; i < id.n; i++)
		if ((unsigned char)id.p[i] <= ' ' || id.p[i] == ',' || (unsigned char)id.p[i] >= 0x7f)
			return false;
	return id.n >= STOPS_SESSION_LEAST;
}

static void take(Asking *q, Str text)
{
	SessionIds *f = &q->found;
	size_t used = strlen(f->list);
	Arena a = { 0 };
	JsonVal root;
	Str id;

	if (jv_parse(&a, text, LINE_MAX_BYTES, &root, NULL) == 0 && jv_type(root) == JV_OBJECT && is_its_line(q, root)) {
		id = member(root, "session_id", "sessionId");
		if (is_id(id) && !str_has(str_of(f->list), id)) {
			if (used + id.n + 2 > sizeof f->list) {
				f->more = true;
			} else {
				(void)snprintf(f->list + used, sizeof f->list - used, "%s%.*s", used ? "," : "", STR_ARG(id));
				f->n++;
			}
		}
	}
	arena_done(&a);
}

/* --- asking --- */

static void ask_page(Asking *q);

static void begin_group(Asking *q)
{
	pages_start(&q->pages, "CloudWatch Logs", &(PagesLimit){ .pages = PAGES_MOST, .ms = ASK_MS }, clock_mono_ms());
	ask_page(q);
}

static void on_page(AwsCall *call, const void *answer, const AwsError *err, void *arg)
{
	Asking *q = arg;
	const LogsFilterOut *out = answer;
	PagesStep step;
	Err e = { 0 };

	(void)call;
	if (err || q->a->quitting || q->epoch != q->a->epoch) {
		end(q, err ? err->err.text : NULL);
		return;
	}
	for (size_t i = 0; i < out->events.n; i++)
		take(q, out->events.v[i].message);
	step = pages_next(&q->pages, out->next_token, out->events.n, clock_mono_ms(), &e);
	if (step == PAGES_MORE) {
		ask_page(q);
	} else if (step == PAGES_BROKEN) {
		end(q, e.text);
	} else if (++q->group < q->groups) {
		pages_done(&q->pages);
		begin_group(q);
	} else {
		end(q, NULL);
	}
}

static void ask_page(Asking *q)
{
	Str group = q->w->session.ctx->src.log_groups[q->group];
	bool arn = str_starts(group, STR("arn:"));
	LogsFilterIn in = { .group = arn ? STR("") : group, .group_arn = arn ? group : STR(""), .pattern = STR("?session_id ?sessionId"),
	                    .start_ms = q->from_ms, .end_ms = q->until_ms, .next_token = q->pages.token };
	AwsHandler h = { .on_done = on_page, .arg = q, .total_ms = ASK_MS, .rank = RANK_PERSON };
	Err e = { 0 };

	if (!aws_call(q->w->session.aws, &op_logs_filter_log_events, &in, &h, &e))
		end(q, e.text);
}

/* --- what jobs call the version --- */

static int release_run(Store *s, void *work, Err *e)
{
	Asking *q = work;
	Arena a = { 0 };
	Called called;
	int rc = registry_called_read(s, q->backend, str_of(q->agent), &a, &called, e);

	if (rc == 0)
		fig_text(q->version, sizeof q->version, arena_str(&a, registry_release_of(&called, str_of(q->version))));
	arena_done(&a);
	return rc;
}

static void release_done(void *work, const Err *err)
{
	Asking *q = work;

	q->a->reads--;
	if (err || q->a->quitting || q->epoch != q->a->epoch)
		end(q, err ? err->text : NULL);
	else
		begin_group(q);
}

void session_ids_ask(App *a, Watch *w, const ActOn *of, uint64_t serial, SessionIdsTell *tell)
{
	Asking *q = xcalloc(1, sizeof *q);
	int64_t now = app_clock(a);
	Str rest;

	*q = (Asking){ .a = a, .w = w, .epoch = a->epoch, .serial = serial, .tell = tell, .groups = w->session.ctx->src.log_group_count,
	               .from_ms = now - SESSION_IDS_MINUTES * INT64_C(60000), .until_ms = now };
	memcpy(q->agent, of->agent, sizeof q->agent);
	memcpy(q->version, of->version, sizeof q->version);
	fig_text(q->backend, sizeof q->backend, str_cut(str_of(of->pointer), '/', &rest));
	if (!q->groups) {
		end(q, "no log group is configured");
	} else if (q->version[0] && w->queue) {
		a->reads++;
		storeq_read(w->queue, (StoreWork){ release_run, release_done, q });
	} else {
		begin_group(q);
	}
}
