/* `seismo tool tokens`: about how many tokens the text on stdin is, before anybody is asked. */
#include "cli/tools.h"

#include <stdio.h>
#include <unistd.h>

#include "base/file.h"
#include "chat/guess.h"
#include "wire/jsonw.h"

enum { TEXT_MAX = 64 << 20 };

/* Two digits: more would be claimed than is known. */
static int64_t rounded(int64_t n)
{
	int64_t unit = 1;

	while (n / unit >= 100)
		unit *= 10;
	return (n + unit / 2) / unit * unit;
}

static void put(int64_t bytes)
{
	int within;
	const int64_t n = guess_tokens(bytes, &within);
	Buf out = { 0 };
	JsonW w = jw_to(&out);

	jw_object(&w);
	jw_ki64(&w, "bytes", bytes);
	jw_ki64(&w, "tokens", rounded(n));
	jw_ki64(&w, "from", rounded(n - n * within / 100));
	jw_ki64(&w, "to", rounded(n + n * within / 100));
	jw_kbool(&w, "estimate", true);
	jw_object_end(&w);
	printf("%s\n", buf_cstr(&out));
	buf_done(&out);
}

int tool_tokens(int argc, char **argv)
{
	Buf text = { 0 };
	Err e = { 0 };
	int rc;

	if (argc > 1) {
		(void)fprintf(stderr, "seismo tool %s: takes no arguments, it reads standard input\n", argv[0]);
		return ERR_USAGE;
	}
	rc = fd_read_all(STDIN_FILENO, &text, TEXT_MAX, &e);
	if (rc < 0)
		(void)fprintf(stderr, "seismo tool %s: %s\n", argv[0], e.text);
	else
		put((int64_t)text.n);
	buf_done(&text);
	return rc < 0 ? 1 : 0;
}
