#include "app/prompt.h"

#include <stdio.h>
#include <string.h>

#include "app/app_impl.h"

static const char mfa_label[] = "MFA code: ";

static AwsCreds *creds_of_watch(const Watch *w)
{
	return aws_creds_own(w->session.aws);
}

static AwsCreds *creds(const App *a)
{
	return creds_of_watch(a->prompt.of);
}


/* Whoever gave up is left alone: while the old keys hold until they end, without any until he asks himself. */
static void stay_quiet(App *a)
{
	int64_t ends_ms = creds_expires_ms(creds(a));

	a->prompt.of->quiet_until_ms = ends_ms > app_clock(a) ? ends_ms : INT64_MAX;
}

static bool is_quiet(const App *a, const Watch *w)
{
	return app_clock(a) < w->quiet_until_ms;
}

/* --- a code of the MFA device --- */

static void mfa_clear(App *a)
{
	explicit_bzero(a->prompt.digit, sizeof a->prompt.digit);
	a->prompt.digits = 0;
	a->prompt.serial[0] = 0;
	app_changed(a, 0);
}

static void on_mfa(void *arg, const char *serial)
{
	Watch *w = arg;
	App *a = w->spec.arg;

	if (is_quiet(a, w)) {
		creds_mfa_code(creds_of_watch(w), STR(""));
		return;
	}
	(void)snprintf(w->mfa_serial, sizeof w->mfa_serial, "%s", serial);
	prompt_next(a);
}

static void mfa_put(Prompt *p, uint32_t c)
{
	if (c < '0' || c > '9' || p->digits == MFA_DIGITS)
		return;
	p->digit[p->digits++] = (char)c;
	p->digit[p->digits] = 0;
}

static void mfa_give(App *a)
{
	char code[MFA_DIGITS + 1];

	if (a->prompt.digits < MFA_DIGITS) {
		app_say(a, ROLE_WARN, "an MFA code has six digits");
		return;
	}
	a->say[0] = 0;
	memcpy(code, a->prompt.digit, sizeof code);
	mfa_clear(a);
	creds_mfa_code(creds(a), str_of(code));
	explicit_bzero(code, sizeof code);
	prompt_next(a);
}

static void mfa_give_up(App *a)
{
	mfa_clear(a);
	stay_quiet(a);
	creds_mfa_code(creds(a), STR(""));
	app_say(a, ROLE_INFO, "no code given; ctrl-g asks for it again");
	prompt_next(a);
}

static bool mfa_key(App *a, Key k)
{
	Prompt *p = &a->prompt;

	if (k.kind == KEY_ESC)
		mfa_give_up(a);
	else if (k.kind == KEY_ENTER)
		mfa_give(a);
	else if (k.kind == KEY_BACKSPACE)
		p->digits -= p->digits > 0;
	else if (k.kind == KEY_PASTE)
		for (size_t i = 0; i < k.paste.n; i++)
			mfa_put(p, (unsigned char)k.paste.p[i]);
	else if (k.kind == KEY_CHAR && !k.mod)
		mfa_put(p, k.ch);
	else
		return false;
	app_changed(a, 0);
	return true;
}

bool prompt_asks_mfa(const App *a)
{
	return a->prompt.serial[0] && a->mode == MODE_VIEW;
}

/* The digits themselves stay off the screen, as they do in a password line. */
void prompt_line(const App *a, Box b, int y)
{
	const Prompt *p = &a->prompt;
	const char *account = strstr(p->serial, "::");          /* arn:aws:iam::123456789012:mfa/name */
	Arena ar = { 0 };
	int x = draw_own(b, 0, y, ROLE_KEY, mfa_label);
	Str hint;

	for (size_t i = 0; i < MFA_DIGITS; i++)
		draw_own(b, x + (int)i, y, i < p->digits ? ROLE_TEXT : ROLE_DIM, i < p->digits ? "*" : "_");
	x += MFA_DIGITS + 2;
	hint = arena_printf(&ar, "Enter sends, Esc gives up   %s", account ? account + 2 : p->serial);
	if (a->say[0])
		draw_left(b, x, y, b.w - x, a->say_role, clean_cut(&ar, clean_text(&ar, str_of(a->say), 0), b.w - x));
	else
		draw_left(b, x, y, b.w - x, ROLE_STATUS, clean_cut(&ar, clean_text(&ar, hint, 0), b.w - x));
	arena_done(&ar);
}

int prompt_cursor(const App *a)
{
	return prompt_asks_mfa(a) ? (int)(sizeof mfa_label - 1 + a->prompt.digits) : -1;
}

/* --- a login to IAM Identity Center --- */

static void login_clear(App *a)
{
	Prompt *p = &a->prompt;

	p->login = NULL;
	p->url = STR("");
	p->place = p->page = p->code = clean_own("");
	arena_reset(&p->arena);
	app_changed(a, TOPICS_ALL);
}

static void on_code(void *arg, const LoginCode *code)
{
	App *a = arg;
	Prompt *p = &a->prompt;

	p->url = arena_str(&p->arena, code->url_with_code.n ? code->url_with_code : code->url);
	p->page = clean_text(&p->arena, p->url, 0);
	p->code = clean_text(&p->arena, code->code, 0);
	p->ends_ms = code->ends_ms;
	app_changed(a, 0);
}

static void on_logged_in(void *arg, int64_t ends_ms, const Err *why)
{
	App *a = arg;
	char say[sizeof a->say];

	(void)ends_ms;
	login_clear(a);
	if (why) {
		(void)snprintf(say, sizeof say, "%.280s; ctrl-g starts again", why->text);
		stay_quiet(a);
	} else {
		(void)snprintf(say, sizeof say, "logged in");
		a->prompt.of->quiet_until_ms = 0;
	}
	creds_logged_in(creds(a), !why);
	/* Contexts often share one login: those that wait for theirs look whether this was it. */
	for (size_t i = 0; i < a->watch_n && !why; i++)
		if (a->watch[i]->wants_login) {
			a->watch[i]->wants_login = false;
			creds_logged_in(creds_of_watch(a->watch[i]), true);
		}
	app_say(a, why ? ROLE_ERROR : ROLE_OK, say);
	if (!why)
		app_refresh_all(a);
	prompt_next(a);
}

static void login_begin(App *a)
{
	LoginHandler h = { .on_code = on_code, .on_done = on_logged_in, .arg = a };
	Prompt *p = &a->prompt;
	Err e = { 0 };

	if (p->login)
		return;
	p->place = clean_text(&p->arena, login_place(creds(a)), 0);
	p->login = login_start(creds(a), &h, &e);
	if (!p->login)
		on_logged_in(a, 0, &e);
	app_changed(a, 0);
}

static void on_login(void *arg, const char *source)
{
	Watch *w = arg;

	(void)source;
	if (is_quiet(w->spec.arg, w)) {
		creds_logged_in(creds_of_watch(w), false);
		return;
	}
	w->wants_login = true;
	prompt_next(w->spec.arg);
}

static void login_give_up(App *a)
{
	login_cancel(a->prompt.login);
	login_clear(a);
	stay_quiet(a);
	creds_logged_in(creds(a), false);
	app_say(a, ROLE_INFO, "not logged in; ctrl-g starts again");
	prompt_next(a);
}

static bool login_key(App *a, Key k)
{
	if (k.kind == KEY_ESC)
		login_give_up(a);
	else if (k.kind == KEY_CHAR && !k.mod && k.ch == 'c' && a->prompt.code.n)
		app_copy(a, a->prompt.url, "the page's address");
	else
		return false;
	return true;
}

/* The panel's lines from below: the last ones matter most where there is little room. */
static int panel_lines(const Prompt *p, int64_t now_ms, int w, Arena *ar, Clean line[], int max)
{
	int64_t left = (p->ends_ms - now_ms + 59999) / 60000;
	Clean rest = p->page, part;
	int n = 0;

	if (!p->code.n) {
		line[n++] = clean_own("asking for a code; Esc gives up");
		return n;
	}
	line[n++] = clean_ownf(ar, "open this page in a browser, on any machine:");
	while (n < max - 2 && clean_wrap(&rest, w, &part))
		line[n++] = part;
	line[n++] = clean_text(ar, arena_printf(ar, "and enter the code  %.*s   (good for %d min)", (int)p->code.n, p->code.p,
	                                        (int)(left > 0 ? left : 0)), 0);
	line[n++] = clean_own("c copies the address   Esc gives up");
	return n;
}

void prompt_panel(const App *a, Box b)
{
	enum { LINES = 12 };
	const Prompt *p = &a->prompt;
	Clean line[LINES];
	Arena ar = { 0 };
	int n, room = b.h - 3, y, first;

	if (!p->login || a->mode == MODE_TEXT || room < 1)
		return;
	n = panel_lines(p, a->world.clock_ms, b.w - 2, &ar, line, LINES);
	first = n > room ? n - room : 0;
	y = b.h - 1 - (n - first);
	if (y > 2) {
		draw_fill(b, 0, y - 1, b.w, 1, ROLE_WARN);
		draw_text(b, 0, y - 1, ROLE_WARN, clean_own(" Log in to "));
		draw_text(b, 11, y - 1, ROLE_WARN, clean_cut(&ar, p->place, b.w > 12 ? b.w - 12 : 1));
	}
	for (int i = first; i < n; i++, y++) {
		bool is_page = p->code.n && i > 0 && i < n - 2;

		draw_fill(b, 0, y, b.w, 1, ROLE_TEXT);
		draw_text(b, 1, y, is_page ? ROLE_MATCH : i == n - 1 ? ROLE_STATUS : ROLE_TEXT, line[i]);
	}
	arena_done(&ar);
}

/* --- both --- */

bool prompt_key(App *a, Key k)
{
	if (prompt_asks_mfa(a))
		return mfa_key(a, k);
	return a->prompt.login && login_key(a, k);
}

/* One question at a time: a code that is typed must not go to another account's device. */
void prompt_next(App *a)
{
	Prompt *p = &a->prompt;

	for (size_t i = 0; i < a->watch_n && !p->serial[0] && !p->login && !a->quitting; i++) {
		Watch *w = a->watch[i];

		if (!w->mfa_serial[0] && !w->wants_login)
			continue;
		p->of = w;
		if (w->mfa_serial[0]) {
			memcpy(p->serial, w->mfa_serial, sizeof p->serial);
			w->mfa_serial[0] = 0;
			app_changed(a, 0);
		} else {
			w->wants_login = false;
			login_begin(a);
		}
	}
}

void prompt_again(App *a)
{
	if (a->prompt.login)
		return;
	for (size_t i = 0; i < a->watch_n; i++) {
		Watch *w = a->watch[i];

		w->quiet_until_ms = 0;
		creds_logged_in(creds_of_watch(w), true);      /* nothing is held back because of what failed before */
		w->wants_login = login_place(creds_of_watch(w)).n > 0;
	}
	prompt_next(a);
	if (!a->prompt.login)
		app_refresh_all(a);
}

void prompt_tick(App *a)
{
	const char *notice = context_notice(a);
	uint64_t hash = notice[0] ? str_hash(str_of(notice)) : 0;

	if (hash && hash != a->prompt.said)
		app_tell(a, ROLE_WARN, notice);
	a->prompt.said = hash;
}

void prompt_open(App *a)
{
	a->prompt.place = a->prompt.page = a->prompt.code = clean_own("");
}

void prompt_attach(Watch *w)
{
	creds_on_mfa(creds_of_watch(w), on_mfa, w);
	creds_on_login(creds_of_watch(w), on_login, w);
}

void prompt_detach(App *a, const Watch *w)
{
	if (a->prompt.of != w)
		return;
	login_cancel(a->prompt.login);
	if (a->prompt.login)
		login_clear(a);
	mfa_clear(a);
	a->prompt.of = NULL;
}

void prompt_close(App *a)
{
	login_cancel(a->prompt.login);
	a->prompt.login = NULL;
	arena_done(&a->prompt.arena);
	explicit_bzero(a->prompt.digit, sizeof a->prompt.digit);
}
