#include "aws/endpoint.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "aws/partition.h"

typedef struct Url { Str scheme, host, port, path; } Url;

bool region_ok(Str region)
{
	for (size_t i = 0; i < region.n; i++)
		if (!isalnum((unsigned char)region.p[i]) && region.p[i] != '-')
			return false;
	return region.n > 0 && region.n <= 40 && region.p[0] != '-';
}

static bool host_chars(Str host)
{
	for (size_t i = 0; i < host.n; i++)
		if (!isalnum((unsigned char)host.p[i]) && !memchr("-._:[]", host.p[i], 6))
			return false;
	return host.n > 0;
}

/* Nothing that ends a line, a header or a C string: what is checked here must be what libcurl and the signer read. */
static bool printable(Str url)
{
	for (size_t i = 0; i < url.n; i++)
		if ((unsigned char)url.p[i] <= ' ' || url.p[i] == 0x7F)
			return false;
	return true;
}

static int split_url(Str s, Url *out)
{
	Str rest, authority;
	const char *slash;
	int64_t port = 1;

	*out = (Url){ .scheme = str_cut(s, ':', &rest) };
	if (!printable(s) || (!str_is(out->scheme, "https") && !str_is(out->scheme, "http")) || !str_starts(rest, STR("//")))
		return -1;
	rest = str_sub(rest, 2, rest.n);
	slash = rest.n ? memchr(rest.p, '/', rest.n) : NULL;
	authority = slash ? str_sub(rest, 0, (size_t)(slash - rest.p)) : rest;
	out->path = str_sub(rest, authority.n, rest.n);
	while (out->path.n && out->path.p[out->path.n - 1] == '/')
		out->path.n--;
	if (str_starts(authority, STR("["))) {
		out->host = str_cut(authority, ']', &rest);
		out->host.n++;                       /* the bracket belongs to the host */
		if (out->host.n > authority.n || (rest.n && rest.p[0] != ':'))
			return -1;
		out->port = str_sub(rest, 1, rest.n);
	} else {
		out->host = str_cut(authority, ':', &out->port);
	}
	if (out->port.n && (str_i64(out->port, &port) < 0 || port < 1 || port > 65535 || out->port.p[0] == '0'))
		return -1;
	/* No user:password@, query or fragment: none of them belongs to an endpoint. */
	return host_chars(out->host) && !memchr(s.p, '@', s.n) && !memchr(s.p, '?', s.n) && !memchr(s.p, '#', s.n) ? 0 : -1;
}

bool host_is_loopback(Str host)
{
	char text[sizeof "127.255.255.255"] = "";
	struct in_addr four;

	if (str_eq_nocase(host, STR("localhost")) || str_is(host, "[::1]") || (str_ends(host, STR(".localhost")) && host.p[0] != '.'))
		return true;
	/* An address as a whole: 127.0.0.1.example.com is somebody else's host, and 127.0.0.300 is a name to be looked up. */
	if (!str_starts(host, STR("127.")) || host.n >= sizeof text)
		return false;
	memcpy(text, host.p, host.n);
	return inet_aton(text, &four) != 0;
}

/* "cloudwatch-logs" as "CLOUDWATCH_LOGS" or "cloudwatch_logs". */
static char *key_of(Arena *a, const char *prefix, const char *id, bool upper)
{
	char *key = arena_cstr(a, arena_printf(a, "%s%s", prefix, id));

	for (char *p = key + strlen(prefix); *p; p++)
		*p = *p == '-' || *p == ' ' ? '_' : upper ? (char)toupper((unsigned char)*p) : *p;
	return key;
}

/* What was configured, and by what. Empty: nothing. */
static Str configured(Arena *a, const EndpointAsk *ask, const char **by)
{
	const char *name, *ignore = getenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"), *value;

	*by = "--endpoint-url or the context's endpoint_url";
	if (ask->given.n)
		return ask->given;
	if (ignore && str_eq_nocase(str_of(ignore), STR("true")))
		return STR("");
	name = key_of(a, "AWS_ENDPOINT_URL_", ask->service->id, true);
	if ((value = getenv(name)) && *value) {
		*by = name;
		return str_of(value);
	}
	*by = "AWS_ENDPOINT_URL";
	if ((value = getenv(*by)) && *value)
		return str_of(value);
	*by = "endpoint_url of the profile";
	return ask->creds ? creds_profile_endpoint(ask->creds, key_of(a, "", ask->service->id, false)) : STR("");
}

/* As it may be shown: what stands before '@' may be a name and a password, what stands behind '?' anything. */
static Str shown(Arena *a, Str url)
{
	const char *at = url.n ? memrchr(url.p, '@', url.n) : NULL, *scheme = url.n ? memmem(url.p, url.n, "//", 2) : NULL;
	size_t head = scheme && (!at || scheme < at) ? (size_t)(scheme - url.p) + 2 : 0;
	Str rest = at ? str_sub(url, (size_t)(at - url.p), url.n) : str_sub(url, head, url.n), query;
	Str host = str_cut(rest, '?', &query);

	return arena_printf(a, "%.*s%s%.*s%s", (int)head, url.p, at ? "***" : "", STR_ARG(host), query.n ? "?***" : "");
}

static int allowed(const Url *u, const EndpointAsk *ask, Str url, const char *by, Err *e)
{
	bool tls = str_is(u->scheme, "https");

	if (ask->allow_foreign || host_is_loopback(u->host) || (tls && host_is_amazon(u->host)))
		return 0;
	return err_kind(e, ERR_REFUSED, "%s: %.*s is %s, so signed requests are not sent there; use a loopback address or https to "
	                "AWS, or set allow_foreign_endpoint: true in the context", by, STR_ARG(url),
	                tls ? "not a host of AWS" : "not encrypted and not on this machine");
}

static int default_place(Arena *a, const EndpointAsk *ask, Endpoint *out, Err *e)
{
	HostAsk host = { .name = ask->service->name, .prefix = ask->service->host_prefix, .op_prefix = ask->host_prefix,
	                 .region = ask->region, .bucket = ask->bucket, .fips = ask->fips, .dualstack = ask->dualstack };
	HostName name;

	if (host_of_service(a, &host, &name, e) < 0)
		return -1;
	*out = (Endpoint){ .url = arena_printf(a, "https://%.*s%.*s", STR_ARG(name.host), STR_ARG(name.path)), .host = name.host,
	                   .path = name.path, .region = arena_str(a, name.region), .confidential = true };
	return 0;
}

int endpoint_find(Arena *a, const EndpointAsk *ask, Endpoint *out, Err *e)
{
	const char *by = "";
	Str url = configured(a, ask, &by);
	Endpoint usual;
	Url u;
	bool plain_port;

	/* A configured endpoint is signed for as the default one would be. */
	if (default_place(a, ask, &usual, e) < 0)
		return -1;
	if (!url.n) {
		*out = usual;
		return 0;
	}
	if (split_url(url, &u) < 0)
		return err_kind(e, ERR_USAGE, "%s: \"%.*s\" is not a URL like https://host:port", by, STR_ARG(shown(a, url)));
	if (allowed(&u, ask, url, by, e) < 0)
		return -1;
	plain_port = !u.port.n || str_is(u.port, str_is(u.scheme, "https") ? "443" : "80");
	out->host = plain_port ? arena_str(a, u.host) : arena_printf(a, "%.*s:%.*s", STR_ARG(u.host), STR_ARG(u.port));
	out->path = arena_printf(a, "%.*s%s%.*s", STR_ARG(u.path), ask->bucket.n ? "/" : "", STR_ARG(ask->bucket));
	out->url = arena_printf(a, "%.*s://%.*s%.*s", STR_ARG(u.scheme), STR_ARG(out->host), STR_ARG(out->path));
	out->region = usual.region;
	out->overridden = true;
	out->confidential = str_is(u.scheme, "https") || host_is_loopback(u.host);
	return 0;
}
