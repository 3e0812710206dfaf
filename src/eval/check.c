#include "eval/check.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/regex.h"
#include "base/xalloc.h"
#include "model/money.h"
#include "wire/jsonschema.h"

enum { ANSWER_MAX = 16 << 20 };

typedef struct Made { Regex *regex; JsonSchema *schema; } Made;
struct EvalCheck { const SuiteCheck **of; Made *made; size_t n, cap, made_cap; };

static int make(EvalCheck *c, const SuiteCheck *k, Err *e)
{
	Made m = { 0 };
	Buf text = { 0 };
	int rc = 0;

	if (k->regex.n && !(m.regex = regex_new(k->regex, e))) {
		if (e)
			e->kind = ERR_USAGE;
		return err_wrap(e, "expect: regex %.*s", STR_ARG(k->regex));
	}
	if (k->schema.n) {
		rc = file_read(k->schema.p, &text, JSONSCHEMA_MAX_BYTES, e);
		if (rc == 0 && !(m.schema = jsonschema_new(buf_str(&text), e)))
			rc = err_wrap(e, "%.*s", STR_ARG(k->schema));
		buf_done(&text);
	}
	if (rc < 0 || (!m.regex && !m.schema))
		return rc;
	VEC_GROW(c->of, c->cap, c->n + 1);
	VEC_GROW(c->made, c->made_cap, c->n + 1);
	c->of[c->n] = k;
	c->made[c->n++] = m;
	return 0;
}

int check_compile(const Suite *s, EvalCheck **out, Err *e)
{
	EvalCheck *c = *out = xcalloc(1, sizeof *c);

	for (size_t i = 0; i < s->checks; i++)
		if (make(c, &s->check[i], e) < 0)
			return -1;
	for (size_t i = 0; i < s->cases; i++)
		for (size_t k = 0; k < s->one[i].checks; k++)
			if (make(c, &s->one[i].check[k], e) < 0)
				return -1;
	return 0;
}

void check_free(EvalCheck *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->n; i++) {
		regex_free(c->made[i].regex);
		jsonschema_free(c->made[i].schema);
	}
	free(c->of);
	free(c->made);
	free(c);
}

static const Made *made_of(const EvalCheck *c, const SuiteCheck *k)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->of[i] == k)
			return &c->made[i];
	return NULL;
}

/* A model often puts its JSON into a fence. */
static Str json_of(Str text)
{
	Str s = str_trim(text), rest;

	if (str_starts(s, STR("```")) && str_ends(s, STR("```"))) {
		(void)str_cut(s, '\n', &rest);
		s = str_trim(str_sub(rest, 0, rest.n > 3 ? rest.n - 3 : 0));
	}
	return s;
}

static Str wrong_json(const Made *m, const EvalAnswer *x, Arena *a)
{
	JsonVal v;
	Err e = { 0 };

	if (jv_parse(a, json_of(x->text), ANSWER_MAX, &v, &e) < 0 || (m && jsonschema_fits(m->schema, v, "the answer", &e) < 0))
		return arena_str(a, str_of(e.text));
	return STR("");
}

/* Why the answer is not what this says; empty: it is. */
static Str wrong(const EvalCheck *c, const SuiteCheck *k, const EvalAnswer *x, Arena *a)
{
	char have[MONEY_TEXT], most[MONEY_TEXT];

	if (k->contains.n)
		return str_has(x->text, k->contains) ? STR("") : arena_printf(a, "does not contain \"%.*s\"", STR_ARG(k->contains));
	if (k->lacks.n)
		return !str_has(x->text, k->lacks) ? STR("") : arena_printf(a, "contains \"%.*s\"", STR_ARG(k->lacks));
	if (k->regex.n)
		return regex_find(made_of(c, k)->regex, x->text) == REGEX_YES ? STR("") : arena_printf(a, "does not match %.*s", STR_ARG(k->regex));
	if (k->json)
		return wrong_json(NULL, x, a);
	if (k->schema.n)
		return wrong_json(made_of(c, k), x, a);
	if (k->latency_ms != SUITE_UNSET)
		return x->total_ms <= k->latency_ms ? STR("") : arena_printf(a, "took %" PRId64 " ms, at most %" PRId64, x->total_ms, k->latency_ms);
	if (!x->priced)
		return STR("has no price, so what it costs is not known");
	money_exact(x->nusd, have);
	money_exact(k->cost_nusd, most);
	return x->nusd <= k->cost_nusd ? STR("") : arena_printf(a, "costs $%s, at most $%s", have, most);
}

void check_answer(const EvalCheck *c, const Suite *s, const SuiteCase *one, EvalAnswer *x, Arena *a)
{
	x->invalid = str_is(x->stop, "max_tokens");
	x->why = x->invalid ? STR("cut off at max_tokens") : STR("");
	for (size_t i = 0; i < s->checks && !x->why.n; i++)
		x->why = s->check[i].judge.model.n ? STR("") : wrong(c, &s->check[i], x, a);
	for (size_t i = 0; i < one->checks && !x->why.n; i++)
		x->why = one->check[i].judge.model.n ? STR("") : wrong(c, &one->check[i], x, a);
	x->passed = !x->why.n;
}
