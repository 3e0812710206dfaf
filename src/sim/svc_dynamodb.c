#include "sim/service.h"

#include <stdio.h>
#include <string.h>

#include "sim/fleet_tables.h"
#include "wire/text.h"

#define REGISTRY "agents"

static const char release_role[] = "arn:aws:iam::000000000000:role/release-pipeline";

static int read_route(Sim *s, unsigned agent, Arena *a, JsonVal *item)
{
	Buf body = {0}, out = {0};
	JsonVal root;
	int rc = -1;

	buf_printf(&body, "{\"TableName\":\"" REGISTRY "\",\"ConsistentRead\":true,\"Key\":{\"agentId\":{\"S\":\"%s\"},"
	           "\"version\":{\"S\":\"#route\"}}}", fleet_agent_id(agent));
	if (ddb_call(sim_ddb(s), STR("GetItem"), buf_str(&body), sim_now(s), &out) == 200 &&
	    jv_parse(a, buf_str(&out), BUF_DEFAULT_MAX, &root, NULL) == 0 && jv_object(root, "Item", item, NULL) == 0)
		rc = 0;
	buf_done(&body);
	buf_done(&out);
	return rc;
}

/* The pointer's item as a route of the fleet. -1 for one that no console writes: arrivals then stay as they are. */
static int route_of(Fleet *f, unsigned agent, JsonVal item, FleetRoute *out)
{
	JsonVal list = jv_path(item, "routes.L");
	int64_t weight;
	Str text;

	*out = (FleetRoute){0};
	for (size_t i = 0; i < jv_count(list); i++) {
		JsonVal one = jv_get(jv_at(list, i), "M");
		int v;
		if (jv_str(jv_get(one, "version"), "S", &text, NULL) < 0 || (v = fleet_version_of(f, agent, text)) < 0)
			return -1;
		if (jv_str(jv_get(one, "weight"), "N", &text, NULL) < 0 || str_i64(text, &weight) < 0 || weight < 1 || weight > 100)
			return -1;
		out->weight[v] = (uint8_t)weight;
	}
	(void)jv_opt_bool(jv_get(item, "paused"), "BOOL", &out->paused, NULL);      /* absent: not paused */
	return jv_count(list) ? 0 : -1;
}

void registry_follow(Sim *s)
{
	Fleet *f = sim_fleet(s);
	int64_t now = sim_now(s);
	Arena a = {0};

	for (unsigned agent = 0; agent < FLEET_AGENTS; agent++) {
		FleetRoute have = fleet_route_at(f, agent, now), want;
		JsonVal item;
		if (read_route(s, agent, &a, &item) < 0 || route_of(f, agent, item, &want) < 0)
			continue;
		if (want.paused == have.paused && memcmp(want.weight, have.weight, sizeof have.weight) == 0)
			continue;
		want.from_ms = now;
		fleet_route_set(f, agent, &want);
	}
	arena_done(&a);
}

static bool put_new(void *arg, Str agent, Str version, Str item_json)
{
	Sim *s = arg;
	Buf body = {0}, out = {0};

	(void)agent;
	(void)version;
	/* A state file keeps what clients have made of the registry. */
	buf_printf(&body, "{\"TableName\":\"" REGISTRY "\",\"Item\":%.*s,\"ConditionExpression\":\"attribute_not_exists(#k)\","
	           "\"ExpressionAttributeNames\":{\"#k\":\"agentId\"}}", STR_ARG(item_json));
	(void)ddb_call(sim_ddb(s), STR("PutItem"), buf_str(&body), sim_now(s), &out);
	buf_done(&body);
	buf_done(&out);
	return true;
}

void registry_seed(Sim *s)
{
	fleet_registry_each(sim_fleet(s), put_new, s);
	registry_follow(s);
}

static int64_t rev_of(JsonVal item)
{
	int64_t rev = 0;
	Str text;

	if (jv_str(jv_get(item, "rev"), "N", &text, NULL) == 0)
		(void)str_i64(text, &rev);
	return rev;
}

static void set_production(Sim *s, unsigned agent, Str version)
{
	Buf body = {0}, out = {0};

	buf_printf(&body, "{\"TableName\":\"" REGISTRY "\",\"Key\":{\"agentId\":{\"S\":\"%s\"},\"version\":{\"S\":\"%.*s\"}},"
	           "\"UpdateExpression\":\"SET #s = :s\",\"ConditionExpression\":\"attribute_exists(#k)\","
	           "\"ExpressionAttributeNames\":{\"#s\":\"status\",\"#k\":\"agentId\"},"
	           "\"ExpressionAttributeValues\":{\":s\":{\"S\":\"production\"}}}", fleet_agent_id(agent), STR_ARG(version));
	(void)ddb_call(sim_ddb(s), STR("UpdateItem"), buf_str(&body), sim_now(s), &out);      /* not there: somebody deleted it */
	buf_done(&body);
	buf_done(&out);
}

void registry_release(Sim *s, int64_t release_ms, unsigned agent)
{
	Buf item = {0}, body = {0}, out = {0};
	JsonVal route = {0};
	Arena a = {0};
	int64_t rev = read_route(s, agent, &a, &route) == 0 ? rev_of(route) : 0;

	fleet_route_item(sim_fleet(s), agent, release_ms, rev + 2, str_of(release_role), STR("release"), &item);
	/* Like any pipeline it must not write through a console's lock; it then has lost. */
	buf_printf(&body, "{\"TableName\":\"" REGISTRY "\",\"Item\":%s,\"ConditionExpression\":\"attribute_not_exists(#l)\","
	           "\"ExpressionAttributeNames\":{\"#l\":\"lock\"}}", buf_cstr(&item));
	if (ddb_call(sim_ddb(s), STR("PutItem"), buf_str(&body), sim_now(s), &out) == 200)
		set_production(s, agent, fleet_version(sim_fleet(s), agent, FLEET_BAD_VERSION));
	registry_follow(s);
	arena_done(&a);
	buf_done(&item);
	buf_done(&body);
	buf_done(&out);
}

static bool may_write_registry(const SimCall *c)
{
	static const char *const writes[] = { "PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems", "BatchWriteItem" };

	for (size_t i = 0; i < sizeof writes / sizeof writes[0]; i++)
		if (str_is(c->operation, writes[i]))
			return str_has(c->rq->body, STR("#route"));
	return false;
}

void svc_dynamodb(SimCall *c)
{
	Buf out = {0};
	char crc[16];
	int status = ddb_call(sim_ddb(c->sim), c->operation, c->rq->body, c->now_ms, &out);

	snprintf(crc, sizeof crc, "%u", (unsigned)crc32_of(0, buf_str(&out)));
	sim_answer_as(c, status, buf_str(&out), "x-amz-crc32", str_of(crc));
	buf_done(&out);
	if (status == 200 && may_write_registry(c))
		registry_follow(c->sim);
}
