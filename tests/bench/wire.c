/* What one signature and one event of a stream cost, in CPU time; the peer is botocore (wire.py).
 *
 *     wire sign N          N requests of a 2 KiB body and the headers of a real call, signed one after the other
 *     wire frames N FILE   writes N frames of a ConverseStream
 *     wire decode FILE     reads them in pieces of 16 KiB: frames, then frames with the text of each event
 * Prints nanoseconds for one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "api/converse.h"
#include "base/file.h"
#include "wire/sigv4.h"

enum { BODY = 2048, PIECE = 16384, FILE_MAX_BYTES = 64 << 20, ROUNDS = 5 };

typedef struct Count { int64_t frames, text; } Count;

static double cpu_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static int sign(int64_t count)
{
	static char body[BODY];
	static const SigCreds creds = { STR("AKIDEXAMPLE"), STR("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"), { 0 } };
	static const SigHeader headers[] = {
		{ STR("host"), STR("bedrock-runtime.us-east-1.amazonaws.com") }, { STR("content-type"), STR("application/json") },
	};
	SigScope scope = { STR("us-east-1"), STR("bedrock"), 1790000000000 };
	SigRequest rq = { .method = STR("POST"), .path = STR("/model/m/converse-stream"), .headers = headers,
	                  .header_count = sizeof headers / sizeof *headers, .body = { body, BODY } };
	SigCache *cache = sig_cache_new();
	Arena a = { 0 };
	SigResult out;
	Err e = { 0 };
	double start;

	memset(body, 'a', BODY);
	start = cpu_ns();
	for (int64_t i = 0; i < count; i++) {
		scope.time_ms += 17;
		if (sig_sign(&a, cache, &creds, &scope, &rq, &out, &e) < 0)
			return (void)fprintf(stderr, "wire: %s\n", e.text), 1;
		arena_reset(&a);
	}
	(void)printf("%.1f\n", (cpu_ns() - start) / (double)count);
	arena_done(&a);
	sig_cache_free(cache);
	return 0;
}

/* One text delta a frame, as Bedrock sends them: a few letters, and padding that hides how many. */
static int frames(int64_t count, const char *path)
{
	static const char padding[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
	FILE *f = fopen(path, "wb");
	Buf b = { 0 }, payload = { 0 };
	int rc = 0;

	for (int64_t i = 0; f && i < count; i++) {
		buf_reset(&b);
		buf_reset(&payload);
		(void)buf_printf(&payload, "{\"contentBlockIndex\":0,\"delta\":{\"text\":\" t%lld\\n\"},\"p\":\"%.*s\"}", (long long)(i % 10000),
		                 (int)(i * 7 % 52), padding);
		rc |= es_encode_event(&b, "contentBlockDelta", buf_str(&payload)) < 0 || fwrite(b.p, 1, b.n, f) < b.n;
	}
	buf_done(&b);
	buf_done(&payload);
	return !f || fclose(f) != 0 || rc;
}

/* The way of aws/stream.c: the pieces are gathered, whole frames leave at the front. */
static int read_frames(Str bytes, bool text, Count *n, Err *e)
{
	Buf held = { 0 };
	Arena a = { 0 };
	ConverseTurn turn = { 0 };
	EsFrame f;
	ConversePiece piece;
	long used = 0;

	for (size_t at = 0; at < bytes.n && used >= 0; at += PIECE) {
		size_t front = 0;

		(void)buf_put_str(&held, str_sub(bytes, at, PIECE));
		while ((used = es_decode(str_sub(buf_str(&held), front, held.n), &f, e)) > 0) {
			Str type = es_header_str(&f, ":event-type");

			front += (size_t)used;
			n->frames += type.n > 0;
			if (text && (used = converse_event(&a, type, f.payload, &turn, &piece, e)) < 0)
				break;
			n->text += text ? (int64_t)piece.text.n : 0;
			arena_reset(&a);
		}
		buf_shift(&held, front);
	}
	buf_done(&held);
	arena_done(&a);
	converse_turn_done(&turn);
	return used < 0 ? -1 : 0;
}

static int decode(const char *path)
{
	Buf file = { 0 };
	Err e = { 0 };

	if (file_read(path, &file, FILE_MAX_BYTES, &e) < 0)
		return (void)fprintf(stderr, "wire: %s\n", e.text), 1;
	for (int text = 0; text < 2; text++) {
		double best = 1e18;
		Count n = { 0 };

		for (int i = 0; i < ROUNDS; i++) {
			double start = cpu_ns();

			n = (Count){ 0 };
			if (read_frames(buf_str(&file), text, &n, &e) < 0)
				return (void)fprintf(stderr, "wire: %s\n", e.text), 1;
			start = (cpu_ns() - start) / (double)n.frames;
			best = start < best ? start : best;
		}
		(void)printf("%s %.1f ns %lld frames %lld letters\n", text ? "text" : "frames", best, (long long)n.frames, (long long)n.text);
	}
	buf_done(&file);
	return 0;
}

int main(int argc, char **argv)
{
	int64_t n = 0;

	if (argc == 3 && strcmp(argv[1], "decode") == 0)
		return decode(argv[2]);
	if (argc >= 3 && (str_i64(str_of(argv[2]), &n) < 0 || n < 1))
		n = 0;
	if (n && argc == 3 && strcmp(argv[1], "sign") == 0)
		return sign(n);
	if (n && argc == 4 && strcmp(argv[1], "frames") == 0)
		return frames(n, argv[3]);
	(void)fprintf(stderr, "usage: wire sign N | frames N FILE | decode FILE\n");
	return 2;
}
