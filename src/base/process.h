/* A process that others can name and look for later: what a lease or an intent carries about who wrote it. A number alone
 * is given out again; with the time of its start it is one process. */
#ifndef BASE_PROCESS_H
#define BASE_PROCESS_H

#include <stdint.h>

typedef struct ProcessId {
	int64_t pid;
	int64_t start;         /* clock ticks since the machine started (proc(5), stat, field 22); 0: not known here */
	char host[64];
	char boot[40];         /* one run of the machine (/proc/sys/kernel/random/boot_id); empty: not known here */
	char space[48];        /* whose pids and monotonic clock these are (namespaces(7)); empty: not known here */
} ProcessId;

typedef enum ProcessState { PROCESS_UNKNOWN, PROCESS_ALIVE, PROCESS_GONE } ProcessState;

void process_self(ProcessId *out);       /* asked anew each time: a fork is another process */
/* Whether that one still runs, as far as `self` can tell. GONE is certain: nobody has this pid any more, another one has it,
 * or the machine was started again since. UNKNOWN: it runs on another machine or in another container. */
ProcessState process_look(const ProcessId *self, const ProcessId *p);
/* The monotonic clocks of the two can be compared: same run of one machine, same namespaces. */
int process_same_clock(const ProcessId *self, const ProcessId *p);

#endif
