#include "app/coverage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/coverage_own.h"
#include "base/xalloc.h"
#include "wire/time8601.h"

void coverage_done(CoverageList *l)
{
	free(l->v);
	arena_done(&l->arena);
	*l = (CoverageList){ 0 };
}

CoverageLine *coverage_add(CoverageList *l, const char *area, Str subject, DoctorVerdict verdict)
{
	VEC_GROW(l->v, l->cap, l->n + 1);
	l->v[l->n] = (CoverageLine){ .area = area, .subject = arena_str(&l->arena, subject), .verdict = verdict, .found = STR(""), .remedy = STR(""),
	                             .booked = FIG_NONE, .counted = FIG_NONE, .jobs = FIG_NONE };
	return &l->v[l->n++];
}

/* --- feeds --- */

static Str age_text(Arena *a, int64_t ms)
{
	long long s = (long long)(ms < 0 ? 0 : ms) / 1000;

	return s < 120 ? arena_printf(a, "%lld s", s) : s < 7200 ? arena_printf(a, "%lld min", s / 60) : arena_printf(a, "%lld h", s / 3600);
}

/* What stands behind the last "; " of a sentence is what to do. */
static void say_why(CoverageLine *line, Arena *a, Str why)
{
	size_t cut = why.n;

	for (size_t i = 0; i + 1 < why.n; i++)
		if (why.p[i] == ';' && why.p[i + 1] == ' ')
			cut = i;
	line->found = arena_str(a, str_sub(why, 0, cut));
	line->remedy = arena_str(a, str_sub(why, cut + 2, why.n));
}

static void one_feed(CoverageList *l, const FeedView *v, int64_t now_ms)
{
	Arena *a = &l->arena;
	bool failed = v->phase == FEED_FAILED, spare = str_is(str_of(v->name), feed_name(FEED_QUOTAS));
	DoctorVerdict verdict = failed && spare ? DOCTOR_WARN : failed ? DOCTOR_FAIL : v->phase == FEED_OK ? DOCTOR_OK : DOCTOR_SKIPPED;
	CoverageLine *line = coverage_add(l, "feed", str_of(v->name), verdict);

	line->since_ms = v->covered_from_ms;
	if (failed)
		say_why(line, a, str_of(v->err.text));
	else if (!v->fresh_ms)
		line->found = STR("not read yet");
	else
		line->found = arena_printf(a, "read %.*s ago%s%s", STR_ARG(age_text(a, now_ms - v->fresh_ms)), v->backfilling ? ", filling" : "",
		                           v->slowed ? ", slowed: own cost is at its cap" : "");
	if (!failed && v->backfilling && line->verdict == DOCTOR_OK)
		line->verdict = DOCTOR_WARN;
	if (!v->skipped)
		return;
	line = coverage_add(l, "skipped", str_of(v->name), DOCTOR_WARN);
	line->jobs = v->skipped;
	line->found = arena_printf(a, "%lld could not be read and are left out", (long long)v->skipped);
	line->remedy = STR("let them be written as docs/data.md says");
}

static void one_source(CoverageList *l, const SourceView *s, int64_t now_ms)
{
	static const DoctorVerdict verdict[] = {
		[SOURCE_OFF] = DOCTOR_SKIPPED, [SOURCE_OK] = DOCTOR_OK, [SOURCE_DENIED] = DOCTOR_WARN, [SOURCE_ABSENT] = DOCTOR_SKIPPED,
		[SOURCE_FAILED] = DOCTOR_FAIL, [SOURCE_LEFT_OUT] = DOCTOR_SKIPPED };
	CoverageLine *line = coverage_add(l, "changes", str_of(s->name), verdict[s->state]);
	Arena *a = &l->arena;

	line->since_ms = s->covered_from_ms;
	if (s->why[0])
		say_why(line, a, str_of(s->why));
	else if (s->state == SOURCE_LEFT_OUT)
		line->found = STR("not asked: sources.agents.backends leaves it out");
	else if (!s->fresh_ms)
		line->found = STR("not read yet");
	else
		line->found = arena_printf(a, "read %.*s ago%s", STR_ARG(age_text(a, now_ms - s->fresh_ms)), s->behind ? ", filling" : "");
	if (s->state == SOURCE_DENIED && !line->remedy.n)
		line->remedy = arena_printf(a, "add %s to the role's policy", s->lacks);
}

static void add_count(CoverageLine *line, Arena *a, int64_t n, const char *what)
{
	if (n)
		line->found = arena_printf(a, "%.*s, %lld %s", STR_ARG(line->found), (long long)n, what);
}

static void the_tail(CoverageList *l, const TailView *t, int64_t now_ms)
{
	char words[TAIL_WORDS];
	CoverageLine *line;
	Arena *a = &l->arena;

	tail_words(t, now_ms, words);
	if (!t->wanted)
		return;
	line = coverage_add(l, "tail", STR("Live Tail"), t->why_not[0] || t->gap.from_ms ? DOCTOR_WARN : t->live ? DOCTOR_OK : DOCTOR_SKIPPED);
	line->found = arena_printf(a, "%s; %lld lines", words[0] ? words : "opening", (long long)t->lines);
	add_count(line, a, t->sampled, "updates sampled");
	add_count(line, a, t->pauses, "pauses");
	add_count(line, a, t->breaks, "sessions broken off");
	if (t->why_not[0])
		line->remedy = arena_str(a, str_of(t->why_not));
	else if (t->gap.from_ms)
		line->remedy = STR("wait: FilterLogEvents reads what is missing");
}

static void by_insights(CoverageList *l, const FeedView *v)
{
	bool part = v->pushed & PUSHED_PARTIAL, about = v->pushed & PUSHED_APPROXIMATE;
	CoverageLine *line;

	if (!v->pushed)
		return;
	line = coverage_add(l, "pushdown", STR("Logs Insights"), part ? DOCTOR_WARN : DOCTOR_OK);
	line->found = arena_printf(&l->arena, "%s%s%s; %lld calls", v->pushed & PUSHED_ON ? "adds the cost lines up" : "has added up some hours",
	                           about ? ", amounts are approximate" : "", part ? ", a part is missing" : "", (long long)v->items);
	if (part)
		line->remedy = STR("wait: it is asked for again; or fewer log groups, when an hour has more than 10,000 groups");
}

void coverage_of_feeds(CoverageList *l, const FeedView feed[FEEDS_N], unsigned mask, int64_t now_ms)
{
	for (int i = 0; i < FEEDS_N; i++)
		if (mask & FEED_BIT(i) && feed[i].name)
			one_feed(l, &feed[i], now_ms);
	for (int i = 0; mask & FEED_BIT(FEED_CHANGES) && i < feed[FEED_CHANGES].sources.n; i++)
		one_source(l, &feed[FEED_CHANGES].sources.v[i], now_ms);
	if (mask & FEED_BIT(FEED_LINES)) {
		the_tail(l, &feed[FEED_LINES].tail, now_ms);
		by_insights(l, &feed[FEED_LINES]);
	}
}

/* --- doctor's --- */

void coverage_of_doctor(CoverageList *l, const DoctorReport *r)
{
	for (const DoctorLine *d = r->first[DOCTOR_COVERAGE]; d; d = d->next) {
		/* Doctor's "tokens" are those that jobs do not write. */
		CoverageLine *line = coverage_add(l, strcmp(d->check, "tokens") == 0 ? "job_tokens" : d->check, d->subject, d->verdict);

		line->found = arena_str(&l->arena, d->found);
		line->remedy = arena_str(&l->arena, d->remedy);
	}
}

/* --- a page of it --- */

/* Areas in the order in which they are read, with what they answer. */
static const struct { const char *title, *areas; } parts[] = {
	{ "Feeds: what is read, and how far back there is no hole", " feed skipped tail pushdown changes " },
	{ "Tokens: CloudWatch's beside those that were booked", " tokens " },
	{ "Prices: calls that are counted and not priced", " unpriced prices " },
	{ "Not live: used, and in no total here", " not_live " },
	{ "Sources: tables, log groups, namespaces", " back_end table index agents log_group other_log_groups namespace invocation_log items sources " },
	{ "Attributes: what jobs do not say, and what that costs", " attribute job_tokens " },
	{ "Kept: how far back", " kept " },
	{ "Own calls: what they cost, and how many there are", " own_cost calls " },
};

static bool is_among(const char *areas, const char *area)
{
	char word[40];

	(void)snprintf(word, sizeof word, " %s ", area);
	return strstr(areas, word) != NULL;
}

enum { VERDICT_W = 5, SUBJECT_W = 24 };

/* A long subject has a row of its own: 80 columns are enough for the rest. */
static void put_line(const CoverageLine *line, Buf *out)
{
	const char *verdict = line->verdict == DOCTOR_SKIPPED ? "?" : doctor_verdict_name(line->verdict);
	char time[TIME_TEXT];

	(void)buf_printf(out, "  %-*s%-*.*s", VERDICT_W, verdict, SUBJECT_W, STR_ARG(line->subject));
	if (line->subject.n > SUBJECT_W)
		(void)buf_printf(out, "\n  %*s", VERDICT_W + SUBJECT_W, "");
	(void)buf_printf(out, " %.*s", STR_ARG(line->found));
	/* All models are compared over the same time: it is said once. */
	if (line->since_ms && (strcmp(line->area, "tokens") != 0 || str_is(line->subject, COVERAGE_ALL))) {
		time_format_iso(line->since_ms, time);
		(void)buf_printf(out, "%ssince %.5s %.5sZ", line->found.n ? ", " : "", time + 5, time + 11);
	}
	(void)buf_putc(out, '\n');
	if (line->remedy.n)
		(void)buf_printf(out, "  %-*sdo: %.*s\n", VERDICT_W, "", STR_ARG(line->remedy));
}

void coverage_text(const CoverageList *l, Buf *out)
{
	for (size_t k = 0; k < sizeof parts / sizeof *parts; k++) {
		bool any = false;

		for (size_t i = 0; i < l->n; i++) {
			if (!is_among(parts[k].areas, l->v[i].area))
				continue;
			if (!any)
				(void)buf_printf(out, "%s%s\n", k ? "\n" : "", parts[k].title);
			any = true;
			put_line(&l->v[i], out);
		}
	}
}
