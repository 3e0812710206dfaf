#include "unit.h"

#include "sim/logstore.h"

static bool count(void *arg, const FleetLine *line)
{
	(void)line;
	++*(int *)arg;
	return true;
}

static int arrived(LogStore *s, const LogGroup *g, LogSeen seen, int64_t now_ms)
{
	int n = 0;

	loggroup_arrived(s, g, seen, now_ms, count, &n);
	return n;
}

/* A tail looks, a line is put in the same millisecond, the tail looks again: the line is in the second look, and only there. */
static void a_line_of_the_same_millisecond_is_not_lost(void **state)
{
	Fleet *fleet = fleet_open(&(FleetSpec){ .seed = 7, .start_ms = INT64_C(1790000000000), .speed_milli = 1000 });
	LogStore *s = logstore_new(fleet, INT64_C(1790000000000));
	LogGroup *g = logstore_add_group(s, STR("/own"), 1);
	const int64_t now = INT64_C(1790000000500);
	LogSeen seen;

	(void)state;
	assert_int_equal(loggroup_add_stream(g, STR("w")), 0);
	seen = logstore_seen(s, now);
	assert_int_equal(arrived(s, g, seen, now), 0);
	assert_int_equal(loggroup_put(s, g, loggroup_find_stream(g, STR("w")), now - 40, now, STR("x")), 0);
	assert_int_equal(arrived(s, g, seen, now), 1);
	assert_int_equal(arrived(s, g, logstore_seen(s, now), now + 1000), 0);
	logstore_free(s);
	fleet_close(fleet);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_of_the_same_millisecond_is_not_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
