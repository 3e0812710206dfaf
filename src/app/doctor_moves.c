/* What the registry, moves of pointers and signed templates read, asked about things that are not there: that they are not is an answer. */
#include "app/doctor_own.h"

#include "act/items.h"
#include "api/agentcore.h"
#include "api/agentcore_data.h"
#include "api/agentcore_gateway.h"
#include "api/bedrock_agent.h"
#include "api/kms.h"
#include "api/ssm.h"

static const Str nobody = { "seismo-doctor", sizeof "seismo-doctor" - 1 };

static LockPlace place(const Doctor *d, NeedOn on)
{
	const ConfSources *src = &d->session->ctx->src;

	return (LockPlace){ on == ON_AGENTS_TABLE, on == ON_AGENTS_TABLE ? src->agents_table.p : src->lock_table.p, nobody, false };
}

static void ask_item(Doctor *d, DoctorLine *line, DoctorDone done)
{
	LockPlace p = place(d, line->need->on);
	DdbKeyIn in = lock_key(&d->arena, &p);

	doctor_call(d, &op_dynamodb_get_item, &in, done, line);
}

static void ask_audit(Doctor *d, DoctorLine *line, DoctorDone done)
{
	LockPlace p = place(d, line->need->on);
	DdbQueryIn in = audit_query(&d->arena, &p);

	doctor_call(d, &op_dynamodb_query, &in, done, line);
}

static void ask_scan(Doctor *d, DoctorLine *line, DoctorDone done)
{
	DdbQueryIn in = { .table = d->session->ctx->src.lock_table.p, .limit = 1 };

	doctor_call(d, &op_dynamodb_scan, &in, done, line);
}

static void ask_runtime(Doctor *d, DoctorLine *line, DoctorDone done)
{
	doctor_call(d, &op_agentcore_get_runtime, &(AcRuntimeIn){ .id = STR("seismo_doctor-0000000000") }, done, line);
}

static void ask_endpoint(Doctor *d, DoctorLine *line, DoctorDone done)
{
	doctor_call(d, &op_agentcore_get_endpoint, &(AcEndpointIn){ STR("seismo_doctor-0000000000"), STR("prod") }, done, line);
}

static void ask_version(Doctor *d, DoctorLine *line, DoctorDone done)
{
	doctor_call(d, &op_bedrock_agent_get_version, &(BaVersionIn){ STR("SEISMODOCT"), STR("1") }, done, line);
}

static void ask_gateway(Doctor *d, DoctorLine *line, DoctorDone done)
{
	doctor_call(d, &op_agentcore_get_gateway, &(AcGatewayIn){ STR("seismo-doctor-0000000000") }, done, line);
}

static void ask_limit(Doctor *d, DoctorLine *line, DoctorDone done)
{
	doctor_call(d, &op_agentcore_get_rate_limit, &(AcRateLimitIn){ STR("seismo-doctor-0000000000"), nobody }, done, line);
}

static void ask_tests(Doctor *d, DoctorLine *line, DoctorDone done)
{
	doctor_call(d, &op_agentcore_list_ab_tests, &(AcListIn){ .max = 1 }, done, line);
}

static void ask_test(Doctor *d, DoctorLine *line, DoctorDone done)
{
	doctor_call(d, &op_agentcore_get_ab_test, &(AcTestIn){ STR("seismo_doctor-0000000000") }, done, line);
}

static void ask_parameter(Doctor *d, DoctorLine *line, DoctorDone done)
{
	doctor_call(d, &op_ssm_get_parameter, &(SsmGetIn){ .name = STR("/seismo-doctor") }, done, line);
}

static void ask_versions(Doctor *d, DoctorLine *line, DoctorDone done)
{
	if (line->need->op == &op_agentcore_list_runtime_versions)
		doctor_call(d, line->need->op, &(AcRuntimeListIn){ .id = STR("seismo_doctor-0000000000"), .max = 1 }, done, line);
	else
		doctor_call(d, line->need->op, &(BaAgentListIn){ .id = STR("SEISMODOCT"), .max = 1 }, done, line);
}

static void ask_items(Doctor *d, DoctorLine *line, DoctorDone done)
{
	LockPlace p = place(d, line->need->on);
	DdbKeyIn one = lock_key(&d->arena, &p);
	const DdbField *const keys[] = { one.key };
	DdbBatchGetIn in = { .table = one.table, .keys = keys, .key_count = 1, .fields_per_key = one.key_count };

	doctor_call(d, &op_dynamodb_batch_get_item, &in, done, line);
}

/* With a key that nobody has. */
static void ask_verify(Doctor *d, DoctorLine *line, DoctorDone done)
{
	const KmsVerifyIn in = { .key_id = STR("alias/seismo-doctor"), .message = STR("0123456789abcdef0123456789abcdef"),
	                         .message_type = STR("DIGEST"), .signature = STR("none"), .algorithm = STR("RSASSA_PKCS1_V1_5_SHA_256") };

	doctor_call(d, &op_kms_verify, &in, done, line);
}

static const struct { const AwsOp *op; NeedOn on; void (*ask)(Doctor *d, DoctorLine *line, DoctorDone done); } rows[] = {
	{ &op_dynamodb_get_item, ON_AGENTS_TABLE, ask_item }, { &op_dynamodb_get_item, ON_LOCK_TABLE, ask_item },
	{ &op_dynamodb_query, ON_AGENTS_TABLE, ask_audit }, { &op_dynamodb_query, ON_LOCK_TABLE, ask_audit },
	{ &op_dynamodb_scan, ON_LOCK_TABLE, ask_scan }, { &op_agentcore_get_runtime, ON_RUNTIMES, ask_runtime },
	{ &op_agentcore_get_endpoint, ON_RUNTIMES, ask_endpoint }, { &op_bedrock_agent_get_version, ON_CLASSIC, ask_version },
	{ &op_kms_verify, ON_KEYS, ask_verify }, { &op_ssm_get_parameter, ON_PARAMETERS, ask_parameter },
	{ &op_agentcore_get_gateway, ON_GATEWAYS, ask_gateway }, { &op_agentcore_get_rate_limit, ON_GATEWAYS, ask_limit },
	{ &op_agentcore_list_ab_tests, ON_REGION, ask_tests }, { &op_agentcore_get_ab_test, ON_AB_TESTS, ask_test },
	{ &op_agentcore_list_runtime_versions, ON_RUNTIMES, ask_versions }, { &op_bedrock_agent_list_versions, ON_CLASSIC, ask_versions },
	{ &op_dynamodb_batch_get_item, ON_LOCK_TABLE, ask_items },
};

void doctor_moves_ask(Doctor *d, const Need *need, DoctorLine *line, DoctorDone done)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (rows[i].op == need->op && rows[i].on == need->on)
			rows[i].ask(d, line, done);
}
