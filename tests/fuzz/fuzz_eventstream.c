/* Any bytes, once as they are and once with the checksums made right so that lengths and headers are reached.
 * Every split gives the same frames; a frame that is accepted encodes to the same bytes again; names are unique. */
#include <stdlib.h>
#include <string.h>

#include "wire/eventstream.h"
#include "wire/text.h"

enum { HEADERS_MAX = 64, VALUE_MAX = 32767 };

static void same_again(Str frame, const EsFrame *f)
{
	EsHeader h[HEADERS_MAX];
	size_t at = 0, count = 0;
	Buf out = { 0 };

	while (count < HEADERS_MAX && es_header_next(f, &at, &h[count])) {
		if (h[count].data.n > VALUE_MAX)
			return;
		for (size_t i = 0; i < count; i++)
			if (str_eq(h[i].name, h[count].name))
				abort();
		count++;
	}
	if (at == f->headers.n && (es_encode(&out, h, count, f->payload, NULL) < 0 || !str_eq(buf_str(&out), frame)))
		abort();
	buf_done(&out);
}

/* Reads bytes[0..seen) of all that will come. Returns the bytes that whole frames used, or -1. */
static long read_frames(Str bytes, size_t seen, bool check)
{
	Str head = str_sub(bytes, 0, seen);
	size_t used = 0;
	EsFrame f;
	long n;

	while ((n = es_decode(str_sub(head, used, head.n), &f, NULL)) > 0) {
		if (check)
			same_again(str_sub(head, used, (size_t)n), &f);
		used += (size_t)n;
	}
	return n < 0 ? -1 : (long)used;
}

static void check(Str bytes, size_t split)
{
	long whole = read_frames(bytes, bytes.n, true), head = read_frames(bytes, split, false);

	/* A fault in the head is a fault of the whole; frames of the head are the first frames of the whole. */
	if (head < 0 ? whole >= 0 : whole >= 0 && head > whole)
		abort();
	if (head >= 0) {
		long rest = read_frames(str_sub(bytes, (size_t)head, bytes.n), bytes.n, false);

		if ((rest < 0) != (whole < 0) || (rest >= 0 && head + rest != whole))
			abort();
	}
}

static void put_u32(char *p, uint32_t v)
{
	for (int i = 3; i >= 0; i--, v >>= 8)
		p[i] = (char)(v & 0xff);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Str bytes = { (const char *)data, size };
	size_t split, header_bytes;
	Buf b = { 0 };

	if (size < 3)
		return 0;
	split = (data[0] | (size_t)data[1] << 8) % (size + 1);
	check(bytes, split);
	header_bytes = data[2] % (size - 2);
	if (buf_put(&b, (char[12]){ 0 }, 12) < 0 || buf_put(&b, data + 3, size - 3) < 0 || buf_put(&b, (char[4]){ 0 }, 4) < 0)
		abort();
	put_u32(b.p, (uint32_t)b.n);
	put_u32(b.p + 4, (uint32_t)header_bytes);
	put_u32(b.p + 8, crc32_of(0, (Str){ b.p, 8 }));
	put_u32(b.p + b.n - 4, crc32_of(0, (Str){ b.p, b.n - 4 }));
	check(buf_str(&b), split);
	buf_done(&b);
	return 0;
}
