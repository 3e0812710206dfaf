/* Any bytes: ini_parse answers in bounds; every section can be found again by its name, no value holds a control character,
 * and the reading does not depend on how the lines end. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "conf/profile.h"

static size_t sections(const IniFile *f)
{
	size_t n = 0;
	char kind[300];

	for (const IniSection *s = f->section; s; s = ini_next(s), n++) {
		Str region = ini_get(s, "region");

		if (!ini_name(s).n || memchr(region.p, 0x1B, region.n))
			abort();
		if (ini_kind(s).n >= sizeof kind)
			continue;
		memcpy(kind, ini_kind(s).p, ini_kind(s).n);
		kind[ini_kind(s).n] = 0;
		if (kind[0] ? ini_section(f, kind, ini_name(s)) != s : !ini_section(f, "", ini_name(s)))
			abort();
	}
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Arena a = { 0 };
	Err e = { 0 };
	IniFile one = { 0 }, two = { 0 };
	Buf crlf = { 0 };

	if (ini_parse(&a, "f", (Str){ (const char *)data, size }, &one, &e) < 0) {
		if (strncmp(e.text, "f:", 2) != 0 || e.kind != ERR_USAGE)
			abort();
	} else if (!memchr(data, '\r', size)) {
		for (size_t i = 0; i < size; i++)
			if (buf_puts(&crlf, data[i] == '\n' ? "\r" : "") < 0 || buf_putc(&crlf, (char)data[i]) < 0)
				abort();
		if (crlf.n < 1 << 20 && (ini_parse(&a, "f", buf_str(&crlf), &two, &e) < 0 || sections(&one) != sections(&two)))
			abort();
		(void)profile_check(&one, &one, STR("default"), &e);
	}
	buf_done(&crlf);
	arena_done(&a);
	return 0;
}
