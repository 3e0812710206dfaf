/* What the parts of doctor share; nobody else includes this. */
#ifndef APP_DOCTOR_OWN_H
#define APP_DOCTOR_OWN_H

#include "app/doctor.h"
#include "app/needs.h"
#include "app/unserved.h"
#include "store/check.h"

enum { DOCTOR_CALL_MS = 5000 };

typedef struct DoctorCall DoctorCall;

struct Doctor {
	DoctorReport report;
	Arena   arena;                 /* of the report */
	Shared *shared;
	SessionSpec spec;
	Session own, *session;         /* session: its own, or one that is lent to it */
	bool    lent;                  /* then only coverage is looked at */
	bool    frees_itself;
	bool    opened, closed, over;  /* over: its time is up, or the answer is in */
	void  (*on_done)(Doctor *d, void *arg); void *arg;
	int     pending;               /* calls and store work that will still come back */
	bool    started;               /* all that is to be asked has been asked */
	int64_t started_ms;
	DoctorCall *calls;
	uv_timer_t limit;
	struct DoctorGroups *groups;   /* log groups that look like ours and are not configured */
	Str     invocation_group;      /* empty: there is none, or it is not known */
	NeedFacts facts;
	DoctorLine **last[DOCTOR_SECTIONS];
};

/* Lines keep the order in which they are made. A line begins as skipped, "no answer came". Texts are formats. */
DoctorLine *doctor_add(Doctor *d, DoctorSection s, const char *check, const char *subject, ...) FORMAT(4, 5);
/* remedy NULL: there is nothing to do. */
void doctor_say(Doctor *d, DoctorLine *line, DoctorVerdict v, const char *remedy, const char *found, ...) FORMAT(5, 6);
/* A sentence "what; remedy" taken apart; one without a remedy gets a general one. */
void doctor_say_err(Doctor *d, DoctorLine *line, DoctorVerdict v, const Err *err);

/* One call. done comes once, also when it could not be sent. */
typedef void (*DoctorDone)(Doctor *d, const void *out, const AwsError *err, int64_t ms, void *arg);
void doctor_release(Doctor *d);                    /* one of `pending` has come back */
void doctor_call(Doctor *d, const AwsOp *op, const void *in, DoctorDone done, void *arg);
/* Says what an error of a harmless call means for the permission: denied, not served here, busy … */
void doctor_say_fault(Doctor *d, DoctorLine *line, const AwsError *err);

/* The line of the permission, or NULL when the context never makes this call. */
DoctorLine *doctor_row(Doctor *d, const AwsOp *op, NeedOn on);

void doctor_identity_local(Doctor *d);               /* logins, environment, files: nobody is asked */
void doctor_identity_ask(Doctor *d, void (*then)(Doctor *d, bool go_on));
void doctor_network(Doctor *d);                      /* at the end: what the calls have shown */
void doctor_rows(Doctor *d);                         /* a line for each permission, and those calls that nothing else makes */
/* Those rows of it that only moves of pointers need; done also takes that nothing is there. */
void doctor_moves_ask(Doctor *d, const Need *need, DoctorLine *line, DoctorDone done);
void doctor_templates_ask(Doctor *d, const Need *need, DoctorLine *line, DoctorDone done);
void doctor_tables(Doctor *d);
void doctor_jobs(Doctor *d);
void doctor_logs(Doctor *d);
void doctor_logs_end(Doctor *d);                     /* when everything has answered */
void doctor_metrics(Doctor *d);
void doctor_store(Doctor *d);

#endif
