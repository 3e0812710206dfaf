/* What a terminal shows, and the bytes that lead from there to a surface. No descriptors here. */
#ifndef UI_DAMAGE_H
#define UI_DAMAGE_H

#include "ui/caps.h"
#include "ui/colour.h"
#include "ui/surface.h"

typedef struct Painter Painter;

/* caps is borrowed for the painter's life. ascii: nothing above 0x7E is ever written. */
Painter *painter_new(const Caps *caps, bool ascii);
void     painter_free(Painter *p);
void     painter_palette(Painter *p, const Palette *palette);      /* a copy is kept; the next frame draws everything */
/* Nothing is known about the screen any more: the next frame clears it. */
void     painter_forget(Painter *p);
/* Appends a frame to out, possibly of no bytes. cursor_x < 0 hides the cursor. From now on the painter takes it for
 * granted that out reaches the terminal. */
void     painter_frame(Painter *p, const Surface *s, int cursor_x, int cursor_y, Buf *out);
/* The same in two steps, for who sends the bytes before the painter remembers them: at the first frame that takes as much new memory as the
 * screen has cells. s must not change between the two. */
void     painter_bytes(Painter *p, const Surface *s, int cursor_x, int cursor_y, Buf *out);
void     painter_settle(Painter *p, const Surface *s);

#endif
