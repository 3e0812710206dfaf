#include "net/http_own.h"

#include <ctype.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/xalloc.h"

enum {
	DEFAULT_BODY_BYTES = 8 << 20, DEFAULT_CONNECT_MS = 5000, DEFAULT_TOTAL_MS = 60000, DEFAULT_QUIET_S = 30,
	MAX_HEADERS = 256, MAX_HEADER_BYTES = 64 << 10,
	/* A server that sends a byte now and then is as good as silent: in quiet_s there must be one byte a second, or as many
	 * as any status line or frame of an event stream is sure to have. */
	MOVED_BYTES = 30,
	DEAD_AFTER_MS = 30000, KEEP_IDLE_S = 15, KEEP_EVERY_S = 5,
	GOODBYE_MS = 3000,
};

typedef struct LongOption { CURLoption option; long value; } LongOption;

static CURLcode set_fixed_options(HttpRequest *rq);

/* --- what comes in --- */

static void touch(HttpRequest *rq, size_t bytes)
{
	rq->moved_bytes += bytes;
	if (rq->moved_bytes < rq->quiet_bytes)
		return;
	rq->moved_ms = clock_mono_ms();
	rq->moved_bytes = 0;
}

static size_t body_limit(const HttpRequest *rq)
{
	return rq->body.max;
}

static int body_too_big(HttpRequest *rq)
{
	char text[80];

	(void)snprintf(text, sizeof text, "the answer is larger than %zu bytes", body_limit(rq));
	request_stop(rq, HTTP_TOO_BIG, text);
	return -1;
}

static bool is_streamed(const HttpRequest *rq)
{
	return rq->on_body && rq->reply.status == 200;
}

/* At the empty line behind a block of headers. An interim answer (1xx) is followed by another block. */
static int headers_end(HttpRequest *rq)
{
	Str length;
	int64_t n;

	if (rq->reply.status < 200)
		return 0;
	rq->headers_done = true;
	rq->reply.headers = rq->headers;
	rq->reply.header_count = rq->header_count;
	length = http_header(&rq->reply, "content-length");
	if (!rq->head_only && !is_streamed(rq) && str_i64(length, &n) == 0 && n > 0 && (uint64_t)n > body_limit(rq))
		return body_too_big(rq);
	return 0;
}

static int headers_too_big(HttpRequest *rq)
{
	request_stop(rq, HTTP_TOO_BIG, "the answer has more than 256 headers or 64 KiB of them");
	return -1;
}

static int header_add(HttpRequest *rq, Str line)
{
	Str value, name = str_trim(str_cut(line, ':', &value));
	char *lower = arena_cstr(&rq->arena, name);

	if (rq->header_count == MAX_HEADERS)
		return headers_too_big(rq);
	for (size_t i = 0; i < name.n; i++)
		lower[i] = (char)tolower((unsigned char)lower[i]);
	VEC_GROW(rq->headers, rq->header_cap, rq->header_count + 1);
	rq->headers[rq->header_count++] = (HttpHeader){ { lower, name.n }, arena_str(&rq->arena, str_trim(value)) };
	return 0;
}

/* "HTTP/1.1 200 OK", "HTTP/2 200" */
static int version_of(Str line)
{
	const char *p = line.p + sizeof "HTTP/" - 1;
	int major = line.n > 5 && isdigit((unsigned char)p[0]) ? p[0] - '0' : 0;
	int minor = line.n > 7 && p[1] == '.' && isdigit((unsigned char)p[2]) ? p[2] - '0' : 0;

	return major * 10 + minor;
}

static size_t on_header(char *p, size_t size, size_t count, void *arg)
{
	HttpRequest *rq = arg;
	size_t n = size * count;
	Str line = str_trim((Str){ p, n });
	long status = 0;

	touch(rq, n);
	if (!rq->reply.first_byte_ms)
		rq->reply.first_byte_ms = clock_mono_ms();
	if (rq->stop)
		return 0;
	/* Trailers come through here too, and continuation lines are a form that HTTP has given up. */
	if (rq->headers_done || (n && (*p == ' ' || *p == '\t')))
		return n;
	/* Status lines count: a server may send interim answers without end. */
	rq->header_bytes += line.n;
	if (rq->header_bytes > MAX_HEADER_BYTES) {
		(void)headers_too_big(rq);
		return 0;
	}
	if (str_starts(line, STR("HTTP/"))) {
		rq->http->curl.easy_getinfo(rq->easy, CURLINFO_RESPONSE_CODE, &status);
		rq->reply.status = (int)status;
		rq->framed = !str_starts(line, STR("HTTP/1"));
		rq->reply.http_version = version_of(line);
		rq->header_count = 0;
		return n;
	}
	if (line.n ? header_add(rq, line) : headers_end(rq))
		return 0;
	return n;
}

static size_t on_piece(char *p, size_t size, size_t count, void *arg)
{
	HttpRequest *rq = arg;
	Str piece = { p, size * count };

	touch(rq, piece.n);
	if (rq->stop)
		return 0;
	if (!is_streamed(rq)) {
		if (buf_put_str(&rq->body, piece) < 0) {
			body_too_big(rq);
			return 0;
		}
	} else if (rq->on_body(rq, piece, rq->arg) < 0) {
		http_cancel(rq);
	}
	return rq->stop ? 0 : piece.n;
}

/* Called whenever curl has moved something: bytes that go out count as a sign of life as well. What comes in is counted
 * where it is taken. */
static int on_progress(void *arg, curl_off_t down_all, curl_off_t down, curl_off_t up_all, curl_off_t up)
{
	HttpRequest *rq = arg;

	(void)down_all;
	(void)down;
	(void)up_all;
	if (rq->moved_ms && up > rq->sent_bytes) {
		touch(rq, (size_t)(up - rq->sent_bytes));
		rq->sent_bytes = up;
	}
	return rq->stop ? 1 : 0;
}

/* A connection whose other end is gone (a machine that slept, a network that changed) is dead after half a minute, also
 * while it waits in the pool: keepalive asks, and what is not acknowledged in time ends it. */
static int on_socket(void *arg, curl_socket_t fd, curlsocktype purpose)
{
	int idle = KEEP_IDLE_S, every = KEEP_EVERY_S, on = 1;
	unsigned limit = DEAD_AFTER_MS;

	(void)arg;
	if (purpose != CURLSOCKTYPE_IPCXN)
		return CURL_SOCKOPT_OK;
	/* Whatever cannot be set leaves the watch to quiet_s. */
	(void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
	(void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof idle);
	(void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &every, sizeof every);
	(void)setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &limit, sizeof limit);
	return CURL_SOCKOPT_OK;
}

/* Only for a name that libcurl does not remember from the last minute. */
static int on_lookup(void *resolver, void *reserved, void *arg)
{
	HttpRequest *rq = arg;

	(void)resolver;
	(void)reserved;
	rq->lookup_ms = clock_mono_ms();
	rq->lookup_until_ms = lookup_until_ms(&rq->http->lookups, rq->lookup_ms);
	http_watch_quiet(rq->http, rq->lookup_until_ms);
	return 0;
}

void request_looked_up(HttpRequest *rq)
{
	if (rq->lookup_ms)
		lookup_answered(&rq->http->lookups);
	rq->lookup_ms = 0;
}

/* In libcurl's place, to keep off the proxy that did not take the login. */
static curl_socket_t on_open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *to)
{
	HttpRequest *rq = arg;
	char name[sizeof rq->http->closed_proxy];

	request_looked_up(rq);
	if (purpose == CURLSOCKTYPE_IPCXN && *rq->http->closed_proxy && clock_mono_ms() < rq->http->closed_until_ms) {
		request_peer_name(&to->addr, name, sizeof name);
		if (!strcmp(name, rq->http->closed_proxy)) {
			rq->kept_off = true;
			return CURL_SOCKET_BAD;
		}
	}
	return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

/* HTTP/2's GOAWAY with an error: the server must close the connection behind it (RFC 9113, 5.4.1), and answers nothing that
 * it has not begun. One that does not close would have us wait for as long as a model may think. libcurl ends what the
 * server said it did not take, and tells of the frame in a message only. */
static int on_message(CURL *easy, curl_infotype kind, char *text, size_t n, void *arg)
{
	static const char sign[] = "GOAWAY, error=";
	const char *at = kind == CURLINFO_TEXT ? memmem(text, n, sign, sizeof sign - 1) : NULL;
	Str code, rest;
	int64_t error;

	(void)easy;
	if (!at)
		return 0;
	at += sizeof sign - 1;
	code = str_cut((Str){ at, n - (size_t)(at - text) }, ',', &rest);
	if (str_i64(code, &error) == 0 && error)
		http_said_goodbye(arg, error);
	return 0;
}

void request_hurry(HttpRequest *rq, int64_t error)
{
	rq->goodbye = error;
	rq->moved_ms = clock_mono_ms();
	rq->moved_bytes = 0;
	rq->quiet_bytes = 1;
	if (rq->quiet_ms > GOODBYE_MS)
		rq->quiet_ms = GOODBYE_MS;
	http_watch_quiet(rq->http, rq->moved_ms + rq->quiet_ms);
}

/* There is a connection, and the next thing is the request line. */
static int on_connected(void *arg, char *remote_ip, char *local_ip, int remote_port, int local_port)
{
	HttpRequest *rq = arg;
	long proxy_status = 0;

	(void)remote_ip;
	(void)local_ip;
	rq->http->curl.easy_getinfo(rq->easy, CURLINFO_HTTP_CONNECTCODE, &proxy_status);
	http_got_through(rq, proxy_status / 100 == 2);
	rq->remote_port = remote_port;
	rq->local_port = local_port;
	/* From here on only: what libcurl says of the handshake costs more than all of its later messages. */
	if (rq->tls)
		(void)rq->http->curl.easy_setopt(rq->easy, CURLOPT_VERBOSE, 1L);
	rq->reply.sent_ms = rq->moved_ms = clock_mono_ms();
	http_watch_quiet(rq->http, rq->moved_ms + rq->quiet_ms);
	return CURL_PREREQFUNC_OK;
}

/* --- what goes out --- */

static bool is_token(Str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!isalnum((unsigned char)s.p[i]) && (!s.p[i] || !strchr("!#$%&'*+-.^_`|~", s.p[i])))
			return false;
	return s.n > 0;
}

/* Tabs and everything printable; no line ends, which would smuggle in a header of somebody else's. */
static bool is_field_text(Str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (((unsigned char)s.p[i] < ' ' && s.p[i] != '\t') || s.p[i] == 127)
			return false;
	return true;
}

static bool spec_names(const HttpSpec *spec, const char *lower_name)
{
	for (size_t i = 0; i < spec->header_count; i++)
		if (str_eq_nocase(spec->headers[i].name, str_of(lower_name)))
			return true;
	return false;
}

static int line_add(HttpRequest *rq, const char *line, Err *e)
{
	struct curl_slist *longer = rq->http->curl.slist_append(rq->lines, line);

	if (!longer)
		return err_set(e, "libcurl is out of memory");
	rq->lines = longer;
	return 0;
}

/* The caller's headers, and an empty line of curl's syntax for each header that it would add of itself. */
static int lines_build(HttpRequest *rq, const HttpSpec *spec, Err *e)
{
	static const char *const unwanted[] = { "accept", "expect", "content-type", "user-agent" };
	Buf line = {0};
	int rc = 0;

	for (size_t i = 0; i < spec->header_count && rc == 0; i++) {
		Str name = spec->headers[i].name, value = spec->headers[i].value;

		buf_reset(&line);
		if (!is_token(name) || !is_field_text(value))
			rc = err_set(e, "the header \"%.*s\" holds characters that a header cannot have", STR_ARG(name));
		else if (buf_put_str(&line, name) < 0 || buf_puts(&line, value.n ? ": " : ";") < 0 || buf_put_str(&line, value) < 0)
			rc = err_set(e, "the header %.*s is too long", STR_ARG(name));
		else
			rc = line_add(rq, buf_cstr(&line), e);
	}
	for (size_t i = 0; i < sizeof unwanted / sizeof unwanted[0] && rc == 0; i++) {
		if (spec_names(spec, unwanted[i]))
			continue;
		buf_reset(&line);
		(void)buf_printf(&line, "%s:", unwanted[i]);
		rc = line_add(rq, buf_cstr(&line), e);
	}
	buf_wipe_done(&line);   /* Authorization went through it */
	return rc;
}

#define SET(option, value) do { if (rc == CURLE_OK) rc = curl->easy_setopt(rq->easy, (option), (value)); } while (0)

static CURLcode set_method(HttpRequest *rq, const char *method)
{
	const CurlApi *curl = &rq->http->curl;
	bool with_body = rq->upload.n || !strcmp(method, "POST") || !strcmp(method, "PUT") || !strcmp(method, "PATCH");
	CURLcode rc = CURLE_OK;

	rq->head_only = !strcmp(method, "HEAD");
	if (with_body) {
		SET(CURLOPT_POST, 1L);
		SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)rq->upload.n);
		SET(CURLOPT_POSTFIELDS, buf_cstr(&rq->upload));
	} else if (rq->head_only) {
		SET(CURLOPT_NOBODY, 1L);
	} else {
		SET(CURLOPT_HTTPGET, 1L);
	}
	if (strcmp(method, with_body ? "POST" : rq->head_only ? "HEAD" : "GET") != 0)
		SET(CURLOPT_CUSTOMREQUEST, method);
	return rc;
}

static CURLcode set_options(HttpRequest *rq, const HttpSpec *spec)
{
	const CurlApi *curl = &rq->http->curl;
	CURLcode rc = set_fixed_options(rq);

	SET(CURLOPT_URL, spec->url);
	SET(CURLOPT_PROTOCOLS_STR, "http,https");
	SET(CURLOPT_NOPROXY, rq->http->no_proxy);
	if (spec->proxy)
		SET(CURLOPT_PROXY, spec->proxy);
	if (spec->ca_file)
		SET(CURLOPT_CAINFO, spec->ca_file);
	SET(CURLOPT_CONNECTTIMEOUT_MS, spec->connect_ms > 0 ? spec->connect_ms : (long)DEFAULT_CONNECT_MS);
	SET(CURLOPT_TIMEOUT_MS, spec->total_ms < 0 ? 0L : spec->total_ms ? spec->total_ms : (long)DEFAULT_TOTAL_MS);
	SET(CURLOPT_FRESH_CONNECT, spec->once ? 1L : 0L);
	SET(CURLOPT_HTTPHEADER, rq->lines);
	SET(CURLOPT_ERRORBUFFER, rq->error);
	SET(CURLOPT_PRIVATE, rq);
	SET(CURLOPT_HEADERFUNCTION, on_header);
	SET(CURLOPT_HEADERDATA, rq);
	SET(CURLOPT_WRITEFUNCTION, on_piece);
	SET(CURLOPT_WRITEDATA, rq);
	SET(CURLOPT_XFERINFOFUNCTION, on_progress);
	SET(CURLOPT_XFERINFODATA, rq);
	SET(CURLOPT_SOCKOPTFUNCTION, on_socket);
	SET(CURLOPT_RESOLVER_START_FUNCTION, on_lookup);
	SET(CURLOPT_RESOLVER_START_DATA, rq);
	SET(CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
	SET(CURLOPT_OPENSOCKETDATA, rq);
	SET(CURLOPT_PREREQFUNCTION, on_connected);
	SET(CURLOPT_PREREQDATA, rq);
	SET(CURLOPT_DEBUGFUNCTION, on_message);
	SET(CURLOPT_DEBUGDATA, rq);
	if (rc == CURLE_OK)
		rc = set_method(rq, spec->method);
	/* Without it, cancelling a request whose name is being looked up waits for the resolver's thread. A libcurl
	 * before 7.87 does not know the option and merely waits. */
	(void)curl->easy_setopt(rq->easy, CURLOPT_QUICK_EXIT, 1L);
	return rc;
}

/* --- for http.c --- */

HttpRequest *request_new(Http *h, const HttpSpec *spec, Err *e)
{
	HttpRequest *rq = xcalloc(1, sizeof *rq);
	CURLcode rc;

	rq->http = h;
	rq->on_body = spec->on_body;
	rq->on_done = spec->on_done;
	rq->arg = spec->arg;
	rq->quiet_ms = 1000 * (int64_t)(spec->quiet_s > 0 ? spec->quiet_s : DEFAULT_QUIET_S);
	rq->quiet_bytes = rq->quiet_ms < 1000 * MOVED_BYTES ? (size_t)rq->quiet_ms / 1000 : (size_t)MOVED_BYTES;
	rq->tls = str_starts(str_of(spec->url), STR("https:"));
	rq->reply.sent_ms = clock_mono_ms();
	buf_init(&rq->body, spec->max_body_bytes ? spec->max_body_bytes : (size_t)DEFAULT_BODY_BYTES);
	buf_init(&rq->upload, spec->body.n);
	if (spec->body.n)
		(void)buf_put_str(&rq->upload, spec->body);   /* its cap is the body's own size */
	if (!is_token(str_of(spec->method))) {
		err_set(e, "\"%s\" is not an HTTP method", spec->method);
		goto fail;
	}
	if (!(rq->easy = h->curl.easy_init())) {
		err_set(e, "libcurl is out of memory");
		goto fail;
	}
	if (lines_build(rq, spec, e) < 0)
		goto fail;
	if ((rc = set_options(rq, spec)) != CURLE_OK) {
		err_set(e, "libcurl does not take the request: %s", h->curl.easy_strerror(rc));
		goto fail;
	}
	return rq;
fail:
	request_free(rq);
	return NULL;
}

void request_free(HttpRequest *rq)
{
	if (rq->easy)
		rq->http->curl.easy_cleanup(rq->easy);
	rq->http->curl.slist_free_all(rq->lines);
	buf_wipe_done(&rq->body);      /* it may have been keys */
	buf_wipe_done(&rq->upload);
	arena_wipe_done(&rq->arena);
	free(rq->headers);
	free(rq);
}

Str http_header(const HttpReply *r, const char *lower_name)
{
	for (size_t i = 0; i < r->header_count; i++)
		if (str_is(r->headers[i].name, lower_name))
			return r->headers[i].value;
	return (Str){ "", 0 };
}

/* --- tables --- */

static CURLcode set_fixed_options(HttpRequest *rq)
{
	static const LongOption options[] = {
		{ CURLOPT_NOSIGNAL, 1 },
		{ CURLOPT_NOPROGRESS, 0 },                 /* the callback, not the meter */
		{ CURLOPT_PATH_AS_IS, 1 },                 /* "//" and ".." are what was signed */
		{ CURLOPT_FOLLOWLOCATION, 0 },             /* a signature is good for one host */
		{ CURLOPT_NETRC, CURL_NETRC_IGNORED },
		{ CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_2TLS },
		{ CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2 },
		{ CURLOPT_SSL_VERIFYPEER, 1 },
		{ CURLOPT_SSL_VERIFYHOST, 2 },
		{ CURLOPT_SUPPRESS_CONNECT_HEADERS, 1 },   /* a proxy's answer is not the service's */
		{ CURLOPT_TCP_NODELAY, 1 },
	};
	CURLcode rc = CURLE_OK;

	for (size_t i = 0; i < sizeof options / sizeof options[0] && rc == CURLE_OK; i++)
		rc = rq->http->curl.easy_setopt(rq->easy, options[i].option, options[i].value);
	return rc;
}
