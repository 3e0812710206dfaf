#include "sim/ddb_ops.h"

static void put_key(JsonW *w, DdbKeyAttr k, const char *role)
{
	if (!k.name)
		return;
	jw_object(w);
	jw_kstr(w, "AttributeName", str_of(k.name));
	jw_kstr(w, "KeyType", str_of(role));
	jw_object_end(w);
}

static void put_definitions(JsonW *w, const DdbTable *t)
{
	const DdbKeyAttr *all[] = { &t->hash, &t->range, &t->gsi_hash, &t->gsi_range };

	jw_array(w);
	for (size_t i = 0; i < 4; i++) {
		bool seen = !all[i]->name;

		for (size_t k = 0; k < i && !seen; k++)
			seen = all[k]->name && str_is(str_of(all[i]->name), all[k]->name);
		if (seen)
			continue;
		jw_object(w);
		jw_kstr(w, "AttributeName", str_of(all[i]->name));
		jw_kstr(w, "AttributeType", str_of(av_type_name(all[i]->type)));
		jw_object_end(w);
	}
	jw_array_end(w);
}

static void put_throughput(JsonW *w)
{
	jw_key(w, "ProvisionedThroughput");
	jw_object(w);
	jw_ki64(w, "NumberOfDecreasesToday", 0);
	jw_ki64(w, "ReadCapacityUnits", 0);
	jw_ki64(w, "WriteCapacityUnits", 0);
	jw_object_end(w);
}

static void put_index(JsonW *w, const DdbTable *t, Str arn)
{
	Buf index_arn = { 0 };

	jw_key(w, "GlobalSecondaryIndexes");
	jw_array(w);
	jw_object(w);
	jw_kstr(w, "IndexName", str_of(t->gsi));
	jw_key(w, "KeySchema");
	jw_array(w);
	put_key(w, t->gsi_hash, "HASH");
	put_key(w, t->gsi_range, "RANGE");
	jw_array_end(w);
	jw_key(w, "Projection");
	jw_object(w);
	jw_kstr(w, "ProjectionType", STR("ALL"));
	jw_object_end(w);
	jw_kstr(w, "IndexStatus", STR("ACTIVE"));
	put_throughput(w);
	jw_ki64(w, "IndexSizeBytes", 0);
	jw_ki64(w, "ItemCount", 0);
	(void)buf_printf(&index_arn, "%.*s/index/%s", STR_ARG(arn), t->gsi);   /* names are short */
	jw_kstr(w, "IndexArn", buf_str(&index_arn));
	buf_done(&index_arn);
	jw_object_end(w);
	jw_array_end(w);
}

/* status: a table is usable at once, but CreateTable answers CREATING as the service does. */
static void put_table(DdbCall *c, const char *member, const DdbTable *t, const char *status)
{
	JsonW *w = &c->w;
	Str arn = arena_printf(c->arena, "arn:aws:dynamodb:%s:%s:table/%s", c->ddb->region, c->ddb->account, t->name);

	jw_object(w);
	jw_key(w, member);
	jw_object(w);
	jw_key(w, "AttributeDefinitions");
	put_definitions(w, t);
	jw_kstr(w, "TableName", str_of(t->name));
	jw_key(w, "KeySchema");
	jw_array(w);
	put_key(w, t->hash, "HASH");
	put_key(w, t->range, "RANGE");
	jw_array_end(w);
	jw_kstr(w, "TableStatus", str_of(status));
	jw_knum(w, "CreationDateTime", (double)t->created_ms / 1000);
	put_throughput(w);
	jw_ki64(w, "TableSizeBytes", 0);
	jw_ki64(w, "ItemCount", 0);
	jw_kstr(w, "TableArn", arn);
	jw_key(w, "BillingModeSummary");
	jw_object(w);
	jw_kstr(w, "BillingMode", STR("PAY_PER_REQUEST"));
	jw_object_end(w);
	if (t->gsi)
		put_index(w, t, arn);
	if (t->stream) {
		jw_key(w, "StreamSpecification");
		jw_object(w);
		jw_kbool(w, "StreamEnabled", true);
		jw_kstr(w, "StreamViewType", STR("NEW_AND_OLD_IMAGES"));
		jw_object_end(w);
		jw_kstr(w, "LatestStreamLabel", str_of(t->stream));
		jw_kstr(w, "LatestStreamArn", arena_printf(c->arena, "%.*s/stream/%s", STR_ARG(arn), t->stream));
	}
	jw_kbool(w, "DeletionProtectionEnabled", false);
	jw_object_end(w);
	jw_object_end(w);
}

static int find_type(DdbCall *c, Str name, AvType *out)
{
	JsonVal all = jv_get(c->body, "AttributeDefinitions");

	for (size_t i = 0; i < jv_count(all); i++) {
		Str n = STR(""), type = STR("");

		if (jv_str(jv_at(all, i), "AttributeName", &n, NULL) < 0 || jv_str(jv_at(all, i), "AttributeType", &type, NULL) < 0)
			return ddb_fail(c, "SerializationException", "Unexpected field type");
		if (!str_eq(n, name))
			continue;
		for (AvType t = AV_S; t <= AV_B; t++)
			if (str_is(type, av_type_name(t))) {
				*out = t;
				return 0;
			}
		return ddb_invalid(c, "1 validation error detected: Value '%.*s' at 'attributeDefinitions.%zu.member.attributeType' failed to "
		                      "satisfy constraint: Member must satisfy enum value set: [B, N, S]", STR_ARG(type), i + 1);
	}
	return ddb_invalid(c, "One or more parameter values were invalid: Some index key attributes are not defined in "
	                      "AttributeDefinitions. Keys: [%.*s]", STR_ARG(name));
}

static int read_schema(DdbCall *c, JsonVal schema, DdbKeyAttr *hash, DdbKeyAttr *range)
{
	static const char *const roles[] = { "HASH", "RANGE" };
	size_t n = jv_count(schema);

	if (n < 1 || n > 2)
		return ddb_invalid(c, "1 validation error detected: Value at 'keySchema' failed to satisfy constraint: Member must have length "
		                      "less than or equal to 2 and greater than or equal to 1");
	for (size_t i = 0; i < n; i++) {
		DdbKeyAttr *k = i ? range : hash;
		Str name = STR(""), role = STR("");

		if (jv_name(jv_at(schema, i), "AttributeName", &name, NULL) < 0 || jv_str(jv_at(schema, i), "KeyType", &role, NULL) < 0)
			return ddb_fail(c, "SerializationException", "Unexpected field type");
		if (!str_is(role, roles[i]))
			return ddb_invalid(c, "Invalid KeySchema: The %s KeySchemaElement is not a %s key type", i ? "second" : "first", roles[i]);
		k->name = arena_cstr(c->arena, name);
		if (find_type(c, name, &k->type) < 0)
			return -1;
	}
	return 0;
}

static int read_index(DdbCall *c, DdbTable *t)
{
	JsonVal all = { NULL };
	Str name;

	if (jv_opt_array(c->body, "GlobalSecondaryIndexes", &all, NULL) < 0)
		return ddb_fail(c, "SerializationException", "Unexpected field type");
	if (!jv_count(all))
		return 0;
	if (jv_count(all) > 1)
		return ddb_invalid(c, "The simulated region keeps one global secondary index for a table");
	if (jv_name(jv_at(all, 0), "IndexName", &name, NULL) < 0)
		return ddb_fail(c, "SerializationException", "Unexpected field type");
	t->gsi = arena_cstr(c->arena, name);
	return read_schema(c, jv_get(jv_at(all, 0), "KeySchema"), &t->gsi_hash, &t->gsi_range);
}

static bool is_table_name(Str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!((s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= 'A' && s.p[i] <= 'Z') || (s.p[i] >= '0' && s.p[i] <= '9') ||
		      s.p[i] == '_' || s.p[i] == '-' || s.p[i] == '.'))
			return false;
	return s.n >= 3 && s.n <= 255;
}

int ddb_op_create_table(DdbCall *c)
{
	DdbTable like = { .created_ms = c->now_ms }, *made;
	Str name = STR("");
	Err e = { 0 };

	if (jv_opt_str(c->body, "TableName", &name, NULL) < 0)
		return ddb_fail(c, "SerializationException", "Unexpected field type");
	if (!is_table_name(name))
		return ddb_invalid(c, "TableName must be at least 3 characters long and at most 255 characters long, of a-z A-Z 0-9 _ - .");
	if (read_schema(c, jv_get(c->body, "KeySchema"), &like.hash, &like.range) < 0 || read_index(c, &like) < 0)
		return -1;
	if (ddb_find_table(c->ddb, name))
		return ddb_fail(c, "ResourceInUseException", "Table already exists: %.*s", STR_ARG(name));
	like.name = arena_cstr(c->arena, name);
	if (ddb_add_table(c->ddb, &like, &made, &e) < 0)
		return ddb_fail(c, "InternalServerError", "%s", e.text);
	put_table(c, "TableDescription", made, "CREATING");
	return 0;
}

int ddb_op_describe_table(DdbCall *c)
{
	const DdbTable *t = ddb_table_of(c, c->body);
	Str name = STR("");

	if (!t && c->message.n && jv_opt_str(c->body, "TableName", &name, NULL) == 0 && name.n)
		c->message = arena_printf(c->arena, "Requested resource not found: Table: %.*s not found", STR_ARG(name));
	if (!t)
		return -1;
	put_table(c, "Table", t, "ACTIVE");
	return 0;
}

/* The next name after `after` in byte order, or NULL. */
static const DdbTable *next_table(const Ddb *d, Str after)
{
	const DdbTable *best = NULL;

	for (size_t i = 0; i < d->n; i++) {
		Str name = str_of(d->tables[i]->name);

		if (str_cmp(name, after) > 0 && (!best || str_cmp(name, str_of(best->name)) < 0))
			best = d->tables[i];
	}
	return best;
}

int ddb_op_list_tables(DdbCall *c)
{
	Str after = STR("");
	int64_t limit = 100;
	const DdbTable *t;

	if (jv_opt_str(c->body, "ExclusiveStartTableName", &after, NULL) < 0 || jv_opt_i64(c->body, "Limit", &limit, NULL) < 0)
		return ddb_fail(c, "SerializationException", "Unexpected field type");
	if (limit < 1 || limit > 100)
		return ddb_invalid(c, "1 validation error detected: Value at 'limit' failed to satisfy constraint: Member must have value "
		                      "less than or equal to 100 and greater than or equal to 1");
	jw_object(&c->w);
	jw_key(&c->w, "TableNames");
	jw_array(&c->w);
	for (; limit > 0 && (t = next_table(c->ddb, after)); limit--) {
		after = str_of(t->name);
		jw_str(&c->w, after);
	}
	jw_array_end(&c->w);
	if (next_table(c->ddb, after))
		jw_kstr(&c->w, "LastEvaluatedTableName", after);
	jw_object_end(&c->w);
	return 0;
}
