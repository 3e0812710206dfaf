/* Systems Manager Parameter Store: which version of an agent is meant to run. Source: AWS Systems Manager API Reference,
 * version 2014-11-06. */
#ifndef API_SSM_H
#define API_SSM_H

#include "api/op.h"

/* name: "/agents/a/version", also with ":3" (a version) or ":label" behind it, or an ARN. */
typedef struct SsmGetIn { Str name; bool decrypt; } SsmGetIn;
/* value: of a SecureString that was not decrypted, what it is encrypted to. */
typedef struct SsmParameter {
	Str name, type, value, arn, selector, data_type;
	int64_t version, modified_ms;
} SsmParameter;
typedef struct SsmGetOut { SsmParameter parameter; } SsmGetOut;
/* max_results: 1 to 10. A page may hold fewer or none and still have a token. */
typedef struct SsmByPathIn { Str path, next_token; bool recursive, decrypt; int64_t max_results; } SsmByPathIn;
typedef struct SsmParameters { LIST_OF(SsmParameter) parameters; Str next_token; } SsmParameters;
/* type: "String", "StringList", "SecureString"; need not be given for a parameter that exists. */
typedef struct SsmPutIn { Str name, value, description, type, key_id, allowed_pattern, tier, data_type; bool overwrite; } SsmPutIn;
typedef struct SsmPutOut { int64_t version; Str tier; } SsmPutOut;

/* max_results: 1 to 50. The oldest first; AWS keeps the newest hundred. Labels only come with the history. */
typedef struct SsmHistoryIn { Str name, next_token; bool decrypt; int64_t max_results; } SsmHistoryIn;
typedef struct SsmVersion {
	Str name, type, value, user, description, key_id, allowed_pattern, tier, data_type;
	LIST_OF(Str) labels;
	int64_t version, modified_ms;
} SsmVersion;
typedef struct SsmHistory { LIST_OF(SsmVersion) versions; Str next_token; } SsmHistory;
/* A label goes from the version that has it to this one (version 0: the newest). What is none of AWS's kind of label comes back as invalid. */
typedef struct SsmLabelIn { Str name; int64_t version; LIST_OF(Str) labels; } SsmLabelIn;
typedef struct SsmLabelOut { LIST_OF(Str) invalid; int64_t version; } SsmLabelOut;

extern const AwsOp op_ssm_get_parameter, op_ssm_get_parameters_by_path, op_ssm_put_parameter, op_ssm_get_parameter_history,
	op_ssm_label_parameter_version;

#endif
