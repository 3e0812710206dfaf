/* The parser's short way for plain strings. Only json.c and json_scan.c include this. */
#ifndef WIRE_JSON_FAST_H
#define WIRE_JSON_FAST_H

#include "wire/json_scan.h"

/* The text is known: a member's name or a value. */
static inline JsonTok json_string_token(Json *j, bool is_key)
{
	if (!is_key)
		return json_value_done(j, JSON_STRING);
	j->part = PART_NONE;
	j->want = WANT_COLON;
	return JSON_KEY;
}

/* At the quote at j->p. */
static inline JsonTok json_string_read(Json *j, bool is_key)
{
	const char *after = json_plain_string(j->p, j->end, &j->text);

	if (!after)
		return json_string_begin(j, is_key);
	j->p = after;
	return json_string_token(j, is_key);
}

#endif
