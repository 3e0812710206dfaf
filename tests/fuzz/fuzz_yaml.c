/* Any bytes: yaml_parse answers in bounds, an error points into the file, and what was accepted obeys the limits. What
 * config and views make of it holds what their headers promise. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/config.h"
#include "conf/views.h"
#include "conf/yaml.h"

static size_t walk(const YamlNode *n, int depth)
{
	size_t nodes = 1, children = 0;

	if (depth > 65 || n->line < 1 || n->column < 1)
		abort();
	for (size_t i = 0; i < n->text.n; i++)
		if (n->text.p[i] == 0 || n->text.p[i] == 0x1B)
			abort();
	for (const YamlNode *c = n->child; c; c = c->next, children++) {
		nodes += walk(c, depth + 1);
		if (n->kind == YAML_MAP && yaml_get(n, "k") && str_is(c->key, "k") && yaml_get(n, "k") != c)
			abort();
	}
	if (children != n->count || nodes > 200000)
		abort();
	return nodes;
}

static void read_on(Arena *a, Str text)
{
	Err e = { 0 };
	Config c;
	View v;

	if (config_parse(a, "f", text, &c, &e) == 0) {
		if (c.default_context >= c.context_count || c.ui.refresh_ms < 1000 || c.limits.max_tokens < 1)
			abort();
	} else if (e.kind != ERR_USAGE || strncmp(e.text, "f:", 2) != 0)
		abort();
	if (view_parse(a, "f", text, NULL, &v, &e) == 0 && (!v.layout || (v.layout->is_split ? !v.layout->child : !v.layout->pane.n)))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Arena a = { 0 };
	Err e = { 0 };
	YamlNode *root = NULL;

	if (yaml_parse(&a, "f", (Str){ (const char *)data, size }, &root, &e) == 0) {
		if (!root)
			abort();
		(void)walk(root, 0);
		read_on(&a, (Str){ (const char *)data, size });
	} else if (strncmp(e.text, "f:", 2) != 0 || e.kind != ERR_USAGE || strchr(e.text, 0x1B))
		abort();
	arena_done(&a);
	return 0;
}
