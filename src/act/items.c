#include "act/items.h"

/* --- reading --- */

static int read_route(Arena *a, JsonVal list, Route *out, Err *e)
{
	size_t n = jv_count(list);
	RoutePart *p = ARENA_ARRAY(a, RoutePart, n + 1);

	*out = (Route){ p, n };
	for (size_t i = 0; i < n; i++) {
		JsonVal m = jv_get(jv_at(list, i), "M");

		if (ddb_str(m, "version", &p[i].version, e) < 0 || ddb_i64(m, "weight", &p[i].weight, e) < 0)
			return -1;
	}
	return 0;
}

static int read_lock(Arena *a, JsonVal m, Lock *l, Err *e)
{
	const struct { const char *name; Str *to; } texts[] = {
		{ "op", &l->op }, { "action", &l->action }, { "by", &l->by }, { "host", &l->host }, { "since", &l->since }, { "reason", &l->reason },
	};

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (ddb_str(m, texts[i].name, texts[i].to, e) < 0)
			return -1;
	if (ddb_i64(m, "pid", &l->pid, e) < 0 || read_route(a, ddb_list(m, "fromRoutes"), &l->from, e) < 0)
		return -1;
	return read_route(a, ddb_list(m, "toRoutes"), &l->to, e);
}

int lock_row_of(Arena *a, JsonVal item, LockRow *r, Err *e)
{
	JsonVal lock;

	*r = (LockRow){ .there = true, .has_rev = ddb_has(item, "rev") };
	if (ddb_i64(item, "rev", &r->rev, e) < 0 || ddb_bool(item, "paused", &r->paused, e) < 0 || ddb_str(item, "live", &r->live, e) < 0 ||
	    ddb_str(item, "updatedAt", &r->updated_at, e) < 0 || ddb_str(item, "updatedBy", &r->updated_by, e) < 0 ||
	    ddb_str(item, "reason", &r->reason, e) < 0 || read_route(a, ddb_list(item, "routes"), &r->routes, e) < 0 ||
	    ddb_opt_map(item, "lock", &lock, e) < 0)
		return -1;
	r->locked = ddb_has(item, "lock") && !jv_is_absent(lock);
	return r->locked ? read_lock(a, lock, &r->lock, e) : 0;
}

Lock lock_copy(Arena *a, const Lock *l)
{
	return (Lock){ .op = arena_str(a, l->op), .action = arena_str(a, l->action), .by = arena_str(a, l->by), .host = arena_str(a, l->host),
	               .since = arena_str(a, l->since), .reason = arena_str(a, l->reason), .pid = l->pid, .from = route_copy(a, l->from),
	               .to = route_copy(a, l->to) };
}

int lock_row(Arena *a, const DdbItemOut *out, LockRow *row, Err *e)
{
	*row = (LockRow){ 0 };
	return out->found ? lock_row_of(a, out->item, row, e) : 0;
}

/* --- writing --- */

static DdbValue text(Str s)
{
	return (DdbValue){ .type = DDB_S, .s = s };
}

static DdbValue number(Arena *a, int64_t v)
{
	return (DdbValue){ .type = DDB_N, .s = arena_printf(a, "%lld", (long long)v) };
}

static DdbValue route_value(Arena *a, Route r)
{
	DdbValue *v = ARENA_ARRAY(a, DdbValue, r.n + 1);

	for (size_t i = 0; i < r.n; i++) {
		DdbField *f = ARENA_ARRAY(a, DdbField, 2);

		f[0] = (DdbField){ "version", text(r.part[i].version) };
		f[1] = (DdbField){ "weight", number(a, r.part[i].weight) };
		v[i] = (DdbValue){ .type = DDB_M, .fields = f, .count = 2 };
	}
	return (DdbValue){ .type = DDB_L, .items = v, .count = r.n };
}

static DdbValue texts_value(Arena *a, const Str *s, size_t n)
{
	DdbValue *v = ARENA_ARRAY(a, DdbValue, n + 1);

	for (size_t i = 0; i < n; i++)
		v[i] = text(s[i]);
	return (DdbValue){ .type = DDB_L, .items = v, .count = n };
}

static DdbValue lock_value(Arena *a, const Lock *l)
{
	const DdbField all[] = {
		{ "op", text(l->op) }, { "action", text(l->action) }, { "by", text(l->by) }, { "host", text(l->host) }, { "pid", number(a, l->pid) },
		{ "since", text(l->since) }, { "fromRoutes", route_value(a, l->from) }, { "toRoutes", route_value(a, l->to) }, { "reason", text(l->reason) },
	};
	DdbField *f = ARENA_ARRAY(a, DdbField, sizeof all / sizeof *all);

	memcpy(f, all, sizeof all);
	return (DdbValue){ .type = DDB_M, .fields = f, .count = sizeof all / sizeof *all };
}

static const char *pk_name(const LockPlace *p)
{
	return p->route ? "agentId" : "pointer";
}

static DdbKeyIn key_of(Arena *a, const LockPlace *p, Str sort)
{
	DdbField *f = ARENA_ARRAY(a, DdbField, 2);

	f[0] = (DdbField){ pk_name(p), text(p->key) };
	f[1] = (DdbField){ p->route ? "version" : "sk", text(sort) };
	return (DdbKeyIn){ .table = p->table, .key = f, .key_count = 2, .consistent = true };
}

DdbKeyIn lock_key(Arena *a, const LockPlace *p)
{
	return key_of(a, p, p->route ? STR("#route") : STR("#lock"));
}

DdbKeyIn version_key(Arena *a, const char *table, Str agent, Str version)
{
	return key_of(a, &(LockPlace){ .route = true, .table = table, .key = agent }, version);
}

/* The names and values of one item under way. */
typedef struct Words { DdbName *name; size_t names; DdbField *value; size_t values; } Words;
enum { WORDS_MAX = 12 };

static Words words(Arena *a)
{
	return (Words){ ARENA_ARRAY(a, DdbName, WORDS_MAX), 0, ARENA_ARRAY(a, DdbField, WORDS_MAX), 0 };
}

static void name(Words *w, const char *alias, const char *attribute)
{
	w->name[w->names++] = (DdbName){ alias, attribute };
}

static void value(Words *w, const char *alias, DdbValue v)
{
	w->value[w->values++] = (DdbField){ alias, v };
}

static DdbTransactItem update(const DdbKeyIn *key, const char *change, const char *condition, const Words *w)
{
	return (DdbTransactItem){ .kind = DDB_T_UPDATE, .update = { .table = key->table, .key = key->key, .key_count = key->key_count,
	        .update = change, .condition = condition, .names = w->name, .name_count = w->names, .values = w->value, .value_count = w->values,
	        .return_old_on_failure = true } };
}

static DdbTransactItem audit_put(Arena *a, const LockPlace *p, const Lock *l, const AuditItem *audit)
{
	Str sort = arena_printf(a, "#audit#%s#%.*s#%d", audit->time, STR_ARG(l->op), audit->n);
	DdbKeyIn key = key_of(a, p, sort);
	DdbField all[] = {
		key.key[0], key.key[1], { "event", text(str_of(audit->event)) }, { "op", text(l->op) }, { "action", text(l->action) },
		{ "by", text(audit->by) }, { "host", text(audit->host) }, { "from", route_value(a, l->from) }, { "to", route_value(a, l->to) },
		{ "reason", text(l->reason) }, { "requestIds", texts_value(a, audit->request, audit->requests) }, { "prevHash", text(audit->prev) },
		{ "hash", text(audit->hash) }, { "change", text(audit->change) },
	};
	size_t n = sizeof all / sizeof *all - !audit->change.n;
	DdbField *item = ARENA_ARRAY(a, DdbField, sizeof all / sizeof *all);
	Words w = words(a);

	memcpy(item, all, sizeof all);
	name(&w, "#pk", pk_name(p));
	return (DdbTransactItem){ .kind = DDB_T_PUT, .put = { .table = p->table, .item = item, .item_count = n,
	        .condition = "attribute_not_exists(#pk)", .names = w.name, .name_count = w.names } };
}

/* A label is still where it was seen: a hand in the console changes it and leaves the revision. */
static const char *label_condition(const LockRow *seen, Words *w)
{
	name(w, "#live", "live");
	if (!seen->has_rev)
		return seen->live.n ? "attribute_not_exists(#rev) AND attribute_not_exists(#lock) AND #live = :live"
		                    : "attribute_not_exists(#rev) AND attribute_not_exists(#lock) AND attribute_not_exists(#live)";
	return seen->live.n ? "#rev = :rev AND attribute_not_exists(#lock) AND #live = :live"
	                    : "#rev = :rev AND attribute_not_exists(#lock) AND attribute_not_exists(#live)";
}

/* DynamoDB refuses a name or value that no expression uses: each case has its own. */
static const char *claim_condition(const LockPlace *p, const LockRow *seen, Words *w)
{
	name(w, "#lock", "lock");
	name(w, "#rev", "rev");
	if (p->label)
		return label_condition(seen, w);
	if (!p->route && !seen->has_rev)
		return "attribute_not_exists(#rev) AND attribute_not_exists(#lock)";
	name(w, "#pk", pk_name(p));
	if (!p->route)
		return "attribute_not_exists(#pk) OR (#rev = :rev AND attribute_not_exists(#lock))";
	/* A hand in the console changes the routes and leaves the revision. */
	name(w, "#routes", "routes");
	return seen->has_rev ? "attribute_exists(#pk) AND #rev = :rev AND attribute_not_exists(#lock) AND #routes = :routes"
	                     : "attribute_exists(#pk) AND attribute_not_exists(#rev) AND attribute_not_exists(#lock) AND #routes = :routes";
}

DdbTransactIn claim_items(Arena *a, const LockPlace *p, const LockRow *seen, const Lock *mine, Str token, const AuditItem *audit)
{
	DdbTransactItem *item = ARENA_ARRAY(a, DdbTransactItem, 2);
	DdbKeyIn key = lock_key(a, p);
	Words w = words(a);
	const char *condition = claim_condition(p, seen, &w);

	value(&w, ":lock", lock_value(a, mine));
	value(&w, ":rev1", number(a, seen->rev + 1));
	if (seen->has_rev)
		value(&w, ":rev", number(a, seen->rev));
	if (p->route)
		value(&w, ":routes", route_value(a, seen->routes));
	if (p->label && seen->live.n)
		value(&w, ":live", text(seen->live));
	item[0] = update(&key, "SET #lock = :lock, #rev = :rev1", condition, &w);
	item[1] = audit_put(a, p, mine, audit);
	return (DdbTransactIn){ item, 2, token };
}

static DdbTransactItem status_update(Arena *a, const char *table, Str agent, const VersionStatus *s)
{
	DdbKeyIn key = version_key(a, table, agent, s->version);
	Words w = words(a);

	name(&w, "#pk", "agentId");
	name(&w, "#status", "status");
	value(&w, ":status", text(str_of(s->status)));
	if (s->was.n)
		value(&w, ":was", text(s->was));
	return update(&key, "SET #status = :status", s->was.n ? "attribute_exists(#pk) AND #status = :was" : s->had_none
	              ? "attribute_exists(#pk) AND attribute_not_exists(#status)" : "attribute_exists(#pk)", &w);
}

static DdbTransactItem version_put(Arena *a, const char *table, const Finish *f)
{
	Words w = words(a);

	name(&w, "#pk", "agentId");
	return (DdbTransactItem){ .kind = DDB_T_PUT, .put = { .table = table, .item = f->item, .item_count = f->items,
	        .condition = "attribute_not_exists(#pk)", .names = w.name, .name_count = w.names } };
}

/* Where the pointer itself is in the item, it moves only if it is what it was. */
static const char *finish_condition(const LockPlace *p, const Finish *f, bool moves)
{
	if (!moves || (!p->route && !p->label))
		return "#lock.#op = :op";
	return p->label && !f->was.n ? "#lock.#op = :op AND attribute_not_exists(#to)" : "#lock.#op = :op AND #to = :was";
}

static DdbTransactItem lock_update(Arena *a, const LockPlace *p, const Finish *f)
{
	DdbKeyIn key = lock_key(a, p);
	Words w = words(a);
	bool moves = p->route ? f->to.n > 0 : f->live.n > 0 || f->gone;

	name(&w, "#lock", "lock");
	name(&w, "#op", "op");
	name(&w, "#rev", "rev");
	value(&w, ":op", text(f->mine->op));
	value(&w, ":rev", number(a, f->rev));
	if (moves) {
		name(&w, "#to", p->route ? "routes" : "live");
		if (!f->gone)
			value(&w, ":to", p->route ? route_value(a, f->to) : text(f->live));
		if (p->route)
			value(&w, ":was", route_value(a, f->was));
		else if (p->label && f->was.n)
			value(&w, ":was", text(route_main(f->was)));
	}
	if (f->pause != PAUSE_STAYS) {
		name(&w, "#paused", "paused");
		value(&w, ":paused", (DdbValue){ .type = DDB_BOOL, .b = f->pause == PAUSE_ON });
	}
	if (f->touched) {
		name(&w, "#at", "updatedAt");
		name(&w, "#by", "updatedBy");
		name(&w, "#why", "reason");
		value(&w, ":at", text(f->at));
		value(&w, ":by", text(f->by));
		value(&w, ":why", text(f->reason));
	}
	return update(&key, arena_cstr(a, arena_printf(a, "SET #rev = :rev%s%s%s REMOVE #lock%s", moves && !f->gone ? ", #to = :to" : "",
	              f->pause != PAUSE_STAYS ? ", #paused = :paused" : "", f->touched ? ", #at = :at, #by = :by, #why = :why" : "",
	              f->gone ? ", #to" : "")), finish_condition(p, f, moves), &w);
}

DdbQueryIn audit_query(Arena *a, const LockPlace *p)
{
	Words w = words(a);

	name(&w, "#pk", pk_name(p));
	name(&w, "#sk", p->route ? "version" : "sk");
	value(&w, ":pk", text(p->key));
	value(&w, ":audit", text(STR("#audit#")));
	return (DdbQueryIn){ .table = p->table, .key_condition = "#pk = :pk AND begins_with(#sk, :audit)", .names = w.name, .name_count = w.names,
	                     .values = w.value, .value_count = w.values, .backward = true, .consistent = true };
}

int audit_seen(Arena *a, const LockPlace *p, JsonVal item, AuditSeen *out, Err *e)
{
	const struct { const char *name; Str *to; } texts[] = {
		{ "op", &out->op }, { "event", &out->event }, { "action", &out->action }, { "by", &out->by }, { "host", &out->host },
		{ "reason", &out->reason }, { "change", &out->change }, { p->route ? "version" : "sk", &out->time },
	};
	static const char before[] = "#audit#";

	*out = (AuditSeen){ 0 };
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (ddb_str(item, texts[i].name, texts[i].to, e) < 0)
			return -1;
	out->time = str_cut(str_sub(out->time, sizeof before - 1, out->time.n), '#', &(Str){ 0 });
	if (read_route(a, ddb_list(item, "from"), &out->from, e) < 0)
		return -1;
	return read_route(a, ddb_list(item, "to"), &out->to, e);
}

DdbQueryIn lock_scan(Arena *a, const char *table, Str op)
{
	Words w = words(a);

	name(&w, "#lock", "lock");
	name(&w, "#op", "op");
	value(&w, ":op", text(op));
	return (DdbQueryIn){ .table = table, .filter = "#lock.#op = :op", .names = w.name, .name_count = w.names, .values = w.value,
	                     .value_count = w.values, .consistent = true };
}

DdbQueryIn label_scan(Arena *a, const char *table, Str trail)
{
	Words w = words(a);

	name(&w, "#pk", "pointer");
	name(&w, "#sk", "sk");
	value(&w, ":label", text(STR(LABEL_PREFIX)));
	value(&w, ":lock", text(STR("#lock")));
	if (trail.n)
		value(&w, ":trail", text(arena_printf(a, LABEL_PREFIX "%.*s/", STR_ARG(trail))));
	return (DdbQueryIn){ .table = table, .filter = trail.n ? "begins_with(#pk, :label) AND (#sk = :lock OR begins_with(#pk, :trail))"
	                     : "begins_with(#pk, :label) AND #sk = :lock", .names = w.name, .name_count = w.names,
	                     .values = w.value, .value_count = w.values };
}

bool label_key(Str key, Str *id, Str *label)
{
	const size_t before = sizeof LABEL_PREFIX - 1;
	size_t slash = key.n;

	while (slash > before && key.p[slash - 1] != '/')
		slash--;
	if (!str_starts(key, STR(LABEL_PREFIX)) || slash <= before + 1 || slash == key.n)
		return false;
	*id = str_sub(key, before, slash - 1 - before);
	*label = str_sub(key, slash, key.n);
	return true;
}

Route lock_row_points(Arena *a, const LockPlace *p, const LockRow *row)
{
	return p->label ? route_one(a, row->live) : row->routes;
}

DdbTransactIn finish_items(Arena *a, const LockPlace *p, const Finish *f, const AuditItem *audit)
{
	DdbTransactItem *item = ARENA_ARRAY(a, DdbTransactItem, FINISH_STATUSES + 3);
	size_t n = 0;

	item[n++] = lock_update(a, p, f);
	for (size_t i = 0; i < f->statuses; i++)
		item[n++] = status_update(a, p->table, f->agent, &f->status[i]);
	if (f->items)
		item[n++] = version_put(a, p->table, f);
	item[n++] = audit_put(a, p, f->mine, audit);
	return (DdbTransactIn){ item, n, f->token };
}
