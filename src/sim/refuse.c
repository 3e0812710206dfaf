#include "sim/refuse.h"

#include "sim/deliver.h"
#include "wire/eventstream.h"

/* The codes by which a service throttles and fails. Source: "Common errors" and the errors of each service's API
 * reference; for what is not listed the names that the protocol's services share. */
typedef struct Refusal {
	const char *signing;
	int         throttle_status;
	const char *throttle, *throttle_also;     /* the second one every other time */
	const char *internal, *unavailable;       /* 500, 503 */
} Refusal;

#define DYNAMODB "com.amazonaws.dynamodb.v20120810#"

static const Refusal refusals[] = {
	{ "dynamodb", 400, DYNAMODB "ProvisionedThroughputExceededException", "com.amazon.coral.availability#ThrottlingException",
	  DYNAMODB "InternalServerError", "com.amazon.coral.service#ServiceUnavailableException" },
	{ "s3", 503, "SlowDown", "SlowDown", "InternalError", "ServiceUnavailable" },
	{ "lambda", 429, "TooManyRequestsException", "TooManyRequestsException", "ServiceException", "ServiceException" },
	{ "sqs", 400, "RequestThrottled", "RequestThrottled", "InternalFailure", "ServiceUnavailable" },
	{ "ce", 400, "LimitExceededException", "LimitExceededException", "InternalFailure", "ServiceUnavailable" },
	{ "servicequotas", 400, "TooManyRequestsException", "TooManyRequestsException", "ServiceException", "ServiceException" },
	{ "kms", 400, "ThrottlingException", "ThrottlingException", "KMSInternalException", "DependencyTimeoutException" },
	{ "monitoring", 400, "Throttling", "Throttling", "InternalServiceFault", "ServiceUnavailable" },
	{ "awsssoportal", 429, "TooManyRequestsException", "TooManyRequestsException", "InternalServerException", "ServiceUnavailable" },
	{ "ssm", 400, "ThrottlingException", "ThrottlingException", "InternalServerError", "ServiceUnavailable" },
	{ "secretsmanager", 400, "ThrottlingException", "ThrottlingException", "InternalServiceError", "ServiceUnavailable" },
};
static const Refusal by_proto[] = {
	[PROTO_JSON10] = { NULL, 400, "ThrottlingException", "ThrottlingException", "InternalFailure", "ServiceUnavailableException" },
	[PROTO_JSON11] = { NULL, 400, "ThrottlingException", "ThrottlingException", "InternalFailure", "ServiceUnavailableException" },
	[PROTO_REST] = { NULL, 429, "ThrottlingException", "ThrottlingException", "InternalServerException", "ServiceUnavailableException" },
	[PROTO_XML] = { NULL, 503, "SlowDown", "SlowDown", "InternalError", "ServiceUnavailable" },
	[PROTO_QUERY] = { NULL, 400, "Throttling", "Throttling", "InternalFailure", "ServiceUnavailable" },
};

static const Refusal *refusal_of(const SimCall *c)
{
	for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++)
		if (c->signing && str_is(str_of(c->signing), refusals[i].signing))
			return &refusals[i];
	return &by_proto[c->proto];
}

/* A load balancer in front of the service speaks no protocol of AWS. */
static void answer_html(SimCall *c)
{
	static const HttpHeader type[] = { { { "content-type", 12 }, { "text/html", 9 } } };
	HttpdReply r = { .status = 503, .headers = type, .header_count = 1,
	                 .body = STR("<html>\r\n<head><title>503 Service Unavailable</title></head>\r\n<body>\r\n"
	                             "<h1>503 Service Unavailable</h1>\r\n</body>\r\n</html>\r\n") };

	deliver_reply(c, &r);
}

void refuse_error(SimCall *c)
{
	const Refusal *r = refusal_of(c);

	c->plan.error = false;
	switch (c->plan.salt % 3) {
	case 0:
		sim_fail(c, 500, r->internal, "An internal error occurred in the simulated region (fault: error).");
		return;
	case 1:
		sim_fail(c, 503, r->unavailable, "The service is unavailable in the simulated region (fault: error).");
		return;
	default:
		answer_html(c);
	}
}

bool refuse_early(SimCall *c)
{
	const Refusal *r = refusal_of(c);

	if (c->plan.throttle) {
		c->plan.error = false;
		sim_fail(c, r->throttle_status, c->plan.salt & 8 ? r->throttle : r->throttle_also, "Rate exceeded (fault: throttle).");
		return true;
	}
	if (c->plan.error && !c->plan.late) {
		refuse_error(c);
		return true;
	}
	return false;
}

void refuse_event(Buf *out, FaultMid mid, bool rest_names, uint64_t salt)
{
	static const EsHeader unmodelled[] = {
		{ .name = { ":message-type", 13 }, .type = ES_STRING, .data = { "error", 5 } },
		{ .name = { ":error-code", 11 }, .type = ES_STRING, .data = { "InternalFailure", 15 } },
		{ .name = { ":error-message", 14 }, .type = ES_STRING, .data = { "The stream broke off (fault: error).", 36 } },
	};
	const char *name = rest_names ? "internalServerException" : "SessionStreamingException";

	if (mid == MID_ERROR && salt % 4 == 0) {
		(void)es_encode(out, unmodelled, 3, (Str){0}, NULL);      /* far below the limits of a frame */
		return;
	}
	if (mid == MID_THROTTLE && rest_names)
		name = "throttlingException";
	(void)es_encode_exception(out, name, mid == MID_THROTTLE ? STR("{\"message\":\"Rate exceeded (fault: throttle).\"}")
	                          : STR("{\"message\":\"The stream broke off (fault: error).\"}"));
}
