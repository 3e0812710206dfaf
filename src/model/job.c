#include "model/job.h"

#include <stddef.h>

static const char *const state_names[JOB_STATES];

static const size_t job_texts[] = {
	offsetof(Job, id), offsetof(Job, trace_id), offsetof(Job, tenant), offsetof(Job, persona), offsetof(Job, agent),
	offsetof(Job, version), offsetof(Job, model), offsetof(Job, status), offsetof(Job, error_code),
	offsetof(Job, error_message), offsetof(Job, request_id), offsetof(Job, pointer), offsetof(Job, template_id),
	offsetof(Job, template_version), offsetof(Job, template_sha), offsetof(Job, service_tier), offsetof(Job, region),
	offsetof(Job, stop_reason),
};
static const size_t line_texts[] = {
	offsetof(LogLine, event_id), offsetof(LogLine, level), offsetof(LogLine, trace_id), offsetof(LogLine, job_id),
	offsetof(LogLine, request_id), offsetof(LogLine, tenant), offsetof(LogLine, persona), offsetof(LogLine, agent),
	offsetof(LogLine, version), offsetof(LogLine, model), offsetof(LogLine, service_tier), offsetof(LogLine, text),
};

static void own_texts(Arena *a, void *record, const size_t *offset, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		Str *s = (Str *)(void *)((char *)record + offset[i]);

		if (s->n)
			*s = arena_str(a, *s);
	}
}

void job_own(Arena *a, Job *j)
{
	own_texts(a, j, job_texts, sizeof job_texts / sizeof *job_texts);
}

void line_own(Arena *a, LogLine *l)
{
	own_texts(a, l, line_texts, sizeof line_texts / sizeof *line_texts);
}

/* Unsigned addition: hostile counts wrap instead of being undefined, and a later difference takes out what went in. */
static int64_t add(int64_t a, int64_t b)
{
	return (int64_t)((uint64_t)a + (uint64_t)b);
}

Tokens tokens_add(Tokens a, Tokens b)
{
	return (Tokens){
		.input = add(a.input, b.input),
		.output = add(a.output, b.output),
		.cache_read = add(a.cache_read, b.cache_read),
		.cache_write_5m = add(a.cache_write_5m, b.cache_write_5m),
		.cache_write_1h = add(a.cache_write_1h, b.cache_write_1h),
	};
}

int64_t tokens_total(const Tokens *t)
{
	return add(add(add(t->input, t->output), add(t->cache_read, t->cache_write_5m)), t->cache_write_1h);
}

JobState job_state_of(Str status)
{
	for (int i = 0; i < JOB_OTHER; i++)
		if (str_eq_nocase(status, str_of(state_names[i])))
			return (JobState)i;
	return JOB_OTHER;
}

const char *job_state_name(JobState s)
{
	return (unsigned)s < JOB_STATES ? state_names[s] : state_names[JOB_OTHER];
}

static const char *const state_names[JOB_STATES] = {
	[JOB_QUEUED] = "queued", [JOB_RUNNING] = "running", [JOB_SUCCEEDED] = "succeeded",
	[JOB_FAILED] = "failed", [JOB_CANCELLED] = "cancelled", [JOB_OTHER] = "other",
};
