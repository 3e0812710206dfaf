/* Circuit breakers: an endpoint that fails call after call is left alone for a while, so that a screen that asks every few
 * seconds does not hammer what is down, and everybody is told at once instead of after three tries. One for a service and
 * endpoint. closed -> (a run of failures) -> open -> (hold is over) -> half-open: one call goes through as a probe and
 * decides. Pure: time (monotonic ms) and chance come as arguments. */
#ifndef AWS_BREAKER_H
#define AWS_BREAKER_H

#include "base/str.h"

enum { BREAKER_RUN = 5, BREAKER_HOLD_MS = 1000, BREAKER_HOLD_MAX_MS = 60000 };

typedef enum BreakerState { BREAKER_CLOSED, BREAKER_OPEN, BREAKER_HALF_OPEN } BreakerState;
/* ALIVE: the endpoint answered, whatever it said. NEITHER: nothing was learnt (cancelled, never sent). */
typedef enum BreakerResult { BREAKER_ALIVE, BREAKER_FAILED, BREAKER_NEITHER } BreakerResult;
/* WAIT: a probe of the same asker is on its way and will decide. */
typedef enum BreakerAnswer { BREAKER_PASS, BREAKER_PROBE, BREAKER_WAIT, BREAKER_REFUSE } BreakerAnswer;

typedef struct Breaker {
	int      run;                  /* so many failures in a row open it; 0: BREAKER_RUN */
	int64_t  hold_ms;              /* for so long at first; 0: BREAKER_HOLD_MS */
	BreakerState state;
	int      failures;             /* calls in a row, since the last that was answered */
	int      openings;             /* in a row: each doubles the hold */
	int64_t  until_ms;             /* open: not before */
	const void *prober;            /* half-open: who asks */
	char     why[200];             /* of the last failure */
} Breaker;

BreakerAnswer breaker_ask(Breaker *b, const void *asker, int64_t now_ms);
/* The same without taking the probe. */
BreakerAnswer breaker_peek(const Breaker *b, const void *asker, int64_t now_ms);
/* Each call that was let through comes back here once. chance: uniform over all 32 bits. why: of BREAKER_FAILED; cut. */
void breaker_tell(Breaker *b, bool probe, BreakerResult result, const char *why, uint32_t chance, int64_t now_ms);

/* --- the set --- */

typedef struct Breakers Breakers;
Breakers *breakers_new(void);
void      breakers_free(Breakers *set);
/* Made closed at the first question; the pointer is good as long as the set. service is borrowed. */
Breaker  *breakers_get(Breakers *set, const char *service, Str endpoint);
/* Somebody asks for it now: what is open may be probed at once. The hold after a failure stays as long as it would be. */
void      breakers_hurry(Breakers *set);
/* In the order of their making; false past the last. */
bool      breakers_at(const Breakers *set, size_t i, const char **service, const char **endpoint, const Breaker **b);

/* --- of a client --- */

/* What has been asked so far and whether it is asked now. Texts are borrowed until the next loop turn. */
typedef struct AwsBreaker {
	const char *service, *endpoint, *why;
	BreakerState state;
	int     failures;
	int64_t wait_ms;            /* open: until the next try */
} AwsBreaker;
struct AwsClient;
void   aws_hurry(struct AwsClient *c);
size_t aws_breakers(const struct AwsClient *c, AwsBreaker *out, size_t max);

#endif
