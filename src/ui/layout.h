/* A view's split tree into boxes: cells first, then percents, then stars share the rest. */
#ifndef UI_LAYOUT_H
#define UI_LAYOUT_H

#include "conf/views.h"
#include "ui/surface.h"

typedef struct Placed { const ViewNode *node; int x, y, w, h; } Placed;
/* Fills out (at most cap leaves, in drawing order) and returns the count. A leaf that gets no cell has w or h 0. */
size_t layout_place(const ViewNode *root, int x, int y, int w, int h, Placed *out, size_t cap);

#endif
