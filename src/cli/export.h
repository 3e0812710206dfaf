/* `seismo export`: what the kinds of reports share. */
#ifndef CLI_EXPORT_H
#define CLI_EXPORT_H

#include "app/incident_facts.h"
#include "cli/ask.h"
#include "cli/report.h"
#include "wire/jsonw.h"

/* The question in the form that facts are read by. Lives as long as q's arena and the ask. */
FactsAsk export_ask(const Ask *a, const Options *o, Arena *arena, Store **store, FigText *name, FactsPlace *place, Stores *from);

/* Parts of every report. */
void export_head(Report *r, const FactsHead *h);           /* whose, of when */
void export_data(Report *r, const FactsHead *h);           /* how fresh and complete the data is */
void export_changes(Report *r, const FactsHead *h, const ChangeFact *c, size_t n);
void export_bridge(Report *r, const Bridge *b);
void export_head_json(JsonW *w, const FactsHead *h);
void export_data_json(JsonW *w, const FactsHead *h);
void export_changes_json(JsonW *w, const char *key, const FactsHead *h, const ChangeFact *c, size_t n);
void export_bridge_json(JsonW *w, const Bridge *b);
/* What was changed, as one mark for each. */
ReportMark *export_marks(Arena *a, const ChangeFact *c, size_t n);

void export_cost_report(Report *r, const CostFacts *f);
void export_cost_json(JsonW *w, const CostFacts *f);
void export_incident_report(Report *r, const IncidentFacts *f);
void export_incident_json(JsonW *w, const IncidentFacts *f);

#endif
