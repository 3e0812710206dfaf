#include "panes/why.h"

#include <stdlib.h>
#include <string.h>

#include "model/money.h"

/* In the order in which they are shown. */
static const BridgeEffect order[BRIDGE_EFFECTS] = { BRIDGE_JOBS, BRIDGE_TOKENS, BRIDGE_CACHE, BRIDGE_MIX, BRIDGE_PRICE, BRIDGE_RETRIES };
static const char *const short_names[BRIDGE_EFFECTS] = {
	[BRIDGE_JOBS] = "jobs", [BRIDGE_TOKENS] = "tok/job", [BRIDGE_CACHE] = "miss",
	[BRIDGE_MIX] = "mix",   [BRIDGE_PRICE] = "price",    [BRIDGE_RETRIES] = "retry",
};

/* In what the numbers of a line are counted: the coarsest with which the largest effect still has two digits. */
typedef struct Unit { int64_t nusd; int decimals; char letter; } Unit;
static const Unit units[] = {
	{ NUSD_PER_USD / 10000, 4, 0 },       { NUSD_PER_USD / 1000, 3, 0 },       { NUSD_PER_USD / 100, 2, 0 }, { NUSD_PER_USD / 10, 1, 0 },
	{ NUSD_PER_USD, 0, 0 },               { NUSD_PER_USD * 1000, 0, 'k' },     { NUSD_PER_USD * 1000000, 0, 'M' },
};
enum { UNITS = sizeof units / sizeof *units };

static int unit_of(const Bridge *b)
{
	int64_t most = 0;
	int n = 0;

	for (int i = 0; i < BRIDGE_EFFECTS; i++)
		most = llabs(b->effect[i]) > most ? llabs(b->effect[i]) : most;
	while (n + 1 < UNITS && most / units[n + 1].nusd >= 10)
		n++;
	return n;
}

static int64_t rounded(int64_t nusd, int64_t unit)
{
	return (nusd < 0 ? nusd - unit / 2 : nusd + unit / 2) / unit;
}

typedef struct Shown { Unit unit; int64_t delta, effect[BRIDGE_EFFECTS]; } Shown;

/* Rounded so that what is shown adds up: what rounding leaves over goes to the largest effect. */
static Shown shown_of(const Bridge *b, int coarser)
{
	int at = unit_of(b) + coarser, largest = 0;
	Shown s = { .unit = units[at < UNITS ? at : UNITS - 1] };
	int64_t rest = s.delta = rounded(b->now_nusd - b->base_nusd, s.unit.nusd);

	for (int i = 0; i < BRIDGE_EFFECTS; i++) {
		s.effect[i] = rounded(b->effect[i], s.unit.nusd);
		rest -= s.effect[i];
		largest = llabs(b->effect[i]) > llabs(b->effect[largest]) ? i : largest;
	}
	s.effect[largest] += rest;
	return s;
}

static Clean amount(const Shown *s, int64_t v, Arena *a)
{
	int64_t in_one = s->unit.decimals ? NUSD_PER_USD / s->unit.nusd : 1;
	const char *sign = v < 0 ? "-" : "+", letter[2] = { s->unit.letter, 0 };

	if (v == 0)
		return clean_own("0");
	if (!s->unit.decimals)
		return clean_ownf(a, "%s%lld%s", sign, llabs(v), letter);
	return clean_ownf(a, "%s%lld.%0*lld", sign, llabs(v) / in_one, s->unit.decimals, llabs(v) % in_one);
}

/* How a line is cut to the width: each way says less than the one before. */
typedef struct Way { bool zeros, brief; const char *between; int coarser; } Way;
static const Way ways[] = {
	{ true, false, " | ", 0 }, { false, false, " | ", 0 }, { false, true, " | ", 0 }, { false, true, "  ", 0 }, { false, true, "  ", 1 },
	{ false, true, " ", 1 }, { false, true, " ", 2 },
};

static Clean line(const Bridge *b, const Way *w, Arena *a)
{
	Shown s = shown_of(b, w->coarser);
	Clean text = clean_own("why $");
	const char *between = " ";

	for (int i = 0; i < BRIDGE_EFFECTS; i++) {
		BridgeEffect e = order[i];

		if (!s.effect[e] && !w->zeros)
			continue;
		text = clean_ownf(a, "%s%s%s %s", text.p, between, w->brief ? short_names[e] : bridge_effect_name(e),
		                  amount(&s, s.effect[e], a).p);
		between = w->between;
	}
	return clean_ownf(a, "%s = %s", text.p, amount(&s, s.delta, a).p);
}

Clean why_line(const Bridge *b, int width, Arena *a)
{
	Clean text = clean_own("");

	for (size_t i = 0; i < sizeof ways / sizeof *ways && (i == 0 || text.columns > width); i++)
		text = line(b, &ways[i], a);
	return text;
}
