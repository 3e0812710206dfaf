#include "unit.h"

#include "model/sketch.h"

enum { MANY = 4000, PERMILLES = 9 };
static const int permilles[PERMILLES] = { 0, 1, 10, 250, 500, 900, 950, 990, 1000 };

static uint64_t dice_state = 1;
static uint64_t dice(void)
{
	dice_state = dice_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return dice_state >> 16;
}

/* --- kinds of values --- */

static int64_t even(void)
{
	return (int64_t)(dice() % 60000);
}

static int64_t skewed(void)
{
	int64_t v = 200;

	while (dice() % 4)
		v += v / 5 + (int64_t)(dice() % 17);
	return v;
}

static int64_t two_humps(void)
{
	return dice() % 10 ? 800 + (int64_t)(dice() % 90) : 60000 + (int64_t)(dice() % 900);
}

static int64_t tiny(void)
{
	return (int64_t)(dice() % 140);
}

static int64_t one_value(void)
{
	return 123457;
}

static int64_t of_any_size(void)
{
	return (int64_t)((dice() << 32 ^ dice()) & INT64_MAX) >> dice() % 63;
}

static int64_t (*const kinds[])(void) = { even, skewed, two_humps, tiny, one_value, of_any_size };
enum { KINDS = sizeof kinds / sizeof *kinds };

static int by_number(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static void assert_near(int64_t got, int64_t want)
{
	__int128 off = (__int128)got - want;

	assert_true((off < 0 ? -off : off) * 128 <= want);
	if (want < 128)
		assert_int_equal(got, want);
}

static void check_quantiles(const Sketch *s, int64_t *v, int n)
{
	qsort(v, (size_t)n, sizeof *v, by_number);
	assert_int_equal(sketch_count(s), n);
	for (int i = 0; i < PERMILLES; i++) {
		int rank = 1;               /* the least one that is not below so many of them */

		while (rank < n && rank * 1000 < permilles[i] * n)
			rank++;
		assert_near(sketch_quantile(s, permilles[i]), v[rank - 1]);
	}
}

static void quantiles_are_within_the_bound(void **state)
{
	static int64_t v[MANY];
	static const int sizes[] = { 1, 2, 3, 7, 20, 99, 100, 1000, MANY };

	(void)state;
	for (int k = 0; k < KINDS; k++)
		for (size_t z = 0; z < sizeof sizes / sizeof *sizes; z++) {
			Sketch s = { 0 };

			for (int i = 0; i < sizes[z]; i++) {
				v[i] = kinds[k]();
				sketch_add(&s, v[i], 1);
			}
			check_quantiles(&s, v, sizes[z]);
			sketch_done(&s);
		}
}

static void every_bucket_answers_for_its_values(void **state)
{
	(void)state;
	assert_int_equal(sketch_bucket(INT64_MAX), SKETCH_BUCKETS - 1);
	assert_int_equal(sketch_bucket(-1), 0);
	assert_int_equal(sketch_bucket(INT64_MIN), 0);
	for (int b = 0; b < SKETCH_BUCKETS; b++)
		assert_int_equal(sketch_bucket(sketch_middle(b)), b);
	for (int64_t v = 0; v < 100000; v++) {
		assert_near(sketch_middle(sketch_bucket(v)), v);
		assert_true(sketch_bucket(v) <= sketch_bucket(v + 1));
	}
	for (int e = 0; e < 63; e++)           /* round each power of two, where buckets change their width */
		for (int64_t d = -3; d <= 3; d++)
			if ((INT64_C(1) << e) + d >= 0)
				assert_near(sketch_middle(sketch_bucket((INT64_C(1) << e) + d)), (INT64_C(1) << e) + d);
}

static void nothing_has_no_quantile(void **state)
{
	Sketch s = { 0 };

	(void)state;
	assert_int_equal(sketch_quantile(&s, 500), -1);
	sketch_add(&s, 70, 2);
	sketch_add(&s, 70, -2);
	assert_int_equal(sketch_count(&s), 0);
	assert_int_equal(sketch_quantile(&s, 500), -1);
	sketch_add(&s, 70, -2);                /* more taken out than put in: none, and nobody else's */
	sketch_add(&s, 90, 1);
	assert_int_equal(sketch_count(&s), 1);
	assert_int_equal(sketch_quantile(&s, 1000), 90);
	sketch_done(&s);
}

/* --- bytes --- */

static Buf bytes_of(const Sketch *s)
{
	Buf b = { 0 };

	assert_int_equal(sketch_write(s, &b, NULL), 0);
	assert_true(b.n <= SKETCH_BLOB_MAX);
	return b;
}

static void assert_same(const Sketch *a, const Sketch *b)
{
	Buf x = bytes_of(a), y = bytes_of(b);

	assert_true(str_eq(buf_str(&x), buf_str(&y)));
	buf_done(&x);
	buf_done(&y);
}

static void assert_holds(Str blob, const Sketch *s)
{
	Sketch read = { 0 };

	assert_int_equal(sketch_read(&read, blob, NULL), 0);
	assert_same(&read, s);
	sketch_done(&read);
}

/* Some sketches of parts, in three ways and any order, against the sketch of all. */
static void merged_parts_are_the_whole(void **state)
{
	enum { PARTS = 9 };

	(void)state;
	for (int round = 0; round < 60; round++) {
		Sketch whole = { 0 }, part[PARTS] = { { 0 } }, merged = { 0 }, read = { 0 };
		int64_t (*kind)(void) = kinds[round % KINDS];
		Buf blobs = { 0 };
		int from = (int)(dice() % PARTS);

		for (int i = 0; i < 50 * round; i++) {
			int64_t v = kind();

			sketch_add(&whole, v, 1);
			sketch_add(&part[dice() % PARTS], v, 1);
		}
		for (int i = 0; i < PARTS; i++) {
			const Sketch *p = &part[(from + i * 2) % PARTS];
			Buf b = bytes_of(p), both = { 0 };

			sketch_merge(&merged, p);
			assert_int_equal(sketch_read(&read, buf_str(&b), NULL), 0);
			assert_int_equal(sketch_merge_blobs(buf_str(&b), buf_str(&blobs), &both, NULL), 0);
			buf_done(&blobs);
			buf_done(&b);
			blobs = both;
		}
		assert_same(&merged, &whole);
		assert_same(&read, &whole);
		assert_holds(buf_str(&blobs), &whole);
		for (int i = 0; i < PARTS; i++)
			sketch_done(&part[i]);
		sketch_done(&whole);
		sketch_done(&merged);
		sketch_done(&read);
		buf_done(&blobs);
	}
}

static void taking_out_leaves_no_trace(void **state)
{
	(void)state;
	for (int k = 0; k < KINDS; k++) {
		Sketch stays = { 0 }, both = { 0 }, out = { 0 };
		Buf x, y, left = { 0 };

		for (int i = 0; i < 700; i++) {
			int64_t v = kinds[k](), w = kinds[(k + 1) % KINDS]();

			sketch_add(&stays, v, 1);
			sketch_add(&both, v, 1);
			sketch_add(&both, w, 3);
			sketch_add(&out, w, -3);
		}
		x = bytes_of(&both);
		y = bytes_of(&out);
		assert_int_equal(sketch_merge_blobs(buf_str(&x), buf_str(&y), &left, NULL), 0);
		assert_holds(buf_str(&left), &stays);
		sketch_merge(&both, &out);
		assert_same(&both, &stays);
		sketch_done(&stays);
		sketch_done(&both);
		sketch_done(&out);
		buf_done(&x);
		buf_done(&y);
		buf_done(&left);
	}
}

static void few_values_take_few_bytes(void **state)
{
	Sketch s = { 0 };
	Buf b;

	(void)state;
	for (int i = 0; i < 8; i++)
		sketch_add(&s, 400 + 300 * i, 1);
	b = bytes_of(&s);
	assert_true(b.n <= 16);
	buf_done(&b);
	sketch_done(&s);
}

/* --- damage --- */

/* Either an error, or bytes that mean just what they say: written again they are the same. */
static bool check_any(Str blob)
{
	Sketch s = { 0 };
	Err e = { 0 };
	Buf b = { 0 }, merged = { 0 };
	bool good = sketch_read(&s, blob, &e) == 0;

	assert_true(good || e.text[0]);
	assert_int_equal(sketch_merge_blobs(blob, STR(""), &merged, NULL), good ? 0 : -1);
	if (good) {
		assert_int_equal(sketch_write(&s, &b, NULL), 0);
		assert_true(str_eq(buf_str(&b), blob));
		assert_true(str_eq(buf_str(&merged), blob));
		assert_true(sketch_count(&s) >= 0 && sketch_quantile(&s, 500) >= -1);
	}
	sketch_done(&s);
	buf_done(&b);
	buf_done(&merged);
	return good;
}

static void damaged_bytes_are_an_error(void **state)
{
	static const Str bad[] = {
		STR("\x80"), STR("\x01"), STR("\x01\x00"), STR("\x01\x02"), STR("\x80\x00"), STR("\x01\x84\x00"), STR("\x80\x3a"), STR("\xfe\x39\x00"),
		STR("\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"), STR("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"),
		STR("\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01"),
	};
	static const Str good[] = { STR(""), STR("\x00"), STR("\xfe\x39"), STR("\x01\x01"), STR("\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01") };

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_false(check_any(bad[i]));
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		assert_true(check_any(good[i]));
}

static void any_change_of_the_bytes_is_taken_or_refused(void **state)
{
	(void)state;
	for (int k = 0; k < KINDS; k++) {
		Sketch s = { 0 };
		Buf b;
		int refused = 0;

		for (int i = 0; i < 120; i++)
			sketch_add(&s, kinds[k](), 1 + (int64_t)(dice() % 5 ? 0 : dice() % 1000));
		b = bytes_of(&s);
		for (size_t cut = 0; cut < b.n; cut++)
			refused += !check_any(str_sub(buf_str(&b), 0, cut)) + !check_any(str_sub(buf_str(&b), cut, b.n));
		for (size_t bit = 0; bit < b.n * 8; bit++) {
			b.p[bit / 8] = (char)(b.p[bit / 8] ^ 1 << bit % 8);
			refused += !check_any(buf_str(&b));
			b.p[bit / 8] = (char)(b.p[bit / 8] ^ 1 << bit % 8);
		}
		assert_true(refused > 0);
		assert_true(check_any(buf_str(&b)));
		buf_done(&b);
		sketch_done(&s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quantiles_are_within_the_bound), cmocka_unit_test(every_bucket_answers_for_its_values),
		cmocka_unit_test(nothing_has_no_quantile), cmocka_unit_test(merged_parts_are_the_whole),
		cmocka_unit_test(taking_out_leaves_no_trace), cmocka_unit_test(few_values_take_few_bytes),
		cmocka_unit_test(damaged_bytes_are_an_error), cmocka_unit_test(any_change_of_the_bytes_is_taken_or_refused),
	};

	return cmocka_run_group_tests_name("sketch", tests, NULL, NULL);
}
