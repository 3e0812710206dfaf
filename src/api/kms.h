/* KMS: asymmetric signatures. Source: AWS KMS API Reference, version 2014-11-01. */
#ifndef API_KMS_H
#define API_KMS_H

#include "api/op.h"

/* message: up to 4096 bytes (RAW), or a digest (DIGEST). algorithm: "RSASSA_PSS_SHA_256" … Signatures of elliptic curves
 * are DER (RFC 3279). */
typedef struct KmsSignIn { Str key_id, message, message_type, algorithm; } KmsSignIn;
typedef struct KmsSignOut { Str key_id, signature, algorithm; } KmsSignOut;
typedef struct KmsVerifyIn { Str key_id, message, message_type, signature, algorithm; } KmsVerifyIn;
/* A signature that does not hold is the error KMSInvalidSignatureException, not valid == false. */
typedef struct KmsVerifyOut { Str key_id, algorithm; bool valid; } KmsVerifyOut;
typedef struct KmsKeyIn { Str key_id; } KmsKeyIn;
/* public_key: DER, SubjectPublicKeyInfo (RFC 5280). */
typedef struct KmsPublicKeyOut { Str key_id, public_key, key_spec, key_usage; LIST_OF(Str) algorithms; } KmsPublicKeyOut;
typedef struct KmsKey {
	Str key_id, arn, account, description, key_spec, key_usage, state, manager;
	bool enabled;
	int64_t created_ms, deletion_ms;
	LIST_OF(Str) algorithms;
} KmsKey;
typedef struct KmsDescribeOut { KmsKey key; } KmsDescribeOut;

extern const AwsOp op_kms_sign, op_kms_verify, op_kms_get_public_key, op_kms_describe_key;

#endif
