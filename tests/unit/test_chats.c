#include "unit.h"

#include "store_unit.h"
#include "store/chats.h"

enum { MINUTE = 60000 };

static void put(Store *s, const char *id, const char *title, int64_t used_ms, bool pinned, const char *body)
{
	const ChatRow r = { .id = str_of(id), .title = str_of(title), .created_ms = used_ms, .used_ms = used_ms, .pinned = pinned, .questions = 2,
	                    .body = str_of(body) };

	MUST(store_chat_put(s, &r, e));
}

/* The ids of what a search finds, in its order. */
static void expect_list(Store *s, const char *search, const char *want)
{
	Arena a = { 0 };
	Buf got = { 0 };
	ChatRow *v;
	size_t n;

	MUST(store_chats(s, str_of(search), &a, &v, &n, e));
	for (size_t i = 0; i < n; i++) {
		(void)buf_printf(&got, "%s%.*s", i ? " " : "", STR_ARG(v[i].id));
		assert_int_equal(v[i].body.n, 0);
	}
	assert_string_equal(buf_cstr(&got), want);
	buf_done(&got);
	arena_done(&a);
}

/* The id that is meant; NULL: none. */
static void expect_one(Store *s, const char *id, const char *want)
{
	Arena a = { 0 };
	ChatRow r = { 0 };
	bool found;

	MUST(store_chat(s, str_of(id), &a, &r, &found, e));
	assert_int_equal(found, want != NULL);
	if (want)
		assert_true(str_is(r.id, want));
	arena_done(&a);
}

static void put_and_read(void **state)
{
	Store *s = must_open("put", STORE_WRITE);
	Arena a = { 0 };
	ChatRow r;
	bool found;

	(void)state;
	expect_list(s, "", "");
	put(s, "aa-1", "Größe 😀", 5 * MINUTE, false, "{\"x\":1}");
	MUST(store_chat(s, STR("aa-1"), &a, &r, &found, e));
	assert_true(found && !r.pinned && str_is(r.title, "Größe 😀") && str_is(r.body, "{\"x\":1}"));
	assert_int_equal(r.questions, 2);
	/* In its place: what it was made at stays, and a clock that went back does not make it older. */
	put(s, "aa-1", "new", 4 * MINUTE, true, "{}");
	MUST(store_chat(s, STR("aa-1"), &a, &r, &found, e));
	assert_true(found && r.pinned && str_is(r.title, "new") && str_is(r.body, "{}"));
	assert_int_equal(r.created_ms, 5 * MINUTE);
	assert_int_equal(r.used_ms, 5 * MINUTE);
	arena_done(&a);
	store_close(s);
	s = must_open("put", STORE_READ);
	expect_list(s, "", "aa-1");
	store_close(s);
}

static void listed_and_searched(void **state)
{
	Store *s = must_open("list", STORE_WRITE);

	(void)state;
	put(s, "a", "About Menus", 1 * MINUTE, false, "{\"asked\":\"of 100% cotton\",\"state\":\"done\"}");
	put(s, "b", "prices", 3 * MINUTE, true, "{\"steps\":[{\"text\":\"MENUS again\"}]}");
	put(s, "c", "x_y", 2 * MINUTE, false, "{\"system\":\"it's \\\"quoted\\\";\\nDROP TABLE chat\"}");
	expect_list(s, "", "b c a");                       /* the one used last first */
	expect_list(s, "menus", "b a");
	expect_list(s, "MENUS", "b a");
	expect_list(s, "100%", "a");                       /* a text, no pattern */
	expect_list(s, "%", "a");
	expect_list(s, "_", "c");
	expect_list(s, "it's \"quoted\";\nDROP", "c");
	expect_list(s, "state", "");                       /* of the record, not of what was said */
	put(s, "d", "torn", 4 * MINUTE, false, "{\"asked\":\"cotton");
	expect_list(s, "cotton", "a");
	expect_list(s, "nowhere", "");
	store_close(s);
}

static void found_by_the_beginning_of_an_id(void **state)
{
	Store *s = must_open("prefix", STORE_WRITE);

	(void)state;
	put(s, "abcd-1", "t", 1, false, "{}");
	put(s, "abcd-12", "t", 2, false, "{}");
	put(s, "beef-1", "t", 3, false, "{}");
	expect_one(s, "b", "beef-1");
	expect_one(s, "beef-1", "beef-1");
	expect_one(s, "abcd", NULL);                       /* of two */
	expect_one(s, "abcd-1", "abcd-1");                 /* its whole id, though another one begins so */
	expect_one(s, "abcd-12", "abcd-12");
	expect_one(s, "beef-11", NULL);
	expect_one(s, "%", NULL);
	expect_one(s, "B", NULL);
	store_close(s);
}

static void pinned_dropped_expired(void **state)
{
	Store *s = must_open("expire", STORE_WRITE);
	int64_t dropped = -1;

	(void)state;
	put(s, "old", "t", 10 * MINUTE, false, "{}");
	put(s, "kept", "t", 10 * MINUTE, false, "{}");
	put(s, "just", "t", 20 * MINUTE, false, "{}");
	put(s, "new", "t", 30 * MINUTE, false, "{}");
	MUST(store_chat_pin(s, STR("kept"), true, e));
	MUST(store_chats_expire(s, 20 * MINUTE, &dropped, e));
	assert_int_equal(dropped, 1);
	expect_list(s, "", "new just kept");
	MUST(store_chat_pin(s, STR("kept"), false, e));
	MUST(store_chats_expire(s, 20 * MINUTE, NULL, e));
	expect_list(s, "", "new just");
	MUST(store_chat_drop(s, STR("new"), e));
	MUST(store_chat_drop(s, STR("ju"), e));            /* a whole id only */
	expect_list(s, "", "just");
	MUST(store_chats_expire(s, 0, &dropped, e));
	assert_int_equal(dropped, 0);
	store_close(s);
}

static void nothing_is_written_to_a_store_that_is_read(void **state)
{
	Store *s = must_open("read", STORE_WRITE);
	const ChatRow r = { .id = STR("x"), .title = STR(""), .body = STR("{}") };
	Err e = { 0 };

	(void)state;
	store_close(s);
	s = must_open("read", STORE_READ);
	assert_int_equal(store_chat_put(s, &r, &e), -1);
	assert_non_null(strstr(e.text, "cannot keep a conversation"));
	assert_int_equal(store_chats_expire(s, 1, NULL, &e), -1);
	expect_list(s, "", "");
	store_close(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(put_and_read),
		cmocka_unit_test(listed_and_searched),
		cmocka_unit_test(found_by_the_beginning_of_an_id),
		cmocka_unit_test(pinned_dropped_expired),
		cmocka_unit_test(nothing_is_written_to_a_store_that_is_read),
	};

	return cmocka_run_group_tests(tests, make_place, clear_place);
}
