/* The labels that seismo moves (act/backend_templates.c): rows of the table of locks, one for each "template/ID/LABEL". Each belongs to the id and
 * version, wherever that is kept; where a source has a label of the same name, ours is the one that counts: it was moved by somebody who gave a
 * reason, after the text had been checked. */
#include <stdlib.h>

#include "act/items.h"
#include "api/dynamodb.h"
#include "base/xalloc.h"
#include "conf/checks.h"
#include "template/own.h"
#include "wire/time8601.h"

enum { PAGES_MAX = 200 };

int template_label_check(Str name, Err *e)
{
	if (!check_name(name))
		return err_kind(e, ERR_USAGE, "a label is 1 to 64 letters, digits, '-', '_' and '.': production, staging");
	return str_starts(name, STR("AWS")) ? err_kind(e, ERR_USAGE, "labels that begin with AWS are AWS's own") : 0;
}

const TemplateLabel *templates_label(const Templates *t, Str id, Str name)
{
	for (size_t i = 0; i < t->labels; i++)
		if (str_eq(t->label[i].id, id) && str_eq(t->label[i].name, name))
			return &t->label[i];
	return NULL;
}

const TemplateLabel *templates_last_move(const Templates *all, const Template *t)
{
	const TemplateLabel *last = NULL;

	for (size_t i = 0; i < all->labels; i++)
		if (str_eq(all->label[i].id, t->id) && str_eq(all->label[i].version, t->version) && (!last || all->label[i].at_ms > last->at_ms))
			last = &all->label[i];
	return last;
}

/* --- reading --- */

/* Of one action the end comes after the claim: it stands for both. */
static void take_move(TemplatesRead *r, Str label, const AuditSeen *seen)
{
	Templates *out = r->out;
	const Str outcome = str_is(seen->event, "claimed") ? STR("unknown") : read_keep(r, seen->event);
	TemplateMove *m = NULL;

	for (size_t i = 0; i < out->moves && !m; i++)
		m = str_eq(out->move[i].op, seen->op) ? &out->move[i] : NULL;
	if (!m) {
		VEC_GROW(out->move, r->move_cap, out->moves + 1);
		m = &out->move[out->moves++];
		*m = (TemplateMove){ .op = read_keep(r, seen->op), .label = read_keep(r, label), .action = read_keep(r, seen->action), .outcome = outcome,
		                     .host = read_keep(r, seen->host), .reason = read_keep(r, seen->reason), .by = read_keep(r, seen->by),
		                     .from = read_keep(r, route_main(seen->from)), .to = read_keep(r, route_main(seen->to)) };
	}
	if (!str_is(outcome, "unknown"))
		m->outcome = outcome;
	if (!m->at_ms || !str_is(outcome, "unknown"))
		(void)time_parse_iso(seen->time, &m->at_ms);
}

static bool take_audit(TemplatesRead *r, JsonVal item)
{
	const LockPlace place = { .table = r->spec.lock_table, .label = true };
	Str key = STR(""), sk = STR(""), id, label;
	AuditSeen seen;

	if (ddb_str(item, "sk", &sk, NULL) < 0 || !str_starts(sk, STR("#audit#")))
		return false;
	/* An id may have slashes: what begins as one need not be of it. */
	if (ddb_str(item, "pointer", &key, NULL) == 0 && label_key(key, &id, &label) && str_eq(id, r->spec.trail) &&
	    audit_seen(&r->out->arena, &place, item, &seen, NULL) == 0)
		take_move(r, label, &seen);
	return true;
}

static void take_label(TemplatesRead *r, JsonVal item)
{
	Templates *out = r->out;
	Str key = STR("");
	TemplateLabel l = { .id = STR("") };
	LockRow row;
	Err why = { 0 };

	if (take_audit(r, item))
		return;
	if (ddb_str(item, "pointer", &key, &why) < 0 || lock_row_of(&out->arena, item, &row, &why) < 0 || !label_key(key, &l.id, &l.name)) {
		read_problem(r, NULL, key, why.text[0] ? str_of(why.text) : STR("it is not template/ID/LABEL"));
		return;
	}
	/* What was taken back points at nothing: it is not there. */
	if (!row.live.n)
		return;
	l = (TemplateLabel){ read_keep(r, l.id), read_keep(r, l.name), read_keep(r, row.live), read_keep(r, row.updated_by), read_keep(r, row.reason), 0,
	                     row.locked };
	(void)time_parse_iso(row.updated_at, &l.at_ms);
	VEC_GROW(out->label, r->label_cap, out->labels + 1);
	out->label[out->labels++] = l;
}

static void ask_page(TemplatesRead *r, Str start);

static void take_page(Step *step, const void *out)
{
	const DdbPage *page = out;

	for (size_t i = 0; i < jv_count(page->items); i++)
		take_label(step->r, jv_at(page->items, i));
	if (page->last_key_json.n)
		ask_page(step->r, page->last_key_json);
}

/* Without the table nobody has moved a label yet. */
static void denied(Step *step, const AwsError *err)
{
	if (err->fault == AWS_NOT_FOUND)
		return;
	step->r->out->unlabelled = true;
	read_problem(step->r, NULL, step->a, str_of(err->err.text));
}

static void ask_page(TemplatesRead *r, Str start)
{
	DdbQueryIn in = label_scan(&r->out->arena, r->spec.lock_table, r->spec.trail);

	if (r->label_pages++ == PAGES_MAX) {
		r->out->unlabelled = true;
		read_problem(r, NULL, str_of(r->spec.lock_table), STR("there are too many pages"));
		return;
	}
	in.start_key_json = start;
	read_step(r, &op_dynamodb_scan, &in, &(Step){ .a = str_of(r->spec.lock_table), .take = take_page, .denied = denied });
}

void read_labels(TemplatesRead *r)
{
	ask_page(r, STR(""));
}

/* --- to whom they point --- */

static void give(const Templates *all, Template *t)
{
	size_t kept = 0;

	for (size_t i = 0; i < t->labels; i++) {
		const TemplateLabel *own = templates_label(all, t->id, t->label[i]);

		if (own && !str_eq(own->version, t->version))
			t->outdone[t->outdones++] = t->label[i];
		else
			t->label[kept++] = t->label[i];
	}
	t->labels = kept;
	for (size_t i = 0; i < all->labels && t->labels < TEMPLATE_LABELS; i++)
		if (str_eq(all->label[i].id, t->id) && str_eq(all->label[i].version, t->version) && !template_has_label(t, all->label[i].name))
			t->label[t->labels++] = all->label[i].name;
}

/* Only of templates that are kept here: others may be other people's. */
static void tell_dangling(TemplatesRead *r, const TemplateLabel *l)
{
	const Templates *all = r->out;
	bool known = false;

	for (size_t i = 0; i < all->n; i++) {
		known |= str_eq(all->v[i].id, l->id);
		if (str_eq(all->v[i].id, l->id) && str_eq(all->v[i].version, l->version))
			return;
	}
	if (known)
		read_problem(r, NULL, arena_printf(&r->out->arena, LABEL_PREFIX "%.*s/%.*s", STR_ARG(l->id), STR_ARG(l->name)),
		             arena_printf(&r->out->arena, "points at version %.*s, which is not there", STR_ARG(l->version)));
}

static int newest_first(const void *x, const void *y)
{
	const TemplateMove *a = x, *b = y;

	return a->at_ms != b->at_ms ? (a->at_ms < b->at_ms) - (a->at_ms > b->at_ms) : str_cmp(a->op, b->op);
}

bool template_label_strayed(const Templates *t, const TemplateLabel *l)
{
	/* By its time, not by the order: clocks need not agree. */
	for (size_t i = 0; i < t->moves; i++)
		if (str_eq(t->move[i].label, l->name) && str_is(t->move[i].outcome, "done") && t->move[i].at_ms == l->at_ms)
			return !str_eq(t->move[i].to, l->version);
	return true;
}

void labels_give(TemplatesRead *r)
{
	if (r->out->moves)
		qsort(r->out->move, r->out->moves, sizeof *r->out->move, newest_first);
	for (size_t i = 0; i < r->out->n; i++)
		give(r->out, &r->out->v[i]);
	for (size_t i = 0; i < r->out->labels; i++)
		tell_dangling(r, &r->out->label[i]);
}
