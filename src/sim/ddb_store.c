#include "sim/ddb_store.h"

#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "sim/ddb_number.h"

static const char *const sql[DDB_STATEMENTS];

sqlite3_stmt *ddb_sql(Ddb *d, DdbSql which)
{
	sqlite3_stmt **st = &d->statements[which];

	if (!*st && sqlite3_prepare_v3(d->db, sql[which], -1, SQLITE_PREPARE_PERSISTENT, st, NULL) != SQLITE_OK)
		return NULL;
	(void)sqlite3_reset(*st);   /* repeats the error of the last run, which was seen then */
	(void)sqlite3_clear_bindings(*st);
	return *st;
}

int ddb_sql_run(Ddb *d, DdbSql which)
{
	sqlite3_stmt *st = ddb_sql(d, which);
	int rc = st ? sqlite3_step(st) : SQLITE_ERROR;

	if (st)
		(void)sqlite3_reset(st);
	return rc == SQLITE_DONE || rc == SQLITE_ROW ? 0 : -1;
}

void ddb_bind(sqlite3_stmt *st, int i, Str bytes)
{
	(void)sqlite3_bind_blob64(st, i, bytes.n ? bytes.p : "", bytes.n, SQLITE_STATIC);   /* fails only on a wrong i */
}

Str ddb_column(sqlite3_stmt *st, int i)
{
	const void *p = sqlite3_column_blob(st, i);

	return p ? (Str){ p, (size_t)sqlite3_column_bytes(st, i) } : STR("");
}

static int broken(DdbCall *c)
{
	return ddb_fail(c, "InternalServerError", "state: %s", sqlite3_errmsg(c->ddb->db));
}

DdbTable *ddb_find_table(const Ddb *d, Str name)
{
	for (size_t i = 0; i < d->n; i++)
		if (str_is(name, d->tables[i]->name))
			return d->tables[i];
	return NULL;
}

static DdbKeyAttr copy_attr(DdbKeyAttr k)
{
	return (DdbKeyAttr){ .name = k.name ? xstrdup(k.name) : NULL, .type = k.type };
}

/* Text that SQL_ADD_TABLE stores and table_of_row reads: "S:name", or NULL. */
static void bind_attr(sqlite3_stmt *st, int i, DdbKeyAttr k)
{
	Buf text = { 0 };

	if (!k.name)
		return;
	(void)buf_printf(&text, "%s:%s", av_type_name(k.type), k.name);   /* names have at most 255 bytes */
	(void)sqlite3_bind_text(st, i, buf_cstr(&text), -1, SQLITE_TRANSIENT);
	buf_done(&text);
}

int ddb_add_table(Ddb *d, const DdbTable *like, DdbTable **out, Err *e)
{
	sqlite3_stmt *st = ddb_sql(d, SQL_ADD_TABLE);
	DdbTable *t;

	if (!st)
		return err_set(e, "%s", sqlite3_errmsg(d->db));
	(void)sqlite3_bind_text(st, 1, like->name, -1, SQLITE_STATIC);
	bind_attr(st, 2, like->hash);
	bind_attr(st, 3, like->range);
	(void)sqlite3_bind_text(st, 4, like->gsi, -1, SQLITE_STATIC);
	bind_attr(st, 5, like->gsi_hash);
	bind_attr(st, 6, like->gsi_range);
	(void)sqlite3_bind_int64(st, 7, like->created_ms);
	if (sqlite3_step(st) != SQLITE_DONE)
		return err_set(e, "table %s: %s", like->name, sqlite3_errmsg(d->db));
	(void)sqlite3_reset(st);
	t = xcalloc(1, sizeof *t);
	*t = (DdbTable){
		.name = xstrdup(like->name), .hash = copy_attr(like->hash), .range = copy_attr(like->range),
		.gsi = like->gsi ? xstrdup(like->gsi) : NULL, .gsi_hash = copy_attr(like->gsi_hash),
		.gsi_range = copy_attr(like->gsi_range), .rows = like->rows, .created_ms = like->created_ms,
	};
	VEC_GROW(d->tables, d->cap, d->n + 1);
	d->tables[d->n++] = t;
	if (out)
		*out = t;
	return 0;
}

DdbTable *ddb_table_of(DdbCall *c, JsonVal request)
{
	Str name = { NULL, 0 };
	DdbTable *t;
	size_t slash;

	if (jv_opt_str(request, "TableName", &name, NULL) < 0) {
		(void)ddb_fail(c, "SerializationException", "Unexpected field type");
		return NULL;
	}
	if (!name.n) {
		(void)ddb_invalid(c, "1 validation error detected: Value null at 'tableName' failed to satisfy constraint: "
		                     "Member must not be null");
		return NULL;
	}
	/* An ARN is as good as a name. */
	for (slash = name.n; str_starts(name, STR("arn:")) && slash > 0 && name.p[slash - 1] != '/'; slash--)
		;
	if (str_starts(name, STR("arn:")))
		name = str_sub(name, slash, name.n);
	t = ddb_find_table(c->ddb, name);
	if (!t)
		(void)ddb_fail(c, "ResourceNotFoundException", "Requested resource not found");
	return t;
}

Str ddb_key_bytes(DdbCall *c, const Av *v)
{
	Buf bytes = { 0 };
	Str out;
	Dec d;

	if (v->type != AV_N || dec_parse(v->text, &d))
		return v->text;
	dec_sort_bytes(&d, &bytes);
	out = arena_str(c->arena, buf_str(&bytes));
	buf_done(&bytes);
	return out;
}

static int key_attr(DdbCall *c, DdbKeyAttr k, const Av *item, Str *out)
{
	const Av *v;

	*out = STR("");
	if (!k.name)
		return 0;
	v = av_get(item, str_of(k.name));
	if (!v)
		return ddb_invalid(c, "One or more parameter values were invalid: Missing the key %s in the item", k.name);
	if (v->type != k.type)
		return ddb_invalid(c, "One or more parameter values were invalid: Type mismatch for key %s expected: %s actual: %s", k.name,
		                   av_type_name(k.type), av_type_name(v->type));
	if (!v->text.n)
		return ddb_invalid(c, "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an "
		                      "empty %s value. Key: %s", k.type == AV_B ? "binary" : "string", k.name);
	*out = ddb_key_bytes(c, v);
	return 0;
}

int ddb_item_key(DdbCall *c, const DdbTable *t, const Av *item, DdbKey *out)
{
	if (key_attr(c, t->hash, item, &out->hk) < 0 || key_attr(c, t->range, item, &out->rk) < 0)
		return -1;
	if (out->hk.n > 2048 || out->rk.n > 1024)
		return ddb_invalid(c, "One or more parameter values were invalid: Size of %s has exceeded the maximum size limit of %d bytes",
		                   out->hk.n > 2048 ? "hashkey" : "rangekey", out->hk.n > 2048 ? 2048 : 1024);
	return 0;
}

int ddb_request_key(DdbCall *c, const DdbTable *t, JsonVal v, Av **key, DdbKey *out)
{
	const Av *hash, *range;

	if (jv_is_absent(v))
		return ddb_invalid(c, "1 validation error detected: Value null at 'key' failed to satisfy constraint: Member must not be null");
	if (!(*key = av_item_from_json(c, v)))
		return -1;
	hash = av_get(*key, str_of(t->hash.name));
	range = t->range.name ? av_get(*key, str_of(t->range.name)) : NULL;
	if ((*key)->n != (t->range.name ? 2u : 1u) || !hash || hash->type != t->hash.type ||
	    (t->range.name && (!range || range->type != t->range.type)))
		return ddb_invalid(c, "The provided key element does not match the schema");
	return ddb_item_key(c, t, *key, out);
}

bool ddb_has_base(DdbCall *c, const DdbTable *t, DdbKey key)
{
	Buf json = { 0 };
	bool has = t->rows && t->rows->get(t->rows->arg, key.hk, key.rk, &json);

	(void)c;
	buf_done(&json);
	return has;
}

static int load_base(DdbCall *c, const DdbTable *t, DdbKey key, Av **out)
{
	Buf json = { 0 };
	int rc = 0;

	if (t->rows && t->rows->get(t->rows->arg, key.hk, key.rk, &json) && !(*out = av_item_from_text(c, buf_str(&json))))
		rc = -1;
	buf_done(&json);
	return rc;
}

static sqlite3_stmt *find_row(DdbCall *c, const DdbTable *t, DdbKey key)
{
	sqlite3_stmt *st = ddb_sql(c->ddb, SQL_GET);

	if (!st)
		return NULL;
	(void)sqlite3_bind_text(st, 1, t->name, -1, SQLITE_STATIC);
	ddb_bind(st, 2, key.hk);
	ddb_bind(st, 3, key.rk);
	return st;
}

int ddb_load(DdbCall *c, const DdbTable *t, DdbKey key, Av **out)
{
	sqlite3_stmt *st = find_row(c, t, key);
	int rc = st ? sqlite3_step(st) : SQLITE_ERROR, ok = 0;

	*out = NULL;
	if (rc == SQLITE_DONE)
		return load_base(c, t, key, out);
	if (rc != SQLITE_ROW)
		return broken(c);
	if (sqlite3_column_type(st, 0) != SQLITE_NULL && !(*out = av_item_from_text(c, ddb_column(st, 0))))
		ok = -1;
	(void)sqlite3_reset(st);
	return ok;
}

bool ddb_written(DdbCall *c, const DdbTable *t, DdbKey key)
{
	sqlite3_stmt *st = find_row(c, t, key);
	bool there = st && sqlite3_step(st) == SQLITE_ROW;

	if (st)
		(void)sqlite3_reset(st);
	return there;
}

static int remove_row(DdbCall *c, const DdbTable *t, DdbKey key)
{
	sqlite3_stmt *st = ddb_sql(c->ddb, SQL_DELETE);
	int rc;

	if (!st)
		return broken(c);
	(void)sqlite3_bind_text(st, 1, t->name, -1, SQLITE_STATIC);
	ddb_bind(st, 2, key.hk);
	ddb_bind(st, 3, key.rk);
	rc = sqlite3_step(st);
	(void)sqlite3_reset(st);
	return rc == SQLITE_DONE ? 0 : broken(c);
}

/* An item without the index's keys is not in the index. */
static void bind_index(DdbCall *c, const DdbTable *t, const Av *item, sqlite3_stmt *st)
{
	const Av *hash = t->gsi ? av_get(item, str_of(t->gsi_hash.name)) : NULL;
	const Av *range = hash && t->gsi_range.name ? av_get(item, str_of(t->gsi_range.name)) : NULL;

	if (!hash || (t->gsi_range.name && !range))
		return;
	ddb_bind(st, 5, ddb_key_bytes(c, hash));
	ddb_bind(st, 6, range ? ddb_key_bytes(c, range) : STR(""));
}

int ddb_save(DdbCall *c, const DdbTable *t, DdbKey key, const Av *item)
{
	sqlite3_stmt *st;
	Buf json = { 0 };
	JsonW w = jw_to(&json);
	int rc;

	if (ddb_news_note(c, t, key, item) < 0)
		return -1;
	if (!item && !ddb_has_base(c, t, key))
		return remove_row(c, t, key);
	if (!(st = ddb_sql(c->ddb, SQL_PUT)))
		return broken(c);
	(void)sqlite3_bind_text(st, 1, t->name, -1, SQLITE_STATIC);
	ddb_bind(st, 2, key.hk);
	ddb_bind(st, 3, key.rk);
	if (item) {
		av_write_item(&w, item);
		ddb_bind(st, 4, buf_str(&json));
		bind_index(c, t, item, st);
	}
	rc = sqlite3_step(st);
	(void)sqlite3_reset(st);
	buf_done(&json);
	return rc == SQLITE_DONE ? 0 : broken(c);
}

static const char *const sql[DDB_STATEMENTS] = {
	[SQL_GET] = "SELECT item FROM items WHERE tbl = ?1 AND hk = ?2 AND rk = ?3",
	[SQL_PUT] = "INSERT OR REPLACE INTO items (tbl, hk, rk, item, gh, gr) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
	[SQL_DELETE] = "DELETE FROM items WHERE tbl = ?1 AND hk = ?2 AND rk = ?3",
	[SQL_QUERY] = "SELECT hk, rk, item, rk FROM items WHERE tbl = ?1 AND hk = ?2 AND item NOT NULL AND rk >= ?3 ORDER BY rk",
	[SQL_QUERY_BACK] = "SELECT hk, rk, item, rk FROM items WHERE tbl = ?1 AND hk = ?2 AND item NOT NULL AND "
	                   "(?3 IS NULL OR rk <= ?3) ORDER BY rk DESC",
	[SQL_INDEX] = "SELECT hk, rk, item, gr FROM items WHERE tbl = ?1 AND gh = ?2 AND item NOT NULL AND gr >= ?3 ORDER BY gr, hk, rk",
	[SQL_INDEX_BACK] = "SELECT hk, rk, item, gr FROM items WHERE tbl = ?1 AND gh = ?2 AND item NOT NULL AND "
	                   "(?3 IS NULL OR gr <= ?3) ORDER BY gr DESC, hk DESC, rk DESC",
	[SQL_SCAN] = "SELECT hk, rk, item FROM items WHERE tbl = ?1 AND item NOT NULL AND (hk, rk) > (?2, ?3) ORDER BY hk, rk",
	[SQL_TABLES] = "SELECT name, hash, range, gsi, gsi_hash, gsi_range, created_ms FROM tables",
	[SQL_ADD_TABLE] = "INSERT OR REPLACE INTO tables VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
	[SQL_TOKEN_GET] = "SELECT body FROM tokens WHERE token = ?1",
	[SQL_TOKEN_PUT] = "INSERT OR REPLACE INTO tokens VALUES (?1, ?2, ?3)",
	[SQL_TOKEN_EXPIRE] = "DELETE FROM tokens WHERE at_ms <= ?1",
	[SQL_BEGIN] = "BEGIN IMMEDIATE",
	[SQL_COMMIT] = "COMMIT",
	[SQL_ROLLBACK] = "ROLLBACK",
};
