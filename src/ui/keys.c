#include "ui/term.h"

#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "ui/keyseq.h"
#include "ui/width.h"
#include "wire/text.h"

enum {
	ESC = 0x1B, DEL = 0x7F,
	INPUT_MAX = 4 << 20,           /* one feed; more than a terminal ever has ready */
	CSI_MAX = 256,                 /* longer control sequences are swallowed, not read */
	STRING_MAX = 128 << 10,        /* a reply string without an end stops swallowing here */
	PASTE_FLUSHES = 40,            /* a second at the caller's 25 ms */
	REPLY_MAX = 32,                /* bytes of a reply string that are looked at */
};
static const char paste_end[] = "\033[201~";

typedef enum Mode { MODE_KEYS, MODE_STRING, MODE_LONG_CSI, MODE_PASTE } Mode;

/* The bytes that have not become keys yet begin at stream position base. A read is remembered by where it ended. */
struct Keys {
	Buf    in;
	size_t at;                     /* consumed bytes of in */
	uint64_t base;                 /* stream position of in.p[0] */
	uint64_t *ends;                /* stream position behind each read that is not consumed whole */
	size_t end_count, end_cap;
	uint64_t first;                /* where the oldest of these reads began */
	Mode   mode;
	size_t swallowed;              /* bytes of the string so far */
	unsigned char last;            /* ... and the newest of them */
	char   reply[REPLY_MAX];       /* ... and the first */
	Buf    paste;
	int    silent;                 /* flushes since the last byte of a paste */
	bool   stuck;                  /* what waits is not helped by a flush */
};

/* What one look at the front of the input found: how many bytes it takes, and whether a key comes of it. */
typedef enum Found { FOUND_NOTHING, FOUND_KEY, FOUND_SWALLOW, FOUND_MORE } Found;

Keys *keys_new(void)
{
	Keys *k = xcalloc(1, sizeof *k);

	buf_init(&k->in, INPUT_MAX);
	buf_init(&k->paste, KEY_PASTE_MAX);
	return k;
}

void keys_free(Keys *k)
{
	if (!k)
		return;
	buf_done(&k->in);
	buf_done(&k->paste);
	free(k->ends);
	free(k);
}

void keys_feed(Keys *k, Str bytes)
{
	if (!bytes.n)
		return;
	buf_shift(&k->in, k->at);
	k->base += k->at;
	k->at = 0;
	if (buf_put_str(&k->in, bytes) < 0)
		return;                    /* megabytes of unread keys: dropping them is the safe end */
	VEC_GROW(k->ends, k->end_cap, k->end_count + 1);
	k->ends[k->end_count++] = k->base + k->in.n;
	k->silent = 0;
	k->stuck = false;
}

static Str rest_of(const Keys *k)
{
	return str_sub(buf_str(&k->in), k->at, k->in.n);
}

/* Consumes n bytes; true when a read that they belong to held other bytes as well. */
static bool consume(Keys *k, size_t n)
{
	uint64_t from = k->base + k->at, to = from + n;
	size_t done = 0;
	bool shared = k->first < from;

	k->at += n;
	while (done < k->end_count && k->ends[done] <= to)
		k->first = k->ends[done++];
	/* The read that holds our last byte goes on behind it. */
	if (k->first < to)
		shared = true;
	memmove(k->ends, k->ends + done, (k->end_count - done) * sizeof *k->ends);
	k->end_count -= done;
	return shared;
}

static Found one_char(Str s, Key *out, size_t *n)
{
	unsigned char c = (unsigned char)s.p[0];
	int len;

	*n = 1;
	if (c < 0x20 || c == DEL) {
		*out = key_of_control(c);
		return FOUND_KEY;
	}
	len = utf8_next(s, 0, &out->ch);
	if (len < 0 && (size_t)-len == s.n && c >= 0xC2 && c <= 0xF4)
		return FOUND_MORE;
	*n = (size_t)(len < 0 ? -len : len);
	if (len < 0 || (out->ch >= 0x80 && out->ch < 0xA0))
		return FOUND_SWALLOW;
	out->kind = KEY_CHAR;
	return FOUND_KEY;
}

/* The function of a control sequence's introducer at the front of s: '[' CSI, 'O' SS3, ']' for the strings (OSC, DCS,
 * SOS, PM, APC), 0 none. In 7 bits (ESC and a letter), as a C1 byte, or as a C1 character in UTF-8. */
static char introducer(Str s, size_t *n)
{
	unsigned char c = (unsigned char)s.p[0];

	*n = 1;
	if (c == ESC || (c == 0xC2 && s.n > 1)) {
		if (s.n < 2)
			return 0;
		*n = 2;
		c = (unsigned char)(c == ESC ? (s.p[1] & 0x80 ? 0 : s.p[1] + 0x40) : s.p[1]);
	}
	switch (c) {
	case 0x9B: return '[';
	case 0x8F: return 'O';
	case 0x90: case 0x98: case 0x9D: case 0x9E: case 0x9F: return ']';
	default: return 0;
	}
}

/* ESC [ … final. n: the introducer's bytes. */
static Found control_sequence(Keys *k, Str s, size_t n, Key *out, size_t *used)
{
	size_t i = n, extra = 0;

	while (i < s.n && (unsigned char)s.p[i] >= 0x20 && (unsigned char)s.p[i] < 0x40)
		i++;
	*used = i;
	if (i - n > CSI_MAX) {
		k->mode = MODE_LONG_CSI;
		return FOUND_SWALLOW;
	}
	if (i == s.n)
		return FOUND_MORE;
	if ((unsigned char)s.p[i] < 0x20 || (unsigned char)s.p[i] >= 0x7F)
		return FOUND_SWALLOW;      /* broken off by a control or a foreign byte, which is read anew */
	if (i == n && s.p[i] == 'M')
		extra = 3;                 /* an old mouse report: button, column, row */
	else if (i == n && s.p[i] == '[')
		extra = 1;                 /* the Linux console's F1 to F5 */
	if (s.n - i - 1 < extra)
		return FOUND_MORE;
	*used = i + 1 + extra;
	if (str_eq(str_sub(s, n, i + 1 - n), STR("200~"))) {
		k->mode = MODE_PASTE;
		buf_reset(&k->paste);
		return FOUND_SWALLOW;
	}
	return key_of_csi(str_sub(s, n, i - n), s.p[i], extra == 1 ? s.p[i + 1] : 0, out) ? FOUND_KEY : FOUND_SWALLOW;
}

/* ESC O letter, with a modifier's digits between them from some terminals. */
static Found single_shift(Str s, size_t n, Key *out, size_t *used)
{
	size_t i = n;

	while (i < s.n && i - n < 8 && ((s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == ';'))
		i++;
	*used = i;
	if (i == s.n)
		return FOUND_MORE;
	if ((unsigned char)s.p[i] < 0x20 || (unsigned char)s.p[i] >= 0x7F)
		return FOUND_SWALLOW;
	*used = i + 1;
	return key_of_ss3(str_sub(s, n, i - n), s.p[i], out) ? FOUND_KEY : FOUND_SWALLOW;
}

static Found escape_alone(Key *out, size_t *used)
{
	*out = (Key){ .kind = KEY_ESC };
	*used = 1;
	return FOUND_KEY;
}

static Found sequence(Keys *k, Str s, Key *out, size_t *used);

/* ESC and something that introduces nothing: Alt with a key, or Esc and then another key. */
static Found alt_key(Keys *k, Str s, Key *out, size_t *used)
{
	Str inner = str_sub(s, 1, s.n);
	size_t n;
	Found f;

	if (inner.p[0] == ESC) {
		/* Two escapes begin an Alt sequence only in front of an introducer: rxvt's Alt-Up. */
		if (inner.n < 2)
			return FOUND_MORE;
		if (inner.p[1] != '[' && inner.p[1] != 'O')
			return escape_alone(out, used);
		f = sequence(k, inner, out, &n);
	} else {
		f = one_char(inner, out, &n);
		if (f == FOUND_SWALLOW)
			return escape_alone(out, used);
	}
	*used = n + 1;
	if (f == FOUND_KEY)
		out->mod |= MOD_ALT;
	return f;
}

static Found sequence(Keys *k, Str s, Key *out, size_t *used)
{
	size_t n;

	switch (introducer(s, &n)) {
	case '[':
		return control_sequence(k, s, n, out, used);
	case 'O':
		return single_shift(s, n, out, used);
	case ']':
		if (s.n == n)
			return FOUND_MORE;
		k->mode = MODE_STRING;
		k->swallowed = 0;
		k->last = 0;
		*used = n;
		return FOUND_SWALLOW;
	default:
		break;
	}
	if (s.p[0] != ESC)
		return one_char(s, out, used);
	return s.n == 1 ? FOUND_MORE : alt_key(k, s, out, used);
}

/* Nothing followed within the caller's time: what waits was typed as it stands, when a person could have typed it. */
static Found give_up(Str s, Key *out, size_t *used)
{
	size_t n;

	if ((unsigned char)s.p[0] >= 0x80) {
		*used = s.n;
		return introducer(s, &n) && s.n > n ? FOUND_NOTHING : FOUND_SWALLOW;
	}
	if (s.n == 1 || s.p[1] == ESC)
		return escape_alone(out, used);
	if (s.n > 2)
		return FOUND_NOTHING;
	*used = 2;
	if ((unsigned char)s.p[1] >= 0x80)
		return escape_alone(out, used);
	*out = (Key){ .kind = KEY_CHAR, .ch = (unsigned char)s.p[1], .mod = MOD_ALT };
	return FOUND_KEY;
}

/* "11;rgb:RRRR/GGGG/BBBB" with one to four hexadecimal digits each, of which the first two count (XParseColor). */
static bool background_of(Str s, Key *out)
{
	Str rest, part;

	if (!str_starts(s, STR("11;rgb:")))
		return false;
	*out = (Key){ .kind = KEY_BACKGROUND };
	rest = str_sub(s, 7, s.n);
	for (int i = 0; i < 3; i++) {
		int high, low;

		part = str_cut(rest, '/', &rest);
		high = part.n && part.n <= 4 ? hex_digit(part.p[0]) : -1;
		low = part.n > 1 ? hex_digit(part.p[1]) : high;
		if (high < 0 || low < 0)
			return false;
		out->ch = out->ch << 8 | (uint32_t)(high << 4 | low);
	}
	return !rest.n;
}

/* Inside a reply string: swallows up to BEL, ST or an end that is none. A control ends it too, so that a string without
 * an end cannot take the keyboard away: ctrl-c, Enter and Esc get out. */
static bool swallow_string(Keys *k, Key *out)
{
	bool whole = false;
	Str s = rest_of(k);
	size_t i = 0;

	while (i < s.n && k->swallowed < STRING_MAX) {
		unsigned char c = (unsigned char)s.p[i];
		/* ST in 8 bits; behind any other high byte it is part of a letter. */
		bool st = c == 0x9C && (k->last < 0x80 || k->last == 0xC2);

		if (c == ESC && i + 1 == s.n)
			break;                 /* ESC \ may be cut here */
		if (c < 0x20 || st) {
			k->mode = MODE_KEYS;
			whole = c == 0x07 || st || (c == ESC && s.p[i + 1] == '\\');
			i += whole ? 1 + (c == ESC) : 0;
			break;
		}
		if (k->swallowed < REPLY_MAX)
			k->reply[k->swallowed] = s.p[i];
		i++;
		k->swallowed++;
		k->last = c;
	}
	if (k->swallowed >= STRING_MAX)
		k->mode = MODE_KEYS;
	(void)consume(k, i);
	return whole && k->swallowed < REPLY_MAX && background_of((Str){ k->reply, k->swallowed }, out);
}

static void swallow_long_csi(Keys *k)
{
	Str s = rest_of(k);
	size_t i = 0;

	while (i < s.n && (unsigned char)s.p[i] >= 0x20 && (unsigned char)s.p[i] < 0x40)
		i++;
	if (i < s.n) {
		k->mode = MODE_KEYS;
		i += (unsigned char)s.p[i] >= 0x40 && (unsigned char)s.p[i] < 0x7F;
	}
	(void)consume(k, i);
}

static bool finish_paste(Keys *k, Key *out)
{
	k->mode = MODE_KEYS;
	*out = (Key){ .kind = KEY_PASTE, .paste = buf_str(&k->paste) };
	return true;
}

/* Moves what has come of a paste; true when it is whole. */
static bool take_paste(Keys *k, bool flush, Key *out)
{
	Str s = rest_of(k);
	size_t mark = sizeof paste_end - 1, keep = 0, n;
	const char *end = s.n ? memmem(s.p, s.n, paste_end, mark) : NULL;

	if (!end) {
		/* The tail may be the front of the end mark. */
		for (keep = s.n < mark ? s.n : mark - 1; keep && memcmp(s.p + s.n - keep, paste_end, keep) != 0; keep--)
			;
		if (flush && ++k->silent >= PASTE_FLUSHES)
			keep = 0;
	}
	n = end ? (size_t)(end - s.p) : s.n - keep;
	(void)buf_put(&k->paste, s.p, n < KEY_PASTE_MAX - k->paste.n ? n : KEY_PASTE_MAX - k->paste.n);
	(void)consume(k, end ? n + mark : n);
	return (end || k->silent >= PASTE_FLUSHES) && finish_paste(k, out);
}

/* One step at the front of the input; false when there is nothing more to do. */
static bool step(Keys *k, bool flush, Key *out, bool *got)
{
	Str s = rest_of(k);
	size_t n = 0;
	Found f;

	*out = (Key){ .kind = KEY_NONE };
	if (k->mode == MODE_PASTE) {
		*got = take_paste(k, flush, out);
		return false;
	}
	if (!s.n)
		return false;
	if (k->mode == MODE_STRING || k->mode == MODE_LONG_CSI) {
		size_t before = k->at;

		if (k->mode == MODE_STRING)
			*got = swallow_string(k, out);
		else
			swallow_long_csi(k);
		if (flush && k->mode == MODE_STRING && k->at == before) {
			k->mode = MODE_KEYS;       /* the ESC that waits was typed */
			return true;
		}
		return k->mode == MODE_KEYS || k->at != before;
	}
	f = sequence(k, s, out, &n);
	if (f == FOUND_MORE && flush) {
		*out = (Key){ .kind = KEY_NONE };
		f = give_up(s, out, &n);
		k->stuck = f == FOUND_NOTHING;
	}
	if (f == FOUND_KEY || f == FOUND_SWALLOW) {
		out->shared_read = consume(k, n);
		*got = f == FOUND_KEY;
		return true;
	}
	return false;
}

bool keys_next(Keys *k, bool flush, Key *out)
{
	bool got = false;

	while (!got && step(k, flush, out, &got))
		;
	if (!got)
		*out = (Key){ .kind = KEY_NONE };
	return got;
}

bool keys_pending(const Keys *k)
{
	return k->mode == MODE_PASTE || (rest_of(k).n > 0 && !k->stuck);
}
