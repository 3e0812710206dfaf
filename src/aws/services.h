/* Typed inputs and outputs of the other operations: STS, CloudWatch Logs, CloudWatch, Bedrock.
 * Shapes: the API references of each service (STS 2011-06-15, Logs 2014-03-28, CloudWatch 2010-08-01,
 * Bedrock 2023-04-20, Bedrock Runtime 2023-09-30). */
#ifndef AWS_SERVICES_H
#define AWS_SERVICES_H

#include "aws/aws.h"
#include "model/job.h"

/* STS GetCallerIdentity: no input (NULL). */
typedef struct StsIdentity { Str account, arn, user_id; } StsIdentity;
extern const AwsOp op_sts_get_caller_identity;
/* Empty members are not sent. web_token only for the second call, which is not signed. */
typedef struct StsRoleIn {
	Str role_arn, session_name, external_id, mfa_serial, mfa_code, web_token;
	int64_t duration_s;           /* 0: the service's */
} StsRoleIn;
typedef struct StsKeys { Str access, secret, token; int64_t expires_ms; } StsKeys;
extern const AwsOp op_sts_assume_role, op_sts_assume_role_with_web_identity;

/* IAM Identity Center (SSO portal 2019-06-10, OIDC 2019-06-10); neither is signed */
typedef struct SsoRoleIn { Str role, account, token; } SsoRoleIn;
extern const AwsOp op_sso_get_role_credentials;      /* StsKeys */
typedef struct SsoTokenIn { Str client_id, client_secret, refresh; } SsoTokenIn;
typedef struct SsoTokenOut { Str access, refresh; int64_t expires_s; } SsoTokenOut;     /* refresh: empty when it stays */
extern const AwsOp op_sso_oidc_create_token;

/* Logs */
typedef struct LogsFilterIn {
	const char *group;
	const char *pattern;          /* NULL: all */
	int64_t start_ms, end_ms;     /* 0: not given */
	Str  next_token;
	int  limit;
} LogsFilterIn;
typedef struct LogsEvent { Str id, stream, message, group; int64_t time_ms, ingested_ms; } LogsEvent;
typedef struct LogsFilterOut { LogsEvent *event; size_t count; Str next_token; } LogsFilterOut;
extern const AwsOp op_logs_filter_log_events;
typedef struct LogsTailIn { const char *const *group_arns; size_t count; const char *pattern; } LogsTailIn;
extern const AwsOp op_logs_start_live_tail;      /* stream; events go through logs_tail_event */
typedef struct LogsTailUpdate { bool sampled; LogsEvent *event; size_t count; } LogsTailUpdate;
/* Decodes a sessionUpdate payload. */
int logs_tail_update(Arena *a, Str payload, LogsTailUpdate *out, Err *e);

/* CloudWatch */
typedef struct CwDimension { Str name, value; } CwDimension;
typedef struct CwMetric { Str ns, name; CwDimension *dim; size_t dim_count; } CwMetric;
typedef struct CwListIn { const char *ns, *metric; Str next_token; } CwListIn;
typedef struct CwListOut { CwMetric *metric; size_t count; Str next_token; } CwListOut;
typedef struct CwQuery { Str id; CwMetric metric; int period_s; const char *stat; const char *expression; } CwQuery;
typedef struct CwDataIn { const CwQuery *query; size_t count; int64_t start_ms, end_ms; Str next_token; } CwDataIn;
typedef struct CwSeries { Str id, label, status; int64_t *t_ms; double *v; size_t count; } CwSeries;
typedef struct CwDataOut { CwSeries *series; size_t count; Str next_token; } CwDataOut;
extern const AwsOp op_cloudwatch_list_metrics, op_cloudwatch_get_metric_data;

/* Bedrock */
typedef struct BedrockModel { Str id, name, provider, status; bool streaming, on_demand; } BedrockModel;
typedef struct BedrockModelsOut { BedrockModel *model; size_t count; } BedrockModelsOut;
extern const AwsOp op_bedrock_list_foundation_models;

typedef struct ConverseMessage { bool assistant; Str text; } ConverseMessage;
typedef struct ConverseIn {
	Str model, system;
	const ConverseMessage *message; size_t count;
	int max_tokens;               /* always sent: a missing one reserves the model's maximum of the quota */
	bool has_temperature; int temperature_milli;
} ConverseIn;
typedef struct ConverseOut {
	Str text, stop_reason, service_tier;
	Tokens tokens;
	int64_t latency_ms;
} ConverseOut;
extern const AwsOp op_bedrock_converse, op_bedrock_converse_stream;
/* One event of a ConverseStream folded into *turn; text deltas are returned in *delta (empty for other events).
 * Unknown events and members are skipped. */
typedef struct ConverseTurn { bool has_stop, has_usage; char stop_reason[48], service_tier[24]; Tokens tokens; int64_t latency_ms; } ConverseTurn;
int converse_event(Arena *a, Str type, Str payload, ConverseTurn *turn, Str *delta, Err *e);

#endif
