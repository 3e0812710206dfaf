/* `seismo` and `seismo demo`: the console; the demo brings its own region as a child that dies with it. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "app/app.h"
#include "app/drill.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/xalloc.h"
#include "cli/ask.h"
#include "cli/cli.h"
#include "cli/simspec.h"
#include "panes/panes.h"
#include "wire/time8601.h"

enum { LITTLE = 256 << 10 };

static int refresh_of(const Options *o, int64_t *ms, Err *e)
{
	int64_t milli = 0;

	if (!o->refresh)
		return 0;
	if (strcmp(o->refresh, "-1") == 0) {
		*ms = -1;
		return 0;
	}
	if (str_scaled(str_of(o->refresh), 3, &milli) < 0 || milli < 100 || milli > 3600000)
		return err_kind(e, ERR_USAGE, "--refresh takes seconds from 0.1 to 3600, or -1 for only on change, not %s",
						o->refresh);
	*ms = milli;
	return 0;
}

/* A console stands open all day: what an answer took goes back with it. Left to itself malloc keeps up to twice the largest block that it was
 * ever given back (mallopt(3), M_MMAP_THRESHOLD): some 10 MiB on a store of 10,000,000 jobs. */
static void keep_little(void)
{
#ifdef __GLIBC__
	(void)mallopt(M_MMAP_THRESHOLD, LITTLE);
	(void)mallopt(M_TRIM_THRESHOLD, LITTLE);
#endif
}

static int run(const Options *o, AppSpec *spec)
{
	uv_loop_t loop;
	Err e = { 0 };
	int code;

	keep_little();
	spec->panes = pane_classes;
	spec->view = o->command;
	spec->filter = o->filter;
	spec->no_color = o->no_color;
	spec->ascii = o->ascii;
	if (refresh_of(o, &spec->refresh_ms, &e) < 0)
		return cli_fail(&e);
	(void)uv_loop_init(&loop);
	code = app_run(&loop, spec, &e);
	(void)uv_loop_close(&loop);
	return code < 0 ? cli_fail(&e) : code;
}

int cmd_console(const Options *o)
{
	AppSpec spec = { .session = ask_session(o) };

	return run(o, &spec);
}

/* --- demo --- */

enum { BUSIEST_HOUR = 19 };      /* of the fleet's day */

typedef struct Region { pid_t pid; char endpoint[128], key[64], secret[96]; } Region;

/* Child: serves until its parent is gone. */
static void region_child(const SimSpec *sim, pid_t parent, int out)
{
	uv_loop_t loop;
	Err e = { 0 };
	Sim *s;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)         /* gone before it could be watched */
		_exit(1);
	(void)setsid();                  /* ctrl-c and ctrl-z of the terminal are for the console */
	(void)uv_loop_init(&loop);
	if (!(s = sim_open(&loop, sim, &e))) {
		(void)cli_fail(&e);
		_exit(1);
	}
	sim_print_env(s, out);
	(void)close(out);
	(void)uv_run(&loop, UV_RUN_DEFAULT);
	_exit(0);
}

static void take_line(Region *r, Str line)
{
	Str value, name = str_cut(line, '=', &value);

	if (str_is(name, "AWS_ENDPOINT_URL"))
		(void)snprintf(r->endpoint, sizeof r->endpoint, "%.*s", STR_ARG(value));
	else if (str_is(name, "AWS_ACCESS_KEY_ID"))
		(void)snprintf(r->key, sizeof r->key, "%.*s", STR_ARG(value));
	else if (str_is(name, "AWS_SECRET_ACCESS_KEY"))
		(void)snprintf(r->secret, sizeof r->secret, "%.*s", STR_ARG(value));
}

static int region_start(const SimSpec *sim, Region *r, Err *e)
{
	pid_t parent = getpid();
	int fd[2];
	Buf text = { 0 };
	Str rest;

	if (pipe(fd) < 0)
		return err_set(e, "cannot make a pipe for the simulated region");
	(void)fflush(NULL);
	r->pid = fork();
	if (r->pid < 0)
		return err_set(e, "cannot start the simulated region");
	if (r->pid == 0) {
		(void)close(fd[0]);
		region_child(sim, parent, fd[1]);
	}
	(void)close(fd[1]);
	(void)fd_read_all(fd[0], &text, 4096, e);
	(void)close(fd[0]);
	for (rest = buf_str(&text); rest.n;)
		take_line(r, str_cut(rest, '\n', &rest));
	buf_done(&text);
	return r->endpoint[0] && r->secret[0] ? 0 : err_set(e, "the simulated region did not start");
}

static void region_stop(void *arg)
{
	Region *r = arg;

	if (r->pid > 0) {
		(void)kill(r->pid, SIGKILL);
		(void)waitpid(r->pid, NULL, 0);
	}
	r->pid = 0;
}

/* Snapshot, journal and audit file of the region that is gone. */
static void store_wipe(void)
{
	static const struct { XdgKind kind; const char *end; } file[] = {
		{ XDG_DATA, "db" }, { XDG_DATA, "db-wal" }, { XDG_DATA, "db-shm" }, { XDG_DATA, "db-frame" }, { XDG_STATE, "journal.db" },
		{ XDG_STATE, "journal.db-wal" }, { XDG_STATE, "journal.db-shm" }, { XDG_STATE, "audit.jsonl" },
	};
	char name[64];

	for (size_t i = 0; i < sizeof file / sizeof *file; i++) {
		char *path;

		(void)snprintf(name, sizeof name, "demo-%ld.%s", (long)getpid(), file[i].end);
		path = xdg_path(file[i].kind, name);
		if (path)
			(void)unlink(path);
		free(path);
	}
}

static char *demo_path(XdgKind kind, const char *end)
{
	char name[64];

	(void)snprintf(name, sizeof name, "demo-%ld.%s", (long)getpid(), end);
	return xdg_path(kind, name);
}

/* What cannot be read is left out: nobody is in trouble for it. */
static void drill_print(const DrillNotes *notes)
{
	char *store_path = demo_path(XDG_DATA, "db"), *journal_path = demo_path(XDG_STATE, "journal.db");
	Arena a = { 0 };
	Config conf;
	Err e = { 0 };
	Store *s = store_path && file_exists(store_path) ? store_open(store_path, STORE_READ, NULL, &e) : NULL;
	Journal *j = journal_path && file_exists(journal_path) ? journal_open(journal_path, &e) : NULL;
	DrillScore score = { .at = *notes };
	Buf b = { 0 };
	int rc = 0;

	if (s && j && config_parse(&a, "demo", STR("ui: {}\n"), &conf, &e) == 0) {
		BackRule rule = proof_rule(&conf);

		rc = drill_score(s, j, notes, &rule, clock_wall_ms(), &a, &score, &e);
	}
	if (rc < 0)
		(void)fprintf(stderr, "seismo: %s\n", e.text);
	drill_card(&score, 0, &b);
	printf("%s", clean_text(&a, buf_str(&b), CLEAN_KEEP_NEWLINES).p);
	buf_done(&b);
	journal_close(j);
	store_close(s);
	free(store_path);
	free(journal_path);
	arena_done(&a);
}

int cmd_demo(const Options *o)
{
	SimSpec sim;
	Region r = { 0 };
	AppSpec spec = { .demo = true, .after_loop = region_stop, .arg = &r };
	DrillNotes notes = { 0 };
	Err e = { 0 };
	int code;

	if (o->config) {
		(void)err_kind(&e, ERR_USAGE, "the demo has a configuration of its own and does not read %s; seismo -c %s opens the console with it",
		               o->config, o->config);
		return cli_fail(&e);
	}
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
		err_kind(&e, ERR_USAGE,
				 "the demo needs a terminal; for scripts there is seismo sim, and seismo once for a screen as text");
		return cli_fail(&e);
	}
	if (simspec_from(o, &sim, &e) < 0)
		return cli_fail(&e);
	/* Whenever somebody looks, it is the fleet's busiest hour. */
	sim.zone_hours = BUSIEST_HOUR - time_civil(clock_wall_ms()).hour;
	if (region_start(&sim, &r, &e) < 0) {
		region_stop(&r);
		return cli_fail(&e);
	}
	store_wipe();
	spec.session = (SessionSpec){ .demo = true,
								  .access_key = str_of(r.key),
								  .secret_key = str_of(r.secret),
								  .endpoint_url = str_of(r.endpoint),
								  .region = STR("us-east-1") };
	spec.drill = sim.scenario == SIM_BAD_RELEASE ? &notes : NULL;
	code = run(o, &spec);
	region_stop(&r);
	if (spec.drill && code == 0)
		drill_print(&notes);
	store_wipe();
	return code;
}
