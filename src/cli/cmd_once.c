/* `seismo once`: one rendered screen as text, for scripts and for people who only want to look. */
#include <stdio.h>

#include "app/app.h"
#include "base/clock.h"
#include "cli/ask.h"
#include "cli/cli.h"
#include "panes/panes.h"

static int size_of(const char *text, int *w, int *h, Err *e)
{
	Str rest, head = str_cut(str_of(text), 'x', &rest);
	int64_t x, y;

	if (str_i64(head, &x) < 0 || str_i64(rest, &y) < 0 || x < 1 || y < 1 || x > 1000 || y > 500)
		return err_kind(e, ERR_USAGE, "--size takes WIDTHxHEIGHT up to 1000x500, such as 120x40, not %s", text);
	*w = (int)x;
	*h = (int)y;
	return 0;
}

int cmd_once(const Options *o)
{
	AppSpec spec = {
		.session = ask_session(o), .panes = pane_classes, .view = o->view ? o->view : o->command, .filter = o->filter,
		.ascii = o->ascii, .w = 80, .h = 24, .cached = o->cached, .no_color = true,
	};
	uv_loop_t loop;
	Buf out = { 0 };
	Err e = { 0 };
	int rc;

	if (o->size && size_of(o->size, &spec.w, &spec.h, &e) < 0)
		return cli_fail(&e);
	if (o->at && ask_time("--at", o->at, clock_wall_ms(), &spec.fixed_now_ms, &e) < 0)
		return cli_fail(&e);
	(void)uv_loop_init(&loop);
	rc = app_once(&loop, &spec, &out, &e);
	(void)uv_loop_close(&loop);
	(void)fwrite(out.p ? out.p : "", 1, out.n, stdout);
	buf_done(&out);
	return rc < 0 ? cli_fail(&e) : 0;
}
