#include "aws/bucket.h"

#include <string.h>

enum { PARTS = 60000 };              /* of a request: so many a minute are as many parts in a ms */

static int64_t capacity(const Bucket *b)
{
	int64_t requests = b->per_minute / 6;

	return (requests > 1 ? requests : 1) * PARTS;
}

/* What is left of the minute for filling, so that a full bucket and a minute of filling are no more than a minute's worth. */
static int64_t parts_a_ms(const Bucket *b)
{
	int64_t rest = b->per_minute - capacity(b) / PARTS;

	return rest > 1 ? rest : 1;
}

static void fill(Bucket *b, int64_t now_ms)
{
	int64_t room = capacity(b) - b->level, ms = now_ms - b->at_ms;

	if (ms <= 0)
		return;
	b->at_ms = now_ms;
	b->level = ms > room / parts_a_ms(b) ? capacity(b) : b->level + ms * parts_a_ms(b);
}

static int64_t least(const Bucket *b, CallRank rank)
{
	return PARTS + (rank == RANK_FEED ? capacity(b) / 4 / PARTS * PARTS : 0);
}

void bucket_init(Bucket *b, int64_t per_minute, int64_t now_ms)
{
	*b = (Bucket){ .per_minute = per_minute, .at_ms = now_ms, .second = now_ms / 1000 };
	b->level = capacity(b);
}

int64_t bucket_wait_ms(Bucket *b, CallRank rank, int64_t now_ms)
{
	if (!b->per_minute || rank == RANK_PERSON)
		return 0;
	fill(b, now_ms);
	return b->level >= least(b, rank) ? 0 : (least(b, rank) - b->level - 1) / parts_a_ms(b) + 1;
}

bool bucket_room(Bucket *b, CallRank rank, int64_t now_ms)
{
	return bucket_wait_ms(b, rank, now_ms) == 0;
}

/* Seconds in which nothing was sent have gone by. */
static void turn(Bucket *b, int64_t now_ms)
{
	int64_t second = now_ms / 1000;

	if (second - b->second >= BUCKET_SECONDS)
		memset(b->sent, 0, sizeof b->sent);
	else
		for (int64_t s = b->second + 1; s <= second; s++)
			b->sent[s % BUCKET_SECONDS] = 0;
	if (second > b->second)
		b->second = second;
}

void bucket_take(Bucket *b, int64_t now_ms)
{
	fill(b, now_ms);
	/* What persons do delays the feeds, but not for long. */
	if (b->level > -capacity(b))
		b->level -= PARTS;
	turn(b, now_ms);
	b->sent[b->second % BUCKET_SECONDS]++;
}

int64_t bucket_sent(Bucket *b, int64_t now_ms)
{
	int64_t n = 0;

	turn(b, now_ms);
	for (int i = 0; i < BUCKET_SECONDS; i++)
		n += b->sent[i];
	return n;
}
