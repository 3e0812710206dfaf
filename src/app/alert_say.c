#include "app/alert_say.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/app_impl.h"
#include "app/ask.h"
#include "app/past.h"
#include "app/said_by.h"
#include "base/xalloc.h"
#include "conf/schema.h"
#include "store/alerts.h"

enum { WHAT = 2 * FIG_KEY, REASON = 200 };

typedef struct Saying {
	App *a;
	unsigned epoch;
	bool silence;
	char what[WHAT], reason[REASON], by[SAID_BY];
	Said said;
} Saying;

static int run(Store *s, void *work, Err *e)
{
	Saying *y = work;
	Arena a = { 0 };
	int rc = (y->silence ? alerts_silence : alerts_ack)(s, str_of(y->what), &y->said, &a, NULL, e);

	arena_done(&a);
	return rc;
}

static void done(void *work, const Err *err)
{
	Saying *y = work;
	App *a = y->a;
	char text[sizeof a->say];

	a->reads--;
	if (!a->quitting && y->epoch == a->epoch) {
		if (err)
			(void)snprintf(text, sizeof text, "%.300s", err->text);
		else
			(void)snprintf(text, sizeof text, "%s %.200s", !y->silence ? "acknowledged" : y->said.until_ms ? "silenced" : "silenced no more",
			               y->what);
		app_say(a, err ? ROLE_ERROR : ROLE_OK, text);
		app_compute(a);
		ask_again(a);
	}
	free(y);
}

/* "RULE:KEY" at the beginning of rest when the alert under the cursor is named there, as the keys of the pane put it; it is taken off. */
static bool take_named(const App *a, Str *rest)
{
	Str what = str_of(a->alert_what);

	if (!what.n || !str_starts(*rest, what) || (rest->n > what.n && rest->p[what.n] != ' '))
		return false;
	*rest = str_trim(str_sub(*rest, what.n, rest->n));
	return true;
}

/* "rule" or "rule:key" without blanks, of a rule that is known: what was typed by hand. */
static bool take_typed(const App *a, Str *rest, char out[WHAT])
{
	Str more, word = str_cut(*rest, ' ', &more), key, rule = str_cut(word, ':', &key);
	bool known = str_is(rule, "budget");

	for (size_t i = 0; i < a->shared.conf.alert_count && !known; i++)
		known = str_eq(a->shared.conf.alert[i].id, rule);
	if (!known || word.n >= WHAT)
		return false;
	(void)snprintf(out, WHAT, "%.*s", STR_ARG(word));
	*rest = str_trim(more);
	return true;
}

static Saying *begin(App *a, Str *rest)
{
	char what[WHAT];
	Saying *y;

	if (past_refuses(a)) {
		app_say(a, ROLE_WARN, past_refuses(a));
		return NULL;
	}
	if (take_named(a, rest) || !take_typed(a, rest, what))
		(void)snprintf(what, sizeof what, "%s", a->alert_what);
	if (!*what) {
		app_say(a, ROLE_WARN, "which alert? 9 opens them: a on one acknowledges, s silences");
		return NULL;
	}
	y = xcalloc(1, sizeof *y);
	y->a = a;
	y->epoch = a->epoch;
	memcpy(y->what, what, sizeof y->what);
	said_by(y->by);
	y->said = (Said){ .at_ms = app_clock(a), .by = str_of(y->by) };
	return y;
}

static void put_down(Saying *y, Str reason)
{
	App *a = y->a;
	Watch *w = context_find(a, a->alert_context);

	if (!w) {
		free(y);
		return;
	}
	(void)snprintf(y->reason, sizeof y->reason, "%.*s", (int)(reason.n < REASON ? reason.n : REASON - 1), reason.p ? reason.p : "");
	y->said.reason = str_of(y->reason);
	a->reads++;
	storeq_write(w->queue, (StoreWork){ run, done, y });
}

void alert_ack_command(App *a, Str rest)
{
	Saying *y = begin(a, &rest);

	if (!y)
		return;
	if (!rest.n) {
		app_say(a, ROLE_WARN, "say why: who looks at it next wants to know   (:ack ALERT REASON)");
		free(y);
		return;
	}
	put_down(y, rest);
}

void alert_silence_command(App *a, Str rest)
{
	Saying *y = begin(a, &rest);
	Str reason = STR(""), span;
	int64_t ms;

	if (!y)
		return;
	span = str_cut(rest, ' ', &reason);
	if (duration_parse(span, &ms) < 0 || ms > SILENCE_MAX_MS) {
		app_say(a, ROLE_WARN, "for how long: 30m, 2h, 7d, at most 90d; 0s ends it   (:silence ALERT 2h REASON)");
		free(y);
		return;
	}
	y->silence = true;
	y->said.until_ms = ms ? y->said.at_ms + ms : 0;
	put_down(y, str_trim(reason));
}

void app_point_alert(App *a, const char *context, const char *what)
{
	(void)snprintf(a->alert_context, sizeof a->alert_context, "%s", context);
	(void)snprintf(a->alert_what, sizeof a->alert_what, "%s", what);
}
