#include "unit.h"

#include "old_layout.h"
#include "store/db.h"
#include "store_unit.h"

enum { MANY = 300000 };

/* Known hashes, spread like those of ids. */
static int64_t hash_of(int64_t i)
{
	return (int32_t)((uint32_t)i * UINT32_C(2654435761));
}

static void check_found(Store *s, int64_t i, bool there)
{
	const int64_t *id;
	size_t n;
	bool found = false;

	MUST(index_ids(s, hash_of(i), &id, &n, e));
	for (size_t k = 0; k < n; k++)
		found |= id[k] == i + 1;
	if (found != there)
		fail_msg("entry %lld is %s", (long long)i, found ? "there" : "not there");
}

static void put(Store *s, int64_t from, int64_t until)
{
	MUST(db_begin(s, e));
	MUST(index_begin(s, 0, e));
	for (int64_t i = from; i < until; i++)
		MUST(index_put(s, hash_of(i), i + 1, e));
	MUST(index_settle(s, e));
	MUST(db_commit(s, e));
}

/* In a transaction from memory, outside of one from the file. */
static void check_all(Store *s, int64_t n, int64_t step)
{
	for (int64_t i = 0; i < n; i += step)
		check_found(s, i, true);
	check_found(s, n, false);
}

static void check_both(Store *s, int64_t n)
{
	MUST(db_begin(s, e));
	MUST(index_begin(s, 0, e));
	check_all(s, n, 17);
	db_undo(s);
	check_all(s, n, 40009);
}

static int64_t merged(Store *s, const char *table)
{
	sqlite3_stmt *st;
	char sql[80];
	int64_t n;

	(void)snprintf(sql, sizeof sql, "SELECT total(length(entries)) / 9 FROM %s", table);
	assert_int_equal(sqlite3_prepare_v2(s->db, sql, -1, &st, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(st), SQLITE_ROW);
	n = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	return n;
}

static void entries_are_found_wherever_they_are(void **state)
{
	Store *s = must_open("index.db", STORE_WRITE), *r;

	(void)state;
	for (int64_t i = 0; i < MANY; i += 5000)
		put(s, i, i + 5000);
	assert_in_range(merged(s, "job_upper") + merged(s, "job_block"), MANY / 16, MANY / 2);
	check_both(s, MANY);
	r = must_open("index.db", STORE_READ);
	check_all(r, MANY, 40009);
	store_close(r);
	store_close(s);
	s = must_open("index.db", STORE_WRITE);
	check_both(s, MANY);
	store_close(s);
}

/* All slices in turn, and rows all of whose entries have moved are gone. */
static void moved_rows_go(void **state)
{
	Store *s = must_open("moved.db", STORE_WRITE);
	int64_t rows;

	(void)state;
	for (int64_t i = 0; i < 3 * MANY; i += 50000)
		put(s, i, i + 50000);
	MUST(db_int(s, "SELECT min(id) FROM job_new", &rows, e));
	assert_true(rows > 1);
	assert_in_range(merged(s, "job_upper") + merged(s, "job_block"), 2 * MANY, 3 * MANY - 1);
	check_both(s, 3 * MANY);
	store_close(s);
}

/* What another writer has put is known, and what was undone is not. */
static void two_writers_and_an_undone_batch(void **state)
{
	Store *s = must_open("two.db", STORE_WRITE), *other = must_open("two.db", STORE_WRITE);

	(void)state;
	put(s, 0, 10);
	put(other, 10, 20);
	put(s, 20, 30);
	MUST(db_begin(s, e));
	MUST(index_begin(s, 0, e));
	MUST(index_put(s, hash_of(30), 31, e));
	check_found(s, 30, true);
	MUST(index_settle(s, e));
	db_undo(s);
	MUST(db_begin(s, e));
	MUST(index_begin(s, 0, e));
	check_all(s, 30, 1);
	index_drop(s, hash_of(7), 8);
	check_found(s, 7, false);
	MUST(db_commit(s, e));
	check_both(other, 30);
	store_close(s);
	store_close(other);
}

static void begin_and_commit(Store *s, int64_t n, int64_t step)
{
	MUST(db_begin(s, e));
	MUST(index_begin(s, 0, e));
	check_all(s, n, step);
	MUST(db_commit(s, e));
}

/* A slice of the upper table that has grown goes into the lower one. */
static void upper_slices_go_down(void **state)
{
	enum { DOWN = 5 * MANY };
	Store *s = must_open("down.db", STORE_WRITE);

	(void)state;
	for (int64_t i = 0; i < DOWN; i += 50000)
		put(s, i, i + 50000);
	assert_in_range(merged(s, "job_block"), MANY, DOWN - MANY);
	assert_in_range(merged(s, "job_upper"), 1, DOWN - 1);
	assert_int_equal(merged(s, "job_block") + merged(s, "job_upper") + (int64_t)s->index.n, DOWN);
	check_both(s, DOWN);
	store_close(s);
}

/* It lets few through that are not there, never denies one that is, is read from the file by the next, and made anew when it is too small. */
static void the_filter_is_large_enough(void **state)
{
	enum { SETTLED = 500000, UNKNOWN = 10000, MORE = 500000 };
	Store *s = must_open("filter.db", STORE_WRITE);
	int64_t lines, room;
	int through = 0;

	(void)state;
	for (int64_t i = 0; i < SETTLED; i += 50000)
		put(s, i, i + 50000);
	begin_and_commit(s, SETTLED, 17);
	lines = s->index.marks.filter_lines;
	room = s->index.marks.filter_room;
	assert_non_null(s->index.filter);
	for (int64_t i = SETTLED; i < SETTLED + UNKNOWN; i++)
		through += filter_has(&s->index, hash_of(i));
	assert_in_range(through, 0, UNKNOWN / 10);
	store_close(s);
	/* It takes in what is merged without having been read, and is read then. */
	s = must_open("filter.db", STORE_WRITE);
	put(s, SETTLED, SETTLED + 40000);
	assert_null(s->index.filter);
	begin_and_commit(s, SETTLED + 40000, 17);
	assert_non_null(s->index.filter);
	assert_int_equal(s->index.marks.filter_lines, lines);
	assert_in_range(s->index.marks.filter_room, 0, room - 10000);
	put(s, SETTLED + 40000, SETTLED + 40000 + MORE);
	assert_null(s->index.filter);
	begin_and_commit(s, SETTLED + 40000 + MORE, 101);
	assert_non_null(s->index.filter);
	assert_true(s->index.marks.filter_lines > lines);
	store_close(s);
}

/* Until layout 25 all merged places stood in one table, without a filter, and how many there are was not counted. */
static void one_table_is_read_as_the_lower_one(void **state)
{
	Store *s = must_open("one.db", STORE_WRITE);

	(void)state;
	put(s, 0, MANY);
	put(s, MANY, 2 * MANY);
	begin_and_commit(s, 2 * MANY, 101);
	assert_int_equal(merged(s, "job_block"), 0);
	store_close(s);
	back_to(file("one.db"), NULL, "INSERT INTO job_block SELECT * FROM job_upper; UPDATE meta SET value = substr(value, 1, 128) WHERE key = 'settled';"
	        OLD_BLOCKS "PRAGMA user_version = 25");
	s = must_open("one.db", STORE_WRITE);
	assert_true(merged(s, "job_block") > MANY);
	check_both(s, 2 * MANY);
	put(s, 2 * MANY, 3 * MANY);
	check_both(s, 3 * MANY);
	assert_true(merged(s, "job_upper") > 0);
	store_close(s);
}

/* Without its rows, with others, or with bits that got lost, it is made again. */
static void a_filter_that_is_not_whole_is_made_again(void **state)
{
	static const char *const harm[] = { "DELETE FROM job_filter WHERE slice = 3", "UPDATE job_filter SET bits = x'ff' WHERE slice = 15",
		"UPDATE job_filter SET bits = CAST(zeroblob(length(bits) - 4) || substr(bits, -4) AS BLOB) WHERE slice = 7" };

	(void)state;
	for (size_t k = 0; k < sizeof harm / sizeof *harm; k++) {
		Store *s = must_open("harmed.db", STORE_WRITE);

		put(s, (int64_t)k * 2 * MANY, (int64_t)(k + 1) * 2 * MANY);
		begin_and_commit(s, (int64_t)(k + 1) * 2 * MANY, 101);
		MUST(db_exec(s, harm[k], e));
		store_close(s);
		s = must_open("harmed.db", STORE_WRITE);
		begin_and_commit(s, (int64_t)(k + 1) * 2 * MANY, 101);
		assert_non_null(s->index.filter);
		MUST(db_begin(s, e));
		MUST(index_begin(s, 0, e));
		check_all(s, (int64_t)(k + 1) * 2 * MANY, 101);
		MUST(db_commit(s, e));
		store_close(s);
	}
}

/* Consoles write beside who takes in: what is known of a large store is read again for places only. */
static void other_writes_cost_nothing(void **state)
{
	enum { SETTLED = 300000 };
	Store *s = must_open("beside.db", STORE_WRITE), *other = must_open("beside.db", STORE_WRITE);
	unsigned char *filter;

	(void)state;
	for (int64_t i = 0; i < SETTLED; i += 50000)
		put(s, i, i + 50000);
	begin_and_commit(s, SETTLED, 1);
	filter = s->index.filter;
	assert_non_null(filter);
	assert_int_equal(sqlite3_exec(other->db, "CREATE TABLE beside(x); INSERT INTO beside VALUES(1)", NULL, NULL, NULL), SQLITE_OK);
	MUST(db_begin(s, e));
	MUST(index_begin(s, 0, e));
	assert_ptr_equal(s->index.filter, filter);
	MUST(db_commit(s, e));
	put(other, SETTLED, SETTLED + 10);
	begin_and_commit(s, SETTLED + 10, 1);
	put(other, SETTLED + 10, SETTLED + 400000);           /* which moves places of both */
	MUST(db_begin(s, e));
	MUST(index_begin(s, 0, e));
	check_all(s, SETTLED + 400000, 101);
	MUST(db_commit(s, e));
	store_close(other);
	store_close(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entries_are_found_wherever_they_are), cmocka_unit_test(moved_rows_go),
		cmocka_unit_test(two_writers_and_an_undone_batch), cmocka_unit_test(upper_slices_go_down),
		cmocka_unit_test(one_table_is_read_as_the_lower_one), cmocka_unit_test(the_filter_is_large_enough), cmocka_unit_test(a_filter_that_is_not_whole_is_made_again),
		cmocka_unit_test(other_writes_cost_nothing),
	};

	return cmocka_run_group_tests_name("store_index", tests, make_place, clear_place);
}
