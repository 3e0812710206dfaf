#include "aws/retry.h"

#include "wire/time8601.h"

void retry_budget_init(RetryBudget *b)
{
	b->tokens = RETRY_CAPACITY;
}

bool retry_take(RetryBudget *b, bool throttled, int *cost)
{
	int price = throttled ? RETRY_COST_THROTTLED : RETRY_COST;

	if (b->tokens < price)
		return false;
	b->tokens -= price;
	*cost = price;
	return true;
}

void retry_give_back(RetryBudget *b, int cost)
{
	b->tokens += cost ? cost : 1;
	if (b->tokens > RETRY_CAPACITY)
		b->tokens = RETRY_CAPACITY;
}

static int64_t http_wait(Str text, Str date, int64_t now_ms)
{
	int64_t until, from, s;

	if (str_i64(text, &s) == 0)
		return s < 0 ? -1 : s > RETRY_MAX_MS / 1000 ? RETRY_MAX_MS : s * 1000;
	if (time_parse_http(text, &until) < 0)
		return -1;
	if (time_parse_http(date, &from) < 0)
		from = now_ms;
	return until > from ? until - from : 0;
}

RetryAsk retry_ask(Str amz, Str retry_after, Str date, int64_t now_ms)
{
	RetryAsk ask = { -1, -1 };
	int64_t ms;

	if (str_i64(amz, &ms) == 0 && ms >= 0)
		ask.amz_ms = ms;
	else if (retry_after.n)
		ask.http_ms = http_wait(str_trim(retry_after), date, now_ms);
	return ask;
}

static int64_t at_most(int64_t v, int64_t max)
{
	return v < max ? v : max;
}

int64_t retry_wait_ms(int i, bool throttled, int base_ms, uint32_t chance, const RetryAsk *ask)
{
	int64_t span = throttled ? RETRY_BASE_THROTTLED_MS : base_ms ? base_ms : RETRY_BASE_MS;
	int64_t wait;

	for (; i > 0 && span < RETRY_MAX_MS; i--)
		span *= 2;
	wait = (int64_t)(((uint64_t)at_most(span, RETRY_MAX_MS) * chance) >> 32);
	if (ask->amz_ms > wait)
		return at_most(ask->amz_ms, wait + RETRY_AFTER_SPAN_MS);
	return ask->http_ms > wait ? at_most(ask->http_ms, RETRY_MAX_MS) : wait;
}
