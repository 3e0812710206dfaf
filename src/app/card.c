/* The card's way from the plan to what is sent, or to nothing. What its keys do: card_keys.c. */
#include "app/card.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/app_impl.h"
#include "app/drill.h"
#include "app/past.h"
#include "app/session_ids.h"
#include "template/templates.h"
#include "base/clock.h"
#include "base/xalloc.h"

enum { FACTS_MS = 5000, POINTER_TEXT = sizeof LABEL_PREFIX + 2 * FIG_KEY };

void card_say(Card *c, Role role, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(c->say, sizeof c->say, fmt, ap);
	va_end(ap);
	c->say_role = role;
}

const MoveView *card_plan(const Card *c)
{
	return c->state == CARD_READY ? errand_view(c->errand) : NULL;
}

Consent card_consent(const Card *c)
{
	const MoveView *v = card_plan(c);

	return (Consent){ .name = v ? v->name : STR(""), .typed = c->typed[0] ? str_of(c->typed) : (Str){ NULL, 0 },
	                  .reason = str_trim(str_of(c->reason)), .yes = true, .unlocks = true, .race = c->no_claim };
}

bool card_wants_name(const Card *c)
{
	const Consent said = card_consent(c);

	return consent_wants_name(&c->w->session, &said);
}

/* --- facts --- */

typedef struct FactsAsking { App *a; uint64_t serial; CardAsk ask; CardFacts out; } FactsAsking;

static int facts_run(Store *s, void *work, Err *e)
{
	FactsAsking *q = work;

	return card_facts(s, &q->ask, &q->out, e);
}

static void facts_done(void *work, const Err *err)
{
	FactsAsking *q = work;
	App *a = q->a;
	Card *c = a->card;

	a->reads--;
	if (c && c->serial == q->serial && !a->quitting) {
		c->asking = false;
		(void)snprintf(c->facts_error, sizeof c->facts_error, "%.190s", err ? err->text : "");
		/* Of another target by now: the next answer is about this one. */
		if (!err && strcmp(c->seen_from, q->ask.from) == 0 && strcmp(c->seen_to, q->ask.to) == 0) {
			c->facts = q->out;
			c->has_facts = true;
			c->facts_ms = q->ask.now_ms;
		}
		app_changed(a, 0);
	}
	free(q);
}

static void ask_facts(App *a)
{
	Card *c = a->card;
	FactsAsking *q;

	if (!c->seen || c->asking || !c->w->queue)
		return;
	q = xcalloc(1, sizeof *q);
	*q = (FactsAsking){ .a = a, .serial = c->serial, .ask = { .now_ms = app_clock(a) } };
	/* Jobs call the agent as the row did that the card was opened on; AgentCore's names have no hyphens. */
	(void)snprintf(q->ask.agent, sizeof q->ask.agent, "%s", c->of.agent);
	memcpy(q->ask.pointer, c->seen_pointer, sizeof q->ask.pointer);
	memcpy(q->ask.from, c->seen_from, sizeof q->ask.from);
	memcpy(q->ask.to, c->seen_to, sizeof q->ask.to);
	memcpy(q->ask.backend, c->seen_backend, sizeof q->ask.backend);
	c->asking = true;
	c->asked_ms = clock_mono_ms();
	a->reads++;
	storeq_read(c->w->queue, (StoreWork){ facts_run, facts_done, q });
}

/* --- what a text was found to be worth --- */

typedef struct EvalAsking { App *a; uint64_t serial; char sha256[65]; FigKey agent; TemplateEval out; } EvalAsking;

static int eval_run(Store *s, void *work, Err *e)
{
	EvalAsking *q = work;

	return template_eval(s, str_of(q->sha256), str_of(q->agent), &q->out, e);
}

static void eval_done(void *work, const Err *err)
{
	EvalAsking *q = work;
	App *a = q->a;
	Card *c = a->card;

	a->reads--;
	if (c && c->serial == q->serial && !a->quitting) {
		(void)snprintf(c->facts_error, sizeof c->facts_error, "%.190s", err ? err->text : "");
		c->eval = q->out;
		c->has_eval = !err;
		app_changed(a, 0);
	}
	free(q);
}

static void ask_eval(App *a)
{
	Card *c = a->card;
	const Template *t = c->errand->target.to;
	EvalAsking *q;

	c->has_eval = false;
	if (!t || !c->w->queue)
		return;
	q = xcalloc(1, sizeof *q);
	q->a = a;
	q->serial = c->serial;
	memcpy(q->sha256, t->sha256, sizeof q->sha256);
	fig_text(q->agent, sizeof q->agent, t->use.agent);
	a->reads++;
	storeq_read(c->w->queue, (StoreWork){ eval_run, eval_done, q });
}

/* --- the plan --- */

static void plan(App *a);

static void see(Card *c, const MoveView *v)
{
	c->seen = v->from.n > 0 && !move_action_labels(v->action);       /* jobs go by no label */
	if (!c->of.agent[0])
		fig_text(c->of.agent, sizeof c->of.agent, v->name);
	(void)snprintf(c->seen_pointer, sizeof c->seen_pointer, "%.*s/%.*s", STR_ARG(v->name), STR_ARG(v->pointer_name));
	fig_text(c->seen_from, sizeof c->seen_from, v->versions ? route_main(v->from) : STR(""));
	fig_text(c->seen_to, sizeof c->seen_to, c->kind == CARD_ROLLOUT ? str_of(c->of.version) : move_action_moves(v->action) ? route_main(v->to)
	                                        : v->version);
	fig_text(c->seen_backend, sizeof c->seen_backend, str_of(v->backend));
}

/* --- the ladder --- */

static Str backend_of(const Card *c)
{
	Str rest;

	return str_cut(str_of(c->of.pointer), '/', &rest);
}

bool card_rung_way(const Card *c, const Rung *r, MoveWay *out)
{
	if (!move_action_way(r->action, backend_of(c), out)) {
		*out = (MoveWay){ NULL, "only AgentCore has that" };
		return false;
	}
	return out->call != NULL;
}

static bool wants_rung(const Card *c)
{
	return c->kind == CARD_STOP && (!c->rung || (c->rung->action == MOVE_STOP_SESSIONS && !c->of.sessions[0]));
}

/* One that was asked for by name may not be had where the pointer is. */
static void leave_rung(Card *c)
{
	MoveWay way;

	if (!c->rung || !move_action_way(card_rows[c->kind].action, backend_of(c), &way) || card_rung_way(c, c->rung, &way))
		return;
	card_say(c, ROLE_WARN, "%s is not to be had here: %s", c->rung->name, way.text);
	c->rung = NULL;
}

/* Only into a field that nobody has typed in: it stands there to be read, and Enter is still to come. */
static void take_sessions(App *a, uint64_t serial, const SessionIds *found)
{
	Card *c = a->card;

	if (!c || c->serial != serial || c->state != CARD_LADDER || !wants_rung(c))
		return;
	if (found->n) {
		(void)snprintf(c->of.sessions, sizeof c->of.sessions, "%s", found->list);
		c->painted_ms = 0;
	}
	card_say(c, found->why[0] ? ROLE_WARN : ROLE_INFO, "%d%s session%s of %s%s%s named in log lines of the last %d minutes%s%s", found->n,
	         found->more ? "+" : "", found->n == 1 ? "" : "s", c->of.agent, c->of.version[0] ? " version " : "", c->of.version,
	         SESSION_IDS_MINUTES, found->why[0] ? "; not all could be asked: " : "", found->why);
	app_changed(a, 0);
}

static void show_ladder(App *a)
{
	Card *c = a->card;

	leave_rung(c);
	c->state = CARD_LADDER;
	c->painted_ms = 0;
	c->field = c->rung ? FIELD_SESSIONS : FIELD_CARD;
	c->key_ms = clock_mono_ms();
	app_changed(a, 0);
	if (!c->rung)
		return;
	card_say(c, ROLE_INFO, "asking the log groups which sessions it has ...");
	session_ids_ask(a, c->w, &c->of, c->serial, take_sessions);
}

void card_rung(App *a, const Rung *r)
{
	Card *c = a->card;
	MoveWay way;

	if (r && !card_rung_way(c, r, &way)) {
		card_say(c, ROLE_WARN, "not here: %s", way.text);
		return;
	}
	c->rung = r;
	card_replan(a);
}

/* Where the agent is, was all that was asked: a plan that goes on would be for a rung that nobody chose. */
static bool located(App *a)
{
	Card *c = a->card;
	const MoveView *v = errand_view(c->errand);

	if (!c->locating || !v->pointer_name.n)
		return false;
	fig_text(c->of.agent, sizeof c->of.agent, v->name);
	(void)snprintf(c->of.pointer, sizeof c->of.pointer, "%s/%.*s", v->backend, STR_ARG(v->pointer_name));
	c->locating = false;
	show_ladder(a);
	return true;
}

static void on_planned(void *arg)
{
	App *a = arg;
	Card *c = a->card;

	if (located(a)) {
		errand_drop(c->errand);
		c->errand = NULL;
		return;
	}
	c->state = CARD_READY;
	c->painted_ms = 0;
	c->field = FIELD_CARD;
	c->send = false;
	c->typed[0] = 0;
	c->key_ms = clock_mono_ms();
	see(c, errand_view(c->errand));
	ask_facts(a);
	ask_eval(a);
	app_changed(a, 0);
}

/* What only a person can settle is shown, and planned again as they would have to say it on the command line. */
static bool settle(App *a, const MoveView *v)
{
	Card *c = a->card;

	if (v->no_lock && !c->no_claim && !str_is(str_of(v->backend), "dynamodb")) {
		c->no_claim = true;
		card_say(c, ROLE_ERROR, "NO CLAIM: %.400s", v->err.text);
	} else if (v->drift.n && !c->from[0] && route_main(v->from).n) {
		fig_text(c->from, sizeof c->from, route_main(v->from));
		card_say(c, ROLE_WARN, "DRIFT: %.*s", STR_ARG(v->drift));
	} else {
		return false;
	}
	plan(a);
	return true;
}

static void on_refused(void *arg)
{
	App *a = arg;
	Card *c = a->card;
	const MoveView *v = errand_view(c->errand);

	if (located(a)) {
		c->errand = NULL;
		return;
	}
	if (settle(a, v))
		return;
	card_say(c, ROLE_ERROR, "%s", v->err.text);
	see(c, v);
	for (c->choices = 0; c->choices < v->choices && c->choices < CARD_CHOICES; c->choices++)
		fig_text(c->choice[c->choices], sizeof c->choice[0], v->choice[c->choices]);
	ask_facts(a);                        /* which other targets there are */
	c->errand = NULL;
	c->state = CARD_REFUSED;
	c->painted_ms = 0;
	c->field = FIELD_CARD;
	app_changed(a, 0);
}

static const Rung *rung_to_plan(Card *c)
{
	leave_rung(c);
	return wants_rung(c) ? NULL : c->rung;
}

int64_t card_share(const Card *c)
{
	const ConfRollout *r = &c->w->session.conf->rollout;
	int64_t percent;

	if (c->of.percent[0])
		return str_i64(str_of(c->of.percent), &percent) == 0 ? percent : 0;
	return r->steps ? r->step[0] : 100;
}

/* A label is one of its template: of another one it is another label. */
static Str pointer_to_plan(const Card *c, const Rung *rung, char out[POINTER_TEXT])
{
	if (c->kind != CARD_PROMOTE)
		return str_of(rung && !rung->of_pointer ? c->thing : c->of.pointer);
	(void)snprintf(out, POINTER_TEXT, LABEL_PREFIX "%s/%s", c->of.agent, c->of.pointer);
	return str_of(out);
}

static void plan(App *a)
{
	Card *c = a->card;
	const Rung *rung = rung_to_plan(c);
	const bool named = c->kind == CARD_ROLLOUT || c->kind == CARD_PROMOTE;
	char pointer[POINTER_TEXT];
	const ErrandAsk ask = { .move = { .action = rung ? rung->action : card_rows[c->kind].action, .agent = str_of(c->of.agent),
	                                  .pointer = pointer_to_plan(c, rung, pointer),
	                                  .from = str_of(c->from), .to = str_of(named ? c->of.version : c->to),
	                                  .version = str_of(c->of.version), .percent = card_share(c),
	                                  .reason = str_of(c->reason), .no_claim = c->no_claim },
	                        .op = str_of(c->of.op), .sessions = str_of(c->of.sessions) };
	MoveWay way;
	Err e = { 0 };

	c->locating = wants_rung(c);
	if (c->locating && move_action_way(card_rows[c->kind].action, backend_of(c), &way)) {
		c->locating = false;
		show_ladder(a);
		return;
	}
	c->state = CARD_PLANNING;
	c->has_facts = false;
	c->errand = errand_start(a, c->w, &ask, (ErrandHandler){ on_planned, on_refused, a }, &e);
	if (c->errand)
		return;
	c->state = CARD_REFUSED;
	c->painted_ms = 0;
	card_say(c, ROLE_ERROR, "%s", e.text);
}

void card_replan(App *a)
{
	Card *c = a->card;

	errand_drop(c->errand);
	c->errand = NULL;
	c->typed[0] = c->say[0] = 0;
	c->no_claim = false;
	c->from[0] = 0;
	c->field = FIELD_CARD;
	c->send = false;
	plan(a);
}

/* --- opening and closing --- */

bool card_fits(const App *a)
{
	return surface_width(a->surface) >= CARD_LEAST_W && surface_height(a->surface) >= CARD_LEAST_H;
}

/* Contexts that show one place have one row for each thing in it, which names none of them. */
static bool several_places(const App *a)
{
	for (size_t i = 1; i < a->watch_n; i++)
		if (!session_same_place(&a->watch[0]->session, &a->watch[i]->session))
			return true;
	return false;
}

static const char *why_not(const App *a, CardKind kind, const ActOn *of)
{
	const CardRow *r = &card_rows[kind];
	int64_t percent;
	Str rest;
	MoveWay way;

	if (past_refuses(a))
		return past_refuses(a);
	if ((!of->agent[0] && !r->of_journal) || (!of->version[0] && r->of_version))
		return r->how;
	if (of->percent[0] && (str_i64(str_of(of->percent), &percent) < 0 || percent < 1 || percent > 100))
		return "a share of the traffic is 1 to 100 percent";
	if (of->rung[0] && !rung_of(str_of(of->rung)))
		return "no such rung: throttle, pause-ab, reject, sessions, park";
	if (kind == CARD_PROMOTE && !of->pointer[0])
		return r->how;
	if (kind == CARD_PROMOTE && template_label_check(str_of(of->pointer), NULL) < 0)
		return "a label is letters, digits, - _ . and does not begin with AWS: production";
	if (!of->context[0] && several_places(a))
		return "several contexts are shown: do it on a row, or choose one with :ctx NAME";
	if (r->elsewhere && strchr(of->pointer, '/') && !move_action_way(r->action, str_cut(str_of(of->pointer), '/', &rest), &way))
		return r->elsewhere;
	if (errand_busy(a))
		return "an action is under way: it is in the strip below; wait for its end";
	if (!card_fits(a))
		return "a card needs a window of 60x21";
	return a->world.cached ? "nobody is asked here" : NULL;
}

/* What was typed on the last one is not typed again, when that took only too long. */
static void take_kept(App *a, Card *c)
{
	const ActOn *kept = &a->card_kept;

	if (!*kept->agent || a->kept_kind != c->kind || strcmp(kept->agent, c->of.agent) != 0 || strcmp(kept->context, c->of.context) != 0)
		return;
	if (!c->reason[0])
		(void)snprintf(c->reason, sizeof c->reason, "%s", kept->reason);
	if (!c->to[0])
		memcpy(c->to, kept->to, sizeof c->to);
}

void card_open(App *a, CardKind kind, const ActOn *of)
{
	const char *no = why_not(a, kind, of);
	Watch *w = no ? NULL : context_find(a, of->context);
	Card *c;

	if (no || !w) {
		app_say(a, ROLE_WARN, no ? no : "this context is not shown any more");
		return;
	}
	if (kind == CARD_ROLLBACK)
		drill_opened(a->spec.drill, app_clock(a));
	c = a->card = xcalloc(1, sizeof *c);
	c->serial = ++a->pane_serial;
	c->kind = kind;
	c->w = w;
	c->of = *of;
	c->rung = rung_of(str_of(of->rung));
	memcpy(c->to, of->to, sizeof c->to);
	(void)snprintf(c->reason, sizeof c->reason, "%s", of->reason);
	take_kept(a, c);
	c->cursor_x = -1;
	c->key_ms = clock_mono_ms();
	a->mode = MODE_CARD;
	plan(a);
	app_changed(a, TOPICS_ALL);
}

static void card_end(App *a)
{
	const Card *c = a->card;

	/* Whoever cancels has done with it; what only took too long is not typed again. */
	a->kept_kind = c->kind;
	a->card_kept = c->state == CARD_EXPIRED ? c->of : (ActOn){ 0 };
	if (c->state == CARD_EXPIRED) {
		(void)snprintf(a->card_kept.reason, sizeof a->card_kept.reason, "%s", c->reason);
		memcpy(a->card_kept.to, c->to, sizeof a->card_kept.to);
	}
	free(a->card);
	a->card = NULL;
	a->mode = MODE_VIEW;
	/* What was typed ahead was meant for the card. */
	a->drop_keys = true;
	app_changed(a, TOPICS_ALL);
}

void card_close(App *a)
{
	if (!a->card)
		return;
	errand_drop(a->card->errand);
	card_end(a);
}

void card_cancel(App *a)
{
	card_close(a);
	app_say(a, ROLE_INFO, "cancelled; nothing was sent");
}

void card_expire(App *a, const char *why)
{
	Card *c = a->card;

	if (!c || c->state == CARD_EXPIRED)
		return;
	errand_drop(c->errand);
	c->errand = NULL;
	c->state = CARD_EXPIRED;
	c->painted_ms = 0;
	c->typed[0] = 0;
	c->field = FIELD_CARD;
	c->send = false;
	card_say(c, ROLE_WARN, "EXPIRED: %s; nothing was sent. Enter reads everything again, with your reason and target; Esc closes", why);
	app_changed(a, 0);
}

void card_tick(App *a)
{
	Card *c = a->card;
	int64_t now = clock_mono_ms(), idle_ms = a->shared.conf.rollback.idle_ms;
	char why[60];

	if (!c)
		return;
	if (now - c->key_ms >= idle_ms && c->state != CARD_EXPIRED) {
		(void)snprintf(why, sizeof why, "no key for %lld s", (long long)(idle_ms / 1000));
		card_expire(a, why);
	} else if (c->state == CARD_READY && now - c->asked_ms >= FACTS_MS) {
		ask_facts(a);
	}
}

void card_painted(App *a)
{
	Card *c = a->card;

	if (c && !c->painted_ms && c->state != CARD_PLANNING)
		c->painted_ms = clock_mono_ms();
}

/* --- sending --- */

void card_send(App *a)
{
	Card *c = a->card;
	const Session *s = &c->w->session;
	const Consent said = card_consent(c);
	Errand *x = c->errand;
	Arena ar = { 0 };
	char reason[CONSENT_REASON_MAX + 1];

	switch (consent_look(s, &said)) {
	case CONSENT_GIVEN:
		(void)snprintf(reason, sizeof reason, "%.*s", STR_ARG(said.reason));
		c->errand = NULL;
		card_end(a);
		errand_send(x, str_of(reason), s->read_only);
		break;
	case CONSENT_READ_ONLY:
		card_say(c, ROLE_ERROR, "this context is read-only; nothing was sent");
		break;
	case CONSENT_REASON:
		card_say(c, ROLE_ERROR, "a reason is mandatory; nothing was sent");
		c->field = FIELD_REASON;
		break;
	default:
		card_say(c, ROLE_ERROR, "what is typed is not %s; nothing was sent", consent_words(&said, &ar).p);
		c->field = FIELD_NAME;
	}
	if (a->card)
		c->send = false;
	arena_done(&ar);
}
