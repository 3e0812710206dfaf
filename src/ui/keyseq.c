#include "ui/keyseq.h"

enum { PARAMS_MAX = 4, PARAM_LIMIT = 0x110000 };

Key key_of_control(unsigned char c)
{
	Key k = { .kind = KEY_CHAR, .mod = MOD_CTRL };

	switch (c) {
	case '\t':
		return (Key){ .kind = KEY_TAB };
	case '\r': case '\n':
		return (Key){ .kind = KEY_ENTER };
	case 0x1B:
		return (Key){ .kind = KEY_ESC };
	case 0x08: case 0x7F:
		return (Key){ .kind = KEY_BACKSPACE };
	case 0:
		k.ch = ' ';
		return k;
	default:
		k.ch = c < 0x1B ? (uint32_t)(c + 0x60) : (uint32_t)(c + 0x40);
		return k;
	}
}

/* Decimal parameters; only the first part of "13:2". False when there is something else among them. */
static bool read_params(Str s, int out[PARAMS_MAX])
{
	int i = 0;
	bool sub = false;

	for (size_t at = 0; at < s.n; at++) {
		char c = s.p[at];

		if (c == ';') {
			if (++i == PARAMS_MAX)
				return false;
			sub = false;
		} else if (c == ':') {
			sub = true;
		} else if (c >= '0' && c <= '9') {
			if (!sub && out[i] < PARAM_LIMIT)
				out[i] = out[i] * 10 + (c - '0');
		} else {
			return false;
		}
	}
	return true;
}

/* xterm's modifier parameter: 1 + shift 1, alt 2, ctrl 4, meta 8. */
static unsigned mods_of(int m)
{
	unsigned bits = m > 1 ? (unsigned)(m - 1) : 0;

	return (bits & 1 ? MOD_SHIFT : 0) | (bits & 10 ? MOD_ALT : 0) | (bits & 4 ? MOD_CTRL : 0);
}

/* A code point with modifiers (CSI u, modifyOtherKeys), as if the plain key had been pressed. */
static bool key_of_code(int code, unsigned mod, Key *out)
{
	if (code == 9 && (mod & MOD_SHIFT)) {
		*out = (Key){ .kind = KEY_BACKTAB, .mod = mod & ~(unsigned)MOD_SHIFT };
		return true;
	}
	if (code == 9 || code == 13 || code == 27 || code == 127 || code == 8) {
		*out = key_of_control((unsigned char)code);
		out->mod = mod;
		return true;
	}
	/* The private area holds the names of modifiers and media keys. */
	if (code < 0x20 || (code >= 0x80 && code < 0xA0) || (code >= 0xD800 && code < 0xF900) || code >= PARAM_LIMIT)
		return false;
	*out = (Key){ .kind = KEY_CHAR, .ch = (uint32_t)code, .mod = mod };
	if (code >= 'a' && code <= 'z' && mod == MOD_SHIFT)
		out->ch = (uint32_t)(code - 'a' + 'A');
	else if (code >= 'A' && code <= 'Z' && (mod & MOD_CTRL))
		out->ch = (uint32_t)(code - 'A' + 'a');
	out->mod &= ~(unsigned)MOD_SHIFT;
	return true;
}

static bool key_of_letter(char final, Key *out)
{
	switch (final) {
	case 'A': out->kind = KEY_UP; return true;
	case 'B': out->kind = KEY_DOWN; return true;
	case 'C': out->kind = KEY_RIGHT; return true;
	case 'D': out->kind = KEY_LEFT; return true;
	case 'F': out->kind = KEY_END; return true;
	case 'H': out->kind = KEY_HOME; return true;
	case 'P': case 'Q': case 'R': case 'S':
		out->kind = KEY_F;
		out->ch = (uint32_t)(final - 'P' + 1);
		return true;
	default:
		return false;
	}
}

/* CSI number ~: the VT220's editing and function keys, with the gaps of its keyboard. */
static bool key_of_number(int n, Key *out)
{
	static const struct { unsigned char number, kind, f; } keys[] = {
		{ 1, KEY_HOME, 0 }, { 2, KEY_INSERT, 0 }, { 3, KEY_DELETE, 0 }, { 4, KEY_END, 0 }, { 5, KEY_PAGE_UP, 0 },
		{ 6, KEY_PAGE_DOWN, 0 }, { 7, KEY_HOME, 0 }, { 8, KEY_END, 0 }, { 11, KEY_F, 1 }, { 12, KEY_F, 2 },
		{ 13, KEY_F, 3 }, { 14, KEY_F, 4 }, { 15, KEY_F, 5 }, { 17, KEY_F, 6 }, { 18, KEY_F, 7 }, { 19, KEY_F, 8 },
		{ 20, KEY_F, 9 }, { 21, KEY_F, 10 }, { 23, KEY_F, 11 }, { 24, KEY_F, 12 }, { 25, KEY_F, 13 }, { 26, KEY_F, 14 },
		{ 28, KEY_F, 15 }, { 29, KEY_F, 16 }, { 31, KEY_F, 17 }, { 32, KEY_F, 18 }, { 33, KEY_F, 19 }, { 34, KEY_F, 20 },
	};

	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		if (keys[i].number == n) {
			out->kind = (KeyKind)keys[i].kind;
			out->ch = keys[i].f;
			return true;
		}
	}
	return false;
}

bool key_of_csi(Str params, char final, char more, Key *out)
{
	int p[PARAMS_MAX] = { 0 };

	*out = (Key){ .kind = KEY_NONE };
	/* Private marks ('?', '>', '<') and intermediates ('$') only come in replies and mouse reports. */
	if (!read_params(params, p))
		return false;
	if (final == '[') {
		*out = (Key){ .kind = KEY_F, .ch = (uint32_t)(more - 'A' + 1) };
		return more >= 'A' && more <= 'E';
	}
	if (!params.n && (final == 'I' || final == 'O')) {
		out->kind = final == 'I' ? KEY_FOCUS_IN : KEY_FOCUS_OUT;
		return true;
	}
	if (final == 'Z') {
		out->kind = KEY_BACKTAB;
		return true;
	}
	if (final == 'u')
		return params.n && key_of_code(p[0], mods_of(p[1]), out);
	if (final == '~' && p[0] == 27)
		return key_of_code(p[2], mods_of(p[1]), out);
	out->mod = mods_of(p[1]);
	if (final == '~')
		return key_of_number(p[0], out);
	/* "CSI row ; column R" tells where the cursor is: with parameters this letter is never F3. */
	if (final == 'R' && params.n)
		return false;
	return p[0] <= 1 && key_of_letter(final, out);
}

bool key_of_ss3(Str params, char final, Key *out)
{
	int p[PARAMS_MAX] = { 0 };

	*out = (Key){ .kind = KEY_NONE };
	if (!read_params(params, p))
		return false;
	out->mod = mods_of(p[1] ? p[1] : p[0]);
	if (final == 'M') {
		out->kind = KEY_ENTER;
		return true;
	}
	/* The keypad in application mode: its keys less 0x40 are what is printed on them. */
	if (final >= 'j' && final <= 'y') {
		out->kind = KEY_CHAR;
		out->ch = (uint32_t)(final - 0x40);
		return true;
	}
	return key_of_letter(final, out);
}
