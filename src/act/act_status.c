/* Approve and reject: the status of a version's item in the agents table. */
#include "act/move_own.h"

#include <stdio.h>

/* From which statuses it is decided; of an item without one there is nothing to lose. */
static const struct { MoveAction action; const char *from[5]; } decided[] = {
	{ MOVE_APPROVE, { "draft", "testing", "rejected", "rolled_back" } },
	{ MOVE_REJECT, { "draft", "testing", "approved", "rolled_back" } },
};

static bool may_decide(MoveAction action, Str status)
{
	for (size_t i = 0; i < sizeof decided / sizeof *decided; i++)
		for (const char *const *s = decided[i].from; decided[i].action == action && *s; s++)
			if (str_is(status, *s))
				return true;
	return !status.n;
}

static void read_version(Move *m, MoveThen *then)
{
	DdbKeyIn key = version_key(&m->arena, m->spec.agents_table, m->v.agent, m->v.version);

	move_call(m, &op_dynamodb_get_item, &key, then);
}

static void on_version(Move *m, const void *out, const AwsError *err)
{
	const DdbItemOut *item = out;
	MoveView *v = &m->v;
	Str status = STR("");
	Err why = { 0 };
	int64_t share;

	if (err || (item->found && ddb_str(item->item, "status", &status, &why) < 0)) {
		move_end(m, MOVE_FAILED, err ? &err->err : &why);
		return;
	}
	v->was = move_keep(m, status);
	share = route_share(v->from, v->version);
	if (!item->found)
		move_refuse(m, ERR_USAGE, "%.*s has no version %.*s; `seismo get versions --agent %.*s` lists them", STR_ARG(v->name), STR_ARG(v->version),
		            STR_ARG(v->name));
	else if (str_eq(status, v->becomes) || (m->ask.from.n && !str_eq(m->ask.from, status)))
		move_lost(m, &m->seen);
	else if (share && v->action == MOVE_REJECT)
		move_refuse(m, ERR_REFUSED, "version %.*s of %.*s has %lld %% of the traffic; roll back first, then reject it", STR_ARG(v->version),
		            STR_ARG(v->name), (long long)share);
	else if (!may_decide(v->action, status))
		move_refuse(m, ERR_REFUSED, "version %.*s of %.*s is %.*s: there is nothing to %s", STR_ARG(v->version), STR_ARG(v->name), STR_ARG(status),
		            m->a->name);
	else
		plan_done(m);
}

void act_status_plan(Move *m)
{
	m->v.becomes = str_of(m->a->becomes);
	m->v.version = m->ask.version;
	m->v.to = m->v.from;
	read_version(m, on_version);
}

/* On condition that it is still what was read: others than we may write there. */
void act_status_finish(Move *m, Finish *f)
{
	f->status[f->statuses++] = (VersionStatus){ m->v.version, m->a->becomes, m->v.was, !m->v.was.n };
}

static void on_proof(Move *m, const void *out, const AwsError *err)
{
	const DdbItemOut *item = out;
	Str status = STR("");
	Err why = { 0 };

	if (err)
		(void)err_kind(&why, ERR_UNKNOWN, "it was written and cannot be read back: %s", err->err.text);
	else if (!item->found || ddb_str(item->item, "status", &status, NULL) < 0 || !str_eq(status, m->v.becomes))
		(void)err_kind(&why, ERR_UNKNOWN, "version %.*s of %.*s was made %.*s and reads back as %.*s: somebody else writes there",
		               STR_ARG(m->v.version), STR_ARG(m->v.name), STR_ARG(m->v.becomes), STR_ARG(status.n ? status : STR("nothing")));
	claim_proved(m, why.text[0] ? &why : NULL);
}

void act_status_prove(Move *m)
{
	read_version(m, on_proof);
}
