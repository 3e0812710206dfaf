#include "unit.h"

#include "sim/metric_query.h"

static const int64_t now_ms = INT64_C(1795262400000), minute_ms = 60000, day_ms = INT64_C(86400000);

typedef struct Fixture { Arena arena; MetricStore *store; } Fixture;

static int read_query(Fixture *f, const char *stat, int period_s, int64_t from_ms, int64_t to_ms, MetricQuery *out, Err *e)
{
	JsonVal v;
	Str json = arena_printf(&f->arena, "{\"Id\":\"a\",\"MetricStat\":{\"Metric\":{\"Namespace\":\"Mine\",\"MetricName\":\"x\"},"
	                        "\"Period\":%d,\"Stat\":\"%s\"}}", period_s, stat);

	assert_int_equal(jv_parse(&f->arena, json, json.n, &v, NULL), 0);
	return metric_query_read(&f->arena, f->store, v, from_ms, to_ms, now_ms, out, e);
}

static int set_up(void **state)
{
	Fixture *f = calloc(1, sizeof *f);
	MetricSeries *s;

	f->store = metricstore_new();
	s = metricstore_series(f->store, STR("Mine"), STR("x"), STR(""), true);
	for (int i = 1; i <= 100; i++)
		assert_int_equal(metricstore_put(s, (MetricPoint){ now_ms - 10 * minute_ms + i, 1, i, i, i }), 0);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	Fixture *f = *state;

	metricstore_free(f->store);
	arena_done(&f->arena);
	free(f);
	return 0;
}

static double only_value(Fixture *f, const char *stat)
{
	MetricQuery q;
	double v = -1;
	Err e;

	assert_int_equal(read_query(f, stat, 60, now_ms - 20 * minute_ms, now_ms, &q, &e), 0);
	metric_query_series(&q);
	assert_int_equal(q.bins, 20);
	for (size_t i = 0; i < q.bins; i++)
		if (i != 10)
			assert_false(metric_query_value(&q, i, &v));      /* a minute without data has no point */
	assert_true(metric_query_value(&q, 10, &v));
	metric_query_done(&q);
	return v;
}

static void statistics(void **state)
{
	static const struct { const char *stat; double want; } rows[] = {
		{ "Sum", 5050 }, { "Average", 50.5 }, { "Minimum", 1 }, { "Maximum", 100 }, { "SampleCount", 100 },
		{ "p50", 50 }, { "p95", 95 }, { "p99.9", 100 }, { "p0", 1 }, { "p100", 100 },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_true(only_value(*state, rows[i].stat) == rows[i].want);
}

static void old_data_has_coarse_periods_only(void **state)
{
	static const struct { int days, period_s; bool nothing; } rows[] = {
		{ 1, 60, false }, { 16, 60, true }, { 16, 300, false }, { 64, 300, true }, { 64, 3600, false },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		int64_t from = now_ms - rows[i].days * day_ms;
		MetricQuery q;
		Err e;
		assert_int_equal(read_query(*state, "Sum", rows[i].period_s, from, from + 3600 * 1000, &q, &e), 0);
		assert_int_equal(q.nothing, rows[i].nothing);
		metric_query_done(&q);
	}
}

static void bins_are_aligned_to_the_period(void **state)
{
	MetricQuery q;
	Err e;

	assert_int_equal(read_query(*state, "Sum", 300, now_ms - 61 * minute_ms - 7777, now_ms, &q, &e), 0);
	assert_int_equal(q.first_ms % (5 * minute_ms), 0);
	assert_true(q.first_ms <= now_ms - 61 * minute_ms && q.first_ms > now_ms - 67 * minute_ms);
	metric_query_done(&q);
}

static void refused(void **state)
{
	static const struct { const char *stat; int period_s; } rows[] = {
		{ "tm95", 60 }, { "p", 60 }, { "p101", 60 }, { "p-1", 60 }, { "", 60 }, { "Sum", 0 }, { "Sum", -60 }, { "Sum", 90 },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		MetricQuery q;
		Err e = {0};
		assert_int_equal(read_query(*state, rows[i].stat, rows[i].period_s, now_ms - day_ms, now_ms, &q, &e), -1);
		assert_true(e.text[0]);
		metric_query_done(&q);
	}
}

static void dimensions_have_one_text(void **state)
{
	Fixture *f = *state;
	JsonVal v;
	Str a = STR("[{\"Name\":\"b\",\"Value\":\"2\"},{\"Name\":\"a\",\"Value\":\"1\"}]"), out;
	Err e;

	assert_int_equal(jv_parse(&f->arena, a, a.n, &v, NULL), 0);
	assert_int_equal(metric_dims(&f->arena, v, &out, &e), 0);
	assert_true(str_is(out, "a=1\nb=2\n"));
	a = STR("[{\"Name\":\"b\"}]");
	assert_int_equal(jv_parse(&f->arena, a, a.n, &v, NULL), 0);
	assert_int_equal(metric_dims(&f->arena, v, &out, &e), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(statistics, set_up, tear_down),
		cmocka_unit_test_setup_teardown(old_data_has_coarse_periods_only, set_up, tear_down),
		cmocka_unit_test_setup_teardown(bins_are_aligned_to_the_period, set_up, tear_down),
		cmocka_unit_test_setup_teardown(refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(dimensions_have_one_text, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
