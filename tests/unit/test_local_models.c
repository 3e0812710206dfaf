#include "unit.h"

#include "conf/config.h"
#include "conf/local_models.h"

static Arena arena;
static Err err;

static int parse(const char *entry, Config *c)
{
	arena_reset(&arena);
	err = (Err){ 0 };
	return config_parse(&arena, "c.yaml", arena_printf(&arena, "local_models:\n  - {%s}\n", entry), c, &err);
}

static void refused(const char *entry, const char *what)
{
	Config c;

	assert_int_equal(parse(entry, &c), -1);
	assert_int_equal(err.kind, ERR_USAGE);
	if (!strstr(err.text, what))
		fail_msg("\"%s\" should say \"%s\"", err.text, what);
}

static void what_an_entry_says(void **state)
{
	const ConfLocalModel *m;
	Config c;
	int64_t nusd;

	(void)state;
	assert_int_equal(parse("id: small, kind: ollama, url: 'http://127.0.0.1:11434', model: 'llama3.2:3b', input: 0.5, output: 1", &c), 0);
	assert_int_equal(c.local_models, 1);
	m = local_model_find(c.local_model, c.local_models, STR("local/small"));
	assert_non_null(m);
	assert_true(m->kind == LOCAL_OLLAMA && m->quiet_ms == 120000 && !m->key_env.n && str_is(m->model, "llama3.2:3b"));
	assert_null(local_model_find(c.local_model, c.local_models, STR("small")));
	assert_null(local_model_find(c.local_model, c.local_models, STR("local/other")));
	assert_int_equal(price_amount(&c.local_prices, &(PriceCall){ STR("local/small"), STR(""), 1, { .input = 1000, .output = 100 } }, &nusd), PRICE_OK);
	assert_int_equal(nusd, 600000);
	assert_int_equal(parse("id: free, url: 'http://localhost:1/v1', model: m", &c), 0);
	assert_int_equal(c.local_model[0].kind, LOCAL_OPENAI);
	assert_int_equal(price_amount(&c.local_prices, &(PriceCall){ STR("local/free"), STR(""), 1, { .input = 1000 } }, &nusd), PRICE_OK);
	assert_int_equal(nusd, 0);
}

static void what_is_refused(void **state)
{
	Config c;

	(void)state;
	refused("url: 'http://127.0.0.1:1', model: m", "id");
	refused("id: x, url: 'http://127.0.0.1:1'", "model");
	refused("id: x, kind: bedrock, url: 'http://127.0.0.1:1', model: m", "openai");
	refused("id: x, url: 'http://127.0.0.1:1', model: 'a b'", "without blanks");
	refused("id: x, url: 'http://10.0.0.7:1', model: m", "allow_remote: true");
	refused("id: x, url: 'http://127.example.com:1', model: m", "allow_remote: true");
	refused("id: x, url: 'http://10.0.0.7:1', model: m, allow_remote: true, api_key_env: K", "use https");
	refused("id: x, url: 'http://127.0.0.1:1', model: m, api_key_env: AWS_SECRET_ACCESS_KEY", "not AWS_");
	assert_int_equal(parse("id: x, url: 'http://10.0.0.7:1', model: m, allow_remote: true", &c), 0);
	assert_int_equal(parse("id: x, url: 'https://models.example.com/v1', model: m, allow_remote: true, api_key_env: K", &c), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(what_an_entry_says), cmocka_unit_test(what_is_refused) };
	int rc = cmocka_run_group_tests(tests, NULL, NULL);

	arena_done(&arena);
	return rc;
}
