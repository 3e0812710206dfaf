#include "net/httpd_own.h"

#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "base/xalloc.h"

enum { STREAM_QUEUE_BYTES = 8 << 20, STREAM_BLOCK_BYTES = 32 << 10 };

/* While a connection is suspended, MHD does not watch its socket. A stream may wait for hours: look for the client. */
static void on_watch(uv_poll_t *poll, int status, int events)
{
	HttpdConn *c = poll->data;

	(void)status;
	(void)events;
	c->torn = true;
	buf_reset(&c->queue);
	c->queue_at = 0;
	conn_resume(c);
	conn_gone(c);     /* last: its owner may do anything */
}

static void watch_start(HttpdConn *c)
{
	const union MHD_ConnectionInfo *info;

	if (!c->watch) {
		info = c->server->mhd.get_connection_info(c->mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
		if (!info)
			return;
		c->watch = xcalloc(1, sizeof *c->watch);
		if (uv_poll_init_socket(c->server->loop, c->watch, info->connect_fd) < 0) {
			free(c->watch);
			c->watch = NULL;
			return;
		}
		c->watch->data = c;
	}
	(void)uv_poll_start(c->watch, UV_DISCONNECT, on_watch);   /* without it the next write finds out */
}

static void conn_suspend(HttpdConn *c)
{
	c->server->mhd.suspend_connection(c->mhd);
	c->suspended = true;
	if (c->streaming)
		watch_start(c);
}

void conn_resume(HttpdConn *c)
{
	if (!c->suspended)
		return;
	c->suspended = false;
	if (c->watch)
		uv_poll_stop(c->watch);
	c->server->mhd.resume_connection(c->mhd);
	httpd_wake(c->server);
}

enum MHD_Result conn_answer(HttpdConn *c)
{
	if (!c->response) {
		if (c->failed)
			return MHD_NO;
		conn_suspend(c);
		return MHD_YES;
	}
	if (c->queued)
		return MHD_YES;
	c->queued = true;
	return c->server->mhd.queue_response(c->mhd, (unsigned)c->status, c->response);
}

/* The reader of a stream's body: bytes, end, break, or "not yet". What was queued before a break still goes out. */
static ssize_t on_read(void *arg, uint64_t at, char *out, size_t max)
{
	HttpdConn *c = arg;
	size_t n = c->queue.n - c->queue_at;

	(void)at;
	if (c->server->closing)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	if (!n) {
		if (c->torn)
			return MHD_CONTENT_READER_END_WITH_ERROR;
		if (c->ended)
			return MHD_CONTENT_READER_END_OF_STREAM;
		conn_suspend(c);
		return 0;
	}
	if (n > max)
		n = max;
	memcpy(out, c->queue.p + c->queue_at, n);
	c->queue_at += n;
	if (c->queue_at == c->queue.n) {
		buf_reset(&c->queue);
		c->queue_at = 0;
	} else if (c->queue_at > c->queue.n / 2) {
		buf_shift(&c->queue, c->queue_at);
		c->queue_at = 0;
	}
	return (ssize_t)n;
}

/* A header that MHD refuses (line ends in it) is left out, and so are those that say how the body is framed: that is
 * for MHD to know. */
static void set_response(HttpdConn *c, const HttpdReply *reply, struct MHD_Response *response)
{
	if (!response) {
		c->failed = true;
		return;
	}
	for (size_t i = 0; i < reply->header_count; i++) {
		const HttpHeader *h = &reply->headers[i];

		if (str_eq_nocase(h->name, STR("content-length")) || str_eq_nocase(h->name, STR("transfer-encoding")))
			continue;
		(void)c->server->mhd.add_response_header(response, arena_cstr(&c->arena, h->name), arena_cstr(&c->arena, h->value));
	}
	c->response = response;
	c->status = reply->status;
}

void httpd_reply(HttpdConn *c, const HttpdReply *reply)
{
	/* MHD copies; its parameter only lacks the const. */
	set_response(c, reply, c->server->mhd.create_response_from_buffer(reply->body.n, (void *)(uintptr_t)reply->body.p,
	                                                                  MHD_RESPMEM_MUST_COPY));
	conn_resume(c);
}

void httpd_stream_begin(HttpdConn *c, const HttpdReply *head, void (*on_gone)(void *), void *arg)
{
	uint64_t size = head->stream_bytes ? head->stream_bytes : MHD_SIZE_UNKNOWN;

	set_response(c, head, c->server->mhd.create_response_from_callback(size, STREAM_BLOCK_BYTES, on_read, c, NULL));
	buf_init(&c->queue, STREAM_QUEUE_BYTES);
	c->streaming = true;
	c->on_gone = on_gone;
	c->gone_arg = arg;
	if (head->body.n)
		(void)buf_put_str(&c->queue, head->body);
	conn_resume(c);
}

int httpd_stream_put(HttpdConn *c, Str bytes)
{
	if (c->gone || c->ended || c->torn || buf_put_str(&c->queue, bytes) < 0)
		return -1;
	conn_resume(c);
	return 0;
}

void httpd_stream_end(HttpdConn *c)
{
	c->ended = true;
	conn_resume(c);
}

void httpd_stream_tear(HttpdConn *c)
{
	c->ended = c->torn = true;
	conn_resume(c);
}

void conn_gone(HttpdConn *c)
{
	if (!c->streaming || c->ended || c->gone)
		return;
	c->gone = true;
	if (c->on_gone)
		c->on_gone(c->gone_arg);
}

static void on_watch_closed(uv_handle_t *handle)
{
	free(handle);
}

void conn_reply_done(HttpdConn *c)
{
	if (c->response)
		c->server->mhd.destroy_response(c->response);
	if (c->watch)
		uv_close((uv_handle_t *)c->watch, on_watch_closed);
	buf_done(&c->queue);
}
