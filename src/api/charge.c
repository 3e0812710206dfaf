#include "api/charge.h"

#include "api/cloudwatch.h"
#include "api/cost_explorer.h"
#include "api/dynamodb.h"
#include "api/dynamodb_streams.h"
#include "api/events.h"
#include "api/kms.h"
#include "api/lambda.h"
#include "api/logs.h"
#include "api/s3.h"
#include "api/secrets.h"
#include "api/sns.h"
#include "api/sqs.h"

/* USD for so many requests or units, as price lists have it. */
#define USD_FOR(micro_usd, n) (INT64_C(micro_usd) * 1000000 / (n))

/* Metric math is computed from metrics that are asked for beside it. */
static int64_t metrics_asked(const void *in)
{
	const CwDataIn *ask = in;
	int64_t n = 0;

	for (size_t i = 0; i < ask->queries.n; i++)
		n += !ask->queries.v[i].expression.n;
	return n * 1000;
}

static int64_t page_units(const void *out)
{
	return ((const DdbPage *)out)->milli_units;
}

static int64_t item_units(const void *out)
{
	return ((const DdbItemOut *)out)->milli_units;
}

static int64_t batch_units(const void *out)
{
	return ((const DdbBatchGetOut *)out)->milli_units;
}

/* An item of ours is below one KB. */
static int64_t one_unit(const void *in)
{
	(void)in;
	return 1000;
}

/* Twice: each item is prepared and committed. */
static int64_t transaction_units(const void *in)
{
	return (int64_t)((const DdbTransactIn *)in)->count * 2000;
}

enum { READ_PUSD = USD_FOR(125000, 1000000), WRITE_PUSD = USD_FOR(625000, 1000000) };
static const int64_t byte_pusd = 5;      /* Logs Insights: $0.005 for a GB, taken as 10^9 bytes */

static const Charge rows[] = {
	/* aws.amazon.com/cloudwatch/pricing, "APIs": GetMetricData $0.01 for 1,000 metrics requested, ListMetrics and PutMetricData $0.01
	 * for 1,000 requests; DescribeAlarms is not among those that cost. "Logs": Live Tail $0.01 for a minute; Logs Insights $0.005 for
	 * a GB of data scanned (noted by who asks: charge_scanned); FilterLogEvents and the Describe calls are free. */
	{ &op_cloudwatch_get_metric_data, .unit_pusd = USD_FOR(10000, 1000), .unit = "metric", .asked = metrics_asked },
	{ &op_cloudwatch_list_metrics, .request_pusd = USD_FOR(10000, 1000) },
	{ &op_cloudwatch_put_metric_data, .request_pusd = USD_FOR(10000, 1000) },
	{ &op_logs_start_live_tail, .unit_pusd = USD_FOR(10000, 1), .unit = "minute", .minutes = true },
	{ &op_logs_start_query, .unit = "GB scanned" },
	{ &op_logs_get_query_results, .unit = "GB scanned" },
	/* aws.amazon.com/dynamodb/pricing/on-demand: $0.125 for a million read request units, $0.625 for a million write request units;
	 * Streams $0.02 for 100,000 GetRecords. */
	{ &op_dynamodb_query, .unit_pusd = READ_PUSD, .unit = "read unit", .answered = page_units },
	{ &op_dynamodb_scan, .unit_pusd = READ_PUSD, .unit = "read unit", .answered = page_units },
	{ &op_dynamodb_get_item, .unit_pusd = READ_PUSD, .unit = "read unit", .answered = item_units },
	{ &op_dynamodb_batch_get_item, .unit_pusd = READ_PUSD, .unit = "read unit", .answered = batch_units },
	{ &op_dynamodb_put_item, .unit_pusd = WRITE_PUSD, .unit = "write unit", .asked = one_unit },
	{ &op_dynamodb_update_item, .unit_pusd = WRITE_PUSD, .unit = "write unit", .asked = one_unit },
	{ &op_dynamodb_transact_write_items, .unit_pusd = WRITE_PUSD, .unit = "write unit", .asked = transaction_units },
	{ &op_dynamodb_get_records, .request_pusd = USD_FOR(20000, 100000) },
	/* aws.amazon.com/aws-cost-management/aws-cost-explorer/pricing: $0.01 for a request. */
	{ &op_ce_get_cost_and_usage, .request_pusd = USD_FOR(10000, 1) },
	/* aws.amazon.com/secrets-manager/pricing: $0.05 for 10,000 calls. */
	{ &op_secrets_list, .request_pusd = USD_FOR(50000, 10000) },
	{ &op_secrets_get_value, .request_pusd = USD_FOR(50000, 10000) },
	{ &op_secrets_put_value, .request_pusd = USD_FOR(50000, 10000) },
	{ &op_secrets_list_version_ids, .request_pusd = USD_FOR(50000, 10000) },
	{ &op_secrets_describe, .request_pusd = USD_FOR(50000, 10000) },
	/* aws.amazon.com/kms/pricing: $0.15 for 10,000 requests with asymmetric keys (RSA 2048: $0.03), $0.03 for 10,000 others. */
	{ &op_kms_sign, .request_pusd = USD_FOR(150000, 10000) },
	{ &op_kms_verify, .request_pusd = USD_FOR(150000, 10000) },
	{ &op_kms_get_public_key, .request_pusd = USD_FOR(150000, 10000) },
	{ &op_kms_describe_key, .request_pusd = USD_FOR(30000, 10000) },
	/* aws.amazon.com/s3/pricing, S3 Standard: $0.005 for 1,000 PUT and LIST, $0.0004 for 1,000 GET and all others. */
	{ &op_s3_put_object, .request_pusd = USD_FOR(5000, 1000) },
	{ &op_s3_list_objects, .request_pusd = USD_FOR(5000, 1000) },
	{ &op_s3_get_object, .request_pusd = USD_FOR(400, 1000) },
	{ &op_s3_head_object, .request_pusd = USD_FOR(400, 1000) },
	/* aws.amazon.com/sqs/pricing: $0.40 for a million requests; sns: $0.50; eventbridge: $1.00 for a million events; lambda: $0.20
	 * for a million invocations (what the function itself takes is not ours). */
	{ &op_sqs_get_queue_attributes, .request_pusd = USD_FOR(400000, 1000000) },
	{ &op_sqs_get_queue_url, .request_pusd = USD_FOR(400000, 1000000) },
	{ &op_sqs_receive_message, .request_pusd = USD_FOR(400000, 1000000) },
	{ &op_sqs_start_message_move_task, .request_pusd = USD_FOR(400000, 1000000) },
	{ &op_sqs_list_message_move_tasks, .request_pusd = USD_FOR(400000, 1000000) },
	{ &op_sns_publish, .request_pusd = USD_FOR(500000, 1000000) },
	{ &op_sns_list_topics, .request_pusd = USD_FOR(500000, 1000000) },
	{ &op_sns_subscribe, .request_pusd = USD_FOR(500000, 1000000) },
	{ &op_events_put_events, .request_pusd = USD_FOR(1000000, 1000000) },
	{ &op_lambda_invoke, .request_pusd = USD_FOR(200000, 1000000) },
};
enum { ROWS = sizeof rows / sizeof *rows };

const Charge *charge_of(const AwsOp *op)
{
	for (size_t i = 0; i < ROWS; i++)
		if (rows[i].op == op)
			return &rows[i];
	return NULL;
}

const Charge *charge_rows(size_t *n)
{
	*n = ROWS;
	return rows;
}

static int64_t units(const Charge *c, int64_t milli)
{
	return (int64_t)((__int128)(milli > 0 ? milli : 0) * c->unit_pusd / 1000);
}

int64_t charge_asked(const Charge *c, const void *in)
{
	if (!c)
		return 0;
	return c->request_pusd + (c->asked && in ? units(c, c->asked(in)) : 0);
}

int64_t charge_answered(const Charge *c, const void *out)
{
	return c && c->answered && out ? units(c, c->answered(out)) : 0;
}

int64_t charge_nusd(int64_t pusd)
{
	return pusd > 0 ? (pusd - 1) / 1000 + 1 : 0;
}

int64_t charge_scanned(double bytes)
{
	/* What no count can be is none. */
	return bytes > 0 && bytes < 1e17 ? charge_nusd((int64_t)bytes * byte_pusd) : 0;
}
