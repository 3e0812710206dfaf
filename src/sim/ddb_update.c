#include <string.h>

#include "sim/ddb_lex.h"
#include "sim/ddb_number.h"

static const char wrong_type[] = "An operand in the update expression has an incorrect data type";
static const char absent[] = "The provided expression refers to an attribute that does not exist in the item";
static const char bad_path[] = "The document path provided in the update expression is invalid for update";

static bool call_of(const Parser *p, const char *name)
{
	Parser ahead = *p;

	if (!lex_is_word(p, name))
		return false;
	lex_next(&ahead);
	return lex_is_sign(&ahead, "(");
}

/* Values that can never fit are refused before the item is looked at. */
static Expr *checked(Parser *p, Expr *e, AvType type, const char *name)
{
	for (size_t i = 0; i < e->n; i++)
		if (e->args[i]->kind == EX_VALUE && e->args[i]->value->type != type) {
			(void)ddb_invalid(p->call, "Invalid UpdateExpression: Incorrect operand type for operator or function; operator or "
			                           "function: %s, operand type: %s", name, av_type_name(e->args[i]->value->type));
			return NULL;
		}
	return e;
}

/* Brackets and calls nest; one byte of the expression each, so this bounds the recursion. */
enum { SET_NESTING_MAX = 64 };

static Expr *set_operand(Parser *p)
{
	bool default_of = call_of(p, "if_not_exists");
	Expr *e;

	if (++p->depth > SET_NESTING_MAX) {
		(void)ddb_invalid(p->call, "Invalid UpdateExpression: The expression has too many nested operators;");
		return NULL;
	}
	if (lex_take_sign(p, "(")) {
		e = set_operand(p);
		e = e && lex_expect(p, ")") == 0 ? e : NULL;
	} else if (!default_of && !call_of(p, "list_append")) {
		e = parse_operand(p);
	} else {
		e = expr_new(p, default_of ? EX_IF_NOT_EXISTS : EX_LIST_APPEND, 2);
		lex_next(p);
		lex_next(p);
		if (!(e->args[0] = set_operand(p)) || lex_expect(p, ",") < 0 || !(e->args[1] = set_operand(p)) || lex_expect(p, ")") < 0)
			return NULL;
		e = default_of ? e : checked(p, e, AV_L, "list_append");
	}
	p->depth--;
	return e;
}

static Expr *set_value(Parser *p)
{
	Expr *a = set_operand(p), *e;
	bool plus;

	if (!a || (!lex_is_sign(p, "+") && !lex_is_sign(p, "-")))
		return a;
	plus = lex_is_sign(p, "+");
	lex_next(p);
	e = expr_new(p, plus ? EX_PLUS : EX_MINUS, 2);
	e->args[0] = a;
	return (e->args[1] = set_operand(p)) ? checked(p, e, AV_N, plus ? "+" : "-") : NULL;
}

static int parse_action(Parser *p, UpdateKind kind, Update *u)
{
	Expr *e;

	u->kind = kind;
	if (parse_path(p, &u->path) < 0)
		return -1;
	if (kind == UP_REMOVE)
		return 0;
	if (kind == UP_SET) {
		if (lex_expect(p, "=") < 0)
			return -1;
		return (u->expr = set_value(p)) ? 0 : p->call->code ? -1 : lex_syntax_error(p);
	}
	if (p->kind != LEX_VALUE)
		return lex_syntax_error(p);
	if (!(u->expr = e = parse_operand(p)))
		return -1;
	if (!av_is_set(e->value) && (kind == UP_DELETE || e->value->type != AV_N))
		return ddb_invalid(p->call, "Invalid UpdateExpression: Incorrect operand type for operator or function; operator: %s, "
		                            "operand type: %s", kind == UP_ADD ? "ADD" : "DELETE", av_type_name(e->value->type));
	return 0;
}

static bool overlap(const DdbPath *a, const DdbPath *b)
{
	for (size_t i = 0; i < a->n && i < b->n; i++)
		if (a->steps[i].index != b->steps[i].index || !str_eq(a->steps[i].name, b->steps[i].name))
			return false;
	return true;
}

static int check_overlaps(Parser *p, const Update *all)
{
	for (const Update *a = all; a; a = a->next)
		for (const Update *b = a->next; b; b = b->next)
			if (overlap(&a->path, &b->path))
				return ddb_invalid(p->call, "Invalid UpdateExpression: Two document paths overlap with each other; must remove or "
				                            "rewrite one of these paths; path one: [%.*s], path two: [%.*s]",
				                   STR_ARG(a->path.steps[0].name), STR_ARG(b->path.steps[0].name));
	return 0;
}

int ddb_parse_update(DdbCall *c, DdbNames *n, JsonVal request, Update **out)
{
	static const char *const words[] = { "SET", "REMOVE", "ADD", "DELETE" };
	bool seen[4] = { false };
	Update **tail = out;
	Parser p;
	int rc = lex_open(&p, c, n, request, "UpdateExpression");

	*out = NULL;
	if (rc)
		return rc < 0 ? -1 : 0;
	while (p.kind != LEX_END) {
		size_t kind = 0;

		while (kind < 4 && !lex_take_word(&p, words[kind]))
			kind++;
		if (kind == 4)
			return lex_syntax_error(&p);
		if (seen[kind])
			return ddb_invalid(c, "Invalid UpdateExpression: The \"%s\" section can only be used once in an update expression;", words[kind]);
		seen[kind] = true;
		do {
			*tail = ARENA_NEW(c->arena, Update);
			if (parse_action(&p, (UpdateKind)kind, *tail) < 0)
				return -1;
			tail = &(*tail)->next;
		} while (lex_take_sign(&p, ","));
	}
	return check_overlaps(&p, *out);
}

static Av *fail(DdbCall *c, const char *text)
{
	(void)ddb_invalid(c, "%s", text);
	return NULL;
}

static Av *add_numbers(DdbCall *c, const Av *a, const Av *b, bool subtract)
{
	Av *out = av_new(c->arena, AV_N);
	const char *wrong;
	Dec x, y, sum;

	if (a->type != AV_N || b->type != AV_N)
		return fail(c, wrong_type);
	if ((wrong = dec_parse(a->text, &x)) || (wrong = dec_parse(b->text, &y)) || (wrong = dec_add(&x, &y, subtract, &sum)))
		return fail(c, wrong);
	out->text = dec_text(c->arena, &sum);
	return out;
}

static Av *append_lists(DdbCall *c, const Av *a, const Av *b)
{
	Av *out;

	if (a->type != AV_L || b->type != AV_L)
		return fail(c, wrong_type);
	out = av_copy(c->arena, a);
	for (size_t i = 0; i < b->n; i++)
		av_push(c->arena, out, av_copy(c->arena, b->items[i]));
	return out;
}

Av *ddb_operand(DdbCall *c, const Expr *e, const Av *item)
{
	const Av *v;
	Av *a, *b;

	switch (e->kind) {
	case EX_VALUE:
		return av_copy(c->arena, e->value);
	case EX_PATH:
		v = ddb_path_find(item, &e->path);
		return v ? av_copy(c->arena, v) : fail(c, absent);
	case EX_IF_NOT_EXISTS:
		if (e->args[0]->kind != EX_PATH)
			return fail(c, "Invalid UpdateExpression: Operator or function requires a document path; "
			               "operator or function: if_not_exists");
		v = ddb_path_find(item, &e->args[0]->path);
		return v ? av_copy(c->arena, v) : ddb_operand(c, e->args[1], item);
	case EX_PLUS:
	case EX_MINUS:
	case EX_LIST_APPEND:
		a = ddb_operand(c, e->args[0], item);
		b = a ? ddb_operand(c, e->args[1], item) : NULL;
		if (!b)
			return NULL;
		return e->kind == EX_LIST_APPEND ? append_lists(c, a, b) : add_numbers(c, a, b, e->kind == EX_MINUS);
	default:
		return fail(c, wrong_type);
	}
}

/* The map or list that holds the path's last step. */
static Av *holder(Av *item, const DdbPath *path)
{
	DdbPath above = { path->steps, path->n - 1 };

	return (Av *)ddb_path_find(item, &above);
}

static int store(DdbCall *c, Av *item, const DdbPath *path, Av *v)
{
	Av *in = holder(item, path);
	const DdbStep *last = &path->steps[path->n - 1];

	if (!in || in->type != (last->index < 0 ? AV_M : AV_L))
		return ddb_invalid(c, "%s", bad_path);
	if (last->index < 0)
		av_set(c->arena, in, last->name, v);
	else if ((size_t)last->index < in->n)
		in->items[last->index] = v;
	else
		av_push(c->arena, in, v);
	return 0;
}

static int drop(DdbCall *c, Av *item, const DdbPath *path)
{
	Av *in = holder(item, path);
	const DdbStep *last = &path->steps[path->n - 1];

	if (!in || in->type != (last->index < 0 ? AV_M : AV_L))
		return path->n > 1 ? ddb_invalid(c, "%s", bad_path) : 0;
	if (last->index < 0)
		av_remove(in, last->name);
	else
		av_take_at(in, (size_t)last->index);
	return 0;
}

static Av *added(DdbCall *c, const Av *old, const Av *more)
{
	Av *out;

	if (!old)
		return av_copy(c->arena, more);
	if (old->type != more->type)
		return fail(c, wrong_type);
	if (more->type == AV_N)
		return add_numbers(c, old, more, false);
	out = av_copy(c->arena, old);
	for (size_t i = 0; i < more->n; i++)
		if (!av_has(out, more->items[i]))
			av_push(c->arena, out, more->items[i]);
	return out;
}

static int take_from_set(DdbCall *c, Av *item, const Update *u, const Av *old)
{
	Av *left;

	if (!old)
		return 0;
	if (old->type != u->expr->value->type)
		return ddb_invalid(c, "%s", wrong_type);
	left = av_copy(c->arena, old);
	for (size_t i = left->n; i-- > 0;)
		if (av_has(u->expr->value, left->items[i]))
			av_take_at(left, i);
	return left->n ? store(c, item, &u->path, left) : drop(c, item, &u->path);
}

/* Elements are removed from the back, so that REMOVE l[0], l[1] means the list as it was. */
static int remove_all(DdbCall *c, Av *item, const Update *all)
{
	const Update *next;
	int64_t below = INT64_MAX, index;

	for (const Update *u = all; u; u = u->next)
		if (u->kind == UP_REMOVE && u->path.steps[u->path.n - 1].index < 0 && drop(c, item, &u->path) < 0)
			return -1;
	for (;;) {
		int64_t largest = -1;

		for (next = all; next; next = next->next) {
			index = next->path.steps[next->path.n - 1].index;
			if (next->kind == UP_REMOVE && index > largest && index < below)
				largest = index;
		}
		if (largest < 0)
			return 0;
		for (next = all; next; next = next->next)
			if (next->kind == UP_REMOVE && next->path.steps[next->path.n - 1].index == largest && drop(c, item, &next->path) < 0)
				return -1;
		below = largest;
	}
}

Av *ddb_apply_update(DdbCall *c, const Update *all, const Av *old, const Av *base)
{
	Av *item = av_copy(c->arena, old ? old : base), *v;

	for (const Update *u = all; u; u = u->next) {
		const Av *was = ddb_path_find(old, &u->path);

		if (u->kind == UP_DELETE && take_from_set(c, item, u, was) < 0)
			return NULL;
		if (u->kind != UP_SET && u->kind != UP_ADD)
			continue;
		v = u->kind == UP_SET ? ddb_operand(c, u->expr, old ? old : base) : added(c, was, u->expr->value);
		if (!v || store(c, item, &u->path, v) < 0)
			return NULL;
	}
	return remove_all(c, item, all) < 0 ? NULL : item;
}
