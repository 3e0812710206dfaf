/* Answers of models that the answer cache keeps beyond one run: by a hash of the whole question, whose text is not kept. */
#ifndef STORE_ANSWERS_H
#define STORE_ANSWERS_H

#include "model/answer.h"
#include "store/store.h"

/* Of those that are still served at that time. body and model are in a. */
int store_answer(Store *s, const unsigned char key[ANSWER_KEY], int64_t now_ms, Arena *a, AnswerRow *out, bool *found, Err *e);
/* Makes it or takes its place, and forgets those that are not served any more; then the ones used longest ago, as far as all of them have
 * more than max_bytes. One transaction. */
int store_answer_put(Store *s, const AnswerRow *row, int64_t max_bytes, int64_t now_ms, Err *e);
int store_answer_used(Store *s, const unsigned char key[ANSWER_KEY], int64_t now_ms, Err *e);
/* Those that are not served any more go. */
int store_answers_expire(Store *s, int64_t now_ms, Err *e);
int store_answers_clear(Store *s, Err *e);
int store_answers_size(Store *s, int64_t *n, int64_t *bytes, Err *e);

#endif
