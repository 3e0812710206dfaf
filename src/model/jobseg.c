/* How a segment of jobs is built, and what is in it. Matching is in segmatch.c. */
#include "model/jobseg.h"

#include <stdlib.h>

#include "base/scan.h"
#include "base/xalloc.h"

enum { ID_MAX = FIG_KEY - 1, TRACE_MAX = 127, NAME_MAX_BYTES = 255 };
enum { STATE_BITS = 7, CACHE_SHIFT = 3, UNPRICED = 32, TOKENS = 64 };

const char *const job_column_names[JOBCOLS + 1] = {
	"job", "trace", "tenant", "persona", "agent", "version", "model", "status", "error", "cache", "stop", "template", "context", NULL,
};

int job_column_of(const void *unused, Str name)
{
	(void)unused;
	for (int i = 0; i < JOBCOLS; i++)
		if (str_is(name, job_column_names[i]))
			return i;
	return str_is(name, "id") ? JOBCOL_JOB : str_is(name, "state") ? JOBCOL_STATUS : -1;
}

/* What a state's cell shows: who reads it there looks for it, too. */
static const char *const shown_as[JOB_STATES] = { "wait", "run", "ok", "err", "can", "" };

/* --- building --- */

typedef struct Names {
	SegName  *v;
	size_t    cap, slots, text_n, text_cap;
	uint32_t  n, *slot;            /* index into v, plus 1 */
	char     *text;
} Names;

struct SegBuild {
	size_t    n, cap;
	int64_t  *updated_ms, *started_ms, *nusd;
	uint32_t *tokens, *at;
	int32_t  *latency_ms;
	uint16_t *name[JOB_NAMES];
	uint8_t  *retries, *flags;
	char     *text;
	size_t    text_n, text_cap;
	uint64_t  letters;
	Names     names[JOB_NAMES];
};

SegBuild *seg_begin(void)
{
	return xcalloc(1, sizeof(SegBuild));
}

size_t seg_rows(const SegBuild *b)
{
	return b->n;
}

static void names_grow(Names *t)
{
	t->slots = t->slots ? t->slots * 2 : 64;
	free(t->slot);
	t->slot = xcalloc(t->slots, sizeof *t->slot);
	for (uint32_t i = 0; i < t->n; i++) {
		size_t at = str_hash((Str){ t->text + t->v[i].at, t->v[i].n }) & (t->slots - 1);

		while (t->slot[at])
			at = (at + 1) & (t->slots - 1);
		t->slot[at] = i + 1;
	}
}

static uint16_t name_of(Names *t, Str text, size_t cut)
{
	size_t at;

	if (t->n * 2 >= t->slots)
		names_grow(t);
	for (at = str_hash(text) & (t->slots - 1); t->slot[at]; at = (at + 1) & (t->slots - 1)) {
		const SegName *v = &t->v[t->slot[at] - 1];

		if (v->cut == cut && str_eq((Str){ t->text + v->at, v->n }, text))
			return (uint16_t)(t->slot[at] - 1);
	}
	VEC_GROW(t->v, t->cap, t->n + 1);
	VEC_GROW(t->text, t->text_cap, t->text_n + text.n + 1);
	if (text.n)
		memcpy(t->text + t->text_n, text.p, text.n);
	t->v[t->n] = (SegName){ filter_letters(text), (uint32_t)t->text_n, (uint16_t)text.n, (uint16_t)cut };
	t->text_n += text.n;
	t->slot[at] = ++t->n;
	return (uint16_t)(t->n - 1);
}

static uint16_t put_name(SegBuild *b, JobName i, const JobFacts *j)
{
	char both[NAME_MAX_BYTES + 8];
	Str text = str_sub(j->name[i], 0, NAME_MAX_BYTES);
	size_t cut = text.n;

	if (i == NAME_AGENT)
		cut = j->agent_n < text.n ? j->agent_n : text.n;
	if (i == NAME_STATUS) {
		Str word = str_of(shown_as[j->state]);

		if (text.n)
			memcpy(both, text.p, text.n);
		both[text.n] = '\n';
		memcpy(both + text.n + 1, word.p, word.n);
		text = (Str){ both, text.n + 1 + word.n };
	}
	return name_of(&b->names[i], text, cut);
}

/* The byte that ends an id must not stand in it. */
static void put_text(SegBuild *b, Str s, size_t most)
{
	s = str_sub(s, 0, most);
	VEC_GROW(b->text, b->text_cap, b->text_n + s.n + 1);
	for (size_t i = 0; i < s.n; i++)
		b->text[b->text_n++] = s.p[i] ? s.p[i] : '?';
	b->letters |= filter_letters((Str){ b->text + b->text_n - s.n, s.n });
	b->text[b->text_n++] = '\0';
}

static void grow(SegBuild *b)
{
	size_t cap = b->cap ? b->cap * 2 : 1024;

#define GROW(column) b->column = xreallocarray(b->column, cap + 1, sizeof *b->column)
	GROW(updated_ms);
	GROW(started_ms);
	GROW(nusd);
	GROW(tokens);
	GROW(at);
	GROW(latency_ms);
	GROW(retries);
	GROW(flags);
	for (int i = 0; i < JOB_NAMES; i++)
		GROW(name[i]);
	b->cap = cap;
}

static int64_t within(int64_t v, int64_t most)
{
	return v < 0 ? 0 : v < most ? v : most;
}

void seg_add(SegBuild *b, const JobFacts *j)
{
	size_t r = b->n;

	if (r == b->cap)
		grow(b);
	b->at[r] = (uint32_t)b->text_n;
	put_text(b, j->id, ID_MAX);
	put_text(b, j->trace, TRACE_MAX);
	for (int i = 0; i < JOB_NAMES; i++)
		b->name[i][r] = put_name(b, (JobName)i, j);
	b->updated_ms[r] = j->updated_ms;
	b->started_ms[r] = j->started_ms;
	b->nusd[r] = j->nusd;
	b->tokens[r] = (uint32_t)within(j->tokens, UINT32_MAX);
	b->latency_ms[r] = j->latency_ms == FIG_NONE ? -1 : (int32_t)within(j->latency_ms, INT32_MAX);
	b->retries[r] = (uint8_t)within(j->retries, UINT8_MAX);
	b->flags[r] = (uint8_t)((unsigned)j->state | (unsigned)j->cache_hit << CACHE_SHIFT | (j->unpriced ? UNPRICED : 0u) |
	                        (j->has_tokens ? TOKENS : 0u));
	b->n++;
}

void seg_drop(SegBuild *b)
{
	free(b->updated_ms);
	free(b->started_ms);
	free(b->nusd);
	free(b->tokens);
	free(b->at);
	free(b->latency_ms);
	free(b->retries);
	free(b->flags);
	free(b->text);
	for (int i = 0; i < JOB_NAMES; i++) {
		free(b->name[i]);
		free(b->names[i].v);
		free(b->names[i].slot);
		free(b->names[i].text);
	}
	free(b);
}

/* Everything in one block: columns of wider members first, so that each is aligned. */
typedef struct Layout { char *p; size_t n; } Layout;

static void *lay(Layout *l, const void *from, size_t count, size_t size)
{
	size_t bytes = count * size;
	char *to = l->p ? l->p + l->n : NULL;

	l->n += bytes;
	if (to && from)
		memcpy(to, from, bytes);
	return to;
}

static void lay_all(Layout *l, const SegBuild *b, JobSeg *s)
{
	size_t n = b->n;

	s->updated_ms = lay(l, b->updated_ms, n, sizeof *s->updated_ms);
	s->started_ms = lay(l, b->started_ms, n, sizeof *s->started_ms);
	s->nusd = lay(l, b->nusd, n, sizeof *s->nusd);
	s->dead = lay(l, NULL, (n + 63) / 64, sizeof *s->dead);
	for (int i = 0; i < JOB_NAMES; i++)
		s->names[i].v = lay(l, b->names[i].v, b->names[i].n, sizeof *s->names[i].v);
	s->tokens = lay(l, b->tokens, n, sizeof *s->tokens);
	s->at = lay(l, b->at, n + 1, sizeof *s->at);
	s->latency_ms = lay(l, b->latency_ms, n, sizeof *s->latency_ms);
	for (int i = 0; i < JOB_NAMES; i++)
		s->name[i] = lay(l, b->name[i], n, sizeof *s->name[i]);
	s->slot = lay(l, NULL, s->slots, sizeof *s->slot);
	s->retries = lay(l, b->retries, n, 1);
	s->flags = lay(l, b->flags, n, 1);
	for (int i = 0; i < JOB_NAMES; i++)
		s->names[i].text = lay(l, b->names[i].text, b->names[i].text_n, 1);
	s->text = lay(l, b->text, b->text_n, 1);
	(void)lay(l, NULL, SCAN_PAD, 1);
}

JobSeg *seg_end(SegBuild *b, JobKey from)
{
	JobSeg *s, size = { .slots = 16 };
	Layout l = { 0 };

	while (size.slots < b->n * 3 / 2)
		size.slots *= 2;
	if (!b->cap)
		grow(b);
	b->at[b->n] = (uint32_t)b->text_n;
	lay_all(&l, b, &size);
	s = xcalloc(1, sizeof *s + l.n);
	*s = (JobSeg){ .n = (uint32_t)b->n, .live = (uint32_t)b->n, .letters = b->letters, .from = from, .slots = size.slots, .bytes = sizeof *s + l.n };
	l = (Layout){ (char *)(s + 1), 0 };
	lay_all(&l, b, s);
	for (int i = 0; i < JOB_NAMES; i++)
		s->names[i].n = b->names[i].n;
	for (uint32_t r = 0; r < s->n; r++) {
		uint32_t at = (uint32_t)str_hash(seg_id(s, r)) & (s->slots - 1);

		while (s->slot[at])
			at = (at + 1) & (s->slots - 1);
		s->slot[at] = (uint16_t)(r + 1);
	}
	seg_drop(b);
	return s;
}

/* --- reading --- */

void seg_free(JobSeg *s)
{
	free(s);
}

Str seg_id(const JobSeg *s, uint32_t row)
{
	return str_of(s->text + s->at[row]);
}

JobState seg_state(const JobSeg *s, uint32_t row)
{
	return (JobState)(s->flags[row] & STATE_BITS);
}

int seg_find(const JobSeg *s, Str id)
{
	uint32_t at = (uint32_t)str_hash(id) & (s->slots - 1);

	for (; s->slot[at]; at = (at + 1) & (s->slots - 1))
		if (str_eq(seg_id(s, s->slot[at] - 1u), id))
			return s->slot[at] - 1;
	return -1;
}

bool seg_kill(JobSeg *s, uint32_t row)
{
	uint64_t bit = UINT64_C(1) << row % 64;

	if (s->dead[row / 64] & bit)
		return false;
	s->dead[row / 64] |= bit;
	s->live--;
	return true;
}

static void copy(char *out, size_t cap, Str s)
{
	size_t n = s.n < cap ? s.n : cap - 1;

	if (n)
		memcpy(out, s.p, n);
	out[n] = '\0';
}

void seg_cell(const JobSeg *s, uint32_t row, JobCell *c)
{
	Str id = seg_id(s, row), name[JOB_NAMES];
	const SegName *agent = &s->names[NAME_AGENT].v[s->name[NAME_AGENT][row]];
	uint8_t flags = s->flags[row];

	*c = (JobCell){ .state = flags & STATE_BITS, .cache_hit = flags >> CACHE_SHIFT & 3, .unpriced = (flags & UNPRICED) != 0,
	                .has_tokens = (flags & TOKENS) != 0, .retries = s->retries[row], .nusd = s->nusd[row], .reported_nusd = FIG_NONE,
	                .started_ms = s->started_ms[row], .updated_ms = s->updated_ms[row] };
	for (int i = 0; i < JOB_NAMES; i++) {
		const SegName *v = &s->names[i].v[s->name[i][row]];

		name[i] = (Str){ s->names[i].text + v->at, i == NAME_STATUS ? v->cut : v->n };
	}
	c->latency_ms = s->latency_ms[row] < 0 ? FIG_NONE : s->latency_ms[row];
	c->tokens.input = s->tokens[row];
	copy(c->id, sizeof c->id, id);
	copy(c->trace, sizeof c->trace, str_of(id.p + id.n + 1));
	copy(c->tenant, sizeof c->tenant, name[NAME_TENANT]);
	copy(c->persona, sizeof c->persona, name[NAME_PERSONA]);
	copy(c->agent, sizeof c->agent, str_sub(name[NAME_AGENT], 0, agent->cut));
	copy(c->version, sizeof c->version, str_sub(name[NAME_AGENT], agent->cut + 1u, agent->n));
	copy(c->model, sizeof c->model, name[NAME_MODEL]);
	copy(c->status, sizeof c->status, name[NAME_STATUS]);
	copy(c->error_code, sizeof c->error_code, name[NAME_ERROR]);
	copy(c->stop_reason, sizeof c->stop_reason, name[NAME_STOP]);
	copy(c->template, sizeof c->template, name[NAME_TEMPLATE]);
}
