/* Questions that Logs Insights answers in our place: what calls cost by hour, of lines that are too many to be taken in one by one.
 * Pure: text of a query, rows of its answer. What comes back are sums of calls; price_amount_of says when their amount is exact. */
#ifndef APP_PUSHDOWN_H
#define APP_PUSHDOWN_H

#include "api/logs.h"
#include "base/buf.h"
#include "model/price.h"
#include "store/pushed.h"

enum { PUSH_ROWS = 10000 };              /* the service gives no more; an answer with so many is a part */

/* Appends the query. */
void pushdown_query(PushKind kind, Buf *out);
/* A row of the answer. -1: it cannot be read, *e says which column; nothing is guessed. Strings are the row's. */
int  pushdown_row(PushKind kind, const LogsRow *row, const PriceTable *prices, LedgerMode mode, PushGroup *out, Err *e);

#endif
