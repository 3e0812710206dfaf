/* HTTP server on a libuv loop: libmicrohttpd with external epoll. Loopback only. Loaded late like curl, so that the
 * console does not pay for the simulator's libraries. The raw request target is kept exactly as sent: signatures
 * are checked over it. */
#ifndef NET_HTTPD_H
#define NET_HTTPD_H

#include <uv.h>

#include "base/buf.h"
#include "net/http.h"

typedef struct Httpd Httpd;
typedef struct HttpdConn HttpdConn;

typedef struct HttpdRequest {
	Str method, target;            /* target as on the request line: path and, after '?', the query */
	Str path, query;
	const HttpHeader *headers;     /* names lower case, in the order sent */
	size_t header_count;
	Str body;                      /* whole; at most the server's cap */
} HttpdRequest;

typedef struct HttpdReply {
	int status;
	const HttpHeader *headers;     /* copied */
	size_t header_count;
	Str body;                      /* copied */
	uint64_t stream_bytes;         /* streams: the length of the whole body, announced to the client; 0: chunked */
} HttpdReply;

/* Called once per request on the loop thread. A body over the cap is answered with 413 before it gets here. It must end
 * in httpd_reply or httpd_stream_begin on that connection, now or later (the connection waits). The request is valid
 * until then. */
typedef void (*HttpdHandler)(HttpdConn *c, const HttpdRequest *rq, void *arg);

Httpd *httpd_open(uv_loop_t *loop, int port, size_t max_body_bytes, HttpdHandler on_request, void *arg, Err *e);
int    httpd_port(const Httpd *d);
/* Calls on_gone of each stream that has not ended, drops all connections (answers that are due are not sent and must
 * not be given any more), and frees d once the loop has turned. Safe inside the handler and on_gone. */
void   httpd_close(Httpd *d);
/* Content-Length and the like are the server's own; given ones, and headers with line ends in them, are left out. */
void   httpd_reply(HttpdConn *c, const HttpdReply *reply);
/* An answer in pieces; head->body is the first. With stream_bytes exactly so many must follow before the end. on_gone is
 * called once if the client goes away before end or tear: c must not be used afterwards, nor after end and tear. */
void   httpd_stream_begin(HttpdConn *c, const HttpdReply *head, void (*on_gone)(void *), void *arg);
int    httpd_stream_put(HttpdConn *c, Str bytes);   /* copied; -1 when 8 MiB wait already and nothing was taken */
void   httpd_stream_end(HttpdConn *c);      /* ends the body in order */
void   httpd_stream_tear(HttpdConn *c);     /* sends what is queued, then drops the connection in the middle of the body */

#endif
