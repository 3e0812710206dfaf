#include "model/inject.h"

/* By the trick's bit: what it is worth alone. */
static const FlagSeverity trick_severity[TRICKS] = {
	FLAG_MEDIUM, FLAG_HIGH, FLAG_HIGH, FLAG_MEDIUM, FLAG_LOW, FLAG_MEDIUM, FLAG_MEDIUM, FLAG_LOW, FLAG_LOW, FLAG_LOW, FLAG_MEDIUM, FLAG_MEDIUM,
};

typedef struct Out { Flag *v; size_t n, most; } Out;

/* Keeps the most severe first, and of equals the one that came first. */
static void add(Out *o, const Flag *f)
{
	size_t at = o->n;

	while (at && o->v[at - 1].severity < f->severity)
		at--;
	if (at == o->most)
		return;
	if (o->n == o->most)
		o->n--;
	memmove(o->v + at + 1, o->v + at, (o->n - at) * sizeof *o->v);
	o->v[at] = *f;
	o->n++;
}

/* A rule alone is a pattern; what the score says it means. */
static FlagSeverity rule_severity(const InjectResult *r, const InjectRule *rule)
{
	return r->verdict == VERDICT_INJECTION || rule->severity == FLAG_LOW ? rule->severity : FLAG_LOW;
}

size_t inject_flags(const Inject *x, const InjectResult *r, Str text, int64_t time_ms, Flag *out, size_t n)
{
	const InjectText *t = inject_readings(x);
	Out o = { out, 0, n };
	Flag f;

	if (r->verdict == VERDICT_INJECTION) {
		f = flag_make(FLAG_PROMPT_INJECTION, r->score >= 0.9 ? FLAG_CRITICAL : FLAG_HIGH, r->score, "score", time_ms);
		flag_place(&f, text, r->from, r->to, t->views ? view_name(t->view[r->view].kind) : "plain");
		add(&o, &f);
	}
	if (r->long_input) {
		f = flag_make(FLAG_INPUT_LENGTH, FLAG_LOW, 1, "length", time_ms);
		flag_place(&f, text, 0, (uint32_t)text.n, "plain");
		add(&o, &f);
	}
	for (int i = 0; i < r->hits; i++) {
		const RuleHit *h = &r->hit[i];

		f = flag_make(FLAG_SUSPICIOUS_PATTERN, rule_severity(r, h->rule), r->score, h->rule->id, time_ms);
		flag_place(&f, text, h->from, h->to, view_name(t->view[h->view].kind));
		add(&o, &f);
	}
	for (int i = 0; i < TRICKS; i++) {
		if (!(r->tricks >> i & 1))
			continue;
		f = flag_make(FLAG_ENCODED_TEXT, trick_severity[i], r->score, trick_name(i), time_ms);
		flag_place(&f, text, 0, (uint32_t)text.n, "plain");
		add(&o, &f);
	}
	return o.n;
}
