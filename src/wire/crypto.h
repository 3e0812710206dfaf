/* The functions of libcrypto that wire/ uses, loaded with the first of them (base/late.h): its four thousand symbols were a
 * fifth of a start, and the first screen has nothing to hash or to sign. Inner header; callers include crypto_calls.h. */
#ifndef WIRE_CRYPTO_H
#define WIRE_CRYPTO_H

/* The low-level hashes are marked deprecated in OpenSSL 3, but they are the only form that is a plain value: no lookup, no
 * allocation and no lock in any call, and none that fails. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>
#include <openssl/x509.h>

#define CRYPTO_CALLS(X) \
	X(BN_CTX_free) X(BN_CTX_new) X(BN_add_word) X(BN_bin2bn) X(BN_check_prime) X(BN_clear_free) X(BN_cmp) \
	X(BN_copy) X(BN_div) X(BN_dup) X(BN_free) X(BN_gcd) X(BN_is_one) X(BN_mod_inverse) X(BN_mul) X(BN_new) \
	X(BN_set_bit) X(BN_set_word) X(BN_sub_word) X(CRYPTO_free) X(CRYPTO_memcmp) X(EC_GROUP_free) \
	X(EC_GROUP_get0_order) X(EC_GROUP_new_by_curve_name) X(EC_POINT_free) X(EC_POINT_mul) X(EC_POINT_new) \
	X(EC_POINT_point2oct) X(ERR_clear_error) X(ERR_error_string_n) X(ERR_get_error) X(EVP_Digest) \
	X(EVP_PKEY_CTX_free) X(EVP_PKEY_CTX_new) X(EVP_PKEY_CTX_new_from_name) X(EVP_PKEY_CTX_set_rsa_padding) \
	X(EVP_PKEY_CTX_set_rsa_pss_saltlen) X(EVP_PKEY_CTX_set_signature_md) X(EVP_PKEY_free) \
	X(EVP_PKEY_fromdata) X(EVP_PKEY_fromdata_init) X(EVP_PKEY_get_bits) X(EVP_PKEY_get_group_name) \
	X(EVP_PKEY_is_a) X(EVP_PKEY_sign) X(EVP_PKEY_sign_init) X(EVP_PKEY_verify) X(EVP_PKEY_verify_init) \
	X(EVP_get_digestbyname) X(OPENSSL_cleanse) X(OBJ_sn2nid) X(OSSL_PARAM_BLD_free) X(OSSL_PARAM_BLD_new) \
	X(OSSL_PARAM_BLD_push_BN) X(OSSL_PARAM_BLD_push_octet_string) X(OSSL_PARAM_BLD_push_utf8_string) \
	X(OSSL_PARAM_BLD_to_param) X(OSSL_PARAM_free) X(SHA1) X(SHA256_Final) X(SHA256_Init) X(SHA256_Update) \
	X(d2i_PUBKEY) X(i2d_PUBKEY)

/* The types are those of the library's own prototypes, so a call through the table is checked like a direct one. */
#define CRYPTO_FIELD(name) __typeof__(&(name)) name;
typedef struct CryptoApi { CRYPTO_CALLS(CRYPTO_FIELD) } CryptoApi;

/* Any thread. Without the library the program ends with a sentence: nothing can be signed or checked. */
const CryptoApi *crypto_api(void);

#endif
