/* What an operation of AWS is: a const row with its service, class, permission and the shapes of its input and output. Nothing
 * here knows how a call is made; aws/aws.h does.
 * Facts: Smithy protocol specifications awsJson 1.0/1.1, restJson1, restXml, awsQuery. */
#ifndef API_OP_H
#define API_OP_H

#include "api/shape.h"
#include "net/http.h"
#include "wire/eventstream.h"

typedef enum AwsProtocol { AWS_JSON10, AWS_JSON11, AWS_REST_JSON, AWS_REST_XML, AWS_QUERY } AwsProtocol;
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

enum { AWS_HEADERS_MAX = 16 };

/* What an encoder fills. */
typedef struct AwsParts {
	Buf path;                   /* percent-encoded; empty = the row's path */
	Buf query;                  /* canonical or not: the signer sorts a copy */
	Buf body;                   /* awsQuery: "&Name=value…" behind Action and Version */
	Buf secret;                 /* what no message may repeat: the values of SHAPE_SECRET members */
	Buf bucket;                 /* S3: part of the host or of the path, as the endpoint's rules decide; path then begins behind it */
	Buf about;                  /* for messages: "table jobs"; empty when there is nothing to name */
	HttpHeader header[AWS_HEADERS_MAX];    /* besides the protocol's own; a content-type here replaces the protocol's */
	size_t header_count;
	bool no_type;               /* REST: no body, or bytes whose type is not ours to say: no content type is sent */
	Arena arena;                /* of the headers */
} AwsParts;

/* What a decoder reads. */
typedef struct AwsBody { JsonVal json; const XmlNode *xml; const HttpReply *http; } AwsBody;

typedef struct AwsOp {
	const AwsService *service;
	const char *name;           /* "Query" */
	const char *method;         /* "POST" */
	const char *path;           /* "/", "/agents/{agentId}/", "/{Bucket}/{Key+}", "/{Bucket}?lifecycle": labels are filled by
	                             * the shape of the input, or parts->path by the encoder */
	const char *host_prefix;    /* "stream-" or NULL */
	AwsClass cls;
	bool stream, idempotent;
	bool open;                  /* sent without a signature */
	const char *permission;     /* "dynamodb:Query": named when access is denied */
	/* Either a shape or a function, for each direction. A function beside the shape of the input is called first, to check
	 * what a table cannot say. */
	const Shape *in, *out;
	int (*encode)(const void *in, AwsParts *out, Err *e);
	int (*decode)(Arena *a, const AwsBody *body, void *out, Err *e);     /* out: out_size zeroed bytes */
	int (*finish)(Arena *a, void *out, Err *e);   /* after the shape of the output: what a table cannot say. NULL: nothing */
	size_t out_size;            /* of what decode fills; with a shape it is the shape's */
	bool raw;                   /* streams: no event stream, the bytes of the body as they come (events without a type) */
	bool checksum;              /* S3: the body goes with its CRC-32, which some operations require */
	const char *only_event;     /* streams: events of other types are skipped; NULL: all are delivered */
	const char *last_event;     /* streams: without this event the stream was torn; NULL: it may end anywhere */
	size_t body_max;            /* of an answer, in bytes; 0: the client's usual cap, which suits a page of a listing */
	int quiet_s;                /* give up after so many silent seconds; 0: net's default */
	int total_s;                /* time for the whole call; 0: 60, streams none */
	const char *page_token;     /* member of the answer that asks for another page, or NULL (documentation and tests) */
} AwsOp;

/* Every operation there is, NULL-terminated: for doctor, the coverage table and the tests. */
const AwsOp *const *aws_ops(void);

#endif
