/* The report of an incident as JSON. */
#include "cli/export.h"

#include "act/route_json.h"
#include "cli/get.h"

static void rate(JsonW *w, const char *key, const Sums *s)
{
	if (s->failed + s->succeeded > 0)
		jw_knum(w, key, (double)s->failed / (double)(s->failed + s->succeeded));
	else
		jw_knull(w, key);
}

static void versions(JsonW *w, const IncidentFacts *f)
{
	jw_key(w, "versions");
	jw_array(w);
	for (size_t i = 0; i < f->versions; i++) {
		const VersionFact *v = &f->version[i];

		jw_object(w);
		get_str(w, "key", v->key);
		get_str(w, "version", v->version);
		get_str(w, "status", v->status);
		get_str(w, "model", v->model);
		jw_ki64(w, "jobs", v->s.jobs);
		jw_ki64(w, "failed", v->s.failed);
		jw_ki64(w, "decided", v->s.failed + v->s.succeeded);
		rate(w, "errorRate", &v->s);
		jw_key(w, "errorRate95");
		jw_array(w);
		jw_num(w, (double)v->low_ppm / 1e6);
		jw_num(w, (double)v->high_ppm / 1e6);
		jw_array_end(w);
		rate(w, "errorRateBefore", &v->before);
		jw_ki64(w, "decidedBefore", v->before.failed + v->before.succeeded);
		if (v->p95_ms < 0)
			jw_knull(w, "p95Ms");
		else
			jw_ki64(w, "p95Ms", v->p95_ms);
		jw_kbool(w, "p95Approximate", true);
		jw_ki64(w, "nanoUsd", v->s.nusd);
		jw_ki64(w, "unpricedJobs", v->s.unpriced);
		jw_object_end(w);
	}
	jw_array_end(w);
	jw_key(w, "others");
	jw_array(w);
	for (size_t i = 0; i < f->others; i++) {
		jw_object(w);
		get_str(w, "agentId", f->other[i].agent);
		jw_ki64(w, "jobs", f->other[i].s.jobs);
		jw_ki64(w, "failed", f->other[i].s.failed);
		rate(w, "errorRate", &f->other[i].s);
		jw_object_end(w);
	}
	jw_array_end(w);
}

static void errors(JsonW *w, const IncidentFacts *f)
{
	jw_key(w, "errors");
	jw_array(w);
	for (size_t i = 0; i < f->errors; i++) {
		const ErrorFact *x = &f->error[i];

		jw_object(w);
		get_str(w, "code", x->code);
		get_str(w, "version", x->version);
		jw_ki64(w, "jobs", x->n);
		get_time(w, "first", x->first_ms);
		get_time(w, "last", x->last_ms);
		get_str(w, "example", x->example);
		jw_object_end(w);
	}
	jw_array_end(w);
	jw_ki64(w, "failedJobs", f->failed_all);
	jw_ki64(w, "failedJobsRead", f->failed_read);
}

static void cost(JsonW *w, const IncidentFacts *f)
{
	jw_key(w, "cost");
	jw_object(w);
	jw_ki64(w, "nanoUsd", f->total.nusd);
	jw_ki64(w, "jobs", f->total.jobs);
	jw_ki64(w, "unpricedJobs", f->total.unpriced);
	if (f->against.known) {
		jw_ki64(w, "hoursNanoUsd", f->bridge.now_nusd);
		jw_ki64(w, "usualNanoUsd", f->bridge.base_nusd);
		export_bridge_json(w, &f->bridge);
	} else {
		jw_knull(w, "hoursNanoUsd");
		jw_knull(w, "usualNanoUsd");
		jw_knull(w, "bridge");
	}
	jw_object_end(w);
}

static void said(JsonW *w, const char *key, const Said *s, bool until)
{
	if (!s->at_ms) {
		jw_knull(w, key);
		return;
	}
	jw_key(w, key);
	jw_object(w);
	get_time(w, "at", s->at_ms);
	if (until)
		get_time(w, "until", s->until_ms);
	get_str(w, "by", s->by);
	get_str(w, "reason", s->reason);
	jw_object_end(w);
}

static void figure(JsonW *w, const char *key, const AlertRow *r, int64_t v)
{
	const AlertUnit unit = metric_info(r->metric)->unit;

	if (v == ALERT_NONE)
		jw_knull(w, key);
	else if (unit == UNIT_USD || unit == UNIT_USD_HOUR)
		jw_ki64(w, key, v);
	else
		jw_knum(w, key, (double)v / 1e6);
}

static void one_alert(JsonW *w, const AlertView *v)
{
	jw_object(w);
	get_str(w, "id", v->r.rule);
	jw_kstr(w, "source", v->cloudwatch ? STR("cloudwatch") : STR("local"));
	get_str(w, "key", v->r.key);
	jw_kstr(w, "state", str_of(alert_state_name(v->state)));
	get_str(w, "severity", v->cloudwatch ? STR("") : str_of(alert_severity_names[v->r.severity]));
	get_time(w, "since", v->r.st.since_ms);
	figure(w, "value", &v->r, v->r.value);
	if (v->has_threshold)
		jw_knum(w, "threshold", v->threshold);
	else
		figure(w, "threshold", &v->r, v->r.threshold);
	figure(w, "baseline", &v->r, v->r.baseline);
	jw_ki64(w, "count", v->r.count);
	jw_ki64(w, "fired", v->r.episode);
	said(w, "acknowledged", &v->r.acked, false);
	said(w, "silenced", &v->r.silenced, true);
	jw_object_end(w);
}

static void alerts(JsonW *w, const IncidentFacts *f)
{
	jw_key(w, "alerts");
	jw_array(w);
	for (size_t i = 0; i < f->shown_n; i++)
		one_alert(w, &f->shown[i]);
	jw_array_end(w);
	jw_key(w, "runbook");
	jw_array(w);
	for (size_t i = 0; f->rule && i < f->rule->steps; i++)
		jw_str(w, f->rule->step[i]);
	jw_array_end(w);
}

static void events(JsonW *w, const IncidentFacts *f)
{
	jw_key(w, "timeline");
	jw_array(w);
	for (size_t i = 0; i < f->events; i++) {
		const EventFact *ev = &f->event[i];

		jw_object(w);
		get_time(w, "time", ev->ms);
		jw_kstr(w, "event", str_of(event_name(ev->kind)));
		get_str(w, "what", ev->what);
		get_str(w, "text", ev->text);
		get_str(w, "who", ev->who);
		jw_object_end(w);
	}
	jw_array_end(w);
}

static void slots(JsonW *w, const IncidentFacts *f)
{
	const SlotFacts *t = &f->slot;

	jw_key(w, "series");
	jw_array(w);
	for (size_t v = 0; v < t->versions; v++) {
		jw_object(w);
		get_str(w, "key", t->version[v]);
		jw_ki64(w, "slotS", t->slot_ms / 1000);
		jw_key(w, "slots");
		jw_array(w);
		for (size_t i = 0; i < t->slots; i++) {
			jw_object(w);
			get_time(w, "since", t->from_ms + (int64_t)i * t->slot_ms);
			jw_ki64(w, "failed", t->failed[v * t->slots + i]);
			jw_ki64(w, "decided", t->decided[v * t->slots + i]);
			jw_object_end(w);
		}
		jw_array_end(w);
		jw_object_end(w);
	}
	jw_array_end(w);
}

static void list_changes(JsonW *w, const IncidentFacts *f)
{
	jw_key(w, "pointers");
	jw_array(w);
	for (size_t i = 0; i < f->pointers; i++) {
		const PointerFact *p = &f->pointer[i];

		jw_object(w);
		get_str(w, "pointer", p->name);
		get_str(w, "routes", p->routes);
		jw_ki64(w, "rev", p->rev);
		jw_kbool(w, "paused", p->paused);
		jw_kbool(w, "locked", p->locked);
		get_time(w, "updatedAt", p->updated_ms);
		get_str(w, "updatedBy", p->by);
		jw_object_end(w);
	}
	jw_array_end(w);
	export_changes_json(w, "changes", &f->head, f->before, f->befores);
	export_changes_json(w, "pointerHistory", &f->head, f->move, f->moves);
}

static void actions(JsonW *w, const IncidentFacts *f)
{
	jw_key(w, "actions");
	jw_array(w);
	for (size_t i = 0; i < f->actions; i++) {
		const AuditRow *first = f->action[i].first, *last = f->action[i].last;

		jw_object(w);
		get_str(w, "op", first->op);
		get_str(w, "action", first->action);
		get_str(w, "agentId", first->agent);
		get_str(w, "pointer", first->pointer);
		route_write(w, "from", first->from);
		route_write(w, "to", first->to);
		get_str(w, "by", first->by);
		get_str(w, "host", first->host);
		get_str(w, "reason", first->reason);
		get_time(w, "startedAt", first->at_ms);
		get_time(w, "changedAt", last->at_ms);
		get_str(w, "event", str_of(last->event));
		get_str(w, "message", last->note);
		jw_kbool(w, "claim", last->claim);
		jw_key(w, "requestIds");
		jw_array(w);
		for (size_t k = 0; k < last->requests; k++)
			jw_str(w, last->request[k]);
		jw_array_end(w);
		jw_object_end(w);
	}
	jw_array_end(w);
	jw_key(w, "audit");
	jw_object(w);
	jw_ki64(w, "rows", f->audit.rows);
	if (f->audit.bad_row)
		jw_ki64(w, "badRow", f->audit.bad_row);
	else
		jw_knull(w, "badRow");
	jw_object_end(w);
}

void export_incident_json(JsonW *w, const IncidentFacts *f)
{
	jw_object(w);
	jw_kstr(w, "report", STR("incident"));
	export_head_json(w, &f->head);
	get_str(w, "agentId", f->agent);
	if (f->alert) {
		jw_key(w, "alert");
		one_alert(w, f->alert);
	} else {
		jw_knull(w, "alert");
	}
	get_time(w, "began", f->began_ms);
	versions(w, f);
	errors(w, f);
	cost(w, f);
	alerts(w, f);
	list_changes(w, f);
	actions(w, f);
	events(w, f);
	slots(w, f);
	export_data_json(w, &f->head);
	jw_object_end(w);
}
