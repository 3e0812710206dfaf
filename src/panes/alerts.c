/* What is wrong now: local alerts and CloudWatch's alarms, the worst first, and who watches. Brief (beside other panes): rows. Full: a table, below
 * it what was changed before the alert under the cursor began, and what to do. Enter leads to the jobs behind it, a and s open the command
 * line to say something about it, B the rollback card; nothing here changes anything in AWS. */
#include <stdlib.h>
#include <string.h>

#include "app/ask_alerts.h"
#include "base/xalloc.h"
#include "conf/watched.h"
#include "model/change.h"
#include "panes/fmt.h"
#include "panes/panes.h"
#include "panes/table.h"
#include "wire/time8601.h"

enum { COL_SEVERITY, COL_SINCE, COL_OBJECT, COL_FACT, COL_STATE, COL_RULE, COL_CHANGE, COLS };
enum { SEVERITY_W = 4, SINCE_W = 5, OBJECT_W = 26, FACT_W = 33, STATE_W = 5, CHANGE_W = 44, LEAST_LIST = 5, LINES = 10 };

static const TableColumn columns[COLS] = {
	[COL_SEVERITY] = { "severity", "sev", SEVERITY_W, false, 'V', 0 },
	[COL_SINCE]    = { "since", "since", SINCE_W, true, 'S', 0 },
	[COL_OBJECT]   = { "object", "what", OBJECT_W, false, 'N', 0 },
	[COL_FACT]     = { "fact", "says", FACT_W, false, 0, 0 },
	[COL_STATE]    = { "state", "state", STATE_W, false, 'T', 0 },
	[COL_RULE]     = { "rule", "rule", 18, false, 'U', 100 },
	[COL_CHANGE]   = { "change", "changed before it began", CHANGE_W, false, 0, 150 },
};

typedef struct AlertsPane {
	Table t;
	bool  brief;
	Clean title, state, empty, watch[FIG_CONTEXTS], below[LINES];
	Role  watch_role[FIG_CONTEXTS];
	int   watches, lines, change_line, changes;      /* changes of the lines below are from change_line on */
	Fresh fresh;
	FigText pointed_context;       /* the alert that the command line was told of */
	char  pointed[2 * FIG_KEY];
} AlertsPane;

static int alerts_open(Pane *p, Err *e)
{
	AlertsPane *s = p->state = xcalloc(1, sizeof *s);
	Str show = pane_option(p, "show");

	s->brief = str_is(show, "brief");
	s->title = s->state = s->empty = clean_own("");
	if (show.n && !s->brief && !str_is(show, "full"))
		return err_kind(e, ERR_USAGE, "line %d: alerts: show is brief or full, not %.*s", p->node->line, STR_ARG(show));
	return table_open(&s->t, columns, COLS, p, e);
}

static void alerts_close(Pane *p)
{
	AlertsPane *s = p->state;

	if (s->pointed[0])
		app_point_alert(p->app, "", "");
	table_close(&s->t);
	free(s);
}

/* --- rows --- */

static const struct { const char *word; Role role; } severities[] = {
	[SEVERITY_INFO] = { "info", ROLE_INFO }, [SEVERITY_WARNING] = { "warn", ROLE_WARN }, [SEVERITY_CRITICAL] = { "CRIT", ROLE_ERROR },
};
static const char *const states[] = {
	[ALERT_OK] = "over", [ALERT_PENDING] = "soon", [ALERT_FIRING] = "FIRES", [ALERT_ACKNOWLEDGED] = "ack", [ALERT_SILENCED] = "quiet",
};

/* What stands before the value, in few letters. */
static const char *const says[METRICS] = {
	[METRIC_ERROR_RATE] = "errors", [METRIC_ERROR_AFTER_MOVE] = "errors since move", [METRIC_FAILURES_IN_A_ROW] = "failed in a row",
	[METRIC_SILENCE] = "silent", [METRIC_THROTTLE_RATE] = "throttled", [METRIC_STUCK_JOBS] = "stuck jobs", [METRIC_JOBS_RATE] = "jobs/min",
	[METRIC_SPEND_RATE] = "spends", [METRIC_HOUR_SHARE] = "of the hour", [METRIC_COST_PER_JOB] = "a job",
	[METRIC_COST_AFTER_MOVE] = "a job since move",
	[METRIC_CACHE_MISS_RATE] = "cache misses", [METRIC_UNPRICED] = "unpriced jobs", [METRIC_TRACE_COST] = "trace cost",
	[METRIC_TRACE_CALLS] = "calls of a trace", [METRIC_TRACE_AGE] = "trace min", [METRIC_UNPINNED] = "unpinned jobs", [METRIC_FEED_AGE] = "feed old",
	[METRIC_SEEN] = "seen", [METRIC_CREDENTIALS] = "keys end in", [METRIC_BUDGET] = "budget",
	[METRIC_LEFT_RESTORED] = "left",
	[METRIC_P95] = "p95", [METRIC_MOVES] = "moves", [METRIC_MODEL_LEFT] = "days left", [METRIC_BILL_DRIFT] = "beside the bill",
};

static bool is_move(const AlertCell *c)
{
	return c->metric == METRIC_MOVES || c->metric == METRIC_LEFT_RESTORED;
}

/* "errors 18.2 % >5 % n=412" */
static Clean fact_of(Arena *a, const AlertCell *c)
{
	const bool count = c->count > 0 && c->metric != METRIC_TRACE_CALLS && c->metric != METRIC_STUCK_JOBS && c->metric != METRIC_FAILURES_IN_A_ROW &&
	                   !is_move(c);
	const char *label = c->metric >= 0 && c->metric < METRICS && says[c->metric] ? says[c->metric] : "";
	Buf b = { 0 };
	Clean out;

	if (c->cloudwatch)
		return clean_text(a, str_of(c->unknown ? "insufficient data" : c->fact), 0);
	if (strcmp(c->rule, NOT_WATCHED) == 0)
		return clean_own("nobody watches budgets and rules");
	/* That it moved is the key's affair; from where to where and by whom is the fact. */
	if (is_move(c) && *c->fact)
		return clean_text(a, str_of(c->fact), 0);
	(void)buf_printf(&b, "%s ", label);
	watched_value(&b, (AlertMetric)c->metric, c->value);
	if (c->threshold != ALERT_NONE) {
		(void)buf_puts(&b, c->value < c->threshold ? " <" : " >");
		watched_value(&b, (AlertMetric)c->metric, c->threshold);
	}
	if (count)
		(void)buf_printf(&b, " n=%lld", (long long)c->count);
	if (c->missing)
		(void)buf_puts(&b, ", no data");
	out = clean_text(a, arena_str(a, buf_str(&b)), 0);
	buf_done(&b);
	return out;
}

static Clean since_of(Arena *a, int64_t ms, const World *w)
{
	CivilTime t = time_civil(ms + w->offset_ms), now = time_civil(w->now_ms + w->offset_ms);

	if (!ms)
		return clean_own("-");
	/* Yesterday's 23:10 would be read as today's. */
	return w->now_ms - ms < INT64_C(86400000) && t.day == now.day ? clean_ownf(a, "%02d:%02d", t.hour, t.minute) : fmt_age(a, w->now_ms - ms);
}

static Clean object_of(Arena *a, const AlertCell *c)
{
	const char *name = *c->key ? c->key : c->rule;

	return clean_text(a, arena_printf(a, "%s%s%s", c->context, *c->context ? "/" : "", name), 0);
}

/* "2 min before: upsell-generator/route 2.1>2.2 release/ci (cloudtrail)" */
static Clean change_of(Arena *a, const AlertCell *c, int i)
{
	const ChangeCell *x = &c->change[i];
	int64_t minutes = (c->since_ms - x->time_ms) / 60000;
	Str who = change_actor(str_of(x->by));

	return clean_text(a, arena_printf(a, "%lld min before: %s%s%s %s%s%s %.*s (%s)", (long long)(minutes > 0 ? minutes : 0),
	                                  x->kind == CHANGE_POINTER ? "" : change_kind_name((ChangeKind)x->kind), x->kind == CHANGE_POINTER ? "" : " ",
	                                  x->object, x->from, *x->from || *x->to ? ">" : "changed", x->to,
	                                  STR_ARG(who.n ? who : STR("by an unknown hand")), change_source_name((ChangeSource)x->source)), 0);
}

static void add_row(AlertsPane *s, const AlertCell *c, const World *w, Arena *a)
{
	Str key = arena_printf(a, "%s/%d/%s:%s", c->context, (int)c->cloudwatch, c->rule, c->key);
	TableCell *cell = table_add(&s->t, key, c)->cell;
	bool loud = c->state == ALERT_FIRING;
	Role role = c->state == ALERT_OK ? ROLE_DIM : ROLE_TEXT;

	cell[COL_SEVERITY] = (TableCell){ clean_own(severities[c->severity].word), loud ? severities[c->severity].role : ROLE_DIM, -c->severity };
	if (c->cloudwatch)
		cell[COL_SEVERITY].text = clean_own("aws");
	cell[COL_SINCE] = (TableCell){ since_of(a, c->since_ms, w), ROLE_DIM, -c->since_ms };
	cell[COL_OBJECT] = (TableCell){ object_of(a, c), role, 0 };
	cell[COL_FACT] = (TableCell){ fact_of(a, c), role, 0 };
	cell[COL_STATE] = (TableCell){ clean_own(c->unknown && c->state == ALERT_OK ? "?" : states[c->state]),
	                               loud ? severities[c->severity].role : ROLE_DIM, c->state };
	cell[COL_RULE] = (TableCell){ c->cloudwatch ? clean_own("CloudWatch") : clean_text(a, str_of(c->rule), 0), ROLE_DIM, 0 };
	cell[COL_CHANGE] = (TableCell){ c->changes ? change_of(a, c, 0) : clean_own(""), ROLE_DIM, 0 };
}

/* A wide window gives to what and to what it says. */
static void widths(AlertsPane *s, int w)
{
	int more = w >= 100 ? w - 100 : 0;

	if (w >= 150)
		more -= CHANGE_W + 1;
	for (int i = 0; i < s->t.shown_n && !s->t.chosen; i++) {
		int c = s->t.shown[i];

		s->t.width[i] = c == COL_OBJECT ? OBJECT_W + (more > 0 ? more / 3 : 0) : c == COL_FACT ? FACT_W + (more > 0 ? more / 3 : 0) : 0;
	}
}

/* --- who watches --- */

static void watch_line(AlertsPane *s, const WatchCell *c, const World *w, Arena *a)
{
	int at = s->watches++;
	CivilTime t = time_civil(c->run_ms + w->offset_ms);
	const char *when = c->run_ms ? clean_ownf(a, "last look %02d:%02d:%02d", t.hour, t.minute, t.second).p : "no look yet";
	Str line;

	if (!c->watched)
		line = arena_printf(a, "%s%sNOT WATCHED, %s%s: run seismo collect, or leave a console open", c->context, *c->context ? ": " : "", when,
		                    *c->who ? " though somebody should" : "");
	else if (c->failed)
		line = arena_printf(a, "%s%sCANNOT JUDGE: %s", c->context, *c->context ? ": " : "", c->note);
	else
		line = arena_printf(a, "%s%swatched by %s, %s%s%s", c->context, *c->context ? ": " : "", c->who, when, *c->note ? "; " : "", c->note);
	s->watch[at] = clean_text(a, line, 0);
	s->watch_role[at] = !c->watched || c->failed ? ROLE_ERROR : *c->note ? ROLE_WARN : ROLE_DIM;
}

static const AlertCell *current(const AlertsPane *s)
{
	const TableRow *r = table_current(&s->t);

	return r ? r->object : NULL;
}

/* What stands below the list about the alert under the cursor. */
static void below(AlertsPane *s, Arena *a)
{
	const AlertCell *c = current(s);
	const AlertRule *r = NULL;

	s->lines = 0;
	if (!c || s->brief)
		return;
	for (size_t i = 0; i < alert_builtin_count; i++)
		if (str_is(alert_builtin[i].id, c->rule))
			r = &alert_builtin[i];
	if (*c->by)
		s->below[s->lines++] = clean_text(a, arena_printf(a, "%s by %s: %s", c->state == ALERT_SILENCED ? "silenced" : "acknowledged",
		                                                  c->by, c->reason), 0);
	if (r)
		s->below[s->lines++] = clean_text(a, r->help, 0);
	if (*c->fact && !c->cloudwatch && !is_move(c))
		s->below[s->lines++] = clean_text(a, str_of(c->fact), 0);
	s->change_line = s->lines;
	for (int i = 0; i < c->changes && s->lines < LINES; i++)
		s->below[s->lines++] = change_of(a, c, i);
	s->changes = s->lines - s->change_line;
	if (!c->changes && c->state != ALERT_OK && s->lines < LINES)
		s->below[s->lines++] = clean_own("nothing was changed in the 24 h before it began");
	for (size_t i = 0; r && i < r->steps && s->lines < LINES; i++)
		s->below[s->lines++] = clean_text(a, arena_printf(a, "%zu. %.*s", i + 1, STR_ARG(r->step[i])), 0);
}

/* The command line takes the alert under the cursor. */
static void point(Pane *p)
{
	AlertsPane *s = p->state;
	const AlertCell *c = current(s);
	bool none = !c || c->state == ALERT_OK || strcmp(c->rule, NOT_WATCHED) == 0;
	char what[sizeof s->pointed] = "";

	if (!none)
		(void)snprintf(what, sizeof what, "%s%s%s", c->rule, *c->key ? ":" : "", c->key);
	if (strcmp(what, s->pointed) == 0 && (none || strcmp(c->context, s->pointed_context) == 0))
		return;
	memcpy(s->pointed, what, sizeof what);
	(void)snprintf(s->pointed_context, sizeof s->pointed_context, "%s", none ? "" : c->context);
	app_point_alert(p->app, s->pointed_context, what);
}

/* The rules judge what all feeds have brought: of what moment that is, though none of them is this pane's own. */
static void words(AlertsPane *s, const PaneAsk *answer, const World *w, Arena *a)
{
	const AlertsSeen *seen = answer->out;
	int said = seen ? seen->total - seen->firing : 0;
	char at[32];

	world_as_of(w, FEEDS_CLAIM, at);
	s->fresh = answer->error[0] ? FRESH_FAILED : !seen ? FRESH_LOADING : *at ? FRESH_STALE : FRESH_OK;
	s->state = s->fresh == FRESH_STALE ? clean_ownf(a, "by what was known at %s", at) : clean_text(a, arena_str(a, str_of(answer->error)), 0);
	s->title = !seen ? clean_own("ALERTS") : said ? clean_ownf(a, "ALERTS  %d fire, %d acknowledged or silenced", seen->firing, said)
	                                              : clean_ownf(a, "ALERTS  %d fire", seen->firing);
	s->empty = seen && seen->past ? clean_own("states are those of now: of the past none are kept")
	         : s->t.total ? table_nothing(&s->t, w->filter, a) : *at ? clean_ownf(a, "nothing was wrong at %s", at) : clean_own("nothing is wrong");
}

static void alerts_update(Pane *p, const World *w)
{
	AlertsPane *s = p->state;
	Arena *a = &p->arena;
	const AlertsAsk q = { .max = s->brief ? 40 : ALERTS_MAX, .ended = !s->brief };
	const PaneAsk *answer;
	const AlertsSeen *seen;

	if (p->h < 1)                      /* while nothing fires there is no room for it */
		return;
	app_ask(p, &ask_alerts, &q);
	answer = pane_answer(p, &ask_alerts);
	seen = answer->out;
	widths(s, p->w);
	s->watches = 0;
	table_begin(&s->t);
	for (int i = 0; seen && i < seen->n; i++)
		if (!(s->brief && seen->cell[i].unknown && seen->cell[i].state == ALERT_OK))
			add_row(s, &seen->cell[i], w, a);
	for (int i = 0; seen && i < seen->watches; i++)
		watch_line(s, &seen->watch[i], w, a);
	table_end(&s->t, s->brief ? STR("") : w->filter);
	words(s, answer, w, a);
	below(s, a);
	if (p->focused || !s->brief)
		point(p);
}

/* --- painting --- */

static void draw_brief_row(Box b, int y, const TableRow *r, int object_w, bool selected, Arena *scratch)
{
	const TableCell *c = r->cell;
	int x = 0, fact_w = b.w - SEVERITY_W - SINCE_W - object_w - STATE_W - 4;

	draw_left(b, x, y, SEVERITY_W, c[COL_SEVERITY].role, c[COL_SEVERITY].text);
	draw_right(b, x += SEVERITY_W + 1, y, SINCE_W, ROLE_DIM, c[COL_SINCE].text);
	draw_left(b, x += SINCE_W + 1, y, object_w, c[COL_OBJECT].role, clean_cut_middle(scratch, c[COL_OBJECT].text, object_w));
	if (fact_w > 4) {
		draw_left(b, x += object_w + 1, y, fact_w, c[COL_FACT].role, clean_cut(scratch, c[COL_FACT].text, fact_w));
		draw_left(b, x + fact_w + 1, y, STATE_W, c[COL_STATE].role, c[COL_STATE].text);
	}
	if (selected)
		draw_role(b, 0, y, b.w, ROLE_SELECTED, 0);
}

/* The rows alone; the last one says how many more there are, and an empty list who watches. */
static void draw_brief(const AlertsPane *s, Box b, bool focused)
{
	int rows = (int)s->t.n > b.h ? b.h - 1 : b.h, object_w = b.w >= 60 ? OBJECT_W + (b.w > 80 ? (b.w - 80) / 3 : 0) : b.w / 3;
	int top = s->t.cursor < rows || rows < 1 ? 0 : s->t.cursor - rows + 1, y = 0;
	Arena scratch = { 0 };

	for (; y < rows && top + y < (int)s->t.n; y++)
		draw_brief_row(b, y, &s->t.row[top + y], object_w, focused && top + y == s->t.cursor, &scratch);
	if ((int)s->t.n > y && y < b.h)
		draw_ownf(b, 0, y++, ROLE_DIM, "+%d more: 9 opens all", (int)s->t.n - rows);
	if (!s->t.n && y < b.h) {
		draw_own(b, 0, y, focused ? ROLE_BORDER_FOCUS : ROLE_TITLE, "ALERTS");
		draw_text(box_sub(b, 8, y, b.w - 8, 1), 0, 0, s->fresh == FRESH_FAILED ? ROLE_ERROR : ROLE_DIM,
		          s->fresh == FRESH_FAILED ? s->state : s->fresh == FRESH_LOADING ? clean_own("loading ...") : s->empty);
		y++;
	}
	for (int i = 0; i < s->watches && y < b.h; i++, y++)
		draw_left(b, !s->t.n ? 8 : 0, y, b.w, s->watch_role[i], clean_cut(&scratch, s->watch[i], b.w - 8));
	arena_done(&scratch);
}

/* How many rows the lines below the list get: what the list leaves free, and else up to half of the pane. */
static int below_rows(const AlertsPane *s, int h)
{
	int spare = h - 1 - (int)s->t.n - 1, most = spare > h / 2 ? spare : h / 2;

	if (most > h - 1 - LEAST_LIST)
		most = h - 1 - LEAST_LIST;
	return most < 0 ? 0 : s->lines < most ? s->lines : most;
}

/* In too few rows changes give way to what is to be done; the last of them is the own move's place. */
static void draw_below(const AlertsPane *s, Box b, Arena *scratch)
{
	int lost = s->lines - b.h, others = s->changes > 1 ? s->changes - 1 : 0, skip = lost < others ? lost : others;

	for (int y = 0; y < b.h; y++) {
		int at = y < s->change_line + others - skip ? y : y + skip;

		draw_left(b, 0, y, b.w, ROLE_DIM, clean_cut(scratch, s->below[at], b.w));
	}
}

static void alerts_draw(const Pane *p, Box b)
{
	const AlertsPane *s = p->state;
	Arena scratch = { 0 };
	int foot = s->watches < b.h / 4 ? s->watches : b.h / 4, lines;
	Box in;

	if (s->brief) {
		draw_brief(s, b, p->focused);
		return;
	}
	in = pane_head(b, p, s->title, s->fresh, s->state);
	lines = below_rows(s, in.h - foot);
	table_draw(&s->t, box_sub(in, 0, 0, in.w, in.h - foot - (lines ? lines + 1 : 0)), p->focused, &scratch);
	if (!s->t.n)
		pane_empty(in, s->fresh, s->empty.p);
	draw_below(s, box_sub(in, 1, in.h - foot - lines, in.w - 1, lines), &scratch);
	for (int i = 0; i < foot; i++)
		draw_left(in, 0, in.h - foot + i, in.w, s->watch_role[i], clean_cut(&scratch, s->watch[i], in.w));
	arena_done(&scratch);
}

/* --- keys --- */

static int alerts_key(Pane *p, Key k)
{
	AlertsPane *s = p->state;
	int rc = table_key(&s->t, k, s->brief ? p->h : p->h - 2);

	if (rc == PANE_HANDLED) {
		below(s, &p->arena);
		point(p);
	}
	return rc;
}

static void alerts_help(const Pane *p, Buf *out)
{
	table_help(&((const AlertsPane *)p->state)->t, out);
}

static void describe(Pane *p)
{
	const AlertCell *c = current(p->state);

	if (c)
		app_describe_alert(p->app, c);
}

/* What the rule's key is a key of, for the list of jobs. */
static Dim dim_of_rule(const AlertCell *c)
{
	for (size_t i = 0; i < alert_builtin_count; i++)
		if (str_is(alert_builtin[i].id, c->rule) && alert_builtin[i].by == BY_TENANT)
			return DIM_TENANT;
		else if (str_is(alert_builtin[i].id, c->rule) && alert_builtin[i].by == BY_MODEL)
			return DIM_MODEL;
	return DIM_ALL;
}

static bool is_trace(const AlertCell *c)
{
	return c->metric == METRIC_TRACE_COST || c->metric == METRIC_TRACE_CALLS || c->metric == METRIC_TRACE_AGE;
}

/* The jobs behind it: of its version, agent, tenant or model; else what is known in words. */
static void enter(Pane *p)
{
	const AlertCell *c = current(p->state);
	CostCell scope = { 0 };
	char filter[FIG_KEY + 8] = "";
	FigKey key;

	if (!c)
		return;
	(void)snprintf(key, sizeof key, "%s@%s", c->agent, c->version);
	if (*c->agent && *c->version)
		(void)cell_narrow(&scope, DIM_VERSION, key);
	else if (*c->agent)
		(void)cell_narrow(&scope, DIM_AGENT, c->agent);
	else if (*c->key && dim_of_rule(c) != DIM_ALL)
		(void)cell_narrow(&scope, dim_of_rule(c), c->key);
	else {
		app_describe_alert(p->app, c);
		return;
	}
	memcpy(scope.context, c->context, sizeof scope.context);
	if (is_trace(c))
		(void)snprintf(filter, sizeof filter, "trace:%s", c->key);
	/* The pane and its answer are gone once the other view is open. */
	App *app = p->app;

	app_scope_jobs(app, &scope);
	if (*filter)
		app_filter(app, filter);
}

static void say(Pane *p, const char *before, const char *after)
{
	const AlertCell *c = current(p->state);
	char line[2 * FIG_KEY + 40];

	if (!c || c->state == ALERT_OK || strcmp(c->rule, NOT_WATCHED) == 0) {
		app_say(p->app, ROLE_INFO, "there is nothing to say about this one: it does not fire");
		return;
	}
	point(p);
	(void)snprintf(line, sizeof line, "%s %s%s%s %s", before, c->rule, *c->key ? ":" : "", c->key, after);
	app_type_command(p->app, line);
}

static void acknowledge(Pane *p)
{
	say(p, "ack", "");
}

static void silence(Pane *p)
{
	say(p, "silence", "2h ");
}

static void copy_key(Pane *p)
{
	const AlertCell *c = current(p->state);

	if (c)
		app_copy(p->app, str_of(*c->key ? c->key : c->rule), "what it is about");
}

/* What it says of an agent is the reason to go back. */
static bool alerts_agent(const Pane *p, ActOn *out)
{
	const AlertsPane *s = p->state;
	const TableRow *r = table_current(&s->t);
	const AlertCell *c = r ? r->object : NULL;
	Str pointer, name;

	if (!c || !*c->agent)
		return false;
	name = str_cut(str_of(c->key), '/', &pointer);
	(void)snprintf(out->context, sizeof out->context, "%s", c->context);
	(void)snprintf(out->agent, sizeof out->agent, "%s", c->agent);
	if (str_is(name, c->agent))
		(void)snprintf(out->pointer, sizeof out->pointer, "%.*s", STR_ARG(pointer));
	(void)snprintf(out->reason, sizeof out->reason, "alert %s: %s since %s", c->rule, r->cell[COL_FACT].text.p, r->cell[COL_SINCE].text.p);
	return true;
}

static const PaneKey keys[] = {
	{ "enter", "its jobs", enter }, { "a", "acknowledge", acknowledge }, { "s", "silence", silence }, { "d", "describe", describe },
	{ "c", "copy", copy_key }, { 0 },
};
static const char *const options[] = { "show", NULL };

const PaneClass pane_alerts = {
	.name = "alerts", .title = "alerts", .topics = TOPIC_FIGURES | TOPIC_FEEDS | TOPIC_CLOCK | TOPIC_FILTER, .feeds = 0, .options = options,
	.focusable = true, .aside = true, .open = alerts_open, .update = alerts_update, .draw = alerts_draw, .agent = alerts_agent, .key = alerts_key,
	.close = alerts_close, .keys = keys, .vital_keys = 3, .help = alerts_help,
};
