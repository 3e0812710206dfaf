/* Quota headroom: what a snapshot says of use, limits and reservations. */
#include "unit.h"

#include "app/ask_headroom.h"
#include "store/books.h"
#include "store_unit.h"

#define MINUTE INT64_C(60000)
static const int64_t now = INT64_C(1784118600000);     /* 2026-07-15 12:30 UTC: 12:28 is the last minute that counts */

static void put(Store *s, const char *name, const char *dimensions, int minutes_ago, double v)
{
	MetricPoint p = { now - minutes_ago * MINUTE, true, v };
	MetricSeries m = { .ns = STR("AWS/Bedrock"), .name = str_of(name), .dimensions_json = str_of(dimensions), .stat = STR("Sum"), .period_s = 60,
	                   .points = &p, .count = 1 };
	StoreBatch b = { .series = &m, .series_count = 1, .prices = &fleet_prices };

	MUST(store_apply(s, &b, NULL, e));
}

static void put_list(Store *s, const char *json)
{
	Cursor c[] = { { HEADROOM_LIST, str_of(json) }, { HEADROOM_ASKED, STR("1784110000000") } };
	StoreBatch b = { .cursors = c, .cursor_count = 2, .prices = &fleet_prices };

	MUST(store_apply(s, &b, NULL, e));
}

static void put_agent(Store *s, const char *model, const char *status, int max_tokens)
{
	char raw[200];
	AgentVersionRow r = { .agent = STR("a"), .version = str_of(status), .status = str_of(status), .model = str_of(model), .created_by = STR(""),
	                      .raw_json = { raw, (size_t)snprintf(raw, sizeof raw, "{\"config\":{\"M\":{\"maxTokens\":{\"N\":\"%d\"}}}}", max_tokens) } };
	StoreBatch b = { .agents = &r, .agent_count = 1, .prices = &fleet_prices };

	MUST(store_apply(s, &b, NULL, e));
}

static Headroom compute(Store *s)
{
	FiguresAsk when = { .now_ms = now, .past = true };
	Headroom h;

	MUST(headroom_compute(&(Stores){ &s, NULL, 1 }, &when, &h, e));
	return h;
}

static const char nova[] = "{\"ModelId\":\"amazon.nova-pro-v1:0\"}", sonnet[] = "{\"ModelId\":\"us.anthropic.claude-sonnet-4-5-20250929-v1:0\"}";
static const char list[] =
	"[{\"name\":\"On-demand model inference requests per minute for Amazon Nova Pro\",\"code\":\"L-1\",\"value\":100,\"adjustable\":true,\"model\":\"\"},"
	"{\"name\":\"On-demand model inference tokens per minute for Amazon Nova Pro\",\"code\":\"L-2\",\"value\":10000,\"adjustable\":false,"
	"\"model\":\"amazon.nova-pro-v1:0\"},"
	"{\"name\":\"Cross-region model inference tokens per minute for Amazon Nova Pro\",\"code\":\"L-3\",\"value\":7,\"adjustable\":true,\"model\":\"\"}]";

static void nothing_known(void **state)
{
	Store *s = must_open("nothing.db", STORE_WRITE);
	Headroom h = compute(s);

	(void)state;
	assert_int_equal(h.n, 0);
	assert_int_equal(h.asked_ms, 0);
	put(s, "Invocations", nova, 100, 4);         /* of that hour nothing was read: no zero */
	h = compute(s);
	assert_int_equal(h.n, 0);
	put(s, "Invocations", nova, 10, 4);
	h = compute(s);
	assert_int_equal(h.n, 1);
	assert_int_equal(h.row[0].side[QUOTA_REQUESTS].peak, 4);
	assert_true(h.row[0].side[QUOTA_REQUESTS].limit == FIG_NONE && headroom_worst_ppm(&h.row[0]) == FIG_NONE);
	assert_true(h.row[0].side[QUOTA_TOKENS].peak == FIG_NONE);
	store_close(s);
}

/* Throttled calls were asked as well; a model is not counted by tier again; what may still grow and what is older than an hour is left out. */
static void used_beside_limits(void **state)
{
	Store *s = must_open("used.db", STORE_WRITE);
	const HeadroomSide *r, *t;
	Headroom h;

	(void)state;
	put_list(s, list);
	put(s, "Invocations", nova, 30, 20);
	put(s, "InvocationThrottles", nova, 30, 5);
	put(s, "Invocations", "{\"ModelId\":\"amazon.nova-pro-v1:0\",\"ServiceTier\":\"flex\"}", 30, 20);
	put(s, "Invocations", nova, 2, 10);
	put(s, "Invocations", nova, 1, 90);
	put(s, "Invocations", nova, 62, 90);
	put(s, "EstimatedTPMQuotaUsage", nova, 30, 5000);
	put(s, "InputTokenCount", nova, 30, 4000);
	put(s, "InvocationLatency", nova, 30, 6000);
	h = compute(s);
	assert_int_equal(h.n, 1);
	r = &h.row[0].side[QUOTA_REQUESTS];
	t = &h.row[0].side[QUOTA_TOKENS];
	assert_int_equal(r->peak, 25);
	assert_int_equal(r->peak_ms, now - 30 * MINUTE);
	assert_int_equal(r->now, 2);
	assert_int_equal(r->limit, 100);
	assert_string_equal(r->code, "L-1");
	assert_int_equal(h.row[0].throttled, 5);
	assert_int_equal(t->peak, 5000);
	assert_int_equal(t->limit, 10000);
	assert_false(t->adjustable || t->estimated);
	assert_int_equal(headroom_ppm(&h.row[0], QUOTA_REQUESTS), 250000);
	assert_int_equal(headroom_ppm(&h.row[0], QUOTA_TOKENS), 500000);
	assert_true(h.row[0].reserved == FIG_NONE);
	/* 25 calls a minute of 6 s: two and a half run at once, so three; what is deprecated is not called any more. */
	put_agent(s, "amazon.nova-pro-v1:0", "production", 1000);
	put_agent(s, "amazon.nova-pro-v1:0", "deprecated", 9000);
	h = compute(s);
	assert_int_equal(h.row[0].reserved, 3000);
	assert_int_equal(headroom_ppm(&h.row[0], QUOTA_TOKENS), 800000);
	store_close(s);
}

/* Without the series of its own use is reckoned: output of newer Claude models counts five times, cache reads not at all. Calls through
 * an application's profile take from the limit of what it routes to. */
static void estimates_and_profiles(void **state)
{
	static const char arn[] = "arn:aws:bedrock:us-east-1:111122223333:application-inference-profile/abc";
	static const char mine[] = "{\"ModelId\":\"arn:aws:bedrock:us-east-1:111122223333:application-inference-profile/abc\"}";
	ProfileRow profile = { .arn = STR(arn), .model = STR("us.anthropic.claude-sonnet-4-5-20250929-v1:0"), .why = STR(""), .asked_ms = now };
	Store *s = must_open("estimates.db", STORE_WRITE);
	Headroom h;

	(void)state;
	put(s, "InputTokenCount", sonnet, 30, 100);
	put(s, "CacheWriteInputTokenCount", sonnet, 30, 10);
	put(s, "CacheReadInputTokenCount", sonnet, 30, 7000);
	put(s, "OutputTokenCount", sonnet, 30, 20);
	put(s, "OutputTokenCount", mine, 30, 1);
	h = compute(s);
	assert_int_equal(h.n, 2);
	MUST(store_profiles_put(s, &profile, 1, e));
	h = compute(s);
	assert_int_equal(h.n, 1);
	assert_int_equal(h.row[0].way, QUOTA_CROSS_REGION);
	assert_int_equal(h.row[0].side[QUOTA_TOKENS].peak, 100 + 10 + 5 * 21);
	assert_true(h.row[0].side[QUOTA_TOKENS].estimated);
	store_close(s);
}

static void has(const char *text, const char *what)
{
	if (!strstr(text, what))
		fail_msg("no \"%s\" in\n%s", what, text);
}

static void the_page_says_what_is_known(void **state)
{
	Store *s = must_open("page.db", STORE_WRITE);
	Buf page = { 0 };
	Headroom h;

	(void)state;
	put(s, "Invocations", "{\"ModelId\":\"amazon.nova-pro-v1:0\\u001b[2J\"}", 30, 20);
	h = compute(s);
	headroom_page(&h, "servicequotas:ListServiceQuotas", 0, &page);
	has(buf_cstr(&page), "unknown: the role lacks servicequotas:ListServiceQuotas");
	assert_null(strchr(buf_cstr(&page), 27));
	buf_reset(&page);
	headroom_page(&h, "", 0, &page);
	has(buf_cstr(&page), "Service Quotas was not asked yet");
	put(s, "Invocations", nova, 30, 20);
	put_list(s, list);
	h = compute(s);
	buf_reset(&page);
	headroom_page(&h, "", 3600000, &page);
	has(buf_cstr(&page), "names none for this model");
	has(buf_cstr(&page), "100 a minute, can be raised");
	has(buf_cstr(&page), "20 at most, at 13:00");
	has(buf_cstr(&page), "20.0 % at the peak\n");
	buf_done(&page);
	store_close(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_known), cmocka_unit_test(used_beside_limits), cmocka_unit_test(estimates_and_profiles),
		cmocka_unit_test(the_page_says_what_is_known),
	};

	return cmocka_run_group_tests_name("headroom", tests, make_place, clear_place);
}
