#include "unit.h"

#include <time.h>

#include "wire/time8601.h"

static uint64_t next_random(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return *seed >> 11;
}

/* Any moment of the years 1 to 9999. */
static int64_t random_ms(uint64_t *seed)
{
	return (int64_t)(next_random(seed) % 315537897600000u) - 62135596800000;
}

static void agrees_with_gmtime(void **state)
{
	uint64_t seed = 20261121;

	(void)state;
	for (int i = 0; i < 200000; i++) {
		int64_t ms = random_ms(&seed);
		time_t s = (time_t)((ms - (((ms % 1000) + 1000) % 1000)) / 1000);
		struct tm tm;
		CivilTime t = time_civil(ms);

		assert_non_null(gmtime_r(&s, &tm));
		if (t.year != tm.tm_year + 1900 || t.month != tm.tm_mon + 1 || t.day != tm.tm_mday || t.hour != tm.tm_hour
		    || t.minute != tm.tm_min || t.second != tm.tm_sec || t.weekday != tm.tm_wday || t.ms != (int)(ms - s * 1000))
			fail_msg("%lld ms gives another time than gmtime", (long long)ms);
		assert_int_equal(time_from_civil(t), ms);
	}
}

static void texts_read_back(void **state)
{
	uint64_t seed = 7;

	(void)state;
	for (int i = 0; i < 50000; i++) {
		int64_t ms = random_ms(&seed), whole = ms - ((ms % 1000) + 1000) % 1000, back = 0;
		char text[TIME_TEXT];

		time_format_iso(ms, text);
		assert_int_equal(time_parse_iso(str_of(text), &back), 0);
		assert_int_equal(back, ms);
		time_format_basic(ms, text);
		assert_int_equal(time_parse_basic(str_of(text), &back), 0);
		assert_int_equal(back, whole);
		time_format_http(ms, text);
		assert_int_equal(time_parse_http(str_of(text), &back), 0);
		assert_int_equal(back, whole);
	}
}

static void every_day_follows_the_one_before(void **state)
{
	CivilTime was = time_civil(-62135596800000 - 86400000);

	(void)state;
	for (int64_t day = -719162; day <= 2932896; day++) {
		CivilTime t = time_civil(day * 86400000);
		bool same_month = t.day == was.day + 1 && t.month == was.month && t.year == was.year;
		bool next_month = t.day == 1 && t.month == was.month + 1 && t.year == was.year;
		bool next_year = t.day == 1 && t.month == 1 && was.month == 12 && t.year == was.year + 1;

		if (same_month + next_month + next_year != 1 || t.weekday != (was.weekday + 1) % 7)
			fail_msg("day %lld is out of order", (long long)day);
		was = t;
	}
	assert_int_equal(was.year, 9999);
}

static void iso_forms(void **state)
{
	static const struct { const char *text; int64_t ms; } good[] = {
		{ "1970-01-01T00:00:00Z", 0 },
		{ "1969-12-31T23:59:59.999Z", -1 },
		{ "2026-11-21T03:55:50.123Z", 1795233350123 },
		{ "2026-11-21 03:55:50.123z", 1795233350123 },
		{ "2026-11-21t03:55:50.1239999999Z", 1795233350123 },
		{ "2026-11-21T03:55:50.1Z", 1795233350100 },
		{ "2026-11-21T04:55:50.123+01:00", 1795233350123 },
		{ "2026-11-20T22:25:50.123-0530", 1795233350123 },
		{ "2026-11-21T03:55:50", 1795233350000 },
		{ "2026-11-21T03:55Z", 1795233300000 },
		{ "2026-11-21", 1795219200000 },
		{ "2024-02-29T00:00:00Z", 1709164800000 },
		{ "2000-02-29", 951782400000 },
		{ "2016-12-31T23:59:60Z", 1483228799999 },
		{ "2017-01-01T00:59:60.5+01:00", 1483228799999 },
		{ "0001-01-01T00:00:00Z", -62135596800000 },
		{ "9999-12-31T23:59:59.999Z", 253402300799999 },
	};
	static const char *const bad[] = {
		"", "2026", "2026-11", "2026-02-30", "2025-02-29", "1900-02-29", "2026-04-31", "2026-00-10", "2026-13-01", "2026-01-00",
		"0000-01-01", "2026-1-01", "2026-11-21T", "2026-11-21T03", "2026-11-21T24:00:00Z", "2026-11-21T03:60:00Z",
		"2026-11-21T03:55:61Z", "2026-11-21T03:55:60Z", "2017-01-01T00:59:60Z", "2026-11-21T03:55:50.Z", "2026-11-21T03:55:50,1Z",
		"2026-11-21T03:55:50Zx", "2026-11-21T03:55:50+24:00", "2026-11-21T03:55:50+01:60", "2026-11-21T03:55:50+1:00",
		"2026-11-21T03:55:50+", " 2026-11-21", "2026-11-21 ", "+2026-11-21", "2026-11-21X03:55:50Z", "0001-01-01T00:00:00+00:01",
		"9999-12-31T23:59:59-00:01", "20261121T035550Z",
	};
	int64_t ms;

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		ms = 42;
		if (time_parse_iso(str_of(good[i].text), &ms) < 0 || ms != good[i].ms)
			fail_msg("%s read as %lld", good[i].text, (long long)ms);
	}
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		ms = 42;
		if (time_parse_iso(str_of(bad[i]), &ms) == 0 || ms != 42)
			fail_msg("%s was accepted", bad[i]);
	}
	assert_int_equal(time_parse_iso((Str){ "2026-11-21T03:55:50\0Z", 21 }, &ms), -1);
}

static void signing_and_http_forms(void **state)
{
	static const char *const bad_http[] = {
		"", "Sun, 21 Nov 2026 03:55:50 GMT", "Sat, 21 nov 2026 03:55:50 GMT", "Sat, 31 Nov 2026 03:55:50 GMT",
		"Sat, 21 Nov 2026 03:55:50 UTC", "Sat,21 Nov 2026 03:55:50 GMT", "Sat, 21 Nov 2026 03:55:50 GMT ", "Sat, 21 Nov 26 03:55:50 GMT",
	};
	static const char *const bad_basic[] = { "", "20261121T035550", "20261121T035550Zx", "20261131T035550Z", "20261121 035550Z", "2026112T1035550Z" };
	char text[TIME_TEXT];
	int64_t ms = 0;

	(void)state;
	assert_int_equal(time_parse_basic(STR("20150830T123600Z"), &ms), 0);
	assert_int_equal(ms, 1440938160000);
	assert_int_equal(time_parse_http(STR("Sat, 21 Nov 2026 03:55:50 GMT"), &ms), 0);
	assert_int_equal(ms, 1795233350000);
	time_format_iso(INT64_MAX, text);
	assert_string_equal(text, "9999-12-31T23:59:59.999Z");
	time_format_http(INT64_MIN, text);
	assert_string_equal(text, "Mon, 01 Jan 0001 00:00:00 GMT");
	for (size_t i = 0; i < sizeof bad_http / sizeof bad_http[0]; i++)
		assert_int_equal(time_parse_http(str_of(bad_http[i]), &ms), -1);
	for (size_t i = 0; i < sizeof bad_basic / sizeof bad_basic[0]; i++)
		assert_int_equal(time_parse_basic(str_of(bad_basic[i]), &ms), -1);
}

static void durations(void **state)
{
	static const struct { const char *text; int64_t ms; } good[] = {
		{ "30s", 30000 }, { "5m", 300000 }, { "2h", 7200000 }, { "35d", 3024000000 }, { "1w", 604800000 }, { "90", 90000 },
		{ "0", 0 }, { "250ms", 250 }, { "1h30m", 5400000 }, { "1w2d3h4m5s6ms", 788645006 },
	};
	static const char *const bad[] = {
		"", "s", "-5s", "-5", "+5", "5 s", "5S", "1.5h", "30m1h", "1m1m", "5y", "1h30", "9223372036854775807s", "9223372036854775807",
		"99999999999999999999d", "15250284453w9223372036854775807ms",
	};
	int64_t ms;

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		ms = -1;
		if (time_parse_duration(str_of(good[i].text), &ms) < 0 || ms != good[i].ms)
			fail_msg("%s read as %lld", good[i].text, (long long)ms);
	}
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (time_parse_duration(str_of(bad[i]), &ms) == 0)
			fail_msg("%s was accepted", bad[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_gmtime), cmocka_unit_test(texts_read_back), cmocka_unit_test(every_day_follows_the_one_before),
		cmocka_unit_test(iso_forms), cmocka_unit_test(signing_and_http_forms), cmocka_unit_test(durations),
	};

	return cmocka_run_group_tests_name("time8601", tests, NULL, NULL);
}
