#include "conf/source.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* As much of a line as a message shows. */
enum { SHOWN_BYTES = 160 };
#define NOTHING_HIDDEN SIZE_MAX

Str source_without_bom(Str text)
{
	return str_starts(text, STR("\xEF\xBB\xBF")) ? str_sub(text, 3, text.n) : text;
}

size_t source_utf8(Str s, uint32_t *code)
{
	static const struct { unsigned char mask, lead; uint32_t least; } form[] = {
		{ 0x80, 0x00, 0 }, { 0xE0, 0xC0, 0x80 }, { 0xF0, 0xE0, 0x800 }, { 0xF8, 0xF0, 0x10000 },
	};
	unsigned char first = (unsigned char)s.p[0];

	for (size_t k = 0; k < sizeof form / sizeof *form; k++) {
		uint32_t c = first & (unsigned char)~form[k].mask;

		if ((first & form[k].mask) != form[k].lead)
			continue;
		if (s.n <= k)
			return 0;
		for (size_t i = 1; i <= k; i++) {
			if (((unsigned char)s.p[i] & 0xC0) != 0x80)
				return 0;
			c = c << 6 | ((unsigned char)s.p[i] & 0x3F);
		}
		if (c < form[k].least || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
			return 0;
		*code = c;
		return k + 1;
	}
	return 0;
}

bool source_is_control(uint32_t code)
{
	return (code < 0x20 && code != '\t' && code != '\n') || (code >= 0x7F && code <= 0x9F);
}

/* Characters that reorder or hide text: harmless as a value, but not in a message. */
static bool is_invisible(uint32_t c)
{
	return c == 0x061C || (c >= 0x200B && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) ||
	       (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF || (c >= 0xE0000 && c <= 0xE0FFF);
}

static bool has_nocase(Str s, Str needle)
{
	for (size_t i = 0; i + needle.n <= s.n; i++)
		if (str_eq_nocase(str_sub(s, i, needle.n), needle))
			return true;
	return false;
}

bool source_key_is_secret(Str key)
{
	static const Str anywhere[] = {
		{ "secret", 6 }, { "passw", 5 }, { "credential", 10 }, { "webhook", 7 }, { "bearer", 6 },
	};
	/* At the end only: max_tokens is a number that may be shown. */
	static const Str at_end[] = { { "token", 5 }, { "key", 3 }, { "key_id", 6 }, { "pwd", 3 }, { "passphrase", 10 } };

	for (size_t i = 0; i < sizeof anywhere / sizeof *anywhere; i++)
		if (has_nocase(key, anywhere[i]))
			return true;
	for (size_t i = 0; i < sizeof at_end / sizeof *at_end; i++)
		if (key.n >= at_end[i].n && str_eq_nocase(str_sub(key, key.n - at_end[i].n, at_end[i].n), at_end[i]))
			return true;
	return false;
}

/* Whether a run of letters and digits looks generated: an access key, a token in a URL. */
static bool looks_generated(Str run)
{
	bool upper = false, lower = false, digit = false;

	for (size_t i = 0; i < run.n; i++) {
		upper |= isupper((unsigned char)run.p[i]) != 0;
		lower |= islower((unsigned char)run.p[i]) != 0;
		digit |= isdigit((unsigned char)run.p[i]) != 0;
	}
	return (run.n >= 20 && digit && upper) || (run.n >= 32 && digit && lower) || str_starts(run, STR("xox"));
}

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '-' || c == '+' || c == '=' || c == '/';
}

/* From which byte on a line is not shown: behind the colon (or equals sign) of a secret's key, at a generated-looking
 * word, behind the host of a webhook, behind the scheme of a URL with a password. NOTHING_HIDDEN: all may be shown. */
static size_t secret_from(Str line)
{
	const char *last_at = line.n ? memrchr(line.p, '@', line.n) : NULL;

	for (size_t i = 0, start = 0; i <= line.n; i++) {
		Str run = str_sub(line, start, i - start), rest = str_sub(line, i, line.n);
		size_t colon = i;

		if (i < line.n && is_word(line.p[i]))
			continue;
		if (looks_generated(run))
			return start;
		while (run.n && colon < line.n && strchr(" \t\"'", line.p[colon]))
			colon++;
		if (run.n && colon < line.n && line.p[colon] == ':' && source_key_is_secret(run))
			return colon + 1;
		if (has_nocase(run, STR("hooks")) || has_nocase(run, STR("webhook")))
			return i;
		if (str_starts(rest, STR("://")) && last_at && last_at > rest.p)
			return i + 3;
		start = i + 1;
	}
	return NOTHING_HIDDEN;
}

/* Lines end where YAML 1.1 ends them, so that numbers agree with the parser's. Returns the length of the break at i. */
static size_t break_at(Str text, size_t i)
{
	Str rest;

	if (text.p[i] == '\n')
		return 1;
	if (text.p[i] == '\r')
		return i + 1 < text.n && text.p[i + 1] == '\n' ? 2 : 1;
	if (text.p[i] != '\xE2')
		return 0;
	rest = str_sub(text, i, 3);
	return str_eq(rest, STR("\xE2\x80\xA8")) || str_eq(rest, STR("\xE2\x80\xA9")) ? 3 : 0;
}

static size_t blanks(Str line)
{
	size_t n = 0;

	while (n < line.n && line.p[n] == ' ')
		n++;
	return n;
}

/* Whether the line belongs to a key that stands above it with this indent: deeper, or an entry of its list. */
static bool continues(Str line, size_t indent)
{
	return blanks(line) > indent || (blanks(line) == indent && str_starts(str_trim(line), STR("-")));
}

/* The line, and whether it continues the value of a secret's key. */
static Str line_of(Str text, int number, bool *in_secret)
{
	size_t start = 0, secret_indent = 0;
	bool below_secret = false;
	Str line = { text.p, 0 };

	*in_secret = false;
	for (int n = 1; n <= number; n++) {
		size_t end = start, step = 0;

		while (end < text.n && !(step = break_at(text, end)))
			end++;
		line = str_sub(text, start, end - start);
		if (str_trim(line).n && !continues(line, secret_indent))
			below_secret = false;
		*in_secret = below_secret && str_trim(line).n;
		if (!below_secret && secret_from(line) != NOTHING_HIDDEN) {
			below_secret = true;
			secret_indent = blanks(line);
		}
		start = end + step;
	}
	return line;
}

/* Copies text into out up to where it is to be hidden, with a visible mark for whatever a terminal would act on. */
static void show(Str text, size_t hidden_from, char *out, size_t cap)
{
	size_t shown = hidden_from < text.n ? hidden_from : text.n, n = 0, i = 0;
	bool cut = shown > SHOWN_BYTES;

	if (cut)
		shown = SHOWN_BYTES;
	while (i < shown && n + 16 < cap) {
		uint32_t c = 0;
		size_t step = source_utf8(str_sub(text, i, 4), &c);

		if (step == 0)
			n += (size_t)snprintf(out + n, cap - n, "<%02X>", (unsigned)(unsigned char)text.p[i]);
		else if (source_is_control(c) || is_invisible(c))
			n += (size_t)snprintf(out + n, cap - n, "<U+%04X>", (unsigned)c);
		else
			n += (size_t)snprintf(out + n, cap - n, "%.*s", (int)step, text.p + i);
		i += step ? step : 1;
	}
	(void)snprintf(out + n, cap - n, "%s", cut ? " ..." : shown < text.n ? " ***" : "");
}

const char *source_show(Str text, char *out, size_t cap)
{
	show(text, secret_from(text), out, cap);
	return out;
}

int source_error_bare(const Source *s, int line, int column, Err *e, const char *what)
{
	return err_kind(e, ERR_USAGE, "%s:%d:%d: %s", s->file, line, column, what);
}

int source_error(const Source *s, int line, int column, Err *e, const char *what)
{
	char shown[2 * SHOWN_BYTES] = "";
	bool in_secret = false;
	Str text = str_trim(line_of(s->text, line, &in_secret));

	show(text, in_secret ? 0 : secret_from(text), shown, sizeof shown);
	if (!shown[0])
		return source_error_bare(s, line, column, e, what);
	return err_kind(e, ERR_USAGE, "%s:%d:%d: %s\n    %s", s->file, line, column, what, shown);
}

int source_check(const Source *s, Err *e)
{
	Str t = s->text;
	int line = 1, column = 1;
	char what[160];

	if (str_starts(t, STR("\xFF\xFE")) || str_starts(t, STR("\xFE\xFF")))
		return source_error_bare(s, 1, 1, e, "the file is UTF-16 or UTF-32; save it as UTF-8");
	for (size_t i = 0; i < t.n;) {
		uint32_t c = 0;
		size_t step, end;

		/* Nearly all of it is this; the built-in views and the theme are looked through before the first paint. */
		if (t.p[i] >= ' ' && t.p[i] <= '~') {
			column++;
			i++;
			continue;
		}
		step = source_utf8(str_sub(t, i, 4), &c);
		end = break_at(t, i);
		if (step == 0)
			(void)snprintf(what, sizeof what, "not UTF-8: byte 0x%02X at byte offset %zu; save the file as UTF-8",
			               (unsigned)(unsigned char)t.p[i], i);
		else if (c == 0)
			(void)snprintf(what, sizeof what, "NUL at byte offset %zu; the file must be UTF-8 text", i);
		else if (source_is_control(c) && c != '\r')
			(void)snprintf(what, sizeof what, "control character U+%04X at byte offset %zu", (unsigned)c, i);
		else {
			line += end ? 1 : 0;
			column = end ? 1 : column + 1;
			i += end ? end : step;
			continue;
		}
		return source_error_bare(s, line, column, e, what);
	}
	return 0;
}
