/* Where the calls went and what came back besides answers: endpoints, clocks, versions, breakers. */
#include "app/doctor_own.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/seen.h"
#include "conf/checks.h"

enum { CLOCK_WARN_MS = 60000, SLOW_MS = 2000, SEEN_MAX = 64 };

/* "http://user:***@proxy:3128" without what may be a name and a password. */
static Str without_user(Str url)
{
	const char *at = url.n ? memrchr(url.p, '@', url.n) : NULL;

	return at ? str_sub(url, (size_t)(at + 1 - url.p), url.n) : url;
}

static void say_proxy(Doctor *d, bool all_local)
{
	static const char *const names[] = { "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		Str value = str_of(getenv(names[i])), shown = without_user(value);

		if (!value.n)
			continue;
		doctor_say(d, doctor_add(d, DOCTOR_NETWORK, "proxy", "proxy"), DOCTOR_OK, NULL, "%s: %.*s%s", names[i], STR_ARG(shown),
		           all_local ? "; not used, all endpoints are on this machine" : "");
		return;
	}
}

static bool is_on(Doctor *d, const char *variable, const char *key)
{
	const char *v = getenv(variable);

	return str_eq_nocase(v && *v ? str_of(v) : creds_profile_get(aws_creds(d->session->aws), key), STR("true"));
}

static void say_modes(Doctor *d)
{
	bool fips = is_on(d, "AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint");
	bool dual = is_on(d, "AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint");

	if (fips || dual)
		doctor_say(d, doctor_add(d, DOCTOR_NETWORK, "modes", "endpoints"), DOCTOR_OK, NULL, "%s%s%s, where AWS's own hosts are used",
		           fips ? "FIPS" : "",
		           fips && dual ? " and " : "", dual ? "dual-stack" : "");
}

static void http_text(int version, char out[24])
{
	if (version >= 20)
		(void)snprintf(out, 24, "HTTP/%d", version / 10);
	else
		(void)snprintf(out, 24, "HTTP/%d.%d", version / 10, version % 10);
}

/* Services whose endpoint is one (a simulator) share a line. */
static Str services_at(Doctor *d, const AwsSeen *seen, size_t n, const char *endpoint)
{
	Str all = STR("");

	for (size_t i = 0; i < n; i++)
		if (strcmp(seen[i].endpoint, endpoint) == 0)
			all = arena_printf(&d->arena, "%.*s%s%s", STR_ARG(all), all.n ? ", " : "", seen[i].service);
	return all;
}

static bool first_of(const AwsSeen *seen, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (strcmp(seen[k].endpoint, seen[i].endpoint) == 0)
			return false;
	return true;
}

static bool is_default(Str endpoint)
{
	return str_has(endpoint, STR(".amazonaws.")) || str_has(endpoint, STR(".api.aws")) || str_has(endpoint, STR(".amazonwebservices."));
}

static void say_endpoint(Doctor *d, const AwsSeen *seen, size_t n, size_t i)
{
	const AwsSeen *s = &seen[i];
	Str services = services_at(d, seen, n, s->endpoint);
	bool several = !str_is(services, s->service);
	DoctorLine *line = doctor_add(d, DOCTOR_NETWORK, "endpoint", "%s", several ? "endpoint" : s->service);
	Str url = str_of(s->endpoint);
	bool tls = str_starts(url, STR("https:")), slow = s->first_ms >= SLOW_MS;
	char http[24], clock[40] = "";

	http_text(s->http_version, http);
	if (s->dated)
		(void)snprintf(clock, sizeof clock, ", clock %+.1f s", (double)s->offset_ms / 1000);
	line->ms = s->first_ms;
	doctor_say(d, line, slow ? DOCTOR_WARN : DOCTOR_OK, slow ? "look at the network between here and there: feeds will lag" : NULL,
	           "%s%s, %s%s, first answer in %lld ms%s%s%.*s", s->endpoint, is_default(url) ? "" : " (configured)", http,
	           tls ? " over TLS 1.2 or later" : url_is_loopback(url) ? " on this machine" : " WITHOUT TLS", (long long)s->first_ms, clock,
	           several ? ": " : "", several ? (int)services.n : 0, services.p);
}

/* The one that is furthest off speaks for all: they are set by one another. */
static void say_clock(Doctor *d, const AwsSeen *seen, size_t n)
{
	DoctorLine *line = doctor_add(d, DOCTOR_NETWORK, "clock", "clock");
	const AwsSeen *worst = NULL;
	int64_t size;

	for (size_t i = 0; i < n; i++)
		if (seen[i].dated && (!worst || llabs(seen[i].offset_ms) > llabs(worst->offset_ms)))
			worst = &seen[i];
	if (!worst) {
		doctor_say(d, line, DOCTOR_SKIPPED, NULL, "no answer carried a Date");
		return;
	}
	size = llabs(worst->offset_ms);
	if (size < CLOCK_WARN_MS)
		doctor_say(d, line, DOCTOR_OK, NULL, "at most %lld s off", (long long)((size + 999) / 1000));
	else
		doctor_say(d, line, DOCTOR_WARN, "set this machine's clock (timedatectl set-ntp true)", "%lld s %s %s; %s", (long long)(size / 1000),
		           worst->offset_ms > 0 ? "behind" : "ahead of", worst->service,
		           aws_skew_ms(d->session->aws) ? "requests are signed with the time of AWS" : "from 300 s on signatures are refused");
}

static void say_breakers(Doctor *d)
{
	AwsBreaker b[SEEN_MAX];
	size_t n = aws_breakers(d->session->aws, b, SEEN_MAX), open = 0;

	for (size_t i = 0; i < n; i++) {
		if (b[i].state == BREAKER_CLOSED)
			continue;
		open++;
		doctor_say(d, doctor_add(d, DOCTOR_NETWORK, "breaker", "%s", b[i].service), DOCTOR_FAIL, "wait, and look at the service's health",
		           "left alone for another %lld s after %d failed calls: %s", (long long)((b[i].wait_ms + 999) / 1000), b[i].failures, b[i].why);
	}
	if (n && !open)
		doctor_say(d, doctor_add(d, DOCTOR_NETWORK, "breaker", "breakers"), DOCTOR_OK, NULL, "all %zu closed", n);
}

void doctor_network(Doctor *d)
{
	AwsSeen seen[SEEN_MAX];
	size_t n = aws_seen(d->session->aws, seen, SEEN_MAX);
	bool all_local = n > 0;

	for (size_t i = 0; i < n; i++)
		all_local &= url_is_loopback(str_of(seen[i].endpoint));
	if (!n)
		doctor_say(d, doctor_add(d, DOCTOR_NETWORK, "endpoint", "endpoints"), DOCTOR_FAIL, "check the network, the endpoint and any proxy",
		           "none has answered");
	for (size_t i = 0; i < n; i++)
		if (first_of(seen, i))
			say_endpoint(d, seen, n, i);
	if (n)
		say_clock(d, seen, n);
	say_modes(d);
	say_proxy(d, all_local);
	say_breakers(d);
}
