/* Quota headroom: what was asked of each model in a minute, beside what the account may ask (Service Quotas). Requests are
 * CloudWatch's Invocations and InvocationThrottles, tokens EstimatedTPMQuotaUsage, or an estimate of it by the same rule where
 * that series is missing. Runs on a worker. */
#ifndef APP_HEADROOM_H
#define APP_HEADROOM_H

#include "app/figures.h"
#include "model/quota.h"

#define HEADROOM_LIST  "quotas.list"       /* the text that the feed keeps (feed_quotas.c), and when AWS was asked for it */
#define HEADROOM_ASKED "quotas.asked"

enum { HEADROOM_ROWS = 24 };

typedef struct HeadroomSide {
	int64_t now, peak;             /* a minute: mean of the last five, highest of the last hour; FIG_NONE: nothing was counted */
	int64_t peak_ms;
	int64_t limit;                 /* FIG_NONE: not known */
	int32_t adjustable, estimated; /* estimated: there is no series of its own */
	FigText code;
	FigKey  name;                  /* of the quota, as AWS calls it */
} HeadroomSide;

typedef struct HeadroomRow {
	FigText context;               /* empty when one context is watched */
	FigKey  model;                 /* the id that was called with; of several the first */
	int32_t way, pad;              /* QuotaWay */
	int64_t throttled;             /* calls of the last hour */
	int64_t latency_ms;            /* mean of the last hour; FIG_NONE: not known */
	/* At its start a call reserves its maxTokens, and gives back at its end what it did not write: the largest of the agents that call
	 * this model, and what calls that ran at the same time reserved at the peak. No metric has it. FIG_NONE: not known. */
	int64_t max_tokens, reserved;
	HeadroomSide side[QUOTA_UNITS];
} HeadroomRow;

typedef struct Headroom {
	int64_t until_ms;              /* the end of the last minute that counts */
	int64_t asked_ms;              /* when AWS was asked for the limits of the least known context; 0: never */
	int32_t n, total;              /* rows, the fullest first; how many there are in all */
	HeadroomRow row[HEADROOM_ROWS];
} Headroom;

int headroom_compute(const Stores *from, const FiguresAsk *when, Headroom *out, Err *e);
/* The part of the limit that the peak is, reservations of tokens included; FIG_NONE: not known. */
int64_t headroom_ppm(const HeadroomRow *r, QuotaUnit unit);
/* The same of whichever is nearer to its limit. */
int64_t headroom_worst_ppm(const HeadroomRow *r);

#endif
