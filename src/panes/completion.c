/* One row: of each persona's jobs of the last day that ended, how many succeeded. */
#include "app/ask_completion.h"

#include <stdlib.h>

#include "base/xalloc.h"
#include "panes/fmt.h"
#include "panes/panes.h"

typedef struct CompletionPane { Clean text[COMPLETION_ROWS]; int n; Clean state; Fresh fresh; } CompletionPane;

static int completion_open(Pane *p, Err *e)
{
	(void)e;
	p->state = xcalloc(1, sizeof(CompletionPane));
	return 0;
}

static void completion_close(Pane *p)
{
	free(p->state);
}

static void completion_update(Pane *p, const World *w)
{
	static const CompletionAsk day = { 86400000 };
	CompletionPane *s = p->state;
	Arena *a = &p->arena;
	const PaneAsk *answer;
	const Completion *c;

	s->n = 0;
	s->fresh = FRESH_OK;
	s->state = clean_own("");
	if (!w->fig || p->h < 1)           /* the stores are not read yet */
		return;
	app_ask(p, &ask_completion, &day);
	answer = pane_answer(p, &ask_completion);
	c = answer->out;
	if (answer->error[0]) {
		s->fresh = FRESH_FAILED;
		s->state = clean_text(a, str_of(answer->error), 0);
	}
	for (int i = 0; c && i < c->n; i++) {
		const CompletionRow *r = &c->row[i];
		int64_t ppm = fig_ppm(r->succeeded, r->ended);

		if (r->ended)
			s->text[s->n++] = clean_ownf(a, "%s %s", r->persona[0] ? clean_text(a, str_of(r->persona), 0).p : "(none)",
			                             fmt_rate(a, ppm, r->succeeded, r->ended).p);
	}
}

static void completion_draw(const Pane *p, Box b)
{
	const CompletionPane *s = p->state;
	int x = draw_own(b, 0, 0, ROLE_TITLE, "SUCCEEDED 24h");

	if (s->state.n)
		draw_text(b, x + 2, 0, fresh_role(s->fresh), s->state);
	/* Whole names with their figure, or none. */
	for (int i = 0; i < s->n && !s->state.n && x + 2 + s->text[i].columns <= b.w; i++)
		x += 2 + draw_text(b, x + 2, 0, ROLE_TEXT, s->text[i]);
}

const PaneClass pane_completion = {
	.name = "completion", .title = "completion", .topics = TOPIC_FIGURES, .open = completion_open, .update = completion_update,
	.draw = completion_draw, .close = completion_close,
};
