#include "conf/embed.h"

#include <string.h>

Str embed_get(const char *name)
{
	for (const Embedded *f = embedded_files; f->name; f++)
		if (strcmp(f->name, name) == 0)
			return (Str){ f->begin, (size_t)(f->end - f->begin) };
	return (Str){ NULL, 0 };
}
