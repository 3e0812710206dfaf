#include "model/inject_weights.h"

enum { TABLE_ZERO = 'G', TABLE_MOST = 31, NUMBER_SCALE = 6 };

static const char *const term_names[TERMS] = {
	[TERM_NONE] = "none", [TERM_DROP] = "drop", [TERM_PRIOR] = "prior", [TERM_ORDERS] = "orders", [TERM_SYSPROMPT] = "sysprompt",
	[TERM_YOURS] = "yours",
	[TERM_SHOW] = "show", [TERM_VERBATIM] = "verbatim", [TERM_SECRET] = "secret", [TERM_SEND] = "send", [TERM_PLACE] = "place",
	[TERM_QUIETLY] = "quietly", [TERM_PERSONA] = "persona", [TERM_FREE] = "free", [TERM_MODE] = "mode", [TERM_ROLE_MARK] = "role-mark",
	[TERM_MODEL] = "model", [TERM_CALL] = "call", [TERM_TOOL] = "tool", [TERM_DANGER] = "danger", [TERM_GUARD] = "guard",
	[TERM_INSTEAD] = "instead", [TERM_CODE] = "code", [TERM_SHELL] = "shell", [TERM_SPEAKER] = "speaker", [TERM_MEMORY] = "memory",
	[TERM_UNLOCK] = "unlock",
};

const char *term_name(Term t)
{
	return term_names[t];
}

/* Where the value of "KIND NAME" belongs; NULL: there is no such thing (any more). */
static double *named(NamedWeights *w, Str kind, Str name)
{
	if (str_is(kind, "rule"))
		for (size_t i = 0; inject_rules[i].id; i++)
			if (str_is(name, inject_rules[i].id))
				return &w->rule[i];
	if (str_is(kind, "term"))
		for (size_t i = 0; i < TERMS; i++)
			if (str_is(name, term_names[i]))
				return &w->term[i];
	if (str_is(kind, "trick"))
		for (int i = 0; i < TRICKS; i++)
			if (str_is(name, trick_name(i)))
				return &w->trick[i];
	return NULL;
}

static int read_line(Weights *w, Str line, Err *e)
{
	Str value, kind = str_cut(line, ' ', &value), name = STR("");
	double *to = NULL;
	int64_t millionths;

	if (str_is(kind, "bias"))
		to = &w->bias;
	else if (str_is(kind, "scale"))
		to = &w->scale;
	else {
		bool is_short = str_starts(kind, STR("short-"));

		name = str_cut(value, ' ', &value);
		to = named(is_short ? &w->if_short : &w->always, is_short ? str_sub(kind, 6, kind.n) : kind, name);
	}
	if (!to)
		return err_set(e, "weights: \"%.*s %.*s\" is not known", STR_ARG(kind), STR_ARG(name));
	if (str_scaled(value, NUMBER_SCALE, &millionths) < 0)
		return err_set(e, "weights: \"%.*s\" is no number", STR_ARG(value));
	*to = (double)millionths / 1e6;
	return 0;
}

/* One character for a feature, in lines of any length. */
static int read_table(Weights *w, Str rest, Err *e)
{
	size_t n = 0;

	for (size_t i = 0; i < rest.n; i++) {
		int v = (unsigned char)rest.p[i] - TABLE_ZERO;

		if (rest.p[i] == '\n')
			continue;
		if (n == FEATURES || v < -TABLE_MOST || v > TABLE_MOST)
			return err_set(e, "weights: the table is damaged at feature %zu", n);
		w->table[n++] = (int8_t)v;
	}
	return n == FEATURES ? 0 : err_set(e, "weights: the table has %zu features, not %d", n, FEATURES);
}

int weights_read(Weights *w, Str file, Err *e)
{
	Str line, rest = file;

	memset(w, 0, sizeof *w);
	while (rest.n) {
		line = str_cut(rest, '\n', &rest);
		if (str_is(line, "table"))
			return read_table(w, rest, e);
		if (line.n && line.p[0] != '#' && read_line(w, line, e) < 0)
			return -1;
	}
	return err_set(e, "weights: there is no table");
}
