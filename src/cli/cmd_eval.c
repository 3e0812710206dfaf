/* `seismo eval SUITE.yaml`: every case asked of every cell. What was answered is kept beside the suite, so the same command goes on where
 * one was broken off, and asks only what is new. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/xalloc.h"
#include "cli/ask.h"
#include "cli/cli.h"
#include "cli/eval_out.h"
#include "cli/template_read.h"
#include "model/template.h"
#include "wire/jsonval.h"

enum { TOLD_MS = 1000 };

typedef struct Run {
	const Options *o;
	uv_loop_t loop;
	Session s;
	Arena arena;
	Suite suite;
	Templates *templates;
	SealCache sealed;
	Eval eval;
	const char *results;
	bool opened, reading, asking, to_tty;
	uv_signal_t stop[2];
	int64_t told_ms;
	int code;
} Run;

/* --- the suite --- */

static int plain(Arena *a, Str json, Str *out, Err *e)
{
	Buf b = { 0 };
	JsonVal v;
	int rc = jv_parse(a, json, 8 << 20, &v, e);

	if (rc == 0)
		rc = jv_write(v, &b);
	*out = arena_str(a, buf_str(&b));
	buf_done(&b);
	return rc;
}

static bool wants_templates(const Suite *s)
{
	for (size_t i = 0; i < s->cells; i++)
		if (s->cell[i].template.n)
			return true;
	return false;
}

/* A variable `input` of the template is the case's question, unless the case gives it a value of its own. */
static int fill(const Template *t, const SuiteCase *one, Buf *out, Err *e)
{
	TemplateValue value[TEMPLATE_VARS];
	bool has_input = false, wants_input = false;
	TemplateVar *v;
	Arena a = { 0 };
	size_t n = 0, vars;
	int rc = template_vars(&a, t->text, &v, &vars, e);

	for (size_t i = 0; rc == 0 && i < vars; i++)
		wants_input |= str_is(v[i].name, "input");
	arena_done(&a);
	for (; n < one->values && n < TEMPLATE_VARS - 1; n++) {
		value[n] = (TemplateValue){ one->value[n].name, one->value[n].value };
		has_input |= str_is(value[n].name, "input");
	}
	if (wants_input && !has_input)
		value[n++] = (TemplateValue){ STR("input"), one->input };
	return rc < 0 ? rc : template_fill(out, t->text, value, n, e);
}

static int prompt_of(void *arg, Arena *a, const SuiteCell *cell, const SuiteCase *one, EvalPrompt *out, Err *e)
{
	const Run *r = arg;
	const Template *t;
	Buf text = { 0 };
	int rc;

	if (!cell->template.n)
		return 0;
	if (!(t = templates_find(r->templates, cell->template, e)) || template_may_send(t, r->s.stage, e) < 0)
		return -1;
	rc = fill(t, one, &text, e);
	*out = (EvalPrompt){ arena_str(a, buf_str(&text)), arena_str(a, str_of(t->sha256)), arena_str(a, t->id), arena_str(a, t->version) };
	buf_done(&text);
	return rc;
}

/* --- the run --- */

static void leave(Run *r, int code)
{
	r->code = code;
	for (int i = 0; i < 2; i++)
		if (!uv_is_closing((uv_handle_t *)&r->stop[i]))
			uv_close((uv_handle_t *)&r->stop[i], NULL);
	session_close(&r->s);
}

static void on_told(void *arg)
{
	Run *r = arg;
	const Eval *x = &r->eval;

	if (!r->to_tty || clock_mono_ms() - r->told_ms < TOLD_MS)
		return;
	r->told_ms = clock_mono_ms();
	(void)fprintf(stderr, "\r%zu of %zu answered ", x->answered, x->total);
	(void)fflush(stderr);
}

static void on_done(void *arg)
{
	Run *r = arg;

	EvalHistory h;
	int code;

	if (r->to_tty && r->told_ms)
		(void)fprintf(stderr, "\r\033[K");
	history_keep(&h, &r->eval, r->s.store_path, r->results, clock_wall_ms());
	if (h.lost[0])
		(void)fprintf(stderr, "seismo: this run is not kept and is compared with no earlier one: %s\n", h.lost);
	code = eval_out(r->o, &r->eval, &h);
	history_done(&h);
	leave(r, code);
}

static void ask_all(Run *r)
{
	EvalSpec spec = { .suite = &r->suite, .aws = r->s.aws, .prices = session_prices(&r->s), .prompt = prompt_of, .prompt_arg = r, .told = on_told,
	                  .done = on_done, .arg = r };
	Err e = { 0 };

	spec.results = r->results = r->o->results ? r->o->results : arena_printf(&r->arena, "%s.results.jsonl", r->o->arg[0]).p;
	r->opened = true;
	if (eval_open(&r->eval, &spec, &e) < 0) {
		leave(r, cli_fail(&e));
		return;
	}
	if (r->eval.again)
		(void)fprintf(stderr, "seismo: %zu of %zu answers are in %s already\n", r->eval.again, r->eval.total, spec.results);
	if (r->eval.open)
		(void)fprintf(stderr, "seismo: %zu questions were under way when an earlier run ended; they are asked again, and may be paid twice\n",
		              r->eval.open);
	r->asking = true;
	eval_start(&r->eval);
}

static void on_templates(void *arg, Templates *t)
{
	Run *r = arg;

	r->templates = t;
	(void)templates_tell(t);
	ask_all(r);
}

/* What is under way is paid for: it is waited for, and kept. A second signal ends at once. */
static void on_signal(uv_signal_t *h, int number)
{
	Run *r = h->data;

	if (!r->asking || r->eval.ending)
		_exit(128 + number);
	eval_stop(&r->eval, "it was told to end; run it again to go on");
}

static int begin(Run *r, Err *e)
{
	static const int number[2] = { SIGINT, SIGTERM };
	TemplatesSpec templates = template_spec(&r->s);

	for (int i = 0; i < 2; i++) {
		(void)uv_signal_init(&r->loop, &r->stop[i]);
		r->stop[i].data = r;
		(void)uv_signal_start(&r->stop[i], on_signal, number[i]);
	}
	if (suite_read(&r->arena, r->o->arg[0], plain, &r->suite, e) < 0)
		return -1;
	templates.cache = &r->sealed;
	if (wants_templates(&r->suite))
		(void)templates_read(&templates, on_templates, r);
	else
		ask_all(r);
	return 0;
}

int cmd_eval(const Options *o)
{
	SessionSpec spec = ask_session(o);
	Run r = { .o = o, .to_tty = isatty(STDERR_FILENO) };
	Err e = { 0 };

	if (o->args != 1) {
		(void)err_kind(&e, ERR_USAGE, "usage: seismo eval SUITE.yaml [--results FILE] [--junit FILE] [-o table|json|markdown]");
		return cli_fail(&e);
	}
	(void)uv_loop_init(&r.loop);
	if (session_open(&r.s, &r.loop, &spec, &e) < 0) {
		(void)uv_run(&r.loop, UV_RUN_DEFAULT);
		(void)uv_loop_close(&r.loop);
		return cli_fail(&e);
	}
	if (begin(&r, &e) < 0)
		leave(&r, cli_fail(&e));
	(void)uv_run(&r.loop, UV_RUN_DEFAULT);
	session_done(&r.s);
	(void)uv_loop_close(&r.loop);
	if (r.opened)
		eval_close(&r.eval);
	templates_free(r.templates);
	arena_done(&r.arena);
	return r.code;
}
