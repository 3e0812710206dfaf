#include "eval/eval.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/xalloc.h"
#include "conf/embed.h"
#include "eval/check.h"
#include "eval/judge.h"
#include "eval/own.h"
#include "model/inject.h"
#include "wire/text.h"

enum { SCANNED_MAX = 1 << 20 };

Place eval_place(const Eval *x, size_t at)
{
	const size_t repeat = (size_t)x->spec.suite->repeat, cells = x->spec.suite->cells;

	return (Place){ at / repeat / cells, at / repeat % cells, at % repeat };
}

const EvalAnswer *eval_answer(const Eval *x, size_t one, size_t cell, size_t round)
{
	const Suite *s = x->spec.suite;

	return &x->answer[(one * s->cells + cell) * (size_t)s->repeat + round];
}

bool eval_counts(const EvalAnswer *v)
{
	return v->have && !v->invalid && !v->unjudged;
}

int eval_prompt(const Eval *x, size_t one, size_t cell, Arena *a, EvalPrompt *out, Err *e)
{
	const Suite *s = x->spec.suite;

	*out = (EvalPrompt){ .system = s->cell[cell].system.n ? s->cell[cell].system : STR("") };
	if (x->spec.prompt(x->spec.prompt_arg, a, &s->cell[cell], &s->one[one], out, e) < 0)
		return err_wrap(e, "case %.*s of cell %.*s", STR_ARG(s->one[one].id), STR_ARG(s->cell[cell].name));
	return 0;
}

/* A chain over all questions, so that it depends on their order and needs no room for all of them. */
static int make_plan(Eval *x, Err *e)
{
	Arena a = { 0 };
	int rc = 0;

	for (size_t i = 0; i < x->total && rc == 0; i++) {
		const Place p = eval_place(x, i);
		char link[RESULT_KEY];
		EvalPrompt prompt;

		if ((rc = eval_prompt(x, p.one, p.cell, &a, &prompt, e)) == 0) {
			result_key(&x->spec.suite->cell[p.cell], &prompt, &x->spec.suite->one[p.one], (int64_t)p.round, link);
			result_hash((const Str[]){ str_of(x->plan), str_of(link) }, 2, x->plan);
		}
		arena_reset(&a);
	}
	arena_done(&a);
	return rc;
}

/* Who may judge whom, before anything is asked, and what they may reject for. Further reasons than there is room for count as the last one. */
static int meet_judges(Eval *x, Err *e)
{
	const Suite *s = x->spec.suite;
	const SuiteJudge *j;

	for (size_t i = 0; (j = eval_judge(s, i)); i++) {
		for (size_t k = 0; k < s->cells; k++)
			if (judge_may(j, &s->cell[k], x->spec.prices, e) < 0)
				return -1;
		for (size_t f = 0; f < j->faults; f++) {
			size_t at = 0;

			while (at < x->faults && !str_eq(x->fault[at], j->fault[f]))
				at++;
			if (at == x->faults && at < EVAL_FAULTS - 1)
				x->fault[x->faults++] = j->fault[f];
		}
	}
	for (size_t k = 0; s->pairwise.model.n && k < s->cells; k++)
		if (judge_may(&s->pairwise, &s->cell[k], x->spec.prices, e) < 0)
			return -1;
	if (!eval_judge(s, 0) && !s->pairwise.model.n)
		return 0;
	x->guard = inject_new(embed_get("src/model/inject.weights"), SCANNED_MAX, e);
	return x->guard ? 0 : -1;
}

/* A cell whose cases share their instructions, and what an earlier run paid to warm its cache. */
static int want_warmth(Eval *x, size_t cell, Err *e)
{
	Arena a = { 0 };
	EvalPrompt first = { 0 }, other;
	const EvalRecord *r;
	size_t same = 0;
	Step step;
	int rc = 0;

	for (size_t i = 0; i < x->spec.suite->cases && rc == 0 && same < 2; i++)
		if ((rc = eval_prompt(x, i, cell, &a, i ? &other : &first, e)) == 0)
			same += !i || str_eq(first.system, other.system);
	if (rc == 0 && same > 1 && (rc = eval_warm_step(x, cell, &a, &step, e)) == 0) {
		x->warm[cell].state = WARM_WANTED;
		if ((r = records_find(x->records, step.key))) {
			x->warm[cell].have = true;
			x->warm[cell].priced = r->priced;
			x->warm[cell].nusd = r->nusd;
		}
	}
	arena_done(&a);
	return rc;
}

/* What an earlier run has left. Checked anew: what is expected may have changed since, and that costs nothing. */
static int take_known(Eval *x, Err *e)
{
	Arena a = { 0 };
	int rc = 0;

	for (size_t i = 0; i < x->total && rc == 0; i++) {
		Step step;

		rc = eval_advance(x, i, &a, &step, e);
		if (rc == 0 && step.kind != STEP_NONE && records_is_open(x->records, step.key)) {
			x->open++;
			records_shut(x->records, step.key);
		}
		x->again += x->answer[i].have;
		arena_reset(&a);
	}
	for (size_t i = 0, at; i < eval_choices(x); i++) {
		Step step;

		eval_choice_step(x, i, &step, &at);
		x->open += step.kind == STEP_PAIR && records_is_open(x->records, step.key);
	}
	records_shut(x->records, NULL);
	for (size_t i = 0; i < x->spec.suite->cells && rc == 0; i++)
		if (x->spec.suite->cell[i].cache != CACHE_NONE)
			rc = want_warmth(x, i, e);
	arena_done(&a);
	return rc;
}

int eval_open(Eval *x, const EvalSpec *spec, Err *e)
{
	const Suite *s = spec->suite;

	*x = (Eval){ .spec = *spec, .fd = -1, .total = s->cases * s->cells * (size_t)s->repeat, .records = records_new() };
	x->answer = xcalloc(x->total + 1, sizeof *x->answer);
	if (check_compile(s, &x->compiled, e) < 0 || meet_judges(x, e) < 0 || make_plan(x, e) < 0)
		return -1;
	if ((x->fd = results_open(spec->results, &x->arena, x->records, e)) < 0)
		return -1;
	return take_known(x, e);
}

void eval_close(Eval *x)
{
	if (x->fd >= 0)
		close(x->fd);
	x->fd = -1;
	check_free(x->compiled);
	records_free(x->records);
	inject_free(x->guard);
	free(x->answer);
	free(x->parked);
	free(x->flag);
	arena_done(&x->arena);
}
