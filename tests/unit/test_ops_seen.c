/* What one machine knows of moves and stops: the journal's rows, and of other machines what the registry says. */
#include "unit.h"

#include "app/ops_seen.h"
#include "store_unit.h"

#define MINUTE INT64_C(60000)

/* 2026-09-23T18:30:30Z. */
static const int64_t now = INT64_C(1790188230000);
static Arena arena;
static ProcessId self;
static OpsRow row[8];
static size_t rows;
static RegPointer pointer[2];
static RegMove moved[3];
static Change change[2];
static Registry registry;
static OpsSeen seen;

static int begin(void **state)
{
	(void)state;
	process_self(&self);
	rows = 0;
	registry = (Registry){ .pointer = pointer, .move = moved, .change = change };
	pointer[0] = (RegPointer){ .source = CHANGE_BY_DYNAMODB, .agent = STR("up"), .agent_name = STR("up"), .name = STR("route"), .id = STR("up/route"),
	                           .object = STR("up/route"), .live = route_one(&arena, STR("7")), .target = route_one(&arena, STR("7")) };
	pointer[1] = (RegPointer){ .source = CHANGE_BY_CLASSIC, .agent = STR("A1"), .agent_name = STR("up"), .name = STR("prod"), .id = STR("arn:alias"),
	                           .object = STR("up/prod"), .live = route_one(&arena, STR("2")), .target = route_one(&arena, STR("2")) };
	registry.pointers = 2;
	return 0;
}

/* The newest first: each is put before those that are there. */
static OpsRow *add(const char *op, const char *action, const char *outcome, int64_t begun_ms, int64_t at_ms)
{
	for (size_t i = rows++; i > 0; i--)
		row[i] = row[i - 1];
	row[0] = (OpsRow){ .row = { .op = str_of(op), .step = STR("acting"), .detail = STR(""), .outcome = str_of(outcome), .begun_ms = begun_ms,
	                            .at_ms = at_ms },
	                   .x = { .action = str_of(action), .backend = STR("dynamodb"), .agent = STR("up"), .name = STR("up"), .pointer = STR("up/route"),
	                          .pointer_name = STR("route"), .from = route_one(&arena, STR("8")), .to = route_one(&arena, STR("7")), .claim = true,
	                          .reason = STR("r"), .by = STR("arn:aws:sts::1:assumed-role/ops/ada"), .process = self } };
	return &row[0];
}

static void look(int64_t looked_ms)
{
	const OpsAsk q = { .self = self, .since_ms = now - 60 * MINUTE, .looked_ms = { [CHANGE_BY_DYNAMODB] = looked_ms, [CHANGE_BY_CLASSIC] = looked_ms },
	                   .ttl_ms = 30 * MINUTE };
	const OpsFrom from = { &q, row, rows, &registry };

	seen = (OpsSeen){ 0 };
	moves_seen(&from, &arena, &seen);
	stops_seen(&from, &arena, &seen);
}

static void the_journal_tells_how_far_it_is(void **state)
{
	(void)state;
	add("a", "rollback", "done", now - 20 * MINUTE, now - 19 * MINUTE)->x.pointer = STR("arn:alias");
	add("b", "rollback", "lost", now - 10 * MINUTE, now - 9 * MINUTE);
	add("c", "pause", "", now - 5 * MINUTE, now - 5 * MINUTE);
	add("d", "undo", "", now - MINUTE, now - MINUTE);
	add("e", "rollback", "", now - 2 * MINUTE, now - 2 * MINUTE)->x.process.start++;            /* another process with this number */
	look(0);
	assert_int_equal(seen.moves, 3);
	assert_true(str_is(seen.move[0].v.op, "e") && seen.move[0].v.outcome == MOVE_UNKNOWN && !seen.move[0].own);
	assert_true(str_is(seen.move[1].v.op, "d") && seen.move[1].v.outcome == MOVE_OPEN && seen.move[1].own && str_is(seen.move[1].step, "acting"));
	assert_true(str_is(seen.move[2].v.op, "a") && seen.move[2].v.outcome == MOVE_DONE && str_is(seen.move[2].v.leaves, "8"));
	assert_true(seen.move[2].v.finished_ms == now - 19 * MINUTE && seen.move[2].served && seen.move[2].left_ms == INT64_MAX);
}

/* What is done after it takes its place, also when nobody knows how that ended; what had ended before does not. */
static void what_may_have_moved_it_takes_its_place(void **state)
{
	(void)state;
	add("u", "rollback", "", now - 20 * MINUTE, now - 20 * MINUTE)->x.process.start++;
	add("a", "rollback", "done", now - 10 * MINUTE, now - 9 * MINUTE);
	look(0);
	assert_true(seen.moves == 2 && str_is(seen.move[0].v.op, "u") && str_is(seen.move[1].v.op, "a"));
	add("d", "undo", "", now - 5 * MINUTE, now - 5 * MINUTE)->x.process.start++;
	look(0);
	assert_true(seen.moves == 2 && str_is(seen.move[0].v.op, "d") && str_is(seen.move[1].v.op, "u"));
	row[0].row.outcome = STR("released");
	look(0);
	assert_true(seen.moves == 2 && str_is(seen.move[1].v.op, "a"));
}

/* A row of before does not say which process wrote it: nobody can say that it is at work. */
static void without_a_process_it_is_unknown(void **state)
{
	(void)state;
	add("a", "rollback", "", now - MINUTE, now - MINUTE)->x.process = (ProcessId){ 0 };
	look(0);
	assert_true(seen.moves == 1 && seen.move[0].v.outcome == MOVE_UNKNOWN);
}

static void another_machine_holds_a_lock(void **state)
{
	(void)state;
	pointer[0].locked = true;
	pointer[0].lock = (Lock){ .op = STR("x"), .action = STR("rollback"), .by = STR("ada"), .host = STR("build-3"), .since = STR("2026-09-23T18:29:30.000Z"),
	                          .reason = STR("r"), .pid = 4711, .from = route_one(&arena, STR("8")), .to = route_one(&arena, STR("7")) };
	look(now);
	assert_true(seen.moves == 1 && seen.move[0].how == SEEN_IN_REGISTRY && seen.move[0].v.outcome == MOVE_OPEN && seen.move[0].pid == 4711);
	assert_true(seen.move[0].begun_ms == now - MINUTE && str_is(seen.move[0].host, "build-3") && !seen.move[0].step.n);
	/* What the journal knows of the same action is more. */
	add("x", "rollback", "done", now - MINUTE, now - 1000);
	look(now);
	assert_true(seen.moves == 1 && seen.move[0].how == SEEN_IN_JOURNAL && seen.move[0].v.outcome == MOVE_DONE);
	rows = 0;
	pointer[0].lock.action = STR("pause");
	look(now);
	assert_int_equal(seen.moves, 0);
	pointer[0].locked = false;
}

static void another_machine_has_moved_it(void **state)
{
	(void)state;
	moved[0] = (RegMove){ .op = STR("y"), .action = STR("rollback"), .by = STR("ada"), .host = STR("build-3"), .object = STR("up/route"), .event = STR("done"),
	                      .from = route_one(&arena, STR("8")), .to = route_one(&arena, STR("7")), .at_ms = now - 3 * MINUTE };
	moved[1] = moved[0];
	moved[1].event = STR("claimed");
	moved[1].at_ms = now - 4 * MINUTE;
	moved[2] = (RegMove){ .by = STR("bob"), .object = STR("up/prod"), .event = STR("done"), .to = route_one(&arena, STR("2")), .at_ms = now - 2 * MINUTE };
	registry.moves = 3;
	look(now);
	assert_true(seen.moves == 1 && seen.move[0].begun_ms == now - 4 * MINUTE && seen.move[0].v.finished_ms == now - 3 * MINUTE);
	/* The lock table's word alone may be that of a pause. With a change of the pointer it was a move, and from where is known. */
	change[0] = (Change){ .since_ms = now - 3 * MINUTE, .time_ms = now - 2 * MINUTE, .kind = CHANGE_POINTER, .object = STR("up/prod"), .from = STR("3"),
	                      .to = STR("2") };
	registry.changes = 1;
	look(now);
	assert_true(seen.moves == 2 && str_is(seen.move[0].v.pointer_name, "prod") && str_is(seen.move[0].v.leaves, "3"));
	assert_true(seen.move[0].v.action == MOVE_ACTIONS && !seen.move[0].v.op.n && !seen.move[0].host.n);
}

static void it_has_left_again(void **state)
{
	(void)state;
	add("a", "rollback", "done", now - 10 * MINUTE, now - 9 * MINUTE);
	pointer[0].live = route_one(&arena, STR("8"));
	look(now - 9 * MINUTE + 1000);
	assert_true(seen.move[0].served);                   /* that look may have begun before it was moved */
	look(now);
	assert_true(!seen.move[0].served && seen.move[0].left_ms == now);
	change[0] = (Change){ .since_ms = now - 5 * MINUTE, .time_ms = now - 4 * MINUTE, .kind = CHANGE_POINTER, .object = STR("up/route"), .from = STR("7"),
	                      .to = STR("8") };
	change[1] = (Change){ .since_ms = now - 20 * MINUTE, .time_ms = now - 15 * MINUTE, .kind = CHANGE_POINTER, .object = STR("up/route"), .from = STR("7"),
	                      .to = STR("8") };
	registry.changes = 2;
	look(now);
	assert_true(seen.move[0].left_ms == now - 4 * MINUTE);
	/* Somebody has put it back since: the first one is past. */
	add("b", "rollback", "done", now - 3 * MINUTE, now - 2 * MINUTE);
	look(0);
	assert_true(seen.moves == 1 && str_is(seen.move[0].v.op, "b"));
}

/* --- stops --- */

static OpsRow *stop(const char *op, const char *action, int64_t at_ms)
{
	OpsRow *r = add(op, action, "done", at_ms, at_ms);

	r->x.until_ms = at_ms + 30 * MINUTE;
	return r;
}

static void stops_hold_until_they_are_taken_back(void **state)
{
	(void)state;
	stop("p", "stop-park", now - 5 * MINUTE);
	stop("s", "stop-sessions", now - 4 * MINUTE);        /* what has ended is over */
	stop("r", "stop-reject", now - 20 * MINUTE)->x.pointer = STR("arn:alias");
	pointer[1].paused = true;
	look(now);
	assert_true(seen.stops == 2 && str_is(seen.stop[0].op, "r") && seen.stop[0].until_ms == now + 10 * MINUTE && str_is(seen.stop[1].op, "p"));
	add("q", "resume", "failed", now, now)->x.pointer = STR("arn:alias");
	look(now);
	assert_int_equal(seen.stops, 2);
	add("q", "resume", "done", now, now)->x.pointer = STR("arn:alias");
	add("u", "undo", "done", now, now);
	look(now);
	assert_int_equal(seen.stops, 0);
}

static void somebody_else_has_taken_it_back(void **state)
{
	(void)state;
	stop("r", "stop-reject", now - 5 * MINUTE)->x.pointer = STR("arn:alias");
	stop("p", "stop-park", now - 5 * MINUTE);
	pointer[1].paused = false;
	pointer[0].live = route_one(&arena, STR("8"));
	look(now - 5 * MINUTE);
	assert_int_equal(seen.stops, 2);                     /* nobody has looked since */
	look(now);
	assert_int_equal(seen.stops, 0);
}

/* Of another machine a parked route can be seen; when it is meant to end cannot. */
static void another_machine_has_parked_it(void **state)
{
	(void)state;
	moved[0] = (RegMove){ .op = STR("z"), .action = STR("stop-park"), .by = STR("ada"), .host = STR("build-3"), .object = STR("up/route"), .event = STR("done"),
	                      .from = route_one(&arena, STR("8")), .to = route_one(&arena, STR("7")), .at_ms = now - 3 * MINUTE };
	registry.moves = 1;
	look(now);
	assert_true(seen.stops == 1 && seen.stop[0].assumed && seen.stop[0].until_ms == now + 27 * MINUTE && str_is(seen.stop[0].host, "build-3"));
	pointer[0].live = route_one(&arena, STR("8"));
	look(now);
	assert_int_equal(seen.stops, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(what_may_have_moved_it_takes_its_place, begin),
		cmocka_unit_test_setup(the_journal_tells_how_far_it_is, begin), cmocka_unit_test_setup(without_a_process_it_is_unknown, begin),
		cmocka_unit_test_setup(another_machine_holds_a_lock, begin), cmocka_unit_test_setup(another_machine_has_moved_it, begin),
		cmocka_unit_test_setup(it_has_left_again, begin), cmocka_unit_test_setup(stops_hold_until_they_are_taken_back, begin),
		cmocka_unit_test_setup(somebody_else_has_taken_it_back, begin), cmocka_unit_test_setup(another_machine_has_parked_it, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
