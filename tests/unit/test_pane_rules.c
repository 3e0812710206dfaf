/* Panes that need nothing but figures: what they say of few samples, of old ones and of hours that are not read. */
#include "unit.h"

#include <string.h>

#include "panes/panes.h"

#define HOUR_MS INT64_C(3600000)

enum { NOW_H = 490000, W = 120, H = 12 };

typedef struct Fixture { Figures fig; World w; ViewNode node; } Fixture;

static Fixture *fixture(void)
{
	static Fixture f;

	memset(&f, 0, sizeof f);
	f.fig.at_ms = f.fig.newest_ms = (NOW_H + 1) * HOUR_MS - HOUR_MS / 2;
	f.fig.first_hour = NOW_H - NOW_H % 24 - (FIG_DAYS - 1) * 24;
	f.w = (World){ .fig = &f.fig, .now_ms = f.fig.at_ms, .clock_ms = f.fig.at_ms };
	for (int i = 0; i < FEEDS_N; i++)
		f.w.feed[i] = (FeedView){ .name = "jobs", .phase = FEED_OK, .rounds = 1, .interval_ms = 2000, .fresh_ms = f.w.now_ms };
	for (int i = 0; i < VITALS; i++) {
		f.fig.vital[i] = (Vital){ .now = FIG_NONE, .hour = FIG_NONE, .base = FIG_NONE };
		for (int k = 0; k < FIG_SPARK; k++)
			f.fig.vital[i].spark[k] = FIG_NONE;
	}
	for (int i = 0; i < FIG_DAYS * 24; i++)
		f.fig.grid[i].base_nusd = FIG_NONE;
	return &f;
}

/* The pane as text, in buf; the caller frees it. */
static char *drawn(Fixture *f, const PaneClass *cls)
{
	Surface *s = surface_new(W, H);
	Pane p = { .cls = cls, .node = &f->node, .w = W, .h = H };
	Buf out = { 0 };
	Err e = { 0 };
	char *text;

	assert_int_equal(cls->open(&p, &e), 0);
	cls->update(&p, &f->w);
	cls->draw(&p, surface_box(s));
	assert_int_equal(surface_to_text(s, false, &out), 0);
	text = strdup(buf_cstr(&out));
	buf_done(&out);
	cls->close(&p);
	for (int i = 0; i < PANE_ASKS; i++)
		free(p.ask[i].in);
	arena_done(&p.arena);
	surface_free(s);
	return text;
}

static void says(Fixture *f, const PaneClass *cls, const char *what, bool wanted)
{
	char *text = drawn(f, cls);

	if ((strstr(text, what) != NULL) != wanted)
		fail_msg("%s %s in:\n%s", what, wanted ? "is not" : "is", text);
	free(text);
}

static void one_failure_is_no_verdict(void **state)
{
	Fixture *f = fixture();
	Vital *v = &f->fig.vital[VITAL_ERRORS];

	(void)state;
	*v = (Vital){ .now = 20000, .hour = 10000, .base = 5000, .n = 50, .hits = 1, .base_n = 40 };
	says(f, &pane_vitals, "4.0x ok", true);
	v->hits = 3;
	says(f, &pane_vitals, "4.0x HIGH", true);
	v->n = 29;
	says(f, &pane_vitals, "3/29", true);
	says(f, &pane_vitals, "HIGH  ", false);
}

static void old_figures_say_when_they_were_true(void **state)
{
	Fixture *f = fixture();

	(void)state;
	f->fig.vital[VITAL_SPEND] = (Vital){ .now = 9000000000, .hour = 2000000000, .base = 1000000000, .n = 50, .base_n = 40 };
	says(f, &pane_vitals, "9.0x HIGH", true);
	says(f, &pane_vitals, "@", false);
	f->w.clock_ms += 60000;                 /* the feed has not answered for longer than three intervals */
	says(f, &pane_vitals, "@16:30", true);
	says(f, &pane_vitals, "9.0x", false);
}

static void a_day_half_read_is_at_least_so_much(void **state)
{
	Fixture *f = fixture();

	(void)state;
	f->fig.today_nusd = 3000000000;
	f->fig.yesterday_nusd = 7000000000;
	f->fig.grid_known = 24 + NOW_H % 24;    /* from one o'clock yesterday on */
	says(f, &pane_money, "today $3.00 est list | ", true);
	(void)snprintf(f->w.basis, sizeof f->w.basis, "est net");
	says(f, &pane_money, "today $3.00 est net | ", true);
	says(f, &pane_money, "yesterday >= $7.00", true);
	f->fig.grid_known++;
	says(f, &pane_money, "yesterday $7.00", true);
}

static void an_unread_hour_is_blank(void **state)
{
	Fixture *f = fixture();
	int running = NOW_H - (int)f->fig.first_hour;

	(void)state;
	f->w.cell = (CostCell){ .from_hour = NOW_H, .until_hour = NOW_H + 1 };       /* chosen already: nothing is asked of the app */
	f->fig.grid_known = 0;
	says(f, &pane_heatmap, "·", false);
	says(f, &pane_heatmap, "older hours are being read", true);
	f->fig.grid_known = running + 1;
	says(f, &pane_heatmap, "·", true);
	says(f, &pane_heatmap, "▽ <0.4x   <0.7x   usual   1.3x+ △   2x+ ▲   3x+ !   4x+", true);
}

static void change_at(Fixture *f, int64_t minutes_ago)
{
	f->fig.mark_ms[f->fig.mark_count++] = f->w.now_ms - minutes_ago * 60000;
}

/* A mark stands in the column of its two minutes, above all rows; what the chart does not show has none. */
static void changes_stand_above_the_sparks(void **state)
{
	Fixture *f = fixture();
	char *text, *line, *bar, *mark;

	(void)state;
	f->fig.spark_end_ms = f->w.now_ms + 60000;
	for (int k = 0; k < FIG_SPARK; k++)
		f->fig.vital[VITAL_SPEND].spark[k] = k == 5 ? 0 : FIG_NONE;
	says(f, &pane_vitals, "last 64 min", true);
	says(f, &pane_vitals, "◆", false);
	change_at(f, 64);
	change_at(f, 23 * 60);
	says(f, &pane_vitals, "◆", false);
	change_at(f, 63 - 2 * 5);                /* in the only column with a bar */
	change_at(f, 62 - 2 * 5);
	text = drawn(f, &pane_vitals);
	mark = strstr(text, "◆");
	bar = strstr(text, "▁");
	assert_non_null(mark);
	assert_null(strstr(mark + 1, "\n◆"));
	for (line = bar; line > text && line[-1] != '\n'; line--)
		;
	assert_int_equal(mark - text, bar - line);
	assert_non_null(strstr(text, "last 64 min, ◆ changed"));
	free(text);
	change_at(f, 30);
	says(f, &pane_vitals, "last 64 min  ", true);
	for (int i = 0; i < 32; i++)
		change_at(f, 2 * i);
	says(f, &pane_vitals, "64 min", false);     /* no room for words between so many */
	f->w.ascii = true;
	says(f, &pane_vitals, "cccc", true);
	f->fig.mark_count = 100000;              /* of a damaged frame */
	says(f, &pane_vitals, "cccc", true);
}

static void hours_of_changes_are_marked(void **state)
{
	Fixture *f = fixture();
	int running = NOW_H - (int)f->fig.first_hour;

	(void)state;
	f->w.cell = (CostCell){ .from_hour = NOW_H, .until_hour = NOW_H + 1 };
	f->fig.grid_known = running + 1;
	says(f, &pane_heatmap, "changed", false);
	f->fig.grid[running - 2] = (HourCell){ .nusd = 5000000, .jobs = 4, .base_nusd = 1000000, .base_n = 40 };
	change_at(f, 3);
	change_at(f, 29);
	change_at(f, 31);                        /* the hour before: nothing was called in it */
	change_at(f, 30 + 90);
	says(f, &pane_heatmap, "◆ changed", true);
	says(f, &pane_heatmap, "usual not known yet: 0 like hours read, 12 needed  ◆ 2 changes", true);
	says(f, &pane_heatmap, "!  5", true);    /* four times the usual says more; the glyph is underlined */
	says(f, &pane_heatmap, "◆  ·", true);
	f->w.ascii = true;
	says(f, &pane_heatmap, "c changed", true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_failure_is_no_verdict),
		cmocka_unit_test(old_figures_say_when_they_were_true),
		cmocka_unit_test(a_day_half_read_is_at_least_so_much),
		cmocka_unit_test(an_unread_hour_is_blank),
		cmocka_unit_test(changes_stand_above_the_sparks),
		cmocka_unit_test(hours_of_changes_are_marked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
