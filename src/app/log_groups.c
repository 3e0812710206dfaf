#include "app/log_groups.h"

#include "app/app_impl.h"
#include "base/clock.h"

enum { PAGES_MOST = 20 };

static void end(LogGroups *g, bool gone, const char *why)
{
	pages_done(&g->pages);
	g->ask.end(g->ask.arg, gone, why);
}

static void ask_page(LogGroups *g);

static void begin_group(LogGroups *g)
{
	pages_start(&g->pages, "CloudWatch Logs", &(PagesLimit){ .pages = PAGES_MOST, .ms = g->ask.ms }, clock_mono_ms());
	ask_page(g);
}

static void on_page(AwsCall *call, const void *answer, const AwsError *err, void *arg)
{
	LogGroups *g = arg;
	const LogsFilterOut *out = answer;
	PagesStep step;
	bool more;
	Err e = { 0 };

	(void)call;
	if (g->a->quitting || g->epoch != g->a->epoch) {
		end(g, true, NULL);
		return;
	}
	if (err) {
		end(g, false, err->err.text);
		return;
	}
	more = g->ask.take(g->ask.arg, g->group, out);
	step = pages_next(&g->pages, out->next_token, out->events.n, clock_mono_ms(), &e);
	if (step == PAGES_BROKEN) {
		end(g, false, e.text);
	} else if (more && step == PAGES_MORE) {
		ask_page(g);
	} else if (more && ++g->group < g->w->session.ctx->src.log_group_count) {
		pages_done(&g->pages);
		begin_group(g);
	} else {
		end(g, false, NULL);
	}
}

static void ask_page(LogGroups *g)
{
	Str group = g->w->session.ctx->src.log_groups[g->group];
	bool arn = str_starts(group, STR("arn:"));
	LogsFilterIn in = { .group = arn ? STR("") : group, .group_arn = arn ? group : STR(""), .pattern = g->ask.pattern,
	                    .start_ms = g->ask.from_ms, .end_ms = g->ask.until_ms, .next_token = g->pages.token };
	AwsHandler h = { .on_done = on_page, .arg = g, .total_ms = g->ask.ms };
	Err e = { 0 };

	if (!aws_call(g->w->session.aws, &op_logs_filter_log_events, &in, &h, &e))
		end(g, false, e.text);
}

void log_groups_start(LogGroups *g, App *a, Watch *w, const LogGroupsAsk *ask)
{
	*g = (LogGroups){ .a = a, .w = w, .epoch = a->epoch, .ask = *ask };
	begin_group(g);
}
