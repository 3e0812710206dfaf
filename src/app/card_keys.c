/* The keys of a card. Their rules are there because a line may be slow and a hand quick:
 *
 * - Cancel is focused. Enter goes on from the facts to the reason, to the name, and then acts on the button that is focused; Tab moves that.
 * - Enter, Tab and arrows count only when the facts have stood on the screen for half a second, and when they came in a read of their own:
 *   what was typed ahead, or arrives with other bytes, was not typed at what is shown now.
 * - In the name printable characters count however they arrive, because a slow line delivers them in one packet; pasted text does not.
 * - Every key that counts for nothing is counted, on the screen. */
#include "app/card.h"

#include <stdio.h>
#include <string.h>

#include "app/app_impl.h"
#include "base/clock.h"

static void go_to(Card *c, CardField f)
{
	c->field = f == FIELD_NAME && !card_wants_name(c) ? FIELD_SEND : f;
	c->send = false;
}

static void enter(App *a)
{
	Card *c = a->card;

	if (c->state == CARD_LADDER && !c->of.sessions[0])
		c->ignored++;
	else if (c->state != CARD_READY)
		card_replan(a);
	else if (c->field == FIELD_CARD)
		go_to(c, str_trim(str_of(c->reason)).n ? FIELD_NAME : FIELD_REASON);
	else if (c->field == FIELD_REASON && !str_trim(str_of(c->reason)).n)
		card_say(c, ROLE_INFO, "a reason is mandatory: type one, then Enter");
	else if (c->field == FIELD_REASON)
		go_to(c, FIELD_NAME);
	else if (c->send)
		card_send(a);
	else
		card_cancel(a);
}

static void control(App *a, Key k)
{
	Card *c = a->card;

	c->say[0] = c->state == CARD_READY ? 0 : c->say[0];
	if (k.kind == KEY_ENTER) {
		enter(a);
	} else if (c->state == CARD_LADDER && c->rung) {
		c->field = c->field == FIELD_SESSIONS ? FIELD_CARD : FIELD_SESSIONS;
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

/* What the field holds that is being typed in; NULL: letters are commands. */
static char *text_of(Card *c, size_t *cap)
{
	switch (c->field) {
	case FIELD_SESSIONS:
		*cap = sizeof c->of.sessions;
		return c->of.sessions;
	case FIELD_REASON:
		*cap = sizeof c->reason;
		return c->reason;
	case FIELD_NAME:
		*cap = sizeof c->typed;
		return c->typed;
	default:
		return NULL;
	}
}

static bool edit(Card *c, const Key *k)
{
	size_t cap;
	char *text = text_of(c, &cap), bytes[4];

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
	size_t cap;
	char *into = text_of(c, &cap);

	if (!into || c->field == FIELD_NAME) {
		c->pasted++;
		return;
	}
	for (size_t i = 0; i < text.n && text.p[i] != '\n' && text.p[i] != '\r'; i++)
		put(into, cap, text.p + i, 1);
}

/* The next of the versions that are known; each is planned anew, because whether it can serve is AWS's to say. */
static void other_target(App *a)
{
	Card *c = a->card;
	const MoveView *v = card_plan(c);
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
		card_replan(a);
		return;
	}
	card_say(c, ROLE_WARN, "no other version is known here; :rollback AGENT POINTER VERSION names one");
}

/* The next of rollout.steps; behind the last one the first. */
static void other_share(App *a)
{
	Card *c = a->card;
	const ConfRollout *r = &c->w->session.conf->rollout;
	int64_t share = card_share(c), next = r->steps ? r->step[0] : 100;

	for (size_t i = r->steps; i-- > 0; )
		if (r->step[i] > share)
			next = r->step[i];
	(void)snprintf(c->of.percent, sizeof c->of.percent, "%lld", (long long)next);
	card_replan(a);
}

static void show_command(App *a)
{
	Card *c = a->card;
	const MoveView *v = card_plan(c);
	const Session *s = &c->w->session;
	CardPlace place;
	Arena ar = { 0 };
	Str text;

	if (!v)
		return;
	place = (CardPlace){ .region = session_region(s), .table = s->ctx->src.agents_table, .lock_table = s->ctx->src.lock_table,
	                     .sessions = str_of(c->of.sessions),
	                     .target = stops_target(&s->conf->stops, str_of(c->of.agent), &ar), .per_minute = s->conf->stops.per_minute };
	text = card_aws_command(v, &place, &ar);
	card_say(c, ROLE_INFO, "%s%.*s", a->term && term_copy(a->term, text) == 0 ? "copied: " : "", STR_ARG(text));
	arena_done(&ar);
}

/* Of several pointers the one that is meant: a number names it, nothing is done by that. */
static bool choose(App *a, uint32_t ch)
{
	Card *c = a->card;

	if (c->state != CARD_REFUSED || ch < '1' || ch >= '1' + c->choices)
		return false;
	(void)snprintf(c->rung && !c->rung->of_pointer ? c->thing : c->of.pointer, sizeof c->thing, "%s", c->choice[ch - '1']);
	c->choices = 0;
	card_replan(a);
	return true;
}

/* A number takes a rung of the ladder, t leads back to it: nothing is sent by that. */
static bool climb(App *a, Key k)
{
	Card *c = a->card;

	if (c->kind != CARD_STOP || c->field != FIELD_CARD)
		return false;
	if (c->state == CARD_LADDER && k.ch >= '1' && k.ch < '1' + RUNGS)
		card_rung(a, &rungs[k.ch - '1']);
	else if ((c->state == CARD_READY || c->state == CARD_REFUSED) && k.ch == 't')
		card_rung(a, NULL);
	else
		return false;
	return true;
}

static void letter(App *a, Key k)
{
	Card *c = a->card;
	bool plain = k.kind == KEY_CHAR && !k.mod && counts(c, &k) && c->field == FIELD_CARD && (c->state == CARD_READY || c->facts.targets);

	if (k.kind == KEY_CHAR && !k.mod && counts(c, &k) && (choose(a, k.ch) || climb(a, k)))
		return;
	if (plain && k.ch == 't' && c->kind == CARD_ROLLBACK)
		other_target(a);
	else if (plain && k.ch == 't' && c->kind == CARD_ROLLOUT)
		other_share(a);
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
		card_cancel(a);
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
