/* Rows of a JSON-lines corpus: text members, and bytes in base64. For unit tests only. */
#ifndef UNIT_CORPUS_H
#define UNIT_CORPUS_H

#include <cjson/cJSON.h>

#include "base/buf.h"
#include "base/file.h"

static inline void base64_put(Buf *out, const char *text)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	unsigned bits = 0, have = 0;

	for (; *text && *text != '='; text++) {
		const char *at = strchr(digits, *text);

		assert_non_null(at);
		bits = bits << 6 | (unsigned)(at - digits);
		have += 6;
		if (have >= 8) {
			have -= 8;
			assert_int_equal(buf_putc(out, (char)(bits >> have & 0xFF)), 0);
		}
	}
}

/* An absent member is empty text. */
static inline const char *row_text(const cJSON *row, const char *member)
{
	const cJSON *v = cJSON_GetObjectItemCaseSensitive(row, member);

	return cJSON_IsString(v) ? v->valuestring : "";
}

/* Calls f with every row and its decoded bytes_b64. Returns the number of rows. */
static inline size_t corpus_each(const char *path, void (*f)(const cJSON *row, Str bytes))
{
	Buf text = { 0 }, bytes = { 0 };
	Err e = { 0 };
	size_t rows = 0;
	Str rest;

	assert_int_equal(file_read(path, &text, 64 << 20, &e), 0);
	rest = buf_str(&text);
	while (rest.n) {
		Str line = str_cut(rest, '\n', &rest);
		cJSON *row = cJSON_ParseWithLength(line.p, line.n);

		assert_non_null(row);
		buf_reset(&bytes);
		base64_put(&bytes, row_text(row, "bytes_b64"));
		f(row, (Str){ bytes.n ? bytes.p : "", bytes.n });
		cJSON_Delete(row);
		rows++;
	}
	buf_done(&text);
	buf_done(&bytes);
	return rows;
}

#endif
