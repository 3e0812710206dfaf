#include "base/process.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"

enum { PROC_MAX_BYTES = 4096, START_FIELD = 22, STATE_FIELD = 3 };

/* Fields 3 and 22 of proc(5)'s stat. The name of the program (field 2) may hold anything, also spaces and brackets: what
 * follows begins after the last bracket. */
static int read_stat(int64_t pid, char *state, int64_t *start)
{
	char path[64];
	Buf b = { 0 };
	Str rest, field;
	const char *end;
	int rc = -1;

	(void)snprintf(path, sizeof path, "/proc/%lld/stat", (long long)pid);
	if (file_read(path, &b, PROC_MAX_BYTES, NULL) == 0 && (end = strrchr(buf_cstr(&b), ')')) && end[1]) {
		rest = str_of(end + 2);
		for (int i = STATE_FIELD; i <= START_FIELD && rest.n; i++) {
			field = str_cut(rest, ' ', &rest);
			if (i == STATE_FIELD && field.n)
				*state = field.p[0];
			if (i == START_FIELD)
				rc = str_i64(field, start);
		}
	}
	buf_done(&b);
	return rc;
}

static void read_word(const char *path, char *out, size_t size)
{
	Buf b = { 0 };

	if (file_read(path, &b, PROC_MAX_BYTES, NULL) == 0)
		(void)snprintf(out, size, "%.*s", STR_ARG(str_trim(buf_str(&b))));
	buf_done(&b);
}

/* "pid:[4026531836]" -> "4026531836" */
static void read_namespace(const char *path, char out[20])
{
	char text[64];
	ssize_t n = readlink(path, text, sizeof text - 1);
	const char *open;

	out[0] = '\0';
	if (n <= 0)
		return;
	text[n] = '\0';
	if ((open = strchr(text, '[')))
		(void)snprintf(out, 20, "%.*s", (int)strcspn(open + 1, "]"), open + 1);
}

void process_self(ProcessId *out)
{
	char pids[20], times[20], state = 0;

	*out = (ProcessId){ .pid = getpid() };
	if (gethostname(out->host, sizeof out->host - 1) < 0)
		out->host[0] = '\0';
	if (read_stat(out->pid, &state, &out->start) < 0)
		out->start = 0;
	read_word("/proc/sys/kernel/random/boot_id", out->boot, sizeof out->boot);
	read_namespace("/proc/self/ns/pid", pids);
	read_namespace("/proc/self/ns/time", times);     /* not there before Linux 5.6: all have one clock then */
	if (pids[0])
		(void)snprintf(out->space, sizeof out->space, "%s.%s", pids, times);
}

int process_same_clock(const ProcessId *self, const ProcessId *p)
{
	return self->boot[0] && strcmp(self->boot, p->boot) == 0 && self->space[0] && strcmp(self->space, p->space) == 0;
}

ProcessState process_look(const ProcessId *self, const ProcessId *p)
{
	int64_t start = 0;
	char state = 0;

	if (!process_same_clock(self, p)) {
		/* One name, another run: the machine was started again, and nothing of before has survived. */
		if (self->boot[0] && p->boot[0] && strcmp(self->boot, p->boot) != 0 && self->host[0] && strcmp(self->host, p->host) == 0)
			return PROCESS_GONE;
		return PROCESS_UNKNOWN;
	}
	if (read_stat(p->pid, &state, &start) == 0) {
		if (state == 'Z' || state == 'X' || (p->start && start != p->start))
			return PROCESS_GONE;
		return PROCESS_ALIVE;
	}
	/* /proc may hide it (hidepid); the kernel tells whether there is one. */
	return kill((pid_t)p->pid, 0) < 0 && errno == ESRCH ? PROCESS_GONE : PROCESS_UNKNOWN;
}
