#include "conf/version_file.h"

#include "base/file.h"
#include "conf/checks.h"
#include "conf/yaml.h"

enum { MAX_BYTES = 256 << 10, ENV_MAX = 50 };

static const char *const statuses[] = { "draft", "testing", NULL };

/* As it is read: the map is taken apart afterwards. */
typedef struct Raw { VersionFile f; int status; const YamlNode *environment; } Raw;

#define AT(member) .offset = offsetof(Raw, member)
static const Setting rows[] = {
	{ "version", SET_TEXT, AT(f.version), .min = 1, .max = 128, .check = check_name, .want = "letters, digits, -, _ and .",
	  .help = "Agents table: its name. AgentCore counts its versions itself." },
	{ "prompt_template", SET_TEXT, AT(f.prompt_template), .min = 1, .max = 100000, .help = "Agents table: s3://, secretsmanager:// or the text." },
	{ "model", SET_TEXT, AT(f.model), .min = 1, .max = 2048, .help = "Agents table: the model's id or ARN." },
	{ "status", SET_WORD, AT(status), .words = statuses, .fallback = "draft", .help = "Agents table." },
	{ "config.temperature", SET_DECIMAL, AT(f.temperature), .max = 2000000, .help = "Agents table." },
	{ "config.max_tokens", SET_INT, AT(f.max_tokens), .min = 1, .max = 1000000, .help = "Agents table." },
	{ "container_uri", SET_TEXT, AT(f.container_uri), .min = 1, .max = 1024, .help = "AgentCore: the image." },
	{ "environment", SET_MAP, AT(environment), .help = "AgentCore: variables that are set; the others stay." },
	{ "description", SET_TEXT, AT(f.description), .min = 1, .max = 1200, .help = "AgentCore." },
};
#undef AT
static const Schema schema = SCHEMA(rows);

static int take_environment(Arena *a, const char *path, const YamlNode *map, VersionFile *f, Err *e)
{
	if (map->count > ENV_MAX)
		return yaml_error(path, map, e, "environment has more than %d variables", ENV_MAX);
	f->env_name = ARENA_ARRAY(a, Str, map->count + 1);
	f->env_value = ARENA_ARRAY(a, Str, map->count + 1);
	for (const YamlNode *n = map->child; n; n = n->next) {
		if (n->kind != YAML_SCALAR)
			return yaml_error(path, n, e, "a variable of environment is a text");
		f->env_name[f->env] = n->key;
		f->env_value[f->env++] = n->text;
	}
	return 0;
}

static int parse(Arena *a, const char *path, Str text, VersionFile *out, Err *e)
{
	Raw r = { 0 };
	YamlNode *root = NULL;

	schema_defaults(a, &schema, &r);
	r.f.temperature = r.f.max_tokens = VERSION_UNSET;
	if (yaml_parse(a, path, text, &root, e) < 0 || schema_read(a, path, &schema, root, "", &r, e) < 0 ||
	    (r.environment && take_environment(a, path, r.environment, &r.f, e) < 0))
		return -1;
	*out = r.f;
	out->status = str_of(statuses[r.status]);
	return 0;
}

int version_file_read(Arena *a, const char *path, VersionFile *out, Err *e)
{
	Buf text = { 0 };
	int rc = file_read(path, &text, MAX_BYTES, e);

	if (rc == 0)
		rc = parse(a, path, arena_str(a, buf_str(&text)), out, e);
	else if (e)
		e->kind = ERR_USAGE;
	buf_done(&text);
	return rc;
}
