#include "wire/json.h"

#include <assert.h>
#include <stdlib.h>

#include "base/xalloc.h"
#include "wire/json_fast.h"

JsonTok json_fail(Json *j, const char *p, const char *what)
{
	j->error = what;
	j->error_line = j->line;
	j->error_column = j->chunk_offset + (size_t)(p - j->chunk) - j->line_offset + 1;
	j->p = j->end = p;
	return JSON_ERROR;
}

JsonTok json_out_of_bytes(Json *j)
{
	if (j->over_cap)
		return json_fail(j, j->end, "the document is larger than allowed");
	if (!j->finished)
		return JSON_MORE;
	if (j->want == WANT_NOTHING && j->part == PART_NONE)
		return JSON_END;
	return json_fail(j, j->end, "the document ends too early");
}

static bool in_object(const Json *j)
{
	return j->objects >> (j->depth - 1) & 1;
}

static JsonTok literal_go(Json *j)
{
	for (; *j->literal; j->literal++, j->p++) {
		if (j->p == j->end)
			return json_out_of_bytes(j);
		if (*j->p != *j->literal)
			return json_fail(j, j->p, "a value is expected here");
	}
	return json_value_done(j, j->literal_tok);
}

static JsonTok literal_begin(Json *j, const char *word, JsonTok tok)
{
	j->part = PART_LITERAL;
	j->literal = word;
	j->literal_tok = tok;
	return literal_go(j);
}

static JsonTok container_begin(Json *j, bool object)
{
	if (j->depth == JSON_DEPTH_MAX)
		return json_fail(j, j->p, "nested deeper than 64 levels");
	j->p++;
	j->objects &= ~(UINT64_C(1) << j->depth);
	j->objects |= (uint64_t)object << j->depth;
	j->depth++;
	j->want = object ? WANT_KEY_OR_END : WANT_ITEM_OR_END;
	return object ? JSON_OBJECT : JSON_ARRAY;
}

static JsonTok container_end(Json *j)
{
	JsonTok tok = in_object(j) ? JSON_OBJECT_END : JSON_ARRAY_END;

	j->p++;
	j->depth--;
	return json_value_done(j, tok);
}

static JsonTok value_begin(Json *j, char c)
{
	if (c == '-' || (c >= '0' && c <= '9'))
		return json_number_begin(j, c);
	switch (c) {
	case '"':
		return json_string_read(j, false);
	case '{':
		return container_begin(j, true);
	case '[':
		return container_begin(j, false);
	case 't':
		return literal_begin(j, "true", JSON_TRUE);
	case 'f':
		return literal_begin(j, "false", JSON_FALSE);
	case 'n':
		return literal_begin(j, "null", JSON_NULL);
	default:
		if (c == '\xEF' && j->chunk_offset + (size_t)(j->p - j->chunk) == 0)
			return json_fail(j, j->p, "a byte order mark must not stand before the document");
		return json_fail(j, j->p, "a value is expected here");
	}
}

static const char *skip_space(Json *j, const char *p)
{
	for (; p < j->end; p++) {
		if (*p == '\n') {
			j->line++;
			j->line_offset = j->chunk_offset + (size_t)(p - j->chunk) + 1;
		} else if (*p != ' ' && *p != '\t' && *p != '\r') {
			break;
		}
	}
	return p;
}

static JsonTok resume(Json *j)
{
	switch ((Part)j->part) {
	case PART_STRING:
		return json_string_go(j);
	case PART_NUMBER:
		return json_number_go(j, j->p);
	case PART_LITERAL:
	case PART_NONE:
		break;
	}
	return literal_go(j);
}

Json *json_new(size_t max_bytes)
{
	Json *j = xcalloc(1, sizeof *j);

	j->max_bytes = max_bytes;
	buf_init(&j->spill, max_bytes + 16);
	json_reset(j);
	return j;
}

void json_free(Json *j)
{
	if (!j)
		return;
	buf_done(&j->spill);
	free(j);
}

void json_reset(Json *j)
{
	Buf keep = j->spill;

	*j = (Json){ .max_bytes = j->max_bytes, .spill = keep, .line = 1, .p = "", .text = STR("") };
	j->end = j->chunk = j->p;
	buf_reset(&j->spill);
}

void json_feed(Json *j, Str chunk)
{
	size_t left;

	if (j->error || j->over_cap)
		return;
	assert(j->p == j->end && !j->finished);
	j->chunk_offset += (size_t)(j->end - j->chunk);
	left = j->max_bytes - j->chunk_offset;
	/* What lies below the cap is still read, so that the tokens do not depend on how the document was cut. */
	j->over_cap = chunk.n > left;
	j->chunk = j->p = chunk.n ? chunk.p : "";
	j->end = j->p + (j->over_cap ? left : chunk.n);
}

void json_finish(Json *j)
{
	j->finished = true;
}

/* The token that begins with c at j->p; commas and colons are behind us. */
static JsonTok token_begin(Json *j, Want want, char c)
{
	switch (want) {
	case WANT_VALUE:
		return value_begin(j, c);
	case WANT_ITEM_OR_END:
		return c == ']' ? container_end(j) : value_begin(j, c);
	case WANT_KEY_OR_END:
	case WANT_KEY:
		if (c == '}' && want == WANT_KEY_OR_END)
			return container_end(j);
		return c == '"' ? json_string_read(j, true) : json_fail(j, j->p, "a member name in double quotes is expected here");
	case WANT_COLON:
		return json_fail(j, j->p, "a colon is expected here");
	case WANT_COMMA_OR_END:
		if (c == (in_object(j) ? '}' : ']'))
			return container_end(j);
		return json_fail(j, j->p, "a comma or the closing bracket is expected here");
	case WANT_NOTHING:
		break;
	}
	return json_fail(j, j->p, "something follows the end of the document");
}

JsonTok json_next(Json *j)
{
	const char *p = j->p, *end = j->end;
	Want want = (Want)j->want;

	if (j->error)
		return JSON_ERROR;
	if (j->part != PART_NONE)
		return resume(j);
	for (;; p++) {
		if (p == end || (unsigned char)*p <= ' ')
			p = skip_space(j, p);
		if (p == end)
			break;
		if (want == WANT_COMMA_OR_END && *p == ',')
			want = in_object(j) ? WANT_KEY : WANT_VALUE;
		else if (want == WANT_COLON && *p == ':')
			want = WANT_VALUE;
		else
			break;
		j->want = (uint8_t)want;
	}
	j->p = p;
	return p == end ? json_out_of_bytes(j) : token_begin(j, want, *p);
}

Str json_text(const Json *j)
{
	return j->text;
}

int json_i64(const Json *j, int64_t *out)
{
	return json_decimal_i64(&j->decimal, out) == 0 ? 0 : json_text_i64(j->text, out);
}

int json_num(const Json *j, double *out)
{
	return json_decimal_num(&j->decimal, out) == 0 ? 0 : json_text_num(j->text, out);
}

JsonTok json_skip(Json *j)
{
	JsonTok t;

	if (!j->skipping)
		j->skip_depth = j->depth;
	j->skipping = true;
	do {
		t = json_next(j);
		if (t == JSON_MORE)
			return t;
	} while (t != JSON_ERROR && t != JSON_END && (t == JSON_KEY || j->depth > j->skip_depth));
	j->skipping = false;
	return t;
}

int json_error(const Json *j, Err *e)
{
	if (!j->error)
		return err_set(e, "no error in the JSON document");
	return err_set(e, "line %zu, column %zu: %s", j->error_line, j->error_column, j->error);
}

int json_check(Str text, size_t max_bytes, Err *e)
{
	Json *j = json_new(max_bytes);
	JsonTok t;
	int rc = 0;

	json_feed(j, text);
	json_finish(j);
	do
		t = json_next(j);
	while (t != JSON_ERROR && t != JSON_END);
	if (t == JSON_ERROR)
		rc = json_error(j, e);
	json_free(j);
	return rc;
}
