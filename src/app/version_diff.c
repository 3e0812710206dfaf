#include "app/version_diff.h"

#include <stdlib.h>

#include "base/xalloc.h"
#include "model/linediff.h"
#include "wire/jsonval.h"

enum { DEEPEST = 16, SETTINGS_MAX = 2000, CONTEXT_LINES = 2, LABEL_W = 10 };

/* "config.environment.MODEL_ID" and what it says. */
typedef struct Setting { Str path, value; } Setting;
typedef struct Made { Arena *a; Setting *v; size_t n, cap; Str prompt; bool known; } Made;

static void add(Made *m, Str path, Str value)
{
	if (m->n == SETTINGS_MAX)
		return;
	VEC_GROW(m->v, m->cap, m->n + 1);
	m->v[m->n++] = (Setting){ path, value };
}

static Str written(Arena *a, JsonVal v)
{
	Buf b = { 0 };
	Str s = STR("");

	if (jv_as_str(v, &s, NULL) == 0)
		return s;
	(void)jv_write(v, &b);
	s = arena_str(a, buf_str(&b));
	buf_done(&b);
	return s;
}

/* Objects member by member; a list is one value, but for a list of things that have names (tools). */
static void flatten(Made *m, Str path, JsonVal v, int depth)
{
	Str key;

	if (jv_is_absent(v))
		return;
	if (jv_type(v) == JV_OBJECT && depth < DEEPEST && jv_count(v)) {
		for (size_t i = 0; i < jv_count(v); i++) {
			JsonVal one = jv_member_at(v, i, &key);

			flatten(m, arena_printf(m->a, "%.*s%s%.*s", STR_ARG(path), path.n ? "." : "", STR_ARG(key)), one, depth + 1);
		}
		return;
	}
	for (size_t i = 0; jv_type(v) == JV_ARRAY && i < jv_count(v); i++) {
		key = STR("");
		if (jv_type(jv_at(v, i)) != JV_OBJECT || jv_opt_str(jv_at(v, i), "name", &key, NULL) < 0 || !key.n)
			break;
		flatten(m, arena_printf(m->a, "%.*s[%.*s]", STR_ARG(path), STR_ARG(key)), jv_at(v, i), depth + 1);
		if (i + 1 == jv_count(v))
			return;
	}
	add(m, path, written(m->a, v));
}

static int by_path(const void *x, const void *y)
{
	return str_cmp(((const Setting *)x)->path, ((const Setting *)y)->path);
}

static Made made_of(const VersionText *v, Arena *a)
{
	Made m = { .a = a, .prompt = STR("") };
	JsonVal doc = { 0 };

	m.known = v->detail.n && jv_parse(a, v->detail, v->detail.n + 1, &doc, NULL) == 0;
	if (v->model.n)
		add(&m, STR("model"), v->model);
	if (!m.known)
		return m;
	flatten(&m, STR(""), jv_get(doc, "config"), 0);
	flatten(&m, STR("tools"), jv_get(doc, "tools"), 0);
	(void)jv_opt_str(doc, "prompt", &m.prompt, NULL);
	if (m.n)
		qsort(m.v, m.n, sizeof *m.v, by_path);
	return m;
}

static Str shown(Str s)
{
	return s.n ? s : STR("-");
}

static void line(Buf *b, const char *label, Str value)
{
	(void)buf_printf(b, "%-*s %.*s\n", LABEL_W, label, STR_ARG(shown(value)));
}

static void head(const VersionText *v, Buf *b)
{
	line(b, "version", v->version);
	if (v->release.n)
		line(b, "release", v->release);
	line(b, "status", v->status);
	line(b, "model", v->model);
}

void version_text(const VersionText *v, Buf *out)
{
	Arena a = { 0 };
	Made m = made_of(v, &a);

	head(v, out);
	if (!m.known)
		(void)buf_puts(out, "\nHow it is made has not been read yet.\n");
	for (size_t i = 0; m.known && i < m.n; i++)
		if (!str_is(m.v[i].path, "model"))
			(void)buf_printf(out, "%s  %.*s  %.*s\n", i ? "" : "\n", STR_ARG(m.v[i].path), STR_ARG(m.v[i].value));
	if (m.known)
		(void)buf_printf(out, "\nprompt\n%.*s\n", STR_ARG(m.prompt.n ? m.prompt : STR("not known")));
	free(m.v);
	arena_done(&a);
}

/* --- two --- */

static size_t diff_settings(const Made *x, const Made *y, Buf *b)
{
	size_t i = 0, k = 0, changed = 0;

	while (i < x->n || k < y->n) {
		int c = i == x->n ? 1 : k == y->n ? -1 : str_cmp(x->v[i].path, y->v[k].path);
		Str path = c > 0 ? y->v[k].path : x->v[i].path, was = c > 0 ? STR("") : x->v[i].value, is = c < 0 ? STR("") : y->v[k].value;

		i += c <= 0;
		k += c >= 0;
		if (c == 0 && str_eq(was, is))
			continue;
		changed++;
		(void)buf_printf(b, "  %.*s  %.*s > %.*s\n", STR_ARG(path), STR_ARG(shown(was)), STR_ARG(shown(is)));
	}
	return changed;
}

/* Lines that changed, with some of what stands around them. */
static void diff_prompt(const LineDiff *d, Buf *b)
{
	static const char mark[] = { [DIFF_SAME] = ' ', [DIFF_GONE] = '-', [DIFF_ADDED] = '+' };
	size_t skipped = 0;

	for (size_t i = 0; i < d->n; i++) {
		bool near = d->line[i].kind != DIFF_SAME;

		for (size_t k = i > CONTEXT_LINES ? i - CONTEXT_LINES : 0; k <= i + CONTEXT_LINES && k < d->n && !near; k++)
			near = d->line[k].kind != DIFF_SAME;
		if (!near) {
			skipped++;
			continue;
		}
		if (skipped)
			(void)buf_printf(b, "  ... %zu lines the same\n", skipped);
		skipped = 0;
		(void)buf_printf(b, "%c %.*s\n", mark[d->line[i].kind], STR_ARG(d->line[i].text));
	}
	if (skipped)
		(void)buf_printf(b, "  ... %zu lines the same\n", skipped);
}

static void names(const VersionText *v, const char *label, Buf *b)
{
	(void)buf_printf(b, "%-*s %.*s%s%.*s  %.*s\n", LABEL_W, label, STR_ARG(v->version), v->release.n ? "=" : "", STR_ARG(v->release),
	                 STR_ARG(v->status));
}

void version_diff(const VersionText *from, const VersionText *to, Buf *out)
{
	Arena a = { 0 };
	Made x = made_of(from, &a), y = made_of(to, &a);
	LineDiff d = linediff(x.prompt, y.prompt, &a);

	names(from, "from", out);
	names(to, "to", out);
	if (!x.known || !y.known)
		(void)buf_printf(out, "\nHow %.*s is made has not been read yet.\n", STR_ARG(x.known ? to->version : from->version));
	(void)buf_puts(out, "\nsettings\n");
	if (!diff_settings(&x, &y, out))
		(void)buf_puts(out, "  the same\n");
	if (x.known && y.known) {
		(void)buf_printf(out, "\nprompt  +%zu -%zu lines\n", d.added, d.gone);
		if (d.added + d.gone)
			diff_prompt(&d, out);
		else
			(void)buf_puts(out, x.prompt.n ? "  the same\n" : "  not known of either\n");
	}
	free(x.v);
	free(y.v);
	arena_done(&a);
}
