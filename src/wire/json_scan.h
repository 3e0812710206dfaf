/* Inside of the pull parser: its state, and the two kinds of token that a chunk's end may cut anywhere. Only json.c and
 * json_scan.c include this. */
#ifndef WIRE_JSON_SCAN_H
#define WIRE_JSON_SCAN_H

#include <string.h>

#include "wire/json.h"
#include "wire/json_plain.h"

/* What may stand at the next byte that is not white space. */
typedef enum Want {
	WANT_VALUE, WANT_ITEM_OR_END, WANT_KEY, WANT_KEY_OR_END, WANT_COLON, WANT_COMMA_OR_END, WANT_NOTHING,
} Want;

/* The token that the end of a chunk has cut in two. */
typedef enum Part { PART_NONE, PART_STRING, PART_NUMBER, PART_LITERAL } Part;

struct Json {
	const char *p, *end, *chunk;   /* unread bytes; where this chunk began */
	size_t   chunk_offset;         /* of `chunk` in the document */
	size_t   max_bytes;
	size_t   line, line_offset;    /* current line and the offset of its first byte */
	uint64_t objects;              /* bit d: the container at depth d is an object */
	int      depth, skip_depth;
	uint8_t  want, part, num;
	bool     finished, over_cap, is_key, skipping;
	bool     spilled;              /* the token's text is in `spill`, not in the chunk */
	uint8_t  escape;               /* 0: none, 1: after the backslash, 2..5: hex digits of \u that are missing, plus 1 */
	uint8_t  utf8_left, utf8_lo, utf8_hi;   /* continuation bytes that are missing and the range of the next one */
	unsigned unit, high;           /* \u being read; a high surrogate that waits for its other half */
	const char *literal;           /* rest of true, false or null */
	JsonTok  literal_tok;
	Str      text;
	JsonDecimal decimal;           /* of a NUMBER that was plain; digits 0: read its text */
	Buf      spill;
	const char *error;
	size_t   error_line, error_column;
};

/* json.c */
JsonTok json_fail(Json *j, const char *p, const char *what);   /* what: a literal */
JsonTok json_out_of_bytes(Json *j);

/* A value is complete: what may follow depends on what it stands in. */
static inline JsonTok json_value_done(Json *j, JsonTok tok)
{
	j->part = PART_NONE;
	j->want = j->depth ? WANT_COMMA_OR_END : WANT_NOTHING;
	return tok;
}

/* json_scan.c: begin at j->p, or read on there after JSON_MORE. */
JsonTok json_string_begin(Json *j, bool is_key);
JsonTok json_string_go(Json *j);
JsonTok json_number_begin(Json *j, char first);
JsonTok json_number_go(Json *j, const char *run);

#endif
