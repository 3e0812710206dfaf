/* SQL functions over the two kinds of bytes that hold totals: writing uses them inside an upsert, so that a touched row is
 * sought once; a person who asks with SQL uses them to look inside. */
#include "store/db.h"

#include "model/sketch.h"

static Str blob(sqlite3_value *v)
{
	const void *p = sqlite3_value_blob(v);

	return (Str){ p, (size_t)sqlite3_value_bytes(v) };
}

/* sums_add(sums, sums) */
static void add_sums(sqlite3_context *ctx, int n, sqlite3_value **arg)
{
	unsigned char bytes[SUMS_BLOB_MAX];
	size_t size;

	(void)n;
	if (sums_add_packed(blob(arg[0]), blob(arg[1]), bytes, &size) < 0)
		sqlite3_result_error(ctx, "totals are damaged", -1);
	else
		sqlite3_result_blob64(ctx, bytes, size, SQLITE_TRANSIENT);
}

/* sums_pack(nusd, jobs, ...): members that are not given are 0. */
static void pack_sums(sqlite3_context *ctx, int n, sqlite3_value **arg)
{
	unsigned char bytes[SUMS_BLOB_MAX];
	Sums s = { 0 };

	for (int i = 0; i < n && i < SUM_FIELDS; i++)
		sums_set_field(&s, i, sqlite3_value_int64(arg[i]));
	sqlite3_result_blob64(ctx, bytes, sums_pack(&s, bytes), SQLITE_TRANSIENT);
}

/* sums_get(sums, 'nusd') */
static void get_sums(sqlite3_context *ctx, int n, sqlite3_value **arg)
{
	Str name = { (const char *)sqlite3_value_text(arg[1]), (size_t)sqlite3_value_bytes(arg[1]) };
	Sums s;

	(void)n;
	if (sums_unpack(blob(arg[0]), &s) < 0) {
		sqlite3_result_error(ctx, "totals are damaged", -1);
		return;
	}
	for (int i = 0; i < SUM_FIELDS; i++)
		if (str_is(name, sums_field_name(i))) {
			sqlite3_result_int64(ctx, sums_field(&s, i));
			return;
		}
	sqlite3_result_error(ctx, "totals have no member of that name", -1);
}

/* sketch_add(sketch, sketch) */
static void add_sketches(sqlite3_context *ctx, int n, sqlite3_value **arg)
{
	Buf *out = sqlite3_user_data(ctx);
	Err e = { 0 };

	(void)n;
	buf_reset(out);
	if (sketch_merge_blobs(blob(arg[0]), blob(arg[1]), out, &e) < 0)
		sqlite3_result_error(ctx, e.text, -1);
	else
		sqlite3_result_blob64(ctx, out->n ? out->p : "", out->n, SQLITE_TRANSIENT);
}

/* sketch_count(sketch) */
static void count_of(sqlite3_context *ctx, int n, sqlite3_value **arg)
{
	Sketch s = { 0 };
	Err e = { 0 };

	(void)n;
	if (sketch_read(&s, blob(arg[0]), &e) < 0)
		sqlite3_result_error(ctx, e.text, -1);
	else
		sqlite3_result_int64(ctx, sketch_count(&s));
	sketch_done(&s);
}

/* sketch_quantile(sketch, permille): NULL when nothing is in it. */
static void quantile_of(sqlite3_context *ctx, int n, sqlite3_value **arg)
{
	int64_t permille = sqlite3_value_int64(arg[1]), ms;
	Sketch s = { 0 };
	Err e = { 0 };

	(void)n;
	if (sketch_read(&s, blob(arg[0]), &e) < 0)
		sqlite3_result_error(ctx, e.text, -1);
	else if ((ms = sketch_quantile(&s, permille < 0 ? 0 : permille > 1000 ? 1000 : (int)permille)) >= 0)
		sqlite3_result_int64(ctx, ms);
	sketch_done(&s);
}

int db_functions(Store *s, Err *e)
{
	static const struct {
		const char *name;
		int args;
		void (*run)(sqlite3_context *, int, sqlite3_value **);
	} all[] = {
		{ "sums_add", 2, add_sums }, { "sums_pack", -1, pack_sums }, { "sums_get", 2, get_sums }, { "sketch_add", 2, add_sketches },
		{ "sketch_quantile", 2, quantile_of }, { "sketch_count", 1, count_of },
	};

	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (sqlite3_create_function_v2(s->db, all[i].name, all[i].args, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, &s->merged,
		                               all[i].run, NULL, NULL, NULL) != SQLITE_OK)
			return db_fail(s, "cannot prepare the snapshot", e);
	return 0;
}
