/* What the answers add up to. */
#include <stdlib.h>

#include "base/xalloc.h"
#include "eval/eval.h"
#include "model/interval.h"

enum { P95_LEAST = 20 };

static int by_value(const void *a, const void *b)
{
	const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* Nearest rank: the smallest value that so many per cent do not exceed. */
static int64_t rank(const int64_t *v, size_t n, size_t percent)
{
	return v[(n * percent + 99) / 100 - 1];
}

static void add(EvalCell *out, const EvalAnswer *a)
{
	out->nusd += a->nusd;
	out->unpriced += !a->priced;
	out->judge_nusd += a->judge_nusd;
	out->judge_unpriced += !a->judge_priced;
	out->invalid += a->invalid;
	out->unjudged += a->unjudged;
	out->passed += a->passed;
	out->n += eval_counts(a);
	if (a->tokens.cache_read > 0 && a->priced) {
		out->cached++;
		out->cached_nusd += a->nusd;
	}
	out->tries += a->tries;
	out->mended += a->passed && a->tries > 1;
	for (size_t i = 0; i < EVAL_FAULTS; i++)
		out->rejected[i] += a->rejected[i];
}

EvalCell eval_cell(const Eval *x, size_t cell)
{
	const Suite *s = x->spec.suite;
	int64_t *ms = xcalloc(x->total + 1, sizeof *ms);
	EvalCell out = { .p50_ms = -1, .p95_ms = -1 };
	size_t n = 0;

	for (size_t i = 0; i < s->cases; i++)
		for (size_t r = 0; r < (size_t)s->repeat; r++) {
			const EvalAnswer *a = eval_answer(x, i, cell, r);

			out.missing += !a->have;
			if (!a->have)
				continue;
			ms[n++] = a->total_ms;
			add(&out, a);
		}
	qsort(ms, n, sizeof *ms, by_value);
	if (n)
		out.p50_ms = rank(ms, n, 50);
	if (n >= P95_LEAST)
		out.p95_ms = rank(ms, n, 95);
	interval_95(out.passed, out.n, &out.low_ppm, &out.high_ppm);
	free(ms);
	return out;
}

static bool both(const Eval *x, size_t one, size_t cell, size_t round, const EvalAnswer **a, const EvalAnswer **b)
{
	*a = eval_answer(x, one, 0, round);
	*b = eval_answer(x, one, cell, round);
	return eval_counts(*a) && eval_counts(*b);
}

Paired eval_pair(const Eval *x, size_t cell)
{
	const Suite *s = x->spec.suite;
	const EvalAnswer *a, *b;
	Paired out = { 0 };

	for (size_t i = 0; i < s->cases; i++)
		for (size_t r = 0; r < (size_t)s->repeat; r++) {
			if (!both(x, i, cell, r, &a, &b))
				continue;
			out.won += b->passed && !a->passed;
			out.lost += a->passed && !b->passed;
			out.tied += a->passed == b->passed;
		}
	return out;
}

int eval_differs(const Eval *x, size_t cell, Buf *out)
{
	const SuiteCell *a = &x->spec.suite->cell[0], *b = &x->spec.suite->cell[cell];
	const bool template = a->template.n > 0 || b->template.n > 0;
	const struct { const char *name; bool differs; } factor[] = {
		{ "model", !str_eq(a->model, b->model) },
		{ "template", template && (!str_eq(a->template, b->template) || !str_eq(a->system, b->system)) },
		{ "system", !template && !str_eq(a->system, b->system) },
		{ "temperature", a->temperature != b->temperature },
		{ "max_tokens", a->max_tokens != b->max_tokens },
		{ "prompt_cache", a->cache != b->cache },
		{ "rounds", a->rounds != b->rounds },
	};
	int n = 0;

	for (size_t i = 0; i < sizeof factor / sizeof *factor; i++)
		if (factor[i].differs)
			(void)buf_printf(out, "%s%s", n++ ? ", " : "", factor[i].name);
	return n;
}

size_t eval_regressions(const Eval *x, size_t cell, size_t *one, size_t most)
{
	const Suite *s = x->spec.suite;
	const EvalAnswer *a, *b;
	size_t n = 0;

	for (size_t i = 0; i < s->cases; i++)
		for (size_t r = 0; r < (size_t)s->repeat; r++)
			if (both(x, i, cell, r, &a, &b) && a->passed && !b->passed && n < most) {
				one[n++] = i;
				break;
			}
	return n;
}
