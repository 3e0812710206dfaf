/* The team's own table: the route is an item, and the transaction that gives the lock back moves it. */
#include "act/move_own.h"

static void on_found(Move *m, const void *out, const AwsError *err)
{
	const DdbItemOut *item = out;

	if (!err && item->found)
		move_add(m, &backend_dynamodb, m->ask.agent, m->ask.agent, arena_printf(&m->arena, "%.*s/route", STR_ARG(m->ask.agent)), STR("route"));
	/* An account without the table has no agents in it. */
	move_found(m, err && err->fault != AWS_NOT_FOUND ? &err->err : NULL);
}

static void find(Move *m)
{
	DdbKeyIn key = lock_key(&m->arena, &(LockPlace){ .route = true, .table = m->spec.agents_table, .key = m->ask.agent });

	move_call(m, &op_dynamodb_get_item, &key, on_found);
}

/* It was read with the lock. */
static void look(Move *m)
{
	m->now = (PointerState){ .live = route_main(m->seen.routes), .settled = true, .status = STR("READY") };
	move_read(m, NULL);
}

static void on_from(Move *m, const void *out, const AwsError *err)
{
	if (err) {
		move_version(m, NULL, &err->err);
		return;
	}
	m->from_item = ((const DdbItemOut *)out)->found;
	move_version(m, NULL, NULL);
}

static void on_version(Move *m, const void *out, const AwsError *err)
{
	const DdbItemOut *item = out;
	Str status = STR("");
	Err why = { 0 };
	DdbKeyIn key;

	if (!err && !item->found)
		(void)err_kind(&why, ERR_USAGE, "%.*s has no version %.*s; `seismo get versions --agent %.*s` lists them", STR_ARG(m->v.name),
		               STR_ARG(route_main(m->v.to)), STR_ARG(m->v.name));
	else if (!err && ddb_str(item->item, "status", &status, &why) == 0 && (str_is(status, "draft") || str_is(status, "rejected"))) {
		move_version(m, arena_cstr(&m->arena, status), NULL);
		return;
	}
	if (err || why.text[0]) {
		move_version(m, NULL, err ? &err->err : &why);
		return;
	}
	key = version_key(&m->arena, m->spec.agents_table, m->v.agent, route_main(m->v.from));
	move_call(m, &op_dynamodb_get_item, &key, on_from);
}

static void version(Move *m, Str v)
{
	DdbKeyIn key = version_key(&m->arena, m->spec.agents_table, m->v.agent, v);

	move_call(m, &op_dynamodb_get_item, &key, on_version);
}

const Backend backend_dynamodb = { "dynamodb", true, true, find, look, version };
