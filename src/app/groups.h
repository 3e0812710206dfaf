/* Who explains a difference: a cell's groups against what is usual for them. Shared by the figures and the cost view; runs
 * on a worker. */
#ifndef APP_GROUPS_H
#define APP_GROUPS_H

#include "app/compare.h"

typedef enum GroupsOrder { GROUPS_BY_COST, GROUPS_BY_ERRORS } GroupsOrder;     /* largest difference first */

int groups_read(const Stores *from, const FiguresAsk *when, const CostCell *cell, Dim by, GroupsOrder order, Groups *out,
                Against *against, Err *e);

#endif
