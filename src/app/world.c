#include "app/world.h"

#include <stdio.h>
#include <string.h>

/* A value older than three intervals has lost its claim to be "now". */
static bool is_stale(const FeedView *v, int64_t now_ms)
{
	return v->fresh_ms && now_ms - v->fresh_ms > 3 * v->interval_ms + 2000;
}

static void say_age(int64_t ms, char out[32])
{
	int64_t s = ms / 1000;

	if (s < 120)
		(void)snprintf(out, 32, "%lld s", (long long)s);
	else if (s < 7200)
		(void)snprintf(out, 32, "%lld min", (long long)(s / 60));
	else
		(void)snprintf(out, 32, "%lld h", (long long)(s / 3600));
}

Fresh world_fresh(const World *w, unsigned feeds, char text[320])
{
	Fresh worst = FRESH_OK;
	char age[32];

	text[0] = 0;
	for (int i = 0; i < FEEDS_N; i++) {
		const FeedView *v = &w->feed[i];
		Fresh f = FRESH_OK;

		if (!(feeds & FEED_BIT(i)))
			continue;
		if (v->phase == FEED_FAILED)
			f = FRESH_FAILED;
		else if (is_stale(v, w->now_ms))
			f = FRESH_STALE;
		else if (!v->fresh_ms)
			f = w->cached ? FRESH_STALE : FRESH_LOADING;
		if (f <= worst)
			continue;
		worst = f;
		say_age(w->now_ms - (v->fresh_ms || !w->fig ? v->fresh_ms : w->fig->newest_ms), age);
		if (f == FRESH_FAILED)
			(void)snprintf(text, 320, "%.300s", v->err.text);
		else if (f == FRESH_STALE)
			(void)snprintf(text, 320, "%s are %s old%s%.160s", v->name ? v->name : "figures", age, v->waiting[0] ? ": " : "", v->waiting);
		else
			(void)snprintf(text, 320, "loading %s%s%.160s", v->name ? v->name : "", v->waiting[0] ? ": " : "", v->waiting);
	}
	if (worst == FRESH_LOADING && w->fig && w->from_snapshot) {
		say_age(w->now_ms - w->fig->at_ms, age);
		(void)snprintf(text, 320, "snapshot of %s ago, refreshing", age);
	}
	return worst;
}

int world_stale_feeds(const World *w)
{
	int n = 0;

	for (int i = 0; i < FEEDS_N; i++)
		n += w->feed[i].phase == FEED_FAILED || is_stale(&w->feed[i], w->now_ms);
	return n;
}
