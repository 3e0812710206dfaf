/* What the program's own calls cost: the rows, the counting as they are made, the day in the store, and what happens at the cap. */
#include "unit.h"

#include "api/charge.h"
#include "api/cloudwatch.h"
#include "api/cost_explorer.h"
#include "app/own_cost.h"
#include "aws_rig.h"
#include "store/own_cost.h"
#include "store_unit.h"
#include "wire/eventstream.h"

#define DAY INT64_C(86400000)

static void what_one_call_costs(void **state)
{
	CwQuery q[] = { { .id = STR("a") }, { .id = STR("b") }, { .id = STR("m"), .expression = STR("a/b") } };
	CwDataIn in = { .queries = { q, 3 } };
	DdbPage page = { .milli_units = 1500 };
	DdbTransactItem item[2];
	DdbTransactIn two = { .item = item, .count = 2 };

	(void)state;
	/* $0.01 for a thousand metrics; metric math asks for none of its own */
	assert_int_equal(charge_nusd(charge_asked(charge_of(&op_cloudwatch_get_metric_data), &in)), 20000);
	/* $0.125 for a million read units: 187.5 nUSD, of which less than one is one */
	assert_int_equal(charge_answered(charge_of(&op_dynamodb_query), &page), 187500);
	assert_int_equal(charge_nusd(187500), 188);
	assert_int_equal(charge_nusd(charge_asked(charge_of(&op_dynamodb_transact_write_items), &two)), 4 * 625);
	assert_int_equal(charge_nusd(charge_asked(charge_of(&op_ce_get_cost_and_usage), NULL)), 10000000);
	assert_int_equal(charge_scanned(2e9), 10000000);
	assert_int_equal(charge_scanned(1), 1);
	assert_int_equal(charge_scanned(-1), 0);
	assert_int_equal(charge_scanned(0.0 / 0.0), 0);
	assert_null(charge_of(&op_logs_filter_log_events));
	assert_null(charge_of(&op_sts_get_caller_identity));
	assert_null(charge_of(&op_bedrock_converse));            /* the price table knows what models cost */
}

static void each_row_is_an_operation_once(void **state)
{
	size_t n;
	const Charge *c = charge_rows(&n);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		bool known = false;

		for (const AwsOp *const *op = aws_ops(); *op; op++)
			known |= *op == c[i].op;
		assert_true(known && charge_of(c[i].op) == &c[i]);
		assert_true(c[i].request_pusd || c[i].unit);
	}
}

typedef struct Told { int64_t calls, nusd, today; } Told;

static void note(void *arg, const AwsOp *op, int64_t calls, int64_t nusd)
{
	Told *t = arg;

	assert_non_null(op);
	t->calls += calls;
	t->nusd += nusd;
	t->today += nusd;
}

static int64_t today(void *arg)
{
	return ((Told *)arg)->today;
}

static void call(Rig *r, const AwsOp *op, const void *in)
{
	AwsHandler h = { .on_done = on_done, .on_event = on_event, .on_retry = on_retry, .arg = r, .total_ms = 15000 };
	int before = r->done;
	Err e = { 0 };

	if (!aws_call(r->client, op, in, &h, &e)) {
		r->kind = e.kind;
		(void)snprintf(r->text, sizeof r->text, "%s", e.text);
		return;
	}
	while (r->done == before)
		(void)uv_run(&r->loop, UV_RUN_DEFAULT);
}

static void counted_as_they_are_made(void **state)
{
	const Step item = { .kind = REPLY, .status = 200,
	                    .body = STR("{\"ConsumedCapacity\":{\"CapacityUnits\":0.5},\"Item\":{\"v\":{\"S\":\"x\"}}}") },
	           busy = { .kind = REPLY, .status = 400, .body = STR("{\"__type\":\"ProvisionedThroughputExceededException\"}") },
	           denied = { .kind = REPLY, .status = 400, .body = STR("{\"__type\":\"AccessDeniedException\"}") };
	Rig r = { .steps = 4, .step = { item, busy, item, denied } };
	Told t = { 0 };

	(void)state;
	open_rig(&r, &(AwsClientSpec){ .meter = { .note = note, .arg = &t } });
	call(&r, &op_dynamodb_get_item, &get_a);
	assert_int_equal(t.calls, 1);
	assert_int_equal(t.nusd, 63);
	call(&r, &op_dynamodb_get_item, &get_a);                 /* tried twice, paid once */
	assert_int_equal(t.calls, 3);
	assert_int_equal(t.nusd, 126);
	call(&r, &op_dynamodb_get_item, &get_a);
	assert_int_equal(t.calls, 4);
	assert_int_equal(t.nusd, 126);
	close_rig(&r);
}

/* What the day's cap refuses: paid rows that are no model's. The playground's caps have nothing to do with them, nor the other way. */
static void questions_stop_at_the_cap(void **state)
{
	const Step id = { .kind = REPLY, .status = 200, .body = STR("{\"queryId\":\"q\"}") };
	Rig r = { .steps = 1, .step = { id } };
	LogsQueryIn in = { .query = STR("stats count(*)"), .group = STR("/g"), .start_s = 1, .end_s = 2 };
	Told t = { 0 };

	(void)state;
	open_rig(&r, &(AwsClientSpec){ .paid = { .off = "the playground is off" },
	                               .meter = { .note = note, .today = today, .day_nusd = 1000000000, .arg = &t } });
	call(&r, &op_logs_start_query, &in);
	assert_int_equal(r.fault, AWS_OK);
	assert_int_equal(r.asked, 1);
	t.today = 1000000000;
	call(&r, &op_logs_start_query, &in);
	assert_int_equal(r.kind, ERR_REFUSED);
	assert_string_equal(r.text, "CloudWatch Logs StartQuery costs money, and the program's own calls have cost $1.00 of the $1.00 for "
	                            "today (UTC); raise limits.own_cost_usd_per_day");
	assert_int_equal(r.asked, 1);
	call(&r, &op_dynamodb_get_item, &get_a);                 /* what only reads is never refused */
	assert_int_equal(r.asked, 2);
	call(&r, &op_bedrock_converse, &turn_in);
	assert_non_null(strstr(r.text, "the playground is off"));
	close_rig(&r);
}

static void a_stream_costs_as_its_minutes_begin(void **state)
{
	Buf frame = { 0 };
	Rig r = { .steps = 1 };
	LogsTailIn in = { .groups = { &(Str){ "arn:aws:logs:eu-west-1:111122223333:log-group:g", 47 }, 1 } };
	Told t = { 0 };

	(void)state;
	assert_int_equal(es_encode_event(&frame, "sessionUpdate", STR("{}")), 0);
	r.step[0] = (Step){ .kind = STREAM, .status = 200, .body = buf_str(&frame) };
	open_rig(&r, &(AwsClientSpec){ .meter = { .note = note, .arg = &t } });
	call(&r, &op_logs_start_live_tail, &in);
	assert_int_equal(r.events, 1);
	assert_int_equal(t.nusd, 10000000);
	close_rig(&r);
	buf_done(&frame);
}

static void a_day_adds_up(void **state)
{
	OwnCost o;
	char text[OWN_COST_TEXT];

	(void)state;
	own_cost_open(&o, 1000000000);
	own_cost_note(&o, &op_dynamodb_query, 1, 0, 5 * DAY);
	own_cost_note(&o, &op_dynamodb_query, 0, 400000000, 5 * DAY + 1);
	assert_int_equal(own_cost_today(&o, 5 * DAY + 2), 400000000);
	assert_int_equal(own_cost_calls(&o, 5 * DAY + 2), 1);
	assert_false(own_cost_half(&o, 5 * DAY + 2));
	own_cost_note(&o, &op_ce_get_cost_and_usage, 1, 100000000, 5 * DAY + 3);
	assert_true(own_cost_half(&o, 5 * DAY + 4) && !own_cost_capped(&o, 5 * DAY + 4));
	o.stored_nusd = 500000000;                               /* what others have spent */
	assert_true(own_cost_capped(&o, 5 * DAY + 5));
	own_cost_text(&o, 5 * DAY + 5, text);
	assert_string_equal(text, "own calls: $1.00 of $1.00 today (UTC)");
	assert_int_equal(own_cost_today(&o, 6 * DAY), 0);        /* at midnight it begins anew */
	assert_false(own_cost_capped(&o, 6 * DAY));
	own_cost_note(&o, &op_dynamodb_query, 1, 7, 6 * DAY);
	assert_int_equal(own_cost_today(&o, 6 * DAY), 7);
	own_cost_close(&o, NULL);
}

static void what_is_left_is_kept_at_the_end(void **state)
{
	Store *s = must_open("own.db", STORE_WRITE);
	OwnCostSum sum;
	OwnCostRow *row;
	Arena a = { 0 };
	size_t n;

	(void)state;
	store_close(s);
	for (int i = 0; i < 2; i++) {                            /* two programs, one after the other */
		OwnCost o;

		own_cost_open(&o, 1000000000);
		own_cost_note(&o, &op_dynamodb_query, 2, 250, 700 * DAY - 1);      /* the day before */
		own_cost_note(&o, &op_dynamodb_query, 3, 375, 700 * DAY);
		own_cost_note(&o, &op_ce_get_cost_and_usage, 1, 10000000, 700 * DAY + 5);
		own_cost_note(&o, &op_sts_get_caller_identity, 9, 0, 700 * DAY + 5);
		own_cost_close(&o, file("own.db"));
	}
	s = must_open("own.db", STORE_WRITE);
	MUST(store_own_cost_sum(s, 700, &sum, e));
	assert_int_equal(sum.nusd, 2 * (375 + 10000000));
	assert_int_equal(sum.calls, 2 * 13);
	MUST(store_own_cost_day(s, 700, &a, &row, &n, e));
	assert_int_equal(n, 3);
	assert_true(str_is(row[0].op, "cost-explorer GetCostAndUsage") && row[0].calls == 2 && str_is(row[2].op, "sts GetCallerIdentity"));
	MUST(store_own_cost_sum(s, 699, &sum, e));
	assert_int_equal(sum.nusd, 500);
	MUST(store_own_cost_add(s, NULL, 0, 699 + 401, &sum, e));        /* older than 400 days */
	MUST(store_own_cost_sum(s, 699, &sum, e));
	assert_int_equal(sum.calls, 0);
	store_close(s);
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_one_call_costs),
		cmocka_unit_test(each_row_is_an_operation_once),
		cmocka_unit_test(counted_as_they_are_made),
		cmocka_unit_test(questions_stop_at_the_cap),
		cmocka_unit_test(a_stream_costs_as_its_minutes_begin),
		cmocka_unit_test(a_day_adds_up),
		cmocka_unit_test(what_is_left_is_kept_at_the_end),
	};

	return cmocka_run_group_tests(tests, make_place, clear_place);
}
