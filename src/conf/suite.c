#include "conf/suite.h"

#include <string.h>

#include "base/file.h"
#include "conf/local_models.h"
#include "conf/routes.h"
#include "conf/schema.h"
#include "conf/yaml.h"

enum { FILE_MAX_BYTES = 8 << 20 };

#define AT(member) .offset = offsetof(SuiteCheck, member)
static const Setting check_rows[] = {
	{ "contains", SET_TEXT, AT(contains), .min = 1, .max = 10000, .help = "The answer holds this text." },
	{ "lacks", SET_TEXT, AT(lacks), .min = 1, .max = 10000, .help = "It does not." },
	{ "regex", SET_TEXT, AT(regex), .min = 1, .max = 4000, .help = "It matches this pattern (PCRE2) somewhere." },
	{ "json", SET_BOOL, AT(json), .fallback = "false", .help = "It is a JSON document." },
	{ "json_schema", SET_TEXT, AT(schema), .min = 1, .max = 4000, .help = "It is one that fits the JSON Schema in this file." },
	{ "cost_at_most_usd", SET_USD, AT(cost_nusd), .min = 0, .max = INT64_C(1000000000000), .help = "It costs at most this." },
	{ "latency_at_most", SET_DURATION, AT(latency_ms), .min = 1, .max = 3600000, .help = "It is there within this time." },
	{ "judge.model", SET_TEXT, AT(judge.model), .min = 1, .max = 2048, .help = "This model lets it pass; of another maker than the cell's." },
	{ "judge.rubric", SET_TEXT, AT(judge.rubric), .min = 1, .max = 20000, .help = "By these rules, in words." },
	{ "judge.pass_at", SET_DECIMAL, AT(judge.pass_at), .max = 10000000, .fallback = "7", .help = "With this score, of 10, or more." },
	{ "judge.faults", SET_TEXTS, AT(judge.fault), offsetof(SuiteCheck, judge.faults), 1, SUITE_FAULTS,
	  .fallback = "wrong, incomplete, format, tone, unsafe, other", .help = "What it may reject an answer for." },
	{ "judge.max_tokens", SET_INT, AT(judge.max_tokens), .min = 50, .max = 8000, .fallback = "500", .help = "Its longest answer." },
	{ "judge.temperature", SET_DECIMAL, AT(judge.temperature), .max = 2000000, .help = "Left out: the model's own." },
	{ "judge.force_same_family", SET_BOOL, AT(judge.force_same_family), .fallback = "false",
	  .help = "Also when it is of the maker of the cell's model." },
};
#undef AT

static void check_start(const YamlNode *map, void *out)
{
	(void)map;
	((SuiteCheck *)out)->cost_nusd = ((SuiteCheck *)out)->latency_ms = ((SuiteCheck *)out)->judge.temperature = SUITE_UNSET;
}

static int count_of(const SuiteCheck *c)
{
	return (c->contains.n > 0) + (c->lacks.n > 0) + (c->regex.n > 0) + (c->schema.n > 0) + c->json + (c->cost_nusd != SUITE_UNSET) +
	       (c->latency_ms != SUITE_UNSET) + (c->judge.model.n > 0);
}

static int check_one(const char *file, const YamlNode *map, void *out, Err *e)
{
	const SuiteCheck *c = out;

	if (yaml_get(map, "judge") && (!c->judge.model.n || !c->judge.rubric.n))
		return yaml_error(file, map, e, "a judge needs a model and a rubric");
	return count_of(c) == 1 ? 0 : yaml_error(file, map, e, "each entry of expect says one thing: contains, lacks, regex, json, json_schema, "
	                                         "cost_at_most_usd, latency_at_most or judge");
}

static const SettingList check_list = { SCHEMA(check_rows), sizeof(SuiteCheck), check_one, check_start };

/* What is compared must be known beforehand. */
static bool check_model(Str s)
{
	return !str_is(s, ROUTE_AUTO) && !local_model_is(s);
}

static const char *const cache_words[] = { [CACHE_NONE] = "none", [CACHE_5M] = "5m", [CACHE_1H] = "1h", NULL };

#define AT(member) .offset = offsetof(SuiteCell, member)
static const Setting cell_rows[] = {
	{ "name", SET_TEXT, AT(name), .min = 1, .max = 64, .unique = true, .must = true, .help = "What it is called in the results." },
	{ "model", SET_TEXT, AT(model), .min = 1, .max = 2048, .check = check_model,
	  .want = "a model of Bedrock by name: auto and local/ID are the playground's", .must = true, .help = "Model id, inference profile or ARN." },
	{ "template", SET_TEXT, AT(template), .min = 1, .max = 300, .help = "ID or ID@VERSION of sources.templates; its text is the instructions." },
	{ "system", SET_TEXT, AT(system), .min = 1, .max = 100000, .help = "The instructions themselves." },
	{ "max_tokens", SET_INT, AT(max_tokens), .min = 1, .max = 128000, .fallback = "1024", .help = "Longest answer." },
	{ "temperature", SET_DECIMAL, AT(temperature), .max = 2000000, .help = "Left out: the model's own." },
	{ "prompt_cache", SET_WORD, AT(cache), .words = cache_words, .fallback = "none", .help = "A cache point behind the instructions." },
	{ "rounds", SET_INT, AT(rounds), .min = 0, .max = SUITE_ROUNDS, .fallback = "0",
	  .help = "How often an answer that a judge rejects goes back with the reason." },
};
#undef AT

static void cell_start(const YamlNode *map, void *out)
{
	(void)map;
	((SuiteCell *)out)->temperature = SUITE_UNSET;
}

static int check_cell(const char *file, const YamlNode *map, void *out, Err *e)
{
	const SuiteCell *c = out;

	if (c->cache != CACHE_NONE && !c->template.n && !c->system.n)
		return yaml_error(file, map, e, "prompt_cache keeps instructions, and this cell has none: no template, no system");
	return c->template.n && c->system.n ? yaml_error(file, map, e, "a cell has template or system, not both") : 0;
}

static const SettingList cell_list = { SCHEMA(cell_rows), sizeof(SuiteCell), check_cell, cell_start };

#define AT(member) .offset = offsetof(SuiteCase, member)
static const Setting case_rows[] = {
	{ "id", SET_TEXT, AT(id), .min = 1, .max = 128, .unique = true, .must = true, .help = "Its name." },
	{ "input", SET_TEXT, AT(input), .min = 1, .max = 100000, .must = true, .help = "What is asked." },
	{ "vars", SET_MAP, AT(vars), .help = "Values of the template's variables." },
	{ "expect", SET_LIST, AT(check), offsetof(SuiteCase, checks), 0, SUITE_CHECKS, .list = &check_list, .help = "What its answer must be." },
};
#undef AT
static const SettingList case_list = { SCHEMA(case_rows), sizeof(SuiteCase), NULL, NULL };

#define AT(member) .offset = offsetof(Suite, member)
static const Setting rows[] = {
	{ "id", SET_TEXT, AT(id), .min = 1, .max = 64, .help = "What the suite is called." },
	{ "cells", SET_LIST, AT(cell), offsetof(Suite, cells), 1, SUITE_CELLS, .list = &cell_list,
	  .help = "Who is asked; the others are compared with the first." },
	{ "cases", SET_LIST, AT(one), offsetof(Suite, cases), 0, SUITE_CASES, .list = &case_list, .help = "What is asked." },
	{ "dataset", SET_TEXT, AT(dataset), .min = 1, .max = 4000, .help = "More cases, as JSON lines." },
	{ "expect", SET_LIST, AT(check), offsetof(Suite, checks), 0, SUITE_CHECKS, .list = &check_list, .help = "What every answer must be." },
	{ "pairwise.model", SET_TEXT, AT(pairwise.model), .min = 1, .max = 2048, .help = "This model chooses between each answer and the first cell's." },
	{ "pairwise.rubric", SET_TEXT, AT(pairwise.rubric), .min = 1, .max = 20000, .help = "By these rules, in words." },
	{ "pairwise.max_tokens", SET_INT, AT(pairwise.max_tokens), .min = 50, .max = 8000, .fallback = "400", .help = "Its longest answer." },
	{ "pairwise.temperature", SET_DECIMAL, AT(pairwise.temperature), .max = 2000000, .help = "Left out: the model's own." },
	{ "pairwise.force_same_family", SET_BOOL, AT(pairwise.force_same_family), .fallback = "false",
	  .help = "Also when it is of the maker of a cell's model." },
	{ "concurrency", SET_INT, AT(concurrency), .min = 1, .max = 32, .fallback = "4", .help = "Questions under way at once." },
	{ "budget_usd", SET_USD, AT(budget_nusd), .min = 0, .max = INT64_C(1000000000000), .fallback = "1.00",
	  .help = "What the run may cost; a question that may go over it is not asked." },
	{ "repeat", SET_INT, AT(repeat), .min = 1, .max = 20, .fallback = "1", .help = "How often each question is asked of each cell." },
};
#undef AT
static const Schema schema = SCHEMA(rows);

static int take_vars(Arena *a, const char *path, SuiteCase *c, Err *e)
{
	if (!c->vars)
		return 0;
	c->value = ARENA_ARRAY(a, SuiteValue, c->vars->count + 1);
	for (const YamlNode *n = c->vars->child; n; n = n->next) {
		if (n->kind != YAML_SCALAR)
			return yaml_error(path, n, e, "the value of a variable is a text");
		c->value[c->values++] = (SuiteValue){ n->key, n->text };
	}
	return 0;
}

/* Such a line is YAML too, so one reader with one set of rules serves both. */
static int take_line(Arena *a, const char *path, Str line, SuiteCase *out, Err *e)
{
	static const Schema one = SCHEMA(case_rows);
	YamlNode *root = NULL;

	schema_defaults(a, &one, out);
	if (yaml_parse(a, path, line, &root, e) < 0 || schema_read(a, path, &one, root, "", out, e) < 0)
		return -1;
	return out->id.n && out->input.n ? take_vars(a, path, out, e) : err_kind(e, ERR_USAGE, "%s: each line needs id and input", path);
}

static Str resolve(Arena *a, const char *suite, Str file)
{
	const char *slash = strrchr(suite, '/');

	return slash && file.p[0] != '/' ? arena_printf(a, "%.*s/%.*s", (int)(slash - suite), suite, STR_ARG(file)) : arena_str(a, file);
}

static int take_dataset(Arena *a, const char *suite, SuitePlain *plain, Suite *s, Err *e)
{
	Str path = resolve(a, suite, s->dataset), rest;
	size_t lines = 1, n = 0;
	SuiteCase *all;
	Buf text = { 0 };
	int rc = file_read(path.p, &text, FILE_MAX_BYTES, e);

	rest = arena_str(a, buf_str(&text));
	buf_done(&text);
	for (size_t i = 0; rc == 0 && i < rest.n; i++)
		lines += rest.p[i] == '\n';
	all = ARENA_ARRAY(a, SuiteCase, s->cases + lines);
	if (s->cases)
		memcpy(all, s->one, s->cases * sizeof *all);
	for (; rc == 0 && rest.n; n++) {
		Str line = str_trim(str_cut(rest, '\n', &rest)), where = arena_printf(a, "%s:%zu", path.p, n + 1);

		if (!line.n)
			continue;
		if (s->cases == SUITE_CASES)
			return err_kind(e, ERR_USAGE, "a suite has at most %d cases", SUITE_CASES);
		if ((rc = plain(a, line, &line, e)) < 0)
			return err_wrap(e, "%s", where.p);
		rc = take_line(a, where.p, line, &all[s->cases++], e);
	}
	s->one = all;
	return rc;
}

static int check_ids(const Suite *s, Err *e)
{
	for (size_t i = 0; i < s->cases; i++)
		for (size_t k = i + 1; k < s->cases; k++)
			if (str_eq(s->one[i].id, s->one[k].id))
				return err_kind(e, ERR_USAGE, "two cases are called %.*s", STR_ARG(s->one[i].id));
	return s->cases ? 0 : err_kind(e, ERR_USAGE, "the suite has no cases; name them in cases, or a dataset");
}

static bool has_judge(const SuiteCheck *c, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (c[i].judge.model.n)
			return true;
	return false;
}

/* Only a judge's reason goes back. */
static int check_rounds(const Suite *s, Err *e)
{
	bool judged = has_judge(s->check, s->checks);

	for (size_t i = 0; i < s->cases; i++)
		judged |= has_judge(s->one[i].check, s->one[i].checks);
	for (size_t i = 0; i < s->cells; i++)
		if (s->cell[i].rounds && !judged)
			return err_kind(e, ERR_USAGE, "cell %.*s has rounds, and nothing in expect is a judge that could reject an answer",
			                STR_ARG(s->cell[i].name));
	return 0;
}

static void resolve_schemas(Arena *a, const char *suite, SuiteCheck *c, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (c[i].schema.n)
			c[i].schema = resolve(a, suite, c[i].schema);
}

int suite_read(Arena *a, const char *path, SuitePlain *plain, Suite *out, Err *e)
{
	Buf text = { 0 };
	YamlNode *root = NULL;
	int rc = file_read(path, &text, FILE_MAX_BYTES, e);

	*out = (Suite){ .id = STR("suite"), .pairwise.temperature = SUITE_UNSET };
	schema_defaults(a, &schema, out);
	if (rc < 0 && e)
		e->kind = ERR_USAGE;
	if (rc == 0)
		rc = yaml_parse(a, path, arena_str(a, buf_str(&text)), &root, e);
	buf_done(&text);
	if (rc < 0 || schema_read(a, path, &schema, root, "", out, e) < 0)
		return -1;
	if (yaml_get(root, "pairwise") && (!out->pairwise.model.n || !out->pairwise.rubric.n))
		return yaml_error(path, yaml_get(root, "pairwise"), e, "pairwise needs a model and a rubric");
	if (!out->cells)
		return err_kind(e, ERR_USAGE, "%s: a suite needs cells: who is asked", path);
	for (size_t i = 0; i < out->cases; i++)
		if (take_vars(a, path, &out->one[i], e) < 0)
			return -1;
	if ((out->dataset.n && take_dataset(a, path, plain, out, e) < 0) || check_ids(out, e) < 0 || check_rounds(out, e) < 0)
		return -1;
	resolve_schemas(a, path, out->check, out->checks);
	for (size_t i = 0; i < out->cases; i++)
		resolve_schemas(a, path, out->one[i].check, out->one[i].checks);
	return 0;
}
