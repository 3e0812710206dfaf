/* The drill: how long it took from the alarm to a verified rollback, told when the console of the demo is left. The console notes what only
 * it knows (when the alarm was on the screen, when the card was opened, how many keys it took); the rest is read from the journal and the
 * snapshot. Times are wall clock ms, 0: it did not happen. */
#ifndef APP_DRILL_H
#define APP_DRILL_H

#include "app/proof.h"
#include "store/journal.h"

typedef struct DrillNotes {
	int64_t alarm_ms, opened_ms, sent_ms;
	int     keys;                          /* from the alarm on the screen to the sent rollback */
} DrillNotes;

/* Each is noted once, the card that is opened after the alarm; notes NULL: no drill. */
void drill_alarm(DrillNotes *n, int64_t now_ms);
void drill_opened(DrillNotes *n, int64_t now_ms);
void drill_sent(DrillNotes *n, int64_t now_ms);
void drill_key(DrillNotes *n);

typedef struct DrillScore {
	DrillNotes at;
	bool    found;                         /* a rollback is in the journal */
	int64_t begun_ms, verified_ms, back_ms;
	Str     agent, pointer, from, to, by, outcome;
	BackVerdict last;                      /* the verdict when the console was left */
	BackFigures figures;
} DrillScore;

/* The first rollback of the journal, and when it was back, found by looking again at each ten seconds since. Texts in a. */
int  drill_score(Store *s, Journal *j, const DrillNotes *n, const BackRule *rule, int64_t now_ms, Arena *a, DrillScore *out, Err *e);
/* The card: some lines for a person. */
void drill_card(const DrillScore *d, int64_t offset_ms, Buf *out);

#endif
