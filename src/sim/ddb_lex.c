#include "sim/ddb_lex.h"

#include <string.h>

enum { EXPRESSION_MAX = 4096 };

static bool is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

void lex_next(Parser *p)
{
	const char *s = p->text.p;
	size_t n = p->text.n, i = p->at, start;

	while (i < n && strchr(" \t\r\n", s[i]) && s[i])
		i++;
	start = p->tok_at = i;
	if (i == n) {
		p->kind = LEX_END;
	} else if (s[i] == '#' || s[i] == ':' || is_alpha(s[i])) {
		p->kind = s[i] == '#' ? LEX_NAME : s[i] == ':' ? LEX_VALUE : LEX_WORD;
		for (i++; i < n && (is_alpha(s[i]) || is_digit(s[i])); i++)
			;
	} else if (is_digit(s[i])) {
		p->kind = LEX_NUMBER;
		while (i < n && is_digit(s[i]))
			i++;
	} else if (strchr("=<>()[],.+-", s[i]) && s[i]) {
		p->kind = LEX_SIGN;
		i += i + 1 < n && ((s[i] == '<' && (s[i + 1] == '=' || s[i + 1] == '>')) || (s[i] == '>' && s[i + 1] == '=')) ? 2 : 1;
	} else {
		p->kind = LEX_BAD;
		i++;
	}
	p->tok = str_sub(p->text, start, i - start);
	p->at = i;
}

int lex_open(Parser *p, DdbCall *c, DdbNames *n, JsonVal request, const char *what)
{
	Str text = { NULL, 0 };

	if (jv_opt_str(request, what, &text, NULL) < 0)
		return ddb_fail(c, "SerializationException", "%s must be a string", what);
	if (!text.p)
		return 1;
	n->any_expression = true;
	if (!str_trim(text).n)
		return ddb_invalid(c, "Invalid %s: The expression can not be empty;", what);
	if (text.n > EXPRESSION_MAX)
		return ddb_invalid(c, "Invalid %s: Expression size has exceeded the maximum allowed size;", what);
	*p = (Parser){ .call = c, .names = n, .what = what, .text = text };
	lex_next(p);
	return 0;
}

bool lex_is_sign(const Parser *p, const char *sign)
{
	return p->kind == LEX_SIGN && str_is(p->tok, sign);
}

bool lex_is_word(const Parser *p, const char *word)
{
	return p->kind == LEX_WORD && str_eq_nocase(p->tok, str_of(word));
}

bool lex_take_sign(Parser *p, const char *sign)
{
	bool is = lex_is_sign(p, sign);

	if (is)
		lex_next(p);
	return is;
}

bool lex_take_word(Parser *p, const char *word)
{
	bool is = lex_is_word(p, word);

	if (is)
		lex_next(p);
	return is;
}

int lex_syntax_error(Parser *p)
{
	size_t from = p->tok_at > 10 ? p->tok_at - 10 : 0;
	Str near = str_trim(str_sub(p->text, from, p->tok.n + 20));

	if (p->kind == LEX_END)
		return ddb_invalid(p->call, "Invalid %s: Syntax error; token: <EOF>, near: \"%.*s\"", p->what, STR_ARG(near));
	return ddb_invalid(p->call, "Invalid %s: Syntax error; token: \"%.*s\", near: \"%.*s\"", p->what, STR_ARG(p->tok), STR_ARG(near));
}

int lex_expect(Parser *p, const char *sign)
{
	return lex_take_sign(p, sign) ? 0 : lex_syntax_error(p);
}

static int step_name(Parser *p, Str *out)
{
	DdbNames *n = p->names;
	Str key;

	if (p->kind == LEX_WORD) {
		if (ddb_reserved_word(p->tok))
			return ddb_invalid(p->call, "Invalid %s: Attribute name is a reserved keyword; reserved keyword: %.*s", p->what,
			                   STR_ARG(p->tok));
		*out = p->tok;
		lex_next(p);
		return 0;
	}
	if (p->kind != LEX_NAME || p->tok.n < 2)
		return lex_syntax_error(p);
	for (size_t i = 0; i < jv_count(n->names); i++) {
		JsonVal v = jv_member_at(n->names, i, &key);

		if (!str_eq(key, p->tok))
			continue;
		n->name_used[i] = true;
		lex_next(p);
		return jv_as_str(v, out, NULL) < 0 ? ddb_fail(p->call, "SerializationException", "Unexpected field type") : 0;
	}
	return ddb_invalid(p->call, "Invalid %s: An expression attribute name used in the document path is not defined; "
	                            "attribute name: %.*s", p->what, STR_ARG(p->tok));
}

int parse_path(Parser *p, DdbPath *out)
{
	enum { STEPS_MAX = 64 };
	DdbStep steps[STEPS_MAX];
	size_t n = 0;

	steps[n].index = -1;
	if (step_name(p, &steps[n++].name) < 0)
		return -1;
	while (lex_is_sign(p, ".") || lex_is_sign(p, "[")) {
		bool index = lex_is_sign(p, "[");

		if (n == STEPS_MAX)
			return ddb_invalid(p->call, "Invalid %s: The document path has too many nesting elements;", p->what);
		lex_next(p);
		steps[n] = (DdbStep){ .index = -1 };
		if (!index) {
			if (step_name(p, &steps[n++].name) < 0)
				return -1;
			continue;
		}
		if (p->kind != LEX_NUMBER || p->tok.n > 9 || str_i64(p->tok, &steps[n].index) < 0)
			return lex_syntax_error(p);
		n++;
		lex_next(p);
		if (lex_expect(p, "]") < 0)
			return -1;
	}
	out->steps = ARENA_ARRAY(p->call->arena, DdbStep, n);
	memcpy(out->steps, steps, n * sizeof *steps);
	out->n = n;
	return 0;
}

const Av *parse_value(Parser *p)
{
	DdbNames *n = p->names;
	Str key;

	for (size_t i = 0; i < jv_count(n->values); i++) {
		(void)jv_member_at(n->values, i, &key);
		if (str_eq(key, p->tok)) {
			n->value_used[i] = true;
			lex_next(p);
			return n->value[i];
		}
	}
	(void)ddb_invalid(p->call, "Invalid %s: An expression attribute value used in expression is not defined; attribute value: %.*s",
	                  p->what, STR_ARG(p->tok));
	return NULL;
}

Expr *expr_new(Parser *p, ExprKind kind, size_t args)
{
	Expr *e = ARENA_NEW(p->call->arena, Expr);

	e->kind = kind;
	e->n = args;
	e->args = args ? ARENA_ARRAY(p->call->arena, Expr *, args) : NULL;
	return e;
}

/* Is a '(' the next thing after the word that is looked at? */
static bool before_paren(const Parser *p)
{
	Parser ahead = *p;

	lex_next(&ahead);
	return lex_is_sign(&ahead, "(");
}

Expr *parse_operand(Parser *p)
{
	Expr *e;

	if (p->kind == LEX_VALUE) {
		e = expr_new(p, EX_VALUE, 0);
		return (e->value = parse_value(p)) ? e : NULL;
	}
	e = expr_new(p, EX_PATH, 0);
	if (lex_is_word(p, "size") && before_paren(p)) {
		e->kind = EX_SIZE;
		lex_next(p);
		lex_next(p);
		return parse_path(p, &e->path) < 0 || lex_expect(p, ")") < 0 ? NULL : e;
	}
	return parse_path(p, &e->path) < 0 ? NULL : e;
}

static int unused(DdbCall *c, const char *what, JsonVal all, const bool *used)
{
	Buf keys;
	Str key;
	size_t missing = 0;

	buf_init(&keys, 1024);
	for (size_t i = 0; i < jv_count(all); i++) {
		(void)jv_member_at(all, i, &key);
		if (!used[i])   /* a list that does not fit is cut */
			(void)buf_printf(&keys, "%s%.*s", missing++ ? ", " : "", STR_ARG(key));
	}
	if (missing)
		(void)ddb_invalid(c, "Value provided in %s unused in expressions: keys: {%s}", what, buf_cstr(&keys));
	buf_done(&keys);
	return missing ? -1 : 0;
}

int ddb_names_open(DdbCall *c, JsonVal request, DdbNames *n)
{
	Str key;

	*n = (DdbNames){ 0 };
	if (jv_opt_object(request, "ExpressionAttributeNames", &n->names, NULL) < 0 ||
	    jv_opt_object(request, "ExpressionAttributeValues", &n->values, NULL) < 0)
		return ddb_fail(c, "SerializationException", "Unexpected field type");
	if (n->names.node && !jv_count(n->names))
		return ddb_invalid(c, "ExpressionAttributeNames must not be empty");
	if (n->values.node && !jv_count(n->values))
		return ddb_invalid(c, "ExpressionAttributeValues must not be empty");
	n->name_used = ARENA_ARRAY(c->arena, bool, jv_count(n->names));
	n->value_used = ARENA_ARRAY(c->arena, bool, jv_count(n->values));
	n->value = ARENA_ARRAY(c->arena, Av *, jv_count(n->values));
	for (size_t i = 0; i < jv_count(n->names); i++) {
		(void)jv_member_at(n->names, i, &key);
		if (key.n < 2 || key.p[0] != '#')
			return ddb_invalid(c, "ExpressionAttributeNames contains invalid key: Syntax error; key: \"%.*s\"", STR_ARG(key));
	}
	for (size_t i = 0; i < jv_count(n->values); i++) {
		JsonVal v = jv_member_at(n->values, i, &key);

		if (key.n < 2 || key.p[0] != ':')
			return ddb_invalid(c, "ExpressionAttributeValues contains invalid key: Syntax error; key: \"%.*s\"", STR_ARG(key));
		if (!(n->value[i] = av_from_json(c, v)))
			return -1;
	}
	return 0;
}

int ddb_names_all_used(DdbCall *c, const DdbNames *n)
{
	if (!n->any_expression && n->names.node)
		return ddb_invalid(c, "ExpressionAttributeNames can only be specified when using expressions");
	if (!n->any_expression && n->values.node)
		return ddb_invalid(c, "ExpressionAttributeValues can only be specified when using expressions");
	if (unused(c, "ExpressionAttributeNames", n->names, n->name_used) < 0)
		return -1;
	return unused(c, "ExpressionAttributeValues", n->values, n->value_used);
}
