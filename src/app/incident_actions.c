/* What was done about it with this program: the audit file of this machine. */
#include "app/incident_own.h"

#include <stdlib.h>

#include "base/file.h"

static ActionFact *action_of(IncidentFacts *f, Str op)
{
	for (size_t i = 0; i < f->actions; i++)
		if (str_eq(f->action[i].first->op, op))
			return &f->action[i];
	return NULL;
}

int incident_actions(Incident *x, Err *e)
{
	IncidentFacts *f = x->out;
	const AuditAsk ask = { f->agent, x->q->since_ms, x->q->until_ms };
	char *path = audit_path(f->head.place[0].context);
	AuditRow *row = NULL;
	size_t n = 0;
	int rc = 0;

	if (path && file_exists(path))
		rc = audit_verify(path, &f->audit, e) < 0 ? -1 : audit_list(path, &ask, x->a, &row, &n, e);
	free(path);
	f->action = ARENA_ARRAY(x->a, ActionFact, n + 1);
	for (size_t i = 0; i < n; i++) {
		ActionFact *known = action_of(f, row[i].op);

		if (known)
			known->last = &row[i];
		else
			f->action[f->actions++] = (ActionFact){ &row[i], &row[i] };
	}
	return rc;
}
