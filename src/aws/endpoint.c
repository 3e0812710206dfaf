#include "aws/endpoint.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

typedef struct Url { Str scheme, host, port, path; } Url;

static const struct { const char *region_prefix, *suffix; } partitions[] = {
	{ "cn-", "amazonaws.com.cn" },
	{ "", "amazonaws.com" },
};

static const char *suffix_of(Str region)
{
	size_t i = 0;

	while (!str_starts(region, str_of(partitions[i].region_prefix)))
		i++;
	return partitions[i].suffix;
}

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
		if (!isalnum((unsigned char)host.p[i]) && !strchr("-._:[]", host.p[i]))
			return false;
	return host.n > 0;
}

static int split_url(Str s, Url *out)
{
	Str rest, authority;
	const char *slash;
	int64_t port = 1;

	*out = (Url){ .scheme = str_cut(s, ':', &rest) };
	if ((!str_is(out->scheme, "https") && !str_is(out->scheme, "http")) || !str_starts(rest, STR("//")))
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
	if (out->port.n && (str_i64(out->port, &port) < 0 || port < 1 || port > 65535))
		return -1;
	/* No user:password@, query or fragment: none of them belongs to an endpoint. */
	return host_chars(out->host) && !memchr(s.p, '@', s.n) && !memchr(s.p, '?', s.n) && !memchr(s.p, '#', s.n) ? 0 : -1;
}

static bool is_loopback(Str host)
{
	Str rest = str_sub(host, 4, host.n);

	if (str_eq_nocase(host, STR("localhost")) || str_is(host, "[::1]") || str_ends(host, STR(".localhost")))
		return true;
	if (!str_starts(host, STR("127.")))
		return false;
	/* Numbers only: 127.0.0.1.example.com is somebody else's host. */
	for (size_t i = 0; i < rest.n; i++)
		if (!isdigit((unsigned char)rest.p[i]) && rest.p[i] != '.')
			return false;
	return true;
}

static bool is_amazon(Str host)
{
	static const char *const ends[] = { ".amazonaws.com", ".amazonaws.com.cn", ".api.aws", ".api.amazonwebservices.com.cn" };

	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
		if (host.n > strlen(ends[i]) && str_eq_nocase(str_sub(host, host.n - strlen(ends[i]), host.n), str_of(ends[i])))
			return true;
	return false;
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
	const char *name = key_of(a, "AWS_ENDPOINT_URL_", ask->service->id, true);
	const char *ignore = getenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS");
	const char *value;

	*by = "--endpoint-url or the context's endpoint_url";
	if (ask->given.n)
		return ask->given;
	if (ignore && str_eq_nocase(str_of(ignore), STR("true")))
		return STR("");
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

static int allowed(const Url *u, const EndpointAsk *ask, Str url, const char *by, Err *e)
{
	bool tls = str_is(u->scheme, "https");

	if (ask->allow_foreign || is_loopback(u->host) || (tls && is_amazon(u->host)))
		return 0;
	return err_kind(e, ERR_REFUSED, "%s: %.*s is %s, so signed requests are not sent there; use a loopback address or https to "
	                "AWS, or set allow_foreign_endpoint: true in the context", by, STR_ARG(url),
	                tls ? "not a host of AWS" : "not encrypted and not on this machine");
}

int endpoint_find(Arena *a, const EndpointAsk *ask, Endpoint *out, Err *e)
{
	const char *by = "";
	Str url = configured(a, ask, &by);
	Url u;
	bool plain_port;

	if (!url.n) {
		out->host = arena_printf(a, "%s%s.%.*s.%s", ask->host_prefix ? ask->host_prefix : "", ask->service->host_prefix,
		                         STR_ARG(ask->region), suffix_of(ask->region));
		out->url = arena_printf(a, "https://%.*s", STR_ARG(out->host));
		out->path = STR("");
		out->overridden = false;
		out->confidential = true;
		return 0;
	}
	if (split_url(url, &u) < 0)
		return err_kind(e, ERR_USAGE, "%s: \"%.*s\" is not a URL like https://host:port", by, STR_ARG(url));
	if (allowed(&u, ask, url, by, e) < 0)
		return -1;
	plain_port = !u.port.n || str_is(u.port, str_is(u.scheme, "https") ? "443" : "80");
	out->host = plain_port ? arena_str(a, u.host) : arena_printf(a, "%.*s:%.*s", STR_ARG(u.host), STR_ARG(u.port));
	out->path = arena_str(a, u.path);
	out->url = arena_printf(a, "%.*s://%.*s%.*s", STR_ARG(u.scheme), STR_ARG(out->host), STR_ARG(out->path));
	out->overridden = true;
	out->confidential = str_is(u.scheme, "https") || is_loopback(u.host);
	return 0;
}
