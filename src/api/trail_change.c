#include "api/trail_change.h"

#include <ctype.h>
#include <stdlib.h>

#include "api/dynamodb.h"

enum { RECORD_MAX_BYTES = 1 << 20, PATH_MAX_PARTS = 6 };

/* What is read of an event. Paths lead into requestParameters, with '>' in front into responseElements ("a.0.b": an element);
 * '=' in front is the text itself. */
typedef struct TrailRow {
	const char *source, *name;       /* source without ".amazonaws.com"; a version behind the name ("…20150331v2") is left out */
	ChangeKind kind;
	const char *object[2];           /* joined by '/' */
	const char *from, *to;           /* NULL: the event does not say */
	const char *id, *known;          /* the name of an id */
	const char *only;                /* part of the object's name: others are none of the fleet */
	void (*read)(Arena *a, JsonVal params, Str table, TrailChanges *out);      /* in place of the paths */
} TrailRow;

static const TrailRow rows[];

/* --- texts of a record --- */

static bool is_hidden(Str s)
{
	return str_is(s, "***") || str_is(s, "HIDDEN_DUE_TO_SECURITY_REASONS") || str_is(s, "<REDACTED>") || str_is(s, "REDACTED");
}

static JsonVal walk(JsonVal v, Str path)
{
	int64_t i;

	for (int part = 0; path.n && part < PATH_MAX_PARTS; part++) {
		Str key = str_cut(path, '.', &path);

		v = str_i64(key, &i) == 0 ? jv_at(v, (size_t)i) : jv_get_str(v, key);
	}
	return v;
}

/* Empty when it is not there, hidden, or not a text or number. */
static Str text_at(JsonVal record, const char *path)
{
	bool response = path && path[0] == '>';
	JsonVal v;
	Str s = STR("");

	if (!path)
		return s;
	if (path[0] == '=')
		return str_of(path + 1);
	v = walk(jv_get(record, response ? "responseElements" : "requestParameters"), str_of(path + response));
	if (jv_type(v) == JV_NUMBER)
		return jv_number_text(v);
	return jv_as_str(v, &s, NULL) == 0 && !is_hidden(s) ? s : STR("");
}

/* "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prompts/x-AbCdEf" is prompts/x, of other services what stands behind the
 * type; text that is no ARN is a name already. */
static Str plain_name(Arena *a, Str s)
{
	Str rest = s, type;
	size_t i = 0;

	if (!str_starts(s, STR("arn:")))
		return s;
	for (int field = 0; field < 5; field++)
		(void)str_cut(rest, ':', &rest);
	while (i < rest.n && rest.p[i] != ':' && rest.p[i] != '/')
		i++;
	type = str_sub(rest, 0, i);
	rest = str_sub(rest, i + 1, rest.n);
	if (str_is(type, "secret") && rest.n > 7 && rest.p[rest.n - 7] == '-')
		return str_sub(rest, 0, rest.n - 7);
	if (str_is(type, "parameter") && str_has(rest, STR("/")))
		return arena_printf(a, "/%.*s", STR_ARG(rest));
	return rest.n ? rest : s;
}

/* --- items of the agents table --- */

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '#';
}

static bool mentions(Str expression, Str word)
{
	for (size_t i = 0; word.n && i + word.n <= expression.n; i++)
		if (memcmp(expression.p + i, word.p, word.n) == 0 && (i == 0 || !is_word(expression.p[i - 1])) &&
		    (i + word.n == expression.n || !is_word(expression.p[i + word.n])))
			return true;
	return false;
}

/* Whether the update writes this attribute, by its name or by an alias. A lock alone is no change, and the values are not told. */
static bool writes(JsonVal update, Str expression, const char *attribute)
{
	JsonVal names = jv_get(update, "expressionAttributeNames");
	Str key, name;

	if (jv_is_absent(names))
		names = jv_get(update, "ExpressionAttributeNames");
	for (size_t i = 0; i < jv_count(names); i++) {
		JsonVal v = jv_member_at(names, i, &key);

		if (jv_as_str(v, &name, NULL) == 0 && str_is(name, attribute) && mentions(expression, key))
			return true;
	}
	return mentions(expression, str_of(attribute));
}

static void add(TrailChanges *out, ChangeKind kind, Str object)
{
	for (size_t i = 0; i < out->n; i++)
		if (out->v[i].kind == kind && str_eq(out->v[i].object, object))
			return;
	if (out->n < TRAIL_CHANGES_MAX)
		out->v[out->n++] = (Change){ .kind = kind, .object = object };
}

static JsonVal either(JsonVal v, const char *small, const char *large)
{
	JsonVal m = jv_get(v, small);

	return jv_is_absent(m) ? jv_get(v, large) : m;
}

static bool is_table(JsonVal write, Str table)
{
	Str s;

	if (jv_as_str(either(write, "tableName", "TableName"), &s, NULL) < 0)
		return false;
	while (str_has(s, STR("/")))      /* an ARN */
		(void)str_cut(s, '/', &s);
	return str_eq(s, table);
}

static void one_item(Arena *a, JsonVal write, Str table, TrailChanges *out)
{
	static const struct { const char *attribute; ChangeKind kind; bool route; } written[] = {
		{ "routes", CHANGE_POINTER, true }, { "paused", CHANGE_POINTER, true }, { "status", CHANGE_LABEL, false },
		{ "promptTemplate", CHANGE_PROMPT, false }, { "bedrockModel", CHANGE_MODEL, false }, { "config", CHANGE_CONFIG, false },
	};
	JsonVal key = either(write, "key", "Key");
	Str agent, version, expression = STR(""), object;
	bool route;

	if (!is_table(write, table) || jv_as_str(jv_path(key, "agentId.S"), &agent, NULL) < 0 ||
	    jv_as_str(jv_path(key, "version.S"), &version, NULL) < 0)
		return;
	route = str_is(version, "#route");
	if (!route && str_starts(version, STR("#")))
		return;
	object = route ? arena_printf(a, "%.*s/route", STR_ARG(agent)) : arena_printf(a, "%.*s@%.*s", STR_ARG(agent), STR_ARG(version));
	(void)jv_as_str(either(write, "updateExpression", "UpdateExpression"), &expression, NULL);
	if (!expression.n)                /* the whole item was put, or taken away */
		add(out, route ? CHANGE_POINTER : CHANGE_CONFIG, object);
	for (size_t i = 0; expression.n && i < sizeof written / sizeof *written; i++)
		if (written[i].route == route && writes(write, expression, written[i].attribute))
			add(out, written[i].kind, object);
}

static void read_item(Arena *a, JsonVal params, Str table, TrailChanges *out)
{
	one_item(a, params, table, out);
}

static void read_transaction(Arena *a, JsonVal params, Str table, TrailChanges *out)
{
	static const char *const small[] = { "update", "put", "delete" }, *const large[] = { "Update", "Put", "Delete" };
	JsonVal items = either(params, "transactItems", "TransactItems");

	for (size_t i = 0; i < jv_count(items); i++)
		for (size_t k = 0; k < sizeof small / sizeof *small; k++) {
			JsonVal write = either(jv_at(items, i), small[k], large[k]);

			if (!jv_is_absent(write))
				one_item(a, write, table, out);
		}
}

/* --- events --- */

static bool is_name(Str event, const char *name)
{
	Str rest = str_sub(event, strlen(name), event.n);

	return str_starts(event, str_of(name)) && (!rest.n || (rest.n >= 8 && isdigit((unsigned char)rest.p[0])));
}

static const TrailRow *row_of(const TrailEvent *event)
{
	Str rest, source = str_cut(event->source, '.', &rest);

	for (const TrailRow *r = rows; r->name; r++)
		if (str_is(source, r->source) && is_name(event->name, r->name))
			return r;
	return NULL;
}

static void read_paths(Arena *a, const TrailRow *r, JsonVal record, TrailChanges *out)
{
	Str first = plain_name(a, text_at(record, r->object[0])), second = text_at(record, r->object[1]);
	Change *c = &out->v[0];

	if (!first.n || (r->object[1] && !second.n) || (r->only && !str_has(first, str_of(r->only))))
		return;
	*c = (Change){ .kind = r->kind, .from = text_at(record, r->from), .to = text_at(record, r->to),
	               .object = second.n ? arena_printf(a, "%.*s/%.*s", STR_ARG(first), STR_ARG(second)) : first };
	out->n = 1;
	out->known = (KnownAs){ plain_name(a, text_at(record, r->id)), text_at(record, r->known) };
	out->has_known = out->known.id.n && out->known.name.n && !str_eq(out->known.id, out->known.name);
}

/* An assumed role's ARN names role and session; a service acts for itself. */
static Str actor(const TrailEvent *event, JsonVal record)
{
	JsonVal id = jv_get(record, "userIdentity");
	Str s = STR("");

	if (jv_as_str(jv_get(id, "arn"), &s, NULL) == 0 && s.n && !is_hidden(s))
		return s;
	if (jv_as_str(jv_get(id, "invokedBy"), &s, NULL) == 0 && s.n)
		return s;
	return event->user;
}

void trail_changes(Arena *a, const TrailEvent *event, Str agents_table, TrailChanges *out)
{
	const TrailRow *r = row_of(event);
	JsonVal record;
	Str by;

	*out = (TrailChanges){ 0 };
	if (!r || str_is(event->read_only, "true") || jv_parse(a, event->record, RECORD_MAX_BYTES, &record, NULL) < 0 ||
	    !jv_is_absent(jv_get(record, "errorCode")))
		return;
	if (r->read)
		r->read(a, jv_get(record, "requestParameters"), agents_table, out);
	else
		read_paths(a, r, record, out);
	by = actor(event, record);
	for (size_t i = 0; i < out->n; i++) {
		Change *c = &out->v[i];

		c->source = CHANGE_BY_CLOUDTRAIL;
		c->since_ms = c->time_ms = event->time_ms;
		c->by = by;
		c->id = i ? arena_printf(a, "%.*s/%zu", STR_ARG(event->id), i) : event->id;
	}
}

#define CORE    .source = "bedrock-agentcore"
#define BEDROCK .source = "bedrock"
#define SSM     .source = "ssm", .kind = CHANGE_SSM
#define SECRET  .source = "secretsmanager", .only = "prompts/"
#define LAMBDA  .source = "lambda", .kind = CHANGE_TOOL, .only = "agent"
#define DDB     .source = "dynamodb"
static const TrailRow rows[] = {
	{ CORE, .name = "UpdateAgentRuntimeEndpoint", .kind = CHANGE_POINTER,
	  .object = { "agentRuntimeId", "endpointName" }, .to = "agentRuntimeVersion" },
	{ CORE, .name = "CreateAgentRuntimeEndpoint", .kind = CHANGE_POINTER, .object = { "agentRuntimeId", "name" }, .to = "agentRuntimeVersion" },
	{ CORE, .name = "DeleteAgentRuntimeEndpoint", .kind = CHANGE_POINTER, .object = { "agentRuntimeId", "endpointName" } },
	{ CORE, .name = "UpdateAgentRuntime", .kind = CHANGE_CONFIG, .object = { "agentRuntimeId" }, .to = ">agentRuntimeVersion" },
	{ CORE, .name = "CreateAgentRuntime", .kind = CHANGE_CONFIG, .object = { ">agentRuntimeId" }, .to = ">agentRuntimeVersion",
	  .id = ">agentRuntimeId", .known = "agentRuntimeName" },
	{ CORE, .name = "DeleteAgentRuntime", .kind = CHANGE_CONFIG, .object = { "agentRuntimeId" } },
	{ CORE, .name = "UpdateHarnessEndpoint", .kind = CHANGE_POINTER, .object = { "harnessId", "endpointName" }, .to = "targetVersion" },
	{ CORE, .name = "UpdateHarness", .kind = CHANGE_CONFIG, .object = { "harnessId" } },
	{ CORE, .name = "DeleteHarness", .kind = CHANGE_CONFIG, .object = { "harnessId" } },
	{ CORE, .name = "UpdateGatewayRule", .kind = CHANGE_POINTER, .object = { "gatewayIdentifier", "ruleId" } },
	{ CORE, .name = "UpdateABTest", .kind = CHANGE_POINTER, .object = { "abTestId" }, .to = "executionStatus", .id = "abTestId", .known = "name" },
	{ CORE, .name = "CreateGatewayRateLimit", .kind = CHANGE_CONFIG, .object = { "gatewayIdentifier", "name" } },
	{ CORE, .name = "UpdateGatewayRateLimit", .kind = CHANGE_CONFIG, .object = { "gatewayIdentifier", "rateLimitId" } },
	{ CORE, .name = "DeleteGatewayRateLimit", .kind = CHANGE_CONFIG, .object = { "gatewayIdentifier", "rateLimitId" } },
	{ CORE, .name = "CreateGatewayTarget", .kind = CHANGE_TOOL, .object = { "gatewayIdentifier", "name" } },
	{ CORE, .name = "UpdateGatewayTarget", .kind = CHANGE_TOOL, .object = { "gatewayIdentifier", "targetId" } },
	{ CORE, .name = "DeleteGatewayTarget", .kind = CHANGE_TOOL, .object = { "gatewayIdentifier", "targetId" } },
	{ BEDROCK, .name = "UpdateAgentAlias", .kind = CHANGE_POINTER, .object = { "agentId", "agentAliasId" },
	  .to = "routingConfiguration.0.agentVersion", .id = "agentAliasId", .known = "agentAliasName" },
	{ BEDROCK, .name = "CreateAgentAlias", .kind = CHANGE_POINTER, .object = { "agentId", ">agentAlias.agentAliasId" },
	  .to = "routingConfiguration.0.agentVersion", .id = ">agentAlias.agentAliasId", .known = "agentAliasName" },
	{ BEDROCK, .name = "DeleteAgentAlias", .kind = CHANGE_POINTER, .object = { "agentId", "agentAliasId" } },
	{ BEDROCK, .name = "UpdateAgent", .kind = CHANGE_CONFIG, .object = { "agentId" }, .id = "agentId", .known = "agentName" },
	{ BEDROCK, .name = "PrepareAgent", .kind = CHANGE_CONFIG, .object = { "agentId" }, .to = "=prepared" },
	{ BEDROCK, .name = "DeleteAgent", .kind = CHANGE_CONFIG, .object = { "agentId" } },
	{ BEDROCK, .name = "DeleteAgentVersion", .kind = CHANGE_CONFIG, .object = { "agentId", "agentVersion" } },
	{ BEDROCK, .name = "AssociateAgentKnowledgeBase", .kind = CHANGE_CONFIG, .object = { "agentId", "knowledgeBaseId" } },
	{ BEDROCK, .name = "DisassociateAgentKnowledgeBase", .kind = CHANGE_CONFIG, .object = { "agentId", "knowledgeBaseId" } },
	{ BEDROCK, .name = "CreateAgentActionGroup", .kind = CHANGE_TOOL, .object = { "agentId", "actionGroupName" } },
	{ BEDROCK, .name = "UpdateAgentActionGroup", .kind = CHANGE_TOOL, .object = { "agentId", "actionGroupName" },
	  .id = "actionGroupId", .known = "actionGroupName" },
	{ BEDROCK, .name = "DeleteAgentActionGroup", .kind = CHANGE_TOOL, .object = { "agentId", "actionGroupId" } },
	{ BEDROCK, .name = "CreatePrompt", .kind = CHANGE_PROMPT, .object = { "name" }, .to = "=DRAFT" },
	{ BEDROCK, .name = "UpdatePrompt", .kind = CHANGE_PROMPT, .object = { "promptIdentifier" }, .to = "=DRAFT", .id = "promptIdentifier",
	  .known = "name" },
	{ BEDROCK, .name = "CreatePromptVersion", .kind = CHANGE_PROMPT, .object = { "promptIdentifier" }, .to = ">version" },
	{ BEDROCK, .name = "DeletePrompt", .kind = CHANGE_PROMPT, .object = { "promptIdentifier" } },
	{ BEDROCK, .name = "CreateGuardrail", .kind = CHANGE_GUARDRAIL, .object = { "name" }, .to = ">version" },
	{ BEDROCK, .name = "UpdateGuardrail", .kind = CHANGE_GUARDRAIL, .object = { "guardrailIdentifier" }, .to = ">version",
	  .id = "guardrailIdentifier", .known = "name" },
	{ BEDROCK, .name = "CreateGuardrailVersion", .kind = CHANGE_GUARDRAIL, .object = { "guardrailIdentifier" }, .to = ">version" },
	{ BEDROCK, .name = "DeleteGuardrail", .kind = CHANGE_GUARDRAIL, .object = { "guardrailIdentifier" } },
	{ BEDROCK, .name = "PutModelInvocationLoggingConfiguration", .kind = CHANGE_CONFIG, .object = { "=invocation log" } },
	{ BEDROCK, .name = "DeleteModelInvocationLoggingConfiguration", .kind = CHANGE_CONFIG, .object = { "=invocation log" } },
	{ BEDROCK, .name = "CreateProvisionedModelThroughput", .kind = CHANGE_MODEL, .object = { "provisionedModelName" }, .to = "modelUnits" },
	{ BEDROCK, .name = "UpdateProvisionedModelThroughput", .kind = CHANGE_MODEL, .object = { "provisionedModelId" }, .to = "desiredModelId" },
	{ BEDROCK, .name = "DeleteProvisionedModelThroughput", .kind = CHANGE_MODEL, .object = { "provisionedModelId" } },
	{ BEDROCK, .name = "CreateInferenceProfile", .kind = CHANGE_MODEL, .object = { "inferenceProfileName" }, .to = "modelSource.copyFrom" },
	{ BEDROCK, .name = "DeleteInferenceProfile", .kind = CHANGE_MODEL, .object = { "inferenceProfileIdentifier" } },
	{ SSM, .name = "PutParameter", .object = { "name" }, .to = ">version" },
	{ SSM, .name = "DeleteParameter", .object = { "name" } },
	{ SSM, .name = "LabelParameterVersion", .object = { "name" }, .to = "labels.0" },
	{ SECRET, .name = "PutSecretValue", .kind = CHANGE_PROMPT, .object = { "secretId" }, .to = ">versionId" },
	{ SECRET, .name = "CreateSecret", .kind = CHANGE_PROMPT, .object = { "name" } },
	{ SECRET, .name = "UpdateSecret", .kind = CHANGE_PROMPT, .object = { "secretId" } },
	{ SECRET, .name = "DeleteSecret", .kind = CHANGE_PROMPT, .object = { "secretId" } },
	{ SECRET, .name = "UpdateSecretVersionStage", .kind = CHANGE_LABEL, .object = { "secretId", "versionStage" }, .from = "removeFromVersionId",
	  .to = "moveToVersionId" },
	{ LAMBDA, .name = "UpdateAlias", .object = { "functionName", "name" }, .to = "functionVersion" },
	{ LAMBDA, .name = "UpdateFunctionCode", .object = { "functionName" } },
	{ LAMBDA, .name = "UpdateFunctionConfiguration", .object = { "functionName" } },
	{ DDB, .name = "PutItem", .read = read_item },
	{ DDB, .name = "UpdateItem", .read = read_item },
	{ DDB, .name = "DeleteItem", .read = read_item },
	{ DDB, .name = "TransactWriteItems", .read = read_transaction },
	{ 0 },
};
