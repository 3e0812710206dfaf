#include "unit.h"

#include "base/buf.h"
#include "chat/cache.h"

static const ConfAnswerCache conf = { .ttl_ms = 100, .stale_ms = 50, .memory_bytes = 1000, .disk_bytes = 1000 };

static AnswerRow answer(unsigned char key, const char *body, int64_t made_ms)
{
	return (AnswerRow){ .key = { key }, .model = STR("m"), .body = str_of(body), .made_ms = made_ms, .fresh_ms = made_ms + 100,
	                    .until_ms = made_ms + 150, .nusd = 7 };
}

static void expect(AnswerCache *c, unsigned char key, int64_t now_ms, CacheFound want, const char *body)
{
	const unsigned char whole[ANSWER_KEY] = { key };
	Arena a = { 0 };
	AnswerRow r;

	assert_int_equal(cache_find(c, whole, false, now_ms, &a, &r), want);
	if (want != CACHE_MISS)
		assert_true(str_is(r.body, body) && str_is(r.model, "m"));
	arena_done(&a);
}

static void fresh_then_stale_then_none(void **state)
{
	AnswerCache *c = cache_new(&conf, NULL);
	const unsigned char key[ANSWER_KEY] = { 1 };
	AnswerRow r = answer(1, "one", 1000);
	Arena a = { 0 };
	CacheCounts n;

	(void)state;
	expect(c, 1, 1000, CACHE_MISS, NULL);
	cache_put(c, &r, true);
	expect(c, 1, 1000, CACHE_FRESH, "one");
	expect(c, 1, 1099, CACHE_FRESH, "one");
	expect(c, 1, 1100, CACHE_STALE, "one");
	expect(c, 1, 1149, CACHE_STALE, "one");
	expect(c, 1, 1150, CACHE_MISS, NULL);
	expect(c, 1, 999, CACHE_MISS, NULL);             /* the clock was put back */
	assert_int_equal(cache_find(c, key, true, 1120, &a, &r), CACHE_MISS);
	n = cache_counts(c);
	assert_true(n.hits == 2 && n.stale == 2 && n.misses == 4 && n.saved_nusd == 28 && n.answers == 1);
	r = answer(1, "new", 1140);
	cache_put(c, &r, true);
	expect(c, 1, 1150, CACHE_FRESH, "new");
	assert_int_equal(cache_counts(c).answers, 1);
	cache_clear(c);
	expect(c, 1, 1150, CACHE_MISS, NULL);
	assert_int_equal(cache_counts(c).bytes, 0);
	cache_free(c);
	cache_free(NULL);
	arena_done(&a);
}

static void the_ones_used_last_stay(void **state)
{
	AnswerCache *c = cache_new(&conf, NULL);
	char much[1000];
	AnswerRow r;

	(void)state;
	for (unsigned char i = 1; i <= 4; i++) {
		r = answer(i, "0123456789", 1000);
		cache_put(c, &r, false);
	}
	assert_int_equal(cache_counts(c).bytes, 4 * answer_bytes(&r));
	expect(c, 1, 1000, CACHE_FRESH, "0123456789");
	r = answer(5, "0123456789", 1000);
	cache_put(c, &r, false);
	assert_int_equal(cache_counts(c).answers, 4);
	expect(c, 2, 1000, CACHE_MISS, NULL);
	expect(c, 1, 1000, CACHE_FRESH, "0123456789");
	memset(much, 'x', sizeof much - 1);
	much[sizeof much - 1] = 0;
	r = answer(6, much, 1000);
	cache_put(c, &r, false);                         /* larger than all the room: the others stay */
	expect(c, 6, 1000, CACHE_MISS, NULL);
	assert_int_equal(cache_counts(c).answers, 4);
	cache_free(c);
}

/* --- with a store behind it --- */

typedef struct Shelf { AnswerRow row; bool full; int puts, uses, clears; } Shelf;

static bool shelf_find(void *arg, const unsigned char key[ANSWER_KEY], Arena *a, AnswerRow *out)
{
	const Shelf *s = arg;

	(void)a;
	if (!s->full || memcmp(s->row.key, key, ANSWER_KEY) != 0)
		return false;
	*out = s->row;
	return true;
}

static void shelf_put(void *arg, const AnswerRow *row)
{
	Shelf *s = arg;

	(void)row;
	s->puts++;
}

static void shelf_used(void *arg, const unsigned char key[ANSWER_KEY])
{
	(void)key;
	((Shelf *)arg)->uses++;
}

static void shelf_clear(void *arg)
{
	((Shelf *)arg)->clears++;
}

static void a_store_behind(void **state)
{
	Shelf shelf = { .row = answer(1, "from the store", 1000), .full = true };
	const CacheStore store = { shelf_find, shelf_put, shelf_used, shelf_clear, &shelf };
	AnswerCache *c = cache_new(&conf, &store);
	AnswerRow r = answer(2, "in memory alone", 1000);

	(void)state;
	expect(c, 1, 1050, CACHE_FRESH, "from the store");
	shelf.full = false;
	expect(c, 1, 1060, CACHE_FRESH, "from the store");      /* it is in memory now */
	cache_put(c, &r, false);
	assert_int_equal(shelf.puts, 0);
	expect(c, 2, 1060, CACHE_FRESH, "in memory alone");
	assert_int_equal(shelf.uses, 3);
	cache_put(c, &r, true);
	assert_int_equal(shelf.puts, 1);
	/* Another program has made it anew: that one is given, not the stale one that is here. */
	shelf.row = answer(1, "made anew", 1090);
	shelf.full = true;
	expect(c, 1, 1120, CACHE_FRESH, "made anew");
	shelf.row = answer(1, "long over", 100);
	expect(c, 1, 1195, CACHE_STALE, "made anew");
	cache_clear(c);
	assert_int_equal(shelf.clears, 1);
	cache_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fresh_then_stale_then_none), cmocka_unit_test(the_ones_used_last_stay), cmocka_unit_test(a_store_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
