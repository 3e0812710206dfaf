/* What the kinds of `get` share. */
#ifndef CLI_GET_H
#define CLI_GET_H

#include "cli/ask.h"
#include "wire/jsonw.h"

void get_str(JsonW *w, const char *key, Str s);           /* empty writes null */
void get_time(JsonW *w, const char *key, int64_t ms);     /* ISO 8601; 0 writes null */
void get_tokens(JsonW *w, const Tokens *t);
int  get_agents(const Options *o, Ask *a, JsonW *w, Err *e);

#endif
