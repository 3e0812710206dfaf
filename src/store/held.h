/* New lines and new calls of the batch under way, which wait to be written together: a statement for each row spends more time on
 * beginning and ending than on its row. Whoever looks for a line or a call is shown these too; whoever asks the tables about them
 * writes them first (held_flush). Inside the store only.
 *
 * Texts are borrowed from the batch, but for what a call's detail says. */
#ifndef STORE_HELD_H
#define STORE_HELD_H

#include "base/arena.h"
#include "base/buf.h"
#include "model/job.h"

enum { LINE_NAMES = 6, LINE_TIME_SHIFT = 20 /* of a line's id, where its time begins (line.c) */ };

typedef struct HeldLine {
	const LogLine *l;
	int64_t  id, call, event_hash, job_hash, trace_hash, name[LINE_NAMES];
	bool     more;                  /* its call has had a line before */
	uint32_t before;                /* the one of the same lot that came before it, plus 1 */
} HeldLine;

/* The first n of the lines that wait, in the order of their ids: the bytes of their cells (line_pack.h), and where each ends in all. */
typedef struct LineBytes { Buf all; size_t *end, n, cap; } LineBytes;

/* The ids of lines come in lots of 32 (line.c). */
static inline int64_t line_lot(int64_t id)
{
	return id >> 5;
}

struct Call;
struct Store;

typedef struct Held {
	bool      waits;                /* else each row is written at once */
	int64_t   newest_id;            /* of a line that is stored */
	HeldLine *line;   size_t lines, line_cap;
	struct Call *call; size_t calls, call_cap;      /* their ids follow each other */
	int64_t  *hash;   size_t hash_cap;              /* of their job ids */
	uint32_t *by_lot, *by_hash;                     /* places in the two, plus 1 */
	size_t    lot_slots, hash_slots;
	Arena     details;
	LineBytes bytes;                /* what line_pack_held has made of them; else n is 0 */
} Held;

void held_done(Held *h);
void held_reset(Held *h);                                        /* forgets them */
/* First in a transaction that takes in. waits: false where rows are looked for in ways that do not know of those that wait. */
int  held_begin(struct Store *s, bool waits, Err *e);
int  held_flush(struct Store *s, Err *e);                        /* writes them, and counts them unless ahead.h does */
void held_count(struct Store *s);                                /* puts those calls into the store's cells that are not there yet */

/* They will be asked for: brings their places in memory near. */
void held_near(const Held *h, int64_t lot, int64_t hash);

int  held_put_line(struct Store *s, const HeldLine *line, Err *e);
const HeldLine *held_of_lot(const Held *h, int64_t lot);          /* the last one of it; NULL: none */
const HeldLine *held_before(const Held *h, const HeldLine *line);

int  held_put_call(struct Store *s, const struct Call *c, int64_t hash, Err *e);
struct Call *held_call(const Held *h, Str job_id, bool lone, int64_t hash);   /* NULL: none */
/* Makes the waiting call of this id what c says. False: it does not wait. */
bool held_replace(Held *h, const struct Call *c);

/* Of line_write.c and call.c: write all that wait. */
void line_pack_held(struct Store *s);                            /* makes the bytes of all lines, or of as many as fit into memory */
int  line_write_held(struct Store *s, Err *e);
int  call_write_held(struct Store *s, Err *e);

#endif
