#include "unit.h"

#include "conf/schema.h"
#include "conf/yaml.h"

typedef struct Item {
	Str     id, model, agent;
	int64_t above, from_ms, *percent;
	size_t  percent_count;
	bool    rising;
} Item;

typedef struct Top {
	Item   *item;
	size_t  count;
} Top;

#define AT(member) .offset = offsetof(Item, member)
static const Setting item_rows[] = {
	{ "id", SET_TEXT, AT(id), .min = 1, .max = 20, .must = true, .unique = true, .help = "Name." },
	{ "scope.model", SET_TEXT, AT(model), .min = 1, .max = 20, .help = "Model." },
	{ "scope.agent", SET_TEXT, AT(agent), .min = 1, .max = 20, .help = "Agent." },
	{ "above", SET_DECIMAL, AT(above), .max = 1000000000, .fallback = "1.5", .help = "Limit." },
	{ "from", SET_DAY, AT(from_ms), .fallback = "1970-01-02", .help = "Day." },
	{ "percent", SET_INTS, AT(percent), offsetof(Item, percent_count), 1, 100, .fallback = "50, 100", .help = "Steps." },
};
#undef AT

/* What no row can say: agent and model exclude each other. */
static int one_scope(const char *file, const YamlNode *map, void *out, Err *e)
{
	Item *it = out;

	it->rising = yaml_get(map, "above") != NULL;
	return it->model.n && it->agent.n ? yaml_error(file, map, e, "model or agent, not both") : 0;
}

static const SettingList items = { SCHEMA(item_rows), sizeof(Item), one_scope, NULL };
static const Setting top_rows[] = {
	{ "things", SET_LIST, offsetof(Top, item), offsetof(Top, count), 0, 4, .help = "Things.", .list = &items },
};
static const Schema top_schema = SCHEMA(top_rows);

static Arena arena;
static Err err;

static int read_text(const char *text, Top *t)
{
	YamlNode *root;

	arena_reset(&arena);
	err = (Err){ 0 };
	*t = (Top){ 0 };
	assert_int_equal(yaml_parse(&arena, "c.yaml", str_of(text), &root, &err), 0);
	return schema_read(&arena, "c.yaml", &top_schema, root, "", t, &err);
}

static void refused(const char *text, const char *want)
{
	Top t;

	assert_int_equal(read_text(text, &t), -1);
	assert_int_equal(err.kind, ERR_USAGE);
	if (!strstr(err.text, want))
		fail_msg("\"%s\" should say \"%s\"", err.text, want);
}

static void a_list_of_maps(void **state)
{
	Top t;

	(void)state;
	assert_int_equal(read_text("things:\n"
	                           "  - {id: a, scope: {agent: upsell}, above: 0.05, percent: [50, 80, 95, 100], from: 2026-02-28}\n"
	                           "  - id: b\n    scope: {model: nova}\n", &t), 0);
	assert_int_equal(t.count, 2);
	assert_true(str_is(t.item[0].id, "a") && str_is(t.item[0].agent, "upsell") && !t.item[0].model.n);
	assert_int_equal(t.item[0].above, 50000);
	assert_int_equal(t.item[0].percent_count, 4);
	assert_int_equal(t.item[0].percent[2], 95);
	assert_int_equal(t.item[0].from_ms, INT64_C(1772236800000));
	assert_true(t.item[0].rising && !t.item[1].rising);
	/* The second starts from the defaults, not from the first. */
	assert_true(str_is(t.item[1].model, "nova") && !t.item[1].agent.n);
	assert_int_equal(t.item[1].above, 1500000);
	assert_int_equal(t.item[1].percent_count, 2);
	assert_int_equal(t.item[1].percent[1], 100);
	assert_int_equal(t.item[1].from_ms, 86400000);
	assert_int_equal(read_text("things: []\n", &t), 0);
	assert_int_equal(t.count, 0);
	assert_int_equal(read_text("things:\n", &t), 0);
	assert_int_equal(t.count, 0);
}

static void refusals(void **state)
{
	(void)state;
	refused("things: {id: a}\n", "c.yaml:1:9: things must be a list of 0 to 4 maps");
	refused("things: [a]\n", "c.yaml:1:10: mapping expected: things[1] must be lines");
	refused("things: [{id: a}, {scope: {agent: x}}]\n", "c.yaml:1:19: things[2] has no \"id\"");
	refused("things:\n  - {id: a}\n  - {id: a}\n", "c.yaml:3:5: things[2] has the id \"a\" of an entry before it");
	refused("things: [{id: a, abov: 1}]\n", "c.yaml:1:18: unknown key \"abov\" in things[1]: did you mean \"above\"?");
	refused("things: [{id: a, scope: {agnt: x}}]\n", "unknown key \"agnt\" in things[1].scope: did you mean \"agent\"?");
	refused("things: [{id: a, above: 0.0000001}]\n", "things[1].above must be a decimal number such as 0.05, from 0 to 1000");
	refused("things: [{id: a, above: -1}]\n", "must be a decimal");
	refused("things: [{id: a, above: 1e3}]\n", "must be a decimal");
	refused("things: [{id: a, above: 1000.1}]\n", "from 0 to 1000");
	refused("things: [{id: a, above: \"1\"}]\n", "must be a decimal");
	refused("things: [{id: a, above: ~}]\n", "things[1].above has no value");
	refused("things: [{id: a, from: 2026-02-29}]\n", "things[1].from must be a day such as 2026-01-31");
	refused("things: [{id: a, percent: [50, 50]}]\n", "c.yaml:1:32: things[1].percent must be a list of at most 16 rising");
	refused("things: [{id: a, percent: [0]}]\n", "whole numbers from 1 to 100");
	refused("things: [{id: a, percent: 50}]\n", "must be a list");
	refused("things: [{id: a, scope: {agent: x, model: y}}]\n", "c.yaml:1:10: model or agent, not both");
	refused("things: [{id: a}, {id: b}, {id: c}, {id: d}, {id: e}]\n", "a list of 0 to 4 maps");
}

static void reference(void **state)
{
	Buf b = { 0 };

	(void)state;
	schema_describe(&top_schema, "", &b);
	assert_true(str_has(buf_str(&b), STR("| `things` | a list of 0 to 4 maps | - | Things. |")));
	assert_true(str_has(buf_str(&b), STR("| `things[].id` | text of 1 to 20 bytes | must be given | Name. |")));
	assert_true(str_has(buf_str(&b), STR("| `things[].above` | a decimal number such as 0.05, from 0 to 1000 | `1.5` |")));
	assert_true(str_has(buf_str(&b), STR("| `things[].percent` | a list of at most 16 rising whole numbers from 1 to 100 | `50, 100` |")));
	buf_done(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_list_of_maps), cmocka_unit_test(refusals), cmocka_unit_test(reference),
	};
	int rc = cmocka_run_group_tests(tests, NULL, NULL);

	arena_done(&arena);
	return rc;
}
