/* What can be measured, and the rules that need no configuration. */
#include "model/alert.h"

#define ANY_KEY (BY_BIT(BY_NONE) | BY_BIT(BY_TENANT) | BY_BIT(BY_PERSONA) | BY_BIT(BY_AGENT) | BY_BIT(BY_VERSION) | BY_BIT(BY_MODEL))
#define KEYED   (ANY_KEY & ~BY_BIT(BY_NONE))
#define ONE     BY_BIT(BY_NONE)

/* What is throttled is tried again at once, three times by the SDKs: throttled calls come in threes. */
enum { TRIES = 3 };

static const MetricInfo metrics[METRICS] = {
	[METRIC_ERROR_RATE] = { "error_rate", UNIT_RATE, ANY_KEY | BY_BIT(BY_POINTER), true, 1, "failed jobs of all jobs" },
	[METRIC_ERROR_AFTER_MOVE] = { "error_rate_after_move", UNIT_RATE, BY_BIT(BY_POINTER), true, 1,
	                              "failed jobs of the version that a pointer was moved to within the window; usual is the version before" },
	[METRIC_FAILURES_IN_A_ROW] = { "failures_in_a_row", UNIT_COUNT, BY_BIT(BY_VERSION), false, 0,
	                               "newest jobs of a version that all failed, minute by minute" },
	[METRIC_SILENCE] = { "silence_s", UNIT_SECONDS, BY_BIT(BY_NONE) | BY_BIT(BY_TENANT) | BY_BIT(BY_AGENT), true, 0,
	                     "since the last job began; usual is the mean gap at this time of the week" },
	[METRIC_THROTTLE_RATE] = { "throttle_rate", UNIT_RATE, ONE | BY_BIT(BY_MODEL), false, TRIES,
	                           "throttled calls of all calls, as CloudWatch counts them" },
	[METRIC_STUCK_JOBS] = { "stuck_jobs", UNIT_COUNT, ONE | BY_BIT(BY_AGENT), false, 0,
	                        "queued or running jobs that did not change within the window" },
	[METRIC_JOBS_RATE] = { "jobs_per_minute", UNIT_COUNT, ANY_KEY, true, 0, "jobs begun" },
	[METRIC_SPEND_RATE] = { "spend_per_hour", UNIT_USD_HOUR, ANY_KEY, true, 0, "spending as a rate per hour" },
	[METRIC_HOUR_SHARE] = { "share_of_hour", UNIT_RATE, KEYED, true, 0, "share of the spending of the last 60 minutes" },
	[METRIC_COST_PER_JOB] = { "usd_per_job", UNIT_USD, ANY_KEY, true, 0, "spending by job" },
	[METRIC_COST_AFTER_MOVE] = { "usd_per_job_after_move", UNIT_USD, BY_BIT(BY_POINTER), true, 0,
	                             "spending by job of the version that a pointer was moved to within the window; usual is the version before" },
	[METRIC_CACHE_MISS_RATE] = { "cache_miss_usd_per_hour", UNIT_USD_HOUR, BY_BIT(BY_VERSION) | BY_BIT(BY_MODEL), false, 0,
	                             "what prompt tokens cost that are usually read from the cache, where 20 points fewer are than usual" },
	[METRIC_UNPRICED] = { "unpriced_jobs", UNIT_COUNT, ONE | BY_BIT(BY_MODEL), false, 0, "jobs whose model has no price" },
	[METRIC_TRACE_COST] = { "trace_usd", UNIT_USD, ONE, false, 0, "spending of one trace" },
	[METRIC_TRACE_CALLS] = { "trace_calls", UNIT_COUNT, ONE, false, 0, "jobs of one trace" },
	[METRIC_TRACE_AGE] = { "trace_minutes", UNIT_COUNT, ONE, false, 0, "minutes from the first to the last job of one trace" },
	[METRIC_UNPINNED] = { "unpinned_jobs", UNIT_COUNT, BY_BIT(BY_AGENT), false, 0, "jobs in stage prod on DEFAULT, DRAFT or TSTALIASID" },
	[METRIC_FEED_AGE] = { "feed_age_s", UNIT_SECONDS, ONE, true, 0, "age of what a feed knows; usual is its interval" },
	[METRIC_SEEN] = { "seen", UNIT_RATE, ONE, false, 0, "tokens of the jobs beside those that CloudWatch counts" },
	[METRIC_P95] = { "p95_ms", UNIT_MS, (ANY_KEY & ~BY_BIT(BY_PERSONA)) | BY_BIT(BY_POINTER), true, 0,
	                 "95 of 100 jobs took no longer; approximate, within 1 %" },
	[METRIC_MOVES] = { "pointer_moves", UNIT_COUNT, BY_BIT(BY_POINTER), false, 0,
	                   "moves of a pointer that seismo did not make, without those of whom `expect` names" },
	[METRIC_LEFT_RESTORED] = { "left_restored", UNIT_COUNT, BY_BIT(BY_POINTER), false, 0,
	                           "a pointer that was put back to an earlier version within the window, and has left it" },
	[METRIC_STOP_OVERDUE] = { "stop_overdue_s", UNIT_SECONDS, BY_BIT(BY_POINTER), false, 0, "how long a stop has held beyond stops.ttl" },
	[METRIC_MODEL_LEFT] = { "model_days_left", UNIT_COUNT, BY_BIT(BY_MODEL), false, 0,
	                        "days until the end of life of a model that a pointer leads to, or that was called in the last 24 h" },
	[METRIC_BILL_DRIFT] = { "bill_drift_usd", UNIT_USD, ONE, true, 0,
	                        "what the last settled day was booked with beside what AWS billed for it, either way; usual is that bill" },
	[METRIC_BUDGET] = { "budget_used", UNIT_RATE, 0, false, 0, "share of a budget that is spent; written under budgets" },
	[METRIC_CREDENTIALS] = { "credentials_s", UNIT_SECONDS, ONE, false, 0, "until credentials that do not renew themselves run out" },
};

const char *const alert_metric_names[METRICS + 1] = {
	"error_rate", "error_rate_after_move", "failures_in_a_row", "silence_s", "throttle_rate", "stuck_jobs", "jobs_per_minute",
	"spend_per_hour", "share_of_hour", "usd_per_job", "usd_per_job_after_move", "cache_miss_usd_per_hour", "unpriced_jobs", "trace_usd",
	"trace_calls", "trace_minutes", "unpinned_jobs", "feed_age_s", "seen", "credentials_s",
	"p95_ms", "pointer_moves", "model_days_left", "bill_drift_usd", "budget_used", "left_restored", "stop_overdue_s", NULL,
};
const char *const alert_by_names[BYS + 1] = { "none", "tenant", "persona", "agent", "version", "model", "pointer", NULL };
const char *const alert_severity_names[] = { "info", "warning", "critical", NULL };

const MetricInfo *metric_info(AlertMetric m)
{
	return &metrics[m];
}

int64_t metric_scaled(AlertMetric m, int64_t millionths)
{
	bool money = metrics[m].unit == UNIT_USD || metrics[m].unit == UNIT_USD_HOUR;

	return money ? millionths * 1000 : millionths;
}

#define NO        ALERT_NONE
#define PART(n)   INT64_C(n)                                /* millionths */
#define WHOLE(n)  (INT64_C(n) * 1000000)
#define USD(n)    (INT64_C(n) * 1000000000)
#define MINUTES(n) (INT64_C(n) * 60000)
#define S(text)   { text, sizeof text - 1 }
#define STEPS(list) .step = list, .steps = sizeof list / sizeof *list
#define LIMITS(ab, be, pl, ra, cl) .above = ab, .below = be, .plus = pl, .ratio = ra, .clear = cl

static const Str release_steps[] = { S("See the jobs of the version (Enter), their errors (z)"), S("Compare with the version before"),
	S("Move the pointer back if it is the release (B)") };
static const Str throttle_steps[] = { S("See which model is throttled (metrics)"), S("Compare with the quota of the account"),
	S("Spread the load, or ask for a higher quota") };
static const Str spend_steps[] = { S("Open cost, Enter on the hour: who explains the difference"), S("Enter again: the jobs behind it"),
	S("Look for one trace or tenant that repeats itself") };
static const Str trace_steps[] = { S("See the jobs of the trace (Enter): the same call again and again is a loop"), S("Stop its caller") };
static const Str feed_steps[] = { S("seismo doctor says what is missing"), S("The pane of the feed names the call that failed") };
static const Str slow_steps[] = { S("See its jobs (Enter): one version, one tenant, or all of them"),
	S("Compare with other agents on the same model"),
	S("Move the pointer back if it is the release (B)") };
static const Str move_steps[] = { S("Ask whoever moved it; where it was before is in the changes"),
	S("Watch the errors and the cost of the new version (Enter)"),
	S("If this is how you release: name the pipeline under `expect` of this rule") };
static const Str restored_steps[] = { S("Ask whoever moved it: the version was put back for a reason, which the history and the audit have"),
	S("See the jobs of the version that serves now (Enter)"), S("Move the pointer back (B, or seismo rollback), or acknowledge the alert (a)") };
static const Str stop_steps[] = { S("Ask whoever stopped it whether its reason still holds: seismo op list has both"),
	S("Take it back with seismo undo OP; it never ends by itself"), S("Or acknowledge the alert, and look at it again") };
static const Str model_steps[] = { S("Choose the model that follows it, compare both on your cases"),
	S("Register a version on it, move the pointers that are named here") };
static const Str bill_steps[] = { S("seismo reconcile takes the difference apart by its causes"),
	S("Calls that are not seen: coverage; prices: seismo prices") };
static const Str price_steps[] = { S("seismo get cost --by model lists them"), S("Their spending is not in any total until a price is known") };

const AlertRule alert_builtin[] = {
	{ .id = S("err-high"), .metric = METRIC_ERROR_RATE, .by = BY_POINTER, LIMITS(PART(50000), NO, NO, WHOLE(3), PART(40000)),
	  .window_ms = MINUTES(5), .for_ms = MINUTES(2), .min_count = 30, .severity = SEVERITY_CRITICAL, STEPS(release_steps),
	  .help = S("More than 5 % of a pointer's jobs fail, three times the usual.") },
	{ .id = S("err-after-move"), .metric = METRIC_ERROR_AFTER_MOVE, .by = BY_POINTER, LIMITS(PART(20000), NO, NO, WHOLE(3), NO),
	  .window_ms = MINUTES(30), .for_ms = MINUTES(1), .min_count = 30, .severity = SEVERITY_CRITICAL, STEPS(release_steps),
	  .help = S("A version fails three times as often as the one before the move.") },
	{ .id = S("fail-streak"), .metric = METRIC_FAILURES_IN_A_ROW, .by = BY_VERSION, LIMITS(WHOLE(4), NO, NO, NO, WHOLE(0)),
	  .window_ms = MINUTES(30), .for_ms = 0, .min_count = 5, .severity = SEVERITY_CRITICAL, STEPS(release_steps),
	  .help = S("The newest five or more jobs of a version all failed.") },
	{ .id = S("slow"), .metric = METRIC_P95, .by = BY_POINTER, LIMITS(WHOLE(1000), NO, NO, WHOLE(2), NO),
	  .window_ms = MINUTES(60), .for_ms = MINUTES(5), .min_count = 100, .severity = SEVERITY_WARNING, STEPS(slow_steps),
	  .help = S("The slowest twentieth of a pointer's jobs takes more than a second, and twice the usual.") },
	{ .id = S("moved-outside"), .metric = METRIC_MOVES, .by = BY_POINTER, LIMITS(WHOLE(0), NO, NO, NO, NO),
	  .window_ms = MINUTES(60), .for_ms = 0, .min_count = 1, .severity = SEVERITY_WARNING, STEPS(move_steps),
	  .help = S("A pointer was moved, and not by seismo: somebody else decides what runs.") },
	{ .id = S("left-restored"), .metric = METRIC_LEFT_RESTORED, .by = BY_POINTER, LIMITS(WHOLE(0), NO, NO, NO, NO),
	  .window_ms = ALERT_PIN_MS, .for_ms = 0, .min_count = 1, .severity = SEVERITY_CRITICAL, STEPS(restored_steps),
	  .help = S("A pointer was put back to an earlier version, and has left it again: what it was saved from may be back.") },
	{ .id = S("stop-overdue"), .metric = METRIC_STOP_OVERDUE, .by = BY_POINTER, LIMITS(WHOLE(0), NO, NO, NO, NO),
	  .window_ms = MINUTES(60), .for_ms = 0, .min_count = 1, .severity = SEVERITY_WARNING, STEPS(stop_steps),
	  .help = S("A stop was meant to hold for stops.ttl, and still holds.") },
	{ .id = S("model-retiring"), .metric = METRIC_MODEL_LEFT, .by = BY_MODEL, LIMITS(NO, WHOLE(60), NO, NO, NO),
	  .window_ms = MINUTES(60), .for_ms = 0, .min_count = 1, .severity = SEVERITY_WARNING, STEPS(model_steps),
	  .help = S("A model that is in use ends within 60 days: from then on every call to it fails.") },
	{ .id = S("silent-agent"), .metric = METRIC_SILENCE, .by = BY_AGENT, LIMITS(WHOLE(900), NO, NO, WHOLE(10), NO),
	  .window_ms = MINUTES(360), .for_ms = MINUTES(1), .min_count = 6, .severity = SEVERITY_WARNING,
	  .help = S("An agent that is usually busy has begun no job for a quarter of an hour, and ten times its usual gap.") },
	{ .id = S("throttled"), .metric = METRIC_THROTTLE_RATE, .by = BY_NONE, LIMITS(PART(20000), NO, NO, NO, PART(10000)),
	  .window_ms = MINUTES(10), .for_ms = MINUTES(2), .min_count = 30, .severity = SEVERITY_WARNING, STEPS(throttle_steps),
	  .help = S("More than 2 % of the calls to models are throttled.") },
	{ .id = S("stuck-jobs"), .metric = METRIC_STUCK_JOBS, .by = BY_NONE, LIMITS(WHOLE(0), NO, NO, NO, NO),
	  .window_ms = MINUTES(30), .for_ms = MINUTES(1), .min_count = 1, .severity = SEVERITY_WARNING,
	  .help = S("Jobs are queued or running and have not changed for half an hour.") },
	{ .id = S("trace-cost"), .metric = METRIC_TRACE_COST, .by = BY_NONE, LIMITS(USD(5), NO, NO, NO, NO),
	  .window_ms = MINUTES(60), .for_ms = 0, .min_count = 1, .severity = SEVERITY_WARNING, STEPS(trace_steps),
	  .help = S("One trace has cost more than $5.") },
	{ .id = S("trace-calls"), .metric = METRIC_TRACE_CALLS, .by = BY_NONE, LIMITS(WHOLE(50), NO, NO, NO, NO),
	  .window_ms = MINUTES(60), .for_ms = 0, .min_count = 1, .severity = SEVERITY_WARNING, STEPS(trace_steps),
	  .help = S("One trace has made more than 50 calls.") },
	{ .id = S("trace-long"), .metric = METRIC_TRACE_AGE, .by = BY_NONE, LIMITS(WHOLE(30), NO, NO, NO, NO),
	  .window_ms = MINUTES(60), .for_ms = 0, .min_count = 2, .severity = SEVERITY_WARNING, STEPS(trace_steps),
	  .help = S("One trace goes on for more than 30 minutes.") },
	{ .id = S("spend-high"), .metric = METRIC_SPEND_RATE, .by = BY_NONE, LIMITS(USD(0), NO, USD(20), WHOLE(2), NO),
	  .window_ms = MINUTES(5), .for_ms = MINUTES(5), .min_count = 1, .severity = SEVERITY_WARNING, STEPS(spend_steps),
	  .help = S("Spending is twice the usual and $20 an hour more.") },
	{ .id = S("spend-critical"), .metric = METRIC_SPEND_RATE, .by = BY_NONE, LIMITS(USD(0), NO, USD(50), WHOLE(4), NO),
	  .window_ms = MINUTES(5), .for_ms = MINUTES(5), .min_count = 1, .severity = SEVERITY_CRITICAL, STEPS(spend_steps),
	  .help = S("Spending is four times the usual and $50 an hour more.") },
	{ .id = S("spend-tenant"), .metric = METRIC_SPEND_RATE, .by = BY_TENANT, LIMITS(USD(0), NO, USD(5), WHOLE(2), NO),
	  .window_ms = MINUTES(30), .for_ms = MINUTES(30), .min_count = 10, .severity = SEVERITY_INFO, STEPS(spend_steps),
	  .help = S("A tenant spends twice the usual and $5 an hour more, over two half hours.") },
	{ .id = S("spend-agent"), .metric = METRIC_SPEND_RATE, .by = BY_AGENT, LIMITS(USD(0), NO, USD(5), WHOLE(2), NO),
	  .window_ms = MINUTES(30), .for_ms = MINUTES(30), .min_count = 10, .severity = SEVERITY_INFO, STEPS(spend_steps),
	  .help = S("An agent spends twice the usual and $5 an hour more, over two half hours.") },
	{ .id = S("tenant-share"), .metric = METRIC_HOUR_SHARE, .by = BY_TENANT, LIMITS(PART(400000), NO, NO, PART(1500000), PART(350000)),
	  .window_ms = MINUTES(60), .for_ms = MINUTES(5), .min_count = 30, .severity = SEVERITY_WARNING, STEPS(spend_steps),
	  .help = S("One tenant makes 40 % of the hour's spending, half as much again as usual.") },
	{ .id = S("dearer-after-move"), .metric = METRIC_COST_AFTER_MOVE, .by = BY_POINTER, LIMITS(USD(0), NO, NO, PART(1500000), NO),
	  .window_ms = MINUTES(30), .for_ms = MINUTES(2), .min_count = 30, .severity = SEVERITY_WARNING, STEPS(release_steps),
	  .help = S("A job costs half as much again as with the version before the move.") },
	{ .id = S("cache-drop"), .metric = METRIC_CACHE_MISS_RATE, .by = BY_VERSION, LIMITS(USD(5), NO, NO, NO, USD(3)),
	  .window_ms = MINUTES(30), .for_ms = MINUTES(5), .min_count = 30, .severity = SEVERITY_WARNING,
	  .help = S("20 points fewer of the prompt are read from the cache than usual, and that costs more than $5 an hour.") },
	{ .id = S("unpinned"), .metric = METRIC_UNPINNED, .by = BY_AGENT, LIMITS(WHOLE(0), NO, NO, NO, NO),
	  .window_ms = MINUTES(60), .for_ms = 0, .min_count = 1, .severity = SEVERITY_WARNING,
	  .help = S("Jobs in stage prod ran on DEFAULT, DRAFT or TSTALIASID: whatever was saved last.") },
	{ .id = S("unpriced"), .metric = METRIC_UNPRICED, .by = BY_MODEL, LIMITS(WHOLE(0), NO, NO, NO, NO),
	  .window_ms = MINUTES(60), .for_ms = 0, .min_count = 1, .severity = SEVERITY_WARNING, STEPS(price_steps),
	  .help = S("A model without a price was called: its spending is in no total.") },
	{ .id = S("feed-old"), .metric = METRIC_FEED_AGE, .by = BY_NONE, LIMITS(WHOLE(90), NO, NO, WHOLE(3), NO),
	  .window_ms = MINUTES(1), .for_ms = MINUTES(1), .min_count = 1, .severity = SEVERITY_WARNING, STEPS(feed_steps),
	  .help = S("What a feed knows is older than three of its intervals.") },
	{ .id = S("seen-low"), .metric = METRIC_SEEN, .by = BY_NONE, LIMITS(NO, PART(950000), NO, NO, PART(960000)),
	  .window_ms = MINUTES(60), .for_ms = MINUTES(10), .min_count = 100, .severity = SEVERITY_WARNING, STEPS(feed_steps),
	  .help = S("Less than 95 % of the tokens that CloudWatch counts are in jobs that we see.") },
	{ .id = S("bill-drift"), .metric = METRIC_BILL_DRIFT, .by = BY_NONE, LIMITS(USD(50), NO, NO, PART(50000), NO),
	  .window_ms = MINUTES(60), .for_ms = 0, .min_count = 1, .severity = SEVERITY_WARNING, STEPS(bill_steps),
	  .help = S("What was booked for the last settled day is more than $50 and 5 % beside the bill of AWS.") },
	{ .id = S("credentials"), .metric = METRIC_CREDENTIALS, .by = BY_NONE, LIMITS(NO, WHOLE(900), NO, NO, WHOLE(1200)),
	  .window_ms = MINUTES(1), .for_ms = 0, .min_count = 1, .severity = SEVERITY_WARNING,
	  .help = S("The credentials run out within a quarter of an hour.") },
};
const size_t alert_builtin_count = sizeof alert_builtin / sizeof *alert_builtin;
