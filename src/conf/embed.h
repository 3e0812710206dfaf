/* Files that are part of the program: views, themes, the example configuration, our price table. */
#ifndef CONF_EMBED_H
#define CONF_EMBED_H

#include "base/str.h"

typedef struct Embedded {
	const char *name;            /* path from the project's root: "views/pulse.yaml" */
	const char *begin, *end;
	const char *tree, *tree_end; /* what yaml_pack made of it; NULL: nothing */
} Embedded;

/* The table is written by the build (src/conf/embed.sh). It ends with a NULL name. */
extern const Embedded embedded_files[];

Str embed_tree(const char *name);  /* empty when it has none */
Str embed_get(const char *name);   /* p is NULL when there is no such file: a bug in the build */

#endif
