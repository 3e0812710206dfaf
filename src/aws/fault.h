/* What an error answer says, and what follows from it. Sources: Smithy protocol specifications (awsJson, restJson1,
 * awsQuery error shapes), AWS SDKs "Retry behavior" for the lists of codes. */
#ifndef AWS_FAULT_H
#define AWS_FAULT_H

#include "aws/aws.h"

typedef enum RetryRule {
	RETRY_NEVER,
	RETRY_IDEMPOTENT,       /* the call may have been carried out: only rows that say idempotent, and that cost nothing */
	RETRY_ALWAYS,           /* the service refused to begin, or the request never left */
} RetryRule;

typedef struct Fault {
	AwsFault fault;
	RetryRule retry;
	bool throttled;         /* slower backoff, smaller cost */
	bool misdirected;       /* 421: asked again, on another connection */
	bool may_be_skew;       /* compare the answer's Date with the local clock */
	int  status;
	bool html;              /* a web page: a proxy or gateway answered, not the service */
	char code[96];          /* cut and cleaned; the status when the answer names none */
	char message[400];      /* cleaned */
	char request_id[80];
	char right_region[41];  /* S3: where the bucket is, when it is somewhere else */
} Fault;

/* Reads an answer that is not a success (or a 200 whose root element is Error). */
void fault_read(AwsProtocol protocol, const HttpReply *reply, Fault *out);
/* An exception or error frame of an event stream. */
void fault_stream(Str code, Str payload, Fault *out);
/* Transport faults (reply->fault != HTTP_OK). */
/* Services repeat what they were sent (the canonical request behind a wrong signature). Every piece of twelve bytes and more
 * that the message has in common with the secret becomes '*'. */
void fault_hide(Fault *f, Str secret);
void fault_transport(const HttpReply *reply, Fault *out);
bool fault_may_retry(const Fault *f, const AwsOp *op);
bool fault_is_html(const HttpReply *reply);
/* x-amzn-RequestId or x-amz-request-id, cleaned; empty when there is none. */
void fault_request_id(const HttpReply *reply, char *out, size_t size);

/* Where a call goes, for its sentence. Texts may be empty. */
typedef struct FaultPlace {
	const AwsOp *op;
	const char *account, *region, *endpoint, *about, *creds_source;
	int attempts;
} FaultPlace;

/* AWS_DENIED: the permission that the answer names, or else the one that the operation needs; else empty. */
void fault_lacks(const Fault *f, const AwsOp *op, char out[80]);
/* The one sentence. transport: curl's fault when there was no answer, else HTTP_OK. */
void fault_sentence(const Fault *f, HttpFault transport, const FaultPlace *at, Err *e);
/* "the AI service is busy, trying again in 4 s" */
void fault_retry_sentence(const Fault *f, const AwsService *s, int64_t wait_ms, char *out, size_t size);

#endif
