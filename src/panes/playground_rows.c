#include "panes/playground_rows.h"

#include "app/playground_mcp.h"
#include "chat/turn.h"
#include "panes/fmt.h"

static bool same_text(const Buf *x, const Buf *y)
{
	return str_eq(buf_str(x), buf_str(y));
}

/* In what columns from..until differ from the first: an answer can be laid to one thing only. Tools are those of all columns. */
static int differences(Chat *chat, size_t from, size_t until, Arena *a, Clean *out)
{
	enum { MODEL, TEMPLATE, INSTRUCTIONS, TEMPERATURE, TIER, GUARDRAIL, HISTORY, KINDS };
	static const char *const names[KINDS] = { "model", "template", "instructions", "temperature", "tier", "guardrail", "history" };
	const ChatColumn *first = chat_column(chat, 0);
	bool differs[KINDS] = { false };
	int n = 0;

	for (size_t i = from; i <= until && i < chat_columns(chat); i++) {
		const ChatColumn *c = chat_column(chat, i);

		differs[MODEL] |= strcmp(c->model, first->model) != 0;
		differs[c->label[0] && first->label[0] ? TEMPLATE : INSTRUCTIONS] |= !same_text(&c->system, &first->system);
		differs[TEMPERATURE] |= c->temperature.has != first->temperature.has || c->temperature.v != first->temperature.v;
		differs[TIER] |= strcmp(c->tier, first->tier) != 0;
		differs[GUARDRAIL] |= !guardrail_is(&c->guardrail, &first->guardrail);
		differs[HISTORY] |= c->turns != first->turns;         /* one that was added later was told less */
	}
	*out = clean_own("");
	for (int i = 0; i < KINDS; i++)
		if (differs[i])
			*out = clean_ownf(a, "%s%s%s", out->p, n++ ? ", " : "", names[i]);
	return n;
}

static Clean percent(Arena *a, int64_t now, int64_t was)
{
	return was > 0 ? clean_ownf(a, "%+lld %%", (long long)((now - was) * 100 / was)) : clean_own("-");
}

/* Its last turn that counts: what only fills caches is no figure. */
static const ChatTurn *measured(const ChatColumn *c)
{
	for (size_t i = c->turns; i > 0; i--)
		if (!c->turn[i - 1].warm_up)
			return &c->turn[i - 1];
	return NULL;
}

static bool is_cut(const ChatTurn *t)
{
	return strcmp(turn_stop(t), "max_tokens") == 0;
}

/* Where a prompt cache has a part in either, both as they cost once it is warm: who came first would decide otherwise. */
static bool costs_of(const ChatTurn *t, const ChatTurn *u, int64_t *one, int64_t *two, bool *steady)
{
	int64_t cold;

	*steady = turn_cached(t) || turn_cached(u);
	if (*steady)
		return turn_cold_steady(t, &cold, one) && turn_cold_steady(u, &cold, two);
	return turn_cost(t, one) && turn_cost(u, two);
}

static Compared beside(const ChatTurn *t, const ChatTurn *u, size_t x, Arena *a)
{
	int64_t one, two;
	bool steady;

	if (t->state != TURN_DONE || u->state != TURN_DONE)
		return (Compared){ clean_own(""), ROLE_DIM };
	if (is_cut(t) || is_cut(u))
		return (Compared){ clean_ownf(a, "INVALID: %s%s%s cut off at max_tokens, so nothing is compared", is_cut(t) ? "1" : "",
		                              is_cut(t) && is_cut(u) ? " and " : "",
		                              is_cut(u) ? clean_ownf(a, "%zu %s", x + 1, is_cut(t) ? "were" : "was").p : " was"), ROLE_WARN };
	if (!costs_of(t, u, &one, &two, &steady))
		return (Compared){ clean_own(""), ROLE_DIM };
	return (Compared){ clean_ownf(a, "%zu vs 1: out %s  $ %s%s  TTFT %+lldms  n=1: anecdote", x + 1,
	                              percent(a, turn_tokens(u).output, turn_tokens(t).output).p, percent(a, two, one).p, steady ? " steady" : "",
	                              (long long)(u->first_ms - t->first_ms)), ROLE_DIM };
}

Compared playground_compared(Chat *chat, size_t focus, Arena *a)
{
	const size_t x = focus ? focus : 1;
	const ChatColumn *two = chat_column(chat, x);
	const ChatTurn *t, *u;
	Clean what;
	int n;

	if (!two)
		return (Compared){ clean_own(""), ROLE_DIM };
	n = differences(chat, x, x, a, &what);
	if (n > 1)
		return (Compared){ clean_ownf(a, "%zu and 1 differ in %d things (%s): answers can be laid to neither alone", x + 1, n, what.p), ROLE_WARN };
	t = measured(chat_column(chat, 0));
	u = measured(two);
	return t && u ? beside(t, u, x, a) : (Compared){ clean_own(""), ROLE_DIM };
}

/* --- before a question is sent --- */

/* Parts of one row, what is left out first with the highest number; 0: never. */
typedef struct Part { Clean text; int spare; } Part;
enum { PARTS = 8 };

/* So many as fit, in their order. */
static Clean join(const Part *v, int n, int w, Arena *a)
{
	for (int most = PARTS;; most--) {
		Clean line = clean_own("");

		for (int i = 0; i < n; i++)
			if (v[i].text.n && v[i].spare <= most)
				line = clean_ownf(a, "%s%s%s", line.p, line.n ? " | " : "", v[i].text.p);
		if (line.columns <= w || !most)
			return line;
	}
}

static Clean tokens_of(const ChatEstimate *c, size_t at, Arena *a)
{
	if (!c->within[at])
		return clean_ownf(a, "=%s in", fmt_exact(a, c->tokens[at]).p);
	return clean_ownf(a, "~%s in +-%d %%", fmt_exact(a, c->tokens[at]).p, c->within[at]);
}

static Clean most_of(const ChatEstimate *c, size_t columns, Arena *a)
{
	return clean_ownf(a, "max %s%s%s", fmt_money(a, c->most_nusd).p, columns > 1 ? clean_ownf(a, " for %zu", columns).p : "",
	                  c->unpriced ? " (unpriced)" : "");
}

static Clean tools_of(Chat *chat, Arena *a)
{
	Str forced;
	const size_t n = chat_tools(chat, &forced);

	if (n && forced.n)
		return clean_ownf(a, "fills %s", clean_text(a, forced, 0).p);
	return n ? clean_ownf(a, "%zu tool%s", n, n > 1 ? "s" : "") : clean_own("");
}

static bool has_guardrail(Chat *chat)
{
	for (size_t i = 0; i < chat_columns(chat); i++)
		if (chat_column(chat, i)->guardrail.id[0])
			return true;
	return false;
}

Clean playground_before(App *app, int w, Arena *a)
{
	const char *waits = mcp_waiting(app);
	Playground *g = playground_of(app);
	Part v[PARTS] = { { .spare = 0 } };
	PlaygroundMoney m;
	const char *why_not;
	ChatEstimate c;
	Clean what;

	if (*waits)
		return clean_text(a, arena_printf(a, "WAITS for :allow or :deny  %s", waits), 0);
	playground_money(app, &m);
	if (m.off[0])
		return clean_text(a, str_of(m.off), 0);
	chat_estimate(g->chat, buf_str(&g->input.text), &c);
	v[0] = (Part){ tokens_of(&c, g->focus, a), 0 };
	v[1] = (Part){ most_of(&c, chat_columns(g->chat), a), 0 };
	v[2] = (Part){ has_guardrail(g->chat) ? clean_own("+ guardrail, no price") : clean_own(""), 1 };
	v[3] = (Part){ clean_ownf(a, "session %s of %s", fmt_money(a, m.spent_nusd).p, fmt_money(a, m.session_nusd).p), 3 };
	v[4] = (Part){ tools_of(g->chat, a), 2 };
	/* Side by side the answer cache is off too. */
	if (chat_prompt_cache(g->chat) || chat_columns(g->chat) > 1)
		v[5] = (Part){ clean_own(chat_prompt_cache(g->chat) ? "prompt cache" : "caches off"), 4 };
	if (chat_cache(g->chat, &why_not))
		v[7] = (Part){ clean_ownf(a, "answer cache%s%s", why_not ? " off " : "", why_not ? why_not : ""), 2 };
	if (differences(g->chat, 1, CHAT_COLUMNS, a, &what) >= 1)
		v[6] = (Part){ clean_ownf(a, "differs: %s", what.p), 0 };
	return join(v, PARTS, w, a);
}
