/* Events of CloudTrail and items of the agents table, of any bytes. Oracle: a change has an object and the event's time and id, ids
 * are different, and traits of an item stand behind one that says that it is there. */
#include <stdlib.h>
#include <string.h>

#include "api/trail_change.h"
#include "api/traits.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void need(bool holds)
{
	if (!holds)
		abort();
}

static void check_event(Arena *a, const char *source, const char *name, Str record)
{
	TrailEvent e = { .id = STR("e"), .name = str_of(name), .source = str_of(source), .record = record, .time_ms = 7 };
	TrailChanges found;

	trail_changes(a, &e, STR("agents"), &found);
	need(found.n <= TRAIL_CHANGES_MAX);
	for (size_t i = 0; i < found.n; i++) {
		need(found.v[i].object.n > 0 && found.v[i].time_ms == 7 && found.v[i].since_ms == 7 && str_starts(found.v[i].id, e.id));
		for (size_t k = 0; k < i; k++)
			need(!str_eq(found.v[i].id, found.v[k].id));
	}
	need(!found.has_known || (found.known.id.n && found.known.name.n));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const events[][2] = {
		{ "dynamodb.amazonaws.com", "UpdateItem" }, { "dynamodb.amazonaws.com", "TransactWriteItems" },
		{ "bedrock.amazonaws.com", "UpdateAgentAlias" }, { "bedrock-agentcore.amazonaws.com", "CreateAgentRuntime" },
		{ "secretsmanager.amazonaws.com", "UpdateSecretVersionStage" }, { "ssm.amazonaws.com", "LabelParameterVersion" },
	};
	Str text = { (const char *)data, size };
	TraitList traits = { 0 };
	Arena a = { 0 };
	AgentItem it;
	JsonVal item;
	Err e = { 0 };

	for (size_t i = 0; i < sizeof events / sizeof *events; i++)
		check_event(&a, events[i][0], events[i][1], text);
	if (jv_parse(&a, text, 1 << 20, &item, &e) == 0 && record_agent(&a, item, &it, &e) == 0) {
		traits_of_agent(&traits, &a, item, &it);
		for (size_t i = 0; i < traits.n; i++)
			need(traits.v[i].base.n && traits.v[i].object.n && (i || traits.v[i].first));
	}
	traits_done(&traits);
	arena_done(&a);
	return 0;
}
