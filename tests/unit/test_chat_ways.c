/* Which model answers, what is given again, and what happens to an answer that is asked for anew. */
#include "unit.h"

#include "chat_unit.h"

static const ConfAnswerCache minute = { .ttl_ms = 60000, .static_ms = 60000, .stale_ms = 60000, .memory_bytes = 1 << 20 };
static const ConfAnswerCache moment = { .ttl_ms = 0, .static_ms = 60000, .stale_ms = 60000, .memory_bytes = 1 << 20 };

static Str chain[] = { { "test.small", 10 }, { "test.dear", 9 } };
static ConfRoute rules[] = { { .name = { "all", 3 }, .model = chain, .models = 2 } };
static const ConfRouting routing = { .rule = rules, .rules = 1, .slow_ms = 20000, .failing_ppm = 500000 };

#define GONE { REPLY, 404, { { STR("x-amzn-errortype"), STR("ResourceNotFoundException") } }, 1, STR("{\"message\":\"no such model\"}") }

static Step whole(Buf *body, const char *text)
{
	text_events(body, text);
	end_events(body, true);
	return (Step){ .kind = STREAM, .status = 200, .body = buf_str(body) };
}

static void expect_answer(const ChatTurn *t, const char *want)
{
	Buf text = { 0 };

	assert_int_equal(t->state, TURN_DONE);
	turn_answer(t, &text);
	assert_string_equal(buf_cstr(&text), want);
	buf_done(&text);
}

static void again(Desk *d, const char *text)
{
	chat_clear(d->c);
	ask_all(d, text);
}

static void the_same_is_given_again(void **state)
{
	Buf body = { 0 };
	const Step steps[] = { whole(&body, "said") };
	AnswerCache *cache = cache_new(&minute, NULL);
	Desk *d = desk(steps, 1, (ChatHost){ .cache = cache, .renews = true }, 1);
	const char *why_not;
	int64_t nusd;
	Err e = { 0 };

	(void)state;
	assert_false(chat_cache(d->c, &why_not));
	assert_int_equal(chat_set_cache(d->c, true, &e), 0);
	ask_all(d, "x");
	wait_end(d);
	assert_true(!last(d, 0)->cached && turn_cost(last(d, 0), &nusd) && nusd == 700000);
	again(d, "x");
	assert_int_equal(d->ends, 2);                        /* at once */
	expect_answer(last(d, 0), "said");
	assert_true(last(d, 0)->cached && turn_cost(last(d, 0), &nusd) && nusd == 0);
	assert_non_null(strstr(last(d, 0)->how, "saved $0.0007"));
	assert_int_equal(d->r->asked, 1);
	/* With what was said before it is another question; and side by side none is given again. */
	ask_all(d, "x");
	wait_end(d);
	assert_true(!last(d, 0)->cached && d->r->asked == 2);
	assert_int_equal(chat_add_column(d->c, &e), 0);
	assert_true(chat_cache(d->c, &why_not) && strcmp(why_not, "side by side") == 0);
	again(d, "x");
	wait_end(d);
	assert_true(!last(d, 0)->cached && !last(d, 1)->cached && d->r->asked == 4);
	assert_int_equal(cache_counts(cache).hits, 1);
	close_desk(d);
	cache_free(cache);
	buf_done(&body);
}

/* The first of two answers is given again, and was kept for a moment only. */
static Desk *stale_desk(const Step *steps, AnswerCache *cache)
{
	Desk *d = desk(steps, 2, (ChatHost){ .cache = cache, .renews = true }, 1);

	(void)chat_set_cache(d->c, true, NULL);
	ask_all(d, "x");
	wait_end(d);
	again(d, "x");
	return d;
}

static void a_stale_one_is_asked_for_anew(void **state)
{
	Buf one = { 0 }, two = { 0 };
	const Step steps[] = { whole(&one, "old"), whole(&two, "new") };
	AnswerCache *cache = cache_new(&moment, NULL);
	Desk *d = stale_desk(steps, cache);

	(void)state;
	expect_answer(last(d, 0), "old");
	assert_non_null(d->c->renewal);
	while (d->c->renewal)
		(void)uv_run(&d->r->loop, UV_RUN_ONCE);
	assert_non_null(strstr(last(d, 0)->how, "(stale), saved $0.0007; asked anew for $0.0007"));
	assert_int_equal(d->r->asked, 2);
	again(d, "x");
	expect_answer(last(d, 0), "new");
	close_desk(d);
	cache_free(cache);
	buf_done(&one);
	buf_done(&two);
}

static void it_ends_with_the_conversation(void **state)
{
	Buf one = { 0 };
	const Step steps[] = { whole(&one, "old"), { .kind = SILENT } };
	AnswerCache *cache = cache_new(&moment, NULL);
	Desk *d = stale_desk(steps, cache);

	(void)state;
	assert_non_null(d->c->renewal);
	while (d->r->asked < 2)
		(void)uv_run(&d->r->loop, UV_RUN_ONCE);
	close_desk(d);
	cache_free(cache);
	buf_done(&one);
}

static void the_next_of_the_chain(void **state)
{
	Buf body = { 0 };
	const Step steps[] = { GONE, whole(&body, "said") };
	Desk *d = desk(steps, 2, (ChatHost){ .routing = &routing }, 1);
	ChatEstimate cost;
	int64_t nusd;
	Err e = { 0 };

	(void)state;
	assert_int_equal(chat_set_auto(d->c, 0, &e), 0);
	chat_estimate(d->c, STR("x"), &cost);
	assert_true(cost.most_nusd >= 100000000 && !cost.unpriced);      /* a thousand tokens of the dear one */
	ask_all(d, "x");
	wait_end(d);
	expect_answer(last(d, 0), "said");
	assert_string_equal(last(d, 0)->step[0].model, "test.dear");
	assert_string_equal(last(d, 0)->how, "routed: all \xe2\x86\x92 test.small; fallback: test.small not found \xe2\x86\x92 test.dear");
	assert_true(turn_cost(last(d, 0), &nusd) && nusd == 52000000);
	assert_true(last(d, 0)->steps == 1 && d->ends == 1 && d->r->asked == 2);
	chat_set_model(d->c, 0, STR("test.small"));
	assert_int_equal(chat_add_column(d->c, &e), 0);
	chat_set_model(d->c, 1, STR(ROUTE_AUTO));
	assert_int_equal(chat_send(d->c, STR("y"), &nusd, &e), -1);
	assert_string_equal(e.text, "column 2 is on auto, which is off side by side: :model ID names one");
	close_desk(d);
	buf_done(&body);
}

static void the_chain_ends(void **state)
{
	const Step steps[] = { GONE, GONE };
	Desk *d = desk(steps, 2, (ChatHost){ .routing = &routing }, 1);

	(void)state;
	(void)chat_set_auto(d->c, 0, NULL);
	ask_all(d, "x");
	wait_end(d);
	assert_int_equal(last(d, 0)->state, TURN_FAILED);
	assert_true(d->ends == 1 && d->r->asked == 2 && strstr(last(d, 0)->how, "test.dear") != NULL);
	close_desk(d);
}

/* While the second is asked. */
static void cancelled_on_the_way(void **state)
{
	const Step steps[] = { GONE, { .kind = SILENT } };
	Desk *d = desk(steps, 2, (ChatHost){ .routing = &routing }, 1);

	(void)state;
	(void)chat_set_auto(d->c, 0, NULL);
	ask_all(d, "x");
	while (d->r->asked < 2)
		(void)uv_run(&d->r->loop, UV_RUN_ONCE);
	chat_cancel(d->c);
	wait_end(d);
	assert_int_equal(last(d, 0)->state, TURN_CANCELLED);
	ask_all(d, "x");
	close_desk(d);                                       /* and left while the first is */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_is_given_again), cmocka_unit_test(a_stale_one_is_asked_for_anew),
		cmocka_unit_test(it_ends_with_the_conversation), cmocka_unit_test(the_next_of_the_chain), cmocka_unit_test(the_chain_ends),
		cmocka_unit_test(cancelled_on_the_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
