/* What http.c (the loop), http_request.c (one transfer) and http_settle.c (its outcome) share. Not for other folders. */
#ifndef NET_HTTP_OWN_H
#define NET_HTTP_OWN_H

#include <sys/queue.h>

#include "net/http.h"
#include "net/late.h"
#include "net/lookup.h"

typedef TAILQ_HEAD(HttpList, HttpRequest) HttpList;
typedef LIST_HEAD(HttpSocketList, HttpSocket) HttpSocketList;

struct Http {
	uv_loop_t *loop;
	CurlApi    curl;
	CURLM     *multi;            /* NULL until the first request */
	char      *no_proxy;
	/* A request is on exactly one list: started but not yet given to curl; with curl; ended by us and waiting for
	 * its on_done; done and waiting to be freed. curl is only told from http_turn, never from its own callbacks. */
	HttpList   fresh, running, ending, dead;
	HttpSocketList sockets;
	uv_timer_t curl_timer;       /* curl's next deadline */
	uv_timer_t turn;             /* zero: there is something to do on the next loop turn */
	uv_timer_t quiet;            /* when the first running request may have been quiet, or looked up, for too long */
	int64_t    quiet_at_ms;      /* what `quiet` is set to; meaningless while it is not active */
	Lookups    lookups;
	int        handles;          /* uv handles that are not closed yet */
	/* A proxy with a login is asked by one request alone until it has let one through; several at once would be as many
	 * wrong logins. */
	bool       wary;
	HttpRequest *trial;          /* the one that asks now */
	char       closed_proxy[64]; /* "address port" of the proxy that did not take the login; empty: none did so */
	int64_t    closed_until_ms;
	bool       closing;
	void     (*on_closed)(void *);
	void      *closed_arg;
};

struct HttpRequest {
	TAILQ_ENTRY(HttpRequest) link;
	HttpList  *home;             /* the list it is on */
	Http      *http;
	CURL      *easy;
	struct curl_slist *lines;    /* headers to send */
	Buf        upload, body;
	Arena      arena;            /* headers received */
	HttpHeader *headers;
	size_t     header_count, header_cap, header_bytes;
	bool       headers_done, head_only;
	bool       kept_off;         /* from the proxy that did not take the login */
	bool       tls, framed;      /* framed: HTTP/2, where every answer says where it ends */
	HttpFault  stop;             /* why we ended it ourselves; HTTP_OK: we did not */
	char       stop_text[80];
	/* Quiet: fewer than quiet_bytes since moved_ms (0 until connected), for quiet_ms. */
	int64_t    moved_ms, quiet_ms;
	int64_t    lookup_ms, lookup_until_ms;   /* its name is being looked up since and until then; 0: it is not */
	size_t     quiet_bytes, moved_bytes;
	int        local_port, remote_port;   /* which connection it has; several share one in HTTP/2 */
	int64_t    goodbye;          /* the error that the server ended that connection with; 0: it did not */
	curl_off_t sent_bytes;       /* of the body */
	char       error[CURL_ERROR_SIZE];
	HttpReply  reply;
	int  (*on_body)(HttpRequest *rq, Str piece, void *arg);
	void (*on_done)(HttpRequest *rq, const HttpReply *reply, void *arg);
	void  *arg;
};

/* Makes the request with everything set in curl, on no list. NULL and Err on a bad spec. */
HttpRequest *request_new(Http *h, const HttpSpec *spec, Err *e);
/* http.c: ends the transfer for a reason of ours on the next loop turn; safe anywhere; the first reason counts. */
void request_stop(HttpRequest *rq, HttpFault why, const char *text);
/* http_settle.c: fills rq->reply from the outcome. */
void request_settle(HttpRequest *rq, CURLcode code);
void request_free(HttpRequest *rq);
/* Its name has an answer: an address, or that there is none. */
void request_looked_up(HttpRequest *rq);
/* "address port", as closed_proxy has it. */
void request_peer_name(const struct sockaddr *peer, char *out, size_t size);
/* Its connection is over for the server: what still comes must come at once. */
void request_hurry(HttpRequest *rq, int64_t error);
/* http.c: it has its connection, through a proxy or not. */
void http_got_through(HttpRequest *rq, bool proxy);
/* http.c: hurries all that have the connection of this one. */
void http_said_goodbye(HttpRequest *rq, int64_t error);
/* http.c: looks again at that time for what was quiet, or looked up, for too long. */
void http_watch_quiet(Http *h, int64_t at_ms);

#endif
