#include "store/place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/xalloc.h"

bool place_is_remote(const char *path)
{
	/* linux/magic.h, and cifs, ceph, lustre, virtualbox from their own sources. */
	static const unsigned long magic[] = {
		0x6969 /* NFS */, 0x517B /* SMB */, 0xFF534D42 /* CIFS */, 0xFE534D42 /* SMB2 */, 0x65735546 /* FUSE: sshfs */, 0x01021997 /* 9p */,
		0x5346414F /* AFS */, 0x73757245 /* Coda */, 0x00C36400 /* Ceph */, 0x0BD00BD0 /* Lustre */, 0x786F4256 /* VirtualBox */,
	};
	struct statfs fs;

	if (statfs(path, &fs) < 0)
		return false;
	for (size_t i = 0; i < sizeof magic / sizeof *magic; i++)
		if (((unsigned long)fs.f_type & 0xFFFFFFFF) == magic[i])
			return true;
	return false;
}

/* Never on the file itself: closing any descriptor of it would drop the locks that this process holds on it. */
int place_try_lock(const char *path, Err *e)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = 1 };
	size_t n = strlen(path) + 32;
	char *name = xmalloc(n);
	int fd, rc = 0;

	(void)snprintf(name, n, "%s.lock-%ld", path, (long)getpid());
	fd = open(name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd >= 0) {
		if (fcntl(fd, F_SETLK, &lock) < 0 && errno != EAGAIN && errno != EACCES && errno != EINTR)
			rc = err_set(e, "the disk of %s has no file locks (%s), so several programs cannot share the snapshot; mount it with locks, or "
			             "set XDG_DATA_HOME to a local folder", path, strerror(errno));
		close(fd);
	}
	(void)unlink(name);      /* one that could not be made: what stands in its way is found by the open that comes next */
	free(name);
	return rc;
}
