#include "aws/fault.h"

#include <stdio.h>
#include <string.h>

#include "api/dynamodb.h"
#include "aws/endpoint.h"
#include "aws/plain.h"

enum { ERROR_MAX_BYTES = 1 << 20, HIDE_BYTES = 12 };

typedef struct CodeRow { AwsFault fault; RetryRule retry; bool throttled, skew; const char *codes; } CodeRow;

static const CodeRow rows[];

static bool has_word(Str list, Str word)
{
	while (list.n)
		if (str_eq_nocase(str_cut(list, ' ', &list), word))
			return true;
	return false;
}

static const CodeRow *code_row(Str code)
{
	for (const CodeRow *r = rows; code.n && r->codes; r++)
		if (has_word(str_of(r->codes), code))
			return r;
	return NULL;
}

/* "com.amazon.x#ThrottlingException:http://…" is ThrottlingException: cut at the first ':', then behind the last '#'. */
static Str cut_code(Str s)
{
	Str rest, head = str_cut(s, ':', &rest);

	while (head.n && memchr(head.p, '#', head.n))
		(void)str_cut(head, '#', &head);
	return str_trim(head);
}

static void by_status(int status, Fault *out)
{
	if (status == 429) {
		out->fault = AWS_THROTTLED;
		out->retry = RETRY_ALWAYS;
		out->throttled = true;
	} else if (status == 401 || status == 403) {
		out->fault = AWS_DENIED;
	} else if (status == 421) {
		/* RFC 9110, 15.5.20: this connection leads to a machine that does not serve the host. Nothing was done. */
		out->fault = AWS_OTHER;
		out->retry = RETRY_ALWAYS;
		out->misdirected = true;
	} else if (status == 404) {
		out->fault = AWS_NOT_FOUND;
	} else if (status == 304) {
		out->fault = AWS_UNCHANGED;
	} else if (status == 412) {
		out->fault = AWS_CONDITION;
	} else if (status >= 500) {
		out->fault = AWS_SERVER;
		/* Not even of 503 is it known who says it: only a code of the service means that nothing was begun. */
		out->retry = status == 500 || (status >= 502 && status <= 504) ? RETRY_IDEMPOTENT : RETRY_NEVER;
	} else {
		out->fault = status == 400 || status == 413 ? AWS_VALIDATION : AWS_OTHER;
	}
}

static void classify(Str code, Fault *out)
{
	const CodeRow *row = code_row(code);

	by_status(out->status, out);
	if (row) {
		RetryRule from_status = out->status >= 500 ? out->retry : RETRY_NEVER;

		out->fault = row->fault;
		out->throttled = row->throttled;
		out->may_be_skew = row->skew;
		out->retry = row->retry > from_status ? row->retry : from_status;
	}
	/* A quota of the day is not there again in a few seconds. */
	if (out->throttled && strcasestr(out->message, "per day"))
		out->retry = RETRY_NEVER;
	if (code.n)
		plain_copy(out->code, sizeof out->code, code);
	else
		(void)snprintf(out->code, sizeof out->code, "%d", out->status);
}

static Str first_of(JsonVal v, const char *const *names)
{
	Str s = { 0 };

	/* Of another type: as good as absent in an error body. */
	for (; *names; names++)
		if (jv_opt_str(v, *names, &s, NULL) == 0 && s.n)
			return s;
	return STR("");
}

static Str json_code(AwsProtocol protocol, const HttpReply *r, JsonVal root)
{
	static const char *const rest_names[] = { "code", "Code", "__type", "error", NULL };     /* error: OAuth */
	static const char *const rpc_names[] = { "__type", "code", "Code", NULL };
	Str header, query, rest;

	query = http_header(r, "x-amzn-query-error");
	if (query.n)
		return str_trim(str_cut(query, ';', &rest));
	header = http_header(r, "x-amzn-errortype");
	if (header.n && protocol == AWS_REST_JSON)
		return cut_code(header);
	rest = first_of(root, protocol == AWS_REST_JSON ? rest_names : rpc_names);
	return cut_code(rest.n ? rest : header);
}

static void read_json(AwsProtocol protocol, const HttpReply *r, Arena *a, Fault *out)
{
	static const char *const message_names[] = { "message", "Message", NULL };
	JsonVal root = { 0 };

	/* A body that is not JSON leaves root absent: the headers and the status still speak. */
	if (r->body.n && !out->html)
		(void)jv_parse(a, r->body, ERROR_MAX_BYTES, &root, NULL);
	if (jv_type(root) != JV_OBJECT)
		root = (JsonVal){ 0 };
	plain_copy(out->message, sizeof out->message, first_of(root, message_names));
	classify(json_code(protocol, r, root), out);
}

static void keep_region(Fault *out, Str region)
{
	if (!out->right_region[0] && region.n < sizeof out->right_region && region_ok(region))
		plain_copy(out->right_region, sizeof out->right_region, region);
}

/* "the region 'us-east-1' is wrong; expecting 'eu-west-1'" */
static void region_of_message(Fault *out)
{
	static const char mark[] = "expecting '";
	const char *p = strstr(out->message, mark);
	Str rest;

	if (p)
		keep_region(out, str_cut(str_of(p + sizeof mark - 1), '\'', &rest));
}

static void read_xml(const HttpReply *r, Arena *a, Fault *out)
{
	XmlNode *root = NULL;
	const XmlNode *error;
	Str id;

	if (!r->body.n || out->html || xml_parse(a, r->body, ERROR_MAX_BYTES, &root, NULL) < 0) {
		classify(STR(""), out);
		return;
	}
	error = str_is(root->name, "Error") ? root : xml_find(root, "Error");
	if (error == root && out->status == 200)
		out->status = 500;      /* S3 answers some failures with 200 and an Error body */
	if (error) {
		plain_copy(out->message, sizeof out->message, xml_text(error, "Message"));
		keep_region(out, xml_text(error, "Region"));
		region_of_message(out);
	}
	classify(error ? xml_text(error, "Code") : STR(""), out);
	if (out->request_id[0])
		return;
	id = xml_text(root, "RequestId");
	plain_copy(out->request_id, sizeof out->request_id, id.n ? id : xml_text(root, "ResponseMetadata/RequestId"));
}

/* The body decides: test servers send JSON as text/html. Without one (a stream's went elsewhere) the header does. */
bool fault_is_html(const HttpReply *r)
{
	bool said = str_starts(http_header(r, "content-type"), STR("text/html"));
	Str body = str_trim(r->body);

	if (!body.n)
		return said;
	return (said && body.p[0] == '<') || str_eq_nocase(str_sub(body, 0, 5), STR("<html")) ||
	       str_eq_nocase(str_sub(body, 0, 14), STR("<!DOCTYPE html"));
}

void fault_request_id(const HttpReply *r, char *out, size_t size)
{
	Str id = http_header(r, "x-amzn-requestid");

	plain_copy(out, size, id.n ? id : http_header(r, "x-amz-request-id"));
}

/* A cancelled transaction did nothing. When the only reasons are other transactions and throughput, it is worth asking
 * again, with the same token: DynamoDB API Reference, TransactWriteItems, "Cancellation Reasons". */
static bool reasons_will_pass(Arena *a, Str body)
{
	static const char *const passing[] = { "TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded" };
	DdbReason *reason;
	size_t n, found = 0;

	if (ddb_reasons(a, body, &reason, &n, NULL) < 0)
		return false;
	for (size_t i = 0; i < n; i++) {
		bool passes = false;

		if (str_is(reason[i].code, "None"))
			continue;
		for (size_t k = 0; k < sizeof passing / sizeof passing[0]; k++)
			passes |= str_is(reason[i].code, passing[k]);
		if (!passes)
			return false;
		found++;
	}
	return found > 0;
}

void fault_read(AwsProtocol protocol, const HttpReply *r, Fault *out)
{
	Arena a = { 0 };

	*out = (Fault){ .status = r->status, .html = fault_is_html(r) };
	fault_request_id(r, out->request_id, sizeof out->request_id);
	keep_region(out, http_header(r, "x-amz-bucket-region"));
	if (protocol == AWS_QUERY || protocol == AWS_REST_XML)
		read_xml(r, &a, out);
	else
		read_json(protocol, r, &a, out);
	if (str_is(str_of(out->code), "TransactionCanceledException") && reasons_will_pass(&a, r->body))
		out->retry = RETRY_ALWAYS;
	arena_done(&a);
	/* A page from a proxy says nothing about AWS; one from a gateway with a 5xx is the usual fault that passes. */
	if (out->html && out->status < 500 && !out->request_id[0]) {
		out->fault = AWS_GARBAGE;
		out->retry = RETRY_NEVER;
		out->may_be_skew = false;
	}
}

void fault_stream(Str code, Str payload, Fault *out)
{
	static const char *const message_names[] = { "message", "Message", NULL };
	Arena a = { 0 };
	JsonVal root = { 0 };

	*out = (Fault){ .status = 200 };
	if (payload.n && jv_parse(&a, payload, ERROR_MAX_BYTES, &root, NULL) == 0 && jv_type(root) == JV_OBJECT)
		plain_copy(out->message, sizeof out->message, first_of(root, message_names));
	classify(cut_code(code), out);
	arena_done(&a);
}

void fault_hide(Fault *f, Str secret)
{
	bool hidden[sizeof f->message] = { false };
	size_t n = strlen(f->message);

	for (size_t i = 0; secret.n >= HIDE_BYTES && i + HIDE_BYTES <= n; i++)
		if (memmem(secret.p, secret.n, f->message + i, HIDE_BYTES))
			memset(hidden + i, true, HIDE_BYTES);
	for (size_t i = 0; i < n; i++)
		if (hidden[i])
			f->message[i] = '*';
}

void fault_transport(const HttpReply *r, Fault *out)
{
	*out = (Fault){ .fault = AWS_NETWORK, .status = r->status };
	fault_request_id(r, out->request_id, sizeof out->request_id);
	plain_copy(out->message, sizeof out->message, str_of(r->fault_text));
	switch (r->fault) {
	case HTTP_DNS: case HTTP_CONNECT: case HTTP_HANDSHAKE:
		out->retry = RETRY_ALWAYS;      /* nothing was sent */
		break;
	case HTTP_TORN:
		out->fault = AWS_TORN;
		out->retry = RETRY_IDEMPOTENT;
		break;
	case HTTP_TIMEOUT: case HTTP_SLOW: case HTTP_OTHER:
		out->retry = RETRY_IDEMPOTENT;
		break;
	case HTTP_TOO_BIG:
		out->fault = AWS_GARBAGE;
		break;
	case HTTP_CANCELLED:
		out->fault = AWS_CANCELLED;
		break;
	case HTTP_DNS_SILENT: case HTTP_TLS: case HTTP_PROXY_LOGIN: case HTTP_OK:
		break;
	}
}

bool fault_may_retry(const Fault *f, const AwsOp *op)
{
	/* What costs money may have been carried out and charged: not even an idempotent question is paid for twice. */
	return f->retry == RETRY_ALWAYS || (f->retry == RETRY_IDEMPOTENT && op->idempotent && op->cls != AWS_PAID);
}

/* What is not here follows from the status. Words of `codes` are compared without case: names of streams differ in it. */
static const CodeRow rows[] = {
	{ .fault = AWS_THROTTLED, .retry = RETRY_ALWAYS, .throttled = true,
	  .codes = "BandwidthLimitExceeded EC2ThrottledException LimitExceededException PriorRequestNotComplete "
	           "ProvisionedThroughputExceededException RequestLimitExceeded RequestThrottled "
	           "RequestThrottledException SlowDown ThrottledException Throttling ThrottlingException "
	           "TooManyRequestsException" },
	{ .fault = AWS_THROTTLED, .retry = RETRY_IDEMPOTENT, .throttled = true,
	  .codes = "TransactionInProgressException" },
	{ .fault = AWS_SERVER, .retry = RETRY_ALWAYS,
	  .codes = "ModelNotReadyException ServiceUnavailable ServiceUnavailableException" },
	{ .fault = AWS_SERVER, .retry = RETRY_IDEMPOTENT,
	  .codes = "RequestTimeout RequestTimeoutException IDPCommunicationError InternalError InternalFailure "
	           "InternalServerError InternalServerException InternalServiceError" },
	{ .fault = AWS_SERVER,
	  .codes = "ModelErrorException ModelStreamErrorException ModelTimeoutException" },
	{ .fault = AWS_OTHER,
	  .codes = "ServiceQuotaExceededException" },
	{ .fault = AWS_DENIED,
	  .codes = "AccessDenied NotAuthorized OptInRequired UnauthorizedOperation" },
	{ .fault = AWS_DENIED, .skew = true,
	  .codes = "AccessDeniedException" },
	{ .fault = AWS_BAD_CREDENTIALS, .skew = true,
	  .codes = "AuthFailure InvalidSignatureException SignatureDoesNotMatch" },
	{ .fault = AWS_BAD_CREDENTIALS,
	  .codes = "IncompleteSignature IncompleteSignatureException InvalidAccessKeyId InvalidClientTokenId "
	           "MissingAuthenticationToken MissingAuthenticationTokenException UnrecognizedClientException" },
	{ .fault = AWS_EXPIRED,
	  .codes = "ExpiredToken ExpiredTokenException TokenRefreshRequired" },
	{ .fault = AWS_SKEWED, .skew = true,
	  .codes = "RequestExpired RequestInTheFuture RequestTimeTooSkewed" },
	{ .fault = AWS_NOT_FOUND,
	  .codes = "NoSuchBucket NoSuchKey NoSuchVersion NotFound NotFoundException ParameterNotFound "
	           "ParameterVersionNotFound QueueDoesNotExist ResourceNotFound ResourceNotFoundException "
	           "TableNotFoundException AWS.SimpleQueueService.NonExistentQueue" },
	{ .fault = AWS_CONDITION,
	  .codes = "ConditionalCheckFailedException ConditionalRequestConflict PreconditionFailed PreconditionFailedException "
	           "TransactionCanceledException" },
	/* A transaction holds the item, and this write was not begun: DynamoDB Developer Guide, "Transaction conflict handling". */
	{ .fault = AWS_CONDITION, .retry = RETRY_ALWAYS,
	  .codes = "TransactionConflictException" },
	{ .codes = NULL },
};
