/* config.yaml: contexts, sources, limits … read strictly by a const table of settings. Unknown keys,
 * wrong types and duplicates are errors with file:line:column and the nearest known key. Keys of features that are
 * not built do not exist. Without a file there is one context, "default", from the AWS environment. */
#ifndef CONF_CONFIG_H
#define CONF_CONFIG_H

#include "base/arena.h"

struct Buf;

typedef enum Ledger { CONF_LEDGER_COMPUTED, CONF_LEDGER_REPORTED } Ledger;

typedef struct ConfSources {
	Str  agents_table;                   /* "agents" */
	int64_t agents_poll_ms;              /* 30 s */
	Str  jobs_table, jobs_index;         /* "jobs", "status-updatedAt-index" */
	Str *log_groups; size_t log_group_count;   /* "/seismo/jobs" */
	int64_t jobs_poll_ms;                /* 5 s */
	Ledger ledger;
	Str *namespaces; size_t namespace_count;   /* AWS/Bedrock, AWS/Bedrock-AgentCore */
	int64_t metrics_poll_ms;             /* 60 s */
} ConfSources;

typedef struct ConfContext {
	Str  name, stage;                    /* stage: absent = "prod" */
	Str  account_id;                     /* 12 digits as text; empty = not configured */
	Str  region, profile;                /* empty = from the AWS environment */
	Str  endpoint_url;
	bool allow_foreign_endpoint;
	bool write, playground;
	bool from_file;                      /* false: the built-in default context */
	ConfSources src;
} ConfContext;

typedef struct ConfUi {
	Str  theme;                          /* "auto" or a theme id */
	int64_t refresh_ms;                  /* 2 s */
	bool ascii;
	Str  time_zone;                      /* "UTC" */
} ConfUi;

typedef struct ConfLimits {
	int64_t concurrent_requests_per_service;   /* 8 */
	int64_t store_mb;
	int64_t max_tokens;                        /* limits.playground.max_tokens */
} ConfLimits;

typedef struct Config {
	Str  path;                           /* empty: no file was there */
	ConfContext *context; size_t context_count;
	size_t default_context;              /* index */
	ConfUi ui;
	ConfLimits limits;
} Config;

/* path NULL: $XDG_CONFIG_HOME/seismo/config.yaml when it exists. Everything lives in the arena. A file that everybody
 * may write is refused. */
int config_load(Arena *a, const char *path, Config *out, Err *e);
int config_parse(Arena *a, const char *file, Str text, Config *out, Err *e);
const ConfContext *config_context(const Config *c, Str name, Err *e);   /* empty name: the default one */
Str config_example(void);                /* config.yaml.example, byte for byte (embedded) */
void config_reference(struct Buf *out);  /* every setting as a Markdown table, from the same rows that read the file */

#endif
