/* Any text as an endpoint's URL, as a Region and as a bucket. libcurl, which will connect, reads once more what was
 * accepted without leave: its host must be this machine, or a host of AWS over TLS, and the one that the Host header
 * names. Reading an answer again changes nothing.
 * The first line is the URL (empty: the default host), the second the Region, the third the bucket; before them one byte
 * of switches. */
#include <arpa/inet.h>
#include <curl/curl.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "aws/endpoint.h"
#include "aws/partition.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

static struct {
	__typeof__(&curl_url) url;
	__typeof__(&curl_url_cleanup) cleanup;
	__typeof__(&curl_url_set) set;
	__typeof__(&curl_url_get) get;
	__typeof__(&curl_free) free;
} curl;

static void need(bool holds)
{
	if (!holds)
		abort();
}

static void *symbol(void *library, const char *name)
{
	void *p = dlsym(library, name);

	need(p);
	return p;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	void *library = dlopen("libcurl.so.4", RTLD_NOW);

	(void)argc;
	(void)argv;
	if (!library) {
		(void)fprintf(stderr, "libcurl.so.4 is needed to read the URLs once more: %s\n", dlerror());
		exit(2);
	}
	*(void **)&curl.url = symbol(library, "curl_url");
	*(void **)&curl.cleanup = symbol(library, "curl_url_cleanup");
	*(void **)&curl.set = symbol(library, "curl_url_set");
	*(void **)&curl.get = symbol(library, "curl_url_get");
	*(void **)&curl.free = symbol(library, "curl_free");
	(void)clearenv();
	return 0;
}

static bool ends(const char *host, const char *end)
{
	size_t n = strlen(host), m = strlen(end);

	return n > m && strcasecmp(host + n - m, end) == 0;
}

static bool is_this_machine(const char *host)
{
	struct in_addr four;
	struct in6_addr six;
	char inner[64] = "";
	size_t n = strlen(host);

	if (strcasecmp(host, "localhost") == 0 || ends(host, ".localhost"))
		return true;
	if (host[0] == '[' && n < sizeof inner) {
		memcpy(inner, host + 1, n - 2);
		return inet_pton(AF_INET6, inner, &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);
	}
	return inet_aton(host, &four) == 1 && ntohl(four.s_addr) >> 24 == 127;
}

static bool is_of_aws(const char *host)
{
	static const char *const domains[] = {
		".amazonaws.com", ".amazonaws.com.cn", ".amazonaws.eu", ".api.aws", ".api.amazonwebservices.com.cn",
		".api.amazonwebservices.eu", ".sc2s.sgov.gov", ".api.aws.scloud", ".csp.hci.ic.gov", ".api.aws.hci.ic.gov",
		".c2s.ic.gov", ".api.aws.ic.gov", ".cloud.adc-e.uk", ".api.cloud-aws.adc-e.uk",
	};

	for (size_t i = 0; i < sizeof domains / sizeof *domains; i++)
		if (ends(host, domains[i]))
			return true;
	return false;
}

/* The part as libcurl sees it, or "" when there is none; freed by the caller. */
static char *part(CURLU *u, CURLUPart what)
{
	char *text = NULL;

	return curl.get(u, what, &text, 0) == CURLUE_OK ? text : NULL;
}

static void read_again(const Endpoint *at, Arena *a)
{
	CURLU *u = curl.url();
	char *scheme = NULL, *host = NULL, *port = NULL, *user = NULL;
	Str with_port;

	/* What libcurl refuses goes nowhere. */
	if (curl.set(u, CURLUPART_URL, arena_cstr(a, at->url), 0) == CURLUE_OK) {
		scheme = part(u, CURLUPART_SCHEME);
		host = part(u, CURLUPART_HOST);
		port = part(u, CURLUPART_PORT);
		user = part(u, CURLUPART_USER);
		need(scheme && host && !user);
		need(is_this_machine(host) || (strcmp(scheme, "https") == 0 && is_of_aws(host)));
		need(at->confidential == (is_this_machine(host) || strcmp(scheme, "https") == 0));
		/* libcurl writes numbers for hosts in its own way; names it leaves alone. */
		with_port = port && atoi(port) != (strcmp(scheme, "https") == 0 ? 443 : 80) ? arena_printf(a, "%s:%s", host, port) : str_of(host);
		need(str_eq_nocase(with_port, at->host) || !is_of_aws(host));
	}
	curl.free(scheme);
	curl.free(host);
	curl.free(port);
	curl.free(user);
	curl.cleanup(u);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Arena a = { 0 };
	EndpointAsk ask = { 0 };
	Endpoint one, two;
	Err e = { 0 };
	Str rest;

	if (!size)
		return 0;
	rest = (Str){ (const char *)data + 1, size - 1 };
	ask.service = (data[0] & 1 ? aws_ops()[0] : aws_ops()[5])->service;
	ask.fips = data[0] & 2;
	ask.dualstack = data[0] & 4;
	ask.given = str_cut(rest, '\n', &rest);
	ask.region = str_cut(rest, '\n', &rest);
	ask.bucket = bucket_check(rest, NULL) == 0 ? rest : STR("");
	if (!region_ok(ask.region))
		ask.region = STR("us-east-1");
	if (endpoint_find(&a, &ask, &one, &e) < 0) {
		need(e.text[0] && (e.kind == ERR_USAGE || e.kind == ERR_REFUSED));
	} else {
		need(str_starts(one.url, STR("http")) && one.host.n && region_ok(one.region));
		need(one.overridden == (ask.given.n > 0));
		read_again(&one, &a);
		ask.bucket = STR("");
		ask.given = one.url;
		if (endpoint_find(&a, &ask, &two, &e) < 0)
			abort();
		need(str_eq(two.url, one.url) && str_eq(two.host, one.host) && str_eq(two.path, one.path) && two.confidential == one.confidential);
	}
	arena_done(&a);
	return 0;
}
