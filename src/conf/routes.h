/* The section `routing` of config.yaml: which models a question goes to when the model is called "auto". Pure but for the patterns, which are
 * compiled to be checked. */
#ifndef CONF_ROUTES_H
#define CONF_ROUTES_H

#include "conf/schema.h"

/* What is given must hold, all of it. The first rule that does decides. */
typedef struct ConfRoute {
	Str  name;
	Str  match;                          /* a pattern, found anywhere in the question; empty: none */
	bool code;                           /* the question has code in it */
	int64_t longer, shorter;             /* bytes of the question; 0: any */
	Str  view;                           /* asked from this view; empty: from any */
	Str *model; size_t models;           /* the chain: asked in this order */
} ConfRoute;

typedef struct ConfRouting {
	ConfRoute *rule; size_t rules;
	int64_t slow_ms;                     /* 20 s */
	int64_t failing_ppm;                 /* 0.5 */
} ConfRouting;

enum { ROUTES_MAX = 64, ROUTE_MODELS_MAX = 8 };
#define ROUTE_AUTO "auto"                /* the model that means: by rule */

extern const SettingList route_list;     /* of ConfRoute */

#endif
