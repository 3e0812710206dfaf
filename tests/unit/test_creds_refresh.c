/* Keys that end, change on disk, need a code, or come from a program that misbehaves. */
#include "unit.h"

#include <errno.h>
#include <signal.h>

#include "creds_unit.h"

static void write_process(Rig *r, const char *script)
{
	char text[512];

	write_text(r, "helper", script);
	(void)snprintf(text, sizeof text, "[profile p]\ncredential_process = sh \"%s/helper\" 'a b' c\\ d\n", r->home);
	write_text(r, ".aws/config", text);
}

static void processes(void **state)
{
	static const struct { const char *script, *says; } rows[] = {
		{ "echo hush-junk\n", "what credential_process printed cannot be read" },
		{ "echo '{\"Version\":2,\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"hush\"}'\n", "Version: must be 1" },
		{ "echo '{\"Version\":1,\"AccessKeyId\":\"A\"}'\n", "SecretAccessKey" },
		{ "echo '{\"Version\":1,\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"hush\",\"Expiration\":\"2020-01-01T00:00:00Z\"}'\n",
		  "expired already" },
		{ "printf 'no login\\033[31m for hush1hush2hush3hush4' >&2; exit 3\n", "ended with status 3: no login?[31m for ***" },
		{ "kill -TERM $$\n", "was ended by signal 15" },
		{ "head -c 100000000 /dev/zero; sleep 30\n", "printed more than 64 KiB" },
		{ "printf '%s' 'bad'; sleep 30\n", "took too long" },
	};
	Rig *r = *state;

	r->limit_ms = 1500;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		write_process(r, rows[i].script);
		fails_with(r, "p", rows[i].says);
	}
	write_text(r, ".aws/config", "[profile p]\ncredential_process = /nonexistent/helper\n");
	fails_with(r, "p", "cannot run /nonexistent/helper: no such file");
	write_text(r, ".aws/config", "[profile p]\ncredential_process = 'open\n");
	fails_with(r, "p", "a quote is not closed");
	write_process(r, "[ \"$1|$2|$#\" = 'a b|c d|2' ] && echo '{\"Version\":1,\"AccessKeyId\":\"AKIDP\",\"SecretAccessKey\":\"hush\"}'\n");
	signs_with(r, "p", "AKIDP");
}

/* What a helper started dies with it, and nothing waits for a helper whose child keeps the pipe. */
static void a_process_takes_its_children_along(void **state)
{
	Rig *r = *state;
	char script[512], path[96];
	Buf pid = { 0 };
	int64_t n = 0, begun = clock_mono_ms();

	r->limit_ms = 500;
	(void)snprintf(path, sizeof path, "%s/pid", r->home);
	(void)snprintf(script, sizeof script, "sleep 60 & echo $! > %s; wait\n", path);
	write_process(r, script);
	fails_with(r, "p", "took too long");
	assert_true(clock_mono_ms() - begun < 5000);
	assert_int_equal(file_read(path, &pid, 64, NULL), 0);
	assert_int_equal(str_i64(str_trim(buf_str(&pid)), &n), 0);
	buf_done(&pid);
	for (int i = 0; i < 100 && kill((pid_t)n, 0) == 0; i++) {
		char stat[64] = "", *state_at;
		FILE *f;

		(void)snprintf(path, sizeof path, "/proc/%lld/stat", (long long)n);
		f = fopen(path, "r");
		if (!f)
			break;
		(void)!fgets(stat, sizeof stat, f);
		(void)fclose(f);
		state_at = strchr(stat, ')');
		if (state_at && state_at[1] && state_at[2] == 'Z')
			break;                           /* dead; its new parent has not looked yet */
		(void)usleep(20000);
		assert_true(i < 99);
	}
	write_process(r, "sleep 60 & echo '{\"Version\":1,\"AccessKeyId\":\"AKIDP\",\"SecretAccessKey\":\"hush\"}'\n");
	begun = clock_mono_ms();
	signs_with(r, "p", "AKIDP");
	assert_true(clock_mono_ms() - begun < 10000);
}

static void role_files(Rig *r)
{
	write_text(r, ".aws/credentials", "[base]\naws_access_key_id = AKIDBASE\naws_secret_access_key = hush\n");
	write_text(r, ".aws/config", "[profile one]\nrole_arn = arn:aws:iam::1:role/one\nsource_profile = base\n"
	           "[profile mfa]\nrole_arn = arn:aws:iam::1:role/mfa\nsource_profile = base\nmfa_serial = arn:aws:iam::1:mfa/me\n");
}

static void fetched_ahead_of_time(void **state)
{
	Rig *r = *state;

	role_files(r);
	signs_with(r, "one", "ASIAROLE1");
	assert_true(llabs(creds_expires_ms(aws_creds(r->client)) - clock_wall_ms() - 3600000) < 5000);
	r->shift_ms = 44 * 60000;                              /* 16 minutes left */
	call_identity(r);
	assert_int_equal(r->roles, 1);
	r->shift_ms = 46 * 60000;                              /* 14: beside the work */
	call_identity(r);
	assert_string_equal(r->used, "ASIAROLE1");
	while (r->roles < 2 || creds_generation(aws_creds(r->client)) < 2)
		(void)uv_run(&r->loop, UV_RUN_ONCE);
	call_identity(r);
	assert_string_equal(r->used, "ASIAROLE2");
	r->shift_ms += 51 * 60000;                             /* 9: before the call */
	call_identity(r);
	assert_string_equal(r->used, "ASIAROLE3");
	r->denied = true;
	r->shift_ms += 51 * 60000;                             /* AWS does not help, but the keys still hold */
	call_identity(r);
	assert_string_equal(r->text, "");
	assert_string_equal(r->used, "ASIAROLE3");
	r->shift_ms += 10 * 60000;
	call_identity(r);
	assert_non_null(strstr(r->text, "profile one, role arn:aws:iam::1:role/one"));
	r->identities = 0;
	call_identity(r);                                      /* nobody is asked again at once */
	assert_non_null(strstr(r->text, "profile one, role"));
	assert_int_equal(r->identities, 0);
}

static void keys_of_a_short_life_are_not_fetched_each_time(void **state)
{
	Rig *r = *state;

	role_files(r);
	r->life_s = 300;
	signs_with(r, "one", "ASIAROLE1");
	call_identity(r);
	call_identity(r);
	assert_int_equal(r->roles, 1);
	r->shift_ms = 240000;
	call_identity(r);
	assert_string_equal(r->used, "ASIAROLE2");
}

static void expired_once_is_sent_again(void **state)
{
	Rig *r = *state;

	role_files(r);
	signs_with(r, "one", "ASIAROLE1");
	r->expired = 1;
	call_identity(r);
	assert_string_equal(r->text, "");
	assert_string_equal(r->used, "ASIAROLE2");
	r->expired = 2;
	call_identity(r);
	assert_int_equal(r->fault, AWS_EXPIRED);
	assert_int_equal(r->roles, 3);
	setenv("AWS_ACCESS_KEY_ID", "AKIDENV", 1);
	setenv("AWS_SECRET_ACCESS_KEY", "hush", 1);
	r->expired = 1;
	fails_with(r, NULL, "the session token from environment has expired");
}

static void files_that_change(void **state)
{
	Rig *r = *state;

	write_text(r, ".aws/credentials", "[default]\naws_access_key_id = AKIDONE\naws_secret_access_key = hush\naws_session_token = hush1\n");
	signs_with(r, NULL, "AKIDONE");
	write_text(r, ".aws/credentials", "[default]\naws_access_key_id = AKIDTWO\naws_sec");
	r->expired = 1;
	call_identity(r);                                      /* half-written: the old keys stay, the sentence says why */
	assert_string_equal(r->used, "AKIDONE");
	assert_non_null(strstr(r->text, "credentials:3:"));
	(void)uv_sleep(0);
	assert_string_equal(creds_source(aws_creds(r->client)), "profile default");
	assert_true(str_is(creds_get(aws_creds(r->client)).access_key, "AKIDONE"));
	write_text(r, ".aws/credentials", "[default]\naws_access_key_id = AKIDTWO\naws_secret_access_key = hush\naws_session_token = hush2\n");
	signs_with(r, NULL, "AKIDTWO");
	write_text(r, ".aws/credentials", "[default]\naws_access_key_id = AKIDTHREE\naws_secret_access_key = hush\naws_session_token = hush3\n");
	call_identity(r);
	assert_string_equal(r->used, "AKIDTWO");               /* good until AWS says otherwise */
	r->expired = 1;
	call_identity(r);
	assert_string_equal(r->used, "AKIDTHREE");
	r->expired = 1;
	call_identity(r);
	assert_non_null(strstr(r->text, "has expired, and there is no newer one; log in again"));
}

static void on_mfa(void *arg, const char *serial)
{
	Rig *r = arg;

	(void)snprintf(r->asked_mfa, sizeof r->asked_mfa, "%s", serial);
	uv_stop(&r->loop);
}

static void mfa_codes_are_good_once(void **state)
{
	Rig *r = *state;
	AwsHandler h = { .on_done = on_call_done, .arg = r };
	AwsCreds *c;
	Err e = { 0 };

	role_files(r);
	fails_with(r, "mfa", "profile mfa: the role needs a code of the MFA device arn:aws:iam::1:mfa/me; start with --mfa-code CODE");
	assert_true(use(r, "mfa", "123456"));
	call_identity(r);
	assert_string_equal(r->used, "ASIAROLE1");
	assert_non_null(strstr(r->body, "SerialNumber=arn%3Aaws%3Aiam%3A%3A1%3Amfa%2Fme&TokenCode=123456"));
	r->shift_ms = 55 * 60000;
	c = (AwsCreds *)(uintptr_t)aws_creds(r->client);
	creds_on_mfa(c, on_mfa, r);
	r->calls = r->done + 1;
	assert_non_null(aws_call(r->client, &op_sts_get_caller_identity, NULL, &h, &e));
	while (!r->asked_mfa[0])
		(void)uv_run(&r->loop, UV_RUN_ONCE);
	assert_string_equal(r->asked_mfa, "arn:aws:iam::1:mfa/me");
	assert_int_equal(r->done, r->calls - 1);
	creds_mfa_code(c, STR("654321"));
	while (r->done < r->calls)
		(void)uv_run(&r->loop, UV_RUN_ONCE);
	assert_string_equal(r->used, "ASIAROLE2");
	assert_non_null(strstr(r->body, "TokenCode=654321"));
}

static void many_calls_wait_for_one_fetch(void **state)
{
	Rig *r = *state;
	AwsHandler h = { .on_done = on_call_done, .arg = r };
	AwsCall *call[12];
	Err e = { 0 };

	role_files(r);
	assert_true(use(r, "one", NULL));
	for (size_t i = 0; i < 12; i++)
		assert_non_null(call[i] = aws_call(r->client, &op_sts_get_caller_identity, NULL, &h, &e));
	aws_cancel(call[3]);
	while (r->done < 12)
		(void)uv_run(&r->loop, UV_RUN_ONCE);
	assert_int_equal(r->roles, 1);
	assert_int_equal(r->identities, 11);
}

static void closed_in_the_middle(void **state)
{
	Rig *r = *state;
	AwsHandler h = { .on_done = on_call_done, .arg = r };
	Err e = { 0 };

	role_files(r);
	for (int turns = 0; turns < 8; turns++) {
		assert_true(use(r, "one", NULL));
		assert_non_null(aws_call(r->client, &op_sts_get_caller_identity, NULL, &h, &e));
		for (int i = 0; i < turns; i++)
			(void)uv_run(&r->loop, UV_RUN_NOWAIT);
		aws_client_free(r->client);
		r->client = NULL;
		assert_int_equal(r->done, turns + 1);
	}
	write_process(r, "sleep 60\n");
	for (int turns = 0; turns < 3; turns++) {
		assert_true(use(r, "p", NULL));
		assert_non_null(aws_call(r->client, &op_sts_get_caller_identity, NULL, &h, &e));
		for (int i = 0; i < turns; i++)
			(void)uv_run(&r->loop, UV_RUN_NOWAIT);
		aws_client_free(r->client);
		r->client = NULL;
	}
}

static void ask_again(AwsCall *call, const void *out, const AwsError *err, void *arg)
{
	Rig *r = arg;
	AwsHandler h = { .on_done = ask_again, .arg = r };

	on_call_done(call, out, err, r);
	if (err && err->fault != AWS_CANCELLED && r->done < 500)
		assert_non_null(aws_call(r->client, &op_sts_get_caller_identity, NULL, &h, NULL));
}

/* Without keys a handler that asks again at once is told again, but not before the loop has turned. */
static void asking_again_at_once(void **state)
{
	Rig *r = *state;
	AwsHandler h = { .on_done = ask_again, .arg = r };

	write_text(r, ".aws/config", "[profile p]\ncredential_process = false\n");
	assert_true(use(r, "p", NULL));
	assert_non_null(aws_call(r->client, &op_sts_get_caller_identity, NULL, &h, NULL));
	while (!r->done)
		(void)uv_run(&r->loop, UV_RUN_ONCE);
	/* One turn may look at its timers twice, before it waits and after. */
	assert_true(r->done <= 2);
	while (r->done < 4)
		(void)uv_run(&r->loop, UV_RUN_ONCE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CREDS_TEST(processes), CREDS_TEST(a_process_takes_its_children_along), CREDS_TEST(fetched_ahead_of_time),
		CREDS_TEST(keys_of_a_short_life_are_not_fetched_each_time), CREDS_TEST(expired_once_is_sent_again),
		CREDS_TEST(files_that_change), CREDS_TEST(mfa_codes_are_good_once), CREDS_TEST(many_calls_wait_for_one_fetch),
		CREDS_TEST(closed_in_the_middle),
		CREDS_TEST(asking_again_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
