#include "model/filter.h"

#include "base/scan.h"

/* A word as typed, taken apart. */
typedef struct Word { bool not, fuzzy; int column; Str name, value; } Word;

static Word word_of(Str text, FilterColumn column, const void *arg)
{
	Word w = { .column = FILTER_ANY };
	Str value;

	if (text.n && text.p[0] == '!') {
		w.not = true;
		text = str_sub(text, 1, text.n);
	}
	w.name = str_cut(text, ':', &value);
	w.value = text;
	if (w.name.n == text.n)
		w.name = (Str){ "", 0 };
	else if (w.name.n && (w.column = column(arg, w.name)) >= 0)
		w.value = value;
	if (w.value.n && w.value.p[0] == '~') {
		w.fuzzy = true;
		w.value = str_sub(w.value, 1, w.value.n);
	}
	return w;
}

void filter_parse(Filter *f, Str text, FilterColumn column, const void *arg)
{
	Str rest;

	f->n = text.n < FILTER_TEXT ? text.n : FILTER_TEXT - 1;
	if (f->n)
		memcpy(f->text, text.p, f->n);
	f->text[f->n] = '\0';
	f->terms = 0;
	rest = (Str){ f->text, f->n };
	while (rest.n && f->terms < FILTER_TERMS) {
		Word w = word_of(str_cut(rest, ' ', &rest), column, arg);

		if (w.value.n)
			f->term[f->terms++] = (Term){ w.not, w.fuzzy, w.column, (uint16_t)(w.value.p - f->text), (uint16_t)w.value.n };
	}
}

Str filter_value(const Filter *f, const Term *t)
{
	return (Str){ f->text + t->at, t->n };
}

static bool contains(Str text, Str needle)
{
	unsigned char first = scan_fold((unsigned char)needle.p[0]);

	for (size_t i = 0; needle.n <= text.n && i <= text.n - needle.n; i++)
		if (scan_fold((unsigned char)text.p[i]) == first && str_eq_nocase((Str){ text.p + i, needle.n }, needle))
			return true;
	return false;
}

bool filter_fuzzy(Str text, Str letters)
{
	size_t at = 0;

	for (size_t i = 0; i < text.n && at < letters.n; i++)
		at += scan_fold((unsigned char)text.p[i]) == scan_fold((unsigned char)letters.p[at]);
	return at == letters.n;
}

uint64_t filter_letters(Str text)
{
	uint64_t bits = 0;

	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = scan_fold((unsigned char)text.p[i]);
		unsigned bit = c >= 'a' && c <= 'z' ? (unsigned)c - 'a' : c >= '0' && c <= '9' ? 26u + c - '0' : 36u + c % 28u;

		bits |= UINT64_C(1) << bit;
	}
	return bits;
}

bool term_holds(const Filter *f, const Term *t, Str text)
{
	Str value = filter_value(f, t);

	return t->fuzzy ? filter_fuzzy(text, value) : contains(text, value);
}

/* Whether a row for which a holds is one for which b holds. What "text" and "~text" look at need not be the same. */
static bool implies(const Filter *fa, const Term *a, const Filter *fb, const Term *b)
{
	Str x = filter_value(fa, a), y = filter_value(fb, b);

	if (a->not != b->not || a->column != b->column || a->fuzzy != b->fuzzy)
		return false;
	/* The less is excluded, the more stays. */
	if (a->not)
		return a->fuzzy ? filter_fuzzy(y, x) : contains(y, x);
	return a->fuzzy ? filter_fuzzy(x, y) : contains(x, y);
}

bool filter_narrows(const Filter *narrow, const Filter *wide)
{
	for (int i = 0; i < wide->terms; i++) {
		bool held = false;

		for (int k = 0; k < narrow->terms && !held; k++)
			held = implies(narrow, &narrow->term[k], wide, &wide->term[i]);
		if (!held)
			return false;
	}
	return true;
}

Str filter_stranger(const Filter *f, FilterColumn column, const void *arg)
{
	Str rest = { f->text, f->n };

	while (rest.n) {
		Word w = word_of(str_cut(rest, ' ', &rest), column, arg);

		if (w.name.n && w.column < 0)
			return w.name;
	}
	return (Str){ "", 0 };
}
