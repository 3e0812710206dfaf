#include "app/cell.h"

#include "app/figures.h"

#include <string.h>

#include "base/num.h"
#include "wire/time8601.h"

#define HOUR_MS INT64_C(3600000)

static const char *const months[] = { "", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
static const char *const weekdays[] = { "Sundays", "Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays" };

int64_t cell_until(const CostCell *c, int64_t running)
{
	int64_t until = c->days ? floor_div(running, 24) * 24 : running + 1;

	return c->until_hour && c->until_hour <= until ? c->until_hour : until;
}

bool cell_has_hour(const CostCell *c, int64_t hour, int64_t offset_ms)
{
	int64_t local = hour + floor_div(offset_ms, HOUR_MS), day = floor_div(local, 24);

	if (c->until_hour && (hour < c->from_hour || hour >= c->until_hour))
		return false;
	/* 1970-01-01 was a Thursday. */
	return (!c->slot || local - day * 24 + 1 == c->slot) && (!c->weekday || ((day + 4) % 7 + 7) % 7 + 1 == c->weekday);
}

bool cell_narrow(CostCell *c, Dim dim, const char *key)
{
	for (int i = 0; i < CELL_KEYS; i++) {
		if (c->only[i].dim == (int32_t)dim)
			return strcmp(c->only[i].key, key) == 0;
		if (c->only[i].dim != DIM_ALL)
			continue;
		c->only[i].dim = (int32_t)dim;
		fig_text(c->only[i].key, sizeof c->only[i].key, str_of(key));
		return true;
	}
	return false;
}

bool cell_same(const CostCell *x, const CostCell *y)
{
	return memcmp(x, y, sizeof *x) == 0;
}

bool cell_anything(const CostCell *c)
{
	static const CostCell any;

	return cell_same(c, &any);
}

void cell_hours(const CostCell *c, int64_t offset_ms, Buf *out)
{
	int64_t off = c->days ? 0 : offset_ms;
	CivilTime from = time_civil(c->from_hour * HOUR_MS + off), last = time_civil((c->until_hour - 1) * HOUR_MS + off);

	if (c->weekday)
		(void)buf_printf(out, "%s%s", weekdays[c->weekday - 1], c->slot ? "" : ", ");
	if (c->slot)
		(void)buf_printf(out, "%s%02d:00, ", c->weekday ? " " : "", c->slot - 1);
	if (c->until_hour - c->from_hour == 1)
		(void)buf_printf(out, "%02d %s %02d:00", from.day, months[from.month], from.hour);
	else if (from.day == last.day && from.month == last.month)
		(void)buf_printf(out, "%02d %s", from.day, months[from.month]);
	else if (from.month == last.month)
		(void)buf_printf(out, "%02d-%02d %s", from.day, last.day, months[from.month]);
	else
		(void)buf_printf(out, "%02d %s to %02d %s", from.day, months[from.month], last.day, months[last.month]);
	if (c->days && offset_ms)
		(void)buf_puts(out, " UTC");
}

void cell_name(const CostCell *c, int64_t offset_ms, Buf *out)
{
	const char *between = "";

	if (c->context[0]) {
		(void)buf_puts(out, c->context);
		between = " > ";
	}
	for (int i = 0; i < CELL_KEYS && c->only[i].dim; i++, between = " > ")
		(void)buf_printf(out, "%s%s %s", between, dim_name((Dim)c->only[i].dim), c->only[i].key[0] ? c->only[i].key : "(none)");
	if (c->until_hour) {
		(void)buf_puts(out, between);
		cell_hours(c, offset_ms, out);
	}
}
