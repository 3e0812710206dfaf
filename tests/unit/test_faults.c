#include "unit.h"

#include <string.h>

#include "sim/faults.h"

static SimFaults f;
static Err e;

static int parse(const char *text)
{
	e = (Err){ 0 };
	return faults_parse(str_of(text), &f, &e);
}

static void test_every_key(void **state)
{
	Buf out = { 0 };

	(void)state;
	assert_int_equal(parse("throttle=0.3, error=25%,latency=250,tear=1,crc=0.000001,skew=-400,expire=60,slow=2048,dup=100%,reorder=0"), 0);
	assert_int_equal(f.throttle, 300000);
	assert_int_equal(f.error, 250000);
	assert_int_equal(f.latency_ms, 250);
	assert_int_equal(f.tear, FAULT_SURE);
	assert_int_equal(f.crc, 1);
	assert_int_equal(f.skew_s, -400);
	assert_int_equal(f.expire_s, 60);
	assert_int_equal(f.slow_bps, 2048);
	assert_int_equal(f.dup, FAULT_SURE);
	assert_int_equal(f.reorder, 0);
	faults_print(&f, &out);
	assert_string_equal(buf_cstr(&out), "throttle=0.3,error=0.25,latency=250,tear=1,crc=0.000001,skew=-400,expire=60,slow=2048,dup=1");
	buf_done(&out);
	assert_int_equal(parse("  "), 0);
	faults_print(&f, &out);
	assert_int_equal(out.n, 0);
	buf_done(&out);
}

static void refused(const char *text, const char *why)
{
	SimFaults before = f;

	assert_int_equal(parse(text), -1);
	assert_int_equal(e.kind, ERR_USAGE);
	if (!strstr(e.text, why))
		fail_msg("\"%s\" is refused with: %s", text, e.text);
	assert_memory_equal(&before, &f, sizeof f);
}

static void test_what_is_not_understood(void **state)
{
	(void)state;
	refused("throtle=0.3", "did you mean throttle?");
	refused("weather=1", "there are throttle, error, latency");
	refused("throttle", "fault throttle takes a chance");
	refused("throttle=", "fault throttle takes a chance");
	refused("throttle=1.01", "not \"1.01\"");
	refused("throttle=-0.1", "a chance from 0 to 1");
	refused("throttle=101%", "a chance from 0 to 1");
	refused("throttle=often", "a chance from 0 to 1");
	refused("latency=1.5", "fault latency takes milliseconds");
	refused("latency=600001", "fault latency takes milliseconds");
	refused("latency=30%", "fault latency takes milliseconds");
	refused("slow=-1", "fault slow takes bytes");
	refused("expire=43201", "fault expire takes seconds");
	refused("crc=1,crc=0", "fault crc is given twice");
	refused("crc=1,", "ends in a comma");
	refused("crc=1,,tear=1", "unknown fault");
}

static void test_plans_follow_from_seed_and_call(void **state)
{
	SimFaults all, one;
	int throttled = 0, torn = 0;

	(void)state;
	assert_int_equal(faults_parse(STR("throttle=0.3,error=0.5,tear=0.1,crc=0.2,latency=5"), &all, &e), 0);
	assert_int_equal(faults_parse(STR("tear=0.1"), &one, &e), 0);
	for (uint64_t call = 1; call <= 10000; call++) {
		FaultPlan a = fault_plan(&all, 7, call), b = fault_plan(&all, 7, call), c = fault_plan(&one, 7, call);
		assert_true(a.throttle == b.throttle && a.error == b.error && a.tear == b.tear && a.crc == b.crc && a.salt == b.salt && a.mid == b.mid);
		assert_int_equal(a.tear, c.tear);          /* no other key moves it */
		assert_false(c.throttle || c.error || c.crc || c.mid || c.latency_ms);
		assert_int_equal(a.latency_ms, 5);
		throttled += a.throttle;
		torn += a.tear;
	}
	assert_in_range(throttled, 2800, 3200);
	assert_in_range(torn, 880, 1120);
}

static size_t write_list(const char *faults, uint64_t salt, Buf *out)
{
	FaultList l = { 0 };
	JsonW w = jw_to(out);
	size_t n;

	assert_int_equal(faults_parse(str_of(faults), &f, &e), 0);
	for (int i = 0; i < 9; i++) {
		assert_int_equal(buf_printf(&l.json, "%d", i), 0);
		fault_list_mark(&l);
	}
	jw_array(&w);
	n = fault_list_write(&l, &f, salt, &w);
	jw_array_end(&w);
	fault_list_done(&l);
	return n;
}

static void test_lists_come_twice_and_in_another_order(void **state)
{
	Buf out = { 0 };
	size_t digits = 0;

	(void)state;
	assert_int_equal(write_list("", 1, &out), 9);
	assert_string_equal(buf_cstr(&out), "[0,1,2,3,4,5,6,7,8]");
	buf_reset(&out);
	assert_int_equal(write_list("dup=1", 1, &out), 18);
	assert_string_equal(buf_cstr(&out), "[0,0,1,1,2,2,3,3,4,4,5,5,6,6,7,7,8,8]");
	buf_reset(&out);
	assert_int_equal(write_list("reorder=1", 1, &out), 9);
	assert_string_not_equal(buf_cstr(&out), "[0,1,2,3,4,5,6,7,8]");
	for (int i = 0; i < 9; i++) {
		char digit[2] = { (char)('0' + i), 0 };
		digits += str_has(buf_str(&out), str_of(digit));
	}
	assert_int_equal(digits, 9);
	buf_done(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_key),
		cmocka_unit_test(test_what_is_not_understood),
		cmocka_unit_test(test_plans_follow_from_seed_and_call),
		cmocka_unit_test(test_lists_come_twice_and_in_another_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
