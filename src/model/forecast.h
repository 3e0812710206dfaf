/* What a period will have cost when it ends, as a range. Pure: a series of hours and the clock are arguments.
 *
 * Method. A week has 168 hours; what each of them usually takes is its mean over the series (a sample of the same hour of all days is
 * put beside it, so that one odd hour of one week counts less). The level is what the last hours took against what they usually take,
 * as far back as is looked ahead: 6 hours at least, 72 at most. The rest of the period is the usual rest times the level.
 *
 * Range. The same is done as of the same hour of every earlier day, with nothing that was not known then, and compared with what
 * really came; of days that had two weeks of data behind them, or where these are fewer than nine one week, then three days; over at
 * most a week ahead, for longer ones cannot be tried often enough. The rest is then multiplied by the errors of these tries: by the
 * median for the middle, by the ranks that leave a tenth on each side for the ends. With few tries these are the smallest and the
 * largest, and the range holds less than eight of ten: `percent` says how many.
 */
#ifndef MODEL_FORECAST_H
#define MODEL_FORECAST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FORECAST_DAYS = 7, FORECAST_TRIES = 40 };

typedef struct ForecastAsk {
	const int64_t *nusd; size_t hours;     /* one amount an hour, oldest first, nothing missing; the last one is running */
	int64_t local_hour;                    /* of nusd[0]: hours since 1970 in the zone of the people, for weekday and hour of the day */
	int64_t part_ms;                       /* of the running hour that has passed */
	int64_t spent_nusd;                    /* in the period until now, the running hour included */
	int64_t rest_hours;                    /* of the period behind the running hour */
} ForecastAsk;

typedef struct Forecast {
	bool    known;                         /* false below FORECAST_DAYS days of data, and without tries: nothing is said then */
	int64_t low_nusd, mid_nusd, high_nusd; /* of the whole period; low <= mid <= high, none below what is spent */
	int32_t days, tries, percent;          /* of data; that the range rests on; of such ranges that hold what comes, about */
} Forecast;

Forecast forecast_period(const ForecastAsk *q);
/* In how many ms the middle path passes the limit; -1: not within the period. */
int64_t  forecast_reaches(const ForecastAsk *q, const Forecast *f, int64_t limit_nusd);

#endif
