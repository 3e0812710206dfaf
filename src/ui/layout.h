/* A view's split tree into boxes: cells first, then percents, then stars share the rest. Nodes may come and go with the size of the
 * window, and with alerts. */
#ifndef UI_LAYOUT_H
#define UI_LAYOUT_H

#include "conf/views.h"
#include "ui/surface.h"

typedef struct Placed { const ViewNode *node; int x, y, w, h; } Placed;
typedef struct LayoutFor { int w, h; bool firing; } LayoutFor;         /* the window, and what is going on */
/* Fills out (at most cap leaves, in drawing order) and returns the count. A leaf that gets no cell has w or h 0, as has one that is not
 * shown: its neighbours share its room. what NULL: all are shown. */
size_t layout_place(const ViewNode *root, Placed whole, const LayoutFor *what, Placed *out, size_t cap);

#endif
