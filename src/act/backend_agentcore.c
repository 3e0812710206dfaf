/* AgentCore: an endpoint of a runtime. DEFAULT follows every new version by itself and cannot be moved. */
#include "act/move_own.h"

#include "api/agentcore.h"

enum { PAGE = 100, PAGES = 200 };

static void ask_runtimes(Move *m);
static void ask_endpoints(Move *m);

/* The runtimes that go by the name, one after the other. */
typedef struct Named { Str id, name; } Named;
typedef struct Search { Named *v; size_t n, cap, at; int pages; Str token; } Search;

static Search *search_of(Move *m)
{
	return m->search;
}

static void on_endpoints(Move *m, const void *out, const AwsError *err)
{
	const AcEndpoints *page = out;
	Search *s = search_of(m);

	if (err) {
		move_found(m, err);
		return;
	}
	for (size_t i = 0; i < page->endpoints.n; i++) {
		const AcEndpoint *x = &page->endpoints.v[i];

		if (str_is(x->name, "DEFAULT"))
			move_add_follower(m, &backend_agentcore, s->v[s->at].name, x->arn, x->name);
		else
			move_add(m, &backend_agentcore, s->v[s->at].id, s->v[s->at].name, x->arn, x->name);
	}
	s->token = move_keep(m, page->next_token);
	if (!s->token.n)
		s->at++;
	ask_endpoints(m);
}

static void ask_endpoints(Move *m)
{
	Search *s = search_of(m);
	AcRuntimeListIn in;

	if (s->at >= s->n || ++s->pages > PAGES) {
		move_found(m, NULL);
		return;
	}
	in = (AcRuntimeListIn){ .id = s->v[s->at].id, .max = PAGE, .next_token = s->token };
	move_call(m, &op_agentcore_list_endpoints, &in, on_endpoints);
}

static void on_runtimes(Move *m, const void *out, const AwsError *err)
{
	const AcRuntimes *page = out;
	Search *s = search_of(m);
	bool exact;

	if (err) {
		move_found(m, err);
		return;
	}
	for (size_t i = 0; i < page->runtimes.n; i++) {
		const AcRuntime *r = &page->runtimes.v[i];

		if (s->n < PAGE && (move_names(m, r->name, &exact) || str_eq(r->id, m->ask.agent)))
			s->v[s->n++] = (Named){ move_keep(m, r->id), move_keep(m, r->name) };
	}
	s->token = move_keep(m, page->next_token);
	if (s->token.n && ++s->pages < PAGES)
		ask_runtimes(m);
	else {
		s->token = STR("");
		ask_endpoints(m);
	}
}

static void ask_runtimes(Move *m)
{
	AcListIn in = { .max = PAGE, .next_token = search_of(m)->token };

	move_call(m, &op_agentcore_list_runtimes, &in, on_runtimes);
}

static void find(Move *m)
{
	Search *s = ARENA_NEW(&m->arena, Search);

	s->v = ARENA_ARRAY(&m->arena, Named, PAGE);
	m->search = s;
	ask_runtimes(m);
}

static bool is_failed(Str status)
{
	return str_ends(status, STR("_FAILED"));
}

static void on_read(Move *m, const void *out, const AwsError *err)
{
	const AcEndpoint *e = out;

	if (!err)
		m->now = (PointerState){
			.live = move_keep(m, e->live), .word = STR("serving"), .target = move_keep(m, e->target), .status = move_keep(m, e->status),
			.why = move_keep(m, e->failure_reason), .description = move_keep(m, e->description),
			/* After a failure the old version serves on, and another move may be tried. */
			.failed = is_failed(e->status),
			.settled = is_failed(e->status) || (str_is(e->status, "READY") && (!e->target.n || str_eq(e->target, e->live))),
		};
	move_read(m, err);
}

static void look(Move *m)
{
	AcEndpointIn in = { .id = m->v.agent, .name = m->v.pointer_name };

	move_call(m, &op_agentcore_get_endpoint, &in, on_read);
}

static void on_version(Move *m, const void *out, const AwsError *err)
{
	const AcRuntime *r = out;
	Err why = { 0 };

	if (err && err->fault == AWS_NOT_FOUND)
		(void)err_kind(&why, ERR_USAGE, "%.*s has no version %.*s", STR_ARG(m->v.name), STR_ARG(route_main(m->v.to)));
	else if (!err && is_failed(r->status))
		(void)err_kind(&why, ERR_REFUSED, "version %.*s of %.*s is %.*s: it cannot serve", STR_ARG(route_main(m->v.to)), STR_ARG(m->v.name),
		               STR_ARG(r->status));
	move_version(m, why.text[0] ? &why : err ? &err->err : NULL);
}

static void version(Move *m, Str v)
{
	AcRuntimeIn in = { .id = m->v.agent, .version = v };

	move_call(m, &op_agentcore_get_runtime, &in, on_version);
}

static void on_move(Move *m, const void *out, const AwsError *err)
{
	(void)out;
	deed_asked(m, err);
}

/* A token of its own for each ask: one that failed must not answer for the next. */
void endpoint_move(Move *m)
{
	char token[UUID_TEXT];
	AcEndpointMoveIn in = { .id = m->v.agent, .name = m->v.pointer_name, .version = route_main(m->v.to), .description = m->now.description };

	move_uuid(token);
	in.token = str_of(token);
	move_call(m, &op_agentcore_update_endpoint, &in, on_move);
}

/* "…:runtime/ID/runtime-endpoint/NAME" */
static bool place(Move *m, Str key)
{
	return place_parts(m, key, ":runtime/", "runtime-endpoint/");
}

const Backend backend_agentcore = { "agentcore", "endpoint", false, false, find, look, version, place, false };
