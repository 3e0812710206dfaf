#include "net/http.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/wipe.h"
#include "base/xalloc.h"
#include "net/http_own.h"

/* One of curl's sockets on the loop. */
typedef struct HttpSocket {
	LIST_ENTRY(HttpSocket) link;
	uv_poll_t     poll;
	Http         *http;
	curl_socket_t fd;
	int           events;
} HttpSocket;

static void on_poll(uv_poll_t *poll, int status, int events);
static void on_turn(uv_timer_t *t);

static void move_to(HttpRequest *rq, HttpList *list)
{
	if (rq->home)
		TAILQ_REMOVE(rq->home, rq, link);
	TAILQ_INSERT_TAIL(list, rq, link);
	rq->home = list;
}

static void need_turn(Http *h)
{
	if (!uv_is_active((uv_handle_t *)&h->turn))
		uv_timer_start(&h->turn, on_turn, 0, 0);
}

void request_stop(HttpRequest *rq, HttpFault why, const char *text)
{
	if (rq->home == &rq->http->dead || rq->stop)
		return;
	rq->stop = why;
	(void)snprintf(rq->stop_text, sizeof rq->stop_text, "%s", text);   /* a cut sentence is still a sentence */
	move_to(rq, &rq->http->ending);
	need_turn(rq->http);
}

/* --- requests that are over --- */

static void end_trial(HttpRequest *rq)
{
	if (rq->http->trial != rq)
		return;
	rq->http->trial = NULL;
	need_turn(rq->http);
}

void http_got_through(HttpRequest *rq, bool proxy)
{
	if (proxy)
		rq->http->wary = false;
	end_trial(rq);
}

static void finish(HttpRequest *rq, CURLcode code)
{
	Http *h = rq->http;

	end_trial(rq);
	h->curl.multi_remove_handle(h->multi, rq->easy);   /* nothing happens to one that was never added */
	request_settle(rq, code);
	h->curl.easy_cleanup(rq->easy);
	rq->easy = NULL;
	move_to(rq, &h->dead);
	need_turn(h);
	rq->on_done(rq, &rq->reply, rq->arg);
}

static void collect(Http *h)
{
	CURLMsg *msg;
	HttpRequest *rq;
	char *own;
	int left;

	while ((msg = h->curl.multi_info_read(h->multi, &left))) {
		if (msg->msg != CURLMSG_DONE || h->curl.easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, &own) != CURLE_OK)
			continue;
		rq = (HttpRequest *)(void *)own;
		finish(rq, msg->data.result);
	}
}

static void act(Http *h, curl_socket_t fd, int bits)
{
	int running;

	(void)h->curl.multi_socket_action(h->multi, fd, bits, &running);   /* what failed shows in the requests */
	collect(h);
}

/* --- curl's timer and sockets on the loop --- */

static void on_curl_timer(uv_timer_t *t)
{
	act(t->data, CURL_SOCKET_TIMEOUT, 0);
}

static int set_curl_timer(CURLM *multi, long timeout_ms, void *arg)
{
	Http *h = arg;

	(void)multi;
	if (timeout_ms < 0)
		uv_timer_stop(&h->curl_timer);
	else
		uv_timer_start(&h->curl_timer, on_curl_timer, (uint64_t)timeout_ms, 0);
	return 0;
}

static void handle_gone(Http *h)
{
	void (*on_closed)(void *) = h->on_closed;
	void *arg = h->closed_arg;

	if (--h->handles > 0)
		return;
	free(h->no_proxy);
	free(h);
	if (on_closed)
		on_closed(arg);
}

static void on_socket_closed(uv_handle_t *handle)
{
	HttpSocket *s = handle->data;
	Http *h = s->http;

	free(s);
	handle_gone(h);
}

static void socket_drop(HttpSocket *s)
{
	LIST_REMOVE(s, link);
	uv_close((uv_handle_t *)&s->poll, on_socket_closed);
}

static HttpSocket *socket_new(Http *h, curl_socket_t fd)
{
	HttpSocket *s = xcalloc(1, sizeof *s);

	if (uv_poll_init_socket(h->loop, &s->poll, fd) < 0) {
		free(s);
		return NULL;
	}
	s->poll.data = s;
	s->http = h;
	s->fd = fd;
	h->handles++;
	LIST_INSERT_HEAD(&h->sockets, s, link);
	h->curl.multi_assign(h->multi, fd, s);
	return s;
}

static int watch_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *socket_arg)
{
	Http *h = arg;
	HttpSocket *s = socket_arg;

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		if (s) {
			h->curl.multi_assign(h->multi, fd, NULL);
			socket_drop(s);
		}
		return 0;
	}
	if (!s && !(s = socket_new(h, fd)))
		return -1;
	s->events = (what & CURL_POLL_IN ? UV_READABLE : 0) | (what & CURL_POLL_OUT ? UV_WRITABLE : 0);
	return uv_poll_start(&s->poll, s->events, on_poll) < 0 ? -1 : 0;
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
	HttpSocket *s = poll->data;
	int bits = (events & UV_READABLE ? CURL_CSELECT_IN : 0) | (events & UV_WRITABLE ? CURL_CSELECT_OUT : 0);

	/* After an error libcurl looks at the socket itself (no bits): an answer may have come before the reset. */
	act(s->http, s->fd, status < 0 ? 0 : bits);
	/* libuv stops a handle that reported an error; curl does not know and may still count on it. */
	if (status < 0 && !uv_is_closing((uv_handle_t *)poll))
		(void)uv_poll_start(poll, s->events, on_poll);
}

/* --- silence --- */

static void stop_quiet(HttpRequest *rq)
{
	char text[80];

	if (rq->goodbye) {
		(void)snprintf(text, sizeof text, "HTTP/2 error %" PRId64 " ended the connection", rq->goodbye);
		request_stop(rq, HTTP_TORN, text);
	} else {
		(void)snprintf(text, sizeof text, "%s came for %lld s", rq->moved_bytes ? "next to nothing" : "nothing",
		               (long long)(rq->quiet_ms / 1000));
		request_stop(rq, HTTP_SLOW, text);
	}
}

static void stop_lookup(HttpRequest *rq, int64_t now)
{
	char text[80];
	bool hopeless = lookup_silent(&rq->http->lookups, rq->lookup_ms, now);

	(void)snprintf(text, sizeof text, "no name server answered within %.1f s", (double)(now - rq->lookup_ms) / 1000);
	request_stop(rq, hopeless ? HTTP_DNS_SILENT : HTTP_DNS, text);
}

static void on_quiet(uv_timer_t *t)
{
	Http *h = t->data;
	int64_t now = clock_mono_ms(), due, next = INT64_MAX;
	HttpRequest *rq, *after;

	for (rq = TAILQ_FIRST(&h->running); rq; rq = after) {
		after = TAILQ_NEXT(rq, link);
		if (!rq->moved_ms && !rq->lookup_ms)
			continue;
		due = rq->moved_ms ? rq->moved_ms + rq->quiet_ms : rq->lookup_until_ms;
		if (due <= now && rq->moved_ms)
			stop_quiet(rq);
		else if (due <= now)
			stop_lookup(rq, now);
		else if (due < next)
			next = due;
	}
	if (next < INT64_MAX)
		http_watch_quiet(h, next);
}

void http_watch_quiet(Http *h, int64_t at_ms)
{
	int64_t now = clock_mono_ms();

	if (uv_is_active((uv_handle_t *)&h->quiet) && h->quiet_at_ms <= at_ms)
		return;
	h->quiet_at_ms = at_ms;
	/* The loop's own idea of now may be older than the clock; one millisecond more than needed is never early twice. */
	uv_timer_start(&h->quiet, on_quiet, at_ms > now ? (uint64_t)(at_ms - now) + 1 : 1, 0);
}

void http_said_goodbye(HttpRequest *rq, int64_t error)
{
	HttpRequest *other;

	TAILQ_FOREACH(other, &rq->http->running, link)
		if (other->moved_ms && other->local_port == rq->local_port && other->remote_port == rq->remote_port)
			request_hurry(other, error);
}

/* --- what may not happen inside curl's callbacks, or inside the caller's --- */

static void on_timer_closed(uv_handle_t *handle)
{
	handle_gone(handle->data);
}

static void close_handles(Http *h)
{
	HttpSocket *s;
	uv_timer_t *timers[] = { &h->curl_timer, &h->turn, &h->quiet };

	if (h->multi) {
		h->curl.multi_cleanup(h->multi);
		h->curl.global_cleanup();
		h->multi = NULL;
	}
	while ((s = LIST_FIRST(&h->sockets)))
		socket_drop(s);
	for (size_t i = 0; i < sizeof timers / sizeof timers[0]; i++)
		uv_close((uv_handle_t *)timers[i], on_timer_closed);
}

static void add_fresh(Http *h)
{
	HttpRequest *rq;
	CURLMcode rc;
	bool added = false;

	while ((rq = TAILQ_FIRST(&h->fresh)) && !h->trial) {
		if (h->wary)
			h->trial = rq;
		rc = h->curl.multi_add_handle(h->multi, rq->easy);
		if (rc == CURLM_OK) {
			move_to(rq, &h->running);
			added = true;
		} else {
			request_stop(rq, HTTP_OTHER, h->curl.multi_strerror(rc));
		}
	}
	if (added)
		act(h, CURL_SOCKET_TIMEOUT, 0);
}

static void on_turn(uv_timer_t *t)
{
	Http *h = t->data;
	HttpList old;
	HttpRequest *rq;

	/* Only what was dead before this turn: the callbacks below may still look at the request they were called for. */
	TAILQ_INIT(&old);
	TAILQ_CONCAT(&old, &h->dead, link);
	while ((rq = TAILQ_FIRST(&old))) {
		TAILQ_REMOVE(&old, rq, link);
		request_free(rq);
	}
	while ((rq = TAILQ_FIRST(&h->ending)))
		finish(rq, CURLE_OK);
	if (!h->closing)
		add_fresh(h);
	else if (TAILQ_EMPTY(&h->dead))
		close_handles(h);
}

/* What is on this machine or is its link-local credential service never goes through a proxy, wherever the proxy
 * setting comes from. libcurl reads NO_PROXY only when it is told nothing, so the user's own list is put behind ours. */
static char *no_proxy_list(void)
{
	static const char ours[] = "localhost,127.0.0.1,127.0.0.0/8,::1,169.254.169.254,169.254.170.2,169.254.170.23,"
		"fd00:ec2::254,fd00:ec2::23";
	const char *users = getenv("no_proxy");
	Buf list = {0};

	if (!users)
		users = getenv("NO_PROXY");
	if (users && !strcmp(users, "*"))
		return xstrdup(users);
	(void)buf_printf(&list, "%s%s%s", ours, users ? "," : "", users ? users : "");   /* an environment fits the cap */
	return buf_take(&list);
}

/* The variables that libcurl takes a proxy from. */
static bool proxy_has_login(void)
{
	static const char *const names[] = { "https_proxy", "HTTPS_PROXY", "http_proxy", "all_proxy", "ALL_PROXY" };
	const char *url;

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if ((url = getenv(names[i])) && strchr(url, '@'))
			return true;
	return false;
}

/* TLS writes reach the socket through write(2), and CURLOPT_NOSIGNAL leaves SIGPIPE to the program. */
static void ignore_sigpipe(void)
{
	struct sigaction now;

	if (sigaction(SIGPIPE, NULL, &now) == 0 && now.sa_handler == SIG_DFL)
		(void)signal(SIGPIPE, SIG_IGN);
}

Http *http_new(uv_loop_t *loop, Err *e)
{
	Http *h = xcalloc(1, sizeof *h);
	uv_timer_t *timers[] = { &h->curl_timer, &h->turn, &h->quiet };

	(void)e;
	h->loop = loop;
	TAILQ_INIT(&h->fresh);
	TAILQ_INIT(&h->running);
	TAILQ_INIT(&h->ending);
	TAILQ_INIT(&h->dead);
	LIST_INIT(&h->sockets);
	for (size_t i = 0; i < sizeof timers / sizeof timers[0]; i++) {
		uv_timer_init(loop, timers[i]);
		timers[i]->data = h;
		h->handles++;
	}
	/* A transfer has a socket or a deadline on the loop; the watch over it must not hold the loop when it is over. */
	uv_unref((uv_handle_t *)&h->quiet);
	return h;
}

uv_loop_t *http_loop(const Http *h)
{
	return h->loop;
}

int http_prepare(Http *h, Err *e)
{
	CURLcode rc;

	if (h->multi)
		return 0;
	if (late_curl(&h->curl, e) < 0)
		return -1;
	rc = h->curl.global_init_mem(CURL_GLOBAL_DEFAULT, malloc, wipe_free, wipe_realloc, strdup, calloc);
	if (rc != CURLE_OK)
		return err_set(e, "libcurl does not start: %s", h->curl.easy_strerror(rc));
	if (!(h->multi = h->curl.multi_init())) {
		h->curl.global_cleanup();
		return err_set(e, "libcurl does not start: out of memory or file descriptors");
	}
	h->curl.multi_setopt(h->multi, CURLMOPT_SOCKETFUNCTION, watch_socket);
	h->curl.multi_setopt(h->multi, CURLMOPT_SOCKETDATA, h);
	h->curl.multi_setopt(h->multi, CURLMOPT_TIMERFUNCTION, set_curl_timer);
	h->curl.multi_setopt(h->multi, CURLMOPT_TIMERDATA, h);
	h->curl.multi_setopt(h->multi, CURLMOPT_MAXCONNECTS, 64L);
	h->no_proxy = no_proxy_list();
	h->wary = proxy_has_login();
	ignore_sigpipe();
	return 0;
}

HttpRequest *http_start(Http *h, const HttpSpec *spec, Err *e)
{
	HttpRequest *rq;

	if (h->closing) {
		err_set(e, "the program is closing its connections");
		return NULL;
	}
	if (http_prepare(h, e) < 0 || !(rq = request_new(h, spec, e)))
		return NULL;
	move_to(rq, &h->fresh);
	need_turn(h);
	return rq;
}

const HttpReply *http_so_far(const HttpRequest *rq)
{
	return &rq->reply;
}

void http_cancel(HttpRequest *rq)
{
	request_stop(rq, HTTP_CANCELLED, "cancelled");
}

void http_close(Http *h, void (*on_closed)(void *), void *arg)
{
	HttpList *lists[] = { &h->fresh, &h->running };
	HttpRequest *rq;

	h->closing = true;
	h->on_closed = on_closed;
	h->closed_arg = arg;
	for (size_t i = 0; i < 2; i++)
		while ((rq = TAILQ_FIRST(lists[i])))
			http_cancel(rq);
	need_turn(h);
}
