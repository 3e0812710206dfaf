#include "net/late.h"

#include <stddef.h>

#include "base/late.h"

#define CURL_ROW(call) { "curl_" #call, offsetof(CurlApi, call) },
#define MHD_ROW(call)  { "MHD_" #call, offsetof(MhdApi, call) },

static const LateSymbol curl_symbols[] = { CURL_CALLS(CURL_ROW) };
static const LateSymbol mhd_symbols[] = { MHD_CALLS(MHD_ROW) };

/* Debian 12 and Ubuntu 24.04 have the same sonames; only the packages are named differently. */
static const LateLibrary libcurl = {
	"libcurl.so.4", "libcurl4 (Ubuntu 24.04 and later: libcurl4t64; Fedora: libcurl)",
	curl_symbols, sizeof curl_symbols / sizeof curl_symbols[0],
};
static const LateLibrary libmicrohttpd = {
	"libmicrohttpd.so.12", "libmicrohttpd12 (Ubuntu 24.04 and later: libmicrohttpd12t64; Fedora: libmicrohttpd)",
	mhd_symbols, sizeof mhd_symbols / sizeof mhd_symbols[0],
};

int late_curl(CurlApi *api, Err *e)
{
	return late_load(&libcurl, api, e);
}

int late_microhttpd(MhdApi *api, Err *e)
{
	return late_load(&libmicrohttpd, api, e);
}
