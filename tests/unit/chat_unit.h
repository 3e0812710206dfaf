/* Conversations of tests: a table of prices, and a desk with a server that answers as it is told. */
#ifndef CHAT_UNIT_H
#define CHAT_UNIT_H

#include "aws_rig.h"
#include "base/xalloc.h"
#include "chat/own.h"

#define USD INT64_C(1000000000)

/* A dollar a million tokens in, ten out. */
static PriceRow price_rows[] = {
	{ .model = "test.small", .micro_usd = { 1000000, 10000000, 0, 0, 0 }, .geo_permille = 1000, .source = "here" },
	{ .model = "test.small", .tier = TIER_PRIORITY, .micro_usd = { 2000000, 20000000, 0, 0, 0 }, .geo_permille = 1000, .source = "here" },
	{ .model = "test.cached", .micro_usd = { 1000000, 10000000, 100000, 1250000, 2000000 }, .geo_permille = 1000, .source = "here" },
	{ .model = "test.dear", .micro_usd = { 100000000, 100000000, 0, 0, 0 }, .geo_permille = 1000, .source = "here" },
};
static PriceTable price_table = { .row = price_rows, .n = sizeof price_rows / sizeof *price_rows };

static inline const PriceTable *prices(void *arg)
{
	(void)arg;
	return &price_table;
}

static inline Chat *chat_with(ChatHost host, int columns)
{
	Chat *c;
	Err e = { 0 };

	host.prices = prices;
	host.max_tokens = host.max_tokens ? host.max_tokens : 1000;
	c = chat_new(&host);
	chat_set_model(c, 0, STR("test.small"));
	for (int i = 1; i < columns; i++)
		assert_int_equal(chat_add_column(c, &e), 0);
	return c;
}

typedef struct Desk { Rig *r; Chat *c; int changes, ends; } Desk;

static inline void on_changed(void *arg)
{
	((Desk *)arg)->changes++;
}

static inline void on_ended(void *arg)
{
	Desk *d = arg;

	d->ends++;
	if (!chat_busy(d->c))
		uv_stop(&d->r->loop);
}

static inline Desk *desk(const Step *steps, int n, ChatHost host, int columns)
{
	Desk *d = xcalloc(1, sizeof *d);

	d->r = script(steps, n);
	host.aws = d->r->client;
	host.changed = on_changed;
	host.ended = on_ended;
	host.arg = d;
	d->c = chat_with(host, columns);
	return d;
}

static inline void close_desk(Desk *d)
{
	chat_free(d->c);
	done(d->r);
	free(d);
}

static inline void wait_end(Desk *d)
{
	while (chat_busy(d->c))
		(void)uv_run(&d->r->loop, UV_RUN_DEFAULT);
}

static inline void ask_all(Desk *d, const char *text)
{
	int64_t agreed = 0;
	Err e = { 0 };

	if (chat_send(d->c, str_of(text), &agreed, &e) < 0)
		fail_msg("%s", e.text);
}

static inline void text_events(Buf *b, const char *text)
{
	Buf json = { 0 };

	assert_int_equal(es_encode_event(b, "messageStart", STR("{\"role\":\"assistant\"}")), 0);
	(void)buf_printf(&json, "{\"contentBlockIndex\":0,\"delta\":{\"text\":\"%s\"}}", text);
	assert_int_equal(es_encode_event(b, "contentBlockDelta", buf_str(&json)), 0);
	buf_done(&json);
}

static inline void end_events(Buf *b, bool metadata)
{
	assert_int_equal(es_encode_event(b, "messageStop", STR("{\"stopReason\":\"end_turn\"}")), 0);
	if (metadata)
		assert_int_equal(es_encode_event(b, "metadata", STR("{\"usage\":{\"inputTokens\":500,\"outputTokens\":20,\"totalTokens\":520},"
		                                                    "\"metrics\":{\"latencyMs\":7}}")), 0);
}

static inline const ChatTurn *last(const Desk *d, size_t column)
{
	return turn_last(&d->c->column[column]);
}

#endif
