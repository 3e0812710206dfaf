/* A turn of a conversation: a question, and the steps of what came of it. */
#ifndef CHAT_TURN_H
#define CHAT_TURN_H

#include "api/converse.h"
#include "chat/guardrail.h"
#include "model/flag.h"

enum { CHAT_COLUMNS = 4, CHAT_TEXT_MAX = 256 << 10 /* bytes of one question */, CHAT_WORD = 256, CHAT_SENTENCE = 512, CHAT_TOOLS = 128,
	CHAT_RESULT_MAX = 256 << 10 /* bytes of what a tool gives back */, CHAT_FLAGS = 3, CHAT_TIER = 24 };

typedef enum TurnState { TURN_ASKED, TURN_STREAMING, TURN_TOOLS /* they run */, TURN_DONE, TURN_CANCELLED, TURN_FAILED } TurnState;

/* What a tool gave back. content: its text. */
typedef struct ChatResult { Buf content; bool error, here; } ChatResult;

typedef struct ChatStep {
	char         model[CHAT_WORD];  /* that was asked; empty: not known */
	ConverseTurn said;
	ChatResult  *result;            /* one for each tool that it uses, in their order; NULL: it uses none, or they have not run */
	size_t       results;
	char         misfit[CHAT_SENTENCE];      /* what does not fit the schema of a tool that it uses; empty: all does */
	bool         priced;            /* nusd is what it did cost */
	int64_t      nusd;
	/* Where a prompt cache had a part: what it costs when that is empty, and when all of it is there; -1: not known. */
	int64_t      cold_nusd, steady_nusd;
	GuardSaid    guard;             /* what a guardrail has said of it */
} ChatStep;

typedef struct ChatTurn {
	Buf       asked;
	ChatStep *step;
	size_t    steps, step_cap;
	TurnState state;
	char      why[CHAT_SENTENCE];   /* TURN_FAILED: the sentence; TURN_ASKED: what it waits for, or empty */
	ErrKind   why_kind;             /* TURN_FAILED; 0: ERR_FAILED */
	char      how[CHAT_SENTENCE];   /* which model was asked and why, when that was not said by name; empty: it was */
	bool      cached;               /* from the answer cache */
	int64_t   asked_ms;             /* wall clock */
	int64_t   first_ms, total_ms;   /* until the first piece of text, and until its end; -1: not yet */
	bool      warm_up;              /* it only fills caches: no figure of a comparison */
	char      tier[CHAT_TIER];      /* that was asked for; empty: the service's own choice */
	Guardrail guardrail;            /* that looked at it */
	GuardSaid checked;              /* what it said of the question before that was sent */
	Flag      flag[CHAT_FLAGS];     /* what the guards say of question and answer, the worst first; not kept with the conversation */
	int       flags;
} ChatTurn;

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

#endif
