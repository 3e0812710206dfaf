/* What the files of app/incident_* share; nobody else includes this. */
#ifndef APP_INCIDENT_OWN_H
#define APP_INCIDENT_OWN_H

#include "app/incident_facts.h"

typedef struct Incident {
	FactsAsk *q;
	Store *s;
	const AlertRule *rule; size_t rules;
	AlertView *view; size_t views;         /* all there are */
	Arena *a;
	IncidentFacts *out;
} Incident;

int incident_errors(Incident *x, Err *e);      /* classes of errors */
int incident_slots(Incident *x, Err *e);       /* error shares over time */
int incident_actions(Incident *x, Err *e);     /* what was done about it from here */
int incident_story(Incident *x, Err *e);       /* changes, and everything in the order of time */

#endif
