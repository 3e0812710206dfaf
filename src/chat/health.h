/* How models have answered of late, as this program saw it: a share of failures and a mean time to the first token that fade by half in five
 * minutes, and a breaker for each. Pure: times are monotonic and come as arguments. */
#ifndef CHAT_HEALTH_H
#define CHAT_HEALTH_H

#include "aws/breaker.h"

enum { HEALTH_MODELS = 64, HEALTH_NAME = 256, HEALTH_FADE_MS = 300000, HEALTH_LEAST = 3 /* answers that a share is made of */ };

typedef struct HealthRow {
	char    model[HEALTH_NAME];
	double  asked, failed;         /* fading counts */
	double  first_ms, firsts;      /* fading sum of the times to the first token, and how many */
	int64_t at_ms;                 /* of the counts */
	Breaker breaker;
} HealthRow;

/* {0} knows no model. */
typedef struct Health { HealthRow row[HEALTH_MODELS]; size_t n; } Health;

/* An answer has come (first_ms: until its first token), or none (-1; why). chance: uniform over all 32 bits. */
void health_tell(Health *h, Str model, int64_t first_ms, const char *why, uint32_t chance, int64_t now_ms);

typedef struct HealthNow { double asked, failing; int64_t first_ms; bool open; } HealthNow;     /* failing: a share; first_ms -1: not known */
HealthNow health_now(const Health *h, Str model, int64_t now_ms);
/* Why it had better be passed over: "3 failures in a row", "slow: 31 s to the first token". False: there is no reason. */
bool health_objects(const Health *h, Str model, int64_t slow_ms, int64_t failing_ppm, int64_t now_ms, char *why, size_t size);

#endif
