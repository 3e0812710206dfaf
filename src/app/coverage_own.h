/* What the parts of coverage share; nobody else includes this. */
#ifndef APP_COVERAGE_OWN_H
#define APP_COVERAGE_OWN_H

#include "app/coverage.h"

#define COVERAGE_ALL "all models"

/* Valid until the next one is added. subject is copied, the other texts must live in the list's arena or for ever. */
CoverageLine *coverage_add(CoverageList *l, const char *area, Str subject, DoctorVerdict verdict);

/* coverage_calls.c */
int coverage_of_own_ops(CoverageList *l, Store *s, int64_t now_ms, Err *e);

#endif
