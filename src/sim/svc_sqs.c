/* SQS: the queues of the pipeline and their dead letters. Messages are not stored: the n-th of a queue is a function of the
 * seed, sent at its own time, and a queue holds those that its consumers, who are sometimes late, have not come to. Dead
 * letters stay until they are too old or a move task has taken them away; what is moved back is consumed at once.
 * Source of rules and errors: Amazon SQS API Reference, JSON protocol, and Developer Guide, "dead-letter queue redrive". */
#include "sim/serve.h"

#include <inttypes.h>
#include <stdio.h>

#include "api/sqs.h"
#include "sim/fleet_hour.h"
#include "sim/fleet_tables.h"
#include "sim/rng.h"
#include "wire/jsonw.h"
#include "wire/md5.h"
#include "wire/text.h"

enum {
	QUEUES = 8, MOVES_MAX = 10, TOUCHED_MAX = 256, RECEIVE_MAX = 10, VISIBILITY_MAX_S = 43200, WAIT_MAX_S = 20,
	RATE_DEFAULT = 50, RATE_MAX = 500, MAX_RECEIVES = 3, WAVE_MS = 10 * 60 * 1000, DAY_MS = 24 * HOUR_MS, VISIBILITY_DEFAULT_S = 60,
};

/* every_ms: between arrivals. lag_ms: how far behind its consumers are, on average. Every queue's dead letters come next. */
typedef struct QueueRow { const char *name; int64_t every_ms, lag_ms; bool dead; } QueueRow;

static const QueueRow queues[QUEUES] = {
	{ "fleet-prep", 9000, 120000, false }, { "fleet-prep-dlq", 7 * HOUR_MS, INT64_C(4) * DAY_MS, true },
	{ "fleet-evaluation", 45000, 600000, false }, { "fleet-evaluation-dlq", 13 * HOUR_MS, INT64_C(4) * DAY_MS, true },
	{ "fleet-deployment", 900000, 1200000, false }, { "fleet-deployment-dlq", 40 * HOUR_MS, INT64_C(4) * DAY_MS, true },
	{ "fleet-inference", 10000, 40000, false }, { "fleet-inference-dlq", HOUR_MS / 2, INT64_C(4) * DAY_MS, true },
};

typedef struct Move { int queue; int64_t started_ms, first, total, per_second; Str destination; uint64_t id; } Move;
typedef struct Touch { int queue; int64_t n, until_ms, receives; } Touch;      /* a message that somebody has received */
typedef struct SqsState {
	Move move[MOVES_MAX];         /* ring */
	size_t moves;
	Touch touch[TOUCHED_MAX];     /* ring */
	size_t touches;
} SqsState;

const SimTable sim_sqs;

static SqsState *state_of(SimCall *c)
{
	return sim_slot(c->sim, &sim_sqs, sizeof(SqsState));
}

static int invalid(SimCall *c, Str message)
{
	sim_fail_query(c, 400, "com.amazonaws.sqs#InvalidParameterValueException", "InvalidParameterValue", message.p);
	return -1;
}

static int no_queue(SimCall *c)
{
	sim_fail_query(c, 400, "com.amazonaws.sqs#QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue",
	               "The specified queue does not exist.");
	return -1;
}

static int queue_named(Str name)
{
	for (int q = 0; q < QUEUES; q++)
		if (str_is(name, queues[q].name))
			return q;
	return -1;
}

/* By the URL's last part, with the account before it. */
static int queue_at(SimCall *c, Str url)
{
	Str name = url;

	while (str_has(name, STR("/")))
		(void)str_cut(name, '/', &name);
	return str_has(url, arena_printf(c->arena, "/%.*s/", STR_ARG(c->who.account))) ? queue_named(name) : -1;
}

static Str arn_of(SimCall *c, int q)
{
	return arena_printf(c->arena, "arn:aws:sqs:%.*s:%.*s:%s", STR_ARG(c->region), STR_ARG(c->who.account), queues[q].name);
}

static int queue_by_arn(SimCall *c, Str arn)
{
	for (int q = 0; q < QUEUES; q++)
		if (str_eq(arn, arn_of(c, q)))
			return q;
	return -1;
}

/* --- which messages are there --- */

static uint64_t draw(SimCall *c, int q, int64_t n)
{
	return rng_join(sim_seed(c->sim) + (uint64_t)q * 7919, (uint64_t)n);
}

static int64_t sent_ms(SimCall *c, int q, int64_t n)
{
	return n * queues[q].every_ms + (int64_t)(draw(c, q, n) % (uint64_t)queues[q].every_ms);
}

/* The number of the last message that has been sent. */
static int64_t last_sent(SimCall *c, int q)
{
	int64_t n = c->now_ms / queues[q].every_ms;

	return sent_ms(c, q, n) <= c->now_ms ? n : n - 1;
}

/* How late the consumers are: between a fifth and twice the mean, another value every ten minutes, on a line between. */
static int64_t lag_ms(SimCall *c, int q)
{
	int64_t step = c->now_ms / WAVE_MS, at = c->now_ms % WAVE_MS, mean = queues[q].lag_ms;
	int64_t a = mean / 5 + (int64_t)(draw(c, q, -step - 1) % (uint64_t)(mean * 9 / 5));
	int64_t b = mean / 5 + (int64_t)(draw(c, q, -step - 2) % (uint64_t)(mean * 9 / 5));

	return queues[q].dead ? mean : a + (b - a) * at / WAVE_MS;
}

static int64_t moved_by(const Move *m, int64_t now_ms)
{
	int64_t n = (now_ms - m->started_ms) * m->per_second / 1000;

	return n < m->total ? n : m->total;
}

/* The number of the oldest message that is still there. */
static int64_t first_there(SimCall *c, int q)
{
	SqsState *st = state_of(c);
	int64_t first = (c->now_ms - lag_ms(c, q)) / queues[q].every_ms + 1;

	for (size_t i = 0; i < st->moves && i < MOVES_MAX; i++)
		if (st->move[i].queue == q && st->move[i].first + moved_by(&st->move[i], c->now_ms) > first)
			first = st->move[i].first + moved_by(&st->move[i], c->now_ms);
	return first;
}

static Touch *touch_of(SqsState *st, int q, int64_t n)
{
	for (size_t i = 0; i < st->touches && i < TOUCHED_MAX; i++)
		if (st->touch[i].queue == q && st->touch[i].n == n)
			return &st->touch[i];
	return NULL;
}

static int64_t hidden(SimCall *c, int q)
{
	SqsState *st = state_of(c);
	int64_t first = first_there(c, q), n = 0;

	for (size_t i = 0; i < st->touches && i < TOUCHED_MAX; i++)
		n += st->touch[i].queue == q && st->touch[i].until_ms > c->now_ms && st->touch[i].n >= first;
	return n;
}

static int64_t depth(SimCall *c, int q)
{
	int64_t n = last_sent(c, q) - first_there(c, q) + 1;

	return n > 0 ? n : 0;
}

/* --- attributes --- */

static void put_pair(SimCall *c, SqsAttributes *out, const SqsAttributesIn *in, const char *name, Str value)
{
	bool wanted = false;

	for (size_t i = 0; i < in->names.n; i++)
		wanted |= str_is(in->names.v[i], "All") || str_is(in->names.v[i], name);
	if (wanted && value.n)
		out->attributes.v[out->attributes.n++] = (ShapePair){ str_of(name), arena_str(c->arena, value) };
}

static Str number(SimCall *c, int64_t n)
{
	return arena_printf(c->arena, "%" PRId64, n);
}

static bool is_attribute(Str name)
{
	static const char *const names[] = {
		"All", "Policy", "VisibilityTimeout", "MaximumMessageSize", "MessageRetentionPeriod", "ApproximateNumberOfMessages",
		"ApproximateNumberOfMessagesNotVisible", "CreatedTimestamp", "LastModifiedTimestamp", "QueueArn", "ApproximateNumberOfMessagesDelayed",
		"DelaySeconds", "ReceiveMessageWaitTimeSeconds", "RedrivePolicy", "FifoQueue", "ContentBasedDeduplication", "KmsMasterKeyId",
		"KmsDataKeyReusePeriodSeconds", "DeduplicationScope", "FifoThroughputLimit", "RedriveAllowPolicy", "SqsManagedSseEnabled" };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (str_is(name, names[i]))
			return true;
	return false;
}

static int get_attributes(SimCall *c, const void *input, void *output)
{
	const SqsAttributesIn *in = input;
	SqsAttributes *out = output;
	int q = queue_at(c, in->queue_url);
	int64_t created_s = (sim_start(c->sim) - INT64_C(200) * DAY_MS) / 1000;

	if (q < 0)
		return no_queue(c);
	for (size_t i = 0; i < in->names.n; i++) {
		if (is_attribute(in->names.v[i]))
			continue;
		sim_fail_query(c, 400, "com.amazonaws.sqs#InvalidAttributeName", "InvalidAttributeName", "Unknown Attribute.");
		return -1;
	}
	out->attributes.v = ARENA_ARRAY(c->arena, ShapePair, 16);
	put_pair(c, out, in, "QueueArn", arn_of(c, q));
	put_pair(c, out, in, "ApproximateNumberOfMessages", number(c, depth(c, q) - hidden(c, q)));
	put_pair(c, out, in, "ApproximateNumberOfMessagesNotVisible", number(c, hidden(c, q)));
	put_pair(c, out, in, "ApproximateNumberOfMessagesDelayed", STR("0"));
	put_pair(c, out, in, "CreatedTimestamp", number(c, created_s));
	put_pair(c, out, in, "LastModifiedTimestamp", number(c, created_s));
	put_pair(c, out, in, "VisibilityTimeout", number(c, VISIBILITY_DEFAULT_S));
	put_pair(c, out, in, "MaximumMessageSize", STR("262144"));
	put_pair(c, out, in, "MessageRetentionPeriod", STR("345600"));
	put_pair(c, out, in, "DelaySeconds", STR("0"));
	put_pair(c, out, in, "ReceiveMessageWaitTimeSeconds", STR("0"));
	put_pair(c, out, in, "SqsManagedSseEnabled", STR("true"));
	if (queues[q].dead)
		put_pair(c, out, in, "RedriveAllowPolicy", arena_printf(c->arena, "{\"redrivePermission\":\"byQueue\",\"sourceQueueArns\":[\"%.*s\"]}",
		         STR_ARG(arn_of(c, q - 1))));
	else
		put_pair(c, out, in, "RedrivePolicy", arena_printf(c->arena, "{\"deadLetterTargetArn\":\"%.*s\",\"maxReceiveCount\":%d}",
		         STR_ARG(arn_of(c, q + 1)), MAX_RECEIVES));
	return 0;
}

static int get_url(SimCall *c, const void *input, void *output)
{
	const SqsUrlIn *in = input;
	int q = in->owner.n && !str_eq(in->owner, c->who.account) ? -1 : queue_named(in->name);

	if (q < 0)
		return no_queue(c);
	((SqsUrlOut *)output)->queue_url = arena_printf(c->arena, "http://%.*s/%.*s/%s", STR_ARG(sim_header(c->rq, "host")), STR_ARG(c->who.account),
	                                                queues[q].name);
	return 0;
}

/* --- messages --- */

static Str body_of(SimCall *c, int q, int64_t n)
{
	uint64_t r = draw(c, q, n);
	const FleetAgent *a = &fleet_agents[r % FLEET_AGENTS];
	const FleetTenant *t = &fleet_tenants[(r >> 8) % FLEET_TENANTS];
	char id[FLEET_UUID];

	fleet_uuid(r, rng_join(r, 1), id);
	return arena_printf(c->arena, "{\"jobId\":\"job-%.13s\",\"agentId\":\"%s\",\"agentVersion\":\"%s\",\"tenantId\":\"%s\"%s}", id, a->id,
	                    a->version[1], t->id, queues[q].dead ? ",\"error\":{\"code\":\"ToolSchemaError\",\"message\":\"required member "
	                    "\\\"offer\\\" is missing\"}" : "");
}

static void put_system(const SqsReceiveIn *in, SqsMessage *m, const char *name, Str value)
{
	for (size_t i = 0; i < in->system_attributes.n; i++) {
		if (!str_is(in->system_attributes.v[i], "All") && !str_is(in->system_attributes.v[i], name))
			continue;
		m->system.v[m->system.n++] = (ShapePair){ str_of(name), value };
		return;
	}
}

static SqsMessage message_of(SimCall *c, const SqsReceiveIn *in, int q, int64_t n, int64_t receives)
{
	char id[FLEET_UUID];
	unsigned char digest[MD5_BYTES] = { 0 };
	SqsMessage m = { .body = body_of(c, q, n) };
	Buf hex = { 0 };

	fleet_uuid(draw(c, q, n), (uint64_t)n, id);
	(void)md5_of(m.body, digest);
	(void)hex_encode(&hex, (Str){ (const char *)digest, sizeof digest });
	m.id = arena_str(c->arena, str_of(id));
	m.md5 = arena_str(c->arena, buf_str(&hex));
	m.receipt = arena_printf(c->arena, "AQEB%d/%" PRId64 "/%s", q, n, c->request_id);
	m.system.v = ARENA_ARRAY(c->arena, ShapePair, 5);
	put_system(in, &m, "SenderId", STR(SIM_CALLER_ID));
	put_system(in, &m, "SentTimestamp", number(c, sent_ms(c, q, n)));
	put_system(in, &m, "ApproximateReceiveCount", number(c, receives));
	put_system(in, &m, "ApproximateFirstReceiveTimestamp", number(c, queues[q].dead ? sent_ms(c, q, n) : c->now_ms));
	if (queues[q].dead)
		put_system(in, &m, "DeadLetterQueueSourceArn", arn_of(c, q - 1));
	buf_done(&hex);
	return m;
}

static int check_receive(SimCall *c, const SqsReceiveIn *in)
{
	if (in->max < 0 || in->max > RECEIVE_MAX)
		return invalid(c, arena_printf(c->arena, "Value %" PRId64 " for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and "
		               "10, if provided.", in->max));
	if (in->visibility_s.v < 0 || in->visibility_s.v > VISIBILITY_MAX_S)
		return invalid(c, arena_printf(c->arena, "Value %" PRId64 " for parameter VisibilityTimeout is invalid. Reason: Must be between 0 and "
		               "43200, if provided.", in->visibility_s.v));
	if (in->wait_s < 0 || in->wait_s > WAIT_MAX_S)
		return invalid(c, arena_printf(c->arena, "Value %" PRId64 " for parameter WaitTimeSeconds is invalid. Reason: Must be >= 0 and <= 20, if "
		               "provided.", in->wait_s));
	return 0;
}

static int receive(SimCall *c, const void *input, void *output)
{
	const SqsReceiveIn *in = input;
	SqsMessages *out = output;
	SqsState *st = state_of(c);
	int q = queue_at(c, in->queue_url);
	size_t limit = in->max ? (size_t)in->max : 1;
	int64_t hide_ms = (in->visibility_s.has ? in->visibility_s.v : VISIBILITY_DEFAULT_S) * 1000;

	if (q < 0)
		return no_queue(c);
	if (check_receive(c, in) < 0)
		return -1;
	out->messages.v = ARENA_ARRAY(c->arena, SqsMessage, limit);
	for (int64_t n = first_there(c, q), end = last_sent(c, q); n <= end && out->messages.n < limit; n++) {
		Touch *t = touch_of(st, q, n);

		if (t && t->until_ms > c->now_ms)
			continue;
		if (!t) {
			t = &st->touch[st->touches++ % TOUCHED_MAX];
			*t = (Touch){ q, n, 0, queues[q].dead ? MAX_RECEIVES : 0 };
		}
		t->until_ms = c->now_ms + hide_ms;
		out->messages.v[out->messages.n++] = message_of(c, in, q, n, ++t->receives);
	}
	return 0;
}

/* --- moving back --- */

static int no_resource(SimCall *c, const char *which)
{
	sim_fail_query(c, 404, "com.amazonaws.sqs#ResourceNotFoundException", "ResourceNotFoundException",
	               arena_printf(c->arena, "The resource that you specified for the %s parameter doesn't exist.", which).p);
	return -1;
}

static Str handle_of(SimCall *c, const Move *m)
{
	char id[FLEET_UUID];
	Buf text = { 0 };
	Str out;

	fleet_uuid(m->id, m->id + 1, id);
	(void)b64_encode(&text, arena_printf(c->arena, "{\"taskId\":\"%s\",\"sourceArn\":\"%.*s\"}", id, STR_ARG(arn_of(c, m->queue))));
	out = arena_str(c->arena, buf_str(&text));
	buf_done(&text);
	return out;
}

static bool running(const Move *m, int64_t now_ms)
{
	return moved_by(m, now_ms) < m->total;
}

static int start_move(SimCall *c, const void *input, void *output)
{
	const SqsMoveIn *in = input;
	SqsState *st = state_of(c);
	int q = queue_by_arn(c, in->source_arn);
	Move *m;

	if (q < 0)
		return no_resource(c, "SourceArn");
	if (in->destination_arn.n && queue_by_arn(c, in->destination_arn) < 0)
		return no_resource(c, "DestinationArn");
	if (!queues[q].dead)
		return invalid(c, STR("Source queue must be configured as a Dead Letter Queue."));
	if (in->per_second < 0 || in->per_second > RATE_MAX)
		return invalid(c, STR("Value for parameter MaxNumberOfMessagesPerSecond is invalid. Reason: Must be between 1 and 500."));
	for (size_t i = 0; i < st->moves && i < MOVES_MAX; i++) {
		if (st->move[i].queue != q || !running(&st->move[i], c->now_ms))
			continue;
		sim_fail_query(c, 400, "com.amazonaws.sqs#UnsupportedOperation", "AWS.SimpleQueueService.UnsupportedOperation", "There is already a task "
		               "running. Only one active task is allowed for a source queue arn at a given time.");
		return -1;
	}
	m = &st->move[st->moves++ % MOVES_MAX];
	*m = (Move){ .queue = q, .started_ms = c->now_ms, .first = first_there(c, q), .total = depth(c, q),
	             .per_second = in->per_second ? in->per_second : RATE_DEFAULT, .destination = arena_str(sim_keep(c->sim), in->destination_arn),
	             .id = rng_join(sim_seed(c->sim), st->moves) };
	((SqsMoveOut *)output)->task = handle_of(c, m);
	return 0;
}

static int list_moves(SimCall *c, const void *input, void *output)
{
	const SqsMovesIn *in = input;
	SqsMoves *out = output;
	SqsState *st = state_of(c);
	int q = queue_by_arn(c, in->source_arn);
	size_t limit = in->max > 0 && in->max <= MOVES_MAX ? (size_t)in->max : 1;

	if (q < 0)
		return no_resource(c, "SourceArn");
	if (in->max < 0 || in->max > MOVES_MAX)
		return invalid(c, STR("Value for parameter MaxResults is invalid. Reason: Must be between 1 and 10, if provided."));
	out->moves.v = ARENA_ARRAY(c->arena, SqsMove, limit);
	for (size_t i = st->moves; i-- > 0 && st->moves - i <= MOVES_MAX && out->moves.n < limit;) {
		const Move *m = &st->move[i % MOVES_MAX];
		bool busy = running(m, c->now_ms);

		if (m->queue != q)
			continue;
		out->moves.v[out->moves.n++] = (SqsMove){
			.task = busy ? handle_of(c, m) : STR(""), .status = busy ? STR("RUNNING") : STR("COMPLETED"), .source_arn = arn_of(c, q),
			.destination_arn = m->destination, .per_second = m->per_second, .moved = moved_by(m, c->now_ms), .to_move = m->total,
			.started_ms = m->started_ms };
	}
	return 0;
}

static const SimRow rows[] = {
	{ &op_sqs_get_queue_attributes, get_attributes, NULL }, { &op_sqs_get_queue_url, get_url, NULL }, { &op_sqs_receive_message, receive, NULL },
	{ &op_sqs_start_message_move_task, start_move, NULL }, { &op_sqs_list_message_move_tasks, list_moves, NULL },
};
const SimTable sim_sqs = SIM_TABLE(rows);
