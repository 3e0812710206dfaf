/* Templates in Bedrock's prompt management: the versions of each prompt, and its draft. They have no signatures. */
#include "api/bedrock_prompt.h"
#include "template/own.h"

static Str text_of(const BaPrompt *p)
{
	for (size_t i = 0; i < p->variants.n; i++)
		if (str_eq(p->variants.v[i].name, p->default_variant) || p->variants.n == 1)
			return p->variants.v[i].template.text.text;
	return STR("");
}

static void take_prompt(Step *step, const void *out)
{
	const BaPrompt *p = out;
	Template *t;

	if (!text_of(p).n) {
		read_problem(step->r, step->s, p->name, STR("a prompt in the form of a chat, which is not read"));
		return;
	}
	if (!(t = read_add(step->r, step->s)))
		return;
	t->id = read_keep(step->r, p->name);
	t->version = read_keep(step->r, p->version);
	t->updated_ms = p->updated_ms;
	t->place = arena_printf(&step->r->out->arena, "bedrock://%.*s:%.*s", STR_ARG(p->id), STR_ARG(p->version));
	read_text(step->r, t, text_of(p));
}

static void ask_page(TemplatesRead *r, const TemplateSource *s, Str prompt, Str token);

/* Of all prompts their versions are asked for, of one the prompts themselves. */
static void take_page(Step *step, const void *out)
{
	const BaPrompts *page = out;

	for (size_t i = 0; i < page->prompts.n; i++) {
		const BaPrompt *p = &page->prompts.v[i];
		const bool draft = str_is(p->version, "DRAFT");

		if (!step->b.n)
			ask_page(step->r, step->s, read_keep(step->r, p->id), STR(""));
		else
			read_step(step->r, &op_bedrock_agent_get_prompt, &(BaPromptIn){ .id = p->id, .version = draft ? STR("") : p->version },
			          &(Step){ .s = step->s, .a = read_keep(step->r, p->id), .take = take_prompt });
	}
	if (page->next_token.n)
		ask_page(step->r, step->s, step->b, page->next_token);
}

static void ask_page(TemplatesRead *r, const TemplateSource *s, Str prompt, Str token)
{
	read_step(r, &op_bedrock_agent_list_prompts, &(BaPromptListIn){ .prompt = prompt, .max = 100, .next_token = token },
	          &(Step){ .s = s, .a = prompt.n ? prompt : STR("bedrock"), .b = prompt, .take = take_page });
}

void read_bedrock(TemplatesRead *r, const TemplateSource *s)
{
	ask_page(r, s, STR(""), STR(""));
}
