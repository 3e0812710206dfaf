#include "unit.h"

#include "app/reconcile.h"
#include "store_unit.h"

#define DAY_MS INT64_C(86400000)
enum { DAY = 20700 };
static const int64_t day_ms = DAY * DAY_MS;

static PriceRow rows[] = {
	{ .model = "amazon.nova-pro-v1:0", .name = "Nova Pro", .micro_usd = { 800000, 3200000, 200000, -1, -1 }, .geo_permille = 1000 },
	{ .model = "anthropic.claude-haiku-4-5", .name = "Claude Haiku 4.5", .micro_usd = { 1000000, 5000000, 100000, 1250000, 2000000 }, .geo_permille = 1100 },
};
static PriceDiscount tenth[] = { { 0, 10000 } };
static PriceTable list = { .row = rows, .n = 2 }, net = { .row = rows, .n = 2, .discount = tenth, .discounts = 1 };

static Job job_of(int id, const char *model, int64_t input, int64_t output)
{
	static char ids[64][16];

	(void)snprintf(ids[id], sizeof ids[id], "job-%d", id);
	return (Job){ .id = str_of(ids[id]), .tenant = STR("t"), .agent = STR("a"), .version = STR("1"), .model = str_of(model), .status = STR("succeeded"),
	              .state = JOB_SUCCEEDED, .has_tokens = true, .tokens = { .input = input, .output = output }, .started_ms = day_ms + id * 60000,
	              .updated_ms = day_ms + id * 60000 + 1000 };
}

static const char *next_name(void)
{
	static char name[32];
	static int n;

	(void)snprintf(name, sizeof name, "r%d.db", n++);
	return name;
}

/* A store with these jobs, known as a whole from the day before on, and this bill of the day. */
static Store *store_with(const Job *jobs, size_t n, const PriceTable *prices, const ChargeRow *row, size_t charged, bool estimated, int64_t asked_ms)
{
	Store *s = must_open(next_name(), STORE_WRITE);
	ChargeDay d = { .day = DAY, .asked_ms = asked_ms, .estimated = estimated, .row = row, .rows = charged };
	char back[24];
	Cursor c = { "jobs.back", { 0 } };
	StoreBatch b = { .jobs = jobs, .job_count = n, .prices = prices, .charges = &d, .charge_count = 1, .cursors = &c, .cursor_count = 1 };

	(void)snprintf(back, sizeof back, "%lld", (long long)(day_ms - DAY_MS));
	c.value = str_of(back);
	MUST(store_apply(s, &b, NULL, e));
	return s;
}

static Reconciled reckon(Store *s, Arena *a)
{
	Reconciled r;
	int64_t sum;

	MUST(reconcile_day(s, &list, day_ms + 3 * DAY_MS, -1, a, &r, e));
	sum = r.booked_nusd;
	for (int c = 0; c < CAUSES_OF_DRIFT; c++)
		sum += r.cause_nusd[c];
	assert_int_equal(sum, r.bill_tokens_nusd);
	for (int c = CAUSES_OF_DRIFT; c < CAUSES; c++)
		sum += r.cause_nusd[c];
	assert_int_equal(sum, r.bill_nusd);
	assert_int_equal(r.cause_nusd[CAUSE_UNEXPLAINED], 0);
	return r;
}

#define USAGE(service_, what_, nusd_, units_) { CHARGE_USAGE, { service_, sizeof service_ - 1 }, { what_, sizeof what_ - 1 }, nusd_, units_ }
#define RECORD(service_, what_, nusd_) { CHARGE_RECORDS, { service_, sizeof service_ - 1 }, { what_, sizeof what_ - 1 }, nusd_, 0 }
#define HAIKU "Claude Haiku 4.5 (Amazon Bedrock Edition)"

/* 1000 + 3000 input tokens of Nova Pro, of which the bill has 8000: half was not seen. A million units are one of the bill's. */
static void tokens_that_nobody_told_us_of(void **state)
{
	const ChargeRow bill[] = { USAGE("Amazon Bedrock", "USE1-NovaPro-input-tokens", 6400000, INT64_C(8000000)), RECORD("Amazon Bedrock", "Usage", 6400000) };
	Job jobs[] = { job_of(1, "amazon.nova-pro-v1:0", 1000, 0), job_of(2, "us.amazon.nova-pro-v1:0", 3000, 0) };
	Store *s = store_with(jobs, 2, &list, bill, 2, false, day_ms + 2 * DAY_MS);
	Arena a = { 0 };
	Reconciled r = reckon(s, &a);

	(void)state;
	assert_int_equal(r.booked_nusd, 3200000);
	assert_int_equal(r.cause_nusd[CAUSE_UNSEEN], 3200000);
	assert_int_equal(reconciled_drift(&r), -3200000);
	assert_true(r.billed_tokens == 8000 && r.booked_tokens == 4000 && r.tokens == 1 && str_is(r.token[0].name, "Nova Pro"));
	assert_true(r.state == BILL_FINAL && r.complete && r.calls == 2);
	arena_done(&a);
	store_close(s);
}

/* Booked at 1.1 x 5 dollars a million; AWS took 6. Beside it a model that nobody booked, and one that is on no bill. */
static void prices_and_models_that_differ(void **state)
{
	const ChargeRow bill[] = {
		USAGE(HAIKU, "USE1-MP:USE1_OutputTokenCount-Units", 60000000, 10000), USAGE("Amazon Bedrock", "USE1-NovaLite-input-tokens", 600000, INT64_C(10000000)),
		RECORD(HAIKU, "Usage", 60000000), RECORD("Amazon Bedrock", "Usage", 600000) };
	Job jobs[] = { job_of(1, "us.anthropic.claude-haiku-4-5", 0, 10000), job_of(2, "amazon.nova-pro-v1:0", 5000, 0) };
	Store *s = store_with(jobs, 2, &list, bill, 4, false, day_ms + 2 * DAY_MS);
	Arena a = { 0 };
	Reconciled r = reckon(s, &a);

	(void)state;
	assert_int_equal(r.cause_nusd[CAUSE_PRICES], 60000000 - 55000000);
	assert_int_equal(r.cause_nusd[CAUSE_UNSEEN], 600000 - 4000000);
	arena_done(&a);
	store_close(s);
}

/* Nova Pro has no price for cache writes here: the whole call is unpriced, at what the bill takes for its tokens. */
static void calls_without_a_price(void **state)
{
	const ChargeRow bill[] = { USAGE("Amazon Bedrock", "USE1-NovaPro-input-tokens", 2400000, INT64_C(3000000)),
	                           USAGE("Amazon Bedrock", "USE1-NovaPro-cache-write-input-token-count", 700000, INT64_C(1000000)),
	                           RECORD("Amazon Bedrock", "Usage", 3100000) };
	Job jobs[] = { job_of(1, "amazon.nova-pro-v1:0", 1000, 0), job_of(2, "amazon.nova-pro-v1:0", 2000, 0) };
	Store *s;
	Arena a = { 0 };
	Reconciled r;

	(void)state;
	jobs[1].tokens.cache_write_5m = 1000;
	s = store_with(jobs, 2, &list, bill, 3, false, day_ms + 2 * DAY_MS);
	r = reckon(s, &a);
	assert_int_equal(r.unpriced_calls, 1);
	assert_int_equal(r.cause_nusd[CAUSE_UNPRICED], 1600000 + 700000);
	assert_int_equal(r.cause_nusd[CAUSE_UNSEEN], 0);
	arena_done(&a);
	store_close(s);
}

/* A tenth off here; the bill has its discount as a record of its own. */
static void discounts_of_both_sides(void **state)
{
	const ChargeRow bill[] = { USAGE("Amazon Bedrock", "USE1-NovaPro-input-tokens", 8000000, INT64_C(10000000)),
	                           RECORD("Amazon Bedrock", "Usage", 8000000), RECORD("Amazon Bedrock", "EdpDiscount", -700000) };
	Job jobs[] = { job_of(1, "amazon.nova-pro-v1:0", 10000, 0) };
	Store *s = store_with(jobs, 1, &net, bill, 3, false, day_ms + 2 * DAY_MS);
	Arena a = { 0 };
	Reconciled r = reckon(s, &a);

	(void)state;
	assert_true(r.list_nusd == 8000000 && r.booked_nusd == 7200000 && r.bill_tokens_nusd == 7300000);
	assert_int_equal(r.cause_nusd[CAUSE_DISCOUNT], 800000 - 700000);
	assert_int_equal(reconciled_drift(&r), -100000);
	arena_done(&a);
	store_close(s);
}

/* A job that says only what it cost. */
static void what_the_application_reported(void **state)
{
	const ChargeRow bill[] = { USAGE("Amazon Bedrock", "USE1-NovaPro-input-tokens", 8000000, INT64_C(10000000)), RECORD("Amazon Bedrock", "Usage", 8000000) };
	Job jobs[] = { job_of(1, "amazon.nova-pro-v1:0", 5000, 0), job_of(2, "amazon.nova-pro-v1:0", 0, 0) };
	Store *s;
	Arena a = { 0 };
	Reconciled r;

	(void)state;
	jobs[1].has_tokens = false;
	jobs[1].reported_nusd = (Opt64){ true, 4500000 };
	s = store_with(jobs, 2, &list, bill, 2, false, day_ms + 2 * DAY_MS);
	r = reckon(s, &a);
	assert_int_equal(r.booked_nusd, 8500000);
	assert_int_equal(r.cause_nusd[CAUSE_REPORTED], -4500000);
	assert_int_equal(r.cause_nusd[CAUSE_UNSEEN], 4000000);
	arena_done(&a);
	store_close(s);
}

static void what_is_beside_the_tokens(void **state)
{
	const ChargeRow bill[] = {
		USAGE("Amazon Bedrock", "USE1-NovaPro-input-tokens", 800, INT64_C(1000000)), USAGE("Amazon Bedrock AgentCore", "USE1-Runtime-vCPU-Hours", 500, 1),
		USAGE("Amazon Bedrock", "USE1-Guardrail-ContentPolicyUnitsConsumed", 70, 1),
		RECORD("Amazon Bedrock", "Usage", 2000), RECORD("Amazon Bedrock AgentCore", "Usage", 500), RECORD("Amazon Bedrock", "Credit", -40),
		RECORD("AmazonCloudWatch", "Usage", 33), RECORD("Tax", "Tax", 7) };
	Job jobs[] = { job_of(1, "amazon.nova-pro-v1:0", 1, 0) };
	Store *s = store_with(jobs, 1, &list, bill, 8, false, day_ms + 2 * DAY_MS);
	Arena a = { 0 };
	Reconciled r = reckon(s, &a);

	(void)state;
	assert_true(r.not_live_nusd[CHARGE_AGENTCORE] == 500 && r.not_live_nusd[CHARGE_GUARDRAILS] == 70 && r.cause_nusd[CAUSE_NOT_LIVE] == 570);
	assert_true(r.cause_nusd[CAUSE_REGIONS] == 2500 - 800 - 570 && r.cause_nusd[CAUSE_SERVICES] == 33 && r.cause_nusd[CAUSE_CREDITS] == -33);
	assert_int_equal(r.bill_nusd, 2000 + 500 - 40 + 33 + 7);
	arena_done(&a);
	store_close(s);
}

/* AWS calls a month estimated until it is closed; what was asked too early is not compared. */
static void a_day_that_is_too_young_or_not_whole(void **state)
{
	const ChargeRow bill[] = { USAGE("Amazon Bedrock", "USE1-NovaPro-input-tokens", 800000, INT64_C(1000000)), RECORD("Amazon Bedrock", "Usage", 800000) };
	static const struct { bool estimated; int64_t asked; BillState state; } row[] = {
		{ false, DAY_MS + 1, BILL_FINAL }, { true, DAY_MS + DAY_MS, BILL_SETTLED }, { true, DAY_MS + DAY_MS - 1, BILL_OPEN } };
	Job jobs[] = { job_of(1, "amazon.nova-pro-v1:0", 1000, 0) };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		Store *s = store_with(jobs, 1, &list, bill, 2, row[i].estimated, day_ms + row[i].asked);
		Arena a = { 0 };
		DriftFact last;
		bool known;

		assert_int_equal(reckon(s, &a).state, row[i].state);
		MUST(reconcile_last(s, day_ms + 3 * DAY_MS, &last, &known, e));
		assert_int_equal(known, row[i].state >= BILL_SETTLED);
		if (known)
			assert_true(last.day == DAY && last.drift_nusd == 0 && last.booked_nusd == 800000 && last.bill_nusd == 800000);
		arena_done(&a);
		store_close(s);
	}
}

static void days_are_replaced_and_forgotten(void **state)
{
	const ChargeRow bill[] = { RECORD("Amazon Bedrock", "Usage", 5), RECORD("Amazon Bedrock", "Credit", -1) };
	Job jobs[] = { job_of(1, "amazon.nova-pro-v1:0", 1000, 0) };
	Store *s = store_with(jobs, 1, &list, bill, 2, true, 1);
	ChargeDay again = { .day = DAY, .asked_ms = 2, .row = bill, .rows = 1 };
	StoreBatch b = { .charges = &again, .charge_count = 1 };
	StoreDelta delta = { 0 };
	ChargeDay *got;
	Arena a = { 0 };
	size_t n;

	(void)state;
	MUST(store_charges(s, DAY, DAY + 1, 0, &a, &got, &n, e));
	assert_true(n == 1 && got[0].estimated && got[0].rows == 2 && got[0].row[0].nusd == -1 && str_is(got[0].row[1].what, "Usage"));
	MUST(store_apply(s, &b, &delta, e));
	assert_true(delta.charges && delta.news);
	MUST(store_charges(s, 0, DAY + 9, 0, &a, &got, &n, e));
	assert_true(n == 1 && !got[0].estimated && got[0].asked_ms == 2 && got[0].rows == 1);
	MUST(store_charges(s, DAY + 1, DAY + 9, 0, &a, &got, &n, e));
	assert_int_equal(n, 0);
	/* The newest job is that day's: what is older than a day before it goes. */
	again.day = DAY - 5;
	MUST(store_apply(s, &b, &delta, e));
	MUST(store_prune(s, day_ms + DAY_MS, 0, 0, DAY_MS, e));
	MUST(store_charges(s, 0, DAY + 9, 0, &a, &got, &n, e));
	assert_true(n == 1 && got[0].day == DAY);
	arena_done(&a);
	store_close(s);
}

static void without_a_bill(void **state)
{
	Store *s = must_open("none.db", STORE_WRITE);
	Arena a = { 0 };
	Buf b = { 0 };
	Reconciled r;
	bool known = true;
	DriftFact last;

	(void)state;
	MUST(reconcile_day(s, &list, day_ms, -1, &a, &r, e));
	assert_true(r.day == -1 && r.state == BILL_NONE);
	reconcile_text(&r, NULL, 0, &b);
	assert_non_null(strstr(buf_cstr(&b), "cost_explorer: true"));
	MUST(reconcile_last(s, day_ms, &last, &known, e));
	assert_false(known);
	buf_done(&b);
	arena_done(&a);
	store_close(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tokens_that_nobody_told_us_of), cmocka_unit_test(prices_and_models_that_differ), cmocka_unit_test(calls_without_a_price),
		cmocka_unit_test(discounts_of_both_sides), cmocka_unit_test(what_the_application_reported), cmocka_unit_test(what_is_beside_the_tokens),
		cmocka_unit_test(a_day_that_is_too_young_or_not_whole), cmocka_unit_test(days_are_replaced_and_forgotten), cmocka_unit_test(without_a_bill),
	};

	return cmocka_run_group_tests(tests, make_place, clear_place);
}
