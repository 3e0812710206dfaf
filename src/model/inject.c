#include "model/inject.h"

#include <math.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/xalloc.h"
#include "model/inject_weights.h"

enum { PHRASES_MOST = 4000 };

struct Inject {
	InjectText *text;
	Phrases    *phrases;
	uint8_t    *term_of;           /* per phrase */
	uint64_t    rules_of[TERMS];
	Weights     weights;
	FeatureRoom room;
};

/* --- rules ------------------------------------------------------------------------------------------------------------------ */

static bool near(uint32_t end, uint32_t other, uint16_t reach)
{
	return other && end - other <= reach;
}

/* A term has just ended at `end` (+ 1): is the rule complete? */
static bool fires(const InjectRule *r, const uint32_t *last, uint32_t end)
{
	uint32_t before = 0;

	for (int i = 0; i < 3 && r->term[i]; i++) {
		uint32_t at = last[r->term[i]];

		if ((r->reach && !near(end, at, r->reach)) || !at || (!r->any && at < before))
			return false;
		before = at;
	}
	return true;
}

typedef struct Walk {
	const Inject *x;
	uint32_t     *last;
	uint64_t      rules;
	uint32_t      terms, base;
	/* Of inject_scan alone. */
	InjectResult *result;
	const InjectView   *view;
} Walk;

static uint32_t first_of(const InjectRule *r, const uint32_t *last)
{
	uint32_t first = UINT32_MAX;

	for (int i = 0; i < 3 && r->term[i]; i++)
		if (last[r->term[i]] < first)
			first = last[r->term[i]];
	return first;
}

static void add_hit(Walk *w, size_t rule, uint32_t end)
{
	InjectResult *r = w->result;
	const InjectText *t = w->x->text;
	uint32_t first = first_of(&inject_rules[rule], w->last) - 1;

	/* The first term ended there; where it began is a word or two before. */
	first = first > 8 ? first - 8 : 0;
	r->hit[r->hits++] = (RuleHit){ &inject_rules[rule], inject_text_place(t, w->view, first),
	                               w->view->depth ? w->view->to : inject_text_place(t, w->view, end ? end - 1 : 0) + 1,
	                               (uint8_t)(w->view - t->view) };
}

static void on_phrase(void *arg, unsigned phrase, uint32_t end)
{
	Walk *w = arg;
	unsigned term = w->x->term_of[phrase];

	w->last[term] = end + 1;
	w->terms |= 1u << term;
	for (uint64_t left = w->x->rules_of[term] & ~w->rules; left; left &= left - 1) {
		size_t k = (size_t)__builtin_ctzll(left);

		if (!fires(&inject_rules[k], w->last, end + 1))
			continue;
		w->rules |= UINT64_C(1) << k;
		if (w->result)
			add_hit(w, k, end);
	}
}

static void scan_rules(Inject *x, InjectResult *r)
{
	for (int i = 0; i < x->text->views; i++) {
		uint32_t last[TERMS] = { 0 };
		PhraseState s = { 0 };
		Walk w = { .x = x, .last = last, .rules = r->rules, .result = r, .view = &x->text->view[i] };

		phrases_feed(x->phrases, &s, w.view->text, on_phrase, &w);
		phrases_end(x->phrases, &s, on_phrase, &w);
		r->rules = w.rules;
		r->terms |= w.terms;
	}
}

uint64_t inject_stream(const Inject *x, InjectStream *s, Str piece)
{
	Walk w = { .x = x, .last = s->last, .rules = s->rules };

	phrases_feed(x->phrases, &s->words, piece, on_phrase, &w);
	w.rules &= ~s->rules;
	s->rules |= w.rules;
	return w.rules;
}

/* --- making ------------------------------------------------------------------------------------------------------------------- */

/* The phrases as a text is read: plain letters. They stay in `kept`, one after the other. */
static size_t read_phrases(Inject *x, Buf *kept, Phrase *out, size_t *at)
{
	InjectText *t = inject_text_new(4 * PHRASE_MAX);
	size_t n = 0;

	for (const TermRow *row = inject_terms; row->phrases; row++) {
		Str rest = str_of(row->phrases);

		while (rest.n) {
			Str one = str_trim(str_cut(rest, ';', &rest));

			inject_text_read(t, one);
			out[n] = (Phrase){ .tag = row->term, .flags = row->flags };
			at[n] = kept->n;
			x->term_of[n++] = (uint8_t)row->term;
			(void)buf_put_str(kept, t->views ? t->view[0].text : one);
			(void)buf_putc(kept, 0);
		}
	}
	inject_text_free(t);
	return n;
}

static void make_phrases(Inject *x)
{
	Phrase *v = xcalloc(PHRASES_MOST, sizeof *v);
	size_t *at = xcalloc(PHRASES_MOST, sizeof *at);
	Buf kept = { 0 };
	size_t n;

	x->term_of = xcalloc(PHRASES_MOST, 1);
	n = read_phrases(x, &kept, v, at);
	/* Only now: the Buf moves while it grows. */
	for (size_t i = 0; i < n; i++)
		v[i].text = kept.p + at[i];
	x->phrases = phrases_new(v, n);
	buf_done(&kept);
	free(at);
	free(v);
}

Inject *inject_new(Str weights, size_t cap_bytes, Err *e)
{
	Inject *x = xcalloc(1, sizeof *x);

	if (weights_read(&x->weights, weights, e) < 0) {
		free(x);
		return NULL;
	}
	x->text = inject_text_new(cap_bytes);
	make_phrases(x);
	for (size_t i = 0; inject_rules[i].id; i++)
		for (int k = 0; k < 3 && inject_rules[i].term[k]; k++)
			x->rules_of[inject_rules[i].term[k]] |= UINT64_C(1) << i;
	return x;
}

void inject_free(Inject *x)
{
	if (!x)
		return;
	inject_text_free(x->text);
	phrases_free(x->phrases);
	free(x->term_of);
	free(x);
}

const InjectText *inject_readings(const Inject *x)
{
	return x->text;
}

const char *verdict_name(Verdict v)
{
	static const char *const names[] = { [VERDICT_CLEAN] = "clean", [VERDICT_SUSPICIOUS] = "suspicious", [VERDICT_INJECTION] = "injection" };

	return names[v];
}

/* --- the score ------------------------------------------------------------------------------------------------------------------ */

static double named_score(const NamedWeights *w, const InjectResult *r)
{
	double sum = 0;

	for (int i = 0; i < INJECT_RULES_MAX; i++)
		sum += r->rules >> i & 1 ? w->rule[i] : 0;
	for (int i = 0; i < TERMS; i++)
		sum += r->terms >> i & 1 ? w->term[i] : 0;
	for (int i = 0; i < TRICKS; i++)
		sum += r->tricks >> i & 1 ? w->trick[i] : 0;
	return sum;
}

static void score(Inject *x, InjectResult *r)
{
	double best = 0, z = x->weights.bias + named_score(&x->weights.always, r);

	if (!x->text->views || x->text->view[0].text.n <= SHORT_BYTES)
		z += named_score(&x->weights.if_short, r);
	for (int i = 0; i < x->text->views; i++) {
		const InjectView *v = &x->text->view[i];
		size_t at;
		double s = features_score(&x->room, x->weights.table, v->text, &at);

		if (i && s <= best)
			continue;
		best = s;
		r->view = (uint8_t)i;
		r->from = inject_text_place(x->text, v, at);
		r->to = v->to;
	}
	r->score = 1 / (1 + exp(-(z + best * x->weights.scale)));
}

static size_t count_chars(Str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += ((unsigned char)s.p[i] & 0xC0) != 0x80;
	return n;
}

/* FLAG_LOW also when there is none. */
static FlagSeverity worst_rule(const InjectResult *r)
{
	FlagSeverity worst = FLAG_LOW;

	for (int i = 0; i < r->hits; i++)
		worst = r->hit[i].rule->severity > worst ? r->hit[i].rule->severity : worst;
	return worst;
}

void inject_scan(Inject *x, Str text, size_t max_chars, InjectResult *r)
{
	memset(r, 0, sizeof *r);
	r->chars = count_chars(text);
	r->long_input = max_chars && r->chars > max_chars;
	inject_text_read(x->text, text);
	r->tricks = x->text->tricks;
	r->scanned = x->text->scanned;
	r->cut = x->text->cut;
	scan_rules(x, r);
	score(x, r);
	if (r->score >= 0.5)
		r->verdict = VERDICT_INJECTION;
	else if (worst_rule(r) >= FLAG_MEDIUM || r->tricks || r->long_input || r->cut)
		r->verdict = VERDICT_SUSPICIOUS;
}
