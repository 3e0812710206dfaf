/* A program that runs beside ours for a while and is talked to over its standard input and output, on the loop. It leads a process
 * group of its own, which ends with it; what it writes is read no faster than we can look at it; what it says on standard error is
 * kept for the sentence about its end. */
#ifndef NET_CHILD_H
#define NET_CHILD_H

#include <uv.h>

#include "base/err.h"
#include "base/str.h"

typedef struct Child Child;

typedef struct ChildSpec {
	char *const *argv;             /* NULL-terminated; the first is looked up in PATH; no shell */
	char *const *env;              /* NULL-terminated "NAME=value"; NULL: ours */
	void (*on_out)(void *arg, Str piece);
	/* It has ended, or has closed its output and will say no more. status < 0: it still runs. signal: 0 unless one ended it. Once, and
	 * not after child_close. */
	void (*on_end)(void *arg, int64_t status, int signal);
	void  *arg;
} ChildSpec;

/* CHILD_GRACE_MS: twice so long may it take to end by itself once it is closed, first without being asked, then with SIGTERM. */
enum { CHILD_SAID_BYTES = 2048, CHILD_WAITING_MAX = 4 << 20, CHILD_GRACE_MS = 500 };

Child *child_start(uv_loop_t *loop, const ChildSpec *spec, Err *e);      /* NULL and Err: it cannot be run */
int    child_write(Child *c, Str bytes, Err *e);     /* copied; -1: CHILD_WAITING_MAX bytes are not read by it yet, or it has ended */
/* The end of what it said on standard error, newest last; borrowed until the next loop turn. */
Str    child_said(const Child *c);
int    child_pid(const Child *c);                    /* 0: it has ended */
/* Its input ends; if it does not, it is asked to, then killed, and its group with it. on_closed comes once it is reaped and nothing is
 * left of it; no other callback after this. Safe inside on_out and on_end. */
void   child_close(Child *c, void (*on_closed)(void *), void *arg);

#endif
