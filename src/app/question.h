/* One question to Logs Insights: asked, waited for, and stopped at AWS when nobody wants the answer any more, for what it goes on reading
 * would be paid. What it reads counts as own cost (own_cost.h), whose cap refuses it. */
#ifndef APP_QUESTION_H
#define APP_QUESTION_H

#include "api/logs.h"
#include "app/session.h"

typedef struct Question Question;

/* PART: it ended before it was through (Failed, Cancelled, Timeout, a state that is not known), with the rows that it had. FAILED: no
 * rows. */
typedef enum QuestionEnd { QUESTION_WHOLE, QUESTION_PART, QUESTION_FAILED } QuestionEnd;

typedef struct QuestionSpec {
	Session *session;
	Str query;
	const Str *group; size_t groups;       /* names or ARNs; up to 50 */
	int64_t from_s, until_s;               /* the last second is part of it */
	CallRank rank;
	/* Exactly once, in a later turn of the loop, unless it was dropped. rows live as long as the callback; why: what to say, empty when
	 * it went well. lacks: the permission that was missing, or empty. */
	void (*done)(void *arg, QuestionEnd end, const LogsQueryOut *out, const Err *why, const char *lacks);
	/* "Logs Insights: Running, 12 rows so far (partial)"; may be NULL */
	void (*state)(void *arg, const char *words);
	void *arg;
} QuestionSpec;

Question *question_ask(const QuestionSpec *spec);
/* Nothing is called any more. Holds the session's connection open until AWS has been told, for three seconds at most. NULL is fine. */
void      question_drop(Question *q);

#endif
