/* The life of a server: it is opened, lost, opened again, closed. What must not happen inside a callback of the carrier or of the
 * caller is noted and done in a turn of its own. */
#include "mcp/mcp_own.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/retry.h"
#include "base/clock.h"
#include "base/xalloc.h"

enum { RETRY_MS = 1000, STEADY_MS = 60000, TOKEN_MAX = 4096 };

const char *const mcp_env_names[] = {
	"PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "TERM",
	"HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "https_proxy", "http_proxy", "no_proxy", "SSL_CERT_FILE", "SSL_CERT_DIR", NULL,
};

static void on_turn(uv_timer_t *t);

/* --- turns --- */

static void wake_at(Mcp *m, int64_t at_ms)
{
	int64_t now = clock_mono_ms();

	uv_update_time(m->loop);
	(void)uv_timer_start(&m->timer, on_turn, at_ms > now ? (uint64_t)(at_ms - now) : 0, 0);
}

void mcp_wake(Mcp *m)
{
	wake_at(m, 0);
}

void mcp_changed(Mcp *m)
{
	m->changed = true;
	mcp_wake(m);
}

static int64_t earlier(int64_t at_ms, int64_t next)
{
	return at_ms && at_ms < next ? at_ms : next;
}

/* Only for what a turn can do: one that comes back at once for something it cannot would keep the loop from everything else. */
static void wait_on(Mcp *m)
{
	int64_t next = mcp_calls_next(m);

	if (!m->dropping)
		next = earlier(m->restart_ms, next);
	if (m->state == MCP_READY && !m->listing)
		next = earlier(m->relist_ms, next);
	if (m->drop || (m->changed && !m->closing) || (m->closing && !m->dropping))
		next = 0;
	if (next < INT64_MAX)
		wake_at(m, next);
	else
		(void)uv_timer_stop(&m->timer);
}

/* --- the carrier --- */

static void on_message(void *arg, Str json)
{
	Mcp *m = arg;

	if (m->carrier && !m->drop && !m->closing)
		mcp_take(m, json);
}

static void on_miss(void *arg, int64_t id, const CarrierMiss *miss)
{
	Mcp *m = arg;
	McpCall *c = mcp_call_find(m, id);

	if (m->drop || m->closing)
		return;
	if (id == MCP_ID_INITIALIZED)
		mcp_initialized(m);
	else if (c && c->answer)
		mcp_lose(m, &miss->err, !miss->again);
	else if (c)
		mcp_call_miss(c, miss);
}

static void on_lost(void *arg, const Err *why)
{
	Mcp *m = arg;

	if (!m->closing)
		mcp_lose(m, why, false);
}

static int open_carrier(Mcp *m, Err *e)
{
	const CarrierEvents events = { on_message, on_miss, on_lost, m };

	m->garbage = m->in_second = 0;
	m->version = "";
	if (!(m->carrier = m->carry->open(&m->carrier_spec, &events, e)))
		return -1;
	m->state = MCP_STARTING;
	mcp_greet(m);
	mcp_changed(m);
	return 0;
}

static void on_carrier_closed(void *arg)
{
	Mcp *m = arg;

	m->dropping = false;
	mcp_wake(m);
}

static void drop_carrier(Mcp *m)
{
	Carrier *c = m->carrier;

	m->drop = false;
	if (!c)
		return;
	m->carrier = NULL;
	m->dropping = true;
	m->carry->close(c, on_carrier_closed, m);
}

/* --- lost, and started again --- */

static void give_up(Mcp *m)
{
	const Err why = m->why;

	m->state = MCP_OFF;
	m->restart_ms = 0;
	mcp_calls_end(m, &why);
}

void mcp_lose(Mcp *m, const Err *why, bool for_good)
{
	const RetryAsk ask = { -1, -1 };
	int64_t now = clock_mono_ms();

	if (m->drop || m->closing || m->state == MCP_OFF || m->state == MCP_RESTING)
		return;
	if (m->state == MCP_READY && now - m->ready_ms > STEADY_MS)
		m->restarts = 0;
	m->drop = true;
	m->listing = false;
	tools_done(&m->fresh);
	(void)err_kind(&m->why, why->kind ? why->kind : ERR_FAILED, "the MCP server %.*s: %s", STR_ARG(m->spec.name), why->text);
	if (for_good || m->restarts >= MCP_RESTARTS) {
		if (!for_good)
			(void)err_kind(&m->why, ERR_FAILED, "the MCP server %.*s: %.600s; it was started again %d times and is off now", STR_ARG(m->spec.name),
			               why->text, m->restarts);
		give_up(m);
	} else {
		m->state = MCP_RESTING;
		/* Without chance: nobody else waits for the same server. */
		m->restart_ms = now + retry_wait_ms(m->restarts++, false, (int)m->spec.retry_ms, UINT32_MAX, &ask);
		mcp_calls_lost(m, &m->why);
	}
	mcp_changed(m);
}

static void start_again(Mcp *m)
{
	Err e = { 0 };

	m->restart_ms = 0;
	if (open_carrier(m, &e) < 0) {
		(void)err_set(&m->why, "the MCP server %.*s: %s", STR_ARG(m->spec.name), e.text);
		give_up(m);
		mcp_changed(m);
	}
}

void mcp_restart(Mcp *m)
{
	if (m->closing || (m->state != MCP_OFF && m->state != MCP_RESTING))
		return;
	m->restarts = 0;
	m->state = MCP_RESTING;
	m->restart_ms = clock_mono_ms();
	mcp_changed(m);
}

/* --- its end --- */

static void on_timer_closed(uv_handle_t *h)
{
	Mcp *m = h->data;
	void (*on_closed)(void *) = m->on_closed;
	void *arg = m->closed_arg;

	tools_done(&m->tools);
	tools_done(&m->fresh);
	pins_done(&m->pins);
	buf_done(&m->cursor);
	arena_wipe_done(&m->arena);      /* a token may be in it */
	free(m);
	if (on_closed)
		on_closed(arg);
}

static void on_turn(uv_timer_t *t)
{
	Mcp *m = t->data;
	int64_t now = clock_mono_ms();

	if (m->drop || m->closing)
		drop_carrier(m);
	if (m->closing) {
		const Err why = { ERR_FAILED, "the MCP client was closed" };

		mcp_calls_end(m, &why);
		mcp_calls_turn(m, now);
		if (!m->dropping) {
			uv_close((uv_handle_t *)t, on_timer_closed);
			return;
		}
	} else {
		if (m->changed) {
			m->changed = false;
			m->events.on_state(m, m->events.arg);
		}
		mcp_calls_turn(m, now);
		if (m->restart_ms && m->restart_ms <= now && !m->dropping && !m->closing)
			start_again(m);
		if (m->relist_ms && m->relist_ms <= now && m->state == MCP_READY && !m->listing && !m->closing) {
			m->relist_ms = 0;
			mcp_list(m);
		}
	}
	wait_on(m);
}

void mcp_close(Mcp *m, void (*on_closed)(void *), void *arg)
{
	if (m->closing)
		return;
	m->closing = true;
	m->on_closed = on_closed;
	m->closed_arg = arg;
	mcp_wake(m);
}

/* --- its beginning --- */

static void put_variable(Arena *a, char **env, size_t *n, const char *name)
{
	const char *value = getenv(name);

	if (value)
		env[(*n)++] = (char *)arena_printf(a, "%s=%s", name, value).p;
}

static char **make_env(Arena *a, const McpSpec *spec)
{
	size_t standard = 0, n = 0;
	char **env;

	while (mcp_env_names[standard])
		standard++;
	env = ARENA_ARRAY(a, char *, standard + spec->env_n + 1);
	for (size_t i = 0; i < standard; i++)
		put_variable(a, env, &n, mcp_env_names[i]);
	for (size_t i = 0; i < spec->env_n; i++)
		put_variable(a, env, &n, arena_cstr(a, spec->env[i]));
	return env;
}

static Str *copy_texts(Arena *a, const Str *from, size_t n)
{
	Str *to = ARENA_ARRAY(a, Str, n + 1);

	for (size_t i = 0; i < n; i++)
		to[i] = arena_str(a, from[i]);
	return to;
}

static int read_token(Mcp *m, Err *e)
{
	const char *token;

	if (!m->spec.bearer_env.n)
		return 0;
	token = getenv(m->spec.bearer_env.p);
	if (!token || !*token || strlen(token) > TOKEN_MAX)
		return err_kind(e, ERR_USAGE, "the MCP server %.*s: %s is not set, and should hold its token (bearer_env)", STR_ARG(m->spec.name),
		                m->spec.bearer_env.p);
	m->carrier_spec.bearer = arena_cstr(&m->arena, str_of(token));
	return 0;
}

static int take_spec(Mcp *m, struct Http *http, const McpSpec *spec, Err *e)
{
	Arena *a = &m->arena;
	char **argv = ARENA_ARRAY(a, char *, spec->command_n + 1);

	m->spec = *spec;
	m->spec.command = m->spec.env = NULL;      /* in the carrier's form from here on */
	m->spec.name = arena_str(a, spec->name);
	m->spec.tools = copy_texts(a, spec->tools, spec->tools_n);
	m->spec.bearer_env = arena_str(a, spec->bearer_env);
	m->spec.client_version = arena_cstr(a, str_of(spec->client_version));
	m->spec.timeout_ms = spec->timeout_ms ? spec->timeout_ms : MCP_TIMEOUT_MS;
	m->spec.retry_ms = spec->retry_ms ? spec->retry_ms : RETRY_MS;
	for (size_t i = 0; i < spec->command_n; i++)
		argv[i] = arena_cstr(a, spec->command[i]);
	m->carrier_spec = (CarrierSpec){ .loop = m->loop, .http = http, .argv = argv, .url = arena_cstr(a, spec->url) };
	m->carrier_spec.env = make_env(a, spec);
	m->carry = spec->command_n ? &carrier_stdio : &carrier_http;
	m->tools = m->fresh = (McpToolList){ .server = m->spec.name, .allow = m->spec.tools, .allow_n = spec->tools_n };
	return read_token(m, e);
}

Mcp *mcp_open(uv_loop_t *loop, struct Http *http, const McpSpec *spec, const McpEvents *events, Err *e)
{
	Mcp *m = xcalloc(1, sizeof *m);

	m->loop = loop;
	m->events = *events;
	m->next_id = 1;
	m->timer.data = m;
	TAILQ_INIT(&m->calls);
	buf_init(&m->cursor, MCP_MESSAGE_MAX);
	if (take_spec(m, http, spec, e) < 0)
		goto fail;
	(void)uv_timer_init(loop, &m->timer);
	if (open_carrier(m, e) == 0)
		return m;
	(void)err_wrap(e, "the MCP server %.*s", STR_ARG(m->spec.name));
	m->closing = true;
	uv_close((uv_handle_t *)&m->timer, on_timer_closed);
	return NULL;
fail:
	arena_wipe_done(&m->arena);
	free(m);
	return NULL;
}

/* --- what is known of it --- */

McpState mcp_state(const Mcp *m)
{
	return m->state;
}

const char *mcp_why(const Mcp *m)
{
	return m->state == MCP_READY ? m->tools.note : m->state == MCP_STARTING ? "" : m->why.text;
}

const char *mcp_version(const Mcp *m)
{
	return m->version;
}

Str mcp_name(const Mcp *m)
{
	return m->spec.name;
}

int mcp_pid(const Mcp *m)
{
	return m->carrier ? m->carry->pid(m->carrier) : 0;
}

const McpTool *mcp_tools(const Mcp *m, size_t *n)
{
	*n = m->tools.n;
	return m->tools.tool;
}

const McpTool *mcp_tool(const Mcp *m, Str name)
{
	return tools_find(&m->tools, name);
}

void mcp_pin(Mcp *m, Str tool, const char hash[65])
{
	(void)snprintf(pins_get(&m->pins, tool)->hash, 65, "%s", hash);
}

const McpPins *mcp_pins(const Mcp *m)
{
	return &m->pins;
}

int mcp_accept(Mcp *m, Str tool, Err *e)
{
	McpTool *t = tools_find(&m->tools, tool);

	if (!t)
		return err_kind(e, ERR_USAGE, "the MCP server %.*s has no tool %.*s", STR_ARG(m->spec.name), STR_ARG(str_sub(tool, 0, MCP_NAME_MAX)));
	mcp_pin(m, tool, t->hash);
	t->trust = MCP_ACCEPTED;
	return 0;
}

int mcp_split(Str qualified, Str *server, Str *tool)
{
	*server = str_cut(qualified, '/', tool);
	return server->n && tool->n ? 0 : -1;
}
