/* The last words of the program: a fatal signal gives the terminal back, says one line, and then kills as it would have. */
#ifndef APP_CRASH_H
#define APP_CRASH_H

/* For SIGSEGV, SIGBUS, SIGABRT, SIGFPE and SIGILL, where nobody (a sanitizer, a debugger) has taken them already. Runs on
 * a stack of its own, so that a stack overflow is told as well. */
void crash_watch(void);

#endif
