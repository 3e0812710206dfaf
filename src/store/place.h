/* What the disk under a file can do. */
#ifndef STORE_PLACE_H
#define STORE_PLACE_H

#include <stdbool.h>

#include "base/err.h"

/* On another machine's disk (NFS, SMB, sshfs …): the shared memory that SQLite's log needs does not reach over there. */
bool place_is_remote(const char *path);
/* Tries a lock on a file of its own in the folder of path. -1 when there are no locks: two programs would spoil each other's work. */
int  place_try_lock(const char *path, Err *e);

#endif
