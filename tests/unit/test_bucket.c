/* How many requests a minute: never more than it says, and who goes first. */
#include "unit.h"

#include "aws_rig.h"

static int64_t sends(Bucket *b, CallRank rank, int64_t from_ms, int64_t until_ms)
{
	int64_t n = 0;

	for (int64_t t = from_ms; t < until_ms; t++)
		while (bucket_room(b, rank, t)) {
			bucket_take(b, t);
			n++;
		}
	return n;
}

static void no_minute_has_more(void **state)
{
	static const int64_t rates[] = { 10, 60, 600, 6001 };

	(void)state;
	for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
		Bucket b;
		int64_t first, second;

		bucket_init(&b, rates[i], 5000);
		first = sends(&b, RANK_WATCH, 5000, 65000);
		assert_in_range(first, rates[i] * 9 / 10, rates[i]);         /* full at its begin: the most that there can be */
		assert_in_range(bucket_sent(&b, 64999), first * 9 / 10, first);
		second = sends(&b, RANK_WATCH, 65000, 125000);
		assert_in_range(second, rates[i] * 7 / 10, rates[i] * 5 / 6 + 1);
		assert_int_equal(bucket_sent(&b, 124999 + 60000), 0);
	}
}

static void who_goes_first(void **state)
{
	Bucket b;
	int64_t feeds;

	(void)state;
	bucket_init(&b, 600, 0);
	feeds = sends(&b, RANK_FEED, 0, 1);
	assert_int_equal(feeds, 75);                                     /* a quarter of the hundred is left */
	assert_false(bucket_room(&b, RANK_FEED, 0));
	assert_true(bucket_room(&b, RANK_WATCH, 0));
	assert_int_equal(sends(&b, RANK_WATCH, 0, 1), 25);
	assert_false(bucket_room(&b, RANK_WATCH, 0));
	assert_true(bucket_room(&b, RANK_PERSON, 0));
	for (int i = 0; i < 1000; i++)
		bucket_take(&b, 0);                                      /* a person who does a lot delays the feeds, but not for ever */
	assert_true(bucket_room(&b, RANK_PERSON, 0));
	assert_in_range(bucket_wait_ms(&b, RANK_WATCH, 0), 1, 13000);
	assert_true(bucket_room(&b, RANK_WATCH, bucket_wait_ms(&b, RANK_WATCH, 0)));
	assert_true(bucket_wait_ms(&b, RANK_FEED, 0) > bucket_wait_ms(&b, RANK_WATCH, 0));
}

static void without_a_bound(void **state)
{
	Bucket b;

	(void)state;
	bucket_init(&b, 0, 0);
	for (int i = 0; i < 10000; i++)
		bucket_take(&b, i);
	assert_true(bucket_room(&b, RANK_FEED, 10000));
	assert_int_equal(bucket_sent(&b, 9999), 10000);
}

/* The same through a client: calls of feeds wait for the next minute's room, and what is more urgent passes them by. */
static void calls_wait_their_turn(void **state)
{
	static const CallRank ranks[] = { RANK_FEED, RANK_FEED, RANK_WATCH, RANK_PERSON };
	const Step ok = { .kind = REPLY, .status = 200, .body = STR("{}") };
	Rig r = { .steps = 1, .step = { ok } };
	Bucket b;
	Err e = { 0 };

	(void)state;
	bucket_init(&b, 600, clock_mono_ms());
	for (int i = 0; i < 100; i++)
		bucket_take(&b, clock_mono_ms());
	open_rig(&r, &(AwsClientSpec){ .bucket = &b });
	for (size_t i = 0; i < 4; i++) {
		AwsHandler h = { .on_done = on_done, .arg = &r, .total_ms = 1000, .rank = ranks[i] };

		assert_non_null(aws_call(r.client, &op_dynamodb_get_item, &get_a, &h, &e));
	}
	while (r.done < 1)
		(void)uv_run(&r.loop, UV_RUN_DEFAULT);
	assert_int_equal(r.asked, 1);                                    /* the person's, while three wait */
	assert_int_equal(b.held, 3);
	while (r.done < 2)
		(void)uv_run(&r.loop, UV_RUN_DEFAULT);
	assert_int_equal(r.asked, 2);
	assert_true(bucket_room(&b, RANK_FEED, clock_mono_ms()) == false);      /* so it was the registry's */
	/* They wait three seconds, and have one: waiting for room is not their fault. */
	while (r.done < 4)
		(void)uv_run(&r.loop, UV_RUN_DEFAULT);
	assert_int_equal(r.asked, 4);
	assert_int_equal(r.fault, AWS_OK);
	close_rig(&r);
}

static void a_client_that_ends_while_calls_wait(void **state)
{
	const Step ok = { .kind = REPLY, .status = 200, .body = STR("{}") };
	Rig r = { .steps = 1, .step = { ok } };
	AwsHandler h = { .on_done = on_done, .arg = &r, .rank = RANK_FEED };
	Bucket b;
	Err e = { 0 };

	(void)state;
	bucket_init(&b, 60, clock_mono_ms());
	for (int i = 0; i < 20; i++)
		bucket_take(&b, clock_mono_ms());
	open_rig(&r, &(AwsClientSpec){ .bucket = &b });
	assert_non_null(aws_call(r.client, &op_dynamodb_get_item, &get_a, &h, &e));
	(void)uv_run(&r.loop, UV_RUN_NOWAIT);
	close_rig(&r);
	assert_int_equal(r.asked, 0);
	assert_int_equal(r.fault, AWS_CANCELLED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_minute_has_more),
		cmocka_unit_test(who_goes_first),
		cmocka_unit_test(without_a_bound),
		cmocka_unit_test(calls_wait_their_turn),
		cmocka_unit_test(a_client_that_ends_while_calls_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
