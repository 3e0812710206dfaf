#include "unit.h"

#include "panes/table.h"

static const TableColumn columns[] = {
	{ "tenant", "tenant", 10, false, 'T', 0 },
	{ "cost", "dollars", 7, true, 'C', 0 },
};
static const PaneClass class = { .name = "list" };

static void open_with(Table *t, const char *sort)
{
	static ViewNode node;
	Pane p = { .cls = &class, .node = &node };
	Err e = { 0 };

	node = (ViewNode){ .pane = STR("list"), .sort = str_of(sort) };
	assert_int_equal(table_open(t, columns, 2, &p, &e), 0);
}

static void an_empty_list_says_why(void **state)
{
	static const struct { const char *filter, *text; } row[] = {
		{ "acme", "nothing matches the filter; Esc clears it" },
		{ "tenant:acme", "nothing matches the filter; Esc clears it" },
		{ "tennant:acme", "nothing matches the filter; no column is called tennant: did you mean tenant?; Esc clears it" },
		{ "ok !tennant:acme", "nothing matches the filter; no column is called tennant: did you mean tenant?; Esc clears it" },
		{ "\x1b[31m:x", "nothing matches the filter; no column is called ␛[31m; Esc clears it" },
	};
	Arena a = { 0 };
	Table t;

	(void)state;
	open_with(&t, "");
	for (size_t i = 0; i < sizeof row / sizeof *row; i++)
		assert_string_equal(table_nothing(&t, str_of(row[i].filter), &a).p, row[i].text);
	table_close(&t);
	arena_done(&a);
}

static void heading(const char *sort, const char *text)
{
	Surface *s = surface_new(20, 2);
	Arena a = { 0 };
	Buf out = { 0 };
	Table t;

	open_with(&t, sort);
	table_draw(&t, surface_box(s), false, &a);
	assert_int_equal(surface_to_text(s, false, &out), 0);
	assert_string_equal(buf_cstr(&out), text);
	buf_done(&out);
	table_close(&t);
	arena_done(&a);
	surface_free(s);
}

static void the_heading_shows_the_order(void **state)
{
	(void)state;
	heading("", "tenant     dollars\n\n");
	heading("tenant", "tenant▲    dollars\n\n");
	heading("-cost", "tenant     dollar▼\n\n");      /* as wide as its column: the arrow takes a letter */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_list_says_why),
		cmocka_unit_test(the_heading_shows_the_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
