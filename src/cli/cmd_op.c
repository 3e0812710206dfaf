/* `seismo op`: the journal of actions, and the end of one whose outcome is not known. */
#include <stdio.h>

#include "act/intent.h"
#include "cli/acting.h"
#include "cli/cli.h"
#include "cli/get.h"
#include "ui/clean.h"
#include "wire/time8601.h"

enum { LISTED = 50 };

static void put_row(const JournalRow *r, JsonW *w)
{
	jw_object(w);
	jw_kstr(w, "op", r->op);
	get_str(w, "outcome", r->outcome.n ? r->outcome : STR("unknown"));
	jw_kstr(w, "step", r->step);
	get_str(w, "message", r->detail);
	get_time(w, "startedAt", r->begun_ms);
	get_time(w, "changedAt", r->at_ms);
	jw_key(w, "facts");
	jw_raw(w, r->facts);
	jw_object_end(w);
}

static const char *told(Acting *r, Str text)
{
	return clean_text(&r->arena, text, 0).p;
}

/* What it was: of a row whose facts cannot be read only what stands beside them. */
static void say_facts(Acting *r, Str facts)
{
	Intent x;

	if (intent_read(&r->arena, facts, &x, NULL) < 0)
		return;
	printf("%s %s", told(r, x.action.n ? x.action : STR("?")), told(r, x.name.n ? x.name : STR("?")));
	if (x.pointer_name.n)
		printf(" %s", told(r, x.pointer_name));
	printf("  %s > %s", told(r, route_text(x.from, &r->arena)), told(r, route_text(x.to, &r->arena)));
	if (x.reason.n)
		printf("  \"%s\"", told(r, x.reason));
}

static int list(Acting *r, Err *e)
{
	JournalRow *row;
	size_t n;
	Buf b = { 0 };
	JsonW w = jw_to(&b);
	char at[TIME_TEXT];

	if (journal_list(r->mover.journal, false, LISTED, &r->arena, &row, &n, e) < 0)
		return -1;
	jw_array(&w);
	for (size_t i = 0; i < n; i++) {
		put_row(&row[i], &w);
		if (r->o->out == OUT_JSON)
			continue;
		time_format_iso(row[i].begun_ms, at);
		printf("%s  %.*s  %-8s ", at, STR_ARG(row[i].op), row[i].outcome.n ? row[i].outcome.p : "UNKNOWN");
		say_facts(r, row[i].facts);
		printf("%s%s\n", row[i].detail.n ? "  " : "", clean_text(&r->arena, row[i].detail, 0).p);
	}
	jw_array_end(&w);
	if (r->o->out == OUT_JSON)
		printf("%.*s\n", STR_ARG(buf_str(&b)));
	buf_done(&b);
	return 0;
}

static int show(Acting *r, Str op, Err *e)
{
	JournalStep *step;
	size_t n;
	char at[TIME_TEXT];

	if (journal_steps(r->mover.journal, op, &r->arena, &step, &n, e) < 0)
		return -1;
	if (!n)
		return err_kind(e, ERR_USAGE, "the journal of context %.*s has no action %.*s", STR_ARG(r->s.ctx->name), STR_ARG(op));
	for (size_t i = 0; i < n; i++) {
		time_format_iso(step[i].at_ms, at);
		printf("%s  %-10s %s\n", at, step[i].step.p, clean_text(&r->arena, step[i].detail, 0).p);
	}
	return 0;
}

int cmd_op(const Options *o)
{
	Str what = str_of(o->args ? o->arg[0] : "list"), op = str_of(o->args > 1 ? o->arg[1] : NULL);
	Acting r;
	MoveSpec spec;
	Err e = { 0 };

	if (!(str_is(what, "list") && o->args <= 1) && !((str_is(what, "show") || str_is(what, "resolve")) && o->args == 2))
		return acting_usage("usage: seismo op list | op show OP | op resolve OP --reason TEXT");
	if (acting_bad_reason(o))
		return acting_usage("--reason takes a text of 1 to 500 bytes");
	if (acting_open(&r, o, &e) < 0) {
		r.code = cli_fail(&e);
	} else if (!str_is(what, "resolve")) {
		acting_leave(&r, (str_is(what, "list") ? list(&r, &e) : show(&r, op, &e)) < 0 ? cli_fail(&e) : 0);
	} else {
		spec = acting_spec(&r);
		acting_watch(&r);
		r.move = move_resolve(&spec, op);
	}
	return acting_end(&r);
}
