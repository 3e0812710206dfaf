/* Numbers as the screen shows them: few digits, a unit, and honesty about small samples. All into the pane's arena. */
#ifndef PANES_FMT_H
#define PANES_FMT_H

#include "model/figures.h"
#include "ui/clean.h"

enum { FEW = 30 };                               /* below it a rate shows its counts and gets no colour */

Clean fmt_money(Arena *a, int64_t nusd);         /* "-" when FIG_NONE */
Clean fmt_delta(Arena *a, int64_t nusd);         /* "+$82", "-$3.1" */
Clean fmt_range(Arena *a, int64_t low, int64_t high);      /* "$0.9-1.4k" */
/* "21:40" today, "Tue 21:40" within a week, else "12 Mar". */
Clean fmt_when(Arena *a, int64_t at_ms, int64_t now_ms, int64_t offset_ms);
Clean fmt_count(Arena *a, int64_t n);            /* 999, 1.2k, 34k, 5.6M */
Clean fmt_exact(Arena *a, int64_t n);            /* every digit: 38,201 */
/* Without geography, vendor, date and revision: "claude-sonnet-4"; where that is wider than `columns`, "sonnet-4". */
Clean fmt_model(Arena *a, Str id, int columns);
Clean fmt_rate(Arena *a, int64_t ppm, int64_t hits, int64_t n);   /* "0.9 %", or "2/11" when n < FEW */
Clean fmt_drift(Arena *a, int64_t ppm);          /* "-1.8 %", "+0.0 %" */
Clean fmt_milli(Arena *a, int64_t milli);        /* thousandths: "6.3" */
Clean fmt_ms(Arena *a, int64_t ms);              /* "850ms", "6.1s" */
Clean fmt_age(Arena *a, int64_t ms);             /* "4s", "12m", "3h", "2d" */
Clean fmt_zone(Arena *a, int64_t offset_ms);     /* "+01", "-03:30" */
Clean fmt_ratio(Arena *a, int64_t now, int64_t base);   /* "3.0x"; "-" when there is no base */

#endif
