#include "unit.h"

#include "conf/themes.h"

#include <unistd.h>

#include "base/file.h"

static Arena arena;
static Err err;

/* x to the power of 2.4, for 0 < x <= 1: Newton for the fifth root of x to the 12th. */
static double power_2_4(double x)
{
	double target = x * x, y = 1;             /* y = x^0.4, y^5 = x^2 */

	for (int i = 0; i < 60; i++)
		y -= (y * y * y * y * y - target) / (5 * y * y * y * y);
	return x * x * y;
}

/* Relative luminance and contrast as WCAG 2.1 defines them. */
static double luminance(uint32_t rgb)
{
	static const double weight[] = { 0.0722, 0.7152, 0.2126 };
	double sum = 0;

	for (int i = 0; i < 3; i++, rgb >>= 8) {
		double c = (rgb & 255) / 255.0;

		sum += weight[i] * (c <= 0.03928 ? c / 12.92 : power_2_4((c + 0.055) / 1.055));
	}
	return sum;
}

static double contrast(uint32_t a, uint32_t b)
{
	double x = luminance(a) + 0.05, y = luminance(b) + 0.05;

	return x > y ? x / y : y / x;
}

static const Theme *builtin(const char *id)
{
	Themes t;

	assert_int_equal(themes_load(&arena, NULL, &t, &err), 0);
	return themes_find(&t, str_of(id));
}

static void contrast_is_the_published_one(void **state)
{
	(void)state;
	assert_true(contrast(0x000000, 0xFFFFFF) > 20.99 && contrast(0x000000, 0xFFFFFF) < 21.01);
	assert_true(contrast(0x777777, 0xFFFFFF) > 4.47 && contrast(0x777777, 0xFFFFFF) < 4.49);
}

/* A letter is readable (WCAG AA, 4.5) on its own background, or on the darkest and lightest that a terminal of this kind
 * has; borders only need to be seen. */
static void builtins_are_readable(void **state)
{
	static const struct { const char *id; Background background; uint32_t ground[2]; double need; } theme[] = {
		{ "dark", BACKGROUND_DARK, { 0x000000, 0x262B33 }, 4.5 }, { "light", BACKGROUND_LIGHT, { 0xFFFFFF, 0xF2EFE6 }, 4.5 },
		{ "contrast", BACKGROUND_DARK, { 0x000000, 0x262B33 }, 7 }, { "deuteranopia", BACKGROUND_DARK, { 0x000000, 0x262B33 }, 4.5 },
		{ "tritanopia", BACKGROUND_DARK, { 0x000000, 0x262B33 }, 4.5 },
	};

	(void)state;
	for (size_t k = 0; k < sizeof theme / sizeof *theme; k++) {
		const Theme *t = builtin(theme[k].id);

		assert_non_null(t);
		assert_int_equal(t->background, theme[k].background);
		for (int i = 0; i < ROLE_COUNT; i++) {
			const RoleStyle *r = &t->role[i];
			double need = i == ROLE_BORDER ? 1.5 : theme[k].need;

			assert_int_equal(r->fg.kind, COLOUR_RGB);          /* built-in themes list every role */
			for (int g = 0; g < 2; g++) {
				double c = contrast(r->fg.v, r->bg.kind == COLOUR_RGB ? r->bg.v : theme[k].ground[g]);

				if (c < need)
					fail_msg("%s: role %d has contrast %.2f", theme[k].id, i, c);
			}
		}
		for (int i = 1; i < t->ramp_count; i++) {
			double step = luminance(t->ramp[i].v) - luminance(t->ramp[i - 1].v);

			assert_true(theme[k].background == BACKGROUND_DARK ? step > 0 : step < 0);
		}
		assert_in_range(t->ramp_count, RAMP_MIN, RAMP_MAX);
	}
}

/* Without colour the attributes are all there is: what guards the operator must not look like plain text. */
static void guards_are_seen_without_colour(void **state)
{
	static const char *const every[] = { "dark", "light", "contrast", "deuteranopia", "tritanopia" };
	static const Role guard[] = { ROLE_STAGE_PROD, ROLE_WRITE, ROLE_ERROR, ROLE_SELECTED, ROLE_MATCH, ROLE_UNPRICED };

	(void)state;
	for (size_t i = 0; i < sizeof guard / sizeof *guard; i++) {
		for (size_t k = 0; k < sizeof every / sizeof *every; k++)
			assert_int_not_equal(builtin(every[k])->role[guard[i]].attrs, 0);
	}
}

static char dir[] = P_tmpdir "/seismo-themes-XXXXXX";

static int load(const char *one, const char *two, Themes *t)
{
	char path[200];

	arena_reset(&arena);
	err = (Err){ 0 };
	(void)snprintf(path, sizeof path, "%s/one.yaml", dir);
	assert_int_equal(file_replace(path, str_of(one), &err), 0);
	(void)snprintf(path, sizeof path, "%s/two.yaml", dir);
	assert_int_equal(file_replace(path, str_of(two), &err), 0);
	return themes_load(&arena, dir, t, &err);
}

#define TWO "id: two\nname: Two\ninherits: dark\n"

static void inheriting(void **state)
{
	const Theme *one, *dark;
	Themes t;

	(void)state;
	if (load("id: one\nname: One\nbackground: any\ninherits: two\nroles:\n  ok: {fg: bright_green, bg: 17, attrs: [dim, underline]}\n"
	         "  text: {fg: default}\n", TWO "ramp: [1, 2, 3, 4, 5]\n", &t) < 0)
		fail_msg("%s", err.text);
	one = themes_find(&t, STR("one"));
	dark = themes_find(&t, STR("dark"));
	assert_int_equal(one->background, BACKGROUND_ANY);
	assert_int_equal(one->role[ROLE_OK].fg.kind, COLOUR_16);
	assert_int_equal(one->role[ROLE_OK].fg.v, 10);
	assert_int_equal(one->role[ROLE_OK].bg.kind, COLOUR_256);
	assert_int_equal(one->role[ROLE_OK].bg.v, 17);
	assert_int_equal(one->role[ROLE_OK].attrs, ATTR_DIM | ATTR_UNDERLINE);
	assert_int_equal(one->role[ROLE_TEXT].fg.kind, COLOUR_DEFAULT);
	assert_int_equal(one->role[ROLE_ERROR].fg.v, dark->role[ROLE_ERROR].fg.v);
	assert_int_equal(one->ramp_count, 5);
	assert_int_equal(one->ramp[4].v, 5);
	assert_null(themes_find(&t, STR("none")));
}

static void one_with_its_parents(void **state)
{
	const Theme *one;
	Themes all, t;

	(void)state;
	if (load("id: one\nname: One\ninherits: two\n", TWO, &all) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(themes_load_one(&arena, dir, STR("one"), &t, &err), 0);
	assert_int_equal(t.count, 3);                 /* one, two and dark; light is not read */
	assert_null(themes_find(&t, STR("light")));
	one = themes_find(&t, STR("one"));
	assert_memory_equal(one->role, themes_find(&all, STR("one"))->role, sizeof one->role);
	assert_int_equal(themes_load_one(&arena, dir, STR("none"), &t, &err), 0);
	assert_int_equal(t.count, 0);
	assert_int_equal(load("id: one\nname: n\ninherits: two\n", "id: two\nname: n\ninherits: one\n", &t), -1);
	assert_int_equal(themes_load_one(&arena, dir, STR("one"), &t, &err), -1);
	assert_non_null(strstr(err.text, "in a circle"));
}

static void refused(const char *one, const char *what)
{
	Themes t;

	assert_int_equal(load(one, TWO, &t), -1);
	assert_int_equal(err.kind, ERR_USAGE);
	if (!strstr(err.text, what) || !strstr(err.text, "/one.yaml:"))
		fail_msg("\"%s\" should say \"%s\"", err.text, what);
}

static void refusals(void **state)
{
	Themes t;

	(void)state;
	refused("id: one\nname: n\n", "needs a ramp of 5 to 9");
	refused("id: one\ninherits: dark\n", "name is missing");
	refused("id: uno\nname: n\ninherits: dark\n", "must be the file's name, one");
	refused("id: one\nname: n\ninherits: absent\n", ":3:11: there is no theme absent");
	refused("id: one\nname: n\ninherits: one\n", "in a circle");
	refused("id: one\nname: n\ninherits: dark\nroles: {wran: {fg: red}}\n", ":4:9: there is no role of this name: did you mean \"warn\"?");
	refused("id: one\nname: n\ninherits: dark\nroles: {warn: red}\n", "roles.warn must be lines");
	refused("id: one\nname: n\ninherits: dark\nroles: {warn: {fg: rde}}\n", "roles.warn.fg must be a colour");
	refused("id: one\nname: n\ninherits: dark\nroles: {warn: {fg: \"#12345g\"}}\n", "must be a colour");
	refused("id: one\nname: n\ninherits: dark\nroles: {warn: {fg: 256}}\n", "must be a colour");
	refused("id: one\nname: n\ninherits: dark\nroles:\n  warn:\n    fg: #ff0000\n", "roles.warn.fg has no value: give it a colour: \"#rrggbb\" in quotes");
	refused("id: one\nname: n\ninherits: dark\nroles: {warn: {attrs: [blink]}}\n", "each bold, dim, underline or reverse");
	refused("id: one\nname: n\nramp: [1, 2, 3, 4]\n", "5 to 9 colours");
	refused("id: one\nname: n\nramp: [1, 2, 3, 4, x]\n", ":3:20: ramp: a colour");
	assert_int_equal(load("id: one\nname: n\ninherits: two\n", "id: two\nname: n\ninherits: one\n", &t), -1);
	assert_non_null(strstr(err.text, "in a circle"));
}

static int make_dir(void **state)
{
	(void)state;
	return mkdtemp(dir) ? 0 : -1;
}

static int done(void **state)
{
	char path[200];

	(void)state;
	arena_done(&arena);
	(void)snprintf(path, sizeof path, "%s/one.yaml", dir);
	(void)unlink(path);
	(void)snprintf(path, sizeof path, "%s/two.yaml", dir);
	(void)unlink(path);
	return rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(contrast_is_the_published_one), cmocka_unit_test(builtins_are_readable),
		cmocka_unit_test(guards_are_seen_without_colour), cmocka_unit_test(inheriting), cmocka_unit_test(one_with_its_parents), cmocka_unit_test(refusals),
	};

	return cmocka_run_group_tests_name("themes", tests, make_dir, done);
}
