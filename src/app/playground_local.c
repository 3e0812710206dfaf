#include "app/playground_local.h"

#include <stdio.h>
#include <stdlib.h>

#include "app/app_impl.h"
#include "app/local_tools.h"
#include "app/playground_mcp.h"
#include "app/playground_own.h"
#include "app/watch.h"
#include "base/clock.h"
#include "base/xalloc.h"

enum { INPUT_MAX_BYTES = 64 << 10, NAME_ROOM = 80 };

/* Whether the view names it; *any: whether it names any tools at all. */
static bool is_listed(const App *a, const LocalTool *t, bool *any)
{
	const View *v = views_find(&a->views, STR("playground"));
	char name[NAME_ROOM];

	(void)snprintf(name, sizeof name, "local:%s", t->name);
	*any = v && v->tool_count > 0;
	for (size_t i = 0; v && i < v->tool_count; i++)
		if (str_is(v->tools[i], name))
			return true;
	return false;
}

static bool is_offered(const App *a, const LocalTool *t)
{
	bool any;
	const bool listed = is_listed(a, t, &any);

	switch (a->playground->local) {
	case LOCAL_OFF:
		return false;
	case LOCAL_ON:
		return listed || !any;
	default:
		return listed;
	}
}

size_t local_offer(App *a, ChatTool *out, size_t room)
{
	size_t all, n = 0;
	const LocalTool *t = local_tools(&all);

	for (size_t i = 0; i < all && n < room; i++)
		if (is_offered(a, &t[i]))
			out[n++] = (ChatTool){ str_of(t[i].for_models), str_of(t[i].description), str_of(t[i].schema) };
	return n;
}

/* --- one use --- */

typedef struct Use {
	App     *a;
	unsigned epoch, serial;
	size_t   column, use;
	const LocalTool *tool;
	Arena    arena;
	Str      input;
	int64_t  now_ms;
	Buf      out;
} Use;

static int use_run(Store *s, void *work, Err *e)
{
	Use *u = work;
	JsonVal input;

	buf_reset(&u->out);                        /* it may be run again, on another store */
	return jv_parse(&u->arena, u->input, INPUT_MAX_BYTES, &input, e) < 0 ? -1 : u->tool->answer(s, input, u->now_ms, &u->out, e);
}

static void use_done(void *work, const Err *err)
{
	Use *u = work;

	if (u->epoch == u->a->epoch && u->a->playground)
		chat_tool_result(u->a->playground->chat, u->column, u->serial, u->use, err ? str_of(err->text) : buf_str(&u->out), err != NULL);
	arena_done(&u->arena);
	buf_done(&u->out);
	free(u);
}

bool local_run(App *a, size_t column, unsigned serial, size_t use, Str name, Str input)
{
	const LocalTool *t = local_tool(name);
	Use *u;

	if (!t || !is_offered(a, t))
		return false;
	if (!a->playground->w->queue) {
		chat_tool_result(a->playground->chat, column, serial, use, STR("there is no snapshot to ask"), true);
		return true;
	}
	u = xcalloc(1, sizeof *u);
	*u = (Use){ .a = a, .epoch = a->epoch, .serial = serial, .column = column, .use = use, .tool = t, .now_ms = clock_wall_ms() };
	u->input = arena_str(&u->arena, input);
	storeq_read(a->playground->w->queue, (StoreWork){ use_run, use_done, u });
	return true;
}

/* --- which are offered --- */

static void list(App *a)
{
	size_t n;
	const LocalTool *t = local_tools(&n);
	Buf b = { 0 };

	for (size_t i = 0; i < n; i++)
		(void)buf_printf(&b, "local:%-14s %s\n    %s\n", t[i].name, is_offered(a, &t[i]) ? "offered" : "", t[i].description);
	(void)buf_puts(&b, "\nThey only read the snapshot of the first context; their results are masked, and cut at 16 KiB.\n"
	               ":tools local offers them (those that the view's availableTools names, if it names any), :tools off none.\n"
	               ":mcp lists the tools of MCP servers.\n");
	page_show(a, "The program's own tools", buf_str(&b));
	buf_done(&b);
}

void local_command(App *a, Str rest)
{
	Playground *p = playground_shown(a);
	const Str word = str_trim(rest);
	ChatTool offered[CHAT_TOOLS];
	char say[120];
	Err e = { 0 };

	if (!p)
		return;
	if (!str_is(word, "local") && !str_is(word, "off")) {
		list(a);
		return;
	}
	if (chat_idle(p->chat, &e) < 0) {
		playground_say(a, &e);
		return;
	}
	p->local = str_is(word, "local") ? LOCAL_ON : LOCAL_OFF;
	mcp_offer(a);
	(void)snprintf(say, sizeof say, "%zu of the program's own tools are offered; :tools lists them", local_offer(a, offered, CHAT_TOOLS));
	app_say(a, ROLE_INFO, say);
	app_changed(a, TOPIC_CHAT);
}

void local_open(App *a)
{
	const View *v = views_find(&a->views, STR("playground"));
	char say[200];

	for (size_t i = 0; v && i < v->tool_count; i++) {
		if (!str_starts(v->tools[i], STR("local:")) || local_tool(str_sub(v->tools[i], 6, v->tools[i].n)))
			continue;
		(void)snprintf(say, sizeof say, "the view playground names %.80s, which there is not; :tools lists those there are", v->tools[i].p);
		app_tell(a, ROLE_WARN, say);
	}
	mcp_offer(a);
}
