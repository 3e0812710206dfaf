#include "app/feed_state.h"

#include <stdio.h>
#include <string.h>

void feed_state_of(const FeedView *v, Arena *a, FeedState *out)
{
	const TailView *t = &v->tail;
	char sources[SOURCES_TEXT];

	sources_pack(&v->sources, sources);
	*out = (FeedState){
		.name = str_of(v->name), .phase = v->phase, .interval_ms = v->interval_ms, .fresh_ms = v->fresh_ms,
		.covered_from_ms = v->covered_from_ms, .rounds = v->rounds, .items = v->items, .skipped = v->skipped,
		.backfilling = v->backfilling, .error_kind = v->err.kind, .tail_wanted = t->wanted, .tail_live = t->live,
		.gap_from_ms = t->gap.from_ms, .gap_until_ms = t->gap.until_ms, .sampled_ms = t->gap.sampled_ms, .tail_lines = t->lines,
		.tail_sampled = t->sampled, .tail_pauses = t->pauses, .tail_breaks = t->breaks, .pushed = v->pushed, .waiting = str_of(v->waiting),
		.error = str_of(v->err.text), .lacks = str_of(v->lacks), .tail_why = str_of(t->why_not),
		.sources = arena_str(a, str_of(sources)),
	};
}

#define PUT(array, text) (void)snprintf((array), sizeof(array), "%.*s", STR_ARG(text))

void feed_state_view(const FeedState *st, FeedView *out)
{
	*out = (FeedView){
		.name = out->name, .phase = (FeedPhase)st->phase, .interval_ms = st->interval_ms, .fresh_ms = st->fresh_ms,
		.covered_from_ms = st->covered_from_ms, .rounds = st->rounds, .items = st->items, .skipped = st->skipped,
		.backfilling = st->backfilling != 0, .pushed = (unsigned)st->pushed,
		.tail = {
			.wanted = st->tail_wanted != 0, .live = st->tail_live != 0, .gap = { st->gap_from_ms, st->gap_until_ms, st->sampled_ms },
			.lines = st->tail_lines, .sampled = st->tail_sampled, .pauses = st->tail_pauses, .breaks = st->tail_breaks,
		},
	};
	/* A file may have been written by anything. */
	if (st->phase < FEED_OFF || st->phase > FEED_FAILED)
		out->phase = FEED_OFF;
	out->err.kind = (ErrKind)st->error_kind;
	PUT(out->err.text, st->error);
	PUT(out->waiting, st->waiting);
	PUT(out->lacks, st->lacks);
	PUT(out->tail.why_not, st->tail_why);
	sources_unpack(st->sources, &out->sources);
}

void feed_states_show(const FeedState *st, size_t n, FeedView v[FEEDS_N])
{
	for (int i = 0; i < FEEDS_N; i++)
		for (size_t k = 0; k < n && i != FEED_IDENTITY; k++)
			if (str_is(st[k].name, feed_name((FeedId)i))) {
				v[i].name = feed_name((FeedId)i);
				feed_state_view(&st[k], &v[i]);
			}
}

static bool sources_differ(const SourcesView *a, const SourcesView *b)
{
	bool differ = a->n != b->n;

	for (int i = 0; i < a->n && !differ; i++)
		differ = a->v[i].state != b->v[i].state || a->v[i].behind != b->v[i].behind ||
		         a->v[i].covered_from_ms != b->v[i].covered_from_ms ||
		         strcmp(a->v[i].why, b->v[i].why) != 0;
	return differ;
}

bool feed_state_differs(const FeedView *a, const FeedView *b)
{
	return sources_differ(&a->sources, &b->sources) || a->phase != b->phase || a->covered_from_ms != b->covered_from_ms ||
	       a->interval_ms != b->interval_ms || a->skipped != b->skipped || a->backfilling != b->backfilling || (a->rounds == 0) != (b->rounds == 0) ||
	       strcmp(a->waiting, b->waiting) != 0 || strcmp(a->lacks, b->lacks) != 0 ||
	       (a->phase == FEED_FAILED && strcmp(a->err.text, b->err.text) != 0) ||
	       a->pushed != b->pushed || a->tail.live != b->tail.live || a->tail.wanted != b->tail.wanted || a->tail.breaks != b->tail.breaks ||
	       a->tail.gap.from_ms != b->tail.gap.from_ms || a->tail.gap.until_ms != b->tail.gap.until_ms ||
	       a->tail.gap.sampled_ms != b->tail.gap.sampled_ms || strcmp(a->tail.why_not, b->tail.why_not) != 0;
}
