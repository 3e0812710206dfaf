/* Templates in Secrets Manager: a secret each, with a version for each of theirs and labels that point at one. */
#include "api/secrets.h"
#include "template/own.h"

static void take_version(Step *step, const void *out)
{
	const SecretGetOut *o = out;
	Template *t = read_add(step->r, step->s);

	if (!t)
		return;
	t->id = step->a;
	t->version = read_keep(step->r, o->version_id);
	t->updated_ms = o->created_ms;
	t->place = arena_printf(&step->r->out->arena, "secretsmanager://%.*s#%.*s", STR_ARG(o->name), STR_ARG(o->version_id));
	for (size_t i = 0; i < o->stages.n && t->labels < TEMPLATE_LABELS; i++)
		t->label[t->labels++] = read_keep(step->r, o->stages.v[i]);
	read_document(step->r, t, o->string);
}

static void ask_versions(TemplatesRead *r, const TemplateSource *s, Str name, Str token);

static void take_versions(Step *step, const void *out)
{
	const SecretVersions *page = out;

	for (size_t i = 0; i < page->versions.n; i++)
		read_step(step->r, &op_secrets_get_value, &(SecretGetIn){ .id = step->a, .version_id = page->versions.v[i].id },
		          &(Step){ .s = step->s, .a = step->a, .take = take_version });
	if (page->next_token.n)
		ask_versions(step->r, step->s, step->a, page->next_token);
}

static void ask_versions(TemplatesRead *r, const TemplateSource *s, Str name, Str token)
{
	read_step(r, &op_secrets_list_version_ids, &(SecretVersionsIn){ .id = name, .next_token = token, .deprecated = true },
	          &(Step){ .s = s, .a = name, .take = take_versions });
}

static void ask_page(TemplatesRead *r, const TemplateSource *s, Str token);

static void take_page(Step *step, const void *out)
{
	const SecretList *page = out;

	for (size_t i = 0; i < page->secrets.n; i++)
		if (!page->secrets.v[i].deleted_ms)
			ask_versions(step->r, step->s, read_keep(step->r, page->secrets.v[i].name), STR(""));
	if (page->next_token.n)
		ask_page(step->r, step->s, page->next_token);
}

static void ask_page(TemplatesRead *r, const TemplateSource *s, Str token)
{
	Str prefix = s->prefix;
	SecretFilter filter = { STR("name"), { &prefix, 1 } };
	SecretListIn in = { .next_token = token, .max_results = 100 };

	/* Without a filter every secret would be listed, and read. */
	if (prefix.n) {
		in.filters.v = &filter;
		in.filters.n = 1;
	}
	read_step(r, &op_secrets_list, &in, &(Step){ .s = s, .a = STR("secretsmanager"), .take = take_page });
}

void read_secrets(TemplatesRead *r, const TemplateSource *s)
{
	if (s->prefix.n)
		ask_page(r, s, STR(""));
	else
		read_problem(r, s, STR("secretsmanager"), STR("without a prefix every secret of the account would be read; name one"));
}
