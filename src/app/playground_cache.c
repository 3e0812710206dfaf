/* The playground's answer cache: on, off, empty, and what it did. */
#include "app/playground_own.h"

#include <inttypes.h>
#include <stdio.h>

#include "app/app_impl.h"
#include "app/page.h"
#include "app/watch.h"
#include "model/money.h"

void playground_cache_open(Playground *p)
{
	const ConfAnswerCache *conf = &p->a->shared.conf.answer_cache;

	p->cache = cache_new(conf, answer_store_init(&p->answers, &p->w->queue, conf));
}

static void list(App *a, const Playground *p)
{
	const CacheCounts n = cache_counts(p->cache);
	const ConfAnswerCache *conf = cache_conf(p->cache);
	const char *why_not;
	const bool on = chat_cache(p->chat, &why_not);
	char saved[MONEY_TEXT];
	Buf b = { 0 };

	money_exact(n.saved_nusd, saved);
	(void)buf_printf(&b, "The playground's own answers, given again to the very same question: %s%s%s.\n\n", on ? "on" : "off",
	                 why_not ? ", but not " : "", why_not ? why_not : "");
	(void)buf_printf(&b, "  %" PRId64 " fresh, %" PRId64 " stale, %" PRId64 " missing; saved $%s since this console began\n", n.hits, n.stale,
	                 n.misses, saved);
	(void)buf_printf(&b, "  %zu in memory, %" PRId64 " KiB of %" PRId64 " MiB", n.answers, n.bytes >> 10, conf->memory_mb);
	if (conf->disk_mb)
		(void)buf_printf(&b, "; up to %" PRId64 " MiB in the store, without personal data and secrets", conf->disk_mb);
	(void)buf_puts(&b, "\n\n:cache on, :cache off, :cache clear. The agents' caches are in view 5 (:cache alone).\n");
	page_show(a, "Answer cache", buf_str(&b));
	buf_done(&b);
}

void playground_cache(App *a, Str rest)
{
	Playground *p = playground_shown(a);
	const Str word = str_trim(rest);

	if (!p)
		return;
	if (str_is(word, "on") || str_is(word, "off")) {
		(void)chat_set_cache(p->chat, str_is(word, "on"), NULL);      /* there is one */
		app_say(a, ROLE_INFO, str_is(word, "on") ? "the same question is answered from the cache; each answer says so, r asks anew"
		                                         : "each question is asked");
	} else if (str_is(word, "clear")) {
		cache_clear(p->cache);
		app_say(a, ROLE_INFO, "the answers are forgotten");
	} else {
		list(a, p);
	}
	app_changed(a, TOPIC_CHAT);
}
