#include "app/policy.h"

#include <ctype.h>

#include "wire/jsonw.h"

static const char *const class_names[] = { [AWS_READ] = "Read", [AWS_PAID] = "Use", [AWS_WRITE] = "Write" };

enum { ACTIONS_MAX = 64 };

static bool belongs(const Need *need, NeedOn on, AwsClass cls, const NeedFacts *f)
{
	return need->on == on && need->op->cls == cls && need_counts(need, f);
}

/* Each once, in the order of the table. */
static size_t actions_of(const Need *need, size_t n, NeedOn on, AwsClass cls, const NeedFacts *f, Str out[ACTIONS_MAX])
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++) {
		Str rest = str_of(need[i].op->permission), action;

		while (belongs(&need[i], on, cls, f) && (action = need_action(&rest)).n && count < ACTIONS_MAX) {
			bool known = false;

			for (size_t k = 0; k < count; k++)
				known |= str_eq(out[k], action);
			if (!known)
				out[count++] = action;
		}
	}
	return count;
}

static void put_list(JsonW *w, const char *key, const Str *s, size_t n)
{
	jw_key(w, key);
	jw_array(w);
	for (size_t i = 0; i < n; i++)
		jw_str(w, s[i]);
	jw_array_end(w);
}

static void put_condition(JsonW *w, Str region)
{
	jw_key(w, "Condition");
	jw_object(w);
	jw_key(w, "StringEquals");
	jw_object(w);
	jw_kstr(w, "aws:RequestedRegion", region);
	jw_object_end(w);
	jw_object_end(w);
}

static void put_statement(JsonW *w, NeedOn on, AwsClass cls, const NeedFacts *f, const Str *action, size_t n)
{
	Need any = { .on = on };
	Arena a = { 0 };
	Str *resource;
	size_t count = need_resources(&any, f, &a, &resource);

	jw_object(w);
	jw_kstr(w, "Sid", arena_printf(&a, "%s%s", class_names[cls], need_on_name(on)));
	jw_kstr(w, "Effect", STR("Allow"));
	put_list(w, "Action", action, n);
	put_list(w, "Resource", resource, count);
	if (on == ON_REGION)
		put_condition(w, f->region);
	jw_object_end(w);
	arena_done(&a);
}

/* Two blanks for each level; compact JSON of ours comes in, so every brace outside a string is a level. */
static void indent(Str json, Buf *out)
{
	bool text = false;
	int depth = 0;

	for (size_t i = 0; i < json.n; i++) {
		char c = json.p[i];
		bool opens = !text && (c == '{' || c == '['), closes = !text && (c == '}' || c == ']');

		if (closes)
			(void)buf_printf(out, "\n%*s", --depth * 2, "");
		(void)buf_putc(out, c);
		if (text && c == '\\' && i + 1 < json.n)
			(void)buf_putc(out, json.p[++i]);
		else if (c == '"')
			text = !text;
		else if (!text && c == ':')
			(void)buf_putc(out, ' ');
		else if (opens || (!text && c == ','))
			(void)buf_printf(out, "\n%*s", (depth += opens) * 2, "");
	}
	(void)buf_putc(out, '\n');
}

size_t policy_write(const Need *need, size_t n, const NeedFacts *f, Buf *out)
{
	Buf json = { 0 };
	JsonW w = jw_to(&json);
	Str action[ACTIONS_MAX];
	size_t size;

	jw_object(&w);
	jw_kstr(&w, "Version", STR("2012-10-17"));
	jw_key(&w, "Statement");
	jw_array(&w);
	for (AwsClass cls = AWS_READ; cls <= AWS_WRITE; cls++)
		for (NeedOn on = 0; on < NEED_ON_N; on++) {
			size_t count = actions_of(need, n, on, cls, f, action);

			if (count)
				put_statement(&w, on, cls, f, action, count);
		}
	jw_array_end(&w);
	jw_object_end(&w);
	indent(buf_str(&json), out);
	size = json.n;
	buf_done(&json);
	return size;
}
