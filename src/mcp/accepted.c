#include "mcp/accepted.h"

#include "base/file.h"
#include "wire/jsonw.h"

enum { FILE_MAX = 4 << 20, HASH_CHARS = 64 };

char *accepted_path(void)
{
	return xdg_path(XDG_STATE, "mcp-tools.json");
}

/* absent: there is no file yet. */
static int read_file(Arena *a, const char *path, Buf *text, JsonVal *out, Err *e)
{
	*out = (JsonVal){ NULL };
	if (!file_exists(path))
		return 0;
	if (file_read(path, text, FILE_MAX, e) < 0)
		return -1;
	if (jv_parse(a, buf_str(text), FILE_MAX, out, e) < 0 || jv_type(*out) != JV_OBJECT) {
		(void)err_set(e, "%s holds which tools of MCP servers were accepted, and cannot be read; move it away to accept them anew", path);
		return -1;
	}
	return 0;
}

static int pin(Mcp *m, JsonVal server, size_t i, Err *e)
{
	Str name, hash;
	JsonVal v = jv_member_at(server, i, &name);
	char text[HASH_CHARS + 1];

	if (jv_as_str(v, &hash, e) < 0 || hash.n != HASH_CHARS)
		return err_set(e, "what was accepted of %.*s cannot be read", STR_ARG(mcp_name(m)));
	memcpy(text, hash.p, HASH_CHARS);
	text[HASH_CHARS] = '\0';
	mcp_pin(m, name, text);
	return 0;
}

int accepted_load(const char *path, Mcp *m, Err *e)
{
	Arena a = { 0 };
	Buf text = { 0 };
	JsonVal all, server;
	int rc = read_file(&a, path, &text, &all, e);

	server = jv_get_str(all, mcp_name(m));
	for (size_t i = 0; rc == 0 && i < jv_count(server); i++)
		rc = pin(m, server, i, e);
	buf_done(&text);
	arena_done(&a);
	return rc;
}

static void put_server(JsonW *w, const Mcp *m)
{
	const McpPins *pins = mcp_pins(m);

	jw_key_str(w, mcp_name(m));
	jw_object(w);
	for (size_t i = 0; i < pins->n; i++)
		if (pins->pin[i].hash[0])
			jw_kstr(w, pins->pin[i].name, str_of(pins->pin[i].hash));
	jw_object_end(w);
}

static void put_others(JsonW *w, JsonVal all, Str but)
{
	Buf raw = { 0 };
	Str name;

	for (size_t i = 0; i < jv_count(all); i++) {
		JsonVal v = jv_member_at(all, i, &name);

		if (str_eq(name, but))
			continue;
		buf_reset(&raw);
		(void)jv_write(v, &raw);
		jw_key_str(w, name);
		jw_raw(w, buf_str(&raw));
	}
	buf_done(&raw);
}

int accepted_save(const char *path, const Mcp *m, Err *e)
{
	Arena a = { 0 };
	Buf text = { 0 }, out = { 0 };
	JsonW w = jw_to(&out);
	JsonVal all;
	int rc = read_file(&a, path, &text, &all, e);

	if (rc == 0) {
		jw_object(&w);
		put_others(&w, all, mcp_name(m));
		put_server(&w, m);
		jw_object_end(&w);
		if (!str_eq(buf_str(&out), buf_str(&text)))
			rc = dir_make_of(path, e) < 0 ? -1 : file_replace(path, buf_str(&out), e);
	}
	buf_done(&out);
	buf_done(&text);
	arena_done(&a);
	return rc;
}
