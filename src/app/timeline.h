/* What happened to one job, as lines of text: begun, asked, answered, ended; what it cost; its log lines. The pane beside the list
 * and the page of a small window show the same. */
#ifndef APP_TIMELINE_H
#define APP_TIMELINE_H

#include "app/pane.h"

typedef enum LineLook { LOOK_PLAIN, LOOK_TITLE, LOOK_DIM, LOOK_GOOD, LOOK_BAD, LOOK_MONEY } LineLook;
typedef struct TextLine { int32_t look; uint32_t at, n; } TextLine;

/* One block: the lines, behind them their text (raw: who draws it cleans it). n 0: there is no such job any more. */
typedef struct Timeline { uint32_t n, lines_n; TextLine line[]; } Timeline;     /* lines_n: log lines among them */
static inline Str timeline_text(const Timeline *t, uint32_t i)
{
	return (Str){ (const char *)&t->line[t->n] + t->line[i].at, t->line[i].n };
}

/* A block from xmalloc. lines: in the order of time. */
Timeline *timeline_make(const JobRow *r, const LogLine *line, size_t n, int64_t offset_ms);

extern const AskClass ask_timeline;            /* in: JobRef, out: Timeline */

#endif
