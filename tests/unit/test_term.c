#include "vt.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "ui/damage.h"
#include "ui/term.h"

/* A terminal to draw on: we hold its other end. */
typedef struct Pty { int master, slave; Term *term; } Pty;

static void test_theme(Theme *t)
{
	*t = (Theme){ .ramp_count = 5 };
	for (int i = 0; i < ROLE_COUNT; i++)
		t->role[i].fg = (Colour){ COLOUR_RGB, (uint32_t)i * 0x070503 };
	t->role[ROLE_TEXT] = (RoleStyle){ 0 };
	t->role[ROLE_SELECTED] = (RoleStyle){ .fg = { COLOUR_16, 15 }, .bg = { COLOUR_16, 4 }, .attrs = ATTR_BOLD };
	t->role[ROLE_ERROR].attrs = ATTR_BOLD | ATTR_UNDERLINE;
	t->role[ROLE_STATUS] = (RoleStyle){ .bg = { COLOUR_256, 236 } };
	for (int i = 0; i < t->ramp_count; i++)
		t->ramp[i] = (Colour){ COLOUR_RGB, 0x203040u + (uint32_t)i * 0x300000u };
}

static Pty pty_open(const char *name, const char *colorterm, bool ascii)
{
	Pty p = { .master = posix_openpt(O_RDWR | O_NOCTTY) };
	struct winsize ws = { .ws_col = VT_W, .ws_row = VT_H };
	TermSpec spec = { .ascii = ascii, .term = name, .colorterm = colorterm };
	Err e = { 0 };
	Theme theme;

	assert_true(p.master >= 0);
	assert_int_equal(grantpt(p.master), 0);
	assert_int_equal(unlockpt(p.master), 0);
	p.slave = open(ptsname(p.master), O_RDWR | O_NOCTTY);
	assert_true(p.slave >= 0);
	assert_int_equal(ioctl(p.slave, TIOCSWINSZ, &ws), 0);
	assert_int_equal(fcntl(p.master, F_SETFL, O_NONBLOCK), 0);
	spec.in_fd = spec.out_fd = p.slave;
	p.term = term_open(&spec, &e);
	if (!p.term) {
		/* Small systems have only some of the terminal descriptions. */
		printf("# skipped: %s\n", e.text);
		skip();
	}
	test_theme(&theme);
	term_theme(p.term, &theme);
	return p;
}

static void pty_close(Pty *p)
{
	term_close(p->term);
	close(p->slave);
	close(p->master);
}

static size_t pty_read(Pty *p, Buf *out)
{
	char b[65536];
	ssize_t n;
	size_t all = 0;

	while ((n = read(p->master, b, sizeof b)) > 0) {
		(void)buf_put(out, b, (size_t)n);
		all += (size_t)n;
	}
	return all;
}

/* Text everywhere, colours of what can be seen: compared with a terminal that is drawn on from scratch. */
static void expect_screen(Vt *v, Pty *p, const Surface *s)
{
	Vt fresh = { 0 };
	Buf all = { 0 };

	for (int y = 0; y < VT_H; y++) {
		for (int x = 0; x < VT_W; x++) {
			const Cell *c = surface_cell(s, x, y);

			if (strcmp(c->text, v->cell[y][x].text) != 0)
				fail_msg("cell %d,%d shows \"%s\", not \"%s\"", x, y, v->cell[y][x].text, c->text);
		}
	}
	term_repaint(p->term);
	term_render(p->term, s, -1, -1, &all);
	vt_feed(&fresh, buf_str(&all));
	for (int y = 0; y < VT_H; y++) {
		for (int x = 0; x < VT_W; x++) {
			bool seen = fresh.cell[y][x].text[0];

			assert_int_equal(v->cell[y][x].bg, fresh.cell[y][x].bg);
			assert_true(!seen || (v->cell[y][x].fg == fresh.cell[y][x].fg && v->cell[y][x].attrs == fresh.cell[y][x].attrs));
		}
	}
	*v = fresh;
	buf_done(&all);
}

static uint64_t random_next(uint64_t *s)
{
	*s ^= *s << 13;
	*s ^= *s >> 7;
	*s ^= *s << 17;
	return *s >> 11;
}

static void scribble(Surface *s, uint64_t *seed)
{
	static const char *const words[] = { "42", "     ", "upsell-generator", "日本語", "e\xcc\x81t\xc3\xa9", "─────", "😀", "x", "", "0.041 USD", "▁▂▃" };
	Box b = surface_box(s);

	for (size_t i = random_next(seed) % 12; i > 0; i--) {
		int x = (int)(random_next(seed) % (VT_W + 2)) - 1, y = (int)(random_next(seed) % VT_H);
		Role role = (Role)(random_next(seed) % (ROLE_COUNT + 5));
		const char *w = words[random_next(seed) % (sizeof words / sizeof *words)];

		if (random_next(seed) % 8 == 0)
			draw_role(b, x, y, 20, role, random_next(seed) % 2 ? ATTR_REVERSE : 0);
		else if (random_next(seed) % 16 == 0)
			draw_fill(b, x, y, (int)(random_next(seed) % VT_W), 3, role);
		else if (random_next(seed) % 60 == 0)
			surface_clear(s);
		else
			draw_own(b, x, y, role, w);
	}
}

/* Frame after frame of random changes: what the differences lead to is what a full drawing shows. */
static void differences_add_up(void **state)
{
	static const struct { const char *term, *colorterm; } terms[] = {
		{ "xterm-256color", "truecolor" }, { "xterm-256color", NULL }, { "tmux-256color", NULL }, { "screen", NULL },
		{ "linux", NULL }, { "vt100", NULL }, { "xterm", NULL }, { "rxvt-unicode-256color", NULL },
	};
	uint64_t seed = 88172645463325252u;
	int tried = 0;

	(void)state;
	for (size_t i = 0; i < sizeof terms / sizeof *terms; i++) {
		Pty p = pty_open(terms[i].term, terms[i].colorterm, false);
		Surface *s = surface_new(VT_W, VT_H);
		Vt v = { 0 };

		for (int frame = 0; frame < 400; frame++, tried++) {
			Buf out = { 0 };

			scribble(s, &seed);
			term_render(p.term, s, frame % 3 ? -1 : frame % VT_W, frame % VT_H, &out);
			vt_feed(&v, buf_str(&out));
			assert_true(v.cursor == (frame % 3 == 0) || !strcmp(terms[i].term, "vt100"));   /* cannot hide it */
			if (frame % 3 == 0)
				assert_true((v.x == frame % VT_W || v.waiting) && v.y == frame % VT_H);
			buf_reset(&out);
			assert_int_equal(term_render(p.term, s, frame % 3 ? -1 : frame % VT_W, frame % VT_H, &out), 0);
			if (frame % 20 == 19)
				expect_screen(&v, &p, s);
			buf_done(&out);
		}
		surface_free(s);
		pty_close(&p);
	}
	assert_int_equal(tried, 8 * 400);
}

static void ascii_means_ascii(void **state)
{
	Pty p = pty_open("xterm-256color", NULL, true);
	Surface *s = surface_new(VT_W, VT_H);
	Buf out = { 0 };
	Vt v = { 0 };
	char row[32] = "";

	(void)state;
	draw_own(surface_box(s), 0, 0, ROLE_TEXT, "┌─┐│▁█é…日→×±⣿☃");
	term_render(p.term, s, -1, -1, &out);
	for (size_t i = 0; i < out.n; i++)
		assert_true((unsigned char)out.p[i] < 0x7F);
	vt_feed(&v, buf_str(&out));
	for (int x = 0; x < 15; x++)
		strcat(row, v.cell[0][x].text[0] ? v.cell[0][x].text : " ");
	assert_string_equal(row, "+-+|_#e~? >x+:?");
	surface_free(s);
	buf_done(&out);
	pty_close(&p);
}

static void depths(void **state)
{
	static const struct { const char *term, *colorterm; TermDepth depth; const char *sgr; } cases[] = {
		{ "xterm-256color", "truecolor", DEPTH_TRUE, "\033[38;2;255;128;0m" }, { "xterm-256color", NULL, DEPTH_256, "\033[38;5;208m" },
		{ "linux", NULL, DEPTH_16, "\033[33m" }, { "vt100", "truecolor", DEPTH_MONO, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		Pty p = pty_open(cases[i].term, cases[i].colorterm, false);
		Surface *s = surface_new(VT_W, VT_H);
		Buf out = { 0 };
		Theme t;

		test_theme(&t);
		t.role[ROLE_WARN] = (RoleStyle){ .fg = { COLOUR_RGB, 0xFF8000 } };
		term_theme(p.term, &t);
		assert_int_equal(term_depth(p.term), cases[i].depth);
		draw_own(surface_box(s), 0, 0, ROLE_WARN, "warn");
		draw_own(surface_box(s), 0, 1, ROLE_SELECTED, "here");
		term_render(p.term, s, -1, -1, &out);
		if (cases[i].sgr)
			assert_non_null(strstr(out.p, cases[i].sgr));
		else
			assert_true(!strstr(out.p, "[3") && strstr(out.p, "[1;7m") != NULL);
		surface_free(s);
		buf_done(&out);
		pty_close(&p);
	}
}

static void enter_and_leave(void **state)
{
	Pty p = pty_open("xterm-256color", NULL, false);
	struct termios before, during, after;
	Buf out = { 0 };
	Err e;
	int flags = fcntl(p.slave, F_GETFL), w, h;

	(void)state;
	tcgetattr(p.slave, &before);
	assert_int_equal(term_enter(p.term, &e), 0);
	tcgetattr(p.slave, &during);
	assert_false(during.c_lflag & (ECHO | ICANON | ISIG));
	assert_int_equal(fcntl(p.slave, F_GETFL), flags);
	term_size(p.term, &w, &h);
	assert_true(w == VT_W && h == VT_H);
	pty_read(&p, &out);
	assert_non_null(strstr(buf_cstr(&out), "\033[?1049h"));
	assert_non_null(strstr(buf_cstr(&out), "\033[?2004h"));
	buf_reset(&out);
	term_leave(p.term);
	term_leave(p.term);
	pty_read(&p, &out);
	tcgetattr(p.slave, &after);
	assert_non_null(strstr(buf_cstr(&out), "\033[?1049l"));
	assert_non_null(strstr(buf_cstr(&out), "\033[?2004l"));
	assert_int_equal(after.c_lflag, before.c_lflag);
	assert_int_equal(after.c_oflag, before.c_oflag);
	assert_int_equal(term_enter(p.term, &e), 0);
	buf_reset(&out);
	pty_read(&p, &out);
	term_leave_signal_safe();
	tcgetattr(p.slave, &after);
	assert_int_equal(after.c_lflag, before.c_lflag);
	buf_done(&out);
	pty_close(&p);
}

/* Nobody reads: frames are skipped, and what was cut in the middle is completed before the newest is drawn. */
static void blocked_line(void **state)
{
	Pty p = pty_open("xterm-256color", "truecolor", false);
	Surface *s = surface_new(VT_W, VT_H);
	uint64_t seed = 1234567;
	Buf out = { 0 };
	Vt v = { 0 };
	Err e;
	bool dead = false;
	int blocked = 0;
	const char *screen;

	(void)state;
	assert_int_equal(term_enter(p.term, &e), 0);
	for (int i = 0; i < 3000; i++) {
		scribble(s, &seed);
		draw_role(surface_box(s), 0, i % VT_H, VT_W, i % 2 ? ROLE_WARN : ROLE_ERROR, 0);
		blocked += term_draw(p.term, s, -1, -1, &dead) < 0;
		assert_false(dead);
	}
	assert_true(blocked > 1000);
	for (int i = 0; i < 100 && (term_draw(p.term, s, -1, -1, &dead) < 0 || pty_read(&p, &out)); i++)
		pty_read(&p, &out);
	assert_false(term_blocked(p.term));
	assert_int_equal(term_draw(p.term, s, -1, -1, &dead), 0);
	assert_true(out.n < 200000);                     /* one line's worth, not 3000 frames */
	screen = strstr(buf_cstr(&out), "\033[?1004h") + 8;
	vt_feed(&v, str_of(screen));
	expect_screen(&v, &p, s);
	surface_free(s);
	buf_done(&out);
	pty_close(&p);
}

static void dead_line(void **state)
{
	Pty p = pty_open("xterm-256color", NULL, false);
	Surface *s = surface_new(VT_W, VT_H);
	Err e;
	bool dead = false;

	(void)state;
	assert_int_equal(term_enter(p.term, &e), 0);
	close(p.master);
	draw_own(surface_box(s), 0, 0, ROLE_TEXT, "anybody there?");
	assert_int_equal(term_draw(p.term, s, -1, -1, &dead), -1);
	assert_true(dead);
	surface_free(s);
	term_close(p.term);
	close(p.slave);
}

static void clipboard(void **state)
{
	Pty p = pty_open("tmux-256color", NULL, false);
	static char big[TERM_COPY_MAX + 1];
	Buf out = { 0 };
	Err e;

	(void)state;
	assert_int_equal(term_copy(p.term, STR("hi")), -1);           /* not entered */
	assert_int_equal(term_enter(p.term, &e), 0);
	pty_read(&p, &out);
	buf_reset(&out);
	assert_int_equal(term_copy(p.term, STR("hi")), 0);
	pty_read(&p, &out);
	assert_string_equal(buf_cstr(&out), "\033]52;c;aGk=\a\033Ptmux;\033\033]52;c;aGk=\a\033\\");
	assert_int_equal(term_copy(p.term, (Str){ big, sizeof big }), -1);
	buf_done(&out);
	pty_close(&p);
}

/* Large frames are held back by the terminal until they are whole; small ones arrive whole anyway. */
static void synchronized_output(void **state)
{
	Caps caps = { .ansi = true, .sync = true, .wraps = true, .wraps_late = true, .clear = (char[]){ "\033[H\033[J" },
		.el = (char[]){ "\033[K" }, .civis = (char[]){ "" }, .cnorm = (char[]){ "" }, .sgr0 = (char[]){ "\033[m" } };
	Painter *p = painter_new(&caps, false);
	Surface *s = surface_new(VT_W, VT_H);
	Buf out = { 0 };

	(void)state;
	for (int y = 0; y < VT_H; y++)
		draw_own(surface_box(s), 0, y, ROLE_TEXT, "0123456789012345678901234567890123456789012345678901234567890123456789");
	painter_frame(p, s, -1, -1, &out);
	assert_true(str_starts(buf_str(&out), STR("\033[?2026h")));
	assert_true(str_ends(buf_str(&out), STR("\033[?2026l")));
	buf_reset(&out);
	draw_own(surface_box(s), 3, 3, ROLE_TEXT, "x");
	painter_frame(p, s, -1, -1, &out);
	assert_non_null(out.p);
	assert_null(strstr(out.p, "2026"));
	buf_reset(&out);
	painter_frame(p, s, -1, -1, &out);
	assert_int_equal(out.n, 0);
	buf_done(&out);
	surface_free(s);
	painter_free(p);
}

static void refusals_name_a_remedy(void **state)
{
	Pty p = pty_open("xterm-256color", NULL, false);
	static const char *const bad[] = { "no-such-terminal", "dumb", "", NULL };
	Err e;
	int pipes[2];

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		TermSpec spec = { .in_fd = p.slave, .out_fd = p.slave, .term = bad[i] };

		assert_null(term_open(&spec, &e));
		assert_int_equal(e.kind, ERR_USAGE);
		assert_non_null(strstr(e.text, "xterm-256color"));
	}
	assert_int_equal(pipe(pipes), 0);
	assert_null(term_open(&(TermSpec){ .in_fd = pipes[0], .out_fd = pipes[1], .term = "xterm" }, &e));
	assert_int_equal(e.kind, ERR_USAGE);
	assert_non_null(strstr(e.text, "seismo once"));
	close(pipes[0]);
	close(pipes[1]);
	pty_close(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(differences_add_up), cmocka_unit_test(ascii_means_ascii), cmocka_unit_test(depths),
		cmocka_unit_test(enter_and_leave), cmocka_unit_test(blocked_line), cmocka_unit_test(dead_line),
		cmocka_unit_test(clipboard), cmocka_unit_test(synchronized_output), cmocka_unit_test(refusals_name_a_remedy),
	};

	return cmocka_run_group_tests_name("term", tests, NULL, NULL);
}
