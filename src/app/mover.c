#include "app/mover.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "act/audit.h"
#include "app/known_good.h"
#include "base/clock.h"
#include "base/file.h"

/* The simulated region's acts are nobody's history: who starts it takes these files away. */
static void name_of(const Session *s, char out[96])
{
	if (s->demo)
		(void)snprintf(out, 96, "demo-%ld", (long)getpid());
	else
		(void)snprintf(out, 96, "%.*s", STR_ARG(s->ctx->name));
}

static char *journal_path(const char *of)
{
	Buf name = { 0 };
	char *path;

	(void)buf_printf(&name, "%s.journal.db", of);
	path = xdg_path(XDG_STATE, buf_cstr(&name));
	buf_done(&name);
	return path;
}

int mover_open(Mover *m, const Session *s, Err *e)
{
	char *folder = xdg_path(XDG_STATE, ""), *path, of[96];
	int rc;

	*m = (Mover){ .s = s };
	if (!folder)
		return err_set(e, "there is no place for the journal: set HOME or XDG_STATE_HOME; nothing is sent without it");
	process_self(&m->self);
	name_of(s, of);
	m->audit_path = audit_path(str_of(of));
	path = journal_path(of);
	rc = dir_make_private(folder, e);
	if (rc == 0 && !(m->journal = journal_open(path, e)))
		rc = -1;
	free(path);
	free(folder);
	if (rc < 0)
		mover_close(m);
	return rc;
}

void mover_close(Mover *m)
{
	journal_close(m->journal);
	free(m->audit_path);
	*m = (Mover){ 0 };
}

MoveSpec mover_spec(const Mover *m, uv_loop_t *loop)
{
	const ConfSources *src = &m->s->ctx->src;

	return (MoveSpec){
		.aws = m->s->aws, .loop = loop, .journal = m->journal, .audit_path = m->audit_path, .context = m->s->ctx->name,
		.account = m->s->ctx->account_id, .host = str_of(m->self.host), .agents_table = src->agents_table.p,
		.lock_table = src->lock_table.p, .dynamodb = true, .agentcore = true, .classic = true,
		.stop_ms = m->s->conf->stops.ttl_ms, .gateway = m->s->conf->stops.gateway, .per_minute = m->s->conf->stops.per_minute,
		.verify_ms = m->s->conf->rollback.verify_ms, .follow_up = m->s->conf->follow_up, .follow_ups = m->s->conf->follow_ups,
	};
}

int mover_choose(const Mover *m, Store *from, const MoveView *v, Arena *a, Str *to, Str *evidence, Err *e)
{
	const ConfRollback *c = &m->s->conf->rollback;
	const GoodRule rule = { c->min_jobs, c->days, GOOD_MOST_FAILED_PERMILLE };
	Str pointer = arena_printf(a, "%.*s/%.*s", STR_ARG(v->name), STR_ARG(v->pointer_name));
	Store *own = NULL;
	int rc;

	if (!from && (!m->s->store_path || !file_exists(m->s->store_path)))
		return err_kind(e, ERR_USAGE, "this context has no snapshot yet, so nothing is known of how versions did; name the target with --to");
	if (!from && !(from = own = store_open(m->s->store_path, STORE_READ, NULL, e)))
		return -1;
	rc = known_good(from, v->name, pointer, v->leaves, &rule, clock_wall_ms(), a, to, evidence, e);
	store_close(own);
	return rc;
}
