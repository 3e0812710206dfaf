/* Some thousand jobs as columns, newest first, for searching as one types: built once on a worker, then only read (and marked
 * where a row is out of date). Names that come again are kept once and by number; ids stand in one text.
 *
 * What a row costs: 57 bytes, its ids (job and trace, a byte behind each), and its share of the names; about 105 bytes with the
 * ids of X-Ray, 130 with two UUIDs. */
#ifndef MODEL_JOBSEG_H
#define MODEL_JOBSEG_H

#include "model/figures.h"
#include "model/filter.h"

enum { SEG_ROWS = 16384, SEG_MAX = 65535 };     /* what a segment should have; what it can have */

/* Names, by column. AGENT is "agent@version". */
typedef enum JobName { NAME_TENANT, NAME_PERSONA, NAME_AGENT, NAME_MODEL, NAME_STATUS, NAME_ERROR, NAME_STOP, NAME_TEMPLATE, JOB_NAMES } JobName;

/* What can stand before the ':' of a filter's word. */
typedef enum JobColumn {
	JOBCOL_JOB, JOBCOL_TRACE, JOBCOL_TENANT, JOBCOL_PERSONA, JOBCOL_AGENT, JOBCOL_VERSION, JOBCOL_MODEL, JOBCOL_STATUS, JOBCOL_ERROR,
	JOBCOL_CACHE, JOBCOL_STOP, JOBCOL_TEMPLATE, JOBCOL_CONTEXT, JOBCOLS
} JobColumn;
extern const char *const job_column_names[JOBCOLS + 1];          /* NULL-terminated */
int job_column_of(const void *unused, Str name);                 /* a FilterColumn; also knows "id" and "state" */

/* The order of the rows: by updatedAt, then by the number that the store gave them, largest first. */
typedef struct JobKey { int64_t ms, row; } JobKey;
#define JOBKEY_FIRST ((JobKey){ INT64_MAX, INT64_MAX })
#define JOBKEY_LAST  ((JobKey){ INT64_MIN, INT64_MIN })

/* One job on its way in. Text may be of any length and is cut; updated_ms must not grow from row to row. */
typedef struct JobFacts {
	Str     id, trace, name[JOB_NAMES];
	size_t  agent_n;               /* of name[NAME_AGENT], what stands before the '@' */
	JobState state;
	Tri     cache_hit;
	bool    unpriced, has_tokens;
	int64_t updated_ms, started_ms, nusd, tokens, latency_ms, retries;     /* nusd and latency_ms: FIG_NONE when not known */
} JobFacts;

typedef struct SegBuild SegBuild;
SegBuild *seg_begin(void);
void      seg_add(SegBuild *b, const JobFacts *j);               /* at most SEG_MAX of them */
size_t    seg_rows(const SegBuild *b);
struct JobSeg *seg_end(SegBuild *b, JobKey from);                /* takes b */
void      seg_drop(SegBuild *b);

/* A name: text[at .. at + n); what stands before `cut` is the agent, or the status as it is stored. */
typedef struct SegName { uint64_t letters; uint32_t at; uint16_t n, cut; } SegName;
typedef struct SegNames { SegName *v; char *text; uint32_t n; } SegNames;

typedef struct JobSeg {
	uint32_t n, live;              /* rows; those that are not marked */
	uint64_t letters;              /* that stand in any of its ids (filter_letters) */
	JobKey   from;                 /* it covers the rows behind this key, up to where the segment before it begins */
	uint64_t serial;               /* changes whenever other rows may match */
	int64_t *updated_ms, *started_ms, *nusd;
	uint32_t *tokens, *at;         /* at[n + 1]: where a row's ids stand in text */
	int32_t *latency_ms;
	uint16_t *name[JOB_NAMES], *slot;     /* slot: rows by the hash of their id, plus 1 */
	uint8_t *retries, *flags;
	uint64_t *dead;                /* bit per row */
	char    *text;                 /* id NUL trace NUL of each row */
	SegNames names[JOB_NAMES];
	uint32_t slots;
	size_t   bytes;                /* all of it */
} JobSeg;

void seg_free(JobSeg *s);
void seg_cell(const JobSeg *s, uint32_t row, JobCell *out);      /* without context and error message */
JobState seg_state(const JobSeg *s, uint32_t row);
Str  seg_id(const JobSeg *s, uint32_t row);
int  seg_find(const JobSeg *s, Str id);                          /* the row that has this id, or -1 */
bool seg_kill(JobSeg *s, uint32_t row);                          /* there is a newer one elsewhere; false: it was marked already */

/* What a list is narrowed to, besides the filter. Zero it first: it is compared by its bytes. */
enum { NARROW_KEYS = 3 };
typedef struct JobNarrow {
	unsigned states;               /* bit per JobState; 0: all */
	int32_t  weekday, slot;        /* of the hour that it is booked in: 1 + weekday (Sunday is 1), 1 + hour of the local day; 0: any */
	int32_t  keys;
	int64_t  from_hour, until_hour, offset_ms;     /* hours since 1970 that it is booked in; until 0: any. offset: local time less UTC */
	int64_t  updated_until_ms;                     /* 0: any */
	struct { int64_t column; FigKey key; } only[NARROW_KEYS];        /* JobColumn of a name; key must be all of it */
	FigText  context;              /* empty: all */
} JobNarrow;

/* Memory that matching needs meanwhile: one for any number of segments. */
typedef struct SegScratch { uint64_t hit[(SEG_MAX + 64) / 64]; uint8_t name[SEG_MAX + 1]; } SegScratch;
static inline size_t seg_words(const JobSeg *s) { return (s->n + 63) / 64; }
/* out: seg_words(s) words, a bit for each row of within (NULL: each live one) that matches. context: whose rows these are. */
void seg_match(const JobSeg *s, const Filter *f, const char *context, const uint64_t *within, uint64_t *out, SegScratch *tmp);
void seg_narrow(const JobSeg *s, const JobNarrow *w, const char *context, uint64_t *out, SegScratch *tmp);

#endif
