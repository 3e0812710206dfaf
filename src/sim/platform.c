#include "sim/platform.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "sim/agentcore.h"
#include "sim/classic.h"
#include "sim/fleet_tables.h"
#include "sim/rng.h"
#include "wire/text.h"

enum { PROPAGATE_MS = 4000, BY_MAX = 200, WAITING_MAX = 32 };

/* Moves that are on their way. */
typedef struct Waiting { unsigned platform, agent; int64_t from_ms; char by[BY_MAX]; } Waiting;
typedef struct Platforms { Waiting waiting[WAITING_MAX]; int n; } Platforms;

static const char owner[] = "platforms";

static const unsigned char home[FLEET_AGENTS] = {
	PLATFORM_AGENTCORE | PLATFORM_CLASSIC,      /* upsell-generator: on its way from one to the other */
	PLATFORM_CLASSIC,                           /* upsell-judge */
	PLATFORM_AGENTCORE,                         /* visibility-check: a gateway splits its traffic */
	PLATFORM_CLASSIC,                           /* menu-writer */
	PLATFORM_AGENTCORE,                         /* review-responder: split as well */
	PLATFORM_CLASSIC,                           /* lead-qualifier */
};

static Platforms *platforms(Sim *s)
{
	return sim_slot(s, owner, sizeof(Platforms));
}

unsigned platform_of(unsigned agent)
{
	return home[agent];
}

int64_t platform_delay_ms(Sim *s)
{
	int32_t speed_milli = fleet_speed_milli(sim_fleet(s));

	return speed_milli > 1000 ? (int64_t)PROPAGATE_MS * 1000 / speed_milli : speed_milli > 0 ? PROPAGATE_MS : 0;
}

int platform_versions(Sim *s, unsigned agent)
{
	return fleet_versions(sim_fleet(s), agent);
}

int platform_new_version(Sim *s, unsigned agent)
{
	Fleet *f = sim_fleet(s);
	Str last = fleet_version(f, agent, (unsigned)fleet_versions(f, agent) - 1), minor, major = str_cut(last, '.', &minor);
	int64_t n = 0;
	char text[32];
	int v;

	if (str_i64(minor, &n) < 0)
		n = fleet_versions(f, agent);
	(void)snprintf(text, sizeof text, "%.*s.%lld", major.n > 8 ? 8 : STR_ARG(major), (long long)n + 1);
	v = fleet_version_of(f, agent, str_of(text));
	return v < 0 ? -1 : v + 1;
}

FleetRoute platform_route(Sim *s, unsigned agent, int64_t t_ms)
{
	return fleet_route_at(sim_fleet(s), agent, t_ms);
}

static void tell_others(Sim *s, unsigned platform, unsigned agent, int64_t t_ms, Str by)
{
	FleetRoute r = platform_route(s, agent, t_ms);

	if (platform != PLATFORM_AGENTCORE && home[agent] & PLATFORM_AGENTCORE)
		agentcore_follow(s, agent, &r);
	if (platform != PLATFORM_CLASSIC && home[agent] & PLATFORM_CLASSIC)
		classic_follow(s, agent, &r);
	if (platform != PLATFORM_TABLE)
		registry_mirror(s, agent, t_ms, by);
}

void platform_move(Sim *s, unsigned platform, unsigned agent, const FleetRoute *route, Str by)
{
	Platforms *p = platforms(s);
	Waiting *w;

	fleet_route_set(sim_fleet(s), agent, route);
	if (route->from_ms <= sim_now(s) || p->n == WAITING_MAX) {
		tell_others(s, platform, agent, route->from_ms, by);
		return;
	}
	w = &p->waiting[p->n++];
	*w = (Waiting){ platform, agent, route->from_ms, "" };
	(void)snprintf(w->by, sizeof w->by, "%.*s", STR_ARG(by));
}

void platform_follow_table(Sim *s, unsigned agent, const FleetRoute *route)
{
	tell_others(s, PLATFORM_TABLE, agent, route->from_ms, STR(""));
}

void platform_begin(Sim *s)
{
	(void)agentcore_agents(s);
	(void)classic_agents(s);
}

void platform_settle(Sim *s)
{
	Platforms *p = platforms(s);
	int64_t now = sim_now(s);
	int kept = 0;

	for (int i = 0; i < p->n; i++) {
		Waiting w = p->waiting[i];

		if (w.from_ms > now)
			p->waiting[kept++] = w;
		else
			tell_others(s, w.platform, w.agent, w.from_ms, str_of(w.by));
	}
	p->n = kept;
}

int platform_page(SimCall *c, Str token, int64_t max, int64_t most, size_t total, size_t *from, size_t *n, Str *next)
{
	static const char mark[] = "page-";
	Buf text = { 0 };
	int64_t at = 0;

	if (max < 0 || max > most)
		return platform_fail(c, 400, "ValidationException", "maxResults must be between 1 and %lld", (long long)most);
	if (token.n && (b64_decode(&text, token) < 0 || !str_starts(buf_str(&text), STR("page-")) ||
	                str_i64(str_sub(buf_str(&text), sizeof mark - 1, text.n), &at) < 0 || at < 1 || (size_t)at >= total)) {
		buf_done(&text);
		return platform_fail(c, 400, "ValidationException", "The nextToken is not valid");
	}
	*from = (size_t)at;
	*n = total - *from < (size_t)(max ? max : most) ? total - *from : (size_t)(max ? max : most);
	*next = STR("");
	if (*from + *n < total) {
		buf_reset(&text);
		(void)b64_encode(&text, arena_printf(c->arena, "%s%zu", mark, *from + *n));
		*next = arena_str(c->arena, buf_str(&text));
	}
	buf_done(&text);
	return 0;
}

int platform_fail(SimCall *c, int status, const char *code, const char *fmt, ...)
{
	char text[600];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	sim_fail(c, status, code, text);
	return -1;
}

Str platform_id(SimCall *c, const char *name, bool upper)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789abcdefghijklmnopqrstuvwxyz";
	Rng r = { rng_join(str_hash(str_of(name)), 17) };
	char id[11] = { 0 };

	for (int i = 0; i < 10; i++)
		id[i] = letters[rng_below(&r, upper ? 36 : sizeof letters - 1)];
	return arena_str(c->arena, str_of(id));
}

Str platform_arn(SimCall *c, const char *service, const char *fmt, ...)
{
	char text[300];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	return arena_printf(c->arena, "arn:aws:%s:%.*s:%.*s:%s", service, STR_ARG(c->region), STR_ARG(c->who.account), text);
}
