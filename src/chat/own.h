/* What the files of the engine share. */
#ifndef CHAT_OWN_H
#define CHAT_OWN_H

#include "chat/turn.h"
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
	bool       caches;                    /* prompts have cache points */
	int64_t    sent_ms[SENDS_KEPT];       /* monotonic: of the newest requests, in turn */
	size_t     sends;
};

/* An answer under way. It outlives its chat, whose end takes `chat` away. */
typedef struct Asking {
	Chat       *chat;
	ChatColumn *column;
	AwsCall    *call;
	Arena       arena;                    /* reset with each event */
	int64_t     began_ms;                 /* monotonic: of the turn */
	int64_t     prompt_bytes;
	bool        broken;                   /* by us: what came could not be read; the turn says why */
} Asking;

/* request.c */
void chat_note_sent(Chat *c, int64_t now_ms);
int  chat_may_send(Chat *c, size_t requests, int64_t now_ms, Err *e);
/* What the service counted for a prompt of so many bytes tells what the next one will come to. */
void request_learn(ChatColumn *col, int64_t bytes, int64_t tokens);
/* What is asked of a column whose last turn is the question: borrowed from the column and the arena. bytes: of its prompt. */
int  request_make(const Chat *c, const ChatColumn *col, Arena *a, ConverseIn *in, int64_t *bytes, Err *e);
/* As chat_estimate; again: of the last questions instead, in place of their answers. Returns how many columns would be asked. */
size_t request_estimate(Chat *c, Str text, bool again, ChatEstimate *out);
int64_t request_most(Chat *c, const ChatColumn *col, int64_t bytes, int64_t *tokens, int *within, bool *priced);

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

/* tools.c */
/* After a step that uses tools: true when they run now, or the turn has ended for a reason of theirs; false: the answer is what there is. */
bool tools_begin(Chat *c, ChatColumn *col);
void tools_put(const Chat *c, Arena *a, ConverseIn *in);
void tools_free(Chat *c);
/* What comes of those that run is nobody's any more. */
void tools_drop(Chat *c, ChatColumn *col);

/* guards.c: of the last turns of all columns, whose question this is; of a question that is asked again; of what a tool gave back; of an answer
 * that has come to its end. */
void guards_question(Chat *c, Str text);
void guards_again(Chat *c, ChatTurn *t);
void guards_result(Chat *c, ChatTurn *t, Str text);
void guards_answer(Chat *c, ChatColumn *col);
void guards_free(Chat *c);

/* chat.c: asks for the next step of the column's last turn. */
void chat_ask(Chat *c, ChatColumn *col);
void chat_changed(Chat *c, ChatColumn *col);
void chat_free_column(Chat *c, size_t i);      /* empties it and lets go of its answer; those behind it move up */

#endif
