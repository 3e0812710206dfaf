/* A conversation with a model, or the same questions to up to four side by side, each answer streamed: the playground's engine. It draws
 * nothing and keeps nothing on a disk. Everything is on the loop's thread.
 *
 * A column is one model with its instructions and its own course of the conversation. A turn is a question and what came of it: one step,
 * or several when the model uses tools (each but the last ends with their results). */
#ifndef CHAT_CHAT_H
#define CHAT_CHAT_H

#include "api/converse.h"
#include "aws/aws.h"
#include "conf/local_models.h"
#include "conf/routes.h"
#include "chat/turn.h"
#include "model/price.h"

typedef struct ChatColumn {
	char     model[CHAT_WORD];      /* model id, inference profile, ARN, local/ID, or auto: by the rules of routing */
	char     named[CHAT_WORD];      /* model is auto: what it was before; empty: nothing */
	char     label[CHAT_WORD];      /* "vc-analysis@2.2": the template that system comes from; empty: none, it was typed */
	char     sha256[65];            /* of that text; empty: none */
	Buf      system;
	Buf      values;                /* of the template's variables: a JSON object; empty: none were given */
	OptNum   temperature;
	char     tier[CHAT_TIER];       /* to ask for; empty: the service's own choice */
	Guardrail guardrail;
	ChatTurn *turn;
	size_t   turns, turn_cap;
	struct Asking *asking;          /* the answer under way; NULL: none */
	struct Checking *checking;      /* a guardrail looks at the question; NULL: none does */
	bool     again;                 /* what is asked was asked before: another answer is wanted, not the same from the cache */
	unsigned serial;                /* of the tools that run: what comes of earlier ones is dropped */
	/* Bytes of a prompt and the tokens that the service counted for them, added up: what a byte is in tokens for this model. */
	int64_t  known_bytes, known_tokens;
	struct Counting *counting;      /* the service counts a prompt; NULL: it does not */
	int64_t  counted;               /* tokens that it counted last, of what counted_stamp stands for; 0: none yet */
	uint64_t counted_stamp;
	unsigned generation;            /* changes with whatever is to be drawn */
} ChatColumn;

typedef struct Chat Chat;

/* A look, before anything is sent; one that is sent when there is room; one that is sent anyway and counts; one that was taken and not sent. */
typedef enum ChatRate { RATE_LOOK, RATE_TAKE, RATE_NOTE, RATE_BACK } ChatRate;

typedef struct ChatHost {
	AwsClient *aws;
	struct Http *http;              /* for local models, and these: borrowed */
	const ConfLocalModel *local;
	size_t locals;
	const PriceTable *local_prices;
	const ConfRouting *routing;     /* NULL: there are no rules */
	const char *(*view)(void *arg); /* that is shown, for rules; may be NULL */
	int64_t (*zone_ms)(void *arg, int64_t wall_ms);  /* how far local time is ahead of UTC, for times in sentences; may be NULL */
	struct AnswerCache *cache;      /* NULL: there is none */
	bool renews;                    /* a stale answer is given, and asked for anew; else it counts as none */
	const char *off;                /* why not even those are asked, with the remedy; NULL: they are */
	const PriceTable *(*prices)(void *arg);
	void (*changed)(void *arg);     /* something is to be drawn; may be NULL */
	void (*ended)(void *arg);       /* an answer has ended, however: worth keeping; may be NULL */
	void (*flagged)(void *arg, const Flag *f);       /* the guards have found something: a security event; may be NULL */
	void (*counted)(void *arg, size_t column, const Err *why);       /* chat_count has ended for it; why: it has not counted; may be NULL */
	void *arg;
	/* Runs a tool of chat_set_tools, whose input fits its schema; the result goes to chat_tool_result, at once or later. NULL: tools are
	 * only answered with, as with one that is forced. */
	void (*run_tool)(void *arg, size_t column, unsigned serial, size_t use, Str name, Str input);
	/* What runs for this column is not waited for any more; may be NULL. Never after chat_free has begun. */
	void (*drop_tools)(void *arg, size_t column);
	int64_t tool_steps;             /* answers with tools in one turn */
	int64_t max_tokens;             /* the longest answer that is asked for */
	bool    check_input;            /* a column's guardrail is shown a question before that is sent */
	int64_t requests_per_minute;    /* of all columns together; 0: no bound */
	/* A bound that others share: ERR_REFUSED says so. NULL: there is none. */
	int (*rate)(void *arg, size_t requests, ChatRate how, Err *e);
	int64_t ask_above_nusd;         /* a question that may cost more is sent only when that was agreed to; 0: each is */
} ChatHost;

Chat *chat_new(const ChatHost *host);
/* Cancels what is under way; none of the host's functions is called any more. */
void  chat_free(Chat *c);

size_t chat_columns(const Chat *c);
ChatColumn *chat_column(Chat *c, size_t i);          /* NULL: there is none */
/* One more column, a copy of the last one without its turns. -1: there are four. */
int   chat_add_column(Chat *c, Err *e);
int   chat_drop_column(Chat *c, size_t i, Err *e);   /* -1: it is the only one, or an answer is under way */
void  chat_set_model(Chat *c, size_t i, Str model);
/* Its model is auto from now on. -1: there are no rules. */
int   chat_set_auto(Chat *c, size_t i, Err *e);
/* Instructions, and where they come from (label, sha256: empty when they were typed). */
void  chat_set_system(Chat *c, size_t i, Str text, Str label, Str sha256);
/* "default", "priority", "flex", "reserved"; empty or "off": none is asked for. -1: no such tier. */
int   chat_set_tier(Chat *c, size_t i, Str word, Err *e);
void  chat_set_temperature(Chat *c, size_t i, OptNum t);
void  chat_set_guardrail(Chat *c, size_t i, const Guardrail *g);
/* Whether prompts are sent with points up to which the service caches them: behind the instructions and behind the tools. */
void  chat_set_prompt_cache(Chat *c, bool on);
bool  chat_prompt_cache(const Chat *c);
/* Whether the service knows such a tier; empty: none. */
int   chat_tier_check(Str word, Err *e);
/* What the template's variables were filled with: a JSON object of texts. New instructions have none until they are said. */
void  chat_set_values(Chat *c, size_t i, Str json);
void  chat_clear(Chat *c);                           /* takes the turns away, the columns stay; cancels */

/* What models may use from now on: copied. forced: the name of the one that every answer must use, whose input is then the answer; empty:
 * as the model likes. -1: a schema is wrong. */
typedef struct ChatTool { Str name, description, schema; } ChatTool;
int   chat_set_tools(Chat *c, const ChatTool *v, size_t n, Str forced, Err *e);
size_t chat_tools(const Chat *c, Str *forced);
/* Of the `use`-th tool of the step that this serial belongs to; of any other it is dropped. */
void  chat_tool_result(Chat *c, size_t column, unsigned serial, size_t use, Str content, bool error);

/* Whether the guards take it for an attempt at giving the model orders. */
bool  chat_is_injection(Chat *c, Str text);

bool  chat_busy(const Chat *c);
int   chat_idle(const Chat *c, Err *e);              /* ERR_REFUSED: an answer is still under way, and what to do about it */
/* Sentences of refusals fit into a line of 80 cells, with what to do about it.
 * Asks every column. ERR_USAGE: nothing to ask, or no model; ERR_REFUSED: an answer is still under way, the minute is full, or it may cost
 * more than ask_above_nusd and than *agreed_nusd, which then says how much: the same call again is sent. After anything else it is 0.
 * Columns that cannot be asked at all have a turn that says why; the others go on. */
int   chat_send(Chat *c, Str text, int64_t *agreed_nusd, Err *e);
/* The same question, asked for one token of an answer and no part of what is told later: it fills the prompt caches. */
int   chat_warm_up(Chat *c, Str text, int64_t *agreed_nusd, Err *e);
void  chat_cancel(Chat *c);                          /* what has come stays, and counts as said */
/* Asks the last question of every column again, in place of its answer. */
int   chat_retry(Chat *c, int64_t *agreed_nusd, Err *e);
/* Takes the last turn back. Its question goes to *out (cleared first), to be changed. -1: there is none. */
int   chat_unsend(Chat *c, Buf *out, Err *e);

/* Before a question is sent: what it will come to. */
typedef struct ChatEstimate {
	int64_t tokens[CHAT_COLUMNS];    /* of the prompt */
	int     within[CHAT_COLUMNS];    /* percent: how far off that may be; 0: the service has counted it */
	int64_t most_nusd;               /* of all columns together, with answers as long as they may be */
	int     unpriced;                /* columns without a price: in most_nusd with the dearest one of the table */
} ChatEstimate;
void  chat_estimate(Chat *c, Str text, ChatEstimate *out);

/* Whether answers come from the cache from now on. -1: the host has none. */
int   chat_set_cache(Chat *c, bool on, Err *e);
/* Whether they do; *why_not: what keeps them from it now, NULL: nothing. */
bool  chat_cache(const Chat *c, const char **why_not);

/* How the models of all rules have answered of late, a line each. */
void  chat_put_health(const Chat *c, Buf *out);

int64_t chat_cost(const Chat *c, int *unpriced);                 /* of all that was said */
/* Asks the service what the prompt of each column will come to with this text, which costs nothing; chat_estimate is exact from then on, until
 * something changes. Not every model can be counted: host.counted is told why, and the estimate stays. ERR_USAGE: nothing to count, or no model. */
int   chat_count(Chat *c, Str text, Err *e);

#endif
