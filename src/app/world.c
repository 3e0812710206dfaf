#include "app/world.h"

#include <stdio.h>
#include <string.h>

#include "wire/time8601.h"

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

/* "14:03:22" or "14:03", with the day when it is another one. */
static void say_clock(const World *w, int64_t ms, bool seconds, char out[32])
{
	static const char *const month[] = { "", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	CivilTime t = time_civil(ms + w->offset_ms), now = time_civil(w->clock_ms + w->offset_ms);

	if (t.day == now.day && t.month == now.month && t.year == now.year)
		(void)snprintf(out, 32, seconds ? "%02d:%02d:%02d" : "%02d:%02d", t.hour, t.minute, t.second);
	else
		(void)snprintf(out, 32, "%d %s %02d:%02d", t.day, month[t.month], t.hour, t.minute);
}

static void say_failed(const FeedView *v, const char *at, char text[FRESH_TEXT])
{
	char why[420];

	err_cut(v->err.text, why, sizeof why);
	(void)snprintf(text, FRESH_TEXT, "%s%s%s%s", v->fresh_ms ? "@" : "", v->fresh_ms ? at : "", v->fresh_ms ? " " : "", why);
}

/* Whatever is shown is as of a clock time, and says which; how long ago that is moves on. */
static void say_old(const World *w, const FeedView *v, Fresh f, char text[FRESH_TEXT])
{
	int64_t ms = v->fresh_ms || !w->fig ? v->fresh_ms : w->fig->newest_ms;
	const char *name = v->name ? v->name : "figures";
	char at[32] = "", age[32];

	if (ms)
		say_clock(w, ms, true, at);
	say_age(w->clock_ms - ms, age);
	if (f == FRESH_LOADING)
		(void)snprintf(text, FRESH_TEXT, "loading %s%s%.160s", v->name ? v->name : "", v->waiting[0] ? ": " : "", v->waiting);
	else if (f == FRESH_FAILED)
		say_failed(v, at, text);
	else
		(void)snprintf(text, FRESH_TEXT, "%s @%s, %s old%s%.160s", name, ms ? at : "?", ms ? age : "?", v->waiting[0] ? ": " : "", v->waiting);
}

static Fresh feeds_fresh(const World *w, const FeedView *feed, unsigned feeds, char text[FRESH_TEXT])
{
	Fresh worst = FRESH_OK;

	text[0] = 0;
	/* The past does not get old; what of it was read is all that there is. */
	for (int i = 0; i < FEEDS_N; i++) {
		const FeedView *v = &feed[i];
		Fresh f = FRESH_OK;

		if (w->past || !(feeds & FEED_BIT(i)))
			continue;
		if (v->phase == FEED_FAILED)
			f = FRESH_FAILED;
		else if (feed_is_stale(v, w->clock_ms))
			f = FRESH_STALE;
		else if (!v->fresh_ms || v->phase < FEED_OK)
			f = w->cached ? FRESH_STALE : FRESH_LOADING;
		if (f <= worst)
			continue;
		worst = f;
		say_old(w, v, f, text);
	}
	return worst;
}

Fresh world_context_fresh(const World *w, int context, unsigned feeds, char text[FRESH_TEXT])
{
	return feeds_fresh(w, w->context[context].feed, feeds, text);
}

/* "prod: DynamoDB Query: … denied   test: loading jobs" */
static Fresh contexts_fresh(const World *w, unsigned feeds, char text[FRESH_TEXT])
{
	Fresh worst = FRESH_OK;
	size_t used = 0;
	char one[FRESH_TEXT], cut[250];

	text[0] = 0;
	for (Fresh f = FRESH_FAILED; f > FRESH_OK; f--)
		for (int i = 0; i < w->contexts; i++) {
			if (world_context_fresh(w, i, feeds, one) != f)
				continue;
			worst = f > worst ? f : worst;
			err_cut(one, cut, sizeof cut);
			used += (size_t)snprintf(text + used, FRESH_TEXT - used, "%s%s: %s", used ? "   " : "", w->context[i].name, cut);
			used = used < FRESH_TEXT ? used : FRESH_TEXT - 1;
		}
	return worst;
}

Fresh world_fresh(const World *w, unsigned feeds, char text[FRESH_TEXT])
{
	Fresh worst = w->contexts > 1 ? contexts_fresh(w, feeds, text) : feeds_fresh(w, w->feed, feeds, text);
	char age[32];

	if (worst == FRESH_LOADING && w->fig && w->from_snapshot) {
		say_age(w->clock_ms - w->fig->at_ms, age);
		(void)snprintf(text, FRESH_TEXT, "snapshot of %s ago, refreshing", age);
	}
	return worst;
}

void world_as_of(const World *w, unsigned feeds, char out[32])
{
	int64_t oldest = w->from_snapshot && w->fig ? w->fig->at_ms : INT64_MAX;

	out[0] = 0;
	for (int i = 0; i < FEEDS_N && !w->past && !w->from_snapshot; i++) {
		const FeedView *v = &w->feed[i];

		if (feeds & FEED_BIT(i) && v->fresh_ms && v->fresh_ms < oldest && (v->phase == FEED_FAILED || feed_is_stale(v, w->clock_ms)))
			oldest = v->fresh_ms;
	}
	if (oldest != INT64_MAX)
		say_clock(w, oldest, false, out);
}

const char *world_lacks(const World *w, unsigned feeds)
{
	for (int i = 0; i < FEEDS_N; i++)
		if (feeds & FEED_BIT(i) && w->feed[i].phase == FEED_FAILED && w->feed[i].lacks[0])
			return w->feed[i].lacks;
	return "";
}

/* Whatever is worse of the two, for those who ask about a kind of feed without asking whose it is. */
static void combine(FeedView *to, const FeedView *v)
{
	static const int rank[] = { [FEED_OK] = 0, [FEED_OFF] = 1, [FEED_LOADING] = 2, [FEED_FAILED] = 3 };

	if (rank[v->phase] > rank[to->phase]) {
		to->phase = v->phase;
		to->err = v->err;
		memcpy(to->lacks, v->lacks, sizeof to->lacks);
	}
	if (v->fresh_ms < to->fresh_ms)
		to->fresh_ms = v->fresh_ms;
	if (v->interval_ms > to->interval_ms)
		to->interval_ms = v->interval_ms;
	if (v->waiting[0])
		(void)snprintf(to->waiting, sizeof to->waiting, "%s", v->waiting);
	to->rounds = v->rounds < to->rounds ? v->rounds : to->rounds;
	to->covered_from_ms = v->covered_from_ms > to->covered_from_ms ? v->covered_from_ms : to->covered_from_ms;
	to->items += v->items;
	to->skipped += v->skipped;
	to->backfilling |= v->backfilling;
	tail_combine(&to->tail, &v->tail);
	sources_combine(&to->sources, &v->sources);
}

void world_combine(World *w)
{
	for (int i = 0; i < FEEDS_N; i++)
		for (int k = 0; k < w->contexts; k++) {
			if (k == 0)
				w->feed[i] = w->context[k].feed[i];
			else
				combine(&w->feed[i], &w->context[k].feed[i]);
		}
}

static int stale_of(const FeedView *feed, int64_t clock_ms)
{
	int n = 0;

	for (int i = 0; i < FEEDS_N; i++)
		n += i != FEED_QUOTAS && (feed[i].phase == FEED_FAILED || feed_is_stale(&feed[i], clock_ms));
	return n;
}

int world_stale_feeds(const World *w)
{
	int n = 0;

	if (w->contexts < 2)
		return stale_of(w->feed, w->clock_ms);
	for (int i = 0; i < w->contexts; i++)
		n += stale_of(w->context[i].feed, w->clock_ms);
	return n;
}

const char *world_basis(const World *w)
{
	return w->basis[0] ? w->basis : "est list";
}
