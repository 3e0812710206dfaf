/* Records of Bedrock's model invocation log in CloudWatch Logs. Source: Amazon Bedrock User Guide, "Monitor model invocation using
 * CloudWatch Logs and Amazon S3". */
#ifndef API_INVOCATION_H
#define API_INVOCATION_H

#include "api/converse.h"
#include "api/logs.h"
#include "model/job.h"

/* Name of the group when nobody chose another one, and of the stream that Bedrock writes to. */
#define INVOCATION_STREAM "aws/bedrock/modelinvocations"

/* A log event into a line: LINE_INVOCATION with request id, model and tokens; of requestMetadata the members that name tenant,
 * persona, agent, version, job or trace. Its text is what was asked of whom and how much, without what was said: prompts are personal
 * data and do not reach the store. A call that failed has no tokens. LINE_PLAIN without text for everything else; never an
 * error. Strings are copied into the arena, all but the id. */
void record_invocation(Arena *a, const LogsEvent *event, LogLine *out);

/* A call of Converse or ConverseStream with what was said, to be asked again. What the record does not carry is said, never guessed. */
typedef struct InvocationCall {
	LogLine line;                  /* request id, model, tokens, time, and how long it took */
	Str     operation;
	ConverseIn in;                 /* what was asked; lacks empty */
	Str     lacks;                 /* why it cannot be asked again; empty: it can */
	bool    answered;
	Str     text, stop;            /* answered */
	Str     no_answer;             /* else why not */
} InvocationCall;
/* -1: the event is no whole record. Strings live in the arena, or are the event's. */
int  invocation_call(Arena *a, const LogsEvent *event, InvocationCall *out, Err *e);

#endif
