#include "mcp/messages.h"

#include "wire/jsonw.h"
#include "wire/text.h"

const char *const mcp_versions[] = { "2025-06-18", "2025-03-26", "2024-11-05", NULL };

/* --- hello --- */

void mcp_put_initialize(Buf *out, int64_t id, const char *client_version)
{
	Buf params = { 0 };
	JsonW w = jw_to(&params);

	jw_object(&w);
	jw_kstr(&w, "protocolVersion", str_of(mcp_versions[0]));
	/* Nothing that a server could ask of us is offered: no sampling, no roots, no elicitation. */
	jw_key(&w, "capabilities");
	jw_object(&w);
	jw_object_end(&w);
	jw_key(&w, "clientInfo");
	jw_object(&w);
	jw_kstr(&w, "name", STR("seismo"));
	jw_kstr(&w, "version", str_of(client_version));
	jw_object_end(&w);
	jw_object_end(&w);
	rpc_put_request(out, id, "initialize", buf_str(&params));
	buf_done(&params);
}

int mcp_read_initialize(JsonVal result, McpHello *out, Err *e)
{
	JsonVal info = { NULL }, can = { NULL };
	Str version;

	*out = (McpHello){ .name = STR(""), .server_version = STR("") };
	if (jv_str(result, "protocolVersion", &version, e) < 0)
		return -1;
	for (size_t i = 0; mcp_versions[i]; i++)
		if (str_is(version, mcp_versions[i]))
			out->version = mcp_versions[i];
	if (!out->version)
		return err_set(e, "it speaks version %.*s of the protocol, and seismo knows %s, %s and %s", STR_ARG(str_sub(version, 0, 40)),
		               mcp_versions[0], mcp_versions[1], mcp_versions[2]);
	if (jv_object(result, "capabilities", &can, e) < 0 || jv_opt_object(result, "serverInfo", &info, e) < 0)
		return -1;
	out->has_tools = jv_has(can, "tools");
	return jv_opt_str(info, "name", &out->name, e) < 0 ? -1 : jv_opt_str(info, "version", &out->server_version, e);
}

/* --- the list of tools --- */

void mcp_put_list(Buf *out, int64_t id, Str cursor)
{
	Buf params = { 0 };
	JsonW w = jw_to(&params);

	jw_object(&w);
	if (cursor.n)
		jw_kstr(&w, "cursor", cursor);
	jw_object_end(&w);
	rpc_put_request(out, id, "tools/list", buf_str(&params));
	buf_done(&params);
}

int mcp_read_page(JsonVal result, JsonVal *tools, Str *cursor, Err *e)
{
	*cursor = STR("");
	if (jv_array(result, "tools", tools, e) < 0)
		return -1;
	return jv_opt_str(result, "nextCursor", cursor, e);
}

/* Names become part of "SERVER/TOOL", of lists that are typed and of what a model is told: no blanks, no surprises. */
static bool name_is_good(Str name)
{
	if (!name.n || name.n > MCP_NAME_MAX)
		return false;
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];

		if (!(c >= '0' && c <= '9') && !((c | 0x20) >= 'a' && (c | 0x20) <= 'z') && c != '_' && c != '-' && c != '.' && c != '/')
			return false;
	}
	return true;
}

static int read_schema(Arena *a, JsonVal v, const char *key, Str *out, Err *e)
{
	JsonVal schema = jv_get(v, key);
	Buf text;

	*out = STR("");
	if (jv_is_absent(schema))
		return 0;
	buf_init(&text, MCP_SCHEMA_MAX);
	(void)jv_write(schema, &text);
	if (text.full) {
		buf_done(&text);
		return err_set(e, "its %s is larger than %d bytes", key, (int)MCP_SCHEMA_MAX);
	}
	*out = arena_str(a, buf_str(&text));
	buf_done(&text);
	return 0;
}

/* Over the whole definition, not over what we know of it: a change anywhere is a change. */
static void hash_of(JsonVal v, char out[65])
{
	Buf text = { 0 };

	(void)jv_write(v, &text);
	sha256_hex(buf_str(&text), out);
	buf_done(&text);
}

int mcp_read_tool(Arena *a, JsonVal v, McpToolItem *out, Err *e)
{
	JsonVal hints = { NULL };
	Err why = { 0 };

	*out = (McpToolItem){ .name = STR(""), .title = STR(""), .description = STR("") };
	if (jv_str(v, "name", &out->name, e) < 0)
		return err_wrap(e, "a tool was left out");
	if (!name_is_good(out->name))
		return err_set(e, "a tool was left out: its name is not 1 to %d letters, digits or any of _-./", (int)MCP_NAME_MAX);
	if (read_schema(a, v, "inputSchema", &out->input_schema, &why) < 0 || read_schema(a, v, "outputSchema", &out->output_schema, &why) < 0 ||
	    jv_opt_str(v, "title", &out->title, &why) < 0 || jv_opt_str(v, "description", &out->description, &why) < 0 ||
	    jv_opt_object(v, "annotations", &hints, &why) < 0 || jv_opt_bool(hints, "readOnlyHint", &out->read_only, &why) < 0 ||
	    jv_opt_bool(hints, "idempotentHint", &out->idempotent, &why) < 0)
		return err_set(e, "the tool %.*s was left out: %s", STR_ARG(out->name), why.text);
	if (!out->input_schema.n)
		return err_set(e, "the tool %.*s was left out: it has no inputSchema", STR_ARG(out->name));
	hash_of(v, out->hash);
	return 0;
}

/* --- a call --- */

void mcp_put_call(Buf *out, int64_t id, Str tool, Str arguments)
{
	Buf params = { 0 };
	JsonW w = jw_to(&params);

	jw_object(&w);
	jw_kstr(&w, "name", tool);
	jw_kraw(&w, "arguments", arguments);
	jw_key(&w, "_meta");
	jw_object(&w);
	jw_ki64(&w, "progressToken", id);
	jw_object_end(&w);
	jw_object_end(&w);
	rpc_put_request(out, id, "tools/call", buf_str(&params));
	buf_done(&params);
}

/* "[image image/png, 1234 bytes, not shown]": data is base64. */
static int put_note(Buf *out, const char *kind, JsonVal part, Str where)
{
	Str type = STR("of no type"), data = STR("");

	(void)jv_opt_str(part, "mimeType", &type, NULL);      /* a note says what there is */
	(void)jv_opt_str(part, "data", &data, NULL);
	if (!data.n)
		(void)jv_opt_str(part, "blob", &data, NULL);
	if (where.n)
		return buf_printf(out, "[%s %.*s, %.*s]", kind, STR_ARG(str_sub(where, 0, 1000)), STR_ARG(str_sub(type, 0, 100)));
	return buf_printf(out, "[%s %.*s, %zu bytes, not shown]", kind, STR_ARG(str_sub(type, 0, 100)), data.n / 4 * 3);
}

static int put_part(JsonVal part, Buf *out, McpResult *r, Err *e)
{
	JsonVal resource = { NULL };
	Str type, text = { NULL, 0 }, uri = STR("");

	if (jv_str(part, "type", &type, e) < 0)
		return -1;
	if (out->n)
		(void)buf_putc(out, '\n');
	if (str_is(type, "text")) {
		if (jv_str(part, "text", &text, e) < 0)
			return -1;
	} else if (str_is(type, "resource")) {
		if (jv_object(part, "resource", &resource, e) < 0 || jv_opt_str(resource, "text", &text, e) < 0 ||
		    jv_opt_str(resource, "uri", &uri, e) < 0)
			return -1;
	} else if (str_is(type, "resource_link") && jv_str(part, "uri", &uri, e) < 0) {
		return -1;
	}
	if (text.p) {
		if (buf_put_str(out, text) < 0)       /* the part that fits; a character may be cut, whoever draws it cleans it */
			(void)buf_put_str(out, str_sub(text, 0, out->max - out->n));
		return 0;
	}
	r->left_out++;
	(void)put_note(out, str_is(type, "image") ? "image" : str_is(type, "audio") ? "audio" : uri.n ? "resource" :
	               "content of a kind that is not known", resource.node ? resource : part, uri);
	return 0;
}

int mcp_read_result(Arena *a, JsonVal result, McpResult *out, Err *e)
{
	JsonVal content = { NULL }, structured;
	Buf text, raw = { 0 };
	int rc = 0;

	*out = (McpResult){ .text = STR(""), .structured = STR("") };
	if (jv_type(result) != JV_OBJECT)
		return err_set(e, "the result is no object");
	if (jv_opt_array(result, "content", &content, e) < 0 || jv_opt_bool(result, "isError", &out->is_error, e) < 0)
		return -1;
	structured = jv_get(result, "structuredContent");
	if (!jv_is_absent(structured) && jv_type(structured) != JV_OBJECT)
		return err_set(e, "structuredContent: not an object");
	if (!content.node && jv_is_absent(structured))
		return err_set(e, "the result has neither content nor structuredContent");
	buf_init(&text, MCP_TEXT_MAX);
	for (size_t i = 0; i < jv_count(content) && rc == 0 && !text.full; i++)
		rc = put_part(jv_at(content, i), &text, out, e);
	out->cut = text.full;
	out->text = arena_str(a, buf_str(&text));
	if (!jv_is_absent(structured) && jv_write(structured, &raw) == 0)
		out->structured = arena_str(a, buf_str(&raw));
	buf_done(&raw);
	buf_done(&text);
	return rc;
}

void mcp_put_cancelled(Buf *out, int64_t id, const char *reason)
{
	Buf params = { 0 };
	JsonW w = jw_to(&params);

	jw_object(&w);
	jw_ki64(&w, "requestId", id);
	jw_kstr(&w, "reason", str_of(reason));
	jw_object_end(&w);
	rpc_put_notification(out, "notifications/cancelled", buf_str(&params));
	buf_done(&params);
}

int mcp_read_progress(JsonVal params, int64_t *id, McpProgress *out, Err *e)
{
	*out = (McpProgress){ .message = STR("") };
	if (jv_i64(params, "progressToken", id, e) < 0 || jv_num(params, "progress", &out->done, e) < 0 ||
	    jv_opt_num(params, "total", &out->total, e) < 0)
		return -1;
	return jv_opt_str(params, "message", &out->message, e);
}
