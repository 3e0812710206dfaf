#include <string.h>

#include "sim/ddb_ops.h"
#include "sim/ddb_rows.h"

enum { PAGE_BYTES = 1 << 20 };

/* What Query and Scan share: filter, projection, limits, the page that is being written. */
typedef struct Page {
	DdbCall        *call;
	const DdbTable *table;
	bool            index, count_only, full;
	Expr           *key_range, *filter;   /* key_range: exact condition on the range key; rows outside are not even scanned */
	PathList       *paths;
	int64_t         limit;
	int64_t         count, scanned;
	size_t          bytes;
	bool            consistent;
	Av             *last;                 /* LastEvaluatedKey */
} Page;

static Av *key_of_row(const Page *p, const Av *item)
{
	const DdbTable *t = p->table;
	const char *names[] = { t->hash.name, t->range.name, p->index ? t->gsi_hash.name : NULL, p->index ? t->gsi_range.name : NULL };
	Av *key = av_new(p->call->arena, AV_M), *v;

	for (size_t i = 0; i < 4; i++)
		if (names[i] && (v = av_get(item, str_of(names[i]))))
			av_set(p->call->arena, key, str_of(names[i]), v);
	return key;
}

static bool on_row(void *arg, const DdbRow *row)
{
	Page *p = arg;
	DdbCall *c = p->call;

	if (p->key_range && !ddb_eval(c, p->key_range, row->item))
		return true;
	p->scanned++;
	p->bytes += av_size(row->item);
	if (!p->filter || ddb_eval(c, p->filter, row->item)) {
		p->count++;
		if (!p->count_only)
			av_write_item(&c->w, p->paths ? ddb_project(c, p->paths, row->item) : row->item);
	}
	p->full = p->scanned == p->limit || p->bytes >= PAGE_BYTES;
	if (p->full)
		p->last = key_of_row(p, row->item);
	return !p->full;
}

static int refuse_legacy(DdbCall *c)
{
	static const char *const legacy[] = { "KeyConditions", "QueryFilter", "ScanFilter", "AttributesToGet", "ConditionalOperator" };

	for (size_t i = 0; i < sizeof legacy / sizeof *legacy; i++)
		if (jv_has(c->body, legacy[i]))
			return ddb_invalid(c, "%s is a legacy parameter that the simulated region does not have; use an expression", legacy[i]);
	return 0;
}

static int read_index_name(DdbCall *c, Page *p)
{
	Str name = { NULL, 0 };

	if (jv_opt_str(c->body, "IndexName", &name, NULL) < 0)
		return ddb_fail(c, "SerializationException", "Unexpected field type");
	p->index = name.p != NULL;
	if (p->index && (!p->table->gsi || !str_is(name, p->table->gsi)))
		return ddb_invalid(c, "The table does not have the specified index: %.*s", STR_ARG(name));
	return 0;
}

static int read_page(DdbCall *c, DdbNames *names, Page *p)
{
	Str select = STR("");

	*p = (Page){ .call = c };
	if (refuse_legacy(c) < 0 || ddb_names_open(c, c->body, names) < 0 ||
	    ddb_parse_condition(c, names, c->body, "FilterExpression", &p->filter) < 0 ||
	    ddb_parse_projection(c, names, c->body, &p->paths) < 0 || ddb_flag(c, c->body, "ConsistentRead", &p->consistent) < 0)
		return -1;
	if (jv_opt_i64(c->body, "Limit", &p->limit, NULL) < 0 || jv_opt_str(c->body, "Select", &select, NULL) < 0)
		return ddb_fail(c, "SerializationException", "Unexpected field type");
	if (p->limit < 1 && !jv_is_absent(jv_get(c->body, "Limit")))
		return ddb_invalid(c, "1 validation error detected: Value '%lld' at 'limit' failed to satisfy constraint: Member must have value "
		                      "greater than or equal to 1", (long long)p->limit);
	if (!(p->table = ddb_table_of(c, c->body)) || read_index_name(c, p) < 0)
		return -1;
	if (p->consistent && p->index)
		return ddb_invalid(c, "Consistent reads are not supported on global secondary indexes");
	p->count_only = str_is(select, "COUNT");
	if (p->paths && select.n && !str_is(select, "SPECIFIC_ATTRIBUTES"))
		return ddb_invalid(c, "Cannot specify the ProjectionExpression when choosing to get %.*s", STR_ARG(select));
	return 0;
}

/* One condition on the hash key by "=", at most one on the range key. */
static int split_key_condition(DdbCall *c, const Expr *e, DdbKeyAttr hash, DdbKeyAttr range, Expr **of_hash, Expr **of_range)
{
	const DdbPath *path;
	Expr *one[2];
	size_t n = e->kind == EX_AND ? 2 : 1;

	*of_hash = *of_range = NULL;
	for (size_t i = 0; i < n; i++) {
		one[i] = n == 2 ? e->args[i] : (Expr *)e;
		if ((one[i]->kind < EX_EQ || one[i]->kind > EX_BETWEEN || one[i]->kind == EX_NE) && one[i]->kind != EX_BEGINS)
			return ddb_invalid(c, one[i]->kind == EX_AND ? "Conditions can be of length 1 or 2 only" : "Query key condition not supported");
		path = &one[i]->args[0]->path;
		if (one[i]->args[0]->kind != EX_PATH || path->n != 1 || one[i]->args[1]->kind != EX_VALUE)
			return ddb_invalid(c, "Invalid KeyConditionExpression: a condition must compare a key attribute with a value");
		if (str_is(path->steps[0].name, hash.name) && !*of_hash && one[i]->kind == EX_EQ)
			*of_hash = one[i];
		else if (range.name && str_is(path->steps[0].name, range.name) && !*of_range)
			*of_range = one[i];
		else if (str_is(path->steps[0].name, hash.name))
			return ddb_invalid(c, "Query key condition not supported");
		else
			return ddb_invalid(c, "Query condition missed key schema element: %s", *of_hash && range.name ? range.name : hash.name);
	}
	return *of_hash ? 0 : ddb_invalid(c, "Query condition missed key schema element: %s", hash.name);
}

static int check_type(DdbCall *c, const Expr *e, DdbKeyAttr k)
{
	for (size_t i = 1; e && i < e->n; i++)
		if (e->args[i]->kind != EX_VALUE || e->args[i]->value->type != k.type)
			return ddb_invalid(c, "One or more parameter values were invalid: Condition parameter type does not match schema type");
	return 0;
}

static void set_bounds(DdbCall *c, const Expr *e, DdbRange *r)
{
	Str a = ddb_key_bytes(c, e->args[1]->value);

	r->has_low = e->kind != EX_LT && e->kind != EX_LE;
	r->has_high = e->kind == EX_LT || e->kind == EX_LE || e->kind == EX_EQ || e->kind == EX_BETWEEN || e->kind == EX_BEGINS;
	r->low = a;
	r->high = e->kind == EX_BETWEEN ? ddb_key_bytes(c, e->args[2]->value) : a;
	if (e->kind != EX_BEGINS)
		return;
	/* The largest string with this prefix is not a string of bounded length; the one just above the prefix will do. */
	r->high = arena_str(c->arena, a);
	while (r->high.n && (unsigned char)r->high.p[r->high.n - 1] == 0xFF)
		r->high.n--;
	if (r->high.n)
		((char *)r->high.p)[r->high.n - 1]++;
	r->has_high = r->high.n > 0;
}

static const char bad_start[] = "The provided starting key is invalid";

static int read_start(DdbCall *c, Page *p, DdbRange *r)
{
	JsonVal v = jv_get(c->body, "ExclusiveStartKey");
	const DdbTable *t = p->table;
	const Av *sort, *hash;
	DdbKeyAttr sort_attr = p->index ? t->gsi_range : t->range, hash_attr = p->index ? t->gsi_hash : t->hash;
	Av *key;

	if (jv_is_absent(v))
		return 0;
	if (!(key = av_item_from_json(c, v)))
		return -1;
	hash = av_get(key, str_of(hash_attr.name));
	sort = sort_attr.name ? av_get(key, str_of(sort_attr.name)) : NULL;
	if (ddb_item_key(c, t, key, &r->start) < 0 || !hash || hash->type != hash_attr.type ||
	    (sort_attr.name && (!sort || sort->type != sort_attr.type)) || key->n != key_of_row(p, key)->n) {
		c->code = NULL;
		return ddb_invalid(c, "%s", bad_start);
	}
	if (r->hash.p && !str_eq(ddb_key_bytes(c, hash), r->hash))
		return ddb_invalid(c, "%s: The provided key is outside query boundaries", bad_start);
	r->has_start = true;
	r->start_sort = sort ? ddb_key_bytes(c, sort) : STR("");
	return 0;
}

static int answer(DdbCall *c, const Page *p)
{
	if (!p->count_only)
		jw_array_end(&c->w);
	jw_ki64(&c->w, "Count", p->count);
	jw_ki64(&c->w, "ScannedCount", p->scanned);
	if (p->last) {
		jw_key(&c->w, "LastEvaluatedKey");
		av_write_item(&c->w, p->last);
	}
	ddb_answer_capacity(c, c->body, p->table, (double)((p->bytes + 4095) / 4096 + !p->bytes) * (p->consistent ? 1 : 0.5));
	jw_object_end(&c->w);
	return 0;
}

static void answer_begin(DdbCall *c, const Page *p)
{
	jw_object(&c->w);
	if (p->count_only)
		return;
	jw_key(&c->w, "Items");
	jw_array(&c->w);
}

int ddb_op_query(DdbCall *c)
{
	DdbKeyAttr hash, range;
	Expr *key, *of_hash;
	DdbNames names;
	DdbRange r = { 0 };
	bool forward = true;
	Page p;

	if (read_page(c, &names, &p) < 0 || ddb_parse_condition(c, &names, c->body, "KeyConditionExpression", &key) < 0)
		return -1;
	if (!key)
		return ddb_invalid(c, "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.");
	hash = p.index ? p.table->gsi_hash : p.table->hash;
	range = p.index ? p.table->gsi_range : p.table->range;
	if (ddb_names_all_used(c, &names) < 0 || ddb_flag(c, c->body, "ScanIndexForward", &forward) < 0 ||
	    split_key_condition(c, key, hash, range, &of_hash, &p.key_range) < 0 || check_type(c, of_hash, hash) < 0 ||
	    check_type(c, p.key_range, range) < 0)
		return -1;
	r.table = p.table;
	r.index = p.index;
	r.backward = !forward;
	r.hash = ddb_key_bytes(c, of_hash->args[1]->value);
	if (p.key_range)
		set_bounds(c, p.key_range, &r);
	if (read_start(c, &p, &r) < 0)
		return -1;
	answer_begin(c, &p);
	return ddb_each_in_range(c, &r, on_row, &p) < 0 ? -1 : answer(c, &p);
}

int ddb_op_scan(DdbCall *c)
{
	DdbNames names;
	DdbRange r = { 0 };
	Page p;

	if (read_page(c, &names, &p) < 0 || ddb_names_all_used(c, &names) < 0)
		return -1;
	if (jv_has(c->body, "Segment") || jv_has(c->body, "TotalSegments"))
		return ddb_invalid(c, "Parallel scans are not simulated; leave Segment and TotalSegments out");
	if (p.index)
		return ddb_invalid(c, "Scans of an index are not simulated; scan the table or query the index");
	if (read_start(c, &p, &r) < 0)
		return -1;
	answer_begin(c, &p);
	return ddb_each_in_table(c, p.table, r.has_start ? &r.start : NULL, on_row, &p) < 0 ? -1 : answer(c, &p);
}
