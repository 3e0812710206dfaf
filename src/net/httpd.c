#include "net/httpd.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/xalloc.h"
#include "net/httpd_own.h"

enum { BACKLOG = 512, CONNECTIONS = 4096, CONNECTION_BYTES = 64 << 10, IDLE_S = 120 };

/* --- one request --- */

/* The first that MHD tells of a request, and the only place where the target is still as it was sent. */
static void *on_target(void *arg, const char *target, struct MHD_Connection *mhd)
{
	Httpd *d = arg;
	HttpdConn *c = xcalloc(1, sizeof *c);

	c->server = d;
	c->mhd = mhd;
	c->rq.target = arena_str(&c->arena, str_of(target));
	c->rq.path = str_cut(c->rq.target, '?', &c->rq.query);
	buf_init(&c->body, d->max_body_bytes);
	LIST_INSERT_HEAD(&d->conns, c, link);
	return c;
}

static enum MHD_Result on_header(void *arg, enum MHD_ValueKind kind, const char *name, size_t name_n, const char *value,
                                 size_t value_n)
{
	HttpdConn *c = arg;
	char *lower = arena_cstr(&c->arena, (Str){ name, name_n });

	(void)kind;
	for (size_t i = 0; i < name_n; i++)
		lower[i] = (char)tolower((unsigned char)lower[i]);
	VEC_GROW(c->headers, c->header_cap, c->header_count + 1);
	c->headers[c->header_count++] = (HttpHeader){
		.name = { lower, name_n }, .value = value ? arena_str(&c->arena, (Str){ value, value_n }) : (Str){ "", 0 },
	};
	return MHD_YES;
}

static void deliver(HttpdConn *c)
{
	Httpd *d = c->server;

	c->delivered = true;
	if (c->body.full) {
		httpd_reply(c, &(HttpdReply){ .status = 413 });
		return;
	}
	d->mhd.get_connection_values_n(c->mhd, MHD_HEADER_KIND, on_header, c);
	c->rq.headers = c->headers;
	c->rq.header_count = c->header_count;
	c->rq.body = buf_str(&c->body);
	d->on_request(c, &c->rq, d->arg);
}

/* Comes once with the headers (MHD then answers Expect: 100-continue by itself), once for each piece of the body, once
 * at the end, and again whenever the connection was suspended before it had its answer. */
static enum MHD_Result on_access(void *arg, struct MHD_Connection *mhd, const char *url, const char *method, const char *version,
                                 const char *piece, size_t *piece_n, void **own)
{
	Httpd *d = arg;
	HttpdConn *c = *own;

	(void)mhd;
	(void)url;
	(void)version;
	if (d->closing)
		return MHD_NO;
	if (!c->seen) {
		c->seen = true;
		c->rq.method = arena_str(&c->arena, str_of(method));
		return MHD_YES;
	}
	if (*piece_n) {
		/* Past the cap the rest is read and forgotten, so that the client is there to see the 413. */
		if (!c->body.full)
			(void)buf_put(&c->body, piece, *piece_n);
		*piece_n = 0;
		return MHD_YES;
	}
	if (!c->delivered)
		deliver(c);
	return d->closing ? MHD_NO : conn_answer(c);
}

static void on_completed(void *arg, struct MHD_Connection *mhd, void **own, enum MHD_RequestTerminationCode code)
{
	HttpdConn *c = *own;

	(void)arg;
	(void)mhd;
	(void)code;
	if (!c)
		return;
	*own = NULL;
	conn_gone(c);
	LIST_REMOVE(c, link);
	conn_reply_done(c);
	buf_done(&c->body);
	arena_done(&c->arena);
	free(c->headers);
	free(c);
}

/* --- the daemon on the loop --- */

static void on_handle_closed(uv_handle_t *handle)
{
	Httpd *d = handle->data;

	if (--d->handles == 0)
		free(d);
}

static void shut_down(Httpd *d)
{
	HttpdConn *c;

	LIST_FOREACH(c, &d->conns, link)
		conn_resume(c);        /* MHD ends the program when it is stopped with suspended connections */
	uv_close((uv_handle_t *)&d->poll, on_handle_closed);
	uv_close((uv_handle_t *)&d->timer, on_handle_closed);
	d->mhd.stop_daemon(d->daemon);
	d->daemon = NULL;
}

static void run(Httpd *d);

static void on_timer(uv_timer_t *t)
{
	run(t->data);
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
	(void)status;
	(void)events;
	run(poll->data);
}

static void run(Httpd *d)
{
	MHD_UNSIGNED_LONG_LONG wait_ms;

	d->again = false;
	d->inside = true;
	d->mhd.run(d->daemon);
	d->inside = false;
	if (d->closing)
		shut_down(d);
	else if (d->again)
		httpd_wake(d);
	else if (d->mhd.get_timeout(d->daemon, &wait_ms) == MHD_YES)
		uv_timer_start(&d->timer, on_timer, wait_ms, 0);
	else
		uv_timer_stop(&d->timer);
}

void httpd_wake(Httpd *d)
{
	d->again = true;
	if (!d->inside)
		uv_timer_start(&d->timer, on_timer, 0, 0);
}

/* A listening socket on 127.0.0.1, or -1. Ours rather than MHD's, for the error's sake. */
static int listen_loopback(int port, int *real_port, Err *e)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof at;
	int on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0
	    || bind(fd, (struct sockaddr *)&at, sizeof at) < 0 || listen(fd, BACKLOG) < 0
	    || getsockname(fd, (struct sockaddr *)&at, &n) < 0) {
		err_set(e, "cannot listen on 127.0.0.1:%d: %s%s", port, strerror(errno),
		        errno == EADDRINUSE ? "; choose another port or end the program that has it" : "");
		if (fd >= 0)
			close(fd);
		return -1;
	}
	*real_port = ntohs(at.sin_port);
	return fd;
}

static int daemon_start(Httpd *d, int fd, Err *e)
{
	const union MHD_DaemonInfo *info;

	d->daemon = d->mhd.start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, on_access, d,
	                                MHD_OPTION_LISTEN_SOCKET, fd,
	                                MHD_OPTION_URI_LOG_CALLBACK, on_target, d,
	                                MHD_OPTION_NOTIFY_COMPLETED, on_completed, d,
	                                MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS,
	                                MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_S,
	                                MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_BYTES,
	                                MHD_OPTION_END);
	/* The socket is MHD's now, also when it does not start. */
	if (!d->daemon)
		return err_set(e, "libmicrohttpd does not start on port %d; it needs epoll and two file descriptors more", d->port);
	info = d->mhd.get_daemon_info(d->daemon, MHD_DAEMON_INFO_EPOLL_FD);
	if (!info || uv_poll_init(d->loop, &d->poll, info->epoll_fd) < 0) {
		d->mhd.stop_daemon(d->daemon);
		return err_set(e, "the server's epoll descriptor cannot be watched");
	}
	return 0;
}

Httpd *httpd_open(uv_loop_t *loop, int port, size_t max_body_bytes, HttpdHandler on_request, void *arg, Err *e)
{
	Httpd *d = xcalloc(1, sizeof *d);
	int fd;

	d->loop = loop;
	d->max_body_bytes = max_body_bytes;
	d->on_request = on_request;
	d->arg = arg;
	LIST_INIT(&d->conns);
	if (late_microhttpd(&d->mhd, e) < 0 || (fd = listen_loopback(port, &d->port, e)) < 0 || daemon_start(d, fd, e) < 0) {
		free(d);
		return NULL;
	}
	uv_timer_init(loop, &d->timer);
	d->poll.data = d->timer.data = d;
	d->handles = 2;
	uv_poll_start(&d->poll, UV_READABLE, on_poll);
	uv_timer_start(&d->timer, on_timer, 0, 0);
	return d;
}

int httpd_port(const Httpd *d)
{
	return d->port;
}

void httpd_close(Httpd *d)
{
	HttpdConn *c;

	if (d->closing)
		return;
	d->closing = true;
	LIST_FOREACH(c, &d->conns, link)
		conn_gone(c);
	if (!d->inside)
		shut_down(d);
}
