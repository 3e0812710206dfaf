/* Any bytes in any reads: the keys do not depend on where reads end, and there are never more of them than bytes. */
#include <stdlib.h>
#include <string.h>

#include "ui/term.h"

static void check(bool ok)
{
	if (!ok)
		abort();
}

static size_t drain(Keys *k, bool flush, Buf *out)
{
	Key key;
	size_t n = 0;
	char name[24];

	for (; keys_next(k, flush, &key); n++) {
		check(key.kind != KEY_NONE);
		check(key.kind != KEY_CHAR || (key.ch >= 0x20 && key.ch < 0x110000 && (key.ch < 0x7F || key.ch >= 0xA0)));
		key_format(key, name);
		check(strlen(name) < sizeof name);
		(void)buf_puts(out, name);
		(void)buf_putc(out, '\n');
		(void)buf_put_str(out, key.paste);
	}
	return n;
}

static void run(Str bytes, size_t piece, Buf *out)
{
	Keys *k = keys_new();
	size_t count = 0;

	for (size_t at = 0; at < bytes.n; at += piece) {
		keys_feed(k, str_sub(bytes, at, piece));
		count += drain(k, false, out);
	}
	/* A second of flushes at most ends whatever waits. */
	for (int i = 0; i < 50; i++)
		count += drain(k, true, out);
	check(count <= bytes.n);
	check(!keys_pending(k));
	keys_free(k);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	Buf whole = { 0 }, cut = { 0 };
	size_t piece = n ? 1 + data[0] % 7 : 1;
	Str bytes = { (const char *)data, n };

	run(bytes, n + 1, &whole);
	run(bytes, piece, &cut);
	check(str_eq(buf_str(&whole), buf_str(&cut)));
	buf_done(&whole);
	buf_done(&cut);
	return 0;
}
