/* Register: a new version. In the agents table an item, on condition that there is none; of an AgentCore runtime what UpdateAgentRuntime
 * makes, with everything as it was that the file does not say. */
#include "act/move_own.h"

#include "wire/time8601.h"

static DdbValue text(Str s)
{
	return (DdbValue){ .type = DDB_S, .s = s };
}

static void plan_runtime(Move *m)
{
	MoveView *v = &m->v;
	const VersionFile *f = m->ask.file;
	int64_t last = 0;

	if (f->version.n || f->prompt_template.n || f->model.n || f->temperature != VERSION_UNSET || f->max_tokens != VERSION_UNSET)
		move_refuse(m, ERR_USAGE, "version, prompt_template, model and config go with the agents table; AgentCore takes container_uri, environment "
		            "and description, and counts its versions itself");
	else if (!f->container_uri.n && !f->env && !f->description.n)
		move_refuse(m, ERR_USAGE, "the file changes nothing: give container_uri, environment or description");
	else if (m->ask.from.n && !str_eq(m->ask.from, m->now.live))
		move_lost(m, &m->seen);
	else if (!m->now.settled)
		move_refuse(m, ERR_FAILED, "%.*s is %.*s: try again when it is over", STR_ARG(v->pointer), STR_ARG(m->now.status));
	else if (str_i64(m->now.live, &last) < 0)
		move_refuse(m, ERR_FAILED, "the newest version of %.*s is %.*s, which is no number", STR_ARG(v->pointer), STR_ARG(m->now.live));
	else {
		v->was = m->now.live;
		v->becomes = v->version = arena_printf(&m->arena, "%lld", (long long)last + 1);
		v->to = route_one(&m->arena, v->becomes);
		v->drift = STR("the endpoint DEFAULT follows every new version by itself");
		plan_done(m);
	}
}

/* --- the agents table --- */

static void read_version(Move *m, MoveThen *then)
{
	DdbKeyIn key = version_key(&m->arena, m->spec.agents_table, m->v.agent, m->v.version);

	move_call(m, &op_dynamodb_get_item, &key, then);
}

static void on_version(Move *m, const void *out, const AwsError *err)
{
	const DdbItemOut *item = out;

	if (err)
		move_end(m, MOVE_FAILED, &err->err);
	else if (item->found)
		move_refuse(m, ERR_USAGE, "%.*s has a version %.*s already; versions do not change, give it another name", STR_ARG(m->v.name),
		            STR_ARG(m->v.version));
	else
		plan_done(m);
}

void act_register_plan(Move *m)
{
	MoveView *v = &m->v;
	const VersionFile *f = m->ask.file;

	if (!m->b->route) {
		plan_runtime(m);
		return;
	}
	v->to = v->from;
	v->version = f->version;
	v->becomes = f->status;
	if (f->container_uri.n || f->env || f->description.n)
		move_refuse(m, ERR_USAGE, "container_uri, environment and description go with AgentCore; the agents table takes version, prompt_template, "
		            "model, status and config");
	else if (!f->version.n || !f->prompt_template.n || !f->model.n)
		move_refuse(m, ERR_USAGE, "a version of the agents table needs version, prompt_template and model");
	else
		read_version(m, on_version);
}

static DdbValue config_value(Move *m)
{
	const VersionFile *f = m->ask.file;
	DdbField *in = ARENA_ARRAY(&m->arena, DdbField, 2);
	size_t n = 0;

	if (f->temperature != VERSION_UNSET)
		in[n++] = (DdbField){ "temperature", { .type = DDB_N, .s = arena_printf(&m->arena, "%lld.%06lld", (long long)f->temperature / 1000000,
		                                                                      (long long)f->temperature % 1000000) } };
	if (f->max_tokens != VERSION_UNSET)
		in[n++] = (DdbField){ "maxTokens", { .type = DDB_N, .s = arena_printf(&m->arena, "%lld", (long long)f->max_tokens) } };
	return (DdbValue){ .type = DDB_M, .fields = in, .count = n };
}

void act_register_finish(Move *m, Finish *f)
{
	const VersionFile *file = m->ask.file;
	const DdbField all[] = {
		{ "agentId", text(m->v.agent) }, { "version", text(file ? file->version : STR("")) },
		{ "promptTemplate", text(file ? file->prompt_template : STR("")) }, { "bedrockModel", text(file ? file->model : STR("")) },
		{ "config", file ? config_value(m) : text(STR("")) }, { "status", text(file ? file->status : STR("")) }, { "createdAt", text(f->at) },
		{ "createdBy", text(m->v.by) },
	};
	DdbField *item;

	if (!m->b->route)
		return;
	item = ARENA_ARRAY(&m->arena, DdbField, sizeof all / sizeof *all);
	memcpy(item, all, sizeof all);
	f->item = item;
	f->items = sizeof all / sizeof *all;
}

static void on_proof(Move *m, const void *out, const AwsError *err)
{
	const DdbItemOut *item = out;
	Str by = STR(""), at = STR("");
	Err why = { 0 };

	if (err)
		(void)err_kind(&why, ERR_UNKNOWN, "it was written and cannot be read back: %s", err->err.text);
	else if (!item->found || ddb_str(item->item, "createdBy", &by, NULL) < 0 || ddb_str(item->item, "createdAt", &at, NULL) < 0 ||
	         !str_eq(by, m->v.by) || !str_eq(at, m->fin.at))
		(void)err_kind(&why, ERR_UNKNOWN, "version %.*s of %.*s was written and does not read back: somebody else writes there",
		               STR_ARG(m->v.version), STR_ARG(m->v.name));
	claim_proved(m, why.text[0] ? &why : NULL);
}

void act_register_prove(Move *m)
{
	if (m->b->route)
		read_version(m, on_proof);
	else
		claim_proved(m, NULL);           /* it was read until it was there */
}
