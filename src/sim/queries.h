/* The Insights queries that run in the region, and those that have ended and can still be asked for. */
#ifndef SIM_QUERIES_H
#define SIM_QUERIES_H

#include "sim/service.h"

typedef struct Queries Queries;
void queries_close(Queries *q);          /* NULL is fine */

/* Operations of CloudWatch Logs. */
void logs_start_query(SimCall *c);
void logs_get_query_results(SimCall *c);
void logs_stop_query(SimCall *c);
void logs_describe_queries(SimCall *c);

#endif
