/* `seismo mcp …`: the servers of the Model Context Protocol that the configuration names, their tools, one call. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "cli/cli.h"
#include "cli/emit.h"
#include "conf/config.h"
#include "conf/mcp_servers.h"
#include "conf/yaml.h"
#include "mcp/accepted.h"
#include "net/http.h"
#include "ui/clean.h"
#include "wire/jsonw.h"

enum { ARGUMENTS_MAX = 512 << 10, SIGNALS = 2 };

typedef struct Run Run;
struct Run {
	const Options *o;
	Arena   arena;
	Config  conf;
	uv_loop_t loop;
	uv_signal_t signal[SIGNALS];
	Http   *http;
	Mcp    *mcp;
	McpCall *call;
	Str     tool;                 /* without its server; empty: all of them */
	Str     arguments;
	void  (*on_ready)(Run *r);
	char   *path;                 /* of what was accepted; NULL: nothing is kept */
	int64_t began_ms;
	int     code;
	bool    ready, closing;
};

/* --- the end --- */

static void on_http_closed(void *arg)
{
	(void)arg;
}

static void on_mcp_closed(void *arg)
{
	Run *r = arg;

	r->mcp = NULL;
	http_close(r->http, on_http_closed, NULL);
}

static void leave(Run *r, int code)
{
	if (r->closing)
		return;
	r->closing = true;
	r->code = code;
	for (int i = 0; i < SIGNALS; i++)
		uv_close((uv_handle_t *)&r->signal[i], NULL);
	if (r->mcp)
		mcp_close(r->mcp, on_mcp_closed, r);
	else
		on_mcp_closed(r);
}

/* Sentences that came from a server may hold anything. */
static int fail(Run *r, const Err *e)
{
	Err shown = *e;

	(void)snprintf(shown.text, sizeof shown.text, "%s", clean_text(&r->arena, str_of(e->text), 0).p);
	return cli_fail(&shown);
}

static void on_signal(uv_signal_t *h, int number)
{
	Run *r = h->data;

	(void)number;
	if (r->call)
		mcp_cancel(r->call);      /* then its end is told, and ours comes with it */
	else
		leave(r, ERR_FAILED);
}

/* --- tools --- */

static const char *const trusts[] = { [MCP_ACCEPTED] = "accepted", [MCP_NEW] = "new", [MCP_CHANGED] = "changed" };

static const EmitColumn tool_columns[] = {
	{ "tool", "TOOL", CELL_TEXT, false },
	{ "readOnly", "READ-ONLY", CELL_TEXT, false },
	{ "trust", "TRUST", CELL_TEXT, false },
	{ "fault", NULL, CELL_TEXT, false },
	{ "title", NULL, CELL_TEXT, false },
	{ "description", "DESCRIPTION", CELL_TEXT, false },
};

static void put_tool(JsonW *w, const McpTool *t)
{
	jw_object(w);
	jw_kstr(w, "tool", t->qualified);
	jw_kstr(w, "title", t->title);
	jw_kstr(w, "description", t->description);
	jw_kbool(w, "readOnly", t->read_only);
	jw_kbool(w, "idempotent", t->idempotent);
	jw_kstr(w, "trust", str_of(trusts[t->trust]));
	jw_key(w, "fault");
	jw_cstr(w, t->fault);
	jw_kstr(w, "sha256", str_of(t->hash));
	jw_kraw(w, "inputSchema", t->input_schema);
	jw_kraw(w, "outputSchema", t->output_schema.n ? t->output_schema : STR("null"));
	jw_object_end(w);
}

static void show_tools(Run *r)
{
	size_t n;
	const McpTool *t = mcp_tools(r->mcp, &n);
	Buf json = { 0 };
	JsonW w = jw_to(&json);

	jw_array(&w);
	for (size_t i = 0; i < n; i++)
		put_tool(&w, &t[i]);
	jw_array_end(&w);
	if (*mcp_why(r->mcp))
		(void)fprintf(stderr, "seismo: %s\n", clean_text(&r->arena, str_of(mcp_why(r->mcp)), 0).p);
	leave(r, emit(r->o, &json, "", tool_columns, sizeof tool_columns / sizeof *tool_columns));
	buf_done(&json);
}

/* --- accept --- */

static void accept_tools(Run *r)
{
	size_t n, accepted = 0;
	const McpTool *t = mcp_tools(r->mcp, &n);
	Err e = { 0 };

	for (size_t i = 0; i < n; i++)
		if ((!r->tool.n || str_eq(r->tool, t[i].name)) && mcp_accept(r->mcp, t[i].name, &e) == 0)
			accepted++;
	if (!accepted)
		(void)err_kind(&e, ERR_USAGE, "the MCP server %.*s has no such tool", STR_ARG(mcp_name(r->mcp)));
	else if (!r->path)
		(void)err_set(&e, "nothing can be kept: neither XDG_STATE_HOME nor HOME is set");
	else if (accepted_save(r->path, r->mcp, &e) == 0)
		printf("accepted: %zu of %zu\n", accepted, n);
	leave(r, e.text[0] ? fail(r, &e) : 0);
}

/* --- call --- */

static void show_result(Run *r, const McpResult *result)
{
	Buf out = { 0 };
	JsonW w = jw_to(&out);

	if (r->o->out == OUT_JSON) {
		jw_object(&w);
		jw_kstr(&w, "tool", str_of(r->o->arg[1]));
		jw_kbool(&w, "isError", result->is_error);
		jw_kstr(&w, "text", result->text);
		jw_kraw(&w, "structured", result->structured.n ? result->structured : STR("null"));
		jw_kbool(&w, "cut", result->cut);
		jw_ki64(&w, "leftOut", (int64_t)result->left_out);
		jw_ki64(&w, "totalMs", clock_mono_ms() - r->began_ms);
		jw_object_end(&w);
	} else if (isatty(STDOUT_FILENO)) {
		(void)clean_to(&out, result->text, CLEAN_KEEP_NEWLINES);
	} else {
		(void)buf_put_str(&out, result->text);
	}
	(void)buf_putc(&out, '\n');
	if (fwrite(buf_cstr(&out), 1, out.n, result->is_error && r->o->out != OUT_JSON ? stderr : stdout) < out.n)
		(void)fprintf(stderr, "seismo: the result cannot be written\n");
	if (result->cut)
		(void)fprintf(stderr, "seismo: the result is longer; the first %d bytes are shown\n", (int)MCP_TEXT_MAX);
	buf_done(&out);
}

static void on_done(McpCall *c, const McpResult *result, const Err *why, void *arg)
{
	Run *r = arg;

	(void)c;
	r->call = NULL;
	if (result)
		show_result(r, result);
	leave(r, why ? fail(r, why) : result->is_error ? ERR_FAILED : 0);
}

static void on_progress(McpCall *c, const McpProgress *p, void *arg)
{
	Run *r = arg;
	const char *said = clean_capped(&r->arena, p->message, 200).p;

	(void)c;
	if (p->total > 0)
		(void)fprintf(stderr, "seismo: %.0f of %.0f %s\n", p->done, p->total, said);
	else
		(void)fprintf(stderr, "seismo: %.0f %s\n", p->done, said);
}

/* A server says itself which of its tools only read, so that this is asked for and not proved. */
static int may_run(const Run *r, const McpTool *t, Err *e)
{
	if (!t || t->read_only)
		return 0;
	if (r->o->read_only)
		return err_kind(e, ERR_REFUSED, "%s is not marked read-only by its server, and --readonly refuses it", t->qualified.p);
	if (!r->o->yes)
		return err_kind(e, ERR_REFUSED, "%s is not marked read-only by its server: it may change things; add --yes to run it", t->qualified.p);
	return 0;
}

static void call_tool(Run *r)
{
	const McpHandler h = { on_done, on_progress, r };
	Err e = { 0 };

	r->began_ms = clock_mono_ms();
	if (may_run(r, mcp_tool(r->mcp, r->tool), &e) == 0 && (r->call = mcp_call(r->mcp, r->tool, r->arguments, &h, &e)))
		return;
	leave(r, fail(r, &e));
}

/* --- the way there --- */

static void on_state(Mcp *m, void *arg)
{
	Run *r = arg;
	Err e = { 0 };

	if (r->closing)
		return;
	if (mcp_state(m) == MCP_READY && !r->ready) {
		r->ready = true;
		if (r->path && accepted_save(r->path, m, &e) < 0)
			(void)fprintf(stderr, "seismo: %s\n", e.text);
		r->on_ready(r);
	} else if (mcp_state(m) == MCP_RESTING) {
		(void)fprintf(stderr, "seismo: %s; trying again\n", clean_text(&r->arena, str_of(mcp_why(m)), 0).p);
	} else if (mcp_state(m) == MCP_OFF && !r->call) {
		(void)err_set(&e, "%s", mcp_why(m));
		leave(r, fail(r, &e));
	}
}

static const ConfMcpServer *find_server(const Config *c, Str name, Err *e)
{
	const char *known[MCP_SERVERS_MAX + 1] = { NULL }, *near;

	for (size_t i = 0; i < c->mcp_servers; i++) {
		if (str_eq(c->mcp_server[i].name, name))
			return &c->mcp_server[i];
		known[i] = c->mcp_server[i].name.p;
	}
	near = nearest_word(name, known);
	if (near)
		(void)err_kind(e, ERR_USAGE, "there is no MCP server \"%.*s\"; did you mean \"%s\"?", STR_ARG(str_sub(name, 0, 100)), near);
	else
		(void)err_kind(e, ERR_USAGE, "there is no MCP server \"%.*s\" in mcp_servers of the configuration%s", STR_ARG(str_sub(name, 0, 100)),
		               c->mcp_servers ? "; seismo mcp servers lists them" : "");
	return NULL;
}

static int open_server(Run *r, const ConfMcpServer *s, Err *e)
{
	const McpSpec spec = { .name = s->name, .command = s->command, .command_n = s->command_n, .url = s->url, .bearer_env = s->bearer_env,
	                       .env = s->env, .env_n = s->env_n, .tools = s->tools, .tools_n = s->tools_n, .timeout_ms = s->timeout_ms,
	                       .client_version = SEISMO_VERSION };
	const McpEvents events = { on_state, r };

	if (!(r->mcp = mcp_open(&r->loop, r->http, &spec, &events, e)))
		return -1;
	r->path = accepted_path();
	return r->path ? accepted_load(r->path, r->mcp, e) : 0;
}

static int run(Run *r, const ConfMcpServer *s)
{
	static const int signals[SIGNALS] = { SIGINT, SIGTERM };
	Err e = { 0 };

	(void)uv_loop_init(&r->loop);
	r->http = http_new(&r->loop, &e);
	for (int i = 0; i < SIGNALS; i++) {
		(void)uv_signal_init(&r->loop, &r->signal[i]);
		r->signal[i].data = r;
		(void)uv_signal_start(&r->signal[i], on_signal, signals[i]);
	}
	if (open_server(r, s, &e) < 0)
		leave(r, fail(r, &e));
	(void)uv_run(&r->loop, UV_RUN_DEFAULT);
	(void)uv_loop_close(&r->loop);
	free(r->path);
	return r->code;
}

/* --- servers --- */

static const EmitColumn server_columns[] = {
	{ "server", "SERVER", CELL_TEXT, false },
	{ "timeoutMs", "TIMEOUT MS", CELL_COUNT, true },
	{ "where", "COMMAND OR URL", CELL_TEXT, false },
};

static int list_servers(const Run *r)
{
	Buf json = { 0 }, where = { 0 };
	JsonW w = jw_to(&json);
	int code;

	jw_array(&w);
	for (size_t i = 0; i < r->conf.mcp_servers; i++) {
		const ConfMcpServer *s = &r->conf.mcp_server[i];

		buf_reset(&where);
		for (size_t k = 0; k < s->command_n; k++)
			(void)buf_printf(&where, "%s%.*s", k ? " " : "", STR_ARG(s->command[k]));
		jw_object(&w);
		jw_kstr(&w, "server", s->name);
		jw_kstr(&w, "where", s->command_n ? buf_str(&where) : s->url);
		jw_ki64(&w, "timeoutMs", s->timeout_ms);
		jw_object_end(&w);
	}
	jw_array_end(&w);
	code = emit(r->o, &json, "", server_columns, sizeof server_columns / sizeof *server_columns);
	buf_done(&where);
	buf_done(&json);
	return code;
}

/* --- the words --- */

typedef struct Word { const char *name; int least, most; bool whole; void (*on_ready)(Run *r); } Word;

/* whole: the first argument names a tool, not only its server. */
static const Word words[] = {
	{ "servers", 0, 0, false, NULL },
	{ "tools", 1, 1, false, show_tools },
	{ "call", 1, 2, true, call_tool },
	{ "accept", 1, 1, false, accept_tools },
};

static int take_arguments(Run *r, Err *e)
{
	Buf text = { 0 };
	int rc = 0;

	r->arguments = str_of(r->o->args > 2 ? r->o->arg[2] : "{}");
	if (str_is(r->arguments, "-")) {
		rc = fd_read_all(STDIN_FILENO, &text, ARGUMENTS_MAX, e);
		r->arguments = arena_str(&r->arena, buf_str(&text));
	}
	buf_done(&text);
	return rc;
}

static int run_word(Run *r, const Word *word, Err *e)
{
	const ConfMcpServer *s;
	Str server;

	if (!word->on_ready)
		return list_servers(r);
	server = str_cut(str_of(r->o->arg[1]), '/', &r->tool);
	if (word->whole != (r->tool.n > 0) && word->on_ready != accept_tools)
		return err_kind(e, ERR_USAGE, word->whole ? "%s: name the tool as SERVER/TOOL" : "%s: name the server alone", r->o->arg[1]);
	if (!(s = find_server(&r->conf, server, e)) || take_arguments(r, e) < 0)
		return -1;
	r->on_ready = word->on_ready;
	return run(r, s);
}

int cmd_mcp(const Options *o)
{
	Run r = { .o = o };
	const Word *word = NULL;
	Err e = { 0 };
	int code = -1;

	for (size_t i = 0; o->args && i < sizeof words / sizeof *words; i++)
		if (strcmp(o->arg[0], words[i].name) == 0 && o->args - 1 >= words[i].least && o->args - 1 <= words[i].most)
			word = &words[i];
	if (!word)
		(void)err_kind(&e, ERR_USAGE, "usage: seismo mcp servers | tools SERVER | call SERVER/TOOL [JSON] | accept SERVER[/TOOL]");
	else if (config_load(&r.arena, o->config, &r.conf, &e) == 0)
		code = run_word(&r, word, &e);
	if (code < 0)
		code = fail(&r, &e);
	arena_done(&r.arena);
	return code;
}
