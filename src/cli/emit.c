#include "cli/emit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/xalloc.h"
#include "model/change.h"
#include "model/money.h"
#include "ui/clean.h"
#include "wire/jsonval.h"

enum { JSON_OUT_MAX = 1 << 30 };

static JsonVal at_path(JsonVal v, const char *path)
{
	return *path ? jv_path(v, path) : v;
}

static JsonVal at_column(JsonVal row, const EmitColumn *c)
{
	return c->form == CELL_MEMBER ? jv_get(row, c->path) : at_path(row, c->path);
}

/* The raw value as text: strings as they are, numbers by their digits, the rest as JSON. */
static Str plain(Arena *a, JsonVal v)
{
	Str s = STR("");
	Buf b = { 0 };

	if (jv_is_absent(v))
		return s;
	if (jv_type(v) == JV_STRING) {
		(void)jv_as_str(v, &s, NULL);
		return s;
	}
	if (jv_type(v) == JV_NUMBER)
		return jv_number_text(v);
	(void)jv_write(v, &b);
	s = arena_str(a, buf_str(&b));
	buf_done(&b);
	return s;
}

/* "2.1", or "3.1:90 3.2:10". */
static Str route(Arena *a, JsonVal v)
{
	Str out = STR(""), version;
	int64_t weight;

	for (size_t k = 0; k < jv_count(v); k++)
		if (jv_str(jv_at(v, k), "version", &version, NULL) == 0 && jv_i64(jv_at(v, k), "weight", &weight, NULL) == 0)
			out = weight == 100 ? arena_printf(a, "%.*s%s%.*s", STR_ARG(out), k ? " " : "", STR_ARG(version))
			                    : arena_printf(a, "%.*s%s%.*s:%lld", STR_ARG(out), k ? " " : "", STR_ARG(version), (long long)weight);
	return out;
}

/* "prod 2.1", "route 3.1:90 3.2:10": where each pointer sends its traffic; "> 2.2" when it is on its way, "!" when it was moved outside. */
static Str pointers(Arena *a, JsonVal v)
{
	Str out = STR("");

	for (size_t i = 0; i < jv_count(v); i++) {
		JsonVal p = jv_at(v, i);
		Str name = STR(""), live = route(a, jv_get(p, "live")), target = route(a, jv_get(p, "target"));
		bool drift = false;

		(void)jv_opt_str(p, "name", &name, NULL);
		(void)jv_opt_bool(p, "drift", &drift, NULL);
		out = arena_printf(a, "%.*s%s%.*s %.*s", STR_ARG(out), i ? ", " : "", STR_ARG(name), STR_ARG(live));
		if (!str_eq(live, target))
			out = arena_printf(a, "%.*s > %.*s", STR_ARG(out), STR_ARG(target));
		if (drift)
			out = arena_printf(a, "%.*s!", STR_ARG(out));
	}
	return out;
}

/* "a,b" of a list of words; "-" of none. */
static Str words(Arena *a, JsonVal v)
{
	Str out = STR("-"), word;

	for (size_t i = 0; i < jv_count(v); i++)
		if (jv_as_str(jv_at(v, i), &word, NULL) == 0)
			out = i ? arena_printf(a, "%.*s,%.*s", STR_ARG(out), STR_ARG(word)) : word;
	return out;
}

static Str shown(Arena *a, JsonVal v, CellForm form)
{
	char money[MONEY_TEXT];
	int64_t n = 0;
	double rate = 0;
	Str s = plain(a, v);

	if (jv_is_absent(v))
		return STR("-");
	switch (form) {
	case CELL_MONEY:
		if (jv_as_i64(v, &n, NULL) < 0)
			return s;
		money_screen(n, money);
		return arena_printf(a, "%s", money);
	case CELL_PRICE:                   /* micro-USD, exactly */
		if (jv_as_i64(v, &n, NULL) < 0 || n > INT64_MAX / NUSD_PER_MICROUSD)
			return s;
		money_exact(n * NUSD_PER_MICROUSD, money);
		return arena_printf(a, "%s", money);
	case CELL_RATE:
		return jv_as_num(v, &rate, NULL) < 0 ? s : arena_printf(a, "%.1f %%", rate * 100);
	case CELL_TAIL8:
		return s.n > 8 ? str_sub(s, s.n - 8, 8) : s;
	case CELL_ACTOR:
		return change_actor(s);
	case CELL_POINTERS:
		return pointers(a, v);
	case CELL_ROUTE:
		return route(a, v);
	case CELL_WORDS:
		return words(a, v);
	case CELL_DAY:
		return str_sub(s, 0, 10);
	case CELL_CLOCK:
		return s.n >= 19 ? str_sub(s, 5, 14) : s;
	default:
		return s;
	}
}

/* A cell that a spreadsheet would take for a formula gets a quote in front (OWASP, "CSV Injection"). */
void csv_put(Buf *out, Str s, bool is_text, Arena *a)
{
	bool quote = false;
	/* A file that somebody will print to a terminal must not drive it. */
	Clean c = clean_text(a, s, CLEAN_KEEP_NEWLINES);

	s = (Str){ c.p, c.n };

	for (size_t i = 0; i < s.n; i++)
		quote |= s.p[i] == '"' || s.p[i] == ',' || s.p[i] == '\n' || s.p[i] == '\r';
	if (is_text && s.n && strchr("=+-@\t\r", s.p[0])) {
		quote = true;
		(void)buf_puts(out, "\"'");
	} else if (quote) {
		(void)buf_putc(out, '"');
	}
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"')
			(void)buf_putc(out, '"');
		(void)buf_putc(out, s.p[i]);
	}
	if (quote)
		(void)buf_putc(out, '"');
}

static void csv_head(Buf *out, size_t k, const EmitColumn *c, Arena *a)
{
	if (k)
		(void)buf_putc(out, ',');
	csv_put(out, str_of(c->path), true, a);
}

static void csv(Arena *a, Buf *out, JsonVal rows, const EmitColumn *c, size_t n)
{
	for (size_t k = 0; k < n; k++)
		csv_head(out, k, &c[k], a);
	(void)buf_putc(out, '\n');
	for (size_t i = 0; i < jv_count(rows); i++) {
		for (size_t k = 0; k < n; k++) {
			JsonVal v = at_column(jv_at(rows, i), &c[k]);

			if (k)
				(void)buf_putc(out, ',');
			csv_put(out, plain(a, v), jv_type(v) != JV_NUMBER, a);
		}
		(void)buf_putc(out, '\n');
	}
}

static void table_line(Buf *out, const Clean *cell, const EmitColumn *c, const int *width, size_t n)
{
	for (size_t k = 0, first = 1; k < n; k++) {
		int pad = width[k] - cell[k].columns;

		if (!c[k].title)
			continue;
		if (!first)
			(void)buf_puts(out, "  ");
		first = 0;
		if (c[k].right)
			(void)buf_printf(out, "%*s", pad > 0 ? pad : 0, "");
		(void)buf_put(out, cell[k].p, cell[k].n);
		if (!c[k].right)
			(void)buf_printf(out, "%*s", pad > 0 ? pad : 0, "");
	}
	while (out->n && out->p[out->n - 1] == ' ')
		out->n--;
	(void)buf_putc(out, '\n');
}

static void table(Arena *a, Buf *out, JsonVal rows, const EmitColumn *c, size_t n)
{
	size_t count = jv_count(rows);
	Clean *cell = ARENA_ARRAY(a, Clean, (count + 1) * n);
	int *width = ARENA_ARRAY(a, int, n);

	for (size_t i = 0; i <= count; i++)
		for (size_t k = 0; k < n; k++) {
			Clean *at = &cell[i * n + k];

			*at = i == 0 ? clean_text(a, str_of(c[k].title ? c[k].title : ""), 0)
						 : clean_text(a, shown(a, at_column(jv_at(rows, i - 1), &c[k]), c[k].form), 0);
			if (at->columns > width[k])
				width[k] = at->columns;
		}
	for (size_t i = 0; i <= count; i++)
		table_line(out, cell + i * n, c, width, n);
}

/* Never half an answer without a word: a pipe may be closed, a disk full, the answer larger than a Buf may grow. */
static int put_out(const Buf *b)
{
	Err e = { 0 };

	if (b->full)
		err_set(&e, "the answer is larger than %zu bytes; ask for less time with --since", b->max);
	else if (fwrite(b->p ? b->p : "", 1, b->n, stdout) < b->n || fflush(stdout) != 0)
		err_set(&e, "cannot write the answer: %s", strerror(errno));
	return e.kind ? cli_fail(&e) : 0;
}

int emit(const Options *o, Buf *json, const char *rows_path, const EmitColumn *columns, size_t n)
{
	Arena a = { 0 };
	Buf out;
	JsonVal doc;
	Err e = { 0 };
	int rc;

	if (o->out == OUT_JSON || json->full) {
		(void)buf_putc(json, '\n');
		return put_out(json);
	}
	buf_init(&out, JSON_OUT_MAX);
	if (jv_parse(&a, buf_str(json), JSON_OUT_MAX, &doc, &e) < 0) {
		rc = cli_fail(&e);
	} else {
		(o->out == OUT_CSV ? csv : table)(&a, &out, at_path(doc, rows_path), columns, n);
		rc = put_out(&out);
	}
	buf_done(&out);
	arena_done(&a);
	return rc;
}
