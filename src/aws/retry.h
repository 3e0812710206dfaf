/* When to try again and how long to wait: AWS SDK "standard" mode with the 2026 figures (AWS SDKs and Tools Reference
 * Guide, "Retry behavior"; smithy-rs and botocore). Pure: time and chance come as arguments. */
#ifndef AWS_RETRY_H
#define AWS_RETRY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

enum {
	RETRY_CAPACITY = 500, RETRY_COST = 14, RETRY_COST_THROTTLED = 5,
	RETRY_BASE_MS = 50, RETRY_BASE_THROTTLED_MS = 1000, RETRY_MAX_MS = 20000,
	RETRY_AFTER_SPAN_MS = 5000, RETRY_ATTEMPTS = 3,
};

/* One for a client: when many calls fail at once, most of them fail instead of adding to the storm. */
typedef struct RetryBudget { int tokens; } RetryBudget;

void retry_budget_init(RetryBudget *b);
bool retry_take(RetryBudget *b, bool throttled, int *cost);   /* false: nothing left for this retry */
void retry_give_back(RetryBudget *b, int cost);               /* after a success; cost of its last retry, 0: none */

/* What the answer asks for: x-amz-retry-after in ms, which moves our own wait by five seconds at most (SDK rule), and
 * Retry-After (RFC 9110, 10.2.3), which is obeyed up to RETRY_MAX_MS. Negative: none. */
typedef struct RetryAsk { int64_t amz_ms, http_ms; } RetryAsk;
/* Headers' texts, empty when absent. date: the answer's Date; without it a Retry-After that is a date counts from now_ms. */
RetryAsk retry_ask(Str amz, Str retry_after, Str date, int64_t now_ms);

/* Wait before retry i (0 = the first). chance: uniform over all 32 bits. */
int64_t retry_wait_ms(int i, bool throttled, int base_ms, uint32_t chance, const RetryAsk *ask);

#endif
