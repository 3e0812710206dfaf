/* What every text must hold that goes to a terminal: checked by the tests of clean, of the terminal and by fuzzing. */
#ifndef SCREEN_RULES_H
#define SCREEN_RULES_H

#include <utf8proc.h>

#include "base/str.h"

/* NULL when text keeps the rules, else which one is broken. */
static inline const char *screen_rule_broken(Str text, bool newlines)
{
	int marks = 0;

	for (size_t at = 0; at < text.n;) {
		utf8proc_int32_t c;
		utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)text.p + at, (utf8proc_ssize_t)(text.n - at), &c);
		utf8proc_category_t kind;

		if (n <= 0)
			return "valid UTF-8";
		at += (size_t)n;
		kind = utf8proc_category(c);
		if (c < 0x20 && !(newlines && c == '\n'))
			return "no C0";
		if (c >= 0x7F && c <= 0x9F)
			return "no DEL, no C1";
		if (c == 0x061C || c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069))
			return "no bidi control";
		if (c >= 0xE0000 && c <= 0xE0FFF)
			return "no tag, no supplementary variation selector";
		if ((c >= 0x200B && c <= 0x200D) || c == 0x2060 || c == 0xFEFF || c == 0xAD || c == 0x2800)
			return "nothing invisible";
		if (kind == UTF8PROC_CATEGORY_MN || kind == UTF8PROC_CATEGORY_MC || kind == UTF8PROC_CATEGORY_ME)
			marks++;
		else
			marks = 0;
		if (marks > 4)
			return "at most 4 marks a cell";
	}
	return NULL;
}

#endif
