#include "unit.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/xalloc.h"
#include "net/http.h"
#include "net/httpd.h"

/* Client and server on one loop, as in the demo. `serve` is what the server does with a request. */
typedef struct Net {
	uv_loop_t loop;
	Http  *http;
	Httpd *httpd;
	void (*serve)(struct Net *n, HttpdConn *c, const HttpdRequest *rq);
	/* what the server saw */
	int  served, gone;
	char method[16], target[512], heads[2048];
	Buf  got;
	HttpdConn *conn;
	uv_timer_t tick;
	/* what the client saw */
	int  done, want, pieces, stop_at, wrong;
	int64_t piece_ms[8], began_ms;
	Buf  streamed, body;
	HttpReply reply;
	char fault_text[256], reply_type[64];
	size_t reply_headers;
	bool closed;
	HttpRequest *rq;
} Net;

static void on_request(HttpdConn *c, const HttpdRequest *rq, void *arg)
{
	Net *n = arg;
	size_t at = 0;

	n->served++;
	n->conn = c;
	snprintf(n->method, sizeof n->method, "%.*s", STR_ARG(rq->method));
	snprintf(n->target, sizeof n->target, "%.*s", STR_ARG(rq->target));
	for (size_t i = 0; i < rq->header_count && at < sizeof n->heads; i++)
		at += (size_t)snprintf(n->heads + at, sizeof n->heads - at, "%.*s=%.*s\n", STR_ARG(rq->headers[i].name),
		                       STR_ARG(rq->headers[i].value));
	buf_reset(&n->got);
	buf_put_str(&n->got, rq->body);
	n->serve(n, c, rq);
}

static void on_done(HttpRequest *rq, const HttpReply *r, void *arg)
{
	Net *n = arg;

	(void)rq;
	n->reply = *r;
	snprintf(n->fault_text, sizeof n->fault_text, "%s", r->fault_text);
	snprintf(n->reply_type, sizeof n->reply_type, "%.*s", STR_ARG(http_header(r, "content-type")));
	n->reply_headers = r->header_count;
	buf_reset(&n->body);
	buf_put_str(&n->body, r->body);
	n->wrong += r->fault != HTTP_OK || r->status != 200;
	if (++n->done == n->want)
		uv_stop(&n->loop);
}

static void on_closed(void *arg)
{
	((Net *)arg)->closed = true;
}

static void on_gone(void *arg)
{
	((Net *)arg)->gone++;
}

static Net *net_open(void (*serve)(Net *, HttpdConn *, const HttpdRequest *))
{
	Net *n = xcalloc(1, sizeof *n);
	Err e = {0};

	uv_loop_init(&n->loop);
	uv_timer_init(&n->loop, &n->tick);
	n->tick.data = n;
	n->serve = serve;
	n->want = 1;
	n->began_ms = clock_mono_ms();
	n->http = http_new(&n->loop, &e);
	n->httpd = httpd_open(&n->loop, 0, 1 << 20, on_request, n, &e);
	if (!n->httpd)
		fail_msg("%s", e.text);
	assert_true(httpd_port(n->httpd) > 0);
	return n;
}

/* Everything must be gone from the loop afterwards: a handle left behind fails uv_loop_close. */
static void net_close(Net *n)
{
	if (n->http)
		http_close(n->http, on_closed, n);
	if (n->httpd)
		httpd_close(n->httpd);
	uv_close((uv_handle_t *)&n->tick, NULL);
	assert_int_equal(uv_run(&n->loop, UV_RUN_DEFAULT), 0);
	assert_true(!n->http || n->closed);
	assert_int_equal(uv_loop_close(&n->loop), 0);
	buf_done(&n->got);
	buf_done(&n->streamed);
	buf_done(&n->body);
	free(n);
}

static char *url_of(Net *n, const char *path)
{
	static char url[600];

	snprintf(url, sizeof url, "http://127.0.0.1:%d%s", httpd_port(n->httpd), path);
	return url;
}

static HttpSpec spec_of(Net *n, const char *method, const char *path)
{
	return (HttpSpec){ .method = method, .url = url_of(n, path), .on_done = on_done, .arg = n };
}

static void start(Net *n, const HttpSpec *spec)
{
	Err e = {0};
	int before = n->done;

	n->rq = http_start(n->http, spec, &e);
	if (!n->rq)
		fail_msg("%s", e.text);
	assert_int_equal(n->done, before);
}

static void run_request(Net *n, const HttpSpec *spec)
{
	start(n, spec);
	uv_run(&n->loop, UV_RUN_DEFAULT);
	assert_int_equal(n->done, n->want);
}

static void serve_echo(Net *n, HttpdConn *c, const HttpdRequest *rq)
{
	HttpHeader h[] = { { STR("Content-Type"), STR("x/echo") }, { STR("X-Two"), STR("  b ") }, { STR("x-two"), STR("c") } };

	(void)n;
	httpd_reply(c, &(HttpdReply){ .status = 200, .headers = h, .header_count = 3, .body = rq->body });
}

static void serve_never(Net *n, HttpdConn *c, const HttpdRequest *rq)
{
	(void)n;
	(void)c;
	(void)rq;
}

/* --- plain requests --- */

static void round_trip(void **state)
{
	static const char *const methods[] = { "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE" };
	HttpHeader h[] = { { STR("Host"), STR("sts.example") }, { STR("X-Amz-Date"), STR("d") }, { STR("x-empty"), STR("") } };
	Net *n = net_open(serve_echo);
	HttpSpec s;

	(void)state;
	for (size_t i = 0; i < 6; i++) {
		bool has_body = i >= 2;

		n->want = (int)i + 1;
		s = spec_of(n, methods[i], "/");
		s.headers = h;
		s.header_count = 3;
		s.body = has_body ? STR("a\0b") : STR("");
		run_request(n, &s);
		assert_int_equal(n->reply.fault, HTTP_OK);
		assert_int_equal(n->reply.status, 200);
		assert_string_equal(n->method, methods[i]);
		assert_true(str_eq(buf_str(&n->body), has_body ? STR("a\0b") : STR("")));
		assert_string_equal(n->reply_type, "x/echo");
		assert_true(n->reply.sent_ms <= n->reply.first_byte_ms && n->reply.first_byte_ms <= n->reply.done_ms);
		/* Nothing beyond what was given and what the framing needs. */
		assert_string_equal(n->heads, has_body ? "host=sts.example\nx-amz-date=d\nx-empty=\ncontent-length=3\n"
		                                       : "host=sts.example\nx-amz-date=d\nx-empty=\n");
	}
	net_close(n);
}

/* A command that has its answer ends at once: what the client keeps for later does not hold the loop. */
static void idle_client_lets_the_loop_end(void **state)
{
	Net *n = net_open(serve_echo);
	HttpSpec s = spec_of(n, "GET", "/");
	int64_t answered;

	(void)state;
	run_request(n, &s);
	answered = clock_mono_ms();
	httpd_close(n->httpd);
	n->httpd = NULL;
	uv_run(&n->loop, UV_RUN_DEFAULT);
	assert_true(clock_mono_ms() - answered < 5000);    /* quiet_s is 30 */
	net_close(n);
}

static void raw_target(void **state)
{
	static const char *const paths[] = {
		"/model/anthropic.claude%3A0/invoke", "/b//c/./../d?x=%2F&x=a+b&&e", "/?", "/a%00b?list-type=2&prefix=%C3%A9", "/a?b?c",
	};
	Net *n = net_open(serve_echo);

	(void)state;
	for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
		HttpSpec s = spec_of(n, "GET", paths[i]);

		n->want = (int)i + 1;
		run_request(n, &s);
		assert_string_equal(n->target, paths[i]);
	}
	net_close(n);
}

static void serve_path_query(Net *n, HttpdConn *c, const HttpdRequest *rq)
{
	n->wrong += !str_is(rq->path, "/p%20q") || !str_is(rq->query, "a=1?b");
	httpd_reply(c, &(HttpdReply){ .status = 204 });
}

static void path_and_query(void **state)
{
	Net *n = net_open(serve_path_query);
	HttpSpec s = spec_of(n, "GET", "/p%20q?a=1?b");

	(void)state;
	run_request(n, &s);
	assert_int_equal(n->reply.status, 204);
	assert_int_equal(n->wrong, 1);     /* the status only */
	net_close(n);
}

static void on_tick_reply(uv_timer_t *t)
{
	Net *n = t->data;

	httpd_reply(n->conn, &(HttpdReply){ .status = 200, .body = STR("late") });
}

static void serve_later(Net *n, HttpdConn *c, const HttpdRequest *rq)
{
	(void)c;
	(void)rq;
	uv_timer_start(&n->tick, on_tick_reply, 20, 0);
}

static void reply_later(void **state)
{
	Net *n = net_open(serve_later);
	HttpSpec s = spec_of(n, "POST", "/");

	(void)state;
	s.body = STR("x");
	run_request(n, &s);
	assert_true(str_is(buf_str(&n->body), "late"));
	net_close(n);
}

static void serve_big(Net *n, HttpdConn *c, const HttpdRequest *rq)
{
	char *big = xcalloc(1, 300000);

	(void)n;
	(void)rq;
	httpd_reply(c, &(HttpdReply){ .status = 200, .body = { big, 300000 } });
	free(big);
}

static void body_cap(void **state)
{
	Net *n = net_open(serve_big);
	HttpSpec s = spec_of(n, "GET", "/");

	(void)state;
	s.max_body_bytes = 299999;
	run_request(n, &s);
	assert_int_equal(n->reply.fault, HTTP_TOO_BIG);
	assert_string_equal(n->fault_text, "the answer is larger than 299999 bytes");
	assert_int_equal(n->body.n, 0);     /* refused by its announced length: nothing was taken */
	s.max_body_bytes = 300000;
	n->want = 2;
	run_request(n, &s);
	assert_int_equal(n->reply.fault, HTTP_OK);
	assert_int_equal(n->body.n, 300000);
	net_close(n);
}

static void upload_cap(void **state)
{
	Net *n = net_open(serve_echo);
	HttpSpec s = spec_of(n, "PUT", "/");
	char *big = xcalloc(1, (1 << 20) + 1);

	(void)state;
	s.body = (Str){ big, (1 << 20) + 1 };
	run_request(n, &s);
	assert_int_equal(n->reply.status, 413);
	assert_int_equal(n->served, 0);
	n->want = 2;
	s.body.n--;
	run_request(n, &s);
	assert_int_equal(n->reply.status, 200);
	assert_int_equal(n->body.n, 1 << 20);
	free(big);
	net_close(n);
}

static void expect_continue(void **state)
{
	HttpHeader h = { STR("Expect"), STR("100-continue") };
	Net *n = net_open(serve_echo);
	HttpSpec s = spec_of(n, "PUT", "/");

	(void)state;
	s.headers = &h;
	s.header_count = 1;
	s.body = STR("waited");
	run_request(n, &s);
	assert_int_equal(n->reply.status, 200);
	assert_true(str_is(buf_str(&n->body), "waited"));
	assert_true(str_is(http_header(&(HttpReply){0}, "x"), ""));
	assert_true(n->reply.done_ms - n->began_ms < 900);   /* curl gives up waiting for the 100 after a second */
	net_close(n);
}

static void refused_specs(void **state)
{
	HttpHeader bad[] = { { STR("x"), STR("a\r\ny: b") }, { STR("x y"), STR("a") }, { STR(""), STR("a") }, { STR("x"), STR("a\0b") } };
	Net *n = net_open(serve_echo);
	Err e = {0};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		HttpSpec s = spec_of(n, "GET", "/");

		s.headers = &bad[i];
		s.header_count = 1;
		assert_null(http_start(n->http, &s, &e));
		assert_non_null(strstr(e.text, "a header cannot have"));
	}
	HttpSpec s = spec_of(n, "GE T", "/");

	assert_null(http_start(n->http, &s, &e));
	s.method = "GET";
	s.url = "file:///etc/passwd";
	run_request(n, &s);
	assert_int_equal(n->reply.fault, HTTP_OTHER);
	net_close(n);
}

/* An address of a proxy that libcurl cannot read comes back in its words, and those must not hold the password. */
static void the_proxys_password_stays_hidden(void **state)
{
	static const char *const proxies[] = {
		"foo://fleet:hush@127.0.0.1:1", "http://fleet:hush@[bad", "http://fleet:hush@127.0.0.1:99999999", "fleet:hush@[bad",
		"socks9://fleet:hu@sh:hush@x", "http://fleet:hush@no-such-host.invalid:1", "http://fleet:hush@127.0.0.1:1",
		"https://fleet:hush@127.0.0.1:1", "http://fleet:%zzhush@127.0.0.1:1",
	};
	Net *n = net_open(serve_echo);
	HttpSpec s = spec_of(n, "GET", "/");

	(void)state;
	for (size_t i = 0; i < sizeof proxies / sizeof *proxies; i++) {
		s.url = i % 2 ? "http://192.0.2.1/" : "https://192.0.2.1/";
		s.proxy = proxies[i];
		s.connect_ms = 4000;
		n->want = (int)i + 1;
		run_request(n, &s);
		assert_int_not_equal(n->reply.fault, HTTP_OK);
		if (strstr(n->reply.fault_text, "hush") || strstr(n->reply.fault_text, "fleet") || !n->reply.fault_text[0])
			fail_msg("%s: %s", proxies[i], n->reply.fault_text);
	}
	net_close(n);
}

/* The environment names a proxy; what NO_PROXY lists goes without it, and the login goes to the proxy alone. */
static void proxy_of_the_environment(void **state)
{
	const struct { const char *url, *no_proxy; HttpFault fault; } rows[] = {
		{ "http://service.invalid/", NULL, HTTP_OK }, { "http://service.invalid/", "other.invalid", HTTP_OK },
		{ "http://service.invalid/", "other.invalid,.invalid", HTTP_DNS }, { "http://service.invalid/", "*", HTTP_DNS },
	};
	char proxy[80];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		Net *n;
		HttpSpec s;

		if (rows[i].no_proxy)
			setenv("NO_PROXY", rows[i].no_proxy, 1);
		n = net_open(serve_echo);
		s = spec_of(n, "GET", "/");
		(void)snprintf(proxy, sizeof proxy, "http://fleet:hush@127.0.0.1:%d", httpd_port(n->httpd));
		setenv("http_proxy", proxy, 1);
		s.url = rows[i].url;
		run_request(n, &s);
		if (n->reply.fault != rows[i].fault || n->served != (rows[i].fault == HTTP_OK))
			fail_msg("%s, NO_PROXY %s: fault %d (%s), served %d", rows[i].url, rows[i].no_proxy, n->reply.fault, n->reply.fault_text, n->served);
		net_close(n);
		unsetenv("NO_PROXY");
		unsetenv("http_proxy");
	}
}

/* A proxy that is not there must not matter for a loopback address. */
static void loopback_without_proxy(void **state)
{
	Net *n = net_open(serve_echo);
	HttpSpec s = spec_of(n, "GET", "/");

	(void)state;
	s.proxy = "http://127.0.0.1:1";
	run_request(n, &s);
	assert_int_equal(n->reply.fault, HTTP_OK);
	s.url = "http://proxied.invalid/";
	n->want = 2;
	run_request(n, &s);
	assert_int_equal(n->reply.fault, HTTP_CONNECT);
	net_close(n);
}

static void many_at_once(void **state)
{
	Net *n = net_open(serve_echo);

	(void)state;
	n->want = 200;
	for (int i = 0; i < 200; i++) {
		HttpSpec s = spec_of(n, "POST", "/");

		s.body = STR("body");
		start(n, &s);
	}
	uv_run(&n->loop, UV_RUN_DEFAULT);
	assert_int_equal(n->done, 200);
	assert_int_equal(n->served, 200);
	assert_int_equal(n->wrong, 0);
	net_close(n);
}

static void on_done_again(HttpRequest *rq, const HttpReply *r, void *arg)
{
	Net *n = arg;
	HttpSpec s = spec_of(n, "GET", "/");

	http_cancel(rq);       /* too late, and harmless */
	s.on_done = on_done_again;
	n->wrong += r->fault != HTTP_OK;
	if (++n->done == 20)
		uv_stop(&n->loop);
	else
		assert_non_null(http_start(n->http, &s, NULL));
}

static void start_from_on_done(void **state)
{
	Net *n = net_open(serve_echo);
	HttpSpec s = spec_of(n, "GET", "/");

	(void)state;
	s.on_done = on_done_again;
	n->want = 20;
	run_request(n, &s);
	assert_int_equal(n->wrong, 0);
	net_close(n);
}

/* --- streams --- */

static int on_body(HttpRequest *rq, Str piece, void *arg)
{
	Net *n = arg;

	(void)rq;
	if (n->pieces < 8)
		n->piece_ms[n->pieces] = clock_mono_ms();
	n->pieces++;
	buf_put_str(&n->streamed, piece);
	return n->pieces == n->stop_at ? -1 : 0;
}

static void on_tick_piece(uv_timer_t *t)
{
	Net *n = t->data;

	/* The next piece is only sent once the one before it has arrived: nothing may be held back on the way. */
	if (n->streamed.n != (size_t)n->served)
		return;
	if (n->served == 6) {
		uv_timer_stop(t);
		httpd_stream_end(n->conn);
		return;
	}
	n->served++;
	assert_int_equal(httpd_stream_put(n->conn, STR("p")), 0);
}

static void serve_pieces(Net *n, HttpdConn *c, const HttpdRequest *rq)
{
	HttpHeader h = { STR("content-type"), STR("application/vnd.amazon.eventstream") };

	(void)rq;
	httpd_stream_begin(c, &(HttpdReply){ .status = 200, .headers = &h, .header_count = 1 }, on_gone, n);
	n->served = 0;
	uv_timer_start(&n->tick, on_tick_piece, 5, 5);
}

static HttpSpec stream_spec(Net *n)
{
	HttpSpec s = spec_of(n, "POST", "/");

	s.on_body = on_body;
	s.total_ms = -1;
	return s;
}

static void pieces_one_by_one(void **state)
{
	Net *n = net_open(serve_pieces);
	HttpSpec s = stream_spec(n);
	int64_t shortest = INT64_MAX;

	(void)state;
	run_request(n, &s);
	assert_int_equal(n->reply.fault, HTTP_OK);
	assert_int_equal(n->pieces, 6);
	assert_true(str_is(buf_str(&n->streamed), "pppppp"));
	assert_int_equal(n->body.n, 0);
	assert_int_equal(n->gone, 0);
	/* One every 5 ms; a delayed acknowledgement or a cork would add 40 to 200 ms to each. A busy machine not to each. */
	for (int i = 1; i < 6; i++)
		if (n->piece_ms[i] - n->piece_ms[i - 1] < shortest)
			shortest = n->piece_ms[i] - n->piece_ms[i - 1];
	assert_true(shortest < 35);
	net_close(n);
}

static void serve_first_piece(Net *n, HttpdConn *c, const HttpdRequest *rq)
{
	(void)rq;
	httpd_stream_begin(c, &(HttpdReply){ .status = 200, .body = STR("one") }, on_gone, n);
}

static void run_until(Net *n, const int *what, int64_t limit_ms)
{
	int64_t until = clock_mono_ms() + limit_ms;

	while (!*what && clock_mono_ms() < until) {
		uv_run(&n->loop, UV_RUN_NOWAIT);
		usleep(500);
	}
	assert_true(*what);
}

static void cancel_in_on_body(void **state)
{
	Net *n = net_open(serve_first_piece);
	HttpSpec s = stream_spec(n);

	(void)state;
	n->stop_at = 1;
	run_request(n, &s);
	assert_int_equal(n->reply.fault, HTTP_CANCELLED);
	assert_string_equal(n->fault_text, "cancelled");
	/* The server's side notices although nothing is sent. */
	run_until(n, &n->gone, 2000);
	assert_int_equal(n->gone, 1);
	net_close(n);
}

static int on_body_cancel_all(HttpRequest *rq, Str piece, void *arg)
{
	Net *n = arg;

	(void)piece;
	http_cancel(n->rq);        /* the other one */
	http_cancel(rq);
	http_cancel(rq);
	return 0;
}

static void cancel_another_in_on_body(void **state)
{
	Net *n = net_open(serve_first_piece);
	HttpSpec s = stream_spec(n);

	(void)state;
	n->want = 2;
	s.on_body = on_body_cancel_all;
	start(n, &s);
	s.on_body = on_body;
	start(n, &s);
	uv_run(&n->loop, UV_RUN_DEFAULT);
	assert_int_equal(n->done, 2);
	assert_int_equal(n->wrong, 2);
	assert_int_equal(n->reply.fault, HTTP_CANCELLED);
	net_close(n);
}

static int on_body_start(HttpRequest *rq, Str piece, void *arg)
{
	Net *n = arg;
	HttpSpec s = spec_of(n, "GET", "/");

	(void)piece;
	n->serve = serve_echo;
	assert_non_null(http_start(n->http, &s, NULL));
	http_cancel(rq);
	return 0;
}

static void start_in_on_body(void **state)
{
	Net *n = net_open(serve_first_piece);
	HttpSpec s = stream_spec(n);

	(void)state;
	n->want = 2;
	s.on_body = on_body_start;
	run_request(n, &s);
	assert_int_equal(n->wrong, 1);      /* the cancelled one */
	net_close(n);
}

static int on_body_close(HttpRequest *rq, Str piece, void *arg)
{
	Net *n = arg;

	(void)rq;
	(void)piece;
	http_close(n->http, on_closed, n);
	n->http = NULL;
	return 0;
}

static void close_in_on_body(void **state)
{
	Net *n = net_open(serve_first_piece);
	HttpSpec s = stream_spec(n);

	(void)state;
	s.on_body = on_body_close;
	run_request(n, &s);
	assert_int_equal(n->reply.fault, HTTP_CANCELLED);
	net_close(n);
}

static void serve_keep(Net *n, HttpdConn *c, const HttpdRequest *rq)
{
	(void)c;
	(void)rq;
	http_cancel(n->rq);
}

/* The answer comes when nobody is there any more: it goes nowhere, and the server goes on. */
static void client_leaves_before_the_reply(void **state)
{
	Net *n = net_open(serve_keep);
	HttpSpec s = spec_of(n, "GET", "/");

	(void)state;
	run_request(n, &s);
	assert_int_equal(n->reply.fault, HTTP_CANCELLED);
	httpd_reply(n->conn, &(HttpdReply){ .status = 200, .body = STR("late") });
	n->serve = serve_echo;
	n->want = 2;
	run_request(n, &s);
	assert_int_equal(n->reply.fault, HTTP_OK);
	net_close(n);
}

/* There is no body to stream: the owner of the stream hears that it is over. */
static void head_of_a_stream(void **state)
{
	Net *n = net_open(serve_first_piece);
	HttpSpec s = spec_of(n, "HEAD", "/");

	(void)state;
	run_request(n, &s);
	assert_int_equal(n->reply.fault, HTTP_OK);
	run_until(n, &n->gone, 2000);
	assert_int_equal(n->gone, 1);
	net_close(n);
}

static void serve_evil_header(Net *n, HttpdConn *c, const HttpdRequest *rq)
{
	HttpHeader h[] = {
		{ STR("x-a"), STR("1\r\nx-b: 2") }, { STR("Content-Length"), STR("99") }, { STR("Date"), STR("then") }, { STR("x-c"), STR("3") },
	};

	(void)n;
	httpd_reply(c, &(HttpdReply){ .status = 200, .headers = h, .header_count = 4, .body = rq->target });
}

static void on_done_headers(HttpRequest *rq, const HttpReply *r, void *arg)
{
	Net *n = arg;

	n->wrong += !str_is(http_header(r, "x-a"), "") || !str_is(http_header(r, "x-b"), "");
	n->wrong += !str_is(http_header(r, "content-length"), "1") || !str_is(http_header(r, "x-c"), "3");
	n->wrong += !str_is(http_header(r, "date"), "then");
	on_done(rq, r, arg);
}

static void server_keeps_its_framing(void **state)
{
	Net *n = net_open(serve_evil_header);
	HttpSpec s = spec_of(n, "GET", "/");

	(void)state;
	s.on_done = on_done_headers;
	run_request(n, &s);
	assert_int_equal(n->wrong, 0);
	net_close(n);
}

static void serve_torn(Net *n, HttpdConn *c, const HttpdRequest *rq)
{
	(void)rq;
	httpd_stream_begin(c, &(HttpdReply){ .status = 200 }, on_gone, n);
	httpd_stream_put(c, STR("half of it"));
	httpd_stream_tear(c);
	assert_int_equal(httpd_stream_put(c, STR("more")), -1);
}

static void torn_stream(void **state)
{
	Net *n = net_open(serve_torn);
	HttpSpec s = stream_spec(n);

	(void)state;
	run_request(n, &s);
	assert_int_equal(n->reply.fault, HTTP_TORN);
	assert_true(str_is(buf_str(&n->streamed), "half of it"));
	assert_int_equal(n->gone, 0);
	net_close(n);
}

static void serve_error(Net *n, HttpdConn *c, const HttpdRequest *rq)
{
	(void)n;
	(void)rq;
	httpd_reply(c, &(HttpdReply){ .status = 400, .body = STR("{\"message\":\"no\"}") });
}

static void error_is_not_streamed(void **state)
{
	Net *n = net_open(serve_error);
	HttpSpec s = stream_spec(n);

	(void)state;
	run_request(n, &s);
	assert_int_equal(n->reply.status, 400);
	assert_int_equal(n->pieces, 0);
	assert_true(str_is(buf_str(&n->body), "{\"message\":\"no\"}"));
	net_close(n);
}

static void serve_flood(Net *n, HttpdConn *c, const HttpdRequest *rq)
{
	char *block = xcalloc(1, 1 << 20);
	int taken = 0;

	(void)rq;
	httpd_stream_begin(c, &(HttpdReply){ .status = 200 }, on_gone, n);
	while (taken < 100 && httpd_stream_put(c, (Str){ block, 1 << 20 }) == 0)
		taken++;
	n->served = taken;
	httpd_stream_end(c);
	free(block);
}

static void stream_queue_is_bounded(void **state)
{
	Net *n = net_open(serve_flood);
	HttpSpec s = stream_spec(n);

	(void)state;
	run_request(n, &s);
	assert_int_equal(n->reply.fault, HTTP_OK);
	assert_int_equal(n->served, 8);
	assert_int_equal(n->streamed.n, 8 << 20);
	net_close(n);
}

/* --- what goes wrong --- */

static int closed_port(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof at;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
	close(fd);
	return ntohs(at.sin_port);
}

static void refused_port(void **state)
{
	char url[64];
	Net *n = net_open(serve_echo);
	HttpSpec s = spec_of(n, "GET", "/");

	(void)state;
	snprintf(url, sizeof url, "http://127.0.0.1:%d/", closed_port());
	s.url = url;
	run_request(n, &s);
	assert_int_equal(n->reply.fault, HTTP_CONNECT);
	assert_int_equal(n->reply.status, 0);
	assert_non_null(strstr(n->fault_text, "127.0.0.1"));
	net_close(n);
}

static void tls_to_plain_server(void **state)
{
	char url[64];
	Net *n = net_open(serve_echo);
	HttpSpec s = spec_of(n, "GET", "/");

	(void)state;
	snprintf(url, sizeof url, "https://127.0.0.1:%d/", httpd_port(n->httpd));
	s.connect_ms = 60000;      /* reading the system's certificates takes seconds under valgrind */
	s.url = url;
	run_request(n, &s);
	assert_int_equal(n->reply.fault, HTTP_HANDSHAKE);
	assert_int_equal(n->served, 0);
	n->want = 2;
	s.ca_file = "/nonexistent/ca.pem";
	run_request(n, &s);
	assert_int_equal(n->reply.fault, HTTP_TLS);
	net_close(n);
}

static void quiet_server(void **state)
{
	Net *n = net_open(serve_first_piece);
	HttpSpec s = stream_spec(n);

	(void)state;
	s.quiet_s = 1;
	run_request(n, &s);
	assert_int_equal(n->reply.fault, HTTP_SLOW);
	assert_string_equal(n->fault_text, "nothing came for 1 s");
	assert_int_equal(n->pieces, 1);
	assert_in_range(n->reply.done_ms - n->piece_ms[0], 990, 1500);
	net_close(n);
}

static void total_timeout(void **state)
{
	Net *n = net_open(serve_never);
	HttpSpec s = spec_of(n, "GET", "/");

	(void)state;
	s.total_ms = 150;
	run_request(n, &s);
	assert_int_equal(n->reply.fault, HTTP_TIMEOUT);
	assert_in_range(n->reply.done_ms - n->began_ms, 140, 1000);
	net_close(n);
}

static void close_with_work_in_flight(void **state)
{
	Net *n = net_open(serve_first_piece);
	HttpSpec s = stream_spec(n);

	(void)state;
	n->want = 99;
	for (int i = 0; i < 5; i++)
		start(n, &s);
	run_until(n, &n->pieces, 2000);
	start(n, &s);                      /* and one that has not even begun */
	net_close(n);
}

static void on_closed_check(void *arg)
{
	Net *n = arg;

	assert_int_equal(n->done, 3);
	n->closed = true;
}

static void close_calls_on_done(void **state)
{
	Net *n = net_open(serve_never);
	HttpSpec s = spec_of(n, "GET", "/");

	(void)state;
	n->want = 99;
	for (int i = 0; i < 3; i++)
		start(n, &s);
	for (int i = 0; i < 20; i++)
		uv_run(&n->loop, UV_RUN_NOWAIT);
	http_close(n->http, on_closed_check, n);
	assert_null(http_start(n->http, &s, NULL));
	assert_int_equal(n->done, 0);
	n->http = NULL;
	httpd_close(n->httpd);             /* with requests that were never answered */
	n->httpd = NULL;
	uv_run(&n->loop, UV_RUN_DEFAULT);
	assert_true(n->closed);
	assert_int_equal(n->wrong, 3);
	net_close(n);
}

static void serve_and_close(Net *n, HttpdConn *c, const HttpdRequest *rq)
{
	(void)rq;
	httpd_stream_begin(c, &(HttpdReply){ .status = 200, .body = STR("x") }, on_gone, n);
	httpd_close(n->httpd);
	n->httpd = NULL;
}

static void server_closed_in_its_handler(void **state)
{
	Net *n = net_open(serve_and_close);
	HttpSpec s = stream_spec(n);

	(void)state;
	run_request(n, &s);
	assert_int_equal(n->reply.fault, HTTP_TORN);
	assert_int_equal(n->gone, 1);
	net_close(n);
}

static void port_in_use(void **state)
{
	Net *n = net_open(serve_echo);
	Err e = {0};

	(void)state;
	assert_null(httpd_open(&n->loop, httpd_port(n->httpd), 1, on_request, n, &e));
	assert_non_null(strstr(e.text, "choose another port"));
	net_close(n);
}

/* --- answers that no decent server gives, from a socket of the test's own --- */

typedef struct Raw {
	Net      *net;
	uv_tcp_t  listener, peer;
	uv_write_t write;
	uv_buf_t  answer;
	int       port;
} Raw;

static void raw_alloc(uv_handle_t *h, size_t n, uv_buf_t *out)
{
	static char sink[65536];

	(void)h;
	(void)n;
	*out = uv_buf_init(sink, sizeof sink);
}

static void raw_written(uv_write_t *w, int status)
{
	Raw *r = w->data;

	(void)status;
	uv_close((uv_handle_t *)&r->peer, NULL);
}

static void raw_read(uv_stream_t *s, ssize_t n, const uv_buf_t *b)
{
	Raw *r = s->data;

	(void)b;
	if (n < 0)
		uv_close((uv_handle_t *)s, NULL);
	if (n <= 0)
		return;
	uv_read_stop(s);
	r->write.data = r;
	uv_write(&r->write, s, &r->answer, 1, raw_written);
}

static void raw_accept(uv_stream_t *s, int status)
{
	Raw *r = s->data;

	assert_int_equal(status, 0);
	uv_tcp_init(&r->net->loop, &r->peer);
	r->peer.data = r;
	uv_accept(s, (uv_stream_t *)&r->peer);
	uv_read_start((uv_stream_t *)&r->peer, raw_alloc, raw_read);
}

/* One request against a server that says exactly `answer` and hangs up. */
static Net *raw_exchange(Str answer, const char *method)
{
	Net *n = net_open(serve_never);
	Raw r = { .net = n, .answer = uv_buf_init((char *)(uintptr_t)answer.p, (unsigned)answer.n) };
	struct sockaddr_in at;
	int len = sizeof at;
	char url[64];
	HttpSpec s;

	uv_ip4_addr("127.0.0.1", 0, &at);
	uv_tcp_init(&n->loop, &r.listener);
	r.listener.data = &r;
	assert_int_equal(uv_tcp_bind(&r.listener, (struct sockaddr *)&at, 0), 0);
	assert_int_equal(uv_listen((uv_stream_t *)&r.listener, 4, raw_accept), 0);
	uv_tcp_getsockname(&r.listener, (struct sockaddr *)&at, &len);
	snprintf(url, sizeof url, "http://127.0.0.1:%d/", ntohs(at.sin_port));
	s = (HttpSpec){ .method = method, .url = url, .on_done = on_done, .arg = n, .max_body_bytes = 1000, .total_ms = 5000 };
	run_request(n, &s);
	uv_close((uv_handle_t *)&r.listener, NULL);
	for (int i = 0; i < 10; i++)
		uv_run(&n->loop, UV_RUN_NOWAIT);
	return n;
}

static void bad_answers(void **state)
{
	const struct { Str answer; const char *method; HttpFault fault; int status; } rows[] = {
		{ STR("HTTP/1.1 200 OK\r\ncontent-length: 10000000000\r\n\r\nab"), "GET", HTTP_TOO_BIG, 200 },
		{ STR("HTTP/1.1 200 OK\r\ncontent-length: 10000000000\r\n\r\n"), "HEAD", HTTP_OK, 200 },
		{ STR("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nab"), "GET", HTTP_TORN, 200 },
		{ STR("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nab"), "GET", HTTP_TORN, 200 },
		{ STR("HTTP/1.1 200 OK\r\n\r\nab"), "GET", HTTP_OK, 200 },
		{ STR("HTTP/1.1 100 Continue\r\nx: y\r\n\r\nHTTP/1.1 404 Not\r\na: b\r\n folded\r\n\r\n"), "GET", HTTP_OK, 404 },
		{ STR("HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n"), "GET", HTTP_OK, 302 },
		{ STR(""), "GET", HTTP_TORN, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		Net *n = raw_exchange(rows[i].answer, rows[i].method);

		if (n->reply.fault != rows[i].fault || n->reply.status != rows[i].status)
			fail_msg("row %zu: fault %d status %d (%s)", i, (int)n->reply.fault, n->reply.status, n->fault_text);
		net_close(n);
	}
}

static void header_floods(void **state)
{
	Buf many = {0}, wide = {0}, endless = {0}, just = {0}, interim = {0};
	Net *n;

	(void)state;
	buf_puts(&many, "HTTP/1.1 200 OK\r\n");
	buf_puts(&just, "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n");
	for (int i = 0; i < 257; i++)
		buf_puts(&many, "a: b\r\n");
	for (int i = 0; i < 255; i++)
		buf_puts(&just, "a: b\r\n");
	buf_puts(&just, "\r\n");
	buf_puts(&wide, "HTTP/1.1 200 OK\r\n");
	for (int i = 0; i < 70; i++)
		buf_printf(&wide, "a: %01000d\r\n", i);
	buf_puts(&endless, "HTTP/1.1 200 OK\r\na: ");
	for (int i = 0; i < 200; i++)
		buf_printf(&endless, "%01000d", i);
	n = raw_exchange(buf_str(&many), "GET");
	assert_int_equal(n->reply.fault, HTTP_TOO_BIG);
	net_close(n);
	n = raw_exchange(buf_str(&wide), "GET");
	assert_int_equal(n->reply.fault, HTTP_TOO_BIG);
	net_close(n);
	n = raw_exchange(buf_str(&endless), "GET");
	assert_int_equal(n->reply.fault, HTTP_TOO_BIG);
	net_close(n);
	for (int i = 0; i < 4000; i++)
		buf_puts(&interim, "HTTP/1.1 100 Continue\r\n\r\n");
	n = raw_exchange(buf_str(&interim), "GET");
	assert_int_equal(n->reply.fault, HTTP_TOO_BIG);
	net_close(n);
	buf_done(&interim);
	n = raw_exchange(buf_str(&just), "GET");
	assert_int_equal(n->reply.fault, HTTP_OK);
	assert_int_equal(n->reply_headers, 256);
	net_close(n);
	buf_done(&many);
	buf_done(&wide);
	buf_done(&endless);
	buf_done(&just);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(round_trip),
		cmocka_unit_test(idle_client_lets_the_loop_end),
		cmocka_unit_test(raw_target),
		cmocka_unit_test(path_and_query),
		cmocka_unit_test(reply_later),
		cmocka_unit_test(body_cap),
		cmocka_unit_test(upload_cap),
		cmocka_unit_test(expect_continue),
		cmocka_unit_test(refused_specs),
		cmocka_unit_test(loopback_without_proxy), cmocka_unit_test(the_proxys_password_stays_hidden),
		cmocka_unit_test(proxy_of_the_environment),
		cmocka_unit_test(many_at_once),
		cmocka_unit_test(start_from_on_done),
		cmocka_unit_test(pieces_one_by_one),
		cmocka_unit_test(cancel_in_on_body),
		cmocka_unit_test(cancel_another_in_on_body),
		cmocka_unit_test(start_in_on_body),
		cmocka_unit_test(close_in_on_body),
		cmocka_unit_test(client_leaves_before_the_reply),
		cmocka_unit_test(head_of_a_stream),
		cmocka_unit_test(server_keeps_its_framing),
		cmocka_unit_test(torn_stream),
		cmocka_unit_test(error_is_not_streamed),
		cmocka_unit_test(stream_queue_is_bounded),
		cmocka_unit_test(refused_port),
		cmocka_unit_test(tls_to_plain_server),
		cmocka_unit_test(quiet_server),
		cmocka_unit_test(total_timeout),
		cmocka_unit_test(close_with_work_in_flight),
		cmocka_unit_test(close_calls_on_done),
		cmocka_unit_test(server_closed_in_its_handler),
		cmocka_unit_test(port_in_use),
		cmocka_unit_test(bad_answers),
		cmocka_unit_test(header_floods),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
