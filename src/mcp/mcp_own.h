/* Inside of the client: only client.c (the server's life), calls.c (requests) and incoming.c (messages) include this. */
#ifndef MCP_OWN_H
#define MCP_OWN_H

#include <sys/queue.h>

#include "base/buf.h"
#include "mcp/carrier.h"
#include "mcp/mcp.h"

/* SENT: waits for an answer. HELD: is sent (again) at at_ms, once the server is ready. ENDED: on_done is due. */
typedef enum CallState { MCP_CALL_SENT, MCP_CALL_HELD, MCP_CALL_ENDED } CallState;

struct McpCall {
	TAILQ_ENTRY(McpCall) link;
	Mcp      *m;
	CallState state;
	int64_t   id;                  /* another one for each try */
	int64_t   due_ms, last_ms, at_ms;
	/* Of what the client asks for itself; NULL: a call of a tool. */
	void    (*answer)(Mcp *m, const RpcMessage *msg);
	/* Of a call. */
	McpHandler h;
	char     *tool;
	Buf       arguments;
	bool      repeatable, probe;
	int       tries;
	Err       err;                 /* ENDED */
};

struct Mcp {
	uv_loop_t *loop;
	Arena      arena;
	McpSpec    spec;
	McpEvents  events;
	const CarrierClass *carry;
	CarrierSpec carrier_spec;
	Carrier   *carrier;
	McpState   state;
	Err        why;
	uv_timer_t timer;
	TAILQ_HEAD(, McpCall) calls;
	int64_t    next_id, restart_ms, relist_ms, ready_ms, second_ms;
	int        restarts, pages, garbage, in_second;
	const char *version;
	McpToolList tools, fresh;      /* fresh: is being listed */
	Buf        cursor;
	McpPins    pins;
	bool       changed;            /* on_state is due */
	bool       drop;               /* the carrier is to be closed, as soon as we do not stand in one of its calls */
	bool       dropping, listing, closing;
	void     (*on_closed)(void *);
	void      *closed_arg;
};

/* client.c */
void mcp_wake(Mcp *m);                                     /* a turn of the client, soon */
void mcp_lose(Mcp *m, const Err *why, bool for_good);      /* the connection is over */
void mcp_changed(Mcp *m);

/* calls.c */
int  mcp_ask(Mcp *m, void (*put)(Mcp *m, Buf *out, int64_t id), void (*answer)(Mcp *m, const RpcMessage *msg), Err *e);
McpCall *mcp_call_find(Mcp *m, int64_t id);
void mcp_call_answer(McpCall *c, const RpcMessage *msg);
void mcp_call_miss(McpCall *c, const CarrierMiss *miss);
void mcp_call_progress(McpCall *c, const McpProgress *p);
void mcp_calls_turn(Mcp *m, int64_t now_ms);
void mcp_calls_lost(Mcp *m, const Err *why);               /* the connection is over: what waits for an answer */
void mcp_calls_end(Mcp *m, const Err *why);                /* all that there are */
int64_t mcp_calls_next(const Mcp *m);                      /* when the next one is due; INT64_MAX: none */

/* incoming.c */
void mcp_take(Mcp *m, Str json);                           /* one message or batch */
void mcp_greet(Mcp *m);
void mcp_list(Mcp *m);
void mcp_initialized(Mcp *m);                              /* the server knows that it was greeted */

/* Messages about the greeting have this id for the carrier, which need not keep their order. */
enum { MCP_ID_INITIALIZED = -1 };

#endif
