#include "conf/embed.h"

#include <string.h>

static const Embedded *find(const char *name)
{
	const Embedded *f = embedded_files;

	while (f->name && strcmp(f->name, name) != 0)
		f++;
	return f;                /* the last row is empty */
}

Str embed_get(const char *name)
{
	const Embedded *f = find(name);

	return (Str){ f->begin, (size_t)(f->end - f->begin) };
}

Str embed_tree(const char *name)
{
	const Embedded *f = find(name);

	return (Str){ f->tree, (size_t)(f->tree_end - f->tree) };
}
