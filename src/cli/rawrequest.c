#include "cli/rawrequest.h"

#include <string.h>

static Str take_line(Str *text)
{
	Str line = str_cut(*text, '\n', text);

	if (line.n && line.p[line.n - 1] == '\r')
		line.n--;
	return line;
}

static int parse_first_line(Str line, SigRequest *out, Err *e)
{
	Str target;
	size_t end = line.n;

	out->method = str_cut(line, ' ', &target);
	while (end && line.p[end - 1] != ' ')
		end--;
	if (!str_starts(str_sub(line, end, line.n), STR("HTTP/")) || end < out->method.n + 2)
		return err_set(e, "the first line must read METHOD target HTTP/1.1");
	target.n = end - 1 - out->method.n - 1;
	out->path = str_cut(target, '?', &out->query);
	return 0;
}

int rawrequest_parse(Arena *a, Str text, SigRequest *out, Err *e)
{
	SigHeader *headers;
	size_t lines = 1, count = 0;

	for (size_t i = 0; i < text.n; i++)
		lines += text.p[i] == '\n';
	headers = ARENA_ARRAY(a, SigHeader, lines);
	if (parse_first_line(take_line(&text), out, e) < 0)
		return -1;
	while (text.n) {
		Str line = take_line(&text), value;

		if (!line.n)
			break;
		if (line.p[0] == ' ' || line.p[0] == '\t') {
			if (!count)
				return err_set(e, "a header cannot start with white space");
			value = str_trim(line);
			headers[count - 1].value = arena_printf(a, "%.*s %.*s", STR_ARG(headers[count - 1].value), STR_ARG(value));
			continue;
		}
		if (!memchr(line.p, ':', line.n))
			return err_set(e, "header line %zu has no colon", count + 1);
		headers[count].name = str_cut(line, ':', &value);
		headers[count++].value = value;
	}
	out->headers = headers;
	out->header_count = count;
	out->body = text;
	return 0;
}
