#include "wire/sse.h"

void sse_init(Sse *s, size_t max_bytes)
{
	*s = (Sse){ .max_bytes = max_bytes };
	/* A line is a field's name, a colon and a blank longer than what it adds to the event. */
	buf_init(&s->line, max_bytes + 64);
	buf_init(&s->type, max_bytes);
	buf_init(&s->data, max_bytes + 1);
}

void sse_done(Sse *s)
{
	buf_done(&s->line);
	buf_done(&s->type);
	buf_done(&s->data);
}

static int too_big(const Sse *s, Err *e)
{
	return err_set(e, "an event of the stream is larger than %zu bytes", s->max_bytes);
}

static int dispatch(Sse *s, SseEvent on_event, void *arg)
{
	Str data = buf_str(&s->data);
	int rc = 0;

	if (s->has_data)      /* without the line end that each data line brings */
		rc = on_event(arg, s->type.n ? buf_str(&s->type) : STR("message"), str_sub(data, 0, data.n - 1));
	buf_reset(&s->type);
	buf_reset(&s->data);
	s->has_data = false;
	return rc;
}

static int take_line(Sse *s, SseEvent on_event, void *arg, Err *e)
{
	Str value, line = buf_str(&s->line), name;

	if (!s->begun && str_starts(line, STR("\xef\xbb\xbf")))
		line = str_sub(line, 3, line.n);
	s->begun = true;
	if (!line.n)
		return dispatch(s, on_event, arg);
	name = str_cut(line, ':', &value);
	if (value.n && value.p[0] == ' ')
		value = str_sub(value, 1, value.n);
	if (str_is(name, "data")) {
		s->has_data = true;
		if (buf_put_str(&s->data, value) < 0 || buf_putc(&s->data, '\n') < 0)
			return too_big(s, e);
	} else if (str_is(name, "event")) {
		buf_reset(&s->type);
		if (buf_put_str(&s->type, value) < 0)
			return too_big(s, e);
	}
	/* id and retry are for readers that take a stream up again; a name that begins with a colon is a comment. */
	return 0;
}

int sse_feed(Sse *s, Str piece, SseEvent on_event, void *arg, Err *e)
{
	size_t from = 0;
	int rc;

	if (e)
		e->text[0] = '\0';
	for (size_t i = 0; i < piece.n; i++) {
		char c = piece.p[i];

		if (s->after_cr && c == '\n') {      /* the second half of one line end */
			s->after_cr = false;
			from = i + 1;
			continue;
		}
		s->after_cr = c == '\r';
		if (c != '\r' && c != '\n')
			continue;
		if (buf_put_str(&s->line, str_sub(piece, from, i - from)) < 0)
			return too_big(s, e);
		from = i + 1;
		rc = take_line(s, on_event, arg, e);
		buf_reset(&s->line);
		if (rc < 0)
			return -1;
	}
	return buf_put_str(&s->line, str_sub(piece, from, piece.n)) < 0 ? too_big(s, e) : 0;
}
