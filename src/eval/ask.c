/* Questions on their way: to the models of the cells, and to the judges. */
#include "eval/own.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/xalloc.h"
#include "chat/guess.h"
#include "chat/said.h"
#include "eval/judge.h"

/* A question under way. */
typedef struct Asked {
	Eval  *x;
	size_t at;
	char   key[RESULT_KEY];
	const SuiteJudge *judge;       /* NULL: the cell is asked */
	bool   warm;                   /* for its prompt cache alone */
	bool   pair;                   /* judge: between two answers */
	Str    model;
	int64_t attempt, began_ms, first_ms, most_nusd;
	ConverseTurn said;
	Arena  arena;                  /* reset with each event */
} Asked;

static void go_on_with(Eval *x, size_t at);

static void note(char *out, size_t size, const char *why)
{
	if (!out[0])
		err_cut(why, out, size);
}

static ResultNames names_of(const Asked *k)
{
	const Suite *s = k->x->spec.suite;
	const Place p = eval_place(k->x, k->at);

	return (ResultNames){ s->cell[p.cell].name, s->one[p.one].id, (int64_t)p.round, k->attempt, k->judge ? k->judge->model : STR(""), k->warm };
}

/* --- the answer --- */

/* The other questions of the cell may be asked now, also when that one got no answer. */
static void warmed(const Asked *k, const EvalRecord *r)
{
	Eval *x = k->x;
	const size_t cell = eval_place(x, k->at).cell;

	x->warm[cell].state = WARM_DONE;
	if (!r)
		return;
	x->warm[cell].have = true;
	x->warm[cell].priced = r->priced;
	x->warm[cell].nusd = r->nusd;
}

static void keep(Asked *k)
{
	Eval *x = k->x;
	const ResultNames names = names_of(k);
	EvalRecord r = { .stop = str_of(k->said.stop_reason), .tokens = k->said.tokens, .first_ms = k->first_ms,
	                 .total_ms = clock_mono_ms() - k->began_ms };
	Buf text = { 0 };
	Err e = { 0 };

	memcpy(r.key, k->key, sizeof r.key);
	said_text(&k->said, &text);
	if (k->pair)
		judge_read_pair(&k->said, &k->arena, &r);
	else if (k->judge)
		judge_read(k->judge, &k->said, &k->arena, &r);
	else
		r.text = buf_str(&text);
	r.priced = said_price(x->spec.prices, k->model, &k->said, &r.nusd);
	x->spent_nusd += r.nusd;
	x->judge_nusd += k->judge ? r.nusd : 0;
	x->unpriced += !r.priced;
	if (results_put(x->fd, &names, records_put(x->records, &x->arena, &r), &e) < 0)
		eval_stop(x, e.text);
	if (k->warm)
		warmed(k, &r);
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
	const size_t at = k->at;
	const bool aside = k->warm || k->pair;
	const EvalRecord *r;

	(void)out;
	x->under_way--;
	x->reserved_nusd -= k->most_nusd;
	if (err) {
		x->failed++;
		note(x->failure, sizeof x->failure, err->err.text);
		records_shut(x->records, k->key);
		if (k->warm)
			warmed(k, NULL);
	} else {
		keep(k);
		if ((r = records_find(x->records, k->key)) && r->priced)
			aws_settle(call, r->nusd);
	}
	converse_turn_done(&k->said);
	arena_done(&k->arena);
	free(k);
	if (!err && !aside)
		go_on_with(x, at);
	if (x->spec.told)
		x->spec.told(x->spec.arg);
	eval_go_on(x);
}

/* --- the question --- */

static void fill_in(const Eval *x, const Asked *k, const Step *step, Arena *a, ConverseIn *in)
{
	const Place p = eval_place(x, k->at);
	const SuiteCell *cell = &x->spec.suite->cell[p.cell];

	if (k->pair) {
		judge_ask_pair(k->judge, x->spec.suite->one[p.one].input, step->two, a, in);
		return;
	}
	if (k->judge) {
		judge_ask(k->judge, x->spec.suite->one[p.one].input, step->answer, a, in);
		return;
	}
	*in = (ConverseIn){ .model = cell->model, .messages = { step->message, step->messages }, .limits.max_tokens = cell->max_tokens };
	if (cell->temperature != SUITE_UNSET)
		in->limits.temperature = (OptNum){ .has = true, .v = (double)cell->temperature / 1e6 };
	if (step->prompt.system.n) {
		in->system.v = ARENA_ARRAY(a, ConverseSystem, 2);
		in->system.v->text = step->prompt.system;
		in->system.v[1].cache_point = (ConverseCachePoint){ STR("default"), cell->cache == CACHE_1H ? STR("1h") : STR("") };
		in->system.n = cell->cache == CACHE_NONE ? 1 : 2;
	}
}

static int send_off(Asked *k, const ConverseIn *in, Err *e)
{
	Eval *x = k->x;
	const int64_t budget = x->spec.suite->budget_nusd;
	const AwsHandler h = { .on_done = on_done, .on_event = on_event, .arg = k, .estimate_nusd = k->most_nusd };

	if (budget > 0 && x->spent_nusd + x->reserved_nusd + k->most_nusd > budget)
		return err_kind(e, ERR_REFUSED, "the next question may go over budget_usd of the suite; raise it and run again: answers are kept");
	return aws_call(x->spec.aws, &op_bedrock_converse_stream, in, &h, e) ? 0 : -1;
}

static int ask(Eval *x, size_t at, const Step *step, Err *e)
{
	Asked *k = xcalloc(1, sizeof *k);
	ResultNames names;
	ConverseIn in;

	*k = (Asked){ .x = x, .at = at, .warm = step->kind == STEP_WARM, .pair = step->kind == STEP_PAIR, .judge = step->judge,
	              .attempt = step->attempt, .first_ms = -1, .began_ms = clock_mono_ms() };
	memcpy(k->key, step->key, sizeof k->key);
	fill_in(x, k, step, &k->arena, &in);
	k->model = in.model;
	k->most_nusd = guess_most_nusd(x->spec.prices, &in, clock_wall_ms());
	if (send_off(k, &in, e) < 0) {
		arena_done(&k->arena);
		free(k);
		return -1;
	}
	x->under_way++;
	x->reserved_nusd += k->most_nusd;
	records_open(x->records, k->key);
	names = names_of(k);
	/* Before the loop turns, and with that before anything is sent. */
	return results_begin(x->fd, k->key, &names, e);
}

/* The very question is under way for another case or cell: its answer will be this one's too. */
static void park(Eval *x, size_t at)
{
	VEC_GROW(x->parked, x->parks_cap, x->parks + 1);
	x->parked[x->parks++] = at;
}

/* The first question of a cell waits for its cache to be warm, and so do all others of it. */
static bool is_cold(const Eval *x, size_t at)
{
	return x->warm[eval_place(x, at).cell].state == WARM_ASKED;
}

static int warm_up(Eval *x, size_t at, Err *e)
{
	const size_t cell = eval_place(x, at).cell;
	Arena a = { 0 };
	Step step;
	int rc = eval_warm_step(x, cell, &a, &step, e);

	if (rc == 0 && (rc = ask(x, at, &step, e)) == 0)
		x->warm[cell].state = WARM_ASKED;
	arena_done(&a);
	return rc;
}

static int go_a_step(Eval *x, size_t at, const Step *step, Err *e)
{
	if (step->kind == STEP_NONE || (x->ending && !records_is_open(x->records, step->key)))
		return 0;
	if (step->kind == STEP_ASK && x->warm[eval_place(x, at).cell].state == WARM_WANTED && warm_up(x, at, e) < 0)
		return -1;
	if (records_is_open(x->records, step->key) || (step->kind == STEP_ASK && is_cold(x, at))) {
		park(x, at);
		return 0;
	}
	return ask(x, at, step, e);
}

static void go_on_with(Eval *x, size_t at)
{
	Arena a = { 0 };
	Step step;
	Err e = { 0 };

	if (eval_advance(x, at, &a, &step, &e) < 0 || go_a_step(x, at, &step, &e) < 0)
		eval_stop(x, e.text);
	arena_done(&a);
}

static void unpark(Eval *x)
{
	const size_t n = x->parks;
	size_t *waiting = x->parked;

	if (!n)
		return;
	x->parked = NULL;
	x->parks = x->parks_cap = 0;
	for (size_t i = 0; i < n; i++)
		go_on_with(x, waiting[i]);
	free(waiting);
}

/* Once all answers are there: what is chosen from does not change any more. */
static void choose(Eval *x)
{
	Step step;
	size_t at;
	Err e = { 0 };

	while (!x->ending && x->next_choice < eval_choices(x) && (int64_t)x->under_way < x->spec.suite->concurrency) {
		eval_choice_step(x, x->next_choice++, &step, &at);
		/* Two cells that answer the same share what is under way for one of them. */
		if (step.kind == STEP_PAIR && !records_is_open(x->records, step.key) && ask(x, at, &step, &e) < 0)
			eval_stop(x, e.text);
	}
}

void eval_go_on(Eval *x)
{
	unpark(x);
	while (!x->ending && x->next < x->total && (int64_t)x->under_way < x->spec.suite->concurrency && !is_cold(x, x->next))
		go_on_with(x, x->next++);
	if (x->next_choice || (!x->under_way && x->next == x->total))
		choose(x);
	if (x->under_way || x->over)
		return;
	x->over = true;
	x->spec.done(x->spec.arg);
}

void eval_start(Eval *x)
{
	eval_go_on(x);
}

void eval_stop(Eval *x, const char *why)
{
	note(x->stopped, sizeof x->stopped, why);
	x->ending = true;
}
