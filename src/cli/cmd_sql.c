/* `seismo sql "SELECT …"`: a question of one's own over the snapshot, in the three forms of every answer. */
#include <stdio.h>
#include <string.h>

#include "cli/ask.h"
#include "cli/cli.h"
#include "cli/emit.h"
#include "store/sql.h"
#include "wire/text.h"

enum { JSON_MAX = 1 << 30, LIMIT_MS = 60000, COLUMNS = 256 };

typedef struct Answer {
	Arena arena;
	EmitColumn column[COLUMNS];
	size_t n;
	Buf    json;
	JsonW  w;
} Answer;

static void on_columns(void *arg, const char *const *name, int n)
{
	Answer *a = arg;

	for (int i = 0; i < n; i++) {
		const char *own = arena_cstr(&a->arena, str_of(name[i]));

		a->column[a->n++] = (EmitColumn){ .path = own, .title = own, .form = CELL_MEMBER };
	}
}

static int on_row(void *arg, const SqlCell *cell, int n)
{
	Answer *a = arg;
	Buf hex = { 0 };

	jw_object(&a->w);
	for (int i = 0; i < n; i++) {
		const char *key = a->column[i].path;

		switch (cell[i].type) {
		case SQL_INT:  jw_ki64(&a->w, key, cell[i].i); a->column[i].right = true; break;
		case SQL_REAL: jw_knum(&a->w, key, cell[i].r); a->column[i].right = true; break;
		case SQL_TEXT: jw_kstr(&a->w, key, cell[i].text); break;
		case SQL_BLOB:
			buf_reset(&hex);
			(void)hex_encode(&hex, cell[i].text);
			jw_kstr(&a->w, key, buf_str(&hex));
			break;
		default:       jw_knull(&a->w, key);
		}
	}
	jw_object_end(&a->w);
	buf_done(&hex);
	return a->json.full;
}

static int answer(const Options *o, Ask *ask, Err *e)
{
	Answer a = { 0 };
	SqlSink sink = { on_columns, on_row, &a };
	int code;

	buf_init(&a.json, JSON_MAX);
	a.w = jw_to(&a.json);
	jw_array(&a.w);
	code = store_sql(ask->part[0].store, str_of(o->arg[0]), LIMIT_MS, &sink, e);
	jw_array_end(&a.w);
	code = code < 0 ? cli_fail(e) : emit(o, &a.json, "", a.column, a.n);
	buf_done(&a.json);
	arena_done(&a.arena);
	return code;
}

int cmd_sql(const Options *o)
{
	Options own = *o;
	Err e = { 0 };
	Ask ask;
	int code;

	if (o->args != 1) {
		err_kind(&e, ERR_USAGE, "sql takes one question in quotes: seismo sql \"SELECT tenant, sum(nano_usd) FROM jobs GROUP BY tenant\"");
		return cli_fail(&e);
	}
	own.cached = true;
	if (ask_open(&ask, &own, 0, 0, &e) < 0)
		code = cli_fail(&e);
	else if (ask.n > 1)
		code = (err_kind(&e, ERR_USAGE, "sql asks the snapshot of one context, and %zu are named", ask.n), cli_fail(&e));
	else
		code = answer(&own, &ask, &e);
	ask_close(&ask, o);
	return code;
}
