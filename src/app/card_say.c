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

/* --- the agents table: on condition that nobody has the lock, and that the item is what was read --- */

static Str item_key(Str agent, Str version, Arena *a)
{
	Buf b = { 0 };
	JsonW w = jw_to(&b);
	Str out;

	jw_object(&w);
	attr(&w, "agentId", "S", agent);
	attr(&w, "version", "S", version);
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

/* What the route's item gets: a route, or whether it is paused; and its next revision. */
static Str route_values(const MoveView *v, bool moves, Arena *a)
{
	Buf b = { 0 };
	JsonW w = jw_to(&b);
	Str out;

	jw_object(&w);
	if (moves) {
		put_routes(&w, v->to, a);
	} else {
		jw_key(&w, ":r");
		jw_object(&w);
		jw_kbool(&w, "BOOL", str_is(v->becomes, "paused"));
		jw_object_end(&w);
	}
	attr(&w, ":v", "N", arena_printf(a, "%lld", (long long)v->rev_seen));
	attr(&w, ":n", "N", arena_printf(a, "%lld", (long long)v->rev_seen + 1));
	jw_object_end(&w);
	out = arena_str(a, buf_str(&b));
	buf_done(&b);
	return out;
}

static Str update_item(const CardPlace *p, Str key, const char *how, Str values, Arena *a)
{
	return arena_printf(a, "aws dynamodb update-item --region %.*s --table-name %.*s --key %.*s %s --expression-attribute-values %.*s",
	                    STR_ARG(word(p->region, a)), STR_ARG(word(p->table, a)), STR_ARG(word(key, a)), how, STR_ARG(word(values, a)));
}

static Str route_of(const MoveView *v, const CardPlace *p, Arena *a)
{
	bool moves = move_action_moves(v->action);
	Str how = arena_printf(a, "--update-expression 'SET #r = :r, #v = :n' --condition-expression '#v = :v AND attribute_not_exists(#l)' "
	                       "--expression-attribute-names '{\"#r\":\"%s\",\"#v\":\"rev\",\"#l\":\"lock\"}'", moves ? "routes" : "paused");

	return update_item(p, item_key(v->agent, STR("#route"), a), how.p, route_values(v, moves, a), a);
}

static Str status_of(const MoveView *v, const CardPlace *p, Arena *a)
{
	Buf b = { 0 };
	JsonW w = jw_to(&b);
	Str how = arena_printf(a, "--update-expression 'SET #s = :s' --condition-expression '%s' --expression-attribute-names '{\"#s\":\"status\"}'",
	                       v->was.n ? "#s = :w" : "attribute_not_exists(#s)"), out;

	jw_object(&w);
	attr(&w, ":s", "S", v->becomes);
	if (v->was.n)
		attr(&w, ":w", "S", v->was);
	jw_object_end(&w);
	out = update_item(p, item_key(v->agent, v->version, a), how.p, buf_str(&b), a);
	buf_done(&b);
	return out;
}

/* A label's own row of the lock table: on condition that nobody has the lock, and that it is where it was seen. */
static Str label_of(const MoveView *v, const CardPlace *p, Arena *a)
{
	const Str to = route_main(v->to), was = route_main(v->from);
	Buf key = { 0 }, values = { 0 };
	JsonW k = jw_to(&key), w = jw_to(&values);
	Str how = arena_printf(a, "--update-expression '%s' --condition-expression '%s AND %s AND attribute_not_exists(#l)' "
	                       "--expression-attribute-names '{\"#p\":\"live\",\"#v\":\"rev\",\"#l\":\"lock\"}'",
	                       to.n ? "SET #p = :to, #v = :n" : "SET #v = :n REMOVE #p", was.n ? "#p = :p" : "attribute_not_exists(#p)",
	                       v->rev_seen ? "#v = :v" : "attribute_not_exists(#v)"), out;

	jw_object(&k);
	attr(&k, "pointer", "S", v->pointer);
	attr(&k, "sk", "S", STR("#lock"));
	jw_object_end(&k);
	jw_object(&w);
	if (to.n)
		attr(&w, ":to", "S", to);
	if (was.n)
		attr(&w, ":p", "S", was);
	if (v->rev_seen)
		attr(&w, ":v", "N", arena_printf(a, "%lld", (long long)v->rev_seen));
	attr(&w, ":n", "N", arena_printf(a, "%lld", (long long)v->rev_seen + 1));
	jw_object_end(&w);
	out = update_item(&(CardPlace){ .region = p->region, .table = p->lock_table }, buf_str(&key), how.p, buf_str(&values), a);
	buf_done(&key);
	buf_done(&values);
	return out;
}

/* --- what AWS keeps --- */

/* The last part of an ARN. */
static Str tail_of(Str arn)
{
	Str rest = arn;

	while (memchr(rest.p, '/', rest.n))
		(void)str_cut(rest, '/', &rest);
	return rest;
}

static Str alias_of(const MoveView *v, const CardPlace *p, Arena *a)
{
	const char *state = move_action_moves(v->action) ? "" : str_is(v->becomes, "paused") ? " --alias-invocation-state REJECT_INVOCATIONS"
	                  : " --alias-invocation-state ACCEPT_INVOCATIONS";

	return arena_printf(a, "aws bedrock-agent update-agent-alias --region %.*s --agent-id %.*s --agent-alias-id %.*s --agent-alias-name %.*s "
	                    "--routing-configuration %.*s%s", STR_ARG(word(p->region, a)), STR_ARG(word(v->agent, a)),
	                    STR_ARG(word(tail_of(v->pointer), a)), STR_ARG(word(v->pointer_name, a)),
	                    STR_ARG(word(arena_printf(a, "agentVersion=%.*s", STR_ARG(route_main(v->to))), a)), state);
}

static Str endpoint_of(const MoveView *v, const CardPlace *p, Arena *a)
{
	return arena_printf(a, "aws bedrock-agentcore-control update-agent-runtime-endpoint --region %.*s --agent-runtime-id %.*s "
	                    "--endpoint-name %.*s --agent-runtime-version %.*s", STR_ARG(word(p->region, a)), STR_ARG(word(v->agent, a)),
	                    STR_ARG(word(v->pointer_name, a)), STR_ARG(word(route_main(v->to), a)));
}

static Str limit_of(const MoveView *v, const CardPlace *p, Arena *a)
{
	Str where = arena_printf(a, "--region %.*s --gateway-identifier %.*s --rate-limit-id %.*s", STR_ARG(word(p->region, a)),
	                         STR_ARG(word(v->agent, a)), STR_ARG(word(v->pointer_name, a)));
	Buf b = { 0 };
	JsonW w = jw_to(&b);
	Str out;

	if (!str_is(v->becomes, "throttled"))
		return arena_printf(a, "aws bedrock-agentcore-control delete-gateway-rate-limit %.*s", STR_ARG(where));
	jw_array(&w);
	jw_object(&w);
	jw_key(&w, "dimensions");
	jw_object(&w);
	jw_kstr(&w, "targetName", p->target);
	jw_object_end(&w);
	jw_key(&w, "requests");
	jw_array(&w);
	jw_object(&w);
	jw_ki64(&w, "rate", p->per_minute);
	jw_kstr(&w, "period", STR("minute"));
	jw_object_end(&w);
	jw_array_end(&w);
	jw_object_end(&w);
	jw_array_end(&w);
	out = arena_printf(a, "aws bedrock-agentcore-control create-gateway-rate-limit %.*s --dimension-keys targetName --entries %.*s", STR_ARG(where),
	                   STR_ARG(word(buf_str(&b), a)));
	buf_done(&b);
	return out;
}

static Str test_of(const MoveView *v, const CardPlace *p, Arena *a)
{
	return arena_printf(a, "aws bedrock-agentcore update-ab-test --region %.*s --ab-test-id %.*s --execution-status %s",
	                    STR_ARG(word(p->region, a)), STR_ARG(word(v->agent, a)), str_is(v->becomes, "paused") ? "PAUSED" : "RUNNING");
}

/* One call for each. */
static Str sessions_of(const MoveView *v, const CardPlace *p, Arena *a)
{
	const char *behind = strstr(arena_str(a, v->pointer).p, "/runtime-endpoint/");
	Str arn = behind ? str_sub(arena_str(a, v->pointer), 0, v->pointer.n - strlen(behind)) : v->pointer, rest = p->sessions, out;
	Buf b = { 0 };

	while (rest.n) {
		Str id = str_trim(str_cut(rest, ',', &rest));

		(void)buf_printf(&b, "%saws bedrock-agentcore stop-runtime-session --region %.*s --agent-runtime-arn %.*s --qualifier %.*s "
		                 "--runtime-session-id %.*s", b.n ? " && " : "", STR_ARG(word(p->region, a)), STR_ARG(word(arn, a)),
		                 STR_ARG(word(v->pointer_name, a)), STR_ARG(word(id, a)));
	}
	out = arena_str(a, buf_str(&b));
	buf_done(&b);
	return out;
}

Str card_aws_command(const MoveView *v, const CardPlace *p, Arena *a)
{
	static const struct { const char *thing; Str (*say)(const MoveView *v, const CardPlace *p, Arena *a); } ways[] = {
		{ "route", route_of }, { "alias", alias_of }, { "endpoint", endpoint_of }, { "label", label_of }, { "rate limit", limit_of },
		{ "A/B test", test_of },
	};

	/* What is no switch of a pointer. */
	if (v->action == MOVE_STOP_SESSIONS)
		return sessions_of(v, p, a);
	if (v->action == MOVE_APPROVE || v->action == MOVE_REJECT)
		return status_of(v, p, a);
	for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
		if (str_is(str_of(v->thing), ways[i].thing))
			return ways[i].say(v, p, a);
	return STR("");
}
