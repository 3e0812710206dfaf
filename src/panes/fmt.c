#include "panes/fmt.h"

#include <stdio.h>
#include <stdlib.h>

#include "model/money.h"

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
	return clean_ownf(a, "%lld.%lldx", (long long)(tenths / 10), (long long)(tenths % 10));
}
