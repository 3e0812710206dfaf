#include "eval/results.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/file.h"
#include "chat/figures.h"
#include "wire/text.h"

enum { RESULTS_MAX = 1 << 30 };

/* Each part with its length before it, so that no two different questions have the same bytes. */
void result_key(const SuiteCell *cell, const EvalPrompt *p, const SuiteCase *one, int64_t round, char out[RESULT_KEY])
{
	const Str part[] = { cell->model, p->system, one->input };
	const int64_t number[] = { cell->max_tokens, cell->temperature, round };
	Buf b = { 0 };

	for (size_t i = 0; i < sizeof part / sizeof *part; i++) {
		(void)buf_printf(&b, "%zu:", part[i].n);
		(void)buf_put_str(&b, part[i]);
	}
	for (size_t i = 0; i < sizeof number / sizeof *number; i++)
		(void)buf_printf(&b, "%lld;", (long long)number[i]);
	sha256_hex(buf_str(&b), out);
	buf_done(&b);
}

/* --- reading --- */

static int take_line(Arena *a, Str line, const ResultsReader *r, Err *e)
{
	EvalAnswer x = { .have = true, .again = true };
	JsonVal v;
	Str key;

	if (jv_parse(a, line, RESULTS_MAX, &v, e) < 0 || jv_str(v, "key", &key, e) < 0)
		return -1;
	if (!jv_has(v, "text")) {
		r->begun(r->arg, key);
		return 0;
	}
	if (jv_str(v, "text", &x.text, e) < 0 || jv_str(v, "stop", &x.stop, e) < 0 || tokens_take(v, &x.tokens, e) < 0 ||
	    jv_i64(v, "firstMs", &x.first_ms, e) < 0 || jv_i64(v, "totalMs", &x.total_ms, e) < 0)
		return -1;
	x.priced = !jv_is_absent(jv_get(v, "nanoUsd"));
	if (x.priced && jv_i64(v, "nanoUsd", &x.nusd, e) < 0)
		return -1;
	r->answer(r->arg, key, &x);
	return 0;
}

/* *whole: bytes of the lines that have their end. */
static int read_all(const char *path, Arena *a, const ResultsReader *r, size_t *whole, Err *e)
{
	Buf text = { 0 };
	Str rest;
	size_t line_no = 0;
	int rc;

	buf_init(&text, RESULTS_MAX);
	if ((rc = file_read(path, &text, RESULTS_MAX, e)) == 0) {
		rest = arena_str(a, buf_str(&text));
		for (*whole = rest.n; *whole && rest.p[*whole - 1] != '\n'; --*whole)
			;
		for (rest.n = *whole; rc == 0 && rest.n;) {
			Str line = str_cut(rest, '\n', &rest);

			line_no++;
			rc = line.n ? take_line(a, line, r, e) : 0;
		}
		if (rc < 0)
			(void)err_wrap(e, "%s:%zu is no result of an evaluation", path, line_no);
	}
	buf_done(&text);
	return rc;
}

int results_open(const char *path, Arena *a, const ResultsReader *r, Err *e)
{
	int fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
	size_t whole = 0;

	if (fd < 0)
		return err_set(e, "cannot open %s: %s", path, strerror(errno));
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		(void)err_kind(e, ERR_REFUSED, "another evaluation writes to %s; wait for it, or name another file with --results", path);
	} else if (read_all(path, a, r, &whole, e) == 0) {
		if (ftruncate(fd, (off_t)whole) == 0)
			return fd;
		(void)err_set(e, "cannot write %s: %s", path, strerror(errno));
	}
	close(fd);
	return -1;
}

/* --- writing --- */

static int put(int fd, Buf *line, bool sync, Err *e)
{
	int rc;

	(void)buf_putc(line, '\n');
	rc = fd_write_all(fd, line->p, line->n, e);
	if (rc == 0 && sync && fdatasync(fd) < 0)
		rc = err_set(e, "cannot write the results: %s", strerror(errno));
	buf_done(line);
	return rc;
}

static void put_names(JsonW *w, const char *key, Str cell, Str one, int64_t round)
{
	jw_object(w);
	jw_kstr(w, "key", str_of(key));
	jw_kstr(w, "cell", cell);
	jw_kstr(w, "case", one);
	jw_ki64(w, "round", round);
}

int results_begin(int fd, const char *key, Str cell, Str one, int64_t round, Err *e)
{
	Buf line = { 0 };
	JsonW w = jw_to(&line);

	put_names(&w, key, cell, one, round);
	jw_object_end(&w);
	return put(fd, &line, false, e);
}

int results_answer(int fd, const char *key, Str cell, Str one, int64_t round, const EvalAnswer *x, Err *e)
{
	Buf line = { 0 };
	JsonW w = jw_to(&line);

	put_names(&w, key, cell, one, round);
	jw_kstr(&w, "text", x->text);
	jw_kstr(&w, "stop", x->stop);
	jw_kbool(&w, "passed", x->passed);
	jw_kstr(&w, "why", x->why);
	tokens_put(&w, &x->tokens);
	if (x->priced)
		jw_ki64(&w, "nanoUsd", x->nusd);
	else
		jw_knull(&w, "nanoUsd");
	jw_ki64(&w, "firstMs", x->first_ms);
	jw_ki64(&w, "totalMs", x->total_ms);
	jw_object_end(&w);
	return put(fd, &line, true, e);
}
