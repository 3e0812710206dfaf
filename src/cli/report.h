/* A report as blocks: headings, sentences, lists, tables, charts. Those who know the facts fill it once; each writer makes one form of
 * it. What is ours and what came from outside stay apart until they are written: a writer decides how the latter is disarmed. */
#ifndef CLI_REPORT_H
#define CLI_REPORT_H

#include "base/arena.h"
#include "base/buf.h"

/* OWN: words that we wrote. OUTSIDE: anything else. NONE: not known. */
typedef enum PartKind { PART_NONE, PART_OWN, PART_OUTSIDE, PART_NUSD, PART_COUNT, PART_TIME, PART_PPM } PartKind;
typedef struct Part { PartKind kind; int64_t v; Str text; } Part;

static inline Part part_own(const char *text) { return (Part){ PART_OWN, 0, str_of(text) }; }
static inline Part part_text(Str own) { return (Part){ PART_OWN, 0, own }; }
static inline Part part_out(Str raw) { return (Part){ raw.n ? PART_OUTSIDE : PART_NONE, 0, raw }; }
static inline Part part_nusd(int64_t v) { return (Part){ PART_NUSD, v, { 0 } }; }
static inline Part part_count(int64_t v) { return (Part){ PART_COUNT, v, { 0 } }; }
static inline Part part_ppm(int64_t v) { return (Part){ PART_PPM, v, { 0 } }; }
static inline Part part_time(int64_t ms) { return (Part){ ms ? PART_TIME : PART_NONE, ms, { 0 } }; }

/* title NULL: not for people. key NULL: not for programs. */
typedef struct ReportColumn { const char *key, *title; bool right; } ReportColumn;
typedef struct ReportTable {
	const ReportColumn *column; size_t columns;
	Part  *cell; size_t rows, cap;         /* row by row */
	bool   main;                           /* what CSV is made of; never in the page when that has columns for programs only */
} ReportTable;

/* Values in nUSD or ppm; gap: REPORT_GAP. Either over time (from, until: of the whole axis) or one bar for each name. */
#define REPORT_GAP INT64_MIN
typedef struct ReportSeries { Part name; const int64_t *v, *low, *high; } ReportSeries;      /* low, high: the interval; NULL: none */
typedef struct ReportMark { int64_t ms; Part text; } ReportMark;
typedef struct ReportChart {
	const char *title;
	bool    ppm, bars;                     /* bars: points stand side by side */
	size_t  points;
	const ReportSeries *series; size_t n;
	int64_t from_ms, until_ms;             /* 0, 0: each point has a name */
	const Part *name;
	const ReportMark *mark; size_t marks;
} ReportChart;

typedef enum BlockKind { BLOCK_HEADING, BLOCK_TEXT, BLOCK_ITEM, BLOCK_STEP, BLOCK_TABLE, BLOCK_CHART } BlockKind;
typedef struct ReportBlock { BlockKind kind; Part *part; size_t parts; ReportTable *table; ReportChart *chart; } ReportBlock;

enum { REPORT_TITLE = 8 };
typedef struct Report {
	Arena *a;
	Part   title[REPORT_TITLE]; size_t titles;
	ReportBlock *block; size_t n, cap;
} Report;

void report_done(Report *r);               /* the arena stays the caller's */
void report_heading(Report *r, const char *own);
/* BLOCK_TEXT, ITEM or STEP of these parts, one after the other. */
void report_put(Report *r, BlockKind kind, const Part *part, size_t n);
#define REPORT_PUT(r, kind, ...) report_put((r), (kind), (Part[]){ __VA_ARGS__ }, sizeof((Part[]){ __VA_ARGS__ }) / sizeof(Part))
/* An empty table at the end; rows are added with report_row: columns parts each. */
ReportTable *report_table(Report *r, const ReportColumn *column, size_t columns, bool main);
Part *report_row(Report *r, ReportTable *t);
void report_chart(Report *r, const ReportChart *c);

/* The writers. Text from outside is cleaned (ui/clean.h) and disarmed for the form. */
void report_markdown(const Report *r, Buf *out);
void report_csv(const Report *r, Buf *out);            /* the main table */
void report_svg(const Report *r, Buf *out);            /* the charts, below the title */

/* For writers: a part in words, without what a form needs around it. */
Str part_words(Arena *a, const Part *p);

#endif
