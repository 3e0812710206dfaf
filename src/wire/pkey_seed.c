/* Keys that follow from a seed. */
#include "wire/pkey_own.h"

#include "base/xalloc.h"
#include "wire/crypto_calls.h"
#include "wire/sha256.h"

enum { NUMBER_BYTES_MAX = 256, PUBLIC_EXPONENT = 65537, POINT_BYTES_MAX = 160 };

typedef struct Stream { Str seed; uint64_t at; } Stream;

const PkeyShape *pkey_shape(PkeySpec spec)
{
	static const PkeyShape shapes[PKEY_SPECS] = {
		{ NULL, 2048 }, { NULL, 3072 }, { NULL, 4096 }, { "prime256v1", 256 }, { "secp384r1", 384 } };

	return &shapes[spec];
}

/* The next n bytes of SHA-256(seed, counter), SHA-256(seed, counter + 1), … as a number. */
static BIGNUM *next_number(Stream *s, size_t n)
{
	unsigned char bytes[NUMBER_BYTES_MAX + SHA256_BYTES];
	BIGNUM *out;

	for (size_t i = 0; i < n; i += SHA256_BYTES, s->at++) {
		char counter[8];
		Sha256 h;

		for (int k = 0; k < 8; k++)
			counter[k] = (char)(s->at >> 8 * k);
		sha256_init(&h);
		sha256_add(&h, s->seed);
		sha256_add(&h, (Str){ counter, sizeof counter });
		sha256_end(&h, bytes + i);
	}
	out = BN_bin2bn(bytes, (int)n, NULL);
	OPENSSL_cleanse(bytes, sizeof bytes);
	return out;
}

/* The first prime at or behind the next number of so many bits, the two highest set, for which e has an inverse. */
static BIGNUM *next_prime(Stream *s, int bits, const BIGNUM *exponent, BN_CTX *ctx)
{
	BIGNUM *p = next_number(s, (size_t)bits / 8), *less = BN_new(), *common = BN_new();
	bool found = false;

	if (!p || !less || !common || !BN_set_bit(p, bits - 1) || !BN_set_bit(p, bits - 2) || !BN_set_bit(p, 0))
		goto out;
	for (;; (void)BN_add_word(p, 2)) {
		int prime = BN_check_prime(p, ctx, NULL);

		if (prime < 0 || !BN_copy(less, p) || !BN_sub_word(less, 1) || !BN_gcd(common, less, exponent, ctx))
			goto out;
		if (prime == 1 && BN_is_one(common))
			break;
	}
	found = true;
out:
	BN_free(less);
	BN_free(common);
	if (!found)
		BN_clear_free(p);
	return found ? p : NULL;
}

static EVP_PKEY *from_params(const char *type, OSSL_PARAM_BLD *build)
{
	OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(build);
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	EVP_PKEY *out = NULL;

	if (params && ctx && EVP_PKEY_fromdata_init(ctx) == 1)
		(void)EVP_PKEY_fromdata(ctx, &out, EVP_PKEY_KEYPAIR, params);
	EVP_PKEY_CTX_free(ctx);
	OSSL_PARAM_free(params);
	return out;
}

/* d and the values of the Chinese remainder theorem, RFC 8017 section 3.2. */
static bool rsa_numbers(BIGNUM *v[8], BN_CTX *ctx)
{
	BIGNUM *n = v[0], *e = v[1], *d = v[2], *p = v[3], *q = v[4], *dp = v[5], *dq = v[6], *qinv = v[7];
	BIGNUM *p1 = BN_dup(p), *q1 = BN_dup(q), *phi = BN_new();
	bool ok = p1 && q1 && phi && BN_sub_word(p1, 1) && BN_sub_word(q1, 1) && BN_mul(n, p, q, ctx) && BN_mul(phi, p1, q1, ctx) &&
	          BN_mod_inverse(d, e, phi, ctx) && BN_mod(dp, d, p1, ctx) && BN_mod(dq, d, q1, ctx) && BN_mod_inverse(qinv, q, p, ctx);

	BN_clear_free(p1);
	BN_clear_free(q1);
	BN_clear_free(phi);
	return ok;
}

static EVP_PKEY *rsa_key(Stream *s, int bits)
{
	static const char *const names[8] = {
		OSSL_PKEY_PARAM_RSA_N, OSSL_PKEY_PARAM_RSA_E, OSSL_PKEY_PARAM_RSA_D, OSSL_PKEY_PARAM_RSA_FACTOR1, OSSL_PKEY_PARAM_RSA_FACTOR2,
		OSSL_PKEY_PARAM_RSA_EXPONENT1, OSSL_PKEY_PARAM_RSA_EXPONENT2, OSSL_PKEY_PARAM_RSA_COEFFICIENT1 };
	BIGNUM *v[8] = { 0 };
	BN_CTX *ctx = BN_CTX_new();
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	EVP_PKEY *out = NULL;
	bool ok = ctx && build;

	for (int i = 0; i < 8; i++)
		ok = ok && (i == 3 || i == 4 || (v[i] = BN_new()));
	ok = ok && BN_set_word(v[1], PUBLIC_EXPONENT) && (v[3] = next_prime(s, bits / 2, v[1], ctx)) &&
	     (v[4] = next_prime(s, bits / 2, v[1], ctx)) && BN_cmp(v[3], v[4]) != 0 && rsa_numbers(v, ctx);
	for (int i = 0; ok && i < 8; i++)
		ok = OSSL_PARAM_BLD_push_BN(build, names[i], v[i]) == 1;
	if (ok)
		out = from_params("RSA", build);
	OSSL_PARAM_BLD_free(build);
	for (int i = 0; i < 8; i++)
		BN_clear_free(v[i]);
	BN_CTX_free(ctx);
	return out;
}

/* A scalar from 1 to order - 1; eight bytes more than the order has make it as good as evenly spread. */
static bool scalar_and_point(Stream *s, const EC_GROUP *group, int bits, BIGNUM **d, unsigned char *point, size_t *n)
{
	BN_CTX *ctx = BN_CTX_new();
	BIGNUM *order = BN_dup(EC_GROUP_get0_order(group)), *wide = next_number(s, (size_t)bits / 8 + 8);
	EC_POINT *at = EC_POINT_new(group);
	bool ok = ctx && order && wide && at && (*d = BN_new()) && BN_sub_word(order, 1) && BN_mod(*d, wide, order, ctx) &&
	          BN_add_word(*d, 1) && EC_POINT_mul(group, at, *d, NULL, NULL, ctx);

	if (ok)
		*n = EC_POINT_point2oct(group, at, POINT_CONVERSION_UNCOMPRESSED, point, POINT_BYTES_MAX, ctx);
	EC_POINT_free(at);
	BN_clear_free(wide);
	BN_free(order);
	BN_CTX_free(ctx);
	return ok && *n;
}

static EVP_PKEY *ec_key(Stream *s, const PkeyShape *shape)
{
	unsigned char point[POINT_BYTES_MAX];
	size_t n = 0;
	EC_GROUP *group = EC_GROUP_new_by_curve_name(OBJ_sn2nid(shape->group));
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	BIGNUM *d = NULL;
	EVP_PKEY *out = NULL;

	if (group && build && scalar_and_point(s, group, shape->bits, &d, point, &n) &&
	    OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, shape->group, 0) == 1 &&
	    OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, point, n) == 1 &&
	    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_PRIV_KEY, d) == 1)
		out = from_params("EC", build);
	OSSL_PARAM_BLD_free(build);
	BN_clear_free(d);
	EC_GROUP_free(group);
	return out;
}

Pkey *pkey_from_seed(PkeySpec spec, Str seed, Err *e)
{
	const PkeyShape *shape = pkey_shape(spec);
	Stream s = { seed, 0 };
	EVP_PKEY *evp = shape->group ? ec_key(&s, shape) : rsa_key(&s, shape->bits);
	Pkey *k;

	if (!evp) {
		(void)pkey_trouble("making a key", e);
		return NULL;
	}
	k = xcalloc(1, sizeof *k);
	*k = (Pkey){ evp, spec, true };
	return k;
}
