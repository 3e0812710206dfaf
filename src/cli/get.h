/* What the kinds of `get` share. */
#ifndef CLI_GET_H
#define CLI_GET_H

#include "cli/ask.h"
#include "model/change.h"
#include "wire/jsonw.h"

void get_str(JsonW *w, const char *key, Str s);           /* empty writes null */
void get_time(JsonW *w, const char *key, int64_t ms);     /* ISO 8601; 0 writes null */
/* The members of PERF: how jobs did. ended: failed or succeeded; p95_ms, nusd_per_job: below 0 is not known. */
void get_perf(JsonW *w, int64_t jobs, int64_t failed, int64_t ended, int64_t p95_ms, int64_t nusd_per_job);
void get_tokens(JsonW *w, const Tokens *t);
void get_place(JsonW *w, const AskPart *p);               /* account and Region */
void get_change(JsonW *w, const Change *c);               /* its members, of the object that is open */
int  get_alerts(const Options *o, Ask *a, JsonW *w, Err *e);
int  get_budgets(const Options *o, Ask *a, JsonW *w, Err *e);
int  get_agents(const Options *o, Ask *a, JsonW *w, Err *e);
int  get_versions(const Options *o, Ask *a, JsonW *w, Err *e);
int  get_agent(const Options *o, Ask *a, JsonW *w, Err *e);          /* of o->arg[1] */
int  get_history(const Options *o, Ask *a, JsonW *w, Err *e);        /* of o->arg[0] */
int  get_coverage(const Options *o, Ask *a, JsonW *w, Err *e);
int  get_cache(const Options *o, Ask *a, JsonW *w, Err *e);
int  get_quotas(const Options *o, Ask *a, JsonW *w, Err *e);
int  get_flags(const Options *o, Ask *a, JsonW *w, Err *e);
int  get_templates(const Options *o, Ask *a, JsonW *w, Err *e);
int  get_changes(const Options *o, Ask *a, JsonW *w, Err *e);

#endif
