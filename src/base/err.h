/* One sentence about what failed, on its way up. Functions that can fail return 0 or -1 and take an Err * last. */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stddef.h>

/* The value is the exit code of the command line (docs: "Exit codes"). */
typedef enum ErrKind {
	ERR_FAILED  = 1,   /* did not work */
	ERR_USAGE   = 2,   /* bad flags or bad configuration */
	ERR_REFUSED = 3,   /* read-only, confirmation, policy */
	ERR_LOST    = 4,   /* somebody else won */
	ERR_UNKNOWN = 5,   /* outcome unknown */
	ERR_LATE    = 6,   /* moved but not verified in time */
} ErrKind;

typedef struct Err {
	ErrKind kind;
	char    text[1024];
} Err;

#define FORMAT(f, a) __attribute__((format(printf, f, a)))

/* e may be NULL: the caller then only wants to know that it failed. All three return -1. */
int err_set(Err *e, const char *fmt, ...) FORMAT(2, 3);
int err_kind(Err *e, ErrKind kind, const char *fmt, ...) FORMAT(3, 4);
int err_wrap(Err *e, const char *fmt, ...) FORMAT(2, 3);   /* "context: text"; the kind stays */

/* Where the remedy of a sentence begins, behind its last semicolon; its end when it has none. */
size_t err_remedy(const char *text, size_t n);
/* The sentence in so many bytes. Of a longer one the middle goes: what failed stands first, the remedy last. */
void err_cut(const char *text, char *out, size_t size);

#endif
