/* Bedrock Agents ("Classic"): agents, versions, aliases; knowledge bases.
 * Source: Agents for Amazon Bedrock API Reference, version 2023-06-05. */
#ifndef API_BEDROCK_AGENT_H
#define API_BEDROCK_AGENT_H

#include "api/op.h"

extern const AwsService bedrock_agent;

/* DRAFT is the working copy. Versions are made of it by aliases only, and never change; an alias points to one version, or
 * to DRAFT. The service has no condition on where an alias pointed: the last writer wins. */
typedef struct BaListIn { int64_t max; Str next_token; } BaListIn;
typedef struct BaAgentIn { Str id; } BaAgentIn;
/* Versions or aliases of one agent. */
typedef struct BaAgentListIn { Str id; int64_t max; Str next_token; } BaAgentListIn;
typedef struct BaGuardrail { Str id, version; } BaGuardrail;
/* version: "DRAFT" of GetAgent, the latest one of a listing, a number of GetAgentVersion. prompts: JSON. */
typedef struct BaAgent {
	Str id, name, arn, version, status, description, instruction, model, role, orchestration, collaboration;
	int64_t created_ms, updated_ms, prepared_ms, idle_ttl_s;
	LIST_OF(Str) failure_reasons, recommended;
	BaGuardrail guardrail;
	Str prompts, memory;
} BaAgent;
typedef struct BaAgents { LIST_OF(BaAgent) agents; Str next_token; } BaAgents;
typedef struct BaVersions { LIST_OF(BaAgent) versions; Str next_token; } BaVersions;
typedef struct BaAgentOut { BaAgent agent; } BaAgentOut;
typedef struct BaVersionIn { Str id, version; } BaVersionIn;
typedef struct BaVersionOut { BaAgent agent; } BaVersionOut;
typedef struct BaRoute { Str version, throughput; } BaRoute;
/* Where an alias pointed, and until when; end_ms 0: it still does. */
typedef struct BaAliasEvent { LIST_OF(BaRoute) routing; int64_t start_ms, end_ms; } BaAliasEvent;
/* routing: one entry at most. state: "ACCEPT_INVOCATIONS" or "REJECT_INVOCATIONS". history: the last ten. */
typedef struct BaAlias {
	Str agent, id, name, arn, status, state, description;
	LIST_OF(BaRoute) routing;
	LIST_OF(BaAliasEvent) history;
	LIST_OF(Str) failure_reasons;
	int64_t created_ms, updated_ms;
} BaAlias;
typedef struct BaAliases { LIST_OF(BaAlias) aliases; Str next_token; } BaAliases;
typedef struct BaAliasIn { Str agent, id; } BaAliasIn;
typedef struct BaAliasOut { BaAlias alias; } BaAliasOut;
/* name is required, and routing too: without it the service makes a new version of the draft and moves the alias
 * there. */
typedef struct BaAliasUpdateIn {
	Str agent, id, name, description;
	LIST_OF(BaRoute) routing;
	Str state;
} BaAliasUpdateIn;
/* Without routing the draft becomes a new version. */
typedef struct BaAliasCreateIn {
	Str agent, name, description;
	LIST_OF(BaRoute) routing;
	LIST_OF(ShapePair) tags;
	Str token;
} BaAliasCreateIn;
typedef struct BaKnowledgeBase { Str id, name, description, status; int64_t updated_ms; } BaKnowledgeBase;
typedef struct BaKnowledgeBases { LIST_OF(BaKnowledgeBase) bases; Str next_token; } BaKnowledgeBases;

extern const AwsOp op_bedrock_agent_list_agents, op_bedrock_agent_get_agent, op_bedrock_agent_prepare,
	op_bedrock_agent_list_versions, op_bedrock_agent_get_version, op_bedrock_agent_list_aliases,
	op_bedrock_agent_get_alias, op_bedrock_agent_update_alias, op_bedrock_agent_create_alias,
	op_bedrock_agent_list_knowledge_bases;

#endif
