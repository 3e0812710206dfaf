#include "aws/services.h"

#include <inttypes.h>

#include "aws/jsonout.h"

enum { TAIL_GROUPS_MAX = 10, UPDATE_MAX_BYTES = 24 << 20 };

static int encode_filter(const void *input, AwsParts *out, Err *e)
{
	const LogsFilterIn *in = input;
	cJSON *root;
	int rc;

	if (!in->group || !*in->group)
		return err_kind(e, ERR_USAGE, "no log group is given");
	(void)buf_printf(&out->about, "log group %s", in->group);
	root = jo_new();
	/* A group of another account is named by its ARN, and that goes into another member. */
	rc = jo_str(root, str_starts(str_of(in->group), STR("arn:")) ? "logGroupIdentifier" : "logGroupName", str_of(in->group), e);
	jo_cstr(root, "filterPattern", in->pattern);
	if (in->start_ms)
		jo_i64(root, "startTime", in->start_ms);
	if (in->end_ms)
		jo_i64(root, "endTime", in->end_ms);
	if (rc == 0 && in->next_token.n)
		rc = jo_str(root, "nextToken", in->next_token, e);
	if (in->limit > 0)
		jo_i64(root, "limit", in->limit);
	return jo_finish(root, rc, &out->body, e);
}

static int read_event(JsonVal v, LogsEvent *out, Err *e)
{
	if (jv_opt_str(v, "eventId", &out->id, e) < 0 || jv_opt_str(v, "logStreamName", &out->stream, e) < 0 ||
	    jv_opt_str(v, "message", &out->message, e) < 0 || jv_opt_i64(v, "timestamp", &out->time_ms, e) < 0)
		return -1;
	return jv_opt_i64(v, "ingestionTime", &out->ingested_ms, e);
}

static int decode_filter(Arena *a, const AwsBody *body, void *output, Err *e)
{
	LogsFilterOut *out = output;
	JsonVal list = { 0 };

	if (jv_opt_array(body->json, "events", &list, e) < 0 || jv_opt_str(body->json, "nextToken", &out->next_token, e) < 0)
		return -1;
	out->count = jv_count(list);
	out->event = ARENA_ARRAY(a, LogsEvent, out->count ? out->count : 1);
	for (size_t i = 0; i < out->count; i++)
		if (read_event(jv_at(list, i), &out->event[i], e) < 0)
			return -1;
	return 0;
}

/* DescribeLogGroups answers ARNs with ":*" behind; Live Tail wants them without. */
static Str tail_arn(const char *arn)
{
	Str s = str_of(arn);

	return str_ends(s, STR(":*")) ? str_sub(s, 0, s.n - 2) : s;
}

static int encode_tail(const void *input, AwsParts *out, Err *e)
{
	const LogsTailIn *in = input;
	cJSON *root, *groups;
	int rc = 0;

	if (!in->count || in->count > TAIL_GROUPS_MAX)
		return err_kind(e, ERR_USAGE, "live tail takes 1 to %d log groups, not %zu", TAIL_GROUPS_MAX, in->count);
	for (size_t i = 0; i < in->count; i++)
		if (!str_starts(str_of(in->group_arns[i]), STR("arn:")))
			return err_kind(e, ERR_USAGE, "live tail wants the ARN of a log group, not \"%s\"", in->group_arns[i]);
	(void)buf_printf(&out->about, "log group %s", in->group_arns[0]);
	root = jo_new();
	groups = jo_array(root, "logGroupIdentifiers");
	for (size_t i = 0; rc == 0 && i < in->count; i++)
		rc = jo_push_str(groups, tail_arn(in->group_arns[i]), e);
	jo_cstr(root, "logEventFilterPattern", in->pattern);
	return jo_finish(root, rc, &out->body, e);
}

/* Live Tail gives events no id: theirs is made of what tells two events apart. */
static Str tail_id(Arena *a, const LogsEvent *v)
{
	Str text = arena_printf(a, "%.*s\n%.*s\n%" PRId64 "\n%.*s", STR_ARG(v->group), STR_ARG(v->stream), v->time_ms,
	                        STR_ARG(v->message));

	return arena_printf(a, "tail-%016" PRIx64, str_hash(text));
}

int logs_tail_update(Arena *a, Str payload, LogsTailUpdate *out, Err *e)
{
	JsonVal root, meta = { 0 }, list = { 0 };

	*out = (LogsTailUpdate){ 0 };
	if (jv_parse(a, payload, UPDATE_MAX_BYTES, &root, e) < 0 || jv_opt_object(root, "sessionMetadata", &meta, e) < 0 ||
	    jv_opt_bool(meta, "sampled", &out->sampled, e) < 0 || jv_opt_array(root, "sessionResults", &list, e) < 0)
		return err_wrap(e, "CloudWatch Logs StartLiveTail sessionUpdate");
	out->count = jv_count(list);
	out->event = ARENA_ARRAY(a, LogsEvent, out->count ? out->count : 1);
	for (size_t i = 0; i < out->count; i++) {
		LogsEvent *v = &out->event[i];

		if (read_event(jv_at(list, i), v, e) < 0 || jv_opt_str(jv_at(list, i), "logGroupIdentifier", &v->group, e) < 0)
			return err_wrap(e, "CloudWatch Logs StartLiveTail sessionUpdate");
		v->id = tail_id(a, v);
	}
	return 0;
}

static const AwsService logs = {
	.id = "cloudwatch-logs", .host_prefix = "logs", .signing_name = "logs", .protocol = AWS_JSON11,
	.target_prefix = "Logs_20140328", .name = "CloudWatch Logs",
	.missing_hint = "check sources.jobs.log_groups and the region",
};

const AwsOp op_logs_filter_log_events = {
	.service = &logs, .name = "FilterLogEvents", .method = "POST", .path = "/", .cls = AWS_READ, .idempotent = true,
	.permission = "logs:FilterLogEvents", .encode = encode_filter, .decode = decode_filter, .out_size = sizeof(LogsFilterOut),
	.page_token = "nextToken",
};

/* An update comes every second, also an empty one: ten silent seconds are a dead connection. Opening it twice is harmless. */
const AwsOp op_logs_start_live_tail = {
	.service = &logs, .name = "StartLiveTail", .method = "POST", .path = "/", .host_prefix = "stream-", .cls = AWS_READ,
	.stream = true, .idempotent = true, .only_event = "sessionUpdate", .quiet_s = 10,
	.permission = "logs:StartLiveTail", .encode = encode_tail,
};
