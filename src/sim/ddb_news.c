/* Changes on their way to the streams: noted as they are saved, told when their call has succeeded. */
#include "sim/ddb_store.h"

void ddb_watch(Ddb *d, DdbNewsFn fn, void *arg)
{
	d->watch = fn;
	d->watch_arg = arg;
}

void ddb_set_stream(Ddb *d, const char *table, const char *label)
{
	DdbTable *t = ddb_find_table(d, str_of(table));

	if (t)
		t->stream = label;
}

static Str item_text(DdbCall *c, const Av *item)
{
	Buf text = { 0 };
	JsonW w = jw_to(&text);
	Str out;

	if (!item)
		return STR("");
	av_write_item(&w, item);
	out = arena_str(c->arena, buf_str(&text));
	buf_done(&text);
	return out;
}

static Str keys_text(DdbCall *c, const DdbTable *t, const Av *item)
{
	Av *keys = av_new(c->arena, AV_M);
	const DdbKeyAttr *all[] = { &t->hash, &t->range };

	for (size_t i = 0; i < 2; i++)
		if (all[i]->name && av_get(item, str_of(all[i]->name)))
			av_set(c->arena, keys, str_of(all[i]->name), av_get(item, str_of(all[i]->name)));
	return item_text(c, keys);
}

int ddb_news_note(DdbCall *c, const DdbTable *t, DdbKey key, const Av *item)
{
	Av *old = NULL;
	DdbPending *p;

	if (!t->stream || !c->ddb->watch)
		return 0;
	if (ddb_load(c, t, key, &old) < 0)
		return -1;
	/* A write that changes nothing is none to a stream. */
	if (old && item ? av_equal(old, item) : !old && !item)
		return 0;
	p = ARENA_NEW(c->arena, DdbPending);
	*p = (DdbPending){ { t->name, keys_text(c, t, item ? item : old), item_text(c, old), item_text(c, item) }, c->news };
	c->news = p;
	return 0;
}

void ddb_news_tell(DdbCall *c)
{
	DdbPending *p = c->news, *next, *first = NULL;

	for (; p; p = next) {
		next = p->next;
		p->next = first;
		first = p;
	}
	for (p = first; p; p = p->next)
		c->ddb->watch(c->ddb->watch_arg, &p->news);
}
