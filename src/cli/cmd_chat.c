/* `seismo chat --once TEXT --model M`: one question, streamed to stdout; usage, price and stop reason on stderr. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "api/converse.h"
#include "chat/chat.h"
#include "chat/figures.h"
#include "chat/precheck.h"
#include "chat/said.h"
#include "cli/ask.h"
#include "cli/cli.h"
#include "cli/sealed.h"
#include "model/money.h"
#include "ui/clean.h"
#include "wire/jsonw.h"

/* One question: what the request points to. */
typedef struct Question { ConverseIn in; ConverseMessage message; ConverseBlock block; ConverseSystem system; } Question;

typedef struct Once {
	const Options *o;
	Sealed sealed;               /* with --template */
	Session *s;
	Str model;
	Question q;
	Guardrail guardrail;         /* id empty: none */
	GuardSaid checked;           /* by it, before the question was sent */
	ConverseTurn turn;
	Buf text;
	int64_t started_ms, first_ms;
	int code;
	bool to_tty, running;        /* running: the loop; what ends before it began must not stop the one that closes everything */
} Once;

static void on_event(AwsCall *call, Str type, Str payload, void *arg)
{
	Once *c = arg;
	Arena a = { 0 };
	ConversePiece piece;
	Buf clean = { 0 };
	Err e = { 0 };

	if (converse_event(&a, type, payload, &c->turn, &piece, &e) < 0) {
		c->code = cli_fail(&e);
	} else if (piece.kind == CONVERSE_TEXT) {
		if (!c->first_ms)
			c->first_ms = clock_mono_ms();
		if (c->o->out == OUT_JSON) {
			(void)buf_put_str(&c->text, piece.text);
		} else {
			/* A model's answer is text from outside, also on a plain terminal. */
			if (c->to_tty)
				(void)clean_to(&clean, piece.text, CLEAN_KEEP_NEWLINES);
			else
				(void)buf_put_str(&clean, piece.text);
			/* Nobody reads on: every further token would be paid for nothing. */
			if (fwrite(buf_cstr(&clean), 1, clean.n, stdout) < clean.n || fflush(stdout) != 0)
				aws_cancel(call);
		}
	}
	buf_done(&clean);
	arena_done(&a);
}

static void on_retry(AwsCall *call, const char *sentence, int64_t wait_ms, void *arg)
{
	(void)call;
	(void)wait_ms;
	(void)arg;
	(void)fprintf(stderr, "seismo: %s\n", sentence);
}

static GuardSaid guard_of(const Once *c)
{
	GuardSaid all = c->checked, said;

	guardrail_said(&c->turn, &said);
	guardrail_add(&all, &said);
	return all;
}

static void as_json(const Once *c, bool priced, int64_t nusd)
{
	const GuardSaid guard = guard_of(c);
	Buf b = { 0 };
	JsonW w = jw_to(&b);

	jw_object(&w);
	jw_kstr(&w, "model", c->model);
	jw_kstr(&w, "text", buf_str(&c->text));
	jw_kstr(&w, "stopReason", str_of(c->turn.stop_reason));
	tokens_put(&w, &c->turn.tokens);
	if (priced)
		jw_ki64(&w, "costNanoUsd", nusd);
	else
		jw_knull(&w, "costNanoUsd");
	jw_kstr(&w, "serviceTier", c->turn.service_tier[0] ? str_of(c->turn.service_tier) : (Str){ NULL, 0 });
	jw_key(&w, "guardrail");
	guardrail_put(&w, &guard);
	jw_ki64(&w, "firstTokenMs", c->first_ms ? c->first_ms - c->started_ms : 0);
	jw_ki64(&w, "totalMs", clock_mono_ms() - c->started_ms);
	jw_object_end(&w);
	printf("%s\n", buf_cstr(&b));
	buf_done(&b);
}

static void say_guardrail(const Once *c)
{
	const GuardSaid g = guard_of(c);
	char name[GUARD_ID + GUARD_VERSION], words[GUARD_WORDS];
	Buf clean = { 0 };

	if (!c->guardrail.id[0])
		return;
	guardrail_words(&g, words);
	(void)clean_to(&clean, str_of(words), 0);      /* names of topics are whatever somebody has called them */
	(void)fprintf(stderr, "[guardrail %s %s%s%s, %lld text units, no price]\n", guardrail_name(&c->guardrail, name),
	              g.intervened ? "intervened" : g.here ? "let it through" : "said nothing", clean.n ? ": " : "", buf_cstr(&clean),
	              (long long)g.units);
	buf_done(&clean);
}

static void summary(Once *c)
{
	char money[MONEY_TEXT] = "no price";
	int64_t nusd;
	const bool priced = said_price(session_prices(c->s), c->model, &c->turn, &nusd);

	if (c->o->out == OUT_JSON) {
		as_json(c, priced, nusd);
		return;
	}
	if (priced)
		money_exact(nusd, money);
	printf("\n");
	(void)fprintf(stderr, "[%s, %lld in, %lld out, %s%s%s%s, first token %lld ms]\n", c->turn.stop_reason,
				  (long long)c->turn.tokens.input, (long long)c->turn.tokens.output, priced ? "$" : "", money,
				  c->turn.service_tier[0] ? ", tier " : "", c->turn.service_tier,
				  (long long)(c->first_ms ? c->first_ms - c->started_ms : 0));
	say_guardrail(c);
}

/* The reservation becomes what the answer says it used, also of one that broke off behind its figures. */
static void settle(AwsCall *call, const Once *c)
{
	int64_t nusd;

	if (said_price(session_prices(c->s), c->model, &c->turn, &nusd))
		aws_settle(call, nusd);
}

/* On the dear side: two bytes of the question to a token (four are usual), and the answer as long as it may be. */
static int64_t estimate(Once *c, const ConverseIn *in)
{
	Tokens t = { .input = (int64_t)(in->system.n * in->system.v[0].text.n + str_of(c->o->arg[0]).n) / 2 + 100, .output = in->limits.max_tokens };

	return price_reckon(session_prices(c->s), &(PriceCall){ c->model, STR(""), clock_wall_ms(), t }, NULL);
}

static void on_done(AwsCall *call, const void *out, const AwsError *err, void *arg)
{
	Once *c = arg;

	(void)out;
	settle(call, c);
	if (err) {
		if (c->first_ms && c->o->out != OUT_JSON)
			printf("\n");
		c->code = cli_fail(&err->err);
	} else {
		summary(c);
	}
	uv_stop(c->s->loop);
}

static int input_of(const Options *o, const Session *s, Question *q, Err *e)
{
	int64_t max = s->conf->limits.max_tokens;

	if (!o->once || o->args != 1)
		return err_kind(e, ERR_USAGE, "usage: seismo chat --once TEXT --model M");
	if (!o->model)
		return err_kind(
			e, ERR_USAGE,
			"chat needs --model, a model id or inference profile such as us.anthropic.claude-sonnet-4-5-20250929-v1:0");
	if (o->max_tokens && (str_i64(str_of(o->max_tokens), &max) < 0 || max < 1 || max > 1000000))
		return err_kind(e, ERR_USAGE, "--max-tokens takes a whole number from 1, not %s", o->max_tokens);
	if (chat_tier_check(str_of(o->tier), e) < 0)
		return -1;
	*q = (Question){ .block.text = str_of(o->arg[0]), .system.text = str_of(o->system) };
	q->message = (ConverseMessage){ STR("user"), { &q->block, 1 } };
	q->in = (ConverseIn){
		.model = str_of(o->model), .system = { &q->system, o->system != NULL }, .messages = { &q->message, 1 },
		.limits.max_tokens = max, .tier.type = str_of(o->tier)
	};
	return 0;
}

static int guardrail_of(Once *c, Err *e)
{
	if (guardrail_parse(c->o->guardrail ? str_of(c->o->guardrail) : c->s->ctx->guardrail, &c->guardrail, e) < 0)
		return -1;
	if (c->guardrail.id[0])
		c->q.in.guardrail = (ConverseGuardrail){ str_of(c->guardrail.id), str_of(c->guardrail.version), STR("enabled"), STR("") };
	return 0;
}

static void stop(Once *c)
{
	if (c->running)
		uv_stop(c->s->loop);
}

static void ask_model(Once *c)
{
	AwsHandler h = { .on_done = on_done, .on_event = on_event, .on_retry = on_retry, .arg = c };
	Err e = { 0 };

	c->started_ms = clock_mono_ms();
	h.estimate_nusd = estimate(c, &c->q.in);
	if (aws_call(c->s->aws, &op_bedrock_converse_stream, &c->q.in, &h, &e))
		return;
	c->code = cli_fail(&e);
	stop(c);
}

static void on_checked(void *arg, const GuardSaid *said, const AwsError *err)
{
	Once *c = arg;
	char why[PRECHECK_SENTENCE];
	Err e = { 0 };

	c->checked = *said;
	if (!err && !guardrail_blocks(said)) {
		ask_model(c);
		return;
	}
	if (!err) {
		precheck_refusal(&c->guardrail, said, why);
		(void)err_kind(&e, ERR_REFUSED, "%s", why);
	}
	c->code = cli_fail(err ? &err->err : &e);
	stop(c);
}

/* The question is shown to the guardrail first where the configuration wants that. */
static void begin(Once *c)
{
	Err e = { 0 };

	if (!c->guardrail.id[0] || !c->s->ctx->guardrail_check_input) {
		ask_model(c);
	} else if (!precheck_ask(c->s->aws, &c->guardrail, c->q.block.text, on_checked, c, &e)) {
		c->code = cli_fail(&e);
		stop(c);
	}
}

/* A template that is not verified never reaches a model. */
static void on_verdict(void *arg, SealVerdict v, const Err *why)
{
	Once *c = arg;

	if (v == SEAL_VERIFIED) {
		begin(c);
		return;
	}
	c->code = cli_fail(why);
	stop(c);
}

static int ask(Once *c, Err *e)
{
	const Options *o = c->o;
	Sealed *t = &c->sealed;

	if (input_of(o, c->s, &c->q, e) < 0 || guardrail_of(c, e) < 0)
		return -1;
	if (!o->template) {
		begin(c);
		return 0;
	}
	if (o->system)
		return err_kind(e, ERR_USAGE, "--system and --template exclude each other");
	if (sealed_read(t, o, o->template, e) < 0)
		return -1;
	c->q.system.text = buf_str(&t->text);
	c->q.in.system.n = 1;
	seal_check(c->s->aws, NULL, buf_str(&t->text), t->sealed ? &t->seal : NULL, &t->use, on_verdict, c);
	return 0;
}

int cmd_chat(const Options *o)
{
	SessionSpec spec = ask_session(o);
	uv_loop_t loop;
	Session s;
	Once c = { .o = o, .s = &s, .model = str_of(o->model), .started_ms = clock_mono_ms(), .to_tty = isatty(STDOUT_FILENO) };
	Err e = { 0 };

	(void)uv_loop_init(&loop);
	if (session_open(&s, &loop, &spec, &e) < 0) {
		(void)uv_run(&loop, UV_RUN_DEFAULT);
		(void)uv_loop_close(&loop);
		return cli_fail(&e);
	}
	if (ask(&c, &e) < 0) {
		c.code = cli_fail(&e);
	} else if (!c.code) {
		c.running = true;
		(void)uv_run(&loop, UV_RUN_DEFAULT);
	}
	session_close(&s);
	(void)uv_run(&loop, UV_RUN_DEFAULT);
	session_done(&s);
	(void)uv_loop_close(&loop);
	converse_turn_done(&c.turn);
	sealed_done(&c.sealed);
	buf_done(&c.text);
	return c.code;
}
