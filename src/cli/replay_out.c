#include "cli/replay_out.h"

#include <inttypes.h>
#include <stdio.h>

#include "chat/figures.h"
#include "model/caching.h"
#include "model/money.h"
#include "ui/clean.h"
#include "wire/jsonw.h"
#include "wire/time8601.h"

enum { LABEL_W = 9, SIDE_W = 56 };

/* --- for people --- */

/* "cost     $0.0001           $0.0002" */
static void put_row(Buf *b, const char *label, Str then, Str now)
{
	(void)buf_printf(b, "%-*s %-*.*s   %.*s\n", LABEL_W, label, SIDE_W, STR_ARG(then), STR_ARG(now));
}

static Str tokens_text(Arena *a, bool known, const Tokens *t)
{
	return known ? arena_printf(a, "%" PRId64 " in, %" PRId64 " out", caching_prompt(t), t->output) : STR("not known");
}

static Str money_text(Arena *a, bool priced, int64_t nusd)
{
	char text[MONEY_TEXT];

	if (!priced)
		return STR("no price");
	money_exact(nusd, text);
	return arena_printf(a, "$%s", text);
}

static Str time_text(Arena *a, bool known, int64_t ms)
{
	return known ? arena_printf(a, "%.1f s", (double)ms / 1000) : STR("not known");
}

static void put_texts(Buf *b, Arena *a, Str then, Str now)
{
	Clean left = clean_text(a, then, CLEAN_KEEP_NEWLINES), right = clean_text(a, now, CLEAN_KEEP_NEWLINES), l, r;
	bool more_left, more_right;

	for (;;) {
		l = r = clean_own("");
		more_left = clean_wrap(&left, SIDE_W, &l);
		more_right = clean_wrap(&right, SIDE_W, &r);
		if (!more_left && !more_right)
			return;
		(void)buf_printf(b, "%*s %.*s%*s | %.*s\n", LABEL_W, "", (int)l.n, l.p, SIDE_W - l.columns, "", (int)r.n, r.p);
	}
}

static void put_call(Buf *b, const ReplayCall *c)
{
	const LogLine *l = &c->of.line;
	char at[TIME_TEXT];
	Arena a = { 0 };

	time_format_iso(l->event_ms, at);
	(void)buf_printf(b, "%.*s, %s\n", STR_ARG(l->request_id), at);
	if (c->of.lacks.n)
		(void)buf_printf(b, "not asked again: %.*s\n", STR_ARG(c->of.lacks));
	for (size_t i = 0; i < c->notes; i++)
		(void)buf_printf(b, "%.*s\n", STR_ARG(c->note[i]));
	if (!c->of.lacks.n) {
		put_row(b, "", STR("then"), STR("now"));
		put_row(b, "model", l->model, c->model);
		put_row(b, "tokens", tokens_text(&a, l->has_tokens, &l->tokens), tokens_text(&a, !c->failure.n, &c->now_tokens));
		put_row(b, "cost", money_text(&a, c->then_priced, c->then_nusd), money_text(&a, c->now_priced, c->now_nusd));
		put_row(b, "latency", time_text(&a, l->duration_ms.known, l->duration_ms.v), time_text(&a, !c->failure.n, c->now_ms));
		put_row(b, "stop", c->of.answered ? c->of.stop : STR("not known"), c->failure.n ? STR("failed") : c->now_stop);
		(void)buf_putc(b, '\n');
		put_texts(b, &a, c->of.answered ? c->of.text : c->of.no_answer, c->failure.n ? c->failure : buf_str(&c->now));
	}
	(void)buf_putc(b, '\n');
	arena_done(&a);
}

/* --- JSON --- */

static void put_known(JsonW *w, const char *key, bool known, int64_t v)
{
	if (known)
		jw_ki64(w, key, v);
	else
		jw_knull(w, key);
}

static void json_then(JsonW *w, const ReplayCall *c)
{
	const LogLine *l = &c->of.line;

	jw_key(w, "then");
	jw_object(w);
	jw_kstr(w, "model", l->model);
	jw_kstr(w, "text", c->of.answered ? c->of.text : (Str){ NULL, 0 });
	jw_kstr(w, "noAnswer", c->of.answered ? (Str){ NULL, 0 } : c->of.no_answer);
	jw_kstr(w, "stopReason", c->of.answered ? c->of.stop : (Str){ NULL, 0 });
	if (l->has_tokens)
		tokens_put(w, &l->tokens);
	else
		jw_knull(w, "tokens");
	put_known(w, "costNanoUsd", c->then_priced, c->then_nusd);
	put_known(w, "latencyMs", l->duration_ms.known, l->duration_ms.v);
	jw_object_end(w);
}

static void json_now(JsonW *w, const ReplayCall *c)
{
	jw_key(w, "now");
	if (c->of.lacks.n) {
		jw_null(w);
		return;
	}
	jw_object(w);
	jw_kstr(w, "model", c->model);
	jw_kstr(w, "text", c->failure.n ? (Str){ NULL, 0 } : buf_str(&c->now));
	jw_kstr(w, "failure", c->failure.n ? c->failure : (Str){ NULL, 0 });
	jw_kstr(w, "stopReason", c->failure.n ? (Str){ NULL, 0 } : c->now_stop);
	tokens_put(w, &c->now_tokens);
	put_known(w, "costNanoUsd", c->now_priced, c->now_nusd);
	jw_ki64(w, "latencyMs", c->now_ms);
	jw_object_end(w);
}

static void json_call(JsonW *w, const ReplayCall *c)
{
	char at[TIME_TEXT];

	time_format_iso(c->of.line.event_ms, at);
	jw_object(w);
	jw_kstr(w, "requestId", c->of.line.request_id);
	jw_kstr(w, "traceId", c->of.line.trace_id.n ? c->of.line.trace_id : (Str){ NULL, 0 });
	jw_kstr(w, "time", str_of(at));
	jw_kstr(w, "lacks", c->of.lacks.n ? c->of.lacks : (Str){ NULL, 0 });
	jw_key(w, "notes");
	jw_array(w);
	for (size_t i = 0; i < c->notes; i++)
		jw_str(w, c->note[i]);
	jw_array_end(w);
	json_then(w, c);
	json_now(w, c);
	jw_object_end(w);
}

/* NULL: one text is all that was asked, and *out is it. */
static const char *not_a_case(const ConverseIn *in, Str *out)
{
	if (in->messages.n != 1 || !str_is(in->messages.v[0].role, "user"))
		return "it has several turns, and a case is one question";
	if (in->messages.v[0].content.n != 1 || !in->messages.v[0].content.v[0].text.n)
		return "it is not one text, and a case is";
	*out = in->messages.v[0].content.v[0].text;
	return NULL;
}

static void put_case(Str id, Str input)
{
	Buf b = { 0 };
	JsonW w = jw_to(&b);

	jw_object(&w);
	jw_kstr(&w, "id", id);
	jw_kstr(&w, "input", input);
	jw_object_end(&w);
	(void)buf_putc(&b, '\n');
	(void)fwrite(b.p, 1, b.n, stdout);
	buf_done(&b);
}

int replay_cases(const ReplayCall *v, size_t n)
{
	int code = 0;

	for (size_t i = 0; i < n; i++) {
		const InvocationCall *c = &v[i].of;
		Arena a = { 0 };
		Str input = STR("");
		const char *why = c->lacks.n ? arena_cstr(&a, c->lacks) : not_a_case(&c->in, &input);

		if (!why) {
			put_case(c->line.request_id, input);
		} else {
			(void)fprintf(stderr, "seismo: %.*s: %s\n", STR_ARG(c->line.request_id), why);
			code = ERR_FAILED;
		}
		arena_done(&a);
	}
	return code;
}

int replay_out(const Options *o, const ReplayCall *v, size_t n, bool more)
{
	Buf b = { 0 }, clean = { 0 };
	JsonW w = jw_to(&b);
	int code = 0;

	for (size_t i = 0; i < n; i++)
		code = v[i].of.lacks.n || v[i].failure.n ? ERR_FAILED : code;
	if (o->out == OUT_JSON) {
		jw_array(&w);
		for (size_t i = 0; i < n; i++)
			json_call(&w, &v[i]);
		jw_array_end(&w);
		(void)buf_putc(&b, '\n');
		(void)fwrite(b.p, 1, b.n, stdout);
	} else {
		for (size_t i = 0; i < n; i++)
			put_call(&b, &v[i]);
		/* Names, answers and errors come from outside. */
		if (clean_to(&clean, buf_str(&b), CLEAN_KEEP_NEWLINES) == 0)
			(void)fwrite(clean.p, 1, clean.n, stdout);
	}
	if (more)
		(void)fprintf(stderr, "seismo: the trace has more than %d calls; these are its first\n", REPLAY_CALLS);
	buf_done(&b);
	buf_done(&clean);
	return code;
}
