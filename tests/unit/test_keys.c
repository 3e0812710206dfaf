#include "unit.h"

#include "base/buf.h"
#include "ui/term.h"

/* All keys of the bytes as one line of names, "|" between them. */
static void read_all(Keys *k, bool flush, Buf *out)
{
	Key key;
	char name[24];

	while (keys_next(k, flush, &key)) {
		if (key.kind == KEY_BACKGROUND)            /* no key: nobody has typed it */
			continue;
		if (out->n)
			(void)buf_putc(out, '|');
		key_format(key, name);
		(void)buf_puts(out, name);
		if (key.kind == KEY_PASTE)
			(void)buf_printf(out, "=%.*s", STR_ARG(key.paste));
	}
}

/* The same keys must come whole, and for every place where a read may end. */
static void expect(const char *bytes, size_t n, const char *want)
{
	for (size_t split = 0; split <= n; split++) {
		Keys *k = keys_new();
		Buf out = { 0 };

		keys_feed(k, (Str){ bytes, split });
		read_all(k, false, &out);
		keys_feed(k, (Str){ bytes + split, n - split });
		read_all(k, false, &out);
		read_all(k, true, &out);
		if (strcmp(buf_cstr(&out), want) != 0)
			fail_msg("split %zu: got \"%s\", want \"%s\"", split, buf_cstr(&out), want);
		buf_done(&out);
		keys_free(k);
	}
}
#define EXPECT(bytes, want) expect((bytes), sizeof(bytes) - 1, (want))

static void plain_keys(void **state)
{
	(void)state;
	EXPECT("aB<?: ", "a|B|<|?|:|space");
	EXPECT("\r\t\x7f\x08\n", "enter|tab|backspace|backspace|enter");
	EXPECT("\x03\x04\x1c\x1f", "ctrl-c|ctrl-d|ctrl-\\|ctrl-_");
	expect("\0", 1, "ctrl-space");
	EXPECT("é日😀", "é|日|😀");
	EXPECT("\xff" "a\xc0\xaf" "b\xe2\x28", "a|b|(");
	EXPECT("a\xe2\x82", "a");
	EXPECT("\xc2\x85" "a", "a");
}

static void sequences(void **state)
{
	(void)state;
	EXPECT("\033[A\033[B\033OC\033OD\033[H\033[F", "up|down|right|left|home|end");
	EXPECT("\033[1;5A\033[1;2D\033[1;4C\033[3;5~", "ctrl-up|shift-left|alt-shift-right|ctrl-delete");
	EXPECT("\033[5~\033[6~\033[2~\033[3~\033[1~\033[4~", "pgup|pgdn|insert|delete|home|end");
	EXPECT("\033OP\033OS\033[15~\033[24~\033[[A\033[1;5Q", "f1|f4|f5|f12|f1|ctrl-f2");
	EXPECT("\033[Z\033[I\033[O", "shift-tab|focus-in|focus-out");
	EXPECT("\033[97;5u\033[13u\033[27u\033[98;2u\033[27;5;105~\033[9;2u", "ctrl-a|enter|esc|B|ctrl-i|shift-tab");
	EXPECT("\033x\033X1\033\\q\033\r\033\x7f\033é", "alt-x|q|alt-enter|alt-backspace|alt-é");
	EXPECT("\033\033[A", "alt-up");
	EXPECT("\033", "esc");
	EXPECT("\033\033", "esc|esc");
	EXPECT("\033[", "alt-[");
	EXPECT("\033O", "alt-O");
	EXPECT("\033]", "alt-]");
	EXPECT("\033P", "alt-P");
	EXPECT("\033[1;\003", "ctrl-c");
	EXPECT("\033[\033[A", "up");
}

static void replies_are_no_keys(void **state)
{
	static const char *const replies[] = {
		"\033[?64;1;2;6;22c", "\033[>41;354;0c", "\033P!|00000000\033\\", "\033[24;80R", "\033[1;2R", "\033[?1;2R", "\033[0n",
		"\033[?2026;2$y", "\033[12;1$y", "\033]10;rgb:ffff/ffff/ffff\033\\", "\033]11;rgb:0000/0000/0000\a",
		"\033P>|XTerm(379)\033\\", "\033P1+r536574=31\033\\", "\033P1$r0m\033\\", "\033[8;24;80t", "\033[4;600;800t", "\033]lTitle \303\234\033\\",
		"\033[?1u", "\033[<0;10;20M", "\033[<64;1;1m", "\033[M !!", "\033[32;10;20M", "\033_Gi=1;OK\033\\", "\033^pm\033\\", "\033Xsos\033\\",
		"\x9b?1;2c", "\x9d" "4;1;rgb:00/00/00\x9c", "\x90" "1$r\x9c", "\xc2\x9b" "24;80R", "\033[5;5\033[1;1R",
	};

	(void)state;
	for (size_t i = 0; i < sizeof replies / sizeof *replies; i++) {
		Buf b = { 0 };

		expect(replies[i], strlen(replies[i]), "");
		(void)buf_printf(&b, "a%sb", replies[i]);
		expect(b.p, b.n, "a|b");
		buf_done(&b);
	}
}

static void background(const char *reply, bool want, uint32_t colour)
{
	Keys *k = keys_new();
	Key key;
	bool got = false;

	keys_feed(k, str_of(reply));
	while (keys_next(k, true, &key)) {
		assert_int_equal(key.kind, KEY_BACKGROUND);
		assert_int_equal(key.ch, colour);
		got = true;
	}
	assert_int_equal(got, want);
	keys_free(k);
}

static void answers_of_the_background(void **state)
{
	(void)state;
	background("\033]11;rgb:1e1e/2d2d/ffff\033\\", true, 0x1E2DFF);
	background("\033]11;rgb:1e/2d/ff\007", true, 0x1E2DFF);
	background("\033]11;rgb:f/0/a\007", true, 0xFF00AA);
	background("\033]11;rgb:fff/ffff/fff\007", true, 0xFFFFFF);
	/* Another answer, half of one, more than one, none of ours. */
	background("\033]10;rgb:ff/ff/ff\007", false, 0);
	background("\033]11;rgb:ff/ff\007", false, 0);
	background("\033]11;rgb:ff/ff/ff/ff\007", false, 0);
	background("\033]11;rgb:ff/ff/fffff\007", false, 0);
	background("\033]11;rgb:ff/gg/ff\007", false, 0);
	background("\033]11;rgb://\007", false, 0);
	background("\033]11;?\007", false, 0);
	background("\033]11;rgb:ff/ff/ff                               \007", false, 0);
}

/* The line is slow: the timer fires in the middle of a reply. */
static void late_rest_of_a_reply(void **state)
{
	Keys *k = keys_new();
	Buf out = { 0 };

	(void)state;
	keys_feed(k, STR("\033[?2026"));
	assert_true(keys_pending(k));
	read_all(k, true, &out);
	assert_false(keys_pending(k));                     /* no timer runs for nothing */
	keys_feed(k, STR(";2$yq"));
	read_all(k, true, &out);
	keys_feed(k, STR("\033]11;rgb:0000/"));
	read_all(k, true, &out);
	keys_feed(k, STR("0000/0000\033"));
	read_all(k, false, &out);
	keys_feed(k, STR("\\x"));
	read_all(k, true, &out);
	/* A string that never ends does not take the keyboard away. */
	keys_feed(k, STR("\033]11;rgb\003q"));
	read_all(k, true, &out);
	keys_feed(k, STR("\033]11;rgb\033"));
	read_all(k, true, &out);
	assert_string_equal(buf_cstr(&out), "q|x|ctrl-c|q|esc");
	buf_done(&out);
	keys_free(k);
}

static void pastes(void **state)
{
	(void)state;
	EXPECT("a\033[200~rm -rf\r\033[A\003x\033[201~b", "a|paste=rm -rf\r\033[A\003x|b");
	EXPECT("\033[200~\033[201~", "paste=");
	EXPECT("\033[200~a\033[201\033[201~", "paste=a\033[201");
	EXPECT("\033[201~z", "z");
}

static void paste_without_end(void **state)
{
	Keys *k = keys_new();
	Buf big;
	Key key;
	int flushes = 0;

	(void)state;
	buf_init(&big, 3 << 20);
	for (int i = 0; i < 2 << 20; i++)
		(void)buf_putc(&big, 'x');
	keys_feed(k, STR("\033[200~"));
	keys_feed(k, buf_str(&big));
	assert_false(keys_next(k, false, &key));
	while (keys_pending(k) && !keys_next(k, true, &key))
		assert_true(++flushes < 100);
	assert_int_equal(key.kind, KEY_PASTE);
	assert_int_equal(key.paste.n, KEY_PASTE_MAX);
	assert_true(flushes > 10);
	assert_false(keys_pending(k));
	keys_feed(k, STR("q"));
	assert_true(keys_next(k, false, &key));
	assert_int_equal(key.ch, 'q');
	buf_done(&big);
	keys_free(k);
}

static void shared_reads(void **state)
{
	Keys *k = keys_new();
	Key key;

	(void)state;
	keys_feed(k, STR("y"));
	assert_true(keys_next(k, false, &key) && !key.shared_read);
	keys_feed(k, STR("\033[A"));
	assert_true(keys_next(k, false, &key) && !key.shared_read);
	keys_feed(k, STR("\033"));
	keys_feed(k, STR("[B"));
	assert_true(keys_next(k, false, &key) && !key.shared_read);
	keys_feed(k, STR("y\r"));
	assert_true(keys_next(k, false, &key) && key.shared_read);
	assert_true(keys_next(k, false, &key) && key.shared_read);
	keys_feed(k, STR("a"));
	keys_feed(k, STR("b"));
	assert_true(keys_next(k, false, &key) && !key.shared_read);
	assert_true(keys_next(k, false, &key) && !key.shared_read);
	assert_false(keys_next(k, false, &key));
	keys_free(k);
}

static void names(void **state)
{
	static const char *const same[] = { "ctrl-d", "B", "enter", "esc", "space", "tab", "up", "pgdn", "alt-x", "f1", "f20", "<", "?",
		":", "-", "ctrl-alt-x", "shift-tab", "ctrl-space", "é", "shift-up", "alt-enter", "alt--", "f" };
	static const char *const bad[] = { "", "ctrl-", "f0", "f21", "upp", "ctrl-upp", "xy", "shift-a", "\x01", "\xff" };
	Key k, l;
	char out[24];

	(void)state;
	for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
		assert_int_equal(key_parse(same[i], &k), 0);
		key_format(k, out);
		assert_string_equal(out, same[i]);
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_int_equal(key_parse(bad[i], &k), -1);
	assert_int_equal(key_parse("Ctrl-D", &k), 0);
	assert_int_equal(key_parse("ctrl-d", &l), 0);
	assert_true(key_same(k, l));
	assert_int_equal(key_parse("d", &l), 0);
	assert_false(key_same(k, l));
	key_format((Key){ .kind = KEY_BACKSPACE, .mod = MOD_CTRL | MOD_ALT | MOD_SHIFT }, out);
	assert_true(strlen(out) < sizeof out);
}

static uint64_t random_next(uint64_t *s)
{
	*s ^= *s << 13;
	*s ^= *s >> 7;
	*s ^= *s << 17;
	return *s;
}

/* Random pieces that are known, cut into random reads: exactly the known keys come out. */
static void random_streams(void **state)
{
	static const struct { const char *bytes, *name; } pieces[] = {
		{ "a", "a" }, { "é", "é" }, { "\033[A", "up" }, { "\033OP", "f1" }, { "\033[1;5C", "ctrl-right" }, { "\r", "enter" },
		{ "\033[200~p\033[201~", "paste=p" }, { "\033[24;80R", NULL }, { "\033[?62;c", NULL }, { "\033]10;rgb:1/2/3\a", NULL },
		{ "\033P1$r0m\033\\", NULL }, { "\033[<35;10;10M", NULL }, { "\033[?2026;1$y", NULL }, { "\033[M!!!", NULL }, { "\xff", NULL },
	};
	uint64_t seed = 88172645463325252u;

	(void)state;
	for (int round = 0; round < 5000; round++) {
		Buf in = { 0 }, want = { 0 }, out = { 0 };
		Keys *k = keys_new();

		for (int i = 0; i < 12; i++) {
			size_t p = random_next(&seed) % (sizeof pieces / sizeof *pieces);

			(void)buf_puts(&in, pieces[p].bytes);
			if (pieces[p].name)
				(void)buf_printf(&want, "%s%s", want.n ? "|" : "", pieces[p].name);
		}
		for (size_t at = 0; at < in.n;) {
			size_t n = 1 + random_next(&seed) % 9;

			keys_feed(k, str_sub(buf_str(&in), at, n));
			read_all(k, false, &out);
			at += n;
		}
		assert_string_equal(buf_cstr(&out), buf_cstr(&want));
		keys_free(k);
		buf_done(&in);
		buf_done(&want);
		buf_done(&out);
	}
}

/* Random bytes: never more keys than bytes, and every byte is used in the end. */
static void random_garbage(void **state)
{
	uint64_t seed = 4101842887655102017u;

	(void)state;
	for (int round = 0; round < 10000; round++) {
		char bytes[64];
		Keys *k = keys_new();
		Key key;
		int count = 0;

		for (size_t i = 0; i < sizeof bytes; i++) {
			uint64_t r = random_next(&seed);

			bytes[i] = r % 4 ? (char)(r >> 8) : "\033[O]P\\;~1M"[r / 4 % 10];
		}
		for (size_t at = 0; at < sizeof bytes; at += 16) {
			keys_feed(k, (Str){ bytes + at, 16 });
			while (keys_next(k, at & 16, &key))
				count++;
		}
		for (int i = 0; i < 100; i++)
			while (keys_next(k, true, &key))
				count++;
		assert_true(count <= (int)sizeof bytes);
		assert_false(keys_pending(k));
		keys_free(k);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_keys), cmocka_unit_test(sequences), cmocka_unit_test(replies_are_no_keys),
		cmocka_unit_test(answers_of_the_background),
		cmocka_unit_test(late_rest_of_a_reply), cmocka_unit_test(pastes), cmocka_unit_test(paste_without_end),
		cmocka_unit_test(shared_reads), cmocka_unit_test(names), cmocka_unit_test(random_streams), cmocka_unit_test(random_garbage),
	};

	return cmocka_run_group_tests_name("keys", tests, NULL, NULL);
}
