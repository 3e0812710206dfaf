#include "sim/log_pattern.h"

#include "wire/jsonval.h"

enum { MESSAGE_MAX = 1 << 20 };

static Str skip_blank(Str s)
{
	while (s.n && (*s.p == ' ' || *s.p == '\t'))
		s = str_sub(s, 1, s.n);
	return s;
}

/* A quoted phrase (backslash escapes the next character) or what stands before one of `ends`. */
static int take_word(Arena *a, Str *s, const char *ends, Str *out, bool *quoted, Err *e)
{
	size_t i = 0, n = 0;
	char *copy;

	*quoted = s->n && *s->p == '"';
	if (!*quoted) {
		while (i < s->n && !str_has(str_of(ends), str_sub(*s, i, 1)))
			i++;
		*out = str_sub(*s, 0, i);
		*s = str_sub(*s, i, s->n);
		return 0;
	}
	copy = arena_alloc(a, s->n + 1);
	for (i = 1; i < s->n && s->p[i] != '"'; i++) {
		if (s->p[i] == '\\' && i + 1 < s->n)
			i++;
		copy[n++] = s->p[i];
	}
	if (i >= s->n)
		return err_set(e, "Invalid filter pattern: a quote is not closed");
	*out = (Str){ copy, n };
	*s = str_sub(*s, i + 1, s->n);
	return 0;
}

static int parse_terms(Arena *a, Str s, LogPattern *out, Err *e)
{
	bool quoted;

	for (s = skip_blank(s); s.n; s = skip_blank(s)) {
		LogTerm *t = &out->term[out->n];
		if (out->n == LOG_PATTERN_TERMS)
			return err_set(e, "Invalid filter pattern: more than %d terms", LOG_PATTERN_TERMS);
		*t = (LogTerm){ .any = *s.p == '?', .exclude = *s.p == '-' };
		if (t->any || t->exclude)
			s = str_sub(s, 1, s.n);
		if (take_word(a, &s, " \t", &t->text, &quoted, e) < 0)
			return -1;
		if (!quoted && (str_has(t->text, STR("[")) || str_has(t->text, STR("{")) || str_starts(t->text, STR("%"))))
			return err_set(e, "Invalid filter pattern: this form is not served here");
		out->n++;
	}
	return 0;
}

static int parse_op(Str *s, LogOp *out, Err *e)
{
	static const struct { const char *text; LogOp op; } ops[] = {
		{ "!=", LOG_NE }, { ">=", LOG_GE }, { "<=", LOG_LE }, { "=", LOG_EQ }, { ">", LOG_GT }, { "<", LOG_LT },
	};

	for (size_t i = 0; i < sizeof ops / sizeof ops[0]; i++) {
		if (str_starts(*s, str_of(ops[i].text))) {
			*out = ops[i].op;
			*s = skip_blank(str_sub(*s, str_of(ops[i].text).n, s->n));
			return 0;
		}
	}
	return err_set(e, "Invalid filter pattern: = != < <= > or >= is expected after the selector");
}

static int parse_condition(Arena *a, Str *s, LogTerm *t, Err *e)
{
	bool quoted = false;
	int64_t n;

	*t = (LogTerm){0};
	if (!str_starts(*s, STR("$.")))
		return err_set(e, "Invalid filter pattern: a selector begins with $.");
	*s = str_sub(*s, 2, s->n);
	if (take_word(a, s, " \t=!<>", &t->path, &quoted, e) < 0)
		return -1;
	*s = skip_blank(*s);
	if (parse_op(s, &t->op, e) < 0 || take_word(a, s, " \t&|", &t->text, &quoted, e) < 0)
		return -1;
	t->number = !quoted && str_scaled(t->text, 6, &n) == 0;
	if (!t->number && t->op != LOG_EQ && t->op != LOG_NE)
		return err_set(e, "Invalid filter pattern: < and > compare numbers");
	*s = skip_blank(*s);
	return 0;
}

static int parse_json(Arena *a, Str s, LogPattern *out, Err *e)
{
	bool all = false;

	for (s = skip_blank(s);;) {
		if (out->n == LOG_PATTERN_TERMS)
			return err_set(e, "Invalid filter pattern: more than %d conditions", LOG_PATTERN_TERMS);
		if (parse_condition(a, &s, &out->term[out->n], e) < 0)
			return -1;
		out->n++;
		if (!s.n)
			return 0;
		if (!str_starts(s, STR("&&")) && !str_starts(s, STR("||")))
			return err_set(e, "Invalid filter pattern: && or || is expected between conditions");
		if (*s.p == '|')
			out->any = true;
		else
			all = true;
		if (all && out->any)
			return err_set(e, "Invalid filter pattern: && and || in one pattern are not served here");
		s = skip_blank(str_sub(s, 2, s.n));
	}
}

/* "a*b*c": stars stand for any characters. */
static bool glob(Str pattern, Str s)
{
	size_t p = 0, i = 0, star = SIZE_MAX, mark = 0;

	while (i < s.n) {
		if (p < pattern.n && pattern.p[p] == '*') {
			star = p++;
			mark = i;
		} else if (p < pattern.n && pattern.p[p] == s.p[i]) {
			p++;
			i++;
		} else if (star != SIZE_MAX) {
			p = star + 1;
			i = ++mark;
		} else {
			return false;
		}
	}
	while (p < pattern.n && pattern.p[p] == '*')
		p++;
	return p == pattern.n;
}

static JsonVal at_path(JsonVal v, Str path)
{
	char key[128];

	while (path.n) {
		Str part = str_cut(path, '.', &path);
		if (part.n >= sizeof key)
			return (JsonVal){0};
		for (size_t i = 0; i < part.n; i++)
			key[i] = part.p[i];
		key[part.n] = '\0';
		v = jv_get(v, key);
	}
	return v;
}

static bool compare(LogOp op, int64_t a, int64_t b)
{
	switch (op) {
	case LOG_EQ: return a == b;
	case LOG_NE: return a != b;
	case LOG_GT: return a > b;
	case LOG_GE: return a >= b;
	case LOG_LT: return a < b;
	case LOG_LE: return a <= b;
	}
	return false;
}

static bool condition_holds(const LogTerm *t, JsonVal root)
{
	JsonVal v = at_path(root, t->path);
	int64_t have, want;
	Str text = {0};

	if (t->number) {
		if (str_scaled(jv_number_text(v), 6, &have) < 0 || str_scaled(t->text, 6, &want) < 0)
			return false;
		return compare(t->op, have, want);
	}
	switch (jv_type(v)) {
	case JV_STRING: (void)jv_as_str(v, &text, NULL); break;      /* it is a string */
	case JV_TRUE:   text = STR("true"); break;
	case JV_FALSE:  text = STR("false"); break;
	case JV_NUMBER: text = jv_number_text(v); break;
	default:        return false;
	}
	return glob(t->text, text) == (t->op == LOG_EQ);
}

static bool match_json(const LogPattern *p, Str message)
{
	Arena a = {0};
	JsonVal root;
	bool all = true, one = false;

	if (jv_parse(&a, message, MESSAGE_MAX, &root, NULL) < 0 || jv_type(root) != JV_OBJECT) {
		arena_done(&a);
		return false;
	}
	for (size_t i = 0; i < p->n; i++) {
		bool holds = condition_holds(&p->term[i], root);
		all &= holds;
		one |= holds;
	}
	arena_done(&a);
	return p->any ? one : all;
}

int log_pattern_parse(Arena *a, Str text, LogPattern *out, Err *e)
{
	text = str_trim(text);
	*out = (LogPattern){0};
	if (text.n > 1024)
		return err_set(e, "Invalid filter pattern: longer than 1024 characters");
	out->json = text.n >= 2 && *text.p == '{' && text.p[text.n - 1] == '}';
	if (out->json)
		return parse_json(a, str_trim(str_sub(text, 1, text.n - 2)), out, e);
	return parse_terms(a, text, out, e);
}

bool log_pattern_match(const LogPattern *p, Str message)
{
	bool any = false, has_any = false, has_all = false;

	if (p->json)
		return match_json(p, message);
	for (size_t i = 0; i < p->n; i++) {
		bool has = str_has(message, p->term[i].text);
		if (p->term[i].any) {
			has_any = true;
			any |= has;
		} else if (has == p->term[i].exclude) {
			return false;
		} else {
			has_all |= !p->term[i].exclude;
		}
	}
	return any || !has_any || has_all;      /* beside plain terms, ?terms have no say */
}
