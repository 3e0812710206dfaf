#include "conf/template_source.h"

#include "conf/yaml.h"

#define TRUSTED_KEY "alias/seismo-templates"

const char *const template_kinds[TEMPLATE_KINDS + 1] = {
	[TEMPLATE_LOCAL] = "local", [TEMPLATE_S3] = "s3", [TEMPLATE_SECRETS] = "secretsmanager", [TEMPLATE_BEDROCK] = "bedrock",
	[TEMPLATE_DYNAMODB] = "dynamodb", [TEMPLATE_SSM] = "ssm",
};

const TemplateSource template_sources_default[] = {
	{ .kind = TEMPLATE_SECRETS, .prefix = { "prompts/", 8 }, .key = { TRUSTED_KEY, sizeof TRUSTED_KEY - 1 } },
};
const size_t template_sources_default_n = sizeof template_sources_default / sizeof *template_sources_default;

#define AT(member) .offset = offsetof(TemplateSource, member)
static const Setting rows[] = {
	{ "kind", SET_WORD, AT(kind), .words = template_kinds, .must = true,
	  .help = "local: files of a folder. s3: objects of a bucket. secretsmanager: secrets. bedrock: Bedrock's prompt management. "
	          "dynamodb: what versions of the agents table name. ssm: parameters." },
	{ "path", SET_TEXT, AT(path), .min = 1, .max = 1024, .help = "local: the folder. `~/` is the home." },
	{ "bucket", SET_TEXT, AT(bucket), .min = 3, .max = 63, .help = "s3: the bucket." },
	{ "table", SET_TEXT, AT(table), .min = 3, .max = 255, .help = "dynamodb: the table. Left out: `sources.agents.table`." },
	{ "prefix", SET_TEXT, AT(prefix), .min = 1, .max = 512,
	  .help = "s3, secretsmanager, dynamodb: what keys, names or agents begin with. Left out: all. ssm: the path, `/prompts`." },
	{ "key", SET_TEXT, AT(key), .min = 1, .max = 2048, .fallback = TRUSTED_KEY,
	  .help = "The KMS key (id, ARN or alias) whose signatures are trusted. A key that a template names itself never is." },
	{ "environment", SET_TEXT, AT(environment), .min = 1, .max = 64,
	  .help = "What templates must be signed for. Left out: the context's stage." },
};
#undef AT

static int check(const char *file, const YamlNode *map, void *out, Err *e)
{
	static const struct { TemplateKind kind; const char *key; bool must, others; } rows_of[] = {
		{ TEMPLATE_LOCAL, "path", true, false }, { TEMPLATE_S3, "bucket", true, false }, { TEMPLATE_SSM, "prefix", true, true },
		{ TEMPLATE_DYNAMODB, "table", false, false },
	};
	const TemplateSource *s = out;

	if (s->kind == TEMPLATE_SSM && s->prefix.n && !str_starts(s->prefix, STR("/")))
		return yaml_error_key(file, yaml_get(map, "prefix"), e, "of parameters it is a path that begins with /, like /prompts");
	for (size_t i = 0; i < sizeof rows_of / sizeof *rows_of; i++) {
		if (rows_of[i].must && s->kind == rows_of[i].kind && !yaml_get(map, rows_of[i].key))
			return yaml_error(file, map, e, "templates of kind %s need %s", template_kinds[s->kind], rows_of[i].key);
		if (!rows_of[i].others && s->kind != rows_of[i].kind && yaml_get(map, rows_of[i].key))
			return yaml_error_key(file, yaml_get(map, rows_of[i].key), e, "%s goes with kind %s", rows_of[i].key,
			                      template_kinds[rows_of[i].kind]);
	}
	return 0;
}

const SettingList template_source_list = { SCHEMA(rows), sizeof(TemplateSource), check, NULL };
