#include "unit.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/crash.h"

/* The program dies of the same signal, after one line of its own. */
static void test_a_fatal_signal_is_told_and_kills(void **state)
{
	const struct rlimit none = { 0, 0 };
	char text[512] = "";
	size_t n = 0;
	ssize_t got;
	int fd[2], status;
	pid_t pid;

	(void)state;
	assert_int_equal(pipe(fd), 0);
	(void)fflush(NULL);
	pid = fork();
	if (pid == 0) {
		(void)setrlimit(RLIMIT_CORE, &none);
		(void)dup2(fd[1], STDERR_FILENO);
		(void)signal(SIGABRT, SIG_DFL);        /* the test library has one of its own */
		crash_watch();
		abort();
	}
	(void)close(fd[1]);
	while (n < sizeof text - 1 && (got = read(fd[0], text + n, sizeof text - 1 - n)) > 0)
		n += (size_t)got;
	(void)close(fd[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
	assert_non_null(strstr(text, "seismo: ended by SIGABRT"));
	assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
}

/* Whoever has taken a signal before us (a sanitizer) keeps it. */
static void on_own(int signum)
{
	(void)signum;
}

static void test_a_taken_signal_is_left_alone(void **state)
{
	struct sigaction now;
	void (*before)(int) = signal(SIGFPE, on_own);

	(void)state;
	crash_watch();
	assert_int_equal(sigaction(SIGFPE, NULL, &now), 0);
	assert_true(now.sa_handler == on_own);
	(void)signal(SIGFPE, before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_fatal_signal_is_told_and_kills),
		cmocka_unit_test(test_a_taken_signal_is_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
