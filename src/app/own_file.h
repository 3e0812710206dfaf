/* Small files that all runs of this user share, for counts that a limit is made of: 0600, in the state folder, locked while they are open. */
#ifndef APP_OWN_FILE_H
#define APP_OWN_FILE_H

#include <stdbool.h>

/* Locked until it is closed; make: it and its folder are made. -1: there is no such file to be had (path NULL, a link, no room, no locks). */
int own_file_open(const char *path, bool make);

#endif
