/* credential_process: a program of the user's prints keys as JSON. Run without a shell in a process group of its own,
 * with a limit on time and output, and never waited for. */
#include "aws/creds_own.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "aws/plain.h"
#include "base/xalloc.h"

enum { LINGER_MS = 2000, OUT_MAX_BYTES = 64 << 10, WORDS_MAX = 64, PIECE_BYTES = 4096, SAID_BYTES = 240 };

/* Outlives its fetch until the child is reaped and the pipes are closed. */
typedef struct Child {
	Fetch *fetch;                     /* NULL: nobody waits any more */
	uv_process_t process;
	uv_pipe_t out, err;
	Buf text;                         /* of stdout: it holds secrets */
	char said[SAID_BYTES];            /* the beginning of stderr */
	size_t said_n;
	char piece[PIECE_BYTES];
	int64_t status;
	int  signal, handles;
	bool exited, out_ended, err_ended, settled;
} Child;

/* --- POSIX quoting, as a shell splits words; nothing is expanded --- */

typedef struct Words { Arena *arena; char *v[WORDS_MAX + 1]; int n; Buf word; bool open; } Words;

static int end_word(Words *w, Err *e)
{
	if (!w->open)
		return 0;
	if (w->n == WORDS_MAX)
		return err_kind(e, ERR_USAGE, "more than %d words", WORDS_MAX);
	w->v[w->n++] = arena_cstr(w->arena, buf_str(&w->word));
	buf_reset(&w->word);
	w->open = false;
	return 0;
}

static int take_char(Words *w, char quote, Str s, size_t *i)
{
	char c = s.p[*i];

	/* Inside double quotes a backslash counts only before what it could protect there. */
	if (c == '\\' && quote != '\'' && *i + 1 < s.n && (!quote || strchr("\"\\$`", s.p[*i + 1])))
		c = s.p[++*i];
	w->open = true;
	return buf_putc(&w->word, c);
}

static int split(Words *w, Str s, Err *e)
{
	char quote = 0;

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (quote ? c == quote : c == '\'' || c == '"') {
			quote = quote ? 0 : c;
			w->open = true;
		} else if (!quote && strchr(" \t\r\n", c)) {
			if (end_word(w, e) < 0)
				return -1;
		} else {
			(void)take_char(w, quote, s, &i);
		}
	}
	if (quote)
		return err_kind(e, ERR_USAGE, "a quote is not closed");
	if (end_word(w, e) < 0)
		return -1;
	return w->n ? 0 : err_kind(e, ERR_USAGE, "nothing to run");
}

/* --- what it said --- */

/* Its first line. */
static void clean_said(const Child *c, char out[SAID_BYTES])
{
	Str rest;

	plain_said(out, SAID_BYTES, str_trim(str_cut((Str){ c->said, c->said_n }, '\n', &rest)));
}

/* --- its life --- */

static void child_free(Child *c)
{
	explicit_bzero(c->piece, sizeof c->piece);
	buf_wipe_done(&c->text);
	free(c);
}

static void on_closed(uv_handle_t *h)
{
	Child *c = h->data;

	if (--c->handles == 0)
		child_free(c);
}

static void close_handles(Child *c)
{
	uv_handle_t *h[] = { (uv_handle_t *)&c->process, (uv_handle_t *)&c->out, (uv_handle_t *)&c->err };

	for (size_t i = 0; i < 3; i++)
		if (!uv_is_closing(h[i]))
			uv_close(h[i], on_closed);
}

static void kill_group(Child *c)
{
	/* It leads its group, so that what it started ends with it. */
	if (c->process.pid > 0)
		(void)kill(-c->process.pid, SIGKILL);
}

static void read_keys(Fetch *f, Child *c)
{
	static const KeySetShape shape = { .access = "AccessKeyId", .secret = "SecretAccessKey", .token = "SessionToken",
	                                 .expires = "Expiration", .version_1 = true };
	Err e = { 0 };
	KeySet *keys = keyset_from_json(buf_str(&c->text), &shape, f->p->source, &e);

	if (keys && keys->expires_ms && keys->expires_ms <= creds_now(f->creds)) {
		keyset_free(keys);
		fetch_fail(f, ERR_FAILED, "%s: credential_process printed keys that have expired already; run its login", f->p->source);
	} else if (keys) {
		fetch_end(f, keys, NULL);
	} else {
		fetch_fail(f, ERR_FAILED, "%s: what credential_process printed cannot be read: %s", f->p->source, e.text);
	}
}

static void settle(Child *c)
{
	Fetch *f = c->fetch;
	char said[SAID_BYTES];

	if (c->settled || !f)
		return;
	c->settled = true;
	if (c->status == 0 && c->signal == 0) {
		read_keys(f, c);
		return;
	}
	clean_said(c, said);
	if (c->signal)
		fetch_fail(f, ERR_FAILED, "%s: credential_process was ended by signal %d%s%s", f->p->source, c->signal, *said ? ": " : "", said);
	else
		fetch_fail(f, ERR_FAILED, "%s: credential_process ended with status %lld%s%s; run it by hand, or its login", f->p->source,
		           (long long)c->status, *said ? ": " : "", said);
}

/* After an orderly end nothing more is expected; a failure's reason may still be on its way. */
static void settle_if_whole(Child *c)
{
	if (c->exited && c->out_ended && (c->err_ended || (c->status == 0 && c->signal == 0)))
		settle(c);
}

static void give_up(Child *c, const char *what)
{
	Fetch *f = c->fetch;

	if (c->settled || !f)
		return;
	c->settled = true;
	kill_group(c);
	fetch_fail(f, ERR_FAILED, "%s: credential_process %s, so it was ended", f->p->source, what);
}

static void on_limit(uv_timer_t *t)
{
	Fetch *f = t->data;
	Child *c = f->own;

	if (c->exited) {
		settle(c);      /* a child of it holds a pipe; what was printed is what counts */
	} else {
		give_up(c, "took too long (60 s are allowed)");
	}
}

static void on_exit_of(uv_process_t *p, int64_t status, int signum)
{
	Child *c = p->data;

	c->exited = true;
	c->status = status;
	c->signal = signum;
	if (!c->fetch) {
		close_handles(c);
		return;
	}
	(void)uv_timer_start(&c->fetch->timer, on_limit, LINGER_MS, 0);
	settle_if_whole(c);
}

static void give_piece(uv_handle_t *h, size_t wanted, uv_buf_t *out)
{
	Child *c = h->data;

	(void)wanted;
	*out = uv_buf_init(c->piece, sizeof c->piece);
}

static void on_out(uv_stream_t *s, ssize_t n, const uv_buf_t *piece)
{
	Child *c = s->data;

	if (n > 0) {
		if (buf_put(&c->text, piece->base, (size_t)n) < 0)
			give_up(c, "printed more than 64 KiB");
	} else if (n < 0) {
		(void)uv_read_stop(s);
		c->out_ended = true;
		settle_if_whole(c);
	}
}

static void on_err(uv_stream_t *s, ssize_t n, const uv_buf_t *piece)
{
	Child *c = s->data;
	size_t room = sizeof c->said - c->said_n;

	if (n > 0) {
		size_t take = (size_t)n < room ? (size_t)n : room;

		memcpy(c->said + c->said_n, piece->base, take);
		c->said_n += take;
	} else if (n < 0) {
		(void)uv_read_stop(s);
		c->err_ended = true;
		settle_if_whole(c);
	}
}

static int spawn(Child *c, uv_loop_t *loop, char **argv)
{
	uv_stdio_container_t io[3] = {
		{ .flags = UV_IGNORE },
		{ .flags = UV_CREATE_PIPE | UV_WRITABLE_PIPE, .data.stream = (uv_stream_t *)&c->out },
		{ .flags = UV_CREATE_PIPE | UV_WRITABLE_PIPE, .data.stream = (uv_stream_t *)&c->err },
	};
	/* Detached: a session of its own, so it cannot ask on the console's terminal either. */
	uv_process_options_t o = { .file = argv[0], .args = argv, .exit_cb = on_exit_of, .flags = UV_PROCESS_DETACHED,
	                           .stdio = io, .stdio_count = 3 };
	int rc;

	(void)uv_pipe_init(loop, &c->out, 0);
	(void)uv_pipe_init(loop, &c->err, 0);
	c->out.data = c->err.data = c->process.data = c;
	c->handles = 3;
	rc = uv_spawn(loop, &c->process, &o);      /* also after a failure the handle must be closed */
	if (rc < 0) {
		c->process.pid = 0;
		return rc;
	}
	(void)uv_read_start((uv_stream_t *)&c->out, give_piece, on_out);
	(void)uv_read_start((uv_stream_t *)&c->err, give_piece, on_err);
	return 0;
}

static void process_start(Fetch *f)
{
	Words w = { .arena = &f->arena };
	Err e = { 0 };
	Child *c;
	int rc = split(&w, f->p->command, &e);

	buf_done(&w.word);
	if (rc < 0) {
		fetch_fail(f, ERR_USAGE, "%s: credential_process: %s", f->p->source, e.text);
		return;
	}
	c = xcalloc(1, sizeof *c);
	c->fetch = f;
	f->own = c;
	buf_init(&c->text, OUT_MAX_BYTES);
	rc = spawn(c, http_loop(f->creds->net.http), w.v);
	if (rc < 0) {
		c->exited = true;
		fetch_fail(f, ERR_USAGE, "%s: credential_process: cannot run %.120s: %s", f->p->source, w.v[0], uv_strerror(rc));
		return;
	}
	(void)uv_timer_start(&f->timer, on_limit, (uint64_t)f->creds->process_limit_ms, 0);
}

static void process_stop(Fetch *f)
{
	Child *c = f->own;

	f->own = NULL;
	if (!c)
		return;
	c->fetch = NULL;
	if (c->exited) {
		close_handles(c);
		return;
	}
	/* Reaped in on_exit_of, which then closes what is left. */
	kill_group(c);
	(void)uv_read_stop((uv_stream_t *)&c->out);
	(void)uv_read_stop((uv_stream_t *)&c->err);
}

const FetchClass fetch_process = { process_start, process_stop };
