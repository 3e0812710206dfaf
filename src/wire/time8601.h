/* Times as text: ISO 8601 / RFC 3339 in, UTC with milliseconds and Z out; basic form for signing; RFC 822 dates of HTTP. */
#ifndef WIRE_TIME8601_H
#define WIRE_TIME8601_H

#include "base/err.h"
#include "base/str.h"

enum { TIME_TEXT = 32 };                 /* room for any text below, terminator included */

typedef struct CivilTime { int year, month, day, hour, minute, second, ms, weekday /* 0 = Sunday */; } CivilTime;

/* "2026-11-21T03:55:50.123Z", with any number of decimals, "+01:00" offsets, a blank for T, date alone. ms since 1970. */
int  time_parse_iso(Str s, int64_t *ms_out);
void time_format_iso(int64_t ms, char out[TIME_TEXT]);        /* 2026-11-21T03:55:50.123Z */
void time_format_basic(int64_t ms, char out[TIME_TEXT]);      /* 20261121T035550Z */
int  time_parse_basic(Str s, int64_t *ms_out);
int  time_parse_http(Str s, int64_t *ms_out);                 /* Sat, 21 Nov 2026 03:55:50 GMT */
void time_format_http(int64_t ms, char out[TIME_TEXT]);
CivilTime time_civil(int64_t ms);                             /* UTC; proleptic Gregorian */
int64_t   time_from_civil(CivilTime t);                       /* weekday ignored; fields must be in range */
/* "30s 5m 2h 35d 1w 90" (seconds) to milliseconds; 0 or -1. */
int  time_parse_duration(Str s, int64_t *ms_out);

#endif
