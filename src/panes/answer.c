#include "panes/answer.h"

#include <stdlib.h>

#include "base/xalloc.h"
#include "ui/json_rows.h"

enum { TOOL_SHOWN = 16 << 10 /* bytes of one */ };

void answer_done(Answer *s)
{
	for (size_t i = 0; i < s->cap; i++)
		arena_done(&s->turn[i].arena);
	free(s->turn);
	*s = (Answer){ 0 };
}

/* --- the rows of a turn --- */

static void put_plain(MdRows *r, Role role, int indent, Clean text)
{
	Clean line;

	while (clean_wrap(&text, r->w > indent + 8 ? r->w - indent : r->w, &line))
		md_put(r, (MdRow){ .text = line, .role = role, .indent = indent });
}

static void put_markdown(MdRows *r, Str text)
{
	size_t n;
	const MdRow *v = markdown_rows(r->a, text, r->w, &n);

	for (size_t i = 0; i < n; i++)
		md_put(r, v[i]);
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

static void put_step(MdRows *r, const ChatStep *s, bool unfolded)
{
	size_t result = 0;

	for (size_t i = 0; i < s->said.parts; i++) {
		const ConversePart *p = &s->said.part[i];
		const Str text = buf_str(&p->text);

		if (p->kind == CONVERSE_TEXT) {
			put_markdown(r, text);
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
		if (strcmp(stop, "max_tokens") == 0)
			put_plain(r, ROLE_WARN, 0, clean_own("INVALID: cut off at max_tokens"));
		else if (strcmp(stop, "guardrail_intervened") == 0)
			put_plain(r, ROLE_WARN, 0, clean_own("a guardrail intervened"));
		else if (strcmp(stop, "content_filtered") == 0)
			put_plain(r, ROLE_WARN, 0, clean_own("the service filtered the answer"));
		break;
	}
}

static void lay_out(TurnRows *out, const ChatTurn *t, int w, bool unfolded)
{
	MdRows r = { .a = &out->arena, .w = w };

	arena_reset(&out->arena);
	put_plain(&r, ROLE_KEY, 0, clean_text(r.a, arena_printf(r.a, "> %.*s", STR_ARG(buf_str(&t->asked))), CLEAN_KEEP_NEWLINES));
	if (t->how[0])
		put_plain(&r, ROLE_INFO, 0, clean_text(r.a, str_of(t->how), 0));
	for (size_t i = 0; i < t->steps; i++)
		put_step(&r, &t->step[i], unfolded);
	put_flags(&r, t);
	put_end(&r, t);
	md_put(&r, (MdRow){ .text = clean_own(""), .role = ROLE_TEXT });
	out->row = r.v;
	out->n = r.n;
}

static uint64_t mix(uint64_t h, uint64_t v)
{
	return (h ^ v) * UINT64_C(0x9E3779B97F4A7C15);
}

static uint64_t stamp_of(const ChatTurn *t, int w, bool unfolded)
{
	uint64_t h = mix((uint64_t)w * 2 + unfolded + 1, (uint64_t)t->state);

	h = mix(mix(h, (uint64_t)t->asked_ms), str_quick_hash(buf_str(&t->asked)));
	h = mix(h, str_quick_hash(str_of(t->why)) + (uint64_t)t->flags);
	h = mix(h, str_quick_hash(str_of(t->how)));
	for (size_t i = 0; i < t->steps; i++) {
		const ChatStep *s = &t->step[i];

		h = mix(h, s->results + s->said.parts + (s->misfit[0] != 0));
		for (size_t k = 0; k < s->said.parts; k++)
			h = mix(h, s->said.part[k].text.n);
		for (size_t k = 0; k < s->results; k++)
			h = mix(h, s->result[k].content.n * 2 + s->result[k].here);
	}
	return h;
}

void answer_update(Answer *s, const ChatColumn *c, int w, bool unfolded)
{
	const size_t had = s->cap;

	VEC_GROW(s->turn, s->cap, c->turns + 1);
	for (size_t i = had; i < s->cap; i++)
		s->turn[i] = (TurnRows){ .n = 0 };
	s->turns = c->turns;
	s->rows = 0;
	for (size_t i = 0; i < c->turns; i++) {
		const uint64_t stamp = stamp_of(&c->turn[i], w, unfolded);

		if (s->turn[i].stamp != stamp)
			lay_out(&s->turn[i], &c->turn[i], w, unfolded);
		s->turn[i].stamp = stamp;
		s->rows += s->turn[i].n;
	}
}

void answer_draw(const Answer *s, Box b, size_t up)
{
	const size_t h = b.h > 0 ? (size_t)b.h : 0, most = s->rows > h ? s->rows - h : 0;
	size_t skip = most > up ? most - up : 0;
	int y = 0;

	for (size_t i = 0; i < s->turns; i++)
		for (size_t k = 0; k < s->turn[i].n; k++) {
			if (skip > 0)
				skip--;
			else if (y < b.h)
				markdown_draw(b, 0, y++, &s->turn[i].row[k]);
		}
}
