/* The conversations that the store keeps: written when an answer has ended, listed, gone on with, deleted. */
#include "app/playground_own.h"

#include <stdio.h>
#include <stdlib.h>

#include "app/app_impl.h"
#include "app/watch.h"
#include "base/clock.h"
#include "base/xalloc.h"
#include "chat/record.h"
#include "model/mask.h"
#include "store/answers.h"
#include "store/chats.h"
#include "store/flags.h"

enum { IDLE_MS = 3600000, TITLE_BYTES = 60, SWEEP_MS = 60000, FIRST_SWEEP_MS = 3000, LOOK_MS = 2000, DAY_MINUTES = 24 * 60 };

static const int64_t FLAGS_KEPT_MS = INT64_C(35) * 24 * 3600000;
static const char no_such[] = "no conversation, or more than one, has an id that begins so; :chats lists them";

/* A row on its way to the store. Its texts lie in the arena. */
typedef struct Keeping { ChatRow row; Arena arena; App *a; unsigned epoch; } Keeping;

static int keep_run(Store *s, void *work, Err *e)
{
	return store_chat_put(s, &((Keeping *)work)->row, e);
}

static void keep_done(void *work, const Err *err)
{
	Keeping *k = work;

	if (err && k->epoch == k->a->epoch && !k->a->quitting)
		app_tell(k->a, ROLE_WARN, err->text);
	arena_done(&k->arena);
	free(k);
}

static int64_t questions_of(Chat *c)
{
	int64_t most = 0;

	for (size_t i = 0; i < chat_columns(c); i++)
		most = (int64_t)chat_column(c, i)->turns > most ? (int64_t)chat_column(c, i)->turns : most;
	return most;
}

static void put_masked(void *arg, Str text, Buf *out)
{
	(void)mask_put(arg, text, out, NULL);        /* beyond the record's own cap nothing is kept at all */
}

void playground_keep(Playground *p)
{
	const RecordMask mask = { put_masked, p->masked };
	Keeping *k;
	Buf body = { 0 }, title = { 0 };
	Err e = { 0 };

	if (!p->w->queue || !questions_of(p->chat) || (!p->pinned && clock_wall_ms() - p->used_ms > IDLE_MS))
		return;
	if (record_write(p->chat, &mask, &body, &e) < 0) {
		app_tell(p->a, ROLE_WARN, e.text);
		buf_done(&body);
		return;
	}
	record_title(p->chat, &mask, TITLE_BYTES, &title);
	k = xcalloc(1, sizeof *k);
	k->a = p->a;
	k->epoch = p->a->epoch;
	k->row = (ChatRow){
		.id = arena_str(&k->arena, str_of(p->id)), .title = arena_str(&k->arena, p->title[0] ? str_of(p->title) : buf_str(&title)),
		.created_ms = p->created_ms, .used_ms = p->used_ms, .pinned = p->pinned, .questions = questions_of(p->chat),
		.body = arena_str(&k->arena, buf_str(&body)),
	};
	storeq_write(p->w->queue, (StoreWork){ keep_run, keep_done, k });
	buf_done(&body);
	buf_done(&title);
}

/* --- security events --- */

static int flag_run(Store *s, void *work, Err *e)
{
	return store_flags_put(s, work, 1, FLAGS_KEPT_MS, e);
}

static void flag_done(void *work, const Err *err)
{
	(void)err;                     /* the turn says it; a disk that fails is told of by whatever else is written */
	free(work);
}

void playground_flag(Playground *p, const Flag *f)
{
	Flag *own;

	if (!p->w->queue)
		return;
	own = xmalloc(sizeof *own);
	*own = *f;
	storeq_write(p->w->queue, (StoreWork){ flag_run, flag_done, own });
}

static int sweep_run(Store *s, void *work, Err *e)
{
	return store_chats_expire(s, *(const int64_t *)work, NULL, e) < 0 || store_answers_expire(s, clock_wall_ms(), e) < 0 ? -1 : 0;
}

static void sweep_done(void *work, const Err *err)
{
	(void)err;                     /* a disk that fails is told of by whatever else is written */
	free(work);
}

void playground_tick(App *a)
{
	const int64_t now = clock_mono_ms();

	/* A first start opens it before the fleet was read. */
	if (a->playground && now - a->playground->looked_ms >= LOOK_MS) {
		a->playground->looked_ms = now;
		playground_choose(a->playground);
	}
	if (!a->sweep_ms)
		a->sweep_ms = now + FIRST_SWEEP_MS;      /* the start has better things to do */
	if (now < a->sweep_ms)
		return;
	a->sweep_ms = now + SWEEP_MS;
	for (size_t i = 0; i < a->watch_n; i++) {
		int64_t *since;

		if (!a->watch[i]->queue)
			continue;
		since = xmalloc(sizeof *since);
		*since = clock_wall_ms() - IDLE_MS;
		storeq_write(a->watch[i]->queue, (StoreWork){ sweep_run, sweep_done, since });
	}
}

/* A question to the store about kept conversations, and what is to be done with the answer. */
typedef struct Looking {
	App *a;
	unsigned epoch;
	Arena arena;
	Str  word;                     /* search, or id */
	ChatRow *row; size_t n;
	ChatRow one; bool found;
} Looking;

static bool still_wanted(const Looking *k, const Err *err)
{
	if (k->epoch != k->a->epoch || k->a->quitting)
		return false;
	if (err)
		app_say(k->a, ROLE_ERROR, err->text);
	return !err;
}

static void look(App *a, Str word, bool write, int (*run)(Store *s, void *work, Err *e), void (*done)(void *work, const Err *err))
{
	Playground *p = playground_shown(a);
	Looking *k;

	if (!p || !p->w->queue)
		return;
	k = xcalloc(1, sizeof *k);
	k->a = a;
	k->epoch = a->epoch;
	k->word = arena_str(&k->arena, str_trim(word));
	(write ? storeq_write : storeq_read)(p->w->queue, (StoreWork){ run, done, k });
}

static void look_over(Looking *k)
{
	arena_done(&k->arena);
	free(k);
}

static int list_run(Store *s, void *work, Err *e)
{
	Looking *k = work;

	return store_chats(s, k->word, &k->arena, &k->row, &k->n, e);
}

static void put_age(Buf *b, int64_t ms)
{
	const long long minutes = ms / 60000;

	if (minutes < 60)
		(void)buf_printf(b, "%4lldm", minutes > 0 ? minutes : 0);
	else if (minutes < 2 * DAY_MINUTES)
		(void)buf_printf(b, "%4lldh", minutes / 60);
	else
		(void)buf_printf(b, "%4lldd", minutes / DAY_MINUTES);
}

static void list_done(void *work, const Err *err)
{
	Looking *k = work;
	Buf b = { 0 };

	if (still_wanted(k, err)) {
		(void)buf_puts(&b, k->n ? "  id         used   n  what was asked first\n" : k->word.n ? "No conversation has that text.\n"
		                                                                                      : "None is kept yet.\n");
		for (size_t i = 0; i < k->n; i++) {
			const ChatRow *r = &k->row[i];

			(void)buf_printf(&b, "%c %.8s  ", r->pinned ? '*' : ' ', r->id.p);
			put_age(&b, clock_wall_ms() - r->used_ms);
			(void)buf_printf(&b, " %3lld  %.*s\n", (long long)r->questions, STR_ARG(r->title));
		}
		(void)buf_puts(&b, "\n:chat ID goes on with one, :pin keeps the one that is open, :forget ID deletes one.\n"
		               "One that is not pinned (*) is deleted when it was not used for an hour.\n");
		page_show(k->a, "Conversations", buf_str(&b));
	}
	buf_done(&b);
	look_over(k);
}

void playground_list(App *a, Str rest)
{
	look(a, rest, false, list_run, list_done);
}

static int resume_run(Store *s, void *work, Err *e)
{
	Looking *k = work;

	return store_chat(s, k->word, &k->arena, &k->one, &k->found, e);
}

static void resume_done(void *work, const Err *err)
{
	Looking *k = work;
	Playground *p = k->a->playground;
	Err e = { 0 };

	if (still_wanted(k, err) && p) {
		if (!k->found) {
			app_say(k->a, ROLE_WARN, no_such);
		} else if (chat_idle(p->chat, &e) < 0) {
			playground_say(k->a, &e);
		} else if (record_read(p->chat, k->one.body, &e) < 0) {
			playground_name(p);          /* what is asked now must not take the place of one that is kept */
			playground_say(k->a, &e);
			app_changed(k->a, TOPIC_CHAT);
		} else {
			(void)snprintf(p->id, sizeof p->id, "%.*s", STR_ARG(k->one.id));
			(void)snprintf(p->title, sizeof p->title, "%.*s", STR_ARG(k->one.title));
			p->created_ms = k->one.created_ms;
			p->used_ms = clock_wall_ms();
			p->pinned = k->one.pinned;
			p->focus = 0;
			app_changed(k->a, TOPIC_CHAT);
		}
	}
	look_over(k);
}

void playground_resume(App *a, Str rest)
{
	Playground *p = playground_of(a);
	Err e = { 0 };

	if (!str_trim(rest).n) {
		playground_list(a, rest);
		return;
	}
	if (p && chat_idle(p->chat, &e) < 0) {
		playground_say(a, &e);
		return;
	}
	if (p)
		playground_keep(p);
	look(a, rest, false, resume_run, resume_done);
}

void playground_pin(App *a, Str rest)
{
	Playground *p = playground_shown(a);

	(void)rest;
	if (!p)
		return;
	p->pinned = !p->pinned;
	p->used_ms = clock_wall_ms();
	playground_keep(p);
	app_say(a, ROLE_INFO, p->pinned ? "pinned: this conversation is kept" : "not pinned: it is deleted when it was not used for an hour");
	app_changed(a, TOPIC_CHAT);
}

static int forget_run(Store *s, void *work, Err *e)
{
	Looking *k = work;

	if (store_chat(s, k->word, &k->arena, &k->one, &k->found, e) < 0)
		return -1;
	return k->found ? store_chat_drop(s, k->one.id, e) : 0;
}

static void forget_done(void *work, const Err *err)
{
	Looking *k = work;
	char say[160];

	if (still_wanted(k, err)) {
		if (k->found)
			(void)snprintf(say, sizeof say, "deleted %.8s: %.*s", k->one.id.p, STR_ARG(str_sub(k->one.title, 0, TITLE_BYTES)));
		else
			(void)snprintf(say, sizeof say, "%s", no_such);
		app_say(k->a, k->found ? ROLE_INFO : ROLE_WARN, say);
	}
	look_over(k);
}

void playground_forget(App *a, Str rest)
{
	const Playground *p = a->playground;
	Str id = str_trim(rest);

	if (id.n < 4) {
		app_say(a, ROLE_WARN, ":forget ID deletes a kept conversation; four characters of an id are enough");
		return;
	}
	if (p && str_starts(str_of(p->id), id)) {
		app_say(a, ROLE_WARN, "that is the open one; :new begins another first");
		return;
	}
	look(a, id, true, forget_run, forget_done);
}
