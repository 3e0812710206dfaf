/* S3: path-style and host-style requests, versions, conditions, checksums, regions of buckets. Source of rules and errors:
 * Amazon S3 API Reference, "Error responses", and User Guide. */
#include "sim/serve.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/kms.h"
#include "sim/s3_store.h"
#include "wire/md5.h"
#include "wire/text.h"

enum { PAGE_MAX = 1000, RULES_MAX = 1000, XML_MAX_BYTES = 1 << 20 };

/* --- errors --- */

typedef struct Problem { int status; const char *code, *message; Str extra; } Problem;      /* extra: finished XML */

static int fail(SimCall *c, const Problem *p, const HttpHeader *more, size_t more_n)
{
	HttpHeader headers[4] = { { STR("x-amz-request-id"), str_of(c->request_id) } };
	Buf body = { 0 };
	size_t n = 1;

	for (size_t i = 0; i < more_n; i++)
		headers[n++] = more[i];
	(void)buf_printf(&body, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>%s</Code><Message>", p->code);
	sim_put_xml(&body, str_of(p->message));
	(void)buf_puts(&body, "</Message>");
	(void)buf_put_str(&body, p->extra);
	(void)buf_printf(&body, "<RequestId>%s</RequestId><HostId>simulated</HostId></Error>", c->request_id);
	/* Neither HEAD nor 304 has a body: the status is all that is said. */
	if (p->status == 304 || str_is(c->rq->method, "HEAD"))
		buf_reset(&body);
	sim_reply(c, p->status, headers, n, buf_str(&body));
	buf_done(&body);
	return -1;
}

static int refuse(SimCall *c, int status, const char *code, const char *message)
{
	return fail(c, &(Problem){ status, code, message, STR("") }, NULL, 0);
}

static Str element(SimCall *c, const char *name, Str value)
{
	Buf text = { 0 };
	Str out;

	(void)buf_printf(&text, "<%s>", name);
	sim_put_xml(&text, value);
	(void)buf_printf(&text, "</%s>", name);
	out = arena_str(c->arena, buf_str(&text));
	buf_done(&text);
	return out;
}

/* A bucket elsewhere: the oldest region says so by the signature, all others redirect. */
static int elsewhere(SimCall *c, const S3Bucket *b)
{
	HttpHeader home = { STR("x-amz-bucket-region"), str_of(b->home) };
	Problem p;

	if (str_is(c->region, "us-east-1"))
		p = (Problem){ 400, "AuthorizationHeaderMalformed", arena_printf(c->arena, "The authorization header is malformed; the region '%.*s' is "
		               "wrong; expecting '%s'", STR_ARG(c->region), b->home).p, element(c, "Region", str_of(b->home)) };
	else
		p = (Problem){ 301, "PermanentRedirect", "The bucket you are attempting to access must be addressed using the specified endpoint. Please "
		               "send all future requests to this endpoint.", element(c, "Endpoint", arena_printf(c->arena, "%s.s3.%s.amazonaws.com",
		               b->name, b->home)) };
	return fail(c, &p, &home, 1);
}

/* NULL: answered. */
static S3Bucket *bucket_of(SimCall *c, Str name, Str owner)
{
	S3Bucket *b = s3_bucket_find(c->sim, name);

	if (!b)
		(void)fail(c, &(Problem){ 404, "NoSuchBucket", "The specified bucket does not exist", element(c, "BucketName", name) }, NULL, 0);
	else if (b->foreign || (owner.n && !str_eq(owner, c->who.account)))
		(void)refuse(c, 403, "AccessDenied", "Access Denied");
	else if (b->home && !str_is(c->region, b->home))
		(void)elsewhere(c, b);
	else
		return b;
	return NULL;
}

static int no_key(SimCall *c, Str key, const S3Version *marker)
{
	HttpHeader gone[] = { { STR("x-amz-delete-marker"), STR("true") }, { STR("x-amz-version-id"), marker ? str_of(marker->id) : STR("") } };

	return fail(c, &(Problem){ 404, "NoSuchKey", "The specified key does not exist.", element(c, "Key", key) }, gone, marker ? 2 : 0);
}

/* --- reading --- */

static const S3Version *version_of(SimCall *c, const S3Bucket *b, const S3GetIn *in)
{
	const S3Item *item = s3_item_find(b, in->key);
	const S3Version *v = item ? item->newest : NULL;

	while (v && in->version_id.n && !str_is(in->version_id, v->id))
		v = v->older;
	if (v && !v->deleted)
		return v;
	if (v && in->version_id.n)
		(void)refuse(c, 405, "MethodNotAllowed", "The specified method is not allowed against this resource.");
	else if (item && in->version_id.n)
		(void)refuse(c, 404, "NoSuchVersion", "The specified version does not exist.");
	else
		(void)no_key(c, in->key, v);
	return NULL;
}

/* "*", or one of the listed tags; quotes may be missing. */
static bool tag_fits(Str list, const char *etag)
{
	Str bare = str_sub(str_of(etag), 1, strlen(etag) - 2);

	while (list.n) {
		Str one = str_trim(str_cut(list, ',', &list));

		if (str_is(one, "*") || str_is(one, etag) || str_eq(one, bare))
			return true;
	}
	return false;
}

static int check_conditions(SimCall *c, const S3GetIn *in, const S3Version *v)
{
	HttpHeader tag = { STR("etag"), str_of(v->etag) };

	if (in->if_match.n && !tag_fits(in->if_match, v->etag))
		return fail(c, &(Problem){ 412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold",
		            STR("<Condition>If-Match</Condition>") }, NULL, 0);
	if (in->if_none_match.n && tag_fits(in->if_none_match, v->etag))
		return fail(c, &(Problem){ 304, "NotModified", "", STR("") }, &tag, 1);
	return 0;
}

/* RFC 9110 section 14.1.2. What is no range of bytes is left out of account; one behind the end is refused. */
static int take_range(SimCall *c, Str range, size_t size, size_t *from, size_t *n)
{
	Str last, first;
	int64_t a = 0, b = 0;

	*from = 0;
	*n = size;
	if (!str_starts(range, STR("bytes=")) || str_has(range, STR(",")))
		return 0;
	first = str_cut(str_sub(range, 6, range.n), '-', &last);
	if ((first.n && str_i64(first, &a) < 0) || (last.n && str_i64(last, &b) < 0) || (!first.n && !last.n))
		return 0;
	if (!first.n) {
		*n = (size_t)b < size ? (size_t)b : size;
		*from = size - *n;
	} else {
		*from = (size_t)a;
		*n = *from < size ? size - *from : 0;
		if (last.n && b >= a && (size_t)(b - a + 1) < *n)
			*n = (size_t)(b - a + 1);
	}
	if (*n)
		return 1;
	return fail(c, &(Problem){ 416, "InvalidRange", "The requested range is not satisfiable", STR("") }, NULL, 0);
}

static Str crc_text(SimCall *c, uint32_t crc)
{
	Buf text = { 0 };
	Str out;

	(void)b64_encode(&text, (Str){ (const char[]){ (char)(crc >> 24), (char)(crc >> 16), (char)(crc >> 8), (char)crc }, 4 });
	out = arena_str(c->arena, buf_str(&text));
	buf_done(&text);
	return out;
}

static int get_object(SimCall *c, const void *input, void *output)
{
	const S3GetIn *in = input;
	S3Object *out = output;
	const S3Bucket *b = bucket_of(c, in->bucket, in->owner);
	const S3Version *v = b ? version_of(c, b, in) : NULL;
	size_t from, n;
	int part;

	if (!v || check_conditions(c, in, v) < 0 || (part = take_range(c, in->range, v->body.n, &from, &n)) < 0)
		return -1;
	*out = (S3Object){ .body = str_sub(v->body, from, n), .etag = str_of(v->etag), .version_id = str_of(v->id), .type = v->type,
	                   .modified_ms = v->modified_ms, .encryption = b->kms_alias ? STR("aws:kms") : STR("AES256") };
	if (b->kms_alias)
		out->kms_key_id = kms_key_arn(c->sim, c->arena, b->kms_alias);
	if (part) {
		out->content_range = arena_printf(c->arena, "bytes %zu-%zu/%zu", from, from + n - 1, v->body.n);
		c->status = 206;
	} else if (str_is(sim_header(c->rq, "x-amz-checksum-mode"), "ENABLED")) {
		out->crc32 = crc_text(c, v->crc32);
	}
	out->metadata.v = ARENA_ARRAY(c->arena, ShapePair, S3_META_MAX);
	memcpy(out->metadata.v, v->meta, sizeof v->meta);
	out->metadata.n = v->meta_n;
	/* Of a HEAD the server keeps the body to itself, and says its length. */
	c->head_body = out->body;
	return 0;
}

/* --- writing --- */

static bool same_base64(Str given, const void *bytes, size_t n)
{
	Buf text = { 0 };
	bool same = b64_encode(&text, (Str){ bytes, n }) == 0 && str_eq(given, buf_str(&text));

	buf_done(&text);
	return same;
}

/* Checks what the request says of its body. must: saying nothing is an error. */
static int check_body(SimCall *c, bool must)
{
	Str md5 = sim_header(c->rq, "content-md5"), crc = sim_header(c->rq, "x-amz-checksum-crc32"), body = c->rq->body;
	Str sha = sim_header(c->rq, "x-amz-checksum-sha256");
	unsigned char digest[32];

	if (must && !md5.n && !crc.n && !sha.n)
		return refuse(c, 400, "InvalidRequest", "Missing required header for this request: Content-MD5 OR x-amz-checksum-*");
	if (md5.n && (md5_of(body, digest) < 0 || !same_base64(md5, digest, MD5_BYTES)))
		return refuse(c, 400, "BadDigest", "The Content-MD5 you specified did not match what we received.");
	if (crc.n && !str_eq(crc, crc_text(c, crc32_of(0, body))))
		return refuse(c, 400, "BadDigest", "The CRC32 you specified did not match the calculated checksum.");
	sha256_of(body, digest);
	if (sha.n && !same_base64(sha, digest, 32))
		return refuse(c, 400, "BadDigest", "The SHA256 you specified did not match the calculated checksum.");
	return 0;
}

static int check_put(SimCall *c, const S3PutIn *in, const S3Version *now)
{
	const char *failed = "At least one of the pre-conditions you specified did not hold";
	size_t meta = 0;

	for (size_t i = 0; i < in->metadata.n; i++)
		meta += in->metadata.v[i].key.n + in->metadata.v[i].value.n;
	if (meta > 2048 || in->metadata.n > S3_META_MAX)
		return refuse(c, 400, "MetadataTooLarge", "Your metadata headers exceed the maximum allowed metadata size");
	if (in->key.n > 1024)
		return refuse(c, 400, "KeyTooLongError", "Your key is too long");
	if (in->if_none_match.n && !str_is(in->if_none_match, "*"))
		return refuse(c, 501, "NotImplemented", "A header you provided implies functionality that is not implemented");
	if (in->if_none_match.n && now)
		return refuse(c, 412, "PreconditionFailed", failed);
	if (in->if_match.n && !now)
		return no_key(c, in->key, NULL);
	if (in->if_match.n && !tag_fits(in->if_match, now->etag))
		return refuse(c, 412, "PreconditionFailed", failed);
	return 0;
}

static int put_object(SimCall *c, const void *input, void *output)
{
	const S3PutIn *in = input;
	S3PutOut *out = output;
	S3Bucket *b = bucket_of(c, in->bucket, in->owner);
	const S3Item *item = b ? s3_item_find(b, in->key) : NULL;
	const S3Version *now = item && !item->newest->deleted ? item->newest : NULL, *v;

	if (!b || check_body(c, false) < 0 || check_put(c, in, now) < 0)
		return -1;
	v = s3_put(c->sim, b, in->key, in->body, in->type, in->metadata.v, in->metadata.n, c->now_ms);
	*out = (S3PutOut){ .etag = str_of(v->etag), .version_id = str_of(v->id), .crc32 = crc_text(c, v->crc32),
	                   .encryption = b->kms_alias ? STR("aws:kms") : STR("AES256") };
	if (b->kms_alias)
		out->kms_key_id = kms_key_arn(c->sim, c->arena, b->kms_alias);
	return 0;
}

/* --- listing --- */

static bool is_plain(char ch)
{
	return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9') || (ch && strchr("-._~/*", ch));
}

/* encoding-type=url: percent-encoded but for the slash, a blank as "+". */
static Str encoded(SimCall *c, bool url, Str s)
{
	Buf out = { 0 };
	Str text;

	if (!url)
		return s;
	for (size_t i = 0; i < s.n; i++)
		(void)(is_plain(s.p[i]) ? buf_putc(&out, s.p[i]) : s.p[i] == ' ' ? buf_putc(&out, '+') : buf_printf(&out, "%%%02X", (unsigned char)s.p[i]));
	text = arena_str(c->arena, buf_str(&out));
	buf_done(&out);
	return text;
}

/* The part of the key that keys behind the same delimiter share; empty when there is no delimiter behind the prefix. */
static Str common(Str key, Str prefix, Str delimiter)
{
	for (size_t i = prefix.n; delimiter.n && i + delimiter.n <= key.n; i++)
		if (str_eq(str_sub(key, i, delimiter.n), delimiter))
			return str_sub(key, 0, i + delimiter.n);
	return STR("");
}

/* Tokens hold the last key that was given out, or its common prefix. */
static int read_token(SimCall *c, Str token, Buf *after)
{
	if (b64_decode(after, token) == 0 && str_starts(buf_str(after), STR("after:")))
		return 0;
	return refuse(c, 400, "InvalidArgument", "The continuation token provided is incorrect");
}

static Str make_token(SimCall *c, Str last)
{
	Buf text = { 0 };
	Str out;

	(void)b64_encode(&text, arena_printf(c->arena, "after:%.*s", STR_ARG(last)));
	out = arena_str(c->arena, buf_str(&text));
	buf_done(&text);
	return out;
}

static void list_items(SimCall *c, const S3Bucket *b, const S3ListIn *in, Str after, size_t limit, bool url, S3List *out)
{
	Str last = { 0 }, shared = { 0 };

	out->entries.v = ARENA_ARRAY(c->arena, S3Entry, limit + 1);
	out->prefixes.v = ARENA_ARRAY(c->arena, S3Prefix, limit + 1);
	for (const S3Item *i = b->first; i; i = i->next) {
		Str prefix = common(i->key, in->prefix, in->delimiter);

		if (i->newest->deleted || !str_starts(i->key, in->prefix) || str_cmp(i->key, after) <= 0 ||
		    (prefix.n && (str_eq(prefix, shared) || (after.n && str_eq(prefix, after)))))
			continue;
		if (out->entries.n + out->prefixes.n == limit) {
			out->truncated = true;
			out->next_token = make_token(c, last);
			break;
		}
		last = prefix.n ? prefix : i->key;
		if (prefix.n)
			out->prefixes.v[out->prefixes.n++].prefix = encoded(c, url, shared = prefix);
		else
			out->entries.v[out->entries.n++] = (S3Entry){ encoded(c, url, i->key), str_of(i->newest->etag), STR("STANDARD"),
			                                              (int64_t)i->newest->body.n, i->newest->modified_ms };
	}
	out->count = (int64_t)(out->entries.n + out->prefixes.n);
}

static int list_objects(SimCall *c, const void *input, void *output)
{
	const S3ListIn *in = input;
	S3List *out = output;
	const S3Bucket *b = bucket_of(c, in->bucket, in->owner);
	bool url = str_has(c->rq->query, STR("encoding-type=url")), given = str_has(c->rq->query, STR("max-keys="));
	Buf after = { 0 };

	if (!b || (in->token.n && read_token(c, in->token, &after) < 0))
		goto answered;
	if (in->max < 0) {
		(void)refuse(c, 400, "InvalidArgument", "Argument maxKeys must be an integer between 0 and 2147483647");
		goto answered;
	}
	*out = (S3List){ .name = in->bucket, .prefix = encoded(c, url, in->prefix), .delimiter = encoded(c, url, in->delimiter),
	                 .start_after = encoded(c, url, in->start_after), .encoding = url ? STR("url") : STR(""),
	                 .max = given && in->max < PAGE_MAX ? in->max : PAGE_MAX };
	if (out->max)
		list_items(c, b, in, arena_str(c->arena, in->token.n ? str_sub(buf_str(&after), 6, after.n) : in->start_after), (size_t)out->max, url, out);
	buf_done(&after);
	return 0;
answered:
	buf_done(&after);
	return -1;
}

/* --- protection --- */

static int get_block(SimCall *c, const void *input, void *output)
{
	const S3BucketIn *in = input;
	const S3Bucket *b = bucket_of(c, in->bucket, in->owner);

	if (!b)
		return -1;
	if (!b->has_block)
		return fail(c, &(Problem){ 404, "NoSuchPublicAccessBlockConfiguration", "The public access block configuration was not found",
		            element(c, "BucketName", in->bucket) }, NULL, 0);
	((S3BlockOut *)output)->block = b->block;
	return 0;
}

static int put_block(SimCall *c, const void *input, void *output)
{
	const S3BlockIn *in = input;
	S3Bucket *b = bucket_of(c, in->bucket, in->owner);

	(void)output;
	if (!b || check_body(c, true) < 0)
		return -1;
	b->has_block = true;
	b->block = in->block;
	return 0;
}

static int get_encryption(SimCall *c, const void *input, void *output)
{
	const S3BucketIn *in = input;
	S3Encryption *out = &((S3EncryptionOut *)output)->encryption;
	const S3Bucket *b = bucket_of(c, in->bucket, in->owner);

	if (!b)
		return -1;
	out->rules.v = ARENA_NEW(c->arena, S3EncryptionRule);
	out->rules.n = 1;
	out->rules.v[0].by_default.algorithm = b->kms_alias ? STR("aws:kms") : STR("AES256");
	if (b->kms_alias)
		out->rules.v[0].by_default.kms_key_id = kms_key_arn(c->sim, c->arena, b->kms_alias);
	out->rules.v[0].bucket_key = b->kms_alias != NULL;
	return 0;
}

static int get_lifecycle(SimCall *c, const void *input, void *output)
{
	const S3BucketIn *in = input;
	S3LifecycleOut *out = output;
	const S3Bucket *b = bucket_of(c, in->bucket, in->owner);
	XmlNode *root;
	S3LifecycleIn stored = { 0 };
	Err e = { 0 };

	if (!b)
		return -1;
	if (!b->lifecycle.n)
		return fail(c, &(Problem){ 404, "NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist",
		            element(c, "BucketName", in->bucket) }, NULL, 0);
	if (xml_parse(c->arena, b->lifecycle, XML_MAX_BYTES, &root, &e) < 0 ||
	    shape_take_xml(c->arena, shape_payload(op_s3_put_lifecycle.in)->of, root, &stored.lifecycle, &e) < 0)
		return refuse(c, 500, "InternalError", e.text);
	out->rules.v = stored.lifecycle.rules.v;
	out->rules.n = stored.lifecycle.rules.n;
	out->minimum_size = STR("all_storage_classes_128K");
	return 0;
}

static bool acts(const S3Rule *r)
{
	return r->transitions.n || r->noncurrent_transitions.n || r->expiration.days || r->expiration.date_ms || r->expiration.delete_marker ||
	       r->noncurrent_expiration.days || r->abort_uploads.days;
}

static int check_rules(SimCall *c, const S3Lifecycle *l)
{
	if (!l->rules.n || l->rules.n > RULES_MAX)
		return refuse(c, 400, "MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema");
	for (size_t i = 0; i < l->rules.n; i++) {
		const S3Rule *r = &l->rules.v[i];
		int64_t before = -1;

		if (!str_is(r->status, "Enabled") && !str_is(r->status, "Disabled"))
			return refuse(c, 400, "MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema");
		if (!acts(r))
			return refuse(c, 400, "InvalidRequest", "At least one action needs to be specified in a rule");
		for (size_t k = 0; k < i; k++)
			if (r->id.n && str_eq(r->id, l->rules.v[k].id))
				return refuse(c, 400, "InvalidArgument", "Rule ID must be unique. Found same ID for one or more rules");
		for (size_t k = 0; k < r->transitions.n; k++) {
			if (r->transitions.v[k].days.v <= before)
				return refuse(c, 400, "InvalidArgument", "'Days' in the Transition actions of one filter must increase");
			before = r->transitions.v[k].days.v;
		}
		if (r->expiration.days && r->expiration.days <= before)
			return refuse(c, 400, "InvalidArgument", "'Days' in the Expiration action must be greater than 'Days' in the Transition action");
	}
	return 0;
}

static int put_lifecycle(SimCall *c, const void *input, void *output)
{
	const S3LifecycleIn *in = input;
	S3LifecyclePut *out = output;
	S3Bucket *b = bucket_of(c, in->bucket, in->owner);

	if (!b || check_body(c, true) < 0 || check_rules(c, &in->lifecycle) < 0)
		return -1;
	b->lifecycle = arena_str(sim_keep(c->sim), c->rq->body);
	out->minimum_size = STR("all_storage_classes_128K");
	return 0;
}

static const SimRow rows[] = {
	{ &op_s3_get_object, get_object, NULL }, { &op_s3_head_object, get_object, NULL }, { &op_s3_put_object, put_object, NULL },
	{ &op_s3_list_objects, list_objects, "ListBucketResult" }, { &op_s3_get_public_access_block, get_block, "PublicAccessBlockConfiguration" },
	{ &op_s3_put_public_access_block, put_block, NULL },
	{ &op_s3_get_bucket_encryption, get_encryption, "ServerSideEncryptionConfiguration" },
	{ &op_s3_get_lifecycle, get_lifecycle, "LifecycleConfiguration" }, { &op_s3_put_lifecycle, put_lifecycle, NULL },
};
const SimTable sim_s3 = SIM_TABLE(rows);
