/* What a local alert is about, beyond its figure: who moved its pointer and when, which pointers still lead to a model that ends. */
#ifndef APP_ALERT_FACT_H
#define APP_ALERT_FACT_H

#include "app/fleet_models.h"
#include "app/registry.h"
#include "store/alerts.h"

/* Read when the first alert asks, for all of a list. Zeroed by the caller; texts in the arena. */
typedef struct AlertFacts {
	Store *s;
	Arena *a;
	int64_t now_ms;
	bool moves_read, models_read;
	Registry registry;
	ModelEnds models;
} AlertFacts;

/* Empty when there is nothing to say. */
int alert_fact(AlertFacts *f, const AlertRow *r, Str *out, Err *e);

#endif
