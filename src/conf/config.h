/* config.yaml: contexts, sources, limits … read strictly by a const table of settings. Unknown keys,
 * wrong types and duplicates are errors with file:line:column and the nearest known key. Keys of features that are
 * not built do not exist. Without a file there is one context, "default", from the AWS environment. */
#ifndef CONF_CONFIG_H
#define CONF_CONFIG_H

#include "base/arena.h"
#include "conf/answer_cache.h"
#include "conf/routes.h"
#include "conf/template_source.h"
#include "model/price.h"

struct AlertRule;
struct Budget;
struct ConfFollowUp;
struct ConfLocalModel;
struct ConfMcpServer;
struct Buf;

typedef enum Ledger { CONF_LEDGER_COMPUTED, CONF_LEDGER_REPORTED } Ledger;

typedef enum LogTail { CONF_TAIL_AUTO, CONF_TAIL_OFF } LogTail;

typedef enum CostMode { CONF_COST_AUTO, CONF_COST_TAIL, CONF_COST_PUSHDOWN } CostMode;

/* Where agents are: bits of ConfSources.backends. */
typedef enum ConfBackend { CONF_AGENTCORE, CONF_CLASSIC, CONF_DYNAMODB, CONF_BACKENDS } ConfBackend;
extern const char *const conf_backends[CONF_BACKENDS + 1];     /* "agentcore" */

typedef struct ConfSources {
	unsigned backends;                   /* 1 << ConfBackend; all of them */
	Str  agents_table, lock_table;       /* "agents", "seismo-locks" */
	int64_t agents_poll_ms;              /* 30 s */
	Str  jobs_table, jobs_index;         /* "jobs", "status-updatedAt-index" */
	Str *log_groups; size_t log_group_count;   /* "/seismo/jobs" */
	int64_t jobs_poll_ms;                /* 5 s */
	LogTail tail;
	int64_t tail_session_ms;             /* 2 h 55 */
	Ledger ledger;
	CostMode cost_mode;
	int64_t push_above;                  /* events a second */
	Str  invocation_log_group;           /* of Bedrock's own log; empty: not read */
	bool cost_explorer;                  /* the bill is asked for, which costs */
	Str *namespaces; size_t namespace_count;   /* AWS/Bedrock, AWS/Bedrock-AgentCore */
	int64_t metrics_poll_ms;             /* 60 s */
	const TemplateSource *templates; size_t template_n;
} ConfSources;

/* sources.agents.backends leaves it out: nobody looks there, and nothing is moved there. CONF_BACKENDS is none of them: never left out. */
static inline bool config_leaves_out(const ConfSources *src, ConfBackend b)
{
	return b < CONF_BACKENDS && !(src->backends & 1u << b);
}

typedef struct ConfContext {
	Str  name, stage;                    /* stage: absent = "prod" */
	Str  account_id;                     /* 12 digits as text; empty = not configured */
	Str  region, profile;                /* empty = from the AWS environment */
	Str  role_arn, source_profile;       /* in place of profile: a role, and whose keys ask for it (empty: the environment's) */
	Str  external_id, mfa_serial, role_session_name;
	int64_t role_duration_ms;            /* 0: not given */
	Str  endpoint_url;
	bool allow_foreign_endpoint;
	bool write, playground;
	Str  guardrail;                      /* of the playground's turns: ID or ID:VERSION; empty: none */
	bool guardrail_check_input;          /* it looks at a question before that is sent */
	bool from_file;                      /* false: the built-in default context */
	ConfSources src;
} ConfContext;

typedef struct ConfUi {
	Str  theme;                          /* "auto" or a theme id */
	int64_t refresh_ms;                  /* 2 s */
	bool ascii;
	Str  time_zone;                      /* "UTC" */
} ConfUi;

typedef struct ConfRollback {
	int64_t min_jobs, days;                    /* rollback.known_good */
	int64_t verify_ms;
	int64_t idle_ms;                           /* rollback.card_idle */
	int64_t quiet_ms, min_count, hold_ms;      /* what BACK is (model/back.h) */
	int64_t wait_ms;                           /* how long --wait back waits for it */
	int64_t pin_ms;                            /* rollback.pin_alarm */
} ConfRollback;

typedef struct ConfPark { Str agent, version; } ConfPark;      /* agent empty: every other one */

/* stops.*: what the rungs of the stop ladder need, and how long a stop is meant to hold. */
typedef struct ConfStops {
	int64_t ttl_ms;                            /* 30 min */
	int64_t *remind_ms; size_t reminds;        /* after so long consoles remind of it */
	Str  gateway, target;                      /* throttle: "{agent}" stands for the agent; gateway empty: there is none */
	int64_t per_minute;
	const ConfPark *park; size_t parks;        /* stops.parking_versions */
} ConfStops;

typedef enum RolloutBreach { BREACH_HOLD, BREACH_ABORT } RolloutBreach;
typedef struct ConfRollout {                   /* the guard's (model/guard.h) */
	int64_t *step; size_t steps;           /* percent, rising */
	int64_t min_ms, min_count;
	int64_t error_delta_ppm, p95_ratio_ppm, cost_ratio_ppm;
	int     on_breach;                     /* RolloutBreach */
} ConfRollout;

typedef struct ConfLimits {
	int64_t calls_per_minute;                  /* limits.api_calls_per_minute */
	int64_t own_nusd;                          /* limits.own_cost_usd_per_day */
	int64_t concurrent_requests_per_service;   /* 8 */
	int64_t store_mb;
	int64_t max_tokens;                        /* limits.playground.max_tokens */
	int64_t session_nusd, day_nusd;            /* limits.playground.usd_per_session, usd_per_day */
	int64_t ask_above_nusd, chat_per_minute, all_per_minute, tool_steps;      /* limits.playground.ask_above_usd, requests_per_minute, tool_steps */
} ConfLimits;

typedef struct Config {
	Str  path;                           /* empty: no file was there */
	ConfContext *context; size_t context_count;
	size_t default_context;              /* index */
	ConfUi ui;
	ConfLimits limits;
	ConfRollback rollback;
	ConfStops stops;
	ConfRollout rollout;
	const struct AlertRule *alert; size_t alert_count;      /* the shipped rules as the file has them, then its own */
	const struct Budget *budget; size_t budget_count;
	const struct ConfFollowUp *follow_up; size_t follow_ups;
	const struct ConfMcpServer *mcp_server; size_t mcp_servers;
	const struct ConfLocalModel *local_model; size_t local_models;
	PriceTable local_prices;             /* of those */
	ConfRouting routing;
	ConfAnswerCache answer_cache;
	PriceTable prices;                   /* overrides and discounts alone */
} Config;

/* path NULL: $XDG_CONFIG_HOME/seismo/config.yaml when it exists. Everything lives in the arena. A file that everybody
 * may write is refused. */
int config_load(Arena *a, const char *path, Config *out, Err *e);
int config_parse(Arena *a, const char *file, Str text, Config *out, Err *e);
const ConfContext *config_context(const Config *c, Str name, Err *e);   /* empty name: the default one */
/* The contexts that names says: one, several with commas, "*" for all, empty for the default one. Each once; out has room
 * for max, more is an error. */
int config_contexts(const Config *c, Str names, const ConfContext **out, size_t max, size_t *n, Err *e);
Str config_example(void);                /* config.yaml.example, byte for byte (embedded) */
void config_reference(struct Buf *out);  /* every setting as a Markdown table, from the same rows that read the file */

#endif
