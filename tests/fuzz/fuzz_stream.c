/* Any events as the stream of a call: whatever the pieces in which the bytes come, the same events are delivered and the
 * stream ends the same way; folding an event into a turn gives the same turn each time, with no negative count.
 * The first byte chooses operation and pieces; then lines: one byte for the kind of event, the payload. */
#include <stdlib.h>
#include <string.h>

#include "aws/call.h"
#include "api/converse.h"
#include "api/logs.h"
#include "wire/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* How one run of a stream looked from outside. */
typedef struct Log { Buf text; ConverseTurn turn, twin; } Log;

static void need(bool holds)
{
	if (!holds)
		abort();
}

static void log_done(Log *log)
{
	buf_done(&log->text);
	converse_turn_done(&log->turn);
	converse_turn_done(&log->twin);
}

/* Two turns that were told the same hold the same. */
static void check_twins(const ConverseTurn *t, const ConverseTurn *twin)
{
	need(t->parts == twin->parts && t->has_stop == twin->has_stop && t->has_usage == twin->has_usage);
	need(strcmp(t->stop_reason, twin->stop_reason) == 0 && strcmp(t->service_tier, twin->service_tier) == 0);
	need(t->latency_ms == twin->latency_ms && memcmp(&t->tokens, &twin->tokens, sizeof t->tokens) == 0);
	for (size_t i = 0; i < t->parts; i++)
		need(t->part[i].block == twin->part[i].block && t->part[i].kind == twin->part[i].kind &&
		     (i == 0 || t->part[i - 1].block < t->part[i].block) && str_eq(buf_str(&t->part[i].text), buf_str(&twin->part[i].text)));
}

static void check_turn(Log *log, Str type, Str payload)
{
	Arena a = { 0 };
	ConverseTurn *t = &log->turn;
	ConversePiece piece = { 0 }, again = { 0 };
	ConverseMessage message;
	Err e = { 0 }, second = { 0 };
	int rc = converse_event(&a, type, payload, t, &piece, &e);

	need(converse_event(&a, type, payload, &log->twin, &again, &second) == rc && strcmp(e.text, second.text) == 0);
	need(piece.kind == again.kind && piece.block == again.block && str_eq(piece.text, again.text));
	check_twins(t, &log->twin);
	need(rc == 0 || e.text[0]);
	need(t->tokens.input >= 0 && t->tokens.output >= 0 && t->tokens.cache_read >= 0 && t->tokens.cache_write_5m >= 0 &&
	     t->tokens.cache_write_1h >= 0 && t->latency_ms >= 0);
	need(piece.kind == CONVERSE_REDACTED || utf8_valid(piece.text));
	need(strlen(t->stop_reason) < sizeof t->stop_reason);
	need(converse_turn_message(t, &a, &message, &second) == 0 || second.text[0]);
	(void)buf_printf(&log->text, "%d %s ", rc, e.text);
	(void)buf_put_str(&log->text, piece.text);
	arena_done(&a);
}

static void check_tail(Log *log, Str payload)
{
	Arena a = { 0 };
	LogsTailUpdate update = { 0 };
	Err e = { 0 };
	int rc = logs_tail_update(&a, payload, &update, &e);

	need(rc == 0 || e.text[0]);
	for (size_t i = 0; rc == 0 && i < update.events.n; i++) {
		need(update.events.v[i].id.n > 5);
		(void)buf_put_str(&log->text, update.events.v[i].id);
		(void)buf_put_str(&log->text, update.events.v[i].message);
	}
	arena_done(&a);
}

static void on_event(AwsCall *call, Str type, Str payload, void *arg)
{
	Log *log = arg;

	(void)buf_printf(&log->text, "\n[%.*s] ", STR_ARG(type));
	(void)buf_put_str(&log->text, payload);
	if (call->op == &op_bedrock_converse_stream)
		check_turn(log, type, payload);
	else
		check_tail(log, payload);
}

static void put_frames(Str lines, Buf *out)
{
	static const char *const types[] = { "messageStart", "contentBlockDelta", "contentBlockStop", "messageStop", "metadata",
	                                     "sessionUpdate", "initial-response", "unknown" };

	while (lines.n) {
		Str line = str_cut(lines, '\n', &lines);
		unsigned kind = line.n ? (unsigned char)line.p[0] : 0;
		Str payload = str_sub(line, 1, line.n);

		if (kind % 16 == 15)
			need(es_encode_exception(out, "throttlingException", payload) == 0);
		else if (kind % 16 == 14)
			need(buf_put_str(out, payload) == 0);            /* not a frame at all */
		else
			need(es_encode_event(out, types[kind % 8], payload) == 0);
	}
}

static void run(const AwsOp *op, Str bytes, size_t piece, Log *log)
{
	static AwsClient nobody;             /* nothing of it is asked but whether costs are told to somebody */
	AwsCall call = { .client = &nobody, .op = op, .h = { .on_event = on_event, .arg = log }, .state = CALL_SENDING };
	HttpReply reply = { .status = 200 };
	Fault f;

	stream_reset(&call);
	for (size_t at = 0; at < bytes.n; at += piece)
		if (stream_piece(&call, str_sub(bytes, at, piece)) < 0)
			break;
	stream_end(&call, &reply, &f);
	(void)buf_printf(&log->text, "\nend %d %s %s", (int)f.fault, f.code, f.message);
	buf_done(&call.frames);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const AwsOp *op;
	Buf bytes = { 0 };
	Log whole = { 0 }, cut = { 0 };

	if (!size)
		return 0;
	op = data[0] & 1 ? &op_bedrock_converse_stream : &op_logs_start_live_tail;
	put_frames((Str){ (const char *)data + 1, size - 1 }, &bytes);
	run(op, buf_str(&bytes), bytes.n + 1, &whole);
	run(op, buf_str(&bytes), 1 + (data[0] >> 1) % 61, &cut);
	need(str_eq(buf_str(&whole.text), buf_str(&cut.text)));
	check_twins(&whole.turn, &cut.turn);
	buf_done(&bytes);
	log_done(&whole);
	log_done(&cut);
	return 0;
}
