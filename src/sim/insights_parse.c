#include "sim/insights_own.h"

#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "wire/time8601.h"

typedef enum TokenKind { T_END, T_WORD, T_TICKED, T_NUMBER, T_STRING, T_REGEX, T_MARK } TokenKind;

typedef struct Parser {
	Insights *q;
	Str    text;
	size_t at;                         /* where the token behind this one begins */
	TokenKind kind;
	size_t from, to;                   /* the token's bytes */
	Str    token;                      /* without quotes */
	size_t last;                       /* end of the token before */
	int    depth;
	bool   may_aggregate;
	Err   *e;
} Parser;

enum { DEPTH_MAX = 40 };

static Node *parse_or(Parser *p);

static Node *wrong(Parser *p, const char *what)
{
	if (p->kind == T_END)
		(void)err_set(p->e, "%s is missing at the end of the query", what);
	else
		(void)err_set(p->e, "%s was expected at character %zu, not \"%.*s\"", what, p->from + 1,
		              STR_ARG(str_sub(p->text, p->from, p->to - p->from > 40 ? 40 : p->to - p->from)));
	return NULL;
}

static bool in_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '@';
}

static void skip_blanks(Parser *p)
{
	while (p->at < p->text.n) {
		char c = p->text.p[p->at];
		if (c == '#')
			while (p->at < p->text.n && p->text.p[p->at] != '\n')
				p->at++;
		else if (c == ' ' || c == '\t' || c == '\n' || c == '\r')
			p->at++;
		else
			return;
	}
}

/* Up to the closing mark; a backslash keeps the next byte, and is itself kept in a regex. */
static void read_quoted(Parser *p, TokenKind kind)
{
	char close = p->text.p[p->at++];
	Buf out = {0};

	p->kind = T_MARK;                    /* what is not closed is no text */
	while (p->at < p->text.n && p->text.p[p->at] != close) {
		if (p->text.p[p->at] == '\\' && p->at + 1 < p->text.n) {
			if (kind == T_REGEX && p->text.p[p->at + 1] != '/')
				(void)buf_putc(&out, '\\');
			p->at++;
		}
		(void)buf_putc(&out, p->text.p[p->at++]);
	}
	if (p->at < p->text.n) {
		p->at++;
		p->kind = kind;
	}
	p->token = arena_str(&p->q->arena, buf_str(&out));
	buf_done(&out);
}

static void next(Parser *p)
{
	char c;

	p->last = p->to;
	skip_blanks(p);
	p->from = p->at;
	p->kind = T_END;
	c = p->at < p->text.n ? p->text.p[p->at] : 0;
	if (!c && p->at == p->text.n) {
		p->token = (Str){0};
	} else if (c == '"' || c == '\'') {
		read_quoted(p, T_STRING);
	} else if (c == '`') {
		read_quoted(p, T_TICKED);
	} else if (in_word(c)) {
		while (p->at < p->text.n && in_word(p->text.p[p->at]))
			p->at++;
		p->kind = c >= '0' && c <= '9' ? T_NUMBER : T_WORD;
		p->token = str_sub(p->text, p->from, p->at - p->from);
	} else {
		bool two = p->at + 1 < p->text.n && strchr("!<>=", c) && c && strchr("=~", p->text.p[p->at + 1]) && p->text.p[p->at + 1];
		p->at += two ? 2 : 1;
		p->kind = T_MARK;
		p->token = str_sub(p->text, p->from, p->at - p->from);
	}
	p->to = p->at;
}

static bool is_mark(const Parser *p, const char *mark)
{
	return p->kind == T_MARK && str_is(p->token, mark);
}

static bool is_word(const Parser *p, const char *word)
{
	return p->kind == T_WORD && str_eq_nocase(p->token, str_of(word));
}

static bool take_mark(Parser *p, const char *mark)
{
	if (!is_mark(p, mark))
		return false;
	next(p);
	return true;
}

static bool take_word(Parser *p, const char *word)
{
	if (!is_word(p, word))
		return false;
	next(p);
	return true;
}

static Node *node_new(Parser *p, NodeKind kind, int code)
{
	Node *n = ARENA_NEW(&p->q->arena, Node);

	n->kind = kind;
	n->code = code;
	return n;
}

static Node *op(Parser *p, OpKind code, Node *a, Node *b)
{
	Node *n = node_new(p, N_OP, code);

	n->arg[0] = a;
	n->arg[1] = b;
	n->args = b ? 2 : 1;
	return n;
}

static Node *text_node(Parser *p, Str text)
{
	Node *n = node_new(p, N_VALUE, 0);

	n->value = (Value){ V_TEXT, 0, text };
	return n;
}

static Node *number_node(Parser *p, double v, Str text)
{
	Node *n = node_new(p, N_VALUE, 0);

	n->value = (Value){ V_NUM, v, text };
	return n;
}

/* /…/ where an operand of like or =~ is due. RE2 in the service, extended POSIX here: what differs is refused. */
static Node *parse_regex(Parser *p)
{
	Node *n = node_new(p, N_REGEX, 0);
	bool any_case;
	char *pattern;

	p->at = p->from;
	read_quoted(p, T_REGEX);
	p->to = p->at;
	if (p->kind != T_REGEX)
		return wrong(p, "a closed /regular expression/");
	any_case = str_starts(p->token, STR("(?i)"));
	pattern = arena_cstr(&p->q->arena, any_case ? str_sub(p->token, 4, p->token.n) : p->token);
	n->re = ARENA_NEW(&p->q->arena, regex_t);
	if (strstr(pattern, "(?") || regcomp(n->re, pattern, REG_EXTENDED | REG_NOSUB | (any_case ? REG_ICASE : 0)) != 0) {
		return wrong(p, "a regular expression that this simulator knows (extended POSIX, (?i) in front)");
	}
	n->next_regex = p->q->regexes;
	p->q->regexes = n;
	next(p);
	return n;
}

static int parse_args(Parser *p, Node *n)
{
	while (!is_mark(p, ")")) {
		if (n->args == ARGS_MAX || (n->args && !take_mark(p, ",")))
			return wrong(p, "\",\" or \")\""), -1;
		if (take_mark(p, "*"))
			continue;                      /* count(*) */
		if (!(n->arg[n->args] = parse_or(p)))
			return -1;
		n->args++;
	}
	next(p);
	return 0;
}

/* "5m" of bin(5m). */
static Node *parse_period(Parser *p)
{
	static const struct { const char *unit; int64_t ms; } units[] = {
		{ "ms", 1 }, { "s", 1000 }, { "sec", 1000 }, { "m", 60000 }, { "min", 60000 }, { "h", 3600000 }, { "hr", 3600000 },
		{ "d", 86400000 }, { "w", 604800000 },
	};
	size_t digits = 0;
	int64_t n;

	while (digits < p->token.n && p->token.p[digits] >= '0' && p->token.p[digits] <= '9')
		digits++;
	for (size_t i = 0; p->kind == T_NUMBER && i < sizeof units / sizeof units[0]; i++) {
		if (!str_is(str_sub(p->token, digits, p->token.n), units[i].unit) || str_i64(str_sub(p->token, 0, digits), &n) < 0 || n < 1 || n > 10000)
			continue;
		next(p);
		return number_node(p, (double)(n * units[i].ms), (Str){0});
	}
	return wrong(p, "a period such as 5m or 1h");
}

static int agg_find(Str name)
{
	static const char *const names[] = {
		[AGG_COUNT] = "count", [AGG_SUM] = "sum", [AGG_AVG] = "avg", [AGG_MIN] = "min", [AGG_MAX] = "max", [AGG_PCT] = "pct",
		[AGG_DISTINCT] = "count_distinct",
	};

	if (str_eq_nocase(name, STR("percentile")))
		return AGG_PCT;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (str_eq_nocase(name, str_of(names[i])))
			return (int)i;
	return -1;
}

static Node *parse_agg(Parser *p, Node *n)
{
	bool plain = n->args == 1 || (n->code == AGG_COUNT && !n->args);
	double percent;

	if (n->code == AGG_PCT && (n->args != 2 || n->arg[1]->kind != N_VALUE || !insights_number(n->arg[1]->value, &percent) ||
	                           percent < 0 || percent > 100))
		return wrong(p, "pct(field, percentage from 0 to 100)");
	if (n->code != AGG_PCT && !plain)
		return wrong(p, "an aggregation of one field");
	if (p->q->aggs == AGGS_MAX)
		return wrong(p, "no more than 24 aggregations");
	n->agg = p->q->aggs;
	p->q->agg[p->q->aggs++] = n;
	return n;
}

static Node *parse_call(Parser *p, Str name)
{
	int agg = agg_find(name), call = insights_call_find(name);
	bool aggregating = p->may_aggregate && agg >= 0;
	Node *n = node_new(p, aggregating ? N_AGG : N_CALL, aggregating ? agg : call);

	next(p);                                 /* "(" */
	if (str_eq_nocase(name, STR("bin"))) {
		n->arg[n->args++] = parse_period(p);
		if (!n->arg[0])
			return NULL;
		return take_mark(p, ")") ? n : wrong(p, "\")\"");
	}
	if (!aggregating && call < 0)
		return wrong(p, agg >= 0 ? "stats before an aggregation" : "a function that is served");
	p->may_aggregate = aggregating ? false : p->may_aggregate;
	if (parse_args(p, n) < 0)
		return NULL;
	p->may_aggregate = aggregating ? true : p->may_aggregate;
	if (!aggregating && !n->args)
		return wrong(p, "an argument");
	return aggregating ? parse_agg(p, n) : n;
}

static Node *parse_list(Parser *p)
{
	const char *close = is_mark(p, "[") ? "]" : ")";
	Node *n = node_new(p, N_LIST, 0);

	if (!take_mark(p, "[") && !take_mark(p, "("))
		return wrong(p, "a list such as [\"a\", \"b\"]");
	while (!is_mark(p, close)) {
		if (n->args == ARGS_MAX || (n->args && !take_mark(p, ",")))
			return wrong(p, "\",\" or the end of the list");
		if (!(n->arg[n->args] = parse_or(p)))
			return NULL;
		n->args++;
	}
	next(p);
	return n;
}

static Node *parse_primary(Parser *p)
{
	Str token = p->token;
	Node *n;

	if (p->kind == T_STRING) {
		next(p);
		return text_node(p, token);
	}
	if (p->kind == T_NUMBER) {
		n = number_node(p, 0, token);
		if (!insights_number((Value){ V_TEXT, 0, token }, &n->value.num))
			return wrong(p, "a number");
		next(p);
		return n;
	}
	if (take_mark(p, "(")) {
		n = parse_or(p);
		return !n || take_mark(p, ")") ? n : wrong(p, "\")\"");
	}
	if (take_mark(p, "-")) {
		n = parse_primary(p);
		return n ? op(p, OP_SUB, number_node(p, 0, (Str){0}), n) : NULL;
	}
	if (p->kind != T_WORD && p->kind != T_TICKED)
		return wrong(p, "a field, a value or a function");
	if (is_word(p, "true") || is_word(p, "false")) {
		n = number_node(p, is_word(p, "true"), (Str){0});
		next(p);
		return n;
	}
	n = node_new(p, N_FIELD, 0);
	n->name = token;
	next(p);
	return is_mark(p, "(") && p->last == p->from ? parse_call(p, token) : n;
}

static Node *parse_product(Parser *p)
{
	Node *a = parse_primary(p), *b;

	while (a && (is_mark(p, "*") || is_mark(p, "/") || is_mark(p, "%"))) {
		OpKind code = is_mark(p, "*") ? OP_MUL : is_mark(p, "/") ? OP_DIV : OP_MOD;
		next(p);
		b = parse_primary(p);
		a = b ? op(p, code, a, b) : NULL;
	}
	return a;
}

static Node *parse_sum(Parser *p)
{
	Node *a = parse_product(p), *b;

	while (a && (is_mark(p, "+") || is_mark(p, "-"))) {
		OpKind code = is_mark(p, "+") ? OP_ADD : OP_SUB;
		next(p);
		b = parse_product(p);
		a = b ? op(p, code, a, b) : NULL;
	}
	return a;
}

static Node *parse_like(Parser *p, Node *a)
{
	Node *b = is_mark(p, "/") ? parse_regex(p) : parse_primary(p);

	return b ? op(p, OP_LIKE, a, b) : NULL;
}

static Node *parse_compare(Parser *p)
{
	static const struct { const char *mark; OpKind code; } marks[] = {
		{ "=", OP_EQ }, { "==", OP_EQ }, { "!=", OP_NE }, { "<", OP_LT }, { "<=", OP_LE }, { ">", OP_GT }, { ">=", OP_GE },
	};
	Node *a = parse_sum(p), *b = NULL;
	bool negated;

	for (size_t i = 0; a && i < sizeof marks / sizeof marks[0]; i++)
		if (take_mark(p, marks[i].mark))
			return (b = parse_sum(p)) ? op(p, marks[i].code, a, b) : NULL;
	if (!a)
		return NULL;
	negated = take_word(p, "not");
	if (take_word(p, "like") || take_mark(p, "=~"))
		b = parse_like(p, a);
	else if (take_word(p, "in"))
		b = (b = parse_list(p)) ? op(p, OP_IN, a, b) : NULL;
	else
		return negated ? wrong(p, "like or in") : a;
	return b && negated ? op(p, OP_NOT, b, NULL) : b;
}

static Node *parse_not(Parser *p)
{
	Node *a;

	if (!take_word(p, "not"))
		return parse_compare(p);
	if (++p->depth > DEPTH_MAX)
		return wrong(p, "a simpler expression");
	a = parse_not(p);
	p->depth--;
	return a ? op(p, OP_NOT, a, NULL) : NULL;
}

static Node *parse_and(Parser *p)
{
	Node *a = parse_not(p), *b;

	while (a && take_word(p, "and"))
		a = (b = parse_not(p)) ? op(p, OP_AND, a, b) : NULL;
	return a;
}

static Node *parse_or(Parser *p)
{
	Node *a, *b;

	if (++p->depth > DEPTH_MAX)
		return wrong(p, "a simpler expression");
	a = parse_and(p);
	while (a && take_word(p, "or"))
		a = (b = parse_and(p)) ? op(p, OP_OR, a, b) : NULL;
	p->depth--;
	return a;
}

/* expression [as name] */
static int parse_column(Parser *p, Column *out)
{
	size_t from = p->from;
	Insights *q = p->q;

	if (!(out->node = parse_or(p)))
		return -1;
	out->label = out->node->kind == N_FIELD ? out->node->name : arena_str(&q->arena, str_trim(str_sub(p->text, from, p->last - from)));
	if (!take_word(p, "as"))
		return 0;
	if ((p->kind != T_WORD && p->kind != T_TICKED) || q->names == NAMES_MAX)
		return wrong(p, "a name"), -1;
	out->label = p->token;
	/* What is aggregated has no value for an event: its name is one of a column, for sort alone. */
	if (!p->may_aggregate)
		q->name[q->names++] = *out;
	next(p);
	return 0;
}

static int parse_columns(Parser *p)
{
	do {
		if (p->q->columns == COLUMNS_MAX)
			return wrong(p, "no more than 32 fields"), -1;
		if (parse_column(p, &p->q->column[p->q->columns]) < 0)
			return -1;
		p->q->columns++;
	} while (take_mark(p, ","));
	return 0;
}

static int cmd_fields(Parser *p)
{
	return p->q->stats ? wrong(p, "no fields behind stats"), -1 : parse_columns(p);
}

static int cmd_display(Parser *p)
{
	if (!p->q->stats)
		p->q->columns = 0;
	return cmd_fields(p);
}

static int cmd_filter(Parser *p)
{
	Insights *q = p->q;

	if (q->stats || q->filters == FILTERS_MAX)
		return wrong(p, q->stats ? "no filter behind stats" : "no more than 16 filters"), -1;
	if (!(q->filter[q->filters] = parse_or(p)))
		return -1;
	q->filters++;
	return 0;
}

static int cmd_stats(Parser *p)
{
	Insights *q = p->q;
	Column values[COLUMNS_MAX];
	int n;

	if (q->stats)
		return wrong(p, "one stats command only"), -1;
	q->stats = true;
	q->columns = 0;
	p->may_aggregate = true;
	if (parse_columns(p) < 0)
		return -1;
	p->may_aggregate = false;
	n = q->columns;
	if (!q->aggs)
		return wrong(p, "an aggregation such as count(*)"), -1;
	memcpy(values, q->column, sizeof values);
	q->columns = 0;
	if (take_word(p, "by") && parse_columns(p) < 0)
		return -1;
	q->by = q->columns;
	if (q->by > BY_MAX || q->by + n > COLUMNS_MAX)
		return wrong(p, "no more than 8 fields to group by"), -1;
	memcpy(q->column + q->by, values, (size_t)n * sizeof values[0]);
	q->columns += n;
	return 0;
}

static int cmd_sort(Parser *p)
{
	Insights *q = p->q;

	q->sorts = 0;
	p->may_aggregate = false;
	do {
		SortKey *k = &q->sort[q->sorts];
		Column column;
		size_t from = p->from;
		if (q->sorts == SORTS_MAX)
			return wrong(p, "no more than 4 fields to sort by"), -1;
		/* Behind stats "sort count(*)" names the column of that text. */
		if (q->stats && p->kind == T_WORD && agg_find(p->token) >= 0) {
			while (p->kind != T_END && !is_mark(p, ")"))
				next(p);
			next(p);
			column = (Column){ arena_str(&q->arena, str_trim(str_sub(p->text, from, p->last - from))), NULL };
		} else if (parse_column(p, &column) < 0) {
			return -1;
		}
		*k = (SortKey){ .node = column.node, .text = column.label };
		if (take_word(p, "desc"))
			k->down = true;
		else
			(void)take_word(p, "asc");
		q->sorts++;
	} while (take_mark(p, ","));
	return 0;
}

static int cmd_limit(Parser *p)
{
	int64_t n;

	if (p->kind != T_NUMBER || str_i64(p->token, &n) < 0 || n < 1 || n > 100000)
		return wrong(p, "a number from 1 to 100000"), -1;
	p->q->limit = n;
	next(p);
	return 0;
}

static int parse_command(Parser *p)
{
	static const struct { const char *name; int (*run)(Parser *p); } commands[] = {
		{ "fields", cmd_fields }, { "display", cmd_display }, { "filter", cmd_filter }, { "stats", cmd_stats },
		{ "sort", cmd_sort }, { "order", cmd_sort }, { "limit", cmd_limit }, { "head", cmd_limit },
	};

	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
		if (!is_word(p, commands[i].name))
			continue;
		next(p);
		if (commands[i].run == cmd_sort)
			(void)take_word(p, "by");
		return commands[i].run(p);
	}
	(void)wrong(p, "a command (the simulator serves fields, display, filter, stats, sort and limit)");
	return -1;
}

int insights_parse(Insights *q, Str text, size_t *from, size_t *to, Err *e)
{
	Parser p = { .q = q, .text = arena_str(&q->arena, text), .e = e };
	int rc;

	next(&p);
	while ((rc = parse_command(&p)) == 0 && p.kind != T_END) {
		if (!take_mark(&p, "|")) {
			(void)wrong(&p, "\"|\"");
			rc = -1;
			break;
		}
	}
	*from = p.from;
	*to = p.to;
	return rc;
}
