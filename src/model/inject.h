/* Prompt injection: how much a text looks like it, and why. Three looks at every reading of the text (model/inject_text.h): rules
 * over classes of words in many languages (model/inject_rules.c), ways of hiding text, and a linear model over hashed words and
 * groups of letters whose weights are a file (src/model/inject.weights, made by tests/tools/train_injection.py). The rules and
 * tricks that were found are features of the model, too: one score decides, the rules say why.
 *
 * An Inject holds the room for one text at a time and may be used again and again; inject_scan allocates nothing and takes time
 * in proportion to the text. Pure. */
#ifndef MODEL_INJECT_H
#define MODEL_INJECT_H

#include "base/err.h"
#include "base/phrases.h"
#include "model/inject_terms.h"
#include "model/inject_text.h"

enum { INJECT_LENGTH = 4000 };     /* characters that an input should have at most, unless told otherwise */

typedef struct Inject Inject;

/* injection: the score is over the threshold. suspicious: it is not, but there is a rule that weighs more than FLAG_LOW, a way of
 * hiding text, or the text is too long. clean: neither; rules that are FLAG_LOW may have been found all the same. */
typedef enum Verdict { VERDICT_CLEAN, VERDICT_SUSPICIOUS, VERDICT_INJECTION } Verdict;

typedef struct RuleHit { const InjectRule *rule; uint32_t from, to; uint8_t view; } RuleHit;

typedef struct InjectResult {
	Verdict  verdict;
	double   score;                /* 0 .. 1; from 0.5 on it is an injection */
	RuleHit  hit[INJECT_RULES_MAX];
	int      hits;
	uint64_t rules;                /* bit: the rule's place in the table */
	uint32_t terms;                /* bit: enum Term */
	unsigned tricks;
	size_t   chars, scanned;       /* characters of the whole text; bytes that were looked at */
	uint32_t from, to;             /* bytes that the highest score came from */
	uint8_t  view;
	bool     long_input, cut;      /* more characters than the limit; something was too large to be looked at in full */
} InjectResult;

/* weights: the file's text, which is copied. cap_bytes: the longest text that is read to its end. NULL with e: the file is not one. */
Inject *inject_new(Str weights, size_t cap_bytes, Err *e);
void    inject_free(Inject *x);
/* max_chars: the limit of length; 0 is none. */
void    inject_scan(Inject *x, Str text, size_t max_chars, InjectResult *r);
/* The readings of the last text that was scanned. */
const InjectText *inject_readings(const Inject *x);
const char *verdict_name(Verdict v);

/* One flag for each thing that r says about text, most severe first: at most n of them; returns how many. */
size_t  inject_flags(const Inject *x, const InjectResult *r, Str text, int64_t time_ms, Flag *out, size_t n);

/* The rules alone, over a text that comes in pieces (a model's answer, token by token): nothing is decoded. {0} begins. */
typedef struct InjectStream {
	PhraseState words;
	uint32_t    last[TERMS];       /* where each term last ended, + 1 */
	uint64_t    rules;
} InjectStream;

/* The rules that this piece completed, as bits. */
uint64_t inject_stream(const Inject *x, InjectStream *s, Str piece);

#endif
