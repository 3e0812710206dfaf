/* Is it back? The verdict after a pointer was put back, from figures and the time; pure. It is back when
 *   - the pointer itself serves the target,
 *   - the old version has had no job for the larger of `quiet` and `gaps` times its usual gap, on a feed that is fresh and sees what is called,
 *   - of the new version's jobs since the move the upper 95 % bound of what fails (model/interval.h) lies under the threshold,
 *   - and all of that has held for `hold`.
 * Fewer jobs than `min_count` prove nothing about the third: it is back with low traffic then, and their number is said, as long as there are any
 * and their own share of failures lies under the threshold.
 * The figures are app/proof.h; docs/rollback.md says the same for people. Times are wall clock ms, shares ppm. */
#ifndef MODEL_BACK_H
#define MODEL_BACK_H

#include <stdbool.h>
#include <stdint.h>

typedef enum BackWord { BACK_VERIFYING, BACK_FULL, BACK_LOW, BACK_NOT } BackWord;
const char *back_word(BackWord w);             /* "VERIFYING", "BACK", "BACK low traffic", "NOT BACK" */

/* What has to be so, in the order in which it is shown. */
typedef enum BackPart { BACK_POINTER, BACK_QUIET, BACK_WELL, BACK_HELD, BACK_PARTS } BackPart;
#define BACK_BIT(part) (1u << (part))

enum { BACK_GAPS = 5, BACK_SEEN_PPM = 950000 };
typedef struct BackRule {
	int64_t quiet_ms, gaps;
	int64_t min_count, hold_ms;
	int64_t threshold_ppm;         /* what alerts call too many failures */
	int64_t seen_ppm;              /* so much of what CloudWatch counts must be seen */
} BackRule;

#define BACK_UNKNOWN INT64_MIN
typedef struct BackFigures {
	int64_t now_ms, moved_ms;
	int64_t known_ms;              /* jobs are known until then */
	bool    fresh;                 /* and that is not long ago, as their feed counts */
	bool    served, away;          /* the pointer, when it was read last: serves the target and is settled; serves something else */
	bool    on_record;             /* jobs of one of the two versions were ever seen: else their absence says nothing */
	int64_t seen_ppm;              /* BACK_UNKNOWN */
	int64_t old_jobs, old_last_ms; /* of the old version since the move; 0: none */
	int64_t old_gap_ms;            /* its usual one, before the move; 0: not known */
	int64_t n, failed;             /* ended jobs of the new version since the move */
} BackFigures;

/* What is remembered from look to look. Zeroed at first. */
typedef struct BackState { int64_t good_ms, looked_ms; } BackState;

typedef struct BackVerdict {
	BackWord word;
	unsigned ok;                   /* BACK_BIT of what is so */
	int64_t quiet_ms, want_ms;     /* the old version's silence as far as is known; and what it must be */
	int64_t low_ppm, high_ppm;     /* of failed of n */
	int64_t held_ms;
	const char *waits;             /* for what, or why not; a clause without its end: "the old version is still called" */
} BackVerdict;

/* One look. Between two looks that lie further apart than BACK_GAP_MS nobody watched: what held before them begins again. */
enum { BACK_GAP_MS = 150000 };
BackVerdict back_look(const BackRule *r, const BackFigures *f, BackState *s);

#endif
