/* A client of the Model Context Protocol (https://modelcontextprotocol.io, versions in messages.h): one server, its tools, calls.
 *
 *   m = mcp_open(loop, http, &spec, &events, &e);     on_state comes when it is READY, and whenever it changes
 *   t = mcp_tools(m, &n);
 *   c = mcp_call(m, STR("read_file"), STR("{\"path\":\"/x\"}"), &handler, &e);
 *   mcp_close(m, on_closed, arg);
 *
 * All on the loop thread; nothing waits. The server is not trusted: what it sends has limits, what it asks of us is refused, what it
 * says of its tools is text from outside, and a tool whose definition changes is not called until somebody has accepted it again. A server
 * that breaks down is started again after 1, 2 and 4 seconds, then left off; a tool that fails three times in a row is left alone for
 * a while. */
#ifndef MCP_MCP_H
#define MCP_MCP_H

#include <uv.h>

#include "mcp/tools.h"

struct Http;
typedef struct Mcp Mcp;
typedef struct McpCall McpCall;

/* STARTING: greeted, or its tools are being listed. RESTING: lost, and to be started again. OFF: given up until mcp_restart. */
typedef enum McpState { MCP_STARTING, MCP_READY, MCP_RESTING, MCP_OFF } McpState;

enum { MCP_TIMEOUT_MS = 60000, MCP_RESTARTS = 3, MCP_RETRIES = 3 };

typedef struct McpSpec {
	Str  name;                         /* the SERVER of "SERVER/TOOL" */
	/* One of the two. */
	const Str *command; size_t command_n;
	Str  url;                          /* https, or http on this machine; needs http */
	Str  bearer_env;                   /* with url: the variable that holds its token; empty: none */
	const Str *env; size_t env_n;      /* with command: variables that it gets besides mcp_env_names */
	const Str *tools; size_t tools_n;  /* which tools are shown and may be called; none: all */
	int64_t timeout_ms;                /* of an answer; progress begins it anew, ten times at most. 0: MCP_TIMEOUT_MS */
	int64_t retry_ms;                  /* the first wait before a retry, doubled each time; 0: 1,000. For tests */
	const char *client_version;
} McpSpec;                             /* copied */

typedef struct McpEvents {
	/* The state or the list of tools is another one. Never from inside a function of this header. */
	void (*on_state)(Mcp *m, void *arg);
	void  *arg;
} McpEvents;

typedef struct McpHandler {
	/* Exactly once, never from inside mcp_call. One of result and why is NULL; both are good until it returns, and so is c. A result may say
	 * of itself that the tool failed (is_error). why->kind: ERR_UNKNOWN when the server may have done it all the same. */
	void (*on_done)(McpCall *c, const McpResult *result, const Err *why, void *arg);
	void (*on_progress)(McpCall *c, const McpProgress *p, void *arg);      /* may be NULL */
	void  *arg;
} McpHandler;

/* Variables that every server gets when they are set; NULL-terminated. No AWS_*, no tokens. */
extern const char *const mcp_env_names[];

/* NULL and Err: it cannot even begin. http: only for a url; must live longer than m. */
Mcp     *mcp_open(uv_loop_t *loop, struct Http *http, const McpSpec *spec, const McpEvents *events, Err *e);
/* Ends all calls (their on_done is called) and the server; on_closed once nothing is left, then m is gone. Safe in every callback. */
void     mcp_close(Mcp *m, void (*on_closed)(void *), void *arg);
void     mcp_restart(Mcp *m);          /* from OFF or RESTING: at once, and with all retries before it */

McpState mcp_state(const Mcp *m);
const char *mcp_why(const Mcp *m);     /* of RESTING and OFF: one sentence; else what was left out of the list of tools; may be empty */
const char *mcp_version(const Mcp *m); /* of the protocol; "" before it is agreed */
Str      mcp_name(const Mcp *m);
int      mcp_pid(const Mcp *m);        /* of its program; 0: none */

/* Borrowed until the next on_state. */
const McpTool *mcp_tools(const Mcp *m, size_t *n);
const McpTool *mcp_tool(const Mcp *m, Str name);
/* What was accepted in an earlier run: before READY. */
void     mcp_pin(Mcp *m, Str tool, const char hash[65]);
const McpPins *mcp_pins(const Mcp *m);
int      mcp_accept(Mcp *m, Str tool, Err *e);       /* its definition as it is now */

/* tool: its name without the server's. arguments: a JSON object, checked against the tool's schema first. NULL and Err: it is not called. */
McpCall *mcp_call(Mcp *m, Str tool, Str arguments, const McpHandler *h, Err *e);
void     mcp_cancel(McpCall *c);       /* on_done comes later, with an error; the server is told */

/* "SERVER/TOOL", which are not empty; a tool's own name may have slashes. -1: it is none. */
int      mcp_split(Str qualified, Str *server, Str *tool);

#endif
