#include "app/fleet_models.h"

#include <string.h>

#include "conf/schema.h"
#include "store/change.h"

bool models_same(Str used, Str id)
{
	return str_eq(used, id) || (str_ends(used, id) && used.n > id.n && (used.p[used.n - id.n - 1] == '.' || used.p[used.n - id.n - 1] == '/'));
}

Str models_next_version(Str *rest)
{
	Str word, weight;

	do
		word = str_cut(*rest, ' ', rest);
	while (!word.n && rest->n);
	return str_is(word, "paused") || str_is(word, "nothing") ? STR("") : str_cut(word, ':', &weight);
}

/* The model of "AGENT@VERSION"; empty: the registry does not say. */
static Str model_of(const ModelEnds *m, Str agent, Str version)
{
	for (size_t i = 0; i < m->traits; i++) {
		Str t = m->trait[i].object;

		if (t.n == agent.n + 1 + version.n && str_starts(t, agent) && t.p[agent.n] == '@' && str_ends(t, version))
			return m->trait[i].value;
	}
	return STR("");
}

int models_read(Store *s, Arena *a, ModelEnds *out, Err *e)
{
	TraitRow *pointer;
	size_t n, cap = 0;

	*out = (ModelEnds){ 0 };
	if (store_traits(s, CHANGE_MODEL, a, &out->trait, &out->traits, e) < 0 || store_traits(s, CHANGE_POINTER, a, &pointer, &n, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		for (Str rest = pointer[i].value; rest.n; cap++)
			(void)models_next_version(&rest);
	out->use = ARENA_ARRAY(a, ModelUse, cap + 1);
	for (size_t i = 0; i < n; i++) {
		Str name, agent = str_cut(pointer[i].object, '/', &name), rest = pointer[i].value;

		while (rest.n) {
			Str version = models_next_version(&rest), model = version.n ? model_of(out, agent, version) : STR("");

			if (model.n)
				out->use[out->uses++] = (ModelUse){ pointer[i].object, agent, version, model };
		}
	}
	return 0;
}

bool models_end(const ModelEnds *m, Str model, int64_t *end_ms)
{
	const Str tail = STR(MODEL_END_TRAIT);

	for (size_t i = 0; i < m->traits; i++) {
		Str t = m->trait[i].object;

		if (str_ends(t, tail) && models_same(model, str_sub(t, 0, t.n - tail.n)) && day_parse(m->trait[i].value, end_ms) == 0)
			return true;
	}
	return false;
}

const ModelUse *models_use(const ModelEnds *m, Str model)
{
	for (size_t i = 0; i < m->uses; i++)
		if (str_eq(m->use[i].model, model))
			return &m->use[i];
	return NULL;
}
