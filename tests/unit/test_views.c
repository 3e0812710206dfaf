#include "unit.h"

#include "conf/views.h"

#include <unistd.h>

#include "base/file.h"

static const char *const kinds[] = { "heatmap", "contributors", "jobs", NULL };
static Arena arena;
static Err err;
static View view;

static int parse(const char *text)
{
	arena_reset(&arena);
	err = (Err){ 0 };
	return view_parse(&arena, "views/cost.yaml", str_of(text), kinds, &view, &err);
}

#define HEAD "id: cost\nname: Cost\ndescription: Where the money goes\n"

static void refused(const char *text, const char *what)
{
	assert_int_equal(parse(text), -1);
	assert_int_equal(err.kind, ERR_USAGE);
	if (!strstr(err.text, what))
		fail_msg("\"%s\" should say \"%s\"", err.text, what);
}

static void a_whole_view(void **state)
{
	const ViewNode *n;

	(void)state;
	assert_int_equal(parse(HEAD "key: \"4\"\n"
	                       "layout:\n"
	                       "  split: rows\n"
	                       "  children:\n"
	                       "    - {pane: heatmap, size: \"60%\", options: {x: hour, y: date, value: ratio}}\n"
	                       "    - pane: contributors\n"
	                       "      size: 12\n"
	                       "      title: Movers\n"
	                       "      columns: [key, {name: nanoUsd, title: USD, width: 12, align: right}, base]\n"
	                       "      sort: \"-delta\"\n"
	                       "      filter: \"agent:a b\"\n"
	                       "      from: 120x40\n"
	                       "      when: firing\n"
	                       "      refresh: 30s\n"
	                       "    - {split: cols, children: [{pane: jobs, refresh: off}]}\n"
	                       "availableTools: [\"local:explain_cost\", wiki/search]\n"), 0);
	assert_true(str_is(view.id, "cost") && str_is(view.name, "Cost") && view.key == '4');
	assert_int_equal(view.tool_count, 2);
	assert_true(view.layout->is_split && view.layout->rows && view.layout->size_kind == SIZE_STAR);
	n = view.layout->child;
	assert_true(str_is(n->pane, "heatmap") && n->size_kind == SIZE_PERCENT && n->size == 60);
	assert_int_equal(n->option_count, 3);
	assert_true(str_is(n->options[2].key, "value") && str_is(n->options[2].value, "ratio"));
	assert_int_equal(n->options[2].line, 8);
	assert_int_equal(n->refresh_ms, 0);
	n = n->next;
	assert_true(n->size_kind == SIZE_CELLS && n->size == 12);
	assert_int_equal(n->column_count, 3);
	assert_true(str_is(n->columns[0].name, "key") && n->columns[0].width == 0 && !n->columns[0].right);
	assert_true(str_is(n->columns[1].title, "USD") && n->columns[1].width == 12 && n->columns[1].right);
	assert_true(str_is(n->sort, "-delta") && str_is(n->filter, "agent:a b") && str_is(n->title, "Movers"));
	assert_int_equal(n->refresh_ms, 30000);
	assert_true(n->from_w == 120 && n->from_h == 40 && n->when == WHEN_FIRING && !view.layout->child->from_w);
	n = n->next;
	assert_true(n->is_split && !n->rows && !n->next);
	assert_int_equal(n->child->refresh_ms, -1);
}

static void refusals(void **state)
{
	(void)state;
	refused("", "id is missing");
	refused(HEAD, "layout is missing");
	refused("id: other\nname: n\ndescription: d\nlayout: {pane: jobs}\n", "views/cost.yaml:1:5: the id must be the file's name, cost");
	refused(HEAD "layuot: {}\n", "views/cost.yaml:4:1: unknown key \"layuot\": did you mean \"layout\"?");
	refused(HEAD "layout: {pane: heatmap, from: 80}\n", "views/cost.yaml:4:31: from must be the size of a window such as \"120x40\"");
	refused(HEAD "layout: {pane: heatmap, from: 0x24}\n", "from must be the size of a window");
	refused(HEAD "layout: {pane: heatmap, when: never}\n", "when must be ");
	refused(HEAD "layout: {pane: heatmpa}\n", "views/cost.yaml:4:16: there is no pane \"heatmpa\": did you mean \"heatmap\"?");
	refused(HEAD "layout: {pane: nothing}\n", "there is no pane \"nothing\"");
	refused(HEAD "layout: {}\n", "a layout's node");
	refused(HEAD "layout: {pane: jobs, split: rows}\n", "a layout's node");
	refused(HEAD "layout: {split: row, children: [{pane: jobs}]}\n", "split must be cols or rows");
	refused(HEAD "layout: {split: rows}\n", "1 to 16 children");
	refused(HEAD "layout: {split: rows, children: []}\n", "1 to 16 children");
	refused(HEAD "layout: {split: rows, children: [jobs]}\n", "a layout's node");
	refused(HEAD "layout: {pane: jobs, size: \"101%\"}\n", "size must be a number of cells");
	refused(HEAD "layout: {pane: jobs, size: 0}\n", "size must be");
	refused(HEAD "layout: {pane: jobs, sort: \"a b\"}\n", "sort must be a column");
	refused(HEAD "layout: {pane: jobs, refresh: 10ms}\n", "refresh must be a duration");
	refused(HEAD "layout: {pane: jobs, columns: [a, a]}\n", "the column a stands twice");
	refused(HEAD "layout: {pane: jobs, columns: [{title: a}]}\n", "has no name");
	refused(HEAD "layout: {pane: jobs, columns: [{name: a, align: center}]}\n", "columns.align must be left or right");
	refused(HEAD "layout: {pane: jobs, options: {a: [1]}}\n", "an option is one value");
	refused(HEAD "key: \"10\"\nlayout: {pane: jobs}\n", "one digit");
	refused(HEAD "layout: {pane: jobs}\navailableTools: [\"wiki/*\"]\n", "without wildcards");
}

static void write_file(const char *dir, const char *name, const char *text)
{
	char path[200];

	(void)snprintf(path, sizeof path, "%s/%s", dir, name);
	assert_int_equal(file_replace(path, str_of(text), &err), 0);
}

static void a_users_folder(void **state)
{
	char dir[] = P_tmpdir "/seismo-views-XXXXXX", path[200];
	static const char *const names[] = { "mine.yaml", "other.yaml", ".hidden.yaml", "note.txt" };
	Views v;
	size_t builtin;

	(void)state;
	/* Without kinds to check against: the built-in views use panes that this test does not know. */
	assert_int_equal(views_load(&arena, NULL, NULL, &v, &err), 0);
	builtin = v.count;
	assert_non_null(mkdtemp(dir));
	write_file(dir, "mine.yaml", "id: mine\nname: M\ndescription: d\nlayout: {pane: jobs}\n");
	write_file(dir, ".hidden.yaml", "- broken");
	write_file(dir, "note.txt", "- broken");
	assert_int_equal(views_load(&arena, dir, NULL, &v, &err), 0);
	assert_int_equal(v.count, builtin + 1);
	assert_non_null(views_find(&v, STR("mine")));
	assert_null(views_find(&v, STR("absent")));
	assert_null(views_by_key(&v, 0));
	write_file(dir, "other.yaml", "id: other\nname: M\n");
	assert_int_equal(views_load(&arena, dir, NULL, &v, &err), -1);
	assert_non_null(strstr(err.text, "/other.yaml:1:1: "));
	write_file(dir, "mine.yaml", "id: mine\nname: M\ndescription: d\nkey: 9\nlayout: {pane: jobs}\n");
	write_file(dir, "other.yaml", "id: other\nname: M\ndescription: d\nkey: 9\nlayout: {pane: jobs}\n");
	assert_int_equal(views_load(&arena, dir, NULL, &v, &err), -1);
	assert_non_null(strstr(err.text, "key 9 is taken by "));
	assert_non_null(strstr(err.text, dir));
	(void)snprintf(path, sizeof path, "%s/absent", dir);
	assert_int_equal(views_load(&arena, path, NULL, &v, &err), 0);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		(void)snprintf(path, sizeof path, "%s/%s", dir, names[i]);
		assert_int_equal(unlink(path), 0);
	}
	assert_int_equal(rmdir(dir), 0);
}

static int done(void **state)
{
	(void)state;
	arena_done(&arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_view), cmocka_unit_test(refusals), cmocka_unit_test(a_users_folder),
	};

	return cmocka_run_group_tests_name("views", tests, NULL, done);
}
