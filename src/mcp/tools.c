#include "mcp/tools.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/xalloc.h"

enum { FAILURES_MAX = 3, LEFT_ALONE_MS = 30000 };

/* --- pins --- */

McpPin *pins_find(const McpPins *p, Str name)
{
	for (size_t i = 0; i < p->n; i++)
		if (str_is(name, p->pin[i].name))
			return &p->pin[i];
	return NULL;
}

McpPin *pins_get(McpPins *p, Str name)
{
	McpPin *pin = pins_find(p, name);

	if (pin)
		return pin;
	VEC_GROW(p->pin, p->cap, p->n + 1);
	pin = &p->pin[p->n++];
	*pin = (McpPin){ .name = xstrndup(name.p, name.n), .breaker = { .run = FAILURES_MAX, .hold_ms = LEFT_ALONE_MS } };
	return pin;
}

void pins_done(McpPins *p)
{
	for (size_t i = 0; i < p->n; i++)
		free(p->pin[i].name);
	free(p->pin);
	*p = (McpPins){ 0 };
}

/* --- the list --- */

static void leave_out(McpToolList *l, const char *why)
{
	if (!l->left_out++)
		(void)snprintf(l->note, sizeof l->note, "%.*s", (int)sizeof l->note - 1, why);
}

static bool is_allowed(const McpToolList *l, Str name)
{
	for (size_t i = 0; i < l->allow_n; i++)
		if (str_eq(l->allow[i], name))
			return true;
	return !l->allow_n;
}

static JsonSchema *read_schema(Arena *a, Str text, const char *which, const char **fault)
{
	Err e = { 0 };
	JsonSchema *s = text.n ? jsonschema_new(text, &e) : NULL;

	if (text.n && !s)
		*fault = arena_printf(a, "%s: %.*s", which, 200, e.text).p;
	return s;
}

static void take(McpToolList *l, const McpToolItem *item)
{
	McpTool *t;
	Arena *a = &l->arena;

	VEC_GROW(l->tool, l->cap, l->n + 1);
	t = &l->tool[l->n++];
	*t = (McpTool){
		.name = arena_str(a, item->name), .qualified = arena_printf(a, "%.*s/%.*s", STR_ARG(l->server), STR_ARG(item->name)),
		.title = arena_str(a, item->title), .description = arena_str(a, item->description), .input_schema = item->input_schema,
		.output_schema = item->output_schema, .read_only = item->read_only, .idempotent = item->idempotent,
	};
	memcpy(t->hash, item->hash, sizeof t->hash);
	t->input = read_schema(a, t->input_schema, "inputSchema", &t->fault);
	t->output = read_schema(a, t->output_schema, "outputSchema", &t->fault);
}

static void add(McpToolList *l, JsonVal v)
{
	McpToolItem item;
	Err e = { 0 };

	if (l->bytes > MCP_LIST_MAX) {
		(void)err_set(&e, "more than %d bytes of tools are not taken", (int)MCP_LIST_MAX);
		leave_out(l, e.text);
		return;
	}
	if (mcp_read_tool(&l->arena, v, &item, &e) < 0) {
		leave_out(l, e.text);
		return;
	}
	l->bytes += item.name.n + item.title.n + item.description.n + item.input_schema.n + item.output_schema.n;
	if (l->n >= MCP_TOOLS_MAX) {
		(void)err_set(&e, "more than %d tools are not taken", (int)MCP_TOOLS_MAX);
		leave_out(l, e.text);
	} else if (tools_find(l, item.name)) {
		(void)err_set(&e, "the tool %.*s stands in the list more than once; the first one counts", STR_ARG(item.name));
		leave_out(l, e.text);
	} else if (is_allowed(l, item.name)) {
		take(l, &item);
	}
}

void tools_add(McpToolList *l, JsonVal page)
{
	for (size_t i = 0; i < jv_count(page); i++)
		add(l, jv_at(page, i));
}

void tools_judge(McpToolList *l, McpPins *pins, bool first)
{
	for (size_t i = 0; i < l->n; i++) {
		McpTool *t = &l->tool[i];
		McpPin *pin = pins_get(pins, t->name);

		if (!pin->hash[0] && first)
			memcpy(pin->hash, t->hash, sizeof pin->hash);
		t->trust = !pin->hash[0] ? MCP_NEW : memcmp(pin->hash, t->hash, sizeof pin->hash) != 0 ? MCP_CHANGED : MCP_ACCEPTED;
	}
}

McpTool *tools_find(const McpToolList *l, Str name)
{
	for (size_t i = 0; i < l->n; i++)
		if (str_eq(l->tool[i].name, name))
			return &l->tool[i];
	return NULL;
}

void tools_done(McpToolList *l)
{
	for (size_t i = 0; i < l->n; i++) {
		jsonschema_free(l->tool[i].input);
		jsonschema_free(l->tool[i].output);
	}
	free(l->tool);
	arena_done(&l->arena);
	*l = (McpToolList){ .server = l->server, .allow = l->allow, .allow_n = l->allow_n };
}
