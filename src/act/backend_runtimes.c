/* AgentCore's runtimes themselves: each update makes a new version of the whole configuration, and there is no condition on the one before. */
#include "act/move_own.h"

#include <stddef.h>

#include "api/agentcore.h"

enum { PAGE = 100, PAGES = 200 };

typedef struct Search { Str token; int pages; } Search;

static void ask_runtimes(Move *m);

static void on_runtimes(Move *m, const void *out, const AwsError *err)
{
	const AcRuntimes *page = out;
	Search *s = m->search;
	bool exact;

	if (err) {
		move_found(m, err);
		return;
	}
	for (size_t i = 0; i < page->runtimes.n; i++) {
		const AcRuntime *r = &page->runtimes.v[i];

		if (move_names(m, r->name, &exact) || str_eq(r->id, m->ask.agent))
			move_add(m, &backend_runtimes, r->id, r->name, r->arn, STR("runtime"));
	}
	s->token = move_keep(m, page->next_token);
	if (s->token.n && ++s->pages < PAGES)
		ask_runtimes(m);
	else
		move_found(m, NULL);
}

static void ask_runtimes(Move *m)
{
	AcListIn in = { .max = PAGE, .next_token = ((Search *)m->search)->token };

	move_call(m, &op_agentcore_list_runtimes, &in, on_runtimes);
}

static void find(Move *m)
{
	m->search = ARENA_NEW(&m->arena, Search);
	ask_runtimes(m);
}

static void keep_list(Move *m, Str **v, size_t n)
{
	Str *copy = ARENA_ARRAY(&m->arena, Str, n + 1);

	for (size_t i = 0; i < n; i++)
		copy[i] = move_keep(m, (*v)[i]);
	*v = copy;
}

/* What the next version begins from. */
static AcRuntime *keep(Move *m, const AcRuntime *from)
{
	static const size_t texts[] = {
		offsetof(AcRuntime, id), offsetof(AcRuntime, version), offsetof(AcRuntime, description), offsetof(AcRuntime, role),
		offsetof(AcRuntime, artifact), offsetof(AcRuntime, network), offsetof(AcRuntime, protocol), offsetof(AcRuntime, lifecycle),
		offsetof(AcRuntime, hooks), offsetof(AcRuntime, authorizer), offsetof(AcRuntime, request_headers), offsetof(AcRuntime, metadata),
		offsetof(AcRuntime, capacity_provider), offsetof(AcRuntime, platform_version),
	};
	AcRuntime *r = ARENA_NEW(&m->arena, AcRuntime);
	ShapePair *pairs = ARENA_ARRAY(&m->arena, ShapePair, from->environment.n + 1);

	*r = *from;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		Str *s = (Str *)(void *)((char *)r + texts[i]);

		*s = move_keep(m, *s);
	}
	for (size_t i = 0; i < from->environment.n; i++)
		pairs[i] = (ShapePair){ move_keep(m, from->environment.v[i].key), move_keep(m, from->environment.v[i].value) };
	r->environment.v = pairs;
	keep_list(m, &r->filesystems.v, r->filesystems.n);
	keep_list(m, &r->ports.v, r->ports.n);
	keep_list(m, &r->resources.v, r->resources.n);
	return r;
}

static void on_read(Move *m, const void *out, const AwsError *err)
{
	const AcRuntime *r = out;
	bool failed;

	if (err) {
		move_read(m, err);
		return;
	}
	failed = str_ends(r->status, STR("_FAILED"));
	m->runtime = keep(m, r);
	m->now = (PointerState){ .live = m->runtime->version, .target = m->runtime->version, .status = move_keep(m, r->status),
	                         .why = move_keep(m, r->failure_reason), .failed = failed, .settled = failed || str_is(r->status, "READY") };
	move_read(m, NULL);
}

static void look(Move *m)
{
	AcRuntimeIn in = { .id = m->v.agent };

	move_call(m, &op_agentcore_get_runtime, &in, on_read);
}

static void on_updated(Move *m, const void *out, const AwsError *err)
{
	(void)out;
	deed_asked(m, err);
}

/* Those of the version before, with those of the file in their place or behind them. */
static void set_environment(Move *m, AcRuntime *in)
{
	const VersionFile *f = m->ask.file;
	ShapePair *v = ARENA_ARRAY(&m->arena, ShapePair, in->environment.n + f->env + 1);
	size_t n = in->environment.n;

	for (size_t i = 0; i < n; i++)
		v[i] = in->environment.v[i];
	for (size_t k = 0; k < f->env; k++) {
		size_t at = 0;

		while (at < n && !str_eq(v[at].key, f->env_name[k]))
			at++;
		v[at] = (ShapePair){ f->env_name[k], f->env_value[k] };
		n += at == n;
	}
	in->environment.v = v;
	in->environment.n = n;
}

void runtime_update(Move *m)
{
	const VersionFile *f = m->ask.file;
	char token[UUID_TEXT];
	AcRuntime in = *m->runtime;
	Buf artifact = { 0 };
	JsonW w = jw_to(&artifact);

	move_uuid(token);
	in.token = str_of(token);
	if (f->description.n)
		in.description = f->description;
	if (f->container_uri.n) {
		jw_object(&w);
		jw_key(&w, "containerConfiguration");
		jw_object(&w);
		jw_kstr(&w, "containerUri", f->container_uri);
		jw_object_end(&w);
		jw_object_end(&w);
		in.artifact = move_keep(m, buf_str(&artifact));
	}
	buf_done(&artifact);
	set_environment(m, &in);
	move_call(m, &op_agentcore_update_runtime, &in, on_updated);
}

/* "…:runtime/ID", and nothing behind it. */
static bool place(Move *m, Str key)
{
	Str id = place_behind(m, key, ":runtime/");

	m->v.agent = m->v.name = id;
	m->v.pointer_name = STR("runtime");
	return id.n && !str_has(id, STR("/"));
}

const Backend backend_runtimes = { "agentcore", "runtime", false, false, find, look, NULL, place, false };
