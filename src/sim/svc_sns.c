/* SNS: the topics that a fleet's alerts go to. Messages are counted, not delivered. */
#include "sim/serve.h"

#include <inttypes.h>

#include "api/sns.h"

enum { TOPICS = 3, MESSAGE_MAX_BYTES = 256 << 10, SUBJECT_MAX = 100 };

typedef struct SnsState { int64_t published, subscribed; } SnsState;

static const char *const topics[TOPICS] = { "fleet-alerts", "fleet-budgets", "oncall" };
const SimTable sim_sns;

static SnsState *state_of(SimCall *c)
{
	return sim_slot(c->sim, &sim_sns, sizeof(SnsState));
}

/* In the caller's account and region. */
static Str topic_arn(SimCall *c, size_t i)
{
	return arena_printf(c->arena, "arn:aws:sns:%.*s:%.*s:%s", STR_ARG(c->region), STR_ARG(c->who.account), topics[i]);
}

static bool known(SimCall *c, Str arn)
{
	for (size_t i = 0; i < TOPICS; i++)
		if (str_eq(arn, topic_arn(c, i)))
			return true;
	return false;
}

static int no_topic(SimCall *c)
{
	sim_fail(c, 404, "NotFound", "Topic does not exist");
	return -1;
}

static int invalid(SimCall *c, const char *text)
{
	sim_fail(c, 400, "InvalidParameter", text);
	return -1;
}

static int publish(SimCall *c, const void *input, void *output)
{
	const SnsPublishIn *in = input;
	SnsPublishOut *out = output;

	if (!known(c, in->topic_arn.n ? in->topic_arn : in->target_arn))
		return no_topic(c);
	if (in->message.n > MESSAGE_MAX_BYTES)
		return invalid(c, "Invalid parameter: Message too long");
	if (in->subject.n > SUBJECT_MAX)
		return invalid(c, "Invalid parameter: Subject");
	state_of(c)->published++;
	out->message_id = str_of(c->request_id);
	return 0;
}

static int list_topics(SimCall *c, const void *input, void *output)
{
	const SnsListIn *in = input;
	SnsTopics *out = output;

	if (in->next_token.n)
		return invalid(c, "Invalid parameter: NextToken");      /* they fit on one page: none was given out */
	out->topics.v = ARENA_ARRAY(c->arena, SnsTopic, TOPICS);
	for (out->topics.n = 0; out->topics.n < TOPICS; out->topics.n++)
		out->topics.v[out->topics.n].arn = topic_arn(c, out->topics.n);
	return 0;
}

static int subscribe(SimCall *c, const void *input, void *output)
{
	const SnsSubscribeIn *in = input;
	SnsSubscribeOut *out = output;

	if (!known(c, in->topic_arn))
		return no_topic(c);
	state_of(c)->subscribed++;
	/* An address has to be confirmed by whoever reads it; queues and functions of the account need not. */
	if (str_is(in->protocol, "sqs") || str_is(in->protocol, "lambda") || in->return_arn)
		out->arn = arena_printf(c->arena, "%.*s:%s", STR_ARG(in->topic_arn), c->request_id);
	else
		out->arn = STR("pending confirmation");
	return 0;
}

static const SimRow rows[] = {
	{ &op_sns_publish, publish, NULL }, { &op_sns_list_topics, list_topics, NULL }, { &op_sns_subscribe, subscribe, NULL },
};
const SimTable sim_sns = SIM_TABLE(rows);
