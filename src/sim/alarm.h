/* Metric alarms: what they watch, and the state that follows from the metrics at any time.
 * Source: Amazon CloudWatch User Guide, "Using Amazon CloudWatch alarms" (evaluation, missing data). */
#ifndef SIM_ALARM_H
#define SIM_ALARM_H

#include "api/cloudwatch.h"
#include "sim/service.h"

typedef enum AlarmState { ALARM_OK, ALARM_FIRING, ALARM_UNKNOWN, ALARM_STATES } AlarmState;
extern const char *const alarm_state_names[ALARM_STATES];       /* OK, ALARM, INSUFFICIENT_DATA */

typedef struct AlarmView { AlarmState state; int64_t changed_ms; Str reason; } AlarmView;

/* -1 and what is wrong with it. */
int  alarm_check(const CwPutAlarmIn *in, Err *e);
/* made_ms: when it was put; before that it had no state. */
AlarmView alarm_view(SimCall *c, const CwPutAlarmIn *a, int64_t made_ms);

#endif
