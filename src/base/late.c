#include "base/late.h"

#include <dlfcn.h>
#include <string.h>

int late_load(const LateLibrary *lib, void *table, Err *e)
{
	/* All symbols are bound now: one that is missing must be an error here, not the end of the program later. */
	void *handle = dlopen(lib->soname, RTLD_NOW | RTLD_LOCAL);
	void *symbol;

	if (!handle)
		return err_set(e, "%s cannot be loaded (%s); install the package %s", lib->soname, dlerror(), lib->packages);
	for (size_t i = 0; i < lib->count; i++) {
		symbol = dlsym(handle, lib->symbols[i].name);
		if (!symbol)
			return err_set(e, "%s has no %s, it is too old; update the package %s", lib->soname,
			               lib->symbols[i].name, lib->packages);
		/* ISO C has no cast from an object to a function pointer; POSIX says that the bytes are the same. */
		memcpy((char *)table + lib->symbols[i].at, &symbol, sizeof symbol);
	}
	return 0;
}
