/* HTTP client: libcurl's multi interface on a libuv loop. One request object with caps, timeouts, cancel and
 * an optional streaming callback. libcurl is loaded when the first request is made, not at program start: linking it
 * in costs 3-5 ms of every start. All on the loop thread. */
#ifndef NET_HTTP_H
#define NET_HTTP_H

#include <uv.h>

#include "base/arena.h"
#include "base/buf.h"

typedef struct Http Http;
typedef struct HttpRequest HttpRequest;

typedef struct HttpHeader { Str name, value; } HttpHeader;

typedef enum HttpFault {
	HTTP_OK,               /* an answer came, whatever its status */
	/* Nothing was sent: no address, no connection (also when either took too long), a TLS handshake that broke off, a peer
	 * whose certificate is not trusted. */
	HTTP_DNS, HTTP_CONNECT, HTTP_HANDSHAKE, HTTP_TLS,
	/* As HTTP_DNS, and no name server has said a word for so long that asking again at once is no use (net/lookup.h). */
	HTTP_DNS_SILENT,
	/* The same, but asking again may do harm: the proxy does not take the login (407), and a directory locks an account
	 * after a few wrong ones. That proxy is left alone for half an hour. */
	HTTP_PROXY_LOGIN,
	/* It was sent, and what came of it is not known: total_ms is over, quiet_s, or the connection broke (over TLS also:
	 * it ended, and the answer had not said how long it is). */
	HTTP_TIMEOUT, HTTP_SLOW, HTTP_TORN,
	/* The body is over its cap, or there are more than 256 headers or 64 KiB of them. */
	HTTP_TOO_BIG,
	HTTP_CANCELLED, HTTP_OTHER
} HttpFault;

typedef struct HttpReply {
	HttpFault fault;
	char      fault_text[256];     /* curl's own words, without secrets */
	int       status;
	int       http_version;        /* 10, 11, 20, 30; 0: no answer */
	const HttpHeader *headers;     /* names lower case */
	size_t    header_count;
	Str       body;                /* empty when on_body was given */
	/* Monotonic. sent: the connection was there and the request went out (http_start's time if it never did).
	 * first_byte: of the status line; 0 when nothing came. */
	int64_t   sent_ms, first_byte_ms, done_ms;
} HttpReply;   /* all of it is good until the end of the loop turn that on_done is called in */

typedef struct HttpSpec {
	const char *method, *url;      /* url: finished, percent-encoded */
	const HttpHeader *headers;     /* all that is sent besides what the protocol needs; Host included */
	size_t header_count;
	Str    body;                   /* copied */
	size_t max_body_bytes;         /* 0: 8 MiB. For what is kept in reply->body; what goes to on_body is not counted */
	long   connect_ms, total_ms;   /* 0: 5,000 and 60,000; total_ms < 0: none (streams) */
	long   quiet_s;                /* give up when less than a byte a second went either way for so long; 0: 30 */
	/* Leaves this machine once at most. libcurl repeats a request by itself when the kept connection that it chose turns
	 * out to be dead; such a request gets a new connection instead, where it never does that. */
	bool   once;
	const char *ca_file;           /* NULL: the system's */
	const char *proxy;             /* NULL: HTTPS_PROXY and friends; never used for loopback and link-local addresses */
	/* Streaming: each piece as it comes; only for status 200. Return 0, or -1 to end the transfer (HTTP_CANCELLED). */
	int  (*on_body)(HttpRequest *rq, Str piece, void *arg);
	void (*on_done)(HttpRequest *rq, const HttpReply *reply, void *arg);   /* exactly once, never from inside http_start */
	void  *arg;
} HttpSpec;

Http *http_new(uv_loop_t *loop, Err *e);        /* cheap: nothing is loaded yet */
/* Cancels all requests (their on_done is called with HTTP_CANCELLED) and closes; on_closed once all handles are gone. */
void  http_close(Http *h, void (*on_closed)(void *), void *arg);
uv_loop_t *http_loop(const Http *h);
int   http_prepare(Http *h, Err *e);            /* loads libcurl now */
HttpRequest *http_start(Http *h, const HttpSpec *spec, Err *e);   /* NULL and Err when it cannot even begin */
/* What is known of the answer so far: inside on_body the status and the headers. */
const HttpReply *http_so_far(const HttpRequest *rq);
void  http_cancel(HttpRequest *rq);             /* on_done comes later in this or the next loop turn */
Str   http_header(const HttpReply *r, const char *lower_name);    /* empty when absent */

#endif
