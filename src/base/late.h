/* Libraries that are loaded when they are first needed and not at program start: relocating them would cost more than all
 * that stands on the first screen. A library stays loaded until the program ends. */
#ifndef BASE_LATE_H
#define BASE_LATE_H

#include <stddef.h>

#include "base/err.h"

typedef struct LateSymbol {
	const char *name;
	size_t      at;           /* offset of the pointer in the table of calls */
} LateSymbol;

typedef struct LateLibrary {
	const char       *soname;
	const char       *packages;     /* for the message: what to install */
	const LateSymbol *symbols;
	size_t            count;
} LateLibrary;

/* Fills the pointers of *table. -1 with the package to install when the library or one of its functions is missing. */
int late_load(const LateLibrary *lib, void *table, Err *e);

#endif
