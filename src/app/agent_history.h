/* The moves of an agent's pointers, the newest first: what seismo did, as the audit items beside a route, the lock table's last word and this
 * machine's journal say, and what the looks at the registry and CloudTrail saw change otherwise. */
#ifndef APP_AGENT_HISTORY_H
#define APP_AGENT_HISTORY_H

#include "app/registry.h"

typedef struct HistoryRow {
	RegMove m;
	Str  pointer;                  /* ARN, "AGENT/route"; of one that is gone "AGENT/name" */
	const char *outcome;           /* "done", "failed", "released", "lost", "unknown" */
	bool elsewhere;                /* not by seismo */
} HistoryRow;

/* name: of the agent, or its id. journal: the file's path; NULL: none. until_ms 0: open. *known: some back end has the agent. In a. */
typedef struct HistoryAsk { const char *journal; Str name; int64_t since_ms, until_ms; } HistoryAsk;
int agent_history(Store *s, const HistoryAsk *q, Arena *a, HistoryRow **out, size_t *n, bool *known, Err *e);

#endif
