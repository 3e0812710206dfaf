/* KMS: asymmetric keys that really sign. Private keys follow from the region's seed and are made when first used, so a
 * console that has pinned a key meets it again in the next run. Source of errors: AWS KMS API Reference. */
#include "sim/serve.h"

#include <stdio.h>

#include "api/kms.h"
#include "sim/kms.h"
#include "sim/rng.h"
#include "wire/pkey.h"
#include "wire/text.h"

enum { KEYS = 6, RAW_MAX_BYTES = 4096, DAY_MS = 86400000, ALGORITHMS_MAX = 6 };

/* spec of PKEY_SPECS: a symmetric key, which does not sign. */
typedef struct KeyRow { const char *alias, *description, *state; PkeySpec spec; int created_days; } KeyRow;

static const KeyRow keys[KEYS] = {
	{ KMS_TEMPLATES_ALIAS, "signs prompt templates", "Enabled", PKEY_RSA_2048, 400 },
	{ "alias/fleet-releases", "signs releases", "Enabled", PKEY_P256, 210 },
	{ "alias/fleet-audit", "signs audit exports", "Enabled", PKEY_P384, 210 },
	{ KMS_TEMPLATES_OLD_ALIAS, "signed prompt templates until 2025", "Disabled", PKEY_RSA_2048, 900 },
	{ "alias/seismo-templates-2024", "signed prompt templates until 2024", "PendingDeletion", PKEY_RSA_3072, 1300 },
	{ "alias/fleet-data", "encrypts results", "Enabled", PKEY_SPECS, 400 },
};

typedef struct KmsState { char id[KEYS][FLEET_UUID]; Pkey *key[KEYS]; } KmsState;

const SimTable sim_kms;

static void on_close(void *arg)
{
	KmsState *st = arg;

	for (int i = 0; i < KEYS; i++)
		pkey_free(st->key[i]);
}

static KmsState *keys_of(Sim *s)
{
	KmsState *st = sim_slot(s, &sim_kms, sizeof *st);

	if (st->id[0][0])
		return st;
	for (int i = 0; i < KEYS; i++)
		fleet_uuid(rng_join(sim_seed(s), UINT64_C(0x4b4d5300) + (uint64_t)i), rng_join(sim_seed(s), (uint64_t)i), st->id[i]);
	sim_at_close(s, on_close, st);
	return st;
}

static const Pkey *key_ready(Sim *s, int i, Err *e)
{
	KmsState *st = keys_of(s);
	char seed[80];

	if (!st->key[i]) {
		(void)snprintf(seed, sizeof seed, "seismo sim kms %s", st->id[i]);
		st->key[i] = pkey_from_seed(keys[i].spec, str_of(seed), e);
	}
	return st->key[i];
}

static int fail(SimCall *c, const char *code, Str message)
{
	sim_fail(c, 400, code, message.p);
	return -1;
}

static Str arn_of(SimCall *c, int i)
{
	return arena_printf(c->arena, "arn:aws:kms:%.*s:%.*s:key/%s", STR_ARG(c->region), STR_ARG(c->who.account), keys_of(c->sim)->id[i]);
}

/* A key id, an alias, or the ARN of one of them, which must be of the caller's region. -1: answered. */
static int find_key(SimCall *c, Str given)
{
	KmsState *st = keys_of(c->sim);
	Str name = given, prefix = arena_printf(c->arena, "arn:aws:kms:%.*s:%.*s:", STR_ARG(c->region), STR_ARG(c->who.account));

	if (str_starts(given, STR("arn:"))) {
		if (!str_starts(given, prefix))
			return fail(c, "NotFoundException", arena_printf(c->arena, "Invalid arn %.*s", STR_ARG(c->region)));
		name = str_sub(given, prefix.n, given.n);
	}
	if (str_starts(name, STR("key/")))
		name = str_sub(name, 4, name.n);
	for (int i = 0; i < KEYS; i++)
		if (str_is(name, keys[i].alias) || str_is(name, st->id[i]))
			return i;
	if (str_starts(name, STR("alias/")))
		return fail(c, "NotFoundException", arena_printf(c->arena, "Alias %.*s%.*s is not found.", STR_ARG(prefix), STR_ARG(name)));
	return fail(c, "NotFoundException", arena_printf(c->arena, "Key '%.*skey/%.*s' does not exist", STR_ARG(prefix), STR_ARG(name)));
}

static bool signs(int i)
{
	return keys[i].spec != PKEY_SPECS;
}

static int usable(SimCall *c, int i, const char *operation)
{
	Str arn = arn_of(c, i);

	if (str_is(str_of(keys[i].state), "Disabled"))
		return fail(c, "DisabledException", arena_printf(c->arena, "%.*s is disabled.", STR_ARG(arn)));
	if (str_is(str_of(keys[i].state), "PendingDeletion"))
		return fail(c, "KMSInvalidStateException", arena_printf(c->arena, "%.*s is pending deletion.", STR_ARG(arn)));
	if (signs(i))
		return 0;
	return fail(c, str_is(str_of(operation), "GetPublicKey") ? "UnsupportedOperationException" : "InvalidKeyUsageException",
	            arena_printf(c->arena, "%.*s key usage is ENCRYPT_DECRYPT which is not valid for %s.", STR_ARG(arn), operation));
}

static size_t put_algorithms(SimCall *c, int i, Str **out)
{
	size_t n = 0;

	*out = ARENA_ARRAY(c->arena, Str, ALGORITHMS_MAX);
	for (size_t k = 0; signs(i) && pkey_scheme(k); k++)
		if (pkey_scheme_fits(pkey_scheme(k), keys[i].spec))
			(*out)[n++] = str_of(pkey_scheme(k)->name);
	return n;
}

static int internal(SimCall *c, const Err *e)
{
	sim_fail(c, 500, "KMSInternalException", e->text);
	return -1;
}

/* The scheme and the digest that a request is about. -1: answered. */
static int digest_of(SimCall *c, int key, Str algorithm, Str type, Str message, const PkeyScheme **scheme, Str *digest)
{
	unsigned char *bytes = arena_alloc(c->arena, PKEY_DIGEST_MAX);
	Err e = { 0 };

	*scheme = pkey_scheme_find(algorithm);
	if (!*scheme)
		return fail(c, "ValidationException", arena_printf(c->arena, "1 validation error detected: Value '%.*s' at 'signingAlgorithm' failed "
		            "to satisfy constraint: Member must satisfy enum value set", STR_ARG(str_sub(algorithm, 0, 100))));
	if (!pkey_scheme_fits(*scheme, keys[key].spec))
		return fail(c, "InvalidKeyUsageException", arena_printf(c->arena, "Algorithm %s is incompatible with key spec %s.",
		            (*scheme)->name, pkey_spec_name(keys[key].spec)));
	if (!message.n || message.n > RAW_MAX_BYTES)
		return fail(c, "ValidationException", arena_printf(c->arena, "1 validation error detected: Value at 'message' failed to satisfy "
		            "constraint: Member must have length %s", message.n ? "less than or equal to 4096" : "greater than or equal to 1"));
	if (str_is(type, "DIGEST")) {
		*digest = message;
		if (message.n != (*scheme)->digest_bytes)
			return fail(c, "ValidationException", arena_printf(c->arena, "Digest is invalid length for algorithm %s.", (*scheme)->name));
		return 0;
	}
	if (type.n && !str_is(type, "RAW"))
		return fail(c, "ValidationException", STR("1 validation error detected: Value at 'messageType' failed to satisfy constraint: "
		            "Member must satisfy enum value set: [RAW, DIGEST]"));
	if (pkey_digest(*scheme, message, bytes, &e) < 0)
		return internal(c, &e);
	*digest = (Str){ (const char *)bytes, (*scheme)->digest_bytes };
	return 0;
}

static int sign(SimCall *c, const void *input, void *output)
{
	const KmsSignIn *in = input;
	KmsSignOut *out = output;
	const PkeyScheme *scheme;
	const Pkey *key;
	Buf signature = { 0 };
	Err e = { 0 };
	Str digest;
	int i = find_key(c, in->key_id), rc;

	if (i < 0 || usable(c, i, "Sign") < 0 || digest_of(c, i, in->algorithm, in->message_type, in->message, &scheme, &digest) < 0)
		return -1;
	key = key_ready(c->sim, i, &e);
	rc = key ? pkey_sign(key, scheme, digest, &signature, &e) : -1;
	*out = (KmsSignOut){ arn_of(c, i), arena_str(c->arena, buf_str(&signature)), str_of(scheme->name) };
	buf_done(&signature);
	return rc < 0 ? internal(c, &e) : 0;
}

static int verify(SimCall *c, const void *input, void *output)
{
	const KmsVerifyIn *in = input;
	KmsVerifyOut *out = output;
	const PkeyScheme *scheme;
	const Pkey *key;
	bool valid;
	Err e = { 0 };
	Str digest;
	int i = find_key(c, in->key_id);

	if (i < 0 || usable(c, i, "Verify") < 0 || digest_of(c, i, in->algorithm, in->message_type, in->message, &scheme, &digest) < 0)
		return -1;
	key = key_ready(c->sim, i, &e);
	if (!key || pkey_verify(key, scheme, digest, in->signature, &valid, &e) < 0)
		return internal(c, &e);
	if (!valid)
		return fail(c, "KMSInvalidSignatureException", STR("The signature does not match the message, the key and the algorithm."));
	*out = (KmsVerifyOut){ arn_of(c, i), str_of(scheme->name), true };
	return 0;
}

static int get_public_key(SimCall *c, const void *input, void *output)
{
	const KmsKeyIn *in = input;
	KmsPublicKeyOut *out = output;
	const Pkey *key;
	Buf der = { 0 };
	Err e = { 0 };
	int i = find_key(c, in->key_id), rc;

	if (i < 0 || usable(c, i, "GetPublicKey") < 0)
		return -1;
	key = key_ready(c->sim, i, &e);
	rc = key ? pkey_put_der(key, &der, &e) : -1;
	out->key_id = arn_of(c, i);
	out->public_key = arena_str(c->arena, buf_str(&der));
	out->key_spec = str_of(pkey_spec_name(keys[i].spec));
	out->key_usage = STR("SIGN_VERIFY");
	out->algorithms.n = put_algorithms(c, i, &out->algorithms.v);
	buf_done(&der);
	return rc < 0 ? internal(c, &e) : 0;
}

static int describe_key(SimCall *c, const void *input, void *output)
{
	const KmsKeyIn *in = input;
	KmsKey *k = &((KmsDescribeOut *)output)->key;
	int i = find_key(c, in->key_id);

	if (i < 0)
		return -1;
	*k = (KmsKey){ .key_id = str_of(keys_of(c->sim)->id[i]), .arn = arn_of(c, i), .account = c->who.account,
	               .description = str_of(keys[i].description), .key_spec = str_of(signs(i) ? pkey_spec_name(keys[i].spec) : "SYMMETRIC_DEFAULT"),
	               .key_usage = signs(i) ? STR("SIGN_VERIFY") : STR("ENCRYPT_DECRYPT"), .state = str_of(keys[i].state),
	               .manager = STR("CUSTOMER"), .enabled = str_is(str_of(keys[i].state), "Enabled"),
	               .created_ms = c->now_ms - (int64_t)keys[i].created_days * DAY_MS };
	/* The fleet's days begin with its clock: the date must not move from call to call. */
	k->created_ms -= k->created_ms % DAY_MS;
	if (str_is(k->state, "PendingDeletion"))
		k->deletion_ms = c->now_ms - c->now_ms % DAY_MS + INT64_C(12) * DAY_MS;
	k->algorithms.n = put_algorithms(c, i, &k->algorithms.v);
	return 0;
}

static int row_of(const char *alias)
{
	int i = 0;

	while (strcmp(keys[i].alias, alias) != 0)
		i++;
	return i;
}

int kms_sign_text(Sim *s, const char *alias, Str text, Buf *base64)
{
	const PkeyScheme *scheme = pkey_scheme_find(STR(KMS_TEMPLATES_ALGORITHM));
	unsigned char digest[PKEY_DIGEST_MAX];
	Buf signature = { 0 };
	Err e = { 0 };
	const Pkey *key = key_ready(s, row_of(alias), &e);
	int rc = -1;

	if (key && pkey_digest(scheme, text, digest, &e) == 0 &&
	    pkey_sign(key, scheme, (Str){ (const char *)digest, scheme->digest_bytes }, &signature, &e) == 0)
		rc = b64_encode(base64, buf_str(&signature));
	buf_done(&signature);
	return rc;
}

Str kms_key_arn(Sim *s, Arena *a, const char *alias)
{
	return arena_printf(a, "arn:aws:kms:" SIM_REGION ":" SIM_ACCOUNT ":key/%s", keys_of(s)->id[row_of(alias)]);
}

static const SimRow rows[] = {
	{ &op_kms_sign, sign, NULL }, { &op_kms_verify, verify, NULL }, { &op_kms_get_public_key, get_public_key, NULL },
	{ &op_kms_describe_key, describe_key, NULL },
};
const SimTable sim_kms = SIM_TABLE(rows);
