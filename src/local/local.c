#include "local/local.h"

#include <stdio.h>
#include <stdlib.h>

#include "aws/plain.h"
#include "base/xalloc.h"
#include "local/dialect.h"
#include "wire/sse.h"

enum { HEADERS = 3, KEY_MAX = 4096 };

struct LocalCall {
	const ConfLocalModel *model;
	HttpRequest *rq;
	LocalHandler h;
	LocalFold fold;
	Sse    sse;
	Buf    line;                 /* Ollama: what has come of one */
	Arena  arena;                /* reset with each event */
	size_t bytes;
	bool   cancelled;
	Err    broken;               /* text: why it was ended by us */
};

/* --- what comes in --- */

static int take(LocalCall *c, Str json)
{
	Err e = { 0 };
	int rc;

	arena_reset(&c->arena);
	c->fold.added = false;
	rc = c->model->kind == LOCAL_OLLAMA ? local_ollama_line(&c->arena, json, &c->fold, &e) : local_openai_event(&c->arena, json, &c->fold, &e);
	if (rc < 0)
		(void)err_set(&c->broken, "its answer cannot be read: %s", e.text);
	else if (c->fold.added)
		c->h.on_piece(c, c->h.arg);
	return rc < 0 || c->cancelled ? -1 : 0;
}

static int on_event(void *arg, Str type, Str data)
{
	LocalCall *c = arg;

	(void)type;
	return c->fold.done ? 0 : take(c, data);
}

static int feed_lines(LocalCall *c, Str piece)
{
	while (piece.n) {
		Str rest, part = str_cut(piece, '\n', &rest);
		const bool whole = part.n < piece.n;

		if (buf_put_str(&c->line, part) < 0)
			return err_set(&c->broken, "a line of its answer is longer than %d bytes", (int)LOCAL_EVENT_MAX);
		piece = rest;
		if (!whole)
			break;
		if (str_trim(buf_str(&c->line)).n && !c->fold.done && take(c, buf_str(&c->line)) < 0)
			return -1;
		buf_reset(&c->line);
	}
	return 0;
}

static int on_body(HttpRequest *rq, Str piece, void *arg)
{
	LocalCall *c = arg;
	Err e = { 0 };

	(void)rq;
	if (c->cancelled)
		return -1;
	c->bytes += piece.n;
	if (c->bytes > LOCAL_ANSWER_MAX)
		return err_set(&c->broken, "its answer is longer than %d MiB", (int)LOCAL_ANSWER_MAX >> 20);
	if (c->model->kind == LOCAL_OLLAMA)
		return feed_lines(c, piece);
	if (sse_feed(&c->sse, piece, on_event, c, &e) == 0)
		return 0;
	if (!c->broken.text[0] && e.text[0])
		(void)err_set(&c->broken, "its answer cannot be read: %s", e.text);
	return -1;
}

/* --- what became of it --- */

typedef struct StatusRow { int from, to; const char *text; } StatusRow;
static const StatusRow statuses[] = {
	{ 300, 399, "it answers with a redirect, which is not followed" },
	{ 401, 403, "it wants another key; api_key_env names the variable that holds one" },
	{ 404, 404, "it has no such model, or no such address" },
	{ 429, 429, "it is asked too often" },
	{ 500, 599, "it failed" },
	{ 0, 999, "it refused the request" },
};

static void refused(const HttpReply *r, Err *e)
{
	const StatusRow *row = statuses;
	Arena a = { 0 };
	char said[200];

	while (r->status < row->from || r->status > row->to)
		row++;
	plain_said(said, sizeof said, local_refusal(&a, r->body));
	(void)err_set(e, "%s (%d%s%s)", row->text, r->status, *said ? ": " : "", said);
	arena_done(&a);
}

/* What a server says may repeat what it was sent. */
static void hide_key(const ConfLocalModel *m, char *text)
{
	const char *key = m->key_env.n ? getenv(m->key_env.p) : NULL;

	for (char *at = text; key && *key && (at = strstr(at, key)); at += strlen(key))
		memset(at, '*', strlen(key));
}

static bool is_unreached(HttpFault f)
{
	return f == HTTP_DNS || f == HTTP_DNS_SILENT || f == HTTP_CONNECT || f == HTTP_HANDSHAKE || f == HTTP_TLS || f == HTTP_PROXY_LOGIN;
}

static void on_done(HttpRequest *rq, const HttpReply *r, void *arg)
{
	LocalCall *c = arg;
	LocalError err = { .cancelled = c->cancelled, .unreached = is_unreached(r->fault) };
	Err *e = &err.err;

	(void)rq;
	if (c->cancelled)
		(void)err_set(e, "it was cancelled");
	else if (c->broken.text[0])
		(void)err_set(e, "%s", c->broken.text);
	else if (err.unreached)
		(void)err_set(e, "it cannot be reached (%s); is its server running?", r->fault_text);
	else if (r->fault != HTTP_OK && !c->fold.done)
		(void)err_set(e, "its answer broke off: %s", r->fault_text);
	else if (r->fault == HTTP_OK && r->status != 200)
		refused(r, e);
	else if (!c->fold.said->has_stop)
		(void)err_set(e, "its answer broke off before its end");
	if (e->text[0])
		(void)err_wrap(e, "the local model %.*s at %.*s", STR_ARG(c->model->id), STR_ARG(c->model->url));
	hide_key(c->model, e->text);
	c->h.on_done(c, e->text[0] ? &err : NULL, c->h.arg);
	sse_done(&c->sse);
	buf_done(&c->line);
	arena_done(&c->arena);
	free(c);
}

/* --- asking --- */

/* The key is in nobody's hands but the request's. */
static int headers_of(const ConfLocalModel *m, Buf *bearer, HttpHeader h[HEADERS], size_t *n, Err *e)
{
	const char *key = m->key_env.n ? getenv(m->key_env.p) : NULL;

	*n = 0;
	h[(*n)++] = (HttpHeader){ STR("Content-Type"), STR("application/json") };
	h[(*n)++] = (HttpHeader){ STR("Accept"), m->kind == LOCAL_OLLAMA ? STR("application/x-ndjson") : STR("text/event-stream") };
	if (!m->key_env.n)
		return 0;
	if (!key || !*key)
		return err_kind(e, ERR_USAGE, "%.*s, which holds the key of local/%.*s, is not set", STR_ARG(m->key_env), STR_ARG(m->id));
	for (const char *p = key; *p; p++)
		if (*p <= ' ' || *p > '~' || p - key >= KEY_MAX)
			return err_kind(e, ERR_USAGE, "what %.*s holds is no key: it has blanks, or other than ASCII", STR_ARG(m->key_env));
	(void)buf_printf(bearer, "Bearer %s", key);
	h[(*n)++] = (HttpHeader){ STR("Authorization"), buf_str(bearer) };
	return 0;
}

LocalCall *local_ask(Http *http, const ConfLocalModel *m, const ConverseIn *in, ConverseTurn *said, const LocalHandler *h, Err *e)
{
	const char *const path = m->kind == LOCAL_OLLAMA ? "/api/chat" : "/chat/completions";
	LocalCall *c = xcalloc(1, sizeof *c);
	Buf body = { 0 }, url = { 0 }, bearer = { 0 };
	HttpHeader header[HEADERS];
	HttpSpec spec = { .method = "POST", .headers = header, .total_ms = -1, .quiet_s = (long)((m->quiet_ms + 999) / 1000), .once = true,
	                  .on_body = on_body, .on_done = on_done, .arg = c };

	*c = (LocalCall){ .model = m, .h = *h, .fold.said = said };
	sse_init(&c->sse, LOCAL_EVENT_MAX);
	buf_init(&c->line, LOCAL_EVENT_MAX);
	(void)buf_printf(&url, "%.*s%s", (int)(m->url.n - str_ends(m->url, STR("/"))), m->url.p, path);
	if (headers_of(m, &bearer, header, &spec.header_count, e) == 0 && local_request(m, in, &body, e) == 0) {
		spec.url = buf_cstr(&url);
		spec.body = buf_str(&body);
		c->rq = http_start(http, &spec, e);
	}
	buf_done(&body);
	buf_done(&url);
	buf_wipe_done(&bearer);
	if (c->rq)
		return c;
	sse_done(&c->sse);
	buf_done(&c->line);
	free(c);
	return NULL;
}

void local_cancel(LocalCall *c)
{
	if (c->cancelled)
		return;
	c->cancelled = true;
	http_cancel(c->rq);
}
