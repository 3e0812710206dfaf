/* What the files of the engine share. */
#ifndef CHAT_OWN_H
#define CHAT_OWN_H

#include "chat/cached.h"
#include "chat/chat.h"
#include "chat/health.h"
#include "chat/routes.h"
#include "chat/ways.h"
#include "local/local.h"
#include "wire/jsonschema.h"

enum { SENDS_KEPT = 1024 };

typedef struct KnownTool { Str name, description, schema; JsonSchema *checks; } KnownTool;

struct Chat {
	ChatHost   host;
	Arena      tools;                     /* of what follows */
	KnownTool *tool;
	size_t     tool_n;
	Str        forced;
	unsigned   tools_set;                 /* how often they were set */
	struct Inject *guard;                 /* made with the first question */
	ChatColumn column[CHAT_COLUMNS];
	size_t     columns;
	bool       prompt_cache;              /* prompts have cache points */
	int64_t    sent_ms[SENDS_KEPT];       /* monotonic: of the newest requests, in turn */
	size_t     sends;
	Routes    *routes;                    /* NULL: there are no rules */
	Health     health;
	bool       cache_on;
	struct Renewal *renewal;              /* NULL: none is under way */
	int64_t    down_since_ms;             /* wall clock: since when AWS is out of reach; 0: it is not, as far as is known */
};

/* An answer under way. It outlives its chat, whose end takes `chat` away. */
typedef struct Asking {
	Chat       *chat;
	ChatColumn *column;
	AwsCall    *call;                     /* one of both */
	LocalCall  *local;
	Way         way;
	size_t      steps;                    /* of the turn, before this one */
	int64_t     sent_ms, first_ms;        /* monotonic: to the model that is asked now; from then to its first token, -1: not yet */
	Arena       arena;                    /* reset with each event */
	int64_t     began_ms;                 /* monotonic: of the turn */
	int64_t     prompt_bytes;
	CachedAsk   cached;                   /* of what is asked now */
	bool        sent;                     /* a request of it has left, and has its place among those of all runs */
	bool        again;                    /* it was asked before, and another answer is wanted */
	bool        broken;                   /* by us: what came could not be read; the turn says why */
} Asking;

/* request.c */
/* A place among the requests that others share. */
int  chat_take_rate(const Chat *c, Err *e);
void chat_give_back_rate(const Chat *c);
void chat_note_sent(Chat *c, bool taken, int64_t now_ms);      /* taken: by chat_take_rate */
int  chat_may_send(Chat *c, size_t requests, int64_t now_ms, Err *e);
/* What the service counted for a prompt of so many bytes tells what the next one will come to. */
void request_learn(ChatColumn *col, int64_t bytes, int64_t tokens);
/* What is asked of a column whose last turn is the question: borrowed from the column and the arena. bytes: of its prompt. */
int  request_make(const Chat *c, const ChatColumn *col, Arena *a, ConverseIn *in, int64_t *bytes, Err *e);
/* The same of another model than the column names: where a rule leads. */
int  request_make_for(const Chat *c, const ChatColumn *col, Str model, Arena *a, ConverseIn *in, int64_t *bytes, Err *e);
/* As chat_estimate. REQUEST_AGAIN: of the last questions instead, in place of their answers. Returns how many columns would be asked. */
typedef enum RequestKind { REQUEST_NEW, REQUEST_AGAIN, REQUEST_WARM_UP } RequestKind;
size_t request_estimate(Chat *c, Str text, RequestKind kind, ChatEstimate *out);
/* Of that model, whose question is the last turn, with an answer as long as it may be. */
int64_t request_most(const Chat *c, const ChatColumn *col, Str model, int64_t bytes, int64_t *tokens, int *within, bool *priced);
/* The table that has the model's price. */
const PriceTable *chat_prices(const Chat *c, Str model);

/* count.c */
bool count_known(const Chat *c, const ChatColumn *col, Str text, int64_t *tokens);
void count_drop(ChatColumn *col);

/* options.c */
void options_put(const Chat *c, const ChatColumn *col, Arena *a, ConverseIn *in);      /* after instructions and tools */
void options_note(const ChatColumn *col, ChatTurn *t);      /* what it is asked with */

/* precheck.c: asks a question, once the guardrail has seen it where the host wants that. */
void precheck_then_ask(Chat *c, ChatColumn *col);
void precheck_drop(Chat *c, ChatColumn *col);      /* nothing of it is waited for any more */
void precheck_cancel(const ChatColumn *col);

/* turn.c */
ChatTurn *turn_last(ChatColumn *col);
ChatTurn *turn_add(ChatColumn *col, Str asked);
ChatStep *turn_step(ChatTurn *t);         /* one more */
void      turn_free(ChatTurn *t);
void      turn_drop_steps(ChatTurn *t);
void      turn_cut(ChatTurn *t, size_t steps);      /* those behind them go */

/* tools.c */
/* After a step that uses tools: true when they run now, or the turn has ended for a reason of theirs; false: the answer is what there is. */
bool tools_begin(Chat *c, ChatColumn *col);
void tools_put(const Chat *c, Arena *a, ConverseIn *in);
/* Whether what it gives the tools fits their schemas; of an answer that no turn has. */
bool tools_fit(const Chat *c, const ChatStep *s);
void tools_free(Chat *c);
/* What comes of those that run is nobody's any more. */
void tools_drop(Chat *c, ChatColumn *col);

/* guards.c: of the last turns of all columns, whose question this is; of a question that is asked again; of what a tool gave back; of an answer
 * that has come to its end. */
void guards_question(Chat *c, Str text);
void guards_again(Chat *c, ChatTurn *t);
void guards_result(Chat *c, ChatTurn *t, Str text);
void guards_answer(Chat *c, ChatColumn *col);
/* Whether they would say nothing of an answer that no turn has. */
bool guards_pass(const ChatColumn *col, const ChatStep *s);
void guards_free(Chat *c);

/* asking.c: asks for the next step of the column's last turn; lets go of an answer under way, of which nothing is heard any more, or ends it
 * where it is (NULL is fine). */
void chat_ask(Chat *c, ChatColumn *col);
void asking_let_go(ChatColumn *col);
void asking_cancel(const Asking *k);
/* Whether this model may not be asked for this column, and why: a guardrail must look at it, and cannot. */
bool asking_bars(const ChatColumn *col, Str model, Err *e);
/* chat.c */
void chat_changed(Chat *c, ChatColumn *col);
void chat_free_column(Chat *c, size_t i);      /* empties it and lets go of its answer; those behind it move up */

#endif
