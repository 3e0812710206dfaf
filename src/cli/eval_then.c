#include "cli/eval_then.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/xalloc.h"
#include "conf/suite.h"
#include "wire/time8601.h"

enum { SHOWN = 20 };

/* Indexes of the cases that have changed; to free. */
static size_t *changed(const EvalCellRow *then, const EvalCellRow *now, bool gained, size_t *n)
{
	size_t *one = xcalloc(SUITE_CASES, sizeof *one);

	*n = history_changed(then, now, gained, one, SUITE_CASES);
	return one;
}

static size_t count(const EvalCellRow *then, const EvalCellRow *now, bool gained)
{
	size_t n;

	free(changed(then, now, gained, &n));
	return n;
}

/* What the cell was then, when it is not what it was: a figure without that would be read wrongly. */
static void put_other(Buf *b, const EvalCellRow *then, const EvalCellRow *now)
{
	if (!str_eq(then->model, now->model))
		(void)buf_printf(b, ", of model %.*s then", STR_ARG(then->model));
	if (!str_eq(then->template, now->template) || !str_eq(then->version, now->version))
		(void)buf_printf(b, ", with template %.*s%s%.*s then", STR_ARG(then->template), then->version.n ? "@" : then->template.n ? "" : "none",
		                 STR_ARG(then->version));
	else if (!str_eq(then->sha256, now->sha256))
		(void)buf_puts(b, ", with another text of that template then");
}

static void put_cell(Buf *b, const EvalHistory *h, const EvalCellRow *now)
{
	const EvalCellRow *then = history_cell(h, now->name);

	if (!then) {
		(void)buf_printf(b, "%.*s: was not in it\n", STR_ARG(now->name));
		return;
	}
	(void)buf_printf(b, "%.*s: passed %" PRId64 " of %" PRId64 " then, %" PRId64 " of %" PRId64 " now; %zu no longer, %zu newly", STR_ARG(now->name),
	                 then->passed, then->n, now->passed, now->n, count(then, now, false), count(then, now, true));
	put_other(b, then, now);
	(void)buf_putc(b, '\n');
}

void then_put_reason(Buf *b, Str reason)
{
	for (size_t i = 0; i < reason.n; i++)
		(void)buf_putc(b, reason.p[i] == '\n' || reason.p[i] == '\r' || reason.p[i] == '\t' ? ' ' : reason.p[i]);
	(void)buf_putc(b, '\n');
}

static void put_regressions(Buf *b, const EvalHistory *h, const EvalCellRow *now, const char *bullet)
{
	const EvalCellRow *then = history_cell(h, now->name);
	size_t n, *one;

	if (!then)
		return;
	one = changed(then, now, false, &n);
	if (n)
		(void)buf_printf(b, "\n%.*s passed then and does not now:\n%s", STR_ARG(now->name), *bullet == '-' ? "\n" : "");
	for (size_t i = 0; i < n && i < SHOWN; i++) {
		(void)buf_printf(b, "%s%.*s: ", bullet, STR_ARG(now->one[one[i]].id));
		then_put_reason(b, now->one[one[i]].why);
	}
	if (n > SHOWN)
		(void)buf_printf(b, "%sand %zu more\n", bullet, n - SHOWN);
	free(one);
}

void then_text(Buf *b, const EvalHistory *h, bool markdown)
{
	char at[TIME_TEXT];

	if (!h->before.id) {
		if (!h->lost[0])
			(void)buf_puts(b, "\nThere is no earlier run of this suite to compare with.\n");
		return;
	}
	time_format_iso(h->before.time_ms, at);
	(void)buf_printf(b, "\n%sBeside the run of %s%s:\n%s", markdown ? "## " : "", at, h->before.stopped.n ? ", which was not finished" : "",
	                 markdown ? "\n" : "");
	for (size_t i = 0; i < h->now.cells; i++) {
		(void)buf_puts(b, markdown ? "- " : "  ");
		put_cell(b, h, &h->now.cell[i]);
	}
	for (size_t i = 0; i < h->now.cells; i++)
		put_regressions(b, h, &h->now.cell[i], markdown ? "- " : "  ");
}

/* --- JSON, JUnit --- */

static void json_cases(JsonW *w, const char *key, const EvalCellRow *then, const EvalCellRow *now, bool gained)
{
	size_t n, *one = changed(then, now, gained, &n);

	jw_key(w, key);
	jw_array(w);
	for (size_t i = 0; i < n; i++) {
		jw_object(w);
		jw_kstr(w, "case", now->one[one[i]].id);
		if (!gained)
			jw_kstr(w, "why", now->one[one[i]].why);
		jw_object_end(w);
	}
	jw_array_end(w);
	free(one);
}

static void json_cell(JsonW *w, const EvalHistory *h, const EvalCellRow *now)
{
	const EvalCellRow *then = history_cell(h, now->name);

	if (!then)
		return;
	jw_object(w);
	jw_kstr(w, "name", now->name);
	jw_kstr(w, "model", then->model);
	jw_kstr(w, "template", then->template.n ? then->template : (Str){ NULL, 0 });
	jw_kstr(w, "version", then->version.n ? then->version : (Str){ NULL, 0 });
	jw_ki64(w, "n", then->n);
	jw_ki64(w, "passed", then->passed);
	jw_ki64(w, "nanoUsd", then->nusd);
	json_cases(w, "regressions", then, now, false);
	json_cases(w, "gained", then, now, true);
	jw_object_end(w);
}

void then_json(JsonW *w, const EvalHistory *h)
{
	char at[TIME_TEXT];

	jw_key(w, "before");
	if (!h->before.id) {
		jw_null(w);
		return;
	}
	time_format_iso(h->before.time_ms, at);
	jw_object(w);
	jw_kstr(w, "time", str_of(at));
	jw_kbool(w, "finished", !h->before.stopped.n);
	jw_key(w, "cells");
	jw_array(w);
	for (size_t i = 0; i < h->now.cells; i++)
		json_cell(w, h, &h->now.cell[i]);
	jw_array_end(w);
	jw_object_end(w);
}

void then_junit(Buf *b, const EvalHistory *h, size_t cell)
{
	const EvalCellRow *now = &h->now.cell[cell], *then = history_cell(h, now->name);
	char at[TIME_TEXT];

	if (!then)
		return;
	time_format_iso(h->before.time_ms, at);
	(void)buf_printf(b, "  <properties><property name=\"before.time\" value=\"%s\"/><property name=\"before.passed\" value=\"%" PRId64 "\"/>"
	                 "<property name=\"before.n\" value=\"%" PRId64 "\"/><property name=\"before.regressions\" value=\"%zu\"/></properties>\n",
	                 at, then->passed, then->n, count(then, now, false));
}

size_t *then_regressions(const EvalHistory *h, size_t cell, size_t *n)
{
	const EvalCellRow *now = &h->now.cell[cell], *then = history_cell(h, now->name);

	*n = 0;
	return then ? changed(then, now, false, n) : NULL;
}
