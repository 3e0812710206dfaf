#include "unit.h"

#include "aws/pages.h"

static PagesStep next(Pages *p, const char *token, size_t items, Err *e)
{
	*e = (Err){ 0 };
	return pages_next(p, str_of(token), items, 0, e);
}

static void page_after_page(void **state)
{
	Pages p = { 0 };
	char token[8] = "one";
	Err e;

	(void)state;
	pages_start(&p, "jobs", NULL, 0);
	assert_int_equal(p.token.n, 0);
	assert_int_equal(next(&p, token, 3, &e), PAGES_MORE);
	memset(token, 'x', 3);                               /* it is a copy: the answer dies with its callback */
	assert_true(str_is(p.token, "one"));
	assert_int_equal(next(&p, "two", 0, &e), PAGES_MORE);        /* empty, with a token: goes on */
	assert_true(str_is(p.token, "two"));
	assert_int_equal(next(&p, "", 4, &e), PAGES_DONE);
	assert_int_equal(p.token.n, 0);
	assert_int_equal(p.items, 7);
	pages_done(&p);
	pages_done(&p);
}

static void the_same_token_twice(void **state)
{
	Pages p = { 0 };
	Err e;

	(void)state;
	pages_start(&p, "DynamoDB's jobs", NULL, 0);
	assert_int_equal(next(&p, "a", 1, &e), PAGES_MORE);
	assert_int_equal(next(&p, "a", 1, &e), PAGES_BROKEN);
	assert_string_equal(e.text, "DynamoDB's jobs: AWS gave the same page token twice, so the list is not complete (2 items); try again");
	assert_int_equal(p.token.n, 0);
	pages_start(&p, "x", NULL, 0);                       /* a circle of three */
	assert_int_equal(next(&p, "a", 1, &e), PAGES_MORE);
	assert_int_equal(next(&p, "b", 1, &e), PAGES_MORE);
	assert_int_equal(next(&p, "c", 1, &e), PAGES_MORE);
	assert_int_equal(next(&p, "a", 1, &e), PAGES_BROKEN);
	pages_start(&p, "x", NULL, 0);                       /* another listing may have the same tokens */
	assert_int_equal(next(&p, "a", 1, &e), PAGES_MORE);
	pages_done(&p);
}

/* The token after so many pages, each with another token; items of each. */
static PagesStep run(Pages *p, int pages, size_t items, int64_t ms_each, Err *e)
{
	PagesStep step = PAGES_MORE;

	*e = (Err){ 0 };
	for (int i = 0; i < pages && step == PAGES_MORE; i++) {
		char token[24];

		(void)snprintf(token, sizeof token, "t%d", i);
		step = pages_next(p, str_of(token), items, (i + 1) * ms_each, e);
	}
	return step;
}

static void too_many_pages(void **state)
{
	const PagesLimit ten = { .pages = 10 };
	Pages p = { 0 };
	Err e;

	(void)state;
	pages_start(&p, "jobs", &ten, 0);
	assert_int_equal(run(&p, 9, 1, 0, &e), PAGES_MORE);
	assert_int_equal(next(&p, "last", 1, &e), PAGES_BROKEN);
	assert_string_equal(e.text, "jobs came to no end within 10 pages; ask for less time or fewer items");
	pages_start(&p, "jobs", NULL, 0);
	assert_int_equal(run(&p, PAGES_MAX - 1, 1, 0, &e), PAGES_MORE);
	assert_int_equal(next(&p, "last", 1, &e), PAGES_BROKEN);
	pages_done(&p);
}

static void empty_for_ever(void **state)
{
	const PagesLimit five = { .empty = 5 };
	Pages p = { 0 };
	Err e;

	(void)state;
	pages_start(&p, "lines", &five, 0);
	assert_int_equal(run(&p, 4, 0, 0, &e), PAGES_MORE);
	assert_int_equal(next(&p, "some", 1, &e), PAGES_MORE);       /* one item: counted anew */
	assert_int_equal(run(&p, 4, 0, 0, &e), PAGES_BROKEN);        /* these tokens were there before */
	pages_start(&p, "lines", &five, 0);
	assert_int_equal(run(&p, 5, 0, 0, &e), PAGES_BROKEN);
	assert_string_equal(e.text, "lines: 5 pages in a row were empty and still there is said to be more; ask for less time");
	pages_done(&p);
}

static void too_long(void **state)
{
	const PagesLimit minute = { .ms = 60000 };
	Pages p = { 0 };
	Err e;

	(void)state;
	pages_start(&p, "agents", &minute, 0);
	assert_int_equal(run(&p, 59, 1, 1000, &e), PAGES_MORE);
	pages_start(&p, "agents", &minute, 0);
	assert_int_equal(run(&p, 100, 1, 1000, &e), PAGES_BROKEN);
	assert_int_equal(p.count, 60);
	assert_string_equal(e.text, "agents came to no end within 60 s (60 pages); ask for less time or fewer items");
	assert_int_equal(next(&p, "", 1, &e), PAGES_DONE);           /* an end is an end, however late */
	pages_done(&p);
}

static void a_token_that_has_ended(void **state)
{
	Pages p = { 0 };
	Err e;

	(void)state;
	pages_start(&p, "lines", NULL, 0);
	assert_false(pages_restart(&p, "InvalidNextToken", ""));         /* the first page has none */
	assert_int_equal(next(&p, "a", 5, &e), PAGES_MORE);
	assert_false(pages_restart(&p, "ValidationException", ""));
	assert_true(pages_restart(&p, "InvalidNextTokenException", ""));
	assert_int_equal(p.token.n, 0);
	assert_int_equal(p.items, 0);
	assert_int_equal(next(&p, "a", 5, &e), PAGES_MORE);          /* the same tokens come again */
	assert_false(pages_restart(&p, "InvalidNextToken", ""));         /* once */
	pages_start(&p, "lines", NULL, 0);
	assert_int_equal(next(&p, "a", 5, &e), PAGES_MORE);
	assert_true(pages_restart(&p, "ExpiredNextTokenException", ""));
	assert_true(pages_token_expired("invalidnexttoken", ""));
	assert_true(pages_token_expired("InvalidParameterException", "CloudWatch Logs: The specified nextToken is invalid."));
	assert_false(pages_token_expired("InvalidParameterException", "1 validation error"));
	assert_false(pages_token_expired("ThrottlingException", "nextToken"));
	pages_done(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(page_after_page), cmocka_unit_test(the_same_token_twice), cmocka_unit_test(too_many_pages),
		cmocka_unit_test(empty_for_ever), cmocka_unit_test(too_long), cmocka_unit_test(a_token_that_has_ended),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
