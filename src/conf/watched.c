#include "conf/watched.h"

#include "conf/checks.h"
#include "conf/yaml.h"
#include "model/money.h"

enum { SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE };

/* No figure is larger, and millionths of it stay far from the end of the range. */
#define MOST (INT64_C(1000000000) * 1000000)

static const AlertRule *builtin(Str id)
{
	for (size_t i = 0; i < alert_builtin_count; i++)
		if (str_eq(alert_builtin[i].id, id))
			return &alert_builtin[i];
	return NULL;
}

static const AlertRule *builtin_of(const YamlNode *map)
{
	const YamlNode *id = map->kind == YAML_MAP ? yaml_get(map, "id") : NULL;

	return id && id->kind == YAML_SCALAR ? builtin(id->text) : NULL;
}

static void start_rule(const YamlNode *map, void *out)
{
	static const AlertRule own = { .above = ALERT_NONE, .below = ALERT_NONE, .plus = ALERT_NONE, .ratio = ALERT_NONE, .clear = ALERT_NONE,
		.window_ms = 5 * MINUTE, .for_ms = MINUTE, .min_count = 1, .severity = SEVERITY_WARNING };
	const AlertRule *shipped = builtin_of(map);

	*(AlertRule *)out = shipped ? *shipped : own;
}

/* What the file gave is in millionths; the limits of a shipped rule have the metric's unit already. */
static void scale(const YamlNode *map, AlertRule *r)
{
	int64_t *const limit[] = { &r->above, &r->below, &r->plus, &r->clear };
	static const char *const key[] = { "above", "below", "plus", "clear" };

	for (size_t i = 0; i < sizeof key / sizeof *key; i++)
		if (yaml_get(map, key[i]))
			*limit[i] = metric_scaled(r->metric, *limit[i]);
}

static int check_limits(const char *file, const YamlNode *map, const AlertRule *r, Err *e)
{
	const YamlNode *clear = yaml_get(map, "clear");

	if ((r->above == ALERT_NONE) == (r->below == ALERT_NONE))
		return yaml_error(file, map, e, "alert %.*s needs one of above and below", STR_ARG(r->id));
	if (r->below != ALERT_NONE && r->plus != ALERT_NONE)
		return yaml_error_key(file, yaml_get(map, "plus") ? yaml_get(map, "plus") : map, e, "alert %.*s: plus goes with above",
		                      STR_ARG(r->id));
	if (r->clear != ALERT_NONE && (r->below == ALERT_NONE ? r->clear > r->above : r->clear < r->below))
		return yaml_error(file, clear ? clear : map, e, "alert %.*s: clear lies on the wrong side of the limit: it would be over before "
		                  "it began", STR_ARG(r->id));
	return 0;
}

static int check_rule(const char *file, const YamlNode *map, void *out, Err *e)
{
	AlertRule *r = out;
	const AlertRule *shipped = builtin(r->id);
	const YamlNode *metric = yaml_get(map, "metric"), *by = yaml_get(map, "by");
	const MetricInfo *m = metric_info(r->metric);

	if (!metric && !shipped)
		return yaml_error(file, map, e, "alert %.*s has no metric, and no rule is shipped under this id", STR_ARG(r->id));
	if (shipped && r->metric != shipped->metric)
		return yaml_error(file, metric, e, "alert %.*s is a shipped rule on %s; give one on another metric an id of its own", STR_ARG(r->id),
		                  metric_info(shipped->metric)->name);
	/* One that is judged by a single thing need not say by what. */
	if (!by && !shipped && !(m->by & BY_BIT(BY_NONE)))
		for (int i = 0; i < BYS; i++)
			if (m->by == BY_BIT(i))
				r->by = (AlertBy)i;
	if (!(m->by & BY_BIT(r->by)))
		return yaml_error(file, by ? by : map, e, "alert %.*s: %s cannot be judged by %s", STR_ARG(r->id), m->name, alert_by_names[r->by]);
	if (!m->usual && (r->ratio != ALERT_NONE || r->plus != ALERT_NONE))
		return yaml_error(file, map, e, "alert %.*s: nothing is usual for %s, so ratio and plus have no meaning", STR_ARG(r->id), m->name);
	if (yaml_get(map, "expect") && r->metric != METRIC_MOVES)
		return yaml_error_key(file, yaml_get(map, "expect"), e, "alert %.*s: expect goes with %s", STR_ARG(r->id), metric_info(METRIC_MOVES)->name);
	scale(map, r);
	return check_limits(file, map, r, e);
}

static bool check_text(Str s)
{
	return s.n >= 1 && s.n <= 200 && !str_has_nul(s);
}

#define AT(member) .offset = offsetof(AlertRule, member)
static const Setting rule_rows[] = {
	{ "id", SET_TEXT, AT(id), .min = 1, .max = 64, .check = check_id, .want = "a name of a-z, 0-9 and -", .must = true, .unique = true,
	  .help = "Name of the rule. That of a shipped rule (docs/alerts.md) changes only what is written here." },
	{ "metric", SET_WORD, AT(metric), .words = alert_metric_names, .help = "What is measured (docs/alerts.md)." },
	{ "by", SET_WORD, AT(by), .words = alert_by_names, .help = "What is judged one by one." },
	{ "above", SET_DECIMAL, AT(above), .max = MOST, .help = "Breached when the value is above. Money in USD, rates from 0 to 1." },
	{ "below", SET_DECIMAL, AT(below), .max = MOST, .help = "Or: breached when the value is below." },
	{ "ratio", SET_DECIMAL, AT(ratio), .min = 10000, .max = INT64_C(1000000) * 1000000, .help = "And more than so many times the usual." },
	{ "plus", SET_DECIMAL, AT(plus), .max = MOST, .help = "And more than the usual by so much." },
	{ "clear", SET_DECIMAL, AT(clear), .max = MOST, .help = "Over again on this side of it. Left out: a tenth back from the limit." },
	{ "window", SET_DURATION, AT(window_ms), .min = MINUTE, .max = 6 * HOUR, .help = "What is measured: the last so much time. Left out: 5m." },
	{ "for", SET_DURATION, AT(for_ms), .max = 24 * HOUR, .help = "How long it must be breached, and then how long clear. Left out: 1m." },
	{ "min_count", SET_INT, AT(min_count), .max = INT64_C(1000000000), .help = "Fewer samples are no breach. Left out: 1." },
	{ "severity", SET_WORD, AT(severity), .words = alert_severity_names, .help = "Left out: warning." },
	{ "missing", SET_BOOL, AT(missing), .help = "true: no data counts as a breach." },
	{ "off", SET_BOOL, AT(off), .help = "true: not watched." },
	{ "expect", SET_TEXTS, AT(expect), offsetof(AlertRule, expects), 0, 64, .check = check_text, .want = "text of 1 to 200 bytes",
	  .help = "pointer_moves: who may move a pointer: an ARN, ROLE/SESSION, a role or a user as the changes name them." },
	{ "runbook", SET_TEXTS, AT(step), offsetof(AlertRule, steps), 0, RULE_STEPS, .check = check_text, .want = "text of 1 to 200 bytes",
	  .help = "What to do, in order." },
};
#undef AT
const SettingList alert_list = { SCHEMA(rule_rows), sizeof(AlertRule), check_rule, start_rule };

static int check_budget(const char *file, const YamlNode *map, void *out, Err *e)
{
	const Budget *b = out;

	return b->percents ? 0 : yaml_error(file, yaml_get(map, "percent"), e, "budget %.*s needs at least one percentage", STR_ARG(b->id));
}

#define AT(member) .offset = offsetof(Budget, member)
#define SCOPE(key, member, what) \
	{ "scope." key, SET_TEXT, AT(member), .min = 1, .max = 256, .help = "Only spending of this " what ". All that are given must match." }
static const Setting budget_rows[] = {
	{ "id", SET_TEXT, AT(id), .min = 1, .max = 64, .check = check_id, .want = "a name of a-z, 0-9 and -", .must = true, .unique = true,
	  .help = "Name of the budget." },
	SCOPE("context", context, "context"), SCOPE("tenant", tenant, "tenant"), SCOPE("persona", persona, "persona"),
	SCOPE("agent", agent, "agent"), SCOPE("model", model, "model"),
	{ "period", SET_WORD, AT(period), .words = budget_period_names, .must = true,
	  .help = "Hours, days, weeks (from Monday) and months in ui.time_zone; trace: each trace for itself." },
	{ "limit_usd", SET_USD, AT(limit_nusd), .min = NUSD_PER_CENT, .max = INT64_C(1000000000) * NUSD_PER_USD, .must = true,
	  .help = "What may be spent in a period." },
	{ "percent", SET_INTS, AT(percent), offsetof(Budget, percents), 1, 1000, .fallback = "80, 100",
	  .help = "Shares of the limit that are told, each once in a period." },
};
#undef AT
const SettingList budget_list = { SCHEMA(budget_rows), sizeof(Budget), check_budget, NULL };

const AlertRule *watched_rules(Arena *a, const AlertRule *entry, size_t entries, size_t *n)
{
	AlertRule *r = ARENA_ARRAY(a, AlertRule, alert_builtin_count + entries);

	for (*n = 0; *n < alert_builtin_count; ++*n)
		r[*n] = alert_builtin[*n];
	for (size_t i = 0; i < entries; i++) {
		const AlertRule *shipped = builtin(entry[i].id);

		r[shipped ? (size_t)(shipped - alert_builtin) : (*n)++] = entry[i];
	}
	return r;
}
