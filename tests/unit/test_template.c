/* Variables of a prompt template: what is one, their types and defaults, and what a filled text is. */
#include "unit.h"

#include "model/template.h"

static void assert_vars(const char *text, const char *want)
{
	Arena a = { 0 };
	TemplateVar *v;
	Buf b = { 0 };
	Err e = { 0 };
	size_t n;

	if (template_vars(&a, str_of(text), &v, &n, &e) < 0) {
		(void)buf_printf(&b, "error: %s", e.text);
		n = 0;
	}
	for (size_t i = 0; i < n; i++)
		(void)buf_printf(&b, "%s%.*s:%s%s%.*s", i ? " " : "", STR_ARG(v[i].name), var_type_names[v[i].type], v[i].has_default ? "=" : "",
		                 STR_ARG(v[i].value));
	assert_string_equal(buf_cstr(&b), want);
	buf_done(&b);
	arena_done(&a);
}

static void forms(void **state)
{
	(void)state;
	assert_vars("", "");
	assert_vars("Tenant {{tenant}} of {{ region }}", "tenant:text region:text");
	assert_vars("{{n: integer = 5}} {{x:number}} {{b: boolean=true}} {{t: text}}", "n:integer=5 x:number b:boolean=true t:text");
	assert_vars("{{name = }}", "name:text=");
	assert_vars("{{name = a : b}}", "name:text=a : b");
	assert_vars("{{a}} {{a: integer}} {{a = 3}}", "a:integer=3");
}

/* JSON and other languages write double braces too. */
static void what_is_none(void **state)
{
	(void)state;
	assert_vars("{{\"a\": 1}} {{}} {{ }} {{1a}} {{a b}} {{a:date}} {{a\n}} {a} {{a} {{{a}", "");
	assert_vars("{\"x\":{\"y\":{{value}}}}", "value:text");
	assert_vars("{{{{name}}}}", "name:text");
	assert_vars("{{a}", "");
	assert_vars("{{", "");
}

static void contradictions(void **state)
{
	(void)state;
	assert_vars("{{a: integer}} {{a: number}}", "error: variable a is integer in one place and number in another");
	assert_vars("{{a = 1}} {{a = 2}}", "error: variable a has two defaults");
	assert_vars("{{a: integer = x}}", "error: the default of variable a is not of type integer");
	assert_vars("{{a = x}} {{a: boolean}}", "error: the default of variable a is not of type boolean");
}

static void assert_filled(const char *text, const TemplateValue *v, size_t n, const char *want)
{
	Buf b = { 0 };
	Err e = { 0 };
	int rc = template_fill(&b, str_of(text), v, n, &e);

	assert_string_equal(rc < 0 ? e.text : buf_cstr(&b), want);
	buf_done(&b);
}

static void filling(void **state)
{
	const TemplateValue v[] = { { STR("a"), STR("{{b}}") }, { STR("b"), STR("7") } }, wrong[] = { { STR("n"), STR("x") } };

	(void)state;
	/* A value is never looked at again: what a person pastes holds no variables. */
	assert_filled("<{{a}}> {{b}} {{b}}", v, 2, "<{{b}}> 7 7");
	assert_filled("{{a = one}}, {{c = two}}", v, 1, "{{b}}, two");
	assert_filled("{{a}} {{c}}", v, 1, "variable c has no value and no default");
	assert_filled("{{a}}", v, 2, "the template has no variable b");
	assert_filled("{{n: integer}}", wrong, 1, "the value of variable n is not of type integer");
	assert_filled("no variables {{\"json\": 1}}", NULL, 0, "no variables {{\"json\": 1}}");
	assert_filled("", NULL, 0, "");
}

/* A text of braces alone is read in one pass. */
static void hostile(void **state)
{
	enum { N = 1 << 20 };
	Buf b = { 0 };
	Arena a = { 0 };
	TemplateVar *v;
	Err e = { 0 };
	size_t n;

	(void)state;
	for (int i = 0; i < N; i++)
		(void)buf_putc(&b, '{');
	assert_int_equal(template_vars(&a, buf_str(&b), &v, &n, &e), 0);
	assert_int_equal(n, 0);
	buf_reset(&b);
	for (int i = 0; i < N / 8; i++)
		(void)buf_puts(&b, "{{a b c ");
	assert_int_equal(template_vars(&a, buf_str(&b), &v, &n, &e), 0);
	assert_int_equal(n, 0);
	(void)buf_putc(&b, 'x');
	assert_int_equal(template_vars(&a, buf_str(&b), &v, &n, &e), -1);
	buf_reset(&b);
	for (int i = 0; i <= TEMPLATE_VARS; i++)
		(void)buf_printf(&b, "{{v%d}}", i);
	assert_int_equal(template_vars(&a, buf_str(&b), &v, &n, &e), -1);
	buf_done(&b);
	arena_done(&a);
}

static void types(void **state)
{
	(void)state;
	assert_true(var_fits(VAR_INTEGER, STR("-12")) && !var_fits(VAR_INTEGER, STR("1.5")) && !var_fits(VAR_INTEGER, STR("")));
	assert_true(var_fits(VAR_NUMBER, STR("-0.5")) && !var_fits(VAR_NUMBER, STR("x")));
	assert_true(var_fits(VAR_BOOLEAN, STR("true")) && !var_fits(VAR_BOOLEAN, STR("yes")));
	assert_true(var_fits(VAR_TEXT, STR("")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(forms), cmocka_unit_test(what_is_none), cmocka_unit_test(contradictions), cmocka_unit_test(filling),
		cmocka_unit_test(hostile), cmocka_unit_test(types),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
