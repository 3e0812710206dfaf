/* A judge that chooses between a cell's answer and the first cell's. It is asked twice, with the answers in either order: only a choice that it keeps
 * counts, because models have a liking for a place. */
#include "eval/judge.h"
#include "eval/own.h"

static const Str nothing = { "", 0 };

size_t eval_choices(const Eval *x)
{
	const Suite *s = x->spec.suite;

	return s->pairwise.model.n ? s->cases * (size_t)s->repeat * (s->cells - 1) * 2 : 0;
}

/* Both answers count, and are not one text. */
static bool differ(const EvalAnswer *a, const EvalAnswer *b)
{
	return eval_counts(a) && eval_counts(b) && !str_eq(a->text, b->text);
}

static bool gives_orders(Eval *x, const EvalAnswer *v)
{
	EvalRecord *r = records_find(x->records, v->key.p);

	return r && eval_gives_orders(x, r);
}

static const EvalRecord *choice_of(const Eval *x, const SuiteCase *one, const EvalAnswer *a, const EvalAnswer *b)
{
	char key[RESULT_KEY];

	judge_key_pair(&x->spec.suite->pairwise, one->input, (const Str[]){ a->text, b->text }, key);
	return records_find(x->records, key);
}

void eval_choice_step(Eval *x, size_t i, Step *out, size_t *at)
{
	const Suite *s = x->spec.suite;
	const size_t swapped = i % 2, cell = i / 2 % (s->cells - 1) + 1, round = i / 2 / (s->cells - 1) % (size_t)s->repeat;
	const size_t one = i / 2 / (s->cells - 1) / (size_t)s->repeat;
	const EvalAnswer *first = eval_answer(x, one, 0, round), *mine = eval_answer(x, one, cell, round);

	*out = (Step){ .judge = &s->pairwise, .answer = nothing };
	*at = (size_t)(mine - x->answer);
	if (!differ(first, mine) || gives_orders(x, first) || gives_orders(x, mine))
		return;
	out->two[0] = swapped ? mine->text : first->text;
	out->two[1] = swapped ? first->text : mine->text;
	judge_key_pair(&s->pairwise, s->one[one].input, out->two, out->key);
	if (!records_find(x->records, out->key))
		out->kind = STEP_PAIR;
}

/* 1: the cell's answer was chosen, -1: the first one's, 0: neither. */
static int meant(const EvalRecord *r, bool swapped)
{
	const int b = str_is(r->fault, "B") - str_is(r->fault, "A");

	return swapped ? -b : b;
}

static void count(const Eval *x, size_t one, size_t cell, size_t round, EvalChoices *out)
{
	const EvalAnswer *first = eval_answer(x, one, 0, round), *mine = eval_answer(x, one, cell, round);
	const EvalRecord *r[2];
	int choice[2];

	if (!eval_counts(first) || !eval_counts(mine))
		return;
	if (str_eq(first->text, mine->text)) {
		out->p.tied++;
		return;
	}
	r[0] = choice_of(x, &x->spec.suite->one[one], first, mine);
	r[1] = choice_of(x, &x->spec.suite->one[one], mine, first);
	for (int i = 0; i < 2; i++) {
		out->nusd += r[i] ? r[i]->nusd : 0;
		out->unpriced += r[i] && !r[i]->priced;
	}
	if (!r[0] || !r[1] || !r[0]->judged || !r[1]->judged) {
		out->unjudged++;
		return;
	}
	choice[0] = meant(r[0], false);
	choice[1] = meant(r[1], true);
	out->wavered += choice[0] != choice[1];
	*(choice[0] != choice[1] || !choice[0] ? &out->p.tied : choice[0] > 0 ? &out->p.won : &out->p.lost) += 1;
}

EvalChoices eval_chosen(const Eval *x, size_t cell)
{
	const Suite *s = x->spec.suite;
	EvalChoices out = { 0 };

	for (size_t i = 0; i < s->cases; i++)
		for (size_t r = 0; r < (size_t)s->repeat; r++)
			count(x, i, cell, r, &out);
	return out;
}
