/* What is asked, what it may cost, and whether it may be asked now. */
#include "chat/own.h"

#include "base/clock.h"
#include "chat/guess.h"

enum { MINUTE_MS = 60000, WITHIN_KNOWN = 6, KNOWN_LEAST = 200 /* bytes */ };

int chat_take_rate(const Chat *c, Err *e)
{
	return c->host.rate ? c->host.rate(c->host.arg, 1, RATE_TAKE, e) : 0;
}

void chat_give_back_rate(const Chat *c)
{
	if (c->host.rate)
		(void)c->host.rate(c->host.arg, 1, RATE_BACK, NULL);      /* which cannot be refused */
}

void chat_note_sent(Chat *c, bool taken, int64_t now_ms)
{
	if (!taken && c->host.rate)
		(void)c->host.rate(c->host.arg, 1, RATE_NOTE, NULL);      /* it is sent */
	c->sent_ms[c->sends++ % SENDS_KEPT] = now_ms;
}

/* Of the last minute, the oldest first. */
static size_t sent_lately(const Chat *c, int64_t now_ms, int64_t *oldest_ms)
{
	size_t n = 0;

	for (size_t i = c->sends; i > 0 && c->sends - i < SENDS_KEPT; i--, n++) {
		const int64_t at = c->sent_ms[(i - 1) % SENDS_KEPT];

		if (now_ms - at >= MINUTE_MS)
			break;
		*oldest_ms = at;
	}
	return n;
}

int chat_may_send(Chat *c, size_t requests, int64_t now_ms, Err *e)
{
	const int64_t most = c->host.requests_per_minute;
	int64_t oldest_ms = now_ms;
	size_t n = sent_lately(c, now_ms, &oldest_ms);

	if (!most || (int64_t)(n + requests) <= most)
		return c->host.rate ? c->host.rate(c->host.arg, requests, RATE_LOOK, e) : 0;
	if ((int64_t)requests > most)
		return err_kind(e, ERR_REFUSED, "%zu columns are more than requests_per_minute allows (%lld): drop some, or raise it", requests,
		                (long long)most);
	return err_kind(e, ERR_REFUSED, "%zu of %lld requests a minute are used (requests_per_minute); again in %lld s", n, (long long)most,
	                (long long)((MINUTE_MS - (now_ms - oldest_ms)) / 1000 + 1));
}

/* A question whose answer failed, or was cancelled before it said anything, is no part of what the model is told: roles must take turns, and
 * the service refuses blank texts. */
static bool is_told(const ChatTurn *t)
{
	if (t->warm_up || (t->state != TURN_DONE && t->state != TURN_CANCELLED))
		return false;
	for (size_t i = 0; i < t->steps; i++)
		for (size_t k = 0; k < t->step[i].said.parts; k++) {
			const ConversePart *p = &t->step[i].said.part[k];

			if (p->kind == CONVERSE_TEXT ? str_trim(buf_str(&p->text)).n > 0 : p->kind == CONVERSE_TOOL && t->state == TURN_DONE)
				return true;
		}
	return false;
}

static ConverseMessage user_text(Arena *a, Str text)
{
	ConverseMessage m = { .role = STR("user"), .content = { ARENA_NEW(a, ConverseBlock), 1 } };

	m.content.v[0].text = text;
	return m;
}

/* Each use of a tool must have a result: of one that nobody ran, as the one that an answer was forced to use, that it was taken. */
static ConverseMessage tool_results(Arena *a, const ChatStep *s)
{
	static const ChatResult taken = { .content = { .p = (char *)"taken", .n = 5 } };
	ConverseMessage m = { .role = STR("user"), .content = { ARENA_ARRAY(a, ConverseBlock, s->said.parts + 1), 0 } };

	for (size_t i = 0; i < s->said.parts; i++) {
		const ConversePart *p = &s->said.part[i];
		const ChatResult *r = m.content.n < s->results ? &s->result[m.content.n] : &taken;
		ConverseToolResult *out;

		if (p->kind != CONVERSE_TOOL)
			continue;
		out = &m.content.v[m.content.n++].tool_result;
		out->id = buf_str(&p->id);
		out->status = r->error ? STR("error") : STR("success");
		out->content.v = ARENA_NEW(a, ConverseResultPart);
		out->content.n = 1;
		out->content.v[0].text = r->content.n ? buf_str(&r->content) : STR("(nothing)");
	}
	return m;
}

typedef struct Messages { ConverseMessage *v; size_t n; int64_t bytes; } Messages;

static int64_t size_of(const ConverseMessage *m)
{
	int64_t n = 0;

	for (size_t i = 0; i < m->content.n; i++) {
		const ConverseBlock *b = &m->content.v[i];

		n += (int64_t)(b->text.n + b->tool_use.input.n + b->tool_use.name.n + b->reasoning.text.text.n + b->citations.n);
		n += b->tool_result.content.n ? (int64_t)b->tool_result.content.v[0].text.n : 0;
	}
	return n;
}

/* Roles take turns: what follows a message of the same role is a part of it. */
static void put(Messages *m, Arena *a, ConverseMessage message)
{
	ConverseMessage *last = m->n ? &m->v[m->n - 1] : NULL;
	ConverseBlock *all;

	m->bytes += size_of(&message);
	if (!last || !str_eq(last->role, message.role)) {
		m->v[m->n++] = message;
		return;
	}
	all = ARENA_ARRAY(a, ConverseBlock, last->content.n + message.content.n);
	memcpy(all, last->content.v, last->content.n * sizeof *all);
	memcpy(all + last->content.n, message.content.v, message.content.n * sizeof *all);
	last->content.v = all;
	last->content.n += message.content.n;
}

/* Without toolConfig the service refuses what was said with tools ("The toolConfig field must be defined when using toolUse and toolResult
 * content blocks", Converse): once they are taken away, it is told in words. */
static void as_words(Arena *a, ConverseMessage *m)
{
	for (size_t i = 0; i < m->content.n; i++) {
		ConverseBlock *b = &m->content.v[i];

		if (b->tool_use.name.n)
			*b = (ConverseBlock){ .text = arena_printf(a, "(used %.*s: %.*s)", STR_ARG(b->tool_use.name), STR_ARG(b->tool_use.input)) };
		else if (b->tool_result.content.n)
			*b = (ConverseBlock){ .text = arena_printf(a, "(it gave: %.*s)", STR_ARG(b->tool_result.content.v[0].text)) };
	}
}

/* Reasoning is taken back by the model alone that has thought it. */
static void drop_reasoning(ConverseMessage *m)
{
	size_t kept = 0;

	for (size_t i = 0; i < m->content.n; i++) {
		const ConverseReasoning *r = &m->content.v[i].reasoning;

		if (!r->text.text.n && !r->text.signature.n && !r->redacted.n)
			m->content.v[kept++] = m->content.v[i];
	}
	m->content.n = kept;
}

static int put_steps(Messages *m, const ChatTurn *t, Str model, bool tools, Arena *a, Err *e)
{
	for (size_t i = 0; i < t->steps; i++) {
		ConverseMessage said;

		if (converse_turn_message(&t->step[i].said, a, &said, e) < 0)
			return -1;
		if (t->step[i].model[0] && !str_is(model, t->step[i].model))
			drop_reasoning(&said);
		if (!tools)
			as_words(a, &said);
		if (said.content.n)
			put(m, a, said);
		said = tool_results(a, &t->step[i]);
		if (!tools)
			as_words(a, &said);
		if (said.content.n)
			put(m, a, said);
	}
	return 0;
}

int request_make_for(const Chat *c, const ChatColumn *col, Str model, Arena *a, ConverseIn *in, int64_t *bytes, Err *e)
{
	Messages m = { .bytes = (int64_t)col->system.n };
	size_t most = 0;

	for (size_t i = 0; i < col->turns; i++)
		most += 1 + 2 * col->turn[i].steps;
	m.v = ARENA_ARRAY(a, ConverseMessage, most + 1);
	for (size_t i = 0; i < col->turns; i++) {
		const ChatTurn *t = &col->turn[i];

		if (i + 1 < col->turns && !is_told(t))
			continue;
		put(&m, a, user_text(a, buf_str(&t->asked)));
		if (put_steps(&m, t, model, c->tool_n > 0, a, e) < 0)
			return -1;
	}
	*in = (ConverseIn){ .model = model, .messages = { m.v, m.n }, .limits.max_tokens = c->host.max_tokens,
	                    .limits.temperature = col->temperature };
	if (col->system.n) {
		in->system.v = ARENA_NEW(a, ConverseSystem);
		in->system.v[0].text = buf_str(&col->system);
		in->system.n = 1;
	}
	tools_put(c, a, in);
	options_put(c, col, a, in);
	*bytes = m.bytes;
	return 0;
}

int request_make(const Chat *c, const ChatColumn *col, Arena *a, ConverseIn *in, int64_t *bytes, Err *e)
{
	return request_make_for(c, col, str_of(col->model), a, in, bytes, e);
}

/* --- what it may cost --- */

static int64_t tokens_of(const ChatColumn *col, int64_t bytes, int *within)
{
	const bool known = col->known_bytes >= KNOWN_LEAST && col->known_tokens > 0;

	if (!known)
		return guess_tokens(bytes, within);
	*within = WITHIN_KNOWN;
	return bytes * col->known_tokens / col->known_bytes + 1;
}

void request_learn(ChatColumn *col, int64_t bytes, int64_t tokens)
{
	if (bytes <= 0 || tokens <= 0)
		return;
	col->known_bytes += bytes;
	col->known_tokens += tokens;
}

const PriceTable *chat_prices(const Chat *c, Str model)
{
	return local_model_is(model) && c->host.local_prices ? c->host.local_prices : c->host.prices(c->host.arg);
}

/* The dearest of those that a question may go to. output: tokens of the answer. */
typedef struct Dearest { const Chat *c; const ChatColumn *col; int64_t bytes, output, tokens, nusd; int within; bool priced; } Dearest;

static int64_t reckon(const Dearest *d, Str model, int64_t input, bool *priced)
{
	const PriceTable *table = chat_prices(d->c, model);
	PriceCall call = { model, local_model_is(model) ? STR("") : str_of(d->col->tier), clock_wall_ms(), { .input = input, .output = d->output } };
	const int64_t plain = price_reckon(table, &call, priced);
	int64_t written;

	if (!d->c->prompt_cache || !*priced)
		return plain;
	/* All of it may be written, which is dearer than reading it once. */
	call.tok = (Tokens){ .cache_write_5m = input, .output = d->output };
	return price_amount(table, &call, &written) == PRICE_OK && written > plain ? written : plain;
}

/* On the dear side: two bytes to a token where nothing is known of this model's. */
static int64_t most_of(const Dearest *d, Str model, int64_t *tokens, int *within, bool *priced)
{
	*tokens = tokens_of(d->col, d->bytes, within);
	return reckon(d, model, (*within == WITHIN_KNOWN ? *tokens + *tokens * WITHIN_KNOWN / 100 : d->bytes / 2) + 100, priced);
}

/* How long the answer may be. */
static int64_t output_of(const Chat *c, bool warm_up)
{
	return warm_up ? 1 : c->host.max_tokens;
}

int64_t request_most(const Chat *c, const ChatColumn *col, Str model, int64_t bytes, int64_t *tokens, int *within, bool *priced)
{
	const Dearest d = { .c = c, .col = col, .bytes = bytes, .output = output_of(c, col->turns && col->turn[col->turns - 1].warm_up) };

	return most_of(&d, model, tokens, within, priced);
}

static void dearest(void *arg, Str model)
{
	Dearest *d = arg;
	bool priced;
	const int64_t nusd = most_of(d, model, &d->tokens, &d->within, &priced);

	d->priced = d->priced && priced;
	d->nusd = nusd > d->nusd ? nusd : d->nusd;
}

static int64_t bytes_of(const ChatTurn *t)
{
	int64_t n = (int64_t)t->asked.n;

	for (size_t k = 0; k < t->steps; k++) {
		for (size_t p = 0; p < t->step[k].said.parts; p++)
			n += (int64_t)t->step[k].said.part[p].text.n;
		for (size_t r = 0; r < t->step[k].results; r++)
			n += (int64_t)t->step[k].result[r].content.n;
	}
	return n;
}

static int64_t prompt_bytes(const ChatColumn *col, size_t turns, Str text)
{
	int64_t n = (int64_t)(col->system.n + text.n);

	for (size_t i = 0; i < turns; i++)
		n += is_told(&col->turn[i]) ? bytes_of(&col->turn[i]) : 0;
	return n;
}

size_t request_estimate(Chat *c, Str text, RequestKind kind, ChatEstimate *out)
{
	const bool again = kind == REQUEST_AGAIN;
	size_t asked = 0;

	*out = (ChatEstimate){ 0 };
	for (size_t i = 0; i < c->columns; i++) {
		ChatColumn *col = &c->column[i];
		const size_t turns = col->turns - (again && col->turns);
		Dearest d = { .c = c, .col = col, .priced = true };
		Str question;

		if (again && !col->turns)
			continue;
		question = again ? buf_str(&col->turn[turns].asked) : text;
		d.output = output_of(c, again ? col->turn[turns].warm_up : kind == REQUEST_WARM_UP);
		d.bytes = prompt_bytes(col, turns, question);
		if (!again && count_known(c, col, text, &d.tokens))
			d.nusd = reckon(&d, str_of(col->model), d.tokens, &d.priced);
		else
			way_each(c, col, question, dearest, &d);
		out->tokens[i] = d.tokens;
		out->within[i] = d.within;
		out->most_nusd += d.nusd;
		out->unpriced += !d.priced;
		asked++;
	}
	return asked;
}

void chat_estimate(Chat *c, Str text, ChatEstimate *out)
{
	(void)request_estimate(c, text, REQUEST_NEW, out);
}
