/* The lists `alerts` and `budgets` of config.yaml: how their entries are read. */
#ifndef CONF_WATCHED_H
#define CONF_WATCHED_H

#include "conf/schema.h"
#include "model/alert.h"
#include "model/budget.h"

extern const SettingList alert_list;         /* of AlertRule; an entry with the id of a shipped rule starts from it */
extern const SettingList budget_list;        /* of Budget */

/* The shipped rules, each as an entry of the file has it, then the file's own. Off ones stay, with their flag. */
const AlertRule *watched_rules(Arena *a, const AlertRule *entry, size_t entries, size_t *n);

/* A value with its unit, for people: "5 %", "$20.0/h", "900 s". */
void watched_value(Buf *out, AlertMetric m, int64_t v);
/* "error_rate > 5 % and > 3 x usual, window 5m, for 2m, n >= 30" */
void watched_rule(Buf *out, const AlertRule *r);
/* These rules and all metrics as Markdown tables. */
void watched_reference(const AlertRule *rule, size_t n, Buf *out);

#endif
