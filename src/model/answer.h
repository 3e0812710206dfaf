/* An answer that is kept to be given again (chat/cache.h), as memory and store have it. */
#ifndef MODEL_ANSWER_H
#define MODEL_ANSWER_H

#include "base/str.h"

enum { ANSWER_KEY = 32 };

typedef struct AnswerRow {
	unsigned char key[ANSWER_KEY];        /* SHA-256 of all that was asked, and of whom */
	Str     model, body;                  /* body: JSON (chat/record.h) */
	int64_t made_ms, fresh_ms, until_ms;  /* wall clock: fresh until then; then stale, until it is not given any more */
	int64_t nusd;                         /* that it did cost; -1: not known */
} AnswerRow;

/* What it takes in memory and on disk, its surroundings included. */
static inline int64_t answer_bytes(const AnswerRow *r)
{
	return (int64_t)(r->body.n + r->model.n) + 200;
}

#endif
