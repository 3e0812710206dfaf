/* Votes on pairs of answers, on their way to the store. */
#include "app/ask_evals.h"

#include <stdio.h>
#include <stdlib.h>

#include "app/app_impl.h"
#include "app/watch.h"
#include "base/clock.h"
#include "base/xalloc.h"
#include "store/evals.h"

typedef struct Voting { App *a; unsigned epoch; char id[EVALS_ID]; EvalVote vote; } Voting;

static int run(Store *s, void *work, Err *e)
{
	return evals_vote(s, &((Voting *)work)->vote, e);
}

static void done(void *work, const Err *err)
{
	Voting *v = work;

	if (err && v->epoch == v->a->epoch && !v->a->quitting)
		app_tell(v->a, ROLE_WARN, err->text);
	free(v);
}

void app_eval_vote(App *a, const EvalsPlace *to, const char *one, int choice)
{
	Watch *w = context_find(a, to->context);
	Voting *v;

	if (!w || !w->queue)
		return;
	v = xcalloc(1, sizeof *v);
	v->a = a;
	v->epoch = a->epoch;
	(void)snprintf(v->id, sizeof v->id, "%s", one);
	v->vote = (EvalVote){ to->run, (size_t)to->cell, str_of(v->id), choice, clock_wall_ms() };
	storeq_write(w->queue, (StoreWork){ run, done, v });
}
