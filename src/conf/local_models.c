#include "conf/local_models.h"

#include "conf/checks.h"
#include "conf/yaml.h"

#define PREFIX STR("local/")
#define PRICE_MAX INT64_C(10000000000)       /* millionths: 10,000 USD */

static const char *const kinds[] = { [LOCAL_OPENAI] = "openai", [LOCAL_OLLAMA] = "ollama", NULL };

static bool check_word(Str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] <= 0x20 || (unsigned char)s.p[i] == 0x7f)
			return false;
	return s.n > 0;
}

static int check_entry(const char *file, const YamlNode *map, void *out, Err *e)
{
	const ConfLocalModel *m = out;
	const YamlNode *url = yaml_get(map, "url");

	if (url_is_loopback(m->url))
		return 0;
	if (!m->allow_remote)
		return yaml_error(file, url, e, "the local model %.*s is on another machine; add allow_remote: true if what is asked may go there",
		                  STR_ARG(m->id));
	if (m->key_env.n && !str_starts(m->url, STR("https://")))
		return yaml_error(file, url, e, "the key of the local model %.*s could be read on the way; use https, or leave api_key_env out",
		                  STR_ARG(m->id));
	return 0;
}

#define AT(member) .offset = offsetof(ConfLocalModel, member)
static const Setting rows[] = {
	{ "id", SET_TEXT, AT(id), .min = 1, .max = 64, .check = check_name, .want = "1 to 64 letters, digits, -, _ or .", .must = true, .unique = true,
	  .help = "The model is local/ID wherever a model is named." },
	{ "kind", SET_WORD, AT(kind), .words = kinds, .fallback = "openai",
	  .help = "openai: chat completions with server-sent events, as llama.cpp, vLLM and LM Studio have them. ollama: its own /api/chat." },
	{ "url", SET_TEXT, AT(url), .min = 8, .max = 2048, .check = check_url, .want = "a URL such as http://127.0.0.1:11434", .must = true,
	  .help = "What comes before /chat/completions (http://127.0.0.1:8080/v1) or before /api/chat (http://127.0.0.1:11434). This machine only." },
	{ "model", SET_TEXT, AT(model), .min = 1, .max = 256, .check = check_word, .want = "a name without blanks", .must = true,
	  .help = "What the server calls the model." },
	{ "api_key_env", SET_TEXT, AT(key_env), .min = 1, .max = 128, .check = check_variable, .want = "the name of a variable, not AWS_...",
	  .help = "The environment variable that holds the key it is sent. Left out: none is sent." },
	{ "allow_remote", SET_BOOL, AT(allow_remote), .fallback = "false",
	  .help = "Lets url name another machine. What is asked goes there, and a key only by https." },
	{ "input", SET_DECIMAL, AT(micro_usd[0]), .max = PRICE_MAX, .fallback = "0", .help = "USD for a million tokens of the prompt." },
	{ "output", SET_DECIMAL, AT(micro_usd[1]), .max = PRICE_MAX, .fallback = "0", .help = "USD for a million tokens of the answer." },
	{ "quiet", SET_DURATION, AT(quiet_ms), .min = 1000, .max = 3600000, .fallback = "120s",
	  .help = "How long nothing may come before it is given up. A model that is loaded first needs its time." },
};
#undef AT
const SettingList local_model_list = { SCHEMA(rows), sizeof(ConfLocalModel), check_entry, NULL };

bool local_model_is(Str name)
{
	return str_starts(name, PREFIX);
}

const ConfLocalModel *local_model_find(const ConfLocalModel *v, size_t n, Str name)
{
	for (size_t i = 0; i < n && local_model_is(name); i++)
		if (str_eq(v[i].id, str_sub(name, PREFIX.n, name.n)))
			return &v[i];
	return NULL;
}

PriceTable local_model_prices(Arena *a, const ConfLocalModel *v, size_t n)
{
	PriceTable t = { .row = ARENA_ARRAY(a, PriceRow, n + 1), .n = n };

	for (size_t i = 0; i < n; i++) {
		const char *name = arena_cstr(a, arena_printf(a, "local/%.*s", STR_ARG(v[i].id)));

		/* Caches of theirs cost nothing of their own: their servers count such tokens as input. */
		t.row[i] = (PriceRow){ .model = name, .origin = PRICE_OVERRIDE, .geo_permille = 1000, .sure = SURE_OWN, .source = "config.yaml",
		                       .micro_usd = { v[i].micro_usd[0], v[i].micro_usd[1], v[i].micro_usd[0], v[i].micro_usd[0], v[i].micro_usd[0] } };
	}
	return t;
}
