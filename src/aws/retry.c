#include "aws/retry.h"

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

int64_t retry_wait_ms(int i, bool throttled, int base_ms, uint32_t chance, int64_t asked_ms)
{
	int64_t span = throttled ? RETRY_BASE_THROTTLED_MS : base_ms ? base_ms : RETRY_BASE_MS;
	int64_t wait;

	for (; i > 0 && span < RETRY_MAX_MS; i--)
		span *= 2;
	if (span > RETRY_MAX_MS)
		span = RETRY_MAX_MS;
	wait = (int64_t)(((uint64_t)span * chance) >> 32);
	if (asked_ms < wait)
		return wait;
	return asked_ms < wait + RETRY_AFTER_SPAN_MS ? asked_ms : wait + RETRY_AFTER_SPAN_MS;
}
