/* Classes of operations: unknown rows, paid rows under their caps, and what a day remembers. */
#include "unit.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/spent.h"
#include "aws_rig.h"
#include "wire/eventstream.h"
#include "wire/text.h"

#define USD INT64_C(1000000000)
#define ANSWER STR("{\"output\":{\"message\":{\"role\":\"assistant\",\"content\":[{\"text\":\"hi\"}]}},\"stopReason\":\"end_turn\"," \
	"\"usage\":{\"inputTokens\":1,\"outputTokens\":1,\"totalTokens\":2},\"metrics\":{\"latencyMs\":1}}")

typedef struct Purse { int64_t today, settle_to; } Purse;

static Purse purse;

static bool claim(void *arg, int64_t nusd, int64_t most, int64_t *was)
{
	Purse *p = arg;
	const bool room = p->today < most && nusd <= most - p->today;

	*was = p->today;
	p->today += room ? nusd : 0;
	return room;
}

static void spend(void *arg, int64_t nusd)
{
	((Purse *)arg)->today += nusd;
}

static void on_paid(AwsCall *call, const void *out, const AwsError *err, void *arg)
{
	if (purse.settle_to >= 0)
		aws_settle(call, purse.settle_to);
	on_done(call, out, err, arg);
}

static Rig *paid_rig(const Step *step, AwsPaid paid)
{
	Rig *r = calloc(1, sizeof *r);

	r->step[0] = *step;
	r->steps = 1;
	paid.claim = claim;
	paid.spend = spend;
	paid.arg = &purse;
	purse = (Purse){ .settle_to = -1 };
	open_rig(r, &(AwsClientSpec){ .paid = paid });
	return r;
}

/* NULL: it was sent and came back; else the sentence that refused it. */
static const char *converse(Rig *r, int64_t estimate)
{
	static Err e;
	AwsHandler h = { .on_done = on_paid, .on_event = on_event, .on_retry = on_retry, .arg = r, .total_ms = 15000, .estimate_nusd = estimate };
	int before = r->done;

	e = (Err){ 0 };
	if (!aws_call(r->client, &op_bedrock_converse, &turn_in, &h, &e)) {
		assert_int_equal(e.kind, ERR_REFUSED);
		return e.text;
	}
	while (r->done == before)
		(void)uv_run(&r->loop, UV_RUN_DEFAULT);
	return NULL;
}

static void under_the_cap(void **state)
{
	const Step answer = { .kind = REPLY, .status = 200, .body = ANSWER };
	Rig *r = paid_rig(&answer, (AwsPaid){ .session_nusd = USD, .day_nusd = 10 * USD });

	(void)state;
	purse.settle_to = USD / 10;
	assert_null(converse(r, USD));                       /* as much as there is */
	assert_int_equal(r->fault, AWS_OK);
	assert_int_equal(aws_spent(r->client), USD / 10);
	assert_int_equal(purse.today, USD / 10);
	purse.settle_to = -1;
	assert_null(converse(r, USD / 2));                   /* nobody says what it did cost: the estimate stands */
	assert_int_equal(aws_spent(r->client), USD / 10 + USD / 2);
	assert_string_equal(converse(r, USD / 2),
	                    "Bedrock Runtime Converse may cost $0.50, and $0.60 of the $1.00 for one session are spent; raise "
	                    "limits.playground.usd_per_session");
	assert_int_equal(r->asked, 2);
	purse.settle_to = 3 * USD;
	assert_null(converse(r, 1));                         /* an estimate that was wrong counts in full */
	assert_non_null(converse(r, 0));                     /* and then nothing is left, also for a call without one */
	done(r);
}

static void a_day_of_all_runs(void **state)
{
	const Step answer = { .kind = REPLY, .status = 200, .body = ANSWER };
	Rig *r = paid_rig(&answer, (AwsPaid){ .session_nusd = USD, .day_nusd = 2 * USD });

	(void)state;
	purse.today = 2 * USD - 10;
	assert_true(strstr(converse(r, 11), "for one day are spent; raise limits.playground.usd_per_day") != NULL);
	assert_null(converse(r, 10));
	assert_int_equal(purse.today, 2 * USD);
	assert_non_null(converse(r, 0));
	assert_int_equal(r->asked, 1);
	done(r);
}

static void what_costs_nothing(void **state)
{
	const Step rows[] = {
		{ .kind = REPLY, .status = 400, .body = STR("{\"__type\":\"ValidationException\"}") },
		{ .kind = REPLY, .status = 403, .body = STR("{\"__type\":\"AccessDeniedException\"}") },
		{ .kind = REPLY, .status = 500, .body = STR("{\"__type\":\"InternalServerException\"}") },
	};
	const Step torn = { .kind = STREAM_TEAR, .status = 200 };
	Rig *r;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		r = paid_rig(&rows[i], (AwsPaid){ .session_nusd = USD, .day_nusd = USD });
		assert_null(converse(r, USD / 4));
		assert_int_not_equal(r->fault, AWS_OK);
		assert_int_equal(r->asked, 1);
		assert_int_equal(aws_spent(r->client), 0);
		assert_int_equal(purse.today, 0);
		done(r);
	}
	/* An answer that was lost may have been charged. */
	r = paid_rig(&torn, (AwsPaid){ .session_nusd = USD, .day_nusd = USD });
	assert_null(converse(r, USD / 4));
	assert_int_equal(r->fault, AWS_TORN);
	assert_int_equal(r->asked, 1);
	assert_int_equal(aws_spent(r->client), USD / 4);
	done(r);
}

static void a_call_that_never_left(void **state)
{
	const Step silent = { .kind = SILENT };
	AwsPaid paid = { .session_nusd = USD, .day_nusd = USD, .claim = claim, .spend = spend, .arg = &purse };
	Rig *r = paid_rig(&silent, paid);

	(void)state;
	aws_client_free(r->client);
	open_client(r, &(AwsClientSpec){ .paid = paid, .endpoint_url = STR("http://127.0.0.1:1"), .max_attempts = 1 });
	assert_null(converse(r, USD / 4));
	assert_int_equal(r->fault, AWS_NETWORK);
	assert_int_equal(aws_spent(r->client), 0);
	assert_int_equal(purse.today, 0);
	done(r);
}

static void off_and_without_a_cap(void **state)
{
	const Step answer = { .kind = REPLY, .status = 200, .body = ANSWER };
	Rig *r = paid_rig(&answer, (AwsPaid){ .session_nusd = USD, .day_nusd = USD, .off = "the playground is off here" });
	AwsPaid none = { .off = NULL };

	(void)state;
	assert_string_equal(converse(r, 1), "Bedrock Runtime Converse costs money, and the playground is off here");
	run(r, &op_dynamodb_get_item, &get_a);               /* what is free is not held back */
	aws_client_free(r->client);
	{
		AwsClientSpec spec = { .context = STR("dev"), .region = STR("eu-west-1"), .endpoint_url = str_of(r->url), .paid = none };
		Err e = { 0 };

		r->client = aws_client_new(r->http, &spec, creds_static(STR("a"), STR("b"), STR("")), &e);
	}
	assert_non_null(converse(r, 0));
	assert_int_equal(r->asked, 1);
	done(r);
}

static void a_row_that_is_not_in_the_list(void **state)
{
	const Step steps[] = { ITEM };
	Rig *r = script(steps, 1);
	AwsOp copy = op_dynamodb_get_item;
	AwsHandler h = { .on_done = on_done, .on_event = on_event, .on_retry = on_retry, .arg = r, .total_ms = 15000 };
	Err e = { 0 };

	(void)state;
	copy.name = "DeleteTable";
	assert_null(aws_call(r->client, &copy, &get_a, &h, &e));
	assert_int_equal(e.kind, ERR_REFUSED);
	assert_true(strstr(e.text, "DynamoDB DeleteTable is not in the list of operations") == e.text);
	assert_int_equal(r->asked, 0);
	done(r);
}

/* --- the day's file --- */

static int64_t sum_of(Spent *s, int64_t now_ms)
{
	int64_t was;

	(void)spent_claim(s, now_ms, 0, INT64_MAX, &was);
	return was;
}

static void the_file_of_the_day(void **state)
{
	char folder[] = "/tmp/seismo-spent-XXXXXX", path[80], link_path[80];
	const int64_t day = 86400000;
	Spent a, b;
	struct stat st;
	int64_t was;
	int fd;

	(void)state;
	assert_non_null(mkdtemp(folder));
	(void)snprintf(path, sizeof path, "%s/state/playground.spent", folder);
	spent_open(&a, strdup(path));
	spent_open(&b, strdup(path));
	assert_int_equal(sum_of(&a, day), 0);
	spent_add(&a, day, 700);
	spent_add(&b, day + 5, 50);                          /* another run, the same day */
	assert_int_equal(sum_of(&a, day), 750);
	spent_add(&b, day, -50);
	assert_int_equal(sum_of(&b, day), 700);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_false(spent_claim(&b, day, 301, 1000, &was));
	assert_int_equal(was, 700);
	assert_true(spent_claim(&b, day, 300, 1000, &was));
	assert_false(spent_claim(&a, day, 0, 1000, &was));   /* nothing is left, also for what says no sum */
	assert_int_equal(was, 1000);
	assert_int_equal(sum_of(&a, 2 * day), 0);       /* a new day */
	spent_add(&b, 2 * day, 9);
	assert_int_equal(sum_of(&b, 2 * day), 9);
	fd = open(path, O_WRONLY | O_TRUNC);
	assert_int_equal(write(fd, "junk\n", 5), 5);
	close(fd);
	assert_int_equal(sum_of(&a, 2 * day), 0);
	assert_int_equal(sum_of(&b, 2 * day), 9);       /* its own it knows by itself */
	fd = open(path, O_WRONLY | O_TRUNC);
	assert_int_equal(write(fd, "2 9223372036854775807\n", 22), 22);
	close(fd);
	spent_add(&a, 2 * day, 9);                           /* does not begin again below zero */
	assert_true(sum_of(&a, 2 * day) == INT64_MAX);
	spent_close(&b);
	spent_close(&a);

	(void)snprintf(link_path, sizeof link_path, "%s/link", folder);
	assert_int_equal(symlink(path, link_path), 0);
	spent_open(&a, strdup(link_path));                   /* not followed: this run counts for itself */
	spent_add(&a, day, 5);
	assert_int_equal(sum_of(&a, day), 5);
	spent_close(&a);
	spent_open(&a, NULL);
	spent_add(&a, day, 6);
	assert_int_equal(sum_of(&a, day), 6);
	spent_close(&a);
	(void)unlink(link_path);
	(void)unlink(path);
	(void)snprintf(path, sizeof path, "%s/state", folder);
	(void)rmdir(path);
	(void)rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(under_the_cap), cmocka_unit_test(a_day_of_all_runs), cmocka_unit_test(what_costs_nothing),
		cmocka_unit_test(a_call_that_never_left), cmocka_unit_test(off_and_without_a_cap),
		cmocka_unit_test(a_row_that_is_not_in_the_list), cmocka_unit_test(the_file_of_the_day),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
