#include "store/held.h"

#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "store/apply.h"
#include "store/line_sheets.h"

static size_t spread(int64_t key, size_t slots)
{
	return (size_t)(((uint64_t)key * UINT64_C(0x9E3779B97F4A7C15)) >> 32) & (slots - 1);
}

void held_done(Held *h)
{
	free(h->line);
	free(h->call);
	free(h->hash);
	free(h->by_lot);
	free(h->by_hash);
	arena_done(&h->details);
	buf_done(&h->bytes.all);
	free(h->bytes.end);
	*h = (Held){ 0 };
}

void held_reset(Held *h)
{
	if (h->lines)
		memset(h->by_lot, 0, h->lot_slots * sizeof *h->by_lot);
	if (h->calls)
		memset(h->by_hash, 0, h->hash_slots * sizeof *h->by_hash);
	h->lines = h->calls = h->bytes.n = 0;
	arena_reset(&h->details);
}

int held_begin(Store *s, bool waits, Err *e)
{
	held_reset(&s->held);
	s->held.waits = waits;
	return shapes_begin(s, e) < 0 ? -1 : line_sheets_newest(s, &s->held.newest_id, e);
}

void held_count(Store *s)
{
	for (size_t i = 0; i < s->held.calls; i++)
		if (s->held.call[i].uncounted)
			apply_count(s, &s->held.call[i], 1, NULL);
}

int held_flush(Store *s, Err *e)
{
	Held *h = &s->held;

	if (!h->lines && !h->calls)
		return 0;
	if (!s->ahead)
		held_count(s);
	/* Meanwhile another thread may make the bytes of the lines. */
	if (call_write_held(s, e) < 0)
		return -1;
	ahead_packed(s);
	if (line_write_held(s, e) < 0)
		return -1;
	for (size_t i = 0; i < h->lines; i++)
		if (h->line[i].id > h->newest_id)
			h->newest_id = h->line[i].id;
	(void)ahead_end(s);          /* which reads them */
	held_reset(h);
	return 0;
}

/* Twice as many slots, at least so many that half of them stay free. */
static uint32_t *more_slots(uint32_t *old, size_t *slots)
{
	free(old);
	*slots = *slots ? *slots * 2 : 256;
	return xcalloc(*slots, sizeof *old);
}

void held_near(const Held *h, int64_t lot, int64_t hash)
{
	if (h->lines)
		__builtin_prefetch(&h->by_lot[spread(lot, h->lot_slots)]);
	if (h->calls)
		__builtin_prefetch(&h->by_hash[spread(hash, h->hash_slots)]);
}

/* --- lines, by the lot of their ids --- */

static size_t lot_slot(const Held *h, int64_t lot)
{
	size_t i = spread(lot, h->lot_slots);

	while (h->by_lot[i] && line_lot(h->line[h->by_lot[i] - 1].id) != lot)
		i = (i + 1) & (h->lot_slots - 1);
	return i;
}

int held_put_line(Store *s, const HeldLine *line, Err *e)
{
	Held *h = &s->held;
	size_t slot;

	if (h->lines * 2 >= h->lot_slots) {
		h->by_lot = more_slots(h->by_lot, &h->lot_slots);
		for (size_t i = 0; i < h->lines; i++)
			h->by_lot[lot_slot(h, line_lot(h->line[i].id))] = (uint32_t)i + 1;
	}
	slot = lot_slot(h, line_lot(line->id));
	VEC_GROW(h->line, h->line_cap, h->lines + 1);
	h->line[h->lines] = *line;
	h->line[h->lines++].before = h->by_lot[slot];
	h->by_lot[slot] = (uint32_t)h->lines;
	return h->waits ? 0 : held_flush(s, e);
}

const HeldLine *held_of_lot(const Held *h, int64_t lot)
{
	uint32_t at = h->lines ? h->by_lot[lot_slot(h, lot)] : 0;

	return at ? &h->line[at - 1] : NULL;
}

const HeldLine *held_before(const Held *h, const HeldLine *line)
{
	return line->before ? &h->line[line->before - 1] : NULL;
}

/* --- calls, by the hash of their job id --- */

static void link_call(Held *h, size_t at)
{
	size_t i = spread(h->hash[at], h->hash_slots);

	while (h->by_hash[i])
		i = (i + 1) & (h->hash_slots - 1);
	h->by_hash[i] = (uint32_t)at + 1;
}

static void keep_detail(Held *h, Call *c)
{
	c->detail = c->detail.n ? arena_str(&h->details, c->detail) : STR("");
}

int held_put_call(Store *s, const Call *c, int64_t hash, Err *e)
{
	Held *h = &s->held;

	if (h->calls * 2 >= h->hash_slots) {
		h->by_hash = more_slots(h->by_hash, &h->hash_slots);
		for (size_t i = 0; i < h->calls; i++)
			link_call(h, i);
	}
	VEC_GROW(h->call, h->call_cap, h->calls + 1);
	VEC_GROW(h->hash, h->hash_cap, h->calls + 1);
	h->call[h->calls] = *c;
	keep_detail(h, &h->call[h->calls]);
	h->hash[h->calls] = hash;
	link_call(h, h->calls++);
	return h->waits ? 0 : held_flush(s, e);
}

Call *held_call(const Held *h, Str job_id, bool lone, int64_t hash)
{
	if (!h->calls)
		return NULL;
	for (size_t i = spread(hash, h->hash_slots); h->by_hash[i]; i = (i + 1) & (h->hash_slots - 1)) {
		size_t at = h->by_hash[i] - 1;

		if (h->hash[at] == hash && (h->call[at].kind == CALL_LONE) == lone && str_eq(h->call[at].job_id, job_id))
			return &h->call[at];
	}
	return NULL;
}

bool held_replace(Held *h, const Call *c)
{
	size_t at = h->calls && c->id >= h->call[0].id ? (size_t)(c->id - h->call[0].id) : h->calls;

	if (at >= h->calls)
		return false;
	h->call[at] = *c;
	keep_detail(h, &h->call[at]);
	return true;
}
