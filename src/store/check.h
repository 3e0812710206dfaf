/* A look at a snapshot file from outside, for doctor: nothing is made, moved or written. */
#ifndef STORE_CHECK_H
#define STORE_CHECK_H

#include "store/store.h"

typedef struct StoreCheck {
	bool    there, regular, own;      /* own: belongs to us */
	unsigned mode;                    /* permission bits of the file, its log and its index together */
	int64_t size, free_bytes;         /* of the file; of its disk */
	bool    readable, foreign;        /* opened; another program's, or none of ours */
	int64_t layout, newest_layout;    /* of the file; of this program */
	bool    checked, sound;           /* checked: the look was finished in time */
	char    damage[200];              /* what is wrong, in SQLite's words */
	bool    locked;                   /* somebody writes right now */
	char    why[300];                 /* why it could not be opened; empty when it could */
} StoreCheck;

/* Blocking: for a worker. limit_ms: for the look through its pages; what takes longer is not finished (checked false). */
void store_check(const char *path, int64_t limit_ms, StoreCheck *out);

#endif
