/* What AWS charged for each closed day (feed "bills"), as Cost Explorer said it last. */
#ifndef STORE_CHARGES_H
#define STORE_CHARGES_H

#include "store/store.h"

/* RECORDS: everything of the account in all Regions, what: the type of record ("Usage", "Credit"). USAGE: what was used of the AI
 * services in the context's Region, what: the usage type. The second is a part of the first. Kept on disk as numbers. */
typedef enum ChargePart { CHARGE_RECORDS, CHARGE_USAGE } ChargePart;
typedef struct ChargeRow {
	ChargePart part;
	Str  service, what;
	int64_t nusd;
	int64_t micro_units;           /* of the usage type's unit, in millionths */
} ChargeRow;

typedef struct ChargeDay {
	int64_t day;                   /* since 1970, UTC */
	int64_t asked_ms;
	bool    estimated;             /* AWS says that it may still change */
	const ChargeRow *row; size_t rows;
} ChargeDay;

/* Days of [from, until), newest first, at most limit (0: all), with their rows by part, service and what. In a. */
int store_charges(Store *s, int64_t from_day, int64_t until_day, size_t limit, Arena *a, ChargeDay **out, size_t *n, Err *e);
/* Taken in by store_apply: a day that comes again replaces what was kept of it. *changed: figures may differ. */
int charges_put(Store *s, const ChargeDay *v, size_t n, bool *changed, Err *e);
int charges_prune(Store *s, int64_t before_day, Err *e);

#endif
