#include "chat/own.h"

#include <stdlib.h>

#include "base/xalloc.h"
#include "chat/said.h"

ChatTurn *turn_last(ChatColumn *col)
{
	return col->turns ? &col->turn[col->turns - 1] : NULL;
}

ChatTurn *turn_add(ChatColumn *col, Str asked)
{
	ChatTurn *t;

	VEC_GROW(col->turn, col->turn_cap, col->turns + 1);
	t = &col->turn[col->turns++];
	*t = (ChatTurn){ .first_ms = -1, .total_ms = -1 };
	(void)buf_put_str(&t->asked, asked);
	return t;
}

ChatStep *turn_step(ChatTurn *t)
{
	VEC_GROW(t->step, t->step_cap, t->steps + 1);
	t->step[t->steps] = (ChatStep){ .results = 0 };
	return &t->step[t->steps++];
}

void turn_cut(ChatTurn *t, size_t steps)
{
	while (t->steps > steps) {
		ChatStep *s = &t->step[--t->steps];

		converse_turn_done(&s->said);
		for (size_t k = 0; k < s->results; k++)
			buf_done(&s->result[k].content);
		free(s->result);
	}
}

void turn_drop_steps(ChatTurn *t)
{
	turn_cut(t, 0);
}

void turn_free(ChatTurn *t)
{
	turn_drop_steps(t);
	free(t->step);
	buf_done(&t->asked);
}

Tokens turn_tokens(const ChatTurn *t)
{
	Tokens sum = { 0 };

	for (size_t i = 0; i < t->steps; i++)
		sum = tokens_add(sum, t->step[i].said.tokens);
	return sum;
}

bool turn_cost(const ChatTurn *t, int64_t *nusd)
{
	bool all = t->steps > 0;

	*nusd = 0;
	for (size_t i = 0; i < t->steps; i++) {
		all = all && t->step[i].priced;
		*nusd += t->step[i].nusd;
	}
	return all;
}

bool turn_cached(const ChatTurn *t)
{
	const Tokens k = turn_tokens(t);

	return k.cache_read > 0 || k.cache_write_5m > 0 || k.cache_write_1h > 0;
}

bool turn_cold_steady(const ChatTurn *t, int64_t *cold_nusd, int64_t *steady_nusd)
{
	bool all = t->steps > 0;

	*cold_nusd = *steady_nusd = 0;
	for (size_t i = 0; i < t->steps; i++) {
		all = all && t->step[i].priced && t->step[i].cold_nusd >= 0;
		*cold_nusd += t->step[i].cold_nusd;
		*steady_nusd += t->step[i].steady_nusd;
	}
	return all;
}

int64_t turn_speed(const ChatTurn *t)
{
	const int64_t ms = t->total_ms - t->first_ms;

	if (t->first_ms < 0 || t->total_ms < 0 || ms <= 0 || !t->steps || !t->step[t->steps - 1].said.has_usage)
		return -1;
	return turn_tokens(t).output * 10000 / ms;
}

GuardSaid turn_guard(const ChatTurn *t)
{
	GuardSaid sum = t->checked;

	for (size_t i = 0; i < t->steps; i++)
		guardrail_add(&sum, &t->step[i].guard);
	return sum;
}

const char *turn_tier(const ChatTurn *t)
{
	return t->steps ? t->step[t->steps - 1].said.service_tier : "";
}

const char *turn_stop(const ChatTurn *t)
{
	return t->steps ? t->step[t->steps - 1].said.stop_reason : "";
}

void turn_answer(const ChatTurn *t, Buf *out)
{
	for (size_t i = 0; i < t->steps; i++)
		said_text(&t->step[i].said, out);
}

int64_t chat_cost(const Chat *c, int *unpriced)
{
	int64_t sum = 0, nusd;

	*unpriced = 0;
	for (size_t i = 0; i < c->columns; i++)
		for (size_t k = 0; k < c->column[i].turns; k++) {
			const ChatTurn *t = &c->column[i].turn[k];

			*unpriced += !turn_cost(t, &nusd) && t->steps && t->step[0].said.has_usage;
			sum += nusd;
		}
	return sum;
}
