/* The cheapest way for the cursor from where it is to where it must be. */
#ifndef UI_MOTION_H
#define UI_MOTION_H

#include "ui/caps.h"

typedef struct Place { int x, y; } Place;           /* -1: not known */

/* Appends the motion and sets *now. to must be inside the screen. */
void motion_put(const Caps *c, Place *now, Place to, Buf *out);

#endif
