#include "ui/svg.h"

static const char *const colours[SVG_PAINTS] = {
	"#1a1a1a", "#555555", "#d0d0d0", "#a83200", "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#8a6d00", "#3b3b3b" };
static const char *const dashes[SVG_SERIES] = { "", "6 3", "2 3", "9 3 2 3", "4 2", "1 2" };

/* The characters that XML allows and Clean does not hold are none; what it may hold and XML forbids are U+FFFE and U+FFFF. */
static void put_text(Buf *b, Clean c)
{
	for (size_t i = 0; i < c.n; i++) {
		switch (c.p[i]) {
		case '&':  (void)buf_puts(b, "&amp;"); break;
		case '<':  (void)buf_puts(b, "&lt;"); break;
		case '>':  (void)buf_puts(b, "&gt;"); break;
		case '"':  (void)buf_puts(b, "&quot;"); break;
		case '\'': (void)buf_puts(b, "&#39;"); break;
		default:
			if (i + 2 < c.n && (unsigned char)c.p[i] == 0xEF && (unsigned char)c.p[i + 1] == 0xBF && (unsigned char)c.p[i + 2] >= 0xBE) {
				(void)buf_puts(b, "\xEF\xBF\xBD");
				i += 2;
			} else {
				(void)buf_putc(b, c.p[i]);
			}
		}
	}
}

void svg_begin(Buf *out, int w, int h, Clean title)
{
	(void)buf_printf(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" version=\"1.1\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" role=\"img\" "
	                 "font-family=\"monospace\" font-size=\"12\">\n<title>", w, h, w, h);
	put_text(out, title);
	(void)buf_printf(out, "</title>\n<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>\n", w, h);
}

void svg_end(Buf *out)
{
	(void)buf_puts(out, "</svg>\n");
}

void svg_text(Buf *out, int x, int y, SvgPaint p, SvgAnchor anchor, Clean text)
{
	static const char *const anchors[] = { "start", "middle", "end" };

	(void)buf_printf(out, "<text x=\"%d\" y=\"%d\" fill=\"%s\" text-anchor=\"%s\" xml:space=\"preserve\">", x, y, colours[p], anchors[anchor]);
	put_text(out, text);
	(void)buf_puts(out, "</text>\n");
}

void svg_heading(Buf *out, int x, int y, Clean text)
{
	(void)buf_printf(out, "<text x=\"%d\" y=\"%d\" fill=\"%s\" font-weight=\"bold\" xml:space=\"preserve\">", x, y, colours[SVG_INK]);
	put_text(out, text);
	(void)buf_puts(out, "</text>\n");
}

/* Ends an element that stands open without its "/>". */
static void close_with_tip(Buf *out, const char *name, Clean tip)
{
	if (!tip.n) {
		(void)buf_puts(out, "/>\n");
		return;
	}
	(void)buf_puts(out, "><title>");
	put_text(out, tip);
	(void)buf_printf(out, "</title></%s>\n", name);
}

void svg_rect(Buf *out, int x, int y, int w, int h, SvgPaint p, Clean tip)
{
	(void)buf_printf(out, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"%s\"", x, y, w, h, colours[p]);
	close_with_tip(out, "rect", tip);
}

void svg_hollow(Buf *out, int x, int y, int w, int h, SvgPaint p)
{
	(void)buf_printf(out, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"none\" stroke=\"%s\"/>\n", x, y, w, h, colours[p]);
}

void svg_rule(Buf *out, int x1, int y1, int x2, int y2, SvgPaint p, bool dashed)
{
	(void)buf_printf(out, "<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" stroke=\"%s\"%s/>\n", x1, y1, x2, y2, colours[p],
	                 dashed ? " stroke-dasharray=\"4 3\"" : "");
}

void svg_path(Buf *out, const SvgPoint *v, size_t n, SvgPaint p)
{
	const char *dash = p >= SVG_SERIES_1 ? dashes[p - SVG_SERIES_1] : "";

	if (!n)
		return;
	(void)buf_puts(out, "<polyline points=\"");
	for (size_t i = 0; i < n; i++)
		(void)buf_printf(out, "%s%d,%d", i ? " " : "", v[i].x, v[i].y);
	(void)buf_printf(out, "\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"", colours[p]);
	if (*dash)
		(void)buf_printf(out, " stroke-dasharray=\"%s\"", dash);
	(void)buf_puts(out, "/>\n");
}

void svg_mark(Buf *out, int x, int y, SvgPaint p, Clean tip)
{
	const char *c = colours[p], *name = "polygon";

	switch ((p - SVG_SERIES_1) % 3) {
	case 0:
		name = "circle";
		(void)buf_printf(out, "<circle cx=\"%d\" cy=\"%d\" r=\"3\" fill=\"%s\"", x, y, c);
		break;
	case 1:
		name = "rect";
		(void)buf_printf(out, "<rect x=\"%d\" y=\"%d\" width=\"6\" height=\"6\" fill=\"%s\"", x - 3, y - 3, c);
		break;
	default:
		(void)buf_printf(out, "<polygon points=\"%d,%d %d,%d %d,%d\" fill=\"%s\"", x, y - 4, x - 4, y + 3, x + 4, y + 3, c);
	}
	close_with_tip(out, name, tip);
}
