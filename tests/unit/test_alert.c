#include "unit.h"

#include "model/alert.h"

static const int64_t t0 = INT64_C(1790000000000);
enum { SEC = 1000, MIN = 60000 };

/* 5 %, three times the usual, clear below 4 %, both for two minutes, thirty samples; of a metric that is no count of samples (test_alert_rules.c). */
static AlertRule rule(void)
{
	return (AlertRule){ .id = STR("r"), .metric = METRIC_HOUR_SHARE, .above = 50000, .below = ALERT_NONE, .plus = ALERT_NONE,
	                    .ratio = 3000000, .clear = 40000, .window_ms = 5 * MIN, .for_ms = 2 * MIN, .min_count = 30 };
}

static AlertReading reading(int64_t value)
{
	return (AlertReading){ true, value, 10000, 100 };
}

/* Looks every 30 s with the same value, `looks` times; returns the last event that was one. */
static AlertEvent look(const AlertRule *r, AlertStatus *s, int64_t *now, int looks, AlertReading x)
{
	AlertEvent last = EVENT_NONE;

	for (int i = 0; i < looks; i++) {
		AlertEvent e = alert_step(r, &x, *now, s);

		last = e != EVENT_NONE ? e : last;
		*now += 30 * SEC;
	}
	return last;
}

static void judging(void **state)
{
	AlertRule r = rule();
	AlertReading x = reading(50001);

	(void)state;
	assert_int_equal(alert_judge(&r, &x), VERDICT_BREACH);
	x.value = 50000;                                     /* above means above */
	assert_int_equal(alert_judge(&r, &x), VERDICT_BETWEEN);
	x.value = 40000;
	assert_int_equal(alert_judge(&r, &x), VERDICT_CLEAR);
	x = (AlertReading){ true, 80000, 30000, 100 };       /* high, but not three times the usual; 2.7 times is not clear of it yet */
	assert_int_equal(alert_judge(&r, &x), VERDICT_CLEAR);
	x = (AlertReading){ true, 84000, 30000, 100 };
	assert_int_equal(alert_judge(&r, &x), VERDICT_BETWEEN);
	x = (AlertReading){ true, 900000, 10000, 29 };       /* too few */
	assert_int_equal(alert_judge(&r, &x), VERDICT_CLEAR);
	x = (AlertReading){ true, 900000, ALERT_NONE, 100 }; /* nothing is usual yet */
	assert_int_equal(alert_judge(&r, &x), VERDICT_CLEAR);
	x = (AlertReading){ false, 900000, 10000, 100 };
	assert_int_equal(alert_judge(&r, &x), VERDICT_MISSING);
	r.missing = true;
	assert_int_equal(alert_judge(&r, &x), VERDICT_BREACH);
	x = reading(60000);
	assert_int_equal(alert_threshold(&r, &x), 50000);
	x.baseline = 40000;
	assert_int_equal(alert_threshold(&r, &x), 120000);
}

static void below_and_plus(void **state)
{
	AlertRule r = { .above = ALERT_NONE, .below = 950000, .plus = ALERT_NONE, .ratio = ALERT_NONE, .clear = ALERT_NONE, .min_count = 1 };
	AlertReading x = { true, 949999, ALERT_NONE, 1 };

	(void)state;
	assert_int_equal(alert_judge(&r, &x), VERDICT_BREACH);
	x.value = 950000;
	assert_int_equal(alert_judge(&r, &x), VERDICT_BETWEEN);
	x.value = 1045000;                                   /* a tenth back */
	assert_int_equal(alert_judge(&r, &x), VERDICT_CLEAR);
	/* Twice the usual and $20 more: both. */
	r = (AlertRule){ .above = 0, .below = ALERT_NONE, .plus = INT64_C(20000000000), .ratio = 2000000, .clear = ALERT_NONE, .min_count = 1 };
	x = (AlertReading){ true, INT64_C(30000000000), INT64_C(11000000000), 5 };
	assert_int_equal(alert_judge(&r, &x), VERDICT_BETWEEN);
	x.baseline = INT64_C(9000000000);
	assert_int_equal(alert_judge(&r, &x), VERDICT_BREACH);
	assert_int_equal(alert_threshold(&r, &x), INT64_C(29000000000));
	x.baseline = INT64_C(16000000000);
	assert_int_equal(alert_judge(&r, &x), VERDICT_CLEAR);
	/* Nothing overflows at the ends. */
	x = (AlertReading){ true, INT64_MAX, INT64_MAX, INT64_MAX };
	assert_int_equal(alert_judge(&r, &x), VERDICT_CLEAR);
	assert_int_equal(alert_threshold(&r, &x), INT64_MAX);
}

static void fires_once_and_clears_with_hysteresis(void **state)
{
	AlertRule r = rule();
	AlertStatus s = { 0 };
	int64_t now = t0;

	(void)state;
	assert_int_equal(look(&r, &s, &now, 4, reading(90000)), EVENT_NONE);
	assert_int_equal(alert_state(&s, 0, now), ALERT_PENDING);
	assert_int_equal(look(&r, &s, &now, 1, reading(90000)), EVENT_FIRED);      /* two minutes after the first look */
	assert_int_equal(alert_state(&s, 0, now), ALERT_FIRING);
	assert_int_equal(s.since_ms, t0);
	assert_int_equal(look(&r, &s, &now, 20, reading(90000)), EVENT_NONE);      /* not again */
	/* Under the limit but over `clear`: it goes on, however long. */
	assert_int_equal(look(&r, &s, &now, 20, reading(45000)), EVENT_NONE);
	assert_int_equal(alert_state(&s, 0, now), ALERT_FIRING);
	assert_int_equal(look(&r, &s, &now, 4, reading(30000)), EVENT_NONE);
	assert_int_equal(look(&r, &s, &now, 1, reading(45000)), EVENT_NONE);       /* the way back begins anew */
	assert_int_equal(look(&r, &s, &now, 4, reading(30000)), EVENT_NONE);
	assert_int_equal(look(&r, &s, &now, 1, reading(30000)), EVENT_CLEARED);
	assert_int_equal(alert_state(&s, 0, now), ALERT_OK);
	assert_int_equal(s.since_ms, now - 30 * SEC);
}

/* A value that jumps over and under the limit with every look neither fires nor, once it fires, clears. */
static void no_flapping(void **state)
{
	AlertRule r = rule();
	AlertStatus s = { 0 };
	int64_t now = t0;
	int events = 0;

	(void)state;
	for (int i = 0; i < 200; i++)
		events += look(&r, &s, &now, 1, reading(i % 2 ? 50001 : 49999)) != EVENT_NONE;
	assert_int_equal(events, 0);
	assert_int_equal(look(&r, &s, &now, 6, reading(60000)), EVENT_FIRED);
	for (int i = 0; i < 200; i++)
		events += look(&r, &s, &now, 1, reading(i % 2 ? 40001 : 39999)) != EVENT_NONE;
	assert_int_equal(events, 0);
	assert_int_equal(alert_state(&s, 0, now), ALERT_FIRING);
}

static void missing_data(void **state)
{
	AlertRule r = rule();
	AlertStatus s = { 0 };
	int64_t now = t0;
	const AlertReading none = { 0 };

	(void)state;
	assert_int_equal(look(&r, &s, &now, 20, none), EVENT_NONE);
	assert_int_equal(alert_state(&s, 0, now), ALERT_OK);
	/* What is not seen is not `for`: three looks, a gap in the data, three looks. */
	assert_int_equal(look(&r, &s, &now, 3, reading(90000)), EVENT_NONE);
	assert_int_equal(look(&r, &s, &now, 3, none), EVENT_NONE);
	assert_int_equal(look(&r, &s, &now, 3, reading(90000)), EVENT_NONE);
	assert_int_equal(look(&r, &s, &now, 3, reading(90000)), EVENT_FIRED);
	/* And what fires does not end because nothing is known of it. */
	assert_int_equal(look(&r, &s, &now, 50, none), EVENT_NONE);
	assert_int_equal(alert_state(&s, 0, now), ALERT_FIRING);
	assert_true(s.missing);
	/* Too few is something else: a version without traffic is over. */
	assert_int_equal(look(&r, &s, &now, 5, (AlertReading){ true, 900000, 10000, 3 }), EVENT_CLEARED);
}

static void acknowledged_and_silenced(void **state)
{
	AlertRule r = rule();
	AlertStatus s = { 0 };
	int64_t now = t0;

	(void)state;
	assert_int_equal(look(&r, &s, &now, 5, reading(90000)), EVENT_FIRED);
	s.acked_ms = now;
	assert_int_equal(alert_state(&s, 0, now), ALERT_ACKNOWLEDGED);
	assert_int_equal(look(&r, &s, &now, 100, reading(90000)), EVENT_NONE);
	assert_int_equal(alert_state(&s, 0, now), ALERT_ACKNOWLEDGED);
	assert_int_equal(alert_state(&s, now + 1, now), ALERT_SILENCED);
	assert_int_equal(alert_state(&s, now, now), ALERT_ACKNOWLEDGED);           /* the silence is over */
	assert_int_equal(look(&r, &s, &now, 5, reading(10000)), EVENT_CLEARED);
	assert_int_equal(s.acked_ms, 0);
	assert_int_equal(look(&r, &s, &now, 5, reading(90000)), EVENT_FIRED);      /* the next time it is new again */
	assert_int_equal(alert_state(&s, 0, now), ALERT_FIRING);
	assert_int_equal(alert_state(&(AlertStatus){ 0 }, now + MIN, now), ALERT_OK);
}

static void clocks_jump(void **state)
{
	AlertRule r = rule();
	AlertStatus s = { 0 };
	int64_t now = t0;

	(void)state;
	/* Ahead by an hour, as after a suspend: nobody watched, so two minutes must be seen anew. */
	assert_int_equal(look(&r, &s, &now, 3, reading(90000)), EVENT_NONE);
	now += 60 * MIN;
	assert_int_equal(look(&r, &s, &now, 4, reading(90000)), EVENT_NONE);
	assert_int_equal(look(&r, &s, &now, 1, reading(90000)), EVENT_FIRED);
	/* Back by an hour: what was clear for a minute was so for a minute still. */
	assert_int_equal(look(&r, &s, &now, 3, reading(10000)), EVENT_NONE);
	now -= 60 * MIN;
	assert_int_equal(look(&r, &s, &now, 2, reading(10000)), EVENT_NONE);
	assert_true(s.since_ms <= now);
	assert_int_equal(look(&r, &s, &now, 3, reading(10000)), EVENT_CLEARED);
	/* Back before 1970. */
	s = (AlertStatus){ 0 };
	now = 5;
	assert_int_equal(look(&r, &s, &now, 1, reading(90000)), EVENT_NONE);
	now = 1;
	assert_int_equal(look(&r, &s, &now, 1, reading(90000)), EVENT_NONE);
	assert_true(s.pending_ms > 0);
}

/* Whatever comes, and in whichever order: firing and clearing take turns, nothing fires before `for` of breaches was seen and nothing
 * clears before `for` of clear values. */
static void always_in_turns(void **state)
{
	AlertRule r = rule();
	uint64_t seed = 12345;
	int fired = 0;

	(void)state;
	for (int round = 0; round < 200; round++) {
		AlertStatus s = { 0 };
		int64_t now = t0;
		bool firing = false;
		int64_t bad = 0, good = 0;               /* since when without a break; 0: not now */

		for (int i = 0; i < 300; i++) {
			AlertReading x;
			AlertEvent e;

			seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
			x = reading((int64_t)(seed >> 40) % 120000);
			x.known = (seed >> 33) % 9 != 0;
			if (i % 60 < 20)
				x = reading(90000);                  /* so that both happen */
			else if (i % 60 >= 40)
				x = reading(20000);
			bad = alert_judge(&r, &x) != VERDICT_BREACH ? 0 : bad ? bad : now;
			good = alert_judge(&r, &x) != VERDICT_CLEAR ? 0 : good ? good : now;
			e = alert_step(&r, &x, now, &s);
			assert_true(e != EVENT_FIRED || (!firing && bad && now - bad >= r.for_ms));
			assert_true(e != EVENT_CLEARED || (firing && good && now - good >= r.for_ms));
			fired += e == EVENT_FIRED;
			firing = e == EVENT_FIRED || (firing && e != EVENT_CLEARED);
			assert_int_equal(firing, s.phase == PHASE_FIRING);
			now += (int64_t)((seed >> 50) % 30 + 20) * SEC;
		}
	}
	assert_true(fired >= 600);                       /* it happened at all */
}

static void the_shipped_rules(void **state)
{
	(void)state;
	for (size_t i = 0; i < alert_builtin_count; i++) {
		const AlertRule *r = &alert_builtin[i];
		const MetricInfo *m = metric_info(r->metric);

		if (!(m->by & BY_BIT(r->by)) || ((r->ratio != ALERT_NONE || r->plus != ALERT_NONE) && !m->usual))
			fail_msg("%.*s cannot be judged like that", STR_ARG(r->id));
		assert_true((r->above == ALERT_NONE) != (r->below == ALERT_NONE));
		assert_true(r->window_ms > 0 && r->min_count > 0 && r->help.n > 0 && !r->off);
		assert_true(r->clear == ALERT_NONE || (r->below == ALERT_NONE ? r->clear <= r->above : r->clear >= r->below));
		/* An anomaly of money is twice the usual or more, over a floor, in two windows one after the other. */
		if (r->metric == METRIC_SPEND_RATE)
			assert_true(r->ratio >= 2000000 && r->plus > 0 && r->for_ms >= r->window_ms);
		for (size_t k = 0; k < i; k++)
			assert_false(str_eq(r->id, alert_builtin[k].id));
	}
	for (int m = 0; m < METRICS; m++)
		assert_string_equal(metric_info((AlertMetric)m)->name, alert_metric_names[m]);
	assert_int_equal(metric_scaled(METRIC_SPEND_RATE, 1500000), INT64_C(1500000000));
	assert_int_equal(metric_scaled(METRIC_ERROR_RATE, 50000), 50000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(judging), cmocka_unit_test(below_and_plus), cmocka_unit_test(fires_once_and_clears_with_hysteresis),
		cmocka_unit_test(no_flapping), cmocka_unit_test(missing_data), cmocka_unit_test(acknowledged_and_silenced),
		cmocka_unit_test(clocks_jump), cmocka_unit_test(always_in_turns), cmocka_unit_test(the_shipped_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
