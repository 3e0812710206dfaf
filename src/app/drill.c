#include "app/drill.h"

#include <stdio.h>
#include <string.h>

#include "act/intent.h"
#include "store/change.h"

enum { LOOK_MS = 10000, LOOKS_MAX = 2000, ROWS = 100, MOVES = 50 };

void drill_alarm(DrillNotes *n, int64_t now_ms)
{
	if (n && !n->alarm_ms)
		n->alarm_ms = now_ms;
}

void drill_opened(DrillNotes *n, int64_t now_ms)
{
	if (n && n->alarm_ms && !n->opened_ms)
		n->opened_ms = now_ms;
}

void drill_sent(DrillNotes *n, int64_t now_ms)
{
	if (n && !n->sent_ms)
		n->sent_ms = now_ms;
}

void drill_key(DrillNotes *n)
{
	if (n && n->alarm_ms && !n->sent_ms)
		n->keys++;
}

/* --- the journal --- */

static int take_row(const JournalRow *row, Arena *a, DrillScore *d, bool *is_rollback, Err *e)
{
	Intent x;

	*is_rollback = false;
	if (intent_read(a, row->facts, &x, e) < 0)
		return -1;
	if (!str_is(x.action, "rollback"))
		return 0;
	d->agent = x.name;
	d->pointer = x.pointer_name;
	d->by = x.by;
	d->from = route_main(x.from);
	d->to = route_main(x.to);
	d->outcome = row->outcome;
	d->begun_ms = row->begun_ms;
	d->verified_ms = str_is(row->outcome, "done") ? row->at_ms : 0;
	d->found = *is_rollback = true;
	return 0;
}

/* The first that was verified, else the first. */
static int find_rollback(Journal *j, Arena *a, DrillScore *d, Err *e)
{
	DrillScore first = *d;
	JournalRow *row;
	size_t n;

	if (journal_list(j, false, ROWS, a, &row, &n, e) < 0)
		return -1;
	for (size_t i = n; i-- > 0;) {
		DrillScore x = *d;
		bool is;

		if (take_row(&row[i], a, &x, &is, e) < 0)
			return -1;
		if (is && x.verified_ms) {
			*d = x;
			return 0;
		}
		if (is && !first.found)
			first = x;
	}
	*d = first;
	return 0;
}

/* --- back --- */

/* When the pointer left the version again; INT64_MAX: it did not. */
static int left_ms(Store *s, const DrillScore *d, Arena *a, int64_t *ms, Err *e)
{
	Str object = arena_printf(a, "%.*s/%.*s", STR_ARG(d->agent), STR_ARG(d->pointer));
	Change *c;
	size_t n;

	*ms = INT64_MAX;
	if (store_changes(s, d->verified_ms, 0, MOVES, a, &c, &n, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		Str rest, to = str_cut(str_cut(c[i].to, ' ', &rest), ':', &rest);

		if (c[i].kind == CHANGE_POINTER && str_eq(c[i].object, object) && to.n && !str_eq(to, d->to) && c[i].time_ms < *ms)
			*ms = c[i].time_ms;
	}
	return 0;
}

static int find_back(Store *s, const BackRule *rule, int64_t now_ms, Arena *a, DrillScore *d, Err *e)
{
	ProofAsk q = { .agent = d->agent, .old = d->from, .new = d->to, .moved_ms = d->verified_ms, .fresh = true, .counted = true, .served = true,
	               .past = true };
	BackState state = { 0 };
	int64_t left;

	if (left_ms(s, d, a, &left, e) < 0)
		return -1;
	for (int i = 0; i < LOOKS_MAX && !d->back_ms; i++) {
		Arena each = { 0 };
		Proof p;
		int rc;

		q.now_ms = q.known_ms = d->verified_ms + (int64_t)i * LOOK_MS;
		if (q.now_ms > now_ms)
			break;
		q.away = q.now_ms >= left;
		rc = proof_read(s, &q, &each, &p, e);
		arena_done(&each);
		if (rc < 0)
			return -1;
		d->figures = p.f;
		d->last = back_look(rule, &p.f, &state);
		if (d->last.word == BACK_FULL || d->last.word == BACK_LOW)
			d->back_ms = q.now_ms;
	}
	return 0;
}

int drill_score(Store *s, Journal *j, const DrillNotes *n, const BackRule *rule, int64_t now_ms, Arena *a, DrillScore *out, Err *e)
{
	*out = (DrillScore){ .at = *n };
	if (find_rollback(j, a, out, e) < 0)
		return -1;
	return out->verified_ms ? find_back(s, rule, now_ms, a, out, e) : 0;
}

/* --- the card --- */

static void line(Buf *out, const DrillScore *d, const char *what, int64_t ms, int64_t offset_ms, const char *more)
{
	int64_t day = (ms + offset_ms) % 86400000, after = ms - d->at.alarm_ms;

	if (!ms) {
		(void)buf_printf(out, "  %-12s -         %s\n", what, more);
		return;
	}
	(void)buf_printf(out, "  %-12s %02d:%02d:%02d", what, (int)(day / 3600000), (int)(day / 60000 % 60), (int)(day / 1000 % 60));
	if (d->at.alarm_ms && ms != d->at.alarm_ms)
		(void)buf_printf(out, "  +%lld:%02lld", (long long)after / 60000, (long long)(after < 0 ? 0 : after) / 1000 % 60);
	(void)buf_printf(out, "%s%s\n", *more ? "  " : "", more);
}

void drill_card(const DrillScore *d, int64_t offset_ms, Buf *out)
{
	char more[400] = "", back[200] = "";

	(void)buf_puts(out, "The drill, bad-release\n");
	line(out, d, "alarm", d->at.alarm_ms, offset_ms, d->at.alarm_ms ? "on the screen" : "none was on the screen yet");
	line(out, d, "card opened", d->at.opened_ms, offset_ms, "");
	if (d->found)
		(void)snprintf(more, sizeof more, "%.*s/%.*s %.*s>%.*s by %.*s", STR_ARG(d->agent), STR_ARG(d->pointer), STR_ARG(d->from), STR_ARG(d->to),
		               STR_ARG(d->by));
	if (d->found && d->at.alarm_ms && d->at.sent_ms)
		(void)snprintf(more + strlen(more), sizeof more - strlen(more), ", %d keys", d->at.keys);
	line(out, d, "sent", d->begun_ms, offset_ms, d->found ? more : "no rollback was made: B on the alert opens its card");
	if (d->found)
		line(out, d, "verified", d->verified_ms, offset_ms, d->verified_ms ? "" : d->outcome.n ? "it was not moved" : "its end is not known");
	if (d->verified_ms && !d->back_ms)
		(void)snprintf(back, sizeof back, "%s%s%s", back_word(d->last.word), d->last.waits ? ": " : "", d->last.waits ? d->last.waits : "");
	else if (d->back_ms)
		(void)snprintf(back, sizeof back, "%s, %lld of %lld jobs failed", back_word(d->last.word), (long long)d->figures.failed,
		               (long long)d->figures.n);
	if (d->verified_ms)
		line(out, d, "back", d->back_ms, offset_ms, back);
	if (d->at.alarm_ms && d->verified_ms > d->at.alarm_ms)
		(void)buf_printf(out, "From the alarm to the verified rollback: %lld s.\n", (long long)(d->verified_ms - d->at.alarm_ms) / 1000);
}
