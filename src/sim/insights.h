/* The query language of CloudWatch Logs Insights as far as consoles send it: fields, display, filter, stats, sort, limit.
 * A query is compiled once and fed events one by one; rows can be asked for at any time, so that a query that still runs
 * has partial results. Commands that are not served (parse, dedup, pattern, ...) are compile errors, never ignored.
 * Source: Amazon CloudWatch Logs User Guide, "CloudWatch Logs Insights query syntax". */
#ifndef SIM_INSIGHTS_H
#define SIM_INSIGHTS_H

#include "base/arena.h"
#include "base/err.h"
#include "sim/fleet_lines.h"
#include "wire/jsonw.h"

enum { INSIGHTS_LIMIT = 10000, INSIGHTS_GROUPS = 10000 };

typedef struct Insights Insights;

/* NULL and a sentence when the text is no query; [*from, *to) are the bytes of it that are wrong. limit: of rows, unless
 * the query has its own. */
Insights *insights_new(Str text, int64_t limit, size_t *from, size_t *to, Err *e);
void      insights_free(Insights *q);
/* group: "account:name" for @log. -1 when the query needs more memory than is granted (too many groups). */
int       insights_feed(Insights *q, const FleetLine *line, Str log, Err *e);

typedef struct InsightsCount { int64_t scanned, matched, bytes; } InsightsCount;
InsightsCount insights_count(const Insights *q);
/* Sorts what there is so far and returns the number of rows. */
size_t    insights_rows(Insights *q);
/* Row i as [{"field":…,"value":…},…]; members without a value are left out. */
void      insights_put_row(const Insights *q, size_t i, JsonW *w);

#endif
