/* What the answers of an endpoint tell besides what was asked. */
#include "unit.h"

#include "aws_rig.h"
#include "aws/seen.h"

static void one_answer(int64_t behind_ms)
{
	Rig r = { .now_offset_ms = -behind_ms, .steps = 1, .step = { { .body = { "{}", 2 } } } };
	AwsSeen seen[4];

	open_rig(&r, &(AwsClientSpec){ 0 });
	assert_int_equal(aws_seen(r.client, seen, 4), 0);
	for (int i = 0; i < 2; i++) {
		assert_non_null(start(&r, &op_dynamodb_get_item, &get_a));
		(void)uv_run(&r.loop, UV_RUN_DEFAULT);
	}
	assert_int_equal(r.done, 2);
	assert_int_equal(aws_seen(r.client, seen, 4), 1);
	assert_string_equal(seen[0].service, "DynamoDB");
	assert_string_equal(seen[0].endpoint, r.url);
	assert_int_equal(seen[0].answers, 2);
	assert_int_equal(seen[0].http_version, 11);
	assert_true(seen[0].first_ms >= 0 && seen[0].first_ms < 5000);
	assert_true(seen[0].dated);
	/* A Date has whole seconds. */
	assert_true(llabs(seen[0].offset_ms - behind_ms) < 2000);
	close_rig(&r);
}

static void a_clock_that_is_right(void **state)
{
	(void)state;
	one_answer(0);
}

static void a_clock_that_is_behind(void **state)
{
	(void)state;
	one_answer(90000);
}

static void a_clock_that_is_ahead(void **state)
{
	(void)state;
	one_answer(-90000);
}

/* What nobody answers has nothing to tell. */
static void no_answer(void **state)
{
	Rig r = { 0 };
	AwsSeen seen[4];

	(void)state;
	open_server(&r);
	open_client(&r, &(AwsClientSpec){ .endpoint_url = STR("http://127.0.0.1:9"), .max_attempts = 1 });
	assert_non_null(start(&r, &op_dynamodb_get_item, &get_a));
	(void)uv_run(&r.loop, UV_RUN_DEFAULT);
	assert_int_equal(r.fault, AWS_NETWORK);
	assert_int_equal(aws_seen(r.client, seen, 4), 0);
	close_rig(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_clock_that_is_right), cmocka_unit_test(a_clock_that_is_behind),
		cmocka_unit_test(a_clock_that_is_ahead), cmocka_unit_test(no_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
