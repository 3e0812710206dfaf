/* Insights queries: whatever compiles must run over lines of any kind, and its rows be whole JSON. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/insights.h"
#include "wire/jsonval.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const char *const texts[] = {
		"{\"n\":3,\"a\":{\"b\":[1,\"x\",null],\"c.d\":true},\"text\":\"caf\xc3\xa9 \\\"q\\\"\",\"big\":1e999,\"flag\":false}",
		"{\"n\":\"4\",\"a\":7,\"n\":5}", "not JSON", "", "{\"broken\":", "[1,2]",
	};
	size_t from, to, rows;
	Buf out = { 0 };
	Arena arena = { 0 };
	JsonVal parsed;
	Err e;
	Insights *q = insights_new((Str){ (const char *)data, n }, 3, &from, &to, &e);

	if (!q) {
		assert(from <= to && to <= n && e.text[0]);
		return 0;
	}
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		FleetLine line = { .t_ms = 1700000000000 + (int64_t)i * 61000, .in_ms = 1700000000001, .id = "1", .stream = "s", .text = str_of(texts[i]) };
		if (insights_feed(q, &line, STR("000000000000:/g"), &e) < 0)
			break;
		rows = insights_rows(q);
		assert(rows <= 100000);
		for (size_t k = 0; k < rows; k++) {
			JsonW w = jw_to(&out);
			insights_put_row(q, k, &w);
			assert(jv_parse(&arena, buf_str(&out), 1 << 20, &parsed, NULL) == 0);
			buf_reset(&out);
		}
	}
	insights_free(q);
	buf_done(&out);
	arena_done(&arena);
	return 0;
}
