#include "net/child.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"

/* TURN_BYTES are read in TURN_MS, then nothing for the rest of it: a flood waits in the pipe, and the loop has time for others. */
enum { PIECE_BYTES = 32 << 10, TURN_BYTES = 256 << 10, TURN_MS = 10, LINGER_MS = 200 };

typedef enum Closing { OPEN, ASKED, TERMINATED, KILLED } Closing;

struct Child {
	ChildSpec spec;
	uv_process_t process;
	uv_pipe_t in, out, err;
	uv_timer_t timer, turn;        /* timer: what its end waits for */
	char    said[CHILD_SAID_BYTES];
	size_t  said_n, turn_bytes;
	int64_t status;
	int     signal, handles;
	Closing closing;
	bool    exited, out_ended, err_ended, told;
	void  (*on_closed)(void *);
	void   *closed_arg;
	char    piece[PIECE_BYTES];
};

typedef struct Letter { uv_write_t write; char bytes[]; } Letter;

static void on_handle_closed(uv_handle_t *h)
{
	Child *c = h->data;
	void (*on_closed)(void *) = c->on_closed;
	void *arg = c->closed_arg;

	if (--c->handles)
		return;
	free(c);
	if (on_closed)
		on_closed(arg);
}

static void let_go(Child *c)
{
	uv_handle_t *all[] = { (uv_handle_t *)&c->process, (uv_handle_t *)&c->in, (uv_handle_t *)&c->out, (uv_handle_t *)&c->err,
	                       (uv_handle_t *)&c->timer, (uv_handle_t *)&c->turn };

	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (!uv_is_closing(all[i]))
			uv_close(all[i], on_handle_closed);
}

static void signal_group(const Child *c, int number)
{
	if (c->process.pid > 0)
		(void)kill(-c->process.pid, number);
}

/* --- its end --- */

static void tell_end(Child *c)
{
	if (c->told || c->closing != OPEN)
		return;
	c->told = true;
	(void)uv_timer_stop(&c->timer);
	c->spec.on_end(c->spec.arg, c->exited ? c->status : -1, c->exited ? c->signal : 0);
}

static void on_linger(uv_timer_t *t)
{
	tell_end(t->data);
}

/* What it wrote last may still be on its way when it is gone, and it may close its output a little before it goes. Another that holds
 * a pipe open is not waited for. */
static void look_at_end(Child *c)
{
	if (c->closing != OPEN || c->told || (!c->exited && !c->out_ended))
		return;
	if (c->exited && c->out_ended && c->err_ended)
		tell_end(c);
	else if (!uv_is_active((uv_handle_t *)&c->timer))
		(void)uv_timer_start(&c->timer, on_linger, LINGER_MS, 0);
}

static void on_exited(uv_process_t *p, int64_t status, int number)
{
	Child *c = p->data;

	c->exited = true;
	c->status = status;
	c->signal = number;
	signal_group(c, SIGKILL);      /* what it started and left behind */
	if (c->closing != OPEN)
		let_go(c);
	else
		look_at_end(c);
}

static void on_grace(uv_timer_t *t)
{
	Child *c = t->data;

	if (c->closing == ASKED) {
		c->closing = TERMINATED;
		signal_group(c, SIGTERM);
		(void)uv_timer_start(t, on_grace, CHILD_GRACE_MS, 0);
	} else {
		c->closing = KILLED;       /* reaped in on_exited */
		signal_group(c, SIGKILL);
	}
}

/* --- what it says --- */

static void give_piece(uv_handle_t *h, size_t wanted, uv_buf_t *out)
{
	Child *c = h->data;

	(void)wanted;
	*out = uv_buf_init(c->piece, sizeof c->piece);
}

static void on_read(uv_stream_t *s, ssize_t n, const uv_buf_t *piece);

static void on_turn(uv_timer_t *t)
{
	Child *c = t->data;

	c->turn_bytes = 0;
	if (!c->out_ended)
		(void)uv_read_start((uv_stream_t *)&c->out, give_piece, on_read);
	if (!c->err_ended)
		(void)uv_read_start((uv_stream_t *)&c->err, give_piece, on_read);
}

static void count_turn(Child *c, size_t n)
{
	c->turn_bytes += n;
	if (c->turn_bytes >= TURN_BYTES) {
		(void)uv_read_stop((uv_stream_t *)&c->out);
		(void)uv_read_stop((uv_stream_t *)&c->err);
	}
	if (!uv_is_active((uv_handle_t *)&c->turn))
		(void)uv_timer_start(&c->turn, on_turn, TURN_MS, 0);
}

static void keep_said(Child *c, Str piece)
{
	size_t keep, over;

	if (piece.n > sizeof c->said)
		piece = str_sub(piece, piece.n - sizeof c->said, piece.n);
	keep = sizeof c->said - piece.n;
	over = c->said_n > keep ? c->said_n - keep : 0;
	memmove(c->said, c->said + over, c->said_n - over);
	c->said_n -= over;
	memcpy(c->said + c->said_n, piece.p, piece.n);
	c->said_n += piece.n;
}

static void on_read(uv_stream_t *s, ssize_t n, const uv_buf_t *piece)
{
	Child *c = s->data;
	bool is_out = s == (uv_stream_t *)&c->out;

	if (n < 0) {
		(void)uv_read_stop(s);
		if (is_out)
			c->out_ended = true;
		else
			c->err_ended = true;
		look_at_end(c);
	} else if (n > 0) {
		count_turn(c, (size_t)n);
		if (c->closing != OPEN)
			return;
		if (is_out)
			c->spec.on_out(c->spec.arg, (Str){ piece->base, (size_t)n });
		else
			keep_said(c, (Str){ piece->base, (size_t)n });
	}
}

/* --- for everybody --- */

static void init_handles(Child *c, uv_loop_t *loop)
{
	(void)uv_pipe_init(loop, &c->in, 0);
	(void)uv_pipe_init(loop, &c->out, 0);
	(void)uv_pipe_init(loop, &c->err, 0);
	(void)uv_timer_init(loop, &c->timer);
	(void)uv_timer_init(loop, &c->turn);
	c->process.data = c->in.data = c->out.data = c->err.data = c->timer.data = c->turn.data = c;
	c->handles = 6;
}

Child *child_start(uv_loop_t *loop, const ChildSpec *spec, Err *e)
{
	Child *c = xcalloc(1, sizeof *c);
	uv_stdio_container_t io[3] = {
		{ .flags = UV_CREATE_PIPE | UV_READABLE_PIPE, .data.stream = (uv_stream_t *)&c->in },
		{ .flags = UV_CREATE_PIPE | UV_WRITABLE_PIPE, .data.stream = (uv_stream_t *)&c->out },
		{ .flags = UV_CREATE_PIPE | UV_WRITABLE_PIPE, .data.stream = (uv_stream_t *)&c->err },
	};
	/* Detached: a session of its own, so that it cannot ask on the console's terminal either. */
	uv_process_options_t o = { .file = spec->argv[0], .args = (char **)spec->argv, .env = (char **)spec->env, .exit_cb = on_exited,
	                           .flags = UV_PROCESS_DETACHED, .stdio = io, .stdio_count = 3 };
	int rc;

	c->spec = *spec;
	init_handles(c, loop);
	rc = uv_spawn(loop, &c->process, &o);      /* also after a failure the handle must be closed */
	if (rc < 0) {
		(void)err_set(e, "cannot run %.200s: %s", spec->argv[0], uv_strerror(rc));
		c->process.pid = 0;
		let_go(c);
		return NULL;
	}
	on_turn(&c->turn);
	return c;
}

static void on_written(uv_write_t *w, int status)
{
	(void)status;      /* one that has ended says so itself */
	free(w->data);
}

int child_write(Child *c, Str bytes, Err *e)
{
	Letter *l;
	uv_buf_t b;
	int rc;

	if (c->exited || c->closing != OPEN)
		return err_set(e, "it has ended");
	if (uv_stream_get_write_queue_size((uv_stream_t *)&c->in) + bytes.n > CHILD_WAITING_MAX)
		return err_set(e, "it does not read what it is sent");
	l = xmalloc(sizeof *l + bytes.n);
	memcpy(l->bytes, bytes.p, bytes.n);
	l->write.data = l;
	b = uv_buf_init(l->bytes, (unsigned)bytes.n);
	if ((rc = uv_write(&l->write, (uv_stream_t *)&c->in, &b, 1, on_written)) < 0) {
		free(l);
		return err_set(e, "it cannot be written to: %s", uv_strerror(rc));
	}
	return 0;
}

Str child_said(const Child *c)
{
	return (Str){ c->said, c->said_n };
}

int child_pid(const Child *c)
{
	return c->exited ? 0 : c->process.pid;
}

void child_close(Child *c, void (*on_closed)(void *), void *arg)
{
	c->on_closed = on_closed;
	c->closed_arg = arg;
	c->closing = ASKED;
	if (c->exited) {
		let_go(c);
		return;
	}
	/* Its output is read on and thrown away, so that it does not hang in a write. */
	uv_close((uv_handle_t *)&c->in, on_handle_closed);
	(void)uv_timer_start(&c->timer, on_grace, CHILD_GRACE_MS, 0);
}
