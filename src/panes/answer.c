#include "panes/answer.h"

#include <stdlib.h>

#include "base/xalloc.h"
#include "panes/fmt.h"
#include "ui/json_rows.h"

enum { TOOL_SHOWN = 16 << 10 /* bytes of one */ };

void answer_done(Answer *s)
{
	for (size_t i = 0; i < s->cap; i++) {
		arena_done(&s->turn[i].arena);
		arena_done(&s->turn[i].tail_arena);
	}
	free(s->turn);
	free(s->drawn);
	*s = (Answer){ 0 };
}

/* --- the rows of a turn --- */

static void put_plain(MdRows *r, Role role, int indent, Clean text)
{
	Clean line;

	while (clean_wrap(&text, r->w > indent + 8 ? r->w - indent : r->w, &line))
		md_put(r, (MdRow){ .text = line, .role = role, .indent = indent });
}

/* A use that may wait for a person's word: all of it is there to be read. */
static void put_use(MdRows *r, Str name, Str input)
{
	put_plain(r, ROLE_DIM, 0, clean_text(r->a, arena_printf(r->a, "uses %.*s", STR_ARG(name)), 0));
	put_plain(r, ROLE_TEXT, 2, json_rows(r->a, str_sub(input, 0, TOOL_SHOWN)));
}

/* What is folded says how much there is of it. */
static void put_folded(MdRows *r, const char *what, Str name, size_t bytes, bool unfolded, Str text)
{
	Clean head = clean_text(r->a, arena_printf(r->a, "%s%s%.*s, %zu bytes%s", what, name.n ? " " : "", STR_ARG(name), bytes,
	                                           unfolded ? "" : "  (o unfolds)"), 0);

	put_plain(r, ROLE_DIM, 0, head);
	if (unfolded)
		put_plain(r, ROLE_INFO, 2, clean_text(r->a, str_sub(text, 0, TOOL_SHOWN), CLEAN_KEEP_NEWLINES));
}

/* All of it but the last `open` parts. */
static void put_parts(MdRows *r, const ChatStep *s, size_t open, bool unfolded)
{
	size_t result = 0;

	for (size_t i = 0; i + open < s->said.parts; i++) {
		const ConversePart *p = &s->said.part[i];
		const Str text = buf_str(&p->text);

		if (p->kind == CONVERSE_TEXT) {
			markdown_rest(r, text, &(MdPlace){ .at = 0 });
		} else if (p->kind == CONVERSE_REASONING) {
			put_folded(r, "reasoning", STR(""), text.n, unfolded, text);
		} else if (p->kind == CONVERSE_REDACTED) {
			put_plain(r, ROLE_DIM, 0, clean_own("reasoning that the service keeps to itself"));
		} else if (p->kind == CONVERSE_TOOL && !s->results) {
			/* Nobody runs it, or not yet: what it is given is what there is to see. */
			put_plain(r, ROLE_DIM, 0, clean_text(r->a, buf_str(&p->name), 0));
			put_plain(r, ROLE_TEXT, 2, json_rows(r->a, str_sub(text, 0, TOOL_SHOWN)));
		} else if (p->kind == CONVERSE_TOOL) {
			const ChatResult *got = &s->result[result++];

			if (!got->here) {
				put_use(r, buf_str(&p->name), text);
				continue;
			}
			put_folded(r, "uses", buf_str(&p->name), text.n, unfolded, text);
			put_folded(r, got->error ? "  failed" : "  got", STR(""), got->content.n, unfolded, buf_str(&got->content));
		}
	}
}

static void put_misfit(MdRows *r, const ChatStep *s)
{
	if (s->misfit[0])
		put_plain(r, ROLE_WARN, 0, clean_text(r->a, arena_printf(r->a, "does not fit the schema: %s", s->misfit), 0));
}

/* What the guards say stands with the turn; it keeps nothing from anybody. */
static void put_flags(MdRows *r, const ChatTurn *t)
{
	for (int i = 0; i < t->flags; i++) {
		const Flag *f = &t->flag[i];

		put_plain(r, f->severity >= FLAG_HIGH ? ROLE_ERROR : ROLE_WARN, 0,
		          clean_ownf(r->a, "flag %s %s (%s)", flag_severity_name(f->severity), flag_kind_name(f->kind), f->rule));
	}
}

/* How it was served, where that is not what always happens. */
static void put_tier(MdRows *r, const ChatTurn *t)
{
	const char *served = turn_tier(t);

	if (served[0] && t->tier[0] && strcmp(served, t->tier) != 0)
		put_plain(r, ROLE_WARN, 0, clean_text(r->a, arena_printf(r->a, "tier %s; %s was asked for", served, t->tier), 0));
	else if (served[0] && (t->tier[0] || strcmp(served, "default") != 0))
		put_plain(r, ROLE_DIM, 0, clean_text(r->a, arena_printf(r->a, "tier %s", served), 0));
}

/* What it costs depends on who came first: both ends are said. */
static void put_cache(MdRows *r, const ChatTurn *t)
{
	const Tokens k = turn_tokens(t);
	int64_t cold, steady;

	if (turn_cached(t) && turn_cold_steady(t, &cold, &steady))
		put_plain(r, ROLE_DIM, 0,
		          clean_ownf(r->a, "prompt cache: %s read, %s written; cold %s, steady %s", fmt_count(r->a, k.cache_read).p,
		                     fmt_count(r->a, k.cache_write_5m + k.cache_write_1h).p, fmt_money(r->a, cold).p, fmt_money(r->a, steady).p));
}

/* What a guardrail costs is in nobody's table, and in no figure of the turn. */
static void put_guardrail(MdRows *r, const ChatTurn *t)
{
	const GuardSaid g = turn_guard(t);
	char name[GUARD_ID + GUARD_VERSION], words[GUARD_WORDS];
	const char *did = g.intervened ? "intervened" : g.here ? "let it through" : "said nothing";
	Str units = STR("");

	if (!t->guardrail.id[0] || (!g.here && t->state != TURN_DONE))
		return;
	guardrail_words(&g, words);
	if (g.units)
		units = arena_printf(r->a, ", %lld text unit%s (no price)", (long long)g.units, g.units > 1 ? "s" : "");
	put_plain(r, g.intervened || !g.here ? ROLE_WARN : ROLE_DIM, 0,
	          clean_text(r->a, arena_printf(r->a, "guardrail %s %s%.*s%s%s", guardrail_name(&t->guardrail, name), did, STR_ARG(units),
	                                        words[0] ? "; " : "", words), 0));
}

static void put_end(MdRows *r, const ChatTurn *t)
{
	const char *stop = turn_stop(t);

	switch (t->state) {
	case TURN_ASKED:
		put_plain(r, ROLE_INFO, 0, t->why[0] ? clean_text(r->a, str_of(t->why), 0) : clean_own("waiting for the first token"));
		break;
	case TURN_STREAMING: case TURN_TOOLS:
		break;
	case TURN_CANCELLED:
		put_plain(r, ROLE_WARN, 0, clean_own("cancelled"));
		break;
	case TURN_FAILED:
		put_plain(r, ROLE_ERROR, 0, clean_text(r->a, str_of(t->why), 0));
		put_plain(r, ROLE_DIM, 0, clean_own("not part of what the model is told; r asks again"));
		break;
	case TURN_DONE:
		if (t->warm_up)
			put_plain(r, ROLE_DIM, 0, clean_own("only fills the caches: no figure, and not told"));
		else if (strcmp(stop, "max_tokens") == 0)
			put_plain(r, ROLE_WARN, 0, clean_own("INVALID: cut off at max_tokens"));
		else if (strcmp(stop, "guardrail_intervened") == 0 && !t->guardrail.id[0])
			put_plain(r, ROLE_WARN, 0, clean_own("a guardrail intervened"));
		else if (strcmp(stop, "content_filtered") == 0)
			put_plain(r, ROLE_WARN, 0, clean_own("the service filtered the answer"));
		break;
	}
}

/* The text that an answer under way goes on with; NULL: it ends with something else. */
static const ConversePart *growing(const ChatTurn *t)
{
	const ChatStep *last = t->steps ? &t->step[t->steps - 1] : NULL;
	const ConversePart *p = last && last->said.parts ? &last->said.part[last->said.parts - 1] : NULL;

	return p && p->kind == CONVERSE_TEXT ? p : NULL;
}

/* Of all that stands before the text that grows. */
static uint64_t stamp_before(const ChatTurn *t, int w, bool unfolded)
{
	const ConversePart *const open = growing(t);
	uint64_t h = hash_mix((uint64_t)w * 2 + unfolded + 1, (uint64_t)t->asked_ms);

	h = hash_mix(hash_mix(h, str_quick_hash(buf_str(&t->asked))), str_quick_hash(str_of(t->how)));
	for (size_t i = 0; i < t->steps; i++) {
		const ChatStep *s = &t->step[i];

		h = hash_mix(h, s->results + s->said.parts + (i + 1 < t->steps && s->misfit[0] != 0));
		for (size_t k = 0; k < s->said.parts; k++)
			h = hash_mix(h, &s->said.part[k] == open ? 0 : s->said.part[k].text.n + 1);
		for (size_t k = 0; k < s->results; k++)
			h = hash_mix(h, s->result[k].content.n * 2 + s->result[k].here);
	}
	return h;
}

static uint64_t stamp_all(const ChatTurn *t, uint64_t before)
{
	const ConversePart *const open = growing(t);
	uint64_t h = hash_mix(hash_mix(before, (uint64_t)t->state), str_quick_hash(str_of(t->why)) + (uint64_t)t->flags);

	h = hash_mix(h, t->steps && t->step[t->steps - 1].misfit[0] != 0);
	return hash_mix(h, open ? open->text.n : 0);
}

static void begin(TurnRows *out, const ChatTurn *t, bool unfolded)
{
	MdRows *const r = &out->settled;

	arena_reset(&out->arena);
	r->v = NULL;
	r->n = r->cap = 0;
	out->place = (MdPlace){ .at = 0 };
	put_plain(r, ROLE_KEY, 0, clean_text(r->a, arena_printf(r->a, "%s> %.*s", t->warm_up ? "warm-up" : "", STR_ARG(buf_str(&t->asked))),
	                                     CLEAN_KEEP_NEWLINES));
	if (t->how[0])
		put_plain(r, ROLE_INFO, 0, clean_text(r->a, str_of(t->how), 0));
	for (size_t i = 0; i < t->steps; i++) {
		const bool last = i + 1 == t->steps;

		put_parts(r, &t->step[i], last && growing(t), unfolded);
		if (!last)
			put_misfit(r, &t->step[i]);
	}
}

static void lay_out(TurnRows *out, const ChatTurn *t, uint64_t before, int w, bool unfolded)
{
	const ConversePart *const open = growing(t);
	MdRows *const r = &out->tail;

	/* They have moved when the array of turns has grown. */
	out->settled.a = &out->arena;
	arena_reset(&out->tail_arena);
	*r = (MdRows){ .a = &out->tail_arena, .w = out->settled.w = w > 1 ? w : 1 };
	if (out->before != before || (open && open->text.n < out->place.at))
		begin(out, t, unfolded);
	out->before = before;
	if (open) {
		markdown_lines(&out->settled, buf_str(&open->text), &out->place);
		markdown_rest(r, buf_str(&open->text), &out->place);
	}
	if (t->steps)
		put_misfit(r, &t->step[t->steps - 1]);
	put_flags(r, t);
	put_tier(r, t);
	put_cache(r, t);
	put_guardrail(r, t);
	put_end(r, t);
	md_put(r, (MdRow){ .text = clean_own(""), .role = ROLE_TEXT });
}

void answer_update(Answer *s, const ChatColumn *c, int w, bool unfolded)
{
	const size_t had = s->cap;

	VEC_GROW(s->turn, s->cap, c->turns + 1);
	for (size_t i = had; i < s->cap; i++)
		s->turn[i] = (TurnRows){ .stamp = 0 };
	s->turns = c->turns;
	s->rows = 0;
	for (size_t i = 0; i < c->turns; i++) {
		TurnRows *const rows = &s->turn[i];
		const uint64_t before = stamp_before(&c->turn[i], w, unfolded), stamp = stamp_all(&c->turn[i], before);

		if (rows->stamp != stamp)
			lay_out(rows, &c->turn[i], before, w, unfolded);
		rows->stamp = stamp;
		s->rows += rows->settled.n + rows->tail.n;
	}
}

/* --- the screen --- */

static uint64_t key_of(const MdRow *r, Box b)
{
	uint64_t h = hash_mix((uint64_t)b.x << 32 | (uint64_t)b.w, (uint64_t)r->role << 32 | (uint64_t)r->indent << 1 | (r->attr != NULL));

	h = hash_mix(h, str_quick_hash((Str){ r->text.p, r->text.n }));
	return r->attr ? hash_mix(h, str_quick_hash((Str){ (const char *)r->attr, r->text.n })) : h;
}

static void draw_row(AnswerDrawn *drawn, Box b, int y, const MdRow *r)
{
	const uint64_t key = key_of(r, b);
	int end;

	if (drawn->key == key && drawn->stamp == surface_row_stamp(b.s, b.y + y))
		return;
	draw_fill(b, 0, y, r->indent, 1, ROLE_TEXT);
	end = markdown_draw(b, 0, y, r);
	draw_fill(b, end, y, b.w - end, 1, ROLE_TEXT);
	*drawn = (AnswerDrawn){ key, surface_row_stamp(b.s, b.y + y) };
}

static const MdRow *row_at(const TurnRows *t, size_t i)
{
	return i < t->settled.n ? &t->settled.v[i] : &t->tail.v[i - t->settled.n];
}

void answer_draw(Answer *s, Box b, size_t up)
{
	static const MdRow nothing = { .text = { "", 0, 0 }, .role = ROLE_TEXT };
	const size_t h = b.h > 0 ? (size_t)b.h : 0, most = s->rows > h ? s->rows - h : 0, had = s->drawn_cap;
	size_t skip = most > up ? most - up : 0;
	int y = 0;

	VEC_GROW(s->drawn, s->drawn_cap, h);
	for (size_t i = had; i < s->drawn_cap; i++)
		s->drawn[i] = (AnswerDrawn){ .stamp = 0 };
	for (size_t i = 0; i < s->turns && y < b.h; i++) {
		const size_t n = s->turn[i].settled.n + s->turn[i].tail.n;

		for (size_t k = skip < n ? skip : n; k < n && y < b.h; k++, y++)
			draw_row(&s->drawn[y], b, y, row_at(&s->turn[i], k));
		skip -= skip < n ? skip : n;
	}
	for (; y < b.h; y++)
		draw_row(&s->drawn[y], b, y, &nothing);
}
