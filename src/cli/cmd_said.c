/* `seismo ack ALERT` and `seismo silence ALERT`: what a person says about an alert, kept in the snapshot. Asks nobody, changes nothing in
 * AWS. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/said_by.h"
#include "base/clock.h"
#include "base/file.h"
#include "cli/ask.h"
#include "cli/cli.h"
#include "conf/schema.h"
#include "conf/yaml.h"
#include "store/alarm.h"
#include "store/alerts.h"
#include "wire/jsonw.h"
#include "wire/time8601.h"

enum { REASON_MAX = 500 };

/* A silence may come before its alert; a rule that nobody knows is a mistake. */
static int check_rule(const Config *c, Store *s, Str what, Err *e)
{
	const char *known[256] = { NULL }, *near;
	Str key, rule = str_cut(what, ':', &key);
	Arena a = { 0 };
	AlarmRow *alarm;
	size_t alarms, n = 0;
	bool ok = str_is(rule, "budget");

	for (size_t i = 0; i < c->alert_count && n < 254; i++) {
		known[n++] = c->alert[i].id.p;
		ok |= str_eq(c->alert[i].id, rule);
	}
	if (!ok && store_alarms(s, &a, &alarm, &alarms, e) < 0) {
		arena_done(&a);
		return -1;
	}
	for (size_t i = 0; !ok && i < alarms; i++)
		ok = str_eq(alarm[i].name, what);
	arena_done(&a);
	if (ok)
		return 0;
	near = nearest_word(rule, known);
	return err_kind(e, ERR_USAGE, "there is no rule %.*s%s%s%s; seismo config alerts lists them", STR_ARG(rule), near ? "; did you mean " : "",
	                near ? near : "", near ? "?" : "");
}

static Store *open_store(const Session *s, Err *e)
{
	if (s->store_path && file_exists(s->store_path))
		return store_open(s->store_path, STORE_WRITE, NULL, e);
	err_kind(e, ERR_FAILED, "context %.*s has no snapshot yet: there is no alert to speak of", STR_ARG(s->ctx->name));
	return NULL;
}

static void tell(const Options *o, const char *did, Str what, const Said *said)
{
	char until[TIME_TEXT];
	Buf b = { 0 };
	JsonW w = jw_to(&b);

	if (said->until_ms)
		time_format_iso(said->until_ms, until);
	if (o->out != OUT_JSON) {
		printf("%s %.*s%s%s\n", did, STR_ARG(what), said->until_ms ? " until " : "", said->until_ms ? until : "");
		return;
	}
	jw_object(&w);
	jw_kstr(&w, "alert", what);
	jw_kstr(&w, "did", str_of(did));
	jw_kstr(&w, "by", said->by);
	jw_kstr(&w, "reason", said->reason.n ? said->reason : (Str){ NULL, 0 });
	jw_kstr(&w, "until", said->until_ms ? str_of(until) : (Str){ NULL, 0 });
	jw_object_end(&w);
	(void)fwrite(b.p, 1, b.n, stdout);
	(void)putchar('\n');
	buf_done(&b);
}

static int say(const Options *o, const Session *s, bool silence, Said said, Err *e)
{
	Store *store = open_store(s, e);
	const Str what = str_of(o->arg[0]);
	Arena a = { 0 };
	Str found;
	int rc;

	if (!store)
		return -1;
	if (silence)
		rc = check_rule(s->conf, store, what, e) < 0 ? -1 : alerts_silence(store, what, &said, &a, &found, e);
	else
		rc = alerts_ack(store, what, &said, &a, &found, e);
	if (rc == 0)
		tell(o, !silence ? "acknowledged" : said.until_ms ? "silenced" : "silenced no more", found, &said);
	arena_done(&a);
	store_close(store);
	return rc;
}

static int run(const Options *o, bool silence, Said said)
{
	SessionSpec spec = ask_session(o);
	char by[SAID_BY];
	uv_loop_t loop;
	Session s;
	Err e = { 0 };
	int rc;

	said_by(by);
	said.by = str_of(by);
	(void)uv_loop_init(&loop);
	rc = session_open(&s, &loop, &spec, &e);
	if (rc == 0) {
		rc = say(o, &s, silence, said, &e);
		session_close(&s);
		(void)uv_run(&loop, UV_RUN_DEFAULT);
		session_done(&s);
	} else {
		(void)uv_run(&loop, UV_RUN_DEFAULT);
	}
	(void)uv_loop_close(&loop);
	return rc < 0 ? cli_fail(&e) : 0;
}

static int usage(const char *text)
{
	(void)fprintf(stderr, "seismo: %s\n", text);
	return 2;
}

static bool good_reason(const Options *o)
{
	return !o->reason || (strlen(o->reason) <= REASON_MAX && *o->reason);
}

int cmd_ack(const Options *o)
{
	if (o->args != 1)
		return usage("ack takes one alert, as RULE, RULE:KEY or the name of a CloudWatch alarm; seismo get alerts lists them");
	if (!o->reason || !good_reason(o))
		return usage("ack needs --reason TEXT, up to 500 bytes: who looks at the alert next wants to know");
	return run(o, false, (Said){ .at_ms = clock_wall_ms(), .reason = str_of(o->reason) });
}

int cmd_silence(const Options *o)
{
	Said said = { .at_ms = clock_wall_ms(), .reason = str_of(o->reason) };
	int64_t span_ms;

	if (o->args != 1)
		return usage("silence takes one alert, as RULE, RULE:KEY or the name of a CloudWatch alarm");
	if (!o->span || duration_parse(str_of(o->span), &span_ms) < 0 || span_ms > SILENCE_MAX_MS)
		return usage("silence needs --for TIME, such as 30m, 2h or 7d, at most 90d; 0s ends a silence");
	if (!good_reason(o))
		return usage("--reason takes a text of 1 to 500 bytes");
	said.until_ms = span_ms ? said.at_ms + span_ms : 0;
	return run(o, true, said);
}
