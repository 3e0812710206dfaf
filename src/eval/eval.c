#include "eval/eval.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "api/converse.h"
#include "base/clock.h"
#include "base/xalloc.h"
#include "chat/said.h"
#include "eval/check.h"
#include "eval/results.h"

typedef struct Place { size_t one, cell, round; } Place;

/* A question under way. */
typedef struct Asked {
	Eval  *x;
	size_t at;
	char   key[RESULT_KEY];
	ConverseTurn said;
	Arena  arena;                  /* reset with each event */
	int64_t began_ms, first_ms, most_nusd;
} Asked;

static Place place_of(const Eval *x, size_t at)
{
	const size_t repeat = (size_t)x->spec.suite->repeat, cells = x->spec.suite->cells;

	return (Place){ at / repeat / cells, at / repeat % cells, at % repeat };
}

const EvalAnswer *eval_answer(const Eval *x, size_t one, size_t cell, size_t round)
{
	const Suite *s = x->spec.suite;

	return &x->answer[(one * s->cells + cell) * (size_t)s->repeat + round];
}

/* --- what an earlier run has left --- */

typedef struct Keyed { char key[RESULT_KEY]; size_t at; bool begun; } Keyed;
typedef struct Reading { Eval *x; Keyed *v; size_t n; } Reading;

static int by_key(const void *a, const void *b)
{
	return strcmp(((const Keyed *)a)->key, ((const Keyed *)b)->key);
}

static Keyed *find(const Reading *r, Str key)
{
	Keyed k;

	if (key.n != RESULT_KEY - 1)
		return NULL;
	memcpy(k.key, key.p, key.n);
	k.key[key.n] = 0;
	return bsearch(&k, r->v, r->n, sizeof *r->v, by_key);
}

static void on_begun(void *arg, Str key)
{
	Keyed *k = find(arg, key);

	if (k)
		k->begun = true;
}

/* Checked anew: what is expected may have changed since, and that costs nothing. Two cases may ask the very same. */
static void on_answer(void *arg, Str key, const EvalAnswer *answer)
{
	Reading *r = arg;
	Eval *x = r->x;
	Keyed *k = find(r, key);

	while (k && k > r->v && strcmp(k[-1].key, k->key) == 0)
		k--;
	for (Keyed *same = k; k && same < r->v + r->n && strcmp(same->key, k->key) == 0; same++) {
		EvalAnswer *to = &x->answer[same->at];

		same->begun = false;
		x->answered += !to->have;
		x->again += !to->have;
		*to = *answer;
		check_answer(x->compiled, x->spec.suite, &x->spec.suite->one[place_of(x, same->at).one], to, &x->arena);
	}
}

static int prompt_of(const Eval *x, Place p, Arena *a, EvalPrompt *out, Err *e)
{
	const Suite *s = x->spec.suite;

	*out = (EvalPrompt){ s->cell[p.cell].system.n ? s->cell[p.cell].system : STR(""), STR("") };
	if (x->spec.prompt(x->spec.prompt_arg, a, &s->cell[p.cell], &s->one[p.one], out, e) < 0)
		return err_wrap(e, "case %.*s of cell %.*s", STR_ARG(s->one[p.one].id), STR_ARG(s->cell[p.cell].name));
	return 0;
}

static int keys_of(Eval *x, Reading *r, Err *e)
{
	Arena a = { 0 };
	int rc = 0;

	r->v = xcalloc(x->total + 1, sizeof *r->v);
	for (size_t i = 0; i < x->total && rc == 0; i++) {
		const Place p = place_of(x, i);
		EvalPrompt prompt;

		if ((rc = prompt_of(x, p, &a, &prompt, e)) == 0)
			result_key(&x->spec.suite->cell[p.cell], &prompt, &x->spec.suite->one[p.one], (int64_t)p.round, r->v[r->n].key);
		r->v[r->n++].at = i;
		arena_reset(&a);
	}
	qsort(r->v, r->n, sizeof *r->v, by_key);
	arena_done(&a);
	return rc;
}

int eval_open(Eval *x, const EvalSpec *spec, Err *e)
{
	const Suite *s = spec->suite;
	Reading r = { .x = x };
	int rc = -1;

	*x = (Eval){ .spec = *spec, .fd = -1, .total = s->cases * s->cells * (size_t)s->repeat };
	x->answer = xcalloc(x->total + 1, sizeof *x->answer);
	if (check_compile(s, &x->compiled, e) == 0 && keys_of(x, &r, e) == 0 &&
	    (x->fd = results_open(spec->results, &x->arena, &(ResultsReader){ on_answer, on_begun, &r }, e)) >= 0)
		rc = 0;
	for (size_t i = 0; i < r.n; i++)
		x->open += r.v[i].begun;
	free(r.v);
	return rc;
}

void eval_close(Eval *x)
{
	if (x->fd >= 0)
		close(x->fd);
	x->fd = -1;
	check_free(x->compiled);
	free(x->answer);
	arena_done(&x->arena);
}

/* --- asking --- */

static void step(Eval *x);

static void note(char *out, size_t size, const char *why)
{
	if (!out[0])
		err_cut(why, out, size);
}

static void take_answer(Asked *k)
{
	Eval *x = k->x;
	const Place p = place_of(x, k->at);
	const Suite *s = x->spec.suite;
	EvalAnswer *out = &x->answer[k->at];
	Buf text = { 0 };
	Err e = { 0 };

	said_text(&k->said, &text);
	*out = (EvalAnswer){ .have = true, .text = arena_str(&x->arena, buf_str(&text)), .stop = arena_str(&x->arena, str_of(k->said.stop_reason)),
	                     .tokens = k->said.tokens, .first_ms = k->first_ms, .total_ms = clock_mono_ms() - k->began_ms };
	out->priced = said_price(x->spec.prices, s->cell[p.cell].model, &k->said, &out->nusd);
	check_answer(x->compiled, s, &s->one[p.one], out, &x->arena);
	x->answered++;
	x->spent_nusd += out->nusd;
	x->unpriced += !out->priced;
	if (results_answer(x->fd, k->key, s->cell[p.cell].name, s->one[p.one].id, (int64_t)p.round, out, &e) < 0)
		eval_stop(x, e.text);
	buf_done(&text);
}

static void on_event(AwsCall *call, Str type, Str payload, void *arg)
{
	Asked *k = arg;
	ConversePiece piece;
	Err e = { 0 };

	arena_reset(&k->arena);
	if (converse_event(&k->arena, type, payload, &k->said, &piece, &e) < 0) {
		note(k->x->failure, sizeof k->x->failure, e.text);
		aws_cancel(call);
	} else if (piece.kind != CONVERSE_NONE && k->first_ms < 0) {
		k->first_ms = clock_mono_ms() - k->began_ms;
	}
}

static void on_done(AwsCall *call, const void *out, const AwsError *err, void *arg)
{
	Asked *k = arg;
	Eval *x = k->x;

	(void)out;
	x->under_way--;
	if (err) {
		x->failed++;
		note(x->failure, sizeof x->failure, err->err.text);
	} else {
		take_answer(k);
		if (x->answer[k->at].priced)
			aws_settle(call, x->answer[k->at].nusd);
	}
	converse_turn_done(&k->said);
	arena_done(&k->arena);
	free(k);
	if (x->spec.told)
		x->spec.told(x->spec.arg);
	step(x);
}

/* On the dear side: two bytes of the question to a token, and the answer as long as it may be. */
static int64_t most_nusd(const Eval *x, const SuiteCell *cell, const EvalPrompt *p, const SuiteCase *one)
{
	const Tokens t = { .input = (int64_t)(p->system.n + one->input.n) / 2 + 100, .output = cell->max_tokens };

	return price_reckon(x->spec.prices, &(PriceCall){ cell->model, STR(""), clock_wall_ms(), t }, NULL);
}

/* What questions under way have reserved is left of the budget only when they have ended: with few of them that is near enough. */
static bool is_dear(Eval *x, int64_t most)
{
	return x->spec.suite->budget_nusd > 0 && x->spent_nusd + most * (int64_t)(x->under_way + 1) > x->spec.suite->budget_nusd;
}

static int ask(Eval *x, size_t at, Err *e)
{
	const Place p = place_of(x, at);
	const SuiteCell *cell = &x->spec.suite->cell[p.cell];
	const SuiteCase *one = &x->spec.suite->one[p.one];
	AwsHandler h = { .on_done = on_done, .on_event = on_event };
	ConverseBlock block = { .text = one->input };
	ConverseMessage message = { STR("user"), { &block, 1 } };
	ConverseSystem system = { .text = STR("") };
	ConverseIn in = { .model = cell->model, .messages = { &message, 1 }, .limits.max_tokens = cell->max_tokens };
	Asked *k = xcalloc(1, sizeof *k);
	EvalPrompt prompt;
	int rc = -1;

	*k = (Asked){ .x = x, .at = at, .first_ms = -1 };
	h.arg = k;
	if (cell->temperature != SUITE_UNSET)
		in.limits.temperature = (OptNum){ .has = true, .v = (double)cell->temperature / 1e6 };
	if (prompt_of(x, p, &k->arena, &prompt, e) == 0) {
		system.text = prompt.system;
		in.system.v = &system;
		in.system.n = prompt.system.n > 0;
		result_key(cell, &prompt, one, (int64_t)p.round, k->key);
		h.estimate_nusd = most_nusd(x, cell, &prompt, one);
		k->began_ms = clock_mono_ms();
		if (is_dear(x, h.estimate_nusd))
			(void)err_kind(e, ERR_REFUSED, "the next question may go over budget_usd of the suite; raise it and run again: answers are kept");
		else if (aws_call(x->spec.aws, &op_bedrock_converse_stream, &in, &h, e))
			rc = 0;
	}
	if (rc < 0) {
		arena_done(&k->arena);
		free(k);
		return -1;
	}
	x->under_way++;
	/* Before the loop turns, and with that before anything is sent. */
	return results_begin(x->fd, k->key, cell->name, one->id, (int64_t)p.round, e);
}

static void step(Eval *x)
{
	Err e = { 0 };

	while (!x->ending && x->next < x->total && (int64_t)x->under_way < x->spec.suite->concurrency) {
		const size_t at = x->next++;

		if (!x->answer[at].have && ask(x, at, &e) < 0)
			eval_stop(x, e.text);
	}
	if (x->under_way || x->over)
		return;
	x->over = true;
	x->spec.done(x->spec.arg);
}

void eval_start(Eval *x)
{
	step(x);
}

void eval_stop(Eval *x, const char *why)
{
	note(x->stopped, sizeof x->stopped, why);
	x->ending = true;
}
