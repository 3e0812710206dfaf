/* Which rows of a segment a filter lets through. A name is looked at once for all its rows; ids are looked through as one text. */
#include "model/jobseg.h"

#include "base/num.h"
#include "base/scan.h"

enum { CACHE_SHIFT = 3, SPARSE = 16 };       /* one row in SPARSE: these are looked at one by one */

typedef enum Part { PART_ALL, PART_FRONT, PART_BACK } Part;      /* of a name or of a row's ids: what stands before the cut, or behind */

/* Where a column's text is. */
static const struct { JobName name; Part part; } column_name[JOBCOLS] = {
	[JOBCOL_TENANT] = { NAME_TENANT, PART_ALL }, [JOBCOL_PERSONA] = { NAME_PERSONA, PART_ALL },
	[JOBCOL_AGENT] = { NAME_AGENT, PART_FRONT }, [JOBCOL_VERSION] = { NAME_AGENT, PART_BACK },
	[JOBCOL_MODEL] = { NAME_MODEL, PART_ALL },   [JOBCOL_STATUS] = { NAME_STATUS, PART_ALL },
	[JOBCOL_ERROR] = { NAME_ERROR, PART_ALL },   [JOBCOL_STOP] = { NAME_STOP, PART_ALL },
	[JOBCOL_TEMPLATE] = { NAME_TEMPLATE, PART_ALL },
};
/* What a word without a column is looked for in, besides the ids. */
static const JobName any_name[] = { NAME_TENANT, NAME_PERSONA, NAME_AGENT, NAME_MODEL, NAME_STATUS, NAME_ERROR };

typedef struct Ask {
	const JobSeg *s;
	const Filter *f;
	const Term   *t;
	Needle needle;
	uint64_t letters;
	const uint64_t *within;        /* rows that are asked for */
	bool     sparse;               /* they are few */
	uint64_t *hit;
	uint8_t  *name;
} Ask;

static void set(uint64_t *bits, size_t row)
{
	bits[row / 64] |= UINT64_C(1) << row % 64;
}

static bool name_holds(const Ask *a, const SegNames *names, const SegName *v, Part part)
{
	Str text = { names->text + v->at, v->n };

	if (part == PART_FRONT && !memchr(filter_value(a->f, a->t).p, '@', a->t->n))     /* "agent:upsell@8" asks for both */
		text = str_sub(text, 0, v->cut);
	else if (part == PART_BACK)
		text = str_sub(text, v->cut + 1u, v->n);
	return (v->letters & a->letters) == a->letters && term_holds(a->f, a->t, text);
}

/* Rows whose name number is marked. */
static void add_rows(Ask *a, const uint16_t *column)
{
	for (size_t w = 0; w < seg_words(a->s); w++) {
		size_t end = a->s->n - w * 64 < 64 ? a->s->n - w * 64 : 64;
		uint64_t bits = 0;

		if (!a->within[w])
			continue;
		for (size_t i = 0; i < end; i++)
			bits |= (uint64_t)a->name[column[w * 64 + i]] << i;
		a->hit[w] |= bits;
	}
}

static void match_name(Ask *a, JobName i, Part part)
{
	const SegNames *names = &a->s->names[i];
	bool any = false;

	for (uint32_t k = 0; k < names->n; k++)
		any |= a->name[k] = name_holds(a, names, &names->v[k], part);
	if (any)
		add_rows(a, a->s->name[i]);
}

/* The row whose ids stand at this place of the text; not before `row`. Hits lie close together or far apart: steps double. */
static uint32_t row_at(const JobSeg *s, size_t pos, uint32_t row)
{
	uint32_t step = 1, end;

	while (row + step <= s->n && s->at[row + step] <= pos) {
		row += step;
		step *= 2;
	}
	end = row + step < s->n ? row + step : s->n;
	while (row + 1 < end) {
		uint32_t mid = row + (end - row) / 2;

		if (s->at[mid] <= pos)
			row = mid;
		else
			end = mid;
	}
	return row;
}

/* The row's ids, or one of them. */
static void ids_of(const JobSeg *s, uint32_t row, Part part, size_t *from, size_t *to)
{
	size_t id = strlen(s->text + s->at[row]);

	*from = s->at[row] + (part == PART_BACK ? id + 1 : 0);
	*to = part == PART_FRONT ? s->at[row] + id : s->at[row + 1] - 1;
}

static void match_ids_through(Ask *a, Part part)
{
	const JobSeg *s = a->s;
	size_t pos = 0, end = s->at[s->n], from, to;
	uint32_t row = 0;

	while ((pos = scan_find(&a->needle, s->text, end, pos)) != SCAN_NONE) {
		row = row_at(s, pos, row);
		ids_of(s, row, part, &from, &to);
		if (pos < from) {                /* in the job's id, but the trace's is asked for */
			pos = from;
			continue;
		}
		if (pos + a->needle.n <= to)
			set(a->hit, row);
		pos = s->at[row + 1];
	}
}

static void match_ids_each(Ask *a, Part part)
{
	const JobSeg *s = a->s;
	size_t from, to;

	for (size_t w = 0; w < seg_words(s); w++)
		for (uint64_t bits = a->within[w] & ~a->hit[w]; bits; bits &= bits - 1) {
			uint32_t row = (uint32_t)(w * 64) + (uint32_t)__builtin_ctzll(bits);

			ids_of(s, row, part, &from, &to);
			if (a->t->fuzzy ? filter_fuzzy((Str){ s->text + from, to - from }, filter_value(a->f, a->t))
			                : scan_find(&a->needle, s->text, to, from) != SCAN_NONE)
				set(a->hit, row);
		}
}

static void match_ids(Ask *a, Part part)
{
	/* Of most words some letter stands in no id: these have digits and few letters. */
	if ((a->letters & a->s->letters) != a->letters)
		return;
	if (a->sparse || a->t->fuzzy)
		match_ids_each(a, part);
	else
		match_ids_through(a, part);
}

static void match_cache(Ask *a)
{
	static const char *const words[4] = { "unknown", "miss", "hit", "" };
	bool yes[4];

	for (int i = 0; i < 4; i++)
		yes[i] = term_holds(a->f, a->t, str_of(words[i]));
	for (size_t r = 0; r < a->s->n; r++)
		if (yes[a->s->flags[r] >> CACHE_SHIFT & 3])
			set(a->hit, r);
}

static void match_all(Ask *a)
{
	memset(a->hit, 0xff, seg_words(a->s) * sizeof *a->hit);
}

static void match_any(Ask *a, const char *context)
{
	if (term_holds(a->f, a->t, str_of(context))) {
		match_all(a);
		return;
	}
	for (size_t i = 0; i < sizeof any_name / sizeof *any_name; i++)
		match_name(a, any_name[i], PART_ALL);
	/* The letters of an id stand there by chance: in any order that one asks for, soon enough. */
	if (!a->t->fuzzy)
		match_ids(a, PART_ALL);
}

static void match_term(Ask *a, const char *context)
{
	int c = a->t->column;

	memset(a->hit, 0, seg_words(a->s) * sizeof *a->hit);
	if (c == FILTER_ANY)
		match_any(a, context);
	else if (c == JOBCOL_JOB || c == JOBCOL_TRACE)
		match_ids(a, c == JOBCOL_JOB ? PART_FRONT : PART_BACK);
	else if (c == JOBCOL_CACHE)
		match_cache(a);
	else if (c != JOBCOL_CONTEXT)
		match_name(a, column_name[c].name, column_name[c].part);
	else if (term_holds(a->f, a->t, str_of(context)))
		match_all(a);
}

static size_t count(const uint64_t *bits, size_t words)
{
	size_t n = 0;

	for (size_t w = 0; w < words; w++)
		n += (size_t)__builtin_popcountll(bits[w]);
	return n;
}

static void all_live(const JobSeg *s, uint64_t *out)
{
	for (size_t w = 0; w < seg_words(s); w++)
		out[w] = ~s->dead[w];
	if (s->n % 64)
		out[s->n / 64] &= (UINT64_C(1) << s->n % 64) - 1;
}

void seg_match(const JobSeg *s, const Filter *f, const char *context, const uint64_t *within, uint64_t *out, SegScratch *tmp)
{
	Ask a = { .s = s, .f = f, .within = out, .hit = tmp->hit, .name = tmp->name };
	size_t words = seg_words(s);

	all_live(s, out);
	for (size_t w = 0; within && w < words; w++)
		out[w] &= within[w];
	for (int i = 0; i < f->terms; i++) {
		a.t = &f->term[i];
		a.letters = filter_letters(filter_value(f, a.t));
		a.sparse = count(out, words) * SPARSE < s->n;
		needle_init(&a.needle, filter_value(f, a.t));
		match_term(&a, context);
		for (size_t w = 0; w < words; w++)
			out[w] &= a.t->not ? ~a.hit[w] : a.hit[w];
	}
}

/* 1970-01-01 was a Thursday. */
static bool is_in_hours(const JobSeg *s, size_t row, const JobNarrow *w)
{
	int64_t hour = floor_div(s->started_ms[row] ? s->started_ms[row] : s->updated_ms[row], 3600000);
	int64_t local = hour + floor_div(w->offset_ms, 3600000), day = floor_div(local, 24);

	return hour >= w->from_hour && hour < w->until_hour && (!w->slot || local - day * 24 + 1 == w->slot) &&
	       (!w->weekday || ((day + 4) % 7 + 7) % 7 + 1 == w->weekday);
}

/* Takes out the rows whose name is another one. */
static void narrow_name(const JobSeg *s, int64_t column, Str key, uint64_t *out, SegScratch *tmp)
{
	JobName name = column_name[column].name;
	const SegNames *names = &s->names[name];

	for (uint32_t k = 0; k < names->n; k++)
		tmp->name[k] = str_eq((Str){ names->text + names->v[k].at, column == JOBCOL_AGENT ? names->v[k].cut : names->v[k].n }, key);
	for (size_t r = 0; r < s->n; r++)
		if (!tmp->name[s->name[name][r]])
			out[r / 64] &= ~(UINT64_C(1) << r % 64);
}

void seg_narrow(const JobSeg *s, const JobNarrow *w, const char *context, uint64_t *out, SegScratch *tmp)
{
	all_live(s, out);
	if (w->context[0] && strcmp(w->context, context) != 0)
		memset(out, 0, seg_words(s) * sizeof *out);
	for (int i = 0; i < w->keys; i++)
		narrow_name(s, w->only[i].column, str_of(w->only[i].key), out, tmp);
	if (!w->states && !w->until_hour && !w->updated_until_ms)
		return;
	for (size_t r = 0; r < s->n; r++)
		if ((w->states && !(w->states >> seg_state(s, (uint32_t)r) & 1)) || (w->until_hour && !is_in_hours(s, r, w)) ||
		    (w->updated_until_ms && s->updated_ms[r] >= w->updated_until_ms))
			out[r / 64] &= ~(UINT64_C(1) << r % 64);
}
