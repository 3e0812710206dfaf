#include "chat/ways.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "chat/own.h"

/* --- why there was no answer --- */

typedef struct MissRow { AwsFault fault; Onward to; bool unreached; const char *words; } MissRow;

/* What AWS has answered with an error costs nothing. */
static const MissRow misses[] = {
	{ AWS_THROTTLED, ONWARD_ANY, false, "throttled" },
	{ AWS_DENIED, ONWARD_ANY, false, "access denied" },
	{ AWS_NOT_FOUND, ONWARD_ANY, false, "not found" },
	{ AWS_SERVER, ONWARD_ANY, false, "failed" },
	{ AWS_NETWORK, ONWARD_LOCAL, true, "out of reach" },
	{ AWS_TORN, ONWARD_LOCAL, true, "broke off" },
	{ AWS_GARBAGE, ONWARD_LOCAL, true, "out of reach" },
};
/* A model that is not to be had under this id, here or so: a ValidationException, as the sentences about it put it (aws/remedy.c), and in the
 * service's own words where there is none. */
static const char *const not_here[] = { "there is no model", "is not offered on demand", "is a legacy model", "model identifier",
	"on-demand throughput", "end of its life", "not supported in", "isn't supported", "isn\xe2\x80\x99t supported", NULL };

static bool is_about_the_model(const char *text)
{
	for (size_t i = 0; not_here[i]; i++)
		if (strcasestr(text, not_here[i]))
			return true;
	return false;
}

Miss miss_of_aws(const AwsError *err)
{
	for (size_t i = 0; i < sizeof misses / sizeof *misses; i++)
		if (misses[i].fault == err->fault) {
			Miss m = { misses[i].to, misses[i].unreached, false, misses[i].words };

			/* An exception within a stream: it had begun. */
			if (m.to == ONWARD_ANY && err->status < 300)
				m.to = ONWARD_LOCAL;
			return m;
		}
	if (err->fault == AWS_VALIDATION && is_about_the_model(err->err.text))
		return (Miss){ ONWARD_ANY, false, false, "not available" };
	if (strcmp(err->code, "ServiceQuotaExceededException") == 0)
		return (Miss){ ONWARD_ANY, false, false, "over its quota" };
	/* Held back by the circuit breaker of the endpoint. */
	if (err->fault == AWS_OTHER && !err->status)
		return (Miss){ ONWARD_LOCAL, true, false, "out of reach" };
	return (Miss){ ONWARD_NONE, false, err->fault == AWS_CANCELLED, "refused" };
}

Miss miss_of_local(const LocalError *err)
{
	return (Miss){ err->cancelled ? ONWARD_NONE : ONWARD_ANY, false, err->cancelled, err->unreached ? "not running" : "failed" };
}

Miss miss_unsent(Str model, const Err *e)
{
	if (local_model_is(model))
		return (Miss){ e->kind == ERR_REFUSED ? ONWARD_NONE : ONWARD_ANY, false, false, "cannot be asked" };
	return (Miss){ e->kind == ERR_REFUSED || e->kind == ERR_USAGE ? ONWARD_NONE : ONWARD_LOCAL, true, false, "out of reach" };
}

/* --- what is said of it --- */

static FORMAT(2, 3) void say(ChatTurn *t, const char *fmt, ...)
{
	const size_t n = strlen(t->how);
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(t->how + n, sizeof t->how - n, fmt, ap);
	va_end(ap);
}

static void clock_of(const Chat *c, int64_t wall_ms, char out[8])
{
	const time_t s = (time_t)((wall_ms + (c->host.zone_ms ? c->host.zone_ms(c->host.arg, wall_ms) : 0)) / 1000);
	struct tm tm;

	(void)gmtime_r(&s, &tm);
	(void)strftime(out, 8, "%H:%M", &tm);
}

static void say_local(const Chat *c, ChatTurn *t, Str model)
{
	const ConfLocalModel *m = local_model_find(c->host.local, c->host.locals, model);
	char since[8];

	if (!m)
		return;
	say(t, "%slocal model %.*s", t->how[0] ? ": " : "", STR_ARG(m->model));
	if (!c->down_since_ms)
		return;
	clock_of(c, c->down_since_ms, since);
	say(t, ", AWS out of reach since %s", since);
}

/* --- choosing --- */

bool way_is_auto(Str model)
{
	return str_is(model, ROUTE_AUTO);
}

static const ConfRoute *rule_of(const Chat *c, Str question)
{
	return c->routes ? routes_find(c->routes, question, str_of(c->host.view ? c->host.view(c->host.arg) : "")) : NULL;
}

static void take(Way *w, size_t at)
{
	w->at = at;
	(void)snprintf(w->model, sizeof w->model, "%.*s", STR_ARG(w->rule->model[at]));
}

static bool objects(const Chat *c, Str model, char why[80])
{
	return health_objects(&c->health, model, c->host.routing->slow_ms, c->host.routing->failing_ppm, clock_mono_ms(), why, 80);
}

/* The first that nothing speaks against; where something speaks against each of them, the first. */
static void choose(const Chat *c, ChatTurn *t, Way *w)
{
	char why[80], passed[80] = "";
	size_t at = 0;

	while (at < w->rule->models && objects(c, w->rule->model[at], why)) {
		if (!at)
			memcpy(passed, why, sizeof passed);
		at++;
	}
	take(w, at < w->rule->models ? at : 0);
	say(t, "routed: %.*s \xe2\x86\x92 %s", STR_ARG(w->rule->name), w->model);
	if (at)
		say(t, " (%.*s: %s%s)", STR_ARG(w->rule->model[0]), passed, at < w->rule->models ? "" : ", as others of the chain");
}

int way_first(Chat *c, const ChatColumn *col, ChatTurn *t, Way *w, Err *e)
{
	*w = (Way){ .at = 0 };
	if (t->steps) {
		(void)snprintf(w->model, sizeof w->model, "%s", t->step[t->steps - 1].model);
		return 0;
	}
	t->how[0] = 0;
	(void)snprintf(w->model, sizeof w->model, "%s", col->model);
	if (way_is_auto(str_of(col->model))) {
		if (!c->routes)
			return err_kind(e, ERR_USAGE, "the model auto needs routing.rules in config.yaml; :model ID names one");
		if (!(w->rule = rule_of(c, buf_str(&t->asked))))
			return err_kind(e, ERR_USAGE, "no rule of routing.rules fits this question; one without conditions, as the last, fits each");
		choose(c, t, w);
	}
	if (local_model_is(str_of(w->model)))
		say_local(c, t, str_of(w->model));
	return 0;
}

bool way_next(Chat *c, ChatColumn *col, Way *w, const Miss *m)
{
	ChatTurn *t = turn_last(col);
	const char *const before = w->rule ? w->rule->model[w->at].p : "";
	char why[80];

	for (size_t at = w->at + 1; w->rule && m->to != ONWARD_NONE && at < w->rule->models; at++) {
		const Str next = w->rule->model[at];

		if ((m->to == ONWARD_LOCAL && !local_model_is(next)) || asking_bars(col, next, NULL) || objects(c, next, why))
			continue;
		take(w, at);
		say(t, "; fallback: %s %s \xe2\x86\x92 %s", before, m->words, w->model);
		if (local_model_is(next))
			say_local(c, t, next);
		return true;
	}
	return false;
}

void way_tell(Chat *c, const Way *w, int64_t first_ms, const Miss *m)
{
	const bool local = local_model_is(str_of(w->model));
	uint32_t chance = 0;

	if (!local && m && m->unreached)
		c->down_since_ms = c->down_since_ms ? c->down_since_ms : clock_wall_ms();
	else if (!local && (!m || m->to == ONWARD_ANY))
		c->down_since_ms = 0;                    /* it has answered, be it with a refusal */
	/* What was refused by ourselves, and a network that is away, say nothing about a model. */
	if (m && (m->to == ONWARD_NONE || (!local && m->unreached)))
		return;
	(void)uv_random(NULL, NULL, &chance, sizeof chance, 0, NULL);      /* without it all holds are as short as they can be */
	health_tell(&c->health, str_of(w->model), m ? -1 : first_ms, m ? m->words : NULL, chance, clock_mono_ms());
}

void chat_put_health(const Chat *c, Buf *out)
{
	const int64_t now = clock_mono_ms();

	for (size_t i = 0; c->routes && i < c->host.routing->rules; i++) {
		const ConfRoute *r = &c->host.routing->rule[i];

		(void)buf_printf(out, "%.*s\n", STR_ARG(r->name));
		for (size_t k = 0; k < r->models; k++) {
			const HealthNow h = health_now(&c->health, r->model[k], now);
			char why[80] = "";

			(void)buf_printf(out, "  %zu %.*s", k + 1, STR_ARG(r->model[k]));
			if (h.asked < 0.5)
				(void)buf_puts(out, "  not asked of late");
			else
				(void)buf_printf(out, "  %.0f answers of late, %.0f %% failed", h.asked, h.failing * 100);
			if (h.first_ms >= 0)
				(void)buf_printf(out, ", first token after %lld ms", (long long)h.first_ms);
			(void)buf_printf(out, "%s%s\n", objects(c, r->model[k], why) ? ", PASSED OVER: " : "", why);
		}
	}
}

int chat_set_auto(Chat *c, size_t i, Err *e)
{
	ChatColumn *col = &c->column[i];
	char was[CHAT_WORD];

	if (!c->routes)
		return err_kind(e, ERR_USAGE, "there are no rules: routing.rules in config.yaml (docs/routing.md)");
	if (way_is_auto(str_of(col->model)))
		return 0;
	memcpy(was, col->model, sizeof was);
	chat_set_model(c, i, STR(ROUTE_AUTO));
	memcpy(col->named, was, sizeof was);
	return 0;
}

void way_each(const Chat *c, const ChatColumn *col, Str question, WayModel each, void *arg)
{
	const ConfRoute *rule = way_is_auto(str_of(col->model)) ? rule_of(c, question) : NULL;

	for (size_t i = 0; rule && i < rule->models; i++)
		each(arg, rule->model[i]);
	if (!rule)
		each(arg, str_of(col->model));
}
