#include "conf/routes.h"

#include "base/regex.h"
#include "conf/checks.h"
#include "conf/yaml.h"

static bool check_model(Str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] <= 0x20 || (unsigned char)s.p[i] >= 0x7f)
			return false;
	return s.n > 0 && s.n < 256 && !str_is(s, ROUTE_AUTO);
}

static int check_entry(const char *file, const YamlNode *map, void *out, Err *e)
{
	const ConfRoute *r = out;
	Err why = { 0 };
	Regex *x;

	if (r->longer && r->shorter && r->longer >= r->shorter)
		return yaml_error(file, yaml_get(map, "shorter_than"), e, "no question is longer than %lld and shorter than %lld bytes",
		                  (long long)r->longer, (long long)r->shorter);
	for (size_t i = 0; i < r->models; i++)
		for (size_t k = 0; k < i; k++)
			if (str_eq(r->model[i], r->model[k]))
				return yaml_error(file, yaml_get(map, "models"), e, "%.*s stands twice in the chain of %.*s", STR_ARG(r->model[i]), STR_ARG(r->name));
	if (!r->match.n)
		return 0;
	if (!(x = regex_new(r->match, &why)))
		return yaml_error(file, yaml_get(map, "match"), e, "the pattern of %.*s: %s", STR_ARG(r->name), why.text);
	regex_free(x);
	return 0;
}

#define AT(member) .offset = offsetof(ConfRoute, member)
static const Setting rows[] = {
	{ "name", SET_TEXT, AT(name), .min = 1, .max = 40, .check = check_name, .want = "1 to 40 letters, digits, -, _ or .", .must = true,
	  .unique = true, .help = "What it is called: an answer says \"routed: NAME\"." },
	{ "match", SET_TEXT, AT(match), .min = 1, .max = REGEX_PATTERN_MAX,
	  .help = "A pattern (as in JSON Schema; (?i) at its beginning: whatever its case) found in the question's first 64 KiB." },
	{ "code", SET_BOOL, AT(code), .fallback = "false", .help = "true: the question has a fence of backticks in it, or lines that look like code." },
	{ "longer_than", SET_INT, AT(longer), .min = 1, .max = 1 << 20, .help = "More bytes than that." },
	{ "shorter_than", SET_INT, AT(shorter), .min = 2, .max = 1 << 20, .help = "Fewer bytes than that." },
	{ "view", SET_TEXT, AT(view), .min = 1, .max = 64, .check = check_id, .want = "the id of a view",
	  .help = "Asked from the playground of this view." },
	{ "models", SET_TEXTS, AT(model), .count_offset = offsetof(ConfRoute, models), .min = 1, .max = ROUTE_MODELS_MAX, .check = check_model,
	  .want = "a model id, an inference profile or local/ID", .must = true,
	  .help = "The chain: the first is asked, the next when it cannot answer. local/ID needs no AWS." },
};
#undef AT
const SettingList route_list = { SCHEMA(rows), sizeof(ConfRoute), check_entry, NULL };
