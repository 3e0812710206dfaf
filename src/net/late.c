#include "net/late.h"

#include <dlfcn.h>
#include <stddef.h>
#include <string.h>

typedef struct Symbol {
	const char *name;
	size_t      at;         /* offset of the pointer in the table */
} Symbol;

typedef struct Library {
	const char   *soname;   /* Debian 12 and Ubuntu 24.04 have the same ones; only the packages are named differently */
	const char   *packages;
	const Symbol *symbols;
	size_t        count;
} Library;

static int library_load(const Library *lib, void *table, Err *e)
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

#define CURL_ROW(call) { "curl_" #call, offsetof(CurlApi, call) },
#define MHD_ROW(call)  { "MHD_" #call, offsetof(MhdApi, call) },

static const Symbol curl_symbols[] = { CURL_CALLS(CURL_ROW) };
static const Symbol mhd_symbols[] = { MHD_CALLS(MHD_ROW) };

static const Library libcurl = {
	"libcurl.so.4", "libcurl4 (Ubuntu 24.04 and later: libcurl4t64; Fedora: libcurl)",
	curl_symbols, sizeof curl_symbols / sizeof curl_symbols[0],
};
static const Library libmicrohttpd = {
	"libmicrohttpd.so.12", "libmicrohttpd12 (Ubuntu 24.04 and later: libmicrohttpd12t64; Fedora: libmicrohttpd)",
	mhd_symbols, sizeof mhd_symbols / sizeof mhd_symbols[0],
};

int late_curl(CurlApi *api, Err *e)
{
	return library_load(&libcurl, api, e);
}

int late_microhttpd(MhdApi *api, Err *e)
{
	return library_load(&libmicrohttpd, api, e);
}
