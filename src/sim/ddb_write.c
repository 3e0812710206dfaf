#include <string.h>

#include "sim/ddb_ops.h"

enum { ITEM_MAX = 400 << 10, DEPTH_MAX = 28 };   /* the service nests 32 deep; JSON here 64, two levels for each */

static const char too_large[] = "Item size has exceeded the maximum allowed size";

static int depth_of(const Av *v)
{
	int deepest = 0;

	if (v->type == AV_M || v->type == AV_L)
		for (size_t i = 0; i < v->n; i++) {
			int d = depth_of(v->items[i]);

			deepest = d > deepest ? d : deepest;
		}
	return deepest + 1;
}

static int check_index_key(DdbCall *c, const DdbTable *t, DdbKeyAttr k, const Av *item)
{
	const Av *v = k.name ? av_get(item, str_of(k.name)) : NULL;

	if (!v)
		return 0;
	if (v->type != k.type)
		return ddb_invalid(c, "One or more parameter values were invalid: Type mismatch for Index Key %s Expected: %s Actual: %s "
		                      "IndexName: %s", k.name, av_type_name(k.type), av_type_name(v->type), t->gsi);
	if (!v->text.n)
		return ddb_invalid(c, "One or more parameter values are not valid. A value specified for a secondary index key is not "
		                      "supported. The AttributeValue for a key attribute cannot contain an empty string value. "
		                      "IndexName: %s, IndexKey: %s", t->gsi, k.name);
	return 0;
}

int ddb_item_fits(DdbCall *c, const DdbTable *t, const Av *item)
{
	if (av_size(item) > ITEM_MAX)
		return ddb_invalid(c, "%s", too_large);
	if (depth_of(item) > DEPTH_MAX)
		return ddb_invalid(c, "Nesting Levels have exceeded supported limits");
	if (!t->gsi)
		return 0;
	return check_index_key(c, t, t->gsi_hash, item) < 0 || check_index_key(c, t, t->gsi_range, item) < 0 ? -1 : 0;
}

static int refuse_legacy(DdbCall *c, JsonVal request)
{
	static const char *const legacy[] = { "Expected", "AttributeUpdates", "ConditionalOperator" };

	for (size_t i = 0; i < sizeof legacy / sizeof *legacy; i++)
		if (jv_has(request, legacy[i]))
			return ddb_invalid(c, "%s is a legacy parameter that the simulated region does not have; use an expression", legacy[i]);
	return 0;
}

static int check_update_keys(DdbCall *c, const DdbTable *t, const Update *u)
{
	for (; u; u = u->next) {
		Str name = u->path.steps[0].name;

		if (str_is(name, t->hash.name) || (t->range.name && str_is(name, t->range.name)))
			return ddb_invalid(c, "One or more parameter values were invalid: Cannot update attribute %.*s. This attribute is part of "
			                      "the key", STR_ARG(name));
	}
	return 0;
}

static int read_on_fail(DdbCall *c, JsonVal request, bool *out)
{
	Str s = STR("NONE");

	if (jv_opt_str(request, "ReturnValuesOnConditionCheckFailure", &s, NULL) < 0 || (!str_is(s, "NONE") && !str_is(s, "ALL_OLD")))
		return ddb_invalid(c, "1 validation error detected: Value at 'returnValuesOnConditionCheckFailure' failed to satisfy "
		                      "constraint: Member must satisfy enum value set: [ALL_OLD, NONE]");
	*out = str_is(s, "ALL_OLD");
	return 0;
}

int ddb_write_prepare(DdbCall *c, WriteKind kind, JsonVal request, DdbWrite *w)
{
	DdbNames names;

	*w = (DdbWrite){ .kind = kind };
	if (refuse_legacy(c, request) < 0 || ddb_names_open(c, request, &names) < 0 || read_on_fail(c, request, &w->old_on_fail) < 0)
		return -1;
	if (ddb_parse_condition(c, &names, request, "ConditionExpression", &w->condition) < 0)
		return -1;
	if (kind == WRITE_CHECK && !w->condition)
		return ddb_invalid(c, "The ConditionExpression of a ConditionCheck must not be empty");
	if (kind == WRITE_UPDATE && ddb_parse_update(c, &names, request, &w->update) < 0)
		return -1;
	if (ddb_names_all_used(c, &names) < 0 || !(w->table = ddb_table_of(c, request)))
		return -1;
	if (kind != WRITE_PUT)
		return ddb_request_key(c, w->table, jv_get(request, "Key"), &w->key_item, &w->key) < 0 ? -1 :
		       check_update_keys(c, w->table, w->update);
	if (jv_is_absent(jv_get(request, "Item")))
		return ddb_invalid(c, "1 validation error detected: Value null at 'item' failed to satisfy constraint: Member must not be null");
	if (!(w->key_item = av_item_from_json(c, jv_get(request, "Item"))))
		return -1;
	return ddb_item_key(c, w->table, w->key_item, &w->key) < 0 ? -1 : ddb_item_fits(c, w->table, w->key_item);
}

int ddb_write_run(DdbCall *c, DdbWrite *w)
{
	if (ddb_load(c, w->table, w->key, &w->old) < 0)
		return -1;
	if (w->condition && !ddb_eval(c, w->condition, w->old))
		return 1;
	w->now = w->kind == WRITE_PUT ? w->key_item : NULL;
	if (w->kind == WRITE_CHECK)
		return 0;
	if (w->kind == WRITE_UPDATE && (!(w->now = ddb_apply_update(c, w->update, w->old, w->key_item)) ||
	                                ddb_item_fits(c, w->table, w->now) < 0))
		return -1;
	return w->now || w->old ? ddb_save(c, w->table, w->key, w->now) : 0;
}

static int condition_failed(DdbCall *c, const DdbWrite *w)
{
	c->failed_item = w->old_on_fail ? w->old : NULL;
	return ddb_fail(c, "ConditionalCheckFailedException", "The conditional request failed");
}

/* What ReturnValues asks for, or NULL. */
static const Av *returned(DdbCall *c, const DdbWrite *w, Str which)
{
	PathList paths = { 0 };
	const Av *from = str_is(which, "ALL_OLD") || str_is(which, "UPDATED_OLD") ? w->old : w->now, *out;

	if (str_is(which, "NONE") || !from)
		return NULL;
	if (str_is(which, "ALL_OLD") || str_is(which, "ALL_NEW"))
		return from;
	for (const Update *u = w->update; u; u = u->next)
		paths.n++;
	paths.paths = ARENA_ARRAY(c->arena, DdbPath, paths.n);
	paths.n = 0;
	for (const Update *u = w->update; u; u = u->next)
		paths.paths[paths.n++] = u->path;
	out = ddb_project(c, &paths, from);
	return out->n ? out : NULL;
}

static int read_return_values(DdbCall *c, WriteKind kind, Str *out)
{
	static const char *const all[] = { "NONE", "ALL_OLD", "UPDATED_OLD", "ALL_NEW", "UPDATED_NEW" };
	size_t i = 0, n = kind == WRITE_UPDATE ? 5 : 2;

	*out = STR("NONE");
	if (jv_opt_str(c->body, "ReturnValues", out, NULL) < 0)
		return ddb_fail(c, "SerializationException", "Unexpected field type");
	while (i < n && !str_is(*out, all[i]))
		i++;
	if (i < n)
		return 0;
	return kind == WRITE_UPDATE ? ddb_invalid(c, "1 validation error detected: Value '%.*s' at 'returnValues' failed to satisfy "
	                                             "constraint: Member must satisfy enum value set: [ALL_NEW, UPDATED_OLD, ALL_OLD, "
	                                             "NONE, UPDATED_NEW]", STR_ARG(*out))
	                            : ddb_invalid(c, "ReturnValues can only be ALL_OLD or NONE");
}

static int single(DdbCall *c, WriteKind kind)
{
	const Av *attributes;
	DdbWrite w;
	Str which;
	int rc;

	if (read_return_values(c, kind, &which) < 0 || ddb_write_prepare(c, kind, c->body, &w) < 0)
		return -1;
	if ((rc = ddb_write_run(c, &w)) != 0)
		return rc < 0 ? -1 : condition_failed(c, &w);
	attributes = returned(c, &w, which);
	jw_object(&c->w);
	if (attributes) {
		jw_key(&c->w, "Attributes");
		av_write_item(&c->w, attributes);
	}
	ddb_answer_capacity(c, c->body, w.table, 1);
	jw_object_end(&c->w);
	return 0;
}

int ddb_op_put_item(DdbCall *c)
{
	return single(c, WRITE_PUT);
}

int ddb_op_update_item(DdbCall *c)
{
	return single(c, WRITE_UPDATE);
}

int ddb_op_delete_item(DdbCall *c)
{
	return single(c, WRITE_DELETE);
}
