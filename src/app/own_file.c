#include "app/own_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

int own_file_open(const char *path, bool make)
{
	const int flags = O_RDWR | O_NOFOLLOW | O_CLOEXEC | (make ? O_CREAT : 0);
	struct stat st;
	int fd;

	if (!path)
		return -1;
	fd = open(path, flags, 0600);
	if (fd < 0 && make && dir_make_of(path, NULL) == 0)
		fd = open(path, flags, 0600);
	if (fd >= 0 && (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || flock(fd, LOCK_EX) < 0)) {
		close(fd);
		fd = -1;
	}
	return fd;
}
