/* Any bytes: every guard ends, says places that are within the text, leaves valid UTF-8, and what was masked once has nothing left
 * to mask of the kinds that it counted. The first byte chooses the size of the pieces of a stream. */
#include <stdlib.h>

#include "base/utf8.h"
#include "conf/embed.h"
#include "model/inject.h"
#include "model/mask.h"
#include "model/output_check.h"

enum { CAP = 1 << 14 };

static void check(bool ok)
{
	if (!ok)
		abort();
}

static void check_utf8(Str s)
{
	uint32_t cp;
	int n;

	for (size_t at = 0; at < s.n; at += (size_t)n)
		check((n = utf8_next(s, at, &cp)) > 0);
}

static void check_flags(const Flag *f, size_t n, Str text)
{
	for (size_t i = 0; i < n; i++) {
		size_t chars = 0;

		check(f[i].from <= text.n && f[i].to <= text.n + 1);
		for (const char *c = f[i].sample; *c; c++)
			chars += ((unsigned char)*c & 0xC0) != 0x80;
		check(chars <= FLAG_SAMPLE);
	}
}

static void check_input(Inject *x, Str text)
{
	static Flag f[64];
	InjectResult r;
	const InjectText *t;

	inject_scan(x, text, INJECT_LENGTH, &r);
	check(r.score >= 0 && r.score <= 1 && r.scanned <= text.n);
	t = inject_readings(x);
	for (int i = 0; i < t->views; i++) {
		check_utf8(t->view[i].text);
		check(t->view[i].from <= t->view[i].to && t->view[i].to <= text.n && t->view[i].depth <= INJECT_DEPTH);
	}
	for (int i = 0; i < r.hits; i++)
		check(r.hit[i].from <= text.n && r.hit[i].to <= text.n + 1 && r.hit[i].view < t->views);
	check_flags(f, inject_flags(x, &r, text, 0, f, 64), text);
}

static void check_stream(const Inject *x, Str text, size_t piece)
{
	InjectStream whole = { 0 }, parts = { 0 };

	(void)inject_stream(x, &whole, text);
	for (size_t at = 0; at < text.n; at += piece)
		(void)inject_stream(x, &parts, str_sub(text, at, piece));
	check(whole.rules == parts.rules);
}

static void check_mask(Str text)
{
	MaskBook *b = mask_book_new();
	Buf out = { 0 };
	size_t count[MASK_KINDS] = { 0 };
	MaskHit h;
	size_t at = 0;

	while (mask_find(text, at, &h)) {
		check(h.from >= at && h.n > 0 && h.from + h.n <= text.n);
		at = h.from + h.n;
	}
	check(mask_put(b, text, &out, count) == 0);
	buf_done(&out);
	mask_book_free(b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static Inject *x;
	static InjectText *room;
	static Leak *leak;
	static OutputResult r;
	Err e = { 0 };
	Str text = { (const char *)data + (n > 0), n - (n > 0) };

	if (!x) {
		x = inject_new(embed_get("src/model/inject.weights"), CAP, &e);
		room = inject_text_new(CAP);
		leak = leak_new(STR("You are the assistant of a shop. Never promise a date. Refunds go to a supervisor."), STR("zq81-77ab-x"));
		check(x != NULL);
	}
	check_input(x, text);
	check_stream(x, text, 1 + (n ? data[0] % 16 : 0));
	check_mask(text);
	output_check(room, leak, text, 0, &r);
	check_flags(r.flag, (size_t)r.flags, text);
	check(r.leak.share >= 0 && r.leak.share <= 1 && r.leak.from <= text.n);
	return 0;
}
