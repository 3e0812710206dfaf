#include "net/http_own.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/xalloc.h"

enum {
	DEFAULT_BODY_BYTES = 8 << 20, DEFAULT_CONNECT_MS = 5000, DEFAULT_TOTAL_MS = 60000, DEFAULT_QUIET_S = 30,
	MAX_HEADERS = 256, MAX_HEADER_BYTES = 64 << 10,
};

typedef struct LongOption { CURLoption option; long value; } LongOption;
typedef struct FaultRow { CURLcode code; HttpFault fault; } FaultRow;

static CURLcode set_fixed_options(HttpRequest *rq);
static HttpFault fault_of(CURLcode code);

/* --- what comes in --- */

static void touch(HttpRequest *rq)
{
	rq->moved_ms = clock_mono_ms();
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

static size_t on_header(char *p, size_t size, size_t count, void *arg)
{
	HttpRequest *rq = arg;
	size_t n = size * count;
	Str line = str_trim((Str){ p, n });
	long status = 0;

	touch(rq);
	if (!rq->reply.first_byte_ms)
		rq->reply.first_byte_ms = rq->moved_ms;
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

	touch(rq);
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

/* Called whenever curl has moved something: bytes that go out count as a sign of life as well. */
static int on_progress(void *arg, curl_off_t down_all, curl_off_t down, curl_off_t up_all, curl_off_t up)
{
	HttpRequest *rq = arg;

	(void)down_all;
	(void)up_all;
	if (rq->moved_ms && down + up != rq->moved_bytes) {
		rq->moved_bytes = down + up;
		touch(rq);
	}
	return rq->stop ? 1 : 0;
}

/* There is a connection, and the next thing is the request line. */
static int on_connected(void *arg, char *remote_ip, char *local_ip, int remote_port, int local_port)
{
	HttpRequest *rq = arg;

	(void)remote_ip;
	(void)local_ip;
	(void)remote_port;
	(void)local_port;
	touch(rq);
	rq->reply.sent_ms = rq->moved_ms;
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
	SET(CURLOPT_PREREQFUNCTION, on_connected);
	SET(CURLOPT_PREREQDATA, rq);
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

/* What goes wrong before there is a connection means that nothing was sent: the caller may safely try again. */
static HttpFault fault_before(HttpRequest *rq)
{
	curl_off_t resolved_us = 0;

	rq->http->curl.easy_getinfo(rq->easy, CURLINFO_NAMELOOKUP_TIME_T, &resolved_us);
	return resolved_us ? HTTP_CONNECT : HTTP_DNS;
}

void request_settle(HttpRequest *rq, CURLcode code)
{
	HttpReply *r = &rq->reply;
	const char *text = rq->stop ? rq->stop_text : *rq->error ? rq->error : rq->http->curl.easy_strerror(code);

	r->done_ms = clock_mono_ms();
	r->headers = rq->headers;
	r->header_count = rq->header_count;
	r->body = buf_str(&rq->body);
	if (rq->stop)
		r->fault = rq->stop;
	else
		r->fault = fault_of(code);
	/* A proxy that refuses the tunnel, for one, shows as an error in receiving. */
	if (!rq->stop && !rq->moved_ms && (r->fault == HTTP_TIMEOUT || r->fault == HTTP_TORN))
		r->fault = fault_before(rq);
	if (r->fault != HTTP_OK)
		(void)snprintf(r->fault_text, sizeof r->fault_text, "%s", text);
}

void request_free(HttpRequest *rq)
{
	if (rq->easy)
		rq->http->curl.easy_cleanup(rq->easy);
	rq->http->curl.slist_free_all(rq->lines);
	buf_wipe_done(&rq->body);      /* it may have been keys */
	buf_wipe_done(&rq->upload);
	arena_done(&rq->arena);
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

static HttpFault fault_of(CURLcode code)
{
	static const FaultRow rows[] = {
		{ CURLE_OK, HTTP_OK },
		{ CURLE_OPERATION_TIMEDOUT, HTTP_TIMEOUT },
		{ CURLE_COULDNT_RESOLVE_HOST, HTTP_DNS },
		{ CURLE_COULDNT_RESOLVE_PROXY, HTTP_DNS },
		{ CURLE_COULDNT_CONNECT, HTTP_CONNECT },
		{ CURLE_PROXY, HTTP_CONNECT },
		{ CURLE_SSL_CONNECT_ERROR, HTTP_TLS },
		{ CURLE_PEER_FAILED_VERIFICATION, HTTP_TLS },
		{ CURLE_SSL_CACERT_BADFILE, HTTP_TLS },
		{ CURLE_SSL_CERTPROBLEM, HTTP_TLS },
		{ CURLE_SSL_CIPHER, HTTP_TLS },
		{ CURLE_SSL_ISSUER_ERROR, HTTP_TLS },
		{ CURLE_SSL_INVALIDCERTSTATUS, HTTP_TLS },
		{ CURLE_PARTIAL_FILE, HTTP_TORN },
		{ CURLE_GOT_NOTHING, HTTP_TORN },
		{ CURLE_RECV_ERROR, HTTP_TORN },
		{ CURLE_SEND_ERROR, HTTP_TORN },
		{ CURLE_HTTP2, HTTP_TORN },
		{ CURLE_HTTP2_STREAM, HTTP_TORN },
		{ CURLE_FILESIZE_EXCEEDED, HTTP_TOO_BIG },
		/* What libcurl says of one header line beyond its own limit of 100 KiB: CURLE_TOO_LARGE, which the headers
		 * of before 8.6 do not name, and "out of memory" in those versions. */
		{ (CURLcode)100, HTTP_TOO_BIG },
		{ CURLE_OUT_OF_MEMORY, HTTP_TOO_BIG },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (rows[i].code == code)
			return rows[i].fault;
	return HTTP_OTHER;
}

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
		{ CURLOPT_TCP_KEEPALIVE, 1 },
		{ CURLOPT_TCP_KEEPIDLE, 30 },
		{ CURLOPT_TCP_KEEPINTVL, 10 },
	};
	CURLcode rc = CURLE_OK;

	for (size_t i = 0; i < sizeof options / sizeof options[0] && rc == CURLE_OK; i++)
		rc = rq->http->curl.easy_setopt(rq->easy, options[i].option, options[i].value);
	return rc;
}
