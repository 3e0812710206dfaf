#include "chat/own.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/xalloc.h"
#include "model/money.h"

Chat *chat_new(const ChatHost *host)
{
	Chat *c = xcalloc(1, sizeof *c);

	c->host = *host;
	c->columns = 1;
	if (host->routing && host->routing->rules)
		c->routes = routes_new(host->routing);
	return c;
}

size_t chat_columns(const Chat *c)
{
	return c->columns;
}

ChatColumn *chat_column(Chat *c, size_t i)
{
	return i < c->columns ? &c->column[i] : NULL;
}

void chat_changed(Chat *c, ChatColumn *col)
{
	col->generation++;
	if (c->host.changed)
		c->host.changed(c->host.arg);
}

/* --- what a person asks for --- */

bool chat_busy(const Chat *c)
{
	for (size_t i = 0; i < c->columns; i++) {
		const ChatColumn *col = &c->column[i];

		if (col->asking || col->checking || (col->turns && col->turn[col->turns - 1].state == TURN_TOOLS))
			return true;
	}
	return false;
}

int chat_idle(const Chat *c, Err *e)
{
	return chat_busy(c) ? err_kind(e, ERR_REFUSED, "an answer is still under way; ctrl-c cancels it") : 0;
}

static int may_ask(Chat *c, Str text, RequestKind kind, int64_t *agreed_nusd, Err *e)
{
	const int64_t agreed = *agreed_nusd;
	ChatEstimate cost;
	size_t requests;

	*agreed_nusd = 0;
	if (chat_idle(c, e) < 0)
		return -1;
	for (size_t i = 0; i < c->columns; i++)
		if (!c->column[i].model[0])
			return err_kind(e, ERR_USAGE, "column %zu has no model; :model ID sets it", i + 1);
	/* What is compared must be known: an answer of another model would be laid to this one. */
	for (size_t i = 0; c->columns > 1 && i < c->columns; i++)
		if (way_is_auto(str_of(c->column[i].model)))
			return err_kind(e, ERR_REFUSED, "column %zu is on auto, which is off side by side: :model ID names one", i + 1);
	for (size_t i = 0; i < c->columns; i++)
		if (asking_bars(&c->column[i], str_of(c->column[i].model), e))
			return -1;
	requests = request_estimate(c, text, kind, &cost);
	if (chat_may_send(c, requests, clock_mono_ms(), e) < 0)
		return -1;
	if (c->host.ask_above_nusd > 0 && cost.most_nusd > c->host.ask_above_nusd && cost.most_nusd > agreed) {
		char most[MONEY_TEXT], above[MONEY_TEXT];

		money_exact(cost.most_nusd, most);
		money_exact(c->host.ask_above_nusd, above);
		*agreed_nusd = cost.most_nusd;
		return err_kind(e, ERR_REFUSED, "may cost up to $%s, above ask_above_usd ($%s): %s again sends it", most, above,
		                kind == REQUEST_AGAIN ? "r" : kind == REQUEST_NEW ? "Enter" : ":warm-up");
	}
	return 0;
}

static int ask_all(Chat *c, Str text, bool warm_up, int64_t *agreed_nusd, Err *e)
{
	if (!str_trim(text).n)
		return err_kind(e, ERR_USAGE, "nothing to ask: type a question");
	if (text.n > CHAT_TEXT_MAX)
		return err_kind(e, ERR_USAGE, "a question has at most %d KiB", CHAT_TEXT_MAX >> 10);
	if (may_ask(c, text, warm_up ? REQUEST_WARM_UP : REQUEST_NEW, agreed_nusd, e) < 0)
		return -1;
	for (size_t i = 0; i < c->columns; i++)
		turn_add(&c->column[i], text)->warm_up = warm_up;
	guards_question(c, text);
	for (size_t i = 0; i < c->columns; i++)
		precheck_then_ask(c, &c->column[i]);
	return 0;
}

int chat_send(Chat *c, Str text, int64_t *agreed_nusd, Err *e)
{
	return ask_all(c, text, false, agreed_nusd, e);
}

int chat_warm_up(Chat *c, Str text, int64_t *agreed_nusd, Err *e)
{
	return ask_all(c, text, true, agreed_nusd, e);
}

int chat_retry(Chat *c, int64_t *agreed_nusd, Err *e)
{
	const ChatTurn *t = turn_last(&c->column[0]);

	if (!t)
		return err_kind(e, ERR_USAGE, "nothing was asked yet");
	if (may_ask(c, STR(""), REQUEST_AGAIN, agreed_nusd, e) < 0)
		return -1;
	for (size_t i = 0; i < c->columns; i++) {
		ChatTurn *last = turn_last(&c->column[i]);
		Buf asked = { 0 };
		bool warm_up;

		if (!last)
			continue;
		warm_up = last->warm_up;
		asked = last->asked;
		last->asked = (Buf){ 0 };
		turn_free(last);
		c->column[i].turns--;
		last = turn_add(&c->column[i], buf_str(&asked));
		last->warm_up = warm_up;
		guards_again(c, last);
		buf_done(&asked);
		c->column[i].again = true;
		precheck_then_ask(c, &c->column[i]);
	}
	return 0;
}

int chat_unsend(Chat *c, Buf *out, Err *e)
{
	const ChatTurn *t = turn_last(&c->column[0]);

	if (chat_idle(c, e) < 0)
		return -1;
	if (!t)
		return err_kind(e, ERR_USAGE, "nothing was asked yet");
	buf_reset(out);
	(void)buf_put_str(out, buf_str(&t->asked));
	for (size_t i = 0; i < c->columns; i++)
		if (c->column[i].turns) {
			turn_free(&c->column[i].turn[--c->column[i].turns]);
			chat_changed(c, &c->column[i]);
		}
	return 0;
}

void chat_cancel(Chat *c)
{
	for (size_t i = 0; i < c->columns; i++) {
		ChatTurn *t = turn_last(&c->column[i]);

		asking_cancel(c->column[i].asking);
		precheck_cancel(&c->column[i]);
		if (!t || t->state != TURN_TOOLS)
			continue;
		tools_drop(c, &c->column[i]);
		t->state = TURN_CANCELLED;
		chat_changed(c, &c->column[i]);
	}
}

/* --- columns --- */

static void column_clear(Chat *c, ChatColumn *col)
{
	asking_let_go(col);
	precheck_drop(c, col);
	count_drop(col);
	tools_drop(c, col);
	for (size_t i = 0; i < col->turns; i++)
		turn_free(&col->turn[i]);
	col->turns = 0;
}

void chat_free_column(Chat *c, size_t i)
{
	ChatColumn *col = &c->column[i];
	const unsigned next = col->generation + 1;

	column_clear(c, col);
	for (size_t k = i + 1; k < c->columns; k++)
		count_drop(&c->column[k]);                 /* which knows where its column was */
	free(col->turn);
	buf_done(&col->system);
	buf_done(&col->values);
	for (size_t k = i; k + 1 < c->columns; k++)
		c->column[k] = c->column[k + 1];
	c->column[--c->columns] = (ChatColumn){ .generation = next };
	if (c->host.changed)
		c->host.changed(c->host.arg);
}

int chat_add_column(Chat *c, Err *e)
{
	const ChatColumn *last = &c->column[c->columns - 1];
	ChatColumn *col = &c->column[c->columns];

	if (c->columns == CHAT_COLUMNS)
		return err_kind(e, ERR_USAGE, "there are %d columns already", CHAT_COLUMNS);
	*col = (ChatColumn){ .temperature = last->temperature, .guardrail = last->guardrail, .generation = last->generation + 1 };
	memcpy(col->tier, last->tier, sizeof col->tier);
	c->columns++;
	chat_set_model(c, c->columns - 1, str_of(last->model));
	chat_set_system(c, c->columns - 1, buf_str(&last->system), str_of(last->label), str_of(last->sha256));
	chat_set_values(c, c->columns - 1, buf_str(&last->values));
	return 0;
}

int chat_drop_column(Chat *c, size_t i, Err *e)
{
	if (i >= c->columns || c->columns == 1)
		return err_kind(e, ERR_USAGE, "the only column stays");
	if (chat_idle(c, e) < 0)
		return -1;
	chat_free_column(c, i);
	return 0;
}

void chat_set_model(Chat *c, size_t i, Str model)
{
	ChatColumn *col = &c->column[i];

	(void)snprintf(col->model, sizeof col->model, "%.*s", STR_ARG(model));
	col->known_bytes = col->known_tokens = 0;      /* of another model's tokens */
	chat_changed(c, col);
}

void chat_set_system(Chat *c, size_t i, Str text, Str label, Str sha256)
{
	ChatColumn *col = &c->column[i];
	Buf own = { 0 };

	(void)buf_put_str(&own, text);
	buf_done(&col->system);
	col->system = own;
	buf_reset(&col->values);
	(void)snprintf(col->label, sizeof col->label, "%.*s", STR_ARG(label));
	(void)snprintf(col->sha256, sizeof col->sha256, "%.*s", STR_ARG(sha256));
	chat_changed(c, col);
}

void chat_clear(Chat *c)
{
	for (size_t i = 0; i < c->columns; i++) {
		column_clear(c, &c->column[i]);
		chat_changed(c, &c->column[i]);
	}
}

void chat_free(Chat *c)
{
	if (!c)
		return;
	c->host.changed = NULL;
	c->host.drop_tools = NULL;
	while (c->columns)
		chat_free_column(c, c->columns - 1);
	tools_free(c);
	renew_drop(c);
	guards_free(c);
	routes_free(c->routes);
	free(c);
}
