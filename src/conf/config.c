#include "conf/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/file.h"
#include "conf/checks.h"
#include "conf/config_prices.h"
#include "conf/embed.h"
#include "conf/follow_ups.h"
#include "conf/local_models.h"
#include "conf/mcp_servers.h"
#include "conf/schema.h"
#include "conf/source.h"
#include "conf/watched.h"
#include "conf/yaml.h"
#include "model/money.h"

enum { MAX_BYTES = 1 << 20, SECOND = 1000, HOUR = 3600 * SECOND };

/* The file's root as read, before it becomes contexts. */
typedef struct Root {
	Str  default_context;
	const YamlNode *contexts;
	Str  region, account_id;
	int64_t refresh_seconds;
	ConfUi ui;
	ConfLimits limits;
	ConfRollback rollback;
	ConfStops stops;
	ConfRollout rollout;
	AlertRule *alert; size_t alert_count;
	Budget *budget; size_t budget_count;
	ConfFollowUp *follow_up; size_t follow_ups;
	ConfMcpServer *mcp_server; size_t mcp_servers;
	ConfLocalModel *local_model; size_t local_models;
	ConfRouting routing;
	ConfAnswerCache answer_cache;
	ConfPrices prices;
} Root;

const char *const conf_backends[CONF_BACKENDS + 1] = {
	[CONF_AGENTCORE] = "agentcore", [CONF_CLASSIC] = "agents-classic", [CONF_DYNAMODB] = "dynamodb",
};
static const char *const tails[] = { [CONF_TAIL_AUTO] = "auto", [CONF_TAIL_OFF] = "off", NULL };
static const char *const modes[] = { [CONF_COST_AUTO] = "auto", [CONF_COST_TAIL] = "tail", [CONF_COST_PUSHDOWN] = "pushdown", NULL };
static const char *const breaches[] = { [BREACH_HOLD] = "hold", [BREACH_ABORT] = "abort", NULL };
static const char *const ledgers[] = { [CONF_LEDGER_COMPUTED] = "computed", [CONF_LEDGER_REPORTED] = "reported", NULL };

#define USD_MAX (INT64_C(100000) * NUSD_PER_USD)
#define REGION_WANT  "an AWS Region such as eu-west-1"
#define ACCOUNT_WANT "twelve digits"

#define AT(member) .offset = offsetof(ConfContext, member)
static const Setting context_rows[] = {
	{ "stage", SET_TEXT, AT(stage), .min = 1, .max = 64, .check = check_name,
	  .want = "one word: dev, test, prod or a name of yours", .fallback = "prod",
	  .help = "Shown in the frame as word and colour. A context without a stage counts as prod." },
	{ "account_id", SET_TEXT, AT(account_id), .min = 12, .max = 12, .check = check_account_id, .want = ACCOUNT_WANT,
	  .help = "The account that the credentials must belong to. Without it the context can never write." },
	{ "region", SET_TEXT, AT(region), .min = 1, .max = 63, .check = check_region, .want = REGION_WANT,
	  .help = "Left out: AWS_REGION, AWS_DEFAULT_REGION, then the profile's region." },
	{ "profile", SET_TEXT, AT(profile), .min = 1, .max = 128,
	  .help = "Profile of the AWS shared files. Left out: the AWS environment decides." },
	{ "role_arn", SET_TEXT, AT(role_arn), .min = 20, .max = 2048, .check = check_role_arn,
	  .want = "the ARN of a role such as arn:aws:iam::444455556666:role/seismo",
	  .help = "Role that this context acts in, in place of profile. Its account must be account_id." },
	{ "source_profile", SET_TEXT, AT(source_profile), .min = 1, .max = 128,
	  .help = "With role_arn: the profile whose keys ask for the role. Left out: those of the AWS environment." },
	{ "external_id", SET_TEXT, AT(external_id), .min = 2, .max = 1224, .check = check_external_id,
	  .want = "2 to 1224 letters, digits or any of _+=,.@:/-", .help = "With role_arn: the external id that the role's trust policy wants." },
	{ "mfa_serial", SET_TEXT, AT(mfa_serial), .min = 9, .max = 256, .check = check_mfa_serial,
	  .want = "the serial number or ARN of an MFA device", .help = "With role_arn: the MFA device whose code is asked for." },
	{ "role_session_name", SET_TEXT, AT(role_session_name), .min = 2, .max = 64, .check = check_session_name,
	  .want = "2 to 64 letters, digits or any of _+=,.@-",
	  .help = "With role_arn: the name that CloudTrail shows for this program. Left out: seismo- and the time." },
	{ "role_duration", SET_DURATION, AT(role_duration_ms), .min = 900 * SECOND, .max = 12 * HOUR,
	  .help = "With role_arn: how long its keys hold before they are renewed. Left out: 1h." },
	{ "write", SET_BOOL, AT(write), .fallback = "false",
	  .help = "Whether this context may ever write. The session needs --write or an unlock as well." },
	{ "playground", SET_BOOL, AT(playground),
	  .help = "Whether models may be called (paid). Left out: true, in stage prod false." },
	{ "guardrail", SET_TEXT, AT(guardrail), .min = 1, .max = 255, .check = check_guardrail,
	  .want = "a guardrail's id or ARN, with :VERSION behind it or not",
	  .help = "Bedrock guardrail that questions and answers of the playground go through. Without a version its draft. AWS charges it by the text." },
	{ "guardrail_check_input", SET_BOOL, AT(guardrail_check_input), .fallback = "false",
	  .help = "With guardrail: a question is shown to it first (ApplyGuardrail), and not sent when it blocks that." },
	{ "endpoint_url", SET_TEXT, AT(endpoint_url), .min = 8, .max = 2048, .check = check_url,
	  .want = "a URL such as http://127.0.0.1:4566", .help = "One endpoint for every service, for simulators. Loopback only." },
	{ "allow_foreign_endpoint", SET_BOOL, AT(allow_foreign_endpoint), .fallback = "false",
	  .help = "Lets endpoint_url name another machine. Signed requests then go there." },
	{ "sources.agents.backends", SET_WORDS, AT(src.backends), .min = 1, .max = CONF_BACKENDS, .words = conf_backends,
	  .fallback = "agentcore, agents-classic, dynamodb",
	  .help = "Where agents are looked for. What is left out is not asked, its agents are not shown, and nothing is moved there." },
	{ "sources.agents.table", SET_TEXT, AT(src.agents_table), .min = 3, .max = 255, .check = check_table,
	  .want = "a DynamoDB table name", .fallback = "agents", .help = "Table of agents, versions and routes." },
	{ "sources.agents.lock_table", SET_TEXT, AT(src.lock_table), .min = 3, .max = 255, .check = check_table,
	  .want = "a DynamoDB table name", .fallback = "seismo-locks",
	  .help = "Table of the locks of endpoints and aliases, so that of two operators one wins. seismo setup makes it." },
	{ "sources.agents.poll", SET_DURATION, AT(src.agents_poll_ms), .min = SECOND, .max = HOUR, .fallback = "30s",
	  .help = "How often the registry is read." },
	{ "sources.jobs.table", SET_TEXT, AT(src.jobs_table), .min = 3, .max = 255, .check = check_table,
	  .want = "a DynamoDB table name", .fallback = "jobs", .help = "Table of jobs." },
	{ "sources.jobs.index", SET_TEXT, AT(src.jobs_index), .min = 3, .max = 255, .check = check_table,
	  .want = "a DynamoDB index name", .fallback = "status-updatedAt-index",
	  .help = "Its index by status and time of change." },
	{ "sources.jobs.log_groups", SET_TEXTS, AT(src.log_groups), offsetof(ConfContext, src.log_group_count), 0, 10,
	  .check = check_log_group, .want = "a CloudWatch log group name", .fallback = "/seismo/jobs",
	  .help = "Log groups with the job lines." },
	{ "sources.jobs.poll", SET_DURATION, AT(src.jobs_poll_ms), .min = SECOND, .max = HOUR, .fallback = "5s",
	  .help = "How often changed jobs are fetched." },
	{ "sources.jobs.tail", SET_WORD, AT(src.tail), .words = tails, .fallback = "auto",
	  .help = "auto: the console opens a Live Tail session, which AWS bills by the minute. off: it polls only." },
	{ "sources.jobs.tail_session", SET_DURATION, AT(src.tail_session_ms), .min = 5 * SECOND, .max = 10500 * SECOND, .fallback = "175m",
	  .help = "How long a Live Tail session is kept before another one takes its place. AWS ends each after three hours." },
	{ "sources.cost.mode", SET_WORD, AT(src.cost_mode), .words = modes, .fallback = "auto",
	  .help = "tail: cost lines are taken in one by one. pushdown: Logs Insights adds them up. auto: pushdown while they are too many." },
	{ "sources.cost.pushdown_above_events_per_second", SET_INT, AT(src.push_above), .min = 1, .max = 1000000, .fallback = "500",
	  .help = "With mode auto: as long as more lines than that come in a second. Back when they stay 30 % below it." },
	{ "sources.cost.ledger", SET_WORD, AT(src.ledger), .words = ledgers, .fallback = "computed",
	  .help = "Book tokens x price, or what the jobs reported." },
	{ "sources.cost.invocation_log_group", SET_TEXT, AT(src.invocation_log_group), .min = 1, .max = 512, .check = check_log_group,
	  .want = "a CloudWatch log group name",
	  .help = "Log group of Bedrock's model invocation log: its counts go before the jobs' own. Left out: not read." },
	{ "sources.cost.cost_explorer", SET_BOOL, AT(src.cost_explorer), .fallback = "false",
	  .help = "Ask Cost Explorer three times a day what closed days did cost, to compare. Each question costs $0.02 to $0.03." },
	{ "sources.metrics.namespaces", SET_TEXTS, AT(src.namespaces), offsetof(ConfContext, src.namespace_count), 0, 20,
	  .check = check_namespace, .want = "a CloudWatch namespace", .fallback = "AWS/Bedrock, AWS/Bedrock-AgentCore",
	  .help = "CloudWatch namespaces." },
	{ "sources.metrics.poll", SET_DURATION, AT(src.metrics_poll_ms), .min = 10 * SECOND, .max = HOUR, .fallback = "60s",
	  .help = "How often metrics are fetched. Each fetch costs money." },
	{ "sources.templates", SET_LIST, AT(src.templates), offsetof(ConfContext, src.template_n), 0, 20, .list = &template_source_list,
	  .help = "Where prompt templates are kept. Left out: secrets whose names begin with `prompts/`." },
};
#undef AT
static const Schema context_schema = SCHEMA(context_rows);

#define AT(member) .offset = offsetof(ConfPark, member)
static const Setting park_rows[] = {
	{ "agent", SET_TEXT, AT(agent), .min = 1, .max = 256, .unique = true, .help = "Which agent. Left out: every one without a line of its own." },
	{ "version", SET_TEXT, AT(version), .min = 1, .max = 128, .must = true, .help = "The version that answers that it is closed." },
};
#undef AT
static const SettingList park_list = { SCHEMA(park_rows), sizeof(ConfPark), NULL, NULL };

#define AT(member) .offset = offsetof(Root, member)
static const Setting root_rows[] = {
	{ "default_context", SET_TEXT, AT(default_context), .min = 1, .max = 64, .check = check_name,
	  .want = "the name of a context", .help = "The context without -x. May be left out when there is only one." },
	{ "contexts", SET_MAP, AT(contexts), .help = "The contexts by name." },
	{ "region", SET_TEXT, AT(region), .min = 1, .max = 63, .check = check_region, .want = REGION_WANT,
	  .help = "Shorthand for the single context \"default\"; not together with contexts." },
	{ "account_id", SET_TEXT, AT(account_id), .min = 12, .max = 12, .check = check_account_id, .want = ACCOUNT_WANT,
	  .help = "Shorthand for the single context \"default\"; not together with contexts." },
	{ "refresh_seconds", SET_INT, AT(refresh_seconds), .min = 1, .max = 3600,
	  .help = "Shorthand for ui.refresh; not together with contexts." },
	{ "ui.theme", SET_TEXT, AT(ui.theme), .min = 1, .max = 64, .check = check_id, .want = "auto or the id of a theme",
	  .fallback = "auto", .help = "auto asks the terminal whether its background is dark or light." },
	{ "ui.refresh", SET_DURATION, AT(ui.refresh_ms), .min = SECOND, .max = HOUR, .fallback = "2s",
	  .help = "How often the screen follows its data." },
	{ "ui.ascii", SET_BOOL, AT(ui.ascii), .fallback = "false", .help = "Draw with ASCII characters only." },
	{ "ui.time_zone", SET_TEXT, AT(ui.time_zone), .min = 1, .max = 64, .check = check_time_zone,
	  .want = "UTC or a zone of the system's tz database such as Europe/Zurich", .fallback = "UTC",
	  .help = "Zone of the times on the screen. Files and JSON are always UTC." },
	{ "limits.api_calls_per_minute", SET_INT, AT(limits.calls_per_minute), .min = 10, .max = 100000, .fallback = "600",
	  .help = "Requests that a console sends in a minute. Feeds wait then; registry, alarms and what a person does go first." },
	{ "limits.own_cost_usd_per_day", SET_USD, AT(limits.own_nusd), .max = USD_MAX, .fallback = "1.00",
	  .help = "What the program's own calls may cost in a day (UTC), by context. Then the feeds that cost slow down, and it is said." },
	{ "rollback.known_good.min_jobs", SET_INT, AT(rollback.min_jobs), .min = 1, .max = 1000000000, .fallback = "200",
	  .help = "How many jobs a version must have served to be a target that rollback finds by itself." },
	{ "rollback.known_good.days", SET_INT, AT(rollback.days), .min = 1, .max = 400, .fallback = "30", .help = "In how many days." },
	{ "rollback.verify", SET_DURATION, AT(rollback.verify_ms), .min = SECOND, .max = 24 * HOUR, .fallback = "15m",
	  .help = "How long an endpoint or alias may be on its way before a move ends with exit 6, its lock kept." },
	{ "stops.ttl", SET_DURATION, AT(stops.ttl_ms), .min = 60 * SECOND, .max = 168 * HOUR, .fallback = "30m",
	  .help = "How long a stop is meant to hold: plan and journal say until when. It is never taken back by itself." },
	{ "stops.remind", SET_DURATIONS, AT(stops.remind_ms), offsetof(Root, stops.reminds), SECOND, 168 * HOUR, .fallback = "10m, 25m",
	  .help = "After so long consoles remind of a stop that holds; what lies behind stops.ttl never comes. Its end is an alert (stop-overdue)." },
	{ "stops.throttle.gateway", SET_TEXT, AT(stops.gateway), .min = 1, .max = 2048,
	  .help = "The AgentCore gateway on which seismo stop --rung throttle makes a rate limit. Left out: there is no such rung." },
	{ "stops.throttle.target", SET_TEXT, AT(stops.target), .min = 1, .max = 256, .fallback = "{agent}",
	  .help = "The gateway's target that it holds for; {agent} stands for the agent." },
	{ "stops.throttle.requests_per_minute", SET_INT, AT(stops.per_minute), .max = 1000000, .fallback = "0",
	  .help = "How much it lets through. 0: nothing." },
	{ "stops.parking_versions", SET_LIST, AT(stops.park), offsetof(Root, stops.parks), 0, 200, .list = &park_list,
	  .help = "To which version seismo stop --rung park moves an agent." },
	{ "rollback.card_idle", SET_DURATION, AT(rollback.idle_ms), .min = 5 * SECOND, .max = HOUR, .fallback = "120s",
	  .help = "How long the rollback card waits for a key; then it reads everything again before anything can be sent." },
	{ "rollback.quiet", SET_DURATION, AT(rollback.quiet_ms), .min = SECOND, .max = 6 * HOUR, .fallback = "5m",
	  .help = "For so long the version that was left must have had no job (or for five of its usual gaps) before a pointer is BACK." },
	{ "rollback.min_count", SET_INT, AT(rollback.min_count), .min = 1, .max = 1000000, .fallback = "50",
	  .help = "So many jobs the version that serves must have ended since the move; with fewer it is BACK with low traffic." },
	{ "rollback.hold", SET_DURATION, AT(rollback.hold_ms), .min = SECOND, .max = 24 * HOUR, .fallback = "10m",
	  .help = "For so long all of it must hold before it is called BACK." },
	{ "rollback.wait", SET_DURATION, AT(rollback.wait_ms), .min = SECOND, .max = 24 * HOUR, .fallback = "45m",
	  .help = "How long --wait back waits for BACK before it ends with exit 6." },
	{ "rollback.pin_alarm", SET_DURATION, AT(rollback.pin_ms), .min = SECOND, .max = 7 * 24 * HOUR, .fallback = "24h",
	  .help = "For so long after a pointer was put back a move away from that version is an alert (left-restored)." },
	{ "rollout.steps", SET_INTS, AT(rollout.step), offsetof(Root, rollout.steps), 1, 100, .fallback = "10, 50, 100",
	  .help = "Shares of the traffic, in percent, that `rollout --guard` goes through." },
	{ "rollout.min_time", SET_DURATION, AT(rollout.min_ms), .min = SECOND, .max = 7 * 24 * HOUR, .fallback = "10m",
	  .help = "How long a step lasts at least." },
	{ "rollout.min_count", SET_INT, AT(rollout.min_count), .min = 1, .max = 1000000000, .fallback = "200",
	  .help = "How many jobs of the new version must have ended in a step before the next." },
	{ "rollout.max_error_rate_delta", SET_DECIMAL, AT(rollout.error_delta_ppm), .max = 1000000, .fallback = "0.02",
	  .help = "How much more often the new version may fail than the old one does at the same time: 0.02 is two points." },
	{ "rollout.max_p95_ratio", SET_DECIMAL, AT(rollout.p95_ratio_ppm), .min = 1000000, .max = 100000000, .fallback = "1.3",
	  .help = "How many times as long its slowest twentieth may take." },
	{ "rollout.max_usd_per_job_ratio", SET_DECIMAL, AT(rollout.cost_ratio_ppm), .min = 1000000, .max = 100000000, .fallback = "1.2",
	  .help = "How many times as much its jobs may cost." },
	{ "rollout.on_breach", SET_WORD, AT(rollout.on_breach), .words = breaches, .fallback = "hold",
	  .help = "What happens when a limit is passed and that is no chance: stay at the step, or abort, which puts the old route back." },
	{ "limits.concurrent_requests_per_service", SET_INT, AT(limits.concurrent_requests_per_service), .min = 1, .max = 64,
	  .fallback = "8", .help = "Requests in flight to one service." },
	{ "limits.store_mb", SET_INT, AT(limits.store_mb), .min = 16, .max = 1 << 20, .fallback = "4096",
	  .help = "Size of the local store." },
	{ "limits.playground.max_tokens", SET_INT, AT(limits.max_tokens), .min = 1, .max = 128000, .fallback = "1024",
	  .help = "Longest answer that a model is asked for." },
	{ "limits.playground.usd_per_session", SET_USD, AT(limits.session_nusd), .max = USD_MAX, .fallback = "1.00",
	  .help = "What paid calls of one run may cost; a call that may go over it is refused." },
	{ "limits.playground.usd_per_day", SET_USD, AT(limits.day_nusd), .max = USD_MAX, .fallback = "10.00",
	  .help = "The same for all runs of one day (UTC) of this user on this machine." },
	{ "limits.playground.ask_above_usd", SET_USD, AT(limits.ask_above_nusd), .max = USD_MAX, .fallback = "0.25",
	  .help = "A question of the playground that may cost more is sent only when Enter is pressed again; 0: never asked." },
	{ "limits.playground.tool_steps", SET_INT, AT(limits.tool_steps), .min = 1, .max = 100, .fallback = "8",
	  .help = "Answers in a row that may use tools, in one turn." },
	{ "limits.playground.requests_per_minute", SET_INT, AT(limits.chat_per_minute), .min = 0, .max = 1000, .fallback = "10",
	  .help = "Requests of the playground in a minute, of all its columns together; 0: no bound." },
	{ "limits.playground.requests_per_minute_all", SET_INT, AT(limits.all_per_minute), .min = 0, .max = 1000, .fallback = "100",
	  .help = "The same of all consoles and chat --once of this user on this machine, in all contexts; 0: no bound." },
	{ "prices.discount", SET_LIST, AT(prices.discount), offsetof(Root, prices.discounts), 0, 100, .list = &config_discounts,
	  .help = "A contract's discount on every price. Totals say net when one holds." },
	{ "prices.overrides", SET_LIST, AT(prices.override), offsetof(Root, prices.overrides), 0, 1000, .list = &config_overrides,
	  .help = "Prices of one's own, in the standard tier." },
	{ "budgets", SET_LIST, AT(budget), offsetof(Root, budget_count), 0, 200, .list = &budget_list,
	  .help = "What may be spent, by whom, in which time." },
	{ "alerts", SET_LIST, AT(alert), offsetof(Root, alert_count), 0, 200, .list = &alert_list,
	  .help = "Rules that are watched besides the shipped ones, and changes to these." },
	{ "follow_ups", SET_LIST, AT(follow_up), offsetof(Root, follow_ups), 0, FOLLOW_UPS_MAX, .list = &follow_up_list,
	  .help = "What is done after a verified move of a pointer, in order. One that fails is told, and undoes nothing." },
	{ "mcp_servers", SET_LIST, AT(mcp_server), offsetof(Root, mcp_servers), 0, MCP_SERVERS_MAX, .list = &mcp_server_list,
	  .help = "Servers of the Model Context Protocol: tools that models may be given." },
	{ "local_models", SET_LIST, AT(local_model), offsetof(Root, local_models), 0, LOCAL_MODELS_MAX, .list = &local_model_list,
	  .help = "Models that are asked without AWS, on this machine. Each is local/ID." },
	{ "routing.rules", SET_LIST, AT(routing.rule), offsetof(Root, routing.rules), 0, ROUTES_MAX, .list = &route_list,
	  .help = "Which models a question goes to when the model is called auto. The first rule that fits decides." },
	{ "routing.slow", SET_DURATION, AT(routing.slow_ms), .min = SECOND, .max = HOUR, .fallback = "20s",
	  .help = "A model of a chain whose first token takes longer, as it went of late, is passed over." },
	{ "routing.failing", SET_DECIMAL, AT(routing.failing_ppm), .min = 10000, .max = 1000000, .fallback = "0.5",
	  .help = "So is one of which a larger share of the answers failed." },
	{ "answer_cache.enabled", SET_BOOL, AT(answer_cache.enabled), .fallback = "false",
	  .help = "The same question to the same model is answered from what was answered before. :cache on and --cache do so for once." },
	{ "answer_cache.ttl", SET_DURATION, AT(answer_cache.ttl_ms), .min = SECOND, .max = 168 * HOUR, .fallback = "5m",
	  .help = "How long an answer is fresh." },
	{ "answer_cache.static_ttl", SET_DURATION, AT(answer_cache.static_ms), .min = SECOND, .max = 168 * HOUR, .fallback = "1h",
	  .help = "The same where the instructions are a template, or the temperature is 0." },
	{ "answer_cache.stale", SET_DURATION, AT(answer_cache.stale_ms), .min = 0, .max = 168 * HOUR, .fallback = "5m",
	  .help = "For so long after that it is still given, while it is asked for anew, which costs. 0s: it is not." },
	{ "answer_cache.memory_mb", SET_INT, AT(answer_cache.memory_mb), .min = 1, .max = 4096, .fallback = "32",
	  .help = "Room for answers in memory. Those used longest ago go first." },
	{ "answer_cache.disk_mb", SET_INT, AT(answer_cache.disk_mb), .min = 0, .max = 65536, .fallback = "256",
	  .help = "Room in the context's store, for those without personal data and secrets; 0: none is kept there." },
};
#undef AT
static const Schema root_schema = SCHEMA(root_rows);

static void default_templates(ConfContext *c)
{
	c->src.templates = template_sources_default;
	c->src.template_n = template_sources_default_n;
}

/* The context of a machine without configuration: the AWS environment decides, and it may write once it is unlocked. */
static void builtin_context(Arena *a, ConfContext *c)
{
	schema_defaults(a, &context_schema, c);
	c->name = STR("default");
	c->stage = STR("dev");
	c->write = true;
	c->playground = true;
	default_templates(c);
}

static int check_endpoint(const char *file, const YamlNode *map, const ConfContext *c, Err *e)
{
	const YamlNode *n = yaml_get(map, "endpoint_url");

	if (!n || c->allow_foreign_endpoint || url_is_loopback(c->endpoint_url))
		return 0;
	return yaml_error(file, n, e, "contexts.%.*s.endpoint_url names another machine; add allow_foreign_endpoint: true "
	                  "if signed requests may go there", STR_ARG(c->name));
}

/* A role stands in place of a profile, and what goes with a role needs one. An ARN that names another account than
 * account_id would only be found out by the first answer. */
static int check_role(const char *file, const YamlNode *map, const ConfContext *c, Err *e)
{
	static const char *const companions[] = { "source_profile", "external_id", "mfa_serial", "role_session_name", "role_duration" };
	const YamlNode *role = yaml_get(map, "role_arn");

	for (size_t i = 0; !role && i < sizeof companions / sizeof *companions; i++)
		if (yaml_get(map, companions[i]))
			return yaml_error_key(file, yaml_get(map, companions[i]), e, "contexts.%.*s.%s goes with role_arn; name the role, or "
			                      "leave it out", STR_ARG(c->name), companions[i]);
	if (!role)
		return 0;
	if (yaml_get(map, "profile"))
		return yaml_error_key(file, yaml_get(map, "profile"), e, "contexts.%.*s has both profile and role_arn; keep one of them "
		                      "(source_profile names the profile whose keys ask for the role)", STR_ARG(c->name));
	if (c->account_id.n && !str_eq(role_arn_account(c->role_arn), c->account_id))
		return yaml_error(file, role, e, "contexts.%.*s.role_arn is a role of account %.*s, and account_id is %.*s; correct one of "
		                  "them", STR_ARG(c->name), STR_ARG(role_arn_account(c->role_arn)), STR_ARG(c->account_id));
	return 0;
}

static int read_context(Arena *a, const char *file, const YamlNode *n, ConfContext *out, Err *e)
{
	char where[100];

	if (!check_name(n->key))
		return yaml_error_key(file, n, e, "a context's name is 1 to 64 letters, digits, -, _ or .");
	(void)snprintf(where, sizeof where, "contexts.%.*s", STR_ARG(n->key));
	schema_defaults(a, &context_schema, out);
	out->name = n->key;
	out->from_file = true;
	/* All in its place, a null is "all defaults". */
	if (!yaml_is_null(n) && schema_read(a, file, &context_schema, n, where, out, e) < 0)
		return -1;
	if (!yaml_get(n, "playground"))
		out->playground = !str_is(out->stage, "prod");
	if (!out->src.templates)
		default_templates(out);
	return check_role(file, n, out, e) < 0 ? -1 : check_endpoint(file, n, out, e);
}

static int read_contexts(Arena *a, const char *file, const YamlNode *map, Config *out, Err *e)
{
	if (map->count == 0)
		return yaml_error(file, map, e, "contexts is empty; leave it out, or name at least one");
	out->context = ARENA_ARRAY(a, ConfContext, map->count);
	for (const YamlNode *n = map->child; n; n = n->next)
		if (read_context(a, file, n, &out->context[out->context_count++], e) < 0)
			return -1;
	return 0;
}

static int no_such_context(const char *file, const YamlNode *at, const Config *c, Str name, Err *e)
{
	const char *known[256];
	Arena a = { 0 };
	Buf list = { 0 };
	const char *near;
	size_t n = 0;
	char shown[200];
	int rc;

	for (; n < c->context_count && n + 1 < sizeof known / sizeof *known; n++) {
		known[n] = arena_cstr(&a, c->context[n].name);
		if (buf_printf(&list, "%s%s", n ? ", " : "", known[n]) < 0)
			break;
	}
	known[n] = NULL;
	near = nearest_word(name, known);
	(void)source_show(name, shown, sizeof shown);
	if (at)
		rc = yaml_error(file, at, e, "default_context names \"%s\", which is no context of this file (%s)", shown, buf_cstr(&list));
	else if (near)
		rc = err_kind(e, ERR_USAGE, "there is no context \"%s\"; did you mean \"%s\"?", shown, near);
	else
		rc = err_kind(e, ERR_USAGE, "there is no context \"%s\"; known: %s", shown, buf_cstr(&list));
	arena_done(&a);
	buf_done(&list);
	return rc;
}

static int find_context(const Config *c, Str name, size_t *index)
{
	for (size_t i = 0; i < c->context_count; i++)
		if (str_eq(c->context[i].name, name)) {
			*index = i;
			return 0;
		}
	return -1;
}

static int choose_default(const char *file, const YamlNode *root, const Root *r, Config *out, Err *e)
{
	if (!r->default_context.n && out->context_count > 1)
		return yaml_error_key(file, yaml_get(root, "contexts"), e, "several contexts and no default_context: "
		                      "add a line such as default_context: %.*s", STR_ARG(out->context[0].name));
	if (r->default_context.n && find_context(out, r->default_context, &out->default_context) < 0)
		return no_such_context(file, yaml_get(root, "default_context"), out, r->default_context, e);
	return 0;
}

/* region and account_id at the root configure the one context "default": as any configured context it is stage prod and
 * read-only, for nobody said otherwise. */
static void read_shorthand(Arena *a, const Root *r, Config *out)
{
	ConfContext *c = ARENA_NEW(a, ConfContext);

	if (r->region.n || r->account_id.n) {
		schema_defaults(a, &context_schema, c);
		c->name = STR("default");
		c->region = r->region;
		c->account_id = r->account_id;
		c->from_file = true;
		default_templates(c);
	} else
		builtin_context(a, c);
	out->context = c;
	out->context_count = 1;
}

static int refuse_mixed(const char *file, const YamlNode *root, Err *e)
{
	static const char *const shorthand[] = { "region", "account_id", "refresh_seconds" };

	for (size_t i = 0; i < sizeof shorthand / sizeof *shorthand; i++) {
		const YamlNode *n = yaml_get(root, shorthand[i]);

		if (n)
			return yaml_error_key(file, n, e, "%s at the root is shorthand for a file without contexts; "
			                      "with contexts %s", shorthand[i],
			                      i < 2 ? "write it into one of them" : "write ui.refresh");
	}
	return 0;
}

/* How long a version that was put back is watched is said beside rollbacks; an entry of the file's own may say another window. */
static const AlertRule *pinned_rules(Arena *a, const Root *r, size_t *n)
{
	const AlertRule *shipped = watched_rules(a, r->alert, r->alert_count, n);
	AlertRule *out = ARENA_ARRAY(a, AlertRule, *n + 1);

	for (size_t i = 0; i < *n; i++) {
		out[i] = shipped[i];
		if (out[i].metric == METRIC_LEFT_RESTORED && out[i].window_ms == ALERT_PIN_MS)
			out[i].window_ms = r->rollback.pin_ms;
	}
	return out;
}

int config_parse(Arena *a, const char *file, Str text, Config *out, Err *e)
{
	Root r = { 0 };
	YamlNode *root = NULL;

	*out = (Config){ .path = arena_str(a, str_of(file)) };
	schema_defaults(a, &root_schema, &r);
	if (yaml_parse(a, file, text, &root, e) < 0 || schema_read(a, file, &root_schema, root, "", &r, e) < 0)
		return -1;
	if (r.refresh_seconds && yaml_get(root, "ui") && yaml_get(yaml_get(root, "ui"), "refresh"))
		return yaml_error_key(file, yaml_get(root, "refresh_seconds"), e, "refresh_seconds and ui.refresh say the same "
		                      "thing twice; keep one");
	if (r.contexts && (refuse_mixed(file, root, e) < 0 || read_contexts(a, file, r.contexts, out, e) < 0))
		return -1;
	if (!r.contexts)
		read_shorthand(a, &r, out);
	out->ui = r.ui;
	if (r.refresh_seconds)
		out->ui.refresh_ms = r.refresh_seconds * SECOND;
	out->limits = r.limits;
	out->rollback = r.rollback;
	out->stops = r.stops;
	out->budget = r.budget;
	out->budget_count = r.budget_count;
	out->follow_up = r.follow_up;
	out->follow_ups = r.follow_ups;
	out->mcp_server = r.mcp_server;
	out->mcp_servers = r.mcp_servers;
	out->local_model = r.local_model;
	out->local_models = r.local_models;
	out->routing = r.routing;
	out->answer_cache = r.answer_cache;
	out->answer_cache.memory_bytes = r.answer_cache.memory_mb << 20;
	out->answer_cache.disk_bytes = r.answer_cache.disk_mb << 20;
	out->local_prices = local_model_prices(a, r.local_model, r.local_models);
	out->rollout = r.rollout;
	out->alert = pinned_rules(a, &r, &out->alert_count);
	if (config_prices_table(a, file, root, &r.prices, &out->prices, e) < 0)
		return -1;
	return choose_default(file, root, &r, out, e);
}

static int load_file(Arena *a, const char *path, Config *out, Err *e)
{
	Buf text = { 0 };
	struct stat st;
	int rc = -1;

	/* Whoever can write this file decides where signed requests go and what may be written. */
	if (stat(path, &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & S_IWOTH)) {
		err_kind(e, ERR_USAGE, "%s can be written by every user of this machine; run: chmod o-w %s", path, path);
		goto out;
	}
	if (file_read(path, &text, MAX_BYTES, e) < 0) {
		if (e)
			e->kind = ERR_USAGE;
		goto out;
	}
	rc = config_parse(a, path, buf_str(&text), out, e);
out:
	buf_done(&text);
	return rc;
}

int config_load(Arena *a, const char *path, Config *out, Err *e)
{
	char *standard = path ? NULL : xdg_path(XDG_CONFIG, "config.yaml");
	int rc;

	if (path || (standard && file_exists(standard)))
		rc = load_file(a, path ? path : standard, out, e);
	else
		rc = config_parse(a, "", STR(""), out, e);
	free(standard);
	return rc;
}

const ConfContext *config_context(const Config *c, Str name, Err *e)
{
	size_t i = c->default_context;

	if (name.n && find_context(c, name, &i) < 0) {
		(void)no_such_context("", NULL, c, name, e);
		return NULL;
	}
	return &c->context[i];
}

static int take_context(const ConfContext *c, const ConfContext **out, size_t max, size_t *n, Err *e)
{
	for (size_t i = 0; i < *n; i++)
		if (out[i] == c)
			return 0;
	if (*n == max)
		return err_kind(e, ERR_USAGE, "at most %zu contexts can be watched together; name fewer", max);
	out[(*n)++] = c;
	return 0;
}

int config_contexts(const Config *c, Str names, const ConfContext **out, size_t max, size_t *n, Err *e)
{
	const Str all = str_trim(names);

	*n = 0;
	if (str_is(all, "*")) {
		for (size_t i = 0; i < c->context_count; i++)
			if (take_context(&c->context[i], out, max, n, e) < 0)
				return -1;
		return 0;
	}
	do {
		Str name = str_trim(str_cut(names, ',', &names));
		const ConfContext *one;

		if (!name.n && all.n)
			return err_kind(e, ERR_USAGE, "a name is missing between the commas of the contexts");
		one = config_context(c, name, e);
		if (!one || take_context(one, out, max, n, e) < 0)
			return -1;
	} while (names.n);
	return 0;
}

Str config_example(void)
{
	return embed_get("config.yaml.example");
}

void config_reference(Buf *out)
{
	(void)buf_puts(out, "| key | takes | default | meaning |\n| --- | --- | --- | --- |\n");
	schema_describe(&root_schema, "", out);
	schema_describe(&context_schema, "contexts.NAME.", out);
}
