#include "sim/trail_record.h"

#include <stdio.h>
#include <string.h>

#include "sim/fleet_tables.h"
#include "sim/platform.h"
#include "sim/rng.h"
#include "sim/roles.h"
#include "wire/jsonw.h"
#include "wire/time8601.h"

enum { DEPTH_MAX = 12, BODY_MAX_BYTES = 1 << 20 };
#define HIDDEN "HIDDEN_DUE_TO_SECURITY_REASONS"

/* Who acts, and from where: of a call, or of the pipeline. */
typedef struct Actor { Str arn, account, id, key, agent, address; bool role; } Actor;
typedef struct Deed { const char *source; Str name, parameters, error, request_id, region; int64_t time_ms; } Deed;

/* Rows that write, but only data. */
static const char *const data_rows[] = { "Publish", "PutMetricData", "PutEvents", "SendMessage", "SendMessageBatch", "DeleteMessage",
	"InvokeAgent", "InvokeAgentRuntime", "Invoke", "PutObject", "DeleteObject", "PutLogEvents", "Sign", "Encrypt", "Decrypt" };
static const char *const item_writes[] = { "PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems", "BatchWriteItem", "CreateTable",
	"UpdateTable", "DeleteTable" };
static const char *const log_writes[] = { "CreateLogGroup", "DeleteLogGroup", "PutRetentionPolicy", "CreateLogStream" };
/* Members whose values are nobody's business: of any service. */
static const char *const hidden[] = { "SecretString", "SecretBinary", "Plaintext", "ClientSecret", "Item", "ExpressionAttributeValues",
	"Payload", "EnvironmentVariables", "Password", "Token" };

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static bool among(const char *const *list, size_t n, Str name)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq_nocase(name, str_of(list[i])))
			return true;
	return false;
}

static bool is_registry(const SimCall *c)
{
	return str_has(c->rq->body, STR("\"agents\"")) || !str_has(c->operation, STR("Item"));
}

bool trail_is_write(const SimCall *c, const SimRow *row, TrailCall *out)
{
	*out = (TrailCall){ c->signing, row ? str_of(row->op->name) : c->operation, row };
	if (row)
		return row->op->cls == AWS_WRITE && !among(data_rows, COUNT(data_rows), out->name);
	if (c->signing && str_is(str_of(c->signing), "dynamodb"))
		return among(item_writes, COUNT(item_writes), out->name) && is_registry(c);
	return c->signing && str_is(str_of(c->signing), "logs") && among(log_writes, COUNT(log_writes), out->name);
}

/* "AgentRuntimeId" is agentRuntimeId on the trail. */
static Str small(Arena *a, Str key)
{
	char *copy = arena_cstr(a, key);

	if (key.n && copy[0] >= 'A' && copy[0] <= 'Z')
		copy[0] = (char)(copy[0] - 'A' + 'a');
	return (Str){ copy, key.n };
}

static void put_shown(Arena *a, JsonW *w, JsonVal v, bool value_hidden, int depth)
{
	Buf text = { 0 };
	Str key;

	if (depth > DEPTH_MAX) {
		jw_null(w);
	} else if (jv_type(v) == JV_OBJECT) {
		jw_object(w);
		for (size_t i = 0; i < jv_count(v); i++) {
			JsonVal one = jv_member_at(v, i, &key);
			bool secret = among(hidden, COUNT(hidden), key) || (value_hidden && str_is(key, "Value"));

			jw_key_str(w, depth == 0 ? small(a, key) : key);
			if (secret)
				jw_cstr(w, HIDDEN);
			else
				put_shown(a, w, one, value_hidden, depth + 1);
		}
		jw_object_end(w);
	} else if (jv_type(v) == JV_ARRAY) {
		jw_array(w);
		for (size_t i = 0; i < jv_count(v); i++)
			put_shown(a, w, jv_at(v, i), value_hidden, depth + 1);
		jw_array_end(w);
	} else {
		(void)jv_write(v, &text);
		jw_raw(w, buf_str(&text));
	}
	buf_wipe_done(&text);
}

/* What was asked, as JSON; of a row by the names of the API, wherever the members were sent. */
static JsonVal parameters(SimCall *c, const TrailCall *call)
{
	Buf text = { 0 };
	JsonW w = jw_to(&text);
	JsonVal v = { 0 };

	if (call->row && call->row->op->in && c->input && shape_put_json(call->row->op->in, SHAPE_PLAIN, c->input, &w, NULL) == 0)
		(void)jv_parse(c->arena, buf_str(&text), BODY_MAX_BYTES, &v, NULL);      /* what was just written */
	else
		(void)jv_parse(c->arena, c->rq->body, BODY_MAX_BYTES, &v, NULL);          /* a form is not shown */
	buf_wipe_done(&text);
	return v;
}

static void put_identity(JsonW *w, const Actor *who)
{
	Str rest = who->arn, role;

	jw_key(w, "userIdentity");
	jw_object(w);
	jw_kstr(w, "type", who->role || str_has(who->arn, STR(":assumed-role/")) ? STR("AssumedRole") : STR("IAMUser"));
	jw_kstr(w, "principalId", who->id);
	jw_kstr(w, "arn", who->arn);
	jw_kstr(w, "accountId", who->account);
	jw_kstr(w, "accessKeyId", who->key);
	if (str_has(who->arn, STR(":assumed-role/"))) {
		(void)str_cut(rest, '/', &rest);
		role = str_cut(rest, '/', &rest);
		jw_key(w, "sessionContext");
		jw_object(w);
		jw_key(w, "sessionIssuer");
		jw_object(w);
		jw_kstr(w, "type", STR("Role"));
		jw_kstr(w, "accountId", who->account);
		jw_kstr(w, "userName", role);
		jw_object_end(w);
		jw_object_end(w);
	}
	jw_object_end(w);
}

/* Of a JSON error "__type" and message, of an XML one <Code>. */
static void put_error(Arena *a, JsonW *w, Str body)
{
	Str code = STR(""), text = STR(""), rest = body;
	JsonVal v;

	if (!body.n)
		return;
	if (jv_parse(a, body, BODY_MAX_BYTES, &v, NULL) == 0) {
		(void)jv_opt_str(v, "__type", &code, NULL);
		(void)jv_opt_str(v, "message", &text, NULL);
		while (str_has(code, STR("#")))
			(void)str_cut(code, '#', &code);
	} else {
		while (rest.n && !str_starts(rest, STR("<Code>")))
			rest = str_sub(rest, 1, rest.n);
		code = str_cut(str_sub(rest, 6, rest.n), '<', &rest);
	}
	jw_kstr(w, "errorCode", code);
	jw_kstr(w, "errorMessage", text);
}

static Str record(Arena *a, const Actor *who, const Deed *d, Str event_id)
{
	char time[TIME_TEXT];
	Buf text = { 0 };
	JsonW w = jw_to(&text);
	Str out;

	time_format_iso(d->time_ms, time);
	jw_object(&w);
	jw_kstr(&w, "eventVersion", STR("1.11"));
	put_identity(&w, who);
	jw_kstr(&w, "eventTime", arena_printf(a, "%.19sZ", time));
	jw_kstr(&w, "eventSource", arena_printf(a, "%s.amazonaws.com", d->source));
	jw_kstr(&w, "eventName", d->name);
	jw_kstr(&w, "awsRegion", d->region);
	jw_kstr(&w, "sourceIPAddress", who->address);
	jw_kstr(&w, "userAgent", who->agent);
	put_error(a, &w, d->error);
	jw_key(&w, "requestParameters");
	jw_raw(&w, d->parameters);
	jw_knull(&w, "responseElements");
	jw_kstr(&w, "requestID", d->request_id);
	jw_kstr(&w, "eventID", event_id);
	jw_kbool(&w, "readOnly", false);
	jw_kstr(&w, "eventType", STR("AwsApiCall"));
	jw_kbool(&w, "managementEvent", true);
	jw_kstr(&w, "recipientAccountId", who->account);
	jw_kstr(&w, "eventCategory", STR("Management"));
	jw_object_end(&w);
	out = arena_str(a, buf_str(&text));
	buf_done(&text);
	return out;
}

/* What the call was about, by the members that name things. */
static void find_resources(Arena *a, Str text, TrailEvent *out)
{
	static const struct { const char *member, *type; } kinds[] = {
		{ "agentRuntimeId", "AWS::BedrockAgentCore::Runtime" }, { "endpointName", "AWS::BedrockAgentCore::RuntimeEndpoint" },
		{ "agentId", "AWS::Bedrock::Agent" }, { "agentAliasId", "AWS::Bedrock::AgentAlias" }, { "name", "AWS::SSM::Parameter" },
		{ "secretId", "AWS::SecretsManager::Secret" }, { "tableName", "AWS::DynamoDB::Table" }, { "alarmName", "AWS::CloudWatch::Alarm" },
		{ "keyId", "AWS::KMS::Key" }, { "topicArn", "AWS::SNS::Topic" }, { "queueUrl", "AWS::SQS::Queue" },
		{ "functionName", "AWS::Lambda::Function" }, { "logGroupName", "AWS::Logs::LogGroup" }, { "bucket", "AWS::S3::Bucket" },
	};
	TrailResource found[COUNT(kinds)];
	size_t n = 0;
	JsonVal v;
	Str name;

	if (jv_parse(a, text, BODY_MAX_BYTES, &v, NULL) < 0)
		return;
	for (size_t i = 0; i < COUNT(kinds); i++)
		if (jv_str(v, kinds[i].member, &name, NULL) == 0)
			found[n++] = (TrailResource){ str_of(kinds[i].type), name };
	if (!n && str_has(text, STR("\"agents\"")))
		found[n++] = (TrailResource){ STR("AWS::DynamoDB::Table"), STR("agents") };      /* in the parts of a transaction */
	out->resources.v = ARENA_ARRAY(a, TrailResource, n + 1);
	memcpy(out->resources.v, found, n * sizeof found[0]);
	out->resources.n = n;
}

static TrailEvent event_of(Arena *a, const Actor *who, const Deed *d)
{
	char id[FLEET_UUID];
	Str user = who->arn;
	TrailEvent e = { .time_ms = d->time_ms / 1000 * 1000, .read_only = STR("false") };

	while (str_has(user, STR("/")))
		(void)str_cut(user, '/', &user);
	fleet_uuid(rng_join(str_hash(d->request_id), str_hash(d->name)), rng_join(str_hash(who->account), str_hash(d->region)), id);
	e.id = arena_str(a, str_of(id));
	e.name = arena_str(a, d->name);
	e.source = arena_printf(a, "%s.amazonaws.com", d->source);
	e.user = arena_str(a, user);
	e.access_key = arena_str(a, who->key);
	e.record = record(a, who, d, e.id);
	find_resources(a, d->parameters, &e);
	return e;
}

static Str key_of(const SimCall *c)
{
	Str rest = sim_header(c->rq, "authorization");

	while (rest.n && !str_starts(rest, STR("Credential=")))
		(void)str_cut(rest, ' ', &rest);
	return str_cut(str_sub(rest, 11, rest.n), '/', &rest);
}

TrailEvent trail_record(Arena *a, SimCall *c, const TrailCall *call)
{
	Actor who = { c->who.arn, c->who.account, c->who.user_id, key_of(c), sim_header(c->rq, "user-agent"), STR("127.0.0.1"), c->who.role };
	Deed d = { call->source, call->name, STR("null"), c->error, str_of(c->request_id), c->region, c->now_ms };
	JsonVal v = parameters(c, call);
	Buf text = { 0 };
	JsonW w = jw_to(&text);
	TrailEvent e;

	if (jv_type(v) == JV_OBJECT) {
		put_shown(a, &w, v, str_is(str_of(call->source), "ssm"), 0);
		d.parameters = buf_str(&text);
	}
	e = event_of(a, &who, &d);
	buf_done(&text);
	return e;
}

/* salt: of two deeds of one millisecond what tells them apart. */
static TrailEvent pipeline_did(SimCall *c, Deed d, uint64_t salt)
{
	Arena *a = c->arena;
	Str account = c->who.account;
	Actor who = { .account = account, .id = STR("AROASIMULATEDRELEASE:deploy"), .key = STR("ASIASIMPIPELINE00000"), .role = true,
	              .arn = arena_printf(a, "arn:aws:sts::%.*s:assumed-role/release-pipeline/deploy", STR_ARG(account)),
	              .agent = STR("aws-sdk-js/3.600.0"), .address = STR("10.0.0.17") };
	char id[FLEET_UUID];

	fleet_uuid(salt, (uint64_t)d.time_ms, id);
	d.request_id = arena_str(a, str_of(id));
	d.region = c->region;
	return event_of(a, &who, &d);
}

TrailEvent trail_pipeline(SimCall *c, const char *name, unsigned agent, Str version, int64_t t_ms)
{
	Str parameters = arena_printf(c->arena, "{\"tableName\":\"agents\",\"key\":{\"agentId\":{\"S\":\"%s\"},\"version\":{\"S\":\"%.*s\"}}}",
	                              fleet_agent_id(agent), STR_ARG(version));

	return pipeline_did(c, (Deed){ .source = "dynamodb", .name = str_of(name), .parameters = parameters, .time_ms = t_ms },
	                    rng_join(str_hash(version), agent));
}

TrailEvent trail_pipeline_move(SimCall *c, const PipelineMove *m)
{
	const bool alias = m->platform == PLATFORM_CLASSIC;
	Deed d = { .source = alias ? "bedrock" : "bedrock-agentcore", .name = alias ? STR("UpdateAgentAlias") : STR("UpdateAgentRuntimeEndpoint"),
	           .parameters = alias ? classic_move_text(c, m->agent, m->version) : agentcore_move_text(c, m->agent, m->pointer, m->version),
	           .time_ms = m->t_ms };

	return pipeline_did(c, d, rng_join(str_hash(str_of(m->pointer)), m->agent * 4 + m->platform));
}
