#include "eval/history.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/xalloc.h"
#include "model/paired.h"
#include "store/flags.h"

enum { KEY_SHOWN = 16, WHY_BYTES = 300, LOOK_BACK = 2 };

/* --- the run as rows --- */

static EvalCaseRow case_row(Eval *x, size_t one, size_t cell, Arena *a)
{
	EvalCaseRow out = { .id = x->spec.suite->one[one].id };
	size_t shown = 0;
	bool failed = false;

	for (size_t r = 0; r < (size_t)x->spec.suite->repeat; r++) {
		const EvalAnswer *v = eval_answer(x, one, cell, r);

		if (!v->have)
			continue;
		out.n += eval_counts(v);
		out.passed += v->passed;
		if (!v->passed && !failed) {
			failed = true;
			shown = r;
			out.why = str_sub(v->why, 0, WHY_BYTES);
		}
	}
	out.key = arena_str(a, str_sub(eval_answer(x, one, cell, shown)->key, 0, KEY_SHOWN));
	return out;
}

static EvalCellRow cell_row(Eval *x, size_t cell, Arena *a)
{
	const Suite *s = x->spec.suite;
	const EvalCell c = eval_cell(x, cell);
	const Paired p = eval_pair(x, cell);
	EvalCellRow out = {
		.name = s->cell[cell].name, .model = s->cell[cell].model, .n = c.n, .passed = c.passed, .invalid = c.invalid, .unjudged = c.unjudged,
		.missing = c.missing, .nusd = c.nusd, .judge_nusd = c.judge_nusd, .unpriced = c.unpriced, .p50_ms = c.p50_ms, .p95_ms = c.p95_ms,
		.p = -1, .one = ARENA_ARRAY(a, EvalCaseRow, s->cases + 1), .cases = s->cases,
	};
	EvalPrompt prompt;
	Buf differs = { 0 };

	if (cell) {
		out.won = p.won;
		out.lost = p.lost;
		out.tied = p.tied;
		out.p = paired_p(&p);
		(void)eval_differs(x, cell, &differs);
		out.differs = arena_str(a, buf_str(&differs));
		buf_done(&differs);
	}
	if (eval_prompt(x, 0, cell, a, &prompt, NULL) == 0) {
		out.template = prompt.id;
		out.version = prompt.version;
		out.sha256 = prompt.sha256;
	}
	for (size_t i = 0; i < s->cases; i++)
		out.one[i] = case_row(x, i, cell, a);
	return out;
}

/* --- its place among the others --- */

static bool same_cases(const EvalCellRow *a, const EvalCellRow *b)
{
	if (!str_eq(a->name, b->name) || a->cases != b->cases || a->missing != b->missing || a->nusd != b->nusd || a->judge_nusd != b->judge_nusd)
		return false;
	for (size_t i = 0; i < a->cases; i++)
		if (a->one[i].passed != b->one[i].passed || a->one[i].n != b->one[i].n || !str_eq(a->one[i].id, b->one[i].id))
			return false;
	return true;
}

static bool same_outcome(const EvalRun *a, const EvalRun *b)
{
	if (a->cells != b->cells || !str_eq(a->stopped, b->stopped))
		return false;
	for (size_t i = 0; i < a->cells; i++)
		if (!same_cases(&a->cell[i], &b->cell[i]))
			return false;
	return true;
}

static bool is_unfinished(const EvalRun *r)
{
	bool lacks = r->stopped.n > 0;

	for (size_t i = 0; i < r->cells; i++)
		lacks |= r->cell[i].missing > 0;
	return lacks;
}

/* Finds the run before, and what this one is to the newest. */
static int place_it(EvalHistory *h, Store *s, Err *e)
{
	EvalRun *v;
	size_t n, at = 0;

	if (evals_runs(s, h->now.suite, LOOK_BACK, &h->arena, &v, &n, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (evals_cases(s, &h->arena, &v[i], e) < 0)
			return -1;
	if (n && str_eq(v[0].plan, h->now.plan) && str_eq(v[0].results, h->now.results)) {
		h->again = !h->now.spent_nusd && same_outcome(&v[0], &h->now);
		if (h->again || is_unfinished(&v[0])) {
			h->now.id = v[0].id;
			h->now.spent_nusd += v[0].spent_nusd;
			at = 1;
		}
	}
	if (at < n)
		h->before = v[at];
	return 0;
}

void history_keep(EvalHistory *h, Eval *x, const char *store_path, const char *results, int64_t now_ms)
{
	char *real = realpath(results, NULL);
	Store *s = NULL;
	Err e = { 0 };

	*h = (EvalHistory){ .now = { .time_ms = now_ms, .suite = x->spec.suite->id, .plan = str_of(x->plan), .stopped = str_of(x->stopped),
	                             .spent_nusd = x->spent_nusd, .cells = x->spec.suite->cells } };
	h->now.results = arena_str(&h->arena, str_of(real ? real : results));
	free(real);
	h->now.cell = ARENA_ARRAY(&h->arena, EvalCellRow, h->now.cells + 1);
	for (size_t i = 0; i < h->now.cells; i++)
		h->now.cell[i] = cell_row(x, i, &h->arena);
	if (!store_path)
		(void)err_set(&e, "this context has no place for a snapshot");
	else if (dir_make_of(store_path, &e) == 0 && (s = store_open(store_path, STORE_WRITE, NULL, &e)) && place_it(h, s, &e) == 0 && !h->again)
		(void)evals_put(s, &h->now, &e);
	if (s && x->flags && store_flags_put(s, x->flag, x->flags, 0, NULL) < 0 && !e.text[0])
		(void)err_set(&e, "what the guards said could not be kept");
	if (e.text[0])
		err_cut(e.text, h->lost, sizeof h->lost);
	store_close(s);
}

void history_done(EvalHistory *h)
{
	arena_done(&h->arena);
}

/* --- then and now --- */

const EvalCellRow *history_cell(const EvalHistory *h, Str name)
{
	for (size_t i = 0; i < h->before.cells; i++)
		if (str_eq(h->before.cell[i].name, name))
			return &h->before.cell[i];
	return NULL;
}

static int by_id(const void *a, const void *b)
{
	return str_cmp((*(const EvalCaseRow *const *)a)->id, (*(const EvalCaseRow *const *)b)->id);
}

static bool all_passed(const EvalCaseRow *c)
{
	return c->n && c->passed == c->n;
}

size_t history_changed(const EvalCellRow *then, const EvalCellRow *now, bool gained, size_t *one, size_t most)
{
	const EvalCaseRow **known = xcalloc(then->cases + 1, sizeof *known);
	size_t n = 0;

	for (size_t i = 0; i < then->cases; i++)
		known[i] = &then->one[i];
	qsort(known, then->cases, sizeof *known, by_id);
	for (size_t i = 0; i < now->cases && n < most; i++) {
		const EvalCaseRow *c = &now->one[i], *const *found = bsearch(&c, known, then->cases, sizeof *known, by_id);

		if (found && (*found)->n && c->n && all_passed(*found) != gained && all_passed(c) == gained)
			one[n++] = i;
	}
	free(known);
	return n;
}
