/* `seismo chat --once TEXT --model M`: one question to the engine of the playground, streamed to stdout; usage, price and stop reason on
 * stderr. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/answer_store.h"
#include "chat/chat.h"
#include "chat/figures.h"
#include "cli/ask.h"
#include "cli/cli.h"
#include "cli/sealed.h"
#include "model/money.h"
#include "ui/clean.h"
#include "wire/jsonw.h"

typedef struct Once {
	const Options *o;
	Sealed sealed;               /* with --template */
	Session *s;
	Chat *chat;
	StoreQ *queue;               /* with the answer cache; NULL: no store */
	AnswerStore answers;
	AnswerCache *cache;
	int64_t max_tokens;
	size_t printed;              /* bytes of the answer */
	char said[CHAT_SENTENCE];    /* what it waits for, as it was told */
	int code;
	bool to_tty, running, over;  /* running: the loop; what ends before it began must not stop the one that closes everything */
} Once;

static ChatTurn *turn_of(const Once *c)
{
	ChatColumn *col = chat_column(c->chat, 0);

	return col->turns ? &col->turn[0] : NULL;
}

/* --- while it comes --- */

/* A model's answer is text from outside, also on a plain terminal. False: nobody reads on. */
static bool print(const Once *c, Str text)
{
	Buf clean = { 0 };
	bool ok;

	if (c->to_tty)
		(void)clean_to(&clean, text, CLEAN_KEEP_NEWLINES);
	else
		(void)buf_put_str(&clean, text);
	ok = fwrite(buf_cstr(&clean), 1, clean.n, stdout) == clean.n && fflush(stdout) == 0;
	buf_done(&clean);
	return ok;
}

/* What has come of the answer since the last time. */
static bool print_news(Once *c, const ChatTurn *t)
{
	size_t at = 0;
	bool ok = true;

	for (size_t i = 0; i < t->steps; i++)
		for (size_t k = 0; k < t->step[i].said.parts && ok; k++) {
			const ConversePart *p = &t->step[i].said.part[k];

			if (p->kind != CONVERSE_TEXT)
				continue;
			if (at + p->text.n > c->printed)
				ok = print(c, str_sub(buf_str(&p->text), c->printed - at, p->text.n));
			at += p->text.n;
			c->printed = at > c->printed ? at : c->printed;
		}
	return ok;
}

static void on_changed(void *arg)
{
	Once *c = arg;
	const ChatTurn *t = c->over ? NULL : turn_of(c);

	if (!t)
		return;
	if (t->state == TURN_ASKED && t->why[0] && strcmp(t->why, c->said) != 0)
		(void)fprintf(stderr, "seismo: %s\n", t->why);
	memcpy(c->said, t->why, sizeof c->said);
	/* Nobody reads on: every further token would be paid for nothing. */
	if (c->o->out != OUT_JSON && !print_news(c, t))
		chat_cancel(c->chat);
}

/* --- its end --- */

static void as_json(const Once *c, const ChatTurn *t, bool priced, int64_t nusd)
{
	const GuardSaid guard = turn_guard(t);
	const Tokens tokens = turn_tokens(t);
	Buf b = { 0 }, text = { 0 };
	JsonW w = jw_to(&b);

	turn_answer(t, &text);
	jw_object(&w);
	jw_kstr(&w, "model", str_of(c->o->model));
	jw_kstr(&w, "answeredBy", str_of(t->step[t->steps - 1].model));
	jw_kbool(&w, "cached", t->cached);
	jw_kstr(&w, "how", t->how[0] ? str_of(t->how) : (Str){ NULL, 0 });
	jw_kstr(&w, "text", buf_str(&text));
	jw_kstr(&w, "stopReason", str_of(turn_stop(t)));
	tokens_put(&w, &tokens);
	if (priced)
		jw_ki64(&w, "costNanoUsd", nusd);
	else
		jw_knull(&w, "costNanoUsd");
	jw_kstr(&w, "serviceTier", turn_tier(t)[0] ? str_of(turn_tier(t)) : (Str){ NULL, 0 });
	jw_key(&w, "guardrail");
	guardrail_put(&w, &guard);
	jw_ki64(&w, "firstTokenMs", t->first_ms > 0 ? t->first_ms : 0);
	jw_ki64(&w, "totalMs", t->total_ms);
	jw_object_end(&w);
	printf("%s\n", buf_cstr(&b));
	buf_done(&text);
	buf_done(&b);
}

/* Who has answered, and why, when that was not said by name. */
static void say_how(const ChatTurn *t)
{
	Buf clean = { 0 };

	(void)clean_to(&clean, str_of(t->how), 0);
	if (clean.n)
		(void)fprintf(stderr, "[%s]\n", buf_cstr(&clean));
	buf_done(&clean);
}

static void say_guardrail(const ChatTurn *t)
{
	const GuardSaid g = turn_guard(t);
	char name[GUARD_ID + GUARD_VERSION], words[GUARD_WORDS];
	Buf clean = { 0 };

	if (!t->guardrail.id[0])
		return;
	guardrail_words(&g, words);
	(void)clean_to(&clean, str_of(words), 0);      /* names of topics are whatever somebody has called them */
	(void)fprintf(stderr, "[guardrail %s %s%s%s, %lld text units, no price]\n", guardrail_name(&t->guardrail, name),
	              g.intervened ? "intervened" : g.here ? "let it through" : "said nothing", clean.n ? ": " : "", buf_cstr(&clean),
	              (long long)g.units);
	buf_done(&clean);
}

static void summary(const Once *c, const ChatTurn *t)
{
	const Tokens tokens = turn_tokens(t);
	char money[MONEY_TEXT] = "no price";
	int64_t nusd;
	const bool priced = turn_cost(t, &nusd);

	if (c->o->out == OUT_JSON) {
		as_json(c, t, priced, nusd);
		return;
	}
	if (priced)
		money_exact(nusd, money);
	printf("\n");
	say_how(t);
	(void)fprintf(stderr, "[%s, %lld in, %lld out, %s%s%s%s, first token %lld ms]\n", turn_stop(t), (long long)tokens.input,
	              (long long)tokens.output, priced ? "$" : "", money, turn_tier(t)[0] ? ", tier " : "", turn_tier(t),
	              (long long)(t->first_ms > 0 ? t->first_ms : 0));
	say_guardrail(t);
}

static void stop(Once *c)
{
	c->over = true;
	if (c->running)
		uv_stop(c->s->loop);
}

static void fail(Once *c, const Err *e)
{
	c->code = cli_fail(e);
	stop(c);
}

static void on_ended(void *arg)
{
	Once *c = arg;
	const ChatTurn *t = turn_of(c);
	Err e = { 0 };

	if (t->state == TURN_DONE) {
		summary(c, t);
		stop(c);
		return;
	}
	if (t->first_ms > 0 && c->o->out != OUT_JSON)
		printf("\n");
	say_how(t);
	(void)err_kind(&e, t->why_kind ? t->why_kind : ERR_FAILED, "%s", t->state == TURN_FAILED ? t->why : "the answer was cancelled: nobody reads it");
	fail(c, &e);
}

/* --- asking --- */

static int input_of(Once *c, Err *e)
{
	const Options *o = c->o;

	c->max_tokens = c->s->conf->limits.max_tokens;
	if (!o->once || o->args != 1)
		return err_kind(e, ERR_USAGE, "usage: seismo chat --once TEXT --model M");
	if (!o->model)
		return err_kind(
			e, ERR_USAGE,
			"chat needs --model, a model id or inference profile such as us.anthropic.claude-sonnet-4-5-20250929-v1:0");
	if (o->max_tokens && (str_i64(str_of(o->max_tokens), &c->max_tokens) < 0 || c->max_tokens < 1 || c->max_tokens > 1000000))
		return err_kind(e, ERR_USAGE, "--max-tokens takes a whole number from 1, not %s", o->max_tokens);
	if (chat_tier_check(str_of(o->tier), e) < 0)
		return -1;
	if (o->template && o->system)
		return err_kind(e, ERR_USAGE, "--system and --template exclude each other");
	return 0;
}

static const PriceTable *prices(void *arg)
{
	return session_prices(((Once *)arg)->s);
}

static int rate(void *arg, size_t requests, ChatRate how, Err *e)
{
	return session_rate(((Once *)arg)->s, requests, how, e);
}

static int64_t zone_ms(void *arg, int64_t wall_ms)
{
	return zone_offset_ms(((Once *)arg)->s->conf, wall_ms);
}

static void ask_model(Once *c)
{
	int64_t agreed = 0;
	Err e = { 0 };

	if (chat_send(c->chat, str_of(c->o->arg[0]), &agreed, &e) < 0)
		fail(c, &e);
}

/* A template that is not verified never reaches a model. */
static void on_verdict(void *arg, SealVerdict v, const Err *why)
{
	Once *c = arg;

	if (v == SEAL_VERIFIED)
		ask_model(c);
	else
		fail(c, why);
}

/* The store is opened only for the cache. */
static void cache_open(Once *c)
{
	const ConfAnswerCache *conf = &c->s->conf->answer_cache;

	if (!c->o->cache && !conf->enabled)
		return;
	c->queue = c->s->store_path && conf->disk_bytes ? storeq_new(c->s->loop, c->s->store_path) : NULL;
	c->cache = cache_new(conf, answer_store_init(&c->answers, &c->queue, conf));
}

static int ask(Once *c, Err *e)
{
	const Options *o = c->o;
	Session *s = c->s;
	Sealed *t = &c->sealed;
	Guardrail guardrail;

	cache_open(c);
	if (input_of(c, e) < 0 || guardrail_parse(o->guardrail ? str_of(o->guardrail) : s->ctx->guardrail, &guardrail, e) < 0)
		return -1;
	c->chat = chat_new(&(ChatHost){
		.aws = s->aws, .prices = prices, .changed = on_changed, .ended = on_ended, .arg = c, .max_tokens = c->max_tokens,
		.http = s->shared->http, .local = s->conf->local_model, .locals = s->conf->local_models, .local_prices = &s->conf->local_prices,
		.cache = c->cache, .check_input = s->ctx->guardrail_check_input, .off = s->paid_off, .routing = &s->conf->routing,
		.zone_ms = zone_ms, .rate = rate,
	});
	chat_set_model(c->chat, 0, str_of(o->model));
	(void)chat_set_cache(c->chat, c->cache != NULL, NULL);
	chat_set_guardrail(c->chat, 0, &guardrail);
	(void)chat_set_tier(c->chat, 0, str_of(o->tier), NULL);      /* looked at above */
	if (o->system)
		chat_set_system(c->chat, 0, str_of(o->system), STR(""), STR(""));
	if (!o->template) {
		ask_model(c);
		return 0;
	}
	if (sealed_read(t, o, o->template, e) < 0)
		return -1;
	chat_set_system(c->chat, 0, buf_str(&t->text), str_of(o->as ? o->as : o->template), str_of(t->sha256));
	seal_check(s->aws, NULL, buf_str(&t->text), t->sealed ? &t->seal : NULL, &t->use, on_verdict, c);
	return 0;
}

int cmd_chat(const Options *o)
{
	SessionSpec spec = ask_session(o);
	uv_loop_t loop;
	Session s;
	Once c = { .o = o, .s = &s, .to_tty = isatty(STDOUT_FILENO) };
	Err e = { 0 };

	(void)uv_loop_init(&loop);
	if (session_open(&s, &loop, &spec, &e) < 0) {
		(void)uv_run(&loop, UV_RUN_DEFAULT);
		(void)uv_loop_close(&loop);
		return cli_fail(&e);
	}
	if (ask(&c, &e) < 0) {
		c.code = cli_fail(&e);
	} else if (!c.over) {
		c.running = true;
		(void)uv_run(&loop, UV_RUN_DEFAULT);
	}
	chat_free(c.chat);
	cache_free(c.cache);
	/* What closes drops what waits, and an answer that is to be kept may. */
	while (c.queue && !storeq_idle(c.queue))
		(void)uv_run(&loop, UV_RUN_ONCE);
	if (c.queue)
		storeq_close(c.queue);
	session_close(&s);
	(void)uv_run(&loop, UV_RUN_DEFAULT);
	session_done(&s);
	(void)uv_loop_close(&loop);
	sealed_done(&c.sealed);
	return c.code;
}
