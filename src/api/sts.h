/* STS: who am I, and roles. Source: AWS Security Token Service API Reference, version 2011-06-15. */
#ifndef API_STS_H
#define API_STS_H

#include "api/op.h"

/* GetCallerIdentity has no input (NULL). account: 12 digits, checked. */
typedef struct StsIdentity { Str account, arn, user_id; } StsIdentity;
/* Empty members are not sent. web_token only for the second call, which is not signed. */
typedef struct StsRoleIn {
	Str role_arn, session_name, external_id, mfa_serial, mfa_code, web_token;
	int64_t duration_s;           /* 0: the service's */
} StsRoleIn;
typedef struct StsKeys { Str access, secret, token; int64_t expires_ms; } StsKeys;
typedef struct StsRoleOut { StsKeys keys; } StsRoleOut;

extern const AwsOp op_sts_get_caller_identity, op_sts_assume_role, op_sts_assume_role_with_web_identity;

#endif
