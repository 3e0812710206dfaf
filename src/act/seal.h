/* Is this prompt template the one that was signed for this use? The text's SHA-256 and the names that it is used under stand in the
 * signed bytes (model/prompt_seal.h), so an old version, or a template of another agent or environment, does not pass. KMS checks
 * the signature with the key that the operator has pinned, never with one that the seal names. What could not be checked is not
 * verified: only one of the four verdicts lets a template be used.
 * Source: AWS KMS API Reference, Verify: RSASSA_PKCS1_V1_5_SHA_256 over a digest (MessageType DIGEST), for texts of any length. */
#ifndef ACT_SEAL_H
#define ACT_SEAL_H

#include "aws/aws.h"
#include "model/prompt_seal.h"

typedef enum SealVerdict { SEAL_VERIFIED, SEAL_FAILED, SEAL_UNSIGNED, SEAL_UNVERIFIABLE } SealVerdict;
const char *seal_verdict_name(SealVerdict v);      /* "verified" … as `get templates` writes it */

/* What stands beside a template, as TEMPLATE.seal.json: {"id","version","agent","environment","sha256","key","signature"}. */
typedef struct Seal { PromptSeal names; Str key, signature; } Seal;
int  seal_parse(Arena *a, Str json, Seal *out, Err *e);
void seal_write(Buf *out, const Seal *seal);

/* What the template is to be used as. id and version may be empty: whatever the seal says. key: id, ARN or alias. */
typedef struct SealUse { Str id, version, agent, environment, key; } SealUse;

/* Digests of what was verified, in memory of this process: names, text, signature and key together, never a name alone. */
enum { SEAL_CACHED = 64, SEAL_DIGEST = 32 };
typedef struct SealCache { unsigned char digest[SEAL_CACHED][SEAL_DIGEST]; size_t n, next; } SealCache;

/* Before AWS is asked: SEAL_VERIFIED means that nothing speaks against it yet. *e says why not. seal NULL: there is none. */
SealVerdict seal_look(Str text, const Seal *seal, const SealUse *use, Err *e);

typedef struct SealCheck SealCheck;
typedef void SealDone(void *arg, SealVerdict v, const Err *why);
/* done comes once, from the loop or at once. cache may be NULL. All texts are copied. */
void seal_check(AwsClient *aws, SealCache *cache, Str text, const Seal *seal, const SealUse *use, SealDone *done, void *arg);

/* Signs with use->key, the names and the text's hash; done's err NULL: *signature (borrowed) is there. */
typedef void SealSigned(void *arg, Str key, Str signature, const Err *why);
int seal_sign(AwsClient *aws, const PromptSeal *names, Str key, SealSigned *done, void *arg, Err *e);

#endif
