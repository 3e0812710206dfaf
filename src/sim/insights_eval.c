#include "sim/insights_own.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wire/text.h"
#include "wire/time8601.h"

typedef enum CallKind {
	CALL_BIN, CALL_ISPRESENT, CALL_ISEMPTY, CALL_ISBLANK, CALL_STRCONTAINS, CALL_STRLEN, CALL_TOLOWER, CALL_TOUPPER, CALL_CONCAT, CALL_COALESCE,
	CALL_ABS, CALL_CEIL, CALL_FLOOR, CALL_TOMILLIS,
} CallKind;

enum { ALIAS_DEPTH = 16, LINE_MAX_BYTES = 1 << 20 };

static const Value nothing;

int insights_call_find(Str name)
{
	static const char *const names[] = {
		[CALL_BIN] = "bin", [CALL_ISPRESENT] = "ispresent", [CALL_ISEMPTY] = "isempty", [CALL_ISBLANK] = "isblank",
		[CALL_STRCONTAINS] = "strcontains", [CALL_STRLEN] = "strlen", [CALL_TOLOWER] = "tolower", [CALL_TOUPPER] = "toupper",
		[CALL_CONCAT] = "concat", [CALL_COALESCE] = "coalesce", [CALL_ABS] = "abs", [CALL_CEIL] = "ceil", [CALL_FLOOR] = "floor",
		[CALL_TOMILLIS] = "tomillis",
	};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (str_eq_nocase(name, str_of(names[i])))
			return (int)i;
	return -1;
}

static Value number(double v)
{
	return (Value){ V_NUM, v, {0} };
}

static Value text(Str s)
{
	return (Value){ V_TEXT, 0, s };
}

bool insights_number(Value v, double *out)
{
	char copy[64], *end;

	if (v.kind == V_NUM || v.kind == V_TIME) {
		*out = v.num;
		return true;
	}
	if (v.kind != V_TEXT || !v.text.n || v.text.n >= sizeof copy)
		return false;
	memcpy(copy, v.text.p, v.text.n);
	copy[v.text.n] = 0;
	*out = strtod(copy, &end);
	return *end == 0 && isfinite(*out) && !strpbrk(copy, "xX");
}

Str insights_text(Arena *a, Value v)
{
	char iso[TIME_TEXT];
	Buf out = {0};
	JsonW w = jw_to(&out);
	Str s;

	if (v.kind == V_TEXT || (v.kind == V_NUM && v.text.n))
		return v.text;
	if (v.kind == V_NONE)
		return (Str){0};
	if (v.kind == V_TIME) {
		time_format_iso((int64_t)v.num, iso);
		return arena_printf(a, "%.10s %.12s", iso, iso + 11);
	}
	jw_num(&w, v.num);
	s = arena_str(a, buf_str(&out));
	buf_done(&out);
	return s;
}

int insights_compare(Value a, Value b)
{
	double x, y;

	if (a.kind == V_NONE || b.kind == V_NONE)
		return (a.kind != V_NONE) - (b.kind != V_NONE);
	if (insights_number(a, &x) && insights_number(b, &y))
		return (x > y) - (x < y);
	return str_cmp(a.text, b.text);
}

bool insights_true(Value v)
{
	double n;

	return v.kind != V_NONE && (!insights_number(v, &n) || n != 0);
}

static Value json_value(JsonVal v, Arena *a)
{
	Value out = nothing;
	Buf json = {0};

	switch (jv_type(v)) {
	case JV_ABSENT:
	case JV_NULL:
		break;
	case JV_TRUE:
	case JV_FALSE:
		return number(jv_type(v) == JV_TRUE);
	case JV_STRING:
		out.kind = V_TEXT;
		(void)jv_as_str(v, &out.text, NULL);      /* it is one */
		break;
	case JV_NUMBER:
		out = (Value){ V_NUM, 0, jv_number_text(v) };
		(void)jv_as_num(v, &out.num, NULL);       /* one that is too large stays 0, its text is shown */
		break;
	case JV_ARRAY:
	case JV_OBJECT:
		if (jv_write(v, &json) == 0)
			out = text(arena_str(a, buf_str(&json)));
		buf_done(&json);
	}
	return out;
}

/* "token_usage.input", "list.0": a member's own name may hold dots, the longest one that is there wins. */
static JsonVal json_find(JsonVal v, Str path)
{
	int64_t index;

	for (size_t n = path.n; n > 0; n--) {
		Str head = str_sub(path, 0, n), rest = str_sub(path, n + 1, path.n);
		JsonVal member = {0};
		if (n < path.n && path.p[n] != '.')
			continue;
		if (jv_type(v) == JV_ARRAY && str_i64(head, &index) == 0 && index >= 0)
			member = jv_at(v, (size_t)index);
		else if (jv_type(v) == JV_OBJECT)
			member = jv_get_str(v, head);
		if (jv_type(member) == JV_ABSENT)
			continue;
		return n == path.n ? member : json_find(member, rest);
	}
	return (JsonVal){0};
}

static Str pointer(Insights *q)
{
	Buf raw = {0}, out = {0};
	Str s;

	(void)buf_printf(&raw, "%.*s:%s", STR_ARG(q->log), q->line->id);
	(void)b64_encode(&out, buf_str(&raw));
	s = arena_str(&q->scratch, buf_str(&out));
	buf_done(&raw);
	buf_done(&out);
	return s;
}

static Value field(Insights *q, Str name)
{
	const FleetLine *l = q->line;

	if (!l)
		return nothing;                 /* a field beside an aggregation: a group has none */
	if (str_is(name, "@timestamp"))
		return (Value){ V_TIME, (double)l->t_ms, {0} };
	if (str_is(name, "@ingestionTime"))
		return (Value){ V_TIME, (double)l->in_ms, {0} };
	if (str_is(name, "@message"))
		return text(l->text);
	if (str_is(name, "@logStream"))
		return text(str_of(l->stream));
	if (str_is(name, "@log"))
		return text(q->log);
	if (str_is(name, "@ptr"))
		return text(pointer(q));
	if (!q->doc_read) {
		q->doc_read = true;
		if (!str_starts(l->text, STR("{")) || jv_parse(&q->scratch, l->text, LINE_MAX_BYTES, &q->doc, NULL) < 0)
			q->doc = (JsonVal){0};                /* a line that is not JSON has no members */
	}
	return json_value(json_find(q->doc, name), &q->scratch);
}

static Value named(Insights *q, Str name)
{
	Value v = nothing;

	for (int i = q->names - 1; i >= 0 && q->depth < ALIAS_DEPTH; i--) {
		const Node *n = q->name[i].node;
		if (!str_eq(q->name[i].label, name) || (n->kind == N_FIELD && str_eq(n->name, name)))
			continue;
		q->depth++;
		v = insights_eval(q, n);
		q->depth--;
		return v;
	}
	return field(q, name);
}

static Value changed_case(Insights *q, Value v, bool upper)
{
	Str s = insights_text(&q->scratch, v);
	char *out = arena_cstr(&q->scratch, s);

	for (size_t i = 0; i < s.n; i++)
		if (upper ? out[i] >= 'a' && out[i] <= 'z' : out[i] >= 'A' && out[i] <= 'Z')
			out[i] ^= 0x20;
	return text((Str){ out, s.n });
}

static Value concat(Insights *q, const Node *n)
{
	Buf out = {0};
	Value v;

	for (int i = 0; i < n->args; i++)
		(void)buf_put_str(&out, insights_text(&q->scratch, insights_eval(q, n->arg[i])));
	v = text(arena_str(&q->scratch, buf_str(&out)));
	buf_done(&out);
	return v;
}

static Value coalesce(Insights *q, const Node *n)
{
	Value v = nothing;

	for (int i = 0; i < n->args && v.kind == V_NONE; i++)
		v = insights_eval(q, n->arg[i]);
	return v;
}

static Value call(Insights *q, const Node *n)
{
	Value v = n->code == CALL_BIN || n->code == CALL_CONCAT || n->code == CALL_COALESCE ? nothing : insights_eval(q, n->arg[0]);
	Str s = v.kind == V_NONE ? (Str){0} : insights_text(&q->scratch, v);
	bool is_number;
	double x = 0;

	switch ((CallKind)n->code) {
	case CALL_BIN:
		if (!q->line)
			return nothing;
		x = n->arg[0]->value.num;
		return (Value){ V_TIME, floor((double)q->line->t_ms / x) * x, {0} };
	case CALL_ISPRESENT:   return number(v.kind != V_NONE);
	case CALL_ISEMPTY:     return number(!s.n);
	case CALL_ISBLANK:     return number(!str_trim(s).n);
	case CALL_STRCONTAINS: return number(n->args == 2 && str_has(s, insights_text(&q->scratch, insights_eval(q, n->arg[1]))));
	case CALL_STRLEN:      return v.kind == V_NONE ? nothing : number((double)s.n);
	case CALL_TOLOWER:     return changed_case(q, v, false);
	case CALL_TOUPPER:     return changed_case(q, v, true);
	case CALL_CONCAT:      return concat(q, n);
	case CALL_COALESCE:    return coalesce(q, n);
	case CALL_ABS:
	case CALL_CEIL:
	case CALL_FLOOR:
	case CALL_TOMILLIS:
		break;
	}
	is_number = insights_number(v, &x);
	if (!is_number)
		return nothing;
	return number(n->code == CALL_ABS ? fabs(x) : n->code == CALL_CEIL ? ceil(x) : n->code == CALL_FLOOR ? floor(x) : x);
}

static bool is_like(Insights *q, const Node *n)
{
	Value v = insights_eval(q, n->arg[0]);
	Str s = insights_text(&q->scratch, v);

	if (v.kind == V_NONE)
		return false;
	if (n->arg[1]->kind == N_REGEX)
		return regexec(n->arg[1]->re, arena_cstr(&q->scratch, s), 0, NULL, 0) == 0;
	return str_has(s, insights_text(&q->scratch, insights_eval(q, n->arg[1])));
}

static bool is_in(Insights *q, const Node *n)
{
	Value v = insights_eval(q, n->arg[0]);

	for (int i = 0; v.kind != V_NONE && i < n->arg[1]->args; i++)
		if (insights_compare(v, insights_eval(q, n->arg[1]->arg[i])) == 0)
			return true;
	return false;
}

static Value compare(Insights *q, const Node *n)
{
	Value a = insights_eval(q, n->arg[0]), b = insights_eval(q, n->arg[1]);
	int c;

	/* Nothing equals, precedes or follows what is not there; it only differs from everything. */
	if (a.kind == V_NONE || b.kind == V_NONE)
		return number(n->code == OP_NE);
	if (a.kind == V_TIME || b.kind == V_TIME) {
		a.text = a.kind == V_TIME ? insights_text(&q->scratch, a) : a.text;
		b.text = b.kind == V_TIME ? insights_text(&q->scratch, b) : b.text;
	}
	c = insights_compare(a, b);
	switch (n->code) {
	case OP_EQ: return number(c == 0);
	case OP_NE: return number(c != 0);
	case OP_LT: return number(c < 0);
	case OP_LE: return number(c <= 0);
	case OP_GT: return number(c > 0);
	default:    return number(c >= 0);
	}
}

static Value arithmetic(Insights *q, const Node *n)
{
	double x, y, v;

	if (!insights_number(insights_eval(q, n->arg[0]), &x) || !insights_number(insights_eval(q, n->arg[1]), &y))
		return nothing;
	switch (n->code) {
	case OP_ADD: v = x + y; break;
	case OP_SUB: v = x - y; break;
	case OP_MUL: v = x * y; break;
	case OP_DIV: v = x / y; break;
	default:     v = fmod(x, y); break;
	}
	return isfinite(v) ? number(v) : nothing;
}

static Value operate(Insights *q, const Node *n)
{
	switch (n->code) {
	case OP_OR:   return number(insights_true(insights_eval(q, n->arg[0])) || insights_true(insights_eval(q, n->arg[1])));
	case OP_AND:  return number(insights_true(insights_eval(q, n->arg[0])) && insights_true(insights_eval(q, n->arg[1])));
	case OP_NOT:  return number(!insights_true(insights_eval(q, n->arg[0])));
	case OP_LIKE: return number(is_like(q, n));
	case OP_IN:   return number(is_in(q, n));
	case OP_ADD:
	case OP_SUB:
	case OP_MUL:
	case OP_DIV:
	case OP_MOD:  return arithmetic(q, n);
	default:      return compare(q, n);
	}
}

Value insights_eval(Insights *q, const Node *n)
{
	switch (n->kind) {
	case N_VALUE: return n->value;
	case N_FIELD: return named(q, n->name);
	case N_CALL:  return call(q, n);
	case N_OP:    return operate(q, n);
	case N_AGG:   return insights_agg_value(n, &q->group->agg[n->agg]);
	case N_REGEX:
	case N_LIST:
		break;
	}
	return nothing;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* The nearest rank: exact, unlike the service's sketch. */
static Value percentile(const Node *agg, const AggState *s)
{
	double percent = 0, rank;

	(void)insights_number(agg->arg[1]->value, &percent);      /* the parser has seen that it is one */
	qsort(s->values, s->n_kept, sizeof *s->values, by_value);
	rank = ceil(percent / 100 * (double)s->n_kept);
	return number(s->values[rank < 1 ? 0 : (size_t)rank - 1]);
}

Value insights_agg_value(const Node *agg, const AggState *s)
{
	if (agg->code == AGG_COUNT)
		return number((double)s->n);
	if (agg->code == AGG_DISTINCT)
		return number((double)s->n_kept);
	if (!s->n)
		return nothing;
	switch ((AggKind)agg->code) {
	case AGG_SUM: return number(s->sum);
	case AGG_AVG: return number(s->sum / (double)s->n);
	case AGG_MIN: return number(s->min);
	case AGG_MAX: return number(s->max);
	default:      return percentile(agg, s);
	}
}
