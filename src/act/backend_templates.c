/* Labels of prompt templates: "production" of a template points at one of its versions. They are rows of the lock table and nothing else: as with
 * a route the transaction that gives the lock back moves it. Where the templates themselves are kept is not known here: whether a version is
 * there, and may be pointed at, says whoever asks (MoveSpec.vet). */
#include "act/move_own.h"

enum { LAST_ITEMS = 20 };

/* What was asked for is its name, whether it is there or not: the first move makes it. */
static void find(Move *m)
{
	Str id, label;

	if (label_key(m->ask.pointer, &id, &label))
		move_add(m, &backend_templates, id, id, m->ask.pointer, label);
	move_found(m, NULL);
}

/* Items are in the order of their writers' clocks: which of them was the last the label's own row says, by its time. Whoever may not look there
 * still sees where the label is. */
static void on_moves(Move *m, const void *out, const AwsError *err)
{
	const DdbPage *page = out;
	AuditSeen seen;

	for (size_t i = 0; !err && i < jv_count(page->items); i++) {
		if (audit_seen(&m->arena, &m->place, jv_at(page->items, i), &seen, NULL) < 0 || !str_is(seen.event, "done") ||
		    !str_eq(seen.time, m->seen.updated_at))
			continue;
		m->left_known = true;
		m->label_left = move_keep(m, route_main(seen.to));
	}
	move_read(m, NULL);
}

/* Where it is was read with the lock; a hand in the table shows in that no move has led there. */
static void look(Move *m)
{
	DdbQueryIn q = audit_query(&m->arena, &m->place);

	m->now = (PointerState){ .live = m->seen.live, .settled = true, .status = STR("READY"), .word = STR("serving") };
	q.limit = LAST_ITEMS;
	if (m->seen.live.n)
		move_call(m, &op_dynamodb_query, &q, on_moves);
	else
		move_read(m, NULL);
}

static void version(Move *m, Str v)
{
	m->spec.vet(m->spec.arg, m, v);
}

void move_vetted(Move *m, Str evidence, Str beware, const Err *why)
{
	if (m->ended)
		return;
	m->v.evidence = move_keep(m, evidence);
	if (beware.n)
		m->v.drift = move_keep(m, beware);
	move_version(m, why);
}

static bool place(Move *m, Str key)
{
	Str id, label;

	if (!label_key(key, &id, &label))
		return false;
	m->v.agent = m->v.name = move_keep(m, id);
	m->v.pointer_name = move_keep(m, label);
	m->v.pointer = move_keep(m, key);
	return true;
}

const Backend backend_templates = { "templates", "label", false, false, find, look, version, place, true };
