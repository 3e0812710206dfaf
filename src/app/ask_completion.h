/* How the jobs of each persona ended: what the line below the list of jobs asks. */
#ifndef APP_ASK_COMPLETION_H
#define APP_ASK_COMPLETION_H

#include "app/pane.h"

enum { COMPLETION_ROWS = 24 };
typedef struct CompletionRow { FigText persona; int64_t succeeded, ended; } CompletionRow;
typedef struct Completion { int n; CompletionRow row[COMPLETION_ROWS]; } Completion;      /* most jobs first */

typedef struct CompletionAsk { int64_t back_ms; } CompletionAsk;       /* of jobs booked in so long a time until now */
extern const AskClass ask_completion;          /* in: CompletionAsk, out: Completion */

#endif
