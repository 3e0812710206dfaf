#include "sim/ddb.h"

#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "sim/ddb_ops.h"

enum { BODY_MAX = 20 << 20 };

typedef struct Operation {
	const char *name;
	int       (*run)(DdbCall *c);
} Operation;

static const char schema[] =
	"CREATE TABLE IF NOT EXISTS tables (name TEXT PRIMARY KEY, hash TEXT NOT NULL, range TEXT, gsi TEXT, gsi_hash TEXT, "
	" gsi_range TEXT, created_ms INTEGER) WITHOUT ROWID;"
	/* item NULL: a tombstone over a row that is made on demand. gh NULL: not in the index. */
	"CREATE TABLE IF NOT EXISTS items (tbl TEXT, hk BLOB, rk BLOB, item BLOB, gh BLOB, gr BLOB, PRIMARY KEY (tbl, hk, rk)) "
	" WITHOUT ROWID;"
	"CREATE INDEX IF NOT EXISTS items_index ON items (tbl, gh, gr, hk, rk) WHERE gh NOT NULL;"
	"CREATE TABLE IF NOT EXISTS tokens (token BLOB PRIMARY KEY, body BLOB, at_ms INTEGER) WITHOUT ROWID;"
	"CREATE INDEX IF NOT EXISTS tokens_at ON tokens (at_ms);";

static const Operation operations[];

/* "S:name" as ddb_add_table stores it. */
static DdbKeyAttr stored_attr(sqlite3_stmt *st, int i)
{
	Str text = ddb_column(st, i), name;
	Str type = str_cut(text, ':', &name);

	if (!text.n)
		return (DdbKeyAttr){ NULL, AV_S };
	return (DdbKeyAttr){ xstrndup(name.p, name.n), str_is(type, "N") ? AV_N : str_is(type, "B") ? AV_B : AV_S };
}

static char *stored_text(sqlite3_stmt *st, int i)
{
	Str s = ddb_column(st, i);

	return s.n ? xstrndup(s.p, s.n) : NULL;
}

static int load_tables(Ddb *d, Err *e)
{
	sqlite3_stmt *st = ddb_sql(d, SQL_TABLES);
	int rc = SQLITE_ERROR;

	while (st && (rc = sqlite3_step(st)) == SQLITE_ROW) {
		DdbTable *t = xcalloc(1, sizeof *t);

		t->name = stored_text(st, 0);
		t->hash = stored_attr(st, 1);
		t->range = stored_attr(st, 2);
		t->gsi = stored_text(st, 3);
		t->gsi_hash = stored_attr(st, 4);
		t->gsi_range = stored_attr(st, 5);
		t->created_ms = sqlite3_column_int64(st, 6);
		VEC_GROW(d->tables, d->cap, d->n + 1);
		d->tables[d->n++] = t;
	}
	return rc == SQLITE_DONE ? 0 : err_set(e, "%s", sqlite3_errmsg(d->db));
}

static int open_db(Ddb *d, const char *path, Err *e)
{
	const char *pragma = path ? "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 2000;" : "";

	if (sqlite3_open(path ? path : ":memory:", &d->db) != SQLITE_OK || sqlite3_exec(d->db, pragma, NULL, NULL, NULL) != SQLITE_OK ||
	    sqlite3_exec(d->db, schema, NULL, NULL, NULL) != SQLITE_OK)
		return err_set(e, "%s", d->db ? sqlite3_errmsg(d->db) : "SQLite cannot start");
	return load_tables(d, e);
}

void ddb_set_home(Ddb *d, Str region, Str account)
{
	free(d->region);
	free(d->account);
	d->region = xstrndup(region.p, region.n);
	d->account = xstrndup(account.p, account.n);
}

Ddb *ddb_open(const char *path, Str region, Str account, Err *e)
{
	Ddb *d = xcalloc(1, sizeof *d);

	ddb_set_home(d, region, account);
	if (open_db(d, path, e) == 0)
		return d;
	err_wrap(e, "state of the simulated region %s", path ? path : "in memory");
	ddb_close(d);
	return NULL;
}

static void table_free(DdbTable *t)
{
	free(t->name);
	free(t->hash.name);
	free(t->range.name);
	free(t->gsi);
	free(t->gsi_hash.name);
	free(t->gsi_range.name);
	free(t);
}

void ddb_close(Ddb *d)
{
	if (!d)
		return;
	for (size_t i = 0; i < DDB_STATEMENTS; i++)
		(void)sqlite3_finalize(d->statements[i]);   /* repeats the error of its last run */
	(void)sqlite3_close(d->db);
	for (size_t i = 0; i < d->n; i++)
		table_free(d->tables[i]);
	free(d->tables);
	free(d->region);
	free(d->account);
	free(d);
}

int ddb_make_table(Ddb *d, const char *name, const char *hash, const char *range, const char *gsi, const char *gsi_hash,
                   const char *gsi_range, const SimRows *rows, Err *e)
{
	/* ddb_add_table copies the names; they are not written through these pointers. */
	DdbTable like = {
		.name = (char *)name, .hash = { (char *)hash, AV_S }, .range = { (char *)range, AV_S }, .gsi = (char *)gsi,
		.gsi_hash = { (char *)gsi_hash, AV_S }, .gsi_range = { (char *)gsi_range, AV_S }, .rows = rows,
	};
	DdbTable *t = ddb_find_table(d, str_of(name));

	if (!t)
		return ddb_add_table(d, &like, NULL, e);
	if (!str_is(str_of(hash), t->hash.name) || !str_eq(str_of(range), str_of(t->range.name)))
		return err_set(e, "table %s has other keys in the state file: remove the file", name);
	t->rows = rows;
	return 0;
}

int ddb_put_json(Ddb *d, const char *table, Str item_json, Err *e)
{
	Arena arena = { 0 };
	DdbCall c = { .ddb = d, .arena = &arena };
	DdbTable *t = ddb_find_table(d, str_of(table));
	Av *item;
	DdbKey key;
	int rc = 0;

	if (!t)
		return err_set(e, "there is no table %s", table);
	if (!(item = av_item_from_text(&c, item_json)) || ddb_item_key(&c, t, item, &key) < 0 || ddb_item_fits(&c, t, item) < 0 ||
	    ddb_save(&c, t, key, item) < 0)
		rc = err_set(e, "table %s: %.*s", table, STR_ARG(c.message));
	arena_done(&arena);
	return rc;
}

static void write_error(DdbCall *c)
{
	const char *space = "com.amazonaws.dynamodb.v20120810";
	Buf type = { 0 };

	/* These three come from the framework below the service and say so. */
	if (strcmp(c->code, "ValidationException") == 0)
		space = "com.amazon.coral.validate";
	else if (strcmp(c->code, "SerializationException") == 0 || strcmp(c->code, "UnknownOperationException") == 0)
		space = "com.amazon.coral.service";
	(void)buf_printf(&type, "%s#%s", space, c->code);
	c->w = jw_to(c->w.out);
	jw_object(&c->w);
	jw_kstr(&c->w, "__type", buf_str(&type));
	/* The service spells it with a capital in this one answer. */
	jw_kstr(&c->w, c->reasons_json.n ? "Message" : "message", c->message);
	if (c->failed_item) {
		jw_key(&c->w, "Item");
		av_write_item(&c->w, c->failed_item);
	}
	if (c->reasons_json.n) {
		jw_key(&c->w, "CancellationReasons");
		jw_raw(&c->w, c->reasons_json);
	}
	jw_object_end(&c->w);
	buf_done(&type);
}

static int run(DdbCall *c, Str operation, Str body)
{
	const Operation *op = operations;
	Err e = { 0 };

	while (op->name && !str_is(operation, op->name))
		op++;
	if (!op->name)
		return ddb_fail(c, "UnknownOperationException", "The operation is not known");
	if (jv_parse(c->arena, body, BODY_MAX, &c->body, &e) < 0)
		return ddb_fail(c, "SerializationException", "%s", e.text);
	if (jv_type(c->body) != JV_OBJECT)
		return ddb_fail(c, "SerializationException", "The request is not an object");
	return op->run(c);
}

int ddb_call(Ddb *d, Str operation, Str body, int64_t now_ms, Buf *out)
{
	Arena arena = { 0 };
	DdbCall c = { .ddb = d, .arena = &arena, .now_ms = now_ms, .w = jw_to(out) };
	size_t before = out->n;
	int status = 200;

	if (run(&c, operation, body) < 0) {
		out->n = before;
		write_error(&c);
		status = strcmp(c.code, "InternalServerError") == 0 ? 500 : 400;
	} else {
		ddb_news_tell(&c);
	}
	arena_done(&arena);
	return status;
}

static const Operation operations[] = {
	{ "GetItem", ddb_op_get_item },
	{ "BatchGetItem", ddb_op_batch_get },
	{ "Query", ddb_op_query },
	{ "Scan", ddb_op_scan },
	{ "PutItem", ddb_op_put_item },
	{ "UpdateItem", ddb_op_update_item },
	{ "DeleteItem", ddb_op_delete_item },
	{ "BatchWriteItem", ddb_op_batch_write },
	{ "TransactWriteItems", ddb_op_transact_write },
	{ "CreateTable", ddb_op_create_table },
	{ "DescribeTable", ddb_op_describe_table },
	{ "ListTables", ddb_op_list_tables },
	{ NULL, NULL },
};
