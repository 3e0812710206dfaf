#include "unit.h"

#include <dirent.h>

#include <cjson/cJSON.h>

#include "base/file.h"
#include "wire/eventstream.h"
#include "wire/text.h"

#define VECTORS SHARED_DIR "/aws/vectors/eventstream"
#define SAMPLES SHARED_DIR "/aws/samples"
#define CORPUS SHARED_DIR "/corpora/eventstream/eventstream_frames.jsonl"

static void read_into(Buf *b, const char *path)
{
	Err e;

	buf_reset(b);
	if (file_read(path, b, 1 << 20, &e) < 0)
		fail_msg("%s", e.text);
}

static Str join(char *room, size_t n, const char *folder, const char *name, const char *ending)
{
	return (Str){ room, (size_t)snprintf(room, n, "%s/%s%s", folder, name, ending) };
}

/* What a reader of the whole stream sees: frames until the end or a fault. */
typedef struct Seen {
	size_t frames;
	bool   bad, torn;
} Seen;

static Seen read_all(Str bytes)
{
	Seen seen = { 0 };
	EsFrame f;
	long used;

	while ((used = es_decode(bytes, &f, NULL)) > 0) {
		seen.frames++;
		bytes = str_sub(bytes, (size_t)used, bytes.n);
	}
	seen.bad = used < 0;
	seen.torn = used == 0 && bytes.n > 0;
	return seen;
}

/* The same in two pieces: the first call sees only the head. */
static Seen read_split(Str bytes, size_t at)
{
	Seen head = read_all(str_sub(bytes, 0, at)), all;
	size_t used = 0;
	EsFrame f;

	if (head.bad)
		return head;
	for (size_t i = 0; i < head.frames; i++)
		used += (size_t)es_decode(str_sub(bytes, used, bytes.n), &f, NULL);
	all = read_all(str_sub(bytes, used, bytes.n));
	all.frames += head.frames;
	return all;
}

static void assert_same_at_every_split(Str bytes, Seen want, const char *what)
{
	for (size_t at = 0; at <= bytes.n; at++) {
		Seen got = read_split(bytes, at);

		if (got.frames != want.frames || got.bad != want.bad || got.torn != want.torn)
			fail_msg("%s: another result when split at byte %zu", what, at);
	}
}

static void assert_base64(const cJSON *want, Str got, const char *what)
{
	Buf b = { 0 };

	assert_int_equal(b64_encode(&b, got), 0);
	if (!str_is(buf_str(&b), cJSON_GetStringValue(want)))
		fail_msg("%s: %s is not %s", what, buf_cstr(&b), cJSON_GetStringValue(want));
	buf_done(&b);
}

static double number(const cJSON *j, const char *name)
{
	return cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(j, name));
}

static void assert_message(const EsFrame *f, const cJSON *want, const char *what)
{
	cJSON *h;
	size_t at = 0;
	EsHeader got;

	/* Some CRCs are written as signed numbers, some as unsigned ones. */
	assert_int_equal(f->prelude_crc, (uint32_t)(int64_t)number(want, "prelude_crc"));
	assert_int_equal(f->message_crc, (uint32_t)(int64_t)number(want, "message_crc"));
	assert_int_equal(f->headers.n, (size_t)number(want, "headers_length"));
	assert_base64(cJSON_GetObjectItemCaseSensitive(want, "payload"), f->payload, what);
	cJSON_ArrayForEach(h, cJSON_GetObjectItemCaseSensitive(want, "headers")) {
		const cJSON *value = cJSON_GetObjectItemCaseSensitive(h, "value");

		assert_true(es_header_next(f, &at, &got));
		assert_true(str_is(got.name, cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(h, "name"))));
		assert_int_equal(got.type, (int)number(h, "type"));
		if (got.type == ES_BYTES || got.type == ES_STRING || got.type == ES_UUID)
			assert_base64(value, got.data, what);
		else if (got.type > ES_FALSE)
			assert_true(got.num == (int64_t)cJSON_GetNumberValue(value));
	}
	assert_false(es_header_next(f, &at, &got));
}

/* want: what the JSON beside the case says; NULL when there is only a description of the fault. */
static void vector_case(Str bytes, const cJSON *want, const char *what)
{
	const cJSON *many = cJSON_GetObjectItemCaseSensitive(want, "messages"), *one = cJSON_GetObjectItemCaseSensitive(want, "message");
	bool valid = want && !cJSON_IsFalse(cJSON_GetObjectItemCaseSensitive(want, "valid"));
	Seen seen = read_all(bytes);
	size_t count = many ? (size_t)cJSON_GetArraySize(many) : 1, used = 0;
	EsFrame f;

	if (valid == (seen.bad || seen.torn))
		fail_msg("%s was %s", what, valid ? "refused" : "accepted");
	assert_same_at_every_split(bytes, seen, what);
	if (!valid)
		return;
	assert_int_equal(seen.frames, count);
	for (size_t i = 0; i < count; i++) {
		const cJSON *message = many ? cJSON_GetArrayItem(many, (int)i) : one ? one : want;
		long n = es_decode(str_sub(bytes, used, bytes.n), &f, NULL);

		assert_int_equal(n, (long)number(message, "total_length"));
		assert_message(&f, message, what);
		used += (size_t)n;
	}
}

/* Cases are the files of `encoded`; what they mean stands in `decoded`, under the same name plus `ending`. */
static void suite(const char *encoded, const char *decoded, const char *ending)
{
	DIR *d = opendir(encoded);
	struct dirent *entry;
	Buf bytes = { 0 }, text = { 0 };
	char room[512];
	int seen = 0;

	assert_non_null(d);
	while ((entry = readdir(d))) {
		cJSON *want;

		if (entry->d_name[0] == '.' || str_ends(str_of(entry->d_name), STR(".json")))
			continue;
		read_into(&bytes, join(room, sizeof room, encoded, entry->d_name, "").p);
		read_into(&text, join(room, sizeof room, decoded, entry->d_name, ending).p);
		want = cJSON_Parse(buf_cstr(&text));
		vector_case(buf_str(&bytes), want, entry->d_name);
		cJSON_Delete(want);
		seen++;
	}
	closedir(d);
	buf_done(&bytes);
	buf_done(&text);
	assert_true(seen > 0);
}

static void published_suites(void **state)
{
	(void)state;
	SKIP_WITHOUT(VECTORS);
	suite(VECTORS "/suite-a/encoded/positive", VECTORS "/suite-a/decoded/positive", "");
	suite(VECTORS "/suite-a/encoded/negative", VECTORS "/suite-a/decoded/negative", "");
	suite(VECTORS "/suite-b", VECTORS "/suite-b", ".json");
	suite(VECTORS "/suite-c", VECTORS "/suite-c", ".json");
}

static void assert_sample_frame(const EsFrame *f, const char *line)
{
	cJSON *want = cJSON_Parse(line), *h, *payload;
	int count = 0;
	size_t at = 0;
	EsHeader got;

	assert_non_null(want);
	cJSON_ArrayForEach(h, cJSON_GetObjectItemCaseSensitive(want, "headers")) {
		assert_true(str_is(es_header_str(f, h->string), cJSON_GetStringValue(h)));
		count++;
	}
	while (es_header_next(f, &at, &got))
		count--;
	assert_int_equal(count, 0);
	payload = cJSON_ParseWithLength(f->payload.p, f->payload.n);
	if (f->payload.n)
		assert_true(cJSON_Compare(payload, cJSON_GetObjectItemCaseSensitive(want, "payload"), true));
	cJSON_Delete(payload);
	cJSON_Delete(want);
}

static void samples(void **state)
{
	DIR *d;
	struct dirent *entry;
	Buf bytes = { 0 }, text = { 0 };
	char room[512];
	int seen = 0;

	(void)state;
	SKIP_WITHOUT(SAMPLES);
	assert_non_null(d = opendir(SAMPLES));
	while ((entry = readdir(d))) {
		Str name = str_of(entry->d_name), stem = str_sub(name, 0, name.n < 4 ? 0 : name.n - 4), rest;
		EsFrame f;
		size_t used = 0;

		if (!str_ends(name, STR(".bin")))
			continue;
		read_into(&bytes, join(room, sizeof room, SAMPLES, entry->d_name, "").p);
		entry->d_name[stem.n] = 0;
		read_into(&text, join(room, sizeof room, SAMPLES, entry->d_name, ".jsonl").p);
		for (rest = buf_str(&text); rest.n; seen++) {
			Str line = str_cut(rest, '\n', &rest);
			long n = es_decode(str_sub(buf_str(&bytes), used, bytes.n), &f, NULL);

			text.p[line.p - text.p + (ptrdiff_t)line.n] = 0;
			assert_true(n > 0);
			assert_sample_frame(&f, line.p);
			used += (size_t)n;
		}
		assert_int_equal(used, bytes.n);
	}
	closedir(d);
	buf_done(&bytes);
	buf_done(&text);
	assert_true(seen > 0);
}

/* Of the corpus only what a frame decoder can judge: payloads are for the layers above. */
static void corpus(void **state)
{
	Buf text = { 0 }, bytes = { 0 };
	Str rest;
	int seen = 0;

	(void)state;
	SKIP_WITHOUT(CORPUS);
	read_into(&text, CORPUS);
	for (rest = buf_str(&text); rest.n; seen++) {
		Str line = str_cut(rest, '\n', &rest);
		cJSON *j = cJSON_ParseWithLength(line.p, line.n);
		Str category = str_of(cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(j, "category")));
		const char *name = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(j, "name"));
		Str expect = str_of(cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(j, "expect")));
		Seen got;

		buf_reset(&bytes);
		assert_int_equal(b64_decode(&bytes, str_of(cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(j, "bytes_b64")))), 0);
		got = read_all(buf_str(&bytes));
		if (str_is(expect, "accept") && (got.bad || got.torn || !got.frames))
			fail_msg("%s was refused", name);
		if (str_is(expect, "reject") && !str_is(category, "payload") && !got.bad && !got.torn)
			fail_msg("%s was accepted", name);
		if (bytes.n < 2000)
			assert_same_at_every_split(buf_str(&bytes), got, name);
		cJSON_Delete(j);
	}
	buf_done(&text);
	buf_done(&bytes);
	assert_true(seen >= 42);
}

static const EsHeader all_types[] = {
	{ .name = STR("yes"), .type = ES_TRUE }, { .name = STR("no"), .type = ES_FALSE },
	{ .name = STR("i8"), .type = ES_INT8, .num = -128 }, { .name = STR("i16"), .type = ES_INT16, .num = -32768 },
	{ .name = STR("i32"), .type = ES_INT32, .num = INT32_MIN }, { .name = STR("i64"), .type = ES_INT64, .num = INT64_MIN },
	{ .name = STR("time"), .type = ES_TIMESTAMP, .num = INT64_MAX }, { .name = STR("bytes"), .type = ES_BYTES, .data = STR("\0\xff") },
	{ .name = STR("text"), .type = ES_STRING, .data = STR("d\xc3\xa9lai") }, { .name = STR("empty"), .type = ES_STRING },
	{ .name = STR("uuid"), .type = ES_UUID, .data = STR("0123456789abcdef") },
};

static void frames_read_back(void **state)
{
	Buf b = { 0 };
	EsFrame f;
	EsHeader got;
	size_t at = 0;

	(void)state;
	assert_int_equal(es_encode(&b, all_types, 11, STR("payload"), NULL), 0);
	assert_int_equal(es_decode(buf_str(&b), &f, NULL), (long)b.n);
	assert_true(str_is(f.payload, "payload"));
	for (size_t i = 0; i < 11; i++) {
		assert_true(es_header_next(&f, &at, &got));
		assert_true(str_eq(got.name, all_types[i].name) && str_eq(got.data, all_types[i].data));
		assert_true(got.type == all_types[i].type && got.num == all_types[i].num);
	}
	assert_false(es_header_next(&f, &at, &got));
	assert_true(str_is(es_header_str(&f, "i8"), ""));
	buf_reset(&b);
	assert_int_equal(es_encode_event(&b, "messageStart", STR("{}")), 0);
	assert_int_equal(es_encode_exception(&b, "throttlingException", STR("{\"message\":\"slow\"}")), 0);
	at = (size_t)es_decode(buf_str(&b), &f, NULL);
	assert_true(str_is(es_header_str(&f, ":event-type"), "messageStart"));
	assert_int_equal(es_decode(str_sub(buf_str(&b), at, b.n), &f, NULL), (long)(b.n - at));
	assert_true(str_is(es_header_str(&f, ":message-type"), "exception"));
	assert_true(str_is(es_header_str(&f, ":exception-type"), "throttlingException"));
	assert_true(str_is(es_header_str(&f, ":content-type"), "application/json"));
	buf_done(&b);
}

static void assert_not_encoded(const EsHeader *h, size_t count, Str payload)
{
	Buf b = { 0 };
	Err e = { 0 };

	assert_int_equal(buf_puts(&b, "kept"), 0);
	assert_int_equal(es_encode(&b, h, count, payload, &e), -1);
	assert_true(e.text[0]);
	assert_true(str_is(buf_str(&b), "kept"));
	buf_done(&b);
}

static void what_is_not_encoded(void **state)
{
	static char big[40000];
	static EsHeader many[8];
	char name[300] = "n";
	const EsHeader bad[] = {
		{ .name = STR(""), .type = ES_TRUE }, { .name = STR("\xff"), .type = ES_TRUE }, { .name = { name, 256 }, .type = ES_TRUE },
		{ .name = STR("n"), .type = (EsType)10 }, { .name = STR("n"), .type = ES_INT8, .num = 128 },
		{ .name = STR("n"), .type = ES_INT32, .num = INT32_MAX + 1LL }, { .name = STR("n"), .type = ES_UUID, .data = STR("short") },
		{ .name = STR("n"), .type = ES_BYTES, .data = { big, 32768 } }, { .name = STR("n"), .type = ES_STRING, .data = STR("\xff") },
	};
	Buf small;

	(void)state;
	memset(name, 'n', sizeof name);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_not_encoded(&bad[i], 1, STR(""));
	assert_not_encoded((EsHeader[]){ all_types[0], all_types[0] }, 2, STR(""));
	assert_not_encoded(NULL, 0, (Str){ big, ES_MAX_PAYLOAD + 1 });
	for (size_t i = 0; i < 8; i++)
		many[i] = (EsHeader){ .name = { &"abcdefgh"[i], 1 }, .type = ES_BYTES, .data = { big, 32767 } };
	assert_not_encoded(many, 8, STR(""));
	buf_init(&small, 20);
	assert_int_equal(es_encode(&small, all_types, 11, STR(""), NULL), -1);
	assert_int_equal(small.n, 0);
	buf_done(&small);
}

static void put_crc(char *p, uint32_t crc)
{
	for (int i = 3; i >= 0; i--, crc >>= 8)
		p[i] = (char)(crc & 0xff);
}

/* Claims of any length must not be believed, waited for or added up beyond the caps, even with a right checksum. */
static void hostile_lengths(void **state)
{
	static const struct { uint32_t total, headers; long want; } claims[] = {
		{ 0, 0, -1 }, { 15, 0, -1 }, { 16, 1, -1 }, { 16, UINT32_MAX, -1 }, { UINT32_MAX, 0, -1 }, { UINT32_MAX, UINT32_MAX - 16, -1 },
		{ ES_MAX_FRAME + 1, ES_MAX_HEADERS_BYTES, -1 }, { ES_MAX_FRAME, 0, -1 }, { ES_MAX_FRAME, ES_MAX_HEADERS_BYTES + 1, -1 },
		{ ES_MAX_FRAME, ES_MAX_HEADERS_BYTES, ES_MORE }, { 100, 0, ES_MORE },
	};
	char raw[16] = { 0 };
	EsFrame f;

	(void)state;
	for (size_t i = 0; i < sizeof claims / sizeof claims[0]; i++) {
		put_crc(raw, claims[i].total);
		put_crc(raw + 4, claims[i].headers);
		put_crc(raw + 8, crc32_of(0, (Str){ raw, 8 }));
		assert_int_equal(es_decode((Str){ raw, 11 }, &f, NULL), ES_MORE);
		assert_int_equal(es_decode((Str){ raw, 12 }, &f, NULL), claims[i].want);
	}
}

/* Frames with right checksums and bad headers: too many of them, names twice. */
static void hostile_headers(void **state)
{
	Buf b = { 0 };
	EsFrame f;
	size_t n;

	(void)state;
	assert_int_equal(buf_put(&b, (char[12]){ 0 }, 12), 0);
	for (int i = 0; i <= ES_MAX_HEADERS; i++)
		assert_int_equal(buf_put(&b, (char[]){ 2, (char)('0' + i / 64), (char)('0' + i % 64), 0 }, 4), 0);
	for (int extra = 0; extra < 2; extra++) {
		n = 12 + 4 * (size_t)(ES_MAX_HEADERS + extra) + 4;
		assert_true(n <= b.n + 4);
		put_crc(b.p, (uint32_t)n);
		put_crc(b.p + 4, (uint32_t)n - 16);
		put_crc(b.p + 8, crc32_of(0, (Str){ b.p, 8 }));
		if (n > b.n)
			assert_int_equal(buf_put(&b, "1234", 4), 0);
		put_crc(b.p + n - 4, crc32_of(0, (Str){ b.p, n - 4 }));
		assert_int_equal(es_decode((Str){ b.p, n }, &f, NULL), extra ? -1 : (long)n);
		if (!extra)
			memcpy(b.p + n - 4, (char[]){ 2, 'z', 'z', 0 }, 4);
	}
	buf_done(&b);
}

/* Damage of up to 32 bits in a row is always found; anything else with 1 - 2^-32. */
static void flipped_bits_never_get_through(void **state)
{
	Buf b = { 0 };
	uint64_t seed = 42;
	size_t first;

	(void)state;
	assert_int_equal(es_encode(&b, all_types, 11, STR("{\"contentBlockIndex\":0,\"delta\":{\"text\":\"hello\"}}"), NULL), 0);
	first = b.n;
	assert_int_equal(es_encode_event(&b, "messageStop", STR("{}")), 0);
	for (size_t bit = 0; bit < first * 8; bit++) {
		b.p[bit / 8] ^= (char)(1 << bit % 8);
		assert_int_equal(read_all(buf_str(&b)).frames, 0);
		b.p[bit / 8] ^= (char)(1 << bit % 8);
	}
	for (int round = 0; round < 20000; round++) {
		char copy[1024];
		Str damaged = { copy, b.n };
		int flips = 2 + round % 7;

		memcpy(copy, b.p, b.n);
		while (flips--) {
			seed = seed * 6364136223846793005u + 1442695040888963407u;
			copy[(seed >> 33) % first] ^= (char)(1 << (seed >> 20 & 7));
		}
		if (memcmp(copy, b.p, first) != 0)
			assert_int_equal(read_all(damaged).frames, 0);
	}
	assert_int_equal(read_all(buf_str(&b)).frames, 2);
	assert_same_at_every_split(buf_str(&b), read_all(buf_str(&b)), "two frames");
	buf_done(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(published_suites), cmocka_unit_test(samples), cmocka_unit_test(corpus), cmocka_unit_test(frames_read_back),
		cmocka_unit_test(what_is_not_encoded), cmocka_unit_test(hostile_lengths), cmocka_unit_test(hostile_headers),
		cmocka_unit_test(flipped_bits_never_get_through),
	};

	return cmocka_run_group_tests_name("eventstream", tests, NULL, NULL);
}
