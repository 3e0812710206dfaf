/* Shared by the tests of src/aws: encoders and decoders called as the client calls them. */
#ifndef AWS_UNIT_H
#define AWS_UNIT_H

#include "api/encode.h"
#include "base/file.h"

/* The request body (or the error) of one operation; the caller's buffers live until the next call. */
static inline const char *encoded(const AwsOp *op, const void *in, AwsParts *parts)
{
	static Err e;

	memset(parts, 0, sizeof *parts);
	memset(&e, 0, sizeof e);
	return aws_encode(op, in, parts, &e) < 0 ? e.text : buf_cstr(&parts->body);
}

static inline void parts_done(AwsParts *p)
{
	aws_parts_done(p);
}

/* NULL when the body does not parse or decode; then e says why. */
static inline void *decoded(Arena *a, const AwsOp *op, Str text, Err *e)
{
	HttpReply reply = { .status = 200, .body = text };
	void *out = NULL;

	return aws_decode(a, op, &reply, &out, e) < 0 ? NULL : out;
}

static inline Str shared_file(Arena *a, const char *path)
{
	Buf b = { 0 };
	Err e = { 0 };
	Str s;

	if (file_read(path, &b, 64 << 20, &e) < 0)
		fail_msg("%s", e.text);
	s = arena_str(a, buf_str(&b));
	buf_done(&b);
	return s;
}

#define assert_str(s, want) \
	do { \
		Str s_ = (s); \
		char *got_ = strndup(s_.p ? s_.p : "", s_.n); \
		assert_string_equal(got_, (want)); \
		free(got_); \
	} while (0)

#endif
