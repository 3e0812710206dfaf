/* A server as a child process: one message a line, either way. */
#include "mcp/carrier.h"

#include <stdlib.h>

#include "aws/plain.h"
#include "base/buf.h"
#include "base/xalloc.h"
#include "mcp/messages.h"
#include "net/child.h"

enum { SAID_SHOWN = 240 };

struct Carrier {
	CarrierEvents events;
	Child *child;
	Buf    line;                 /* the part of a message that has come so far */
	bool   closing, lost;
};

static void lose(Carrier *c, const Err *why)
{
	if (c->lost || c->closing)
		return;
	c->lost = true;
	c->events.on_lost(c->events.arg, why);
}

static void give_line(Carrier *c, Str line)
{
	line = str_trim(line);
	if (line.n)
		c->events.on_message(c->events.arg, line);
}

static void on_out(void *arg, Str piece)
{
	Carrier *c = arg;
	Str rest;
	Err e = { 0 };

	while (piece.n && !c->lost && !c->closing) {
		Str head = str_cut(piece, '\n', &rest);
		bool whole = head.n < piece.n;

		if (buf_put_str(&c->line, head) < 0) {
			(void)err_set(&e, "it sent a message of more than %d bytes", (int)MCP_MESSAGE_MAX);
			lose(c, &e);
			return;
		}
		if (whole) {
			give_line(c, buf_str(&c->line));
			buf_reset(&c->line);
		}
		piece = whole ? rest : STR("");
	}
}

/* What it said last, for the sentence. */
static void last_said(const Carrier *c, char out[SAID_SHOWN])
{
	Str all = str_trim(child_said(c->child)), line = all;

	for (size_t i = all.n; i > 0; i--)
		if (all.p[i - 1] == '\n') {
			line = str_sub(all, i, all.n);
			break;
		}
	plain_said(out, SAID_SHOWN, str_trim(line));
}

static void on_end(void *arg, int64_t status, int signal)
{
	Carrier *c = arg;
	char said[SAID_SHOWN];
	Err e = { 0 };

	last_said(c, said);
	if (status < 0)
		(void)err_set(&e, "it has closed its output%s%s", *said ? "; it said: " : "", said);
	else if (signal)
		(void)err_set(&e, "it was ended by signal %d%s%s", signal, *said ? "; it said: " : "", said);
	else
		(void)err_set(&e, "it ended with status %lld%s%s", (long long)status, *said ? "; it said: " : "", said);
	lose(c, &e);
}

static Carrier *stdio_open(const CarrierSpec *spec, const CarrierEvents *events, Err *e)
{
	Carrier *c = xcalloc(1, sizeof *c);
	ChildSpec child = { .argv = spec->argv, .env = spec->env, .on_out = on_out, .on_end = on_end, .arg = c };

	c->events = *events;
	buf_init(&c->line, MCP_MESSAGE_MAX);
	if (!(c->child = child_start(spec->loop, &child, e))) {
		free(c);
		return NULL;
	}
	return c;
}

static int stdio_send(Carrier *c, Str message, int64_t id, Err *e)
{
	Buf line = { 0 };
	int rc = -1;

	(void)id;
	if (c->lost)
		return err_set(e, "it has ended");
	if (buf_put_str(&line, message) == 0 && buf_putc(&line, '\n') == 0)
		rc = child_write(c->child, buf_str(&line), e);
	buf_done(&line);
	return rc;
}

static void stdio_forget(Carrier *c, int64_t id)
{
	(void)c;      /* a late answer is nobody's, which its reader sees by the id */
	(void)id;
}

static void stdio_agreed(Carrier *c, const char *version)
{
	(void)c;      /* the stream of a program has no head that would say so */
	(void)version;
}

static void stdio_close(Carrier *c, void (*on_closed)(void *), void *arg)
{
	c->closing = true;
	child_close(c->child, on_closed, arg);
	buf_done(&c->line);
	/* The child calls nobody any more but on_closed, and it may be that we stand in one of its calls: nothing of c is used after. */
	c->child = NULL;
	free(c);
}

static int stdio_pid(const Carrier *c)
{
	return child_pid(c->child);
}

const CarrierClass carrier_stdio = { stdio_open, stdio_send, stdio_forget, stdio_agreed, stdio_close, stdio_pid };
