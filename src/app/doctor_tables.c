/* The team's tables: are they there, has the jobs table its index, and what do the newest jobs say of themselves. */
#include "app/doctor_own.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "api/dynamodb.h"
#include "api/records.h"
#include "base/clock.h"
#include "model/price.h"

enum { SAMPLE = 25 };                /* items: the largest have a few KB, so this is one page and about ten read units */

/* missing: how bad it is that the table is not there. */
typedef struct TableAsk { DoctorLine *permission, *line; const char *what; DoctorVerdict missing; Str table; } TableAsk;

static TableAsk *ask_of(Doctor *d, const AwsOp *op, NeedOn on, Str table)
{
	TableAsk *a = ARENA_NEW(&d->arena, TableAsk);

	*a = (TableAsk){ .permission = doctor_row(d, op, on), .table = table };
	return a->permission ? a : NULL;
}

/* --- tables --- */

static void on_table(Doctor *d, const void *out, const AwsError *err, int64_t ms, void *arg)
{
	const DdbTableOut *t = out;
	TableAsk *a = arg;

	a->permission->ms = ms;
	if (err)
		doctor_say_fault(d, a->permission, err);
	else
		doctor_say(d, a->permission, DOCTOR_OK, NULL, "allowed");
	if (!err && !str_is(t->status, "ACTIVE"))
		doctor_say(d, a->line, DOCTOR_WARN, "wait until it is ACTIVE", "its status is %.*s", STR_ARG(t->status));
	else if (!err && t->item_count > 0)
		doctor_say(d, a->line, DOCTOR_OK, NULL, "ACTIVE, about %lld items", (long long)t->item_count);
	else if (!err)                    /* it is counted every six hours only */
		doctor_say(d, a->line, DOCTOR_OK, NULL, "ACTIVE");
	else if (err->fault == AWS_NOT_FOUND && !aws_is_unserved(err))
		doctor_say(d, a->line, a->missing, a->what, "there is no such table in this account and Region");
	else
		doctor_say(d, a->line, DOCTOR_SKIPPED, NULL, "not known: DescribeTable did not answer");
}

static void describe(Doctor *d, NeedOn on, Str table, DoctorVerdict missing, const char *remedy)
{
	TableAsk *a = ask_of(d, &op_dynamodb_describe_table, on, table);

	if (!a)
		return;
	a->line = doctor_add(d, DOCTOR_COVERAGE, "table", "table %.*s", STR_ARG(table));
	a->what = remedy;
	a->missing = missing;
	doctor_call(d, &op_dynamodb_describe_table, arena_cstr(&d->arena, table), on_table, a);
}

static void on_agents(Doctor *d, const void *out, const AwsError *err, int64_t ms, void *arg)
{
	const DdbPage *page = out;
	TableAsk *a = arg;

	a->permission->ms = ms;
	if (err) {
		doctor_say_fault(d, a->permission, err);
		return;
	}
	doctor_say(d, a->permission, DOCTOR_OK, NULL, "allowed");
	if (!page->count && !page->last_key_json.n)
		doctor_say(d, doctor_add(d, DOCTOR_COVERAGE, "agents", "agents"), DOCTOR_WARN, "write the agents' versions into it, or name another table in "
		           "sources.agents.table", "table %.*s is empty", STR_ARG(a->table));
}

/* What nobody looks at is no fault, and must not be forgotten. */
static void left_out(Doctor *d, const ConfSources *src)
{
	for (ConfBackend i = 0; i < CONF_BACKENDS; i++)
		if (config_leaves_out(src, i))
			doctor_say(d, doctor_add(d, DOCTOR_COVERAGE, "back_end", "back end %s", conf_backends[i]), DOCTOR_SKIPPED, NULL,
			           "sources.agents.backends leaves it out: its agents are not shown, and nothing is moved there");
}

void doctor_tables(Doctor *d)
{
	const ConfSources *src = &d->session->ctx->src;
	DdbQueryIn in = { .table = src->agents_table.p, .limit = 1 };
	TableAsk *a;

	left_out(d, src);
	describe(d, ON_JOBS_TABLE, src->jobs_table, DOCTOR_FAIL, "name the right one in sources.jobs.table, or look at account and Region");
	describe(d, ON_AGENTS_TABLE, src->agents_table, DOCTOR_FAIL,
	         "name the right one in sources.agents.table, or look at account and Region");
	describe(d, ON_LOCK_TABLE, src->lock_table, DOCTOR_WARN,
	         "seismo setup makes it; without it two people can move one endpoint or alias at the same time");
	if ((a = ask_of(d, &op_dynamodb_scan, ON_AGENTS_TABLE, src->agents_table)))
		doctor_call(d, &op_dynamodb_scan, &in, on_agents, a);
}

/* --- the newest jobs --- */

typedef struct Attribute { const char *name; size_t offset; const char *cost; } Attribute;

/* What the contract calls optional, and what is lost without it. */
static const Attribute attributes[] = {
	{ "requestId", offsetof(Job, request_id), "a call in the invocation log cannot be told to be the same as the job's" },
	{ "pointer", offsetof(Job, pointer), "traffic and errors of a version cannot be told apart by endpoint, alias or route" },
	{ "templateId", offsetof(Job, template_id), "cost and quality cannot be shown by template" },
	{ "templateVersion", offsetof(Job, template_version), "two versions of a template cannot be compared in production" },
	{ "templateSha", offsetof(Job, template_sha), "a template that was edited in place is not noticed" },
	{ "serviceTier", offsetof(Job, service_tier), "every call is priced at the standard tier" },
	{ "region", offsetof(Job, region), "calls that another Region answered are not seen as such" },
	{ "stopReason", offsetof(Job, stop_reason), "answers cut off at max_tokens cannot be counted" },
};
enum { ATTRIBUTES = sizeof attributes / sizeof *attributes };

static bool has(const Job *j, const Attribute *at)
{
	return ((const Str *)(const void *)((const char *)j + at->offset))->n > 0;
}

static void say_attributes(Doctor *d, const Job *job, size_t n)
{
	size_t lines = 0;

	for (size_t i = 0; i < ATTRIBUTES; i++) {
		size_t with = 0;

		for (size_t k = 0; k < n; k++)
			with += has(&job[k], &attributes[i]);
		if (with)
			continue;
		lines++;
		doctor_say(d, doctor_add(d, DOCTOR_COVERAGE, "attribute", "attribute %s", attributes[i].name), DOCTOR_WARN,
		           "let the jobs write it (docs/data.md)",
		           "none of the newest %zu jobs has it: %s", n, attributes[i].cost);
	}
	if (!lines)
		doctor_say(d, doctor_add(d, DOCTOR_COVERAGE, "attribute", "attributes"), DOCTOR_OK, NULL, "the newest %zu jobs have all optional ones", n);
}

static void say_prices(Doctor *d, const Job *job, size_t n)
{
	const PriceTable *t = session_prices(d->session);
	int64_t now = clock_wall_ms();
	DoctorLine *line = doctor_add(d, DOCTOR_COVERAGE, "prices", "prices");
	Buf names = { 0 };
	size_t without = 0;

	buf_init(&names, 700);
	for (size_t i = 0; i < n; i++) {
		Str model = job[i].model;
		/* What a profile calls is asked when its calls are booked. */
		bool seen = !model.n || price_is_profile(model) || price_find(t, &(PriceCall){ .model = model, .tier = job[i].service_tier,
		                                                    .at_ms = job[i].started_ms ? job[i].started_ms : now });

		for (size_t k = 0; k < i && !seen; k++)
			seen = str_eq(job[k].model, model);
		if (!seen)
			(void)buf_printf(&names, "%s%.*s", without++ ? ", " : "", STR_ARG(model));
	}
	if (without)
		doctor_say(d, line, DOCTOR_WARN, "their jobs count as unpriced: seismo prices refresh, or prices.overrides in config.yaml",
		           "%zu of the newest jobs' models %s no price: %s", without, without == 1 ? "has" : "have", buf_cstr(&names));
	else
		doctor_say(d, line, DOCTOR_OK, NULL, "every model of the newest %zu jobs has one", n);
	buf_done(&names);
}

/* Without tokens nothing can be priced. */
static void say_tokens(Doctor *d, const Job *job, size_t n)
{
	size_t with = 0;

	for (size_t i = 0; i < n; i++)
		with += job[i].has_tokens;
	if (with < n)
		doctor_say(d, doctor_add(d, DOCTOR_COVERAGE, "tokens", "tokens"), DOCTOR_WARN, "let the jobs write tokens (docs/data.md)",
		           "%zu of the newest %zu finished jobs have none: they cost nothing unless a COST_TRACKING line says more", n - with, n);
}

static void say_sample(Doctor *d, const DdbPage *page)
{
	Job *job = ARENA_ARRAY(&d->arena, Job, page->count + 1);
	size_t n = 0, bad = 0;
	Err e = { 0 }, first = { 0 };

	for (size_t i = 0; i < page->count; i++) {
		if (record_job(jv_at(page->items, i), &job[n], &e) == 0)
			n++;
		else if (!bad++)
			first = e;
	}
	if (bad)
		doctor_say(d, doctor_add(d, DOCTOR_COVERAGE, "items", "items"), DOCTOR_WARN, "let the jobs write what docs/data.md says",
		           "%zu of the newest %zu cannot be read: %.300s", bad, page->count, first.text);
	if (!n) {
		doctor_say(d, doctor_add(d, DOCTOR_COVERAGE, "attribute", "attributes"), DOCTOR_SKIPPED, NULL, "no finished job can be looked at");
		return;
	}
	say_attributes(d, job, n);
	say_tokens(d, job, n);
	say_prices(d, job, n);
}

static bool index_is_missing(const AwsError *err)
{
	return err->fault == AWS_VALIDATION && strstr(err->err.text, "specified index") != NULL;
}

static void on_sample(Doctor *d, const void *out, const AwsError *err, int64_t ms, void *arg)
{
	TableAsk *a = arg;

	a->permission->ms = ms;
	if (err && index_is_missing(err)) {
		doctor_say(d, a->permission, DOCTOR_OK, NULL, "allowed");
		doctor_say(d, a->line, DOCTOR_WARN, "make a global secondary index with that name: status (S) as partition key, updatedAt (S) as sort key",
		           "it is not there: every round reads the whole table, which costs more");
	} else if (err) {
		doctor_say_fault(d, a->permission, err);
		doctor_say(d, a->line, DOCTOR_SKIPPED, NULL, "not known: Query did not answer");
	} else {
		doctor_say(d, a->permission, DOCTOR_OK, NULL, "allowed");
		doctor_say(d, a->line, DOCTOR_OK, NULL, "there");
		say_sample(d, out);
	}
}

void doctor_jobs(Doctor *d)
{
	const ConfSources *src = &d->session->ctx->src;
	const DdbName names[] = { { "#s", "status" } };
	const DdbField values[] = { { ":s", { .type = DDB_S, .s = STR("succeeded") } } };
	DdbQueryIn in = { .table = src->jobs_table.p, .index = src->jobs_index.p, .key_condition = "#s = :s", .names = names, .name_count = 1,
	                  .values = values, .value_count = 1, .limit = SAMPLE, .backward = true };
	TableAsk *a = ask_of(d, &op_dynamodb_query, ON_JOBS_INDEX, src->jobs_table);

	if (!a)
		return;
	a->line = doctor_add(d, DOCTOR_COVERAGE, "index", "index %.*s", STR_ARG(src->jobs_index));
	doctor_call(d, &op_dynamodb_query, &in, on_sample, a);
}
