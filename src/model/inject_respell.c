#include <string.h>

#include "base/scan.h"
#include "model/inject_fold.h"

/* Words whose misspelling is worth undoing: those of attacks. Letters swapped within a word and digits for letters are read as
 * these words and no others, so ordinary typing errors stay what they are. */
static const char *const words[] = {
	"ignore", "disregard", "forget", "bypass", "override", "overrule", "neglect", "abandon", "discard", "previous", "preceding", "earlier", "prior",
	"above", "every", "instruction", "instructions", "directive", "directives", "guideline", "guidelines", "rules", "policy", "policies", "safety",
	"restrictions", "constraints", "context", "system", "prompt", "prompts", "message", "initial", "hidden", "secret", "secrets", "reveal", "print",
	"display", "repeat", "output", "disclose", "password", "passwords", "credential", "credentials", "token", "tokens", "developer", "operator",
	"administrator", "admin", "unrestricted", "unfiltered", "jailbreak", "pretend", "disable", "guardrail", "guardrails", "filter", "filters",
	"confirmation", "approval", "approve", "customer", "record", "records", "execute", "delete", "production", "answer", "audit", "refund",
};
enum { WORDS = sizeof words / sizeof *words, WORD_MIN = 4, WORD_LONG = 14, SLOTS = 512, KEEP = 2 };

static unsigned slot_of(const char *p, size_t n)
{
	unsigned sum = 0;

	/* The same for any order of the letters between the first and the last. */
	for (size_t i = 1; i + 1 < n; i++)
		sum += ((unsigned char)p[i] * 2654435761u) >> 7;
	return (sum ^ (unsigned char)p[0] * 31u ^ (unsigned char)p[n - 1] * 1009u ^ (unsigned)n * 131u) % SLOTS;
}

static bool same_letters(const char *a, const char *b, size_t n)
{
	signed char count[26] = { 0 };

	if (a[0] != b[0] || a[n - 1] != b[n - 1])
		return false;
	for (size_t i = 0; i < n; i++) {
		count[a[i] - 'a']++;
		count[b[i] - 'a']--;
	}
	for (int i = 0; i < 26; i++)
		if (count[i])
			return false;
	return true;
}

/* The words by slot; a slot's words follow one another. Made once for a text. */
typedef struct Lexicon { uint8_t first[SLOTS], next[WORDS + 1]; } Lexicon;

static void lexicon_init(Lexicon *x)
{
	memset(x, 0, sizeof *x);
	for (unsigned i = 0; i < WORDS; i++) {
		unsigned s = slot_of(words[i], strlen(words[i]));

		x->next[i + 1] = x->first[s];
		x->first[s] = (uint8_t)(i + 1);
	}
}

static const char *meant(const Lexicon *x, const char *p, size_t n)
{
	for (unsigned i = x->first[slot_of(p, n)]; i; i = x->next[i])
		if (strlen(words[i - 1]) == n && same_letters(words[i - 1], p, n))
			return words[i - 1];
	return NULL;
}

static char letter_meant(char c)
{
	static const char from[] = "01345789@$!|", to[] = "oieastbgasii";
	const char *k = c ? strchr(from, c) : NULL;

	return k ? to[k - from] : c;
}

static bool is_wordlike(char c)
{
	return is_ascii_letter((unsigned char)c) || letter_meant(c) != c;
}

/* The word at p[0 .. n) as it was meant, in out; false when it stands as it is. */
static bool respell_word(const Lexicon *x, const char *p, size_t n, char *out)
{
	size_t letters = 0;
	const char *word;

	for (size_t i = 0; i < n; i++) {
		out[i] = letter_meant(p[i]);
		letters += is_ascii_letter((unsigned char)p[i]);
	}
	if (!letters || !(word = meant(x, out, n)) || memcmp(word, p, n) == 0)
		return false;
	memcpy(out, word, n);
	return true;
}

static size_t word_end(Str s, size_t at)
{
	while (at < s.n && is_wordlike(s.p[at]))
		at++;
	return at;
}

/* "!" and "|" at a word's end are what they are. */
static size_t word_length(Str s, size_t from, size_t to)
{
	while (to > from && !is_ascii_letter((unsigned char)s.p[to - 1]) && !(s.p[to - 1] >= '0' && s.p[to - 1] <= '9'))
		to--;
	return to - from;
}

Str respell(InjectText *t, Str s)
{
	Lexicon x;
	char word[WORD_LONG];
	size_t begin = t->text_n, copied = 0;
	int found = 0;

	if (t->text_n + s.n > t->text_cap)
		return STR("");
	lexicon_init(&x);
	for (size_t at = 0; at < s.n;) {
		size_t end, n;

		if (!is_wordlike(s.p[at])) {
			/* The rest of a long token is no word of its own. */
			at++;
			continue;
		}
		end = word_end(s, at);
		n = word_length(s, at, end);
		if (n >= WORD_MIN && n <= WORD_LONG && respell_word(&x, s.p + at, n, word)) {
			memcpy(t->text + t->text_n, s.p + copied, at - copied);
			t->text_n += at - copied;
			memcpy(t->text + t->text_n, word, n);
			t->text_n += n;
			copied = at + n;
			found++;
		}
		at = end > at ? end : at + 1;
	}
	if (!found) {
		t->text_n = begin;
		return STR("");
	}
	memcpy(t->text + t->text_n, s.p + copied, s.n - copied);
	t->text_n += s.n - copied;
	return (Str){ t->text + begin, t->text_n - begin };
}

/* --- spaced letters ----------------------------------------------------------------------------------------------------- */

enum { SPACED_MIN = 6 };

static bool is_spacer(char c)
{
	return c == ' ' || c == '.' || c == '-' || c == '_' || c == '*' || c == '|' || c == '/' || c == ',' || c == '\n';
}

static bool is_single(Str s, size_t at)
{
	return at < s.n && is_ascii_letter((unsigned char)s.p[at]) && (at + 1 == s.n || !is_ascii_letter((unsigned char)s.p[at + 1])) &&
	       (at == 0 || !is_ascii_letter((unsigned char)s.p[at - 1]));
}

/* How many bytes from `at` are single letters with one spacer between them, or two where a word ends. *letters: how many. */
static size_t spaced_run(Str s, size_t at, size_t *letters)
{
	size_t end = at;

	*letters = 0;
	while (is_single(s, at)) {
		++*letters;
		end = ++at;
		for (int k = 0; k < 3 && at < s.n && is_spacer(s.p[at]); k++)
			at++;
		if (at == end)
			break;
	}
	return end;
}

static void put_joined(InjectText *t, Str s, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		if (is_ascii_letter((unsigned char)s.p[i]))
			(void)text_put(t, s.p[i]);
		else if (i + 1 < to && !is_ascii_letter((unsigned char)s.p[i + 1]) && t->text[t->text_n - 1] != ' ')
			(void)text_put(t, ' ');
}

Str join_letters(InjectText *t, Str s)
{
	size_t begin = t->text_n, letters, end;
	int found = 0;

	if (t->text_n + s.n > t->text_cap)
		return STR("");
	for (size_t at = 0; at < s.n; at = end) {
		end = spaced_run(s, at, &letters);
		if (letters >= SPACED_MIN) {
			found++;
			put_joined(t, s, at, end);
			continue;
		}
		if (end == at)
			end = at + 1;
		for (size_t i = at; i < end; i++)
			(void)text_put(t, s.p[i]);
	}
	if (!found) {
		t->text_n = begin;
		return STR("");
	}
	return (Str){ t->text + begin, t->text_n - begin };
}

/* --- read backwards, or with the alphabet turned by half ------------------------------------------------------------------ */

/* Common words of the plain text, as they stand in the rewritten one. Any of them is reason enough to look. */
static bool has_any(Str s, const char *const *words_there, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		Needle k;

		needle_init(&k, str_of(words_there[i]));
		/* A view lies in the text's room, which has SCAN_PAD bytes behind it. */
		if (s.n >= k.n && scan_find(&k, s.p, s.n, 0) != SCAN_NONE)
			return true;
	}
	return false;
}

Str rewrite_reversed(InjectText *t, Str s, bool forced)
{
	static const char *const there[] = { " eht ", "snoitcurtsni", "suoiverp", "erongi ", "tpmorp ", "ssapyb", "metsys ", "tegrof", "drager", "lla " };
	size_t begin = t->text_n;

	if (t->text_n + s.n > t->text_cap || (!forced && !has_any(s, there, sizeof there / sizeof *there)))
		return STR("");
	for (size_t at = s.n; at > 0;) {
		size_t n = 1;

		/* A character's bytes keep their order. */
		while (n < at && n < 4 && ((unsigned char)s.p[at - n] & 0xC0) == 0x80)
			n++;
		at -= n;
		memcpy(t->text + t->text_n, s.p + at, n);
		t->text_n += n;
	}
	return (Str){ t->text + begin, t->text_n - begin };
}

Str rewrite_rot13(InjectText *t, Str s)
{
	static const char *const there[] = { " gur ", " naq ", "vafgehpgvba", "cerivbhf", "vtaber ", "cebzcg", "flfgrz", "sbetrg ", "olcnff", "eriren" };
	size_t begin = t->text_n;

	if (t->text_n + s.n > t->text_cap || !has_any(s, there, sizeof there / sizeof *there))
		return STR("");
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		t->text[t->text_n++] = c >= 'a' && c <= 'z' ? (char)('a' + (c - 'a' + 13) % 26) : (char)c;
	}
	return (Str){ t->text + begin, t->text_n - begin };
}
