/* Security events: what the guards have said (model/flag.h), for as long as log lines about other things are kept. */
#ifndef STORE_FLAGS_H
#define STORE_FLAGS_H

#include "model/flag.h"
#include "store/store.h"

/* One transaction. Older ones than `keep_ms` are forgotten; 0: none. */
int store_flags_put(Store *s, const Flag *v, size_t n, int64_t keep_ms, Err *e);

typedef struct FlagRow { int64_t time_ms; Str kind, severity, rule, view, sample; double score; } FlagRow;
/* The newest first. */
int store_flags(Store *s, int64_t from_ms, int64_t until_ms, Arena *a, FlagRow **out, size_t *n, Err *e);

#endif
