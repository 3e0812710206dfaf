/* Drawings as SVG: one self-contained document without scripts, links or anything from elsewhere, for browsers, documents and paper.
 * Text must be Clean, as on the screen, and is escaped. Coordinates are whole numbers in pixels, from the top left.
 * Source: W3C, "Scalable Vector Graphics (SVG) 1.1 (Second Edition)"; "Extensible Markup Language (XML) 1.0", section 2.2. */
#ifndef UI_SVG_H
#define UI_SVG_H

#include "ui/clean.h"

/* Colours that also people with colour-blindness tell apart (Okabe and Ito, "Color Universal Design"); on paper without colour the
 * series differ by their dashes, marks and grey. */
enum { SVG_SERIES = 6, SVG_GLYPH = 7 /* width of a column of text, 12 px monospace */, SVG_LINE = 16 };

typedef enum SvgPaint { SVG_INK, SVG_DIM, SVG_GRID, SVG_WARN, SVG_SERIES_1, SVG_PAINTS = SVG_SERIES_1 + SVG_SERIES } SvgPaint;
typedef enum SvgAnchor { SVG_START, SVG_MIDDLE, SVG_END } SvgAnchor;
typedef struct SvgPoint { int x, y; } SvgPoint;

/* title: what screen readers say, and browsers show. */
void svg_begin(Buf *out, int w, int h, Clean title);
void svg_end(Buf *out);
void svg_text(Buf *out, int x, int y, SvgPaint p, SvgAnchor anchor, Clean text);
void svg_heading(Buf *out, int x, int y, Clean text);
void svg_rect(Buf *out, int x, int y, int w, int h, SvgPaint p, Clean tip);        /* tip: shown under the pointer; n 0: none */
void svg_hollow(Buf *out, int x, int y, int w, int h, SvgPaint p);
void svg_rule(Buf *out, int x1, int y1, int x2, int y2, SvgPaint p, bool dashed);
/* Joined by lines, with the series' dashes. */
void svg_path(Buf *out, const SvgPoint *v, size_t n, SvgPaint p);
/* The series' own mark: circle, square, triangle … */
void svg_mark(Buf *out, int x, int y, SvgPaint p, Clean tip);

#endif
