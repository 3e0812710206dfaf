/* How the store's log is written: SQLite's own way, with neighbouring writes put together. A commit hands over two writes a page (the
 * frame's header, the page), and each costs more in the kernel than its bytes do. */
#ifndef STORE_RUNS_H
#define STORE_RUNS_H

/* The name for sqlite3_open_v2, registered at the first call; NULL (SQLite's own) when it cannot be. Any thread. */
const char *runs_vfs(void);

#endif
