/* JSON as it comes, a member to a line: also a document whose end is not there yet. */
#ifndef UI_JSON_ROWS_H
#define UI_JSON_ROWS_H

#include "ui/clean.h"

/* Several lines, in the arena. What is no JSON is shown with the line ends that its commas and brackets would have. */
Clean json_rows(Arena *a, Str partial);

#endif
