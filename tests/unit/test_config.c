#include "unit.h"

#include "conf/config.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "conf/checks.h"
#include "conf/schema.h"
#include "conf/watched.h"
#include "conf/yaml.h"
#include "corpus.h"

#define AUTHORED SHARED_DIR "/corpora/config/authored_config.jsonl"

static Arena arena;
static Err err;

static int parse(const char *text, Config *c)
{
	arena_reset(&arena);
	err = (Err){ 0 };
	return config_parse(&arena, "c.yaml", str_of(text), c, &err);
}

static void refused(const char *text, const char *what)
{
	Config c;

	assert_int_equal(parse(text, &c), -1);
	assert_int_equal(err.kind, ERR_USAGE);
	if (!strstr(err.text, what))
		fail_msg("\"%s\" should say \"%s\"", err.text, what);
}

static void without_a_file(void **state)
{
	Config c;
	const ConfContext *x;

	(void)state;
	assert_int_equal(parse("", &c), 0);
	x = config_context(&c, STR(""), &err);
	assert_non_null(x);
	assert_true(str_is(x->name, "default"));
	assert_true(str_is(x->stage, "dev"));
	assert_true(x->write && x->playground && !x->from_file);
	assert_int_equal(x->account_id.n + x->region.n + x->profile.n + x->endpoint_url.n, 0);
	assert_true(str_is(x->src.agents_table, "agents"));
	assert_int_equal(x->src.agents_poll_ms, 30000);
	assert_true(str_is(x->src.jobs_index, "status-updatedAt-index"));
	assert_int_equal(x->src.log_group_count, 1);
	assert_true(str_is(x->src.log_groups[0], "/seismo/jobs"));
	assert_int_equal(x->src.ledger, CONF_LEDGER_COMPUTED);
	assert_int_equal(x->src.namespace_count, 2);
	assert_true(str_is(x->src.namespaces[1], "AWS/Bedrock-AgentCore"));
	assert_int_equal(x->src.metrics_poll_ms, 60000);
	assert_true(str_is(c.ui.theme, "auto"));
	assert_int_equal(c.ui.refresh_ms, 2000);
	assert_true(str_is(c.ui.time_zone, "UTC"));
	assert_int_equal(c.limits.concurrent_requests_per_service, 8);
	assert_int_equal(c.limits.store_mb, 4096);
	assert_int_equal(c.limits.max_tokens, 1024);
	assert_int_equal(c.limits.session_nusd, INT64_C(1000000000));
	assert_int_equal(c.limits.day_nusd, INT64_C(10000000000));
}

static void the_example_holds(void **state)
{
	Config c, defaults;
	Arena a = { 0 };
	char text[20000];

	(void)state;
	assert_true(config_example().n > 1000 && config_example().n < sizeof text);
	memcpy(text, config_example().p, config_example().n);
	text[config_example().n] = 0;
	if (parse(text, &c) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(c.context_count, 2);
	assert_true(str_is(c.context[0].name, "dev") && c.context[0].write && c.context[0].playground);
	assert_true(str_is(c.context[1].account_id, "444455556666"));
	assert_false(c.context[1].write || c.context[1].playground);
	/* What the example shows as defaults are the defaults. */
	assert_int_equal(config_parse(&a, "", STR(""), &defaults, &err), 0);
	assert_memory_equal(&c.limits, &defaults.limits, sizeof c.limits);
	assert_int_equal(c.ui.refresh_ms, defaults.ui.refresh_ms);
	for (size_t i = 0; i < 2; i++) {
		const ConfSources *s = &c.context[i].src, *d = &defaults.context[0].src;

		assert_true(str_eq(s->agents_table, d->agents_table) && str_eq(s->jobs_table, d->jobs_table));
		assert_true(s->agents_poll_ms == d->agents_poll_ms && s->jobs_poll_ms == d->jobs_poll_ms);
		assert_true(s->metrics_poll_ms == d->metrics_poll_ms && s->ledger == d->ledger);
		assert_true(str_eq(s->log_groups[0], d->log_groups[0]) && s->namespace_count == d->namespace_count);
	}
	arena_done(&a);
}

/* Whoever adds a setting also shows it in the example: every key of the reference stands in the file. */
static void the_example_is_complete(void **state)
{
	Buf ref = { 0 };
	Str rest;

	(void)state;
	config_reference(&ref);
	rest = buf_str(&ref);
	while (rest.n) {
		Str line = str_cut(rest, '\n', &rest), path;
		char key[100];

		if (!str_starts(line, STR("| `")))
			continue;
		path = str_cut(str_sub(line, 3, line.n), '`', &line);
		while (str_has(path, STR(".")))
			(void)str_cut(path, '.', &path);
		(void)snprintf(key, sizeof key, "%.*s:", STR_ARG(path));
		if (!str_has(config_example(), str_of(key)))
			fail_msg("config.yaml.example does not show %s", key);
	}
	buf_done(&ref);
}

static void contexts(void **state)
{
	Config c;

	(void)state;
	assert_int_equal(parse("default_context: b\ncontexts: {a: {stage: x, region: us-gov-west-1}, b: {account_id: 012345678901}, c: }\n", &c), 0);
	assert_int_equal(c.context_count, 3);
	assert_true(str_is(config_context(&c, STR(""), &err)->account_id, "012345678901"));
	assert_true(str_is(config_context(&c, STR("c"), &err)->stage, "prod"));
	assert_false(config_context(&c, STR("c"), &err)->playground);
	assert_true(config_context(&c, STR("a"), &err)->playground);
	assert_null(config_context(&c, STR("aa"), &err));
	assert_non_null(strstr(err.text, "there is no context \"aa\"; known: a, b, c"));
	assert_int_equal(parse("contexts: {only: {}}\n", &c), 0);
	assert_int_equal(c.default_context, 0);
	refused("contexts: {a: {}, b: {}}\n", "c.yaml:1:1: several contexts and no default_context");
	refused("default_context: pord\ncontexts: {prod: {}, dev: {}}\n", "c.yaml:1:18: default_context names \"pord\"");
	refused("contexts: {}\n", "contexts is empty");
	refused("contexts: [a]\n", "contexts must be a map");
	refused("contexts: {\"a b\": {}}\n", "a context's name");
	refused("region: eu-west-1\ncontexts: {a: {}}\n", "c.yaml:1:1: region at the root is shorthand");
	refused("default_context: x\n", "names \"x\"");
}

static void shorthand(void **state)
{
	Config c;

	(void)state;
	assert_int_equal(parse("region: eu-west-1\nrefresh_seconds: 7\n", &c), 0);
	assert_true(str_is(c.context[0].region, "eu-west-1"));
	assert_true(str_is(c.context[0].stage, "prod") && !c.context[0].write && c.context[0].from_file);
	assert_int_equal(c.ui.refresh_ms, 7000);
	assert_int_equal(parse("refresh_seconds: 7\n", &c), 0);
	assert_true(c.context[0].write && !c.context[0].from_file);
	refused("refresh_seconds: 7\nui: {refresh: 7s}\n", "c.yaml:1:1: refresh_seconds and ui.refresh");
}

static void wrong_values(void **state)
{
	(void)state;
	refused("regoin: eu-west-1\n", "c.yaml:1:1: unknown key \"regoin\": did you mean \"region\"?\n    regoin: eu-west-1");
	refused("contexts:\n  a:\n    sources: {job: {}}\n", "c.yaml:3:15: unknown key \"job\" in contexts.a.sources: did you mean \"jobs\"?");
	refused("ui: {mouse: true}\n", "known here: theme, refresh, ascii, time_zone");
	refused("ui.theme: dark\n", "unknown key");
	refused("hooks: {ttl: 30m}\n", "unknown key \"hooks\"");
	refused("ui: [a]\n", "ui must be a map");
	refused("ui: {refresh: 2}\n", "c.yaml:1:15: ui.refresh must be a duration such as 30s, 5m, 2h or 35d, from 1s to 1h");
	refused("ui: {refresh: 2h}\n", "from 1s to 1h");
	refused("ui: {ascii: yes}\n", "true or false");
	refused("ui: {ascii: \"true\"}\n", "without quotes");
	refused("ui: {time_zone: Mars/Base}\n", "ui.time_zone must be UTC or a zone");
	refused("ui: {time_zone: ../../etc/passwd}\n", "ui.time_zone");
	refused("limits: {store_mb: 0x10}\n", "a whole number from 16");
	refused("limits: {store_mb: 0100}\n", "a whole number");
	refused("limits: {store_mb: \"100\"}\n", "a whole number");
	refused("limits: {store_mb: 99999999999999999999}\n", "a whole number");
	refused("limits: {playground: {usd_per_day: 1e3}}\n", "usd_per_day must be a sum in USD such as 2.50, from 0.00 to 100000.00");
	refused("limits: {playground: {usd_per_day: 01.00}}\n", "a sum in USD");
	refused("limits: {playground: {usd_per_day: -1}}\n", "a sum in USD");
	refused("limits: {playground: {usd_per_day: 1.}}\n", "a sum in USD");
	refused("limits: {playground: {usd_per_session: 1,5}}\n", "");
	refused("limits: {playground: {usd_per_session: 100000.01}}\n", "a sum in USD");
	refused("account_id: 11112222333\n", "account_id must be twelve digits");
	refused("region:\n", "region has no value");
	refused("region: eu-wset-1\n", "an AWS Region");
	refused("contexts: {a: {sources: {cost: {ledger: both}}}}\n", "ledger must be computed or reported");
	refused("contexts: {a: {sources: {jobs: {log_groups: /x}}}}\n", "a list of 0 to 10 values");
	refused("contexts: {a: {sources: {jobs: {log_groups: [\"a b\"]}}}}\n", "each a CloudWatch log group name");
	refused("contexts: {a: {sources: {jobs: {table: ab}}}}\n", "contexts.a.sources.jobs.table must be a DynamoDB table name");
	refused("contexts: {a: {endpoint_url: \"http://example.com\"}}\n", "another machine");
	refused("contexts: {a: {endpoint_url: \"http://127.0.0.1.example.com\"}}\n", "another machine");
	refused("contexts: {a: {endpoint_url: \"http://u@127.0.0.1\"}}\n", "a URL such as");
	refused("- a\n", "mapping expected");
	refused("aws_secret_access_key: EXAMPLEKEY\n", "unknown key \"aws_secret_access_key\"");
	assert_null(strstr(err.text, "EXAMPLEKEY"));
}

static const AlertRule *rule_of(const Config *c, const char *id)
{
	for (size_t i = 0; i < c->alert_count; i++)
		if (str_is(c->alert[i].id, id))
			return &c->alert[i];
	fail_msg("there is no rule %s", id);
	return NULL;
}

static void budgets_and_alerts(void **state)
{
	const AlertRule *r;
	Config c;

	(void)state;
	assert_int_equal(parse("", &c), 0);
	assert_int_equal(c.alert_count, alert_builtin_count);
	assert_int_equal(c.budget_count, 0);
	assert_int_equal(parse("budgets:\n"
	                       "  - {id: fleet-day, period: day, limit_usd: 400.00, percent: [50, 80, 95, 100]}\n"
	                       "  - {id: trace, scope: {}, period: trace, limit_usd: 5.00}\n"
	                       "  - {id: up, scope: {agent: upsell, tenant: acme}, period: hour, limit_usd: 25}\n"
	                       "alerts:\n"
	                       "  - {id: err-high, above: 0.1, min_count: 50}\n"
	                       "  - {id: spend-high, plus: 50.00}\n"
	                       "  - {id: silent-agent, off: true}\n"
	                       "  - {id: mine, metric: spend_per_hour, by: tenant, above: 12.50, for: 0s, runbook: [\"Look\", \"Act\"]}\n"
	                       "  - {id: moved-outside, expect: [release-pipeline, \"arn:aws:iam::111122223333:user/ops\"]}\n"
	                       "  - {id: moved, metric: error_rate_after_move, above: 0.1}\n", &c), 0);
	assert_int_equal(c.budget_count, 3);
	assert_true(c.budget[0].limit_nusd == INT64_C(400000000000) && c.budget[0].percents == 4 && c.budget[0].period == PERIOD_DAY);
	assert_true(c.budget[1].percents == 2 && c.budget[1].percent[0] == 80 && c.budget[1].period == PERIOD_TRACE && !c.budget[1].agent.n);
	assert_true(str_is(c.budget[2].agent, "upsell") && str_is(c.budget[2].tenant, "acme") && !c.budget[2].model.n);
	/* A shipped rule keeps what is not said about it. */
	assert_int_equal(c.alert_count, alert_builtin_count + 2);
	r = rule_of(&c, "err-high");
	assert_true(r->above == 100000 && r->min_count == 50 && r->ratio == 3000000 && r->clear == 40000 && r->severity == SEVERITY_CRITICAL && r->steps == 3);
	r = rule_of(&c, "spend-high");
	assert_true(r->plus == INT64_C(50000000000) && r->above == 0 && r->by == BY_NONE);
	assert_true(rule_of(&c, "silent-agent")->off);
	r = rule_of(&c, "mine");
	assert_true(r->above == INT64_C(12500000000) && r->below == ALERT_NONE && r->plus == ALERT_NONE && r->by == BY_TENANT);
	assert_true(r->for_ms == 0 && r->window_ms == 300000 && r->min_count == 1 && r->severity == SEVERITY_WARNING && r->steps == 2);
	r = rule_of(&c, "moved-outside");
	assert_true(r->expects == 2 && str_is(r->expect[0], "release-pipeline") && r->above == 0 && r->steps == 3);
	assert_int_equal(rule_of(&c, "moved")->by, BY_POINTER);          /* it is judged by nothing else */
	refused("alerts: [{id: x}]\n", "c.yaml:1:10: alert x has no metric, and no rule is shipped under this id");
	refused("alerts: [{id: x, metric: error_rat, above: 1}]\n", "alerts[1].metric must be error_rate, ");
	refused("alerts: [{id: x, metric: error_rate}]\n", "alert x needs one of above and below");
	refused("alerts: [{id: x, metric: error_rate, above: 1, below: 1}]\n", "alert x needs one of above and below");
	refused("alerts: [{id: x, metric: seen, by: tenant, below: 1}]\n", "c.yaml:1:36: alert x: seen cannot be judged by tenant");
	refused("alerts: [{id: x, metric: budget_used, above: 1}]\n", "budget_used cannot be judged by none");
	refused("alerts: [{id: x, metric: seen, below: 1, ratio: 2}]\n", "nothing is usual for seen");
	refused("alerts: [{id: x, metric: error_rate, above: 0.1, clear: 0.2}]\n", "clear lies on the wrong side");
	refused("alerts: [{id: err-high, expect: [ci]}]\n", "c.yaml:1:25: alert err-high: expect goes with pointer_moves");
	refused("alerts: [{id: err-high, metric: seen}]\n", "alert err-high is a shipped rule on error_rate");
	refused("alerts: [{id: err-high}, {id: err-high}]\n", "alerts[2] has the id \"err-high\" of an entry before it");
	refused("alerts: [{id: x, metric: error_rate, above: 1, window: 7h}]\n", "from 1m to 6h");
	refused("budgets: [{id: x, period: day}]\n", "budgets[1] has no \"limit_usd\"");
	refused("budgets: [{id: x, period: year, limit_usd: 1}]\n", "hour, day, week, month or trace");
	refused("budgets: [{id: x, period: day, limit_usd: 0}]\n", "a sum in USD such as 2.50, from 0.01");
	refused("budgets: [{id: x, period: day, limit_usd: 1, percent: []}]\n", "budget x needs at least one percentage");
	refused("budgets: [{id: x, period: day, limit_usd: 1, on_limit: offer_stop}]\n", "unknown key \"on_limit\"");
}

static void endpoints_and_names(void **state)
{
	Config c;

	(void)state;
	assert_int_equal(parse("contexts: {a: {endpoint_url: \"http://[::1]:4566/x\"}}\n", &c), 0);
	assert_int_equal(parse("contexts: {a: {endpoint_url: https://vpce.example.com, allow_foreign_endpoint: true}}\n", &c), 0);
	assert_true(check_region(STR("ap-southeast-5")) && check_region(STR("us-isob-east-1")) && check_region(STR("eusc-de-east-1")));
	assert_false(check_region(STR("eu-west")) || check_region(STR("EU-west-1")) || check_region(STR("evil.example/#")));
	assert_false(check_url(STR("http://")) || check_url(STR("http://h:0")) || check_url(STR("http://h:")) || check_url(STR("ftp://h")));
	assert_true(url_is_loopback(STR("http://127.8.0.1:1/")));
	assert_false(url_is_loopback(STR("http://127.1")) || url_is_loopback(STR("http://localhost.example.com")));
	if (access("/usr/share/zoneinfo/Europe/Zurich", R_OK) == 0)
		assert_true(check_time_zone(STR("Europe/Zurich")));
}

static void names_of_several_contexts(void **state)
{
	static const struct { const char *names, *got, *says; } rows[] = {
		{ "", "b", NULL }, { "a", "a", NULL }, { "c, a", "ca", NULL }, { "*", "abc", NULL }, { "a,b,a", "ab", NULL },
		{ "a,,b", NULL, "a name is missing" }, { "a,x", NULL, "there is no context \"x\"" }, { ",a", NULL, "a name is missing" },
		{ "a,*", NULL, "there is no context \"*\"" },
	};
	const ConfContext *out[3];
	char got[8];
	Config c;
	size_t n;
	Err e;

	(void)state;
	assert_int_equal(parse("default_context: b\ncontexts: {a: {}, b: {}, c: {}}\n", &c), 0);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		int rc = config_contexts(&c, str_of(rows[i].names), out, 3, &n, &e);

		assert_int_equal(rc, rows[i].says ? -1 : 0);
		if (rows[i].says && !strstr(e.text, rows[i].says))
			fail_msg("%s: %s", rows[i].names, e.text);
		memset(got, 0, sizeof got);
		for (size_t k = 0; rc == 0 && k < n; k++)
			got[k] = out[k]->name.p[0];
		if (rc == 0)
			assert_string_equal(got, rows[i].got);
	}
	assert_int_equal(config_contexts(&c, STR("*"), out, 2, &n, &e), -1);
	assert_non_null(strstr(e.text, "at most 2 contexts"));
}

#define ROLE "arn:aws:iam::444455556666:role/team/seismo"

static void context_with_a_role(void **state)
{
	static const char *const not_roles[] = {
		"arn:aws:iam::444455556666:user/x", "arn:aws:sts::444455556666:role/x", "arn:aws:iam::44445555666:role/x",
		"arn:aws:iam::444455556666:role/", "arn:aws:iam::444455556666:role/a b", "arn:AWS:iam::444455556666:role/x",
		"arn:aws:iam:eu-west-1:444455556666:role/x", "seismo-role-with-no-arn",
	};
	const ConfContext *x;
	char text[300];
	Config c;

	(void)state;
	assert_int_equal(parse("contexts: {prod: {account_id: 444455556666, role_arn: \"" ROLE "\", source_profile: fleet,"
	                       "external_id: a/b, mfa_serial: \"arn:aws:iam::1:mfa/me\", role_session_name: me, role_duration: 1h}}\n", &c), 0);
	x = &c.context[0];
	assert_true(str_is(x->role_arn, ROLE) && str_is(x->source_profile, "fleet") && str_is(x->external_id, "a/b"));
	assert_true(str_is(x->mfa_serial, "arn:aws:iam::1:mfa/me") && str_is(x->role_session_name, "me") && x->role_duration_ms == 3600000);
	assert_int_equal(parse("contexts: {a: {role_arn: \"arn:aws-us-gov:iam::444455556666:role/x\"}}\n", &c), 0);
	for (size_t i = 0; i < sizeof not_roles / sizeof *not_roles; i++) {
		(void)snprintf(text, sizeof text, "contexts: {a: {role_arn: \"%s\"}}\n", not_roles[i]);
		refused(text, "contexts.a.role_arn must be the ARN of a role");
	}
	refused("contexts: {a: {role_arn: \"" ROLE "\", profile: p}}\n", "contexts.a has both profile and role_arn");
	refused("contexts: {a: {role_arn: \"" ROLE "\", account_id: 111122223333}}\n",
	        "a role of account 444455556666, and account_id is 111122223333");
	refused("contexts: {a: {source_profile: p}}\n", "c.yaml:1:16: contexts.a.source_profile goes with role_arn");
	refused("contexts: {a: {profile: p, external_id: abc}}\n", "contexts.a.external_id goes with role_arn");
	refused("contexts: {a: {role_arn: \"" ROLE "\", role_duration: 5m}}\n", "role_duration must be a duration");
	refused("contexts: {a: {role_arn: \"" ROLE "\", external_id: \"a b\"}}\n", "external_id must be 2 to 1224");
}

static void durations(void **state)
{
	int64_t ms = 5;

	(void)state;
	assert_int_equal(duration_parse(STR("35d"), &ms), 0);
	assert_true(ms == INT64_C(35) * 86400000);
	assert_int_equal(duration_parse(STR("0s"), &ms), 0);
	assert_int_equal(ms, 0);
	assert_int_equal(duration_parse(STR("5"), &ms), -1);
	assert_int_equal(duration_parse(STR("s"), &ms), -1);
	assert_int_equal(duration_parse(STR("-5s"), &ms), -1);
	assert_int_equal(duration_parse(STR("1.5h"), &ms), -1);
	assert_int_equal(duration_parse(STR("5 s"), &ms), -1);
	assert_int_equal(duration_parse(STR("9999999999d"), &ms), -1);
}

static void files(void **state)
{
	char dir[] = P_tmpdir "/seismo-config-XXXXXX", path[100];
	Config c;

	(void)state;
	assert_non_null(mkdtemp(dir));
	(void)snprintf(path, sizeof path, "%s/config.yaml", dir);
	assert_int_equal(config_load(&arena, path, &c, &err), -1);
	assert_int_equal(err.kind, ERR_USAGE);
	assert_int_equal(file_replace(path, STR("ui: {theme: light}\n"), &err), 0);
	assert_int_equal(config_load(&arena, path, &c, &err), 0);
	assert_true(str_is(c.ui.theme, "light") && str_is(c.path, path));
	assert_int_equal(chmod(path, 0666), 0);
	assert_int_equal(config_load(&arena, path, &c, &err), -1);
	assert_non_null(strstr(err.text, "chmod o-w"));
	assert_int_equal(config_load(&arena, dir, &c, &err), -1);
	assert_int_equal(setenv("XDG_CONFIG_HOME", dir, 1), 0);
	assert_int_equal(config_load(&arena, NULL, &c, &err), 0);
	assert_int_equal(c.path.n, 0);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(dir), 0);
}

/* The corpus's own schema: it tests how YAML is read, not which settings there are. */
typedef struct Sample {
	Str  region, account_id, name;
	int64_t refresh_seconds;
	const YamlNode *agents, *accounts;
} Sample;

#define AT(member) .offset = offsetof(Sample, member)
static const Setting sample_rows[] = {
	{ "region", SET_TEXT, AT(region), .min = 1, .max = 63, .check = check_region, .want = "a Region" },
	{ "account_id", SET_TEXT, AT(account_id), .min = 12, .max = 12, .check = check_account_id, .want = "twelve digits" },
	{ "refresh_seconds", SET_INT, AT(refresh_seconds), .min = 1, .max = 86400 },
	{ "agents", SET_SEQ, AT(agents) },
	{ "accounts", SET_MAP, AT(accounts) },
	{ "name", SET_TEXT, AT(name), .min = 0, .max = 256 },
};
#undef AT
static const Schema sample_schema = SCHEMA(sample_rows);

/* An account of the corpus has an id and, as with our contexts, no role of another account beside it. */
static const Setting account_rows[] = {
	{ "account_id", SET_TEXT, 0, .min = 12, .max = 12, .check = check_account_id, .want = "twelve digits" },
};
static const Schema account_schema = SCHEMA(account_rows);

static int sample_parse(Str text, Sample *out)
{
	YamlNode *root = NULL;
	Str id;

	if (yaml_parse(&arena, "s.yaml", text, &root, &err) < 0 ||
	    schema_read(&arena, "s.yaml", &sample_schema, root, "", out, &err) < 0)
		return -1;
	for (const YamlNode *n = out->accounts ? out->accounts->child : NULL; n; n = n->next)
		if (schema_read(&arena, "s.yaml", &account_schema, n, "accounts", &id, &err) < 0)
			return -1;
	return 0;
}

/* What the corpus's `must` asks for, in the words of our messages. */
static const char *words_for(const char *name)
{
	static const struct { const char *name, *words; } row[] = {
		{ "yaml-self-alias", "cyclic alias" }, { "yaml-complex-key", "string keys only" },
		{ "yaml-question-only", "string keys only" }, { "yaml-list-root", "mapping expected" },
		{ "yaml-scalar-root", "mapping expected" }, { "yaml-percent-directive", "version" },
		{ "yaml-two-docs", "only one document" }, { "yaml-surrogate-escape", "invalid code point" },
		{ "yaml-bad-utf8", "byte offset" }, { "yaml-t-scalar-for-list", "agents must be a list" },
		{ "yaml-t-bool-yes", "region must be" }, { "yaml-t-long-value", "name must be text of 0 to 256" },
		{ "yaml-t-dup-key", "\"region\" stands twice (first in line 1)" }, { "yaml-t-string-for-int", "refresh_seconds must be a whole number" },
		{ "yaml-t-negative", "refresh_seconds must be a whole number from 1" }, { "yaml-t-zero", "refresh_seconds must be a whole number from 1" },
		{ "yaml-t-unicode-lookalike-key", "did you mean \"region\"" }, { "yaml-t-case-key", "did you mean \"region\"" },
		{ "yaml-t-huge-int", "refresh_seconds must be" }, { "yaml-t-list-for-scalar", "region must be" },
		{ "yaml-t-dup-after-merge", "s.yaml:2:5: merge" },
	};

	for (size_t i = 0; i < sizeof row / sizeof *row; i++)
		if (strcmp(row[i].name, name) == 0)
			return row[i].words;
	return "s.yaml:";
}

static int yaml_rows;

static void one_yaml_row(const cJSON *row, Str bytes)
{
	static const char *const secrets[] = { "EXAMPLEEXAMPLE", "xoxb-", "T000", "HOME" };
	const char *name = row_text(row, "name"), *expect = row_text(row, "expect");
	Sample s = { 0 };
	int64_t start = clock_mono_ms();
	int rc;

	if (strcmp(row_text(row, "kind"), "yaml") != 0)
		return;
	yaml_rows++;
	arena_reset(&arena);
	err = (Err){ 0 };
	rc = sample_parse(bytes, &s);
	if (strcmp(expect, "accept") == 0 ? rc < 0 : strcmp(expect, "reject") == 0 && rc == 0)
		fail_msg("%s: expected %s (%s)", name, expect, err.text);
	if (rc < 0 && (err.kind != ERR_USAGE || !strstr(err.text, words_for(name)) || strncmp(err.text, "s.yaml:", 7) != 0))
		fail_msg("%s: \"%s\" should say \"%s\"", name, err.text, words_for(name));
	for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++)
		assert_null(strstr(err.text, secrets[i]));
	if (strcmp(name, "yaml-t-account-octal") == 0)
		assert_true(str_is(s.account_id, "012345678901"));
	assert_true(clock_mono_ms() - start < 1000);
}

static void authored_rows(void **state)
{
	(void)state;
	SKIP_WITHOUT(AUTHORED);
	yaml_rows = 0;
	(void)corpus_each(AUTHORED, one_yaml_row);
	assert_int_equal(yaml_rows, 65);
}

static int done(void **state)
{
	(void)state;
	arena_done(&arena);
	return 0;
}

static void prices(void **state)
{
	Config c;
	const PriceRow *r;

	(void)state;
	assert_int_equal(parse("", &c), 0);
	assert_int_equal(c.prices.n + c.prices.discounts, 0);
	assert_int_equal(parse("prices:\n  discount: [{from: 2026-01-01, percent: 7.5}, {from: 2026-07-01, percent: 0}]\n"
	                       "  overrides:\n    - {model: m, from: 2026-09-01, input: 2, output: 0}\n    - {model: n, input: 0.000001}\n"
	                       "    - {model: m, input: 1, cache_read: 0.1, cache_write_5m: 1.25, cache_write_1h: 2}\n", &c), 0);
	assert_int_equal(c.prices.discounts, 2);
	assert_int_equal(c.prices.discount[0].milli_percent, 7500);
	assert_int_equal(c.prices.discount[0].from_ms, INT64_C(1767225600000));
	assert_int_equal(c.prices.n, 3);
	r = c.prices.row;
	assert_true(r[0].micro_usd[0] == 2000000 && r[0].micro_usd[1] == 0 && r[0].micro_usd[2] == -1 && !r[0].until_ms);
	assert_true(r[1].micro_usd[0] == 1 && r[1].micro_usd[1] == -1 && r[1].geo_permille == 1000 && r[1].origin == PRICE_OVERRIDE);
	assert_true(r[2].micro_usd[4] == 2000000 && r[2].until_ms == r[0].from_ms && !r[2].from_ms);

	refused("prices: {discounts: []}\n", "did you mean \"discount\"?");
	refused("prices: {discount: [{from: 2026-01-01, persent: 1}]}\n", "did you mean \"percent\"?");
	refused("prices: {discount: [{from: 2026-01-01}]}\n", "no \"percent\"");
	refused("prices: {discount: [{percent: 1}]}\n", "no \"from\"");
	refused("prices: {discount: [{from: 2026-01-01, percent: 100.001}]}\n", "percent");
	refused("prices: {discount: [{from: 2026-01-01, percent: 0.0001}]}\n", "three decimals");
	refused("prices: {discount: [{from: 2026-01-01, percent: -1}]}\n", "percent");
	refused("prices:\n  discount: [{from: 2026-01-02, percent: 1}, {from: 2026-01-02, percent: 2}]\n", "c.yaml:2:53: discounts stand");
	refused("prices: {overrides: [{input: 1}]}\n", "no \"model\"");
	refused("prices: {overrides: [{model: m, output: 1}]}\n", "no \"input\"");
	refused("prices: {overrides: [{model: m, input: 1, cache_reads: 1}]}\n", "did you mean \"cache_read\"?");
	refused("prices: {overrides: [{model: m, input: 0.0000001}]}\n", "input");
	refused("prices: {overrides: [{model: m, input: 10001}]}\n", "input");
	refused("prices: {overrides: [{model: m, input: 1, from: 2026-02-30}]}\n", "from");
	refused("prices:\n  overrides:\n    - {model: m, input: 1}\n    - {model: m, input: 2}\n", "c.yaml:4:7: m has two prices");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_file), cmocka_unit_test(the_example_holds), cmocka_unit_test(the_example_is_complete), cmocka_unit_test(prices),
		cmocka_unit_test(contexts), cmocka_unit_test(shorthand), cmocka_unit_test(wrong_values),
		cmocka_unit_test(endpoints_and_names), cmocka_unit_test(budgets_and_alerts), cmocka_unit_test(durations), cmocka_unit_test(files), cmocka_unit_test(context_with_a_role),
		cmocka_unit_test(names_of_several_contexts),
		cmocka_unit_test(authored_rows),
	};

	return cmocka_run_group_tests_name("config", tests, NULL, done);
}
