/* The templates of a context, for commands. */
#ifndef CLI_TEMPLATE_READ_H
#define CLI_TEMPLATE_READ_H

#include "app/template_target.h"
#include "cli/ask.h"

/* Says on stderr what could not be read; whether there was anything. */
bool templates_tell(const Templates *t);
/* Reads them and turns the loop until they are there, for the caller to free. Part of a list would pass for all of it: where something could not be
 * read, the answer has failed. */
Templates *templates_wait(Ask *a, const TemplatesSpec *spec);

#endif
