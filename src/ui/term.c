#include "ui/term.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/xalloc.h"
#include "ui/damage.h"
#include "wire/text.h"

enum { FRAME_MAX = 64 << 20, ENTER_WAIT_MS = 2000, LEAVE_WAIT_MS = 300, LEAVE_MAX = 192, ANSWER_WAIT_MS = 50,
	ANSWER_LATEST_MS = 2000 /* what has not come by then does not come */ };

struct Term {
	int      in_fd, out_fd;        /* the caller's */
	int      tty;                  /* where we write */
	bool     own_tty;              /* tty was opened by us, so its mode is ours */
	int      shared_flags;         /* the mode of the caller's descriptor, to be put back */
	bool     entered, dead;
	char    *name;
	Caps     caps;
	TermDepth depth;
	Painter *painter;
	struct termios saved;
	Buf      out;                  /* the frame that is being written */
	size_t   sent;
	int64_t  asked_ms;             /* monotonic: for its background, and it has not answered; 0: nothing was asked */
};

/* What a signal handler needs to give the terminal back. The one variable of the program that is not passed around:
 * a handler has no arguments of ours. Written while `armed` is 0. */
static struct Rescue {
	volatile sig_atomic_t armed;
	int      in_fd, tty, shared_flags;
	bool     own_tty;
	struct termios saved;
	char     bytes[LEAVE_MAX];
	size_t   n;
} rescue;

static TermDepth find_depth(const TermSpec *spec, const Caps *c)
{
	const char *ct = spec->colorterm ? spec->colorterm : "";

	if (spec->no_color || (!*c->setaf && !c->ansi) || c->colours < 8)
		return DEPTH_MONO;
	if (c->ansi && (c->truecolour || !strcmp(ct, "truecolor") || !strcmp(ct, "24bit")))
		return DEPTH_TRUE;
	return c->colours >= 256 ? DEPTH_256 : DEPTH_16;
}

/* A second opening of the same terminal: non-blocking there says nothing to the shell, which shares stdout with us. */
static void open_tty(Term *t)
{
	char path[256];

	t->tty = -1;
	if (ttyname_r(t->out_fd, path, sizeof path) == 0)
		t->tty = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	t->own_tty = t->tty >= 0;
	if (!t->own_tty)
		t->tty = t->out_fd;
}

Term *term_open(const TermSpec *spec, Err *e)
{
	Term *t;
	Palette palette;

	if (!isatty(spec->in_fd) || !isatty(spec->out_fd)) {
		(void)err_kind(e, ERR_USAGE, "the console needs a terminal on stdin and stdout; "
		               "in pipes and scripts use `seismo get` or `seismo once`");
		return NULL;
	}
	t = xcalloc(1, sizeof *t);
	t->in_fd = spec->in_fd;
	t->out_fd = spec->out_fd;
	if (caps_load(&t->caps, spec->term, spec->out_fd, e) < 0) {
		free(t);
		return NULL;
	}
	open_tty(t);
	t->name = xstrdup(spec->term);
	t->depth = find_depth(spec, &t->caps);
	t->painter = painter_new(&t->caps, spec->ascii);
	palette_build(&palette, NULL, t->depth, t->caps.colours);
	painter_palette(t->painter, &palette);
	buf_init(&t->out, FRAME_MAX);
	return t;
}

void term_close(Term *t)
{
	if (!t)
		return;
	term_leave(t);
	if (t->own_tty)
		(void)close(t->tty);
	painter_free(t->painter);
	caps_free(&t->caps);
	buf_done(&t->out);
	free(t->name);
	free(t);
}

/* One write: returns what the line took, 0 when it takes nothing now, -1 when it is gone. */
static ssize_t write_some(int fd, const char *p, size_t n)
{
	ssize_t got;

	do
		got = write(fd, p, n);
	while (got < 0 && errno == EINTR);
	if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return 0;
	return got;
}

/* Sends the rest of what is in out: 1 done, 0 blocked, -1 dead. */
static int flush(Term *t)
{
	ssize_t n;

	if (t->dead)
		return -1;
	if (t->sent < t->out.n) {
		n = write_some(t->tty, t->out.p + t->sent, t->out.n - t->sent);
		if (n < 0) {
			t->dead = true;
			return -1;
		}
		t->sent += (size_t)n;
		if (t->sent < t->out.n)
			return 0;
	}
	buf_reset(&t->out);
	t->sent = 0;
	return 1;
}

/* Like flush, but waits for a slow line. Only for entering and leaving. Async-signal-safe calls only. */
static bool write_waiting(int fd, const char *p, size_t n, int wait_ms)
{
	enum { STEP_MS = 20 };

	for (; n && wait_ms >= 0; wait_ms -= STEP_MS) {
		ssize_t got = write_some(fd, p, n);
		struct pollfd pfd = { .fd = fd, .events = POLLOUT };

		if (got < 0)
			return false;
		p += got;
		n -= (size_t)got;
		if (n)
			(void)poll(&pfd, 1, STEP_MS);       /* its verdict is what the next write says */
	}
	return n == 0;
}

static void put_enter(const Term *t, Buf *out)
{
	(void)buf_puts(out, t->caps.smcup);
	(void)buf_puts(out, t->caps.rmkx);
	(void)buf_puts(out, t->caps.civis);
	if (t->caps.ansi)
		(void)buf_puts(out, "\033[?2004h\033[?1004h");   /* bracketed paste, focus reports */
}

/* CAN ends a sequence that was cut in the middle. */
static void put_leave(const Term *t, Buf *out)
{
	(void)buf_putc(out, '\030');
	if (t->caps.sync)
		(void)buf_puts(out, "\033[?2026l");
	if (t->caps.ansi)
		(void)buf_puts(out, "\033[?2004l\033[?1004l");
	(void)buf_puts(out, t->caps.sgr0);
	(void)buf_puts(out, t->caps.cnorm);
	(void)buf_puts(out, t->caps.rmcup);
}

static void arm(const Term *t)
{
	Buf b;

	buf_init(&b, LEAVE_MAX);
	put_leave(t, &b);
	rescue.armed = 0;
	rescue.in_fd = t->in_fd;
	rescue.tty = t->tty;
	rescue.shared_flags = t->shared_flags;
	rescue.own_tty = t->own_tty;
	rescue.saved = t->saved;
	memcpy(rescue.bytes, b.p, b.n);
	rescue.n = b.n;
	rescue.armed = 1;
	buf_done(&b);
}

static int set_raw(Term *t, Err *e)
{
	struct termios raw;

	if (tcgetattr(t->in_fd, &t->saved) < 0)
		return err_set(e, "cannot read the terminal's mode: %s", strerror(errno));
	raw = t->saved;
	raw.c_iflag &= ~(tcflag_t)(BRKINT | ICRNL | INLCR | IGNCR | INPCK | ISTRIP | IXON);
	raw.c_oflag &= ~(tcflag_t)OPOST;              /* "\n" is then exactly one row down */
	raw.c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON | ISIG | IEXTEN);
	raw.c_cflag = (raw.c_cflag & ~(tcflag_t)(CSIZE | PARENB)) | CS8;
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	if (tcsetattr(t->in_fd, TCSANOW, &raw) < 0)
		return err_set(e, "cannot set the terminal's mode: %s", strerror(errno));
	return 0;
}

int term_enter(Term *t, Err *e)
{
	Buf b = { 0 };
	bool ok;

	if (t->entered)
		return 0;
	if (!t->own_tty) {
		t->shared_flags = fcntl(t->tty, F_GETFL);
		if (t->shared_flags < 0 || fcntl(t->tty, F_SETFL, t->shared_flags | O_NONBLOCK) < 0)
			return err_set(e, "cannot make the terminal non-blocking: %s", strerror(errno));
	}
	if (set_raw(t, e) < 0)
		return -1;
	arm(t);
	t->entered = true;
	put_enter(t, &b);
	ok = write_waiting(t->tty, b.p, b.n, ENTER_WAIT_MS);
	buf_done(&b);
	painter_forget(t->painter);
	if (!ok) {
		term_leave(t);
		return err_set(e, "the terminal does not take output");
	}
	return 0;
}

/* The Linux console of old kernels prints what it does not know. */
bool term_ask_background(Term *t)
{
	static const char ask[] = "\033]11;?\033\\";

	if (t->entered && t->caps.ansi && strncmp(t->name, "linux", 5) != 0)
		t->asked_ms = write_waiting(t->tty, ask, sizeof ask - 1, ENTER_WAIT_MS) ? clock_mono_ms() : 0;
	return t->asked_ms != 0;
}

void term_answered(Term *t)
{
	t->asked_ms = 0;
}

void term_leave(Term *t)
{
	struct pollfd answer = { .fd = t->in_fd, .events = POLLIN };

	if (!t->entered)
		return;
	t->entered = false;
	if (t->asked_ms && !t->dead && clock_mono_ms() - t->asked_ms < ANSWER_LATEST_MS && poll(&answer, 1, ANSWER_WAIT_MS) > 0)
		(void)tcflush(t->in_fd, TCIFLUSH);
	t->asked_ms = 0;
	/* A frame that the line took in part ends first, when it can be ended soon. */
	if (t->sent && t->sent < t->out.n && !t->dead)
		(void)write_waiting(t->tty, t->out.p + t->sent, t->out.n - t->sent, LEAVE_WAIT_MS);
	buf_reset(&t->out);
	t->sent = 0;
	term_leave_signal_safe();
}

void term_leave_signal_safe(void)
{
	int saved_errno = errno;

	if (!rescue.armed)
		return;
	rescue.armed = 0;
	(void)write_waiting(rescue.tty, rescue.bytes, rescue.n, LEAVE_WAIT_MS);
	(void)tcsetattr(rescue.in_fd, TCSANOW, &rescue.saved);
	if (!rescue.own_tty)
		(void)fcntl(rescue.tty, F_SETFL, rescue.shared_flags);
	errno = saved_errno;
}

void term_window(int fd, int *w, int *h)
{
	struct winsize ws;

	if (ioctl(fd, TIOCGWINSZ, &ws) < 0 || ws.ws_col == 0 || ws.ws_row == 0)
		ws = (struct winsize){ .ws_col = 80, .ws_row = 24 };     /* a serial line does not know */
	*w = ws.ws_col;
	*h = ws.ws_row;
}

void term_size(Term *t, int *w, int *h)
{
	term_window(t->out_fd, w, h);
}

TermDepth term_depth(const Term *t)
{
	return t->depth;
}

void term_theme(Term *t, const Theme *theme)
{
	Palette palette;

	palette_build(&palette, theme, t->depth, t->caps.colours);
	painter_palette(t->painter, &palette);
}

void term_repaint(Term *t)
{
	painter_forget(t->painter);
}

int term_poll_fd(const Term *t)
{
	return t->tty;
}

bool term_blocked(const Term *t)
{
	return t->sent < t->out.n;
}

long term_render(Term *t, const Surface *s, int cursor_x, int cursor_y, Buf *out)
{
	size_t before = out->n;

	painter_frame(t->painter, s, cursor_x, cursor_y, out);
	return (long)(out->n - before);
}

long term_draw(Term *t, const Surface *s, int cursor_x, int cursor_y, bool *dead)
{
	struct pollfd pfd = { .fd = t->tty, .events = POLLOUT };
	size_t before;
	int state = flush(t);
	long n;

	/* A line that takes nothing now is left alone: once rendered, a frame counts as shown. */
	if (state == 1 && poll(&pfd, 1, 0) == 0)
		state = 0;
	if (state < 1) {
		*dead |= t->dead;
		return -1;
	}
	before = t->out.n;
	painter_bytes(t->painter, s, cursor_x, cursor_y, &t->out);
	n = (long)(t->out.n - before);
	if (n)
		state = flush(t);
	painter_settle(t->painter, s);
	*dead |= t->dead;
	return state == 1 ? n : -1;
}

static void put_osc52(Buf *out, Str base64, const char *before, const char *escape, const char *after)
{
	(void)buf_puts(out, before);
	(void)buf_puts(out, escape);
	(void)buf_puts(out, "]52;c;");
	(void)buf_put_str(out, base64);
	(void)buf_puts(out, "\a");
	(void)buf_puts(out, after);
}

int term_copy(Term *t, Str text)
{
	Buf b = { 0 };

	if (text.n > TERM_COPY_MAX || !t->entered || !t->caps.ansi)
		return -1;
	if (b64_encode(&b, text) < 0) {
		buf_done(&b);
		return -1;
	}
	/* tmux takes the plain form with set-clipboard on, the wrapped one with allow-passthrough; screen only its own. */
	put_osc52(&t->out, buf_str(&b), "", "\033", "");
	if (strncmp(t->name, "tmux", 4) == 0)
		put_osc52(&t->out, buf_str(&b), "\033Ptmux;", "\033\033", "\033\\");
	else if (strncmp(t->name, "screen", 6) == 0)
		put_osc52(&t->out, buf_str(&b), "\033P", "\033", "\033\\");
	buf_done(&b);
	return flush(t) < 0 ? -1 : 0;
}
