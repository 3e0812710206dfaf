#include "unit.h"

#include "panes/answer.h"

enum { W = 30, H = 12 };

static const char text[] = "# One\n- a list with *marks* that wraps here\n```\ncode\n```\nThe end of it,\nand one more line that is long enough to wrap";

static ConversePart part_of(ConverseKind kind, const char *said, size_t n)
{
	ConversePart p = { .kind = kind };

	(void)buf_put(&p.text, said, n);
	return p;
}

/* Reasoning that has ended, and then the first n bytes of the text. */
typedef struct Said { ConversePart part[2]; ChatStep step; ChatTurn turn; ChatColumn column; } Said;

static void say(Said *s, size_t n, TurnState state)
{
	memset(s, 0, sizeof *s);
	s->part[0] = part_of(CONVERSE_REASONING, "hm", 2);
	s->part[1] = part_of(CONVERSE_TEXT, text, n);
	s->step.said.part = s->part;
	s->step.said.parts = 2;
	s->turn.step = &s->step;
	s->turn.steps = 1;
	s->turn.state = state;
	(void)buf_puts(&s->turn.asked, "a question");
	s->column.turn = &s->turn;
	s->column.turns = 1;
}

static void unsay(Said *s)
{
	buf_done(&s->part[0].text);
	buf_done(&s->part[1].text);
	buf_done(&s->turn.asked);
}

static void draw(Answer *a, Surface *s, const ChatColumn *c, bool unfolded, size_t up, Buf *out)
{
	answer_update(a, c, W - 2, unfolded);
	answer_draw(a, box_sub(surface_box(s), 1, 1, W - 2, H - 1), up);
	assert_int_equal(surface_to_text(s, false, out), 0);
}

/* One that was followed byte by byte, scrolled and unfolded on the way, shows what one shows that sees it for the first time. */
static void what_was_drawn_before_makes_no_difference(void **state)
{
	Surface *const kept = surface_new(W, H);
	Answer followed = { 0 };

	(void)state;
	for (size_t n = 0; n < sizeof text; n++) {
		Surface *const fresh = surface_new(W, H);
		const bool unfolded = n % 7 == 3;
		const size_t up = n % 5 == 4 ? 3 : 0;
		Buf got = { 0 }, want = { 0 };
		Answer first = { 0 };
		Said s;

		say(&s, n, n + 1 < sizeof text ? TURN_STREAMING : TURN_CANCELLED);
		draw(&followed, kept, &s.column, unfolded, up, &got);
		draw(&first, fresh, &s.column, unfolded, up, &want);
		assert_string_equal(buf_cstr(&got), buf_cstr(&want));
		answer_done(&first);
		unsay(&s);
		buf_done(&got);
		buf_done(&want);
		surface_free(fresh);
	}
	answer_done(&followed);
	surface_free(kept);
}

/* What others have drawn over is drawn again, also where nothing has changed. */
static void rows_that_were_drawn_over(void **state)
{
	Surface *const s = surface_new(W, H);
	Answer a = { 0 };
	Buf before = { 0 }, after = { 0 };
	Said said;

	(void)state;
	say(&said, sizeof text - 1, TURN_DONE);
	draw(&a, s, &said.column, false, 0, &before);
	assert_non_null(strstr(buf_cstr(&before), "The end of it"));
	surface_clear(s);
	draw(&a, s, &said.column, false, 0, &after);
	assert_string_equal(buf_cstr(&after), buf_cstr(&before));
	answer_done(&a);
	unsay(&said);
	buf_done(&before);
	buf_done(&after);
	surface_free(s);
}

/* A token costs what it changes: rows that show what they showed keep their stamps. */
static void rows_that_stay_are_left_alone(void **state)
{
	Surface *const s = surface_new(W, H);
	uint64_t stamp[H];
	Answer a = { 0 };
	Buf out = { 0 };
	Said said;
	int changed = 0;

	(void)state;
	say(&said, 40, TURN_STREAMING);
	draw(&a, s, &said.column, false, 0, &out);
	for (int y = 0; y < H; y++)
		stamp[y] = surface_row_stamp(s, y);
	unsay(&said);
	say(&said, 41, TURN_STREAMING);
	draw(&a, s, &said.column, false, 0, &out);
	for (int y = 0; y < H; y++)
		changed += stamp[y] != surface_row_stamp(s, y);
	assert_in_range(changed, 1, 2);
	answer_done(&a);
	unsay(&said);
	buf_done(&out);
	surface_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_drawn_before_makes_no_difference),
		cmocka_unit_test(rows_that_were_drawn_over),
		cmocka_unit_test(rows_that_stay_are_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
