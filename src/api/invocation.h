/* Records of Bedrock's model invocation log in CloudWatch Logs. Source: Amazon Bedrock User Guide, "Monitor model invocation using
 * CloudWatch Logs and Amazon S3". */
#ifndef API_INVOCATION_H
#define API_INVOCATION_H

#include "api/logs.h"
#include "model/job.h"

/* Name of the group when nobody chose another one, and of the stream that Bedrock writes to. */
#define INVOCATION_STREAM "aws/bedrock/modelinvocations"

/* A log event into a line: LINE_INVOCATION with request id, model and tokens; of requestMetadata the members that name tenant,
 * persona, agent, version, job or trace. Its text is what was asked of whom and how much, without what was said: prompts are personal
 * data and do not reach the store. A call that failed has no tokens. LINE_PLAIN without text for everything else; never an
 * error. Strings are copied into the arena, all but the id. */
void record_invocation(Arena *a, const LogsEvent *event, LogLine *out);

#endif
