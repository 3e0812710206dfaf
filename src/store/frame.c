#include "store/frame.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/xalloc.h"
#include "store/db.h"

static const char magic[8] = "seisfrm1";

enum { NAME_MAX_BYTES = 4096 };

/* In front of the row's name and its bytes, as this machine writes numbers. */
typedef struct Head {
	char     magic[sizeof magic];
	int64_t  store[3];           /* whose copy it is: device, inode and, where there is one, time of birth (ns) */
	uint64_t name_n, bytes;
} Head;

/* -1: path is not a plain file of ours that nobody else can write. */
static int own_file(const char *path, int64_t id[3])
{
	struct statx st;

	if (statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS | STATX_BTIME, &st) < 0)
		return -1;
	if (!S_ISREG(st.stx_mode) || st.stx_uid != geteuid() || (st.stx_mode & (S_IWGRP | S_IWOTH)))
		return -1;
	id[0] = (int64_t)st.stx_dev_major << 32 | st.stx_dev_minor;
	id[1] = (int64_t)st.stx_ino;
	id[2] = st.stx_mask & STATX_BTIME ? (int64_t)st.stx_btime.tv_sec * 1000000000 + st.stx_btime.tv_nsec : 0;
	return 0;
}

static char *copy_path(const char *store)
{
	size_t n = strlen(store) + sizeof "-frame";
	char *path = xmalloc(n);

	(void)snprintf(path, n, "%s-frame", store);
	return path;
}

/* In its place and not synced: whoever reads it meanwhile finds a sum that is wrong, and asks the row. What could not be written goes,
 * so that it does not stand for a newer row. */
static void put_copy(const char *store, const char *name, Str blob)
{
	Head h = { .name_n = strlen(name), .bytes = blob.n };
	const struct iovec part[] = { { &h, sizeof h }, { (char *)name, h.name_n }, { (char *)blob.p, blob.n } };
	const size_t all = sizeof h + h.name_n + blob.n;
	char *path = copy_path(store);
	int64_t id[3];
	int fd = -1;

	memcpy(h.magic, magic, sizeof magic);
	if (h.name_n <= NAME_MAX_BYTES && own_file(store, h.store) == 0)
		fd = open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
	if (fd < 0 || own_file(path, id) < 0 || ftruncate(fd, (off_t)all) < 0 || pwritev(fd, part, 3, 0) != (ssize_t)all)
		(void)unlink(path);
	if (fd >= 0)
		(void)close(fd);
	free(path);
}

static int get_copy(int fd, const char *name, const int64_t store[3], void *out, size_t room, size_t *n)
{
	char found[NAME_MAX_BYTES];
	const size_t name_n = strlen(name);
	Head h;
	const struct iovec part[] = { { &h, sizeof h }, { found, name_n } };

	if (name_n > sizeof found || preadv(fd, part, 2, 0) != (ssize_t)(sizeof h + name_n))
		return -1;
	if (memcmp(h.magic, magic, sizeof magic) != 0 || memcmp(h.store, store, sizeof h.store) != 0 || h.name_n != name_n ||
	    memcmp(found, name, name_n) != 0 || h.bytes > room)
		return -1;
	*n = h.bytes;
	return pread(fd, out, h.bytes, (off_t)(sizeof h + name_n)) == (ssize_t)h.bytes ? 0 : -1;
}

int store_peek_frame(const char *path, const char *name, void *out, size_t room, size_t *n)
{
	char *copy = copy_path(path);
	int64_t store[3], id[3];
	int rc = -1, fd = -1;

	if (own_file(path, store) == 0 && own_file(copy, id) == 0)
		fd = open(copy, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd >= 0) {
		rc = get_copy(fd, name, store, out, room, n);
		(void)close(fd);
	}
	free(copy);
	return rc;
}

int store_put_frame(Store *s, const char *name, Str blob, int64_t now_ms, Err *e)
{
	static const char sql[] = "INSERT OR REPLACE INTO frame(name, at_ms, blob) VALUES(?, ?, ?)";
	sqlite3_stmt *st = db_stmt(s, sql, e);

	if (!st)
		return -1;
	db_bind_str(st, 1, str_of(name));
	sqlite3_bind_int64(st, 2, now_ms);
	sqlite3_bind_blob64(st, 3, blob.n ? blob.p : "", blob.n, SQLITE_STATIC);
	if (db_done(s, st, "cannot keep the last picture", e) < 0)
		return -1;
	put_copy(s->path, name, blob);
	return 0;
}

int store_get_frame(Store *s, const char *name, Arena *a, Str *blob, int64_t *at_ms, Err *e)
{
	static const char sql[] = "SELECT at_ms, blob FROM frame WHERE name = ?";
	sqlite3_stmt *st = db_stmt(s, sql, e);
	int rc;

	*blob = STR("");
	*at_ms = 0;
	if (!st)
		return -1;
	db_bind_str(st, 1, str_of(name));
	if ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		*at_ms = sqlite3_column_int64(st, 0);
		*blob = arena_str(a, db_col_str(st, 1));
	} else if (rc != SQLITE_DONE) {
		return db_fail(s, "cannot read the last picture", e);
	}
	sqlite3_reset(st);
	return 0;
}
