#include "panes/fmt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/money.h"
#include "wire/time8601.h"

/* A hundredth of a cent is as fine as a column shows; what is less than that says so. */
static void narrow(int64_t nusd, char t[MONEY_TEXT])
{
	const int64_t least = NUSD_PER_USD / 10000;

	if (nusd > 0 && nusd < least)
		(void)snprintf(t, MONEY_TEXT, "<$.0001");
	else if (nusd > -least * 10 && nusd < least * 10 && nusd)
		(void)snprintf(t, MONEY_TEXT, "%s$0.%04lld", nusd < 0 ? "-" : "", (long long)((llabs(nusd) + least / 2) / least));
	else
		money_screen(nusd, t);
}

Clean fmt_money(Arena *a, int64_t nusd)
{
	char t[MONEY_TEXT];

	if (nusd == FIG_NONE)
		return clean_own("-");
	narrow(nusd, t);
	return clean_ownf(a, "%s", t);
}

Clean fmt_drift(Arena *a, int64_t ppm)
{
	int64_t tenths = ((ppm < 0 ? -ppm : ppm) + 500) / 1000;

	return clean_ownf(a, "%s%lld.%lld %%", ppm < 0 && tenths ? "-" : "+", (long long)(tenths / 10), (long long)(tenths % 10));
}

/* A sign takes a column, so a tenth of a cent is as fine as it gets here. */
Clean fmt_delta(Arena *a, int64_t nusd)
{
	const int64_t least = NUSD_PER_USD / 1000;
	const char *sign = nusd < 0 ? "-" : nusd > 0 ? "+" : "";
	char t[MONEY_TEXT];
	int64_t size;

	if (nusd == FIG_NONE)
		return clean_own("-");
	size = llabs(nusd);
	if (size && size < least)
		return clean_ownf(a, "%s<$.001", sign);
	if (size && size < 10 * least)
		return clean_ownf(a, "%s$0.%03lld", sign, (long long)((size + least / 2) / least));
	money_screen(size, t);
	return clean_ownf(a, "%s%s", sign, t);
}

Clean fmt_range(Arena *a, int64_t low, int64_t high)
{
	char from[MONEY_TEXT], to[MONEY_TEXT];
	size_t n, m;

	narrow(low, from);
	narrow(high, to);
	n = strlen(from);
	m = strlen(to);
	/* One unit letter for both: "$0.9-1.4k". */
	if (n > 1 && m > 1 && from[n - 1] == to[m - 1] && (from[n - 1] > '9' || from[n - 1] < '0'))
		from[n - 1] = 0;
	return clean_ownf(a, "%s-%s", from, to[0] == '$' ? to + 1 : to);
}

Clean fmt_when(Arena *a, int64_t at_ms, int64_t now_ms, int64_t offset_ms)
{
	static const char *const days[] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
	static const char *const months[] = { "", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	CivilTime t = time_civil(at_ms + offset_ms), now = time_civil(now_ms + offset_ms);
	int64_t away = at_ms > now_ms ? at_ms - now_ms : now_ms - at_ms;

	if (away < 86400000 && t.day == now.day)
		return clean_ownf(a, "%02d:%02d", t.hour, t.minute);
	if (away < INT64_C(6) * 86400000)
		return clean_ownf(a, "%s %02d:%02d", days[t.weekday], t.hour, t.minute);
	return clean_ownf(a, "%02d %s", t.day, months[t.month]);
}

Clean fmt_count(Arena *a, int64_t n)
{
	static const struct { int64_t unit; char letter; } row[] = { { 1000000000, 'G' }, { 1000000, 'M' }, { 1000, 'k' } };

	if (n == FIG_NONE)
		return clean_own("-");
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		if (n < row[i].unit)
			continue;
		if (n < row[i].unit * 10)
			return clean_ownf(a, "%lld.%lld%c", (long long)(n / row[i].unit), (long long)(n * 10 / row[i].unit % 10),
							  row[i].letter);
		return clean_ownf(a, "%lld%c", (long long)(n / row[i].unit), row[i].letter);
	}
	return clean_ownf(a, "%lld", (long long)n);
}

Clean fmt_exact(Arena *a, int64_t n)
{
	char digits[24], text[40];
	int len = snprintf(digits, sizeof digits, "%lld", (long long)(n < 0 ? 0 : n)), at = 0;

	if (n == FIG_NONE)
		return clean_own("-");
	for (int i = 0; i < len; i++) {
		if (i && (len - i) % 3 == 0)
			text[at++] = ',';
		text[at++] = digits[i];
	}
	text[at] = 0;
	return clean_ownf(a, "%s", text);
}

static bool all_digits(Str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return s.n > 0;
}

/* Where the last part of an id begins that says only which edition it is: "-v1:0", "-20250514"; its end when there is none. */
static size_t edition(Str id)
{
	size_t at = id.n;

	while (at > 0 && id.p[at - 1] != '-')
		at--;
	if (at > 1 && str_has(str_sub(id, 0, at - 1), STR("-"))) {
		Str last = str_sub(id, at, id.n), number;

		number = str_cut(last, ':', &last);
		if (number.n > 1 && number.p[0] == 'v' && all_digits(str_sub(number, 1, number.n)))
			return at - 1;
		if (number.n == 8 && all_digits(number))
			return at - 1;
	}
	return id.n;
}

Clean fmt_model(Arena *a, Str id, int columns)
{
	Str rest, part = id;
	size_t end;

	while (str_has(part, STR("/")))
		(void)str_cut(part, '/', &part);
	/* Two points at most stand before the name: "us.anthropic.". What follows them may have some, too. */
	for (int i = 0; i < 2; i++) {
		Str word = str_cut(part, '.', &rest);

		if (word.n == part.n || !rest.n || (rest.p[0] >= '0' && rest.p[0] <= '9'))
			break;
		part = rest;
	}
	for (int i = 0; i < 2 && (end = edition(part)) < part.n; i++)
		part = str_sub(part, 0, end);
	if (part.n > (size_t)columns && str_starts(part, STR("claude-")))
		part = str_sub(part, sizeof "claude-" - 1, part.n);
	return clean_text(a, part.n ? part : id, 0);
}

Clean fmt_rate(Arena *a, int64_t ppm, int64_t hits, int64_t n)
{
	if (ppm == FIG_NONE)
		return clean_own("-");
	if (n < FEW)
		return clean_ownf(a, "%lld/%lld", (long long)hits, (long long)n);
	return clean_ownf(a, "%lld.%lld %%", (long long)(ppm / 10000), (long long)(ppm / 1000 % 10));
}

Clean fmt_milli(Arena *a, int64_t milli)
{
	if (milli == FIG_NONE)
		return clean_own("-");
	if (milli >= 100000)
		return fmt_count(a, milli / 1000);
	return clean_ownf(a, "%lld.%lld", (long long)(milli / 1000), (long long)(milli / 100 % 10));
}

Clean fmt_ms(Arena *a, int64_t ms)
{
	if (ms == FIG_NONE)
		return clean_own("-");
	if (ms < 1000)
		return clean_ownf(a, "%lldms", (long long)ms);
	if (ms >= 100000)
		return clean_ownf(a, "%llds", (long long)(ms / 1000));
	return clean_ownf(a, "%lld.%llds", (long long)(ms / 1000), (long long)(ms / 100 % 10));
}

Clean fmt_age(Arena *a, int64_t ms)
{
	int64_t s = ms / 1000;

	if (ms == FIG_NONE)
		return clean_own("-");
	if (s < 0)
		s = 0;
	/* Two of a unit at least before the next one, so that an older thing never looks younger: 119s, 2m; 119m, 2h. */
	if (s < 120)
		return clean_ownf(a, "%llds", (long long)s);
	if (s < 7200)
		return clean_ownf(a, "%lldm", (long long)(s / 60));
	if (s < 100 * 3600)
		return clean_ownf(a, "%lldh", (long long)(s / 3600));
	return clean_ownf(a, "%lldd", (long long)(s / 86400));
}

Clean fmt_zone(Arena *a, int64_t offset_ms)
{
	int64_t minutes = offset_ms / 60000, m = minutes < 0 ? -minutes : minutes;

	if (m % 60)
		return clean_ownf(a, "%c%02lld:%02lld", minutes < 0 ? '-' : '+', (long long)(m / 60), (long long)(m % 60));
	return clean_ownf(a, "%c%02lld", minutes < 0 ? '-' : '+', (long long)(m / 60));
}

Clean fmt_ratio(Arena *a, int64_t now, int64_t base)
{
	int64_t tenths;

	if (now == FIG_NONE || base == FIG_NONE || base <= 0)
		return clean_own("-");
	tenths = (int64_t)((__int128)now * 10 / base);
	if (tenths > 9999)
		return clean_own(">999x");
	if (tenths > 999)
		return clean_ownf(a, "%lldx", (long long)(tenths / 10));
	return clean_ownf(a, "%lld.%lldx", (long long)(tenths / 10), (long long)(tenths % 10));
}
