#include "wire/eventstream.h"

#include <endian.h>
#include <string.h>

#include "wire/text.h"

enum { LENGTHS = 8, PRELUDE = 12, CRC = 4, FRAME_MIN = PRELUDE + CRC, NAME_MAX = 255, VALUE_MAX = 32767, UUID_BYTES = 16 };

static uint32_t load_be32(const char *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof v);
	return be32toh(v);
}

static size_t load_be16(const char *p)
{
	return (size_t)(unsigned char)p[0] << 8 | (unsigned char)p[1];
}

static uint64_t load_be(const char *p, size_t n)
{
	uint64_t v = 0;

	for (size_t i = 0; i < n; i++)
		v = v << 8 | (unsigned char)p[i];
	return v;
}

static void store_be(char *p, uint64_t v, size_t n)
{
	for (size_t i = n; i-- > 0; v >>= 8)
		p[i] = (char)(v & 0xff);
}

/* Bytes of a value of that type on the wire; 0 for those that have none or bring their own length. */
static size_t fixed_bytes(unsigned type)
{
	static const unsigned char bytes[ES_UUID + 1] = {
		[ES_INT8] = 1, [ES_INT16] = 2, [ES_INT32] = 4, [ES_INT64] = 8, [ES_TIMESTAMP] = 8, [ES_UUID] = UUID_BYTES,
	};

	return type <= ES_UUID ? bytes[type] : 0;
}

static size_t integer_bytes(unsigned type)
{
	return type == ES_UUID ? 0 : fixed_bytes(type);
}

static int64_t sign_extended(uint64_t v, size_t bytes)
{
	unsigned shift = 64 - 8 * (unsigned)bytes;

	return (int64_t)(v << shift) >> shift;
}

/* One header off the front of *block: length and text of the name, type, value. */
static int take_header(Str *block, EsHeader *h, Err *e)
{
	const char *p = block->p;
	size_t n = block->n, name = n ? (unsigned char)p[0] : 0, at = 1 + name + 1, size;
	unsigned kind;
	bool counted;

	if (n < at)
		return err_set(e, "the event stream is damaged: a header runs past the end of the headers");
	if (!name)
		return err_set(e, "the event stream is damaged: a header has no name");
	kind = (unsigned char)p[at - 1];
	if (kind > ES_UUID)
		return err_set(e, "the event stream is damaged: a header has the unknown type %u", kind);
	counted = kind == ES_BYTES || kind == ES_STRING;
	size = counted && n - at >= 2 ? load_be16(p + at) : fixed_bytes(kind);
	at += counted ? 2 : 0;
	if (n < at || n - at < size)
		return err_set(e, "the event stream is damaged: a header's value runs past the end of the headers");
	*h = (EsHeader){ .name = { p + 1, name }, .type = (EsType)kind };
	if (counted || kind == ES_UUID)
		h->data = (Str){ p + at, size };
	else if (size)
		h->num = sign_extended(load_be(p + at, size), size);
	*block = (Str){ p + at + size, n - at - size };
	return 0;
}

/* Names are few; the cap on their number bounds this. */
static bool has_name_before(Str headers, size_t end, Str name)
{
	Str block = { headers.p, end };
	EsHeader h;

	while (block.n && take_header(&block, &h, NULL) == 0)
		if (str_eq(h.name, name))
			return true;
	return false;
}

static bool is_ascii(Str s)
{
	uint64_t any = 0, eight;
	size_t i = 0;

	for (; s.n - i >= sizeof eight; i += sizeof eight) {
		memcpy(&eight, s.p + i, sizeof eight);
		any |= eight;
	}
	for (; i < s.n; i++)
		any |= (unsigned char)s.p[i];
	return !(any & 0x8080808080808080u);
}

static int check_headers(Str headers, Err *e)
{
	bool plain = is_ascii(headers);      /* as a rule; then no name or text needs a look of its own */
	Str block = headers;
	size_t count = 0;
	uint64_t seen = 0, sign;
	EsHeader h;

	while (block.n) {
		size_t at = headers.n - block.n;

		if (++count > ES_MAX_HEADERS)
			return err_set(e, "the event stream is damaged: a message has more than %d headers", ES_MAX_HEADERS);
		if (take_header(&block, &h, e) < 0)
			return -1;
		if (!plain && (!utf8_valid(h.name) || (h.type == ES_STRING && !utf8_valid(h.data))))
			return err_set(e, "the event stream is damaged: a header's name or text is not UTF-8");
		/* Most names differ in length or middle from all before them; only where one may not, they are compared. */
		sign = UINT64_C(1) << ((h.name.n * 5 + (unsigned char)h.name.p[h.name.n / 2]) & 63);
		if (seen & sign && has_name_before(headers, at, h.name))
			return err_set(e, "the event stream is damaged: a header name occurs twice in one message");
		seen |= sign;
	}
	return 0;
}

/* Only after the prelude's CRC held. */
static int check_lengths(uint32_t total, uint32_t headers, Err *e)
{
	if (total < FRAME_MIN || headers > total - FRAME_MIN)
		return err_set(e, "the event stream is damaged: the lengths of a message (%u, headers %u) cannot be", total, headers);
	if (headers > ES_MAX_HEADERS_BYTES)
		return err_set(e, "a message of the event stream has %u bytes of headers; the limit is %d", headers, ES_MAX_HEADERS_BYTES);
	if (total - headers - FRAME_MIN > ES_MAX_PAYLOAD)
		return err_set(e, "a message of the event stream is %u bytes long; the limit is %d", total, ES_MAX_FRAME);
	return 0;
}

long es_decode(Str bytes, EsFrame *out, Err *e)
{
	uint32_t total, headers, prelude_crc, message_crc;

	if (bytes.n < PRELUDE)
		return ES_MORE;
	total = load_be32(bytes.p);
	headers = load_be32(bytes.p + 4);
	prelude_crc = load_be32(bytes.p + LENGTHS);
	if (crc32_of(0, str_sub(bytes, 0, LENGTHS)) != prelude_crc)
		return err_set(e, "the event stream is damaged: the checksum of a message's first bytes does not match");
	if (check_lengths(total, headers, e) < 0)
		return -1;
	if (bytes.n < total)
		return ES_MORE;
	message_crc = load_be32(bytes.p + total - CRC);
	/* The first eight bytes are summed already: the prelude's CRC is the beginning of the message's. */
	if (crc32_of(prelude_crc, str_sub(bytes, LENGTHS, total - LENGTHS - CRC)) != message_crc)
		return err_set(e, "the event stream is damaged: the checksum of a message does not match");
	*out = (EsFrame){
		.headers = str_sub(bytes, PRELUDE, headers), .payload = str_sub(bytes, PRELUDE + headers, total - headers - FRAME_MIN),
		.prelude_crc = prelude_crc, .message_crc = message_crc,
	};
	return check_headers(out->headers, e) < 0 ? -1 : (long)total;
}

bool es_header_next(const EsFrame *f, size_t *at, EsHeader *out)
{
	Str block = str_sub(f->headers, *at, f->headers.n);

	if (!block.n || take_header(&block, out, NULL) < 0)
		return false;
	*at = f->headers.n - block.n;
	return true;
}

Str es_header_str(const EsFrame *f, const char *name)
{
	size_t at = 0;
	EsHeader h;

	while (es_header_next(f, &at, &h))
		if (h.type == ES_STRING && str_is(h.name, name))
			return h.data;
	return (Str){ "", 0 };
}

static int check_header(const EsHeader *h, Err *e)
{
	size_t bytes = integer_bytes(h->type);

	if (!h->name.n || h->name.n > NAME_MAX || !utf8_valid(h->name))
		return err_set(e, "an event header needs a UTF-8 name of 1 to %d bytes", NAME_MAX);
	if (h->type > ES_UUID)
		return err_set(e, "event header %.*s has the unknown type %u", STR_ARG(h->name), (unsigned)h->type);
	if (bytes && sign_extended((uint64_t)h->num, bytes) != h->num)
		return err_set(e, "the number of event header %.*s does not fit its type", STR_ARG(h->name));
	if (h->type == ES_UUID && h->data.n != UUID_BYTES)
		return err_set(e, "event header %.*s is a UUID and needs %d bytes", STR_ARG(h->name), UUID_BYTES);
	if ((h->type == ES_BYTES || h->type == ES_STRING) && h->data.n > VALUE_MAX)
		return err_set(e, "the value of event header %.*s is longer than %d bytes", STR_ARG(h->name), VALUE_MAX);
	if (h->type == ES_STRING && !utf8_valid(h->data))
		return err_set(e, "the text of event header %.*s is not UTF-8", STR_ARG(h->name));
	return 0;
}

static int put_be(Buf *out, uint64_t v, size_t bytes)
{
	char raw[8];

	store_be(raw, v, bytes);
	return buf_put(out, raw, bytes);
}

/* A full Buf stays full, so the puts are asked for once, at the end of es_encode. */
static void put_header(Buf *out, const EsHeader *h)
{
	(void)put_be(out, h->name.n, 1);
	(void)buf_put_str(out, h->name);
	(void)put_be(out, h->type, 1);
	(void)put_be(out, (uint64_t)h->num, integer_bytes(h->type));
	if (h->type == ES_BYTES || h->type == ES_STRING)
		(void)put_be(out, h->data.n, 2);
	if (h->type == ES_BYTES || h->type == ES_STRING || h->type == ES_UUID)
		(void)buf_put_str(out, h->data);
}

static int put_frame(Buf *out, const EsHeader *headers, size_t count, Str payload, Err *e)
{
	size_t start = out->n, header_bytes, total;

	if (count > ES_MAX_HEADERS || payload.n > ES_MAX_PAYLOAD)
		return err_set(e, "an event message can have %d headers and a payload of %d bytes", ES_MAX_HEADERS, ES_MAX_PAYLOAD);
	(void)buf_put(out, (char[PRELUDE]){ 0 }, PRELUDE);
	for (size_t i = 0; i < count; i++) {
		if (check_header(&headers[i], e) < 0)
			return -1;
		put_header(out, &headers[i]);
	}
	header_bytes = out->n - start - PRELUDE;
	(void)buf_put_str(out, payload);
	(void)put_be(out, 0, CRC);
	if (out->full)
		return err_set(e, "an event message did not fit into its buffer");
	if (header_bytes > ES_MAX_HEADERS_BYTES)
		return err_set(e, "the headers of an event message take more than %d bytes", ES_MAX_HEADERS_BYTES);
	if (check_headers((Str){ out->p + start + PRELUDE, header_bytes }, e) < 0)
		return -1;
	total = out->n - start;
	store_be(out->p + start, total, 4);
	store_be(out->p + start + 4, header_bytes, 4);
	store_be(out->p + start + LENGTHS, crc32_of(0, (Str){ out->p + start, LENGTHS }), CRC);
	store_be(out->p + out->n - CRC, crc32_of(0, (Str){ out->p + start, total - CRC }), CRC);
	return 0;
}

int es_encode(Buf *out, const EsHeader *headers, size_t count, Str payload, Err *e)
{
	size_t was = out->n;

	if (put_frame(out, headers, count, payload, e) == 0)
		return 0;
	out->n = was;
	if (out->p)
		out->p[was] = 0;
	return -1;
}

static int encode_json(Buf *out, const char *message_type, const char *type_header, const char *type, Str payload)
{
	const EsHeader headers[] = {
		{ .name = STR(":message-type"), .type = ES_STRING, .data = str_of(message_type) },
		{ .name = str_of(type_header), .type = ES_STRING, .data = str_of(type) },
		{ .name = STR(":content-type"), .type = ES_STRING, .data = STR("application/json") },
	};

	return es_encode(out, headers, sizeof headers / sizeof headers[0], payload, NULL);
}

int es_encode_event(Buf *out, const char *type, Str json_payload)
{
	return encode_json(out, "event", ":event-type", type, json_payload);
}

int es_encode_exception(Buf *out, const char *type, Str json_payload)
{
	return encode_json(out, "exception", ":exception-type", type, json_payload);
}
