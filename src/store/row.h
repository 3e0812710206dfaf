/* Rows of the two large tables as structs, to and from SQLite. */
#ifndef STORE_ROW_H
#define STORE_ROW_H

#include "store/db.h"

typedef enum CallKind { CALL_ITEM, CALL_LINES, CALL_LONE } CallKind;
enum { OWN_TENANT, OWN_PERSONA, OWN_AGENT, OWN_VERSION, OWN_MODEL, OWN_NAMES };

/* One row of `job`: what was said about a call and how it is booked. */
typedef struct Call {
	int64_t  id;                     /* given out before it is stored, so that lines can name it */
	bool     stored;
	CallKind kind;
	Str      job_id, trace, status, detail;
	int64_t  updated_ms, started_ms, content, cost_lines, retries;
	JobState state;
	bool     own_tokens;             /* the item's; else the booking may hold the lines' */
	Tri      cache_hit, approved;
	Opt64    own_reported, latency_ms;
	int64_t  own[OWN_NAMES];
	Booking  b;
	int64_t  key[DIMS];              /* under which it is booked; key[DIM_ALL] = 0 */
	const LogLine *only;             /* its one cost line when that is at hand; NULL: they are read */
} Call;

#define CALL_COLUMNS \
	"id, kind, job_id, trace, status, detail, updated_ms, started_ms, content, cost_lines, retries, state, flags," \
	"own_reported, latency_ms, tenant, persona, agent, version, model, booked_ms, source, nusd, reported, input, output," \
	"cache_read, cache_write_5m, cache_write_1h, k_tenant, k_persona, k_agent, k_version, k_model"

void call_read(sqlite3_stmt *st, Call *c);                      /* columns as above; text borrowed until the next step */
int  call_find(Store *s, Str job_id, bool lone, Arena *a, Call *c, bool *found, Err *e);
int  call_get(Store *s, int64_t id, Arena *a, Call *c, Err *e);
/* Inserts what is not stored yet, else updates. was: as it is stored, so that indexes are touched only for what moved;
 * NULL when new. */
int  call_save(Store *s, const Call *c, const Call *was, Err *e);
void call_sums(const Call *c, Sums *out);                       /* what it adds to every total */
/* The same from a row of these columns alone. */
#define CALL_SUM_COLUMNS \
	"kind, state, flags, retries, latency_ms, nusd, input, output, cache_read, cache_write_5m, cache_write_1h"
void call_sums_read(sqlite3_stmt *st, Sums *out);

/* An item's fields that are only shown, in one blob. */
void detail_pack(Buf *b, const Job *j);
void detail_unpack(Str blob, Job *j);                           /* borrowed from blob; damaged ones end early */

/* Inserts the line unless it is there: *fresh says which. call: the id of the call whose cost it carries, else 0. */
int  line_insert(Store *s, const LogLine *l, int64_t call, bool *fresh, Err *e);
/* The cost lines of a call, or (call_only false) these and all lines of the job or trace; in time order (then event id),
 * at most limit (0 = all). */
typedef struct LineQuery { int64_t call; bool call_only; Str job_id, trace_id; size_t limit; } LineQuery;
int  line_list(Store *s, const LineQuery *q, Arena *a, LogLine **out, size_t *n, Err *e);

#endif
