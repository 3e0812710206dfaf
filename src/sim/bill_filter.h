/* Which lines of the bill a request is about, and what they are grouped by.
 * Source: AWS Billing and Cost Management API Reference, "Expression", "GroupDefinition". */
#ifndef SIM_BILL_FILTER_H
#define SIM_BILL_FILTER_H

#include "api/cost_explorer.h"
#include "sim/bill.h"

/* -1 and what is wrong with it. An absent one lets everything through. */
int  bill_filter_check(JsonVal expression, Err *e);
bool bill_filter_holds(JsonVal expression, const BillKind *k, Str account);
/* "agent$upsell-judge" for a tag. -1: nothing that lines can be grouped by. */
int  bill_group_check(const CeGroupBy *g, Err *e);
Str  bill_group_key(Arena *a, const CeGroupBy *g, const BillKind *k, Str account);

#endif
