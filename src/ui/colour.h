/* From roles to what a terminal of a given depth can show, and the shortest SGR between two inks. */
#ifndef UI_COLOUR_H
#define UI_COLOUR_H

#include "conf/themes.h"
#include "ui/caps.h"
#include "ui/term.h"

/* A colour that the terminal has: kind in the upper byte, index or 0xRRGGBB below; 0 is the terminal's own. */
enum { INK_INDEX = 1 << 24, INK_RGB = 2 << 24, INK_VALUE = 0xFFFFFF };
typedef struct Ink {
	uint32_t fg, bg;
	uint32_t attrs;                /* ATTR_* */
} Ink;

enum { INK_COUNT = ROLE_COUNT + RAMP_MAX };
typedef struct Palette { Ink ink[INK_COUNT]; } Palette;

/* Every role and ramp step of the theme (NULL: no colours) by nearest colour. In DEPTH_MONO only attributes are left,
 * and the selected row is reversed whatever the theme says. colours: the terminal's, so that 8 mean 8. */
void palette_build(Palette *p, const Theme *theme, TermDepth depth, int colours);
/* Appends what turns *now into want, and sets *now. */
void ink_change(const Caps *c, Ink *now, Ink want, Buf *out);
static inline bool ink_same(Ink a, Ink b)
{
	return a.fg == b.fg && a.bg == b.bg && a.attrs == b.attrs;
}

#endif
