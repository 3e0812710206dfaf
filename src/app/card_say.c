/* What the card would do, as a command of AWS's own tool: for whom the console may not write, and for whoever wants to see what it is. */
#include "app/card.h"

#include "wire/jsonw.h"

static bool is_plain(Str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !strchr("._:/@-", c))
			return false;
	}
	return s.n > 0;
}

/* One word of a shell, whatever it says. */
static Str word(Str s, Arena *a)
{
	Buf b = { 0 };
	Str out;

	if (is_plain(s))
		return s;
	(void)buf_putc(&b, '\'');
	for (size_t i = 0; i < s.n; i++)
		(void)buf_puts(&b, s.p[i] == '\'' ? "'\\''" : (char[2]){ s.p[i], 0 });
	(void)buf_putc(&b, '\'');
	out = arena_str(a, buf_str(&b));
	buf_done(&b);
	return out;
}

static void attr(JsonW *w, const char *key, const char *type, Str value)
{
	jw_key(w, key);
	jw_object(w);
	jw_kstr(w, type, value);
	jw_object_end(w);
}

static Str route_key(const MoveView *v, Arena *a)
{
	Buf b = { 0 };
	JsonW w = jw_to(&b);
	Str out;

	jw_object(&w);
	attr(&w, "agentId", "S", v->agent);
	attr(&w, "version", "S", STR("#route"));
	jw_object_end(&w);
	out = arena_str(a, buf_str(&b));
	buf_done(&b);
	return out;
}

static void put_routes(JsonW *w, Route r, Arena *a)
{
	jw_key(w, ":r");
	jw_object(w);
	jw_key(w, "L");
	jw_array(w);
	for (size_t i = 0; i < r.n; i++) {
		jw_object(w);
		jw_key(w, "M");
		jw_object(w);
		attr(w, "version", "S", r.part[i].version);
		attr(w, "weight", "N", arena_printf(a, "%lld", (long long)r.part[i].weight));
		jw_object_end(w);
		jw_object_end(w);
	}
	jw_array_end(w);
	jw_object_end(w);
}

static Str route_values(const MoveView *v, Arena *a)
{
	Buf b = { 0 };
	JsonW w = jw_to(&b);
	Str out;

	jw_object(&w);
	put_routes(&w, v->to, a);
	attr(&w, ":v", "N", arena_printf(a, "%lld", (long long)v->rev_seen));
	attr(&w, ":n", "N", arena_printf(a, "%lld", (long long)v->rev_seen + 1));
	jw_object_end(&w);
	out = arena_str(a, buf_str(&b));
	buf_done(&b);
	return out;
}

/* The last part of an ARN. */
static Str tail_of(Str arn)
{
	Str rest = arn;

	while (memchr(rest.p, '/', rest.n))
		(void)str_cut(rest, '/', &rest);
	return rest;
}

Str card_aws_command(const MoveView *v, Str region, Str table, Arena *a)
{
	Str to = route_main(v->to);

	if (str_is(str_of(v->backend), "agentcore"))
		return arena_printf(a, "aws bedrock-agentcore-control update-agent-runtime-endpoint --region %.*s --agent-runtime-id %.*s "
		                    "--endpoint-name %.*s --agent-runtime-version %.*s", STR_ARG(word(region, a)), STR_ARG(word(v->agent, a)),
		                    STR_ARG(word(v->pointer_name, a)), STR_ARG(word(to, a)));
	if (str_is(str_of(v->backend), "agents-classic"))
		return arena_printf(a, "aws bedrock-agent update-agent-alias --region %.*s --agent-id %.*s --agent-alias-id %.*s --agent-alias-name %.*s "
		                    "--routing-configuration %.*s", STR_ARG(word(region, a)), STR_ARG(word(v->agent, a)),
		                    STR_ARG(word(tail_of(v->pointer), a)), STR_ARG(word(v->pointer_name, a)),
		                    STR_ARG(word(arena_printf(a, "agentVersion=%.*s", STR_ARG(to)), a)));
	return arena_printf(a, "aws dynamodb update-item --region %.*s --table-name %.*s --key %.*s --update-expression 'SET #r = :r, #v = :n' "
	                    "--condition-expression '#v = :v AND attribute_not_exists(#l)' "
	                    "--expression-attribute-names '{\"#r\":\"routes\",\"#v\":\"rev\",\"#l\":\"lock\"}' --expression-attribute-values %.*s",
	                    STR_ARG(word(region, a)), STR_ARG(word(table, a)), STR_ARG(word(route_key(v, a), a)), STR_ARG(word(route_values(v, a), a)));
}
