/* What a report of an incident says: an agent (or an alert, or everything) in a window. What was changed before, how its versions did,
 * which errors, what it cost, which alerts, where its pointers went, and all of that in the order of time. Text is raw and lives in
 * the arena. */
#ifndef APP_INCIDENT_FACTS_H
#define APP_INCIDENT_FACTS_H

#include "act/audit.h"
#include "app/alert_views.h"
#include "app/cost_facts.h"

/* How one version did; before: in a window of the same length that ends where this one begins. */
typedef struct VersionFact {
	Str  key, version;             /* "agent@version"; version: what stands behind the agent */
	Sums s, before;
	int64_t low_ppm, high_ppm;     /* 95 % interval of failed / (failed + succeeded) */
	int64_t p95_ms; int64_t p95_n;
	Str  status, model;            /* of the registry; empty: it does not have it */
} VersionFact;

typedef struct ErrorFact { Str code, version, example; int64_t n, first_ms, last_ms; } ErrorFact;
typedef struct OtherFact { Str agent; Sums s; } OtherFact;         /* other agents, the same window */

typedef enum EventKind { EVENT_CHANGED, EVENT_ALERT, EVENT_ALERT_OVER, EVENT_ACKED, EVENT_SILENCED, EVENT_FIRST_ERROR, EVENT_PEAK,
               EVENT_ACTION, EVENT_ACTION_ENDED } EventKind;
typedef struct EventFact { int64_t ms; EventKind kind; Str who, what, text; } EventFact;      /* what: object; text: from > to, reason */
const char *event_name(EventKind k);

enum { SLOTS_MAX = 36, SLOT_VERSIONS = 4 };
/* Error shares over time: slots of equal length, the versions with most jobs. failed[version * slots + slot]. */
typedef struct SlotFacts { int64_t from_ms, slot_ms; size_t slots, versions; Str version[SLOT_VERSIONS]; int64_t *failed, *decided; } SlotFacts;

/* A pointer of the registry as it stands. routes: "3.1:90 3.2:10". */
typedef struct PointerFact { Str name, routes, by; int64_t rev, updated_ms; bool paused, locked; } PointerFact;

/* What was done with this program from this machine: the lines of the audit file with one op. last: what it ended in, or the step that it
 * came to. */
typedef struct ActionFact { const AuditRow *first, *last; } ActionFact;

typedef struct IncidentFacts {
	FactsHead head;
	Str  agent;                    /* empty: no single one */
	const AlertView *alert;        /* that was asked for; NULL: none was */
	const AlertRule *rule;         /* of it; NULL: none is known */
	int64_t began_ms;              /* of the alert, else the window's beginning: what changed before that comes first */
	VersionFact *version; size_t versions;         /* most jobs first */
	ErrorFact *error; size_t errors;               /* most first */
	int64_t failed_read, failed_all;               /* failed jobs that were looked at one by one, and how many there are */
	OtherFact *other; size_t others;
	Sums  total;                                   /* of the agent */
	Against against; Bridge bridge;                /* its cost beside what is usual */
	AlertView *shown; size_t shown_n;              /* alerts of the window that concern it */
	ChangeFact *before; size_t befores;            /* from 24 h before it began to the end of the window, in order */
	ChangeFact *move; size_t moves;                /* of its pointers, the last 30 days before the end, in order */
	PointerFact *pointer; size_t pointers;
	ActionFact *action; size_t actions;            /* of the window, in the order of the file */
	AuditVerdict audit;                            /* of the whole file; rows 0 and no bad row: there is none */
	EventFact *event; size_t events;               /* in order */
	SlotFacts slot;
} IncidentFacts;

/* what: an agent's name, "RULE" or "RULE:KEY" of an alert, or the name of a CloudWatch alarm. The window of an alert without one of its own
 * (given false) begins half an hour before it, or two hours before the end of one that is over: *q is moved. One store. rule: the configured
 * ones. */
int incident_facts(FactsAsk *q, bool given, Str what, const AlertRule *rule, size_t rules, Arena *a, IncidentFacts *out, Err *e);

#endif
