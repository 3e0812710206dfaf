/* The MCP client alone, with the waits that the program keeps fixed as arguments.
 *
 *   mcp_probe [timeout_ms=N] [retry_ms=N] [url=URL] STEP … [-- COMMAND …]
 *
 * goes through the steps and writes one line of JSON for each thing that happens: states, tools, progress, the end of calls. Steps:
 * ready (or off), off, tools, start=TOOL:JSON, call=TOOL:JSON (start, and wait for its end), done (all calls have ended), cancel (the
 * newest), accept=TOOL, restart, sleep=MS. The last line has the longest time that the loop was kept from a timer, and how long the
 * closing took. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "mcp/mcp.h"
#include "net/http.h"
#include "wire/jsonw.h"

enum { BEAT_MS = 10, COMMAND_MAX = 32 };

typedef struct Probe {
	uv_loop_t loop;
	uv_timer_t beat, sleep;
	Http   *http;
	Mcp    *mcp;
	McpCall *newest;
	char  **step;
	int     steps, at, running;
	const char *wait;              /* the step that is waited for */
	bool    slept, closing;
	int64_t began_ms, beat_ms, gap_ms, close_ms;
} Probe;

static const char *const states[] = { [MCP_STARTING] = "starting", [MCP_READY] = "ready", [MCP_RESTING] = "resting", [MCP_OFF] = "off" };
static const char *const trusts[] = { [MCP_ACCEPTED] = "accepted", [MCP_NEW] = "new", [MCP_CHANGED] = "changed" };

static void go(Probe *p);

static JsonW line(Probe *p, Buf *out, const char *event)
{
	JsonW w = jw_to(out);

	jw_object(&w);
	jw_kstr(&w, "event", str_of(event));
	jw_ki64(&w, "ms", clock_mono_ms() - p->began_ms);
	return w;
}

static void print(JsonW *w)
{
	jw_object_end(w);
	(void)buf_putc(w->out, '\n');
	if (fd_write_all(STDOUT_FILENO, w->out->p, w->out->n, NULL) < 0)
		exit(1);
	buf_done(w->out);
}

static void on_done(McpCall *c, const McpResult *r, const Err *why, void *arg)
{
	Probe *p = arg;
	Buf out = { 0 };
	JsonW w = line(p, &out, "done");

	if (p->newest == c)
		p->newest = NULL;
	p->running--;
	jw_key(&w, "error");
	jw_cstr(&w, why ? why->text : NULL);
	jw_ki64(&w, "kind", why ? (int64_t)why->kind : 0);
	if (r) {
		jw_kstr(&w, "text", str_sub(r->text, 0, 300));
		jw_ki64(&w, "bytes", (int64_t)r->text.n);
		jw_kbool(&w, "isError", r->is_error);
		jw_kbool(&w, "cut", r->cut);
		jw_kraw(&w, "structured", r->structured);
	}
	print(&w);
	go(p);
}

static void on_progress(McpCall *c, const McpProgress *pr, void *arg)
{
	Buf out = { 0 };
	JsonW w = line(arg, &out, "progress");

	(void)c;
	jw_knum(&w, "done", pr->done);
	jw_knum(&w, "total", pr->total);
	print(&w);
}

static void start(Probe *p, const char *what)
{
	const McpHandler h = { on_done, on_progress, p };
	Str json, tool = str_cut(str_of(what), ':', &json);
	Buf out = { 0 };
	Err e = { 0 };
	JsonW w;

	if ((p->newest = mcp_call(p->mcp, tool, json, &h, &e))) {
		p->running++;
		return;
	}
	w = line(p, &out, "refused");
	jw_kstr(&w, "error", str_of(e.text));
	jw_ki64(&w, "kind", (int64_t)e.kind);
	print(&w);
}

static void show_tools(Probe *p)
{
	size_t n;
	const McpTool *t = mcp_tools(p->mcp, &n);
	Buf out = { 0 };
	JsonW w = line(p, &out, "tools");

	jw_key(&w, "tools");
	jw_array(&w);
	for (size_t i = 0; i < n; i++) {
		jw_object(&w);
		jw_kstr(&w, "name", t[i].qualified);
		jw_kstr(&w, "trust", str_of(trusts[t[i].trust]));
		jw_kbool(&w, "readOnly", t[i].read_only);
		jw_key(&w, "fault");
		jw_cstr(&w, t[i].fault);
		jw_object_end(&w);
	}
	jw_array_end(&w);
	jw_kstr(&w, "note", str_of(mcp_why(p->mcp)));
	print(&w);
}

static void on_state(Mcp *m, void *arg)
{
	Probe *p = arg;
	Buf out = { 0 };
	JsonW w = line(p, &out, "state");

	jw_kstr(&w, "state", str_of(states[mcp_state(m)]));
	jw_kstr(&w, "why", str_of(mcp_why(m)));
	jw_kstr(&w, "version", str_of(mcp_version(m)));
	jw_ki64(&w, "pid", mcp_pid(m));
	print(&w);
	go(p);
}

static void on_http_closed(void *arg)
{
	(void)arg;
}

static void close_rest(Probe *p)
{
	uv_close((uv_handle_t *)&p->beat, NULL);
	uv_close((uv_handle_t *)&p->sleep, NULL);
	http_close(p->http, on_http_closed, NULL);
}

static void on_closed(void *arg)
{
	Probe *p = arg;
	struct rusage used;
	Buf out = { 0 };
	JsonW w = line(p, &out, "end");

	(void)getrusage(RUSAGE_SELF, &used);
	jw_ki64(&w, "gapMs", p->gap_ms);
	jw_ki64(&w, "closeMs", clock_mono_ms() - p->close_ms);
	jw_ki64(&w, "maxRssKib", used.ru_maxrss);
	print(&w);
	close_rest(p);
}

static void on_slept(uv_timer_t *t)
{
	Probe *p = t->data;

	p->slept = true;
	go(p);
}

static bool is_over(Probe *p, const char *wait)
{
	McpState s = mcp_state(p->mcp);

	if (strcmp(wait, "ready") == 0)
		return s == MCP_READY || s == MCP_OFF;
	if (strcmp(wait, "off") == 0)
		return s == MCP_OFF;
	return strcmp(wait, "sleep") == 0 ? p->slept : p->running == 0;
}

/* Does one step; NULL: nothing is waited for. */
static const char *do_step(Probe *p, const char *step)
{
	Str value, verb = str_cut(str_of(step), '=', &value);

	if (str_is(verb, "start") || str_is(verb, "call")) {
		start(p, value.p);
		return str_is(verb, "call") ? "done" : NULL;
	}
	if (str_is(verb, "tools"))
		show_tools(p);
	else if (str_is(verb, "cancel") && p->newest)
		mcp_cancel(p->newest);
	else if (str_is(verb, "accept"))
		(void)mcp_accept(p->mcp, value, NULL);
	else if (str_is(verb, "restart"))
		mcp_restart(p->mcp);
	else if (str_is(verb, "sleep")) {
		p->slept = false;
		(void)uv_timer_start(&p->sleep, on_slept, (uint64_t)strtoul(value.p, NULL, 10), 0);
		return "sleep";
	}
	return str_is(verb, "ready") || str_is(verb, "off") || str_is(verb, "done") ? step : NULL;
}

static void go(Probe *p)
{
	while (!p->closing && (!p->wait || is_over(p, p->wait))) {
		p->wait = NULL;
		if (p->at < p->steps) {
			p->wait = do_step(p, p->step[p->at++]);
		} else {
			p->closing = true;
			p->close_ms = clock_mono_ms();
			mcp_close(p->mcp, on_closed, p);
		}
	}
}

static void on_beat(uv_timer_t *t)
{
	Probe *p = t->data;
	int64_t now = clock_mono_ms();

	if (p->beat_ms && now - p->beat_ms - BEAT_MS > p->gap_ms)
		p->gap_ms = now - p->beat_ms - BEAT_MS;
	p->beat_ms = now;
}

int main(int argc, char **argv)
{
	Probe p = { .began_ms = clock_mono_ms() };
	Str command[COMMAND_MAX], value;
	McpSpec spec = { .name = STR("s"), .command = command, .client_version = "probe", .url = STR("") };
	const McpEvents events = { on_state, &p };
	Err e = { 0 };
	int i = 1;

	(void)signal(SIGPIPE, SIG_IGN);
	for (; i < argc; i++) {
		Str key = str_cut(str_of(argv[i]), '=', &value);

		if (str_is(key, "url"))
			spec.url = value;
		else if (!(str_is(key, "timeout_ms") && str_i64(value, &spec.timeout_ms) == 0) &&
		         !(str_is(key, "retry_ms") && str_i64(value, &spec.retry_ms) == 0))
			break;
	}
	p.step = argv + i;
	for (; i < argc && strcmp(argv[i], "--") != 0; i++)
		p.steps++;
	for (i++; i < argc && spec.command_n < COMMAND_MAX; i++)
		command[spec.command_n++] = str_of(argv[i]);
	(void)uv_loop_init(&p.loop);
	(void)uv_timer_init(&p.loop, &p.beat);
	(void)uv_timer_init(&p.loop, &p.sleep);
	p.beat.data = p.sleep.data = &p;
	(void)uv_timer_start(&p.beat, on_beat, BEAT_MS, BEAT_MS);
	p.http = http_new(&p.loop, &e);
	if ((p.mcp = mcp_open(&p.loop, p.http, &spec, &events, &e))) {
		go(&p);
	} else {
		(void)fprintf(stderr, "mcp_probe: %s\n", e.text);
		close_rest(&p);
	}
	(void)uv_run(&p.loop, UV_RUN_DEFAULT);
	return uv_loop_close(&p.loop) != 0 ? 3 : p.mcp ? 0 : 1;
}
