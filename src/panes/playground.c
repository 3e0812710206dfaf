/* The playground: up to four models side by side, what a turn took and cost, what the next one may cost, and the line that is typed. */
#include "app/playground.h"
#include "app/playground_mcp.h"

#include <stdlib.h>

#include "base/xalloc.h"
#include "model/caching.h"
#include "panes/answer.h"
#include "panes/fmt.h"
#include "panes/panes.h"
#include "panes/playground_rows.h"

enum { INPUT_ROWS = 3, HEAD_ROWS = 2, MIN_COLUMN = 36, PROMPT_W = 2, WIDE_FIGURES = 48 /* cells */, LEAST_H = INPUT_ROWS + HEAD_ROWS + 3 };

typedef struct Head { Clean name, figures; Role role; } Head;

typedef struct PlaygroundPane {
	Playground *of;
	Answer answer[CHAT_COLUMNS];
	Head   head[CHAT_COLUMNS];
	size_t first, shown;           /* columns on the screen */
	size_t up;                     /* rows that are scrolled back */
	bool   unfolded;
	Compared verdict;              /* the rows above the input */
	Clean  before;
	EditorRows input;
} PlaygroundPane;

static int playground_open(Pane *p, Err *e)
{
	(void)e;
	p->state = xcalloc(1, sizeof(PlaygroundPane));
	return 0;
}

static void playground_shut(Pane *p)
{
	PlaygroundPane *s = p->state;

	for (int i = 0; i < CHAT_COLUMNS; i++)
		answer_done(&s->answer[i]);
	free(s);
}

/* --- heads --- */

/* Behind it who has answered last. */
static Clean name_of_auto(const ChatColumn *c, size_t i, const char *mark, int w, Arena *a)
{
	const ChatTurn *t = c->turns ? &c->turn[c->turns - 1] : NULL;
	const Str model = t && t->steps ? str_of(t->step[t->steps - 1].model) : STR("");

	return clean_ownf(a, "%zu%sauto%s%s", i + 1, mark, model.n ? ": " : "",
	                  !model.n ? "" : local_model_is(model) ? clean_text(a, model, 0).p : fmt_model(a, model, w / 2).p);
}

/* The column that keys are for has ">" behind its number. */
static Clean name_of(const ChatColumn *c, size_t i, bool focused, int w, Arena *a)
{
	const char *const mark = focused ? ">" : " ";
	const Str model = str_of(c->model), base = price_base_model(model);
	const size_t cut = model.n - base.n;
	Clean name, label;

	if (!model.n)
		name = clean_ownf(a, "%zu%s no model: m chooses one", i + 1, mark);
	else if (str_is(model, ROUTE_AUTO))
		name = name_of_auto(c, i, mark, w, a);
	else if (local_model_is(model))
		name = clean_ownf(a, "%zu%s%s", i + 1, mark, clean_text(a, model, 0).p);
	else
		name = clean_ownf(a, "%zu%s%s%s%s", i + 1, mark, fmt_model(a, model, w / 2).p, cut ? " " : "",
		                  cut ? clean_text(a, str_sub(model, 0, cut - 1), 0).p : "");
	if (c->label[0])
		label = clean_text(a, arena_printf(a, "%s %.6s", c->label, c->sha256), 0);
	else
		label = clean_own(c->system.n ? "own instructions" : "");
	return label.n && name.columns + 2 + label.columns <= w ? clean_ownf(a, "%s  %s", name.p, label.p) : name;
}

static Clean speed_of(const ChatTurn *t, Arena *a)
{
	const int64_t speed = turn_speed(t);

	return speed < 0 ? clean_own("-") : clean_ownf(a, "%lld", (long long)(speed + 5) / 10);
}

static Clean cost_of(const ChatTurn *t, Arena *a)
{
	int64_t nusd;

	return turn_cost(t, &nusd) ? fmt_money(a, nusd) : clean_own(t->steps && t->step[0].said.has_usage ? "no price" : "$-");
}

/* TTFT, tokens a second, tokens, money, and why it stopped. */
static Clean figures_of(const ChatTurn *t, int w, Arena *a)
{
	const char *const gap = w < WIDE_FIGURES ? " " : "  ";
	const Tokens k = turn_tokens(t);
	const char *const stop = t->state == TURN_FAILED ? "failed" : t->state == TURN_CANCELLED ? "cancelled" : t->warm_up ? "warm-up" : turn_stop(t);
	const bool counted = t->steps && t->step[t->steps - 1].said.has_usage;

	return clean_ownf(a, "%s%s%s tok/s%s%s>%s%s%s%s%s", t->first_ms < 0 ? "TTFT -" : fmt_ms(a, t->first_ms).p, gap, speed_of(t, a).p, gap,
	                  counted ? fmt_count(a, caching_prompt(&k)).p : "-",
	                  counted ? fmt_count(a, k.output).p : "-", gap, cost_of(t, a).p, gap, clean_text(a, str_of(stop), 0).p);
}

static Role figures_role(const ChatTurn *t)
{
	if (t->state == TURN_FAILED)
		return ROLE_ERROR;
	return t->state == TURN_DONE && strcmp(turn_stop(t), "max_tokens") != 0 ? ROLE_DIM : ROLE_INFO;
}

static Head head_of(const ChatColumn *c, size_t i, bool focused, int w, Arena *a)
{
	Head h = { name_of(c, i, focused, w, a), clean_own("nothing asked yet"), ROLE_DIM };

	if (c->turns) {
		h.figures = figures_of(&c->turn[c->turns - 1], w, a);
		h.role = figures_role(&c->turn[c->turns - 1]);
	}
	return h;
}

/* --- all of it --- */

static size_t room_for(const Pane *p, size_t columns)
{
	size_t most = p->w < 100 ? 2 : p->w < 160 ? 3 : CHAT_COLUMNS;

	while (most > 1 && p->w / (int)most < MIN_COLUMN)
		most--;
	return columns < most ? columns : most;
}

static int column_w(const Pane *p, const PlaygroundPane *s)
{
	return (p->w - (int)s->shown + 1) / (int)s->shown;
}

static void playground_update(Pane *p, const World *w)
{
	PlaygroundPane *s = p->state;
	Playground *g = s->of = playground_of(p->app);
	Arena *a = &p->arena;

	(void)w;
	if (!g)
		return;
	if (g->focus >= chat_columns(g->chat))
		g->focus = 0;
	s->shown = room_for(p, chat_columns(g->chat));
	if (g->focus < s->first || g->focus >= s->first + s->shown)
		s->first = g->focus < s->shown ? 0 : g->focus - s->shown + 1;
	if (s->first + s->shown > chat_columns(g->chat))
		s->first = chat_columns(g->chat) - s->shown;
	for (size_t i = 0; i < s->shown; i++) {
		const ChatColumn *c = chat_column(g->chat, s->first + i);

		s->head[i] = head_of(c, s->first + i, chat_columns(g->chat) > 1 && s->first + i == g->focus, column_w(p, s), a);
		answer_update(&s->answer[s->first + i], c, column_w(p, s), s->unfolded);
	}
	s->verdict = playground_compared(g->chat, g->focus, a);
	s->before = playground_before(p->app, p->w, a);
	s->input = editor_rows(&g->input, a, p->w > PROMPT_W + 1 ? p->w - PROMPT_W : 1, INPUT_ROWS);
}

static int body_h(const Pane *p, const PlaygroundPane *s)
{
	return p->h - HEAD_ROWS - INPUT_ROWS - 1 - (s->verdict.text.n > 0);
}

static void draw_column(const Pane *p, PlaygroundPane *s, size_t i, Box b)
{
	const bool focused = p->focused && s->first + i == s->of->focus && chat_columns(s->of->chat) > 1;

	draw_left(b, 0, 0, b.w, focused ? ROLE_BORDER_FOCUS : ROLE_TITLE, s->head[i].name);
	draw_left(b, 0, 1, b.w, s->head[i].role, s->head[i].figures);
	answer_draw(&s->answer[s->first + i], box_sub(b, 0, HEAD_ROWS, b.w, body_h(p, s)), s->up);
}

static void draw_below(const Pane *p, const PlaygroundPane *s, Box b)
{
	int y = HEAD_ROWS + body_h(p, s);

	if (s->verdict.text.n)
		draw_left(b, 0, y++, b.w, s->verdict.role, s->verdict.text);
	draw_left(b, 0, y++, b.w, *mcp_waiting(p->app) ? ROLE_WARN : ROLE_DIM, s->before);
	for (int i = 0; i < INPUT_ROWS; i++) {
		draw_fill(b, 0, y + i, PROMPT_W, 1, ROLE_TEXT);
		draw_left(b, PROMPT_W, y + i, b.w - PROMPT_W, ROLE_TEXT, i < s->input.n ? s->input.row[i] : clean_own(""));
	}
	draw_own(b, 0, y, s->of->typing ? ROLE_KEY : ROLE_DIM, ">");
	if (!s->of->input.text.n)
		draw_own(b, PROMPT_W + 1, y, ROLE_DIM, s->of->typing ? "type a question" : "i types a question");
}

static void playground_draw(const Pane *p, Box b)
{
	PlaygroundPane *s = p->state;
	int w, right;

	if (!s->of || b.h < LEAST_H) {
		box_clear(b);
		pane_empty(b, FRESH_EMPTY, s->of ? "the playground needs more rows" : "no context is shown, so there is no model to ask");
		return;
	}
	w = column_w(p, s);
	for (size_t i = 0; i < s->shown; i++) {
		const int x = (int)i * (w + 1);

		draw_column(p, s, i, box_sub(b, x, 0, w, HEAD_ROWS + body_h(p, s)));
		for (int y = 0; y < HEAD_ROWS + body_h(p, s) && i + 1 < s->shown; y++)
			draw_own(b, x + w, y, ROLE_BORDER, "│");
	}
	right = (int)s->shown * (w + 1) - 1;
	draw_fill(b, right, 0, b.w - right, HEAD_ROWS + body_h(p, s), ROLE_TEXT);
	draw_below(p, s, b);
}

/* --- keys --- */

static void scroll(Pane *p, int rows)
{
	PlaygroundPane *s = p->state;
	const int body = body_h(p, s);
	size_t most = 0;

	for (size_t i = 0; i < s->shown; i++) {
		const size_t all = s->answer[s->first + i].rows;

		most = all > (size_t)body && all - (size_t)body > most ? all - (size_t)body : most;
	}
	if (rows < 0)
		s->up = s->up > (size_t)-rows ? s->up - (size_t)-rows : 0;
	else
		s->up = s->up + (size_t)rows < most ? s->up + (size_t)rows : most;
}

static bool scroll_key(Pane *p, Key k)
{
	const int page = body_h(p, p->state) > 2 ? body_h(p, p->state) - 1 : 1;

	switch (k.kind) {
	case KEY_UP:
		scroll(p, 1);
		return true;
	case KEY_DOWN:
		scroll(p, -1);
		return true;
	case KEY_PAGE_UP:
		scroll(p, page);
		return true;
	case KEY_PAGE_DOWN:
		scroll(p, -page);
		return true;
	default:
		return false;
	}
}

static bool is_ctrl_c(Key k)
{
	return k.kind == KEY_CHAR && k.mod & (MOD_CTRL | MOD_ALT) && k.ch == 'c';
}

static void next_column(Pane *p)
{
	const PlaygroundPane *s = p->state;

	if (s->of)
		s->of->focus = (s->of->focus + 1) % chat_columns(s->of->chat);
}

static int type_key(Pane *p, Key k)
{
	PlaygroundPane *s = p->state;
	Playground *g = s->of;
	const size_t had = g->input.text.n;

	if (k.kind == KEY_ESC || is_ctrl_c(k)) {
		g->typing = false;
	} else if (k.kind == KEY_ENTER && !(k.mod & MOD_ALT)) {
		s->up = 0;
		playground_send(p->app);
	} else if (k.kind == KEY_TAB) {
		next_column(p);
	} else if (editor_key(&g->input, k, CHAT_TEXT_MAX)) {
		g->agreed_nusd = 0;
		if (k.kind == KEY_PASTE && k.paste.n && g->input.text.n == had)
			app_say(p->app, ROLE_WARN, "a question has at most 256 KiB: the paste is longer than what is left of them");
	} else {
		return scroll_key(p, k) ? PANE_HANDLED : PANE_IGNORED;
	}
	return PANE_HANDLED;
}

static int playground_key(Pane *p, Key k)
{
	PlaygroundPane *s = p->state;

	if (!s->of)
		return PANE_IGNORED;
	if (is_ctrl_c(k) && chat_busy(s->of->chat)) {
		playground_cancel(p->app);
		return PANE_HANDLED;
	}
	if (s->of->typing)
		return type_key(p, k);
	return scroll_key(p, k) ? PANE_HANDLED : PANE_IGNORED;
}

static const PaneKey *playground_typing(const Pane *p)
{
	static const PaneKey keys[] = {
		{ "enter", "send", NULL }, { "alt-enter", "new line", NULL }, { "tab", "next column", NULL }, { "esc", "leave the input", NULL },
		{ "ctrl-c", "cancel the answer", NULL }, { 0 },
	};
	const PlaygroundPane *s = p->state;

	return s->of && s->of->typing ? keys : NULL;
}

static bool playground_cursor(const Pane *p, int *x, int *y)
{
	const PlaygroundPane *s = p->state;

	if (!playground_typing(p) || p->h < LEAST_H)
		return false;
	*x = PROMPT_W + s->input.x;
	*y = p->h - INPUT_ROWS + s->input.y;
	return true;
}

static void act_type(Pane *p)
{
	const PlaygroundPane *s = p->state;

	if (s->of)
		s->of->typing = true;
}

static void act_model(Pane *p)
{
	app_type_command(p->app, "model ");
}

static void act_system(Pane *p)
{
	app_type_command(p->app, "system ");
}

static void act_tokens(Pane *p)
{
	playground_tokens(p->app, STR(""));
}

static void act_column(Pane *p)
{
	playground_add_column(p->app);
}

static void act_retry(Pane *p)
{
	playground_retry(p->app);
}

static void act_edit(Pane *p)
{
	playground_edit(p->app);
}

static void act_fork(Pane *p)
{
	playground_fork(p->app);
}

static void act_fold(Pane *p)
{
	PlaygroundPane *s = p->state;

	s->unfolded = !s->unfolded;
}

static void act_copy(Pane *p)
{
	playground_copy(p->app, STR(""));
}

static void act_copy_code(Pane *p)
{
	playground_copy(p->app, STR("last"));
}

static const PaneKey keys[] = {
	{ "i", "type", act_type },
	{ "enter", "type", act_type },
	{ "m", "model", act_model },
	{ "s", "instructions", act_system },
	{ "a", "one more column", act_column },
	{ "tab", "next column", next_column },
	{ "r", "ask again", act_retry },
	{ "t", "count the tokens of what is typed", act_tokens },
	{ "e", "change the last question", act_edit },
	{ "f", "fork", act_fork },
	{ "o", "fold", act_fold },
	{ "c", "copy the answer", act_copy },
	{ "C", "copy the last code block", act_copy_code },
	{ 0 },
};

static void playground_help(const Pane *p, Buf *out)
{
	(void)p;
	(void)buf_puts(out, "  ctrl-c   cancel the answer that is under way\n"
	                    "  While typing: Enter sends, Alt-Enter a new line, Esc leaves; ctrl-a e k u w edit.\n"
	                    "  :route on|off  :cache on|off|clear|list  (each answer says who gave it)\n"
	                    "  :model ID  :system TEXT  :column add|drop  :new  :chats [TEXT]  :chat ID  :pin  :forget ID\n"
	                    "  :tier T  :guardrail ID  :tokens  :prompt-cache on|off  :warm-up  :copy [N]  :case FILE\n");
}

const PaneClass pane_playground = {
	.name = "playground", .title = "playground", .topics = TOPIC_CHAT, .focusable = true, .fills = true, .open = playground_open,
	.update = playground_update, .draw = playground_draw, .key = playground_key, .typing = playground_typing, .cursor = playground_cursor,
	.close = playground_shut, .keys = keys, .vital_keys = 5, .help = playground_help,
};
