/* Searching jobs as one types: segments of several stores (lanes), and for each length of what was typed the rows that were
 * left. The next key looks at these only, backspace takes the last set off. Work is done in steps, so that whoever asks can
 * look after other things in between; newest segments come first. Pure: no I/O, no clock but the one that is passed. */
#ifndef MODEL_JOBSEARCH_H
#define MODEL_JOBSEARCH_H

#include "model/jobseg.h"

enum { SEARCH_LEVELS = 24 };       /* lengths of the filter that are kept */

typedef struct JobSearch JobSearch;

JobSearch *jobsearch_new(void);
void   jobsearch_free(JobSearch *js);
/* How many stores; forgets all segments. context: their names, borrowed (NULL: one store, without a name). */
void   jobsearch_lanes(JobSearch *js, size_t lanes, const FigText *context);

/* A lane's segments, newest first. Segment i covers the rows behind its `from`, up to where segment i - 1 begins (0: without end). */
size_t jobsearch_segs(const JobSearch *js, size_t lane);
const JobSeg *jobsearch_seg(const JobSearch *js, size_t lane, size_t i);
/* Takes n segments in place of `old` ones from `at` on. In older segments the same jobs are out of date, and marked so in the
 * next steps. */
void   jobsearch_put(JobSearch *js, size_t lane, size_t at, size_t old, JobSeg *const *seg, size_t n);
int64_t jobsearch_rows(const JobSearch *js);        /* in all, those that are marked left out */
size_t jobsearch_bytes(const JobSearch *js);        /* what all of it takes */

/* What is looked for from now on. */
void   jobsearch_ask(JobSearch *js, const Filter *f, const JobNarrow *w);
/* Goes on until all is done (true) or until now() says that `until` has come (false: call again). */
bool   jobsearch_step(JobSearch *js, int64_t (*now)(void), int64_t until);
bool   jobsearch_done(const JobSearch *js);         /* nothing is left to do */

/* What has been found so far. */
typedef struct JobHits { int64_t n, of, states[JOB_STATES], nusd; bool whole; } JobHits;     /* of: rows that were looked at */
JobHits jobsearch_hits(const JobSearch *js);
/* The newest of them; returns how many. */
int    jobsearch_newest(const JobSearch *js, JobCell *out, int max);

#endif
