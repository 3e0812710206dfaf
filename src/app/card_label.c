/* A label of a template on its card: who gets what from now on, the hash and the signature of the text, how it differs from the one before, and what
 * is known of how it does. */
#include "app/card_sheet.h"

#include <stdio.h>

#include "app/app_impl.h"
#include "model/change.h"
#include "model/linediff.h"
#include "model/money.h"

enum { LAST_ROW = 13 };                      /* what is typed begins there */

static void sentence(Sheet *s)
{
	const MoveView *v = s->v;
	Str to = route_main(v->to), from = route_main(v->from), name = arena_printf(&s->ar, "%.*s@%.*s", STR_ARG(v->name), STR_ARG(v->pointer_name));

	if (!to.n)
		sheet_line(s, "then", ROLE_WARN, arena_printf(&s->ar, "%.*s is no label any more: whoever asks for it gets an error", STR_ARG(name)));
	else if (!from.n)
		sheet_line(s, "then", ROLE_TEXT, arena_printf(&s->ar, "%.*s is %.*s from now on; the label is new", STR_ARG(name), STR_ARG(to)));
	else
		sheet_line(s, "then", ROLE_TEXT, arena_printf(&s->ar, "%.*s is %.*s from now on, no longer %.*s", STR_ARG(name), STR_ARG(to),
		                                              STR_ARG(from)));
}

/* As the table of locks has it. */
static void from_row(Sheet *s, const TemplateTarget *x)
{
	const TemplateLabel *l = x->t ? templates_label(x->t, x->id, x->label) : NULL;
	Buf b = { 0 };

	(void)buf_printf(&b, "%.*s", STR_ARG(route_text(s->v->from, &s->ar)));
	/* Said to the plan because of a drift: whoever moved it last has not put it there. */
	if (s->c->from[0]) {
		(void)buf_puts(&b, "  put there by hand");
	} else if (l && l->at_ms) {
		(void)buf_puts(&b, "  since ");
		sheet_clock(&b, s->a, l->at_ms);
		(void)buf_puts(&b, " (");
		sheet_age(&b, s->a->world.clock_ms - l->at_ms);
		(void)buf_printf(&b, ")  by %.*s: %.*s", STR_ARG(change_actor(l->by)), STR_ARG(l->reason));
	}
	sheet_row(s, "from", ROLE_TEXT, &b);
	buf_done(&b);
}

static void to_row(Sheet *s, const TemplateTarget *x)
{
	Buf b = { 0 };

	(void)buf_printf(&b, "%.*s  SHA-256 %.16s", STR_ARG(route_text(s->v->to, &s->ar)), x->to->sha256);
	if (x->to->updated_ms) {
		(void)buf_puts(&b, "  written ");
		sheet_clock(&b, s->a, x->to->updated_ms);
	}
	(void)buf_printf(&b, "  in %.*s", STR_ARG(x->to->place));
	sheet_row(s, "to", ROLE_TEXT, &b);
	buf_done(&b);
}

static void signed_row(Sheet *s, const Template *t)
{
	Buf b = { 0 };

	(void)buf_puts(&b, seal_verdict_name(t->verdict));
	if (t->verdict == SEAL_VERIFIED)
		(void)buf_printf(&b, " with %.*s for %.*s in %.*s", STR_ARG(t->use.key), STR_ARG(t->seal.names.agent), STR_ARG(t->seal.names.environment));
	else
		(void)buf_printf(&b, ": %.*s", STR_ARG(t->why));
	sheet_row(s, "signed", t->verdict == SEAL_VERIFIED ? ROLE_OK : ROLE_WARN, &b);
	buf_done(&b);
}

static void put_eval(Sheet *s, const TemplateEval *x, Buf *b)
{
	char money[MONEY_TEXT];

	money_screen(x->nusd, money);
	(void)buf_printf(b, "%lld of %lld passed on %s in %s, ", (long long)x->passed, (long long)x->n, x->on, x->suite);
	sheet_clock(b, s->a, x->time_ms);
	if (x->invalid)
		(void)buf_printf(b, "; %lld invalid", (long long)x->invalid);
	if (x->compared)
		(void)buf_printf(b, "; won %lld, lost %lld beside the first cell", (long long)x->won, (long long)x->lost);
	(void)buf_printf(b, "; %s", money);
}

/* Of this very text, on the model that it will be asked of. */
static void eval_row(Sheet *s)
{
	const TemplateEval *x = &s->c->eval;
	const bool passed = x->found && x->n && x->passed == x->n && !x->invalid;
	Buf b = { 0 };

	if (!s->c->has_eval) {
		(void)buf_puts(&b, s->c->facts_error[0] ? s->c->facts_error : "being read ...");
	} else if (x->found) {
		put_eval(s, x, &b);
	} else {
		(void)buf_printf(&b, "NO EVAL of this text%s%s", x->model[0] ? " on " : "", x->model);
		if (x->on[0]) {
			(void)buf_puts(&b, "; ");
			put_eval(s, x, &b);
		}
	}
	sheet_row(s, "eval", passed ? ROLE_OK : s->c->has_eval ? ROLE_WARN : ROLE_INFO, &b);
	buf_done(&b);
}

static void diff(Sheet *s, const TemplateTarget *x)
{
	LineDiff d;
	size_t left;

	if (!x->from) {
		sheet_line(s, "diff", ROLE_DIM, s->v->from.n ? STR("the text before is not there any more") : STR("there was none before"));
		return;
	}
	d = linediff(x->from->text, x->to->text, &s->ar);
	left = d.gone + d.added;
	sheet_line(s, "diff", left ? ROLE_TEXT : ROLE_DIM,
	           left ? arena_printf(&s->ar, "%zu line%s gone, %zu new; d on its row shows all", d.gone, d.gone == 1 ? "" : "s", d.added)
	                : STR("the same text"));
	for (size_t i = 0; i < d.n && s->y < LAST_ROW; i++) {
		const bool gone = d.line[i].kind == DIFF_GONE;

		if (d.line[i].kind != DIFF_SAME)
			sheet_line(s, gone ? "     -" : "     +", gone ? ROLE_DIFF_DEL : ROLE_DIFF_ADD, d.line[i].text);
	}
}

static void call(Sheet *s)
{
	sheet_line(s, "call", ROLE_TEXT, arena_printf(&s->ar, "%s   undo: %.*s", s->v->call,
	                                              STR_ARG(sheet_undo(s->v->action, str_of(s->v->backend), NULL, &s->ar))));
}

void sheet_label(Sheet *s)
{
	const TemplateTarget *x = &s->c->errand->target;

	sentence(s);
	from_row(s, x);
	if (x->to && s->v->to.n) {
		to_row(s, x);
		signed_row(s, x->to);
		eval_row(s);
	}
	call(s);
	if (s->v->drift.n)
		sheet_line(s, "BEWARE", ROLE_WARN, s->v->drift);
	if (x->to && s->v->to.n)
		diff(s, x);
}
