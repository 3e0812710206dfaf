/* Any bytes as two latency sketches (the first byte says where the second begins): what is taken means just what it says, so
 * written again it is the same bytes; merging the bytes is merging the sketches, in either order. */
#include <stdlib.h>

#include "model/sketch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void need(bool holds)
{
	if (!holds)
		abort();
}

static bool read_and_write(Str blob, Sketch *s)
{
	Buf again = { 0 };
	Err e = { 0 };

	if (sketch_read(s, blob, &e) < 0) {
		need(e.text[0] != 0);
		return false;
	}
	need(sketch_write(s, &again, &e) == 0 && str_eq(buf_str(&again), blob));
	need(sketch_count(s) >= 0 && (sketch_quantile(s, 950) >= 0) == (sketch_count(s) > 0));
	need(sketch_quantile(s, 0) <= sketch_quantile(s, 500) && sketch_quantile(s, 500) <= sketch_quantile(s, 1000));
	buf_done(&again);
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Str all = { (const char *)data, size };
	size_t cut = size ? data[0] : 0;
	Str a = str_sub(all, 1, cut), b = str_sub(all, 1 + cut, size);
	Sketch x = { 0 }, y = { 0 };
	Buf ab = { 0 }, ba = { 0 }, merged = { 0 };
	bool good = read_and_write(a, &x) & read_and_write(b, &y);

	need((sketch_merge_blobs(a, b, &ab, NULL) == 0) == good && (sketch_merge_blobs(b, a, &ba, NULL) == 0) == good);
	if (good) {
		sketch_merge(&x, &y);
		need(sketch_write(&x, &merged, NULL) == 0);
		need(str_eq(buf_str(&ab), buf_str(&merged)) && str_eq(buf_str(&ba), buf_str(&merged)));
	}
	sketch_done(&x);
	sketch_done(&y);
	buf_done(&ab);
	buf_done(&ba);
	buf_done(&merged);
	return 0;
}
