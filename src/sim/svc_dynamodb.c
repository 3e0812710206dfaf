#include "sim/service.h"

#include <stdio.h>
#include <string.h>

#include "sim/fleet_tables.h"
#include "sim/platform.h"
#include "wire/jsonw.h"

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
		platform_follow_table(s, agent, &want);
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
	if (ddb_call(sim_ddb(s), STR("PutItem"), buf_str(&body), sim_now(s), &out) == 200) {
		FleetRoute moved = fleet_route_at(sim_fleet(s), agent, release_ms);

		set_production(s, agent, fleet_version(sim_fleet(s), agent, FLEET_BAD_VERSION));
		platform_follow_table(s, agent, &moved);      /* the fleet's arrivals knew it beforehand */
	}
	registry_follow(s);
	arena_done(&a);
	buf_done(&item);
	buf_done(&body);
	buf_done(&out);
}

/* Like any pipeline it must not write through a console's lock: the lock's owner then decides. */
void registry_mirror(Sim *s, unsigned agent, int64_t t_ms, Str by)
{
	Buf item = {0}, body = {0}, out = {0};
	JsonVal route = {0};
	Arena a = {0};
	int64_t rev = read_route(s, agent, &a, &route) == 0 ? rev_of(route) : 0;

	fleet_route_item(sim_fleet(s), agent, t_ms, rev + 2, by, STR("moved on its platform"), &item);
	buf_printf(&body, "{\"TableName\":\"" REGISTRY "\",\"Item\":%s,\"ConditionExpression\":\"attribute_not_exists(#l)\","
	           "\"ExpressionAttributeNames\":{\"#l\":\"lock\"}}", buf_cstr(&item));
	(void)ddb_call(sim_ddb(s), STR("PutItem"), buf_str(&body), sim_now(s), &out);
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

static bool reads_jobs(const SimCall *c)
{
	return (str_is(c->operation, "Query") || str_is(c->operation, "Scan")) && str_has(c->rq->body, STR("\"jobs\""));
}

/* Updates of jobs seen twice or out of order, as a reader does who pages while they are written. */
static void shuffle_items(SimCall *c, Buf *out)
{
	FaultList list = {0};
	Buf fresh = {0}, one;
	JsonW w = jw_to(&fresh);
	JsonVal root, items;
	size_t given;
	Str key;

	if (jv_parse(c->arena, buf_str(out), BUF_DEFAULT_MAX, &root, NULL) < 0 || jv_array(root, "Items", &items, NULL) < 0)
		return;                /* a count has no items */
	for (size_t i = 0; i < jv_count(items); i++) {
		(void)jv_write(jv_at(items, i), &list.json);      /* as large as what it was read from */
		fault_list_mark(&list);
	}
	jw_object(&w);
	jw_key(&w, "Items");
	jw_array(&w);
	given = fault_list_write(&list, sim_faults(c->sim), c->plan.salt, &w);
	jw_array_end(&w);
	for (size_t i = 0; i < jv_count(root); i++) {
		JsonVal v = jv_member_at(root, i, &key);
		if (str_is(key, "Items"))
			continue;
		jw_key_str(&w, key);
		if (str_is(key, "Count")) {
			jw_i64(&w, (int64_t)given);
		} else {
			one = (Buf){0};
			(void)jv_write(v, &one);
			jw_raw(&w, buf_str(&one));
			buf_done(&one);
		}
	}
	jw_object_end(&w);
	buf_done(out);
	*out = fresh;
	fault_list_done(&list);
}

void svc_dynamodb(SimCall *c)
{
	Buf out = {0};
	int status;

	ddb_set_home(sim_ddb(c->sim), c->region, c->who.account);
	status = ddb_call(sim_ddb(c->sim), c->operation, c->rq->body, c->now_ms, &out);

	if (status == 200 && (sim_faults(c->sim)->dup || sim_faults(c->sim)->reorder) && reads_jobs(c))
		shuffle_items(c, &out);
	sim_answer_as(c, status, buf_str(&out), NULL, (Str){0});
	buf_done(&out);
	if (status == 200 && may_write_registry(c))
		registry_follow(c->sim);
}
