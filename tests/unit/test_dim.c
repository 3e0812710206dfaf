#include "unit.h"

#include "store/dim.h"
#include "store/sums.h"

static uint64_t dice_state = 3;
static uint32_t dice(uint32_t sides)
{
	dice_state = dice_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(dice_state >> 33) % sides;
}

static Arena a;

static Str any_name(void)
{
	static const char bytes[] = { '|', '\\', 'a', '\0', '@', '\n', (char)0xff };
	char text[6];
	size_t n = dice(6);

	for (size_t i = 0; i < n; i++)
		text[i] = bytes[dice(sizeof bytes)];
	return arena_str(&a, (Str){ text, n });
}

static void names_come_back_from_a_key(void **state)
{
	(void)state;
	for (int i = 0; i < 20000; i++) {
		Dim d = (Dim)dice(DIMS), part[DIM_PARTS];
		Str in[DIM_PARTS] = { any_name(), any_name(), any_name() }, out[DIM_PARTS];
		int parts = dim_parts(d, part);

		assert_int_equal(dim_split(d, dim_join(d, in, &a), &a, out), 0);
		for (int k = 0; k < DIM_PARTS; k++)
			assert_true(str_eq(out[k], k < parts ? in[k] : STR("")));
		arena_reset(&a);
	}
}

/* Different names never have one key. */
static void keys_are_unambiguous(void **state)
{
	enum { MANY = 700 };
	static Str in[MANY][DIM_PARTS], key[MANY];

	(void)state;
	for (int i = 0; i < MANY; i++) {
		in[i][0] = any_name();
		in[i][1] = any_name();
		in[i][2] = STR("");
		key[i] = dim_join(DIM_TENANT_MODEL, in[i], &a);
		for (int k = 0; k < i; k++)
			assert_int_equal(str_eq(key[i], key[k]), str_eq(in[i][0], in[k][0]) && str_eq(in[i][1], in[k][1]));
	}
	arena_reset(&a);
}

static void plain_names_are_plain_to_read(void **state)
{
	Str name[DIM_PARTS] = { STR("acme"), STR("cfo"), STR("nova-pro") }, one[DIM_PARTS] = { STR("cfo") };

	(void)state;
	assert_true(str_is(dim_join(DIM_TENANT_PERSONA_MODEL, name, &a), "acme|cfo|nova-pro"));
	assert_true(str_is(dim_join(DIM_TENANT, one, &a), "cfo"));
	name[0] = STR("a|b\\");
	assert_true(str_is(dim_join(DIM_TENANT_MODEL, name, &a), "a\\|b\\\\|cfo"));
	assert_true(str_is(dim_join(DIM_TENANT, name, &a), "a|b\\"));
	arena_reset(&a);
}

static void what_is_no_key_is_refused(void **state)
{
	static const Str bad[] = { STR(""), STR("a"), STR("a|b|c"), STR("a\\|b"), STR("a|b\\"), STR("a|\\b"), STR("\\"), STR("a||") };
	Str name[DIM_PARTS];

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_int_equal(dim_split(DIM_TENANT_MODEL, bad[i], &a, name), -1);
	assert_int_equal(dim_split(DIM_TENANT_MODEL, STR("|"), &a, name), 0);
	assert_int_equal(dim_split(DIM_ALL, STR("x"), &a, name), -1);
	assert_int_equal(dim_split(DIM_TENANT, STR("a\\"), &a, name), 0);
	arena_reset(&a);
}

static void every_dimension_has_a_name(void **state)
{
	Dim d, part[DIM_PARTS];

	(void)state;
	for (int i = 0; i < DIMS; i++) {
		assert_int_equal(dim_of(str_of(dim_name((Dim)i)), &d), 0);
		assert_int_equal(d, i);
		assert_int_equal(dim_parts(d, part), i == DIM_ALL ? 0 : i < DIM_SIMPLE ? 1 : i == DIM_TENANT_PERSONA_MODEL ? 3 : 2);
		assert_int_equal(dim_span_ms(d), i < DIM_TENANT_PERSONA_MODEL ? 3600000 : 86400000);
	}
	assert_int_equal(dim_of(STR("colour"), &d), -1);
}

static void the_narrowest_that_has_all_names(void **state)
{
	static const struct { unsigned simple; int want; } rows[] = {
		{ 0, DIM_ALL }, { 1u << DIM_ALL, DIM_ALL }, { 1u << DIM_MODEL, DIM_MODEL }, { 1u << DIM_ALL | 1u << DIM_AGENT, DIM_AGENT },
		{ 1u << DIM_TENANT | 1u << DIM_MODEL, DIM_TENANT_MODEL }, { 1u << DIM_MODEL | 1u << DIM_VERSION, DIM_VERSION_MODEL },
		{ 1u << DIM_TENANT | 1u << DIM_VERSION, -1 }, { 1u << DIM_PERSONA | 1u << DIM_MODEL, -1 },
		{ 1u << DIM_TENANT | 1u << DIM_MODEL | 1u << DIM_VERSION, -1 },
	}, days[] = {
		{ 1u << DIM_PERSONA | 1u << DIM_MODEL, DIM_PERSONA_MODEL }, { 1u << DIM_TENANT | 1u << DIM_PERSONA, DIM_TENANT_PERSONA_MODEL },
		{ 1u << DIM_TENANT | 1u << DIM_PERSONA | 1u << DIM_MODEL, DIM_TENANT_PERSONA_MODEL }, { 1u << DIM_PERSONA | 1u << DIM_AGENT, -1 },
	};
	Dim d;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_int_equal(dim_with(rows[i].simple, 3600000, &d), rows[i].want >= 0);
		assert_true(rows[i].want < 0 || (int)d == rows[i].want);
	}
	for (size_t i = 0; i < sizeof days / sizeof *days; i++) {
		assert_int_equal(dim_with(days[i].simple, 86400000, &d), days[i].want >= 0);
		assert_true(days[i].want < 0 || (int)d == days[i].want);
	}
}

/* --- sums as bytes --- */

static Sums any_sums(void)
{
	Sums s = { 0 };

	for (int i = 0; i < SUM_FIELDS; i++) {
		int64_t v = (int64_t)((uint64_t)dice(UINT32_MAX) << 32 | dice(UINT32_MAX));

		if (dice(2))
			sums_set_field(&s, i, v >> dice(64));
	}
	return s;
}

typedef struct Bytes { size_t (*put)(const Sums *s, unsigned char *out); int (*take)(Str blob, Sums *out); } Bytes;

static void come_back(const Bytes *b)
{
	for (int i = 0; i < 20000; i++) {
		unsigned char bytes[SUMS_BLOB_MAX + SUMS_BEHIND];
		Sums in = any_sums(), out;
		Str blob = { (const char *)bytes, b->put(&in, bytes) };

		assert_int_equal(b->take(blob, &out), 0);
		assert_memory_equal(&in, &out, sizeof in);
		for (size_t cut = 0; cut < blob.n; cut++)
			assert_int_equal(b->take(str_sub(blob, 0, cut), &out), -1);
		bytes[dice((uint32_t)blob.n)] ^= (unsigned char)(1u << dice(8));
		if (b->take(blob, &out) == 0) {                  /* then they say something else, in the one way there is to say it */
			unsigned char again[SUMS_BLOB_MAX + SUMS_BEHIND];

			assert_true(str_eq(blob, (Str){ (const char *)again, b->put(&out, again) }));
		} else {
			assert_true(sums_zero(&out));
		}
	}
}

static void sums_come_back_from_their_bytes(void **state)
{
	const Bytes row = { sums_pack, sums_unpack }, cell = { sums_write, sums_read };

	(void)state;
	assert_true(SUMS_CELL_MAX <= SUMS_BLOB_MAX);     /* one room for both */
	come_back(&row);
	come_back(&cell);
}

static void what_went_in_comes_out(void **state)
{
	(void)state;
	for (int i = 0; i < 1000; i++) {
		Sums x = any_sums(), y = any_sums(), sum = x;

		sums_add(&sum, &y);
		for (int k = 0; k < SUM_FIELDS; k++)
			assert_true((uint64_t)sums_field(&sum, k) == (uint64_t)sums_field(&x, k) + (uint64_t)sums_field(&y, k));
		sums_sub(&sum, &y);
		assert_memory_equal(&sum, &x, sizeof x);
		sums_sub(&sum, &x);
		assert_true(sums_zero(&sum));
	}
	assert_string_equal(sums_field_name(0), "nusd");
	assert_string_equal(sums_field_name(SUM_FIELDS - 1), "answer_miss_n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_come_back_from_a_key), cmocka_unit_test(keys_are_unambiguous),
		cmocka_unit_test(plain_names_are_plain_to_read), cmocka_unit_test(what_is_no_key_is_refused),
		cmocka_unit_test(every_dimension_has_a_name), cmocka_unit_test(the_narrowest_that_has_all_names),
		cmocka_unit_test(sums_come_back_from_their_bytes),
		cmocka_unit_test(what_went_in_comes_out),
	};
	int rc = cmocka_run_group_tests_name("dim", tests, NULL, NULL);

	arena_done(&a);
	return rc;
}
