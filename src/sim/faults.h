/* Faults on demand: what a caller of AWS has to live with, by chance but reproducibly (docs: "The simulated region").
 *
 *   throttle=P  refused as the service throttles; a stream that has begun ends in its throttling exception
 *   error=P     500 or 503, one in three as the HTML page of a load balancer; half of them after the work was done
 *   latency=MS  every answer waits so long; other calls do not wait with it
 *   tear=P      the connection is cut in the middle of the body or of an event stream
 *   crc=P       one byte of an event-stream frame, or of a DynamoDB body, is not the one that was summed up
 *   skew=S      the server's clock is S seconds ahead (negative: behind): Date header, signatures, expiry
 *   expire=S    credentials that STS hands out hold S seconds, whatever was asked for
 *   slow=BPS    bytes of body per second, each answer for itself
 *   dup=P, reorder=P   log events, live-tail events and rows of job queries come twice, or change places
 */
#ifndef SIM_FAULTS_H
#define SIM_FAULTS_H

#include "base/buf.h"
#include "wire/jsonw.h"

enum { FAULT_SURE = 1000000 };                                   /* chances are in millionths */

typedef struct SimFaults {
	int64_t throttle, error, tear, crc, dup, reorder;           /* chances */
	int64_t latency_ms, skew_s, expire_s, slow_bps;             /* 0: none */
} SimFaults;

/* "throttle=0.3,latency=250": P is 0..1 or N%; each key once; empty text is no fault at all. -1 with a sentence. */
int  faults_parse(Str text, SimFaults *out, Err *e);
/* The same notation again, keys in the order above; nothing for no faults. */
void faults_print(const SimFaults *f, Buf *out);

/* What one call meets. Follows from seed and number of the call alone, and no key moves another one's draw. */
typedef enum FaultMid { MID_NONE, MID_THROTTLE, MID_ERROR } FaultMid;
typedef struct FaultPlan {
	bool     throttle, error, late, tear, crc;   /* late: the error hides an answer, the work was done */
	FaultMid mid;                                /* how a stream ends that was let begin */
	int64_t  latency_ms, slow_bps, skew_s;
	uint64_t salt;
} FaultPlan;
FaultPlan fault_plan(const SimFaults *f, uint64_t seed, uint64_t call);

/* A list of JSON values that may come twice or in another order: write one to json, mark its end, and so on. */
typedef struct FaultList { Buf json; size_t *end; size_t n, cap; } FaultList;
void fault_list_mark(FaultList *l);
/* Elements of the array that is open in w; returns how many were written. */
size_t fault_list_write(FaultList *l, const SimFaults *f, uint64_t salt, JsonW *w);
void fault_list_done(FaultList *l);

#endif
