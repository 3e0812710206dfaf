#include "app/ask_evals.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/xalloc.h"
#include "eval/history.h"
#include "eval/results.h"
#include "model/caching.h"
#include "model/interval.h"

enum { RUNS_LOOKED = 500 };

/* A run and the store that it is of. */
typedef struct Kept { EvalRun run; size_t from; } Kept;
typedef struct Seeing {
	const Stores *stores;
	Arena a;
	Kept *kept; size_t n, cap;
	Paired votes[SUITE_CELLS];
	EvalHistory h;                 /* the one that is shown, and the one before */
	EvalsLine *line; size_t lines, lines_cap;
} Seeing;

static int newest_first(const void *x, const void *y)
{
	const Kept *a = x, *b = y;

	if (a->run.time_ms != b->run.time_ms)
		return a->run.time_ms > b->run.time_ms ? -1 : 1;
	return (a->run.id < b->run.id) - (a->run.id > b->run.id);
}

static int read_runs(Seeing *s, const FiguresAsk *when, Err *e)
{
	for (size_t i = 0; i < s->stores->n; i++) {
		EvalRun *v;
		size_t n;

		if (!s->stores->s[i])
			continue;
		if (evals_runs(s->stores->s[i], STR(""), RUNS_LOOKED, &s->a, &v, &n, e) < 0)
			return -1;
		for (size_t k = 0; k < n; k++) {
			if (when->past && v[k].time_ms > when->now_ms)
				continue;
			VEC_GROW(s->kept, s->cap, s->n + 1);
			s->kept[s->n++] = (Kept){ v[k], i };
		}
	}
	if (s->n)
		qsort(s->kept, s->n, sizeof *s->kept, newest_first);
	return 0;
}

static int read_votes(Seeing *s, Store *from, Err *e)
{
	for (size_t i = 1; i < s->h.now.cells && i < SUITE_CELLS; i++)
		if (evals_votes(from, s->h.now.id, i, &s->votes[i], e) < 0)
			return -1;
	return 0;
}

static int choose(Seeing *s, size_t nth, Err *e)
{
	const Kept *now = &s->kept[nth];

	s->h.now = now->run;
	for (size_t i = nth + 1; i < s->n && !s->h.before.id; i++)
		if (s->kept[i].from == now->from && str_eq(s->kept[i].run.suite, now->run.suite))
			s->h.before = s->kept[i].run;
	if (evals_cases(s->stores->s[now->from], &s->a, &s->h.now, e) < 0 || read_votes(s, s->stores->s[now->from], e) < 0)
		return -1;
	return s->h.before.id ? evals_cases(s->stores->s[now->from], &s->a, &s->h.before, e) : 0;
}

/* --- lines --- */

static bool all_passed(const EvalCaseRow *c)
{
	return c->n && c->passed == c->n;
}

static const EvalCaseRow *case_of(const EvalCellRow *c, Str id)
{
	for (size_t i = 0; c && i < c->cases; i++)
		if (str_eq(c->one[i].id, id))
			return &c->one[i];
	return NULL;
}

static EvalsKind kind_of(const EvalCaseRow *first, const EvalCaseRow *mine, bool lapsed)
{
	if (!mine->n || (first && !first->n))
		return EVALS_OPEN;
	if (first && all_passed(first) && !all_passed(mine))
		return EVALS_LOST;
	if (lapsed)
		return EVALS_NO_LONGER;
	if (!all_passed(mine))
		return EVALS_FAILED;
	return first && !all_passed(first) ? EVALS_WON : EVALS_PASSED;
}

static void put_line(Seeing *s, size_t cell, size_t one, bool lapsed)
{
	const EvalCellRow *c = &s->h.now.cell[cell], *then = history_cell(&s->h, c->name);
	const EvalCaseRow *mine = &c->one[one], *first = cell ? &s->h.now.cell[0].one[one] : NULL;
	const EvalsKind kind = kind_of(first, mine, lapsed);
	const EvalCaseRow *was = lapsed && (!cell || kind == EVALS_NO_LONGER) ? case_of(then, mine->id) : NULL;
	EvalsLine *x;

	/* Of the first cell only what needs a look, unless it stands alone. */
	if (!cell && s->h.now.cells > 1 && kind != EVALS_NO_LONGER)
		return;
	VEC_GROW(s->line, s->lines_cap, s->lines + 1);
	x = &s->line[s->lines++];
	*x = (EvalsLine){ .kind = (int32_t)kind, .cell = (int32_t)cell, .beside_then = was != NULL };
	fig_text(x->one, sizeof x->one, mine->id);
	fig_text(x->why, sizeof x->why, mine->why);
	fig_text(x->key, sizeof x->key, mine->key);
	fig_text(x->first, sizeof x->first, first ? first->key : STR(""));
	fig_text(x->other, sizeof x->other, was ? was->key : first ? first->key : STR(""));
}

static void put_lines(Seeing *s)
{
	for (size_t i = 0; i < s->h.now.cells; i++) {
		const EvalCellRow *c = &s->h.now.cell[i], *then = history_cell(&s->h, c->name);
		size_t *lapsed = xcalloc(c->cases + 1, sizeof *lapsed), n = then ? history_changed(then, c, false, lapsed, c->cases) : 0;

		for (size_t k = 0, at = 0; k < c->cases; k++) {
			const bool is = at < n && lapsed[at] == k;

			put_line(s, i, k, is);
			at += is;
		}
		free(lapsed);
	}
}

static int worst_first(const void *x, const void *y)
{
	const EvalsLine *a = x, *b = y;

	return a->kind != b->kind ? a->kind - b->kind : strcmp(a->one, b->one) ? strcmp(a->one, b->one) : a->cell - b->cell;
}

/* --- the answer --- */

static void put_cell(const Seeing *s, size_t at, EvalsCell *out)
{
	const EvalCellRow *c = &s->h.now.cell[at], *then = history_cell(&s->h, c->name);
	size_t *one = xcalloc(c->cases + 1, sizeof *one);

	*out = (EvalsCell){ .n = c->n, .passed = c->passed, .invalid = c->invalid, .unjudged = c->unjudged, .missing = c->missing, .nusd = c->nusd,
	                    .unpriced = c->unpriced, .judge_nusd = c->judge_nusd, .p95_ms = c->p95_ms, .won = c->won, .lost = c->lost, .tied = c->tied,
	                    .p = c->p, .vote_won = s->votes[at].won, .vote_lost = s->votes[at].lost, .vote_tied = s->votes[at].tied };
	fig_text(out->name, sizeof out->name, c->name);
	fig_text(out->model, sizeof out->model, c->model);
	fig_text(out->template, sizeof out->template, c->template);
	fig_text(out->differs, sizeof out->differs, c->differs);
	interval_95(c->passed, c->n, &out->low_ppm, &out->high_ppm);
	if (then) {
		out->then = 1;
		out->then_n = then->n;
		out->then_passed = then->passed;
		out->no_longer = (int32_t)history_changed(then, c, false, one, c->cases);
		out->newly = (int32_t)history_changed(then, c, true, one, c->cases);
	}
	free(one);
}

static EvalsSeen *answer_of(const Seeing *s, size_t nth)
{
	const size_t n = s->lines < EVALS_LINES ? s->lines : EVALS_LINES;
	const EvalRun *r = &s->h.now;
	EvalsSeen *out = xcalloc(1, sizeof *out + n * sizeof out->line[0]);

	out->runs = (int32_t)s->n;
	if (!s->n)
		return out;
	out->nth = (int32_t)nth;
	out->n = (int32_t)n;
	out->total = (int32_t)s->lines;
	out->run = r->id;
	out->time_ms = r->time_ms;
	out->spent_nusd = r->spent_nusd;
	out->has_before = s->h.before.id != 0;
	out->before_ms = s->h.before.time_ms;
	if (s->stores->context)
		(void)snprintf(out->context, sizeof out->context, "%s", s->stores->context[s->kept[nth].from]);
	fig_text(out->suite, sizeof out->suite, r->suite);
	fig_text(out->stopped, sizeof out->stopped, r->stopped);
	fig_text(out->results, sizeof out->results, r->results);
	if (s->h.before.id)
		fig_text(out->before, sizeof out->before, s->h.before.results);
	for (size_t i = 0; i < r->cells && i < SUITE_CELLS; i++, out->cells++)
		put_cell(s, i, &out->cell[i]);
	memcpy(out->line, s->line, n * sizeof *s->line);
	return out;
}

static int run(const Stores *from, const FiguresAsk *when, const void *in, void **out, Err *e)
{
	const EvalsAsk *q = in;
	Seeing s = { .stores = from };
	size_t nth = q->nth > 0 ? (size_t)q->nth : 0;
	int rc = read_runs(&s, when, e);

	if (s.n && nth >= s.n)
		nth = s.n - 1;
	if (rc == 0 && s.n && (rc = choose(&s, nth, e)) == 0) {
		put_lines(&s);
		if (s.lines)
			qsort(s.line, s.lines, sizeof *s.line, worst_first);
	}
	if (rc == 0)
		*out = answer_of(&s, nth);
	free(s.kept);
	free(s.line);
	arena_done(&s.a);
	return rc;
}

const AskClass ask_evals = { .name = "evals", .in_size = sizeof(EvalsAsk), .run = run };

/* --- two answers --- */

static int look(const char *path, const char *key, Arena *a, const EvalRecord **out, Err *e)
{
	EvalRecords *all;
	int rc;

	*out = NULL;
	if (!path[0] || !key[0])
		return 0;
	all = records_new();
	rc = results_look(path, a, all, e);
	if (rc == 0)
		*out = records_begins(all, str_of(key));
	records_free(all);
	return rc;
}

static EvalsSide side_of(const EvalRecord *r, char **bytes)
{
	EvalsSide s = { 0 };

	if (!r || r->verdict)
		return s;
	s = (EvalsSide){ .found = 1, .priced = r->priced, .nusd = r->nusd, .total_ms = r->total_ms, .out_tok = r->tokens.output,
	                 .in_tok = caching_prompt(&r->tokens) };
	fig_text(s.stop, sizeof s.stop, r->stop);
	s.text = (Str){ *bytes, r->text.n };
	if (r->text.n)
		memcpy(*bytes, r->text.p, r->text.n);
	*bytes += r->text.n;
	return s;
}

static int run_pair(const Stores *from, const FiguresAsk *when, const void *in, void **out, Err *e)
{
	const EvalsPairAsk *q = in;
	const EvalRecord *r[2] = { NULL, NULL };
	Arena a = { 0 };
	EvalsPair *answer;
	char *bytes;
	int rc = 0;

	(void)from;
	(void)when;
	for (int i = 0; i < 2 && rc == 0; i++)
		rc = look(q->path[i], q->key[i], &a, &r[i], e);
	if (rc == 0) {
		answer = xcalloc(1, sizeof *answer + (r[0] ? r[0]->text.n : 0) + (r[1] ? r[1]->text.n : 0) + 1);
		bytes = answer->bytes;
		for (int i = 0; i < 2; i++)
			answer->side[i] = side_of(r[i], &bytes);
		*out = answer;
	}
	arena_done(&a);
	return rc;
}

const AskClass ask_evals_pair = { .name = "evals_pair", .in_size = sizeof(EvalsPairAsk), .run = run_pair };
