#include "app/template_eval.h"

#include "app/fleet_models.h"
#include "model/agent_name.h"
#include "store/evals.h"

/* Of the agent's pointers the first whose model is known. */
static Str model_of(Store *s, Str agent, Arena *a)
{
	ModelEnds m;

	if (agent.n && models_read(s, a, &m, NULL) == 0)
		for (size_t i = 0; i < m.uses; i++)
			if (m.use[i].model.n && agent_same_name(m.use[i].agent, agent))
				return m.use[i].model;
	return STR("");
}

static void take(const EvalRun *run, const EvalCellRow *cell, TemplateEval *out)
{
	fig_text(out->suite, sizeof out->suite, run->suite);
	fig_text(out->on, sizeof out->on, cell->model);
	out->time_ms = run->time_ms;
	out->n = cell->n;
	out->passed = cell->passed;
	out->invalid = cell->invalid + cell->unjudged;
	out->nusd = cell->nusd;
	out->compared = cell->p >= 0;
	out->won = cell->won;
	out->lost = cell->lost;
}

int template_eval(Store *s, Str sha256, Str agent, TemplateEval *out, Err *e)
{
	Arena a = { 0 };
	EvalRun run;
	EvalCellRow cell;
	bool found = false;
	Str model = model_of(s, agent, &a);
	int rc;

	*out = (TemplateEval){ 0 };
	fig_text(out->model, sizeof out->model, model);
	rc = evals_find(s, sha256, model, &a, &run, &cell, &found, e);
	out->found = found;
	if (rc == 0 && !found && model.n) {
		rc = evals_find(s, sha256, STR(""), &a, &run, &cell, &found, e);
		/* A profile of another Region routes to the same model. */
		out->found = found && models_same(cell.model, model);
	}
	if (rc == 0 && found)
		take(&run, &cell, out);
	arena_done(&a);
	return rc;
}
