/* Templates in Parameter Store: a parameter each, below a path, with a version for each of theirs and labels that point at one. A value is the same
 * as in a secret. */
#include "api/ssm.h"
#include "template/own.h"

enum { PATH_PAGE = 10, HISTORY_PAGE = 50 };

/* "/prompts/upsell" is called as a secret of that name would be. */
static Str id_of(Str name)
{
	return str_starts(name, STR("/")) ? str_sub(name, 1, name.n) : name;
}

static void take_version(TemplatesRead *r, const TemplateSource *s, Str name, const SsmVersion *v)
{
	Template *t = read_add(r, s);

	if (!t)
		return;
	t->id = id_of(name);
	t->version = arena_printf(&r->out->arena, "%lld", (long long)v->version);
	t->updated_ms = v->modified_ms;
	t->place = arena_printf(&r->out->arena, "ssm://%.*s:%.*s", STR_ARG(name), STR_ARG(t->version));
	for (size_t i = 0; i < v->labels.n && t->labels < TEMPLATE_LABELS; i++)
		t->label[t->labels++] = read_keep(r, v->labels.v[i]);
	read_document(r, t, v->value);
}

static void ask_history(TemplatesRead *r, const TemplateSource *s, Str name, Str token);

static void take_history(Step *step, const void *out)
{
	const SsmHistory *page = out;

	for (size_t i = 0; i < page->versions.n; i++)
		take_version(step->r, step->s, step->a, &page->versions.v[i]);
	if (page->next_token.n)
		ask_history(step->r, step->s, step->a, page->next_token);
}

static void ask_history(TemplatesRead *r, const TemplateSource *s, Str name, Str token)
{
	read_step(r, &op_ssm_get_parameter_history,
	          &(SsmHistoryIn){ .name = name, .decrypt = true, .max_results = HISTORY_PAGE, .next_token = token },
	          &(Step){ .s = s, .a = name, .take = take_history });
}

static void ask_page(TemplatesRead *r, const TemplateSource *s, Str token);

static void take_page(Step *step, const void *out)
{
	const SsmParameters *page = out;

	for (size_t i = 0; i < page->parameters.n; i++)
		ask_history(step->r, step->s, read_keep(step->r, page->parameters.v[i].name), STR(""));
	if (page->next_token.n)
		ask_page(step->r, step->s, page->next_token);
}

/* Only their names are wanted here: nothing is decrypted. */
static void ask_page(TemplatesRead *r, const TemplateSource *s, Str token)
{
	read_step(r, &op_ssm_get_parameters_by_path,
	          &(SsmByPathIn){ .path = s->prefix, .recursive = true, .max_results = PATH_PAGE, .next_token = token },
	          &(Step){ .s = s, .a = s->prefix, .take = take_page });
}

void read_ssm(TemplatesRead *r, const TemplateSource *s)
{
	ask_page(r, s, STR(""));
}
