/* DynamoDB Streams of the tables agents and jobs: shards of four hours, for a day.
 * Source: Amazon DynamoDB API Reference, "DynamoDB Streams", 2012-08-10. */
#include "sim/serve.h"

#include <inttypes.h>
#include <string.h>

#include "api/dynamodb_streams.h"
#include "sim/changes.h"
#include "sim/rng.h"

enum { SHARD_HOURS = 4, SHARDS_MAX = 100, RECORDS_MAX = 1000, PAGE_BYTES = 1 << 20, ITERATOR_MS = 15 * 60 * 1000, CHECK_DIGITS = 16 };
static const int64_t shard_ms = SHARD_HOURS * 3600000, kept_ms = INT64_C(86400000);

typedef struct Iterator { int table; int64_t shard, made_ms; Str from; } Iterator;

static int refuse(SimCall *c, const char *code, const char *text)
{
	sim_fail(c, 400, code, text);
	return -1;
}

static Str stream_arn(SimCall *c, int table)
{
	return arena_printf(c->arena, "arn:aws:dynamodb:%.*s:%.*s:table/%s/stream/" CHANGE_LABEL, STR_ARG(c->region), STR_ARG(c->who.account),
	                    change_tables[table]);
}

static int table_of(SimCall *c, Str arn)
{
	for (int t = 0; t < CHANGE_TABLES; t++)
		if (str_eq(arn, stream_arn(c, t)))
			return t;
	return refuse(c, "ResourceNotFoundException", "Requested resource not found: Stream does not exist");
}

static int64_t first_shard(const SimCall *c)
{
	return (c->now_ms - kept_ms) / shard_ms;
}

static Str shard_id(SimCall *c, int table, int64_t shard)
{
	return arena_printf(c->arena, "shardId-%020" PRId64 "-%08" PRIx32, shard * shard_ms,
	                    (uint32_t)rng_join((uint64_t)shard, (uint64_t)table));
}

/* -1: answered. */
static int64_t shard_of(SimCall *c, int table, Str id)
{
	for (int64_t s = first_shard(c); s <= c->now_ms / shard_ms; s++)
		if (str_eq(id, shard_id(c, table, s)))
			return s;
	return refuse(c, "ResourceNotFoundException", "Requested resource not found: Shard does not exist");
}

static Str sequence_at(SimCall *c, int64_t t_ms)
{
	char text[CHANGE_DIGITS + 1];

	changes_first(t_ms, text);
	return arena_str(c->arena, str_of(text));
}

/* --- DescribeStream */

static int describe_stream(SimCall *c, const void *input, void *output)
{
	const DdbStreamIn *in = input;
	DdbStreamOut *out = output;
	DdbStream *d = &out->stream;
	int64_t last = c->now_ms / shard_ms, first = first_shard(c), room = in->limit ? in->limit : SHARDS_MAX;
	int table = table_of(c, in->arn);

	if (table < 0)
		return -1;
	if (room < 1 || room > SHARDS_MAX)
		return refuse(c, "ValidationException", "1 validation error detected: Value at 'limit' failed to satisfy constraint: "
		              "Member must have value between 1 and 100");
	if (in->start_shard.n && (first = shard_of(c, table, in->start_shard)) < 0)
		return -1;
	first += in->start_shard.n > 0;
	*d = (DdbStream){ .arn = in->arn, .label = STR(CHANGE_LABEL), .status = STR("ENABLED"), .view = STR("NEW_AND_OLD_IMAGES"),
	                  .table = str_of(change_tables[table]) };
	d->shards.v = ARENA_ARRAY(c->arena, DdbShard, (size_t)(last - first + 2));
	for (int64_t s = first; s <= last && s < first + room; s++)
		d->shards.v[d->shards.n++] = (DdbShard){ shard_id(c, table, s), shard_id(c, table, s - 1),
			{ sequence_at(c, s * shard_ms), s < last ? sequence_at(c, (s + 1) * shard_ms - 1) : STR("") } };
	if (first + room <= last)
		d->last_shard = d->shards.v[d->shards.n - 1].id;
	return 0;
}

/* --- GetShardIterator */

static Str iterator_text(SimCall *c, const Iterator *it)
{
	Str rest = arena_printf(c->arena, "%d.%" PRId64 ".%" PRId64 ".%.*s", it->table, it->shard, it->made_ms, STR_ARG(it->from));

	return arena_printf(c->arena, "%016" PRIx64 "%.*s", rng_join(str_hash(rest), str_hash(c->who.account)), STR_ARG(rest));
}

static bool is_sequence(Str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return s.n == CHANGE_DIGITS;
}

/* The number behind: the last digit is a step, far below nine. */
static Str after(SimCall *c, Str sequence)
{
	char *text = arena_cstr(c->arena, sequence);

	text[sequence.n - 1] = (char)(text[sequence.n - 1] + 1);
	return (Str){ text, sequence.n };
}

static int place_at(SimCall *c, const DdbIteratorIn *in, Iterator *it)
{
	int64_t t_ms = 0;

	if (!is_sequence(in->sequence))
		return refuse(c, "ValidationException", "Invalid SequenceNumber");
	(void)str_i64(str_sub(in->sequence, 0, 13), &t_ms);
	if (t_ms / shard_ms != it->shard)
		return refuse(c, "ValidationException", "Invalid SequenceNumber: it is not within the range of the shard");
	if (t_ms < c->now_ms - kept_ms)
		return refuse(c, "TrimmedDataAccessException", "The operation attempted to read past the oldest stream record in a shard.");
	it->from = str_is(in->type, "AT_SEQUENCE_NUMBER") ? in->sequence : after(c, in->sequence);
	return 0;
}

static int get_iterator(SimCall *c, const void *input, void *output)
{
	const DdbIteratorIn *in = input;
	DdbIteratorOut *out = output;
	Iterator it = { .table = table_of(c, in->arn), .made_ms = c->now_ms };
	int64_t begin;
	char text[CHANGE_DIGITS + 1];

	if (it.table < 0 || (it.shard = shard_of(c, it.table, in->shard)) < 0)
		return -1;
	begin = it.shard * shard_ms > c->now_ms - kept_ms ? it.shard * shard_ms : c->now_ms - kept_ms;
	if (str_is(in->type, "TRIM_HORIZON")) {
		it.from = sequence_at(c, begin);
	} else if (str_is(in->type, "LATEST")) {
		changes_latest(c->sim, c->now_ms, text);
		it.from = arena_str(c->arena, str_of(text));
	} else if (!str_is(in->type, "AT_SEQUENCE_NUMBER") && !str_is(in->type, "AFTER_SEQUENCE_NUMBER")) {
		return refuse(c, "ValidationException", "1 validation error detected: Value at 'shardIteratorType' failed to satisfy constraint: "
		              "Member must satisfy enum value set: [AFTER_SEQUENCE_NUMBER, LATEST, AT_SEQUENCE_NUMBER, TRIM_HORIZON]");
	} else if (place_at(c, in, &it) < 0) {
		return -1;
	}
	out->iterator = iterator_text(c, &it);
	return 0;
}

/* --- GetRecords */

static int read_iterator(SimCall *c, Str text, Iterator *out)
{
	Str rest = str_sub(text, CHECK_DIGITS, text.n);
	int64_t table = -1;

	if (str_i64(str_cut(rest, '.', &rest), &table) == 0 && table >= 0 && table < CHANGE_TABLES &&
	    str_i64(str_cut(rest, '.', &rest), &out->shard) == 0 && str_i64(str_cut(rest, '.', &rest), &out->made_ms) == 0 && is_sequence(rest)) {
		out->table = (int)table;
		out->from = rest;
		if (str_eq(text, iterator_text(c, out))) {
			if (c->now_ms - out->made_ms <= ITERATOR_MS)
				return 0;
			return refuse(c, "ExpiredIteratorException", "Shard iterator has expired");
		}
	}
	return refuse(c, "ValidationException", "Invalid ShardIterator");
}

static void put_record(SimCall *c, const Change *ch, DdbRecord *out)
{
	uint64_t mark = str_hash(str_of(ch->sequence));

	out->id = arena_printf(c->arena, "%016" PRIx64 "%016" PRIx64, rng_join(mark, 1), rng_join(mark, 2));
	out->name = !ch->old.n ? STR("INSERT") : ch->now.n ? STR("MODIFY") : STR("REMOVE");
	out->change = (DdbChange){ .sequence = arena_str(c->arena, str_of(ch->sequence)), .keys = arena_str(c->arena, ch->keys),
	                           .new_image = ch->now, .old_image = ch->old, .time_ms = ch->t_ms };
}

static int get_records(SimCall *c, const void *input, void *output)
{
	const DdbRecordsIn *in = input;
	DdbRecords *out = output;
	Iterator it;
	size_t room = in->limit ? (size_t)in->limit : RECORDS_MAX, n, bytes = 0;
	Change *found;

	if (in->limit < 0 || in->limit > RECORDS_MAX)
		return refuse(c, "ValidationException", "1 validation error detected: Value at 'limit' failed to satisfy constraint: "
		              "Member must have value between 1 and 1000");
	if (read_iterator(c, in->iterator, &it) < 0)
		return -1;
	found = ARENA_ARRAY(c->arena, Change, room);
	n = changes_read(c, it.table, it.from, (it.shard + 1) * shard_ms, room, found);
	out->records.v = ARENA_ARRAY(c->arena, DdbRecord, n + 1);
	while (out->records.n < n && bytes < PAGE_BYTES) {
		bytes += found[out->records.n].now.n + found[out->records.n].old.n;
		put_record(c, &found[out->records.n], &out->records.v[out->records.n]);
		out->records.n++;
	}
	/* A closed shard ends where everything has been read; an open one goes on. */
	if (out->records.n)
		it.from = after(c, out->records.v[out->records.n - 1].change.sequence);
	it.made_ms = c->now_ms;
	if (out->records.n == room || out->records.n < n || (it.shard + 1) * shard_ms > c->now_ms)
		out->next_iterator = iterator_text(c, &it);
	return 0;
}

static const SimRow rows[] = {
	{ &op_dynamodb_describe_stream, describe_stream, NULL }, { &op_dynamodb_get_shard_iterator, get_iterator, NULL },
	{ &op_dynamodb_get_records, get_records, NULL },
};
const SimTable sim_ddb_streams = SIM_TABLE(rows);
