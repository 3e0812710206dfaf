#include "model/alert.h"

enum { RATE_ONE = 1000000, STANDARD_ERRORS = 4 };

static const char *const state_names[] = { "ok", "pending", "firing", "acknowledged", "silenced" };

const char *alert_state_name(AlertState s)
{
	return state_names[s];
}

/* Nothing here can overflow on its way: thresholds come from people, values from data. */
static bool times_more(int64_t value, int64_t baseline, int64_t ratio_micro)
{
	return (__int128)value * 1000000 > (__int128)baseline * ratio_micro;
}

static bool sum_more(int64_t value, int64_t baseline, int64_t plus)
{
	return (__int128)value > (__int128)baseline + plus;
}

/* A tenth back from a limit, towards the side that is well. */
static int64_t eased(int64_t limit, bool down)
{
	int64_t tenth = (limit < 0 ? -limit : limit) / 10;

	return down ? limit - tenth : limit + tenth;
}

/* Of 31 jobs two that failed are 6.5 %, and that is no news where 5 % is the limit: how far the share is above the limit must be more than
 * four times what so many samples at the limit would scatter. */
static bool beyond_chance(const AlertRule *r, const AlertReading *x)
{
	const int alike = metric_info(r->metric)->share;
	__int128 limit = alert_threshold(r, x), over = x->value - limit;

	return !alike || limit >= RATE_ONE || over * over * x->count > STANDARD_ERRORS * STANDARD_ERRORS * alike * limit * (RATE_ONE - limit);
}

static bool breaches(const AlertRule *r, const AlertReading *x)
{
	bool relative = r->ratio != ALERT_NONE || r->plus != ALERT_NONE;

	if (x->count < r->min_count || (relative && x->baseline == ALERT_NONE))
		return false;
	return (r->above == ALERT_NONE || x->value > r->above) && (r->below == ALERT_NONE || x->value < r->below) &&
	       (r->ratio == ALERT_NONE || times_more(x->value, x->baseline, r->ratio)) &&
	       (r->plus == ALERT_NONE || sum_more(x->value, x->baseline, r->plus)) && (r->above == ALERT_NONE || beyond_chance(r, x));
}

/* One condition that is clearly not met any more is enough. */
static bool clears(const AlertRule *r, const AlertReading *x)
{
	bool relative = r->ratio != ALERT_NONE || r->plus != ALERT_NONE;

	if (x->count < r->min_count || (relative && x->baseline == ALERT_NONE))
		return true;
	if (r->below != ALERT_NONE)
		return x->value >= (r->clear != ALERT_NONE ? r->clear : eased(r->below, false));
	if (r->above != ALERT_NONE && x->value <= (r->clear != ALERT_NONE ? r->clear : eased(r->above, true)))
		return true;
	if (r->ratio != ALERT_NONE && !times_more(x->value, x->baseline, eased(r->ratio, true)))
		return true;
	return r->plus != ALERT_NONE && !sum_more(x->value, x->baseline, eased(r->plus, true));
}

AlertVerdict alert_judge(const AlertRule *r, const AlertReading *x)
{
	if (!x->known)
		return r->missing ? VERDICT_BREACH : VERDICT_MISSING;
	if (breaches(r, x))
		return x->known == KNOWN_KEEPS ? VERDICT_BETWEEN : VERDICT_BREACH;
	return clears(r, x) ? VERDICT_CLEAR : VERDICT_BETWEEN;
}

static int64_t clamped(__int128 v)
{
	return v > INT64_MAX ? INT64_MAX : v < -INT64_MAX ? -INT64_MAX : (int64_t)v;
}

int64_t alert_threshold(const AlertRule *r, const AlertReading *x)
{
	int64_t limit = r->below != ALERT_NONE ? r->below : r->above, t;

	if (r->below != ALERT_NONE || x->baseline == ALERT_NONE)
		return limit;
	if (r->ratio != ALERT_NONE && (t = clamped((__int128)x->baseline * r->ratio / 1000000)) > limit)
		limit = t;
	if (r->plus != ALERT_NONE && (t = clamped((__int128)x->baseline + r->plus)) > limit)
		limit = t;
	return limit;
}

static void shift(int64_t *t, int64_t by)
{
	if (*t && (*t += by) < 1)
		*t = 1;                  /* 0 would say that it never was */
}

/* Set back, the clock would make every time lie ahead; unwatched time must not count as `for`. */
static void mend_times(AlertStatus *s, int64_t now_ms)
{
	int64_t step = s->judged_ms ? now_ms - s->judged_ms : 0;

	if (step < 0) {
		shift(&s->since_ms, step);
		shift(&s->pending_ms, step);
		shift(&s->clearing_ms, step);
		shift(&s->acked_ms, step);
	} else if (step > ALERT_GAP_MS) {
		s->pending_ms = s->pending_ms ? now_ms : 0;
		s->clearing_ms = s->clearing_ms ? now_ms : 0;
	}
	s->judged_ms = now_ms;
}

static AlertEvent go_ok(AlertStatus *s, int64_t now_ms)
{
	AlertEvent event = s->phase == PHASE_FIRING ? EVENT_CLEARED : EVENT_NONE;

	/* What only was about to fire leaves no trace. */
	if (s->phase == PHASE_FIRING)
		s->since_ms = now_ms;
	s->phase = PHASE_OK;
	s->pending_ms = s->clearing_ms = s->acked_ms = 0;
	return event;
}

static AlertEvent step_breach(const AlertRule *r, int64_t now_ms, AlertStatus *s)
{
	s->clearing_ms = 0;
	if (s->phase == PHASE_FIRING)
		return EVENT_NONE;
	if (s->phase == PHASE_OK) {
		s->phase = PHASE_PENDING;
		s->pending_ms = now_ms;
	}
	if (now_ms - s->pending_ms < r->for_ms)
		return EVENT_NONE;
	s->phase = PHASE_FIRING;
	s->since_ms = s->pending_ms;
	return EVENT_FIRED;
}

static AlertEvent step_clear(const AlertRule *r, int64_t now_ms, AlertStatus *s)
{
	if (s->phase != PHASE_FIRING)
		return go_ok(s, now_ms);
	if (!s->clearing_ms)
		s->clearing_ms = now_ms;
	return now_ms - s->clearing_ms >= r->for_ms ? go_ok(s, now_ms) : EVENT_NONE;
}

AlertEvent alert_step(const AlertRule *r, const AlertReading *x, int64_t now_ms, AlertStatus *s)
{
	AlertVerdict v = alert_judge(r, x);

	mend_times(s, now_ms);
	s->missing = !x->known;
	if (v == VERDICT_BREACH)
		return step_breach(r, now_ms, s);
	if (v == VERDICT_CLEAR)
		return step_clear(r, now_ms, s);
	/* Neither: what fires goes on, and its way back begins anew; what only was about to fire is not any more. */
	s->clearing_ms = 0;
	return s->phase == PHASE_PENDING ? go_ok(s, now_ms) : EVENT_NONE;
}

AlertState alert_state(const AlertStatus *s, int64_t silenced_until_ms, int64_t now_ms)
{
	if (s->phase != PHASE_FIRING)
		return s->phase == PHASE_PENDING ? ALERT_PENDING : ALERT_OK;
	if (silenced_until_ms > now_ms)
		return ALERT_SILENCED;
	return s->acked_ms ? ALERT_ACKNOWLEDGED : ALERT_FIRING;
}
