#include "app/playground_mcp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/app_impl.h"
#include "app/playground_local.h"
#include "app/playground_own.h"
#include "app/watch.h"
#include "base/version.h"
#include "base/xalloc.h"
#include "conf/mcp_servers.h"
#include "mcp/accepted.h"
#include "mcp/mcp.h"

enum { NAME_MAX_CHARS = 64, INPUT_SHOWN = 300, DESCRIPTION_SHOWN = 200 };

/* A tool as models know it: Converse takes letters, digits, _ and - only (ToolSpecification, name: [a-zA-Z0-9_-]+, at most 64). */
typedef struct Offered { char name[NAME_MAX_CHARS + 1]; Mcp *server; char *tool; bool read_only; } Offered;

/* A use of a tool, from the model's answer to the server's. */
typedef struct Use {
	PlaygroundMcp *m;
	struct Use *next;
	size_t   column, use;
	unsigned serial;
	Offered *of;
	char    *input;
	McpCall *call;
} Use;

struct PlaygroundMcp {
	App    *a;
	Mcp    *server[MCP_SERVERS_MAX];
	size_t  servers;
	char   *accepted;              /* path; NULL: nothing is kept */
	Offered *offered; size_t n, cap;
	Use    *waits;                 /* for a person, the first that came first */
	Use    *runs;
	char    waiting[MCP_ASKED];
	bool    stale;                 /* the list of tools is another one, and is offered when nobody uses the one of now */
};

/* --- what models are offered --- */

static bool is_listed(const App *a, Str qualified)
{
	const View *v = views_find(&a->views, STR("playground"));

	for (size_t i = 0; v && i < v->tool_count; i++)
		if (str_eq(v->tools[i], qualified))
			return true;
	return !v || !v->tool_count;
}

/* What a server says of its tools goes to models as it is: that which looks like orders to them is kept from them, unless the configuration
 * names the tool. */
static bool is_poisoned(const PlaygroundMcp *m, const Mcp *server, const McpTool *t)
{
	const Config *c = &m->a->shared.conf;

	for (size_t i = 0; i < c->mcp_servers; i++)
		for (size_t k = 0; str_eq(c->mcp_server[i].name, mcp_name(server)) && k < c->mcp_server[i].tools_n; k++)
			if (str_eq(c->mcp_server[i].tools[k], t->name))
				return false;
	return chat_is_injection(m->a->playground->chat, t->description);
}

static void offered_free(PlaygroundMcp *m)
{
	for (size_t i = 0; i < m->n; i++)
		free(m->offered[i].tool);
	m->n = 0;
}

static Offered *find(const PlaygroundMcp *m, Str name)
{
	for (size_t i = 0; i < m->n; i++)
		if (str_is(name, m->offered[i].name))
			return &m->offered[i];
	return NULL;
}

static void name_for_models(Str qualified, char out[NAME_MAX_CHARS + 1])
{
	size_t n = 0;

	for (size_t i = 0; i < qualified.n && n < NAME_MAX_CHARS; i++) {
		const char c = qualified.p[i];
		const bool fits = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';

		out[n++] = fits ? c : '_';
	}
	out[n] = 0;
}

static bool is_taken(const ChatTool *v, size_t n, Str name)
{
	for (size_t i = 0; i < n; i++)
		if (v[i].name.n && str_eq(v[i].name, name))
			return true;
	return false;
}

/* Of two with one name for models, and of what nobody has accepted, nothing is offered. */
static void offer(PlaygroundMcp *m, Mcp *server, const McpTool *t, ChatTool *out, size_t *n)
{
	Offered o = { .server = server, .read_only = t->read_only };

	name_for_models(t->qualified, o.name);
	if (t->fault || t->trust != MCP_ACCEPTED || !is_listed(m->a, t->qualified) || find(m, str_of(o.name)) || *n == CHAT_TOOLS ||
	    is_taken(out, *n, str_of(o.name)) || is_poisoned(m, server, t))
		return;
	o.tool = xstrndup(t->name.p, t->name.n);
	VEC_GROW(m->offered, m->cap, m->n + 1);
	m->offered[m->n++] = o;
	out[(*n)++] = (ChatTool){ .description = t->description, .schema = t->input_schema };
}

static void offer_all(PlaygroundMcp *m)
{
	ChatTool *tools = xcalloc(CHAT_TOOLS, sizeof *tools);
	Playground *p = m->a->playground;
	size_t n, own, count;
	Str forced;
	Err e = { 0 };

	m->stale = m->waits || m->runs || (chat_tools(p->chat, &forced) && forced.n);
	if (m->stale) {
		free(tools);
		return;
	}
	offered_free(m);
	n = own = local_offer(m->a, tools, CHAT_TOOLS);
	for (size_t i = 0; i < m->servers; i++) {
		const McpTool *t = mcp_tools(m->server[i], &count);

		/* One that is started again keeps its tools: calls wait for it, or say what became of it. */
		for (size_t k = 0; mcp_state(m->server[i]) != MCP_OFF && k < count; k++)
			offer(m, m->server[i], &t[k], tools, &n);
	}
	for (size_t i = own; i < n; i++)
		tools[i].name = str_of(m->offered[i - own].name);
	if (chat_set_tools(p->chat, tools, n, STR(""), &e) < 0)
		playground_say(m->a, &e);
	free(tools);
	app_changed(m->a, TOPIC_CHAT);
}

/* Without servers, and unless every answer must fill the form of one. */
static void offer_own(App *a)
{
	ChatTool tools[CHAT_TOOLS];
	Chat *chat = a->playground->chat;
	Str forced;
	Err e = { 0 };

	if (chat_tools(chat, &forced) && forced.n)
		return;
	if (chat_set_tools(chat, tools, local_offer(a, tools, CHAT_TOOLS), STR(""), &e) < 0)
		playground_say(a, &e);
	app_changed(a, TOPIC_CHAT);
}

void mcp_offer(App *a)
{
	if (a->playground && a->playground->mcp)
		offer_all(a->playground->mcp);
	else if (a->playground)
		offer_own(a);
}

static void on_state(Mcp *server, void *arg)
{
	PlaygroundMcp *m = arg;
	char say[sizeof m->a->say];
	Err e = { 0 };

	if (mcp_state(server) == MCP_READY && m->accepted)
		(void)accepted_save(m->accepted, server, &e);
	if (mcp_state(server) == MCP_OFF) {
		(void)snprintf(say, sizeof say, "MCP server %.*s is off: %.200s", STR_ARG(mcp_name(server)), mcp_why(server));
		app_tell(m->a, ROLE_WARN, say);
	}
	offer_all(m);
}

/* --- one use --- */

static void use_free(Use *u)
{
	free(u->input);
	free(u);
}

static void take_out(Use **list, Use *u)
{
	while (*list && *list != u)
		list = &(*list)->next;
	if (*list)
		*list = u->next;
}

/* The first that waits is what is asked about. */
static void show_waiting(PlaygroundMcp *m)
{
	const Use *u = m->waits;

	m->waiting[0] = 0;
	if (u)
		(void)snprintf(m->waiting, sizeof m->waiting, "%s%.*s/%s %.*s", u->next ? "(and others) " : "", STR_ARG(mcp_name(u->of->server)), u->of->tool,
		               INPUT_SHOWN, u->input);
	app_changed(m->a, TOPIC_CHAT);
}

static void give(PlaygroundMcp *m, const Use *u, Str text, bool error)
{
	if (m->a->playground)
		chat_tool_result(m->a->playground->chat, u->column, u->serial, u->use, text, error);
}

static void on_done(McpCall *c, const McpResult *r, const Err *why, void *arg)
{
	Use *u = arg;
	PlaygroundMcp *m = u->m;

	(void)c;
	if (m) {
		take_out(&m->runs, u);
		if (why)
			give(m, u, str_of(why->text), true);
		else
			give(m, u, r->text.n ? r->text : r->structured, r->is_error);
		if (m->stale)
			offer_all(m);
	}
	use_free(u);
}

static void call(Use *u)
{
	PlaygroundMcp *m = u->m;
	Err e = { 0 };

	u->next = m->runs;
	m->runs = u;
	u->call = mcp_call(u->of->server, str_of(u->of->tool), str_of(u->input), &(McpHandler){ .on_done = on_done, .arg = u }, &e);
	if (u->call)
		return;
	take_out(&m->runs, u);
	give(m, u, str_of(e.text), true);
	use_free(u);
}

void mcp_run(App *a, size_t column, unsigned serial, size_t use, Str name, Str input)
{
	PlaygroundMcp *m = a->playground->mcp;
	Offered *o = m ? find(m, name) : NULL;
	Use *u, **last;

	if (!o) {
		chat_tool_result(a->playground->chat, column, serial, use, STR("this tool is not offered any more"), true);
		return;
	}
	u = xcalloc(1, sizeof *u);
	*u = (Use){ .m = m, .column = column, .serial = serial, .use = use, .of = o, .input = xstrndup(input.p, input.n) };
	if (o->read_only) {
		call(u);
		return;
	}
	for (last = &m->waits; *last; last = &(*last)->next)
		;
	*last = u;
	show_waiting(m);
}

void mcp_drop(App *a, size_t column)
{
	PlaygroundMcp *m = a->playground->mcp;
	bool dropped = false;

	for (Use **u = m ? &m->waits : NULL; u && *u;) {
		Use *gone = *u;

		if (gone->column != column) {
			u = &gone->next;
			continue;
		}
		*u = gone->next;
		use_free(gone);
		dropped = true;
	}
	for (Use *u = m ? m->runs : NULL; u; u = u->next)
		if (u->column == column && u->call)
			mcp_cancel(u->call);
	if (dropped)
		show_waiting(m);
	if (dropped && m->stale)
		offer_all(m);
}

static Use *next_waiting(App *a)
{
	PlaygroundMcp *m = a->playground ? a->playground->mcp : NULL;
	Use *u = m ? m->waits : NULL;

	if (!u) {
		app_say(a, ROLE_WARN, "no tool waits to be allowed");
		return NULL;
	}
	m->waits = u->next;
	u->next = NULL;
	show_waiting(m);
	return u;
}

void mcp_allow(App *a, Str rest)
{
	Use *u = next_waiting(a);

	(void)rest;
	if (u)
		call(u);
}

void mcp_deny(App *a, Str rest)
{
	Use *u = next_waiting(a);

	(void)rest;
	if (!u)
		return;
	give(u->m, u, STR("the person refused this"), true);
	use_free(u);
}

const char *mcp_waiting(const App *a)
{
	const PlaygroundMcp *m = a && a->playground ? a->playground->mcp : NULL;

	return m ? m->waiting : "";
}

/* --- servers --- */

static void start(App *a)
{
	const Config *c = &a->shared.conf;
	PlaygroundMcp *m = xcalloc(1, sizeof *m);
	Err e = { 0 };

	m->a = a;
	m->accepted = accepted_path();
	a->playground->mcp = m;
	for (size_t i = 0; i < c->mcp_servers && m->servers < MCP_SERVERS_MAX; i++) {
		const ConfMcpServer *s = &c->mcp_server[i];
		McpSpec spec = {
			.name = s->name, .command = s->command, .command_n = s->command_n, .url = s->url, .bearer_env = s->bearer_env, .env = s->env,
			.env_n = s->env_n, .tools = s->tools, .tools_n = s->tools_n, .timeout_ms = s->timeout_ms, .client_version = SEISMO_VERSION,
		};
		Mcp *server = mcp_open(a->loop, a->shared.http, &spec, &(McpEvents){ on_state, m }, &e);

		if (server && m->accepted && accepted_load(m->accepted, server, &e) < 0) {
			mcp_close(server, NULL, NULL);
			server = NULL;
		}
		if (server)
			m->server[m->servers++] = server;
		else
			app_tell(a, ROLE_WARN, e.text);
	}
}

void mcp_leave(App *a)
{
	PlaygroundMcp *m = a->playground ? a->playground->mcp : NULL;

	if (!m)
		return;
	a->playground->mcp = NULL;
	(void)chat_set_tools(a->playground->chat, NULL, 0, STR(""), NULL);
	while (m->waits) {
		Use *u = m->waits;

		m->waits = u->next;
		chat_tool_result(a->playground->chat, u->column, u->serial, u->use, STR("the tools were taken away"), true);
		use_free(u);
	}
	for (Use *u = m->runs; u; u = u->next)
		u->m = NULL;
	/* Which ends the calls, and with them their uses. */
	for (size_t i = 0; i < m->servers; i++)
		mcp_close(m->server[i], NULL, NULL);
	offered_free(m);
	free(m->offered);
	free(m->accepted);
	free(m);
	offer_own(a);
}

static const char *const states[] = { [MCP_STARTING] = "starting", [MCP_READY] = "ready", [MCP_RESTING] = "resting", [MCP_OFF] = "off" };

/* Why a tool is not offered; empty: it is. */
static const char *why_not(const PlaygroundMcp *m, const Mcp *server, const McpTool *t)
{
	if (t->fault)
		return t->fault;
	if (t->trust == MCP_CHANGED)
		return "changed since it was accepted: seismo mcp accept";
	if (t->trust == MCP_NEW)
		return "new: seismo mcp accept";
	if (!is_listed(m->a, t->qualified))
		return "not in availableTools";
	return is_poisoned(m, server, t) ? "not offered: its description looks like prompt injection; name it in tools: if it is none" : "";
}

static void put_tools(Buf *b, const PlaygroundMcp *m, const Mcp *server)
{
	size_t n;
	const McpTool *t = mcp_tools(server, &n);

	for (size_t i = 0; i < n; i++) {
		const char *why = why_not(m, server, &t[i]);

		(void)buf_printf(b, "  %c %.*s%s%s\n", t[i].read_only ? ' ' : '!', STR_ARG(t[i].qualified), *why ? "  " : "", why);
		if (t[i].description.n)
			(void)buf_printf(b, "      %.*s\n", STR_ARG(str_sub(t[i].description, 0, DESCRIPTION_SHOWN)));
	}
}

static void list(App *a)
{
	const PlaygroundMcp *m = a->playground->mcp;
	Buf b = { 0 };

	if (m)
		(void)buf_puts(&b, "! is not marked read-only: each use waits for :allow or :deny.\n\n");
	if (!a->shared.conf.mcp_servers)
		(void)buf_puts(&b, "No servers are configured: mcp_servers in config.yaml (docs/mcp.md).\n");
	else if (!m)
		(void)buf_printf(&b, "%zu servers are configured and not started; :mcp on starts them.\n", a->shared.conf.mcp_servers);
	for (size_t i = 0; m && i < m->servers; i++) {
		(void)buf_printf(&b, "%.*s  %s %s\n", STR_ARG(mcp_name(m->server[i])), states[mcp_state(m->server[i])], mcp_why(m->server[i]));
		put_tools(&b, m, m->server[i]);
	}
	page_show(a, "MCP servers", buf_str(&b));
	buf_done(&b);
}

void mcp_command(App *a, Str rest)
{
	Playground *p = playground_shown(a);
	Str word = str_trim(rest);
	char say[120];

	if (!p)
		return;
	if (str_is(word, "on") && !p->mcp && a->shared.conf.mcp_servers) {
		start(a);
		(void)snprintf(say, sizeof say, "starting %zu MCP servers; :mcp lists their tools", p->mcp->servers);
		app_say(a, ROLE_INFO, say);
	} else if (str_is(word, "off")) {
		mcp_leave(a);
		app_say(a, ROLE_INFO, "the MCP servers are stopped, and models have none of their tools");
	} else {
		list(a);
	}
	app_changed(a, TOPIC_CHAT);
}
