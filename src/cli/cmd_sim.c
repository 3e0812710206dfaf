/* `seismo sim`: the simulated region as a server of its own. Prints four lines that a shell can eval, then serves. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/simspec.h"

typedef struct Server { uv_loop_t loop; uv_signal_t term, intr; Sim *sim; } Server;

static void on_signal(uv_signal_t *h, int signum)
{
	Server *s = h->data;

	(void)signum;
	uv_close((uv_handle_t *)&s->term, NULL);
	uv_close((uv_handle_t *)&s->intr, NULL);
	sim_close(s->sim);
}

int cmd_sim(const Options *o)
{
	Server s;
	SimSpec spec;
	Err e = { 0 };

	if (simspec_from(o, &spec, &e) < 0)
		return cli_fail(&e);
	(void)uv_loop_init(&s.loop);
	if (!(s.sim = sim_open(&s.loop, &spec, &e)))
		return cli_fail(&e);
	s.term.data = s.intr.data = &s;
	(void)uv_signal_init(&s.loop, &s.term);
	(void)uv_signal_init(&s.loop, &s.intr);
	(void)uv_signal_start(&s.term, on_signal, SIGTERM);
	(void)uv_signal_start(&s.intr, on_signal, SIGINT);
	sim_print_env(s.sim, STDOUT_FILENO);
	(void)uv_run(&s.loop, UV_RUN_DEFAULT);
	(void)uv_loop_close(&s.loop);
	return 0;
}
