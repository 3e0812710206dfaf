/* Cells on sheets beside a plain list of the same cells: whatever the order, the batches and the places; and damaged sheets. */
#include "unit.h"

#include <stdlib.h>

#include "base/varint.h"
#include "store/sheets.h"
#include "store_unit.h"

enum { CELLS = 20000, BATCH = 3000 };

/* A cell's body is a number, kept as a varint; 0 is no cell. */
typedef struct Known { Place p; int64_t v; bool seen; } Known;
typedef struct Plan { Place place[BATCH]; int64_t delta[BATCH]; size_t n; } Plan;
static Known known[CELLS];
static size_t known_n;
static Plan plan;

static int by_place(const void *a, const void *b)
{
	const Place *x = a, *y = b;

	if (x->rollup != y->rollup)
		return x->rollup < y->rollup ? -1 : 1;
	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	for (int i = 0; i < DIM_PARTS; i++)
		if (x->key[i] != y->key[i])
			return x->key[i] < y->key[i] ? -1 : 1;
	return 0;
}

static Known *find_known(const Place *p)
{
	return bsearch(p, known, known_n, sizeof *known, by_place);
}

static const Place *place_of(void *arg, size_t i)
{
	return &((Plan *)arg)->place[i];
}

static int64_t number_of(Str body)
{
	uint64_t v = 0;

	if (!body.n)
		return 0;
	assert_true(body.n >= 60);                   /* its filling is as long as a cell's */
	body = str_sub(body, 60, body.n);
	assert_int_equal(varint_take(&body, &v), 0);
	assert_int_equal(body.n, 0);
	return (int64_t)v;
}

static int add_number(void *arg, size_t i, Str old, Buf *out, Err *e)
{
	unsigned char bytes[60 + VARINT_MAX] = { 0 };
	int64_t v = number_of(old) + ((Plan *)arg)->delta[i];

	(void)e;
	if (v)
		(void)buf_put(out, bytes, 60 + varint_put(bytes + 60, (uint64_t)v));
	return 0;
}

static void note(const Place *p, int64_t delta)
{
	Known *k = find_known(p);

	if (k) {
		k->v += delta;
		return;
	}
	assert_true(known_n < CELLS);
	known[known_n++] = (Known){ *p, delta, false };
	qsort(known, known_n, sizeof *known, by_place);
}

static void change(Store *s, SheetTable t)
{
	MUST(db_begin(s, e));
	MUST(sheets_change(s, t, &(SheetsChange){ plan.n, place_of, add_number, &plan }, e));
	MUST(db_commit(s, e));
	for (size_t i = 0; i < plan.n; i++)
		note(&plan.place[i], plan.delta[i]);
}

/* Rollups of each kind: one cell a span, cells by the minute, by one name, by two, by three. */
static const Rollup some[] = { ROLLUP_ALL, ROLLUP_MINUTE, ROLLUP_RECENT_TENANT, ROLLUP_TENANT, ROLLUP_TENANT_MODEL, ROLLUP_TENANT_PERSONA_MODEL };
enum { SOME = sizeof some / sizeof *some };

static Place any_place(void)
{
	static const int64_t far[] = { INT64_MIN, -1, 0, 59999, INT64_MAX };
	const Rollup r = some[dice(SOME)];
	const RollupKind *k = rollup_kind(r);
	Place p = { .rollup = (int64_t)r };

	p.at = sheets_at(r, dice(8) == 0 ? far[dice(5)] : fleet_start + dice(100) * k->span_ms);
	for (int i = 0; i < DIM_PARTS && k->part[i] != DIM_ALL; i++)
		p.key[i] = dice(50) == 0 ? (int64_t)dice(UINT32_MAX) << dice(20) : i == 0 ? dice(600) : dice(4);
	return p;
}

/* A batch: some new places, some known ones, of which some become nothing. */
static void make_plan(size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++)
		plan.place[i] = known_n && dice(3) == 0 ? known[dice((uint32_t)known_n)].p : any_place();
	qsort(plan.place, n, sizeof *plan.place, by_place);
	for (size_t i = 0; i < n; i++)
		if (!kept || by_place(&plan.place[kept - 1], &plan.place[i]) != 0)
			plan.place[kept++] = plan.place[i];
	plan.n = kept;
	for (size_t i = 0; i < kept; i++) {
		const Known *k = find_known(&plan.place[i]);

		plan.delta[i] = k && k->v && dice(3) == 0 ? -k->v : 1 + (int64_t)dice(100000);
	}
}

static int see(Store *s, const Place *p, Str body, void *arg, Err *e)
{
	Known *k = find_known(p);
	size_t *n = arg;

	(void)s;
	(void)e;
	assert_non_null(k);
	assert_false(k->seen);
	assert_int_equal(number_of(body), k->v);
	k->seen = true;
	++*n;
	return 0;
}

static void check_window(Store *s, SheetTable t, Rollup r, int64_t from, int64_t until)
{
	size_t seen = 0, want = 0;

	MUST(sheets_each(s, t, r, from, until, see, &seen, e));
	for (size_t i = 0; i < known_n; i++) {
		want += known[i].v && known[i].p.rollup == (int64_t)r && known[i].p.at >= from && known[i].p.at < until;
		known[i].seen = false;
	}
	assert_int_equal(seen, want);
}

static int take_number(Store *s, const Place *p, Str body, void *arg, Err *e)
{
	(void)s;
	(void)p;
	(void)e;
	*(int64_t *)arg = number_of(body);
	return 0;
}

static void check_all(Store *s, SheetTable t)
{
	for (int i = 0; i < SOME; i++) {
		int64_t last = INT64_MAX, got, from = sheets_at(some[i], fleet_start) + dice(100);

		check_window(s, t, some[i], INT64_MIN, INT64_MAX);
		check_window(s, t, some[i], from, from + 1 + dice(60));
		for (size_t k = 0; k < known_n; k++)
			if (known[k].p.rollup == (int64_t)some[i] && known[k].v)
				last = known[k].p.at;
		MUST(sheets_last(s, t, some[i], &got, e));
		assert_int_equal(got, last);
	}
	for (int i = 0; i < 300; i++) {
		const Place p = known_n && dice(2) ? known[dice((uint32_t)known_n)].p : any_place();
		const Known *k = find_known(&p);
		int64_t got = 0;

		MUST(sheets_find(s, t, &p, take_number, &got, e));
		assert_int_equal(got, k ? k->v : 0);
	}
}

static int64_t count(Store *s, const char *sql)
{
	int64_t n;

	MUST(db_int(s, sql, &n, e));
	return n;
}

static void sheets_are_the_cells(void **state)
{
	(void)state;
	for (int t = 0; t < SHEET_TABLES; t++) {
		Store *s = must_open(t ? "latency.db" : "total.db", STORE_WRITE);

		known_n = 0;
		for (int i = 0; i < 30; i++) {
			make_plan(i % 3 == 0 ? 1 + dice(5) : dice(600));
			change(s, (SheetTable)t);
			if (i % 5 == 4)
				check_all(s, (SheetTable)t);
		}
		store_close(s);
	}
}

/* Many keys of one hour: no sheet is longer than a page of the file, none is nearly empty, and one key still comes with one sheet. */
static void long_sheets_are_cut(void **state)
{
	static const char longest[] = "SELECT max(length(cells)) FROM total_sheet", mean[] = "SELECT avg(length(cells)) FROM total_sheet";
	static const char sheets[] = "SELECT count(*) FROM total_sheet";
	Store *s = must_open("long.db", STORE_WRITE);

	(void)state;
	known_n = 0;
	for (int round = 0; round < 12; round++) {
		size_t n = round == 0 ? 2000 : 20;

		for (size_t i = 0; i < n; i++)
			plan.place[i] = (Place){ ROLLUP_TENANT, sheets_at(ROLLUP_TENANT, fleet_start), { round == 0 ? (int64_t)i : (int64_t)(i * 93 + dice(90)) } };
		plan.n = n;
		for (size_t i = 0; i < n; i++)
			plan.delta[i] = 1 + dice(1000);
		change(s, SHEETS_TOTAL);
	}
	check_window(s, SHEETS_TOTAL, ROLLUP_TENANT, INT64_MIN, INT64_MAX);
	assert_true(count(s, longest) <= 4040);
	assert_true(count(s, mean) >= 1500);
	assert_true(count(s, sheets) > 20);
	store_close(s);
}

static void old_spans_are_forgotten(void **state)
{
	Store *s = must_open("forget.db", STORE_WRITE);

	(void)state;
	known_n = 0;
	for (int i = 0; i < 10; i++) {
		make_plan(500);
		change(s, SHEETS_TOTAL);
		change(s, SHEETS_LATENCY);           /* twice, so that the numbers of each table are half of what is known */
		for (size_t k = 0; k < plan.n; k++)
			note(&plan.place[k], -plan.delta[k]);
	}
	for (int i = 0; i < SOME; i++) {
		const int64_t before = i == 0 ? INT64_MIN : sheets_at(some[i], fleet_start) + dice(100);

		MUST(db_begin(s, e));
		MUST(sheets_forget(s, SHEETS_TOTAL, some[i], before, e));
		MUST(db_commit(s, e));
		check_window(s, SHEETS_LATENCY, some[i], INT64_MIN, INT64_MAX);
		for (size_t k = 0; k < known_n; k++)
			if (known[k].p.rollup == (int64_t)some[i] && known[k].p.at < before)
				known[k].v = 0;
		check_window(s, SHEETS_TOTAL, some[i], INT64_MIN, INT64_MAX);
	}
	store_close(s);
}

/* Everything that reads or changes sheets: 0, or -1 with a sentence. */
static void use(Store *s, bool *told)
{
	int64_t from = fleet_start - 3600000, until = fleet_start + 30 * INT64_C(3600000), last;
	static Sums hours[80];
	LatencyGroup *l;
	Arena a = { 0 };
	CostGroup *g;
	size_t n;

	for (Dim d = DIM_ALL; d < DIMS; d++) {
		Err err = { 0 };

		if (store_cost(s, d, from, until, &a, &g, &n, &err) < 0) {
			assert_non_null(strstr(err.text, "damaged"));
			*told = true;
		}
		err = (Err){ 0 };
		if (store_has_latency(d) && store_latency_by(s, d, from, until, &a, &l, &n, &err) < 0) {
			assert_non_null(strstr(err.text, "damaged"));
			*told = true;
		}
		(void)store_hours(s, d, STR("acme"), from / 3600000, 80, hours, &err);
	}
	for (int r = 0; r < ROLLUPS; r++) {
		Err err = { 0 };

		(void)sheets_last(s, SHEETS_TOTAL, (Rollup)r, &last, &err);
		(void)sheets_last(s, SHEETS_LATENCY, (Rollup)r, &last, &err);
	}
	MUST(db_begin(s, e));
	for (int r = 0; r < ROLLUPS; r++) {
		Err err = { 0 };

		(void)sheets_forget(s, SHEETS_TOTAL, (Rollup)r, sheets_at((Rollup)r, fleet_start) + 3, &err);
	}
	db_undo(s);
	arena_done(&a);
}

static void spoil(Store *s, const char *table)
{
	char sql[300];

	switch (dice(4)) {
	case 0:          /* a byte */
		(void)snprintf(sql, sizeof sql, "UPDATE %s SET cells = CAST(substr(cells, 1, %u) || x'%02x' || substr(cells, %u) AS BLOB)",
		               table, dice(60), dice(256), 1 + dice(60));
		break;
	case 1:          /* cut off */
		(void)snprintf(sql, sizeof sql, "UPDATE %s SET cells = substr(cells, 1, length(cells) - %u)", table, 1 + dice(40));
		break;
	case 2:
		(void)snprintf(sql, sizeof sql, "UPDATE %s SET cells = randomblob(abs(random()) %% 200)", table);
		break;
	default:         /* another's sheets */
		(void)snprintf(sql, sizeof sql, "UPDATE OR REPLACE %s SET id = id + %lld", table, (long long)dice(20) << dice(62));
	}
	MUST(db_exec(s, sql, e));
}

static void damage_is_said_aloud(void **state)
{
	static const char keep[] = "CREATE TABLE kept_t AS SELECT * FROM total_sheet; CREATE TABLE kept_l AS SELECT * FROM latency_sheet";
	static const char again[] = "DELETE FROM total_sheet; DELETE FROM latency_sheet; INSERT INTO total_sheet SELECT * FROM kept_t;"
		"INSERT INTO latency_sheet SELECT * FROM kept_l";
	Store *s = must_open("damage.db", STORE_WRITE);
	int told = 0;
	Fleet f;

	(void)state;
	fleet_make(&f, 9);
	apply_facts(s, f.v, f.n / 2, LEDGER_COMPUTED);
	MUST(db_exec(s, keep, e));
	for (int i = 0; i < 60; i++) {
		StoreBatch b = batch_of(f.v, f.n);
		bool said = false;
		Err err = { 0 };

		spoil(s, i % 2 ? "total_sheet" : "latency_sheet");
		use(s, &said);
		if (store_apply(s, &b, NULL, &err) < 0) {
			assert_non_null(strstr(err.text, "damaged"));
			said = true;
		} else {
			store_close(s);              /* taken in for good: the rows are begun anew */
			(void)remove(file("damage.db"));
			s = must_open("damage.db", STORE_WRITE);
			apply_facts(s, f.v, f.n / 2, LEDGER_COMPUTED);
			MUST(db_exec(s, keep, e));
		}
		told += said;
		MUST(db_exec(s, again, e));
	}
	assert_true(told > 20);
	store_close(s);
	arena_done(&f.a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sheets_are_the_cells), cmocka_unit_test(long_sheets_are_cut), cmocka_unit_test(old_spans_are_forgotten),
		cmocka_unit_test(damage_is_said_aloud),
	};

	return cmocka_run_group_tests(tests, make_place, clear_place);
}
