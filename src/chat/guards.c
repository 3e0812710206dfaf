/* What the guards say of questions and answers (model/inject.h, model/output_check.h). They only say it: nothing is kept from anybody. */
#include "chat/own.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/xalloc.h"
#include "chat/said.h"
#include "conf/embed.h"
#include "model/inject.h"
#include "model/output_check.h"

enum { SCANNED_MAX = CHAT_TEXT_MAX, FLAGS_MAX = 32 };

static Inject *guard(Chat *c)
{
	if (!c->guard)
		c->guard = inject_new(embed_get("src/model/inject.weights"), SCANNED_MAX, NULL);
	return c->guard;
}

/* The worst come first, and are what a turn has room for. */
static void note(ChatTurn *t, const Flag *f, int n)
{
	for (int i = 0; i < n; i++) {
		int at = t->flags < CHAT_FLAGS ? t->flags++ : CHAT_FLAGS;

		while (at > 0 && t->flag[at - 1].severity < f[i].severity)
			at--;
		for (int k = t->flags - 1; k > at; k--)
			t->flag[k] = t->flag[k - 1];
		if (at < CHAT_FLAGS)
			t->flag[at] = f[i];
	}
}

static void tell(Chat *c, const Flag *f, int n)
{
	for (int i = 0; i < n && c->host.flagged; i++)
		c->host.flagged(c->host.arg, &f[i]);
}

static int scan(Chat *c, Str text, size_t max_chars, Flag flag[FLAGS_MAX])
{
	Inject *x = guard(c);
	InjectResult r;

	if (!x)
		return 0;
	inject_scan(x, text, max_chars, &r);
	return r.verdict == VERDICT_CLEAN ? 0 : (int)inject_flags(x, &r, text, clock_wall_ms(), flag, FLAGS_MAX);
}

bool chat_is_injection(Chat *c, Str text)
{
	Inject *x = guard(c);
	InjectResult r;

	if (!x)
		return false;
	inject_scan(x, text, 0, &r);
	return r.verdict == VERDICT_INJECTION;
}

void guards_question(Chat *c, Str text)
{
	Flag flag[FLAGS_MAX];
	const int n = scan(c, text, INJECT_LENGTH, flag);

	tell(c, flag, n);
	for (size_t i = 0; i < c->columns; i++)
		note(turn_last(&c->column[i]), flag, n);
}

/* The event is in the store since it was asked first. */
void guards_again(Chat *c, ChatTurn *t)
{
	Flag flag[FLAGS_MAX];

	note(t, flag, scan(c, buf_str(&t->asked), INJECT_LENGTH, flag));
}

void guards_result(Chat *c, ChatTurn *t, Str text)
{
	Flag flag[FLAGS_MAX];
	const int n = scan(c, text, 0, flag);        /* pages and files are long by nature */

	tell(c, flag, n);
	note(t, flag, n);
}

/* What one of Bedrock's found in question and answer. */
static void note_guardrail(Chat *c, ChatTurn *t, Str answer)
{
	const GuardSaid said = turn_guard(t);
	Flag flag[GUARD_FOUND];
	const int n = guardrail_flags(&said, buf_str(&t->asked), answer, clock_wall_ms(), flag);

	tell(c, flag, n);
	note(t, flag, n);
}

static void check(const ChatColumn *col, Str text, OutputResult *r)
{
	InjectText *room = inject_text_new(SCANNED_MAX);
	Leak *leak = col->system.n ? leak_new(buf_str(&col->system), STR("")) : NULL;

	output_check(room, leak, text, clock_wall_ms(), r);
	leak_free(leak);
	inject_text_free(room);
}

void guards_answer(Chat *c, ChatColumn *col)
{
	ChatTurn *t = turn_last(col);
	OutputResult *r = xcalloc(1, sizeof *r);
	Buf text = { 0 };

	turn_answer(t, &text);
	note_guardrail(c, t, buf_str(&text));
	check(col, buf_str(&text), r);
	tell(c, r->flag, r->flags);
	note(t, r->flag, r->flags);
	free(r);
	buf_done(&text);
}

bool guards_pass(const ChatColumn *col, const ChatStep *s)
{
	OutputResult *r = xcalloc(1, sizeof *r);
	Buf text = { 0 };
	bool ok;

	said_text(&s->said, &text);
	check(col, buf_str(&text), r);
	ok = !r->flags;
	free(r);
	buf_done(&text);
	return ok;
}

void guards_free(Chat *c)
{
	inject_free(c->guard);
	c->guard = NULL;
}
