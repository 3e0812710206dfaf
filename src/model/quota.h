/* Service Quotas of Bedrock by their names: what is limited, of which model, and how it is reached. AWS gives them codes that say
 * nothing, and tells the CloudWatch series of only some of them. */
#ifndef MODEL_QUOTA_H
#define MODEL_QUOTA_H

#include "base/str.h"

typedef enum QuotaUnit { QUOTA_REQUESTS, QUOTA_TOKENS, QUOTA_UNITS } QuotaUnit;       /* per minute */
/* Each way to a model has quotas of its own: by its id, through a geography's profile, through the global one. */
typedef enum QuotaWay { QUOTA_ON_DEMAND, QUOTA_CROSS_REGION, QUOTA_GLOBAL, QUOTA_WAYS } QuotaWay;

typedef struct QuotaName { QuotaUnit unit; QuotaWay way; Str model; } QuotaName;      /* model: borrowed, "Anthropic Claude Haiku 4.5" */

/* "Cross-region model inference tokens per minute for Anthropic Claude Haiku 4.5". False: it is about something else. */
bool quota_read(Str name, QuotaName *out);
/* How a call with this model id, profile id or ARN of one gets to its model. */
QuotaWay quota_way(Str model_id);
/* Whether a quota that names a model so is one of this id. Not sure is no. */
bool quota_is_of(Str quota_model, Str model_id);
/* How many tokens of the quota one written token takes (Bedrock User Guide, "Quotas for token burndown"). */
int  quota_output_weight(Str model_id);

#endif
