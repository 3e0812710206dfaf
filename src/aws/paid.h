/* Caps for calls that cost money. Each paid call is reserved with its estimate before it is sent and settled with what it
 * did cost; what would go over a cap is refused. */
#ifndef AWS_PAID_H
#define AWS_PAID_H

#include <stdbool.h>
#include <stdint.h>

struct AwsCall;
struct AwsClient;

/* What AWS_PAID rows may cost, in nUSD. All zero: they are refused. */
typedef struct AwsPaid {
	const char *off;            /* why those that models work for are refused at all, with the remedy; NULL: they are not */
	int64_t session_nusd, day_nusd;              /* caps: of this client, and of all runs of a day */
	/* Takes it for the day where the sum of all runs stays within most; was: the sum before. NULL: what this client has counts. */
	bool    (*claim)(void *arg, int64_t nusd, int64_t most, int64_t *was);
	void    (*spend)(void *arg, int64_t nusd);   /* of what was taken: what it is more, or (negative) given back; NULL: nobody keeps it */
	void    *arg;
} AwsPaid;

/* What a paid call did cost, from inside its on_done. Without it the estimate stands, unless AWS answered with an error or
 * nothing was sent: that costs nothing. */
void     aws_settle(struct AwsCall *call, int64_t nusd);
int64_t  aws_spent(const struct AwsClient *c);              /* nUSD: settled, and reserved for what is on its way */

#endif
