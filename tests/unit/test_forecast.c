/* The forecast on made-up fleets: a weekly pattern times a level that wanders times noise. How often the range holds what comes is
 * counted, not believed. */
#include "unit.h"

#include "model/forecast.h"

enum { DAYS = 70, HOURS = DAYS * 24, SHOWN = 35 * 24 };

static uint64_t dice_state = 5;
static double even(void)
{
	dice_state = dice_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (double)(dice_state >> 11) / 9007199254740992.0;
}

/* About normal: the sum of twelve even ones. */
static double normal(void)
{
	double sum = -6;

	for (int i = 0; i < 12; i++)
		sum += even();
	return sum;
}

typedef struct Fleet { int64_t nusd[HOURS]; } Fleet;

/* Day and night, a quiet weekend, a level that is a little another one each day. */
static void make(Fleet *f, double wander, double noise)
{
	double level = 1;

	for (int i = 0; i < HOURS; i++) {
		int hour = i % 24, weekday = i / 24 % 7;
		double day = hour < 6 ? 0.3 : hour < 9 ? 0.8 : hour < 20 ? 1.6 : 1.0, week = weekday >= 5 ? 0.5 : 1.0;
		double x;

		if (hour == 0)
			level = 1 + (level - 1) * 0.7 + wander * normal();
		level = level < 0.2 ? 0.2 : level;
		x = 3e9 * day * week * level * (1 + noise * normal());
		f->nusd[i] = x < 0 ? 0 : (int64_t)x;
	}
}

/* As of `part` of hour `now`, for the rest of a period that ends at hour `end` and began at hour `begin`. */
static ForecastAsk ask(const Fleet *f, int begin, int now, int end, int64_t part_ms, int64_t series[SHOWN])
{
	ForecastAsk q = { .nusd = series, .local_hour = now - SHOWN + 1, .part_ms = part_ms, .rest_hours = end - now - 1, .hours = SHOWN };

	memcpy(series, f->nusd + now - SHOWN + 1, SHOWN * sizeof *series);
	series[SHOWN - 1] = f->nusd[now] * part_ms / 3600000;
	for (int i = begin; i < now; i++)
		q.spent_nusd += f->nusd[i];
	q.spent_nusd += series[SHOWN - 1];
	return q;
}

static int64_t total(const Fleet *f, int begin, int end)
{
	int64_t sum = 0;

	for (int i = begin; i < end; i++)
		sum += f->nusd[i];
	return sum;
}

/* Of `rounds` forecasts for a period of so many days, how many percent hold what came; and the mean of middle / came in percent. */
static void try_out(int days, double wander, double noise, int rounds, int *held, int *bias, int *promised)
{
	static Fleet f;
	int64_t series[SHOWN], said = 0, came = 0, percent = 0;
	int in = 0;

	for (int r = 0; r < rounds; r++) {
		int begin = 36 * 24 + (int)(even() * (34 - days)) * 24, now = begin + (int)(even() * days * 24);
		ForecastAsk q;
		Forecast p;
		int64_t real;

		if (r % 10 == 0)
			make(&f, wander, noise);
		q = ask(&f, begin, now, begin + days * 24, (int64_t)(even() * 3600000), series);
		p = forecast_period(&q);
		assert_true(p.known);
		assert_true(p.low_nusd <= p.mid_nusd && p.mid_nusd <= p.high_nusd && p.low_nusd >= q.spent_nusd);
		real = total(&f, begin, begin + days * 24);
		in += real >= p.low_nusd && real <= p.high_nusd;
		said += p.mid_nusd / 1000;
		came += real / 1000;
		percent += p.percent;
	}
	*held = in * 100 / rounds;
	*bias = (int)(said * 100 / came);
	*promised = (int)(percent / rounds);
}

static void ranges_hold_what_they_promise(void **state)
{
	static const struct { int days; double wander, noise; } kind[] = {
		{ 1, 0.02, 0.10 }, { 1, 0.10, 0.15 }, { 1, 0.20, 0.40 }, { 7, 0.02, 0.10 }, { 7, 0.10, 0.15 }, { 7, 0.20, 0.40 },
	};

	(void)state;
	for (size_t k = 0; k < sizeof kind / sizeof *kind; k++) {
		int held, bias, promised;

		try_out(kind[k].days, kind[k].wander, kind[k].noise, 1500, &held, &bias, &promised);
		print_message("%d days, level wanders %.2f, noise %.2f: %d %% held, %d promised, middle %d %% of what came\n", kind[k].days,
		              kind[k].wander, kind[k].noise, held, promised, bias);
		if (held < promised - 10 || held > promised + 12 || bias < 97 || bias > 103)
			fail_msg("that is not what the range says of itself");
	}
}

static void a_month_ahead_is_wider_but_right(void **state)
{
	int held, bias, promised;

	(void)state;
	try_out(30, 0.05, 0.15, 600, &held, &bias, &promised);
	print_message("30 days: %d %% held, %d promised, middle %d %%\n", held, promised, bias);
	assert_true(held >= 65);
	assert_true(bias > 96 && bias < 104);
}

/* It goes on as it went in the last hours, not as it usually goes. */
static void a_runaway_is_followed(void **state)
{
	static Fleet f;
	int64_t series[SHOWN], usual, real;
	int begin = 40 * 24, now = begin + 15;
	ForecastAsk q;
	Forecast p;

	(void)state;
	make(&f, 0.02, 0.05);
	usual = total(&f, begin, begin + 24);
	for (int i = now - 7; i < begin + 24; i++)
		f.nusd[i] *= 3;
	real = total(&f, begin, begin + 24);
	q = ask(&f, begin, now, begin + 24, 1800000, series);
	p = forecast_period(&q);
	assert_true(p.low_nusd > usual * 14 / 10);
	assert_in_range(p.mid_nusd, real * 85 / 100, real * 115 / 100);
}

static void little_data_says_nothing(void **state)
{
	int64_t series[30 * 24];
	ForecastAsk q = { .nusd = series, .rest_hours = 5 };

	(void)state;
	for (int i = 0; i < 30 * 24; i++)
		series[i] = 1000000000;
	for (size_t n = 0; n <= 7 * 24; n++) {
		q.hours = n;
		assert_false(forecast_period(&q).known);
	}
	q.hours = 7 * 24 + 1;
	assert_true(forecast_period(&q).known);
	assert_int_equal(forecast_period(&q).days, 7);
	assert_int_equal(forecast_period(&q).tries, 4);
	q.hours = 30 * 24;
	assert_int_equal(forecast_period(&q).tries, 15);
	assert_int_equal(forecast_period(&q).percent, 87);
	/* Every hour takes a dollar: nothing to guess. */
	q.part_ms = 900000;
	q.spent_nusd = 250000000;
	assert_int_equal(forecast_period(&q).low_nusd, 6000000000);
	assert_int_equal(forecast_period(&q).high_nusd, 6000000000);
}

static void nothing_and_absurd(void **state)
{
	static int64_t series[SHOWN];
	ForecastAsk q = { .nusd = series, .hours = SHOWN, .rest_hours = 9 };
	Forecast p;

	(void)state;
	memset(series, 0, sizeof series);
	assert_false(forecast_period(&q).known);           /* nothing ever came: no try says anything */
	for (int i = 0; i < SHOWN; i++)
		series[i] = i % 3 ? INT64_MAX : INT64_MIN;
	p = forecast_period(&q);
	assert_true(!p.known || p.low_nusd <= p.high_nusd);
	q.rest_hours = -1;
	assert_false(forecast_period(&q).known);
}

static void when_a_limit_is_reached(void **state)
{
	int64_t series[30 * 24];
	ForecastAsk q = { .nusd = series, .hours = 30 * 24, .rest_hours = 9, .part_ms = 1800000, .spent_nusd = 20500000000 };
	Forecast p;

	(void)state;
	for (int i = 0; i < 30 * 24; i++)
		series[i] = 1000000000;
	p = forecast_period(&q);
	assert_int_equal(p.mid_nusd, 30000000000);
	assert_int_equal(forecast_reaches(&q, &p, 20000000000), 0);            /* passed already */
	assert_int_equal(forecast_reaches(&q, &p, 20750000000), 900000);
	assert_int_equal(forecast_reaches(&q, &p, 23000000000), 9000000);      /* two and a half hours */
	assert_int_equal(forecast_reaches(&q, &p, 31000000000), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ranges_hold_what_they_promise),
		cmocka_unit_test(a_month_ahead_is_wider_but_right),
		cmocka_unit_test(a_runaway_is_followed),
		cmocka_unit_test(little_data_says_nothing),
		cmocka_unit_test(nothing_and_absurd),
		cmocka_unit_test(when_a_limit_is_reached),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
