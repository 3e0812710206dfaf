/* Labels of prompt templates: "production" of a template points at one of its versions. They are rows of the lock table and nothing else: as with
 * a route the transaction that gives the lock back moves it. Where the templates themselves are kept is not known here: whether a version is
 * there, and may be pointed at, says whoever asks (MoveSpec.vet). */
#include "act/move_own.h"

/* What was asked for is its name, whether it is there or not: the first move makes it. */
static void find(Move *m)
{
	Str id, label;

	if (label_key(m->ask.pointer, &id, &label))
		move_add(m, &backend_templates, id, id, m->ask.pointer, label);
	move_found(m, NULL);
}

/* It was read with the lock. */
static void look(Move *m)
{
	m->now = (PointerState){ .live = m->seen.live, .settled = true, .status = STR("READY"), .word = STR("serving") };
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
