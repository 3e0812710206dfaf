/* Small encodings: percent (RFC 3986), base64 (RFC 4648), hex, CRC-32 (zlib's polynomial), SHA-256, HMAC.
 * The encoders append to out and return 0, or -1 with nothing appended (bad input, or out's cap reached). */
#ifndef WIRE_TEXT_H
#define WIRE_TEXT_H

#include "base/buf.h"

/* Everything outside A-Z a-z 0-9 - . _ ~ becomes %XX (upper case); keep_slash leaves "/" alone. */
int  uri_encode(Buf *out, Str s, bool keep_slash);
int  uri_decode(Buf *out, Str s);                     /* -1 on a bad escape; '+' stays '+' */
int  b64_encode(Buf *out, Str s);
int  b64_decode(Buf *out, Str s);                     /* strict: alphabet, padding, no stray bits; -1 on anything else */
int  hex_encode(Buf *out, Str s);                     /* lower case */
int  hex_digit(char c);                               /* 0..15, either case, or -1 */
uint32_t crc32_of(uint32_t crc, Str s);               /* start with 0; can be continued */
void sha256_of(Str s, unsigned char out[32]);
void sha256_hex(Str s, char out[65]);                  /* the same as lower-case hex */
void hmac_sha256(Str key, Str s, unsigned char out[32]);
/* True when s is valid UTF-8 (no surrogates, no overlong forms). */
bool utf8_valid(Str s);

/* RFC 9562, version 4, of sixteen random bytes. */
enum { UUID_TEXT = 37 };
void uuid_text(const unsigned char random[16], char out[UUID_TEXT]);

#endif
