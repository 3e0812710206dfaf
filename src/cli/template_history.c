/* `seismo template history T`: the moves of its labels, by whomever and from whichever machine, as the table's audit items have them, and when each
 * of its versions was written, as the places that keep them say. The newest first. */
#include "cli/template_history.h"

#include <stdlib.h>

#include "act/route_json.h"
#include "base/xalloc.h"
#include "cli/acting.h"
#include "cli/get_run.h"
#include "cli/template_read.h"

typedef struct Row {
	int64_t at_ms;
	const TemplateMove *move;            /* else a version was written */
	const Template *written;             /* else a label is where no move has led to */
	const TemplateLabel *strayed;
} Row;

static int newest_first(const void *x, const void *y)
{
	const Row *a = x, *b = y;

	return (a->at_ms < b->at_ms) - (a->at_ms > b->at_ms);
}

static void put_version(JsonW *w, const char *key, Str version)
{
	Arena a = { 0 };

	route_write(w, key, route_one(&a, version));
	arena_done(&a);
}

static void put_who(JsonW *w, int64_t at_ms, Str op, Str by, Str host, Str action)
{
	get_str(w, "op", op);
	get_time(w, "time", at_ms);
	get_str(w, "by", by);
	get_str(w, "host", host);
	get_str(w, "action", action);
}

/* As `history` writes it: one shape for every pointer. */
static void one(JsonW *w, const Ask *a, const AskPart *part, const Row *x)
{
	const TemplateMove *m = x->move;
	const Str none = STR("");

	jw_object(w);
	if (a->n > 1)
		get_place(w, part);
	if (m)
		put_who(w, x->at_ms, m->op, m->by, m->host, m->action);
	else
		put_who(w, x->at_ms, none, none, none, x->written ? STR("written") : STR("by hand"));
	get_str(w, "pointer", m ? m->label : x->strayed ? x->strayed->name : none);
	put_version(w, "from", m ? m->from : none);
	put_version(w, "to", m ? m->to : x->written ? x->written->version : x->strayed->version);
	get_str(w, "reason", m ? m->reason : x->written ? x->written->place : STR("no move of seismo has led there"));
	get_str(w, "outcome", m ? m->outcome : STR("done"));
	jw_kstr(w, "origin", m ? STR("seismo") : STR("elsewhere"));
	jw_object_end(w);
}

static void put_part(JsonW *w, Ask *a, const AskPart *part, const Templates *t, Str id, bool *known)
{
	Row *row = xcalloc(t->n + t->moves + t->labels + 1, sizeof *row);
	size_t n = 0;

	for (size_t i = 0; i < t->moves; i++)
		row[n++] = (Row){ .at_ms = t->move[i].at_ms, .move = &t->move[i] };
	for (size_t i = 0; i < t->n; i++)
		if (str_eq(t->v[i].id, id))
			row[n++] = (Row){ .at_ms = t->v[i].updated_ms, .written = &t->v[i] };
	/* When that was nobody has written down: it is what holds now. */
	for (size_t i = 0; i < t->labels; i++)
		if (str_eq(t->label[i].id, id) && !t->label[i].moving && template_label_strayed(t, &t->label[i]))
			row[n++] = (Row){ .at_ms = INT64_MAX, .strayed = &t->label[i] };
	if (n)
		qsort(row, n, sizeof *row, newest_first);
	for (size_t i = 0; i < n; i++) {
		if (row[i].at_ms == INT64_MAX)
			row[i].at_ms = 0;
		one(w, a, part, &row[i]);
	}
	*known |= n > 0;
	free(row);
}

static int get_trail(const Options *o, Ask *a, JsonW *w, Err *e)
{
	const Str id = str_of(o->arg[1]);
	bool known = false;

	jw_array(w);
	for (size_t i = 0; i < a->n; i++) {
		TemplatesSpec spec = template_spec(&a->part[i].watch->session);
		Templates *all;

		spec.check = false;
		spec.trail = id;
		all = templates_wait(a, &spec);
		put_part(w, a, &a->part[i], all, id, &known);
		templates_free(all);
	}
	jw_array_end(w);
	if (known || a->failed)
		return 0;
	return err_kind(e, ERR_USAGE, "there is no template %.*s and no label of one; `seismo get templates` lists them", STR_ARG(id));
}

static const EmitColumn columns[] = {
	{ "time", "TIME", CELL_CLOCK, false },
	{ "action", "ACTION", CELL_TEXT, false },
	{ "pointer", "LABEL", CELL_TEXT, false },
	{ "from", "FROM", CELL_ROUTE, false },
	{ "to", "TO", CELL_ROUTE, false },
	{ "outcome", "OUTCOME", CELL_TEXT, false },
	{ "origin", NULL, CELL_TEXT, false },
	{ "by", "BY", CELL_ACTOR, false },
	{ "host", "HOST", CELL_TEXT, false },
	{ "reason", "REASON OR PLACE", CELL_TEXT, false },
	{ "op", "OP", CELL_TEXT, false },
};

static const GetKind trail = { "template history", FEED_BIT(FEED_IDENTITY), INT64_C(86400000), get_trail, "", columns,
	sizeof columns / sizeof *columns, 0 };

int template_history(const Options *o)
{
	if (o->args != 2)
		return acting_usage("template history takes one template: seismo template history TEMPLATE");
	return get_run(o, &trail);
}
