/* What a turn of a conversation comes to. */
#ifndef CHAT_TURN_H
#define CHAT_TURN_H

#include "chat/chat.h"

/* Sums over a turn's steps. */
Tokens  turn_tokens(const ChatTurn *t);
bool    turn_cached(const ChatTurn *t);                          /* a prompt cache was read or written */
/* What it costs with caches that are empty, and with such that hold all they can; false: not known. */
bool    turn_cold_steady(const ChatTurn *t, int64_t *cold_nusd, int64_t *steady_nusd);
bool    turn_cost(const ChatTurn *t, int64_t *nusd);             /* false: a step has no price, or did not say what it used */
/* Tokens of the answer a second, in tenths, from its first piece to its end; -1: not known. */
int64_t turn_speed(const ChatTurn *t);
/* What a guardrail has said of question and answer. */
GuardSaid turn_guard(const ChatTurn *t);
const char *turn_tier(const ChatTurn *t);                        /* that it was served in; empty: not said */
const char *turn_stop(const ChatTurn *t);                        /* "end_turn", "max_tokens", …; empty: none yet */
void    turn_answer(const ChatTurn *t, Buf *out);                /* all its text, without reasoning and tools */
int64_t chat_cost(const Chat *c, int *unpriced);                 /* of all that was said */

#endif
