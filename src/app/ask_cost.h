/* What the panes of the cost view ask the stores. */
#ifndef APP_ASK_COST_H
#define APP_ASK_COST_H

#include "app/groups.h"
#include "app/pane.h"
#include "model/bridge.h"

/* Who explains a cell. */
typedef struct WhoAsk { CostCell cell; int32_t by, pad; } WhoAsk;         /* by: Dim */
typedef struct CellGroups { Against against; Groups g; } CellGroups;
extern const AskClass ask_who;                 /* in: WhoAsk, out: CellGroups */

/* Why a cell costs what it costs. */
typedef struct CellWhy { Against against; int64_t jobs, unpriced; Bridge bridge; } CellWhy;
extern const AskClass ask_why;                 /* in: CostCell, out: CellWhy */

/* The same for those in app/: one part for each model, in the arena, their names beside them. */
typedef struct WhyModels { BridgePart *part; Str *model; size_t n; Sums now, base; } WhyModels;
void cell_weights(BridgePart *p, const PriceTable *prices, Str model, int64_t from_hour);      /* usual prices of its token classes */
int cell_why(const Stores *from, const FiguresAsk *when, const CostCell *c, Arena *a, CellWhy *out, WhyModels *models, Err *e);

#endif
