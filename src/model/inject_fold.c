#include "model/inject_fold.h"

#include <string.h>

#include "base/utf8.h"

/* Letters of other scripts that look like a Latin one, sorted. `always`: they are Latin letters in disguise whatever stands
 * beside them; the others are letters of living scripts and are read as Latin only in a word that mixes both, or has no other
 * letters. */
static const struct Alike { uint16_t cp; char like; bool always; } alike[] = {
	{ 0x00D0, 'd', 1 }, { 0x00D8, 'o', 1 }, { 0x00DF, 's', 1 }, { 0x00F0, 'd', 1 }, { 0x00F8, 'o', 1 }, { 0x0111, 'd', 1 }, { 0x0127, 'h', 1 },
	{ 0x0131, 'i', 1 }, { 0x0142, 'l', 1 }, { 0x017F, 's', 1 }, { 0x0180, 'b', 1 }, { 0x01C0, 'l', 1 }, { 0x0237, 'j', 1 },
	{ 0x0250, 'a', 1 }, { 0x0251, 'a', 1 }, { 0x0253, 'b', 1 }, { 0x0254, 'o', 1 }, { 0x0256, 'd', 1 }, { 0x0258, 'e', 1 }, { 0x025B, 'e', 1 },
	{ 0x0261, 'g', 1 }, { 0x0262, 'g', 1 }, { 0x0266, 'h', 1 }, { 0x0269, 'i', 1 }, { 0x026A, 'i', 1 }, { 0x026F, 'w', 1 }, { 0x0274, 'n', 1 },
	{ 0x0280, 'r', 1 }, { 0x0282, 's', 1 }, { 0x028B, 'u', 1 }, { 0x028F, 'y', 1 }, { 0x0290, 'z', 1 }, { 0x0299, 'b', 1 }, { 0x029C, 'h', 1 },
	{ 0x029F, 'l', 1 },
	{ 0x03B1, 'a', 0 }, { 0x03B3, 'y', 0 }, { 0x03B5, 'e', 0 }, { 0x03B7, 'n', 0 }, { 0x03B9, 'i', 0 }, { 0x03BA, 'k', 0 }, { 0x03BD, 'v', 0 },
	{ 0x03BF, 'o', 0 }, { 0x03C1, 'p', 0 }, { 0x03C3, 'o', 0 }, { 0x03C4, 't', 0 }, { 0x03C5, 'u', 0 }, { 0x03C7, 'x', 0 }, { 0x03C9, 'w', 0 },
	{ 0x03F2, 'c', 0 }, { 0x03F3, 'j', 0 },
	{ 0x0430, 'a', 0 }, { 0x0432, 'b', 0 }, { 0x0433, 'r', 0 }, { 0x0435, 'e', 0 }, { 0x0437, '3', 0 }, { 0x043A, 'k', 0 }, { 0x043C, 'm', 0 },
	{ 0x043D, 'h', 0 }, { 0x043E, 'o', 0 }, { 0x0440, 'p', 0 }, { 0x0441, 'c', 0 }, { 0x0442, 't', 0 }, { 0x0443, 'y', 0 }, { 0x0445, 'x', 0 },
	{ 0x044C, 'b', 0 }, { 0x0455, 's', 0 }, { 0x0456, 'i', 0 }, { 0x0458, 'j', 0 }, { 0x0475, 'v', 0 }, { 0x04AF, 'y', 0 }, { 0x04BB, 'h', 0 },
	{ 0x04CF, 'l', 0 }, { 0x0501, 'd', 0 }, { 0x051B, 'q', 0 }, { 0x051D, 'w', 0 },
	{ 0x0561, 'w', 0 }, { 0x0563, 'q', 0 }, { 0x0566, 'q', 0 }, { 0x0570, 'h', 0 }, { 0x0578, 'n', 0 }, { 0x057C, 'n', 0 }, { 0x057D, 'u', 0 },
	{ 0x0581, 'g', 0 }, { 0x0584, 'f', 0 }, { 0x0585, 'o', 0 },
	{ 0x13A0, 'd', 0 }, { 0x13A1, 'r', 0 }, { 0x13A2, 't', 0 }, { 0x13A5, 'i', 0 }, { 0x13A9, 'y', 0 }, { 0x13AA, 'a', 0 }, { 0x13AB, 'j', 0 },
	{ 0x13AC, 'e', 0 }, { 0x13B3, 'w', 0 }, { 0x13B7, 'm', 0 }, { 0x13BB, 'h', 0 }, { 0x13C0, 'g', 0 }, { 0x13C2, 'h', 0 }, { 0x13C3, 'z', 0 },
	{ 0x13D9, 'v', 0 }, { 0x13DA, 's', 0 }, { 0x13DE, 'l', 0 }, { 0x13DF, 'c', 0 }, { 0x13E2, 'p', 0 }, { 0x13E6, 'k', 0 }, { 0x13F4, 'b', 0 },
	{ 0x1D00, 'a', 1 }, { 0x1D03, 'b', 1 }, { 0x1D04, 'c', 1 }, { 0x1D05, 'd', 1 }, { 0x1D07, 'e', 1 }, { 0x1D0A, 'j', 1 }, { 0x1D0B, 'k', 1 },
	{ 0x1D0C, 'l', 1 }, { 0x1D0D, 'm', 1 }, { 0x1D0F, 'o', 1 }, { 0x1D18, 'p', 1 }, { 0x1D1B, 't', 1 }, { 0x1D1C, 'u', 1 }, { 0x1D20, 'v', 1 },
	{ 0x1D21, 'w', 1 }, { 0x1D22, 'z', 1 }, { 0x2039, '<', 1 }, { 0x203A, '>', 1 }, { 0x2212, '-', 1 }, { 0x2215, '/', 1 }, { 0x2236, ':', 1 },
	{ 0xA731, 's', 1 }, { 0xA730, 'f', 1 },
};

/* The word that is being written. */
typedef struct Word { size_t start; bool latin, alike, foreign; int letters; } Word;
typedef struct Fold {
	InjectText *t;
	bool        map, room;
	uint32_t    place;             /* of the code point that is being written */
	Word        word;
	int         blanks;            /* at the end of what was written */
	bool        newline;
	size_t      raw_at;            /* hidden text begins here */
} Fold;

static const struct Alike *find_alike(uint32_t cp)
{
	size_t low = 0, high = sizeof alike / sizeof *alike;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (alike[mid].cp == cp)
			return &alike[mid];
		if (alike[mid].cp < cp)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

static void put_cp(Fold *f, uint32_t cp)
{
	char b[4];
	size_t n = 1;

	if (cp < 0x80)
		b[0] = (char)cp;
	else
		n = utf8_write(b, cp);
	if (f->t->text_n + n > f->t->text_cap) {
		f->room = false;
		return;
	}
	if (f->map)
		for (size_t i = 0; i < n; i++)
			f->t->map[f->t->text_n + i] = f->place;
	memcpy(f->t->text + f->t->text_n, b, n);
	f->t->text_n += n;
}

/* Letters that look Latin become it; the word shrinks in place. */
static void latinise(Fold *f)
{
	InjectText *t = f->t;
	size_t out = f->word.start;

	for (size_t at = f->word.start; at < t->text_n;) {
		uint32_t cp;
		int n = utf8_next((Str){ t->text, t->text_n }, at, &cp);
		const struct Alike *a = n > 1 ? find_alike(cp) : NULL;
		uint32_t place = f->map ? t->map[at] : 0;

		if (a)
			t->text[out] = a->like;
		else
			memmove(t->text + out, t->text + at, (size_t)n);
		for (size_t i = 0; f->map && i < (a ? 1u : (size_t)n); i++)
			t->map[out + i] = place;
		out += a ? 1 : (size_t)n;
		at += (size_t)n;
	}
	t->text_n = out;
}

static void end_word(Fold *f)
{
	/* All of a word's letters may be look-alikes by chance when it is short: "с", "но". */
	if (f->word.alike && (f->word.latin || (!f->word.foreign && f->word.letters > 3))) {
		if (f->word.latin)
			f->t->tricks |= TRICK_LOOKALIKE;
		latinise(f);
	}
	f->word = (Word){ .start = f->t->text_n };
}

static void put_letter(Fold *f, uint32_t cp)
{
	const struct Alike *a = cp >= 0x80 && cp < 0xFFFF ? find_alike(cp) : NULL;

	if (!f->word.letters)
		f->word.start = f->t->text_n;
	f->word.letters++;
	f->blanks = 0;
	f->newline = false;
	if (cp < 0x80 || (a && a->always)) {
		f->word.latin = true;
		put_cp(f, a ? (uint32_t)a->like : cp);
		return;
	}
	f->word.alike |= a != NULL;
	f->word.foreign |= a == NULL;
	put_cp(f, cp);
}

/* One ASCII code point, or a part of another. */
static void put_ascii(Fold *f, uint32_t cp)
{
	if (is_ascii_letter((unsigned char)cp)) {
		put_letter(f, cp);
		return;
	}
	end_word(f);
	if (cp == '\n' || cp == '\r') {
		if (!f->newline)
			put_cp(f, '\n');
		f->newline = true;
	} else if (cp <= ' ' || cp == 0x7F) {
		/* Two blanks tell where words end when each letter has one. */
		if (++f->blanks <= 2)
			put_cp(f, ' ');
	} else {
		f->blanks = 0;
		f->newline = false;
		put_cp(f, cp);
	}
}

static bool is_combining(uint32_t cp)
{
	return (cp >= 0x300 && cp <= 0x36F) || (cp >= 0x1AB0 && cp <= 0x1AFF) || (cp >= 0x1DC0 && cp <= 0x1DFF) || (cp >= 0x20D0 && cp <= 0x20FF) ||
	       (cp >= 0xFE20 && cp <= 0xFE2F);
}

static bool is_styled(uint32_t cp)
{
	return (cp >= 0x1D400 && cp <= 0x1D7FF) || (cp >= 0x1F110 && cp <= 0x1F189) || (cp >= 0x249C && cp <= 0x24E9) || (cp >= 0x1F1E6 && cp <= 0x1F1FF);
}

/* Squared and regional letters have no decomposition. 0: none of them. */
static uint32_t boxed_letter(uint32_t cp)
{
	if (cp >= 0x1F150 && cp <= 0x1F169)
		return 'a' + (cp - 0x1F150);
	if (cp >= 0x1F170 && cp <= 0x1F189)
		return 'a' + (cp - 0x1F170);
	return cp >= 0x1F1E6 && cp <= 0x1F1FF ? 'a' + (cp - 0x1F1E6) : 0;
}

static void put_other(Fold *f, uint32_t cp)
{
	uint32_t parts[CP_PARTS], boxed = boxed_letter(cp);
	int n = 1;

	if (is_styled(cp))
		f->t->tricks |= TRICK_STYLED;
	/* Hangul and kana are kept whole: their parts are no letters that anybody writes alone. */
	if (boxed)
		parts[0] = boxed;
	else if ((cp >= 0xAC00 && cp <= 0xD7A3) || (cp >= 0x3040 && cp <= 0x30FF) || (cp >= 0x4E00 && cp <= 0x9FFF))
		parts[0] = cp;
	else
		n = cp_parts(cp, parts);
	for (int i = 0; i < n; i++) {
		if (is_combining(parts[i]))
			continue;
		if (parts[i] < 0x80)
			put_ascii(f, parts[i]);
		else if (parts[i] == 0x2018 || parts[i] == 0x2019)
			put_ascii(f, '\'');
		else if (parts[i] == 0x201C || parts[i] == 0x201D)
			put_ascii(f, '"');
		else if (parts[i] >= 0x2010 && parts[i] <= 0x2015)
			put_ascii(f, '-');
		else if (parts[i] == 0x2028 || parts[i] == 0x2029)
			put_ascii(f, '\n');
		else
			put_letter(f, cp_lower(parts[i]));
	}
}

/* What carries text unseen: tag characters are ASCII, supplementary variation selectors bytes. */
static bool put_hidden(Fold *f, uint32_t cp)
{
	int c = cp >= 0xE0020 && cp <= 0xE007E ? (int)(cp - 0xE0000) : cp >= 0xE0100 && cp <= 0xE01EF ? (int)(cp - 0xE0100 + 16) : -1;

	if (c < 0)
		return cp >= 0xE0000 && cp <= 0xE007F;
	if (f->t->raw_n < f->t->raw_cap)
		f->t->raw[f->t->raw_n++] = (char)c;
	return true;
}

static bool is_unseen(Fold *f, uint32_t cp)
{
	if ((cp >= 0x202A && cp <= 0x202E) || (cp >= 0x2066 && cp <= 0x2069) || cp == 0x200E || cp == 0x200F || cp == 0x61C) {
		if (cp == 0x202E || cp == 0x202D || cp == 0x2066 || cp == 0x2067)
			f->t->tricks |= TRICK_BIDI;
		return true;
	}
	if ((cp >= 0x200B && cp <= 0x200D) || (cp >= 0x2060 && cp <= 0x2064) || cp == 0xFEFF || cp == 0xAD || cp == 0x34F || cp == 0x180E ||
	    cp == 0x115F || cp == 0x1160 || cp == 0x3164 || cp == 0xFFA0) {
		/* Between Latin letters; emoji and Indic scripts are joined by them. */
		if (f->word.letters && f->word.latin)
			f->t->tricks |= TRICK_ZERO_WIDTH;
		return true;
	}
	return (cp >= 0xFE00 && cp <= 0xFE0F) || put_hidden(f, cp);
}

/* The length of a terminal's escape sequence that begins at s[at]. */
static size_t escape_length(Str s, size_t at)
{
	size_t i = at + 1;

	if (i < s.n && s.p[i] == '[') {
		for (i++; i < s.n && i < at + 40 && (unsigned char)s.p[i] >= 0x20 && (unsigned char)s.p[i] < 0x40; i++)
			;
		return i < s.n ? i + 1 - at : i - at;
	}
	return 1;
}

Str fold_source(InjectText *t, const Source *s, bool map, size_t *hidden)
{
	Fold f = { .t = t, .map = map, .room = true, .word.start = t->text_n, .raw_at = t->raw_n };
	size_t begin = t->text_n, at = 0;

	while (at < s->bytes.n && f.room) {
		uint32_t cp;
		int n = utf8_next(s->bytes, at, &cp);

		f.place = (uint32_t)at;
		if (n < 0) {
			put_ascii(&f, '?');
			n = -n;
		} else if (cp == 0x1B) {
			t->tricks |= TRICK_TERMINAL;
			n = (int)escape_length(s->bytes, at);
		} else if (cp == '\'' && f.word.letters && at + 1 < s->bytes.n && is_ascii_letter((unsigned char)s->bytes.p[at + 1])) {
			;                                   /* "don't" is one word */
		} else if (cp < 0x80) {
			put_ascii(&f, cp);
		} else if (!is_unseen(&f, cp)) {
			put_other(&f, cp);
		}
		at += (size_t)n;
	}
	end_word(&f);
	if (!f.room)
		t->cut = true;
	*hidden = t->raw_n - f.raw_at;
	return (Str){ t->text + begin, t->text_n - begin };
}
