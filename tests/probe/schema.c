/* JSON Schema alone: schema < FILE. The file is one of the JSON-Schema-Test-Suite: a list of {description, schema, tests: [{description,
 * data, valid}]}. Writes one line of JSON for each test: which, what the schema checker says ("fits", "misfit", "undecided", or
 * "schema" when it does not take the schema), what was expected, where and why. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "wire/jsonschema.h"
#include "wire/jsonw.h"

enum { MAX_BYTES = 8 << 20 };

static const char *const verdicts[] = { [JSON_FITS] = "fits", [JSON_DOES_NOT_FIT] = "misfit", [JSON_UNDECIDED] = "undecided" };

static void tell(JsonVal group, JsonVal test, const char *said, const JsonMisfit *why)
{
	Str of = STR(""), name = STR("");
	bool valid = false;
	Buf line = { 0 };
	JsonW w = jw_to(&line);

	(void)jv_opt_str(group, "description", &of, NULL);
	(void)jv_opt_str(test, "description", &name, NULL);
	(void)jv_opt_bool(test, "valid", &valid, NULL);
	jw_object(&w);
	jw_kstr(&w, "group", of);
	jw_kstr(&w, "test", name);
	jw_kstr(&w, "said", str_of(said));
	jw_kbool(&w, "valid", valid);
	jw_kstr(&w, "path", str_of(why->path));
	jw_kstr(&w, "why", str_of(why->why));
	jw_object_end(&w);
	(void)buf_putc(&line, '\n');
	if (fd_write_all(STDOUT_FILENO, line.p, line.n, NULL) < 0)
		exit(1);
	buf_done(&line);
}

static void run_group(JsonVal group)
{
	JsonVal tests = jv_get(group, "tests");
	Buf text = { 0 };
	Err e = { 0 };
	JsonSchema *s;

	(void)jv_write(jv_get(group, "schema"), &text);
	s = jsonschema_new(buf_str(&text), &e);
	for (size_t i = 0; i < jv_count(tests); i++) {
		JsonMisfit why = { 0 };

		if (s)
			tell(group, jv_at(tests, i), verdicts[jsonschema_check(s, jv_get(jv_at(tests, i), "data"), &why)], &why);
		else {
			(void)snprintf(why.why, sizeof why.why, "%.*s", (int)sizeof why.why - 1, e.text);
			tell(group, jv_at(tests, i), "schema", &why);
		}
	}
	jsonschema_free(s);
	buf_done(&text);
}

int main(void)
{
	Arena a = { 0 };
	Buf text = { 0 };
	JsonVal groups;
	Err e = { 0 };

	if (fd_read_all(STDIN_FILENO, &text, MAX_BYTES, &e) < 0 || jv_parse(&a, buf_str(&text), MAX_BYTES, &groups, &e) < 0) {
		(void)fprintf(stderr, "schema: %s\n", e.text);
		return 1;
	}
	for (size_t i = 0; i < jv_count(groups); i++)
		run_group(jv_at(groups, i));
	buf_done(&text);
	arena_done(&a);
	return 0;
}
