#include "app/playground_own.h"

#include <stdio.h>
#include <stdlib.h>

#include "app/app_impl.h"
#include "app/fleet_models.h"
#include "app/past.h"
#include "app/playground_local.h"
#include "app/playground_mcp.h"
#include "app/template_list.h"
#include "app/watch.h"
#include "base/clock.h"
#include "base/xalloc.h"
#include "model/mask.h"
#include "wire/text.h"

void playground_say(App *a, const Err *e)
{
	app_say(a, e->kind == ERR_FAILED ? ROLE_ERROR : ROLE_WARN, e->text);
}

/* --- opening --- */

static const PriceTable *prices(void *arg)
{
	return session_prices(&((Playground *)arg)->w->session);
}

static void changed(void *arg)
{
	Playground *p = arg;

	if (p->chat && chat_busy(p->chat))
		app_token(p->a);
	else
		app_changed(p->a, TOPIC_CHAT);
}

static void flagged(void *arg, const Flag *f)
{
	playground_flag(arg, f);
}

static void counted(void *arg, size_t column, const Err *why)
{
	playground_counted(arg, column, why);
}

static void run_tool(void *arg, size_t column, unsigned serial, size_t use, Str name, Str input)
{
	App *a = ((Playground *)arg)->a;

	if (!local_run(a, column, serial, use, name, input))
		mcp_run(a, column, serial, use, name, input);
}

static void drop_tools(void *arg, size_t column)
{
	mcp_drop(((Playground *)arg)->a, column);
}

static int rate(void *arg, size_t requests, ChatRate how, Err *e)
{
	return session_rate(&((Playground *)arg)->w->session, requests, how, e);
}

static const char *view(void *arg)
{
	const App *a = ((Playground *)arg)->a;

	return a->view ? a->view->id.p : "";
}

static int64_t zone_ms(void *arg, int64_t wall_ms)
{
	return zone_offset_ms(&((Playground *)arg)->a->shared.conf, wall_ms);
}

static void ended(void *arg)
{
	((Playground *)arg)->used_ms = clock_wall_ms();
	playground_keep(arg);
}

void playground_name(Playground *p)
{
	unsigned char b[16] = { 0 };

	if (uv_random(NULL, NULL, b, sizeof b, 0, NULL) != 0)
		xalloc_die("the kernel gives no random numbers");
	uuid_text(b, p->id);
	p->created_ms = p->used_ms = clock_wall_ms();
	p->title[0] = 0;
	p->pinned = false;
	mask_book_free(p->masked);
	p->masked = mask_book_new();
}

void playground_choose(Playground *p)
{
	const ChatColumn *first = chat_column(p->chat, 0);
	Err e = { 0 };
	Store *s = p->w->queue && !first->model[0] && !first->turns ? storeq_open_reader(p->w->queue, &e) : NULL;
	Arena ar = { 0 };
	ModelEnds m = { 0 };
	size_t best = 0, best_n = 0;

	if (s && models_read(s, &ar, &m, &e) == 0)
		for (size_t i = 0; i < m.uses; i++) {
			size_t n = 0;

			for (size_t k = 0; k < m.uses; k++)
				n += str_eq(m.use[k].model, m.use[i].model);
			if (m.use[i].model.n && n > best_n) {
				best_n = n;
				best = i;
			}
		}
	if (best_n)
		chat_set_model(p->chat, 0, m.use[best].model);
	store_close(s);
	arena_done(&ar);
}

Playground *playground_of(App *a)
{
	const ConfLimits *l;
	Playground *p = a ? a->playground : NULL;

	if (p || !a || !a->watch_n)              /* no app: a pane that is drawn by itself */
		return p;
	l = &a->shared.conf.limits;
	p = a->playground = xcalloc(1, sizeof *p);
	p->a = a;
	p->w = a->watch[0];
	playground_cache_open(p);
	p->chat = chat_new(&(ChatHost){
		.http = a->shared.http, .local = a->shared.conf.local_model, .locals = a->shared.conf.local_models,
		.local_prices = &a->shared.conf.local_prices, .routing = &a->shared.conf.routing, .view = view, .zone_ms = zone_ms, .rate = rate,
		.off = p->w->session.paid_off, .cache = p->cache, .renews = true,
		.aws = p->w->session.aws, .prices = prices, .changed = changed, .ended = ended, .flagged = flagged, .counted = counted,
		.arg = p, .max_tokens = l->max_tokens,
		.requests_per_minute = l->chat_per_minute, .tool_steps = l->tool_steps, .run_tool = run_tool, .drop_tools = drop_tools,
		.ask_above_nusd = l->ask_above_nusd, .check_input = p->w->session.ctx->guardrail_check_input,
	});
	playground_defaults(p);
	(void)chat_set_cache(p->chat, a->shared.conf.answer_cache.enabled, NULL);      /* there is one */
	playground_name(p);
	playground_choose(p);
	local_open(a);
	p->typing = true;
	return p;
}

void playground_close(App *a)
{
	Playground *p = a->playground;

	if (!p)
		return;
	playground_keep(p);
	mcp_leave(a);
	template_list_close(a);
	chat_free(p->chat);
	cache_free(p->cache);
	mask_book_free(p->masked);
	editor_done(&p->input);
	free(p);
	a->playground = NULL;
}

void playground_money(App *a, PlaygroundMoney *out)
{
	const Playground *p = a->playground;

	*out = (PlaygroundMoney){ .session_nusd = a->shared.conf.limits.session_nusd };
	if (!p)
		return;
	out->spent_nusd = aws_spent(p->w->session.aws);
	if (p->w->session.paid_off)
		(void)snprintf(out->off, sizeof out->off, "%s", p->w->session.paid_off);
}

/* --- keys --- */

Playground *playground_ready(App *a)
{
	const char *why = past_refuses(a);

	if (why)
		app_say(a, ROLE_WARN, why);
	return why ? NULL : playground_of(a);
}

void playground_send(App *a)
{
	Playground *p = playground_ready(a);
	Err e = { 0 };

	if (!p)
		return;
	if (chat_send(p->chat, buf_str(&p->input.text), &p->agreed_nusd, &e) < 0) {
		playground_say(a, &e);
		return;
	}
	p->used_ms = clock_wall_ms();
	p->again_nusd = 0;
	editor_set(&p->input, STR(""));
	a->say[0] = 0;
}

void playground_cancel(App *a)
{
	if (a->playground)
		chat_cancel(a->playground->chat);
}

void playground_retry(App *a)
{
	Playground *p = playground_ready(a);
	Err e = { 0 };

	if (!p)
		return;
	if (chat_retry(p->chat, &p->again_nusd, &e) < 0) {
		playground_say(a, &e);
		return;
	}
	p->used_ms = clock_wall_ms();
	a->say[0] = 0;
}

void playground_edit(App *a)
{
	Playground *p = playground_ready(a);
	Buf asked = { 0 };
	Err e = { 0 };

	if (!p)
		return;
	if (str_trim(buf_str(&p->input.text)).n) {
		app_say(a, ROLE_WARN, "the input holds another text: send it or empty it first");
		return;
	}
	if (chat_unsend(p->chat, &asked, &e) < 0) {
		playground_say(a, &e);
	} else {
		editor_set(&p->input, buf_str(&asked));
		p->typing = true;
	}
	buf_done(&asked);
}

void playground_fork(App *a)
{
	Playground *p = playground_of(a);
	char say[120];
	Err e = { 0 };

	if (!p)
		return;
	if (chat_idle(p->chat, &e) < 0) {
		playground_say(a, &e);
		return;
	}
	p->used_ms = clock_wall_ms();
	playground_keep(p);
	(void)snprintf(say, sizeof say, "forked: the conversation so far is kept as %.8s", p->id);
	playground_name(p);
	app_say(a, ROLE_INFO, say);
	app_changed(a, TOPIC_CHAT);
}

void playground_new(App *a)
{
	Playground *p = playground_of(a);

	if (!p)
		return;
	playground_keep(p);
	chat_clear(p->chat);
	playground_name(p);
	p->typing = true;
	app_say(a, ROLE_INFO, "a new conversation; :chats lists those that are kept");
	app_changed(a, TOPIC_CHAT);
}

void playground_add_column(App *a)
{
	Playground *p = playground_of(a);
	Err e = { 0 };

	if (!p)
		return;
	if (chat_add_column(p->chat, &e) < 0) {
		playground_say(a, &e);
		return;
	}
	p->focus = chat_columns(p->chat) - 1;
	app_changed(a, TOPIC_CHAT);
}

/* --- commands --- */

Playground *playground_shown(App *a)
{
	Playground *p = playground_of(a);

	if (p && !screen_has(a, "playground"))
		app_open_view(a, "playground");
	return p;
}

void playground_model(App *a, Str rest)
{
	Playground *p = playground_shown(a);
	Str id = str_cut(str_trim(rest), ' ', &rest);

	if (!p)
		return;
	if (!id.n) {
		app_say(a, ROLE_WARN, ":model ID sets the model of the column; Tab completes it");
		return;
	}
	chat_set_model(p->chat, p->focus, id);
}

static void list_routes(App *a, const Playground *p)
{
	Buf b = { 0 };

	chat_put_health(p->chat, &b);
	if (!b.n)
		(void)buf_puts(&b, "No rules are configured: routing.rules in config.yaml (docs/routing.md).\n");
	page_show(a, "Routes", buf_str(&b));
	buf_done(&b);
}

void playground_route(App *a, Str rest)
{
	Playground *p = playground_shown(a);
	const Str word = str_trim(rest);
	ChatColumn *col;
	Err e = { 0 };

	if (!p)
		return;
	col = chat_column(p->chat, p->focus);
	if (str_is(word, "on") && chat_set_auto(p->chat, p->focus, &e) < 0)
		playground_say(a, &e);
	else if (str_is(word, "off") && col->named[0])
		chat_set_model(p->chat, p->focus, str_of(col->named));
	else if (str_is(word, "off"))
		app_say(a, ROLE_WARN, "the model was named; m names another one");
	else if (!str_is(word, "on"))
		list_routes(a, p);
}

void playground_system(App *a, Str rest)
{
	Playground *p = playground_shown(a);

	if (p)
		chat_set_system(p->chat, p->focus, str_trim(rest), STR(""), STR(""));
}

void playground_column(App *a, Str rest)
{
	Playground *p = playground_shown(a);
	Str word = str_cut(str_trim(rest), ' ', &rest);
	Err e = { 0 };

	if (!p)
		return;
	if (str_is(word, "add")) {
		playground_add_column(a);
	} else if (!str_is(word, "drop")) {
		app_say(a, ROLE_WARN, ":column add, or :column drop, which takes the focused one away");
	} else if (chat_drop_column(p->chat, p->focus, &e) < 0) {
		playground_say(a, &e);
	} else {
		p->focus -= p->focus >= chat_columns(p->chat);
	}
}

void playground_fork_command(App *a, Str rest)
{
	(void)rest;
	if (playground_shown(a))
		playground_fork(a);
}

void playground_new_command(App *a, Str rest)
{
	(void)rest;
	if (playground_shown(a))
		playground_new(a);
}

/* --- completion --- */

static bool offer(App *a, Str typed, Str model, const char *line, int *n)
{
	if (!str_starts(model, typed) || model.n <= typed.n)
		return false;
	if (*n && strlen(a->completed) >= strlen(line)) {
		/* Several: as far as they agree. */
		size_t k = typed.n, at = strlen(line) - typed.n;

		while (k < model.n && a->completed[at + k] && a->completed[at + k] == model.p[k])
			k++;
		a->completed[at + k] = 0;
	} else {
		(void)snprintf(a->completed, sizeof a->completed, "%s%.*s", line, (int)(model.n - typed.n), model.p + typed.n);
	}
	++*n;
	return true;
}

const char *playground_complete(App *a, const char *line)
{
	Playground *p = a->playground;
	Str rest, base, word = str_cut(str_of(line), ' ', &rest);
	const PriceTable *t;
	int n = 0;

	if (!p || !str_is(word, "model") || word.n == strlen(line) || str_has(rest, STR(" ")))
		return NULL;
	t = prices(p);
	base = price_base_model(rest);        /* rows are without a geography, which may have been typed */
	for (size_t i = 0; t && i < t->n; i++)
		(void)offer(a, base, str_of(t->row[i].model), line, &n);
	return n && strlen(a->completed) > strlen(line) ? a->completed : NULL;
}
