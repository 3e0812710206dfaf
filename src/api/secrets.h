/* Secrets Manager: prompt templates in versions with labels. Source: AWS Secrets Manager API Reference, version 2017-10-17. */
#ifndef API_SECRETS_H
#define API_SECRETS_H

#include "api/op.h"

/* version_id and version_stage: one, both when they mean the same version, or neither for AWSCURRENT. */
typedef struct SecretGetIn { Str id, version_id, version_stage; } SecretGetIn;
/* One of string and binary. Whatever it holds is not for logs. */
typedef struct SecretGetOut {
	Str arn, name, version_id, string, binary;
	LIST_OF(Str) stages;
	int64_t created_ms;
} SecretGetOut;
/* token: 32 to 64 characters; becomes the id of the version. None: a random one. The same token with the same text changes
 * nothing. stages: none means AWSCURRENT, and the version that had it becomes AWSPREVIOUS. */
typedef struct SecretPutIn { Str id, token, string, binary; LIST_OF(Str) stages; } SecretPutIn;
typedef struct SecretPutOut { Str arn, name, version_id; LIST_OF(Str) stages; } SecretPutOut;
/* max_results: 1 to 100. deprecated: versions without any label too. */
typedef struct SecretVersionsIn { Str id, next_token; int64_t max_results; bool deprecated; } SecretVersionsIn;
typedef struct SecretVersion { Str id; LIST_OF(Str) stages, kms_key_ids; int64_t created_ms, accessed_ms; } SecretVersion;
typedef struct SecretVersions { Str arn, name, next_token; LIST_OF(SecretVersion) versions; } SecretVersions;
typedef struct SecretIn { Str id; } SecretIn;
typedef struct SecretTag { Str key, value; } SecretTag;
typedef struct SecretStages { LIST_OF(Str) stages; } SecretStages;
typedef struct SecretVersionStages { Str version_id; SecretStages at; } SecretVersionStages;
typedef struct SecretAbout {
	Str arn, name, description, kms_key_id, rotation_lambda, primary_region, owning_service;
	bool rotation;
	int64_t created_ms, changed_ms, accessed_ms, rotated_ms, deleted_ms, next_rotation_ms;
	LIST_OF(SecretTag) tags;
	LIST_OF(SecretVersionStages) versions;
} SecretAbout;

/* key: "name" (values are prefixes), "tag-key", …; max_results: 1 to 100. */
typedef struct SecretFilter { Str key; LIST_OF(Str) values; } SecretFilter;
typedef struct SecretListIn { LIST_OF(SecretFilter) filters; Str next_token; int64_t max_results; } SecretListIn;
typedef struct SecretEntry { Str arn, name, description; int64_t created_ms, changed_ms, deleted_ms; } SecretEntry;
typedef struct SecretList { LIST_OF(SecretEntry) secrets; Str next_token; } SecretList;

extern const AwsOp op_secrets_list, op_secrets_get_value, op_secrets_put_value, op_secrets_list_version_ids, op_secrets_describe;

#endif
