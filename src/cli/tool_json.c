#include "cli/tools.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "wire/json.h"

enum { TOOL_JSON_MAX = 64 << 20 };

/* Takes what was read. Returns -1 once the document is known to be bad. */
static int drain(Json *j, Err *e)
{
	JsonTok t;

	while ((t = json_next(j)) > JSON_MORE && t != JSON_END)
		;
	return t == JSON_ERROR ? json_error(j, e) : 0;
}

static int check_fd(Json *j, int fd, Err *e)
{
	char chunk[1 << 16];
	ssize_t n;

	while ((n = read(fd, chunk, sizeof chunk)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(e, "cannot read: %s", strerror(errno));
		json_feed(j, (Str){ chunk, (size_t)n });
		if (drain(j, e) < 0)
			return -1;
	}
	json_finish(j);
	return drain(j, e);
}

int tool_json(int argc, char **argv)
{
	Json *j;
	Err e = { 0 };
	int rc;

	if (argc > 1) {
		(void)fprintf(stderr, "seismo tool %s: takes no arguments, it reads standard input\n", argv[0]);
		return ERR_USAGE;
	}
	j = json_new(TOOL_JSON_MAX);
	rc = check_fd(j, STDIN_FILENO, &e);
	json_free(j);
	if (rc < 0)
		(void)fprintf(stderr, "seismo tool %s: not valid JSON: %s\n", argv[0], e.text);
	return rc < 0 ? 1 : 0;
}
