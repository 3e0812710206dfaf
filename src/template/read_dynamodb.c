/* Templates that the agents table names: promptTemplate of each version of an agent is the text itself, or says where it is kept
 * (s3://BUCKET/KEY, secretsmanager://NAME#VERSION-ID). The template is called as the agent and its version, whatever it is called there; and a
 * signature must be for this agent. */
#include "api/dynamodb.h"
#include "api/s3.h"
#include "api/secrets.h"
#include "model/template.h"
#include "template/own.h"
#include "wire/time8601.h"

enum { PAGES_MAX = 200 };

static Template *add(Step *step)
{
	Template *t = read_add(step->r, step->s);

	if (!t)
		return NULL;
	t->place = step->a;
	t->id = t->use.agent = step->b;
	t->version = step->c;
	t->updated_ms = step->ms;
	return t;
}

static void take_object(Step *step, const void *out)
{
	const S3Object *o = out;
	Template *t = add(step);

	if (!t)
		return;
	read_object_seal(step->r, t, o);
	read_text(step->r, t, o->body);
}

static void take_secret(Step *step, const void *out)
{
	Template *t = add(step);

	if (!t)
		return;
	read_document(step->r, t, ((const SecretGetOut *)out)->string);
	t->id = step->b;
	t->version = step->c;
}

static void follow_object(TemplatesRead *r, Step *step, Str at)
{
	Str key, bucket = str_cut(at, '/', &key);

	step->take = take_object;
	if (!bucket.n || !key.n)
		read_problem(r, step->s, step->a, STR("s3:// wants a bucket and a key"));
	else
		read_step(r, &op_s3_get_object, &(S3GetIn){ .bucket = bucket, .key = key }, step);
}

static void follow_secret(TemplatesRead *r, Step *step, Str at)
{
	Str version, name = str_cut(at, '#', &version);

	step->take = take_secret;
	if (!name.n)
		read_problem(r, step->s, step->a, STR("secretsmanager:// wants the name of a secret"));
	else
		read_step(r, &op_secrets_get_value, &(SecretGetIn){ .id = name, .version_id = version }, step);
}

static void take_prompt(TemplatesRead *r, Step *step, Str prompt)
{
	static const struct { const char *before; void (*follow)(TemplatesRead *r, Step *step, Str at); } kept[] = {
		{ "s3://", follow_object }, { "secretsmanager://", follow_secret },
	};
	Template *t;

	for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
		if (str_starts(prompt, str_of(kept[i].before))) {
			step->a = arena_printf(&r->out->arena, "%.*s > %.*s", STR_ARG(step->a), STR_ARG(prompt));
			kept[i].follow(r, step, str_sub(prompt, strlen(kept[i].before), prompt.n));
			return;
		}
	if ((t = add(step)))
		read_text(r, t, prompt);
}

static void take_item(Step *from, JsonVal item)
{
	TemplatesRead *r = from->r;
	Step step = { .r = r, .s = from->s };
	Str prompt = STR(""), made = STR("");
	Err why = { 0 };

	if (ddb_str(item, "agentId", &step.b, &why) < 0 || ddb_str(item, "version", &step.c, &why) < 0 ||
	    ddb_str(item, "promptTemplate", &prompt, &why) < 0) {
		read_problem(r, from->s, from->a, str_of(why.text));
		return;
	}
	(void)ddb_str(item, "createdAt", &made, NULL);
	if (!made.n || time_parse_iso(made, &step.ms) < 0)
		step.ms = 0;
	step.b = read_keep(r, step.b);
	step.c = read_keep(r, step.c);
	step.a = arena_printf(&r->out->arena, "dynamodb://%.*s/%.*s/%.*s", STR_ARG(from->a), STR_ARG(step.b), STR_ARG(step.c));
	if (prompt.n)
		take_prompt(r, &step, prompt);
}

static void ask_page(TemplatesRead *r, const TemplateSource *s, Str table, Str start, int64_t page);

static void take_page(Step *step, const void *out)
{
	const DdbPage *page = out;

	for (size_t i = 0; i < jv_count(page->items); i++)
		take_item(step, jv_at(page->items, i));
	if (page->last_key_json.n && step->ms < PAGES_MAX)
		ask_page(step->r, step->s, step->a, page->last_key_json, step->ms + 1);
	else if (page->last_key_json.n)
		read_problem(step->r, step->s, step->a, STR("there are too many pages"));
}

/* Route and audit items stand among the versions, and have no template. */
static void ask_page(TemplatesRead *r, const TemplateSource *s, Str table, Str start, int64_t page)
{
	static const DdbName names[] = { { "#a", "agentId" }, { "#v", "version" }, { "#p", "promptTemplate" }, { "#c", "createdAt" } };
	const DdbField prefix = { ":prefix", { .type = DDB_S, .s = s->prefix } };
	DdbQueryIn in = { .table = arena_cstr(&r->out->arena, table), .projection = "#a, #v, #p, #c", .names = names, .start_key_json = start,
	                  .name_count = sizeof names / sizeof *names, .filter = "attribute_exists(#p)" };

	if (s->prefix.n) {
		in.filter = "attribute_exists(#p) AND begins_with(#a, :prefix)";
		in.values = &prefix;
		in.value_count = 1;
	}
	read_step(r, &op_dynamodb_scan, &in, &(Step){ .s = s, .a = table, .ms = page, .take = take_page });
}

void read_dynamodb(TemplatesRead *r, const TemplateSource *s)
{
	Str table = s->table.n ? s->table : str_of(r->spec.agents_table);

	if (table.n)
		ask_page(r, s, table, STR(""), 1);
	else
		read_problem(r, s, STR("dynamodb"), STR("no table is named, and the context has no agents table"));
}
