/* Bedrock agents ("Classic"): an alias, which holds one version. An update sends back everything that it does not change: without
 * the routing the service would make a new version of the draft (Amazon Bedrock API Reference, UpdateAgentAlias). */
#include "act/move_own.h"

#include "api/bedrock_agent.h"
#include "aws/partition.h"

enum { PAGE = 100, PAGES = 200, SEARCHED = 16 };
#define TEST_ALIAS "TSTALIASID"

typedef struct Search { Str id[SEARCHED], name[SEARCHED]; size_t n, at; int pages; Str token; } Search;

static void ask_agents(Move *m);
static void ask_aliases(Move *m);

static Search *search_of(Move *m)
{
	return m->search;
}

/* Listings give the ids only. */
static Str alias_arn(Move *m, Str agent, Str alias)
{
	Str region = aws_region(m->spec.aws);

	return arena_printf(&m->arena, "arn:%s:bedrock:%.*s:%.*s:agent-alias/%.*s/%.*s", partition_name(region), STR_ARG(region),
	                    STR_ARG(m->v.account), STR_ARG(agent), STR_ARG(alias));
}

static void on_aliases(Move *m, const void *out, const AwsError *err)
{
	const BaAliases *page = out;
	Search *s = search_of(m);

	if (err) {
		move_found(m, err);
		return;
	}
	for (size_t i = 0; i < page->aliases.n; i++) {
		const BaAlias *x = &page->aliases.v[i];
		Str arn = alias_arn(m, s->id[s->at], x->id);

		if (str_is(x->id, TEST_ALIAS))
			move_add_follower(m, &backend_classic, s->name[s->at], arn, x->name);
		else
			move_add(m, &backend_classic, s->id[s->at], s->name[s->at], arn, x->name);
	}
	s->token = move_keep(m, page->next_token);
	if (!s->token.n)
		s->at++;
	ask_aliases(m);
}

static void ask_aliases(Move *m)
{
	Search *s = search_of(m);
	BaAgentListIn in;

	if (s->at >= s->n || ++s->pages > PAGES) {
		move_found(m, NULL);
		return;
	}
	in = (BaAgentListIn){ .id = s->id[s->at], .max = PAGE, .next_token = s->token };
	move_call(m, &op_bedrock_agent_list_aliases, &in, on_aliases);
}

static void on_agents(Move *m, const void *out, const AwsError *err)
{
	const BaAgents *page = out;
	Search *s = search_of(m);
	bool exact;

	if (err) {
		move_found(m, err);
		return;
	}
	for (size_t i = 0; i < page->agents.n; i++) {
		const BaAgent *x = &page->agents.v[i];

		if (s->n < SEARCHED && (move_names(m, x->name, &exact) || str_eq(x->id, m->ask.agent))) {
			s->id[s->n] = move_keep(m, x->id);
			s->name[s->n++] = move_keep(m, x->name);
		}
	}
	s->token = move_keep(m, page->next_token);
	if (s->token.n && ++s->pages < PAGES)
		ask_agents(m);
	else {
		s->token = STR("");
		ask_aliases(m);
	}
}

static void ask_agents(Move *m)
{
	BaListIn in = { .max = PAGE, .next_token = search_of(m)->token };

	move_call(m, &op_bedrock_agent_list_agents, &in, on_agents);
}

static void find(Move *m)
{
	Search *s = ARENA_NEW(&m->arena, Search);

	m->search = s;
	ask_agents(m);
}

static Str alias_id(const Move *m)
{
	Str id = m->v.pointer;

	while (memchr(id.p, '/', id.n))
		(void)str_cut(id, '/', &id);
	return id;
}

static void on_read(Move *m, const void *out, const AwsError *err)
{
	const BaAliasOut *o = out;
	Str version;

	if (err) {
		move_read(m, err);
		return;
	}
	version = o->alias.routing.n ? o->alias.routing.v[0].version : STR("");
	m->now = (PointerState){
		.live = move_keep(m, version), .target = move_keep(m, version), .status = move_keep(m, o->alias.status),
		.why = o->alias.failure_reasons.n ? move_keep(m, o->alias.failure_reasons.v[0]) : STR(""),
		.description = move_keep(m, o->alias.description), .state = move_keep(m, o->alias.state), .alias_name = move_keep(m, o->alias.name),
		.word = str_is(o->alias.state, "REJECT_INVOCATIONS") ? STR("paused") : STR("serving"), .failed = str_is(o->alias.status, "FAILED"),
		.settled = str_is(o->alias.status, "PREPARED") || str_is(o->alias.status, "FAILED"),
	};
	move_read(m, NULL);
}

static void look(Move *m)
{
	BaAliasIn in = { .agent = m->v.agent, .id = alias_id(m) };

	move_call(m, &op_bedrock_agent_get_alias, &in, on_read);
}

static void on_version(Move *m, const void *out, const AwsError *err)
{
	const BaVersionOut *o = out;
	Err why = { 0 };

	if (err && err->fault == AWS_NOT_FOUND)
		(void)err_kind(&why, ERR_USAGE, "%.*s has no version %.*s", STR_ARG(m->v.name), STR_ARG(route_main(m->v.to)));
	else if (!err && str_is(o->agent.status, "FAILED"))
		(void)err_kind(&why, ERR_REFUSED, "version %.*s of %.*s is FAILED: it cannot serve", STR_ARG(route_main(m->v.to)), STR_ARG(m->v.name));
	move_version(m, why.text[0] ? &why : err ? &err->err : NULL);
}

/* DRAFT is the working copy, which changes under whoever calls it. */
static void version(Move *m, Str v)
{
	BaVersionIn in = { .id = m->v.agent, .version = v };
	Err why = { 0 };

	if (str_is(v, "DRAFT")) {
		(void)plan_may_serve(m, v, STR("draft"), &why);
		move_version(m, &why);
	} else {
		move_call(m, &op_bedrock_agent_get_version, &in, on_version);
	}
}

static void on_update(Move *m, const void *out, const AwsError *err)
{
	(void)out;
	deed_asked(m, err);
}

static void update(Move *m, Str version, Str state)
{
	BaRoute route = { .version = version };
	BaAliasUpdateIn in = { .agent = m->v.agent, .id = alias_id(m), .name = m->now.alias_name, .description = m->now.description,
	                       .state = state };

	in.routing.v = &route;
	in.routing.n = 1;
	move_call(m, &op_bedrock_agent_update_alias, &in, on_update);
}

void alias_move(Move *m)
{
	update(m, route_main(m->v.to), m->now.state);
}

/* With the version that it serves: see above. */
void alias_pause(Move *m)
{
	update(m, m->now.live, str_is(m->v.becomes, "paused") ? STR("REJECT_INVOCATIONS") : STR("ACCEPT_INVOCATIONS"));
}

/* "…:agent-alias/AGENT/ALIAS" */
static bool place(Move *m, Str key)
{
	return place_parts(m, key, ":agent-alias/", "");
}

const Backend backend_classic = { "agents-classic", "alias", false, false, find, look, version, place, false };
