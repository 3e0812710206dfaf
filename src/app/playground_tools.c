/* An answer in a form: the tool whose input it must be, from the program's own descriptions or a file. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/app_impl.h"
#include "app/playground_mcp.h"
#include "app/playground_own.h"
#include "base/file.h"
#include "base/xalloc.h"
#include "conf/embed.h"
#include "wire/jsonval.h"

enum { TOOL_MAX = 256 << 10 };

/* "generate_vc_analysis" is one of the program's own, anything with a dot or a slash is a file. */
static int read_tool(Str name, Buf *out, Err *e)
{
	char own[96], *asked, *path;
	int rc;

	(void)snprintf(own, sizeof own, "tools/%.*s.json", (int)(name.n < 64 ? name.n : 64), name.p);
	for (const Embedded *f = embedded_files; f->name; f++)
		if (strcmp(f->name, own) == 0)
			return buf_put_str(out, embed_get(own));
	if (!str_has(name, STR(".")) && !str_has(name, STR("/")))
		return err_kind(e, ERR_USAGE, "there is no tool %.*s; a file of one has a dot or a slash in its name", STR_ARG(name));
	asked = xstrndup(name.p, name.n);
	path = path_expand(asked);
	rc = file_read(path, out, TOOL_MAX, e);
	free(path);
	free(asked);
	return rc;
}

static int take(Chat *c, Str json, Err *e)
{
	Arena a = { 0 };
	Buf schema = { 0 };
	ChatTool t = { .description = STR("") };
	JsonVal v, s;
	int rc = -1;

	if (jv_parse(&a, json, TOOL_MAX, &v, e) == 0 && jv_name(v, "name", &t.name, e) == 0 && jv_opt_str(v, "description", &t.description, e) == 0 &&
	    jv_object(v, "inputSchema", &s, e) == 0 && jv_write(s, &schema) == 0) {
		t.schema = buf_str(&schema);
		rc = chat_set_tools(c, &t, 1, t.name, e);
	}
	buf_done(&schema);
	arena_done(&a);
	return rc;
}

void playground_tool(App *a, Str rest)
{
	Playground *p = playground_shown(a);
	Str name = str_trim(rest);
	char say[160];
	Buf json = { 0 };
	Err e = { 0 };

	if (!p)
		return;
	if (!name.n) {
		(void)chat_set_tools(p->chat, NULL, 0, STR(""), NULL);
		mcp_offer(a);
		app_say(a, ROLE_INFO, "answers are text again");
	} else if (read_tool(name, &json, &e) < 0 || take(p->chat, buf_str(&json), &e) < 0) {
		playground_say(a, &e);
	} else {
		(void)snprintf(say, sizeof say, "every answer fills %.*s; :tool alone ends it", (int)(name.n < 60 ? name.n : 60), name.p);
		app_say(a, ROLE_OK, say);
	}
	buf_done(&json);
	app_changed(a, TOPIC_CHAT);
}
