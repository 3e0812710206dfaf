/* Any filter over any jobs: the index lets through what looking at each job by itself does, and a narrower filter never more.
 * First line: the filter; each further line a job, its fields between tabs. */
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "model/jobseg.h"

static void check(bool ok)
{
	if (!ok)
		abort();
}

typedef struct Row { JobFacts j; char status[300]; } Row;

static Str field(Str *line, size_t most)
{
	return str_sub(str_cut(*line, '\t', line), 0, most);
}

static void row_of(Str line, Row *r)
{
	static const JobName order[] = { NAME_TENANT, NAME_PERSONA, NAME_AGENT, NAME_MODEL, NAME_STATUS, NAME_ERROR, NAME_STOP, NAME_TEMPLATE };
	Str rest;

	*r = (Row){ .j = { .id = field(&line, 100), .trace = field(&line, 100), .nusd = FIG_NONE, .latency_ms = FIG_NONE } };
	for (size_t i = 0; i < sizeof order / sizeof *order; i++)
		r->j.name[order[i]] = field(&line, 200);
	r->j.agent_n = str_cut(r->j.name[NAME_AGENT], '@', &rest).n;
	r->j.state = (JobState)(line.n % JOB_STATES);
	r->j.cache_hit = (Tri)(line.n % 3);
}

static bool holds(const Filter *f, const Term *t, const Row *r)
{
	static const char *const shown[JOB_STATES] = { "wait", "run", "ok", "err", "can", "" };
	static const char *const cache[] = { "unknown", "miss", "hit" };
	const Str *name = r->j.name;
	char status[300];
	Str agent = str_sub(name[NAME_AGENT], 0, r->j.agent_n), version = str_sub(name[NAME_AGENT], r->j.agent_n + 1, 300), word;
	size_t n = name[NAME_STATUS].n;

	if (n)
		memcpy(status, name[NAME_STATUS].p, n);
	status[n++] = '\n';
	word = str_of(shown[r->j.state]);
	memcpy(status + n, word.p, word.n);
	const Str in[JOBCOLS] = {
		r->j.id, r->j.trace, name[NAME_TENANT], name[NAME_PERSONA], memchr(filter_value(f, t).p, '@', t->n) ? name[NAME_AGENT] : agent, version,
		name[NAME_MODEL], { status, n + word.n }, name[NAME_ERROR], str_of(cache[r->j.cache_hit]), name[NAME_STOP], name[NAME_TEMPLATE], STR("dev"),
	};
	bool hit = term_holds(f, t, in[JOBCOL_CONTEXT]) || term_holds(f, t, name[NAME_AGENT]);

	if (t->column != FILTER_ANY)
		return term_holds(f, t, in[t->column]);
	for (int i = JOBCOL_TENANT; i <= JOBCOL_ERROR; i++)
		hit |= i != JOBCOL_AGENT && i != JOBCOL_VERSION && term_holds(f, t, in[i]);
	return hit || (!t->fuzzy && (term_holds(f, t, in[JOBCOL_JOB]) || term_holds(f, t, in[JOBCOL_TRACE])));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Str rest = { (const char *)data, size < 20000 ? size : 20000 }, text = str_cut(rest, '\n', &rest);
	static SegScratch tmp;
	static Row row[300];
	static uint64_t out[8], part[8], again[8];
	SegBuild *b = seg_begin();
	Filter f, shorter;
	JobSeg *s;

	if (memchr(data, 0, size)) {                 /* a zero byte of an id is shown as another one */
		seg_drop(b);
		return 0;
	}
	for (size_t n = 0; rest.n && n < 300; n++) {
		row_of(str_cut(rest, '\n', &rest), &row[n]);
		seg_add(b, &row[n].j);
	}
	s = seg_end(b, JOBKEY_LAST);
	filter_parse(&f, text, job_column_of, NULL);
	seg_match(s, &f, "dev", NULL, out, &tmp);
	for (uint32_t i = 0; i < s->n; i++) {
		bool want = true;

		for (int k = 0; k < f.terms; k++)
			want &= holds(&f, &f.term[k], &row[i]) != f.term[k].not;
		check((out[i / 64] >> i % 64 & 1) == want);
		check(seg_find(s, row[i].j.id) >= 0);
	}
	/* On from a shorter text, where that one's rows are enough. */
	filter_parse(&shorter, str_sub(text, 0, text.n / 2), job_column_of, NULL);
	if (filter_narrows(&f, &shorter)) {
		seg_match(s, &shorter, "dev", NULL, part, &tmp);
		seg_match(s, &f, "dev", part, again, &tmp);
		for (size_t w = 0; w < seg_words(s); w++)
			check(again[w] == out[w]);
	}
	seg_free(s);
	return 0;
}
