/* The keys of the simulated account, for services that keep what was signed with them. */
#ifndef SIM_KMS_H
#define SIM_KMS_H

#include "sim/service.h"

/* The keys that the fleet's templates are and were signed with, and how. The old one is disabled. */
#define KMS_TEMPLATES_ALIAS "alias/seismo-templates"
#define KMS_TEMPLATES_OLD_ALIAS "alias/seismo-templates-2025"
#define KMS_TEMPLATES_ALGORITHM "RSASSA_PKCS1_V1_5_SHA_256"

/* Signs the SHA-256 of text, whatever the state of the key; appends the signature in base64. -1: no key could be made. */
int kms_sign_text(Sim *s, const char *alias, Str text, Buf *base64);
/* "arn:aws:kms:us-east-1:000000000000:key/…" */
Str kms_key_arn(Sim *s, Arena *a, const char *alias);

#endif
