#include "app/line_gist.h"

#include "wire/jsonval.h"

enum { LINE_MAX_BYTES = 1 << 20 };

/* Said once, above the lines or before them. */
static const char *const elsewhere[] = {
	"level", "message", "service", "trace_id", "job_id", "tenant_id", "persona_type", "agent_id", "agent_version", "model_id", "pointer", "timestamp",
	"template_id", NULL,
};

static bool is_elsewhere(Str key)
{
	for (size_t i = 0; elsewhere[i]; i++)
		if (str_is(key, elsewhere[i]))
			return true;
	return false;
}

static void put(Buf *out, Str s)
{
	for (size_t i = 0; i < s.n; i++)
		(void)buf_putc(out, s.p[i] == '\n' || s.p[i] == '\r' ? ' ' : s.p[i]);
}

static void put_member(Buf *out, Str prefix, Str key, JsonVal v)
{
	Str text;
	Err e;

	if (jv_type(v) == JV_OBJECT && !prefix.n) {
		for (size_t i = 0; i < jv_count(v); i++) {
			Str name;
			JsonVal member = jv_member_at(v, i, &name);

			put_member(out, key, name, member);
		}
		return;
	}
	(void)buf_putc(out, ' ');
	put(out, prefix);
	if (prefix.n)
		(void)buf_putc(out, '.');
	put(out, key);
	(void)buf_putc(out, '=');
	if (jv_type(v) == JV_STRING && jv_as_str(v, &text, &e) == 0)
		put(out, text);
	else
		(void)jv_write(v, out);
}

void line_gist(Str text, Buf *out)
{
	Arena a = { 0 };
	JsonVal v;
	Err e;
	Str level = STR(""), message = STR("");

	if (jv_parse(&a, text, LINE_MAX_BYTES, &v, &e) < 0 || jv_type(v) != JV_OBJECT) {
		put(out, text);
		arena_done(&a);
		return;
	}
	(void)jv_opt_str(v, "level", &level, &e);
	(void)jv_opt_str(v, "message", &message, &e);
	put(out, level);
	(void)buf_putc(out, ' ');
	put(out, message);
	for (size_t i = 0; i < jv_count(v); i++) {
		Str key;
		JsonVal member = jv_member_at(v, i, &key);

		if (!is_elsewhere(key))
			put_member(out, STR(""), key, member);
	}
	arena_done(&a);
}
