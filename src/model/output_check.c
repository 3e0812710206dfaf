#include "model/output_check.h"

#include "base/scan.h"
#include "model/secrets.h"

/* What programs print when they fail, in small letters as a reading has them. */
typedef struct TraceRow { const char *id, *text; FlagSeverity severity; } TraceRow;
static const TraceRow trace_rows[] = {
	{ "trace-python", "traceback (most recent call last)", FLAG_MEDIUM }, { "trace-python", ".py\", line ", FLAG_MEDIUM },
	{ "trace-java", "exception in thread \"", FLAG_MEDIUM },              { "trace-java", ".java:", FLAG_MEDIUM },
	{ "trace-java", "nested exception is ", FLAG_MEDIUM },                { "trace-node", "at object.<anonymous> (", FLAG_MEDIUM },
	{ "trace-node", "node:internal/", FLAG_MEDIUM },                      { "trace-node", "/node_modules/", FLAG_LOW },
	{ "trace-go", "goroutine 1 [running]", FLAG_MEDIUM },                 { "trace-go", "panic: runtime error", FLAG_MEDIUM },
	{ "trace-rust", "thread 'main' panicked at", FLAG_MEDIUM },           { "trace-dotnet", "unhandled exception. system.", FLAG_MEDIUM },
	{ "trace-dotnet", "   at system.", FLAG_MEDIUM },                     { "trace-php", "php fatal error: ", FLAG_MEDIUM },
	{ "trace-php", "stack trace:\n#0 ", FLAG_MEDIUM },                    { "trace-ruby", ".rb:in `", FLAG_LOW },
	{ "trace-c", "segmentation fault (core dumped)", FLAG_MEDIUM },       { "trace-c", "addresssanitizer:", FLAG_MEDIUM },
	{ "error-sql", "sqlstate[", FLAG_MEDIUM },                            { "error-sql", "you have an error in your sql syntax", FLAG_MEDIUM },
	{ "error-sql", "psycopg2.errors.", FLAG_MEDIUM },                     { "error-sql", "ora-00", FLAG_LOW },
	{ "error-aws", "botocore.exceptions.", FLAG_MEDIUM },                 { "error-aws", "is not authorized to perform: ", FLAG_MEDIUM },
	{ "error-internal", "internal server error", FLAG_LOW },              { "error-internal", "econnrefused", FLAG_LOW },
};

/* NULL once there is no room for more. */
static Flag *add(OutputResult *r, FlagKind kind, FlagSeverity severity, double score, const char *rule, int64_t time_ms)
{
	if (r->flags == OUTPUT_FLAGS) {
		r->left_out++;
		return NULL;
	}
	r->flag[r->flags] = flag_make(kind, severity, score, rule, time_ms);
	return &r->flag[r->flags++];
}

static void check_leak(InjectText *t, Leak *leak, Str answer, int64_t time_ms, OutputResult *r)
{
	double score;
	Flag *f;

	leak_check(leak, t, &r->leak);
	if (!r->leak.leaked)
		return;
	score = r->leak.canary ? 1 : r->leak.share;
	f = add(r, FLAG_OUTPUT_LEAK, r->leak.canary || r->leak.share >= 0.5 ? FLAG_CRITICAL : FLAG_HIGH, score, r->leak.canary ? "canary" : "overlap",
	        time_ms);
	if (f)
		flag_place(f, answer, r->leak.from, r->leak.to, view_name(r->leak.view));
}

static void check_secrets(Str answer, int64_t time_ms, OutputResult *r)
{
	for (size_t at = 0; at < answer.n; at++) {
		size_t n, skip;
		const SecretRow *row = secret_at(answer, at, &n, &skip);
		Flag *f;

		if (!row)
			continue;
		if ((f = add(r, FLAG_OUTPUT_SECRET, row->severity, 1, row->id, time_ms)) != NULL)
			flag_place(f, answer, (uint32_t)(at + skip), (uint32_t)(at + n), "plain");
		at += n - 1;
	}
}

/* One flag for each id, at its first place. */
static void check_traces(const InjectText *t, Str answer, int64_t time_ms, OutputResult *r)
{
	const char *last = "";

	for (size_t i = 0; t->views && i < sizeof trace_rows / sizeof *trace_rows; i++) {
		Str s = t->view[0].text;
		size_t at;
		Needle k;
		Flag *f;

		needle_init(&k, str_of(trace_rows[i].text));
		if (strcmp(last, trace_rows[i].id) == 0 || s.n < k.n || (at = scan_find(&k, s.p, s.n, 0)) == SCAN_NONE)
			continue;
		last = trace_rows[i].id;
		if ((f = add(r, FLAG_OUTPUT_TRACE, trace_rows[i].severity, 1, trace_rows[i].id, time_ms)) != NULL)
			flag_place(f, answer, inject_text_place(t, &t->view[0], at), inject_text_place(t, &t->view[0], at + k.n - 1) + 1, "plain");
	}
}

void output_check(InjectText *room, Leak *leak, Str answer, int64_t time_ms, OutputResult *r)
{
	r->flags = 0;
	r->left_out = 0;
	memset(&r->leak, 0, sizeof r->leak);
	inject_text_read(room, answer);
	if (leak)
		check_leak(room, leak, answer, time_ms, r);
	check_secrets(answer, time_ms, r);
	check_traces(room, answer, time_ms, r);
}
