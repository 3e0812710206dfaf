/* Signed AWS calls. An operation is a const row (AwsOp); a call is: encode -> URL -> sign -> send -> decode, with
 * retries (full jitter, budget), one sentence for every error, and cancel. All on the loop thread.
 * Facts: Smithy protocol specifications awsJson 1.0/1.1, restJson1, awsQuery; AWS SDKs "Retry behavior". */
#ifndef AWS_AWS_H
#define AWS_AWS_H

#include "aws/creds.h"
#include "net/http.h"
#include "wire/eventstream.h"
#include "wire/jsonval.h"
#include "wire/xml.h"

typedef enum AwsProtocol { AWS_JSON10, AWS_JSON11, AWS_REST_JSON, AWS_QUERY } AwsProtocol;
typedef enum AwsClass { AWS_READ, AWS_PAID, AWS_WRITE } AwsClass;

typedef struct AwsService {
	const char *id;             /* "dynamodb": key of AWS_ENDPOINT_URL_<ID> with '-' and ' ' as '_' */
	const char *host_prefix;    /* "dynamodb", "monitoring", … */
	const char *signing_name;
	AwsProtocol protocol;
	const char *target_prefix;  /* awsJson: "DynamoDB_20120810"; awsQuery: API version */
	bool        query_mode;     /* sends x-amzn-query-mode */
	const char *name;           /* for people: "DynamoDB" */
	const char *busy_name;      /* in retry sentences: "the AI service"; NULL: name */
	const char *missing_hint;   /* what to check when a resource is not found */
	bool        bearer;         /* takes AWS_BEARER_TOKEN_BEDROCK in place of a signature */
	int         backoff_ms;     /* base of the first retry after a fault of the service; 0: 50 */
} AwsService;

/* What an encoder fills. */
typedef struct AwsParts {
	Buf path;                   /* percent-encoded; empty = the row's path */
	Buf query;                  /* canonical or not: the signer sorts a copy */
	Buf body;                   /* awsQuery: "&Name=value…" behind Action and Version */
	Buf secret;                 /* value of the row's secret_header */
	Buf about;                  /* for messages: "table jobs"; empty when there is nothing to name */
} AwsParts;

/* What a decoder reads. */
typedef struct AwsBody { JsonVal json; const XmlNode *xml; const HttpReply *http; } AwsBody;

typedef struct AwsOp {
	const AwsService *service;
	const char *name;           /* "Query" */
	const char *method;         /* "POST" */
	const char *path;           /* "/" or "/foundation-models"; with labels the encoder writes parts->path */
	const char *host_prefix;    /* "stream-" or NULL */
	AwsClass cls;
	bool stream, idempotent;
	bool open;                  /* sent without a signature */
	const char *secret_header;  /* a header that stands in for one; NULL: none */
	const char *permission;     /* "dynamodb:Query": named when access is denied */
	int (*encode)(const void *in, AwsParts *out, Err *e);
	int (*decode)(Arena *a, const AwsBody *body, void *out, Err *e);     /* out: out_size zeroed bytes */
	size_t out_size;
	const char *only_event;     /* streams: events of other types are skipped; NULL: all are delivered */
	const char *last_event;     /* streams: without this event the stream was torn; NULL: it may end anywhere */
	size_t body_max;            /* of an answer, in bytes; 0: BODY_MAX of aws/call.h, which suits a page of a listing */
	int quiet_s;                /* give up after so many silent seconds; 0: net's default */
	int total_s;                /* time for the whole call; 0: 60, streams none */
	const char *page_token;     /* member of the answer that asks for another page, or NULL (documentation and tests) */
} AwsOp;

typedef enum AwsFault {
	AWS_OK, AWS_THROTTLED, AWS_DENIED, AWS_BAD_CREDENTIALS, AWS_EXPIRED, AWS_SKEWED, AWS_NOT_FOUND, AWS_CONDITION,
	AWS_VALIDATION, AWS_SERVER, AWS_NETWORK, AWS_TORN, AWS_GARBAGE, AWS_REFUSED, AWS_CANCELLED, AWS_OTHER
} AwsFault;

typedef struct AwsError {
	AwsFault fault;
	int  status;
	char code[96];              /* "ThrottlingException", cleaned */
	char request_id[80];
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
	bool check_late;            /* endpoints are checked when a call goes there, not all at the start */
	int  concurrent;            /* calls at once to one service; more wait in order; 0: 8 */
	int  max_attempts;          /* 0: 3 */
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
} AwsHandler;

/* in is encoded before aws_call returns. NULL and Err (nothing was sent) when it cannot be. */
AwsCall *aws_call(AwsClient *c, const AwsOp *op, const void *in, const AwsHandler *h, Err *e);
void     aws_cancel(AwsCall *call);                  /* on_done comes with AWS_CANCELLED in a later loop turn */
const AwsOp *aws_call_op(const AwsCall *call);
Str      aws_call_request_id(const AwsCall *call);   /* of the last answer */

/* Every operation there is, NULL-terminated: for doctor, the coverage table and the tests. */
const AwsOp *const *aws_ops(void);

#endif
