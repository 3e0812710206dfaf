#include "unit.h"

#include <sys/stat.h>
#include <unistd.h>

#include "aws/endpoint.h"
#include "aws_unit.h"

static const char *const variables[] = {
	"AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
	"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN", "AWS_PROFILE", "AWS_DEFAULT_PROFILE",
	"AWS_REGION", "AWS_DEFAULT_REGION", "AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT",
};

static char folder[] = "/tmp/seismo-aws-XXXXXX";
static char credentials_path[64], config_path[64];

static void put(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static int fresh(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof variables / sizeof *variables; i++)
		unsetenv(variables[i]);
	(void)unlink(credentials_path);
	(void)unlink(config_path);
	setenv("AWS_SHARED_CREDENTIALS_FILE", credentials_path, 1);
	setenv("AWS_CONFIG_FILE", config_path, 1);
	setenv("AWS_EC2_METADATA_DISABLED", "true", 1);
	return 0;
}

static int make_folder(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	(void)snprintf(credentials_path, sizeof credentials_path, "%s/credentials", folder);
	(void)snprintf(config_path, sizeof config_path, "%s/config", folder);
	return 0;
}

static int drop_folder(void **state)
{
	(void)fresh(state);
	return rmdir(folder);
}

static const AwsOp *op_named(const char *name)
{
	for (const AwsOp *const *op = aws_ops(); *op; op++)
		if (str_is(str_of((*op)->name), name))
			return *op;
	fail_msg("no operation %s", name);
	return NULL;
}

static EndpointAsk ask_for(const char *op, const char *region)
{
	return (EndpointAsk){ .service = op_named(op)->service, .host_prefix = op_named(op)->host_prefix, .region = str_of(region) };
}

static void is_at(const EndpointAsk *ask, const char *url, const char *host)
{
	Arena a = { 0 };
	Err e = { 0 };
	Endpoint where;

	if (endpoint_find(&a, ask, &where, &e) < 0)
		fail_msg("%s", e.text);
	assert_str(where.url, url);
	assert_str(where.host, host);
	arena_done(&a);
}

static void regional_defaults(void **state)
{
	EndpointAsk ask = ask_for("Query", "eu-west-1");

	(void)state;
	is_at(&ask, "https://dynamodb.eu-west-1.amazonaws.com", "dynamodb.eu-west-1.amazonaws.com");
	ask = ask_for("StartLiveTail", "us-east-1");
	is_at(&ask, "https://stream-logs.us-east-1.amazonaws.com", "stream-logs.us-east-1.amazonaws.com");
	ask = ask_for("ListMetrics", "cn-north-1");
	is_at(&ask, "https://monitoring.cn-north-1.amazonaws.com.cn", "monitoring.cn-north-1.amazonaws.com.cn");
	assert_true(region_ok(STR("us-gov-west-1")));
	assert_false(region_ok(STR("x.evil.example/")) || region_ok(STR("")) || region_ok(STR("a b")));
}

static void overrides_in_order(void **state)
{
	EndpointAsk ask = ask_for("StartLiveTail", "us-east-1");
	Err e = { 0 };
	CredsAsk who = { 0 };

	(void)state;
	put(credentials_path, "[default]\naws_access_key_id = AKID\naws_secret_access_key = hush\n");
	put(config_path, "[default]\nregion = eu-north-1\nendpoint_url = http://127.0.0.1:5\nservices = local\n"
	                 "[services local]\ndynamodb =\n  endpoint_url = http://127.0.0.1:6/\n");
	ask.creds = creds_load(&who, &e);
	if (!ask.creds)
		fail_msg("%s", e.text);
	assert_str(creds_profile_region(ask.creds), "eu-north-1");
	is_at(&ask, "http://127.0.0.1:5", "127.0.0.1:5");              /* and no stream- in front */
	ask.service = op_named("Query")->service;
	ask.host_prefix = NULL;
	is_at(&ask, "http://127.0.0.1:6", "127.0.0.1:6");
	setenv("AWS_ENDPOINT_URL", "http://localhost:4566", 1);
	is_at(&ask, "http://localhost:4566", "localhost:4566");
	setenv("AWS_ENDPOINT_URL_DYNAMODB", "http://[::1]:80/base/", 1);
	is_at(&ask, "http://[::1]/base", "[::1]");
	ask.given = STR("https://vpce-1.dynamodb.us-east-1.vpce.amazonaws.com:443");
	is_at(&ask, "https://vpce-1.dynamodb.us-east-1.vpce.amazonaws.com", "vpce-1.dynamodb.us-east-1.vpce.amazonaws.com");
	ask.given = STR("");
	setenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true", 1);
	is_at(&ask, "https://dynamodb.us-east-1.amazonaws.com", "dynamodb.us-east-1.amazonaws.com");
	creds_free((AwsCreds *)ask.creds);
}

static void foreign_hosts_are_refused(void **state)
{
	static const struct { const char *url; ErrKind kind; } rows[] = {
		{ "http://dynamodb.eu-west-1.amazonaws.com", ERR_REFUSED }, { "https://evil.example", ERR_REFUSED },
		{ "http://127.0.0.1.evil.example:80", ERR_REFUSED }, { "https://amazonaws.com.evil.example", ERR_REFUSED },
		{ "https://evilamazonaws.com", ERR_REFUSED }, { "http://10.0.0.1", ERR_REFUSED }, { "http://127.0.0.300", ERR_REFUSED },
		{ "http://.localhost", ERR_REFUSED }, { "ftp://127.0.0.1", ERR_USAGE },
		{ "127.0.0.1:80", ERR_USAGE }, { "http://", ERR_USAGE }, { "http://127.0.0.1:0", ERR_USAGE }, { "http://127.0.0.1:99999", ERR_USAGE }, { "http://127.0.0.1:080", ERR_USAGE },
		{ "http://127.0.0.1@evil.example", ERR_USAGE }, { "http://127.0.0.1/?x=1", ERR_USAGE }, { "http://127.0.0.1\r\nX: y", ERR_USAGE },
		{ "http://[::1", ERR_USAGE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		EndpointAsk ask = ask_for("Query", "eu-west-1");
		Arena a = { 0 };
		Err e = { 0 };
		Endpoint where;

		ask.given = str_of(rows[i].url);
		if (endpoint_find(&a, &ask, &where, &e) == 0 || e.kind != rows[i].kind)
			fail_msg("%s: %s", rows[i].url, e.text);
		ask.allow_foreign = true;
		assert_int_equal(endpoint_find(&a, &ask, &where, &e), rows[i].kind == ERR_REFUSED ? 0 : -1);
		arena_done(&a);
	}
}

/* libcurl would stop reading at the NUL, and connect to what stands before it. */
static void the_host_that_is_checked_is_the_one_that_is_asked(void **state)
{
	static const Str urls[] = { STR("https://evil.example\0.amazonaws.com"), STR("http://127.0.0.1/a\0b"), STR("http://127.0.0.1/a b"),
	                            STR("http://127.0.0.1/a\x7f"), STR("http://127.0.0.1\n/") };

	(void)state;
	for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
		EndpointAsk ask = ask_for("Query", "eu-west-1");
		Arena a = { 0 };
		Err e = { 0 };
		Endpoint where;

		ask.given = urls[i];
		ask.allow_foreign = true;
		assert_int_equal(endpoint_find(&a, &ask, &where, &e), -1);
		assert_int_equal(e.kind, ERR_USAGE);
		arena_done(&a);
	}
}

/* What the client makes of environment and profile; borrowed until the next call. */
static const char *endpoint_of_client(const AwsOp *op)
{
	static char url[200];
	AwsClientSpec spec = { .context = STR("dev"), .region = STR("eu-west-1") };
	CredsAsk who = { 0 };
	uv_loop_t loop;
	Arena a = { 0 };
	Err e = { 0 };
	Http *http;
	AwsClient *client;

	assert_int_equal(uv_loop_init(&loop), 0);
	http = http_new(&loop, &e);
	client = aws_client_new(http, &spec, creds_load(&who, &e), &e);
	if (!client)
		fail_msg("%s", e.text);
	(void)snprintf(url, sizeof url, "%.*s", STR_ARG(aws_endpoint(client, op->service, &a)));
	arena_done(&a);
	aws_client_free(client);
	http_close(http, NULL, NULL);
	(void)uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&loop), 0);
	return url;
}

static void fips_and_dualstack(void **state)
{
	const AwsOp *query = op_named("Query");

	(void)state;
	put(config_path, "[default]\nuse_fips_endpoint = true\nuse_dualstack_endpoint = false\n");
	put(credentials_path, "[default]\naws_access_key_id = AKID\naws_secret_access_key = hush\n");
	assert_string_equal(endpoint_of_client(query), "https://dynamodb-fips.eu-west-1.amazonaws.com");
	setenv("AWS_USE_DUALSTACK_ENDPOINT", "True", 1);
	assert_string_equal(endpoint_of_client(query), "https://dynamodb-fips.eu-west-1.api.aws");
	setenv("AWS_USE_FIPS_ENDPOINT", "false", 1);            /* the environment beats the profile */
	assert_string_equal(endpoint_of_client(query), "https://dynamodb.eu-west-1.api.aws");
	setenv("AWS_ENDPOINT_URL", "http://localhost:4566", 1);
	assert_string_equal(endpoint_of_client(query), "http://localhost:4566");
}

static AwsCreds *load(const char *profile, Err *e)
{
	CredsAsk ask = { .profile = str_of(profile), .profile_given = profile != NULL };

	*e = (Err){ 0 };
	return creds_load(&ask, e);
}

static void refused(const char *profile, const char *says)
{
	Err e;

	assert_null(load(profile, &e));
	assert_int_equal(e.kind, ERR_USAGE);
	if (!strstr(e.text, says) || strstr(e.text, "hush"))
		fail_msg("%s", e.text);
}

static void keys_of_environment_and_files(void **state)
{
	AwsCreds *c;
	Err e;

	(void)state;
	refused(NULL, "no AWS credentials: neither AWS_ACCESS_KEY_ID nor a profile \"default\"");
	setenv("AWS_SECRET_ACCESS_KEY", "hush-env", 1);
	refused(NULL, "AWS_SECRET_ACCESS_KEY is set but AWS_ACCESS_KEY_ID is not");
	setenv("AWS_ACCESS_KEY_ID", "AKIDenv", 1);
	setenv("AWS_SESSION_TOKEN", "TOKENenv", 1);
	put(credentials_path, "[default]\naws_access_key_id = AKIDfile\naws_secret_access_key = hush-file\n[half]\naws_access_key_id = AKIDhalf\n");
	put(config_path, "[profile fleet]\nregion = eu-west-3\naws_access_key_id = AKIDfleet\naws_secret_access_key = hush-fleet\n"
	                 "[profile role]\nrole_arn = arn:aws:iam::1:role/x\nsource_profile = default\n[sso-session s]\nsso_region = x\n");
	c = load(NULL, &e);
	assert_non_null(c);
	assert_str(creds_get(c).access_key, "AKIDenv");
	assert_str(creds_get(c).secret_key, "hush-env");
	assert_str(creds_get(c).token, "TOKENenv");
	assert_string_equal(creds_source(c), "environment");
	creds_free(c);
	c = load("fleet", &e);                       /* a named profile beats the environment */
	assert_non_null(c);
	assert_str(creds_get(c).secret_key, "hush-fleet");
	assert_int_equal(creds_get(c).token.n, 0);
	assert_str(creds_profile_region(c), "eu-west-3");
	assert_string_equal(creds_source(c), "profile fleet");
	creds_free(c);
	refused("half", "profile half has aws_access_key_id but no aws_secret_access_key");
	refused("nobody", "there is no AWS profile \"nobody\"; known: default, half, fleet, role");
	setenv("AWS_ACCESS_KEY_ID", "AKID env", 1);
	refused(NULL, "a blank or a control character");
	c = creds_static(STR("a"), STR("b"), (Str){ 0 });
	assert_str(creds_get(c).secret_key, "b");
	assert_str(creds_profile_endpoint(c, "dynamodb"), "");
	creds_free(c);
	creds_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(regional_defaults, fresh), cmocka_unit_test_setup(overrides_in_order, fresh),
		cmocka_unit_test_setup(fips_and_dualstack, fresh),
		cmocka_unit_test_setup(foreign_hosts_are_refused, fresh),
		cmocka_unit_test_setup(the_host_that_is_checked_is_the_one_that_is_asked, fresh),
		cmocka_unit_test_setup(keys_of_environment_and_files, fresh),
	};

	return cmocka_run_group_tests(tests, make_folder, drop_folder);
}
