/* Prompt templates: versions, labels, whether the signature holds. */
#include "app/template_list.h"

#include <stdlib.h>

#include "base/xalloc.h"
#include "model/change.h"
#include "panes/fmt.h"
#include "panes/panes.h"

enum { ID, VERSION, LABELS, SIGNATURE, SHA, SOURCE, MOVED, AGE, COLUMNS };
static const TableColumn columns[COLUMNS] = {
	[ID] = { "id", "template", -1, false, 'I', 0 }, [VERSION] = { "version", "version", 8, false, 'V', 0 },
	[LABELS] = { "labels", "labels", 22, false, 'L', 0 }, [SIGNATURE] = { "signature", "signature", 12, false, 'S', 0 },
	[SHA] = { "sha256", "sha256", 8, false, 0, 70 }, [SOURCE] = { "source", "source", 14, false, 'O', 100 },
	[MOVED] = { "moved", "label moved", 20, false, 'M', 120 }, [AGE] = { "age", "age", 5, true, 'A', 60 },
};

typedef struct TemplatesPane { Table table; Clean state; Fresh fresh; const TemplateList *of; } TemplatesPane;

static int templates_open(Pane *p, Err *e)
{
	TemplatesPane *s = xcalloc(1, sizeof *s);

	p->state = s;
	return table_open(&s->table, columns, COLUMNS, p, e);
}

static void templates_close(Pane *p)
{
	TemplatesPane *s = p->state;

	table_close(&s->table);
	free(s);
}

static Role role_of(SealVerdict v)
{
	static const Role role[] = {
		[SEAL_VERIFIED] = ROLE_OK, [SEAL_FAILED] = ROLE_ERROR, [SEAL_UNSIGNED] = ROLE_WARN, [SEAL_UNVERIFIABLE] = ROLE_WARN,
	};

	return role[v];
}

/* Of the place, in brackets, those that are outdone by one of ours. */
static Str labels_of(const Template *t, Arena *a)
{
	Str out = STR("");

	for (size_t i = 0; i < t->labels; i++)
		out = arena_printf(a, "%.*s%s%.*s", STR_ARG(out), i ? "," : "", STR_ARG(t->label[i]));
	for (size_t i = 0; i < t->outdones; i++)
		out = arena_printf(a, "%.*s%s(%.*s)", STR_ARG(out), out.n ? "," : "", STR_ARG(t->outdone[i]));
	return out;
}

/* Of the labels that seismo moves, the last move. */
static TableCell moved_of(const Templates *all, const Template *t, const World *w, Arena *a)
{
	const TemplateLabel *last = templates_last_move(all, t);

	if (!last)
		return (TableCell){ clean_own(""), ROLE_DIM, 0 };
	return (TableCell){ clean_text(a, arena_printf(a, "%s ago, %.*s", fmt_age(a, w->now_ms - last->at_ms).p, STR_ARG(change_actor(last->by))), 0),
	                    last->moving ? ROLE_WARN : ROLE_DIM, -last->at_ms };
}

static void fill(TemplatesPane *s, const Templates *all, const Template *t, const World *w, Arena *a)
{
	TableRow *r = table_add(&s->table, t->place, t);

	r->cell[ID] = (TableCell){ clean_text(a, t->id, 0), ROLE_TEXT, 0 };
	r->cell[VERSION] = (TableCell){ clean_text(a, t->version, 0), ROLE_TEXT, 0 };
	r->cell[LABELS] = (TableCell){ clean_text(a, labels_of(t, a), 0), ROLE_KEY, 0 };
	r->cell[SIGNATURE] = (TableCell){ clean_own(seal_verdict_name(t->verdict)), role_of(t->verdict), (int64_t)t->verdict };
	r->cell[SHA] = (TableCell){ clean_ownf(a, "%.6s", t->sha256), ROLE_DIM, 0 };
	r->cell[SOURCE] = (TableCell){ clean_own(template_kinds[t->kind]), ROLE_DIM, 0 };
	r->cell[MOVED] = moved_of(all, t, w, a);
	r->cell[AGE] = (TableCell){ t->updated_ms ? fmt_age(a, w->now_ms - t->updated_ms) : clean_own("-"), ROLE_DIM, -t->updated_ms };
}

/* What could not be read is said above the rows that could. */
static void say_state(TemplatesPane *s, Arena *a)
{
	const Templates *t = s->of ? s->of->t : NULL;

	s->fresh = !s->of ? FRESH_EMPTY : !t ? FRESH_LOADING : t->problems ? FRESH_FAILED : FRESH_OK;
	s->state = clean_own(s->of && s->of->reading ? "reading" : "");
	if (t && t->problems)
		s->state = clean_text(a, arena_printf(a, "%s %.*s: %.*s", t->problem[0].of, STR_ARG(t->problem[0].where),
		                                      STR_ARG(t->problem[0].why)), 0);
}

static void templates_update(Pane *p, const World *w)
{
	TemplatesPane *s = p->state;

	s->of = template_list_of(p->app);
	table_begin(&s->table);
	for (size_t i = 0; s->of && s->of->t && i < s->of->t->n; i++)
		fill(s, s->of->t, &s->of->t->v[i], w, &p->arena);
	table_end(&s->table, w->filter);
	say_state(s, &p->arena);
	if (!s->table.n && w->filter.n && s->fresh == FRESH_OK)
		s->state = table_nothing(&s->table, w->filter, &p->arena);
}

static void templates_draw(const Pane *p, Box b)
{
	const TemplatesPane *s = p->state;

	pane_table(b, p, &s->table, clean_own("TEMPLATES"), s->fresh, s->state, clean_own("no template is kept where sources.templates says"));
}

static const Template *current(Pane *p)
{
	const TemplatesPane *s = p->state;
	const TableRow *r = table_current(&s->table);

	return r ? r->object : NULL;
}

static void act_use(Pane *p)
{
	if (current(p))
		template_type_use(p->app, current(p));
}

static void act_describe(Pane *p)
{
	if (current(p))
		template_show(p->app, current(p));
}

/* Which label, and the card's confirmation, are still to come. */
static void act_promote(Pane *p)
{
	if (current(p))
		template_type_promote(p->app, current(p));
}

static void act_trail(Pane *p)
{
	if (current(p))
		template_trail(p->app, current(p));
}

static void act_evals(Pane *p)
{
	app_open_view(p->app, "evals");
}

static void act_read(Pane *p)
{
	template_list_refresh(p->app);
}

static void act_copy(Pane *p)
{
	if (current(p))
		app_copy(p->app, str_of(current(p)->sha256), "the SHA-256");
}

static int templates_key(Pane *p, Key k)
{
	TemplatesPane *s = p->state;

	return table_key(&s->table, k, p->h - 2);
}

static void templates_help(const Pane *p, Buf *out)
{
	table_help(&((const TemplatesPane *)p->state)->table, out);
}

static const PaneKey keys[] = {
	{ "enter", "use in the playground", act_use },
	{ "d", "text and difference", act_describe },
	{ "m", "promote", act_promote },
	{ "h", "who moved its labels", act_trail },
	{ "ctrl-r", "read again", act_read },
	{ "tab", "evaluations", act_evals },
	{ "c", "copy the hash", act_copy },
	{ 0 },
};

const PaneClass pane_templates = {
	.name = "templates", .title = "templates", .topics = TOPIC_CHAT | TOPIC_FILTER | TOPIC_CLOCK, .focusable = true, .open = templates_open,
	.update = templates_update, .draw = templates_draw, .key = templates_key, .close = templates_close, .keys = keys, .help = templates_help,
};
