/* Pointers as they were at a moment: what the changes tell, and what they do not. */
#include "unit.h"

#include "app/registry.h"
#include "store/change.h"
#include "store_unit.h"

#define MINUTE INT64_C(60000)

/* 2026-09-23T18:30:30Z; the first look was an hour ago. */
static const int64_t now = INT64_C(1790188230000), first_look = INT64_C(1790188230000) - 60 * MINUTE;
static Arena arena;
static Store *s;
static RegPointer pointer;
static Change change[4];
static RegMove moved[1];
static Registry r;

static int begin(void **state)
{
	static int stores;
	const Trait t = { .kind = CHANGE_POINTER, .first = true, .base = STR("up/route"), .object = STR("up/route"), .value = STR("7") };
	const TraitSet look = { .source = CHANGE_BY_DYNAMODB, .place = STR("agents"), .trait = &t, .count = 1, .began_ms = first_look - 1000,
	                        .ended_ms = first_look };
	StoreBatch b = { .traits = &look, .prices = &fleet_prices, .now_ms = now };

	(void)state;
	s = must_open(arena_printf(&arena, "past%d.db", stores++).p, STORE_WRITE);
	MUST(store_apply(s, &b, NULL, e));
	pointer = (RegPointer){ .source = CHANGE_BY_DYNAMODB, .name = STR("route"), .id = STR("up/route"), .object = STR("up/route"), .status = STR("READY"),
	                        .live = route_one(&arena, STR("7")), .target = route_one(&arena, STR("7")), .updated_by = STR("bob"),
	                        .updated_ms = now - 5 * MINUTE };
	r = (Registry){ .pointer = &pointer, .pointers = 1, .change = change, .move = moved };
	return 0;
}

static int finish(void **state)
{
	(void)state;
	store_close(s);
	return 0;
}

/* The newest first. */
static void add(int64_t since_ms, int64_t time_ms, const char *from, const char *to)
{
	change[r.changes++] = (Change){ .since_ms = since_ms, .time_ms = time_ms, .kind = CHANGE_POINTER, .object = STR("up/route"), .from = str_of(from),
	                                .to = str_of(to), .by = STR("ada") };
}

static const char *at(int64_t ms)
{
	MUST(registry_at(s, &r, ms, &arena, e));
	return pointer.unknown ? "?" : arena_cstr(&arena, route_text(pointer.live, &arena));
}

static void the_store_says_since_when_it_is_looked_at(void **state)
{
	int64_t from;

	(void)state;
	MUST(store_looked_from(s, CHANGE_BY_DYNAMODB, &from, e));
	assert_int_equal(from, first_look);
	MUST(store_looked_from(s, CHANGE_BY_CLASSIC, &from, e));
	assert_int_equal(from, 0);
}

/* AWS, or whoever keeps it, says that it was not changed since. */
static void what_was_not_changed_since_is_what_it_was(void **state)
{
	(void)state;
	assert_string_equal(at(now - 4 * MINUTE), "7");
	assert_true(str_is(pointer.status, "READY") && str_is(pointer.updated_by, "bob"));
}

static void a_change_since_says_where_it_was(void **state)
{
	(void)state;
	add(now - 5 * MINUTE, now - 5 * MINUTE, "8:90 9:10 paused", "7");
	add(now - 40 * MINUTE, now - 39 * MINUTE, "6", "8:90 9:10 paused");
	moved[0].at_ms = now - 5 * MINUTE;
	r.moves = 1;
	assert_string_equal(at(now - 20 * MINUTE), "8:90 9:10");
	assert_true(pointer.paused && !pointer.status.n && str_is(pointer.updated_by, "ada") && pointer.updated_ms == now - 39 * MINUTE);
	assert_true(r.changes == 1 && r.moves == 0);                /* what came after had not happened yet */
}

static void anew(void)
{
	(void)finish(NULL);
	(void)begin(NULL);
}

/* It was looked at, and no change before is known: what the next one came from. */
static void before_the_first_change_as_far_as_it_was_looked_at(void **state)
{
	(void)state;
	add(now - 5 * MINUTE, now - 5 * MINUTE, "8", "7");
	assert_string_equal(at(now - 30 * MINUTE), "8");
	anew();
	add(now - 5 * MINUTE, now - 5 * MINUTE, "8", "7");
	assert_string_equal(at(first_look - MINUTE), "?");
	assert_true(!pointer.status.n && !pointer.updated_by.n && !pointer.live.n);
}

static void between_two_looks_it_is_not_known(void **state)
{
	(void)state;
	add(now - 30 * MINUTE, now - 5 * MINUTE, "8", "7");
	assert_string_equal(at(now - 20 * MINUTE), "?");
}

/* A change of which nobody saw the values, and two that do not fit together: a move in between was never seen. */
static void what_does_not_fit_is_not_known(void **state)
{
	(void)state;
	add(now - 5 * MINUTE, now - 5 * MINUTE, "", "7");
	assert_string_equal(at(now - 20 * MINUTE), "?");
	anew();
	add(now - 5 * MINUTE, now - 5 * MINUTE, "9", "7");
	add(now - 40 * MINUTE, now - 40 * MINUTE, "6", "8");
	assert_string_equal(at(now - 20 * MINUTE), "?");
	anew();
	add(now - 40 * MINUTE, now - 40 * MINUTE, "6", "8");        /* now it is at 7, and nobody saw it go there */
	assert_string_equal(at(now - 20 * MINUTE), "?");
}

static void a_lock_of_later_was_not_held(void **state)
{
	(void)state;
	pointer.updated_ms = now - 30 * MINUTE;
	pointer.locked = true;
	pointer.lock.since = STR("2026-09-23T18:25:30.000Z");
	assert_string_equal(at(now - 10 * MINUTE), "7");
	assert_false(pointer.locked);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, finish)
	const struct CMUnitTest tests[] = {
		TEST(the_store_says_since_when_it_is_looked_at), TEST(what_was_not_changed_since_is_what_it_was), TEST(a_change_since_says_where_it_was),
		TEST(before_the_first_change_as_far_as_it_was_looked_at), TEST(between_two_looks_it_is_not_known), TEST(what_does_not_fit_is_not_known),
		TEST(a_lock_of_later_was_not_held),
	};
	int rc = cmocka_run_group_tests(tests, make_place, clear_place);

	arena_done(&arena);
	return rc;
}
