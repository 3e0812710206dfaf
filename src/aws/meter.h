/* What a client's own calls cost, told as they are made (api/charge.h), and the day's cap of those that are paid rows. */
#ifndef AWS_METER_H
#define AWS_METER_H

#include <stdint.h>

struct AwsOp;

typedef struct AwsMeter {
	/* calls: requests that went out since the last word; nusd: what they cost. NULL: nobody counts. */
	void (*note)(void *arg, const struct AwsOp *op, int64_t calls, int64_t nusd);
	/* What all programs on this context have spent today. Paid rows that have a charge (StartQuery, GetCostAndUsage) are refused when it has
	 * come to the cap; they have nothing to do with AwsPaid, whose caps are the playground's. NULL: they have. */
	int64_t (*today)(void *arg);
	int64_t  day_nusd;
	void    *arg;
} AwsMeter;

#endif
