/* Tools that models may use: what they are told of them, whether what they give one fits its schema, and the way from an answer that uses some
 * to the next step. */
#include "chat/own.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "wire/jsonval.h"

enum { INPUT_MAX_BYTES = 1 << 20 };

void tools_free(Chat *c)
{
	for (size_t i = 0; i < c->tool_n; i++)
		jsonschema_free(c->tool[i].checks);
	c->tool = NULL;
	c->tool_n = 0;
	c->forced = STR("");
	arena_done(&c->tools);
}

int chat_set_tools(Chat *c, const ChatTool *v, size_t n, Str forced, Err *e)
{
	if (n > CHAT_TOOLS)
		return err_kind(e, ERR_USAGE, "a model is offered at most %d tools", CHAT_TOOLS);
	tools_free(c);
	c->tools_set++;
	c->tool = ARENA_ARRAY(&c->tools, KnownTool, n + 1);
	for (; c->tool_n < n; c->tool_n++) {
		KnownTool *t = &c->tool[c->tool_n];

		*t = (KnownTool){ arena_str(&c->tools, v[c->tool_n].name), arena_str(&c->tools, v[c->tool_n].description),
		                  arena_str(&c->tools, v[c->tool_n].schema), NULL };
		if (!(t->checks = jsonschema_new(t->schema, e))) {
			(void)err_wrap(e, "the schema of the tool %.*s", STR_ARG(t->name));
			tools_free(c);
			return -1;
		}
	}
	c->forced = arena_str(&c->tools, forced);
	return 0;
}

size_t chat_tools(const Chat *c, Str *forced)
{
	*forced = c->forced.n ? c->forced : STR("");
	return c->tool_n;
}

static const KnownTool *find(const Chat *c, Str name)
{
	for (size_t i = 0; i < c->tool_n; i++)
		if (str_eq(c->tool[i].name, name))
			return &c->tool[i];
	return NULL;
}

void tools_put(const Chat *c, Arena *a, ConverseIn *in)
{
	if (!c->tool_n)
		return;
	in->tools.tools.v = ARENA_ARRAY(a, ConverseTool, c->tool_n);
	in->tools.tools.n = c->tool_n;
	for (size_t i = 0; i < c->tool_n; i++)
		in->tools.tools.v[i].spec = (ConverseToolSpec){ .name = c->tool[i].name, .description = c->tool[i].description,
		                                               .schema.json = c->tool[i].schema };
	if (c->forced.n)
		in->tools.choice.tool.name = c->forced;
}

/* --- an answer that uses some --- */

/* Why the input is none for the tool; empty: it is. */
static void misfit(const Chat *c, const ConversePart *p, char out[CHAT_SENTENCE])
{
	const KnownTool *t = find(c, buf_str(&p->name));
	const Str input = p->text.n ? buf_str(&p->text) : STR("{}");
	Arena a = { 0 };
	JsonVal v;
	Err e = { 0 };

	out[0] = 0;
	if (!t)
		(void)snprintf(out, CHAT_SENTENCE, "there is no tool %.*s", (int)(p->name.n < 100 ? p->name.n : 100), p->name.p ? p->name.p : "");
	else if (jv_parse(&a, input, INPUT_MAX_BYTES, &v, &e) < 0 || jsonschema_fits(t->checks, v, "the input", &e) < 0)
		err_cut(e.text, out, CHAT_SENTENCE);
	arena_done(&a);
}

bool tools_fit(const Chat *c, const ChatStep *s)
{
	char why[CHAT_SENTENCE] = "";

	for (size_t i = 0; i < s->said.parts && !why[0]; i++)
		if (s->said.part[i].kind == CONVERSE_TOOL)
			misfit(c, &s->said.part[i], why);
	return !why[0];
}

static size_t uses_of(const ConverseTurn *said)
{
	size_t n = 0;

	for (size_t i = 0; i < said->parts; i++)
		n += said->part[i].kind == CONVERSE_TOOL;
	return n;
}

static size_t place_of(const Chat *c, const ChatColumn *col)
{
	return (size_t)(col - c->column);
}

static bool fail(ChatTurn *t, const char *why)
{
	t->state = TURN_FAILED;
	(void)snprintf(t->why, sizeof t->why, "%s", why);
	return true;
}

/* Why each use does not fit, one after the other: empty for those that do. The first one is the step's. */
static Buf *misfits(const Chat *c, ChatStep *s, size_t uses)
{
	Buf *why = xcalloc(uses, sizeof *why);
	char one[CHAT_SENTENCE];

	for (size_t i = 0, use = 0; i < s->said.parts; i++) {
		if (s->said.part[i].kind != CONVERSE_TOOL)
			continue;
		misfit(c, &s->said.part[i], one);
		(void)buf_puts(&why[use++], one);
		if (!s->misfit[0])
			memcpy(s->misfit, one, sizeof one);
	}
	return why;
}

static void misfits_free(Buf *why, size_t uses)
{
	for (size_t i = 0; i < uses; i++)
		buf_done(&why[i]);
	free(why);
}

/* Those whose input does not fit are told so, as a result: models often mend it. */
static void run(Chat *c, ChatColumn *col, unsigned serial, const Buf *why)
{
	ChatTurn *t = turn_last(col);
	const size_t step = t->steps - 1;

	for (size_t i = 0, use = 0; serial == col->serial && step < t->steps && i < t->step[step].said.parts; i++) {
		const ConversePart *p = &t->step[step].said.part[i];

		if (p->kind != CONVERSE_TOOL)
			continue;
		if (why[use].n)
			chat_tool_result(c, place_of(c, col), serial, use, buf_str(&why[use]), true);
		else
			c->host.run_tool(c->host.arg, place_of(c, col), serial, use, buf_str(&p->name), p->text.n ? buf_str(&p->text) : STR("{}"));
		use++;
		t = turn_last(col);
	}
}

/* Why they are not run, with the turn's state in place; true: they may be. */
static bool may_run(Chat *c, ChatTurn *t)
{
	char why[CHAT_SENTENCE];

	/* Told so it would be asked on and on, for money; and the service refuses results where no tools are offered. */
	if (!c->tool_n)
		return !fail(t, "the model used a tool, and none was offered to it");
	if ((int64_t)t->steps < c->host.tool_steps)
		return true;
	(void)snprintf(why, sizeof why, "%" PRId64 " answers in a row used tools: limits.playground.tool_steps ends it", c->host.tool_steps);
	return !fail(t, why);
}

bool tools_begin(Chat *c, ChatColumn *col)
{
	ChatTurn *t = turn_last(col);
	ChatStep *s = &t->step[t->steps - 1];
	const size_t uses = uses_of(&s->said);
	Buf *why;
	bool runs;

	if (!uses || strcmp(s->said.stop_reason, "tool_use") != 0)
		return false;
	why = misfits(c, s, uses);
	/* What was forced is the answer itself. */
	runs = c->host.run_tool && !c->forced.n;
	if (runs && may_run(c, t)) {
		s->result = xcalloc(uses, sizeof *s->result);
		s->results = uses;
		t->state = TURN_TOOLS;
		run(c, col, ++col->serial, why);
	}
	misfits_free(why, uses);
	return runs;
}

void tools_drop(Chat *c, ChatColumn *col)
{
	col->serial++;
	if (c->host.drop_tools)
		c->host.drop_tools(c->host.arg, place_of(c, col));
}

void chat_tool_result(Chat *c, size_t column, unsigned serial, size_t use, Str content, bool error)
{
	ChatColumn *col = chat_column(c, column);
	ChatTurn *t = col ? turn_last(col) : NULL;
	ChatStep *s = t && t->steps ? &t->step[t->steps - 1] : NULL;

	if (!s || t->state != TURN_TOOLS || col->serial != serial || use >= s->results || s->result[use].here)
		return;
	s->result[use].here = true;
	s->result[use].error = error;
	(void)buf_put_str(&s->result[use].content, str_sub(content, 0, CHAT_RESULT_MAX));
	guards_result(c, t, buf_str(&s->result[use].content));
	for (size_t i = 0; i < s->results; i++)
		if (!s->result[i].here) {
			chat_changed(c, col);
			return;
		}
	col->serial++;
	chat_ask(c, col);
}
