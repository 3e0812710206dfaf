/* Conversations of the playground: one row each, whose body is JSON (chat/record.h). */
#ifndef STORE_CHATS_H
#define STORE_CHATS_H

#include "store/store.h"

typedef struct ChatRow {
	Str     id, title;
	int64_t created_ms, used_ms;
	bool    pinned;
	int64_t questions;
	Str     body;                  /* empty in lists */
} ChatRow;

/* Makes it or takes its place; created_ms of the first time stays. One transaction. */
int store_chat_put(Store *s, const ChatRow *row, Err *e);
/* The one used last first. search: only those with this text in the title, in a question, an answer, the instructions
 * or a model's id, whatever its case (ASCII); empty: all. */
int store_chats(Store *s, Str search, Arena *a, ChatRow **out, size_t *n, Err *e);
/* By its id, or by the beginning of one when no other begins so. */
int store_chat(Store *s, Str id, Arena *a, ChatRow *out, bool *found, Err *e);
int store_chat_pin(Store *s, Str id, bool pinned, Err *e);
int store_chat_drop(Store *s, Str id, Err *e);
/* Drops what was not used since then and is not pinned; *dropped (may be NULL): how many. */
int store_chats_expire(Store *s, int64_t unused_since_ms, int64_t *dropped, Err *e);

#endif
