#include "chat/cached.h"

#include <stdio.h>
#include <string.h>

#include "api/encode.h"
#include "base/clock.h"
#include "chat/own.h"
#include "chat/record.h"
#include "model/mask.h"
#include "model/money.h"
#include "wire/sha256.h"

/* --- what is asked --- */

static bool is_plain(Str text)
{
	MaskHit hit;

	return !mask_find(text, 0, &hit);
}

/* By the rule of kept conversations: they are masked there, and a masked answer would be none here. */
static bool is_plain_question(const ConverseIn *in)
{
	for (size_t i = 0; i < in->system.n; i++)
		if (!is_plain(in->system.v[i].text))
			return false;
	for (size_t i = 0; i < in->messages.n; i++)
		for (size_t k = 0; k < in->messages.v[i].content.n; k++) {
			const ConverseBlock *b = &in->messages.v[i].content.v[k];

			if (!is_plain(b->text) || !is_plain(b->tool_use.input) || !is_plain(b->citations) || !is_plain(b->reasoning.text.text) ||
			    (b->tool_result.content.n && !is_plain(b->tool_result.content.v[0].text)))
				return false;
		}
	return true;
}

/* With its length, so that no two lists of texts are one. */
static void add(Sha256 *h, Str text)
{
	char n[24];

	(void)snprintf(n, sizeof n, "%zu:", text.n);
	sha256_add(h, str_of(n));
	sha256_add(h, text);
}

/* Of the very request that would be sent: its bytes have everything in them that an answer depends on. */
static int key_of(const Chat *c, const ConverseIn *in, unsigned char key[ANSWER_KEY])
{
	const ConfLocalModel *m = local_model_find(c->host.local, c->host.locals, in->model);
	AwsParts parts = { 0 };
	Sha256 h;
	int rc = aws_encode(&op_bedrock_converse_stream, in, &parts, NULL);

	sha256_init(&h);
	add(&h, STR("seismo answer 1"));
	add(&h, m ? m->url : aws_region(c->host.aws));
	add(&h, m ? m->model : STR(""));
	add(&h, in->model);
	add(&h, buf_str(&parts.body));
	sha256_end(&h, key);
	aws_parts_done(&parts);
	return rc;
}

void cached_ask(const Chat *c, const ChatColumn *col, const ConverseIn *in, CachedAsk *out)
{
	/* A warm-up is asked for what it does at the service, not for its answer. */
	const bool warm_up = col->turns && col->turn[col->turns - 1].warm_up;

	*out = (CachedAsk){ .on = c->host.cache && c->cache_on && !warm_up && c->columns == 1 && (!c->tool_n || c->forced.n) };
	if (!out->on)
		return;
	out->on = key_of(c, in, out->key) == 0;
	out->plain = is_plain_question(in);
	out->fixed = col->sha256[0] || (col->temperature.has && col->temperature.v == 0);
}

/* --- what comes of it --- */

static void put_age(int64_t ms, char out[24])
{
	const long long s = ms / 1000;

	(void)snprintf(out, 24, "%lld %s", s < 120 ? s : s < 7200 ? s / 60 : s / 3600, s < 120 ? "s" : s < 7200 ? "m" : "h");
}

static void say(ChatTurn *t, const AnswerRow *r, bool stale)
{
	const size_t n = strlen(t->how);
	char age[24], saved[MONEY_TEXT] = "";

	put_age(clock_wall_ms() - r->made_ms, age);
	if (r->nusd >= 0)
		money_exact(r->nusd, saved);
	(void)snprintf(t->how + n, sizeof t->how - n, "%scached %s ago%s, %s%s", n ? "; " : "", age, stale ? " (stale)" : "",
	               r->nusd >= 0 ? "saved $" : "what it cost is not known", saved);
}

bool cached_find(Chat *c, ChatTurn *t, const CachedAsk *ask, bool *stale)
{
	ChatStep *s = &t->step[t->steps - 1];
	Arena a = { 0 };
	AnswerRow row;
	const CacheFound found = cache_find(c->host.cache, ask->key, !c->host.renews, clock_wall_ms(), &a, &row);
	bool ok = false;

	*stale = found == CACHE_STALE;
	if (found != CACHE_MISS && record_step_read(s, row.body, NULL) == 0) {
		/* Nothing was used and nothing is paid now. */
		s->said.tokens = (Tokens){ 0 };
		s->said.has_usage = s->priced = ok = true;
		s->said.latency_ms = s->nusd = 0;
		s->cold_nusd = s->steady_nusd = -1;
		t->cached = true;
		say(t, &row, *stale);
	}
	arena_done(&a);
	return ok;
}

/* An answer whose end is its own: not cut, not filtered, and with what was forced fitting its schema. */
static bool is_whole(const Chat *c, const ChatStep *s)
{
	if (!s->said.parts || s->misfit[0] || s->guard.intervened)
		return false;
	return strcmp(s->said.stop_reason, c->forced.n ? "tool_use" : "end_turn") == 0;
}

static bool is_plain_answer(const ChatStep *s)
{
	for (size_t i = 0; i < s->said.parts; i++)
		if (!is_plain(buf_str(&s->said.part[i].text)))
			return false;
	return true;
}

void cached_keep_step(Chat *c, const ChatStep *s, const CachedAsk *ask)
{
	const ConfAnswerCache *conf = cache_conf(c->host.cache);
	const int64_t now = clock_wall_ms();
	AnswerRow row = { .model = str_of(s->model), .made_ms = now, .fresh_ms = now + (ask->fixed ? conf->static_ms : conf->ttl_ms),
	                  .nusd = s->priced ? s->nusd : -1 };
	Buf body = { 0 };

	row.until_ms = row.fresh_ms + conf->stale_ms;
	memcpy(row.key, ask->key, ANSWER_KEY);
	if (is_whole(c, s) && record_step_write(s, &body) == 0) {
		row.body = buf_str(&body);
		cache_put(c->host.cache, &row, ask->plain && is_plain_answer(s));
	}
	buf_done(&body);
}

void cached_keep(Chat *c, const ChatTurn *t, const CachedAsk *ask)
{
	if (ask->on && t->state == TURN_DONE && t->steps == 1 && !t->flags)
		cached_keep_step(c, &t->step[0], ask);
}

/* --- what a person says --- */

int chat_set_cache(Chat *c, bool on, Err *e)
{
	if (on && !c->host.cache)
		return err_kind(e, ERR_USAGE, "there is no answer cache here");
	c->cache_on = on;
	for (size_t i = 0; i < c->columns; i++)
		chat_changed(c, &c->column[i]);
	return 0;
}

bool chat_cache(const Chat *c, const char **why_not)
{
	*why_not = !c->cache_on ? NULL : c->columns > 1 ? "side by side" : c->tool_n && !c->forced.n ? "with tools" : NULL;
	return c->cache_on;
}
