/* How the guards read each text: one line of JSON with the text's string in, one out with its readings, rules, terms, tricks and
 * score. What trains the weights and what checks the score read texts by this, so that the folding has one home.
 *
 *     inject_readings [WEIGHTS] < TEXTS     without a file every weight is nought */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "model/inject.h"
#include "model/inject_weights.h"
#include "wire/jsonval.h"
#include "wire/jsonw.h"

enum { INPUT_MAX = 1 << 28, TEXT_MAX = 1 << 20 };

static void put_readings(JsonW *w, const InjectText *t)
{
	jw_key(w, "views");
	jw_array(w);
	for (int i = 0; i < t->views; i++) {
		jw_array(w);
		jw_cstr(w, view_name(t->view[i].kind));
		jw_str(w, t->view[i].text);
		jw_array_end(w);
	}
	jw_array_end(w);
	jw_key(w, "tricks");
	jw_array(w);
	for (int i = 0; i < TRICKS; i++)
		if (t->tricks >> i & 1)
			jw_cstr(w, trick_name(i));
	jw_array_end(w);
}

static void put_result(Buf *out, const Inject *x, const InjectResult *r)
{
	JsonW w = jw_to(out);

	jw_object(&w);
	put_readings(&w, inject_readings(x));
	jw_key(&w, "rules");
	jw_array(&w);
	for (int i = 0; i < r->hits; i++)
		jw_cstr(&w, r->hit[i].rule->id);
	jw_array_end(&w);
	jw_key(&w, "terms");
	jw_array(&w);
	for (int i = 1; i < TERMS; i++)
		if (r->terms >> i & 1)
			jw_cstr(&w, term_name((Term)i));
	jw_array_end(&w);
	jw_knum(&w, "score", r->score);
	jw_object_end(&w);
	(void)buf_putc(out, '\n');
}

/* The names that the weights may speak of, as the first line. */
static void put_names(Buf *out)
{
	JsonW w = jw_to(out);

	jw_object(&w);
	jw_key(&w, "rules");
	jw_array(&w);
	for (size_t i = 0; inject_rules[i].id; i++)
		jw_cstr(&w, inject_rules[i].id);
	jw_array_end(&w);
	jw_key(&w, "terms");
	jw_array(&w);
	for (int i = 1; i < TERMS; i++)
		jw_cstr(&w, term_name((Term)i));
	jw_array_end(&w);
	jw_key(&w, "tricks");
	jw_array(&w);
	for (int i = 0; i < TRICKS; i++)
		jw_cstr(&w, trick_name(i));
	jw_array_end(&w);
	jw_object_end(&w);
	(void)buf_putc(out, '\n');
}

static int weights_of(const char *path, Buf *b, Err *e)
{
	if (path)
		return file_read(path, b, INPUT_MAX, e);
	(void)buf_puts(b, "table\n");
	for (int i = 0; i < FEATURES; i++)
		(void)buf_putc(b, 'G');
	return 0;
}

static int read_all(Inject *x, Str rest, Err *e)
{
	static InjectResult r;
	Arena a = { 0 };
	Buf out = { .max = INPUT_MAX };
	int rc = 0;

	put_names(&out);
	while (rc == 0 && rest.n) {
		Str line = str_cut(rest, '\n', &rest), text = STR("");
		JsonVal v;

		if ((rc = jv_parse(&a, line, INPUT_MAX, &v, e)) == 0 && (rc = jv_as_str(v, &text, e)) == 0) {
			inject_scan(x, text, INJECT_LENGTH, &r);
			put_result(&out, x, &r);
			if (out.n > 1 << 20) {
				rc = fd_write_all(STDOUT_FILENO, out.p, out.n, e);
				buf_reset(&out);
			}
		}
		arena_reset(&a);
	}
	if (rc == 0)
		rc = fd_write_all(STDOUT_FILENO, out.p, out.n, e);
	buf_done(&out);
	arena_done(&a);
	return rc;
}

int main(int argc, char **argv)
{
	Buf weights = { 0 }, in = { .max = INPUT_MAX };
	Inject *x = NULL;
	Err e = { 0 };
	int rc = weights_of(argc > 1 ? argv[1] : NULL, &weights, &e);

	if (rc == 0)
		rc = fd_read_all(STDIN_FILENO, &in, INPUT_MAX, &e);
	if (rc == 0 && !(x = inject_new(buf_str(&weights), TEXT_MAX, &e)))
		rc = -1;
	if (rc == 0)
		rc = read_all(x, buf_str(&in), &e);
	if (rc < 0)
		(void)fprintf(stderr, "inject_readings: %s\n", e.text);
	inject_free(x);
	buf_done(&weights);
	buf_done(&in);
	return rc < 0;
}
