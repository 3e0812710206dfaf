#include "unit.h"

#include "panes/table.h"

enum { NAME, COST, NOTE, COLS };
static const TableColumn columns[COLS] = {
	[NAME] = { "name", "name", 10, false, 'N', 0 },
	[COST] = { "cost", "$", 6, true, 'C', 0 },
	[NOTE] = { "note", "note", 8, false, 0, 40 },
};
static const PaneClass cls = { .name = "list" };

typedef struct Fact { const char *key, *note; int64_t cost; } Fact;
static const Fact facts[] = {
	{ "alpha", "red", 3 }, { "beta", "green", 1 }, { "gamma", "Red", 2 }, { "delta", "blue", 3 }, { "epsilon", "", 0 },
};

static Arena arena;

static void fill(Table *t, size_t n, const char *filter)
{
	table_begin(t);
	for (size_t i = 0; i < n; i++) {
		TableRow *r = table_add(t, str_of(facts[i].key), &facts[i]);

		r->cell[NAME] = (TableCell){ clean_text(&arena, str_sub(str_of(facts[i].key), 0, 3), 0), ROLE_TEXT, 0 };
		r->cell[COST] = (TableCell){ clean_ownf(&arena, "%lld", (long long)facts[i].cost), ROLE_MONEY, facts[i].cost };
		r->cell[NOTE] = (TableCell){ clean_text(&arena, str_of(facts[i].note), 0), ROLE_DIM, 0 };
	}
	table_end(t, str_of(filter));
}

static Table opened(const char *sort)
{
	static ViewNode node;
	Pane p = { .cls = &cls, .node = &node };
	Table t;
	Err e = { 0 };

	node = (ViewNode){ .sort = str_of(sort) };
	if (table_open(&t, columns, COLS, &p, &e) < 0)
		fail_msg("%s", e.text);
	return t;
}

static void order(const Table *t, const char *want)
{
	char got[64] = "";

	for (size_t i = 0; i < t->n; i++)
		(void)snprintf(got + strlen(got), sizeof got - strlen(got), "%c", t->row[i].key.p[0]);
	assert_string_equal(got, want);
}

static Key key(uint32_t ch)
{
	return (Key){ .kind = KEY_CHAR, .ch = ch };
}

static const char *current(const Table *t)
{
	return table_current(t) ? ((const Fact *)table_current(t)->object)->key : "none";
}

static int clear(void **state)
{
	(void)state;
	arena_done(&arena);
	return 0;
}

static void test_filters(void **state)
{
	static const struct { const char *filter, *want; } row[] = {
		{ "", "abgde" },        { "red", "ag" },           { "!red", "bde" },     { "note:red", "ag" }, { "name:red", "" },
		{ "!note:red", "bde" }, { "red !alp", "g" },       { "epsilon", "e" },    { "!", "abgde" },     { "note:", "abgde" },
		{ "  red  ", "ag" },    { "nothing:like this", "" }, { "cost:3", "ad" },
	};
	Table t = opened("");

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		fill(&t, 5, row[i].filter);
		order(&t, row[i].want);
		assert_int_equal(t.total, 5);
	}
	table_close(&t);
}

static void test_sorting(void **state)
{
	Table t = opened("-cost");

	(void)state;
	fill(&t, 5, "");
	order(&t, "adgbe");                /* equal costs stand in the order of their keys */
	assert_int_equal(table_key(&t, key('C'), 5), PANE_HANDLED);
	order(&t, "ebgad");
	(void)table_key(&t, key('N'), 5);
	order(&t, "abdeg");
	assert_int_equal(table_key(&t, key('X'), 5), PANE_IGNORED);
	table_close(&t);
}

static void test_the_cursor_stays_on_its_object(void **state)
{
	Table t = opened("");

	(void)state;
	fill(&t, 5, "");
	(void)table_key(&t, key('j'), 5);
	(void)table_key(&t, key('j'), 5);
	assert_string_equal(current(&t), "gamma");
	(void)table_key(&t, key('C'), 5);
	assert_string_equal(current(&t), "gamma");
	fill(&t, 5, "red");
	assert_string_equal(current(&t), "gamma");
	fill(&t, 5, "blue");               /* gone: the nearest place */
	assert_string_equal(current(&t), "delta");
	fill(&t, 5, "no such thing");
	assert_string_equal(current(&t), "none");
	(void)table_key(&t, key('j'), 5);
	(void)table_key(&t, key('G'), 5);
	fill(&t, 5, "");
	assert_string_equal(current(&t), "gamma");
	table_close(&t);
}

/* Until it is moved it shows the newest; from then on, be it to the first row, it stays on what it was moved to. */
static void test_a_cursor_that_nobody_moved_is_on_the_first_row(void **state)
{
	Table t = opened("");

	(void)state;
	fill(&t, 5, "");
	(void)table_key(&t, key('N'), 5);
	assert_string_equal(current(&t), "alpha");
	(void)table_key(&t, key('N'), 5);              /* the other way round */
	assert_string_equal(current(&t), "gamma");
	(void)table_key(&t, key('g'), 5);
	(void)table_key(&t, key('N'), 5);
	assert_string_equal(current(&t), "gamma");
	assert_int_equal(t.cursor, 4);
	table_close(&t);
}

static void test_moving_stops_at_the_ends(void **state)
{
	Table t = opened("");

	(void)state;
	fill(&t, 5, "");
	(void)table_key(&t, (Key){ .kind = KEY_UP }, 3);
	assert_string_equal(current(&t), "alpha");
	(void)table_key(&t, (Key){ .kind = KEY_PAGE_DOWN }, 3);
	assert_string_equal(current(&t), "delta");
	(void)table_key(&t, (Key){ .kind = KEY_PAGE_DOWN }, 3);
	assert_string_equal(current(&t), "epsilon");
	assert_int_equal(t.top, 2);
	(void)table_key(&t, (Key){ .kind = KEY_HOME }, 3);
	assert_string_equal(current(&t), "alpha");
	assert_int_equal(t.top, 0);
	table_close(&t);
}

static void test_unknown_columns_are_named(void **state)
{
	ViewColumn vc = { .name = STR("nam") };
	ViewNode node = { .columns = &vc, .column_count = 1, .line = 7 };
	Pane p = { .cls = &cls, .node = &node };
	Table t;
	Err e = { 0 };

	(void)state;
	assert_int_equal(table_open(&t, columns, COLS, &p, &e), -1);
	assert_int_equal(e.kind, ERR_USAGE);
	assert_non_null(strstr(e.text, "line 7"));
	assert_non_null(strstr(e.text, "did you mean name?"));
	table_close(&t);
}

/* The row of the cursor is on the screen whatever the height is, and nothing is drawn outside. */
static void test_drawing_at_every_size(void **state)
{
	Table t = opened("");
	Arena scratch = { 0 };

	(void)state;
	fill(&t, 5, "");
	(void)table_key(&t, key('G'), 5);
	for (int h = 1; h <= 8; h++)
		for (int w = 1; w <= 60; w += 7) {
			Surface *s = surface_new(w, h);
			Buf text = { 0 };

			table_draw(&t, surface_box(s), true, &scratch);
			assert_int_equal(surface_to_text(s, false, &text), 0);
			if (h > 1 && w >= 10)
				assert_non_null(strstr(buf_cstr(&text), "eps"));
			if (w >= 40)
				assert_non_null(strstr(buf_cstr(&text), "note"));
			else
				assert_null(strstr(buf_cstr(&text), "note"));
			buf_done(&text);
			surface_free(s);
		}
	arena_done(&scratch);
	table_close(&t);
}

#define CASE(f) cmocka_unit_test_teardown(f, clear)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_filters),
		CASE(test_sorting),
		CASE(test_the_cursor_stays_on_its_object), CASE(test_a_cursor_that_nobody_moved_is_on_the_first_row),
		CASE(test_moving_stops_at_the_ends),
		CASE(test_unknown_columns_are_named),
		CASE(test_drawing_at_every_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
