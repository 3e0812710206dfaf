/* What `seismo doctor` finds out: is this context ready, and what to do when it is not. One object for each context, all
 * of them on one loop at the same time; nothing is changed anywhere, and nothing is asked that costs money. */
#ifndef APP_DOCTOR_H
#define APP_DOCTOR_H

#include "app/session.h"

enum { DOCTOR_LIMIT_MS = 9000 };        /* then what has not answered is left */

typedef enum DoctorVerdict { DOCTOR_OK, DOCTOR_SKIPPED, DOCTOR_WARN, DOCTOR_FAIL, DOCTOR_VERDICTS } DoctorVerdict;     /* by weight */
typedef enum DoctorSection {
	DOCTOR_IDENTITY, DOCTOR_NETWORK, DOCTOR_PERMISSIONS, DOCTOR_COVERAGE, DOCTOR_STORE, DOCTOR_TERMINAL, DOCTOR_SECTIONS
} DoctorSection;

typedef struct DoctorLine {
	struct DoctorLine *next;
	const char *check;             /* "account", "clock", "row": stable */
	Str subject;                   /* what it is about: "DynamoDB", "/seismo/jobs"; may be empty */
	DoctorVerdict verdict;
	Str found, remedy;             /* sentences; remedy is empty when there is nothing to do. May hold text from outside */
	const struct Need *need;       /* permissions: the row of app/needs.h */
	Str resource;                  /* and what it was asked of, as an ARN, when there is just one */
	int64_t ms;                    /* the answer took so long; -1: not measured */
} DoctorLine;

typedef struct DoctorReport {
	Str  context, stage, account, region;      /* empty: not known */
	DoctorLine *first[DOCTOR_SECTIONS];
} DoctorReport;

typedef struct Doctor Doctor;
/* Begins; on_done comes once, later, when every check has an answer or its time is over. A context that cannot even be
 * opened is a report too. shared must outlive it. */
Doctor *doctor_start(Shared *shared, const SessionSpec *spec, void (*on_done)(Doctor *d, void *arg), void *arg);
/* The section coverage alone, of a session that is open and whose account is known; it must stay until on_done, which comes also when
 * the session closes. Then doctor_end. */
Doctor *doctor_coverage(Session *session, void (*on_done)(Doctor *d, void *arg), void *arg);
void    doctor_end(Doctor *d);        /* after on_done: closes it; it frees itself in a later turn of the loop */
const DoctorReport *doctor_report(const Doctor *d);
void    doctor_close(Doctor *d);      /* ends what is under way; the loop must run until it is empty before doctor_free */
void    doctor_free(Doctor *d);

/* The terminal that we run on, the same for all contexts. Lines live in a. */
DoctorLine *doctor_terminal(Arena *a, bool no_color, bool ascii);

const char *doctor_verdict_name(DoctorVerdict v);       /* "ok", "warn", "fail", "skipped" */
const char *doctor_section_name(DoctorSection s);
DoctorVerdict doctor_worst(const DoctorLine *first);    /* skipped counts as ok */

#endif
