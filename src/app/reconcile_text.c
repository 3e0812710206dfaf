/* Reconciliation as a page of text: from the estimate to the bill, line by line, to the nano-dollar. */
#include "app/reconcile.h"

#include "app/explain.h"
#include "base/num.h"
#include "wire/time8601.h"

enum { LABEL = 40, AMOUNT = 20, BESIDE_SHOWN = 20, TOKENS_SHOWN = 40 };
#define DAY_MS INT64_C(86400000)

static void put_day(Buf *b, int64_t day)
{
	CivilTime t = time_civil(day * DAY_MS);

	(void)buf_printf(b, "%04d-%02d-%02d", t.year, t.month, t.day);
}

static void put_line(Buf *b, const char *label, int64_t nusd, bool sign)
{
	(void)buf_printf(b, "%-*s", LABEL, label);
	put_usd(b, nusd, sign, AMOUNT);
	(void)buf_putc(b, '\n');
}

/* "-1.8 %" of the bill. */
static void put_percent(Buf *b, int64_t part, int64_t whole)
{
	int64_t ppm = whole ? mul_div(part, 1000000, whole > 0 ? whole : -whole) : 0, all = ppm < 0 ? -ppm : ppm;

	if (!whole)
		(void)buf_puts(b, "-");
	else
		(void)buf_printf(b, "%s%lld.%lld %%", ppm < 0 ? "-" : "+", (long long)((all + 500) / 10000), (long long)((all + 500) / 1000 % 10));
}

static void put_head(Buf *b, const Reconciled *r)
{
	static const char *const says[] = {
		[BILL_NONE] = "there is no bill of this day here yet",
		[BILL_OPEN] = "TOO EARLY: asked less than a day after its end, charges still come",
		[BILL_SETTLED] = "estimated until the month is closed; asked over a day after its end",
		[BILL_FINAL] = "final",
	};

	(void)buf_puts(b, "day          ");
	put_day(b, r->day);
	(void)buf_printf(b, " (UTC)\nbill         %s\n", says[r->state]);
	if (!r->complete)
		(void)buf_puts(b, "jobs         NOT COMPLETE: what this snapshot lacks of the day counts as unseen\n");
	(void)buf_printf(b, "calls        %lld, %lld without a price\n", (long long)r->calls, (long long)r->unpriced_calls);
	if (r->billed_tokens > 0)
		(void)buf_printf(b, "seen         %lld %% of the billed tokens (%lld of %lld)\n", (long long)mul_div(r->booked_tokens, 100, r->billed_tokens),
		                 (long long)r->booked_tokens, (long long)r->billed_tokens);
}

static void put_walk(Buf *b, const Reconciled *r)
{
	(void)buf_putc(b, '\n');
	put_line(b, "estimate, list prices", r->list_nusd, false);
	put_line(b, "estimate, as booked", r->booked_nusd, false);
	for (int c = 0; c < CAUSES_OF_DRIFT; c++)
		if (r->cause_nusd[c] || c == CAUSE_UNEXPLAINED)
			put_line(b, cause_name((Cause)c), r->cause_nusd[c], true);
	put_line(b, "bill: tokens in this Region", r->bill_tokens_nusd, false);
	(void)buf_printf(b, "%-*s", LABEL, "DRIFT, estimate less bill");
	put_usd(b, reconciled_drift(r), true, AMOUNT);
	(void)buf_puts(b, "  ");
	put_percent(b, reconciled_drift(r), r->bill_tokens_nusd);
	(void)buf_puts(b, "\n\nbeside it, in no total here\n");
	for (int k = CHARGE_TOKENS + 1; k < CHARGE_KINDS; k++)
		if (r->not_live_nusd[k])
			put_line(b, charge_kind_name((ChargeKind)k), r->not_live_nusd[k], true);
	for (int c = CAUSE_NOT_LIVE + 1; c < CAUSES; c++)
		if (r->cause_nusd[c])
			put_line(b, cause_name((Cause)c), r->cause_nusd[c], true);
	put_line(b, "bill: all of the account", r->bill_nusd, false);
}

static void put_tokens(Buf *b, const Reconciled *r)
{
	static const char *const classes[PRICE_CLASSES] = { "input", "output", "read", "write 5m", "write 1h" };

	(void)buf_puts(b, "\ntokens                    on the bill      booked     billed $       list $\n");
	for (size_t i = 0; i < r->tokens && i < TOKENS_SHOWN; i++) {
		const TokenFact *t = &r->token[i];

		put_text(b, t->name, 17);
		(void)buf_printf(b, " %-8s", classes[t->cls]);
		put_number(b, t->billed_tokens, 11);
		put_number(b, t->booked_tokens, 12);
		put_usd(b, t->billed_nusd, false, 13);
		put_usd(b, t->list_nusd, false, 13);
		(void)buf_printf(b, "%s\n", t->unpriced_tokens ? "  no price" : "");
	}
	if (r->tokens > TOKENS_SHOWN)
		(void)buf_printf(b, "and %zu more\n", r->tokens - TOKENS_SHOWN);
}

static void put_beside(Buf *b, const Reconciled *r)
{
	(void)buf_puts(b, "\nlines of the bill that are not tokens\n");
	for (size_t i = 0; i < r->besides && i < BESIDE_SHOWN; i++) {
		put_text(b, r->beside[i].service, 24);
		(void)buf_putc(b, ' ');
		put_text(b, r->beside[i].what, 34);
		put_usd(b, r->beside[i].nusd, false, 15);
		(void)buf_putc(b, '\n');
	}
	if (r->besides > BESIDE_SHOWN)
		(void)buf_printf(b, "and %zu more\n", r->besides - BESIDE_SHOWN);
}

static void put_days(Buf *b, const DriftFact *day, size_t days)
{
	(void)buf_puts(b, "\nday          state          estimate   bill, tokens      not live   drift\n");
	for (size_t i = 0; i < days; i++) {
		put_day(b, day[i].day);
		(void)buf_printf(b, "   %-9s", day[i].complete ? bill_state_name(day[i].state) : "not whole");
		put_usd(b, day[i].booked_nusd, false, 14);
		put_usd(b, day[i].bill_nusd, false, 15);
		put_usd(b, day[i].not_live_nusd, false, 14);
		(void)buf_puts(b, "   ");
		put_percent(b, day[i].drift_nusd, day[i].bill_nusd);
		(void)buf_putc(b, '\n');
	}
}

void reconcile_text(const Reconciled *r, const DriftFact *day, size_t days, Buf *out)
{
	if (r->day < 0) {
		(void)buf_puts(out, "There is no bill here yet. sources.cost.cost_explorer: true in config.yaml asks Cost Explorer three times a day;\n"
		                    "each question costs $0.02 to $0.03.\n");
		return;
	}
	put_head(out, r);
	if (r->state == BILL_NONE)
		return;
	put_walk(out, r);
	put_tokens(out, r);
	put_beside(out, r);
	if (days > 1)
		put_days(out, day, days);
}
