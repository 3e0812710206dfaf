#include <string.h>

#include "sim/ddb_lex.h"

/* An expression is at most 4 KB, but brackets are one byte each: this bounds the recursion. */
enum { NESTING_MAX = 300 };

static Expr *parse_or(Parser *p);

static Expr *join(Parser *p, ExprKind kind, Expr *a, Expr *b)
{
	Expr *e = expr_new(p, kind, 2);

	e->args[0] = a;
	e->args[1] = b;
	return a && b ? e : NULL;
}

static Expr *syntax_error(Parser *p)
{
	(void)lex_syntax_error(p);
	return NULL;
}

typedef struct Function {
	const char *name;
	ExprKind    kind;
	size_t      args;
} Function;

static const Function functions[] = {
	{ "attribute_exists", EX_EXISTS, 1 }, { "attribute_not_exists", EX_NOT_EXISTS, 1 }, { "attribute_type", EX_TYPE, 2 },
	{ "begins_with", EX_BEGINS, 2 }, { "contains", EX_CONTAINS, 2 },
};

static const Function *find_function(const Parser *p)
{
	Parser ahead = *p;

	if (p->kind != LEX_WORD)
		return NULL;
	lex_next(&ahead);
	if (!lex_is_sign(&ahead, "("))
		return NULL;
	for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
		if (str_is(p->tok, functions[i].name))
			return &functions[i];
	return NULL;
}

/* The service refuses operands that can never fit before it looks at the item. */
static int check_operands(Parser *p, const Function *f, const Expr *e)
{
	const Av *v = e->n > 1 ? e->args[1]->value : NULL;

	if (e->args[0]->kind != EX_PATH && f->kind <= EX_TYPE)
		return ddb_invalid(p->call, "Invalid %s: Operator or function requires a document path; operator or function: %s",
		                   p->what, f->name);
	if ((f->kind == EX_BEGINS && v && v->type != AV_S && v->type != AV_B) || (f->kind == EX_TYPE && v && v->type != AV_S))
		return ddb_invalid(p->call, "Invalid %s: Incorrect operand type for operator or function; operator or function: %s, "
		                            "operand type: %s", p->what, f->name, av_type_name(v->type));
	return 0;
}

static Expr *parse_function(Parser *p, const Function *f)
{
	Expr *e = expr_new(p, f->kind, f->args);

	lex_next(p);
	lex_next(p);
	for (size_t i = 0; i < f->args; i++) {
		if (i && !lex_take_sign(p, ",")) {
			(void)ddb_invalid(p->call, "Invalid %s: Incorrect number of operands for operator or function; "
			                           "operator or function: %s, number of operands: %zu", p->what, f->name, i);
			return NULL;
		}
		if (!(e->args[i] = parse_operand(p)))
			return NULL;
	}
	if (lex_expect(p, ")") < 0 || check_operands(p, f, e) < 0)
		return NULL;
	return e;
}

static Expr *parse_in(Parser *p, Expr *first)
{
	enum { OPERANDS_MAX = 100 };
	Expr *operands[OPERANDS_MAX + 1] = { first }, *e;
	size_t n = 1;

	if (lex_expect(p, "(") < 0)
		return NULL;
	do {
		if (n > OPERANDS_MAX) {
			(void)ddb_invalid(p->call, "Invalid %s: The IN operator has more than 100 operands;", p->what);
			return NULL;
		}
		if (!(operands[n++] = parse_operand(p)))
			return NULL;
	} while (lex_take_sign(p, ","));
	if (lex_expect(p, ")") < 0)
		return NULL;
	e = expr_new(p, EX_IN, n);
	memcpy(e->args, operands, n * sizeof *operands);
	return e;
}

static Expr *parse_between(Parser *p, Expr *first)
{
	Expr *e = expr_new(p, EX_BETWEEN, 3);
	int order;

	e->args[0] = first;
	if (!(e->args[1] = parse_operand(p)))
		return NULL;
	if (!lex_take_word(p, "AND"))
		return syntax_error(p);
	if (!(e->args[2] = parse_operand(p)))
		return NULL;
	if (e->args[1]->value && e->args[2]->value && av_order(e->args[1]->value, e->args[2]->value, &order) && order > 0) {
		(void)ddb_invalid(p->call, "Invalid %s: The BETWEEN operator requires upper bound to be greater than or equal to lower bound;",
		                  p->what);
		return NULL;
	}
	return e;
}

static Expr *parse_comparison(Parser *p)
{
	static const char *const signs[] = { "=", "<>", "<", "<=", ">", ">=" };   /* EX_EQ and on */
	Expr *first = parse_operand(p);

	if (!first)
		return NULL;
	for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
		if (lex_take_sign(p, signs[i]))
			return join(p, (ExprKind)(EX_EQ + i), first, parse_operand(p));
	if (lex_take_word(p, "BETWEEN"))
		return parse_between(p, first);
	if (lex_take_word(p, "IN"))
		return parse_in(p, first);
	return syntax_error(p);
}

static Expr *parse_not(Parser *p)
{
	const Function *f;
	Expr *e;

	if (++p->depth > NESTING_MAX) {
		(void)ddb_invalid(p->call, "Invalid %s: The expression has too many nested operators;", p->what);
		return NULL;
	}
	if (lex_take_word(p, "NOT")) {
		e = expr_new(p, EX_NOT, 1);
		e = (e->args[0] = parse_not(p)) ? e : NULL;
	} else if (lex_take_sign(p, "(")) {
		e = parse_or(p);
		e = e && lex_expect(p, ")") == 0 ? e : NULL;
	} else {
		e = (f = find_function(p)) ? parse_function(p, f) : parse_comparison(p);
	}
	p->depth--;
	return e;
}

static Expr *parse_and(Parser *p)
{
	Expr *e = parse_not(p);

	while (e && lex_take_word(p, "AND"))
		e = join(p, EX_AND, e, parse_not(p));
	return e;
}

static Expr *parse_or(Parser *p)
{
	Expr *e = parse_and(p);

	while (e && lex_take_word(p, "OR"))
		e = join(p, EX_OR, e, parse_and(p));
	return e;
}

int ddb_parse_condition(DdbCall *c, DdbNames *n, JsonVal request, const char *what, Expr **out)
{
	Parser p;
	int rc = lex_open(&p, c, n, request, what);

	*out = NULL;
	if (rc)
		return rc < 0 ? -1 : 0;
	if (!(*out = parse_or(&p)))
		return -1;
	return p.kind == LEX_END ? 0 : lex_syntax_error(&p);
}

const Av *ddb_path_find(const Av *item, const DdbPath *path)
{
	for (size_t i = 0; item && i < path->n; i++) {
		const DdbStep *s = &path->steps[i];

		if (s->index < 0)
			item = av_get(item, s->name);
		else
			item = item->type == AV_L && (size_t)s->index < item->n ? item->items[s->index] : NULL;
	}
	return item;
}

/* size(): characters would be wrong for S too: the service counts bytes of UTF-8. */
static const Av *size_of(DdbCall *c, const Av *v)
{
	Av *out;

	if (!v || v->type == AV_N || v->type == AV_BOOL || v->type == AV_NULL)
		return NULL;
	out = av_new(c->arena, AV_N);
	out->text = arena_printf(c->arena, "%zu", v->type == AV_S || v->type == AV_B ? v->text.n : v->n);
	return out;
}

static const Av *value_of(DdbCall *c, const Expr *e, const Av *item)
{
	if (e->kind == EX_VALUE)
		return e->value;
	return e->kind == EX_SIZE ? size_of(c, ddb_path_find(item, &e->path)) : ddb_path_find(item, &e->path);
}

static bool compare(ExprKind kind, const Av *a, const Av *b)
{
	int order;

	if (kind == EX_EQ)
		return a && b && av_equal(a, b);
	if (kind == EX_NE)
		return !a || !b || !av_equal(a, b);
	if (!a || !b || !av_order(a, b, &order))
		return false;
	return kind == EX_LT ? order < 0 : kind == EX_LE ? order <= 0 : kind == EX_GT ? order > 0 : order >= 0;
}

static bool contains(const Av *a, const Av *b)
{
	if (!a || !b)
		return false;
	if (a->type == AV_L || av_is_set(a))
		return av_has(a, b);
	return a->type == b->type && (a->type == AV_S || a->type == AV_B) && str_has(a->text, b->text);
}

static bool simple(DdbCall *c, const Expr *e, const Av *item)
{
	const Av *a = value_of(c, e->args[0], item), *b = e->n > 1 ? value_of(c, e->args[1], item) : NULL;

	switch (e->kind) {
	case EX_EXISTS:
		return a != NULL;
	case EX_NOT_EXISTS:
		return a == NULL;
	case EX_TYPE:
		return a && b && str_is(b->text, av_type_name(a->type));
	case EX_BEGINS:
		return a && b && a->type == b->type && (a->type == AV_S || a->type == AV_B) && str_starts(a->text, b->text);
	case EX_CONTAINS:
		return contains(a, b);
	case EX_BETWEEN:
		return compare(EX_GE, a, b) && compare(EX_LE, a, value_of(c, e->args[2], item));
	case EX_IN:
		for (size_t i = 1; i < e->n; i++)
			if (compare(EX_EQ, a, value_of(c, e->args[i], item)))
				return true;
		return false;
	default:
		return compare(e->kind, a, b);
	}
}

bool ddb_eval(DdbCall *c, const Expr *e, const Av *item)
{
	switch (e->kind) {
	case EX_AND:
		return ddb_eval(c, e->args[0], item) && ddb_eval(c, e->args[1], item);
	case EX_OR:
		return ddb_eval(c, e->args[0], item) || ddb_eval(c, e->args[1], item);
	case EX_NOT:
		return !ddb_eval(c, e->args[0], item);
	default:
		return simple(c, e, item);
	}
}
