#include "app/own_file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/xalloc.h"

static int make_folder(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder = slash ? xstrndup(path, (size_t)(slash - path)) : NULL;
	int rc = folder ? dir_make_private(folder, NULL) : -1;

	free(folder);
	return rc;
}

int own_file_open(const char *path, bool make)
{
	const int flags = O_RDWR | O_NOFOLLOW | O_CLOEXEC | (make ? O_CREAT : 0);
	struct stat st;
	int fd;

	if (!path)
		return -1;
	fd = open(path, flags, 0600);
	if (fd < 0 && make && make_folder(path) == 0)
		fd = open(path, flags, 0600);
	if (fd >= 0 && (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || flock(fd, LOCK_EX) < 0)) {
		close(fd);
		fd = -1;
	}
	return fd;
}
