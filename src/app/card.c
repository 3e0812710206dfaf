/* The card's way from the first key to the last. The rules of its keys are there because a line may be slow and a hand quick:
 *
 * - Cancel is focused. Enter goes on from the facts to the reason, to the name, and then acts on the button that is focused; Tab moves that.
 * - Enter, Tab and arrows count only when the facts have stood on the screen for half a second, and when they came in a read of their own:
 *   what was typed ahead, or arrives with other bytes, was not typed at what is shown now.
 * - In the name printable characters count however they arrive, because a slow line delivers them in one packet; pasted text does not.
 * - Every key that counts for nothing is counted, on the screen. */
#include "app/card.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/app_impl.h"
#include "app/drill.h"
#include "base/clock.h"
#include "base/xalloc.h"

enum { FACTS_MS = 5000 };

static void say(Card *c, Role role, const char *fmt, ...) FORMAT(3, 4);

static void say(Card *c, Role role, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(c->say, sizeof c->say, fmt, ap);
	va_end(ap);
	c->say_role = role;
}

static const MoveView *plan_of(const Card *c)
{
	return c->state == CARD_READY ? errand_view(c->errand) : NULL;
}

Consent card_consent(const Card *c)
{
	const MoveView *v = plan_of(c);

	return (Consent){ .name = v ? v->name : STR(""), .typed = c->typed[0] ? str_of(c->typed) : (Str){ NULL, 0 },
	                  .reason = str_trim(str_of(c->reason)), .yes = true, .unlocks = true, .race = c->no_claim };
}

static bool wants_name(const Card *c)
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

	if (!c->seen_from[0] || c->asking || !c->w->queue)
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

/* --- the plan --- */

static void plan(App *a);

static void see(Card *c, const MoveView *v)
{
	(void)snprintf(c->seen_pointer, sizeof c->seen_pointer, "%.*s/%.*s", STR_ARG(v->name), STR_ARG(v->pointer_name));
	fig_text(c->seen_from, sizeof c->seen_from, route_main(v->from));
	fig_text(c->seen_to, sizeof c->seen_to, route_main(v->to));
	fig_text(c->seen_backend, sizeof c->seen_backend, str_of(v->backend));
}

static void on_planned(void *arg)
{
	App *a = arg;
	Card *c = a->card;

	c->state = CARD_READY;
	c->painted_ms = 0;
	c->field = FIELD_CARD;
	c->send = false;
	c->typed[0] = 0;
	c->key_ms = clock_mono_ms();
	see(c, errand_view(c->errand));
	ask_facts(a);
	app_changed(a, 0);
}

/* What only a person can settle is shown, and planned again as they would have to say it on the command line. */
static bool settle(App *a, const MoveView *v)
{
	Card *c = a->card;

	if (v->no_lock && !c->no_claim && !str_is(str_of(v->backend), "dynamodb")) {
		c->no_claim = true;
		say(c, ROLE_ERROR, "NO CLAIM: %.400s", v->err.text);
	} else if (v->drift.n && !c->from[0] && route_main(v->from).n) {
		fig_text(c->from, sizeof c->from, route_main(v->from));
		say(c, ROLE_WARN, "DRIFT: %.*s", STR_ARG(v->drift));
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

	if (settle(a, v))
		return;
	say(c, ROLE_ERROR, "%s", v->err.text);
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

static void plan(App *a)
{
	Card *c = a->card;
	const MoveAsk ask = { .action = MOVE_ROLLBACK, .agent = str_of(c->of.agent), .pointer = str_of(c->of.pointer), .from = str_of(c->from),
	                      .to = str_of(c->to), .reason = str_of(c->reason), .no_claim = c->no_claim };
	Err e = { 0 };

	c->state = CARD_PLANNING;
	c->has_facts = false;
	c->errand = errand_start(a, c->w, &ask, (ErrandHandler){ on_planned, on_refused, a }, &e);
	if (c->errand)
		return;
	c->state = CARD_REFUSED;
	c->painted_ms = 0;
	say(c, ROLE_ERROR, "%s", e.text);
}

static void replan(App *a)
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

static const char *why_not(const App *a, const RollbackOf *of)
{
	if (a->frozen || a->past_ms)
		return "what is shown is not now: p or . goes back to it first";
	if (!of->agent[0])
		return "this row names no agent; :rollback AGENT [POINTER] opens the card of one";
	if (errand_busy(a))
		return "a move is under way: it is in the strip below; wait for its end";
	if (!card_fits(a))
		return "the rollback card needs a window of 60x21";
	return a->world.cached ? "nobody is asked here" : NULL;
}

void card_open(App *a, const RollbackOf *of)
{
	const char *no = why_not(a, of);
	Watch *w = no ? NULL : context_find(a, of->context);
	Card *c;

	if (no || !w) {
		app_say(a, ROLE_WARN, no ? no : "this context is not shown any more");
		return;
	}
	drill_opened(a->spec.drill, app_clock(a));
	c = a->card = xcalloc(1, sizeof *c);
	c->serial = ++a->pane_serial;
	c->w = w;
	c->of = *of;
	memcpy(c->to, of->to, sizeof c->to);
	(void)snprintf(c->reason, sizeof c->reason, "%s", of->reason);
	if (*a->card_kept.agent && strcmp(a->card_kept.agent, of->agent) == 0 && strcmp(a->card_kept.context, of->context) == 0) {
		if (!c->reason[0])
			(void)snprintf(c->reason, sizeof c->reason, "%s", a->card_kept.reason);
		if (!c->to[0])
			memcpy(c->to, a->card_kept.to, sizeof c->to);
	}
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
	a->card_kept = c->state == CARD_EXPIRED ? c->of : (RollbackOf){ 0 };
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

static void cancel(App *a)
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
	say(c, ROLE_WARN, "EXPIRED: %s; nothing was sent. Enter reads everything again, with your reason and target; Esc closes", why);
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

static void send_it(App *a)
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
		say(c, ROLE_ERROR, "this context is read-only; nothing was sent");
		break;
	case CONSENT_REASON:
		say(c, ROLE_ERROR, "a reason is mandatory; nothing was sent");
		c->field = FIELD_REASON;
		break;
	default:
		say(c, ROLE_ERROR, "what is typed is not %s; nothing was sent", consent_words(&said, &ar).p);
		c->field = FIELD_NAME;
	}
	if (a->card)
		c->send = false;
	arena_done(&ar);
}

/* --- keys --- */

static void go_to(Card *c, CardField f)
{
	c->field = f == FIELD_NAME && !wants_name(c) ? FIELD_SEND : f;
	c->send = false;
}

static void enter(App *a)
{
	Card *c = a->card;

	if (c->state != CARD_READY)
		replan(a);
	else if (c->field == FIELD_CARD || (c->field == FIELD_REASON && !str_trim(str_of(c->reason)).n))
		go_to(c, str_trim(str_of(c->reason)).n ? FIELD_NAME : FIELD_REASON);
	else if (c->field == FIELD_REASON)
		go_to(c, FIELD_NAME);
	else if (c->send)
		send_it(a);
	else
		cancel(a);
}

static void control(App *a, Key k)
{
	Card *c = a->card;

	c->say[0] = c->state == CARD_READY ? 0 : c->say[0];
	if (k.kind == KEY_ENTER) {
		enter(a);
	} else if (c->state != CARD_READY) {
		c->ignored++;
	} else if (k.kind == KEY_UP) {
		go_to(c, c->field >= FIELD_NAME ? FIELD_REASON : FIELD_CARD);
	} else if (k.kind == KEY_DOWN) {
		go_to(c, c->field == FIELD_CARD ? FIELD_REASON : FIELD_NAME);
	} else if (c->field >= FIELD_NAME) {
		c->send = !c->send;
	} else {
		go_to(c, c->field == FIELD_CARD ? FIELD_REASON : FIELD_NAME);
	}
}

static bool is_control(const Key *k)
{
	return k->kind == KEY_ENTER || k->kind == KEY_TAB || k->kind == KEY_BACKTAB || (k->kind >= KEY_UP && k->kind <= KEY_PAGE_DOWN);
}

/* The facts have stood there long enough to be read, and the key was pressed alone. */
static bool counts(const Card *c, const Key *k)
{
	return c->painted_ms && clock_mono_ms() - c->painted_ms >= CARD_GUARD_MS && !k->shared_read;
}

static void erase(char *text)
{
	size_t n = strlen(text);

	while (n && (text[--n] & 0xc0) == 0x80)
		;
	text[n] = 0;
}

static void erase_word(char *text)
{
	size_t n = strlen(text);

	while (n && text[n - 1] == ' ')
		text[--n] = 0;
	while (n && text[n - 1] != ' ')
		text[--n] = 0;
}

static void put(char *text, size_t cap, const char *bytes, size_t n)
{
	size_t at = strlen(text);

	if (at + n >= cap)
		return;
	memcpy(text + at, bytes, n);
	text[at + n] = 0;
}

static bool edit(Card *c, const Key *k)
{
	char *text = c->field == FIELD_REASON ? c->reason : c->field == FIELD_NAME ? c->typed : NULL;
	size_t cap = c->field == FIELD_REASON ? sizeof c->reason : sizeof c->typed;
	char bytes[4];

	if (!text)
		return false;
	if (k->kind == KEY_BACKSPACE)
		erase(text);
	else if (k->kind == KEY_CHAR && (k->mod & (MOD_CTRL | MOD_ALT)) && k->ch == 'u')
		text[0] = 0;
	else if (k->kind == KEY_CHAR && (k->mod & (MOD_CTRL | MOD_ALT)) && k->ch == 'w')
		erase_word(text);
	else if (k->kind == KEY_CHAR && !(k->mod & (MOD_CTRL | MOD_ALT)))
		put(text, cap, bytes, key_utf8(k->ch, bytes));
	else
		return false;
	c->say[0] = c->state == CARD_READY ? 0 : c->say[0];
	return true;
}

static void paste(Card *c, Str text)
{
	if (c->field != FIELD_REASON) {
		c->pasted++;
		return;
	}
	for (size_t i = 0; i < text.n && text.p[i] != '\n' && text.p[i] != '\r'; i++)
		put(c->reason, sizeof c->reason, text.p + i, 1);
}

/* The next of the versions that are known; each is planned anew, because whether it can serve is AWS's to say. */
static void other_target(App *a)
{
	Card *c = a->card;
	const MoveView *v = plan_of(c);
	Str to = v ? route_main(v->to) : str_of(c->to), from = v ? route_main(v->from) : STR("");
	int at = -1;

	for (int i = 0; i < c->facts.targets; i++)
		if (str_is(to, c->facts.target[i]))
			at = i;
	for (int i = 1; i <= c->facts.targets; i++) {
		const char *next = c->facts.target[(at + i) % c->facts.targets];

		if (str_is(from, next) || str_is(to, next))
			continue;
		(void)snprintf(c->to, sizeof c->to, "%s", next);
		replan(a);
		return;
	}
	say(c, ROLE_WARN, "no other version is known here; :rollback AGENT POINTER VERSION names one");
}

static void show_command(App *a)
{
	Card *c = a->card;
	const MoveView *v = plan_of(c);
	Arena ar = { 0 };
	Str text;

	if (!v)
		return;
	text = card_aws_command(v, session_region(&c->w->session), c->w->session.ctx->src.agents_table, &ar);
	say(c, ROLE_INFO, "%s%.*s", a->term && term_copy(a->term, text) == 0 ? "copied: " : "", STR_ARG(text));
	arena_done(&ar);
}

/* Of several pointers the one that is meant: a number names it, nothing is done by that. */
static bool choose(App *a, uint32_t ch)
{
	Card *c = a->card;

	if (c->state != CARD_REFUSED || ch < '1' || ch >= '1' + c->choices)
		return false;
	(void)snprintf(c->of.pointer, sizeof c->of.pointer, "%s", c->choice[ch - '1']);
	c->choices = 0;
	replan(a);
	return true;
}

static void letter(App *a, Key k)
{
	Card *c = a->card;
	bool plain = k.kind == KEY_CHAR && !k.mod && counts(c, &k) && c->field == FIELD_CARD && (c->state == CARD_READY || c->facts.targets);

	if (k.kind == KEY_CHAR && !k.mod && counts(c, &k) && choose(a, k.ch))
		return;
	if (plain && k.ch == 't')
		other_target(a);
	else if (plain && k.ch == 'y')
		show_command(a);
	else
		c->ignored++;
}

static bool is_ctrl(const Key *k, uint32_t ch)
{
	return k->kind == KEY_CHAR && k->ch == ch && (k->mod == MOD_CTRL || k->mod == MOD_ALT);
}

void card_key(App *a, Key k)
{
	Card *c = a->card;

	c->key_ms = clock_mono_ms();
	if (k.kind == KEY_ESC || is_ctrl(&k, 'c'))
		cancel(a);
	else if (is_ctrl(&k, 'l'))
		term_repaint(a->term);
	else if (is_ctrl(&k, 'z'))
		app_suspend(a);
	else if (k.kind == KEY_FOCUS_IN || k.kind == KEY_FOCUS_OUT)
		return;
	else if (!card_fits(a) || (is_control(&k) && !counts(c, &k)))
		c->ignored++;
	else if (is_control(&k))
		control(a, k);
	else if (k.kind == KEY_PASTE)
		paste(c, k.paste);
	else if (!edit(c, &k))
		letter(a, k);
	app_changed(a, 0);
}

/* --- what opens it --- */

void app_rollback(App *a, const RollbackOf *of)
{
	card_open(a, of);
}

void card_command(App *a, Str rest)
{
	Str agent = str_cut(str_trim(rest), ' ', &rest), pointer = str_cut(str_trim(rest), ' ', &rest), to = str_trim(rest);
	const Pane *p = a->focus < a->pane_count ? &a->pane[a->focus] : NULL;
	RollbackOf of;

	memset(&of, 0, sizeof of);
	if (!agent.n) {
		if (!p || !p->cls->agent || !p->cls->agent(p, &of)) {
			app_say(a, ROLE_INFO, "B goes back from an alert or a job; :rollback AGENT [POINTER] from anywhere");
			return;
		}
	} else if (agent.n >= sizeof of.agent || pointer.n >= sizeof of.pointer || to.n >= sizeof of.to) {
		app_say(a, ROLE_WARN, "these names are too long");
		return;
	} else {
		(void)snprintf(of.agent, sizeof of.agent, "%.*s", STR_ARG(agent));
		(void)snprintf(of.pointer, sizeof of.pointer, "%.*s", STR_ARG(pointer));
		(void)snprintf(of.to, sizeof of.to, "%.*s", STR_ARG(to));
	}
	card_open(a, &of);
}
