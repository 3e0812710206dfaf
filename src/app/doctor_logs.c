/* Log groups: those that are configured and say nothing, and those that look like ours and are not. */
#include "app/doctor_own.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/logs.h"
#include "base/clock.h"

enum { DAY_MS = 86400000, PAGES_AT_MOST = 5, GROUPS_PAGE = 50 };

/* --- configured --- */

typedef struct GroupAsk { DoctorLine *permission, *line; Str group; int pages; int64_t from_ms; } GroupAsk;

static void ask_group(Doctor *d, GroupAsk *a, Str token);

/* The permission is as good as its worst group. */
static void keep_worst(Doctor *d, GroupAsk *a, const AwsError *err, int64_t ms)
{
	DoctorLine *p = a->permission, try = { .need = p->need };

	if (err)
		doctor_say_fault(d, &try, err);
	else
		doctor_say(d, &try, DOCTOR_OK, NULL, "allowed");
	if (p->ms >= 0 && try.verdict <= p->verdict)
		return;
	p->verdict = try.verdict;
	p->found = try.found;
	p->remedy = try.remedy;
	p->ms = ms;
}

static void on_events(Doctor *d, const void *out, const AwsError *err, int64_t ms, void *arg)
{
	const LogsFilterOut *page = out;
	GroupAsk *a = arg;

	keep_worst(d, a, err, ms);
	if (err && err->fault == AWS_NOT_FOUND && !aws_is_unserved(err))
		doctor_say(d, a->line, DOCTOR_FAIL, "name the right one in sources.jobs.log_groups, or look at account and Region",
		           "there is no such log group");
	else if (err)
		doctor_say(d, a->line, DOCTOR_SKIPPED, NULL, "not known: FilterLogEvents did not answer");
	else if (page->events.n)
		doctor_say(d, a->line, DOCTOR_OK, NULL, "has events of the last 24 h");
	else if (!page->next_token.n)
		doctor_say(d, a->line, DOCTOR_WARN, "see whether the jobs write to it", "has no event of the last 24 h");
	else if (++a->pages < PAGES_AT_MOST)
		ask_group(d, a, page->next_token);
	else
		doctor_say(d, a->line, DOCTOR_SKIPPED, NULL, "not known: too large to be looked through");
}

static void ask_group(Doctor *d, GroupAsk *a, Str token)
{
	bool arn = str_starts(a->group, STR("arn:"));       /* of another account */
	LogsFilterIn in = { .group = arn ? STR("") : a->group, .group_arn = arn ? a->group : STR(""), .start_ms = a->from_ms, .limit = 1,
	                    .next_token = token };

	doctor_call(d, &op_logs_filter_log_events, &in, on_events, a);
}

/* --- not configured --- */

enum { NAMED = 5, KEPT = 200 };

struct DoctorGroups {
	DoctorLine *permission, *line;
	int open;                        /* prefixes that are still being listed */
	Str name[KEPT]; size_t n;
	bool failed;
};
typedef struct DoctorGroups ListAsk;

typedef struct PrefixAsk { ListAsk *all; const char *prefix; int pages; } PrefixAsk;

static void ask_list(Doctor *d, PrefixAsk *p, Str token);

static bool is_configured(const ConfSources *src, Str name)
{
	for (size_t i = 0; i < src->log_group_count; i++)
		if (str_eq(src->log_groups[i], name) || (str_starts(src->log_groups[i], STR("arn:")) && str_ends(src->log_groups[i], name)))
			return true;
	return false;
}

static bool looks_like_agents(Str name)
{
	return str_starts(name, STR("/aws/bedrock")) || (str_starts(name, STR("/aws/lambda/")) && str_has(name, STR("agent")));
}

static int by_name(const void *x, const void *y)
{
	return str_cmp(*(const Str *)x, *(const Str *)y);
}

/* The log of invocations is no log of jobs, and another call says which group that is: so this waits for the end. */
void doctor_logs_end(Doctor *d)
{
	ListAsk *l = d->groups;
	Str names = STR("");
	size_t found = 0;

	if (!l || l->open)
		return;
	qsort(l->name, l->n, sizeof *l->name, by_name);      /* the prefixes answer in any order */
	for (size_t i = 0; i < l->n; i++)
		if (!str_eq(l->name[i], d->invocation_group) && found++ < NAMED)
			names = arena_printf(&d->arena, "%.*s%s%.*s", STR_ARG(names), names.n ? ", " : "", STR_ARG(l->name[i]));
	if (l->failed)
		doctor_say(d, l->line, DOCTOR_SKIPPED, NULL, "not known: DescribeLogGroups did not answer");
	else if (found)
		doctor_say(d, l->line, DOCTOR_WARN, "add those that hold the jobs' lines to sources.jobs.log_groups",
		           "%zu look%s like agents' and %s not configured: %.*s%s", found, found == 1 ? "s" : "", found == 1 ? "is" : "are", STR_ARG(names),
		           found > NAMED ? ", …" : "");
	else
		doctor_say(d, l->line, DOCTOR_OK, NULL, "none that looks like agents' is left out");
}

static void on_list(Doctor *d, const void *out, const AwsError *err, int64_t ms, void *arg)
{
	const LogsGroups *page = out;
	PrefixAsk *p = arg;
	ListAsk *l = p->all;

	if (err || l->permission->ms < 0) {
		l->permission->ms = ms;
		if (err)
			doctor_say_fault(d, l->permission, err);
		else if (!l->failed)
			doctor_say(d, l->permission, DOCTOR_OK, NULL, "allowed");
	}
	l->failed |= err != NULL;
	for (size_t i = 0; !err && i < page->groups.n; i++) {
		Str name = page->groups.v[i].name;

		if (!looks_like_agents(name) || is_configured(&d->session->ctx->src, name))
			continue;
		if (l->n < KEPT)
			l->name[l->n++] = arena_str(&d->arena, name);
	}
	if (!err && page->next_token.n && ++p->pages < PAGES_AT_MOST)
		ask_list(d, p, page->next_token);
	else
		l->open--;
}

static void ask_list(Doctor *d, PrefixAsk *p, Str token)
{
	LogsGroupsIn in = { .prefix = str_of(p->prefix), .limit = GROUPS_PAGE, .next_token = token };

	doctor_call(d, &op_logs_describe_log_groups, &in, on_list, p);
}

void doctor_logs(Doctor *d)
{
	static const char *const prefixes[] = { "/aws/bedrock", "/aws/lambda/" };
	const ConfSources *src = &d->session->ctx->src;
	DoctorLine *filter = doctor_row(d, &op_logs_filter_log_events, ON_JOB_LOGS);
	ListAsk *l = ARENA_NEW(&d->arena, ListAsk);

	for (size_t i = 0; filter && i < src->log_group_count; i++) {
		GroupAsk *a = ARENA_NEW(&d->arena, GroupAsk);

		*a = (GroupAsk){ .permission = filter, .group = src->log_groups[i], .from_ms = clock_wall_ms() - DAY_MS };
		a->line = doctor_add(d, DOCTOR_COVERAGE, "log_group", "log group %.*s", STR_ARG(a->group));
		ask_group(d, a, STR(""));
	}
	if (!(l->permission = doctor_row(d, &op_logs_describe_log_groups, ON_ALL_LOGS)))
		return;
	d->groups = l;
	l->line = doctor_add(d, DOCTOR_COVERAGE, "other_log_groups", "other log groups");
	l->open = sizeof prefixes / sizeof *prefixes;
	for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
		PrefixAsk *p = ARENA_NEW(&d->arena, PrefixAsk);

		*p = (PrefixAsk){ l, prefixes[i], 0 };
		ask_list(d, p, STR(""));
	}
}
