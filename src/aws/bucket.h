/* How many requests a minute a program sends: a bucket that fills steadily and holds a sixth of a minute's worth, so that no minute has
 * more than it says. Requests of three ranks: what a person did is never held back; what must not go blind (who we are, the registry,
 * alarms) has the last quarter of the bucket for itself; everything else waits. Pure: the time (monotonic, ms) comes as an argument. */
#ifndef AWS_BUCKET_H
#define AWS_BUCKET_H

#include <stdbool.h>
#include <stdint.h>

typedef enum CallRank { RANK_PERSON, RANK_WATCH, RANK_FEED } CallRank;

enum { BUCKET_SECONDS = 60 };

typedef struct Bucket {
	int64_t per_minute;            /* 0: no bound */
	int64_t level;                 /* in parts of a request, of which 60000 are one */
	int64_t at_ms;                 /* when level was right */
	int32_t sent[BUCKET_SECONDS];  /* by second */
	int64_t second;                /* of the newest */
	int64_t held;                  /* requests that had to wait, ever */
} Bucket;

void    bucket_init(Bucket *b, int64_t per_minute, int64_t now_ms);     /* full */
/* Room for one more of that rank. */
bool    bucket_room(Bucket *b, CallRank rank, int64_t now_ms);
int64_t bucket_wait_ms(Bucket *b, CallRank rank, int64_t now_ms);       /* until there is; 0: now */
void    bucket_take(Bucket *b, int64_t now_ms);                         /* one was sent, whether there was room or not */
int64_t bucket_sent(Bucket *b, int64_t now_ms);                         /* in the last minute */

#endif
