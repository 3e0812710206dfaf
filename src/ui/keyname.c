#include "ui/term.h"

#include <string.h>
#include <strings.h>

#include "ui/width.h"

enum { NAME_MAX_BYTES = 24, F_MAX = 20 };

/* The first name of a key is the one that is written. */
static const struct { const char *name; KeyKind kind; uint32_t ch; } names[] = {
	{ "enter", KEY_ENTER, 0 }, { "return", KEY_ENTER, 0 }, { "esc", KEY_ESC, 0 }, { "escape", KEY_ESC, 0 },
	{ "tab", KEY_TAB, 0 }, { "shift-tab", KEY_BACKTAB, 0 }, { "backtab", KEY_BACKTAB, 0 },
	{ "backspace", KEY_BACKSPACE, 0 }, { "delete", KEY_DELETE, 0 }, { "del", KEY_DELETE, 0 }, { "up", KEY_UP, 0 },
	{ "down", KEY_DOWN, 0 }, { "left", KEY_LEFT, 0 }, { "right", KEY_RIGHT, 0 }, { "home", KEY_HOME, 0 },
	{ "end", KEY_END, 0 }, { "pgup", KEY_PAGE_UP, 0 }, { "pgdn", KEY_PAGE_DOWN, 0 }, { "insert", KEY_INSERT, 0 },
	{ "ins", KEY_INSERT, 0 }, { "space", KEY_CHAR, ' ' }, { "paste", KEY_PASTE, 0 }, { "focus-in", KEY_FOCUS_IN, 0 },
	{ "focus-out", KEY_FOCUS_OUT, 0 },
};

static const struct { const char *prefix; unsigned mod; } mods[] = {
	{ "ctrl-", MOD_CTRL }, { "alt-", MOD_ALT }, { "shift-", MOD_SHIFT },
};

static bool find_name(const char *name, Key *out)
{
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (strcasecmp(names[i].name, name) == 0) {
			out->kind = names[i].kind;
			out->ch = names[i].ch;
			return true;
		}
	}
	return false;
}

static bool find_function(const char *name, Key *out)
{
	int64_t n;

	if ((name[0] != 'f' && name[0] != 'F') || str_i64(str_of(name + 1), &n) < 0 || n < 1 || n > F_MAX)
		return false;
	out->kind = KEY_F;
	out->ch = (uint32_t)n;
	return true;
}

static bool find_char(const char *name, Key *out)
{
	Str s = str_of(name);

	if (!s.n || utf8_next(s, 0, &out->ch) != (int)s.n || out->ch < 0x20 || out->ch == 0x7F)
		return false;
	out->kind = KEY_CHAR;
	/* ctrl-D and ctrl-d are one byte on the line. */
	if ((out->mod & MOD_CTRL) && out->ch >= 'A' && out->ch <= 'Z')
		out->ch += 'a' - 'A';
	return true;
}

int key_parse(const char *name, Key *out)
{
	Key k = { .kind = KEY_NONE };
	size_t i = 0;

	while (i < sizeof mods / sizeof *mods) {
		size_t n = strlen(mods[i].prefix);

		if (find_name(name, &k))
			break;
		if (strncasecmp(name, mods[i].prefix, n) == 0 && name[n]) {
			k.mod |= mods[i].mod;
			name += n;
			i = 0;
		} else {
			i++;
		}
	}
	if (!find_name(name, &k) && !find_function(name, &k) && !find_char(name, &k))
		return -1;
	if (k.kind == KEY_CHAR && (k.mod & MOD_SHIFT))
		return -1;                         /* a shifted letter is written as what it types */
	*out = k;
	return 0;
}

static size_t put_base(Key k, char *to)
{
	if (k.kind == KEY_F) {
		size_t n = 0;

		to[n++] = 'f';
		if (k.ch >= 10)
			to[n++] = (char)('0' + k.ch / 10 % 10);
		to[n++] = (char)('0' + k.ch % 10);
		return n;
	}
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (names[i].kind == k.kind && names[i].ch == (k.kind == KEY_CHAR ? k.ch : 0)) {
			memcpy(to, names[i].name, strlen(names[i].name));
			return strlen(names[i].name);
		}
	}
	return k.kind == KEY_CHAR ? utf8_write(to, k.ch) : 0;
}

void key_format(Key k, char out[NAME_MAX_BYTES])
{
	char name[2 * NAME_MAX_BYTES];
	size_t n = 0;

	for (size_t i = 0; i < sizeof mods / sizeof *mods; i++) {
		/* A typed letter has its shift in it. */
		if (!(k.mod & mods[i].mod) || (mods[i].mod == MOD_SHIFT && k.kind == KEY_CHAR))
			continue;
		memcpy(name + n, mods[i].prefix, strlen(mods[i].prefix));
		n += strlen(mods[i].prefix);
	}
	n += put_base(k, name + n);
	/* Three modifiers and "backspace" are one byte too long; no keyboard table has them. */
	if (n >= NAME_MAX_BYTES)
		n = NAME_MAX_BYTES - 1;
	memcpy(out, name, n);
	out[n] = 0;
}

bool key_same(Key a, Key b)
{
	unsigned ignore = a.kind == KEY_CHAR ? MOD_SHIFT : 0;

	return a.kind == b.kind && a.ch == b.ch && (a.mod | ignore) == (b.mod | ignore);
}

size_t key_utf8(uint32_t c, char out[4])
{
	if (c < 0x80)
		return out[0] = (char)c, 1;
	if (c < 0x800)
		return out[0] = (char)(0xc0 | c >> 6), out[1] = (char)(0x80 | (c & 63)), 2;
	if (c < 0x10000)
		return out[0] = (char)(0xe0 | c >> 12), out[1] = (char)(0x80 | (c >> 6 & 63)), out[2] = (char)(0x80 | (c & 63)),
			   3;
	return out[0] = (char)(0xf0 | c >> 18), out[1] = (char)(0x80 | (c >> 12 & 63)),
		   out[2] = (char)(0x80 | (c >> 6 & 63)), out[3] = (char)(0x80 | (c & 63)), 4;
}
