/* Rows of the two large tables as structs, to and from SQLite. */
#ifndef STORE_ROW_H
#define STORE_ROW_H

#include "store/db.h"
#include "store/line_hash.h"

typedef enum CallKind { CALL_ITEM, CALL_LINES, CALL_LONE } CallKind;
enum { OWN_TENANT, OWN_PERSONA, OWN_AGENT, OWN_VERSION, OWN_MODEL, OWN_NAMES };

/* One row of `job`: what was said about a call and how it is booked. */
typedef struct Call {
	int64_t  id;                     /* given out before it is stored, so that lines can name it */
	bool     stored;
	CallKind kind;
	Str      job_id, trace, status, detail;
	int64_t  hash;                   /* index_hash of job_id, in a call that is not stored yet */
	int64_t  updated_ms, started_ms, content, cost_lines, retries;
	int64_t  line;                   /* the id of its first cost line; 0: none, or all are found by the call */
	JobState state;
	bool     own_tokens;             /* the item's; else the booking may hold the lines' */
	Tri      cache_hit, approved;
	Opt64    own_reported, latency_ms;
	int64_t  own[OWN_NAMES];
	Booking  b;
	int64_t  key[DIM_SIMPLE];        /* under which it is booked; key[DIM_ALL] = 0 */
	bool     caching;                /* what caches were worth is part of its totals: not so in rows of older layouts */
	bool     uncounted;              /* it waits to be written, and to be put into the store's cells (held_count) */
	const LogLine *only;             /* its one cost line when that is at hand; NULL: they are read */
	const int64_t *only_name;        /* the ids of its names, in the order of OWN_NAMES */
} Call;

#define CALL_COLUMNS \
	"id, kind, job_id, updated_ms, started_ms, state, flags, latency_ms, booked_ms, nusd, k_tenant, k_persona, k_agent, k_version, k_model," \
	"line, rest"

void call_read(sqlite3_stmt *st, Call *c);                      /* columns as above; text borrowed until the next step */
/* By the id of its job, or (lone) of the one line that speaks of it. */
typedef struct CallKey { Str id; int64_t hash /* index_hash */; bool lone; } CallKey;
CallKey call_key(Str id, bool lone);
int  call_find(Store *s, CallKey key, Arena *a, Call *c, bool *found, Err *e);
int  call_get(Store *s, int64_t id, Arena *a, Call *c, Err *e);
int  call_look(Store *s, int64_t id, Arena *a, Call *c, bool *found, Err *e);      /* one that may be gone */
int  call_mark_last(Store *s, Err *e);                          /* before any is deleted: ids are given out once */
int  call_delete(Store *s, const Call *c, Err *e);              /* with its place in the index; its lines stay */
/* Inserts what is not stored yet, else updates. was: as it is stored, so that indexes are touched only for what moved;
 * NULL when new. */
int  call_save(Store *s, const Call *c, const Call *was, Err *e);
void call_sums(const Call *c, Sums *out);                       /* what it adds to every total */
/* The same, and its keys, from a row of these columns alone. */
#define CALL_SUM_COLUMNS "kind, state, flags, latency_ms, nusd, rest, k_tenant, k_persona, k_agent, k_version, k_model"
enum { CALL_SUM_COLUMN_COUNT = 11 };
void call_sums_read(sqlite3_stmt *st, Sums *out, int64_t key[DIM_SIMPLE]);

/* The members that have no column of their own (call_pack.c). */
void call_pack(Buf *b, const Call *c);
void call_unpack(Str blob, Call *c);                            /* borrowed from blob; damaged ones end early */

/* An item's fields that are only shown, in one blob. */
void detail_pack(Buf *b, const Job *j);
void detail_unpack(Str blob, Job *j);                           /* borrowed from blob; damaged ones end early */
void detail_numbers(Str *blob, Job *j);                         /* only score and ROI, which stand in front; *blob: what follows */

/* The events of Live Tail have no id, those of FilterLogEvents have: one event that came both ways is one row, in whichever order
 * it came. A line of FilterLogEvents takes over the row that Live Tail made for the same text and time; one of Live Tail that
 * FilterLogEvents had before is known. Each event id takes one row, so two events that say the same stay two.
 * LINE_NEW: line_insert decides. */
typedef enum LineMatch { LINE_NEW, LINE_KNOWN, LINE_CONFIRMED } LineMatch;
typedef struct LinePlace { bool known; int64_t id, event_hash; } LinePlace;      /* of the row it has, or else may get */
int  line_match(Store *s, const LogLine *l, const LineHash *hash, LineMatch *out, LinePlace *place, Err *e);
int  line_place(Store *s, const LogLine *l, const LineHash *hash, LinePlace *place, Err *e);            /* the same without taking over a row */
/* Inserts the line unless it is there: *fresh says which; name then holds the ids of its level and of what OWN_NAMES lists. call: whose
 * cost it carries, id 0: no call's. more: it is not the first line of the call, whose row names that one. */
typedef struct LineCall { int64_t id; bool more; } LineCall;
int  line_insert(Store *s, const LogLine *l, const LineHash *hash, const LinePlace *place, LineCall call, int64_t name[LINE_NAMES],
                 bool *fresh, Err *e);
void line_near(const Store *s, const LogLine *l, const LineHash *hash);      /* it comes soon: brings near what it will be matched with */
/* The cost lines of a call, or (call_only false) these and all lines of the job or trace; in time order (then event id),
 * at most limit (0 = all). */
/* Each cost line or record of the invocation log, once, with its request id, which may be empty; each must not read lines. */
typedef int LineRequest(Store *s, Str request, int64_t call, Err *e);
int  line_requests(Store *s, LineRequest *each, Err *e);
int64_t line_first_id(int64_t ms);                              /* the lowest that a line of that time can have */
int  line_relink(Store *s, Err *e);                             /* the links of all lines anew: for a copy of some of them */
int  line_move(Store *s, const Call *from, int64_t to_call, Err *e);
typedef struct LineQuery { int64_t call, line /* the call's first */; bool call_only; Str job_id, trace_id; size_t limit; } LineQuery;
int  line_list(Store *s, const LineQuery *q, Arena *a, LogLine **out, size_t *n, Err *e);

#endif
