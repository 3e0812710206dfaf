#include "store/sheet.h"

#include "base/varint.h"

int sheet_copy(Buf *b, Str sheet, Str *copy, Err *e)
{
	static const char behind[SHEET_BEHIND];

	buf_reset(b);
	if (buf_put_str(b, sheet) < 0 || buf_put(b, behind, sizeof behind) < 0)
		return err_set(e, "totals of one span do not fit");
	*copy = (Str){ b->p, sheet.n };
	return 0;
}

SheetReader sheet_reader(Str sheet, int numbers)
{
	const unsigned char *p = (const unsigned char *)sheet.p;

	return (SheetReader){ .at = p, .end = p + sheet.n, .numbers = numbers };
}

int sheet_compare(const SheetKey *a, const SheetKey *b, int numbers)
{
	for (int i = 0; i < numbers; i++)
		if (a->n[i] != b->n[i])
			return a->n[i] < b->n[i] ? -1 : 1;
	return 0;
}

/* Cells are stepped over by the dozen for each that is wanted. */
#define IN_PLACE __attribute__((always_inline)) static inline

/* Most numbers have one byte or two. */
IN_PLACE int take(const unsigned char **at, const unsigned char *end, uint64_t *v)
{
	const unsigned char *p = *at;

	if (end - p >= 2) {
		if (p[0] < 0x80) {
			*v = p[0];
			*at = p + 1;
			return 0;
		}
		if (p[1] < 0x80 && p[1]) {
			*v = (p[0] & 0x7fu) | (unsigned)p[1] << 7;
			*at = p + 2;
			return 0;
		}
	}
	return varint_next(at, end, v);
}

IN_PLACE int next(SheetReader *r, const int numbers)
{
	const unsigned char *p = r->at, *const end = r->end;
	int more = r->begun ? 0 : 1;             /* than the key before; decided by the first number that differs */
	uint64_t v;

	if (p == end)
		return 0;
	for (int i = 0; i < numbers; i++) {
		const int64_t before = r->cell.key.n[i];

		if (take(&p, end, &v) < 0 || v > INT64_MAX)
			return -1;
		r->cell.key.n[i] = (int64_t)v;
		if (!more && (int64_t)v != before)
			more = (int64_t)v > before ? 1 : -1;
	}
	if (more <= 0 || take(&p, end, &v) < 0 || !v || v > (uint64_t)(end - p))
		return -1;
	r->begun = true;
	r->cell.body = (Str){ (const char *)p, (size_t)v };
	r->at = p + v;
	return 1;
}

int sheet_next(SheetReader *r)
{
	switch (r->numbers) {
	case 1:
		return next(r, 1);
	case 2:
		return next(r, 2);
	case 3:
		return next(r, 3);
	default:
		return next(r, SHEET_NUMBERS);
	}
}

int sheet_find(Str sheet, int numbers, const SheetKey *key, Str *body)
{
	const unsigned char *p = (const unsigned char *)sheet.p, *end = p + sheet.n;

	while (p != end) {
		int order = 0;
		uint64_t v;

		for (int i = 0; i < numbers; i++) {
			if (take(&p, end, &v) < 0)
				return -1;
			if (!order)
				order = (v > (uint64_t)key->n[i]) - (v < (uint64_t)key->n[i]);
		}
		if (take(&p, end, &v) < 0 || !v || v > (uint64_t)(end - p))
			return -1;
		*body = (Str){ (const char *)p, (size_t)v };
		if (order >= 0)
			return order == 0;
		p += v;
	}
	return 0;
}

int sheet_put(Buf *out, const SheetKey *key, int numbers, Str body)
{
	unsigned char head[(SHEET_NUMBERS + 1) * VARINT_MAX];
	size_t n = 0;

	for (int i = 0; i < numbers; i++)
		n += varint_put(head + n, (uint64_t)key->n[i]);
	n += varint_put(head + n, body.n);
	return buf_put(out, head, n) < 0 || buf_put_str(out, body) < 0 ? -1 : 0;
}

static int damaged(Err *e)
{
	return err_set(e, "totals in the snapshot are damaged");
}

/* Copies the cells in front of the key. *there: the reader stands on a cell, the first that is not. */
static int copy_before(SheetReader *r, const SheetKey *key, bool *there, const unsigned char **from, Buf *out, Err *e)
{
	const unsigned char *end = *from;

	while (*there && sheet_compare(&r->cell.key, key, r->numbers) < 0) {
		int rc;

		end = r->at;
		if ((rc = sheet_next(r)) < 0)
			return damaged(e);
		*there = rc > 0;
	}
	(void)buf_put(out, *from, (size_t)(end - *from));       /* whether all fitted is looked at in the end */
	*from = end;
	return 0;
}

int sheet_merge(Str old, int numbers, const SheetChange *c, Buf *out, Err *e)
{
	SheetReader r = sheet_reader(old, numbers);
	const unsigned char *from = r.at;            /* what is not copied yet */
	int rc = sheet_next(&r);
	bool there = rc > 0;

	if (rc < 0)
		return damaged(e);
	for (size_t i = 0; i < c->n; i++) {
		bool same;

		if (there && copy_before(&r, &c->key[i], &there, &from, out, e) < 0)
			return -1;
		same = there && sheet_compare(&r.cell.key, &c->key[i], numbers) == 0;
		buf_reset(c->body);
		if (c->add(c->arg, c->first + i, same ? r.cell.body : STR(""), c->body, e) < 0)
			return -1;
		if (c->body->n)
			(void)sheet_put(out, &c->key[i], numbers, buf_str(c->body));
		if (!same)
			continue;
		from = r.at;
		if ((rc = sheet_next(&r)) < 0)
			return damaged(e);
		there = rc > 0;
	}
	/* The cells behind are looked at too: damage is met when it is written around, not years later. */
	while ((rc = sheet_next(&r)) > 0)
		;
	if (rc < 0)
		return damaged(e);
	(void)buf_put(out, from, (size_t)(r.end - from));
	return out->full || c->body->full ? err_set(e, "totals of one span do not fit") : 0;
}
