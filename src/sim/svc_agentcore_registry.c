/* AgentCore's registry: each release of each agent of the fleet is a record that waits for approval, or has it. */
#include <string.h>

#include "api/agentcore_registry.h"
#include "sim/agentcore.h"
#include "sim/fleet_tables.h"

enum { PAGE = 100, RECORDS = FLEET_AGENTS * FLEET_VERSIONS, REASON_MAX = 255 };

typedef struct Record { const char *status; Str reason; int64_t updated_ms; } Record;
typedef struct Registry { Record record[RECORDS]; } Registry;

const SimTable sim_agentcore_registry;

static Registry *state_of(SimCall *c)
{
	return sim_slot(c->sim, &sim_agentcore_registry, sizeof(Registry));
}

static Str registry_id(SimCall *c)
{
	return arena_printf(c->arena, "fl%.*s", STR_ARG(platform_id(c, "registry", false)));
}

static Str registry_arn(SimCall *c)
{
	return platform_arn(c, "bedrock-agentcore", "registry/%.*s", STR_ARG(registry_id(c)));
}

static Str record_id(SimCall *c, int i)
{
	return arena_printf(c->arena, "rc%.*s", STR_ARG(platform_id(c, arena_printf(c->arena, "record/%d", i).p, false)));
}

/* The table's words for it. */
static const char *first_status(int i)
{
	static const char *const names[][2] = {
		{ "draft", "DRAFT" }, { "testing", "PENDING_APPROVAL" }, { "approved", "APPROVED" }, { "production", "APPROVED" },
		{ "rejected", "REJECTED" },
	};
	const char *status = fleet_agents[i / FLEET_VERSIONS].status[i % FLEET_VERSIONS];

	for (size_t k = 0; k < sizeof names / sizeof names[0]; k++)
		if (strcmp(names[k][0], status) == 0)
			return names[k][1];
	return "DEPRECATED";
}

static void put_record(SimCall *c, int i, AcRecord *out)
{
	const FleetAgent *t = &fleet_agents[i / FLEET_VERSIONS];
	const Record *r = &state_of(c)->record[i];
	int64_t made = fleet_version_made_ms(sim_fleet(c->sim), (unsigned)(i / FLEET_VERSIONS), (unsigned)(i % FLEET_VERSIONS));

	*out = (AcRecord){ .id = record_id(c, i), .registry_arn = registry_arn(c), .name = str_of(t->id),
	                   .description = arena_printf(c->arena, "%s, release %s", t->id, t->version[i % FLEET_VERSIONS]),
	                   .descriptor_type = STR("CUSTOM"), .version = str_of(t->version[i % FLEET_VERSIONS]),
	                   .status = str_of(r->status ? r->status : first_status(i)), .status_reason = r->reason, .created_ms = made,
	                   .updated_ms = r->updated_ms ? r->updated_ms : made };
	out->arn = arena_printf(c->arena, "%.*s/record/%.*s", STR_ARG(out->registry_arn), STR_ARG(out->id));
	out->descriptors = arena_printf(c->arena, "{\"custom\":{\"inlineContent\":"
	                                "\"{\\\"agentId\\\":\\\"%s\\\",\\\"version\\\":\\\"%s\\\",\\\"model\\\":\\\"%s\\\"}\"}}",
	                                t->id, t->version[i % FLEET_VERSIONS], fleet_models[t->model].id);
}

static int find_registry(SimCall *c, Str id)
{
	if (str_eq(id, registry_id(c)) || str_eq(id, registry_arn(c)))
		return 0;
	return platform_fail(c, 404, "ResourceNotFoundException", "Registry %.*s was not found", id.n > 200 ? 200 : STR_ARG(id));
}

static int list_registries(SimCall *c, const void *input, void *output)
{
	const AcRegistryListIn *in = input;
	AcRegistries *out = output;
	bool asked = (!in->status.n || str_is(in->status, "READY")) && (!in->authorizer_type.n || str_is(in->authorizer_type, "AWS_IAM"));
	int64_t made = fleet_version_made_ms(sim_fleet(c->sim), 0, 0);
	size_t from, n;

	if (platform_page(c, in->next_token, in->max, PAGE, asked, &from, &n, &out->next_token) < 0)
		return -1;
	out->registries.v = ARENA_NEW(c->arena, AcRegistry);
	out->registries.n = n;
	out->registries.v[0] = (AcRegistry){ .id = registry_id(c), .arn = registry_arn(c), .name = STR("fleet"), .status = STR("READY"),
	                                     .description = STR("Agents of the fleet and their approval"), .authorizer_type = STR("AWS_IAM"),
	                                     .created_ms = made, .updated_ms = made };
	return 0;
}

static bool wanted(const AcRecordListIn *in, const AcRecord *r)
{
	return (!in->name.n || str_eq(in->name, r->name)) && (!in->status.n || str_eq(in->status, r->status)) &&
	       (!in->descriptor_type.n || str_eq(in->descriptor_type, r->descriptor_type));
}

static int list_records(SimCall *c, const void *input, void *output)
{
	const AcRecordListIn *in = input;
	AcRecords *out = output;
	AcRecord *all = ARENA_ARRAY(c->arena, AcRecord, RECORDS);
	size_t from, n, total = 0;

	if (find_registry(c, in->registry) < 0)
		return -1;
	for (int i = 0; i < RECORDS; i++) {
		put_record(c, i, &all[total]);
		total += wanted(in, &all[total]);
	}
	if (platform_page(c, in->next_token, in->max, PAGE, total, &from, &n, &out->next_token) < 0)
		return -1;
	out->records.v = all + from;
	out->records.n = n;
	return 0;
}

/* -1: answered. By id or ARN. */
static int find_record(SimCall *c, Str registry, Str id)
{
	if (find_registry(c, registry) < 0)
		return -1;
	for (int i = 0; i < RECORDS; i++)
		if (str_eq(id, record_id(c, i)) || (str_starts(id, registry_arn(c)) && str_ends(id, record_id(c, i))))
			return i;
	return platform_fail(c, 404, "ResourceNotFoundException", "Record %.*s was not found in this registry", id.n > 200 ? 200 : STR_ARG(id));
}

static int get_record(SimCall *c, const void *input, void *output)
{
	const AcRecordIn *in = input;
	int i = find_record(c, in->registry, in->id);

	if (i < 0)
		return -1;
	put_record(c, i, output);
	return 0;
}

/* The statuses that a person may set; work under way is the service's own. */
static const char *settable(Str status)
{
	static const char *const names[] = { "DRAFT", "PENDING_APPROVAL", "APPROVED", "REJECTED", "DEPRECATED" };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (str_is(status, names[i]))
			return names[i];
	return NULL;
}

static int update_status(SimCall *c, const void *input, void *output)
{
	const AcRecordStatusIn *in = input;
	int i = find_record(c, in->registry, in->id);
	const char *status = settable(in->status);
	AcRecord now;
	Record *r;

	if (i < 0)
		return -1;
	if (!status)
		return platform_fail(c, 400, "ValidationException", "status must be DRAFT, PENDING_APPROVAL, APPROVED, REJECTED or DEPRECATED");
	if (in->reason.n > REASON_MAX)
		return platform_fail(c, 400, "ValidationException", "statusReason must have 255 characters at most");
	put_record(c, i, &now);
	if (str_is(now.status, "DEPRECATED"))
		return platform_fail(c, 409, "ConflictException", "A deprecated record cannot get another status");
	r = &state_of(c)->record[i];
	*r = (Record){ status, arena_str(sim_keep(c->sim), in->reason), c->now_ms };
	put_record(c, i, output);
	c->status = 202;
	return 0;
}

static const SimRow rows[] = {
	{ &op_agentcore_list_registries, list_registries, NULL }, { &op_agentcore_list_records, list_records, NULL },
	{ &op_agentcore_get_record, get_record, NULL }, { &op_agentcore_update_record_status, update_status, NULL },
};
const SimTable sim_agentcore_registry = SIM_TABLE(rows);
