/* Keys of the shared files that are rotated while they are in use. */
#include "unit.h"

#include "api/dynamodb.h"
#include "api/logs.h"
#include "creds_unit.h"
#include "wire/eventstream.h"

enum { LOOKED_AGAIN_MS = 550 };

static void keys(Rig *r, const char *id, const char *secret)
{
	char text[256];

	(void)snprintf(text, sizeof text, "[default]\naws_access_key_id = %s\naws_secret_access_key = hush%s\n", id, secret);
	write_text(r, ".aws/credentials", text);
}

static const AwsCreds *creds(const Rig *r)
{
	return aws_creds(r->client);
}

static bool uses(const Rig *r, const char *id)
{
	return str_is(creds_get(creds(r)).access_key, id);
}

/* Calls go on; the files are looked at again, and what came of it is over. */
static void look_again(Rig *r)
{
	int identities;

	uv_sleep(LOOKED_AGAIN_MS);
	call_identity(r);
	identities = r->identities;
	for (int i = 0; i < 50; i++) {
		(void)uv_run(&r->loop, UV_RUN_NOWAIT);
		uv_sleep(4);
	}
	assert_true(r->identities <= identities + 1);
}

static void new_keys_are_taken(void **state)
{
	Rig *r = *state;

	keys(r, "AKIDONE", "1");
	signs_with(r, NULL, "AKIDONE");
	keys(r, "AKIDTWO", "2");
	look_again(r);
	assert_true(uses(r, "AKIDTWO"));
	assert_int_equal(creds_generation(creds(r)), 2);
	assert_true(creds_same_since(creds(r), 1));
	call_identity(r);
	assert_string_equal(r->used, "AKIDTWO");
	assert_string_equal(creds_notice(creds(r)), "");
	keys(r, "AKIDTWO", "2");                      /* written again, nothing new */
	look_again(r);
	assert_true(uses(r, "AKIDTWO"));
	assert_true(creds_same_since(creds(r), 1));
}

static void half_a_file_is_waited_for(void **state)
{
	static const char *const halves[] = { "[default]\naws_access_key_id = AKIDTWO\naws_sec", "[default]\naws_access_key_id = AKIDTWO\n", "",
	                                      "[other]\nregion = x\n", "[default]\naws_access_key_id = AKID TWO\naws_secret_access_key = hush\n" };
	Rig *r = *state;

	keys(r, "AKIDONE", "1");
	signs_with(r, NULL, "AKIDONE");
	for (size_t i = 0; i < sizeof halves / sizeof *halves; i++) {
		write_text(r, ".aws/credentials", halves[i]);
		look_again(r);
		assert_string_equal(r->text, "");
		assert_true(uses(r, "AKIDONE"));
		assert_true(creds_notice(creds(r))[0]);
		assert_null(strstr(creds_notice(creds(r)), "hush"));
	}
	keys(r, "AKIDTWO", "2");
	look_again(r);
	assert_true(uses(r, "AKIDTWO"));
	assert_string_equal(creds_notice(creds(r)), "");
}

static void keys_of_another_account_are_not(void **state)
{
	Rig *r = *state;

	keys(r, "AKIDONE", "1");
	signs_with(r, NULL, "AKIDONE");
	keys(r, "AKIDOTHER", "2");
	look_again(r);
	assert_true(uses(r, "AKIDONE"));
	assert_non_null(strstr(creds_notice(creds(r)), "the new keys of profile default belong to account 444455556666, not to 111122223333; the "
	                                               "old ones stay in use"));
	call_identity(r);
	assert_string_equal(r->used, "AKIDONE");
	r->expired = 1;                               /* the old ones end as well: the sentence says why nothing works */
	call_identity(r);
	assert_non_null(strstr(r->text, "belong to account 444455556666, not to"));
}

static void keys_that_do_not_work_are_not(void **state)
{
	Rig *r = *state;

	keys(r, "AKIDONE", "1");
	signs_with(r, NULL, "AKIDONE");
	r->unknown = "AKIDTWO";
	keys(r, "AKIDTWO", "2");
	look_again(r);
	assert_true(uses(r, "AKIDONE"));
	assert_non_null(strstr(creds_notice(creds(r)), "the new keys of profile default in the shared files do not work"));
}

static void a_deleted_key_makes_it_look_at_once(void **state)
{
	Rig *r = *state;

	keys(r, "AKIDONE", "1");
	signs_with(r, NULL, "AKIDONE");
	r->unknown = "AKIDONE";
	call_identity(r);                             /* nothing has changed: AWS's word, and no second try */
	assert_int_equal(r->fault, AWS_BAD_CREDENTIALS);
	assert_int_equal(r->identities, 2);
	keys(r, "AKIDTWO", "2");
	call_identity(r);
	assert_string_equal(r->text, "");
	assert_true(uses(r, "AKIDTWO"));
	r->unknown = "AKIDTWO";
	write_text(r, ".aws/config", "[profile b]\nregion = eu-west-1\n");       /* changed, but not for us */
	call_identity(r);
	assert_int_equal(r->fault, AWS_BAD_CREDENTIALS);
	assert_non_null(strstr(r->text, "profile default"));
	assert_true(uses(r, "AKIDTWO"));
}

/* A secret that was pasted wrong: the same key with another secret is another pair. */
static void a_corrected_secret_is_taken(void **state)
{
	Rig *r = *state;

	keys(r, "AKIDONE", "1");
	signs_with(r, NULL, "AKIDONE");
	r->doubted = 1;
	keys(r, "AKIDONE", "2");
	call_identity(r);
	assert_string_equal(r->text, "");
	assert_true(str_is(creds_get(creds(r)).secret_key, "hush2"));
	assert_true(creds_same_since(creds(r), 1));
}

static void put_item(Rig *r)
{
	const DdbField item[] = { { "id", { .type = DDB_S, .s = STR("1") } } };
	DdbPutIn in = { .table = "jobs", .item = item, .item_count = 1 };
	AwsHandler h = { .on_done = on_call_done, .arg = r };
	Err e = { 0 };

	r->calls = r->done + 1;
	assert_non_null(aws_call(r->client, &op_dynamodb_put_item, &in, &h, &e));
	while (r->done < r->calls)
		(void)uv_run(&r->loop, UV_RUN_ONCE);
}

/* A write that was decided on with one identity: sent again with newer keys of the same, not with those of another role. */
static void writes_stay_with_their_identity(void **state)
{
	Rig *r = *state;

	keys(r, "AKIDONE", "1");
	signs_with(r, NULL, "AKIDONE");
	r->expired = 1;
	keys(r, "AKIDTWO", "2");
	put_item(r);
	assert_string_equal(r->text, "");
	assert_int_equal(r->writes, 2);
	r->expired = 1;
	keys(r, "ASIAROLE", "3");
	put_item(r);
	assert_int_equal(r->fault, AWS_REFUSED);
	assert_non_null(strstr(r->text, "DynamoDB PutItem was not sent: the keys from profile default changed meanwhile"));
	assert_int_equal(r->writes, 3);
	assert_true(uses(r, "ASIAROLE"));             /* for whatever is begun from now on */
	assert_false(creds_same_since(creds(r), 2));
	put_item(r);
	assert_string_equal(r->text, "");
}

/* Keys of a program are taken as they come; AWS says whose they are when it is asked. */
static void a_program_that_changes_its_mind(void **state)
{
	Rig *r = *state;
	int before;

	write_text(r, ".aws/config", "[profile p]\ncredential_process = sh -c \"cat $HOME/out\"\n");
	write_text(r, "out", "{\"Version\":1,\"AccessKeyId\":\"AKIDONE\",\"SecretAccessKey\":\"hush\",\"Expiration\":\"2099-01-01T00:00:00Z\"}");
	signs_with(r, "p", "AKIDONE");
	before = creds_generation(creds(r));
	write_text(r, "out", "{\"Version\":1,\"AccessKeyId\":\"AKIDTWO\",\"SecretAccessKey\":\"hush\",\"Expiration\":\"2099-01-01T00:00:00Z\"}");
	r->expired = 1;
	put_item(r);
	assert_int_equal(r->fault, AWS_REFUSED);      /* nobody has asked yet */
	call_identity(r);
	assert_string_equal(r->used, "AKIDTWO");
	assert_true(creds_same_since(creds(r), before));
}

static void on_event(AwsCall *call, Str type, Str payload, void *arg)
{
	(void)call;
	(void)type;
	(void)payload;
	((Rig *)arg)->webs++;
}

static void put_event(Rig *r, const char *type, const char *payload)
{
	Buf b = { 0 };

	(void)es_encode_event(&b, type, str_of(payload));
	(void)httpd_stream_put(r->stream, buf_str(&b));
	buf_done(&b);
}

static void a_stream_goes_on(void **state)
{
	Str group = STR("arn:aws:logs:eu-west-1:111122223333:log-group:jobs");
	const LogsTailIn tail = { .groups = { &group, 1 } };
	Rig *r = *state;
	AwsHandler h = { .on_done = on_call_done, .on_event = on_event, .arg = r };
	Err e = { 0 };
	int done;

	keys(r, "AKIDONE", "1");
	signs_with(r, NULL, "AKIDONE");
	assert_non_null(aws_call(r->client, &op_logs_start_live_tail, &tail, &h, &e));
	while (!r->stream)
		(void)uv_run(&r->loop, UV_RUN_ONCE);
	put_event(r, "sessionUpdate", "{\"sessionResults\":[]}");
	keys(r, "AKIDTWO", "2");
	r->unknown = "AKIDONE";
	call_identity(r);
	assert_true(uses(r, "AKIDTWO"));
	assert_int_equal(r->webs, 1);
	done = r->done;
	for (int i = 0; i < 3; i++)
		put_event(r, "sessionUpdate", "{\"sessionResults\":[]}");
	httpd_stream_end(r->stream);
	while (r->done == done)
		(void)uv_run(&r->loop, UV_RUN_ONCE);
	assert_string_equal(r->text, "");
	assert_int_equal(r->webs, 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CREDS_TEST(new_keys_are_taken), CREDS_TEST(half_a_file_is_waited_for), CREDS_TEST(keys_of_another_account_are_not),
		CREDS_TEST(keys_that_do_not_work_are_not), CREDS_TEST(a_deleted_key_makes_it_look_at_once),
		CREDS_TEST(a_corrected_secret_is_taken),
		CREDS_TEST(writes_stay_with_their_identity), CREDS_TEST(a_program_that_changes_its_mind), CREDS_TEST(a_stream_goes_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
