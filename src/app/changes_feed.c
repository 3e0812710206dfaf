#include "app/changes_feed.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const int rank[] = { [SOURCE_OK] = 0, [SOURCE_ABSENT] = 1, [SOURCE_OFF] = 2, [SOURCE_DENIED] = 3, [SOURCE_FAILED] = 4, [SOURCE_LEFT_OUT] = 0 };

const SourceView *sources_worst(const SourcesView *s)
{
	const SourceView *worst = NULL;

	for (int i = 0; i < s->n; i++)
		if (rank[s->v[i].state] >= rank[SOURCE_DENIED] && (!worst || rank[s->v[i].state] > rank[worst->state]))
			worst = &s->v[i];
	return worst;
}

void sources_combine(SourcesView *to, const SourcesView *v)
{
	for (int i = 0; i < v->n && i < to->n; i++) {
		SourceView *t = &to->v[i];
		const SourceView *x = &v->v[i];
		int64_t fresh = x->fresh_ms < t->fresh_ms ? x->fresh_ms : t->fresh_ms;
		int64_t covered = x->covered_from_ms > t->covered_from_ms ? x->covered_from_ms : t->covered_from_ms;
		bool behind = t->behind || x->behind;

		if (rank[x->state] > rank[t->state])
			*t = *x;
		t->fresh_ms = fresh;
		t->covered_from_ms = covered;
		t->behind = behind;
	}
	if (!to->n)
		*to = *v;
}

const char *source_reader_name(int i)
{
	static const char *const names[CHANGE_READERS] = { "CloudTrail", "AgentCore", "Bedrock Agents", "Bedrock", "Labels" };

	return i >= 0 && i < CHANGE_READERS ? names[i] : "";
}

ChangeSource source_reader_of(int i)
{
	static const ChangeSource sources[CHANGE_READERS] = { CHANGE_BY_CLOUDTRAIL, CHANGE_BY_AGENTCORE, CHANGE_BY_CLASSIC, CHANGE_BY_BEDROCK,
		CHANGE_BY_LABELS };

	return i >= 0 && i < CHANGE_READERS ? sources[i] : CHANGE_SOURCES;
}

/* A line for each: state, fresh, complete since, behind, then the permission and the sentence between tabs. */
void sources_pack(const SourcesView *s, char out[SOURCES_TEXT])
{
	size_t used = 0;

	out[0] = 0;
	for (int i = 0; i < s->n && used < SOURCES_TEXT; i++) {
		const SourceView *v = &s->v[i];
		size_t from = used;

		used += (size_t)snprintf(out + used, SOURCES_TEXT - used, "%d %" PRId64 " %" PRId64 " %d\t%s\t%s", v->state, v->fresh_ms,
		                         v->covered_from_ms, v->behind, v->lacks, v->why);
		used = used < SOURCES_TEXT - 1 ? used : SOURCES_TEXT - 2;
		for (size_t k = from; k < used; k++)
			if (out[k] == '\n')
				out[k] = ' ';
		out[used++] = '\n';
		out[used] = 0;
	}
}

static bool unpack_one(Str line, SourceView *v)
{
	Str lacks, why, numbers = str_cut(line, '\t', &lacks);
	int64_t state = 0, behind = 0;

	lacks = str_cut(lacks, '\t', &why);
	if (str_i64(str_cut(numbers, ' ', &numbers), &state) < 0 || str_i64(str_cut(numbers, ' ', &numbers), &v->fresh_ms) < 0 ||
	    str_i64(str_cut(numbers, ' ', &numbers), &v->covered_from_ms) < 0 || str_i64(numbers, &behind) < 0 || state < SOURCE_OFF ||
	    state > SOURCE_LEFT_OUT)
		return false;
	v->state = (SourceState)state;
	v->behind = behind != 0;
	(void)snprintf(v->lacks, sizeof v->lacks, "%.*s", STR_ARG(lacks));
	(void)snprintf(v->why, sizeof v->why, "%.*s", STR_ARG(why));
	return true;
}

void sources_unpack(Str text, SourcesView *out)
{
	*out = (SourcesView){ 0 };
	while (text.n && out->n < CHANGE_READERS) {
		SourceView v = { .name = source_reader_name(out->n) };

		if (!unpack_one(str_cut(text, '\n', &text), &v))
			break;
		out->v[out->n++] = v;
	}
}
