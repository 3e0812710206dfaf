#include "wire/time8601.h"

#include <stdio.h>
#include <string.h>

enum { MS_PER_DAY = 86400000, DAYS_PER_ERA = 146097 /* 400 Gregorian years */, DAYS_TO_1970 = 719468 /* from 0000-03-01 */ };

/* 0001-01-01T00:00:00.000Z and 9999-12-31T23:59:59.999Z: what four digits of a year can say. */
static const int64_t TEXT_MIN_MS = -62135596800000, TEXT_MAX_MS = 253402300799999;

static const char month_names[12][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
static const char day_names[7][4] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };

static bool is_leap(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int days_in_month(int year, int month)
{
	static const signed char days[12] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	return days[month - 1] + (month == 2 && is_leap(year));
}

/* Days since 1970. Years are counted from March, so that the leap day is the last of its year. */
static int64_t days_from_date(int64_t year, int month, int day)
{
	int64_t y = month > 2 ? year : year - 1;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t of_era = y - era * 400;
	int64_t of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;

	return era * DAYS_PER_ERA + of_era * 365 + of_era / 4 - of_era / 100 + of_year - DAYS_TO_1970;
}

CivilTime time_civil(int64_t ms)
{
	int64_t days = ms / MS_PER_DAY - (ms % MS_PER_DAY < 0);
	int rest = (int)(ms - days * MS_PER_DAY);
	int64_t shifted = days + DAYS_TO_1970;
	int64_t era = (shifted >= 0 ? shifted : shifted - (DAYS_PER_ERA - 1)) / DAYS_PER_ERA;
	int of_era = (int)(shifted - era * DAYS_PER_ERA);
	int year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int of_year = of_era - (365 * year + year / 4 - year / 100);
	int march_month = (5 * of_year + 2) / 153;
	CivilTime t = {
		.day = of_year - (153 * march_month + 2) / 5 + 1,
		.month = march_month < 10 ? march_month + 3 : march_month - 9,
		.hour = rest / 3600000, .minute = rest / 60000 % 60, .second = rest / 1000 % 60, .ms = rest % 1000,
		.weekday = (int)(((days + 4) % 7 + 7) % 7),   /* 1970-01-01 was a Thursday */
	};

	t.year = (int)(era * 400 + year) + (t.month <= 2);
	return t;
}

int64_t time_from_civil(CivilTime t)
{
	return days_from_date(t.year, t.month, t.day) * MS_PER_DAY
	       + ((t.hour * 60 + t.minute) * 60 + t.second) * INT64_C(1000) + t.ms;
}

/* --- text in ----------------------------------------------------------- */

/* Takes exactly n digits off the front of *s. */
static inline bool take_digits(Str *s, size_t n, int *out)
{
	int v = 0;

	if (s->n < n)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (s->p[i] < '0' || s->p[i] > '9')
			return false;
		v = v * 10 + (s->p[i] - '0');
	}
	*out = v;
	*s = (Str){ s->p + n, s->n - n };
	return true;
}

/* The sets are of one to three characters: a call of strchr costs more than looking at them. */
static inline bool take_char(Str *s, const char *any_of)
{
	if (!s->n)
		return false;
	while (*any_of && *any_of != s->p[0])
		any_of++;
	if (!*any_of)
		return false;
	*s = (Str){ s->p + 1, s->n - 1 };
	return true;
}

static bool take_date(Str *s, CivilTime *t)
{
	return take_digits(s, 4, &t->year) && take_char(s, "-") && take_digits(s, 2, &t->month)
	       && take_char(s, "-") && take_digits(s, 2, &t->day);
}

/* ":SS" and decimals may be left out. Decimals past the third are cut off, not rounded: a time never moves forward. */
static bool take_clock(Str *s, CivilTime *t)
{
	int weight = 100, digit;

	if (!take_digits(s, 2, &t->hour) || !take_char(s, ":") || !take_digits(s, 2, &t->minute))
		return false;
	if (!take_char(s, ":"))
		return true;
	if (!take_digits(s, 2, &t->second))
		return false;
	if (!take_char(s, "."))
		return true;
	if (!take_digits(s, 1, &digit))
		return false;
	do {
		t->ms += digit * weight;
		weight /= 10;
	} while (take_digits(s, 1, &digit));
	return true;
}

/* "Z", "+01:00" or "+0100"; nothing means UTC. */
static bool take_offset(Str *s, int *minutes)
{
	bool minus = s->n && s->p[0] == '-';
	int h, m;

	*minutes = 0;
	if (!s->n || take_char(s, "Zz"))
		return true;
	if (!take_char(s, "+-") || !take_digits(s, 2, &h))
		return false;
	(void)take_char(s, ":");   /* the colon is optional */
	if (!take_digits(s, 2, &m) || h > 23 || m > 59)
		return false;
	*minutes = minus ? -(h * 60 + m) : h * 60 + m;
	return true;
}

/* Checks the fields and the range of the result. A leap second exists only as 23:59:60 UTC and reads as 23:59:59.999,
 * the last moment that this scale has. */
static int finish(CivilTime t, int offset_minutes, int64_t *ms_out)
{
	bool leap = t.second == 60;
	int64_t ms;

	if (t.year < 1 || t.month < 1 || t.month > 12 || t.day < 1 || t.day > days_in_month(t.year, t.month)
	    || t.hour > 23 || t.minute > 59 || t.second > 60)
		return -1;
	if (leap) {
		t.second = 59;
		t.ms = 999;
	}
	ms = time_from_civil(t) - offset_minutes * INT64_C(60000);
	if (ms < TEXT_MIN_MS || ms > TEXT_MAX_MS || (leap && (ms % MS_PER_DAY + MS_PER_DAY) % MS_PER_DAY != MS_PER_DAY - 1))
		return -1;
	*ms_out = ms;
	return 0;
}

int time_parse_iso(Str s, int64_t *ms_out)
{
	CivilTime t = { 0 };
	int offset = 0;

	if (!take_date(&s, &t))
		return -1;
	if (s.n && (!take_char(&s, "Tt ") || !take_clock(&s, &t) || !take_offset(&s, &offset) || s.n))
		return -1;
	return finish(t, offset, ms_out);
}

int time_parse_basic(Str s, int64_t *ms_out)
{
	CivilTime t = { 0 };

	if (!take_digits(&s, 4, &t.year) || !take_digits(&s, 2, &t.month) || !take_digits(&s, 2, &t.day) || !take_char(&s, "T")
	    || !take_digits(&s, 2, &t.hour) || !take_digits(&s, 2, &t.minute) || !take_digits(&s, 2, &t.second)
	    || !take_char(&s, "Z") || s.n)
		return -1;
	return finish(t, 0, ms_out);
}

/* The index of the three letters at the front of *s, or -1. */
static int take_name(Str *s, const char names[][4], int count)
{
	Str head = str_sub(*s, 0, 3);

	for (int i = 0; i < count; i++) {
		if (str_is(head, names[i])) {
			*s = str_sub(*s, 3, s->n);
			return i;
		}
	}
	return -1;
}

int time_parse_http(Str s, int64_t *ms_out)
{
	CivilTime t = { 0 };
	int64_t ms;

	t.weekday = take_name(&s, day_names, 7);
	if (t.weekday < 0 || !take_char(&s, ",") || !take_char(&s, " ") || !take_digits(&s, 2, &t.day) || !take_char(&s, " "))
		return -1;
	t.month = take_name(&s, month_names, 12) + 1;
	if (!t.month || !take_char(&s, " ") || !take_digits(&s, 4, &t.year) || !take_char(&s, " ")
	    || !take_digits(&s, 2, &t.hour) || !take_char(&s, ":") || !take_digits(&s, 2, &t.minute)
	    || !take_char(&s, ":") || !take_digits(&s, 2, &t.second) || !str_is(s, " GMT") || finish(t, 0, &ms) < 0
	    || time_civil(ms).weekday != t.weekday)
		return -1;
	*ms_out = ms;
	return 0;
}

int time_parse_duration(Str s, int64_t *ms_out)
{
	static const struct { const char *unit; int64_t ms; } units[] = {
		{ "ms", 1 }, { "s", 1000 }, { "m", 60000 }, { "h", 3600000 }, { "d", MS_PER_DAY }, { "w", INT64_C(7) * MS_PER_DAY },
	};
	int64_t total = 0, number, part, last = INT64_MAX;

	if (str_i64(s, &number) == 0)
		return number < 0 || __builtin_mul_overflow(number, 1000, ms_out) ? -1 : 0;
	while (s.n) {
		size_t digits = 0, letters = 0, u = 0;

		while (digits < s.n && s.p[digits] >= '0' && s.p[digits] <= '9')
			digits++;
		while (digits + letters < s.n && s.p[digits + letters] >= 'a' && s.p[digits + letters] <= 'z')
			letters++;
		while (u < sizeof units / sizeof units[0] && !str_is(str_sub(s, digits, letters), units[u].unit))
			u++;
		/* Units go from large to small, each once: "1h30m", never "30m1h" or "1m1m". */
		if (u == sizeof units / sizeof units[0] || units[u].ms >= last || str_i64(str_sub(s, 0, digits), &number) < 0
		    || __builtin_mul_overflow(number, units[u].ms, &part) || __builtin_add_overflow(total, part, &total))
			return -1;
		last = units[u].ms;
		s = str_sub(s, digits + letters, s.n);
	}
	if (last == INT64_MAX)
		return -1;
	*ms_out = total;
	return 0;
}

/* --- text out ---------------------------------------------------------- */

/* Nearest time that four digits of a year can say, so that every text fits and reads back. */
static CivilTime civil_for_text(int64_t ms)
{
	return time_civil(ms < TEXT_MIN_MS ? TEXT_MIN_MS : ms > TEXT_MAX_MS ? TEXT_MAX_MS : ms);
}

/* Zero-padded decimal, `width` digits; returns what follows it. snprintf would cost ten times as much in a
 * table of times. */
static char *put_digits(char *p, int v, int width)
{
	for (int i = width; i-- > 0; v /= 10)
		p[i] = (char)('0' + v % 10);
	return p + width;
}

static char *put_char(char *p, char c)
{
	*p = c;
	return p + 1;
}

void time_format_iso(int64_t ms, char out[TIME_TEXT])
{
	CivilTime t = civil_for_text(ms);
	char *p = put_char(put_digits(out, t.year, 4), '-');

	p = put_char(put_digits(p, t.month, 2), '-');
	p = put_char(put_digits(p, t.day, 2), 'T');
	p = put_char(put_digits(p, t.hour, 2), ':');
	p = put_char(put_digits(p, t.minute, 2), ':');
	p = put_char(put_digits(p, t.second, 2), '.');
	p = put_char(put_digits(p, t.ms, 3), 'Z');
	*p = 0;
}

void time_format_basic(int64_t ms, char out[TIME_TEXT])
{
	CivilTime t = civil_for_text(ms);
	char *p = put_digits(put_digits(put_digits(out, t.year, 4), t.month, 2), t.day, 2);

	p = put_char(p, 'T');
	p = put_digits(put_digits(put_digits(p, t.hour, 2), t.minute, 2), t.second, 2);
	p = put_char(p, 'Z');
	*p = 0;
}

void time_format_http(int64_t ms, char out[TIME_TEXT])
{
	CivilTime t = civil_for_text(ms);

	(void)snprintf(out, TIME_TEXT, "%s, %02d %s %04d %02d:%02d:%02d GMT", day_names[t.weekday], t.day,
	               month_names[t.month - 1], t.year, t.hour, t.minute, t.second);   /* 29 characters */
}
