/* `seismo template history T`: what became of a template and of its labels. */
#ifndef CLI_TEMPLATE_HISTORY_H
#define CLI_TEMPLATE_HISTORY_H

#include "cli/options.h"

int template_history(const Options *o);

#endif
