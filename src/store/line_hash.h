/* The hashes by which a line is looked for and found. They need nothing of the store, so who reads lines in a thread of its own makes them
 * there (StoreBatch.hashes). */
#ifndef STORE_LINE_HASH_H
#define STORE_LINE_HASH_H

#include "model/job.h"

typedef struct LineHash {
	uint64_t said;                   /* of its text and its job */
	int64_t  event;
	int64_t  job_id;                 /* index_hash */
	int64_t  job, trace;             /* as the columns of the table have them: 0 is none */
} LineHash;

LineHash line_hash(const LogLine *l);

#endif
