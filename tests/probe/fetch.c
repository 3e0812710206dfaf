/* The HTTP client alone, with the limits that the program keeps fixed as arguments.
 *
 *   fetch [limit=value …] URL …
 *
 * starts all URLs at once, `rounds` times one after the other on the same client, and writes one line of JSON for each
 * transfer as it ends: which URL, round, fault, status, what was said, how many bytes came, how long it took, what was kept
 * of the body. The last line is the growth of resident memory over all of it. Limits and the rest: quiet_s, total_ms,
 * connect_ms, max_body, method, body, once=1, stream=1 (through on_body), ca, proxy, header=NAME:VALUE, gap_ms (between
 * rounds). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "net/http.h"
#include "wire/jsonw.h"

enum { URLS_MAX = 32, HEADERS_MAX = 8, KEPT_BYTES = 200 };

typedef struct Fetch Fetch;
typedef struct Transfer { Fetch *f; size_t url; int64_t began_ms, streamed; } Transfer;

struct Fetch {
	uv_loop_t loop;
	uv_timer_t gap;
	Http *http;
	HttpSpec spec;
	HttpHeader headers[HEADERS_MAX];
	const char *urls[URLS_MAX];
	Transfer transfers[URLS_MAX];
	size_t url_count, running;
	bool stream;
	int rounds, round, failed;
	uint64_t gap_ms;
};

static void start_round(Fetch *f);

static const char *const fault_names[] = {
	[HTTP_OK] = "ok", [HTTP_DNS] = "dns", [HTTP_DNS_SILENT] = "dns-silent", [HTTP_CONNECT] = "connect", [HTTP_HANDSHAKE] = "handshake",
	[HTTP_TLS] = "tls", [HTTP_PROXY_LOGIN] = "proxy login", [HTTP_TIMEOUT] = "timeout",
	[HTTP_SLOW] = "slow", [HTTP_TORN] = "torn", [HTTP_TOO_BIG] = "too big", [HTTP_CANCELLED] = "cancelled", [HTTP_OTHER] = "other",
};

static void print(Buf *line)
{
	Err e = { 0 };

	(void)buf_putc(line, '\n');
	if (fd_write_all(STDOUT_FILENO, line->p, line->n, &e) < 0)
		exit(1);
	buf_done(line);
}

static void on_closed(void *arg)
{
	(void)arg;
}

static void on_gap(uv_timer_t *t)
{
	start_round(t->data);
}

static void on_done(HttpRequest *rq, const HttpReply *r, void *arg)
{
	Transfer *t = arg;
	Fetch *f = t->f;
	Buf line = { 0 };
	JsonW w = jw_to(&line);

	(void)rq;
	jw_object(&w);
	jw_ki64(&w, "url", (int64_t)t->url);
	jw_ki64(&w, "round", f->round);
	jw_kstr(&w, "fault", str_of(fault_names[r->fault]));
	jw_kstr(&w, "text", str_of(r->fault_text));
	jw_ki64(&w, "status", r->status);
	jw_ki64(&w, "bytes", f->stream ? t->streamed : (int64_t)r->body.n);
	jw_ki64(&w, "ms", r->done_ms - t->began_ms);
	jw_kstr(&w, "kept", str_sub(r->body, 0, KEPT_BYTES));
	jw_object_end(&w);
	print(&line);
	f->failed += r->fault != HTTP_OK;
	if (--f->running)
		return;
	if (++f->round < f->rounds)
		uv_timer_start(&f->gap, on_gap, f->gap_ms, 0);
	else
		http_close(f->http, on_closed, NULL);
}

static int on_body(HttpRequest *rq, Str piece, void *arg)
{
	(void)rq;
	((Transfer *)arg)->streamed += (int64_t)piece.n;
	return 0;
}

static void start_round(Fetch *f)
{
	Err e = { 0 };

	f->running = f->url_count;
	for (size_t i = 0; i < f->url_count; i++) {
		Transfer *t = &f->transfers[i];
		HttpSpec s = f->spec;

		*t = (Transfer){ .f = f, .url = i, .began_ms = clock_mono_ms() };
		s.url = f->urls[i];
		s.headers = f->headers;
		s.on_done = on_done;
		s.on_body = f->stream ? on_body : NULL;
		s.arg = t;
		if (!http_start(f->http, &s, &e)) {
			(void)fprintf(stderr, "%s\n", e.text);
			exit(2);
		}
	}
}

static long number(const char *s)
{
	int64_t n = 0;

	if (str_i64(str_of(s), &n) < 0) {
		(void)fprintf(stderr, "not a number: %s\n", s);
		exit(2);
	}
	return (long)n;
}

static void set(Fetch *f, const char *name, const char *value)
{
	HttpSpec *s = &f->spec;
	Str text;

	if (!strcmp(name, "quiet_s"))
		s->quiet_s = number(value);
	else if (!strcmp(name, "total_ms"))
		s->total_ms = number(value);
	else if (!strcmp(name, "connect_ms"))
		s->connect_ms = number(value);
	else if (!strcmp(name, "max_body"))
		s->max_body_bytes = (size_t)number(value);
	else if (!strcmp(name, "once"))
		s->once = number(value) != 0;
	else if (!strcmp(name, "stream"))
		f->stream = number(value) != 0;
	else if (!strcmp(name, "rounds"))
		f->rounds = (int)number(value);
	else if (!strcmp(name, "gap_ms"))
		f->gap_ms = (uint64_t)number(value);
	else if (!strcmp(name, "method"))
		s->method = value;
	else if (!strcmp(name, "body"))
		s->body = str_of(value);
	else if (!strcmp(name, "ca"))
		s->ca_file = value;
	else if (!strcmp(name, "proxy"))
		s->proxy = value;
	else if (!strcmp(name, "header") && s->header_count < HEADERS_MAX) {
		Str key = str_cut(str_of(value), ':', &text);

		f->headers[s->header_count++] = (HttpHeader){ key, text };
	} else {
		(void)fprintf(stderr, "what is %s=%s?\n", name, value);
		exit(2);
	}
}

static long peak_kib(void)
{
	struct rusage use;

	return getrusage(RUSAGE_SELF, &use) == 0 ? use.ru_maxrss : 0;
}

int main(int argc, char **argv)
{
	static Fetch f = { .rounds = 1, .spec = { .method = "GET" } };
	Buf line = { 0 };
	JsonW w = jw_to(&line);
	Err e = { 0 };
	long before;

	for (int i = 1; i < argc; i++) {
		char *eq = strchr(argv[i], '=');

		if (!strncmp(argv[i], "http", 4) && f.url_count < URLS_MAX)
			f.urls[f.url_count++] = argv[i];
		else if (eq) {
			*eq = 0;
			set(&f, argv[i], eq + 1);
		}
	}
	uv_loop_init(&f.loop);
	uv_timer_init(&f.loop, &f.gap);
	f.gap.data = &f;
	f.http = http_new(&f.loop, &e);
	if (!f.http || http_prepare(f.http, &e) < 0) {
		(void)fprintf(stderr, "%s\n", e.text);
		return 2;
	}
	before = peak_kib();
	start_round(&f);
	uv_run(&f.loop, UV_RUN_DEFAULT);
	jw_object(&w);
	jw_ki64(&w, "grown_kib", peak_kib() - before);
	jw_object_end(&w);
	print(&line);
	return f.failed ? 1 : 0;
}
