#include "wire/crypto.h"

#include <threads.h>

#include "base/late.h"
#include "base/xalloc.h"

#define TEXT_OF(x) #x
#define TEXT(x)    TEXT_OF(x)
#define ROW(call)  { #call, offsetof(CryptoApi, call) },

static const LateSymbol symbols[] = { CRYPTO_CALLS(ROW) };

/* The release whose headers these are. */
static const LateLibrary libcrypto = {
	"libcrypto.so." TEXT(OPENSSL_SHLIB_VERSION), "libssl3 (Ubuntu 24.04 and later: libssl3t64; Fedora: openssl-libs)",
	symbols, sizeof symbols / sizeof symbols[0],
};

/* A library is the process's, not an object's: written once, behind the flag. */
static CryptoApi api;
static once_flag loaded = ONCE_FLAG_INIT;

static void load(void)
{
	Err e = { 0 };

	if (late_load(&libcrypto, &api, &e) < 0)
		xalloc_die(e.text);
}

const CryptoApi *crypto_api(void)
{
	call_once(&loaded, load);
	return &api;
}
