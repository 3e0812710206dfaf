#include "app/judge.h"

#include <stdlib.h>

#include "base/num.h"
#include "base/xalloc.h"

typedef struct Judging {
	const JudgeIn *in;
	Judged *out;
	bool  *seen;                   /* by row of the store: it was judged */
	Arena *a;
} Judging;

static const AlertRow *find_row(const Judging *j, Str rule, Str key)
{
	for (size_t i = 0; i < j->in->rows; i++)
		if (str_eq(j->in->row[i].key, key) && str_eq(j->in->row[i].rule, rule)) {
			j->seen[i] = true;
			return &j->in->row[i];
		}
	return NULL;
}

static void write_row(Judging *j, const AlertRow *r)
{
	Judged *o = j->out;

	o->firing += r->st.phase == PHASE_FIRING;
	VEC_GROW(o->row, o->cap, o->rows + 1);
	o->row[o->rows++] = *r;
}

/* One key of a rule. A row that is new and well is not worth keeping. */
static void judge_one(Judging *j, const AlertRule *rule, const Measured *m)
{
	const AlertRow *was = find_row(j, rule->id, m->key);
	AlertRow r = was ? *was : (AlertRow){ .rule = rule->id, .key = m->key, .value = ALERT_NONE, .threshold = ALERT_NONE, .baseline = ALERT_NONE };
	AlertEvent event = alert_step(rule, &m->x, j->in->ask->now_ms, &r.st);

	r.episode += event == EVENT_FIRED;
	j->out->changed |= event != EVENT_NONE;
	r.metric = rule->metric;
	r.severity = rule->severity;
	if (m->x.known) {
		r.value = m->x.value;
		r.threshold = alert_threshold(rule, &m->x);
		r.baseline = m->x.baseline;
		r.count = m->x.count;
	}
	/* Whose fault it is does not change while it lasts: the first suspect stays, unless there was none. */
	if (event == EVENT_FIRED || !r.agent.n) {
		r.agent = m->agent.n ? m->agent : STR("");
		r.version = m->version.n ? m->version : STR("");
	}
	if (r.st.phase != PHASE_OK || (was && was->st.phase != PHASE_OK))
		write_row(j, &r);
}

/* What is gone: no samples. The last figures stay to be seen. */
static void judge_absent(Judging *j, const AlertRule *rule, bool known, const AlertRow *was)
{
	AlertRow r = *was;
	const AlertReading x = { known, 0, was->baseline, 0 };
	AlertEvent event = alert_step(rule, &x, j->in->ask->now_ms, &r.st);

	j->out->changed |= event != EVENT_NONE;
	write_row(j, &r);
}

static void judge_rule(Judging *j, size_t index)
{
	const AlertRule *rule = &j->in->ask->rule[index];
	size_t keys = 0;

	for (size_t i = 0; i < j->in->m->n; i++) {
		const Measured *m = &j->in->m->v[i];

		if (m->rule != rule)
			continue;
		if (m->x.known && alert_judge(rule, &m->x) == VERDICT_BREACH && keys++ >= JUDGE_KEYS && !find_row(j, rule->id, m->key)) {
			j->out->dropped++;
			continue;
		}
		judge_one(j, rule, m);
	}
	for (size_t i = 0; i < j->in->rows; i++) {
		const AlertRow *row = &j->in->row[i];

		if (j->seen[i] || !str_eq(row->rule, rule->id))
			continue;
		j->seen[i] = true;
		if (row->st.phase != PHASE_OK)
			judge_absent(j, rule, j->in->m->known[index], row);
	}
}

/* --- budgets --- */

static int64_t highest(const Budget *b, unsigned bits)
{
	int64_t percent = 0;

	for (size_t i = 0; i < b->percents && i < BUDGET_STEPS; i++)
		if (bits & 1u << i)
			percent = b->percent[i];
	return percent;
}

static AlertSeverity severity_of(int64_t percent)
{
	return percent >= 100 ? SEVERITY_CRITICAL : percent >= 80 ? SEVERITY_WARNING : SEVERITY_INFO;
}

/* Each threshold that is reached is told anew, also when the one before was acknowledged. */
static void budget_alert(Judging *j, const Budget *b, Str key, int64_t spent, int64_t percent, Str agent, Str version)
{
	const AlertRow *was = find_row(j, STR(BUDGET_RULE), key);
	const int64_t now = j->in->ask->now_ms, threshold = percent * 10000;
	AlertRow r = was ? *was : (AlertRow){ .rule = STR(BUDGET_RULE), .key = key };

	if (!was && !percent)
		return;
	if (percent && (r.st.phase != PHASE_FIRING || threshold != r.threshold)) {
		r.episode++;
		r.st = (AlertStatus){ .phase = PHASE_FIRING, .since_ms = now };
		j->out->changed = true;
	} else if (!percent && r.st.phase != PHASE_OK) {
		r.st = (AlertStatus){ .phase = PHASE_OK, .since_ms = now };
		j->out->changed = true;
	}
	r.st.judged_ms = now;
	r.metric = METRIC_BUDGET;
	r.severity = percent ? severity_of(percent) : r.severity;
	r.value = mul_div(spent, 1000000, b->limit_nusd > 0 ? b->limit_nusd : 1);
	r.threshold = percent ? threshold : r.threshold;
	r.baseline = ALERT_NONE;
	r.agent = agent;
	r.version = version;
	write_row(j, &r);
}

static BudgetStatus status_of(const Judging *j, Str id)
{
	for (size_t i = 0; i < j->in->budgets; i++)
		if (str_eq(j->in->budget[i].id, id))
			return j->in->budget[i].st;
	return (BudgetStatus){ 0 };
}

static void judge_budget(Judging *j, const Budget *b, const BudgetSpent *x)
{
	const int64_t now = j->in->ask->now_ms;
	BudgetRow row = { .id = b->id, .st = status_of(j, b->id), .spent_nusd = x->spent_nusd, .judged_ms = now };

	if (b->period == PERIOD_TRACE) {
		for (size_t i = 0; i < x->traces; i++)
			budget_alert(j, b, arena_printf(j->a, "%.*s/%.*s", STR_ARG(b->id), STR_ARG(x->trace[i].trace)), x->trace[i].nusd,
			             highest(b, budget_reached(b, x->trace[i].nusd)), x->trace[i].agent, x->trace[i].version);
	} else {
		(void)budget_step(b, x->from_ms, x->spent_nusd, now, &row.st);
		budget_alert(j, b, b->id, x->spent_nusd, highest(b, row.st.reached), b->agent.n ? b->agent : STR(""), STR(""));
	}
	VEC_GROW(j->out->budget, j->out->budget_cap, j->out->budgets + 1);
	j->out->budget[j->out->budgets++] = row;
}

/* --- */

void judge(const JudgeIn *in, Arena *a, Judged *out)
{
	Judging j = { in, out, ARENA_ARRAY(a, bool, in->rows + 1), a };

	*out = (Judged){ 0 };
	for (size_t i = 0; i < in->ask->rules; i++)
		if (!in->ask->rule[i].off)
			judge_rule(&j, i);
	for (size_t i = 0; i < in->ask->budgets; i++)
		if (budget_concerns(&in->ask->budget[i], in->ask->context))
			judge_budget(&j, &in->ask->budget[i], &in->spent[i]);
	/* Rules, budgets and traces that are not there any more have no alerts. */
	for (size_t i = 0; i < in->rows; i++) {
		AlertRow r = in->row[i];

		if (j.seen[i] || r.st.phase == PHASE_OK)
			continue;
		r.st = (AlertStatus){ .phase = PHASE_OK, .since_ms = in->ask->now_ms, .judged_ms = in->ask->now_ms };
		out->changed = true;
		write_row(&j, &r);
	}
}

void judged_done(Judged *j)
{
	free(j->row);
	free(j->budget);
	*j = (Judged){ 0 };
}
