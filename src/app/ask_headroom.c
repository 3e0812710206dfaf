#include "app/ask_headroom.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/xalloc.h"
#include "ui/clean.h"
#include "wire/time8601.h"

enum { LABEL_W = 22 };

static int run(const Stores *from, const FiguresAsk *when, const void *in, void **out, Err *e)
{
	Headroom *h = xcalloc(1, sizeof *h);

	(void)in;
	if (headroom_compute(from, when, h, e) < 0) {
		free(h);
		return -1;
	}
	*out = h;
	return 0;
}

const AskClass ask_headroom = { .name = "headroom", .in_size = sizeof(HeadroomAsk), .run = run };

/* --- the page --- */

static void label(Buf *out, const char *text)
{
	(void)buf_printf(out, "  %-*s", LABEL_W, text);
}

static void put_clock(Buf *out, int64_t ms, int64_t offset_ms)
{
	CivilTime t = time_civil(ms + offset_ms);

	(void)buf_printf(out, "%02d:%02d", t.hour, t.minute);
}

static void put_limit(Buf *out, const HeadroomSide *s, bool asked, const char *lacks)
{
	label(out, "limit");
	if (s->limit != FIG_NONE) {
		(void)buf_printf(out, "%" PRId64 " a minute, %s\n", s->limit, s->adjustable ? "can be raised" : "cannot be raised");
		label(out, "");
		(void)clean_to(out, str_of(s->name), 0);
		(void)buf_puts(out, " (");
		(void)clean_to(out, str_of(s->code), 0);
		(void)buf_puts(out, ")\n");
	} else if (*lacks) {
		(void)buf_printf(out, "unknown: the role lacks %s\n", lacks);
	} else {
		(void)buf_printf(out, "unknown: %s\n", asked ? "Service Quotas names none for this model and way" : "Service Quotas was not asked yet");
	}
}

static void put_side(Buf *out, const HeadroomRow *r, QuotaUnit unit, const Headroom *h, const char *lacks, int64_t offset_ms)
{
	const HeadroomSide *s = &r->side[unit];
	int64_t ppm = headroom_ppm(r, unit);

	(void)buf_printf(out, "%s a minute\n", unit == QUOTA_REQUESTS ? "Requests" : "Tokens");
	put_limit(out, s, h->asked_ms != 0, lacks);
	label(out, "used");
	if (s->peak == FIG_NONE) {
		(void)buf_puts(out, "unknown: CloudWatch has no series of it\n");
		return;
	}
	(void)buf_printf(out, "%" PRId64 " mean of the last 5 minutes, %" PRId64 " at most", s->now, s->peak);
	if (s->peak) {
		(void)buf_puts(out, ", at ");
		put_clock(out, s->peak_ms, offset_ms);
	}
	(void)buf_puts(out, "\n");
	label(out, "counted as");
	if (unit == QUOTA_REQUESTS)
		(void)buf_puts(out, "Invocations + InvocationThrottles\n");
	else
		(void)buf_printf(out, "%sEstimatedTPMQuotaUsage\n", s->estimated ? "input + cache write + output x burn-down: there is no " : "");
	if (unit == QUOTA_TOKENS && r->reserved != FIG_NONE) {
		label(out, "reserved besides");
		(void)buf_printf(out, "up to %" PRId64 ": calls of %" PRId64 " ms that overlap at the peak, ", r->reserved, r->latency_ms);
		(void)buf_printf(out, "each with maxTokens %" PRId64 "\n", r->max_tokens);
	} else if (unit == QUOTA_TOKENS) {
		label(out, "reserved besides");
		(void)buf_puts(out, "unknown: no agent that calls this model has maxTokens in its configuration\n");
	}
	if (ppm != FIG_NONE) {
		label(out, "of the limit");
		(void)buf_printf(out, "%" PRId64 ".%" PRId64 " %% at the peak%s\n", ppm / 10000, ppm / 1000 % 10,
		                 unit == QUOTA_TOKENS && r->reserved != FIG_NONE ? ", the reservation included" : "");
	}
}

void headroom_page(const Headroom *h, const char *lacks, int64_t offset_ms, Buf *out)
{
	static const char *const ways[QUOTA_WAYS] = { "on demand", "cross-region profile", "global profile" };

	for (int i = 0; i < h->n; i++) {
		const HeadroomRow *r = &h->row[i];

		(void)buf_puts(out, i ? "\n" : "");
		if (*r->context) {
			(void)clean_to(out, str_of(r->context), 0);
			(void)buf_puts(out, "  ");
		}
		(void)clean_to(out, str_of(r->model), 0);
		(void)buf_printf(out, "  %s\n", ways[r->way]);
		if (r->throttled)
			(void)buf_printf(out, "  %" PRId64 " calls were throttled in the last hour\n", r->throttled);
		for (int k = 0; k < QUOTA_UNITS; k++)
			put_side(out, r, (QuotaUnit)k, h, lacks, offset_ms);
	}
	if (!h->n)
		(void)buf_puts(out, "CloudWatch counts no call of a model in the last hour.\n");
	(void)buf_puts(out, "\nThe hour ends ");
	put_clock(out, h->until_ms, offset_ms);
	(void)buf_puts(out, "; the last minutes of CloudWatch may still grow. All applications of the account share a limit, and all of them\n"
	               "are counted. A call reserves its maxTokens when it begins, and no metric counts that: calls can be throttled while the use\n"
	               "looks low. A written token of newer Claude models takes five from the limit.\n");
	if (h->asked_ms) {
		(void)buf_puts(out, "The limits were read at ");
		put_clock(out, h->asked_ms, offset_ms);
		(void)buf_puts(out, "; ctrl-r asks again.\n");
	}
}
