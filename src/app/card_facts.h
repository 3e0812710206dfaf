/* What the rollback card rests on, beside the plan: how the version that serves and the one to go back to did, whether others on the same
 * model fail too, which errors, since when, what differs between the two, and how many are hit. Read from one store, where it is read. All
 * text is raw; what is not known is empty, zero or CARD_NONE, never guessed. */
#ifndef APP_CARD_FACTS_H
#define APP_CARD_FACTS_H

#include "model/blame.h"
#include "model/figures.h"
#include "store/store.h"

enum { CARD_NONE = -1, CARD_ERRORS = 3, CARD_TARGETS = 9, CARD_DIFF = 200, CARD_ALSO = 200 };

typedef struct CardAsk {
	FigKey  agent;                 /* as jobs and the registry name it */
	FigKey  pointer;               /* "AGENT/route", as changes name it */
	FigText from, to;              /* as the pointer has them; from empty: the agent as a whole; to may be empty */
	FigText backend;               /* of the pointer: its versions may have other names there than in jobs; empty: they have none */
	int64_t now_ms;
} CardAsk;

/* One version in a window. */
typedef struct CardShare {
	int64_t from_ms, until_ms;
	int64_t jobs, failed, succeeded, low_ppm, high_ppm;
	int64_t p95_ms, p95_n;         /* CARD_NONE: no latencies */
	int64_t nusd_per_job;          /* CARD_NONE: none has an amount */
} CardShare;

typedef struct CardFacts {
	CardShare now, then, others;   /* others: other agents' jobs on the same model, in the window of now */
	FigText model;                 /* that `from` runs on; empty: not known, and then nothing of others is */
	bool    then_left;             /* then ends when the pointer left the target; else now */
	/* The move that brought the pointer to where it is. moved_ms 0: none is on record. */
	int64_t moved_ms;
	FigText moved_from;
	FigKey  moved_by;
	int32_t moved_source;          /* ChangeSource */
	struct { FigText code; int64_t n; } error[CARD_ERRORS];
	int     errors, error_kinds;
	int64_t failed_read, throttled;        /* failed jobs of the window that were looked at */
	int64_t first_failed_ms;       /* of `from`, since the move; 0: none, or no move is on record */
	bool    diff_known;
	char    diff[CARD_DIFF];       /* "prompt changed | maxTokens 2048>4096 | model same" */
	FigText to_model;
	int64_t to_model_end_ms;       /* 0: no end is known */
	bool    to_known;              /* the registry has the version */
	FigText to_status;
	int64_t rate_milli;            /* jobs a minute of the agent */
	int64_t tenants, running;      /* of them; jobs on `from` that run now */
	char    also[CARD_ALSO];       /* what else was changed around the move, and a rollback does not undo; empty: nothing is known */
	FigText target[CARD_TARGETS];  /* other versions, the most recent by jobs first */
	int     targets;
	Blame   blame;
	bool    others_well;
} CardFacts;

int card_facts(Store *s, const CardAsk *q, CardFacts *out, Err *e);

#endif
