/* What httpd.c (daemon, loop, requests) and httpd_reply.c (answers) share. Not for other folders. */
#ifndef NET_HTTPD_OWN_H
#define NET_HTTPD_OWN_H

#include <sys/queue.h>

#include "net/httpd.h"
#include "net/late.h"

typedef LIST_HEAD(HttpdConnList, HttpdConn) HttpdConnList;

struct Httpd {
	uv_loop_t  *loop;
	MhdApi      mhd;
	struct MHD_Daemon *daemon;
	uv_poll_t   poll;             /* the daemon's epoll descriptor */
	uv_timer_t  timer;            /* the daemon's next deadline */
	int         handles;          /* of poll and timer, those not closed yet */
	int         port;
	size_t      max_body_bytes;
	HttpdHandler on_request;
	void       *arg;
	HttpdConnList conns;
	bool        inside;           /* the daemon is at work: it must not be stopped from its own callbacks */
	bool        again;            /* run once more on the next loop turn */
	bool        closing;
};

/* One request and its answer. A kept-alive connection has one after the other. */
struct HttpdConn {
	LIST_ENTRY(HttpdConn) link;
	Httpd      *server;
	struct MHD_Connection *mhd;
	Arena       arena;            /* target, headers */
	Buf         body;
	HttpHeader *headers;
	size_t      header_count, header_cap;
	HttpdRequest rq;
	struct MHD_Response *response;
	int         status;
	bool        seen, delivered, suspended, queued;
	bool        failed;           /* MHD had no memory for the answer: the connection is dropped */
	/* streams */
	bool        streaming, ended, torn, gone;
	Buf         queue;
	size_t      queue_at;         /* what stands before it in queue was sent */
	uv_poll_t  *watch;            /* notices that the client went away while MHD does not look */
	void      (*on_gone)(void *);
	void       *gone_arg;
};

/* httpd.c: lets the daemon look at resumed connections on the next loop turn. With external polling MHD has no
 * descriptor of its own to wake itself by. */
void httpd_wake(Httpd *d);

/* httpd_reply.c: queues the answer that there is, or lets the connection wait for one. */
enum MHD_Result conn_answer(HttpdConn *c);
void conn_resume(HttpdConn *c);
/* The client, or the server, is gone: tells the owner of a stream that has not ended. Once. */
void conn_gone(HttpdConn *c);
/* Releases what the answer holds. */
void conn_reply_done(HttpdConn *c);

#endif
