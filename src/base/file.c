#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/xalloc.h"

int fd_read_all(int fd, Buf *out, size_t max_bytes, Err *e)
{
	char chunk[16384];
	size_t total = 0;
	int rc = 1;

	while (rc == 1) {
		ssize_t n = read(fd, chunk, sizeof chunk);

		if (n < 0 && errno == EINTR)
			continue;
		total += n > 0 ? (size_t)n : 0;
		if (n < 0)
			rc = err_set(e, "cannot read: %s", strerror(errno));
		else if (n == 0)
			rc = 0;
		else if (total > max_bytes || buf_put(out, chunk, (size_t)n) < 0)
			rc = err_set(e, "larger than the limit of %zu bytes", max_bytes);
	}
	explicit_bzero(chunk, sizeof chunk);      /* it may have been keys */
	return rc;
}

int fd_write_all(int fd, const void *p, size_t n, Err *e)
{
	const char *at = p;

	while (n) {
		ssize_t w = write(fd, at, n);

		if (w < 0 && errno == EINTR)
			continue;
		if (w < 0)
			return err_set(e, "cannot write: %s", strerror(errno));
		at += w;
		n -= (size_t)w;
	}
	return 0;
}

int file_read(const char *path, Buf *out, size_t max_bytes, Err *e)
{
	struct stat st;
	int rc = -1;
	/* O_NONBLOCK: opening a FIFO that nobody writes must not hang; it is refused right after. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return err_set(e, "cannot open %s: %s", path, strerror(errno));
	if (fstat(fd, &st) < 0)
		err_set(e, "cannot read %s: %s", path, strerror(errno));
	else if (!S_ISREG(st.st_mode) && !S_ISCHR(st.st_mode))
		err_set(e, "%s is not a regular file", path);
	else if (fd_read_all(fd, out, max_bytes, e) < 0)
		err_wrap(e, "%s", path);
	else
		rc = 0;
	close(fd);
	return rc;
}

/* Its name in no case stands over another: some file systems know no rename that spares what is there, but links. */
static int name_new(const char *tmp, const char *path)
{
	if (renameat2(AT_FDCWD, tmp, AT_FDCWD, path, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -1;
	if (link(tmp, path) < 0)
		return -1;
	(void)unlink(tmp);
	return 0;
}

static int write_beside(const char *path, Str text, bool replace, Err *e)
{
	Buf tmp = { 0 };
	int fd = -1, rc = -1;

	(void)buf_printf(&tmp, "%s.%ld.tmp", path, (long)getpid());   /* far below any cap */
	fd = open(buf_cstr(&tmp), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0) {
		err_set(e, "cannot create %s: %s", buf_cstr(&tmp), strerror(errno));
		goto out;
	}
	if (fd_write_all(fd, text.p, text.n, e) < 0)
		goto out;
	if (fsync(fd) < 0 || (replace ? rename(buf_cstr(&tmp), path) : name_new(buf_cstr(&tmp), path)) < 0) {
		err_set(e, "cannot write %s: %s", path, strerror(errno));
		goto out;
	}
	rc = 0;
out:
	if (fd >= 0)
		close(fd);
	if (rc < 0 && fd >= 0)
		unlink(buf_cstr(&tmp));
	buf_done(&tmp);
	return rc;
}

int file_replace(const char *path, Str text, Err *e)
{
	return write_beside(path, text, true, e);
}

int file_put(const char *path, Str text, bool replace, Err *e)
{
	struct stat st;

	if (lstat(path, &st) == 0) {
		if (S_ISLNK(st.st_mode))
			return err_set(e, "%s is a link, and links are not followed; name the file itself", path);
		if (!S_ISREG(st.st_mode))
			return err_set(e, "%s is there and not a regular file; choose another name", path);
		if (!replace)
			return err_set(e, "%s is there already; --force replaces it", path);
	}
	/* What has come there since the look is not written over. */
	return write_beside(path, text, replace, e);
}

int dir_make_private(const char *path, Err *e)
{
	char *copy = xstrdup(path);
	int rc = 0;

	for (char *at = copy + 1; rc == 0; at++) {
		char c = *at;

		if (c != '/' && c != 0)
			continue;
		*at = 0;
		if (mkdir(copy, 0700) < 0 && errno != EEXIST)
			rc = err_set(e, "cannot make the folder %s: %s", copy, strerror(errno));
		*at = c;
		if (c == 0)
			break;
	}
	free(copy);
	return rc;
}

int dir_make_of(const char *path, Err *e)
{
	const char *slash = strrchr(path, '/');
	char *folder = xstrndup(path, slash ? (size_t)(slash - path) : 0);
	int rc = slash && slash > path ? dir_make_private(folder, e) : 0;

	free(folder);
	return rc;
}

bool file_exists(const char *path)
{
	return access(path, F_OK) == 0;
}

char *xdg_path(XdgKind kind, const char *name)
{
	static const struct { const char *var, *below_home; } row[] = {
		[XDG_CONFIG] = { "XDG_CONFIG_HOME", ".config" },
		[XDG_DATA]   = { "XDG_DATA_HOME", ".local/share" },
		[XDG_STATE]  = { "XDG_STATE_HOME", ".local/state" },
		[XDG_CACHE]  = { "XDG_CACHE_HOME", ".cache" },
	};
	const char *dir = getenv(row[kind].var), *home = getenv("HOME");
	Buf b = { 0 };

	/* The XDG Base Directory specification: a relative path is invalid and ignored. */
	if (dir && dir[0] == '/')
		(void)buf_printf(&b, "%s/seismo/%s", dir, name);
	else if (home && home[0] == '/')
		(void)buf_printf(&b, "%s/%s/seismo/%s", home, row[kind].below_home, name);
	else
		return NULL;
	return buf_take(&b);
}

char *path_expand(const char *path)
{
	const char *home = getenv("HOME");
	Buf b = { 0 };

	if (path[0] != '~' || path[1] != '/' || !home)
		return xstrdup(path);
	(void)buf_printf(&b, "%s%s", home, path + 1);
	return buf_take(&b);
}

/* File times move in steps of the kernel's tick, at most 10 ms: two writes within one may leave the same size and time. */
int file_mark(const char *path, FileMark *m, bool *settled)
{
	enum { TICK_MS = 20 };
	int64_t now_ms = clock_wall_ms(), last_ms;
	struct stat st;

	*settled = false;
	if (stat(path, &st) < 0)
		return -1;
	*m = (FileMark){ { (int64_t)st.st_ino, (int64_t)st.st_size, (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec } };
	last_ms = m->v[2] / 1000000;
	*settled = now_ms - last_ms > TICK_MS || now_ms < last_ms - TICK_MS;
	return 0;
}
