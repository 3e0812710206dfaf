/* The team's own table: the route is an item, and the transaction that gives the lock back moves it. */
#include "act/move_own.h"

#include <string.h>

/* A table cannot be asked for what is alike: the name as it was said is looked for, then with the other of dashes and underscores. */
typedef struct Search { Str name; bool again; } Search;

static void ask_route(Move *m, MoveThen *then)
{
	const Search *s = m->search;
	DdbKeyIn key = lock_key(&m->arena, &(LockPlace){ .route = true, .table = m->spec.agents_table, .key = s->name });

	move_call(m, &op_dynamodb_get_item, &key, then);
}

static bool spell_other(Move *m, Search *s)
{
	char *name = arena_cstr(&m->arena, m->ask.agent);
	char from = strchr(name, '_') ? '_' : '-';

	if (s->again || !strchr(name, from))
		return false;
	for (char *p = name; *p; p++)
		*p = *p != from ? *p : from == '_' ? '-' : '_';
	*s = (Search){ str_of(name), true };
	return true;
}

static void on_found(Move *m, const void *out, const AwsError *err)
{
	const DdbItemOut *item = out;
	Search *s = m->search;

	if (!err && item->found)
		move_add(m, &backend_dynamodb, s->name, s->name, arena_printf(&m->arena, "%.*s/route", STR_ARG(s->name)), STR("route"));
	/* An account without the table has no agents in it. */
	if (!err && !item->found && spell_other(m, s))
		ask_route(m, on_found);
	else
		move_found(m, err && err->fault != AWS_NOT_FOUND ? err : NULL);
}

static void find(Move *m)
{
	Search *s = ARENA_NEW(&m->arena, Search);

	s->name = m->ask.agent;
	m->search = s;
	ask_route(m, on_found);
}

/* It was read with the lock. */
static void look(Move *m)
{
	m->now = (PointerState){ .live = route_main(m->seen.routes), .settled = true, .status = STR("READY"),
	                          .word = m->seen.paused ? STR("paused") : STR("serving") };
	move_read(m, NULL);
}

/* --- versions: those that get traffic may serve, those that lose all of it are marked --- */

static void look_at_left(Move *m);
static void look_at_next(Move *m);

static void on_left(Move *m, const void *out, const AwsError *err)
{
	if (err) {
		move_version(m, &err->err);
		return;
	}
	if (((const DdbItemOut *)out)->found)
		m->left[m->left_n++] = m->v.from.part[m->part].version;
	m->part++;
	look_at_left(m);
}

static void look_at_left(Move *m)
{
	DdbKeyIn key;

	while (m->part < m->v.from.n && route_share(m->v.to, m->v.from.part[m->part].version))
		m->part++;
	if (m->part == m->v.from.n || m->left_n == LEFT_MAX) {
		move_version(m, NULL);
		return;
	}
	key = version_key(&m->arena, m->spec.agents_table, m->v.agent, m->v.from.part[m->part].version);
	move_call(m, &op_dynamodb_get_item, &key, on_left);
}

static void on_version(Move *m, const void *out, const AwsError *err)
{
	const DdbItemOut *item = out;
	Str version = m->v.to.part[m->part].version, status = STR("");
	Err why = { 0 };

	if (!err && !item->found)
		(void)err_kind(&why, ERR_USAGE, "%.*s has no version %.*s; `seismo get versions --agent %.*s` lists them", STR_ARG(m->v.name),
		               STR_ARG(version), STR_ARG(m->v.name));
	else if (!err && ddb_str(item->item, "status", &status, &why) == 0)
		(void)plan_may_serve(m, version, status, &why);
	if (err || why.text[0]) {
		move_version(m, err ? &err->err : &why);
		return;
	}
	m->part++;
	look_at_next(m);
}

static void look_at_next(Move *m)
{
	DdbKeyIn key;

	if (m->part == m->v.to.n) {
		m->part = m->left_n = 0;
		look_at_left(m);
		return;
	}
	key = version_key(&m->arena, m->spec.agents_table, m->v.agent, m->v.to.part[m->part].version);
	move_call(m, &op_dynamodb_get_item, &key, on_version);
}

static void version(Move *m, Str v)
{
	(void)v;
	m->part = 0;
	look_at_next(m);
}

static bool place(Move *m, Str key)
{
	m->v.agent = m->v.name = move_keep(m, key);
	m->v.pointer_name = STR("route");
	m->v.pointer = arena_printf(&m->arena, "%.*s/route", STR_ARG(key));
	return true;
}

const Backend backend_dynamodb = { "dynamodb", "route", true, true, find, look, version, place, false };
