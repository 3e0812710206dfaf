#include "sim/bill_filter.h"

enum { DEPTH_MAX = 12 };

/* The line's value of a dimension; an empty name for one that is not on this bill. */
static bool dimension(Str key, const BillKind *k, Str account, Str *out)
{
	if (str_is(key, "SERVICE"))
		*out = k->service;
	else if (str_is(key, "USAGE_TYPE"))
		*out = k->usage_type;
	else if (str_is(key, "REGION"))
		*out = k->region;
	else if (str_is(key, "RECORD_TYPE"))
		*out = k->record_type;
	else if (str_is(key, "LINKED_ACCOUNT"))
		*out = account;
	else
		return false;
	return true;
}

static bool is_dimension(Str key)
{
	static const BillKind none = { .agent = NULL };
	Str value;

	return dimension(key, &none, STR(""), &value);
}

static bool has_option(JsonVal options, const char *name)
{
	Str text;

	for (size_t i = 0; i < jv_count(options); i++)
		if (jv_as_str(jv_at(options, i), &text, NULL) == 0 && str_is(text, name))
			return true;
	return false;
}

static int check_values(JsonVal v, bool tag, Err *e)
{
	static const char *const known[] = { "EQUALS", "CASE_SENSITIVE", "CASE_INSENSITIVE", "ABSENT" };
	JsonVal values = { 0 }, options = { 0 };
	size_t good = 0;
	Str key;

	if (jv_str(v, "Key", &key, e) < 0 || jv_opt_array(v, "Values", &values, e) < 0 || jv_opt_array(v, "MatchOptions", &options, e) < 0)
		return -1;
	if (!tag && !is_dimension(key))
		return err_set(e, "Dimension %.*s is not supported: SERVICE, USAGE_TYPE, REGION, RECORD_TYPE and LINKED_ACCOUNT are on this bill.",
		               STR_ARG(str_sub(key, 0, 60)));
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		good += has_option(options, known[i]);
	if (good != jv_count(options))
		return err_set(e, "MatchOptions: GetCostAndUsage takes EQUALS, CASE_SENSITIVE, CASE_INSENSITIVE and ABSENT.");
	if (!jv_count(values) && !has_option(options, "ABSENT"))
		return err_set(e, "Values must not be empty.");
	return 0;
}

static int check_below(JsonVal x, int depth, Err *e)
{
	static const char *const lists[] = { "And", "Or" };

	if (depth > DEPTH_MAX)
		return err_set(e, "The filter is nested too deeply.");
	if (jv_type(x) != JV_OBJECT || jv_count(x) != 1)
		return err_set(e, "Expression must have exactly one of And, Or, Not, Dimensions, Tags, CostCategories.");
	for (size_t k = 0; k < 2; k++) {
		JsonVal list = jv_get(x, lists[k]);

		if (!jv_has(x, lists[k]))
			continue;
		if (jv_type(list) != JV_ARRAY || jv_count(list) < 2)
			return err_set(e, "%s must have at least two expressions.", lists[k]);
		for (size_t i = 0; i < jv_count(list); i++)
			if (check_below(jv_at(list, i), depth + 1, e) < 0)
				return -1;
		return 0;
	}
	if (jv_has(x, "Not"))
		return check_below(jv_get(x, "Not"), depth + 1, e);
	if (jv_has(x, "Dimensions"))
		return check_values(jv_get(x, "Dimensions"), false, e);
	if (jv_has(x, "Tags"))
		return check_values(jv_get(x, "Tags"), true, e);
	return err_set(e, "There are no cost categories in the simulated region.");
}

int bill_filter_check(JsonVal expression, Err *e)
{
	return jv_type(expression) == JV_ABSENT ? 0 : check_below(expression, 0, e);
}

static bool one_of(JsonVal v, Str have)
{
	JsonVal values = jv_get(v, "Values");
	bool any_case = has_option(jv_get(v, "MatchOptions"), "CASE_INSENSITIVE");
	Str text;

	for (size_t i = 0; i < jv_count(values); i++)
		if (jv_as_str(jv_at(values, i), &text, NULL) == 0 && (any_case ? str_eq_nocase(text, have) : str_eq(text, have)))
			return true;
	return false;
}

static bool tag_holds(JsonVal v, const BillKind *k)
{
	bool tagged;
	Str key = STR("");

	(void)jv_str(v, "Key", &key, NULL);      /* was checked */
	tagged = k->agent && str_is(key, "agent");
	if (has_option(jv_get(v, "MatchOptions"), "ABSENT"))
		return !tagged;
	return one_of(v, tagged ? str_of(k->agent) : STR(""));
}

bool bill_filter_holds(JsonVal x, const BillKind *k, Str account)
{
	JsonVal list = jv_get(x, jv_has(x, "And") ? "And" : "Or");
	bool all = jv_has(x, "And");
	Str key = STR(""), value = STR("");

	if (jv_type(x) != JV_OBJECT)
		return true;
	if (jv_has(x, "Not"))
		return !bill_filter_holds(jv_get(x, "Not"), k, account);
	if (jv_has(x, "Tags"))
		return tag_holds(jv_get(x, "Tags"), k);
	if (jv_has(x, "Dimensions")) {
		(void)jv_str(jv_get(x, "Dimensions"), "Key", &key, NULL);
		return dimension(key, k, account, &value) && !has_option(jv_get(jv_get(x, "Dimensions"), "MatchOptions"), "ABSENT") &&
		       one_of(jv_get(x, "Dimensions"), value);
	}
	for (size_t i = 0; i < jv_count(list); i++)
		if (bill_filter_holds(jv_at(list, i), k, account) != all)
			return !all;
	return all;
}

int bill_group_check(const CeGroupBy *g, Err *e)
{
	if (str_is(g->type, "TAG"))
		return g->key.n ? 0 : err_set(e, "GroupBy: a tag needs a key.");
	if (!str_is(g->type, "DIMENSION"))
		return err_set(e, "GroupBy: Type must be DIMENSION or TAG; there are no cost categories in the simulated region.");
	return is_dimension(g->key) ? 0 : err_set(e, "Group Definition dimension %.*s is invalid: SERVICE, USAGE_TYPE, REGION, RECORD_TYPE "
	                                          "and LINKED_ACCOUNT are on this bill.", STR_ARG(str_sub(g->key, 0, 60)));
}

Str bill_group_key(Arena *a, const CeGroupBy *g, const BillKind *k, Str account)
{
	Str value = STR("");

	if (str_is(g->type, "TAG"))
		return arena_printf(a, "%.*s$%s", STR_ARG(g->key), k->agent && str_is(g->key, "agent") ? k->agent : "");
	(void)dimension(g->key, k, account, &value);
	return value;
}
