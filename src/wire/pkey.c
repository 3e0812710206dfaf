#include "wire/pkey.h"

#include "base/xalloc.h"
#include "wire/crypto_calls.h"
#include "wire/pkey_own.h"

static const PkeyScheme schemes[] = {
	{ "RSASSA_PKCS1_V1_5_SHA_256", "SHA256", 32, true, false, 0 }, { "RSASSA_PKCS1_V1_5_SHA_384", "SHA384", 48, true, false, 0 },
	{ "RSASSA_PKCS1_V1_5_SHA_512", "SHA512", 64, true, false, 0 }, { "RSASSA_PSS_SHA_256", "SHA256", 32, true, true, 0 },
	{ "RSASSA_PSS_SHA_384", "SHA384", 48, true, true, 0 }, { "RSASSA_PSS_SHA_512", "SHA512", 64, true, true, 0 },
	{ "ECDSA_SHA_256", "SHA256", 32, false, false, PKEY_P256 }, { "ECDSA_SHA_384", "SHA384", 48, false, false, PKEY_P384 },
};

int pkey_trouble(const char *what, Err *e)
{
	char text[160] = "no reason given";
	unsigned long code = ERR_get_error();

	if (code)
		ERR_error_string_n(code, text, sizeof text);
	ERR_clear_error();
	return err_set(e, "%s: %s", what, text);
}

const PkeyScheme *pkey_scheme(size_t i)
{
	return i < sizeof schemes / sizeof schemes[0] ? &schemes[i] : NULL;
}

const PkeyScheme *pkey_scheme_find(Str name)
{
	for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++)
		if (str_is(name, schemes[i].name))
			return &schemes[i];
	return NULL;
}

bool pkey_scheme_fits(const PkeyScheme *s, PkeySpec spec)
{
	return s->rsa ? spec <= PKEY_RSA_4096 : spec == s->curve;
}

const char *pkey_spec_name(PkeySpec spec)
{
	static const char *const names[PKEY_SPECS] = { "RSA_2048", "RSA_3072", "RSA_4096", "ECC_NIST_P256", "ECC_NIST_P384" };

	return names[spec];
}

int pkey_digest(const PkeyScheme *s, Str message, unsigned char out[PKEY_DIGEST_MAX], Err *e)
{
	const EVP_MD *md = EVP_get_digestbyname(s->hash);

	if (!md || EVP_Digest(message.p, message.n, out, NULL, md, NULL) != 1)
		return pkey_trouble(s->hash, e);
	return 0;
}

void pkey_free(Pkey *k)
{
	if (!k)
		return;
	EVP_PKEY_free(k->evp);
	free(k);
}

PkeySpec pkey_spec(const Pkey *k)
{
	return k->spec;
}

static int spec_of(EVP_PKEY *evp, PkeySpec *spec)
{
	bool rsa = EVP_PKEY_is_a(evp, "RSA") == 1;
	char group[40] = "";

	if (!rsa && (EVP_PKEY_is_a(evp, "EC") != 1 || EVP_PKEY_get_group_name(evp, group, sizeof group, NULL) != 1))
		return -1;
	for (*spec = 0; *spec < PKEY_SPECS; ++*spec)
		if (rsa ? EVP_PKEY_get_bits(evp) == pkey_shape(*spec)->bits
		        : pkey_shape(*spec)->group && strcmp(group, pkey_shape(*spec)->group) == 0)
			return 0;
	return -1;
}

Pkey *pkey_from_der(Str der, Err *e)
{
	const unsigned char *at = (const unsigned char *)der.p;
	EVP_PKEY *evp = der.n ? d2i_PUBKEY(NULL, &at, (long)der.n) : NULL;
	PkeySpec spec;
	Pkey *k;

	if (!evp) {
		(void)pkey_trouble("not a public key in DER", e);
		return NULL;
	}
	if (at != (const unsigned char *)der.p + der.n || spec_of(evp, &spec) < 0) {
		(void)err_set(e, "not an RSA key of 2048, 3072 or 4096 bits nor one of the curves P-256 and P-384");
		EVP_PKEY_free(evp);
		return NULL;
	}
	k = xcalloc(1, sizeof *k);
	*k = (Pkey){ evp, spec, false };
	return k;
}

int pkey_put_der(const Pkey *k, Buf *out, Err *e)
{
	unsigned char *der = NULL;
	int n = i2d_PUBKEY(k->evp, &der), rc;

	if (n <= 0)
		return pkey_trouble("public key", e);
	rc = buf_put(out, der, (size_t)n) < 0 ? err_set(e, "the key is too big") : 0;
	OPENSSL_free(der);
	return rc;
}

static int usable(const Pkey *k, const PkeyScheme *s, Str digest, Err *e)
{
	if (!pkey_scheme_fits(s, k->spec))
		return err_kind(e, ERR_USAGE, "%s does not fit a key of %s", s->name, pkey_spec_name(k->spec));
	if (digest.n != s->digest_bytes)
		return err_kind(e, ERR_USAGE, "%s signs %zu bytes, not %zu", s->name, s->digest_bytes, digest.n);
	return 0;
}

/* The salt of PSS is as long as the digest, which is what KMS does. */
static bool configure(EVP_PKEY_CTX *ctx, const PkeyScheme *s)
{
	if (EVP_PKEY_CTX_set_signature_md(ctx, EVP_get_digestbyname(s->hash)) != 1)
		return false;
	if (!s->rsa)
		return true;
	if (!s->pss)
		return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1;
	return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) == 1 &&
	       EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, RSA_PSS_SALTLEN_DIGEST) == 1;
}

int pkey_sign(const Pkey *k, const PkeyScheme *s, Str digest, Buf *out, Err *e)
{
	unsigned char bytes[1024];
	size_t n = sizeof bytes;
	EVP_PKEY_CTX *ctx;
	int rc = -1;

	if (usable(k, s, digest, e) < 0)
		return -1;
	if (!k->secret)
		return err_set(e, "only the public half of the key is here");
	ctx = EVP_PKEY_CTX_new(k->evp, NULL);
	if (!ctx || EVP_PKEY_sign_init(ctx) != 1 || !configure(ctx, s) ||
	    EVP_PKEY_sign(ctx, bytes, &n, (const unsigned char *)digest.p, digest.n) != 1)
		(void)pkey_trouble(s->name, e);
	else
		rc = buf_put(out, bytes, n);
	EVP_PKEY_CTX_free(ctx);
	return rc;
}

int pkey_verify(const Pkey *k, const PkeyScheme *s, Str digest, Str signature, bool *valid, Err *e)
{
	EVP_PKEY_CTX *ctx;
	int rc = -1;

	*valid = false;
	if (usable(k, s, digest, e) < 0)
		return -1;
	ctx = EVP_PKEY_CTX_new(k->evp, NULL);
	if (!ctx || EVP_PKEY_verify_init(ctx) != 1 || !configure(ctx, s)) {
		(void)pkey_trouble(s->name, e);
	} else {
		/* Everything but 1 is a signature that does not hold: also one that is not DER or of another length. */
		*valid = EVP_PKEY_verify(ctx, (const unsigned char *)signature.p, signature.n, (const unsigned char *)digest.p, digest.n) == 1;
		ERR_clear_error();
		rc = 0;
	}
	EVP_PKEY_CTX_free(ctx);
	return rc;
}
