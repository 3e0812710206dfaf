/* Who asks AWS for what: every operation that feeds, views and commands use, with what it is asked of. The one table
 * behind doctor's permission checks and the least-privilege policy. A row used anywhere from act/ up and not
 * named here is a finding of `make lint`. */
#ifndef APP_NEEDS_H
#define APP_NEEDS_H

#include "aws/aws.h"
#include "conf/config.h"

/* What a call is made on, as IAM names resources. */
typedef enum NeedOn {
	ON_ANYTHING,         /* no resource, and not only in the context's Region */
	ON_REGION,           /* no resource: the service knows none for this action */
	ON_JOBS_TABLE, ON_JOBS_INDEX, ON_AGENTS_TABLE, ON_LOCK_TABLE,
	ON_JOB_LOGS,         /* the configured log groups */
	ON_ALL_LOGS,         /* a list of groups */
	ON_PROFILES,         /* the account's application inference profiles: which ones is what calls name */
	ON_RUNTIMES,         /* AgentCore's runtimes */
	ON_KEYS,             /* the account's KMS keys: which one is trusted is said at the call */
	ON_GATEWAYS, ON_AB_TESTS,    /* AgentCore's */
	ON_PARAMETERS, ON_BUSES,     /* what follow-ups name */
	ON_CLASSIC, ON_ALIASES,      /* Bedrock agents; their aliases */
	ON_TEMPLATE_SECRETS, ON_TEMPLATE_BUCKETS, ON_TEMPLATE_OBJECTS, ON_TEMPLATE_PROMPTS, ON_TEMPLATE_PARAMETERS,   /* sources.templates */
	ON_MODELS,           /* foundation models and inference profiles: which ones is chosen at the call */
	ON_GUARDRAILS,       /* which one is chosen at the call, or configured */
	NEED_ON_N
} NeedOn;

typedef struct Need {
	const AwsOp *op;
	NeedOn on;
	const char *who;             /* "jobs": the feeds, views and commands that use it, for people */
	bool spare;                  /* only asked when something else is missing: without it the rest works */
} Need;

typedef struct NeedFacts {
	Str  account, region;        /* account: twelve digits */
	const ConfSources *src;
	const Config *conf;          /* follow_ups and stops; NULL: none are configured */
	bool write, playground;      /* of the context */
} NeedFacts;

const Need *needs_all(size_t *n);
/* Whether the context as configured ever makes this call: no writes without write: true, no paid ones without
 * playground, nothing on what is not configured. */
bool need_counts(const Need *need, const NeedFacts *f);
/* Its resources as ARNs, the narrowest that the configuration allows; "*" where IAM knows none. They live in a.
 * Source: Service Authorization Reference, "Actions, resources, and condition keys" of each service. */
size_t need_resources(const Need *need, const NeedFacts *f, Arena *a, Str **out);
const char *need_on_name(NeedOn on);                         /* "JobsTable": part of a statement's Sid */
/* The actions of a row: its permission, "a and b" taken apart; returns the next one off the front of *rest, empty at the end. */
Str    need_action(Str *rest);

#endif
