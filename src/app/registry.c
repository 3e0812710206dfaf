#include "app/registry.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "model/agent_name.h"
#include "store/change.h"
#include "store/platform.h"
#include "wire/time8601.h"

/* APART: of the clock of the machine that moved a pointer from AWS's; TAKES: of a move, from its claim to its last step. */
enum { CHANGES_MAX = 2000, APART_MS = 600000, TAKES_MS = 1200000 };

typedef struct Building {
	Arena *a;
	Registry *r;
	size_t agent_cap, pointer_cap, version_cap, move_cap;
} Building;

const char *registry_backend(ChangeSource s)
{
	return change_source_name(s);
}

static RegAgent *add_agent(Building *b, RegAgent x)
{
	VEC_GROW(b->r->agent, b->agent_cap, b->r->agents + 1);
	x.pointer = b->r->pointers;
	x.version = b->r->versions;
	b->r->agent[b->r->agents] = x;
	return &b->r->agent[b->r->agents++];
}

static void add_pointer(Building *b, RegAgent *to, RegPointer p)
{
	VEC_GROW(b->r->pointer, b->pointer_cap, b->r->pointers + 1);
	p.source = to->source;
	p.agent = to->id;
	p.agent_name = to->name;
	p.object = arena_printf(b->a, "%.*s/%.*s", STR_ARG(to->name), STR_ARG(p.name));
	b->r->pointer[b->r->pointers++] = p;
	to->pointers++;
}

static void add_version(Building *b, RegAgent *to, RegVersion v)
{
	VEC_GROW(b->r->version, b->version_cap, b->r->versions + 1);
	v.source = to->source;
	v.agent = to->id;
	v.agent_name = to->name;
	b->r->version[b->r->versions++] = v;
	to->versions++;
}

static void add_move(Building *b, RegMove m)
{
	VEC_GROW(b->r->move, b->move_cap, b->r->moves + 1);
	b->r->move[b->r->moves++] = m;
}

/* --- the agents table --- */

static Route route_of(Arena *a, JsonVal item, const char *name)
{
	JsonVal list = ddb_list(item, name);
	RoutePart *p = ARENA_ARRAY(a, RoutePart, jv_count(list) + 1);
	Route r = { p, 0 };

	for (size_t i = 0; i < jv_count(list); i++) {
		JsonVal m = jv_get(jv_at(list, i), "M");

		p[r.n] = (RoutePart){ STR(""), 0 };
		if (ddb_str(m, "version", &p[r.n].version, NULL) == 0 && ddb_i64(m, "weight", &p[r.n].weight, NULL) == 0 && p[r.n].version.n)
			r.n++;
	}
	return r;
}

Route registry_route(Str value, Arena *a, bool *paused)
{
	RoutePart *p = ARENA_ARRAY(a, RoutePart, value.n / 2 + 1);
	size_t n = 0;

	*paused = false;
	while (value.n) {
		Str weight, word = str_cut(value, ' ', &value), version = str_cut(word, ':', &weight);

		*paused |= str_is(word, "paused");
		p[n] = (RoutePart){ version, 100 };
		if (version.n && !str_is(version, "paused") && !str_is(version, "nothing") && (!weight.n || str_i64(weight, &p[n].weight) == 0))
			n++;
	}
	return (Route){ p, n };
}

static Str text_of(JsonVal item, const char *name)
{
	Str s = STR("");

	(void)ddb_str(item, name, &s, NULL);             /* of another type: as if it were not there */
	return s;
}

/* "#audit#<time>#<op>#<n>": 1 is the claim, 2 how it ended. */
static void take_audit(Building *b, Str agent, Str key, JsonVal item)
{
	Str rest = str_sub(key, sizeof "#audit#" - 1, key.n), at = str_cut(rest, '#', &rest);
	RegMove m = { .op = text_of(item, "op"), .action = text_of(item, "action"), .by = text_of(item, "by"), .host = text_of(item, "host"),
	              .object = arena_printf(b->a, "%.*s/route", STR_ARG(agent)), .reason = text_of(item, "reason"),
	              .event = text_of(item, "event"), .from = route_of(b->a, item, "from"), .to = route_of(b->a, item, "to") };

	(void)str_cut(rest, '#', &rest);
	if (time_parse_iso(at, &m.at_ms) == 0 && m.op.n)
		add_move(b, m);
}

static void take_route(Building *b, RegAgent *to, const AgentVersionRow *row, JsonVal item)
{
	RegPointer p = { .name = STR("route"), .kind = "route", .live = route_of(b->a, item, "routes"), .updated_at = text_of(item, "updatedAt"),
	                 .updated_by = text_of(item, "updatedBy"), .rev = row->rev, .has_rev = ddb_has(item, "rev") };
	LockRow lock = { 0 };

	p.id = arena_printf(b->a, "%.*s/route", STR_ARG(to->id));
	p.target = p.live;                   /* it takes effect with its write */
	(void)ddb_bool(item, "paused", &p.paused, NULL);
	if (lock_row_of(b->a, item, &lock, NULL) == 0)
		p.locked = lock.locked;
	else
		p.locked = !jv_is_absent(ddb_map(item, "lock"));
	p.lock = lock.lock;
	p.status = p.locked ? STR("UPDATING") : STR("READY");
	if (p.updated_at.n)
		(void)time_parse_iso(p.updated_at, &p.updated_ms);
	add_pointer(b, to, p);
}

static void take_version(Building *b, RegAgent *to, const AgentVersionRow *row, JsonVal item)
{
	JsonVal said = ddb_map(item, "performance");
	RegVersion v = { .version = row->version, .status = row->status, .model = row->model, .created_by = row->created_by,
	                 .created_ms = row->created_ms, .claimed = !jv_is_absent(said), .approval = NAN, .score = NAN };
	int64_t millionths;

	v.detail = registry_detail(b->a, item);
	if (ddb_has(said, "approvalRate") && ddb_scaled(said, "approvalRate", 6, &millionths, NULL) == 0)
		v.approval = (double)millionths / 1e6;
	if (ddb_has(said, "avgScore") && ddb_scaled(said, "avgScore", 6, &millionths, NULL) == 0)
		v.score = (double)millionths / 1e6;
	add_version(b, to, v);
}

static int take_table(Building *b, Store *s, Err *e)
{
	AgentVersionRow *row;
	size_t n;
	RegAgent *to = NULL;

	if (store_agents(s, b->a, &row, &n, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		JsonVal item;

		if (!to || !str_eq(to->id, row[i].agent))
			to = add_agent(b, (RegAgent){ .source = CHANGE_BY_DYNAMODB, .id = row[i].agent, .name = row[i].agent });
		if (jv_parse(b->a, row[i].raw_json, row[i].raw_json.n + 1, &item, e) < 0)
			return -1;
		if (row[i].is_route)
			take_route(b, to, &row[i], item);
		else if (str_starts(row[i].version, STR("#audit#")))
			take_audit(b, row[i].agent, row[i].version, item);
		else if (!str_starts(row[i].version, STR("#")))
			take_version(b, to, &row[i], item);
	}
	return 0;
}

/* --- Bedrock's platforms --- */

/* The pointer's row in the lock table: who moves it, and where seismo left it. */
static void take_claim(Building *b, RegPointer *p, const PlatformPointer *x, Str agent_name)
{
	int64_t at_ms = 0;
	LockRow row;
	JsonVal item;

	if (!x->claim.n || jv_parse(b->a, x->claim, x->claim.n + 1, &item, NULL) < 0 || lock_row_of(b->a, item, &row, NULL) < 0)
		return;
	p->has_rev = row.has_rev;
	p->rev = row.rev;
	p->locked = row.locked;
	p->lock = row.lock;
	p->left = route_one(b->a, row.live);
	(void)time_parse_iso(row.updated_at, &at_ms);
	/* A row that was written while the look was under way says where the pointer goes next. */
	p->drift = !p->locked && row.live.n && !str_eq(row.live, x->live) && x->updated_ms >= at_ms - APART_MS;
	if (row.live.n && str_eq(row.live, x->live))
		p->updated_by = row.updated_by;
	if (row.live.n && at_ms)
		add_move(b, (RegMove){ .by = row.updated_by, .object = arena_printf(b->a, "%.*s/%.*s", STR_ARG(agent_name), STR_ARG(x->name)),
		                       .reason = row.reason, .event = STR("done"), .to = p->left, .at_ms = at_ms });
}

static void take_pointer(Building *b, RegAgent *to, const PlatformPointer *x)
{
	char at[TIME_TEXT] = "";
	RegPointer p = { .name = x->name, .id = x->id, .kind = to->source == CHANGE_BY_CLASSIC ? "alias" : "endpoint",
	                 .live = route_one(b->a, x->live), .target = route_one(b->a, x->target), .status = x->status, .follows = x->follows,
	                 .paused = x->paused, .updated_ms = x->updated_ms };

	if (x->updated_ms)
		time_format_iso(x->updated_ms, at);
	p.updated_at = arena_str(b->a, str_of(at));
	take_claim(b, &p, x, to->name);
	add_pointer(b, to, p);
}

/* "10" is newer than "9", and DRAFT than all. */
static int newest_first(const void *x, const void *y)
{
	const RegVersion *a = x, *b = y;
	int64_t m, n;

	if (str_is(a->version, "DRAFT") != str_is(b->version, "DRAFT"))
		return str_is(a->version, "DRAFT") ? -1 : 1;
	if (str_i64(a->version, &m) == 0 && str_i64(b->version, &n) == 0 && m != n)
		return m < n ? 1 : -1;
	if (a->created_ms != b->created_ms)
		return a->created_ms < b->created_ms ? 1 : -1;
	return str_cmp(b->version, a->version);
}

static int take_platform(Building *b, Store *s, ChangeSource source, Err *e)
{
	Platform p;

	if (store_platform(s, source, b->a, &p, e) < 0)
		return -1;
	for (size_t i = 0; i < p.agents; i++) {
		RegAgent *to = add_agent(b, (RegAgent){ .source = source, .id = p.agent[i].id, .name = p.agent[i].name });

		for (size_t k = 0; k < p.pointers; k++)
			if (str_eq(p.pointer[k].agent, to->id))
				take_pointer(b, to, &p.pointer[k]);
		for (size_t k = 0; k < p.versions; k++) {
			const PlatformVersion *v = &p.version[k];

			if (str_eq(v->agent, to->id))
				add_version(b, to, (RegVersion){ .version = v->version, .release = v->release, .status = v->status, .model = v->model,
				            .detail = v->detail, .created_ms = v->created_ms, .approval = NAN, .score = NAN });
		}
	}
	return 0;
}

/* --- together --- */

static int moves_newest_first(const void *x, const void *y)
{
	const RegMove *a = x, *b = y;

	if (a->at_ms != b->at_ms)
		return a->at_ms < b->at_ms ? 1 : -1;
	/* Of one action its end comes before its claim. */
	return str_eq(a->op, b->op) ? str_is(a->event, "claimed") - str_is(b->event, "claimed") : str_cmp(a->op, b->op);
}

/* Where seismo left a route is what its last move says that ended well. */
static void find_left(Registry *r)
{
	for (size_t i = 0; i < r->pointers; i++) {
		RegPointer *p = &r->pointer[i];

		for (size_t k = 0; k < r->moves && p->source == CHANGE_BY_DYNAMODB && !p->left.n; k++)
			if (str_is(r->move[k].event, "done") && r->move[k].to.n && str_eq(r->move[k].object, p->object))
				p->left = r->move[k].to;
		if (p->source == CHANGE_BY_DYNAMODB)
			p->drift = p->left.n && !p->locked && !route_eq(p->left, p->live);
	}
}

/* Who moved what AWS keeps no name for: CloudTrail's word. */
static void find_movers(Registry *r)
{
	for (size_t i = 0; i < r->pointers; i++)
		for (size_t k = 0; k < r->changes && !r->pointer[i].updated_by.n; k++)
			if (str_eq(r->change[k].object, r->pointer[i].object) && str_eq(r->change[k].to, route_main(r->pointer[i].live)))
				r->pointer[i].updated_by = r->change[k].by;
}

static void *settle(Arena *a, void *list, size_t n, size_t size)
{
	void *kept = arena_alloc_array(a, n + 1, size);

	if (n)
		memcpy(kept, list, n * size);
	free(list);
	return kept;
}

static int read_changes(Building *b, Store *s, int64_t from_ms, Err *e)
{
	Registry *r = b->r;
	size_t kept = 0;

	if (store_changes(s, from_ms, 0, CHANGES_MAX, b->a, &r->change, &r->changes, e) < 0)
		return -1;
	for (size_t i = 0; i < r->changes; i++)
		if (r->change[i].kind == CHANGE_POINTER)
			r->change[kept++] = r->change[i];
	r->changes = kept;
	return 0;
}

int registry_read(Store *s, int64_t from_ms, Arena *a, Registry *out, Err *e)
{
	Building b = { .a = a, .r = out };
	int rc;

	*out = (Registry){ 0 };
	rc = take_platform(&b, s, CHANGE_BY_AGENTCORE, e) < 0 || take_platform(&b, s, CHANGE_BY_CLASSIC, e) < 0 || take_table(&b, s, e) < 0 ||
	     read_changes(&b, s, from_ms, e) < 0 ? -1 : 0;
	out->agent = settle(a, out->agent, out->agents, sizeof *out->agent);
	out->pointer = settle(a, out->pointer, out->pointers, sizeof *out->pointer);
	out->version = settle(a, out->version, out->versions, sizeof *out->version);
	out->move = settle(a, out->move, out->moves, sizeof *out->move);
	for (size_t i = 0; i < out->agents; i++)
		if (out->agent[i].versions)
			qsort(out->version + out->agent[i].version, out->agent[i].versions, sizeof *out->version, newest_first);
	if (out->moves)
		qsort(out->move, out->moves, sizeof *out->move, moves_newest_first);
	find_left(out);
	find_movers(out);
	return rc;
}

const RegPointer *registry_pointer(const Registry *r, Str id)
{
	for (size_t i = 0; i < r->pointers; i++)
		if (str_eq(r->pointer[i].id, id))
			return &r->pointer[i];
	return NULL;
}

const RegPointer *registry_pointer_of(const Registry *r, Str object)
{
	for (size_t i = 0; i < r->pointers; i++)
		if (str_eq(r->pointer[i].object, object))
			return &r->pointer[i];
	return NULL;
}

const RegAgent *registry_find(const Registry *r, Str name, const RegAgent *after)
{
	for (size_t i = after ? (size_t)(after - r->agent) + 1 : 0; i < r->agents; i++)
		if (agent_same_name(r->agent[i].name, name) || str_eq(r->agent[i].id, name))
			return &r->agent[i];
	return NULL;
}

const RegVersion *registry_version(const Registry *r, const RegPointer *p, Str version)
{
	for (size_t i = 0; i < r->versions; i++)
		if (r->version[i].source == p->source && str_eq(r->version[i].agent, p->agent) && str_eq(r->version[i].version, version))
			return &r->version[i];
	return NULL;
}

Str registry_called(const Registry *r, const RegPointer *p, Str version)
{
	const RegVersion *v = registry_version(r, p, version);

	return v && v->release.n ? v->release : version;
}

/* Of the agents table every version is called as it is. */
static bool is_table(const char *backend)
{
	return !backend || strcmp(backend, registry_backend(CHANGE_BY_DYNAMODB)) == 0;
}

int registry_called_read(Store *s, const char *backend, Str agent, Arena *a, Called *out, Err *e)
{
	Registry r;

	*out = (Called){ .table = is_table(backend) };
	if (out->table)
		return 0;
	if (registry_read(s, INT64_MAX, a, &r, e) < 0)
		return -1;
	out->version = ARENA_ARRAY(a, const RegVersion *, r.versions + 1);
	for (size_t i = 0; i < r.versions; i++)
		if (strcmp(registry_backend(r.version[i].source), backend) == 0 && agent_same_name(r.version[i].agent_name, agent))
			out->version[out->versions++] = &r.version[i];
	return 0;
}

Str registry_release_of(const Called *c, Str version)
{
	for (size_t i = 0; i < c->versions; i++)
		if (str_eq(c->version[i]->version, version))
			return c->version[i]->release.n ? c->version[i]->release : version;
	return version;
}

Str registry_number_of(const Called *c, Str release, bool *known)
{
	*known = c->table;
	for (size_t i = 0; i < c->versions; i++)
		if (str_eq(c->version[i]->release, release)) {
			*known = true;
			return c->version[i]->version;
		}
	return release;
}

/* "3.1:90 3.2:10 paused" and a route's list say the same. */
static bool says(Str value, Route r)
{
	size_t n = 0;

	while (value.n) {
		Str weight, word = str_cut(value, ' ', &value), version = str_cut(word, ':', &weight);
		int64_t share = 100;

		if (!word.n || str_is(word, "paused"))
			continue;
		if ((weight.n && str_i64(weight, &share) < 0) || route_share(r, version) != share)
			return false;
		n++;
	}
	return n == r.n;
}

const RegMove *registry_ours(const Registry *r, const Change *c)
{
	for (size_t i = 0; i < r->moves; i++) {
		const RegMove *m = &r->move[i];

		if (str_is(m->event, "done") && str_eq(m->object, c->object) && (!c->to.n || says(c->to, m->to)) &&
		    c->time_ms <= m->at_ms + APART_MS && c->time_ms >= m->at_ms - TAKES_MS)
			return m;
	}
	return NULL;
}
