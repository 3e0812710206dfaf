#include "ui/layout.h"

enum { DEPTH_MAX = 64 };           /* views are read with a lower limit; this one keeps the stack safe */

typedef struct Placer {
	const LayoutFor *what;
	Placed *out;
	size_t  cap, count;
} Placer;

/* One axis being shared out: what is left, and what the stars and percents ask for. */
typedef struct Share {
	int  total, left;              /* cells of the axis; cells not given yet */
	int  stars, star_cells, star_extra;
	const ViewNode *filler;        /* takes what rounding leaves when there is no star */
} Share;

static int clamp(int v, int low, int high)
{
	return v < low ? low : v > high ? high : v;
}

static bool is_shown(const LayoutFor *f, const ViewNode *n)
{
	if (!f || (!n->from_w && n->when == WHEN_ALWAYS))
		return true;
	return (n->from_w && f->w >= n->from_w && f->h >= n->from_h) || (n->when != WHEN_ALWAYS && f->firing == (n->when == WHEN_FIRING));
}

static int fixed_size(const ViewNode *n, int total)
{
	if (n->size_kind == SIZE_CELLS)
		return n->size;
	return (int)(((int64_t)total * clamp(n->size, 0, 100) + 50) / 100);
}

/* Cells are served first, then percents (each in order), then the stars: a narrow window loses its stars first. */
static void serve(Share *s, const LayoutFor *f, const ViewNode *split, SizeKind kind)
{
	for (const ViewNode *n = split->child; n; n = n->next) {
		if (n->size_kind != kind || !is_shown(f, n))
			continue;
		if (kind == SIZE_STAR)
			s->stars++;
		else
			s->left -= clamp(fixed_size(n, s->total), 0, s->left);
		if (kind == SIZE_PERCENT)
			s->filler = n;
	}
}

static Share share_out(const LayoutFor *f, const ViewNode *split, int total)
{
	Share s = { .total = total, .left = total };

	serve(&s, f, split, SIZE_CELLS);
	serve(&s, f, split, SIZE_PERCENT);
	serve(&s, f, split, SIZE_STAR);
	if (s.stars) {
		s.star_cells = s.left / s.stars;
		s.star_extra = s.left % s.stars;
	}
	return s;
}

/* Cells that children before n (of its kind, and all of the kinds served earlier) have not taken. */
static int room_for(const LayoutFor *f, const ViewNode *split, const ViewNode *n, int total)
{
	int left = total;

	if (n->size_kind == SIZE_PERCENT)
		for (const ViewNode *m = split->child; m; m = m->next)
			if (m->size_kind == SIZE_CELLS && is_shown(f, m))
				left -= clamp(m->size, 0, left);
	for (const ViewNode *m = split->child; m != n; m = m->next)
		if (m->size_kind == n->size_kind && is_shown(f, m))
			left -= clamp(fixed_size(m, total), 0, left);
	return left;
}

static int size_of(const LayoutFor *f, const ViewNode *split, const ViewNode *n, Share *s)
{
	int size;

	if (!is_shown(f, n))
		return 0;
	if (n->size_kind == SIZE_STAR) {
		size = s->star_cells + (s->star_extra > 0);
		s->star_extra--;
		return size;
	}
	size = clamp(fixed_size(n, s->total), 0, room_for(f, split, n, s->total));
	return n == s->filler && !s->stars ? size + s->left : size;
}

static void place(Placer *p, const ViewNode *n, Placed at, int depth)
{
	Share s;

	if (!n->is_split) {
		at.node = n;
		if (p->count < p->cap)
			p->out[p->count++] = at;
		return;
	}
	if (depth == DEPTH_MAX)
		return;
	s = share_out(p->what, n, n->rows ? at.h : at.w);
	for (const ViewNode *c = n->child; c; c = c->next) {
		Placed part = at;
		int size = size_of(p->what, n, c, &s);

		if (n->rows) {
			part.h = size;
			at.y += size;
		} else {
			part.w = size;
			at.x += size;
		}
		place(p, c, part, depth + 1);
	}
}

size_t layout_place(const ViewNode *root, Placed whole, const LayoutFor *what, Placed *out, size_t cap)
{
	Placer p = { what, out, cap, 0 };

	whole.w = whole.w < 0 ? 0 : whole.w;
	whole.h = whole.h < 0 ? 0 : whole.h;
	if (root)
		place(&p, root, whole, 0);
	return p.count;
}
