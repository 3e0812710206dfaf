/* The sentences for what goes wrong most often: what AWS answers in, one sentence with a remedy out. */
#include "unit.h"

#include "api/converse.h"
#include "api/dynamodb.h"
#include "api/lambda.h"
#include "api/logs.h"
#include "api/s3.h"
#include "api/secrets.h"
#include "api/ssm.h"
#include "api/sso.h"
#include "api/sts.h"
#include "aws/remedy.h"

static const AwsService s3 = { .host_prefix = "s3", .name = "S3", .protocol = AWS_REST_XML },
                        kms = { .host_prefix = "kms", .name = "KMS", .protocol = AWS_JSON11 },
                        portal = { .host_prefix = "portal.sso", .name = "IAM Identity Center", .protocol = AWS_REST_JSON };
static const AwsOp get_object = { .service = &s3, .name = "GetObject", .permission = "s3:GetObject" },
                   sign = { .service = &kms, .name = "Sign", .permission = "kms:Sign" },
                   role_keys = { .service = &portal, .name = "GetRoleCredentials" };

typedef struct Row { const AwsOp *op; int status; const char *code, *message, *about, *wants; } Row;

#define CONVERSE &op_bedrock_converse, 400
#define MODEL "model anthropic.claude-x"

static const Row table[] = {
	{ CONVERSE, "ValidationException", "Invocation of model ID anthropic.claude-x with on-demand throughput isn\xe2\x80\x99t supported. "
	  "Retry your request with the ID or ARN of an inference profile that contains this model.", MODEL,
	  "is not offered on demand (ValidationException, request R1); use the id of an inference profile" },
	{ &op_bedrock_converse, 429, "ThrottlingException", "Too many tokens per day, please wait before trying again.", MODEL,
	  "the quota of tokens per day is used up for " MODEL },
	{ &op_bedrock_converse, 429, "ThrottlingException", "Too many requests, please wait before trying again.", MODEL,
	  "is throttled, also after 3 tries" },
	{ &op_bedrock_converse, 404, "ResourceNotFoundException", "This model version has reached the end of its life. Please refer to the "
	  "AWS documentation for more details.", MODEL, MODEL " has reached the end of its life and is not served any more" },
	{ &op_bedrock_converse, 404, "ResourceNotFoundException", "Access denied. This Model is marked by provider as Legacy and you have not "
	  "been actively using the model in the last 15 days.", MODEL, MODEL " is a legacy model" },
	{ &op_bedrock_converse, 404, "ResourceNotFoundException", "Model use case details have not been submitted for this account.", MODEL,
	  "fill in the use case form" },
	{ &op_bedrock_converse, 403, "AccessDeniedException", "You don't have access to the model with the specified model ID.", MODEL,
	  MODEL " is not enabled for this account in eu-west-1" },
	{ &op_bedrock_converse, 403, "AccessDeniedException", "Model access is denied due to IAM user or service role is not authorized to perform "
	  "the required AWS Marketplace actions (aws-marketplace:ViewSubscriptions, aws-marketplace:Subscribe) to enable access to this model.",
	  MODEL, MODEL " is not subscribed to in this account" },
	{ CONVERSE, "ValidationException", "The provided model identifier is invalid.", MODEL, "there is no " MODEL " in eu-west-1" },
	{ CONVERSE, "ServiceQuotaExceededException", "", MODEL, "a quota of this account is reached" },
	{ &op_bedrock_converse, 408, "ModelTimeoutException", "", MODEL, "the model took too long" },
	{ &op_bedrock_converse, 403, "AccessDeniedException", "User: arn:aws:sts::111122223333:assumed-role/x/y is not authorized to perform: "
	  "bedrock:InvokeModel on resource: arn:aws:bedrock:eu-west-1::foundation-model/m with an explicit deny in a service control policy", MODEL,
	  "was refused: a service control policy of the organization does not allow bedrock:InvokeModel on " MODEL },
	{ &op_logs_start_live_tail, 400, "AccessDeniedException", "User: arn:aws:sts::1:assumed-role/x/y is not authorized to perform: "
	  "logs:StartLiveTail on resource: arn:aws:logs:eu-west-1:1:log-group:/seismo/jobs because no identity-based policy allows the "
	  "logs:StartLiveTail action", "log group /seismo/jobs", "the role lacks logs:StartLiveTail on log group /seismo/jobs" },
	{ &op_logs_start_live_tail, 400, "AccessDeniedException", "", "log group /seismo/jobs", "the role lacks logs:StartLiveTail on" },
	{ &op_dynamodb_query, 400, "ResourceNotFoundException", "Requested resource not found", "table jobs",
	  "table jobs does not exist there (ResourceNotFoundException, request R1); check the table names" },
	{ &op_dynamodb_query, 400, "AccessDeniedException", "User: arn:aws:iam::1:user/x is not authorized to perform: kms:Decrypt on the resource "
	  "associated with this ciphertext", "table jobs", "table jobs is encrypted with a KMS key that does not let this role in" },
	{ &op_dynamodb_query, 400, "ValidationException", "The table does not have the specified index: status-updatedAt-index", "table jobs",
	  "check sources.jobs.index" },
	{ &op_logs_filter_log_events, 400, "ResourceNotFoundException", "The specified log group does not exist.", "log group /seismo/jobs",
	  "log group /seismo/jobs does not exist there (ResourceNotFoundException, request R1); check sources.jobs.log_groups" },
	{ &sign, 400, "DisabledException", "arn:aws:kms:eu-west-1:1:key/k is disabled.", "key k", "the KMS key is disabled" },
	{ &sign, 400, "KMSInvalidStateException", "arn:aws:kms:eu-west-1:1:key/k is pending deletion.", "key k", "cancel its deletion" },
	{ &get_object, 301, "PermanentRedirect", "The bucket you are attempting to access must be addressed using the specified endpoint.",
	  "bucket b", "the bucket is not in eu-west-1 (PermanentRedirect, request R1); it is in ap-south-1: set that Region" },
	{ &get_object, 404, "NoSuchBucket", "The specified bucket does not exist", "object k", "there is no such bucket (object k was asked for)" },
	{ &op_s3_get_lifecycle, 404, "NoSuchLifecycleConfiguration", "", "bucket b", "bucket b has no lifecycle rules" },
	{ &op_s3_get_public_access_block, 404, "NoSuchPublicAccessBlockConfiguration", "", "bucket b", "bucket b has no public access block" },
	{ &op_s3_get_bucket_encryption, 404, "ServerSideEncryptionConfigurationNotFoundError", "", "bucket b", "bucket b has no default encryption" },
	{ &get_object, 404, "NoSuchVersion", "", "object k", "object k has no such version" },
	{ &get_object, 405, "MethodNotAllowed", "", "object k", "is a delete marker" },
	{ &op_s3_put_object, 412, "PreconditionFailed", "", "object k", "object k is not as the request demands" },
	{ &sign, 400, "KMSInvalidSignatureException", "", "key k", "the signature does not hold for this text and key k" },
	{ &op_secrets_get_value, 400, "ResourceNotFoundException", "Secrets Manager can't find the specified secret value for staging label: x",
	  "secret s", "secret s has no such version or label" },
	{ &op_secrets_get_value, 400, "ResourceNotFoundException", "Secrets Manager can't find the specified secret.", "secret s",
	  "secret s does not exist there" },
	{ &op_secrets_get_value, 400, "InvalidRequestException", "You can't perform this operation on the secret because it was marked for deletion.",
	  "secret s", "secret s is about to be deleted" },
	{ &op_ssm_get_parameter, 400, "ParameterVersionNotFound", "", "parameter p", "parameter p has no such version or label" },
	{ &op_lambda_update_alias, 412, "PreconditionFailedException", "", "function f", "function f has an alias that another client has moved" },
	{ &get_object, 404, "NoSuchKey", "The specified key does not exist.", "b/k", "b/k does not exist" },
	{ &role_keys, 401, "UnauthorizedException", "Session token not found or invalid", "", "the SSO session is over" },
	{ &op_sts_get_caller_identity, 403, "ExpiredToken", "The security token included in the request is expired", "",
	  "the session token from environment has expired (ExpiredToken, request R1); log in again" },
};

static HttpReply reply_of(Arena *a, const Row *row)
{
	HttpHeader *h = ARENA_ARRAY(a, HttpHeader, 2);
	HttpReply r = { .status = row->status, .headers = h, .header_count = 1 };

	h[0] = (HttpHeader){ STR("x-amzn-requestid"), STR("R1") };
	if (row->status == 301) {
		h[1] = (HttpHeader){ STR("x-amz-bucket-region"), STR("ap-south-1") };
		r.header_count = 2;
	}
	if (row->op->service->protocol == AWS_REST_XML)
		r.body = arena_printf(a, "<Error><Code>%s</Code><Message>%s</Message></Error>", row->code, row->message);
	else if (row->op->service->protocol == AWS_QUERY)
		r.body = arena_printf(a, "<ErrorResponse><Error><Code>%s</Code><Message>%s</Message></Error></ErrorResponse>", row->code, row->message);
	else
		r.body = arena_printf(a, "{\"__type\":\"%s\",\"message\":\"%s\"}", row->code, row->message);
	return r;
}

static void say(const Row *row, Fault *f, Err *e)
{
	Arena a = { 0 };
	HttpReply r = reply_of(&a, row);
	FaultPlace at = { .op = row->op, .account = "111122223333", .region = "eu-west-1", .endpoint = "https://x", .about = row->about,
	                  .creds_source = "environment", .attempts = 3 };

	fault_read(row->op->service->protocol, &r, f);
	fault_sentence(f, HTTP_OK, &at, e);
	arena_done(&a);
}

static void each_sentence(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		Fault f;
		Err e = { 0 };

		say(&table[i], &f, &e);
		if (!strstr(e.text, table[i].wants) || !strstr(e.text, "in 111122223333/eu-west-1") || strpbrk(e.text, "{}"))
			fail_msg("%s: %s", table[i].code, e.text);
	}
}

static void a_day_is_not_waited_for(void **state)
{
	Fault f;
	Err e = { 0 };

	(void)state;
	say(&table[1], &f, &e);
	assert_int_equal(f.fault, AWS_THROTTLED);
	assert_int_equal(f.retry, RETRY_NEVER);
	say(&table[2], &f, &e);
	assert_int_equal(f.retry, RETRY_ALWAYS);
}

/* The header also comes with errors that have nothing to do with it. */
static void the_region_that_was_asked_is_no_cure(void **state)
{
	HttpHeader h = { STR("x-amz-bucket-region"), STR("eu-west-1") };
	HttpReply r = { .status = 400, .headers = &h, .header_count = 1 };
	FaultPlace at = { .op = &get_object, .account = "", .region = "eu-west-1", .endpoint = "x", .about = "object k", .creds_source = "x" };
	Fault f;
	Err e = { 0 };

	(void)state;
	fault_read(AWS_REST_XML, &r, &f);
	fault_sentence(&f, HTTP_OK, &at, &e);
	assert_null(strstr(e.text, "the bucket is not in"));
}

/* Three places where S3 names the right Region; what is no Region is not repeated. */
static void where_the_bucket_is(void **state)
{
	const struct { const char *header, *body, *want; } rows[] = {
		{ "eu-north-1", "", "eu-north-1" },
		{ NULL, "<Error><Code>AuthorizationHeaderMalformed</Code><Message>m</Message><Region>eu-north-1</Region></Error>", "eu-north-1" },
		{ NULL, "<Error><Code>AuthorizationHeaderMalformed</Code><Message>the region 'us-east-1' is wrong; expecting 'eu-north-1'</Message>"
		        "</Error>", "eu-north-1" },
		{ "evil.example/", "", "" }, { NULL, "<Error><Code>PermanentRedirect</Code><Message>m</Message></Error>", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		HttpHeader h = { STR("x-amz-bucket-region"), str_of(rows[i].header) };
		HttpReply r = { .status = 301, .headers = &h, .header_count = rows[i].header ? 1 : 0, .body = str_of(rows[i].body) };
		FaultPlace at = { .op = &get_object, .account = "", .region = "us-east-1", .endpoint = "x", .about = "", .creds_source = "x" };
		Fault f;
		Err e = { 0 };

		fault_read(AWS_REST_XML, &r, &f);
		assert_string_equal(f.right_region, rows[i].want);
		fault_sentence(&f, HTTP_OK, &at, &e);
		assert_true((strstr(e.text, "it is in eu-north-1: set that Region") != NULL) == (rows[i].want[0] != 0));
	}
}

static void denials(void **state)
{
	char action[80];
	const char *by;

	(void)state;
	denial_read("", action, &by);
	assert_string_equal(action, "");
	assert_null(by);
	denial_read("User: x is not authorized to perform: s3:GetObject because no permissions boundary allows the s3:GetObject action", action, &by);
	assert_string_equal(action, "s3:GetObject");
	assert_string_equal(by, "the role's permissions boundary");
	denial_read("is not authorized to perform: \x1b[2Jevil", action, &by);
	assert_string_equal(action, "");
	denial_read("not authorized to perform", action, &by);
	assert_string_equal(action, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_sentence), cmocka_unit_test(a_day_is_not_waited_for), cmocka_unit_test(where_the_bucket_is),
		cmocka_unit_test(the_region_that_was_asked_is_no_cure), cmocka_unit_test(denials),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
