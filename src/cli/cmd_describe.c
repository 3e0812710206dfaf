/* `seismo describe agent NAME`: what `get` says of one thing, and how it is made. */
#include <string.h>

#include "cli/acting.h"
#include "cli/cli.h"
#include "cli/get_run.h"

static const EmitColumn columns[] = {
	{ "backend", "BACKEND", CELL_TEXT, false },
	{ "agentId", "AGENT", CELL_TEXT, false },
	{ "pointers", "POINTERS", CELL_POINTERS, false },
	{ "jobs", "JOBS", CELL_COUNT, true },
	{ "errorRate", "ERRORS", CELL_RATE, true },
	{ "p95Ms", "P95 MS", CELL_COUNT, true },
	{ "nanoUsdPerJob", "USD/JOB", CELL_MONEY, true },
	{ "config", "CONFIG", CELL_TEXT, false },
	{ "prompt", "PROMPT", CELL_TEXT, false },
	{ "tools", "TOOLS", CELL_TEXT, false },
};

static const GetKind agent = { "agent", GET_REGISTRY | FEED_BIT(FEED_JOBS), 15 * 60000, get_agent, "", columns, sizeof columns / sizeof *columns, 0 };

int cmd_describe(const Options *o)
{
	if (o->args != 2 || strcmp(o->arg[0], "agent") != 0)
		return acting_usage("describe takes what and its name: seismo describe agent NAME");
	return get_run(o, &agent);
}
