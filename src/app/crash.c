#include "app/crash.h"

#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "ui/term.h"

enum { STACK_BYTES = 64 << 10 };

typedef struct Fatal { int signal; const char *line; } Fatal;

#define LINE(name) "seismo: ended by " name ", which is a bug in seismo; the terminal was given back\n"

static const Fatal fatal[] = {
	{ SIGSEGV, LINE("SIGSEGV") }, { SIGBUS, LINE("SIGBUS") }, { SIGABRT, LINE("SIGABRT") },
	{ SIGFPE, LINE("SIGFPE") },   { SIGILL, LINE("SIGILL") },
};
enum { FATALS = sizeof fatal / sizeof *fatal };

/* Async-signal-safe calls only. No text but our own: what was in memory may be secret. */
static void on_fatal(int signum)
{
	term_leave_signal_safe();
	for (size_t i = 0; i < FATALS; i++)
		if (fatal[i].signal == signum && write(STDERR_FILENO, fatal[i].line, strlen(fatal[i].line)) < 0)
			break;                  /* nobody is there to read it */
	/* The action is the default one again (SA_RESETHAND): the shell sees the signal that it was. */
	(void)raise(signum);
}

void crash_watch(void)
{
	/* Belongs to the kernel from here on: a signal may come until the very end. */
	static _Alignas(16) char bytes[STACK_BYTES];
	stack_t stack = { .ss_sp = bytes, .ss_size = sizeof bytes };
	struct sigaction sa = { .sa_handler = on_fatal, .sa_flags = SA_ONSTACK | SA_RESETHAND | SA_NODEFER }, old;

	(void)sigaltstack(&stack, NULL);
	(void)sigemptyset(&sa.sa_mask);
	for (size_t i = 0; i < FATALS; i++)
		if (sigaction(fatal[i].signal, NULL, &old) == 0 && old.sa_handler == SIG_DFL)
			(void)sigaction(fatal[i].signal, &sa, NULL);
}
