#include "chat/cache.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "base/xalloc.h"

enum { SLOTS = 1024 };

typedef struct Entry {
	TAILQ_ENTRY(Entry) used;               /* the one used last first */
	LIST_ENTRY(Entry) same;                /* of its slot */
	AnswerRow row;                         /* its texts lie behind it */
} Entry;

struct AnswerCache {
	const ConfAnswerCache *conf;
	const CacheStore *store;
	TAILQ_HEAD(UsedHead, Entry) used;
	LIST_HEAD(, Entry) slot[SLOTS];
	CacheCounts counts;
};

AnswerCache *cache_new(const ConfAnswerCache *conf, const CacheStore *store)
{
	AnswerCache *c = xcalloc(1, sizeof *c);

	c->conf = conf;
	c->store = store;
	TAILQ_INIT(&c->used);
	return c;
}

const ConfAnswerCache *cache_conf(const AnswerCache *c)
{
	return c->conf;
}

/* Keys are hashes: any bytes of theirs are as good. */
static size_t slot_of(const unsigned char key[ANSWER_KEY])
{
	return (key[0] | (size_t)key[1] << 8) % SLOTS;
}

static Entry *find(AnswerCache *c, const unsigned char key[ANSWER_KEY])
{
	Entry *x;

	LIST_FOREACH(x, &c->slot[slot_of(key)], same)
		if (memcmp(x->row.key, key, ANSWER_KEY) == 0)
			return x;
	return NULL;
}

static void drop(AnswerCache *c, Entry *x)
{
	c->counts.answers--;
	c->counts.bytes -= answer_bytes(&x->row);
	TAILQ_REMOVE(&c->used, x, used);
	LIST_REMOVE(x, same);
	free(x);
}

static void drop_all(AnswerCache *c)
{
	while (!TAILQ_EMPTY(&c->used))
		drop(c, TAILQ_FIRST(&c->used));
}

void cache_free(AnswerCache *c)
{
	if (c)
		drop_all(c);
	free(c);
}

void cache_clear(AnswerCache *c)
{
	drop_all(c);
	if (c->store)
		c->store->clear(c->store->arg);
}

static void keep(AnswerCache *c, const AnswerRow *row)
{
	Entry *x = find(c, row->key);
	char *text;

	if (x)
		drop(c, x);
	if (answer_bytes(row) > c->conf->memory_bytes)
		return;
	x = xcalloc(1, sizeof *x + row->model.n + row->body.n);
	text = (char *)(x + 1);
	x->row = *row;
	memcpy(text, row->model.p, row->model.n);
	memcpy(text + row->model.n, row->body.p, row->body.n);
	x->row.model.p = text;
	x->row.body.p = text + row->model.n;
	c->counts.answers++;
	c->counts.bytes += answer_bytes(row);
	TAILQ_INSERT_HEAD(&c->used, x, used);
	LIST_INSERT_HEAD(&c->slot[slot_of(row->key)], x, same);
	while (c->counts.bytes > c->conf->memory_bytes)
		drop(c, TAILQ_LAST(&c->used, UsedHead));
}

void cache_put(AnswerCache *c, const AnswerRow *row, bool in_store)
{
	keep(c, row);
	if (in_store && c->store && answer_bytes(row) <= c->conf->disk_bytes)
		c->store->put(c->store->arg, row);
}

/* One from the future was made before the clock was put back: nobody knows how old it is. */
static CacheFound state_of(const AnswerRow *r, bool stale_is_none, int64_t now_ms)
{
	if (now_ms < r->made_ms || now_ms >= r->until_ms)
		return CACHE_MISS;
	if (now_ms < r->fresh_ms)
		return CACHE_FRESH;
	return stale_is_none ? CACHE_MISS : CACHE_STALE;
}

static void copy(const AnswerRow *row, Arena *a, AnswerRow *out)
{
	*out = *row;
	out->model = arena_str(a, row->model);
	out->body = arena_str(a, row->body);
}

static CacheFound look(AnswerCache *c, const unsigned char key[ANSWER_KEY], bool stale_is_none, int64_t now_ms, Arena *a, AnswerRow *out)
{
	Entry *x = find(c, key);
	CacheFound found = x ? state_of(&x->row, stale_is_none, now_ms) : CACHE_MISS;

	if (found == CACHE_FRESH || (found == CACHE_STALE && !c->store)) {
		TAILQ_REMOVE(&c->used, x, used);
		TAILQ_INSERT_HEAD(&c->used, x, used);
		copy(&x->row, a, out);
		return found;
	}
	/* Another program may have made it anew. */
	if (c->store && c->store->find(c->store->arg, key, a, out) && state_of(out, stale_is_none, now_ms) != CACHE_MISS) {
		keep(c, out);
		return state_of(out, stale_is_none, now_ms);
	}
	if (found != CACHE_STALE)
		return CACHE_MISS;
	copy(&x->row, a, out);
	return found;
}

CacheFound cache_find(AnswerCache *c, const unsigned char key[ANSWER_KEY], bool stale_is_none, int64_t now_ms, Arena *a, AnswerRow *out)
{
	const CacheFound found = look(c, key, stale_is_none, now_ms, a, out);

	c->counts.misses += found == CACHE_MISS;
	c->counts.hits += found == CACHE_FRESH;
	c->counts.stale += found == CACHE_STALE;
	if (found == CACHE_MISS)
		return found;
	c->counts.saved_nusd += out->nusd > 0 ? out->nusd : 0;
	if (c->store)
		c->store->used(c->store->arg, key);
	return found;
}

CacheCounts cache_counts(const AnswerCache *c)
{
	return c->counts;
}
