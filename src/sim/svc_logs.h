/* The parts of CloudWatch Logs that stand in files of their own. */
#ifndef SIM_SVC_LOGS_H
#define SIM_SVC_LOGS_H

#include "sim/log_pattern.h"
#include "sim/logstore.h"
#include "sim/service.h"

/* Group by name or by ARN (with or without the trailing ":*"); NULL when there is none. */
LogGroup *logs_group_of(SimCall *c, Str name_or_arn);
/* InvalidParameterException with that text. */
void logs_invalid(SimCall *c, const char *text);
void logs_no_group(SimCall *c);

void logs_filter_log_events(SimCall *c);
void logs_start_live_tail(SimCall *c);
void logs_describe_log_streams(SimCall *c);

#endif
