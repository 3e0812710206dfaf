/* What a question has come to by everything that is known, and what is to be asked next: the answer, whether it passes what can be checked here,
 * what the judges say of it, and the same again for each round after a rejection. Nothing is remembered but the records, so a run that was broken
 * off goes on at the very place where it was. */
#include "eval/own.h"

#include "base/clock.h"
#include "base/xalloc.h"
#include "eval/check.h"
#include "eval/judge.h"
#include "model/inject.h"

enum { FLAGS_EACH = 8, FLAGS_MAX = 1000 };

/* The one behind *i others. NULL: there are fewer, and *i is less by as many. */
static const SuiteJudge *among(const SuiteCheck *c, size_t n, size_t *i)
{
	for (size_t k = 0; k < n; k++)
		if (c[k].judge.model.n && (*i)-- == 0)
			return &c[k].judge;
	return NULL;
}

const SuiteJudge *eval_judge(const Suite *s, size_t i)
{
	const SuiteJudge *found = among(s->check, s->checks, &i);

	for (size_t c = 0; c < s->cases && !found; c++)
		found = among(s->one[c].check, s->one[c].checks, &i);
	return found;
}

/* Of those that a case's answers are judged by: the suite's, then its own. */
static const SuiteJudge *judge_of(const Suite *s, const SuiteCase *one, size_t i)
{
	const SuiteJudge *found = among(s->check, s->checks, &i);

	return found ? found : among(one->check, one->checks, &i);
}

/* Texts that look like orders do not reach a judge. What is found in answers of this run is a security event. */
bool eval_gives_orders(Eval *x, EvalRecord *r)
{
	Flag flag[FLAGS_EACH];
	InjectResult found;
	size_t n;

	if (r->scanned || !x->guard)
		return r->orders;
	inject_scan(x->guard, r->text, 0, &found);
	r->scanned = true;
	r->orders = found.verdict == VERDICT_INJECTION;
	if (found.verdict == VERDICT_CLEAN || r->again || x->flags >= FLAGS_MAX)
		return r->orders;
	n = inject_flags(x->guard, &found, r->text, clock_wall_ms(), flag, FLAGS_EACH);
	VEC_GROW(x->flag, x->flags_cap, x->flags + n);
	for (size_t i = 0; i < n; i++)
		x->flag[x->flags++] = flag[i];
	return r->orders;
}

static void take_answer(EvalAnswer *v, const EvalRecord *r)
{
	v->have = true;
	v->tries++;
	v->again = r->again;
	v->key = str_of(r->key);
	v->text = r->text;
	v->stop = r->stop;
	v->tokens = tokens_add(v->tokens, r->tokens);
	v->priced = (v->tries == 1 || v->priced) && r->priced;
	v->nusd += r->nusd;
	v->total_ms += r->total_ms;
	if (v->tries == 1)
		v->first_ms = r->first_ms;
}

static size_t fault_at(const Eval *x, Str fault)
{
	for (size_t i = 0; i < x->faults; i++)
		if (str_eq(x->fault[i], fault))
			return i;
	return EVAL_FAULTS - 1;
}

static void leave_unjudged(EvalAnswer *v, Str why)
{
	v->unjudged = true;
	v->passed = false;
	v->why = why;
}

typedef enum Judged { JUDGED_PASSED, JUDGED_REJECTED, JUDGED_NOT } Judged;

/* JUDGED_NOT with a step: the verdict is still to be asked for. */
static Judged judge_all(Eval *x, Place p, EvalAnswer *v, EvalRecord *r, Step *out)
{
	const SuiteCase *one = &x->spec.suite->one[p.one];
	const SuiteJudge *j;

	for (size_t i = 0; (j = judge_of(x->spec.suite, one, i)); i++) {
		const EvalRecord *said;

		if (eval_gives_orders(x, r)) {
			leave_unjudged(v, STR("not shown to the judge: it looks like orders to a model"));
			return JUDGED_NOT;
		}
		judge_key(j, one->input, r->text, out->key);
		if (!(said = records_find(x->records, out->key))) {
			out->kind = STEP_JUDGE;
			out->judge = j;
			out->answer = r->text;
			leave_unjudged(v, STR("not judged yet"));
			return JUDGED_NOT;
		}
		v->judge_nusd += said->nusd;
		v->judge_priced &= said->priced;
		if (!said->judged) {
			leave_unjudged(v, said->reason);
			return JUDGED_NOT;
		}
		v->score = said->score;
		if (!judge_passes(j, said)) {
			v->passed = false;
			v->why = said->reason;
			v->rejected[fault_at(x, said->fault)]++;
			return JUDGED_REJECTED;
		}
	}
	return JUDGED_PASSED;
}

/* One more turn of the conversation: the answer that was rejected, and why. */
static void send_back(Step *out, Arena *a, Str answer, Str reason)
{
	ConverseBlock *block = ARENA_ARRAY(a, ConverseBlock, 2);

	block[0].text = answer;
	block[1].text = arena_printf(a, "A reviewer rejected this answer: %.*s\n\nAnswer the first message again, with that put right.", STR_ARG(reason));
	out->message[out->messages++] = (ConverseMessage){ STR("assistant"), { &block[0], 1 } };
	out->message[out->messages++] = (ConverseMessage){ STR("user"), { &block[1], 1 } };
}

static int begin(Eval *x, Place p, Arena *a, Step *out, Err *e)
{
	const SuiteCase *one = &x->spec.suite->one[p.one];
	ConverseBlock *block = ARENA_NEW(a, ConverseBlock);

	*out = (Step){ .message = ARENA_ARRAY(a, ConverseMessage, 2 * SUITE_ROUNDS + 1) };
	block->text = one->input;
	out->message[out->messages++] = (ConverseMessage){ STR("user"), { block, 1 } };
	return eval_prompt(x, p.one, p.cell, a, &out->prompt, e);
}

int eval_warm_step(Eval *x, size_t cell, Arena *a, Step *out, Err *e)
{
	char key[RESULT_KEY];

	if (begin(x, (Place){ 0, cell, 0 }, a, out, e) < 0)
		return -1;
	result_key(&x->spec.suite->cell[cell], &out->prompt, &x->spec.suite->one[0], 0, key);
	result_key_warm(key, out->key);
	out->kind = STEP_WARM;
	return 0;
}

static bool is_blank(Str text)
{
	return !str_trim(text).n;
}

int eval_advance(Eval *x, size_t at, Arena *a, Step *out, Err *e)
{
	const Place p = eval_place(x, at);
	const SuiteCell *cell = &x->spec.suite->cell[p.cell];
	const SuiteCase *one = &x->spec.suite->one[p.one];
	EvalAnswer v = { .score = -1, .judge_priced = true };
	char key[RESULT_KEY];

	if (begin(x, p, a, out, e) < 0)
		return -1;
	result_key(cell, &out->prompt, one, (int64_t)p.round, key);
	for (;; out->attempt++) {
		EvalRecord *r = records_find(x->records, key);

		if (!r) {
			out->kind = STEP_ASK;
			memcpy(out->key, key, sizeof key);
			v.have = false;
			break;
		}
		take_answer(&v, r);
		check_answer(x->compiled, x->spec.suite, one, &v, &x->arena);
		if (v.invalid || !v.passed)
			break;
		if (is_blank(r->text) && judge_of(x->spec.suite, one, 0)) {
			v.passed = false;
			v.why = STR("is empty");
			break;
		}
		if (judge_all(x, p, &v, r, out) != JUDGED_REJECTED || out->attempt == cell->rounds)
			break;
		send_back(out, a, r->text, v.why);
		result_key_after(key, r->text, v.why, key);
	}
	x->answered += (size_t)v.have - (size_t)x->answer[at].have;
	x->answer[at] = v;
	return 0;
}
