#include "api/bedrock_agent.h"

static const ShapeMember list_in[] = { SH_I64(BaListIn, max, "maxResults"), SH_STR(BaListIn, next_token, "nextToken"), { 0 } };
static const Shape shape_list_in = SHAPE(BaListIn, list_in);
static const ShapeMember agent_in[] = {
	SH_STR(BaAgentIn, id, "agentId", .flags = SHAPE_MUST, .place = PLACE_LABEL, .about = "agent"),
	{ 0 },
};
static const Shape shape_agent_in = SHAPE(BaAgentIn, agent_in);
static const ShapeMember agent_list_in[] = {
	SH_STR(BaAgentListIn, id, "agentId", .flags = SHAPE_MUST, .place = PLACE_LABEL, .about = "agent"),
	SH_I64(BaAgentListIn, max, "maxResults"),
	SH_STR(BaAgentListIn, next_token, "nextToken"),
	{ 0 },
};
static const Shape shape_agent_list_in = SHAPE(BaAgentListIn, agent_list_in);
static const ShapeMember guardrail[] = {
	SH_STR(BaGuardrail, id, "guardrailIdentifier"),
	SH_STR(BaGuardrail, version, "guardrailVersion"),
	{ 0 },
};
static const Shape shape_guardrail = SHAPE(BaGuardrail, guardrail);
static const ShapeMember agent[] = {
	SH_STR(BaAgent, id, "agentId"),
	SH_STR(BaAgent, name, "agentName"),
	SH_STR(BaAgent, arn, "agentArn"),
	SH_STR(BaAgent, version, "agentVersion"),
	SH_STR(BaAgent, status, "agentStatus"),
	SH_STR(BaAgent, description, "description"),
	SH_STR(BaAgent, instruction, "instruction"),
	SH_STR(BaAgent, model, "foundationModel"),
	SH_STR(BaAgent, role, "agentResourceRoleArn"),
	SH_STR(BaAgent, orchestration, "orchestrationType"),
	SH_STR(BaAgent, collaboration, "agentCollaboration"),
	SH_TIME_ISO(BaAgent, created_ms, "createdAt"),
	SH_TIME_ISO(BaAgent, updated_ms, "updatedAt"),
	SH_TIME_ISO(BaAgent, prepared_ms, "preparedAt"),
	SH_I64(BaAgent, idle_ttl_s, "idleSessionTTLInSeconds"),
	SH_STRS(BaAgent, failure_reasons, "failureReasons", 0),
	SH_STRS(BaAgent, recommended, "recommendedActions", 0),
	SH_STRUCT(BaAgent, guardrail, "guardrailConfiguration", shape_guardrail),
	SH_DOC(BaAgent, prompts, "promptOverrideConfiguration"),
	SH_DOC(BaAgent, memory, "memoryConfiguration"),
	{ 0 },
};
static const Shape shape_agent = SHAPE(BaAgent, agent);
static const ShapeMember agent_item[] = {
	SH_STR(BaAgent, id, "agentId", .flags = SHAPE_MUST),
	SH_STR(BaAgent, name, "agentName"),
	SH_STR(BaAgent, version, "latestAgentVersion"),
	SH_STR(BaAgent, status, "agentStatus"),
	SH_STR(BaAgent, description, "description"),
	SH_TIME_ISO(BaAgent, updated_ms, "updatedAt"),
	SH_STRUCT(BaAgent, guardrail, "guardrailConfiguration", shape_guardrail),
	{ 0 },
};
static const Shape shape_agent_item = SHAPE(BaAgent, agent_item);
static const ShapeMember agent_version[] = {
	SH_STR(BaAgent, id, "agentId"),
	SH_STR(BaAgent, name, "agentName"),
	SH_STR(BaAgent, arn, "agentArn"),
	SH_STR(BaAgent, version, "version", .flags = SHAPE_MUST),
	SH_STR(BaAgent, status, "agentStatus"),
	SH_STR(BaAgent, description, "description"),
	SH_STR(BaAgent, instruction, "instruction"),
	SH_STR(BaAgent, model, "foundationModel"),
	SH_STR(BaAgent, role, "agentResourceRoleArn"),
	SH_STR(BaAgent, collaboration, "agentCollaboration"),
	SH_TIME_ISO(BaAgent, created_ms, "createdAt"),
	SH_TIME_ISO(BaAgent, updated_ms, "updatedAt"),
	SH_I64(BaAgent, idle_ttl_s, "idleSessionTTLInSeconds"),
	SH_STRS(BaAgent, failure_reasons, "failureReasons", 0),
	SH_STRS(BaAgent, recommended, "recommendedActions", 0),
	SH_STRUCT(BaAgent, guardrail, "guardrailConfiguration", shape_guardrail),
	SH_DOC(BaAgent, prompts, "promptOverrideConfiguration"),
	SH_DOC(BaAgent, memory, "memoryConfiguration"),
	{ 0 },
};
static const Shape shape_agent_version = SHAPE(BaAgent, agent_version);
static const ShapeMember agent_version_item[] = {
	SH_STR(BaAgent, name, "agentName"),
	SH_STR(BaAgent, version, "agentVersion", .flags = SHAPE_MUST),
	SH_STR(BaAgent, status, "agentStatus"),
	SH_STR(BaAgent, description, "description"),
	SH_TIME_ISO(BaAgent, created_ms, "createdAt"),
	SH_TIME_ISO(BaAgent, updated_ms, "updatedAt"),
	SH_STRUCT(BaAgent, guardrail, "guardrailConfiguration", shape_guardrail),
	{ 0 },
};
static const Shape shape_agent_version_item = SHAPE(BaAgent, agent_version_item);
static const ShapeMember agent_prepared[] = {
	SH_STR(BaAgent, id, "agentId"),
	SH_STR(BaAgent, status, "agentStatus"),
	SH_STR(BaAgent, version, "agentVersion"),
	SH_TIME_ISO(BaAgent, prepared_ms, "preparedAt"),
	{ 0 },
};
static const Shape shape_agent_prepared = SHAPE(BaAgent, agent_prepared);
static const ShapeMember agents[] = {
	SH_STRUCTS(BaAgents, agents, "agentSummaries", shape_agent_item, SHAPE_ALWAYS),
	SH_STR(BaAgents, next_token, "nextToken"),
	{ 0 },
};
static const Shape shape_agents = SHAPE(BaAgents, agents);
static const ShapeMember versions[] = {
	SH_STRUCTS(BaVersions, versions, "agentVersionSummaries", shape_agent_version_item, SHAPE_ALWAYS),
	SH_STR(BaVersions, next_token, "nextToken"),
	{ 0 },
};
static const Shape shape_versions = SHAPE(BaVersions, versions);
static const ShapeMember agent_out[] = { SH_STRUCT(BaAgentOut, agent, "agent", shape_agent, .flags = SHAPE_MUST), { 0 } };
static const Shape shape_agent_out = SHAPE(BaAgentOut, agent_out);
static const ShapeMember version_in[] = {
	SH_STR(BaVersionIn, id, "agentId", .flags = SHAPE_MUST, .place = PLACE_LABEL, .about = "agent"),
	SH_STR(BaVersionIn, version, "agentVersion", .flags = SHAPE_MUST, .place = PLACE_LABEL),
	{ 0 },
};
static const Shape shape_version_in = SHAPE(BaVersionIn, version_in);
static const ShapeMember version_out[] = {
	SH_STRUCT(BaVersionOut, agent, "agentVersion", shape_agent_version, .flags = SHAPE_MUST),
	{ 0 },
};
static const Shape shape_version_out = SHAPE(BaVersionOut, version_out);
static const ShapeMember route[] = {
	SH_STR(BaRoute, version, "agentVersion"),
	SH_STR(BaRoute, throughput, "provisionedThroughput"),
	{ 0 },
};
static const Shape shape_route = SHAPE(BaRoute, route);
static const ShapeMember alias_event[] = {
	SH_STRUCTS(BaAliasEvent, routing, "routingConfiguration", shape_route, 0),
	SH_TIME_ISO(BaAliasEvent, start_ms, "startDate"),
	SH_TIME_ISO(BaAliasEvent, end_ms, "endDate"),
	{ 0 },
};
static const Shape shape_alias_event = SHAPE(BaAliasEvent, alias_event);
static const ShapeMember alias[] = {
	SH_STR(BaAlias, agent, "agentId"),
	SH_STR(BaAlias, id, "agentAliasId", .flags = SHAPE_MUST),
	SH_STR(BaAlias, name, "agentAliasName", .flags = SHAPE_MUST),
	SH_STR(BaAlias, arn, "agentAliasArn"),
	SH_STR(BaAlias, status, "agentAliasStatus"),
	SH_STR(BaAlias, state, "aliasInvocationState"),
	SH_STR(BaAlias, description, "description"),
	SH_STRUCTS(BaAlias, routing, "routingConfiguration", shape_route, 0),
	SH_STRUCTS(BaAlias, history, "agentAliasHistoryEvents", shape_alias_event, 0),
	SH_STRS(BaAlias, failure_reasons, "failureReasons", 0),
	SH_TIME_ISO(BaAlias, created_ms, "createdAt"),
	SH_TIME_ISO(BaAlias, updated_ms, "updatedAt"),
	{ 0 },
};
static const Shape shape_alias = SHAPE(BaAlias, alias);
static const ShapeMember alias_item[] = {
	SH_STR(BaAlias, id, "agentAliasId", .flags = SHAPE_MUST),
	SH_STR(BaAlias, name, "agentAliasName", .flags = SHAPE_MUST),
	SH_STR(BaAlias, status, "agentAliasStatus"),
	SH_STR(BaAlias, state, "aliasInvocationState"),
	SH_STR(BaAlias, description, "description"),
	SH_STRUCTS(BaAlias, routing, "routingConfiguration", shape_route, 0),
	SH_TIME_ISO(BaAlias, created_ms, "createdAt"),
	SH_TIME_ISO(BaAlias, updated_ms, "updatedAt"),
	{ 0 },
};
static const Shape shape_alias_item = SHAPE(BaAlias, alias_item);
static const ShapeMember aliases[] = {
	SH_STRUCTS(BaAliases, aliases, "agentAliasSummaries", shape_alias_item, SHAPE_ALWAYS),
	SH_STR(BaAliases, next_token, "nextToken"),
	{ 0 },
};
static const Shape shape_aliases = SHAPE(BaAliases, aliases);
static const ShapeMember alias_in[] = {
	SH_STR(BaAliasIn, agent, "agentId", .flags = SHAPE_MUST, .place = PLACE_LABEL, .about = "agent"),
	SH_STR(BaAliasIn, id, "agentAliasId", .flags = SHAPE_MUST, .place = PLACE_LABEL),
	{ 0 },
};
static const Shape shape_alias_in = SHAPE(BaAliasIn, alias_in);
static const ShapeMember alias_out[] = { SH_STRUCT(BaAliasOut, alias, "agentAlias", shape_alias, .flags = SHAPE_MUST), { 0 } };
static const Shape shape_alias_out = SHAPE(BaAliasOut, alias_out);
static const ShapeMember alias_update_in[] = {
	SH_STR(BaAliasUpdateIn, agent, "agentId", .flags = SHAPE_MUST, .place = PLACE_LABEL, .about = "agent"),
	SH_STR(BaAliasUpdateIn, id, "agentAliasId", .flags = SHAPE_MUST, .place = PLACE_LABEL),
	SH_STR(BaAliasUpdateIn, name, "agentAliasName", .flags = SHAPE_MUST),
	SH_STR(BaAliasUpdateIn, description, "description"),
	SH_STRUCTS(BaAliasUpdateIn, routing, "routingConfiguration", shape_route, 0),
	SH_STR(BaAliasUpdateIn, state, "aliasInvocationState"),
	{ 0 },
};
static const Shape shape_alias_update_in = SHAPE(BaAliasUpdateIn, alias_update_in);
static const ShapeMember alias_create_in[] = {
	SH_STR(BaAliasCreateIn, agent, "agentId", .flags = SHAPE_MUST, .place = PLACE_LABEL, .about = "agent"),
	SH_STR(BaAliasCreateIn, name, "agentAliasName", .flags = SHAPE_MUST),
	SH_STR(BaAliasCreateIn, description, "description"),
	SH_STRUCTS(BaAliasCreateIn, routing, "routingConfiguration", shape_route, 0),
	SH_PAIRS(BaAliasCreateIn, tags, "tags", 0),
	SH_STR(BaAliasCreateIn, token, "clientToken", .flags = SHAPE_TOKEN),
	{ 0 },
};
static const Shape shape_alias_create_in = SHAPE(BaAliasCreateIn, alias_create_in);
static const ShapeMember knowledge_base[] = {
	SH_STR(BaKnowledgeBase, id, "knowledgeBaseId", .flags = SHAPE_MUST),
	SH_STR(BaKnowledgeBase, name, "name"),
	SH_STR(BaKnowledgeBase, description, "description"),
	SH_STR(BaKnowledgeBase, status, "status"),
	SH_TIME_ISO(BaKnowledgeBase, updated_ms, "updatedAt"),
	{ 0 },
};
static const Shape shape_knowledge_base = SHAPE(BaKnowledgeBase, knowledge_base);
static const ShapeMember knowledge_bases[] = {
	SH_STRUCTS(BaKnowledgeBases, bases, "knowledgeBaseSummaries", shape_knowledge_base, SHAPE_ALWAYS),
	SH_STR(BaKnowledgeBases, next_token, "nextToken"),
	{ 0 },
};
static const Shape shape_knowledge_bases = SHAPE(BaKnowledgeBases, knowledge_bases);

const AwsService bedrock_agent = {
	.id = "bedrock-agent", .host_prefix = "bedrock-agent", .signing_name = "bedrock", .protocol = AWS_REST_JSON,
	.name = "Bedrock Agents", .missing_hint = "check the id, and that it is in this account and region",
};

#define ROW(op_name, verb, at, kind) .service = &bedrock_agent, .name = op_name, .method = verb, .path = at, .cls = kind, \
	.permission = "bedrock:" op_name

const AwsOp op_bedrock_agent_list_agents = {
	ROW("ListAgents", "POST", "/agents/", AWS_READ), .in = &shape_list_in, .out = &shape_agents, .idempotent = true,
	.page_token = "nextToken" };
const AwsOp op_bedrock_agent_get_agent = {
	ROW("GetAgent", "GET", "/agents/{agentId}/", AWS_READ), .in = &shape_agent_in, .out = &shape_agent_out,
	.idempotent = true };
const AwsOp op_bedrock_agent_prepare = {
	ROW("PrepareAgent", "POST", "/agents/{agentId}/", AWS_WRITE), .in = &shape_agent_in, .out = &shape_agent_prepared,
	.idempotent = true };
const AwsOp op_bedrock_agent_list_versions = {
	ROW("ListAgentVersions", "POST", "/agents/{agentId}/agentversions/", AWS_READ), .in = &shape_agent_list_in,
	.out = &shape_versions, .idempotent = true, .page_token = "nextToken" };
const AwsOp op_bedrock_agent_get_version = {
	ROW("GetAgentVersion", "GET", "/agents/{agentId}/agentversions/{agentVersion}/", AWS_READ), .in = &shape_version_in,
	.out = &shape_version_out, .idempotent = true };
const AwsOp op_bedrock_agent_list_aliases = {
	ROW("ListAgentAliases", "POST", "/agents/{agentId}/agentaliases/", AWS_READ), .in = &shape_agent_list_in,
	.out = &shape_aliases, .idempotent = true, .page_token = "nextToken" };
const AwsOp op_bedrock_agent_get_alias = {
	ROW("GetAgentAlias", "GET", "/agents/{agentId}/agentaliases/{agentAliasId}/", AWS_READ), .in = &shape_alias_in,
	.out = &shape_alias_out, .idempotent = true };
/* Not idempotent: without routing each call would publish the draft once more. */
const AwsOp op_bedrock_agent_update_alias = {
	ROW("UpdateAgentAlias", "PUT", "/agents/{agentId}/agentaliases/{agentAliasId}/", AWS_WRITE),
	.in = &shape_alias_update_in, .out = &shape_alias_out };
const AwsOp op_bedrock_agent_create_alias = {
	ROW("CreateAgentAlias", "PUT", "/agents/{agentId}/agentaliases/", AWS_WRITE), .in = &shape_alias_create_in,
	.out = &shape_alias_out, .idempotent = true };
const AwsOp op_bedrock_agent_list_knowledge_bases = {
	ROW("ListKnowledgeBases", "POST", "/knowledgebases/", AWS_READ), .in = &shape_list_in, .out = &shape_knowledge_bases,
	.idempotent = true, .page_token = "nextToken" };
