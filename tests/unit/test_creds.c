/* Each provider of credentials against servers and files that play its other side. */
#include "unit.h"

#include "api/bedrock.h"
#include "creds_unit.h"

static void roles_and_chains(void **state)
{
	Rig *r = *state;

	write_text(r, ".aws/credentials", "[base]\naws_access_key_id = AKIDBASE\naws_secret_access_key = hush\n");
	write_text(r, ".aws/config", "[profile one]\nrole_arn = arn:aws:iam::111122223333:role/one\nsource_profile = base\nexternal_id = x&y\n"
	           "role_session_name = me\nduration_seconds = 1800\n[profile two]\nrole_arn = arn:aws:iam::111122223333:role/two\n"
	           "source_profile = one\nduration_seconds = long\n[profile self]\naws_access_key_id = AKIDSELF\n"
	           "aws_secret_access_key = hush\nrole_arn = arn:aws:iam::1:role/s\nsource_profile = self\n"
	           "[profile env]\nrole_arn = arn:aws:iam::1:role/e\ncredential_source = Environment\n");
	signs_with(r, "one", "ASIAROLE1");
	assert_string_equal(r->source, "AKIDBASE");
	assert_non_null(strstr(r->body, "RoleArn=arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2Fone&RoleSessionName=me&ExternalId=x%26y&"
	                       "DurationSeconds=1800"));
	r->order[0] = 0;
	signs_with(r, "two", "ASIAROLE3");
	assert_string_equal(r->order, "AKIDBASE ASIAROLE2 ");
	assert_null(strstr(r->body, "DurationSeconds"));
	assert_non_null(strstr(r->body, "RoleSessionName=seismo-"));
	signs_with(r, "self", "ASIAROLE4");
	assert_string_equal(r->source, "AKIDSELF");
	fails_with(r, "env", "credential_source is Environment, but there is nothing of that kind here");
	setenv("AWS_ACCESS_KEY_ID", "AKIDENV", 1);
	setenv("AWS_SECRET_ACCESS_KEY", "hush", 1);
	signs_with(r, "env", "ASIAROLE5");
	assert_string_equal(r->source, "AKIDENV");
	r->denied = true;
	fails_with(r, "one", "profile one, role arn:aws:iam::111122223333:role/one with keys from profile base: STS AssumeRole");
	assert_int_equal(r->fault, AWS_BAD_CREDENTIALS);
}

static void wrong_profiles_are_named(void **state)
{
	static const struct { const char *profile, *says; } rows[] = {
		{ "a", "leads round in a circle: a > b > a" }, { "self", "circle: self > self" },
		{ "gone", "profile gone: source_profile names \"nobody\"" }, { "both", "both source_profile and credential_source" },
		{ "neither", "neither source_profile nor credential_source" }, { "odd", "credential_source must be" },
		{ "empty", "profile empty has no aws_access_key_id" }, { "poor", "its source_profile empty has no credentials" },
		{ "nosession", "there is no [sso-session none]" }, { "nourl", "sso_start_url is missing" }, { "differ", "sso_region differs" },
		{ "missing", "there is no AWS profile \"missing\"; known: a, b" }, { "web", "no role; set AWS_ROLE_ARN" },
		{ "half", "profile half has aws_secret_access_key but no aws_access_key_id" },
	};
	Rig *r = *state;

	write_text(r, ".aws/config", "[profile a]\nrole_arn = r\nsource_profile = b\n[profile b]\nrole_arn = r\nsource_profile = a\n"
	           "[profile self]\nrole_arn = r\nsource_profile = self\n[profile gone]\nrole_arn = r\nsource_profile = nobody\n"
	           "[profile both]\nrole_arn = r\nsource_profile = a\ncredential_source = Environment\n[profile neither]\nrole_arn = r\n"
	           "[profile odd]\nrole_arn = r\ncredential_source = Moon\n[profile empty]\nregion = x\n[profile poor]\nrole_arn = r\n"
	           "source_profile = empty\n[profile nosession]\nsso_session = none\nsso_account_id = 1\nsso_role_name = r\n"
	           "[profile nourl]\nsso_account_id = 1\nsso_role_name = r\nsso_region = x\n[sso-session s]\nsso_region = eu-west-1\n"
	           "sso_start_url = u\n[profile differ]\nsso_session = s\nsso_region = us-east-1\nsso_account_id = 1\nsso_role_name = r\n"
	           "[profile web]\nweb_identity_token_file = /x\n[profile half]\naws_secret_access_key = hush\n");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		fails_with(r, rows[i].profile, rows[i].says);
}

static void first_configured_wins(void **state)
{
	Rig *r = *state;

	setenv("AWS_PROFILE", "all", 1);
	write_text(r, "token", "hush-web\n");
	write_text(r, ".aws/credentials", "[all]\naws_access_key_id = AKIDFILE\naws_secret_access_key = hush\n");
	write_text(r, ".aws/config", "[profile all]\naws_access_key_id = AKIDCONFIG\naws_secret_access_key = hush\n"
	           "credential_process = /bin/echo\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = all\n"
	           "[profile process]\ncredential_process = echo '{\"Version\":1,\"AccessKeyId\":\"AKIDPROCESS\",\"SecretAccessKey\":\"hush\"}'\n"
	           "aws_access_key_id = AKIDCONFIG\naws_secret_access_key = hush\n[profile config]\naws_access_key_id = AKIDCONFIG\n"
	           "aws_secret_access_key = hush\n");
	setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", r->url, 1);
	signs_with(r, "all", "ASIAROLE1");                     /* the role before the profile's own keys */
	assert_string_equal(r->source, "AKIDFILE");
	setenv("AWS_ACCESS_KEY_ID", "AKIDENV", 1);
	setenv("AWS_SECRET_ACCESS_KEY", "hush", 1);
	signs_with(r, NULL, "AKIDENV");                        /* AWS_PROFILE does not beat keys, --profile does */
	signs_with(r, "process", "AKIDPROCESS");
	signs_with(r, "config", "AKIDCONFIG");
	setenv("AWS_WEB_IDENTITY_TOKEN_FILE", "/dev/null", 1);
	signs_with(r, "config", "AKIDCONFIG");                 /* nor does the environment's web identity */
	assert_int_equal(r->containers, 0);
}

static void web_identity_reads_its_token_each_time(void **state)
{
	Rig *r = *state;
	char file[128];

	write_text(r, "token", "hush-first\n");
	(void)snprintf(file, sizeof file, "%s/token", r->home);
	setenv("AWS_WEB_IDENTITY_TOKEN_FILE", file, 1);
	setenv("AWS_ROLE_ARN", "arn:aws:iam::1:role/web", 1);
	setenv("AWS_ROLE_SESSION_NAME", "pod", 1);
	signs_with(r, NULL, "ASIAWEB1");
	assert_string_equal(r->auth, "");                      /* unsigned */
	assert_non_null(strstr(r->body, "RoleSessionName=pod&WebIdentityToken=hush-first"));
	write_text(r, "token", "hush-second\n");
	r->shift_ms = 55 * 60000;
	call_identity(r);
	assert_string_equal(r->used, "ASIAWEB2");
	assert_non_null(strstr(r->body, "WebIdentityToken=hush-second"));
	assert_int_equal(unlink(file), 0);
	fails_with(r, NULL, "web identity: the web identity token: cannot open");
}

static void write_sso(Rig *r, int left_s, bool refresh)
{
	char text[1024], end[TIME_TEXT], registered[TIME_TEXT];

	time_format_iso(clock_wall_ms() + left_s * 1000LL, end);
	time_format_iso(clock_wall_ms() + 86400000LL, registered);
	(void)snprintf(text, sizeof text, "{\"startUrl\":\"https://x.awsapps.com/start\",\"region\":\"eu-west-1\",\"accessToken\":\"hush-old\","
	               "\"expiresAt\":\"%s\"%s%s%s}", end, refresh ? ",\"clientId\":\"id\",\"clientSecret\":\"hush\",\"refreshToken\":"
	               "\"hush-refresh\",\"registrationExpiresAt\":\"" : "", refresh ? registered : "", refresh ? "\"" : "");
	write_text(r, ".aws/sso/cache/none.json", "");         /* the folder */
	write_text(r, "sso.json", text);
}

static void sso_with_the_cache_of_the_cli(void **state)
{
	Rig *r = *state;
	char path[256], cache[256];
	struct stat st;
	Buf text = { 0 };

	write_text(r, ".aws/config", "[sso-session corp]\nsso_region = eu-west-1\nsso_start_url = https://x.awsapps.com/start\n"
	           "[profile new]\nsso_session = corp\nsso_account_id = 111122223333\nsso_role_name = Admin Role\n"
	           "[profile old]\nsso_region = eu-west-1\nsso_start_url = corp\nsso_account_id = 111122223333\nsso_role_name = Reader\n");
	fails_with(r, "new", "profile new: nobody has logged in to SSO yet; run `seismo login --profile new` or `aws sso login --profile new`");
	write_sso(r, 3600, true);
	(void)snprintf(path, sizeof path, "%s/sso.json", r->home);
	/* The sha1 of "corp". */
	(void)snprintf(cache, sizeof cache, "%s/.aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json", r->home);
	assert_int_equal(rename(path, cache), 0);
	signs_with(r, "new", "ASIASSO1");
	assert_string_equal(r->auth, "hush-old");
	assert_string_equal(r->body, "account_id=111122223333&role_name=Admin%20Role");
	signs_with(r, "old", "ASIASSO2");
	write_sso(r, 600, true);
	assert_int_equal(rename(path, cache), 0);
	signs_with(r, "old", "ASIASSO3");                      /* the old form's token is not renewed */
	assert_int_equal(r->renewals, 0);
	signs_with(r, "new", "ASIASSO4");
	assert_int_equal(r->renewals, 1);
	assert_string_equal(r->auth, "hush-new");
	assert_int_equal(file_read(cache, &text, 1 << 16, NULL), 0);
	assert_true(str_has(buf_str(&text), STR("\"accessToken\":\"hush-new\"")));
	assert_true(str_has(buf_str(&text), STR("\"refreshToken\":\"hush-next\"")));
	assert_true(str_has(buf_str(&text), STR("\"startUrl\":\"https://x.awsapps.com/start\"")));
	buf_done(&text);
	assert_int_equal(stat(cache, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	r->denied = true;                                      /* a failed renewal does not matter while the token holds */
	write_sso(r, 600, true);
	assert_int_equal(rename(path, cache), 0);
	signs_with(r, "new", "ASIASSO5");
	assert_string_equal(r->auth, "hush-old");
	write_sso(r, -5, true);
	assert_int_equal(rename(path, cache), 0);
	fails_with(r, "new", "the SSO session has expired and could not be renewed; run `seismo login --profile new` or `aws sso login --profile new`");
	fails_with(r, "old", "profile old: the SSO session has expired; run `seismo login --profile old` or `aws sso login --profile old`");
	write_sso(r, 3600, false);
	assert_int_equal(rename(path, cache), 0);
	r->status = 401;
	fails_with(r, "new", "profile new: the SSO session is not valid any more; run `seismo login --profile new` or `aws sso login --profile new`");
	write_text(r, "sso.json", "{\"accessToken\":\"hush");
	assert_int_equal(rename(path, cache), 0);
	fails_with(r, "new", "its SSO token cannot be read");
}

static void login_session_is_read(void **state)
{
	Rig *r = *state;
	char text[512], end[TIME_TEXT];

	setenv("AWS_LOGIN_CACHE_DIRECTORY", "~/login", 1);
	write_text(r, ".aws/config", "[profile web]\nlogin_session = arn:aws:iam::1:user/x\n");
	fails_with(r, "web", "run `aws login --profile web`");
	for (int left = 3600; left >= -1; left -= 3601) {
		time_format_iso(clock_wall_ms() + left * 1000LL, end);
		(void)snprintf(text, sizeof text, "{\"accessToken\":{\"accessKeyId\":\"ASIALOGIN\",\"secretAccessKey\":\"hush\",\"sessionToken\":"
		               "\"hush\",\"accountId\":\"1\",\"expiresAt\":\"%s\"},\"refreshToken\":\"hush\"}", end);
		write_text(r, "login/none.json", "");
		write_text(r, "login.json", text);
		(void)snprintf(text, sizeof text, "cd %s && mv login.json login/$(printf %%s arn:aws:iam::1:user/x | sha256sum | cut -d' ' -f1).json",
		               r->home);
		assert_int_equal(system(text), 0);
		if (left > 0)
			signs_with(r, "web", "ASIALOGIN");
		else
			fails_with(r, "web", "its login session has expired; run `aws login --profile web`");
	}
}

static void container(void **state)
{
	Rig *r = *state;
	char url[96], file[96];

	(void)snprintf(url, sizeof url, "%s/container", r->url);
	(void)snprintf(file, sizeof file, "%s/token", r->home);
	setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", url, 1);
	setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN", "hush-value", 1);
	signs_with(r, NULL, "ASIACONTAINER");
	assert_string_equal(r->auth, "hush-value");
	write_text(r, "token", "hush-file");
	setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", file, 1);
	signs_with(r, NULL, "ASIACONTAINER");
	assert_string_equal(r->auth, "hush-file");
	write_text(r, "token", "hush\r\nx: y");
	fails_with(r, NULL, "authorization token has a line end in it");
	unsetenv("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
	r->containers = 0;
	r->status = 500;
	fails_with(r, NULL, "gave no keys after 3 tries: status 500");
	assert_int_equal(r->containers, 3);
	for (size_t i = 0; i < 7; i++) {
		static const char *const foreign[] = { "http://169.254.170.3/x", "http://127.0.0.1.evil.example/x", "http://evil.example/",
			"http://localhost@evil.example/", "ftp://127.0.0.1/x", "http://169.254.170.2.evil.example",
			"http://127.0.0.300/x" };

		setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", foreign[i], 1);
		fails_with(r, NULL, "AWS_CONTAINER_CREDENTIALS_FULL_URI: its host is not");
	}
}

static void instance(void **state)
{
	Rig *r = *state;

	unsetenv("AWS_EC2_METADATA_DISABLED");
	setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", r->url, 1);
	signs_with(r, NULL, "ASIAIMDS");
	assert_int_equal(r->imds, 3);
	r->no_imds_v2 = true;
	r->imds = 0;
	fails_with(r, NULL, "the instance metadata service gave no token (status 403)");
	assert_int_equal(r->imds, 1);                          /* and version 1 was not tried */
	setenv("AWS_EC2_METADATA_DISABLED", "true", 1);
	fails_with(r, NULL, "no AWS credentials: neither AWS_ACCESS_KEY_ID nor a profile \"default\"");
}

/* Leave to send signed requests anywhere is not leave to send the key itself in the clear. */
static void bearer_stays_private(Rig *r)
{
	AwsClientSpec spec = { .context = STR("dev"), .region = STR("eu-west-1"), .endpoint_url = STR("http://192.0.2.1"),
	                       .allow_foreign_endpoint = true };
	AwsHandler h = { .on_done = on_call_done, .arg = r };
	CredsAsk ask = { 0 };
	Err e = { 0 };
	AwsClient *c = aws_client_new(r->http, &spec, creds_load(&ask, &e), &e);

	assert_non_null(c);
	assert_null(aws_call(c, &op_bedrock_list_foundation_models, NULL, &h, &e));
	assert_int_equal(e.kind, ERR_REFUSED);
	assert_non_null(strstr(e.text, "AWS_BEARER_TOKEN_BEDROCK is not sent to http://192.0.2.1 without encryption"));
	assert_null(strstr(e.text, "hush"));
	aws_client_free(c);
}

/* Whose the API key is nobody has checked: what writes is signed with the keys that were. */
static void bearer_does_not_write(Rig *r)
{
	BedrockLoggingIn in = { 0 };
	AwsHandler h = { .on_done = on_call_done, .arg = r };
	Err e = { 0 };

	r->calls = r->done + 1;
	assert_non_null(aws_call(r->client, &op_bedrock_put_logging, &in, &h, &e));
	while (r->done < r->calls)
		(void)uv_run(&r->loop, UV_RUN_ONCE);
	assert_non_null(strstr(r->auth, "AWS4-HMAC-SHA256 Credential=AKIDENV/"));
}

static void bearer(void **state)
{
	Rig *r = *state;

	setenv("AWS_BEARER_TOKEN_BEDROCK", "hush-bearer", 1);
	assert_true(use(r, NULL, NULL));
	call_op(r, &op_bedrock_list_foundation_models);
	assert_string_equal(r->auth, "Bearer hush-bearer");
	call_identity(r);
	assert_non_null(strstr(r->text, "AWS_BEARER_TOKEN_BEDROCK reaches the models only"));
	setenv("AWS_ACCESS_KEY_ID", "AKIDENV", 1);
	setenv("AWS_SECRET_ACCESS_KEY", "hush", 1);
	signs_with(r, NULL, "AKIDENV");
	call_op(r, &op_bedrock_list_foundation_models);
	assert_string_equal(r->auth, "Bearer hush-bearer");
	bearer_does_not_write(r);
	bearer_stays_private(r);
	setenv("AWS_AUTH_SCHEME_PREFERENCE", "sigv4,httpBearerAuth", 1);
	assert_true(use(r, NULL, NULL));
	call_op(r, &op_bedrock_list_foundation_models);
	assert_non_null(strstr(r->auth, "AWS4-HMAC-SHA256 Credential=AKIDENV/"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CREDS_TEST(roles_and_chains), CREDS_TEST(wrong_profiles_are_named), CREDS_TEST(first_configured_wins),
		CREDS_TEST(web_identity_reads_its_token_each_time), CREDS_TEST(sso_with_the_cache_of_the_cli), CREDS_TEST(login_session_is_read),
		CREDS_TEST(container), CREDS_TEST(instance), CREDS_TEST(bearer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
