/* Files and paths: whole reads with a cap, private (0600) writes, XDG folders. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "base/buf.h"

/* Appends the whole file to *out. Refuses anything but a regular file (or what `-` and /dev/stdin name)
 * and anything over max_bytes. */
int file_read(const char *path, Buf *out, size_t max_bytes, Err *e);
/* Appends what the descriptor gives until its end. */
int fd_read_all(int fd, Buf *out, size_t max_bytes, Err *e);
int fd_write_all(int fd, const void *p, size_t n, Err *e);
/* Writes a new file beside path (0600), syncs it and renames it over path. */
int file_replace(const char *path, Str text, Err *e);
/* The same for a file that a person names: one that is there is only replaced with replace, and only a regular file; a link at path is
 * refused, whatever it leads to. Whoever reads path sees all of it or what was there before. */
int file_put(const char *path, Str text, bool replace, Err *e);
/* mkdir -p with 0700 for what it makes. */
int dir_make_private(const char *path, Err *e);
/* The same of the folder that a file lies in. */
int dir_make_of(const char *path, Err *e);
bool file_exists(const char *path);
/* What a write, whoever's, changes about a file: one question to the file system, no lock, so that the thread that draws can ask. *settled: the
 * last change is so long ago that another one would show. -1: it cannot be told. */
typedef struct FileMark { int64_t v[3]; } FileMark;
int  file_mark(const char *path, FileMark *m, bool *settled);

typedef enum XdgKind { XDG_CONFIG, XDG_DATA, XDG_STATE, XDG_CACHE } XdgKind;
/* "$XDG_DATA_HOME/seismo/NAME" or its default below $HOME, heap, for the caller to free.
 * NULL when neither variable is set: the program then runs without that file and says so. */
char *xdg_path(XdgKind kind, const char *name);
/* Expands a leading "~/" with $HOME. Heap. */
char *path_expand(const char *path);

#endif
