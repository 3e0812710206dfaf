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

static void put_part(Buf *b, Str part)
{
	(void)buf_printf(b, "%zu:", part.n);
	(void)buf_put_str(b, part);
}

void result_hash(const Str *part, size_t n, char out[RESULT_KEY])
{
	Buf b = { 0 };

	for (size_t i = 0; i < n; i++)
		put_part(&b, part[i]);
	sha256_hex(buf_str(&b), out);
	buf_done(&b);
}

void result_key(const SuiteCell *cell, const EvalPrompt *p, const SuiteCase *one, int64_t round, char out[RESULT_KEY])
{
	const Str part[] = { cell->model, p->system, one->input };
	const int64_t number[] = { cell->max_tokens, cell->temperature, round };
	Buf b = { 0 };

	for (size_t i = 0; i < sizeof part / sizeof *part; i++)
		put_part(&b, part[i]);
	for (size_t i = 0; i < sizeof number / sizeof *number; i++)
		(void)buf_printf(&b, "%lld;", (long long)number[i]);
	if (cell->cache != CACHE_NONE)
		(void)buf_printf(&b, "cache %d;", cell->cache);
	sha256_hex(buf_str(&b), out);
	buf_done(&b);
}

void result_key_after(const char *key, Str answer, Str reason, char out[RESULT_KEY])
{
	const Str part[] = { STR("after"), str_of(key), answer, reason };

	result_hash(part, sizeof part / sizeof *part, out);
}

void result_key_warm(const char *key, char out[RESULT_KEY])
{
	const Str part[] = { STR("warm"), str_of(key) };

	result_hash(part, sizeof part / sizeof *part, out);
}

/* --- reading --- */

/* What a judge has said; the line of one that could not be used has no verdict. */
static int take_verdict(JsonVal v, EvalRecord *x, Err *e)
{
	JsonVal said = jv_get(v, "verdict");

	x->verdict = true;
	x->judged = !jv_is_absent(said);
	if (!x->judged)
		return jv_str(v, "why", &x->reason, e);
	x->pair = jv_has(said, "choice");
	if (x->pair)
		return jv_str(said, "choice", &x->fault, e) < 0 || jv_str(said, "reason", &x->reason, e) < 0 ? -1 : 0;
	return jv_i64(said, "score", &x->score, e) < 0 || jv_bool(said, "pass", &x->pass, e) < 0 || jv_str(said, "reason", &x->reason, e) < 0 ||
	       jv_str(said, "fault", &x->fault, e) < 0 ? -1 : 0;
}

static int take_line(Arena *a, Str line, EvalRecords *r, Err *e)
{
	EvalRecord x = { .again = true };
	JsonVal v;
	Str key;

	if (jv_parse(a, line, RESULTS_MAX, &v, e) < 0 || jv_str(v, "key", &key, e) < 0)
		return -1;
	if (key.n != RESULT_KEY - 1)
		return err_set(e, "its key is none");
	memcpy(x.key, key.p, key.n);
	if (!jv_has(v, "text") && !jv_has(v, "verdict")) {
		records_open(r, x.key);
		return 0;
	}
	if (jv_has(v, "verdict") ? take_verdict(v, &x, e) < 0
	                         : jv_str(v, "text", &x.text, e) < 0 || jv_str(v, "stop", &x.stop, e) < 0 || jv_i64(v, "firstMs", &x.first_ms, e) < 0)
		return -1;
	if (tokens_take(v, &x.tokens, e) < 0 || jv_i64(v, "totalMs", &x.total_ms, e) < 0)
		return -1;
	x.priced = !jv_is_absent(jv_get(v, "nanoUsd"));
	if (x.priced && jv_i64(v, "nanoUsd", &x.nusd, e) < 0)
		return -1;
	(void)records_put(r, a, &x);
	return 0;
}

/* *whole: bytes of the lines that have their end. */
static int read_all(const char *path, Arena *a, EvalRecords *r, size_t *whole, Err *e)
{
	Buf text = { 0 };
	Str rest;
	size_t line_no = 0;
	int rc;

	buf_init(&text, RESULTS_MAX);
	if ((rc = file_read(path, &text, RESULTS_MAX, e)) == 0) {
		rest = buf_str(&text);
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

int results_look(const char *path, Arena *a, EvalRecords *r, Err *e)
{
	size_t whole = 0;

	return read_all(path, a, r, &whole, e);
}

int results_open(const char *path, Arena *a, EvalRecords *r, Err *e)
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

static void put_names(JsonW *w, const char *key, const ResultNames *n)
{
	jw_object(w);
	jw_kstr(w, "key", str_of(key));
	jw_kstr(w, "cell", n->cell);
	jw_kstr(w, "case", n->one);
	jw_ki64(w, "round", n->round);
	if (n->warm_up)
		jw_kbool(w, "warmUp", true);
	if (n->attempt)
		jw_ki64(w, "attempt", n->attempt);
	if (n->judge.n)
		jw_kstr(w, "judge", n->judge);
}

int results_begin(int fd, const char *key, const ResultNames *n, Err *e)
{
	Buf line = { 0 };
	JsonW w = jw_to(&line);

	put_names(&w, key, n);
	jw_object_end(&w);
	return put(fd, &line, false, e);
}

static void put_verdict(JsonW *w, const EvalRecord *x)
{
	jw_key(w, "verdict");
	if (!x->judged) {
		jw_null(w);
		jw_kstr(w, "why", x->reason);
		return;
	}
	jw_object(w);
	if (x->pair) {
		jw_kstr(w, "choice", x->fault);
	} else {
		jw_ki64(w, "score", x->score);
		jw_kbool(w, "pass", x->pass);
		jw_kstr(w, "fault", x->fault);
	}
	jw_kstr(w, "reason", x->reason);
	jw_object_end(w);
}

int results_put(int fd, const ResultNames *n, const EvalRecord *x, Err *e)
{
	Buf line = { 0 };
	JsonW w = jw_to(&line);

	put_names(&w, x->key, n);
	if (x->verdict) {
		put_verdict(&w, x);
	} else {
		jw_kstr(&w, "text", x->text);
		jw_kstr(&w, "stop", x->stop);
		jw_ki64(&w, "firstMs", x->first_ms);
	}
	tokens_put(&w, &x->tokens);
	if (x->priced)
		jw_ki64(&w, "nanoUsd", x->nusd);
	else
		jw_knull(&w, "nanoUsd");
	jw_ki64(&w, "totalMs", x->total_ms);
	jw_object_end(&w);
	return put(fd, &line, true, e);
}
