/* What is typed behind '/': words that must all hold. "text" a row that contains it, "!text" one that does not, "~text" one
 * with its letters in this order, "column:text" only in that column; ASCII letters of either case are alike. Pure: whoever
 * has rows asks for each word (Term) and joins the answers. */
#ifndef MODEL_FILTER_H
#define MODEL_FILTER_H

#include "base/str.h"

enum { FILTER_TEXT = 256, FILTER_TERMS = 32, FILTER_ANY = -1 };

typedef struct Term {
	bool not, fuzzy;
	int  column;                   /* of the caller's columns; FILTER_ANY */
	uint16_t at, n;                /* the value's place in Filter.text; never empty */
} Term;

typedef struct Filter {
	char   text[FILTER_TEXT];      /* as typed */
	size_t n;
	Term   term[FILTER_TERMS];
	int    terms;
} Filter;

/* The number of the column that is called so, or -1: the word is then searched for as it stands. */
typedef int (*FilterColumn)(const void *arg, Str name);

/* Words that are not typed to their end yet ("!", "tenant:") narrow nothing. Text beyond FILTER_TEXT and words beyond
 * FILTER_TERMS are left out. */
void filter_parse(Filter *f, Str text, FilterColumn column, const void *arg);
Str  filter_value(const Filter *f, const Term *t);
/* Whether each row that narrow lets through is let through by wide as well: then narrow needs to look at these only. May say no
 * where yes would be right. */
bool filter_narrows(const Filter *narrow, const Filter *wide);

/* Whether the text contains the value, without regard to `not` and `column`. */
bool term_holds(const Filter *f, const Term *t, Str text);

/* Which letters and digits a text has, one bit each (other bytes share some): a text can only have the letters of another in
 * their order when it has all its bits. */
uint64_t filter_letters(Str text);
bool filter_fuzzy(Str text, Str letters);          /* letters stand in text in this order */

/* The first word that looks like "column:text" and names no column; empty when there is none. For a list that came out empty. */
Str filter_stranger(const Filter *f, FilterColumn column, const void *arg);

#endif
