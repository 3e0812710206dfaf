#include "conf/checks.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static bool only(Str s, size_t least, size_t most, const char *punctuation)
{
	if (s.n < least || s.n > most)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c == 0 || c >= 0x80 || !(isalnum(c) || strchr(punctuation, c)))
			return false;
	}
	return true;
}

static bool has_upper(Str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] >= 'A' && s.p[i] <= 'Z')
			return true;
	return false;
}

static bool is_number(Str s, size_t most)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return s.n >= 1 && s.n <= most;
}

bool check_account_id(Str s)
{
	return s.n == 12 && is_number(s, 12);
}

bool check_host_label(Str s)
{
	return only(s, 1, 63, "-") && !has_upper(s) && s.p[0] != '-' && s.p[s.n - 1] != '-';
}

bool check_guardrail(Str s)
{
	Str tail = s, version, id;
	int64_t n;

	while (str_has(tail, STR("/")))
		(void)str_cut(tail, '/', &tail);
	id = str_cut(tail, ':', &version);
	for (size_t i = 0; i < id.n; i++)
		if (!(id.p[i] >= 'a' && id.p[i] <= 'z') && !(id.p[i] >= '0' && id.p[i] <= '9'))
			return false;
	if (!id.n || (tail.n < s.n && !str_starts(s, STR("arn:"))))
		return false;
	return id.n == tail.n || str_is(version, "DRAFT") || (version.n <= 8 && str_i64(version, &n) == 0 && n > 0);
}

bool check_region(Str s)
{
	static const char *const directions[] = {
		"north", "south", "east", "west", "central", "northeast", "northwest", "southeast", "southwest",
	};
	Str part[5];
	size_t n = 0;

	if (!check_host_label(s))
		return false;
	while (s.n && n < 5)
		part[n++] = str_cut(s, '-', &s);
	if (s.n || n < 3 || !is_number(part[n - 1], 2) || part[0].n < 2)
		return false;
	for (size_t i = 0; i < sizeof directions / sizeof *directions; i++)
		if (str_is(part[n - 2], directions[i]))
			return true;
	return false;
}

bool check_name(Str s)
{
	return only(s, 1, 64, "-_.");
}

bool check_id(Str s)
{
	return only(s, 1, 64, "-") && !has_upper(s);
}

bool check_table(Str s)
{
	return only(s, 3, 255, "-_.");
}

bool check_log_group(Str s)
{
	return only(s, 1, 512, "-_./#");
}

bool check_namespace(Str s)
{
	return only(s, 1, 255, "-_./#: ") && str_trim(s).n == s.n;
}

Str role_arn_account(Str arn)
{
	Str part[5];

	for (size_t i = 0; i < sizeof part / sizeof *part; i++)
		part[i] = str_cut(arn, ':', &arn);
	if (!str_is(part[0], "arn") || !str_starts(part[1], STR("aws")) || !only(part[1], 3, 20, "-") || has_upper(part[1]) ||
	    !str_is(part[2], "iam") || part[3].n || !check_account_id(part[4]))
		return STR("");
	return str_starts(arn, STR("role/")) && only(arn, 6, 600, "_+=,.@/-") && !str_ends(arn, STR("/")) ? part[4] : STR("");
}

bool check_role_arn(Str s)
{
	return role_arn_account(s).n > 0;
}

bool check_external_id(Str s)
{
	return only(s, 2, 1224, "_+=,.@:/-");
}

bool check_mfa_serial(Str s)
{
	return only(s, 9, 256, "_+=/:,.@-");
}

bool check_session_name(Str s)
{
	return only(s, 2, 64, "_+=,.@-");
}

/* Host and port of an http(s) URL; empty when it is none. */
static Str url_authority(Str url)
{
	Str path;

	if (str_starts(url, STR("https://")))
		url = str_sub(url, 8, url.n);
	else if (str_starts(url, STR("http://")))
		url = str_sub(url, 7, url.n);
	else
		return STR("");
	return str_cut(url, '/', &path);
}

static Str url_host(Str url, Str *port)
{
	Str authority = url_authority(url), host;

	*port = STR("");
	if (str_starts(authority, STR("["))) {
		host = str_cut(authority, ']', port);
		*port = str_starts(*port, STR(":")) ? str_sub(*port, 1, port->n) : *port;
		return str_sub(host, 1, host.n);
	}
	return str_cut(authority, ':', port);
}

bool check_url(Str s)
{
	Str authority = url_authority(s), port, host = url_host(s, &port);
	int64_t number = 0;
	bool six = str_starts(authority, STR("["));

	if (!only(s, 1, 2048, "-_.:/~%[]") || !only(host, 1, 253, six ? ":." : "-."))
		return false;
	if (str_ends(authority, STR(":")) || (six && !str_has(authority, STR("]"))))
		return false;
	return !port.n || (is_number(port, 5) && str_i64(port, &number) == 0 && number >= 1 && number <= 65535);
}

bool url_is_loopback(Str url)
{
	Str port, host = url_host(url, &port), rest = host;
	int parts = 0;

	if (str_eq_nocase(host, STR("localhost")) || str_is(host, "::1"))
		return true;
	/* Four numbers, the first of them 127: a name such as 127.example.com is somebody else's. */
	if (!str_starts(host, STR("127.")))
		return false;
	while (rest.n) {
		if (!is_number(str_cut(rest, '.', &rest), 3))
			return false;
		parts++;
	}
	return parts == 4;
}

bool check_time_zone(Str s)
{
	char path[160], magic[4] = "";
	bool ok;
	FILE *f;

	if (str_is(s, "UTC"))
		return true;
	if (!only(s, 1, 64, "-_+/") || s.p[0] == '/')
		return false;
	(void)snprintf(path, sizeof path, "/usr/share/zoneinfo/%.*s", STR_ARG(s));
	f = fopen(path, "re");
	if (!f)
		return false;
	/* RFC 8536: every zone file begins with these four bytes. */
	ok = fread(magic, 1, sizeof magic, f) == sizeof magic && memcmp(magic, "TZif", 4) == 0;
	(void)fclose(f);                     /* read only */
	return ok;
}

bool check_variable(Str s)
{
	static const char *const harmless[] = { "AWS_REGION", "AWS_DEFAULT_REGION", NULL };

	for (size_t i = 0; i < s.n; i++)
		if (!(s.p[i] >= '0' && s.p[i] <= '9' && i) && !((s.p[i] | 0x20) >= 'a' && (s.p[i] | 0x20) <= 'z') && s.p[i] != '_')
			return false;
	for (size_t i = 0; harmless[i]; i++)
		if (str_is(s, harmless[i]))
			return true;
	return s.n > 0 && !str_starts(s, STR("AWS_"));
}
