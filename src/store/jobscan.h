/* All jobs that the store has, newest first, one after the other. */
#ifndef STORE_JOBSCAN_H
#define STORE_JOBSCAN_H

#include "model/jobseg.h"
#include "store/store.h"

/* Those behind `from` and not behind `until` in the order of JobKey, under the names that they are booked with. row returns false when
 * it has enough; its text is borrowed until it returns. */
int store_scan_jobs(Store *s, JobKey from, JobKey until, bool (*row)(void *arg, const JobFacts *j, JobKey at), void *arg, Err *e);

#endif
