#include "act/seal.h"

#include <stdlib.h>

#include "api/kms.h"
#include "base/xalloc.h"
#include "wire/jsonval.h"
#include "wire/jsonw.h"
#include "wire/text.h"

#define ALGORITHM "RSASSA_PKCS1_V1_5_SHA_256"

static const char *const names[] = {
	[SEAL_VERIFIED] = "verified", [SEAL_FAILED] = "failed", [SEAL_UNSIGNED] = "unsigned", [SEAL_UNVERIFIABLE] = "unverifiable",
};

const char *seal_verdict_name(SealVerdict v)
{
	return names[v];
}

int seal_parse(Arena *a, Str json, Seal *out, Err *e)
{
	PromptSeal *s = &out->names;
	const struct { const char *key; Str *to; } texts[] = {
		{ "id", &s->id }, { "version", &s->version }, { "agent", &s->agent }, { "environment", &s->environment }, { "sha256", &s->sha256 },
		{ "key", &out->key },
	};
	Buf raw = { 0 };
	Str encoded;
	JsonVal v;
	int rc;

	if (jv_parse(a, json, 64 << 10, &v, e) < 0)
		return -1;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (jv_name(v, texts[i].key, texts[i].to, e) < 0)
			return -1;
	if (jv_str(v, "signature", &encoded, e) < 0)
		return -1;
	rc = b64_decode(&raw, encoded);
	out->signature = arena_str(a, buf_str(&raw));
	buf_done(&raw);
	return rc < 0 || !out->signature.n ? err_set(e, "signature: not base64") : 0;
}

void seal_write(Buf *out, const Seal *seal)
{
	const PromptSeal *s = &seal->names;
	JsonW w = jw_to(out);
	Buf encoded = { 0 };

	(void)b64_encode(&encoded, seal->signature);
	jw_object(&w);
	jw_kstr(&w, "id", s->id);
	jw_kstr(&w, "version", s->version);
	jw_kstr(&w, "agent", s->agent);
	jw_kstr(&w, "environment", s->environment);
	jw_kstr(&w, "sha256", s->sha256);
	jw_kstr(&w, "key", seal->key);
	jw_kstr(&w, "signature", buf_str(&encoded));
	jw_object_end(&w);
	(void)buf_putc(out, '\n');
	buf_done(&encoded);
}

SealVerdict seal_look(Str text, const Seal *seal, const SealUse *use, Err *e)
{
	const PromptSeal *s = seal ? &seal->names : NULL;
	char hex[65];

	if (!seal) {
		(void)err_kind(e, ERR_REFUSED, "the template is not signed; seismo template sign does it, with a key of KMS");
		return SEAL_UNSIGNED;
	}
	const struct { const char *what; Str is, wanted; } all[] = {
		{ "template", s->id, use->id }, { "version", s->version, use->version }, { "agent", s->agent, use->agent },
		{ "environment", s->environment, use->environment },
	};

	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if ((all[i].wanted.n || i >= 2) && !str_eq(all[i].is, all[i].wanted)) {
			(void)err_kind(e, ERR_REFUSED, "the signature is for %s %.*s, not for %.*s; sign it for this use", all[i].what, STR_ARG(all[i].is),
			               STR_ARG(all[i].wanted));
			return SEAL_FAILED;
		}
	sha256_hex(text, hex);
	if (!str_is(s->sha256, hex)) {
		(void)err_kind(e, ERR_REFUSED, "the template's text was changed after it was signed: its SHA-256 is %s, and %.*s was signed", hex,
		               STR_ARG(s->sha256));
		return SEAL_FAILED;
	}
	return SEAL_VERIFIED;
}

static int digest_of(const PromptSeal *s, unsigned char out[SEAL_DIGEST], Err *e)
{
	Buf bytes = { 0 };
	int rc = prompt_seal_put(&bytes, s, e);

	if (rc == 0)
		sha256_of(buf_str(&bytes), out);
	buf_done(&bytes);
	return rc;
}

/* --- what was verified before --- */

struct SealCheck {
	SealCache *cache;
	unsigned char all[SEAL_DIGEST];      /* of everything that the verdict rests on */
	SealDone *done;
	void *arg;
};

static bool is_cached(const SealCache *c, const unsigned char digest[SEAL_DIGEST])
{
	for (size_t i = 0; c && i < c->n; i++)
		if (memcmp(c->digest[i], digest, SEAL_DIGEST) == 0)
			return true;
	return false;
}

static void keep(SealCache *c, const unsigned char digest[SEAL_DIGEST])
{
	if (!c || is_cached(c, digest))
		return;
	memcpy(c->digest[c->next], digest, SEAL_DIGEST);
	c->next = (c->next + 1) % SEAL_CACHED;
	c->n += c->n < SEAL_CACHED;
}

static void digest_of_all(const unsigned char names_digest[SEAL_DIGEST], const Seal *seal, Str key, unsigned char out[SEAL_DIGEST])
{
	Buf b = { 0 };
	uint64_t n = key.n;

	(void)buf_put(&b, names_digest, SEAL_DIGEST);
	(void)buf_put(&b, &n, sizeof n);
	(void)buf_put_str(&b, key);
	(void)buf_put_str(&b, seal->signature);
	sha256_of(buf_str(&b), out);
	buf_done(&b);
}

/* --- KMS --- */

static void on_verify(AwsCall *call, const void *out, const AwsError *err, void *arg)
{
	const KmsVerifyOut *o = out;
	SealCheck *c = arg;
	SealVerdict v = SEAL_UNVERIFIABLE;
	Err why = { 0 };

	(void)call;
	if (!err && o->valid && str_is(o->algorithm, ALGORITHM)) {
		v = SEAL_VERIFIED;
		keep(c->cache, c->all);
	} else if (err ? strcmp(err->code, "KMSInvalidSignatureException") == 0 : !o->valid) {
		/* KMS says it with an error; an answer that says it outright says no less. */
		v = SEAL_FAILED;
		(void)err_kind(&why, ERR_REFUSED, "the signature does not hold: it was made with another key, or for other bytes");
	} else {
		(void)err_kind(&why, ERR_REFUSED, "whether the signature holds could not be checked, so the template is not used: %s",
		               err ? err->err.text : "KMS gave no verdict");
	}
	c->done(c->arg, v, v == SEAL_VERIFIED ? NULL : &why);
	free(c);
}

void seal_check(AwsClient *aws, SealCache *cache, Str text, const Seal *seal, const SealUse *use, SealDone *done, void *arg)
{
	unsigned char digest[SEAL_DIGEST];
	AwsHandler h = { .on_done = on_verify };
	KmsVerifyIn in = { .key_id = use->key, .message_type = STR("DIGEST"), .algorithm = STR(ALGORITHM) };
	SealVerdict v;
	SealCheck *c;
	Err why = { 0 };

	if ((v = seal_look(text, seal, use, &why)) != SEAL_VERIFIED) {
		done(arg, v, &why);
		return;
	}
	if (digest_of(&seal->names, digest, &why) < 0) {
		why.kind = ERR_REFUSED;
		done(arg, SEAL_FAILED, &why);
		return;
	}
	c = xcalloc(1, sizeof *c);
	*c = (SealCheck){ .cache = cache, .done = done, .arg = arg };
	digest_of_all(digest, seal, use->key, c->all);
	in.message = (Str){ (const char *)digest, sizeof digest };
	in.signature = seal->signature;
	h.arg = c;
	if (is_cached(cache, c->all)) {
		done(arg, SEAL_VERIFIED, NULL);
	} else if (aws_call(aws, &op_kms_verify, &in, &h, &why)) {
		return;
	} else {
		why.kind = ERR_REFUSED;
		done(arg, SEAL_UNVERIFIABLE, &why);
	}
	free(c);
}

typedef struct Signing { SealSigned *done; void *arg; } Signing;

static void on_sign(AwsCall *call, const void *out, const AwsError *err, void *arg)
{
	const KmsSignOut *o = out;
	Signing *s = arg;

	(void)call;
	s->done(s->arg, err ? STR("") : o->key_id, err ? STR("") : o->signature, err ? &err->err : NULL);
	free(s);
}

int seal_sign(AwsClient *aws, const PromptSeal *seal, Str key, SealSigned *done, void *arg, Err *e)
{
	unsigned char digest[SEAL_DIGEST];
	KmsSignIn in = { .key_id = key, .message_type = STR("DIGEST"), .algorithm = STR(ALGORITHM) };
	AwsHandler h = { .on_done = on_sign, .rank = RANK_PERSON };
	Signing *s;

	if (digest_of(seal, digest, e) < 0)
		return -1;
	in.message = (Str){ (const char *)digest, sizeof digest };
	h.arg = s = xcalloc(1, sizeof *s);
	*s = (Signing){ done, arg };
	if (aws_call(aws, &op_kms_sign, &in, &h, e))
		return 0;
	free(s);
	return -1;
}
