/* What the reading of templates asks, about templates that are not there, in each of the places that are configured. */
#include "app/doctor_own.h"

#include "api/bedrock_prompt.h"
#include "api/s3.h"
#include "api/secrets.h"
#include "api/ssm.h"

/* The first entry of sources.templates of that kind; the row is only asked when there is one. */
static const TemplateSource *source(const Doctor *d, TemplateKind kind)
{
	const ConfSources *src = &d->session->ctx->src;
	size_t i = 0;

	while (i + 1 < src->template_n && src->templates[i].kind != kind)
		i++;
	return &src->templates[i];
}

static Str nobody(Doctor *d, TemplateKind kind)
{
	return arena_printf(&d->arena, "%.*sseismo-doctor", STR_ARG(source(d, kind)->prefix));
}

static void ask_secrets(Doctor *d, DoctorLine *line, DoctorDone done)
{
	Str prefix = nobody(d, TEMPLATE_SECRETS);
	SecretFilter filter = { STR("name"), { &prefix, 1 } };

	doctor_call(d, &op_secrets_list, &(SecretListIn){ .filters = { &filter, 1 }, .max_results = 1 }, done, line);
}

static void ask_versions(Doctor *d, DoctorLine *line, DoctorDone done)
{
	doctor_call(d, &op_secrets_list_version_ids, &(SecretVersionsIn){ .id = nobody(d, TEMPLATE_SECRETS), .max_results = 1 }, done, line);
}

static void ask_secret(Doctor *d, DoctorLine *line, DoctorDone done)
{
	doctor_call(d, &op_secrets_get_value, &(SecretGetIn){ .id = nobody(d, TEMPLATE_SECRETS) }, done, line);
}

static void ask_bucket(Doctor *d, DoctorLine *line, DoctorDone done)
{
	const TemplateSource *s = source(d, TEMPLATE_S3);

	doctor_call(d, &op_s3_list_objects, &(S3ListIn){ .bucket = s->bucket, .prefix = s->prefix, .max = 1 }, done, line);
}

static void ask_object(Doctor *d, DoctorLine *line, DoctorDone done)
{
	doctor_call(d, &op_s3_get_object, &(S3GetIn){ .bucket = source(d, TEMPLATE_S3)->bucket, .key = nobody(d, TEMPLATE_S3) }, done, line);
}

static void ask_prompts(Doctor *d, DoctorLine *line, DoctorDone done)
{
	doctor_call(d, &op_bedrock_agent_list_prompts, &(BaPromptListIn){ .max = 1 }, done, line);
}

static void ask_prompt(Doctor *d, DoctorLine *line, DoctorDone done)
{
	doctor_call(d, &op_bedrock_agent_get_prompt, &(BaPromptIn){ .id = STR("SEISMODOCT") }, done, line);
}

static void ask_path(Doctor *d, DoctorLine *line, DoctorDone done)
{
	doctor_call(d, &op_ssm_get_parameters_by_path, &(SsmByPathIn){ .path = source(d, TEMPLATE_SSM)->prefix, .max_results = 1 }, done, line);
}

static void ask_history(Doctor *d, DoctorLine *line, DoctorDone done)
{
	Str name = arena_printf(&d->arena, "%.*s/seismo-doctor", STR_ARG(source(d, TEMPLATE_SSM)->prefix));

	doctor_call(d, &op_ssm_get_parameter_history, &(SsmHistoryIn){ .name = name, .max_results = 1 }, done, line);
}

static const struct { const AwsOp *op; void (*ask)(Doctor *d, DoctorLine *line, DoctorDone done); } rows[] = {
	{ &op_secrets_list, ask_secrets }, { &op_secrets_list_version_ids, ask_versions }, { &op_secrets_get_value, ask_secret },
	{ &op_s3_list_objects, ask_bucket }, { &op_s3_get_object, ask_object }, { &op_bedrock_agent_list_prompts, ask_prompts },
	{ &op_bedrock_agent_get_prompt, ask_prompt }, { &op_ssm_get_parameters_by_path, ask_path },
	{ &op_ssm_get_parameter_history, ask_history },
};

void doctor_templates_ask(Doctor *d, const Need *need, DoctorLine *line, DoctorDone done)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (rows[i].op == need->op)
			rows[i].ask(d, line, done);
}
