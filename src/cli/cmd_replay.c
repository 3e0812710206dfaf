/* `seismo replay REQUEST_ID|TRACE`: a call of production, as Bedrock's invocation log has it, asked again. Found by FilterLogEvents; nothing of
 * what was said is kept. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/invocation.h"
#include "base/clock.h"
#include "base/xalloc.h"
#include "chat/guess.h"
#include "chat/said.h"
#include "cli/ask.h"
#include "cli/cli.h"
#include "cli/replay_out.h"
#include "cli/template_read.h"
#include "model/template.h"

enum { SINCE_MS = 24 * 3600000, WANTED_MAX = 200 };

typedef struct Replay {
	const Options *o;
	uv_loop_t loop;
	Session s;
	Arena arena;
	Templates *templates;
	SealCache sealed;
	Buf system;                    /* of --template */
	int64_t from_ms, max_tokens;
	ReplayCall call[REPLAY_CALLS]; size_t n, at;
	bool more;                     /* there are more calls than that */
	ConverseTurn said;
	int64_t began_ms;
	int code;
} Replay;

static void leave(Replay *r, int code)
{
	r->code = code;
	session_close(&r->s);
}

static void fail(Replay *r, const Err *e)
{
	leave(r, cli_fail(e));
}

static Str group(const Replay *r)
{
	return r->s.ctx->src.invocation_log_group;
}

/* --- asking again --- */

static void ask_next(Replay *r);

static void on_event(AwsCall *call, Str type, Str payload, void *arg)
{
	Replay *r = arg;
	ReplayCall *c = &r->call[r->at];
	Arena a = { 0 };
	ConversePiece piece;
	Err e = { 0 };

	if (converse_event(&a, type, payload, &r->said, &piece, &e) < 0) {
		c->failure = arena_str(&r->arena, str_of(e.text));
		aws_cancel(call);
	}
	arena_done(&a);
}

static void on_answer(AwsCall *call, const void *out, const AwsError *err, void *arg)
{
	Replay *r = arg;
	ReplayCall *c = &r->call[r->at];

	(void)out;
	if (err && !c->failure.n)
		c->failure = arena_str(&r->arena, str_of(err->err.text));
	said_text(&r->said, &c->now);
	c->now_stop = arena_str(&r->arena, str_of(r->said.stop_reason));
	c->now_tokens = r->said.tokens;
	c->now_ms = clock_mono_ms() - r->began_ms;
	c->now_priced = said_price(session_prices(&r->s), c->model, &r->said, &c->now_nusd);
	if (c->now_priced)
		aws_settle(call, c->now_nusd);
	converse_turn_done(&r->said);
	r->said = (ConverseTurn){ 0 };
	r->at++;
	ask_next(r);
}

static void note(Replay *r, ReplayCall *c, const char *text)
{
	if (c->notes < REPLAY_NOTES)
		c->note[c->notes++] = arena_str(&r->arena, str_of(text));
}

/* What is asked is what was asked, but for what was chosen here; what cannot be the same is said. */
static void prepare(Replay *r, ReplayCall *c)
{
	ConverseIn *in = &c->of.in;
	char text[160];

	in->model = c->model = r->o->model ? str_of(r->o->model) : c->of.line.model;
	in->metadata.n = 0;              /* it names who called then: this call is nobody's of them */
	if (r->o->template) {
		in->system.v = ARENA_NEW(&r->arena, ConverseSystem);
		in->system.v->text = buf_str(&r->system);
		in->system.n = 1;
	}
	if (r->max_tokens) {
		in->limits.max_tokens = r->max_tokens;
	} else if (in->limits.max_tokens < 1) {
		in->limits.max_tokens = r->s.conf->limits.max_tokens;
		(void)snprintf(text, sizeof text, "the call named no max_tokens; this one has %lld (limits.playground.max_tokens)",
		               (long long)in->limits.max_tokens);
		note(r, c, text);
	}
	if (in->tools.tools.n)
		note(r, c, "the call offered tools: they are offered again, and none is run");
}

static void ask_next(Replay *r)
{
	AwsHandler h = { .on_done = on_answer, .on_event = on_event, .arg = r };
	ReplayCall *c;
	Err e = { 0 };

	while (r->at < r->n && r->call[r->at].of.lacks.n)
		r->at++;
	if (r->at == r->n) {
		leave(r, replay_out(r->o, r->call, r->n, r->more));
		return;
	}
	c = &r->call[r->at];
	prepare(r, c);
	h.estimate_nusd = guess_most_nusd(session_prices(&r->s), &c->of.in, clock_wall_ms());
	r->began_ms = clock_mono_ms();
	if (!aws_call(r->s.aws, &op_bedrock_converse_stream, &c->of.in, &h, &e))
		fail(r, &e);
}

/* --- finding it --- */

static int search(Replay *r, Str token, Err *e);

static bool is_wanted(const Replay *r, const LogLine *l)
{
	const Str id = str_of(r->o->arg[0]);

	return str_eq(l->request_id, id) || str_eq(l->trace_id, id);
}

static void take(Replay *r, const LogsEvent *event)
{
	const LogsEvent own = { .id = arena_str(&r->arena, event->id), .stream = STR(""), .group = STR(""), .time_ms = event->time_ms,
	                        .ingested_ms = event->ingested_ms, .message = arena_str(&r->arena, event->message) };
	ReplayCall c = { 0 };
	Err e = { 0 };

	if (invocation_call(&r->arena, &own, &c.of, &e) < 0 || !is_wanted(r, &c.of.line))
		return;
	if (r->n == REPLAY_CALLS) {
		r->more = true;
		return;
	}
	c.then_priced = c.of.line.has_tokens && price_amount(session_prices(&r->s), &(PriceCall){ c.of.line.model, STR(""), c.of.line.event_ms,
	                                                     c.of.line.tokens }, &c.then_nusd) == PRICE_OK;
	r->call[r->n++] = c;
}

static void found(Replay *r)
{
	Err e = { 0 };

	if (r->n && r->o->as_case) {
		leave(r, replay_cases(r->call, r->n));
		return;
	}
	if (r->n) {
		ask_next(r);
		return;
	}
	(void)err_kind(&e, ERR_FAILED, "no call with this request id or trace is in %.*s since then; a trace is found where requestMetadata names it "
	               "(trace_id); --since 7d looks further back", STR_ARG(group(r)));
	fail(r, &e);
}

static void on_page(AwsCall *call, const void *out, const AwsError *err, void *arg)
{
	Replay *r = arg;
	const LogsFilterOut *page = out;
	Err e = { 0 };

	(void)call;
	if (err) {
		fail(r, &err->err);
		return;
	}
	for (size_t i = 0; i < page->events.n; i++)
		take(r, &page->events.v[i]);
	/* A request id is one call. */
	if (!page->next_token.n || r->more || (r->n && str_eq(r->call[0].of.line.request_id, str_of(r->o->arg[0]))))
		found(r);
	else if (search(r, page->next_token, &e) < 0)
		fail(r, &e);
}

static int search(Replay *r, Str token, Err *e)
{
	const AwsHandler h = { .on_done = on_page, .arg = r };
	const Str pattern = arena_printf(&r->arena, "\"%s\"", r->o->arg[0]);
	const LogsFilterIn in = { .group = group(r), .pattern = pattern, .stream_prefix = STR(INVOCATION_STREAM), .start_ms = r->from_ms,
	                          .next_token = arena_str(&r->arena, token) };

	return aws_call(r->s.aws, &op_logs_filter_log_events, &in, &h, e) ? 0 : -1;
}

/* --- the beginning --- */

static int use_template(Replay *r, Err *e)
{
	const Template *t = templates_find(r->templates, str_of(r->o->template), e);

	if (!t || template_may_send(t, r->s.stage, e) < 0)
		return -1;
	return template_fill(&r->system, t->text, NULL, 0, e);
}

static void on_templates(void *arg, Templates *t)
{
	Replay *r = arg;
	Err e = { 0 };

	r->templates = t;
	(void)templates_tell(t);
	if (use_template(r, &e) < 0 || search(r, STR(""), &e) < 0)
		fail(r, &e);
}

static int check(Replay *r, Err *e)
{
	const Options *o = r->o;

	if (o->args != 1 || !o->arg[0][0] || o->out == OUT_CSV)
		return err_kind(e, ERR_USAGE, "usage: seismo replay REQUEST_ID|TRACE [--model M] [--template ID[@VERSION]] [--since 7d] [--case] [-o json]");
	if (strlen(o->arg[0]) > WANTED_MAX || strpbrk(o->arg[0], "\"\\\n"))
		return err_kind(e, ERR_USAGE, "that is no request id and no trace");
	if (!group(r).n)
		return err_kind(e, ERR_USAGE, "replay reads Bedrock's model invocation log: name its group in sources.cost.invocation_log_group");
	if (o->max_tokens && (str_i64(str_of(o->max_tokens), &r->max_tokens) < 0 || r->max_tokens < 1))
		return err_kind(e, ERR_USAGE, "--max-tokens takes a whole number from 1, not %s", o->max_tokens);
	r->from_ms = clock_wall_ms() - SINCE_MS;
	return o->since ? ask_time("--since", o->since, clock_wall_ms(), &r->from_ms, e) : 0;
}

static int begin(Replay *r, Err *e)
{
	TemplatesSpec templates = template_spec(&r->s);

	if (check(r, e) < 0)
		return -1;
	if (!r->o->template)
		return search(r, STR(""), e);
	templates.cache = &r->sealed;
	(void)templates_read(&templates, on_templates, r);
	return 0;
}

int cmd_replay(const Options *o)
{
	SessionSpec spec = ask_session(o);
	Replay *r = xcalloc(1, sizeof *r);
	int code;
	Err e = { 0 };

	r->o = o;
	(void)uv_loop_init(&r->loop);
	if (session_open(&r->s, &r->loop, &spec, &e) < 0) {
		(void)uv_run(&r->loop, UV_RUN_DEFAULT);
		(void)uv_loop_close(&r->loop);
		free(r);
		return cli_fail(&e);
	}
	if (begin(r, &e) < 0)
		fail(r, &e);
	(void)uv_run(&r->loop, UV_RUN_DEFAULT);
	session_done(&r->s);
	(void)uv_loop_close(&r->loop);
	for (size_t i = 0; i < r->n; i++)
		buf_done(&r->call[i].now);
	converse_turn_done(&r->said);
	templates_free(r->templates);
	buf_done(&r->system);
	arena_done(&r->arena);
	code = r->code;
	free(r);
	return code;
}
