/* Labels of templates: their keys and rows, the conditions under which they move, and which version a name stands for. */
#include "unit.h"

#include "act/items.h"
#include "template/own.h"

static void keys(void **state)
{
	Str id, label;

	(void)state;
	assert_true(label_key(STR("template/upsell/production"), &id, &label));
	assert_true(str_is(id, "upsell") && str_is(label, "production"));
	assert_true(label_key(STR("template/prompts/upsell/production"), &id, &label));
	assert_true(str_is(id, "prompts/upsell") && str_is(label, "production"));
	assert_false(label_key(STR("template/upsell"), &id, &label));
	assert_false(label_key(STR("template//production"), &id, &label));
	assert_false(label_key(STR("template/upsell/"), &id, &label));
	assert_false(label_key(STR("arn:aws:bedrock:us-east-1:1:agent-alias/A/B"), &id, &label));
}

static void names(void **state)
{
	static const char *const good[] = { "production", "staging-2", "v2.1_eu", "a" };
	static const char *const bad[] = { "", "AWSCURRENT", "two words", "a/b", "a@b", "\xc3\xa4",
		"a1234567890123456789012345678901234567890123456789012345678901234" };

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		assert_int_equal(template_label_check(str_of(good[i]), NULL), 0);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_int_equal(template_label_check(str_of(bad[i]), NULL), -1);
}

/* --- how it moves: where it is, is part of the condition --- */

static const LockPlace place = { .table = "seismo-locks", .key = STR("template/upsell/production"), .label = true };
static const Lock mine = { .op = STR("op-1"), .action = STR("promote"), .by = STR("me"), .host = STR("desk"), .since = STR("now"), .reason = STR("r") };
static const AuditItem audit = { .n = 1, .event = "claimed", .time = "t", .by = STR("me"), .host = STR("desk"), .prev = STR("p"), .hash = STR("h"),
	.change = STR("") };

static void assert_claim(const LockRow *seen, const char *condition)
{
	Arena a = { 0 };
	DdbTransactIn t = claim_items(&a, &place, seen, &mine, STR("op-1"), &audit);

	assert_int_equal(t.count, 2);
	assert_string_equal(t.item[0].update.condition, condition);
	arena_done(&a);
}

static void claims(void **state)
{
	(void)state;
	assert_claim(&(LockRow){ 0 }, "attribute_not_exists(#rev) AND attribute_not_exists(#lock) AND attribute_not_exists(#live)");
	assert_claim(&(LockRow){ .there = true, .live = STR("2.1") }, "attribute_not_exists(#rev) AND attribute_not_exists(#lock) AND #live = :live");
	assert_claim(&(LockRow){ .there = true, .has_rev = true, .rev = 4, .live = STR("2.1") },
	             "#rev = :rev AND attribute_not_exists(#lock) AND #live = :live");
	assert_claim(&(LockRow){ .there = true, .has_rev = true, .rev = 4 }, "#rev = :rev AND attribute_not_exists(#lock) AND attribute_not_exists(#live)");
}

static void assert_finish(Finish f, const char *change, const char *condition)
{
	Arena a = { 0 };
	DdbTransactIn t;

	f.mine = &mine;
	t = finish_items(&a, &place, &f, &audit);
	assert_int_equal(t.count, 2);
	assert_string_equal(t.item[0].update.update, change);
	assert_string_equal(t.item[0].update.condition, condition);
	arena_done(&a);
}

static void finishes(void **state)
{
	static const RoutePart old = { STR("2.1"), 100 };

	(void)state;
	assert_finish((Finish){ .live = STR("2.2"), .was = { &old, 1 } }, "SET #rev = :rev, #to = :to REMOVE #lock", "#lock.#op = :op AND #to = :was");
	assert_finish((Finish){ .live = STR("2.2") }, "SET #rev = :rev, #to = :to REMOVE #lock", "#lock.#op = :op AND attribute_not_exists(#to)");
	assert_finish((Finish){ .gone = true, .was = { &old, 1 } }, "SET #rev = :rev REMOVE #lock, #to", "#lock.#op = :op AND #to = :was");
	/* Let go: whatever it is by now. */
	assert_finish((Finish){ .was = { &old, 1 } }, "SET #rev = :rev REMOVE #lock", "#lock.#op = :op");
}

/* --- what a name stands for --- */

static Template one(const char *id, const char *version, const char *label)
{
	Template t = { .id = str_of(id), .version = str_of(version) };

	if (label)
		t.label[t.labels++] = str_of(label);
	return t;
}

static void assert_found(const Templates *all, const char *name, const char *version)
{
	Err e = { 0 };
	const Template *t = templates_find(all, str_of(name), &e);

	if (!version) {
		assert_null(t);
		assert_true(e.text[0] != 0);
		return;
	}
	assert_non_null(t);
	assert_string_equal(arena_cstr(&((Templates *)all)->arena, t->version), version);
}

static void standing_for(void **state)
{
	Template v[] = { one("a", "3", "staging"), one("a", "2", "production"), one("a", "1", "AWSCURRENT"), one("b", "1", NULL) };
	TemplateLabel ours[] = { { .id = STR("a"), .name = STR("production"), .version = STR("1") },
		{ .id = STR("a"), .name = STR("old"), .version = STR("1") }, { .id = STR("b"), .name = STR("production"), .version = STR("9") } };
	Templates all = { .v = v, .n = 4, .label = ours, .labels = 3 };
	TemplatesRead r = { .out = &all };

	(void)state;
	labels_give(&r);
	/* The label that the place has of the same name is outdone; its other labels stay. */
	assert_found(&all, "a@production", "1");
	assert_found(&all, "a", "1");
	assert_found(&all, "a@old", "1");
	assert_found(&all, "a@staging", "3");
	assert_found(&all, "a@2", "2");
	assert_int_equal(v[1].labels, 0);
	assert_int_equal(v[1].outdones, 1);
	assert_int_equal(v[2].labels, 3);
	/* One that leads nowhere is an error, and never passed over for the newest. */
	assert_found(&all, "b@production", NULL);
	assert_found(&all, "b", NULL);
	assert_found(&all, "b@1", "1");
	assert_found(&all, "a@nobody", NULL);
	assert_int_equal(all.problems, 1);
	assert_string_equal(all.problem[0].of, "labels");
	/* Nor is one of the place taken when ours could not be read. */
	all.unlabelled = true;
	assert_found(&all, "a@staging", NULL);
	assert_found(&all, "a", NULL);
	assert_found(&all, "a@2", "2");
	free(all.problem);
	arena_done(&all.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys), cmocka_unit_test(names), cmocka_unit_test(claims), cmocka_unit_test(finishes), cmocka_unit_test(standing_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
