#include "model/template.h"

const char *const var_type_names[VAR_TYPES + 1] = {
	[VAR_TEXT] = "text", [VAR_INTEGER] = "integer", [VAR_NUMBER] = "number", [VAR_BOOLEAN] = "boolean",
};

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_name(Str s)
{
	if (!s.n || !is_letter(s.p[0]))
		return false;
	for (size_t i = 1; i < s.n; i++)
		if (!is_letter(s.p[i]) && !(s.p[i] >= '0' && s.p[i] <= '9') && s.p[i] != '_' && s.p[i] != '-')
			return false;
	return true;
}

static bool type_of(Str word, VarType *out)
{
	for (int t = 0; t < VAR_TYPES; t++)
		if (str_is(word, var_type_names[t])) {
			*out = (VarType)t;
			return true;
		}
	return false;
}

/* What stands between the braces. False: it is no variable. */
static bool parse(Str inner, TemplateVar *out)
{
	Str head, value, type;
	size_t eq = 0;

	*out = (TemplateVar){ .type = VAR_TEXT };
	while (eq < inner.n && inner.p[eq] != '=')
		eq++;
	head = str_sub(inner, 0, eq);
	out->has_default = eq < inner.n;
	value = str_trim(str_sub(inner, eq + 1, inner.n));
	out->value = out->has_default ? value : STR("");
	out->name = str_trim(str_cut(head, ':', &type));
	if (!is_name(out->name))
		return false;
	return out->name.n + 1 > head.n || !str_has(head, STR(":")) || type_of(str_trim(type), &out->type);
}

/* The next variable from byte *at on: false when there is none. [*from, *at): its place with the braces. */
static bool next_var(Str text, size_t *at, size_t *from, TemplateVar *out)
{
	for (size_t i = *at; i + 4 <= text.n; i++) {
		size_t end;

		if (text.p[i] != '{' || text.p[i + 1] != '{')
			continue;
		for (end = i + 2; end + 1 < text.n && !(text.p[end] == '}' && text.p[end + 1] == '}') && text.p[end] != '\n' && text.p[end] != '{'; end++)
			;
		if (end + 1 >= text.n || text.p[end] != '}' || !parse(str_sub(text, i + 2, end - i - 2), out)) {
			/* What was looked at holds no other beginning. */
			i = end > i + 2 ? end - 1 : i;
			continue;
		}
		*from = i;
		*at = end + 2;
		return true;
	}
	return false;
}

bool var_fits(VarType t, Str v)
{
	int64_t n;

	switch (t) {
	case VAR_INTEGER:
		return str_i64(v, &n) == 0;
	case VAR_NUMBER:
		return str_scaled(v, 6, &n) == 0;
	case VAR_BOOLEAN:
		return str_is(v, "true") || str_is(v, "false");
	default:
		return true;
	}
}

static int join(TemplateVar *have, const TemplateVar *v, Err *e)
{
	if (v->type != VAR_TEXT && have->type != VAR_TEXT && v->type != have->type)
		return err_set(e, "variable %.*s is %s in one place and %s in another", STR_ARG(v->name), var_type_names[have->type],
		               var_type_names[v->type]);
	if (v->has_default && have->has_default && !str_eq(v->value, have->value))
		return err_set(e, "variable %.*s has two defaults", STR_ARG(v->name));
	if (v->type != VAR_TEXT)
		have->type = v->type;
	if (v->has_default) {
		have->has_default = true;
		have->value = v->value;
	}
	return 0;
}

static TemplateVar *find(TemplateVar *v, size_t n, Str name)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(v[i].name, name))
			return &v[i];
	return NULL;
}

int template_vars(Arena *a, Str text, TemplateVar **out, size_t *n, Err *e)
{
	TemplateVar *v = ARENA_ARRAY(a, TemplateVar, TEMPLATE_VARS), one, *have;
	size_t at = 0, from;

	*out = v;
	*n = 0;
	if (text.n > TEMPLATE_MAX)
		return err_set(e, "a template has at most %d KiB", TEMPLATE_MAX >> 10);
	while (next_var(text, &at, &from, &one)) {
		if ((have = find(v, *n, one.name))) {
			if (join(have, &one, e) < 0)
				return -1;
			continue;
		}
		if (*n == TEMPLATE_VARS)
			return err_set(e, "a template has at most %d variables", TEMPLATE_VARS);
		v[(*n)++] = one;
	}
	for (size_t i = 0; i < *n; i++)
		if (v[i].has_default && !var_fits(v[i].type, v[i].value))
			return err_set(e, "the default of variable %.*s is not of type %s", STR_ARG(v[i].name), var_type_names[v[i].type]);
	return 0;
}

/* Of each variable its value, in place of the default. */
static int give(TemplateVar *v, size_t n, const TemplateValue *given, size_t given_n, Err *e)
{
	for (size_t i = 0; i < given_n; i++) {
		TemplateVar *t = find(v, n, given[i].name);

		if (!t)
			return err_set(e, "the template has no variable %.*s", STR_ARG(given[i].name));
		if (!var_fits(t->type, given[i].value))
			return err_set(e, "the value of variable %.*s is not of type %s", STR_ARG(t->name), var_type_names[t->type]);
		t->value = given[i].value;
		t->has_default = true;
	}
	for (size_t i = 0; i < n; i++)
		if (!v[i].has_default)
			return err_set(e, "variable %.*s has no value and no default", STR_ARG(v[i].name));
	return 0;
}

int template_fill(Buf *out, Str text, const TemplateValue *given, size_t given_n, Err *e)
{
	size_t at = 0, from, n, done = 0;
	TemplateVar *v, one;
	Arena a = { 0 };
	int rc = -1;

	if (template_vars(&a, text, &v, &n, e) == 0 && give(v, n, given, given_n, e) == 0) {
		while (next_var(text, &at, &from, &one)) {
			(void)buf_put_str(out, str_sub(text, done, from - done));
			(void)buf_put_str(out, find(v, n, one.name)->value);
			done = at;
		}
		rc = buf_put_str(out, str_sub(text, done, text.n)) < 0 || out->full ? err_set(e, "the filled template is too long") : 0;
	}
	arena_done(&a);
	return rc;
}
