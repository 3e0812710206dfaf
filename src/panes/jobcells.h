/* What a row of a list of jobs shows: its columns, and how wide they are in a window of a given width. */
#ifndef PANES_JOBCELLS_H
#define PANES_JOBCELLS_H

#include "panes/table.h"

typedef enum JobCol {
	COL_STATE, COL_AGE, COL_ID, COL_CONTEXT, COL_AGENT, COL_TENANT, COL_PERSONA, COL_TOKENS, COL_COST, COL_RETRIES, COL_TRACE, COL_MODEL,
	COL_CACHE, COL_LATENCY, COL_STOP, COL_TEMPLATE, JOB_COLS
} JobCol;
extern const TableColumn job_columns[JOB_COLS];

typedef struct JobLook {
	bool failures;                 /* the error's code stands in the persona's place */
	bool several;                  /* contexts: a column tells them apart */
	int  w;                        /* of the pane */
} JobLook;

void job_widths(Table *t, JobLook look);
/* ages: an arena that lives as long as the row's age is shown. */
void job_row(Table *t, const JobCell *j, JobLook look, int64_t now_ms, Arena *a, Arena *ages);
TableCell job_age(const JobCell *j, int64_t now_ms, Arena *a);

#endif
