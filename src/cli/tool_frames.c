#include "cli/tools.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "wire/eventstream.h"
#include "wire/jsonw.h"
#include "wire/text.h"

enum { CHUNK = 64 << 10, LINE_MAX_BYTES = 4 * ES_MAX_FRAME };

/* The scratch space of one run: what came and is not a whole frame yet, one line, base64 text. */
typedef struct Frames {
	Buf in, line, base64;
} Frames;

static int put_base64(Frames *t, JsonW *w, Str bytes, Err *e)
{
	buf_reset(&t->base64);
	if (b64_encode(&t->base64, bytes) < 0)
		return err_set(e, "a message is too large to be shown");
	jw_str(w, buf_str(&t->base64));
	return 0;
}

/* {"type": the number on the wire, "value": ...}: true and false, exact integers, text as text; bytes and UUID in base64. */
static int put_header(Frames *t, JsonW *w, const EsHeader *h, Err *e)
{
	int rc = 0;

	jw_key_str(w, h->name);
	jw_object(w);
	jw_ki64(w, "type", h->type);
	jw_key(w, "value");
	if (h->type == ES_TRUE || h->type == ES_FALSE)
		jw_bool(w, h->type == ES_TRUE);
	else if (h->type == ES_STRING)
		jw_str(w, h->data);
	else if (h->type == ES_BYTES || h->type == ES_UUID)
		rc = put_base64(t, w, h->data, e);
	else
		jw_i64(w, h->num);
	jw_object_end(w);
	return rc;
}

static int print_frame(Frames *t, const EsFrame *f, Err *e)
{
	JsonW w = jw_to(&t->line);
	size_t at = 0;
	EsHeader h;

	buf_reset(&t->line);
	jw_object(&w);
	jw_key(&w, "headers");
	jw_object(&w);
	while (es_header_next(f, &at, &h))
		if (put_header(t, &w, &h, e) < 0)
			return -1;
	jw_object_end(&w);
	jw_key(&w, "payload");
	if (put_base64(t, &w, f->payload, e) < 0)
		return -1;
	jw_object_end(&w);
	(void)buf_putc(&t->line, '\n');
	if (t->line.full)
		return err_set(e, "a message is too large to be shown");
	return fd_write_all(STDOUT_FILENO, t->line.p, t->line.n, e);
}

/* Prints every whole frame that is there. */
static int drain(Frames *t, Err *e)
{
	size_t used = 0;
	EsFrame f;
	long n;

	while ((n = es_decode(str_sub(buf_str(&t->in), used, t->in.n), &f, e)) > 0) {
		if (print_frame(t, &f, e) < 0)
			return -1;
		used += (size_t)n;
	}
	buf_shift(&t->in, used);
	return n < 0 ? -1 : 0;
}

static int run(Frames *t, Err *e)
{
	char chunk[CHUNK];
	ssize_t n;

	while ((n = read(STDIN_FILENO, chunk, sizeof chunk)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(e, "cannot read: %s", strerror(errno));
		if (buf_put(&t->in, chunk, (size_t)n) < 0)
			return err_set(e, "a message is larger than the limit of %d bytes", ES_MAX_FRAME);
		if (drain(t, e) < 0)
			return -1;
	}
	if (t->in.n)
		return err_set(e, "the event stream was cut: it ends inside a message, after %zu of its bytes", t->in.n);
	return 0;
}

/* `seismo tool frames`: one JSON line for each message, written as soon as its last byte came. Header values: true and
 * false for types 0 and 1, numbers for 2 to 5 and 8 (milliseconds), text for 7, base64 for 6, 9 and the payload. */
int tool_frames(int argc, char **argv)
{
	Frames t = { 0 };
	Err e = { 0 };
	int rc;

	if (argc > 1) {
		(void)fprintf(stderr, "seismo tool %s: takes no arguments, it reads an event stream on standard input\n", argv[0]);
		return ERR_USAGE;
	}
	buf_init(&t.in, ES_MAX_FRAME + CHUNK);
	buf_init(&t.line, LINE_MAX_BYTES);
	buf_init(&t.base64, LINE_MAX_BYTES);
	rc = run(&t, &e);
	if (rc < 0)
		(void)fprintf(stderr, "seismo tool %s: %s\n", argv[0], e.text);
	buf_done(&t.in);
	buf_done(&t.line);
	buf_done(&t.base64);
	return rc < 0 ? ERR_FAILED : 0;
}
