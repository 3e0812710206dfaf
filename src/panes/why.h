/* The bridge as one line: "why $  jobs +5 | tokens/job +61 | cache miss +14 | model mix +2 = +82". */
#ifndef PANES_WHY_H
#define PANES_WHY_H

#include "model/bridge.h"
#include "ui/clean.h"

/* Rounded to dollars, cents or less, so that the numbers shown add up too. What does not fit: first the effects of 0 go, then
 * the names get shorter. */
Clean why_line(const Bridge *b, int width, Arena *a);

#endif
