/* The bill: what the fleet's calls cost at list prices, hour by hour, and what is on it besides tokens.
 * Nothing of an hour is on it before BILL_LATE_MS have passed, nothing of it is final before BILL_FINAL_MS have. */
#ifndef SIM_BILL_H
#define SIM_BILL_H

#include "sim/fleet_tables.h"
#include "sim/service.h"

enum {
	BILL_LATE_MS = 6 * 3600 * 1000, BILL_FINAL_MS = 12 * 3600 * 1000,
	BILL_TOKENS = FLEET_AGENTS * 5,         /* kinds of lines: tokens of each agent and class … */
	BILL_CPU = BILL_TOKENS,                 /* … its runtime's processors and memory … */
	BILL_MEMORY = BILL_CPU + FLEET_AGENTS,
	BILL_GUARD = BILL_MEMORY + FLEET_AGENTS,
	BILL_SEARCH, BILL_INDEX, BILL_LOGS, BILL_ASKING, BILL_SUPPORT, BILL_CREDIT,
	BILL_KINDS
};

typedef struct BillKind {
	Str service, usage_type, region, record_type;
	const char *agent;                      /* value of the tag "agent"; NULL: not tagged */
} BillKind;

/* In 10^-10 dollars, to which AWS rounds a line, and 10^-10 of the usage type's unit. */
typedef struct BillCell { int64_t usd, quantity; } BillCell;

const BillKind *bill_kind(Sim *s, unsigned kind);
/* BILL_KINDS cells of an hour since 1970; NULL when nothing is on the bill for it (yet). Borrowed; kept. */
const BillCell *bill_hour(Sim *s, int64_t hour, int64_t now_ms);
/* A request to Cost Explorer is on the bill as well. */
void bill_ask(Sim *s, int64_t now_ms);

#endif
