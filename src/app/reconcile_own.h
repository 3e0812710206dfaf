/* What the files of app/reconcile* share; nobody else includes this. */
#ifndef APP_RECONCILE_OWN_H
#define APP_RECONCILE_OWN_H

#include "app/reconcile.h"

/* Takes the day's calls and the bill's tokens apart by model and class, and fills the causes of the drift. */
int reconcile_causes(Store *s, const PriceTable *names, const ChargeDay *d, Arena *a, Reconciled *r, Err *e);

#endif
