#include "cli/eval_out.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/xalloc.h"
#include "cli/eval_then.h"
#include "model/money.h"
#include "ui/clean.h"
#include "wire/jsonw.h"

enum { REGRESSIONS = 1000, REGRESSIONS_SHOWN = 20, NAME_W = 24 };

static const double certain = 0.05;

/* The first answer of a case in that cell that did not pass: why. */
static Str why_of(const Eval *x, size_t one, size_t cell)
{
	for (size_t r = 0; r < (size_t)x->spec.suite->repeat; r++) {
		const EvalAnswer *a = eval_answer(x, one, cell, r);

		if (a->have && !a->passed)
			return a->why;
	}
	return STR("");
}

/* "v2.2 beside v2.1: won 14, lost 3, tied 183, p 0.013, $ -22 %" */
static void put_sentence(Buf *b, const Eval *x, size_t cell)
{
	const Suite *s = x->spec.suite;
	const EvalCell base = eval_cell(x, 0), c = eval_cell(x, cell);
	const Paired p = eval_pair(x, cell);
	Buf differs = { 0 };
	int n;

	(void)buf_printf(b, "%.*s beside %.*s: won %" PRId64 ", lost %" PRId64 ", tied %" PRId64 ", p %.3f", STR_ARG(s->cell[cell].name),
	                 STR_ARG(s->cell[0].name), p.won, p.lost, p.tied, paired_p(&p));
	if (base.nusd > 0 && !base.missing && !c.missing && !base.unpriced && !c.unpriced)
		(void)buf_printf(b, ", $ %+.0f %%", (double)(c.nusd - base.nusd) * 100 / (double)base.nusd);
	n = eval_differs(x, cell, &differs);
	if (n > 1)
		(void)buf_printf(b, "; they differ in %d things (%s), and it can be laid to none alone", n, buf_cstr(&differs));
	buf_done(&differs);
	(void)buf_putc(b, '\n');
}

static void put_ms(Buf *b, int64_t ms, int w)
{
	if (ms < 0)
		(void)buf_printf(b, "%*s", w, "-");
	else
		(void)buf_printf(b, "%*.1fs", w - 1, (double)ms / 1000);
}

static void put_cell(Buf *b, const Eval *x, size_t cell, bool markdown)
{
	const Str name = x->spec.suite->cell[cell].name;
	const EvalCell c = eval_cell(x, cell);
	const int64_t had = c.n + c.invalid + c.unjudged;
	char money[MONEY_TEXT] = "-";
	Buf pass = { 0 };

	if (had && !c.unpriced)
		money_screen(c.nusd / had, money);
	if (c.n)
		(void)buf_printf(&pass, "%.1f %.1f-%.1f", (double)c.passed * 100 / (double)c.n, (double)c.low_ppm / 10000, (double)c.high_ppm / 10000);
	else
		(void)buf_puts(&pass, "-");
	(void)buf_printf(b, markdown ? "| %.*s | %" PRId64 " | %s | %s |" : "%-24.*s %6" PRId64 "  %-17s %9s", STR_ARG(name), c.n, buf_cstr(&pass),
	                 money);
	put_ms(b, c.p95_ms, 9);
	(void)buf_printf(b, markdown ? " | %" PRId64 " | %" PRId64 " |\n" : " %8" PRId64 " %8" PRId64 "\n", c.invalid, c.missing);
	buf_done(&pass);
}

static Str fault_name(const Eval *x, size_t at)
{
	return at < x->faults ? x->fault[at] : STR("other reasons");
}

/* What judges did: "base: rejected 12 (wrong 7, tone 5), 4 passed after another try, 1 unjudged; judging $0.0012" */
static void put_judged(Buf *b, const Eval *x, bool markdown)
{
	const Suite *s = x->spec.suite;
	char money[MONEY_TEXT];

	for (size_t i = 0; i < s->cells && x->guard; i++) {
		const EvalCell c = eval_cell(x, i);
		const char *before = " (";
		int64_t all = 0;

		for (size_t f = 0; f < EVAL_FAULTS; f++)
			all += c.rejected[f];
		(void)buf_printf(b, "%s%s%.*s: rejected %" PRId64, i ? "" : "\n", markdown ? "- " : "", STR_ARG(s->cell[i].name), all);
		for (size_t f = 0; f < EVAL_FAULTS; f++)
			if (c.rejected[f]) {
				(void)buf_printf(b, "%s%.*s %" PRId64, before, STR_ARG(fault_name(x, f)), c.rejected[f]);
				before = ", ";
			}
		money_screen(c.judge_nusd, money);
		(void)buf_printf(b, "%s, %" PRId64 " passed after another try, %" PRId64 " unjudged; judging %s%s\n", all ? ")" : "", c.mended, c.unjudged,
		                 money, c.judge_unpriced ? " and what has no price" : "");
	}
}

/* "v2.2: cold $0.012 (the warm-up, in no figure), steady $0.0031 a case (190 of 200 read the cache)" */
static void put_warmth(Buf *b, const Eval *x, bool markdown)
{
	const Suite *s = x->spec.suite;
	char cold[MONEY_TEXT] = "-", steady[MONEY_TEXT] = "-";

	for (size_t i = 0; i < s->cells; i++) {
		const EvalCell c = eval_cell(x, i);

		if (s->cell[i].cache == CACHE_NONE)
			continue;
		if (x->warm[i].have && x->warm[i].priced)
			money_screen(x->warm[i].nusd, cold);
		if (c.cached)
			money_screen(c.cached_nusd / c.cached, steady);
		(void)buf_printf(b, "%s%.*s: %s %s%s, steady %s a case (%" PRId64 " of %" PRId64 " read the cache)\n", markdown ? "- " : "",
		                 STR_ARG(s->cell[i].name), x->warm[i].state == WARM_NOT ? "no warm-up, instructions differ case by case; cold" : "cold", cold,
		                 x->warm[i].have ? " (the warm-up, in no figure)" : "", steady, c.cached, c.n + c.invalid + c.unjudged);
	}
}

/* "v2.2 beside v2.1, chosen from in both orders: won 9, lost 2, tied 89 (12 by place), 1 not judged, p 0.065; judging $0.012" */
static void put_chosen(Buf *b, const Eval *x, bool markdown)
{
	const Suite *s = x->spec.suite;
	char money[MONEY_TEXT];

	for (size_t i = 1; i < s->cells && s->pairwise.model.n; i++) {
		const EvalChoices c = eval_chosen(x, i);

		money_screen(c.nusd, money);
		(void)buf_printf(b, "%s%s%.*s beside %.*s, chosen from in both orders: won %" PRId64 ", lost %" PRId64 ", tied %" PRId64 " (%" PRId64
		                 " by place), %" PRId64 " not judged, p %.3f; judging %s%s\n", i > 1 ? "" : "\n", markdown ? "- " : "",
		                 STR_ARG(s->cell[i].name), STR_ARG(s->cell[0].name), c.p.won, c.p.lost, c.p.tied, c.wavered, c.unjudged, paired_p(&c.p),
		                 money, c.unpriced ? " and what has no price" : "");
	}
}

static void put_regressions(Buf *b, const Eval *x, size_t cell, const char *bullet)
{
	const Suite *s = x->spec.suite;
	size_t one[REGRESSIONS], n = eval_regressions(x, cell, one, REGRESSIONS);

	if (!n)
		return;
	(void)buf_printf(b, "\n%.*s no longer passes %zu of %.*s:\n%s", STR_ARG(s->cell[cell].name), n, STR_ARG(s->cell[0].name),
	                 *bullet == '-' ? "\n" : "");
	for (size_t i = 0; i < n && i < REGRESSIONS_SHOWN; i++) {
		(void)buf_printf(b, "%s%.*s: ", bullet, STR_ARG(s->one[one[i]].id));
		then_put_reason(b, why_of(x, one[i], cell));
	}
	if (n > REGRESSIONS_SHOWN)
		(void)buf_printf(b, "%sand %zu more\n", bullet, n - REGRESSIONS_SHOWN);
}

static void put_money(Buf *b, const Eval *x)
{
	char spent[MONEY_TEXT];

	money_exact(x->spent_nusd, spent);
	(void)buf_printf(b, "\n%zu of %zu answers, %zu of them from before; this run $%s", x->answered, x->total, x->again, spent);
	if (x->judge_nusd) {
		money_exact(x->judge_nusd, spent);
		(void)buf_printf(b, " ($%s of it for judges)", spent);
	}
	if (x->unpriced)
		(void)buf_printf(b, ", and %" PRId64 " answers without a price", x->unpriced);
	(void)buf_putc(b, '\n');
	if (x->failed)
		(void)buf_printf(b, "%zu questions got no answer: %s\n", x->failed, x->failure);
	if (x->stopped[0])
		(void)buf_printf(b, "not finished: %s\n", x->stopped);
}

static void as_text(Buf *b, const Eval *x, const EvalHistory *h, bool markdown)
{
	const Suite *s = x->spec.suite;

	if (markdown)
		(void)buf_printf(b, "# %.*s\n\n", STR_ARG(s->id));
	for (size_t i = 1; i < s->cells; i++)
		put_sentence(b, x, i);
	then_text(b, h, markdown);
	(void)buf_puts(b, markdown ? "\n| cell | n | pass % (95 %) | $ a case | p95 | invalid | missing |\n"
	                             "| --- | ---: | --- | ---: | ---: | ---: | ---: |\n"
	                           : "\ncell                          n  pass % (95 %)        $/case      p95  invalid  missing\n");
	for (size_t i = 0; i < s->cells; i++)
		put_cell(b, x, i, markdown);
	put_judged(b, x, markdown);
	put_warmth(b, x, markdown);
	put_chosen(b, x, markdown);
	for (size_t i = 1; i < s->cells; i++)
		put_regressions(b, x, i, markdown ? "- " : "  ");
	put_money(b, x);
}

/* --- JSON --- */

static void known(JsonW *w, const char *key, int64_t v)
{
	if (v >= 0)
		jw_ki64(w, key, v);
	else
		jw_knull(w, key);
}

static void json_judged(JsonW *w, const Eval *x, const EvalCell *c)
{
	jw_ki64(w, "judgeNanoUsd", c->judge_nusd);
	jw_ki64(w, "judgeUnpriced", c->judge_unpriced);
	jw_ki64(w, "tries", c->tries);
	jw_ki64(w, "mended", c->mended);
	jw_key(w, "rejected");
	jw_object(w);
	for (size_t i = 0; i < EVAL_FAULTS; i++)
		if (c->rejected[i]) {
			jw_key_str(w, fault_name(x, i));
			jw_i64(w, c->rejected[i]);
		}
	jw_object_end(w);
}

static void json_cell(JsonW *w, const Eval *x, size_t cell)
{
	const SuiteCell *k = &x->spec.suite->cell[cell];
	const EvalCell c = eval_cell(x, cell);

	jw_object(w);
	jw_kstr(w, "name", k->name);
	jw_kstr(w, "model", k->model);
	jw_kstr(w, "template", k->template.n ? k->template : (Str){ NULL, 0 });
	jw_ki64(w, "n", c.n);
	jw_ki64(w, "passed", c.passed);
	jw_ki64(w, "invalid", c.invalid);
	jw_ki64(w, "unjudged", c.unjudged);
	jw_ki64(w, "missing", c.missing);
	jw_ki64(w, "nanoUsd", c.nusd);
	jw_ki64(w, "unpriced", c.unpriced);
	json_judged(w, x, &c);
	known(w, "coldNanoUsd", x->warm[cell].have && x->warm[cell].priced ? x->warm[cell].nusd : -1);
	known(w, "steadyNanoUsd", c.cached ? c.cached_nusd / c.cached : -1);
	jw_ki64(w, "readCache", c.cached);
	known(w, "p50Ms", c.p50_ms);
	known(w, "p95Ms", c.p95_ms);
	jw_key(w, "passRate95");
	jw_array(w);
	jw_num(w, (double)c.low_ppm / 1e6);
	jw_num(w, (double)c.high_ppm / 1e6);
	jw_array_end(w);
	jw_object_end(w);
}

static void json_chosen(JsonW *w, const Eval *x, size_t cell)
{
	const EvalChoices c = eval_chosen(x, cell);

	jw_key(w, "pairwise");
	if (!x->spec.suite->pairwise.model.n) {
		jw_null(w);
		return;
	}
	jw_object(w);
	jw_ki64(w, "won", c.p.won);
	jw_ki64(w, "lost", c.p.lost);
	jw_ki64(w, "tied", c.p.tied);
	jw_ki64(w, "byPlace", c.wavered);
	jw_ki64(w, "unjudged", c.unjudged);
	jw_knum(w, "p", paired_p(&c.p));
	jw_ki64(w, "judgeNanoUsd", c.nusd);
	jw_ki64(w, "judgeUnpriced", c.unpriced);
	jw_object_end(w);
}

static void json_pair(JsonW *w, const Eval *x, size_t cell)
{
	const Suite *s = x->spec.suite;
	const Paired p = eval_pair(x, cell);
	size_t one[REGRESSIONS], n = eval_regressions(x, cell, one, REGRESSIONS);
	Buf differs = { 0 };

	jw_object(w);
	jw_kstr(w, "base", s->cell[0].name);
	jw_kstr(w, "cell", s->cell[cell].name);
	jw_ki64(w, "won", p.won);
	jw_ki64(w, "lost", p.lost);
	jw_ki64(w, "tied", p.tied);
	jw_knum(w, "p", paired_p(&p));
	(void)eval_differs(x, cell, &differs);
	jw_key(w, "differs");
	jw_array(w);
	for (Str rest = buf_str(&differs); rest.n;)
		jw_str(w, str_trim(str_cut(rest, ',', &rest)));
	jw_array_end(w);
	buf_done(&differs);
	json_chosen(w, x, cell);
	jw_key(w, "regressions");
	jw_array(w);
	for (size_t i = 0; i < n; i++) {
		jw_object(w);
		jw_kstr(w, "case", s->one[one[i]].id);
		jw_kstr(w, "why", why_of(x, one[i], cell));
		jw_object_end(w);
	}
	jw_array_end(w);
	jw_object_end(w);
}

static void as_json(Buf *b, const Eval *x, const EvalHistory *h)
{
	const Suite *s = x->spec.suite;
	JsonW w = jw_to(b);

	jw_object(&w);
	jw_kstr(&w, "suite", s->id);
	jw_ki64(&w, "cases", (int64_t)s->cases);
	jw_ki64(&w, "answers", (int64_t)x->answered);
	jw_ki64(&w, "fromBefore", (int64_t)x->again);
	jw_ki64(&w, "askedAgain", (int64_t)x->open);
	jw_ki64(&w, "failed", (int64_t)x->failed);
	jw_kstr(&w, "failure", x->failure[0] ? str_of(x->failure) : (Str){ NULL, 0 });
	jw_ki64(&w, "spentNanoUsd", x->spent_nusd);
	jw_ki64(&w, "judgeNanoUsd", x->judge_nusd);
	jw_ki64(&w, "flags", (int64_t)x->flags);
	jw_ki64(&w, "unpriced", x->unpriced);
	jw_kstr(&w, "stopped", x->stopped[0] ? str_of(x->stopped) : (Str){ NULL, 0 });
	jw_key(&w, "cells");
	jw_array(&w);
	for (size_t i = 0; i < s->cells; i++)
		json_cell(&w, x, i);
	jw_array_end(&w);
	jw_key(&w, "pairs");
	jw_array(&w);
	for (size_t i = 1; i < s->cells; i++)
		json_pair(&w, x, i);
	jw_array_end(&w);
	then_json(&w, h);
	jw_object_end(&w);
	(void)buf_putc(b, '\n');
}

/* --- JUnit --- */

/* XML 1.0 has no controls but tab and line ends. */
static void put_xml(Buf *b, Str s)
{
	for (size_t i = 0; i < s.n; i++) {
		const unsigned char c = (unsigned char)s.p[i];

		if (c == '<' || c == '>' || c == '&' || c == '"')
			(void)buf_printf(b, "&#%d;", c);
		else
			(void)buf_putc(b, c < 0x20 && c != '\t' && c != '\n' ? ' ' : (char)c);
	}
}

static void junit_case(Buf *b, const Eval *x, size_t one, size_t cell, size_t round, bool regressed)
{
	const Suite *s = x->spec.suite;
	const EvalAnswer *a = eval_answer(x, one, cell, round);

	(void)buf_puts(b, "  <testcase classname=\"");
	put_xml(b, s->cell[cell].name);
	(void)buf_puts(b, "\" name=\"");
	put_xml(b, s->one[one].id);
	if (s->repeat > 1)
		(void)buf_printf(b, " #%zu", round + 1);
	(void)buf_printf(b, "\" time=\"%.3f\"", (double)a->total_ms / 1000);
	if (a->have && a->passed) {
		(void)buf_puts(b, "/>\n");
		return;
	}
	(void)buf_printf(b, "><%s message=\"", eval_counts(a) ? "failure" : "error");
	put_xml(b, a->have ? a->why : STR("no answer"));
	if (regressed)
		(void)buf_puts(b, " (passed in the run before)");
	(void)buf_printf(b, "\"/></testcase>\n");
}

static int write_junit(const Options *o, const Eval *x, const EvalHistory *h, Err *e)
{
	const Suite *s = x->spec.suite;
	Buf b = { 0 };
	int rc;

	(void)buf_puts(&b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
	for (size_t k = 0; k < s->cells; k++) {
		const EvalCell c = eval_cell(x, k);
		size_t n, at = 0, *lost = then_regressions(h, k, &n);

		if (k == 0)
			(void)buf_puts(&b, "<testsuites>\n");
		(void)buf_puts(&b, " <testsuite name=\"");
		put_xml(&b, s->cell[k].name);
		(void)buf_printf(&b, "\" tests=\"%" PRId64 "\" failures=\"%" PRId64 "\" errors=\"%" PRId64 "\">\n", c.n + c.invalid + c.unjudged + c.missing,
		                 c.n - c.passed, c.invalid + c.unjudged + c.missing);
		then_junit(&b, h, k);
		for (size_t i = 0; i < s->cases; i++) {
			const bool regressed = at < n && lost[at] == i;

			for (size_t r = 0; r < (size_t)s->repeat; r++)
				junit_case(&b, x, i, k, r, regressed);
			at += regressed;
		}
		free(lost);
		(void)buf_puts(&b, " </testsuite>\n");
	}
	(void)buf_puts(&b, "</testsuites>\n");
	rc = file_replace(o->junit, buf_str(&b), e);
	buf_done(&b);
	return rc;
}

static int code_of(const Eval *x)
{
	for (size_t i = 1; i < x->spec.suite->cells; i++) {
		const Paired p = eval_pair(x, i);

		if (p.lost > p.won && paired_p(&p) < certain)
			return ERR_FAILED;
	}
	for (size_t i = 0; i < x->spec.suite->cells; i++)
		if ((eval_cell(x, i).unjudged || (i && x->spec.suite->pairwise.model.n && eval_chosen(x, i).unjudged)) && !x->stopped[0])
			return ERR_FAILED;
	return x->stopped[0] ? ERR_REFUSED : x->answered < x->total ? ERR_FAILED : 0;
}

int eval_out(const Options *o, const Eval *x, const EvalHistory *h)
{
	Buf b = { 0 }, clean = { 0 };
	Err e = { 0 };
	int code = code_of(x);

	if (o->out == OUT_JSON)
		as_json(&b, x, h);
	else
		as_text(&b, x, h, o->out == OUT_MARKDOWN);
	/* Names of cases and what an answer was not come from outside. */
	if (o->out == OUT_JSON)
		(void)fwrite(b.p, 1, b.n, stdout);
	else if (clean_to(&clean, buf_str(&b), CLEAN_KEEP_NEWLINES) == 0)
		(void)fwrite(clean.p, 1, clean.n, stdout);
	if (o->junit && write_junit(o, x, h, &e) < 0)
		code = cli_fail(&e);
	buf_done(&b);
	buf_done(&clean);
	return code;
}
