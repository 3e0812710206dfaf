/* Signed AWS calls. An operation is a const row (api/op.h); a call is: encode -> URL -> sign -> send -> decode, with
 * retries (full jitter, budget), one sentence for every error, and cancel. All on the loop thread.
 * Facts: Smithy protocol specifications awsJson 1.0/1.1, restJson1, awsQuery; AWS SDKs "Retry behavior". */
#ifndef AWS_AWS_H
#define AWS_AWS_H

#include "api/op.h"
#include "aws/breaker.h"
#include "aws/bucket.h"
#include "aws/creds.h"
#include "aws/meter.h"
#include "aws/paid.h"
#include "wire/eventstream.h"

typedef enum AwsFault {
	AWS_OK, AWS_THROTTLED, AWS_DENIED, AWS_BAD_CREDENTIALS, AWS_EXPIRED, AWS_SKEWED, AWS_NOT_FOUND, AWS_CONDITION,
	AWS_VALIDATION, AWS_SERVER, AWS_NETWORK, AWS_TORN, AWS_GARBAGE, AWS_REFUSED, AWS_CANCELLED, AWS_OTHER,
	AWS_UNCHANGED        /* asked for only when it has changed, and it has not */
} AwsFault;

typedef struct AwsError {
	AwsFault fault;
	int  status;
	char code[96];              /* "ThrottlingException", cleaned */
	char request_id[80];
	char lacks[80];             /* AWS_DENIED: "logs:FilterLogEvents"; else empty */
	Err  err;                   /* the sentence: what failed, call, account/region, request id, what to do */
	Str  body;                  /* raw error body (for TransactionCanceledException's reasons); lives as long as the callback */
} AwsError;

typedef struct AwsClient AwsClient;
typedef struct AwsCall AwsCall;

typedef struct AwsClientSpec {
	Str  context;               /* for messages */
	Str  region;
	Str  endpoint_url;          /* --endpoint-url or the context's; beats the environment */
	bool allow_foreign_endpoint;
	bool read_only;             /* AWS_WRITE rows are refused */
	bool unlockable;            /* but for calls that a person has unlocked */
	bool guarded;               /* and without it until aws_identity says OK */
	Str  account;               /* that keys must belong to; empty: the first one that AWS names */
	bool fetches_keys;          /* bodies hold secrets: nothing of them is repeated in a message */
	bool check_late;            /* endpoints are checked when a call goes there, not all at the start */
	AwsPaid paid;
	AwsMeter meter;
	Bucket *bucket;             /* shared with other clients, outlives them; NULL: calls are not counted */
	int  concurrent;            /* calls at once to one service; more wait in order; 0: 8 */
	int  max_attempts;          /* 0: 3 */
	Breakers *breakers;         /* shared with a client that outlives this one; NULL: its own */
	int64_t (*now_ms)(void *arg); void *now_arg;     /* wall clock for signing; NULL: the real one */
} AwsClientSpec;

/* Takes creds. Region: spec, else AWS_REGION, AWS_DEFAULT_REGION, the profile's; none is an error that says so.
 * An endpoint that is neither loopback nor https with leave is refused (ERR_REFUSED). */
AwsClient *aws_client_new(Http *http, const AwsClientSpec *spec, AwsCreds *creds, Err *e);
/* Cancels what is in flight: every on_done has come with AWS_CANCELLED when this returns. Free it before http_close. */
void       aws_client_free(AwsClient *c);
Str        aws_region(const AwsClient *c);
Str        aws_endpoint(const AwsClient *c, const AwsService *s, Arena *a);
const AwsCreds *aws_creds(const AwsClient *c);
AwsCreds  *aws_creds_own(AwsClient *c);                    /* to answer what they ask */
/* Whose keys these are, as AWS answered to the very keys that sign now (GetCallerIdentity, whoever asked it). */
typedef enum AwsIdentity { IDENTITY_UNKNOWN, IDENTITY_OK, IDENTITY_WRONG } AwsIdentity;
AwsIdentity aws_identity(const AwsClient *c);
void       aws_set_account(AwsClient *c, Str account);     /* after GetCallerIdentity: named in messages */
int64_t    aws_calls_made(const AwsClient *c);
int64_t    aws_skew_ms(const AwsClient *c);

typedef struct AwsHandler {
	/* Exactly once, never from inside aws_call. err == NULL: out is the decoded struct (its arena dies with the callback);
	 * NULL when the row has no decoder. */
	void (*on_done)(AwsCall *call, const void *out, const AwsError *err, void *arg);
	/* Streams: each event (exceptions end the stream through on_done). Payload borrowed. */
	void (*on_event)(AwsCall *call, Str event_type, Str payload, void *arg);
	/* Before a wait: "the AI service is busy, trying again in 4 s". May be NULL. */
	void (*on_retry)(AwsCall *call, const char *sentence, int64_t wait_ms, void *arg);
	void *arg;
	int64_t total_ms;           /* whole call, waits included; 0: the row's total_s */
	int64_t estimate_nusd;      /* AWS_PAID: what it may cost at most; reserved until aws_settle */
	CallRank rank;              /* who waits when a minute has no room for more */
	bool unlocked;              /* it belongs to the one action that a person has unlocked; counts where the client is unlockable */
} AwsHandler;

/* in (NULL: nothing of it is given) is encoded before aws_call returns. NULL and Err (nothing was sent) when it
 * cannot be. ERR_REFUSED: the row is not one of aws_ops(), would write where that is not allowed, or may cost more
 * than is left. */
AwsCall *aws_call(AwsClient *c, const AwsOp *op, const void *in, const AwsHandler *h, Err *e);
void     aws_cancel(AwsCall *call);                  /* on_done comes with AWS_CANCELLED in a later loop turn */
const AwsOp *aws_call_op(const AwsCall *call);
Str      aws_call_request_id(const AwsCall *call);   /* of the last answer */

#endif
