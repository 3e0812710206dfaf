#include "app/mover.h"

#include <stdlib.h>

#include "act/intent.h"
#include "app/known_good.h"
#include "app/registry.h"
#include "base/clock.h"
#include "base/file.h"

enum { UNDO_ROWS = 1000 };

int mover_open(Mover *m, const Session *s, Err *e)
{
	char *path = NULL;
	int rc;

	*m = (Mover){ .s = s };
	process_self(&m->self);
	rc = session_state_path(s, "journal.db", &path, e);
	if (rc == 0 && !(m->journal = journal_open(path, e)))
		rc = -1;
	free(path);
	if (rc < 0 || session_state_path(s, "audit.jsonl", &m->audit_path, e) < 0) {
		mover_close(m);
		return -1;
	}
	return 0;
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
		.lock_table = src->lock_table.p, .dynamodb = !config_leaves_out(src, CONF_DYNAMODB),
		.agentcore = !config_leaves_out(src, CONF_AGENTCORE), .classic = !config_leaves_out(src, CONF_CLASSIC),
		.stop_ms = m->s->conf->stops.ttl_ms, .gateway = m->s->conf->stops.gateway, .per_minute = m->s->conf->stops.per_minute,
		.verify_ms = m->s->conf->rollback.verify_ms, .follow_up = m->s->conf->follow_up, .follow_ups = m->s->conf->follow_ups, .on_card = m->on_card,
	};
}

/* The action that takes back what the journal's row says, if there is one. */
static bool undoes(Arena *a, const JournalRow *row, MoveAction *undo)
{
	MoveAction done;
	Intent x;

	return str_is(row->outcome, "done") && intent_read(a, row->facts, &x, NULL) == 0 && move_action_of(x.action, &done) &&
	       move_action_undo(done, undo);
}

int mover_undo(const Mover *m, Str op, Arena *a, MoveAsk *ask, Err *e)
{
	JournalRow *row;
	size_t n, at = 0;
	Intent x;

	if (journal_list(m->journal, false, UNDO_ROWS, a, &row, &n, e) < 0)
		return -1;
	while (at < n && !(op.n ? str_eq(row[at].op, op) : undoes(a, &row[at], &ask->action)))
		at++;
	if (at == n || !undoes(a, &row[at], &ask->action))
		return err_kind(e, ERR_USAGE, "there is no action %.*s in the journal of context %.*s that was done and can be undone",
		                STR_ARG(op.n ? op : STR("yet")), STR_ARG(m->s->ctx->name));
	if (intent_take(a, &row[at], &x, e) < 0)
		return -1;
	ask->agent = x.name;
	ask->pointer = x.pointer;
	ask->exact = x.from;
	ask->expect = x.to;
	return 0;
}

static GoodRule good_rule(const Mover *m)
{
	const ConfRollback *c = &m->s->conf->rollback;

	return (GoodRule){ c->min_jobs, c->days, GOOD_MOST_FAILED_PERMILLE };
}

/* The platform has numbers of its own. */
static Str as_release(Str version, Str release, Str evidence, Arena *a)
{
	return str_eq(version, release) ? evidence : arena_printf(a, "it is %.*s: %.*s", STR_ARG(release), STR_ARG(evidence));
}

/* The target is to be named: how, depends on where it is read. */
static int name_it(const Mover *m, Err *e)
{
	const Err why = *e;

	return err_kind(e, ERR_USAGE, "%s; %s", why.text, m->on_card ? ":rollback AGENT POINTER VERSION names the target"
	                : "name the target with --to");
}

int mover_choose(const Mover *m, Store *from, const MoveView *v, Arena *a, Str *to, Str *evidence, Err *e)
{
	const GoodRule rule = good_rule(m);
	Str pointer = arena_printf(a, "%.*s/%.*s", STR_ARG(v->name), STR_ARG(v->pointer_name));
	Store *own = NULL;
	Called called;
	Str release;
	bool known = false;
	int rc;

	if (!from && (!m->s->store_path || !file_exists(m->s->store_path))) {
		(void)err_kind(e, ERR_USAGE, "this context has no snapshot yet, so nothing is known of how versions did");
		return name_it(m, e);
	}
	if (!from && !(from = own = store_open(m->s->store_path, STORE_READ, NULL, e)))
		return -1;
	/* What jobs say of a release proves something; the platform has numbers of its own. */
	if ((rc = registry_called_read(from, v->backend, v->name, a, &called, e)) == 0 &&
	    (rc = known_good(from, v->name, pointer, registry_release_of(&called, v->leaves), &rule, clock_wall_ms(), a, to, evidence, e)) == 0) {
		release = *to;
		*to = registry_number_of(&called, release, &known);
	}
	store_close(own);
	if (rc < 0)
		return e->kind == ERR_USAGE ? name_it(m, e) : -1;
	if (!known) {
		(void)err_kind(e, ERR_USAGE, "%.*s has proved itself, and no version of %.*s in %s is known to be it", STR_ARG(release), STR_ARG(v->name),
		               v->backend);
		return name_it(m, e);
	}
	*evidence = as_release(*to, release, *evidence, a);
	return 0;
}

Str mover_vouch(const Mover *m, Store *from, const MoveView *v, Str to, Arena *a)
{
	const GoodRule rule = good_rule(m);
	Called called;
	Str release, evidence = STR("");

	if (!from || registry_called_read(from, v->backend, v->name, a, &called, NULL) < 0)
		return STR("");
	release = registry_release_of(&called, to);
	if (known_good_proof(from, v->name, release, &rule, clock_wall_ms(), a, &evidence, NULL) < 0 || !evidence.n)
		return STR("");
	return as_release(to, release, evidence, a);
}
