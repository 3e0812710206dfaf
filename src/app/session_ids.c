/* A line says whose session it is about by `session_id`, or `sessionId` as the logger of AgentCore's SDK writes it; and of which agent by its
 * `agent_id`, or by the log group, which AgentCore names after the runtime. */
#include "app/session_ids.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/app_impl.h"
#include "app/log_groups.h"
#include "app/registry.h"
#include "app/stops.h"
#include "base/xalloc.h"
#include "model/agent_name.h"

enum { ASK_MS = 20000, LINE_MAX_BYTES = 1 << 20 };
#define RUNTIMES "/aws/bedrock-agentcore/runtimes/"

typedef struct Asking {
	App *a;
	Watch *w;
	unsigned epoch;
	uint64_t serial;
	SessionIdsTell *tell;
	FigKey agent;
	FigText backend, version;                    /* version: from now on as jobs call it */
	LogGroups from;
	SessionIds found;
} Asking;

static void end(void *arg, bool gone, const char *why)
{
	Asking *q = arg;

	if (why)
		(void)snprintf(q->found.why, sizeof q->found.why, "%s", why);
	if (!gone)
		q->tell(q->a, q->serial, &q->found);
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
static bool is_its_group(const Asking *q, size_t at)
{
	Str group = q->w->session.ctx->src.log_groups[at], name;
	const char *runtime = memmem(group.p, group.n, RUNTIMES, sizeof RUNTIMES - 1);

	if (!runtime)
		return false;
	name = str_sub(group, (size_t)(runtime - group.p) + sizeof RUNTIMES - 1, group.n);
	for (size_t i = 1; i < name.n; i++)
		if (name.p[i] == '-' && agent_same_name(str_sub(name, 0, i), str_of(q->agent)))
			return true;
	return false;
}

static bool is_its_line(const Asking *q, size_t group, JsonVal root)
{
	Str agent = member(root, "agent_id", "agentId"), version = member(root, "agent_version", "agentVersion");

	if (agent.n ? !agent_same_name(agent, str_of(q->agent)) : !is_its_group(q, group))
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

static void keep(SessionIds *f, Str id)
{
	size_t used = strlen(f->list);

	if (!is_id(id) || str_has(str_of(f->list), id))
		return;
	if (used + id.n + 2 > sizeof f->list) {
		f->more = true;
		return;
	}
	(void)snprintf(f->list + used, sizeof f->list - used, "%s%.*s", used ? "," : "", STR_ARG(id));
	f->n++;
}

static void take_line(Asking *q, size_t group, Str text)
{
	Arena a = { 0 };
	JsonVal root;

	if (jv_parse(&a, text, LINE_MAX_BYTES, &root, NULL) == 0 && jv_type(root) == JV_OBJECT && is_its_line(q, group, root))
		keep(&q->found, member(root, "session_id", "sessionId"));
	arena_done(&a);
}

/* --- asking --- */

static bool take(void *arg, size_t group, const LogsFilterOut *page)
{
	for (size_t i = 0; i < page->events.n; i++)
		take_line(arg, group, page->events.v[i].message);
	return true;
}

static void ask(Asking *q)
{
	int64_t now = app_clock(q->a);

	log_groups_start(&q->from, q->a, q->w, &(LogGroupsAsk){
		.pattern = STR("?session_id ?sessionId"), .from_ms = now - SESSION_IDS_MINUTES * INT64_C(60000), .until_ms = now, .ms = ASK_MS,
		.take = take, .end = end, .arg = q });
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
	if (q->a->quitting || q->epoch != q->a->epoch)
		end(q, true, NULL);
	else if (err)
		end(q, false, err->text);
	else
		ask(q);
}

void session_ids_ask(App *a, Watch *w, const ActOn *of, uint64_t serial, SessionIdsTell *tell)
{
	Asking *q = xcalloc(1, sizeof *q);
	Str rest;

	*q = (Asking){ .a = a, .w = w, .epoch = a->epoch, .serial = serial, .tell = tell };
	memcpy(q->agent, of->agent, sizeof q->agent);
	memcpy(q->version, of->version, sizeof q->version);
	fig_text(q->backend, sizeof q->backend, str_cut(str_of(of->pointer), '/', &rest));
	if (!w->session.ctx->src.log_group_count) {
		end(q, false, "no log group is configured");
	} else if (q->version[0] && w->queue) {
		a->reads++;
		storeq_read(w->queue, (StoreWork){ release_run, release_done, q });
	} else {
		ask(q);
	}
}
