#include <string.h>

#include "sim/ddb_lex.h"

int ddb_parse_projection(DdbCall *c, DdbNames *n, JsonVal request, PathList **out)
{
	enum { PATHS_MAX = 512 };
	DdbPath paths[PATHS_MAX];
	size_t count = 0;
	Parser p;
	int rc = lex_open(&p, c, n, request, "ProjectionExpression");

	*out = NULL;
	if (rc)
		return rc < 0 ? -1 : 0;
	do {
		if (count == PATHS_MAX)
			return ddb_invalid(c, "Invalid ProjectionExpression: too many paths;");
		if (parse_path(&p, &paths[count++]) < 0)
			return -1;
	} while (lex_take_sign(&p, ","));
	if (p.kind != LEX_END)
		return lex_syntax_error(&p);
	*out = ARENA_NEW(c->arena, PathList);
	(*out)->paths = ARENA_ARRAY(c->arena, DdbPath, count);
	memcpy((*out)->paths, paths, count * sizeof *paths);
	(*out)->n = count;
	return 0;
}

/* Makes the maps and lists on the way; chosen list elements close up. */
static void place(DdbCall *c, Av *into, const Av *from, const DdbPath *path, size_t depth, const Av *leaf)
{
	const DdbStep *s = &path->steps[depth];
	const Av *child = s->index < 0 ? av_get(from, s->name) : from->items[s->index];
	Av *next = s->index < 0 ? av_get(into, s->name) : NULL;

	if (depth + 1 == path->n) {
		next = av_copy(c->arena, leaf);
	} else {
		if (!next)
			next = av_new(c->arena, child->type);
		place(c, next, child, path, depth + 1, leaf);
	}
	if (s->index < 0)
		av_set(c->arena, into, s->name, next);
	else
		av_push(c->arena, into, next);
}

Av *ddb_project(DdbCall *c, const PathList *paths, const Av *item)
{
	Av *out = av_new(c->arena, AV_M);

	for (size_t i = 0; i < paths->n; i++) {
		const Av *leaf = ddb_path_find(item, &paths->paths[i]);

		if (leaf)
			place(c, out, item, &paths->paths[i], 0, leaf);
	}
	return out;
}
