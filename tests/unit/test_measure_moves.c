/* Readings that rest on moves, latencies and lives of models: the store's answers, put together. */
#include "unit.h"

#include "app/alert_fact.h"
#include "app/measure.h"
#include "base/xalloc.h"
#include "store/alerts.h"
#include "store/change.h"
#include "store/charges.h"
#include "store_unit.h"
#include "wire/time8601.h"

#define MINUTE INT64_C(60000)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)
#define WHOLE  INT64_C(1000000)

/* A Wednesday, 2026-09-23T18:30:30Z. */
static const int64_t now = INT64_C(1790188230000);
static Arena arena;
static Store *s;
static int jobs_made;
static Measures m;

static void add_model(const char *agent, const char *version, const char *model, int64_t from_ms, int64_t span_ms, int n, int64_t ms, JobState state)
{
	Job *j = xcalloc((size_t)n, sizeof *j);
	StoreBatch b = { .jobs = j, .job_count = (size_t)n, .prices = &fleet_prices, .mode = LEDGER_REPORTED, .now_ms = now };

	for (int i = 0; i < n; i++)
		j[i] = (Job){ .id = arena_printf(&arena, "v-%d", jobs_made++), .agent = str_of(agent), .version = str_of(version), .tenant = STR("acme"),
		              .trace_id = STR(""), .model = str_of(model), .state = state, .reported_nusd = { true, 1000 },
		              .started_ms = from_ms + i * span_ms / n, .updated_ms = from_ms + i * span_ms / n + ms, .latency_ms = { true, ms } };
	MUST(store_apply(s, &b, NULL, e));
	free(j);
}

static void add(const char *agent, const char *version, int64_t from_ms, int64_t span_ms, int n, int64_t ms)
{
	add_model(agent, version, "fix.small", from_ms, span_ms, n, ms, JOB_SUCCEEDED);
}

static void move(const char *object, const char *from, const char *to, const char *by, int64_t at_ms)
{
	static int moves;
	Change c = { .since_ms = at_ms, .time_ms = at_ms, .kind = CHANGE_POINTER, .source = CHANGE_BY_CLOUDTRAIL, .object = str_of(object),
	             .from = str_of(from), .to = str_of(to), .by = str_of(by), .id = arena_printf(&arena, "mv%d", moves++) };
	size_t fresh = 0;

	MUST(change_take(s, &c, &fresh, e));
	assert_int_equal(fresh, 1);
}

/* A look at a registry: kind, object, value by threes. */
static void look(ChangeSource source, const Trait *t, size_t n)
{
	static int64_t looks = 1790000000000;
	TraitSet set = { .source = source, .place = STR("p"), .trait = t, .count = n, .began_ms = looks, .ended_ms = looks + 1 };
	StoreBatch b = { .traits = &set, .now_ms = now };

	looks += 1000;
	MUST(store_apply(s, &b, NULL, e));
}

static void add_route(const char *agent)
{
	AgentVersionRow r[] = { { .agent = str_of(agent), .version = STR("#route"), .is_route = true, .raw_json = STR("{}"), .status = STR(""),
	                          .model = STR(""), .created_by = STR("") } };
	StoreBatch b = { .agents = r, .agent_count = 1, .now_ms = now };

	MUST(store_apply(s, &b, NULL, e));
}

static int begin(void **state)
{
	static int stores;

	(void)state;
	s = must_open(arena_printf(&arena, "v%d.db", stores++).p, STORE_WRITE);
	/* The first batch sets where the minutes by key begin; it must be of now. */
	add("idle", "1", now, 1, 1, 1);
	return 0;
}

static int finish(void **state)
{
	(void)state;
	measures_done(&m);
	store_close(s);
	return 0;
}

static AlertRule shipped(const char *id)
{
	for (size_t i = 0; i < alert_builtin_count; i++)
		if (str_is(alert_builtin[i].id, id))
			return alert_builtin[i];
	fail_msg("no rule %s", id);
	return (AlertRule){ 0 };
}

static void measure(const AlertRule *r)
{
	const MeasureAsk q = { .now_ms = now, .rule = r, .rules = 1, .context = STR("dev"), .jobs_fresh = true };

	measures_done(&m);
	MUST(measure_rules(s, &q, &arena, &m, e));
}

static const Measured *found(const char *key)
{
	for (size_t i = 0; i < m.n; i++)
		if (str_is(m.v[i].key, key))
			return &m.v[i];
	fail_msg("nothing was measured for \"%s\"", key);
	return NULL;
}

static AlertVerdict verdict(const AlertRule *r, const char *key)
{
	return alert_judge(r, &found(key)->x);
}

/* Of an alert that fires, or is over, since then. */
static Str fact_since(const AlertRule *r, const char *key, AlertPhase phase, int64_t since_ms)
{
	AlertFacts f = { .s = s, .a = &arena, .now_ms = now };
	AlertRow row = { .rule = r->id, .key = str_of(key), .metric = r->metric, .st = { .phase = phase, .since_ms = since_ms } };
	Str out;

	MUST(alert_fact(&f, &row, &out, e));
	return out;
}

static Str fact(const AlertRule *r, const char *key)
{
	return fact_since(r, key, PHASE_FIRING, now - 10 * MINUTE);
}

#define PIPELINE "arn:aws:sts::111122223333:assumed-role/release-pipeline/run-214"

static void moves_that_seismo_did_not_make(void **state)
{
	const Str expect[] = { STR("release-pipeline"), STR("arn:aws:iam::111122223333:user/ops") };
	AlertRule r = shipped("moved-outside");

	(void)state;
	move("up/route", "2.0", "2.1", PIPELINE, now - 50 * MINUTE);
	move("up/route", "2.1", "2.2", "arn:aws:iam::111122223333:user/mallory", now - 20 * MINUTE);
	move("down/route", "1:100", "1:90 2:10", PIPELINE, now - 20 * MINUTE);
	move("gone/prod", "7", "", "arn:aws:iam::111122223333:user/ops", now - 20 * MINUTE);
	move("old/route", "1", "2", "arn:aws:iam::111122223333:user/mallory", now - 61 * MINUTE);
	move("new/prod", "3", "4", "", now - 10 * MINUTE);
	measure(&r);
	assert_int_equal(m.n, 4);
	assert_true(found("up/route")->x.value == 2 * WHOLE && str_is(found("up/route")->version, "2.2") && str_is(found("up/route")->agent, "up"));
	assert_true(verdict(&r, "down/route") == VERDICT_BREACH && str_is(found("down/route")->version, "2"));
	assert_int_equal(verdict(&r, "gone/prod"), VERDICT_BREACH);
	assert_true(str_is(fact(&r, "up/route"), "2.1>2.2 by mallory (cloudtrail)"));
	assert_true(str_is(fact(&r, "new/prod"), "3>4 by an unknown hand (cloudtrail)"));
	/* Those who may: a role stands for its sessions, not for a role whose name begins the same. */
	r.expect = expect;
	r.expects = 2;
	move("near/route", "1", "2", "arn:aws:sts::111122223333:assumed-role/release-pipeline-2/x", now - 5 * MINUTE);
	measure(&r);
	assert_true(found("up/route")->x.value == WHOLE && verdict(&r, "up/route") == VERDICT_BREACH);
	assert_int_equal(verdict(&r, "down/route"), VERDICT_CLEAR);
	assert_int_equal(verdict(&r, "gone/prod"), VERDICT_CLEAR);
	assert_int_equal(verdict(&r, "near/route"), VERDICT_BREACH);
	/* CloudTrail may take a quarter of an hour to say who it was; a mover that stays unknown is told then. */
	assert_int_equal(verdict(&r, "new/prod"), VERDICT_CLEAR);
	move("late/prod", "3", "4", "", now - 16 * MINUTE);
	measure(&r);
	assert_int_equal(verdict(&r, "late/prod"), VERDICT_BREACH);
}

/* A move of the agent's route by seismo: as it is seen, and as the registry's audit item has it. */
static void own_move(const char *agent, const char *from, const char *to, int64_t at_ms)
{
	static int ops;
	char at[TIME_TEXT];
	Str key, raw;
	AgentVersionRow row[] = { { .agent = str_of(agent), .status = STR(""), .model = STR(""), .created_by = STR("") } };
	StoreBatch b = { .agents = row, .agent_count = 1, .now_ms = now };

	time_format_iso(at_ms, at);
	key = arena_printf(&arena, "#audit#%s#op%d#2", at, ++ops);
	raw = arena_printf(&arena, "{\"op\":{\"S\":\"op%d\"},\"event\":{\"S\":\"done\"},\"action\":{\"S\":\"rollback\"},"
	                   "\"to\":{\"L\":[{\"M\":{\"version\":{\"S\":\"%s\"},\"weight\":{\"N\":\"100\"}}}]}}", ops, to);
	row[0].version = key;
	row[0].raw_json = raw;
	MUST(store_apply(s, &b, NULL, e));
	move(arena_printf(&arena, "%s/route", agent).p, from, to, "arn:aws:iam::111122223333:user/me", at_ms);
}

/* Seismo's answer to a move by others is not told as one, nor are the pointers that a pipeline moves after it. */
static void what_seismo_moved_and_what_follows_it(void **state)
{
	AlertRule r = shipped("moved-outside");

	(void)state;
	/* CloudTrail dates to the second: what followed stands before it, or at the same time. */
	own_move("calm", "2", "1", now - 10 * MINUTE);
	move("calm/prod", "7", "6", PIPELINE, now - 10 * MINUTE - 900);
	move("calm/canary", "7", "6", "", now - 10 * MINUTE);
	move("calm/late", "7", "6", PIPELINE, now - 6 * MINUTE);
	/* A release, and its rollback after a minute: before it, nothing followed seismo. */
	move("hot/route", "2.1", "2.2", PIPELINE, now - 20 * MINUTE);
	move("hot/prod", "2", "3", PIPELINE, now - 20 * MINUTE + 500);
	own_move("hot", "2.2", "2.1", now - 19 * MINUTE);
	move("hot/prod", "3", "2", PIPELINE, now - 19 * MINUTE + 500);
	/* A release of an alias alone; much later seismo moves the route. */
	move("old/prod", "2", "3", PIPELINE, now - 50 * MINUTE);
	own_move("old", "2.2", "2.1", now - 5 * MINUTE);
	/* And what somebody moves on long after is theirs again. */
	own_move("mine", "2", "1", now - 40 * MINUTE);
	move("mine/prod", "2", "3", PIPELINE, now - 30 * MINUTE);
	/* Somebody moves the route on, a minute after seismo. */
	own_move("busy", "2.2", "2.1", now - 20 * MINUTE);
	move("busy/route", "2.1", "2.3", PIPELINE, now - 19 * MINUTE);
	measure(&r);
	assert_int_equal(m.n, 5);
	assert_int_equal(verdict(&r, "calm/route"), VERDICT_CLEAR);
	assert_true(found("busy/route")->x.value == WHOLE && str_is(found("busy/route")->version, "2.3"));
	assert_true(found("hot/route")->x.value == WHOLE && str_is(found("hot/route")->version, "2.2"));
	assert_true(str_is(fact(&r, "hot/route"), "2.1>2.2 by release-pipeline/run-214 (cloudtrail)"));
	assert_true(found("old/prod")->x.value == WHOLE && str_is(fact(&r, "old/prod"), "2>3 by release-pipeline/run-214 (cloudtrail)"));
	assert_true(found("mine/prod")->x.value == WHOLE);
}

/* Who goes back is not why: neither while the alert fires on nor when it is over. */
static void what_an_alert_is_about_is_not_its_cure(void **state)
{
	AlertRule outside = shipped("moved-outside"), errors = shipped("err-after-move");

	(void)state;
	move("up/route", "2.1", "2.2", PIPELINE, now - 20 * MINUTE);
	own_move("up", "2.2", "2.1", now - 5 * MINUTE);
	assert_true(str_is(fact(&outside, "up/route"), "2.1>2.2 by release-pipeline/run-214 (cloudtrail)"));
	assert_true(str_is(fact(&errors, "up/route"), "2.1>2.2 by release-pipeline/run-214 (cloudtrail)"));
	assert_true(str_starts(fact_since(&outside, "up/route", PHASE_OK, now), STR("2.1>2.2")));
	assert_true(str_starts(fact_since(&errors, "up/route", PHASE_OK, now), STR("2.1>2.2")));
	/* Errors that began with it are another matter. */
	assert_true(str_starts(fact_since(&errors, "up/route", PHASE_FIRING, now - MINUTE), STR("2.2>2.1")));
}

/* A look falls between the moves of a release: it is told of the alias, and the route that moved before it is seen only afterwards. */
static void a_release_that_is_seen_piece_by_piece(void **state)
{
	AlertRule r = shipped("moved-outside");
	AlertRow row = { .rule = r.id, .key = STR("up/prod"), .st = { .phase = PHASE_FIRING, .since_ms = now - 14 * MINUTE, .judged_ms = now - MINUTE },
	                 .episode = 1, .metric = r.metric, .severity = r.severity, .value = WHOLE, .threshold = 0, .baseline = ALERT_NONE, .count = 1,
	                 .agent = STR("up"), .version = STR("3") };
	WatchBatch b = { .alerts = &row, .alert_count = 1, .run = { .at_ms = now } };

	(void)state;
	move("up/prod", "2", "3", PIPELINE, now - 15 * MINUTE);
	measure(&r);
	assert_true(m.n == 1 && verdict(&r, "up/prod") == VERDICT_BREACH);
	MUST(watch_put(s, &b, e));
	move("up/route", "2.1", "2.2", PIPELINE, now - 16 * MINUTE);
	measure(&r);
	assert_true(m.n == 1 && verdict(&r, "up/prod") == VERDICT_BREACH);
	/* When that one is over, the next release has the name of its route. */
	row.st.phase = PHASE_OK;
	MUST(watch_put(s, &b, e));
	measure(&r);
	assert_true(m.n == 1 && verdict(&r, "up/route") == VERDICT_BREACH);
	/* And one that is still told is of another release when that pointer has no part in the new one. */
	row.st.phase = PHASE_FIRING;
	MUST(watch_put(s, &b, e));
	move("up/route", "2.2", "2.3", PIPELINE, now - 5 * MINUTE);
	measure(&r);
	assert_true(m.n == 1 && verdict(&r, "up/route") == VERDICT_BREACH && found("up/route")->x.value == 2 * WHOLE);
}

/* Put back, and left again within a day: whoever moved it, wherever to. */
static void a_version_that_was_put_back_and_left(void **state)
{
	AlertRule r = shipped("left-restored");

	(void)state;
	assert_true(r.window_ms == DAY && r.severity == SEVERITY_CRITICAL);
	/* Put back an hour ago, and the bad one came again. */
	move("bad/prod", "7", "8", PIPELINE, now - 2 * HOUR);
	move("bad/prod", "8", "7", "arn:aws:iam::111122223333:user/ops", now - HOUR);
	move("bad/prod", "7", "8", PIPELINE, now - 10 * MINUTE);
	/* The same, and back again. */
	move("well/prod", "7", "8", PIPELINE, now - 2 * HOUR);
	move("well/prod", "8", "7", PIPELINE, now - HOUR);
	move("well/prod", "7", "8", PIPELINE, now - 30 * MINUTE);
	move("well/prod", "8", "7", PIPELINE, now - 10 * MINUTE);
	/* A new version, with a part of the traffic only. */
	move("part/route", "7", "8", PIPELINE, now - 2 * HOUR);
	move("part/route", "8", "7", PIPELINE, now - HOUR);
	move("part/route", "7:100", "7:90 9:10", PIPELINE, now - 10 * MINUTE);
	/* Put back and left alone; put back two days ago and left now; never put back. */
	move("calm/prod", "7", "8", PIPELINE, now - 2 * HOUR);
	move("calm/prod", "8", "7", PIPELINE, now - HOUR);
	move("old/prod", "7", "8", PIPELINE, now - 3 * DAY);
	move("old/prod", "8", "7", PIPELINE, now - 2 * DAY);
	move("old/prod", "7", "9", PIPELINE, now - 10 * MINUTE);
	move("new/prod", "7", "8", PIPELINE, now - 2 * HOUR);
	move("new/prod", "8", "9", PIPELINE, now - HOUR);
	measure(&r);
	assert_int_equal(verdict(&r, "bad/prod"), VERDICT_BREACH);
	assert_true(str_is(found("bad/prod")->version, "8") && str_is(found("bad/prod")->agent, "bad"));
	assert_true(str_starts(fact(&r, "bad/prod"), STR("7>8 by release-pipeline/run-214")));
	assert_int_equal(verdict(&r, "well/prod"), VERDICT_CLEAR);
	assert_int_equal(verdict(&r, "part/route"), VERDICT_BREACH);
	assert_int_equal(verdict(&r, "calm/prod"), VERDICT_CLEAR);
	assert_int_equal(m.n, 4);
}

/* Its earlier moves are not on record: the registry says that the version was rolled back. */
static void what_the_registry_calls_rolled_back(void **state)
{
	AgentVersionRow row[] = { { .agent = STR("up"), .version = STR("8"), .status = STR("rolled_back"), .model = STR("m"), .created_by = STR(""),
	                            .raw_json = STR("{}") } };
	const StoreBatch b = { .agents = row, .agent_count = 1, .now_ms = now };
	AlertRule r = shipped("left-restored");

	(void)state;
	MUST(store_apply(s, &b, NULL, e));
	move("up/route", "8", "7", PIPELINE, now - HOUR);
	measure(&r);
	assert_int_equal(verdict(&r, "up/route"), VERDICT_CLEAR);
	move("up/route", "7", "8", PIPELINE, now - 5 * MINUTE);
	measure(&r);
	assert_int_equal(verdict(&r, "up/route"), VERDICT_BREACH);
}

static void a_bad_version_stays_bad_after_half_an_hour(void **state)
{
	AlertRule r = shipped("err-after-move");
	const Measured *x;

	(void)state;
	add("up", "2.1", now - 12 * HOUR, 9 * HOUR, 200, 1000);
	move("up/route", "2.1", "2.2", PIPELINE, now - 90 * MINUTE);
	add_model("up", "2.2", "fix.small", now - 89 * MINUTE, 80 * MINUTE, 80, 1000, JOB_FAILED);
	add("up", "2.2", now - 29 * MINUTE, 28 * MINUTE, 40, 1000);
	measure(&r);
	x = found("up/route");
	/* Of the last half hour, not since the move: what has come right shows. */
	assert_true(x->x.known == KNOWN_KEEPS && x->x.count > 50 && x->x.count < 70 && x->x.value > 250000 && x->x.value < 400000);
	assert_int_equal(verdict(&r, "up/route"), VERDICT_BETWEEN);
	assert_true(str_is(fact(&r, "up/route"), "2.1>2.2 by release-pipeline/run-214 (cloudtrail)"));
	/* The pointer goes back: the new move is what is judged. */
	move("up/route", "2.2", "2.1", "ops", now - 8 * MINUTE);
	add("up", "2.1", now - 8 * MINUTE, 7 * MINUTE, 40, 1000);
	measure(&r);
	assert_int_equal(m.n, 1);
	assert_int_equal(verdict(&r, "up/route"), VERDICT_CLEAR);
}

static void slower_than_usual(void **state)
{
	AlertRule r = shipped("slow");
	Cursor c = { "jobs.back", arena_printf(&arena, "%lld", (long long)(now - 34 * DAY)) };
	StoreBatch b = { .cursors = &c, .cursor_count = 1, .now_ms = now };
	const Measured *x;

	(void)state;
	MUST(store_apply(s, &b, NULL, e));
	add_route("up");
	for (int d = 1; d < 30; d++)
		add("up", "2.1", now - d * DAY - HOUR, 2 * HOUR, 40, 1000);
	add("up", "2.1", now - 50 * MINUTE, 40 * MINUTE, 60, 1100);
	add("up", "2.2", now - 50 * MINUTE, 40 * MINUTE, 39, 5000);
	measure(&r);
	x = found("up/route");
	assert_true(x->x.count == 99 && x->x.value > 4900 * WHOLE && x->x.value < 5100 * WHOLE && x->x.baseline > 980 * WHOLE && x->x.baseline < 1020 * WHOLE);
	assert_int_equal(verdict(&r, "up/route"), VERDICT_CLEAR);        /* one too few */
	add("up", "2.2", now - 5 * MINUTE, MINUTE, 1, 5000);
	measure(&r);
	assert_int_equal(verdict(&r, "up/route"), VERDICT_BREACH);
	assert_true(str_is(found("up/route")->agent, "up") && str_is(found("up/route")->version, "2.2"));
	assert_int_equal(m.n, 1);                            /* `idle` has no pointer */
	/* What is usual must rest on a hundred as well; by version 2.2 has no past at all. */
	r.by = BY_VERSION;
	measure(&r);
	assert_true(found("up@2.2")->x.baseline == ALERT_NONE && found("up@2.1")->x.baseline > 0);
	r.by = BY_NONE;
	measure(&r);
	assert_int_equal(found("")->x.count, 101);
}

static void models_that_end(void **state)
{
	const Trait registry[] = {
		{ .kind = CHANGE_POINTER, .first = true, .base = STR("up/route"), .object = STR("up/route"), .value = STR("2.1:90 2.2:10 paused") },
		{ .kind = CHANGE_POINTER, .first = true, .base = STR("down/route"), .object = STR("down/route"), .value = STR("1") },
		{ .kind = CHANGE_MODEL, .base = STR("up@2.1"), .object = STR("up@2.1"), .value = STR("us.maker.old-v1") },
		{ .kind = CHANGE_MODEL, .base = STR("up@2.2"), .object = STR("up@2.2"), .value = STR("maker.new-v1") },
		{ .kind = CHANGE_MODEL, .base = STR("up@2.0"), .object = STR("up@2.0"), .value = STR("maker.unused-v1") },
		{ .kind = CHANGE_MODEL, .base = STR("down@1"), .object = STR("down@1"), .value = STR("us.maker.old-v1") },
	};
	const Trait lives[] = {
		{ .kind = CHANGE_MODEL, .first = true, .base = STR("lifecycle"), .object = STR("lifecycle"), .value = STR("read") },
		{ .kind = CHANGE_MODEL, .base = STR("lifecycle"), .object = STR("maker.old-v1 endOfLife"), .value = STR("2026-10-23") },
		{ .kind = CHANGE_MODEL, .base = STR("lifecycle"), .object = STR("maker.unused-v1 endOfLife"), .value = STR("2026-10-01") },
		{ .kind = CHANGE_MODEL, .base = STR("lifecycle"), .object = STR("fix.small endOfLife"), .value = STR("2027-01-01") },
		{ .kind = CHANGE_MODEL, .base = STR("lifecycle"), .object = STR("fix.gone endOfLife"), .value = STR("2026-09-01") },
	};
	AlertRule r = shipped("model-retiring");

	(void)state;
	look(CHANGE_BY_DYNAMODB, registry, sizeof registry / sizeof *registry);
	look(CHANGE_BY_BEDROCK, lives, sizeof lives / sizeof *lives);
	add_model("x", "1", "fix.gone", now - 3 * HOUR, HOUR, 5, 1000, JOB_FAILED);
	measure(&r);
	assert_int_equal(m.n, 3);                            /* no pointer leads to 2.0 and nobody called it */
	/* 29 days, and 5 h 29 min 30 s. */
	assert_int_equal(found("us.maker.old-v1")->x.value / 1000, 29228);
	assert_true(str_is(found("us.maker.old-v1")->agent, "down") && str_is(found("us.maker.old-v1")->version, "1"));
	assert_int_equal(verdict(&r, "us.maker.old-v1"), VERDICT_BREACH);
	assert_true(str_is(fact(&r, "us.maker.old-v1"), "down/route 1, up/route 2.1"));
	assert_int_equal(verdict(&r, "fix.small"), VERDICT_CLEAR);
	assert_true(found("fix.gone")->x.value == 0 && found("fix.gone")->x.count == 5);
	assert_true(str_is(fact(&r, "fix.gone"), "no pointer leads to it"));
}

/* n calls of the version, of which `read` of 10,000 prompt tokens came from the cache; booked by price. */
static void add_prompts(const char *version, int64_t from_ms, int64_t span_ms, int n, int64_t read)
{
	Job *j = xcalloc((size_t)n, sizeof *j);
	StoreBatch b = { .jobs = j, .job_count = (size_t)n, .prices = &fleet_prices, .mode = LEDGER_COMPUTED, .now_ms = now };

	for (int i = 0; i < n; i++)
		j[i] = (Job){ .id = arena_printf(&arena, "v-%d", jobs_made++), .agent = STR("up"), .version = str_of(version), .tenant = STR("acme"),
		              .trace_id = STR(""), .model = STR("fix.large"), .state = JOB_SUCCEEDED, .started_ms = from_ms + i * span_ms / n,
		              .updated_ms = from_ms + i * span_ms / n + 1000, .latency_ms = { true, 1000 }, .has_tokens = true,
		              .tokens = { .input = 100000 - 10 * read, .cache_read = 10 * read } };
	MUST(store_apply(s, &b, NULL, e));
	free(j);
}

static void covered_since(int64_t ms)
{
	Cursor c = { "jobs.back", arena_printf(&arena, "%lld", (long long)ms) };
	StoreBatch b = { .cursors = &c, .cursor_count = 1, .now_ms = now };

	MUST(store_apply(s, &b, NULL, e));
}

/* $3.0005 a million as input, $0.30 as reads: a version that is new, beside what its agent read before. */
static void a_release_that_breaks_the_cache(void **state)
{
	AlertRule r = shipped("cache-drop");
	const Measured *x;

	(void)state;
	covered_since(now - 34 * DAY);
	for (int d = 1; d < 30; d++)
		add_prompts("2.1", now - d * DAY - HOUR, 2 * HOUR, 40, 8000);
	add_prompts("2.1", now - 29 * MINUTE, 28 * MINUTE, 30, 6100);        /* 19 points fewer */
	add_prompts("2.2", now - 29 * MINUTE, 28 * MINUTE, 29, 0);
	measure(&r);
	assert_int_equal(found("up@2.1")->x.value, 0);
	assert_int_equal(verdict(&r, "up@2.2"), VERDICT_CLEAR);      /* one too few */
	add_prompts("2.2", now - 3 * MINUTE, MINUTE, 1, 0);
	measure(&r);
	x = found("up@2.2");
	/* 30 x 80,000 tokens x $2.7005 a million in 30.5 minutes. */
	assert_true(x->x.count == 30 && x->x.value > 12700000000 && x->x.value < 12800000000);
	assert_int_equal(verdict(&r, "up@2.2"), VERDICT_BREACH);
	assert_int_equal(found("up@2.1")->x.value, 0);
}

static void put_bill(int64_t day, int64_t nusd, int64_t asked_ms, bool estimated)
{
	const ChargeRow row[] = { { CHARGE_RECORDS, STR("Amazon Bedrock"), STR("Usage"), nusd, 0 },
	                          { CHARGE_USAGE, STR("Amazon Bedrock"), STR("USE1-FixLarge-input-tokens"), nusd, 1000000 } };
	const ChargeDay d = { .day = day, .asked_ms = asked_ms, .estimated = estimated, .row = row, .rows = 2 };
	StoreBatch b = { .charges = &d, .charge_count = 1, .now_ms = now };

	MUST(store_apply(s, &b, NULL, e));
}

static void what_the_bill_says(void **state)
{
	const int64_t day = now / DAY, usd = INT64_C(1000000000);
	AlertRule r = shipped("bill-drift");
	Job job = { .id = STR("day-job"), .agent = STR("up"), .version = STR("1"), .tenant = STR("acme"), .trace_id = STR(""), .model = STR("fix.small"),
	            .state = JOB_SUCCEEDED, .reported_nusd = { true, 1000 * usd }, .started_ms = (day - 3) * DAY + HOUR, .updated_ms = (day - 3) * DAY + HOUR };
	StoreBatch b = { .jobs = &job, .job_count = 1, .prices = &fleet_prices, .mode = LEDGER_REPORTED, .now_ms = now };

	(void)state;
	MUST(store_apply(s, &b, NULL, e));
	measure(&r);
	assert_int_equal(m.n, 0);                            /* nobody asked Cost Explorer */
	put_bill(day - 3, 1061 * usd, now, true);
	measure(&r);
	assert_int_equal(m.n, 0);                            /* since when the jobs are complete is not known */
	covered_since((day - 10) * DAY);
	measure(&r);
	assert_int_equal(m.n, 1);
	assert_true(found("2026-09-20")->x.value == 61 * usd && found("2026-09-20")->x.baseline == 1061 * usd);
	assert_int_equal(verdict(&r, "2026-09-20"), VERDICT_BREACH);         /* 5.7 % of it, and more than $50 */
	put_bill(day - 3, 1052 * usd, now, true);
	measure(&r);
	assert_int_equal(verdict(&r, "2026-09-20"), VERDICT_BETWEEN);        /* 4.9 % */
	put_bill(day - 3, 949 * usd, now, true);
	measure(&r);
	assert_true(found("2026-09-20")->x.value == 51 * usd && verdict(&r, "2026-09-20") == VERDICT_BREACH);      /* the other way round */
	/* A newer day that is not settled is not judged; settled, it takes the place of the one before. */
	put_bill(day - 1, 500 * usd, now, true);
	measure(&r);
	assert_true(m.n == 1 && found("2026-09-20"));
	put_bill(day - 2, 0, now, true);
	measure(&r);
	assert_true(m.n == 1 && found("2026-09-21")->x.value == 0 && verdict(&r, "2026-09-21") == VERDICT_CLEAR);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, finish)
	const struct CMUnitTest tests[] = {
		TEST(a_version_that_was_put_back_and_left), TEST(what_the_registry_calls_rolled_back),
		TEST(moves_that_seismo_did_not_make), TEST(what_an_alert_is_about_is_not_its_cure),
		TEST(what_seismo_moved_and_what_follows_it), TEST(a_release_that_is_seen_piece_by_piece), TEST(a_bad_version_stays_bad_after_half_an_hour), TEST(slower_than_usual), TEST(models_that_end), TEST(a_release_that_breaks_the_cache),
		TEST(what_the_bill_says),
	};
	int rc = cmocka_run_group_tests(tests, make_place, clear_place);

	arena_done(&arena);
	return rc;
}
