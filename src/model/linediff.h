/* Two texts line by line: what is in both, what is gone, what is new. Pure. The longest common subsequence, so it is the shortest answer;
 * beyond LINEDIFF_MAX lines of either text what is between their common beginning and end is gone and new as a whole. */
#ifndef MODEL_LINEDIFF_H
#define MODEL_LINEDIFF_H

#include "base/arena.h"

enum { LINEDIFF_MAX = 2000 };

typedef enum DiffKind { DIFF_SAME, DIFF_GONE, DIFF_ADDED } DiffKind;
typedef struct DiffLine { DiffKind kind; Str text; } DiffLine;
typedef struct LineDiff { DiffLine *line; size_t n, gone, added; } LineDiff;

/* In the order in which to read it: of a place first what is gone. Text is borrowed, the list in a. */
LineDiff linediff(Str from, Str to, Arena *a);

#endif
