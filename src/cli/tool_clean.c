#include "cli/tools.h"

#include <stdio.h>
#include <unistd.h>

#include "base/file.h"
#include "ui/clean.h"

enum { INPUT_MAX = 64 << 20, CLEAN_GROWTH = 6 };

/* `seismo tool clean`: any bytes on stdin, what a multi-line pane would show on stdout. Line ends of the input stay
 * line ends; a tab becomes "→" and blanks; every other control, and all that must not reach a screen, its mark. */
int tool_clean(int argc, char **argv)
{
	Buf in, out;
	Err e;
	int rc = -1;

	(void)argv;
	buf_init(&in, INPUT_MAX);
	buf_init(&out, (size_t)INPUT_MAX * CLEAN_GROWTH);
	if (argc > 1) {
		(void)err_kind(&e, ERR_USAGE, "no arguments are taken: it reads stdin and writes stdout");
		goto out;
	}
	if (fd_read_all(STDIN_FILENO, &in, INPUT_MAX, &e) < 0)
		goto out;
	if (clean_to(&out, buf_str(&in), CLEAN_KEEP_NEWLINES) < 0) {
		(void)err_set(&e, "the cleaned text is larger than %zu bytes", out.max);
		goto out;
	}
	rc = fd_write_all(STDOUT_FILENO, out.p, out.n, &e);
out:
	if (rc < 0)
		(void)fprintf(stderr, "seismo tool clean: %s\n", e.text);
	buf_done(&in);
	buf_done(&out);
	return rc < 0 ? (int)e.kind : 0;
}
