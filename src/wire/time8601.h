/* Times as text: ISO 8601 / RFC 3339 in, UTC with milliseconds and Z out; basic form for signing; RFC 822 dates of HTTP. */
#ifndef WIRE_TIME8601_H
#define WIRE_TIME8601_H

#include "base/err.h"
#include "base/str.h"

enum { TIME_TEXT = 32 };                 /* room for any text below, terminator included */

typedef struct CivilTime { int year, month, day, hour, minute, second, ms, weekday /* 0 = Sunday */; } CivilTime;

/* All parsers return 0, or -1 and leave *ms_out alone. Years 0001 to 9999, real calendar days only. 23:59:60 UTC (a leap
 * second) reads as 23:59:59.999; any other :60 is refused. Texts of times outside those years show the nearest end. */

/* "2026-11-21T03:55:50.123Z": any number of decimals (cut to ms), "+01:00" or "+0100", a blank for T, seconds or the
 * whole time of day left out; without an offset it is UTC. ms since 1970. */
int  time_parse_iso(Str s, int64_t *ms_out);
void time_format_iso(int64_t ms, char out[TIME_TEXT]);        /* 2026-11-21T03:55:50.123Z */
void time_format_basic(int64_t ms, char out[TIME_TEXT]);      /* 20261121T035550Z */
int  time_parse_basic(Str s, int64_t *ms_out);
int  time_parse_http(Str s, int64_t *ms_out);                 /* Sat, 21 Nov 2026 03:55:50 GMT; the weekday must be right */
void time_format_http(int64_t ms, char out[TIME_TEXT]);
CivilTime time_civil(int64_t ms);                             /* UTC; proleptic Gregorian */
int64_t   time_from_civil(CivilTime t);                       /* weekday ignored; fields must be in range */
/* "30s 5m 2h 35d 1w 250ms 90" (bare: seconds), also joined from large to small: "1h30m". To milliseconds; 0 or -1. */
int  time_parse_duration(Str s, int64_t *ms_out);

#endif
