#include "act/audit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "act/route_json.h"
#include "base/file.h"
#include "wire/text.h"
#include "wire/time8601.h"

enum { FILE_MAX = 256 << 20, HEX = AUDIT_HASH - 1 };
#define BEFORE_PREV ",\"prevHash\":\""
#define BEFORE_HASH "\",\"hash\":\""
/* What stands behind the object's own members: both hashes, their names, the end. */
enum { TAIL = sizeof BEFORE_PREV - 1 + HEX + sizeof BEFORE_HASH - 1 + HEX + sizeof "\"}" - 1 };

static const char nothing_before[AUDIT_HASH] = "0000000000000000000000000000000000000000000000000000000000000000";

void audit_hash(Str prev, Str text, char hash[AUDIT_HASH])
{
	Buf b = { 0 };

	(void)buf_put_str(&b, prev);
	(void)buf_put_str(&b, text);
	sha256_hex(buf_str(&b), hash);
	buf_done(&b);
}

static void put_row(Buf *b, const AuditRow *r)
{
	const struct { const char *key; Str v; } texts[] = {
		{ "event", str_of(r->event) }, { "op", r->op }, { "action", r->action }, { "by", r->by }, { "host", r->host }, { "context", r->context },
		{ "account", r->account }, { "region", r->region }, { "backend", r->backend }, { "agent", r->agent }, { "pointer", r->pointer },
		{ "reason", r->reason }, { "note", r->note },
	};
	char time[TIME_TEXT];
	JsonW w = jw_to(b);

	time_format_iso(r->at_ms, time);
	jw_object(&w);
	jw_kstr(&w, "time", str_of(time));
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		jw_kstr(&w, texts[i].key, texts[i].v.p ? texts[i].v : STR(""));
	route_write(&w, "from", r->from);
	route_write(&w, "to", r->to);
	jw_kbool(&w, "claim", r->claim);
	jw_key(&w, "requestIds");
	jw_array(&w);
	for (size_t i = 0; i < r->requests; i++)
		jw_str(&w, r->request[i]);
	jw_array_end(&w);
	jw_object_end(&w);
}

/* A line taken apart: its two hashes, and in *own the object without them. False: it is none of ours. */
static bool take_apart(Str line, Buf *own, Str *prev, Str *hash)
{
	Str tail;

	if (line.n < TAIL + 2 || line.p[0] != '{')
		return false;
	tail = str_sub(line, line.n - TAIL, TAIL);
	*prev = str_sub(tail, sizeof BEFORE_PREV - 1, HEX);
	*hash = str_sub(tail, sizeof BEFORE_PREV - 1 + HEX + sizeof BEFORE_HASH - 1, HEX);
	if (!str_starts(tail, STR(BEFORE_PREV)) || !str_eq(str_sub(tail, sizeof BEFORE_PREV - 1 + HEX, sizeof BEFORE_HASH - 1), STR(BEFORE_HASH)) ||
	    !str_ends(tail, STR("\"}")))
		return false;
	buf_reset(own);
	return buf_put_str(own, str_sub(line, 0, line.n - TAIL)) == 0 && buf_putc(own, '}') == 0;
}

static bool holds(Str line, Buf *own, Str *prev, Str *hash)
{
	char made[AUDIT_HASH];

	if (!take_apart(line, own, prev, hash))
		return false;
	audit_hash(*prev, buf_str(own), made);
	return str_is(*hash, made);
}

/* The hash of the last whole line of text. */
static void last_hash(Str text, char hash[AUDIT_HASH])
{
	Str prev, found;
	Buf own = { 0 };

	memcpy(hash, nothing_before, AUDIT_HASH);
	while (text.n) {
		size_t end = text.n - (text.p[text.n - 1] == '\n'), from = end;

		while (from && text.p[from - 1] != '\n')
			from--;
		if (take_apart(str_sub(text, from, end - from), &own, &prev, &found)) {
			memcpy(hash, found.p, HEX);
			break;
		}
		text = str_sub(text, 0, from);
	}
	buf_done(&own);
}

static int fail(const char *path, const char *doing, Err *e)
{
	return err_set(e, "cannot %s the audit file %s: %s", doing, path, strerror(errno));
}

static int open_locked(const char *path, Err *e)
{
	struct stat st;
	int fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return fail(path, "open", e);
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_uid != geteuid()) {
		close(fd);
		return err_set(e, "the audit file %s is not a file of yours; move it away", path);
	}
	while (flock(fd, LOCK_EX) < 0)
		if (errno != EINTR) {
			(void)fail(path, "lock", e);
			close(fd);
			return -1;
		}
	return fd;
}

/* Enough of the end to hold the last lines. */
static int read_end(int fd, const char *path, Buf *out, Err *e)
{
	enum { END = 256 << 10 };
	off_t size = lseek(fd, 0, SEEK_END);

	if (size < 0 || lseek(fd, size > END ? size - END : 0, SEEK_SET) < 0)
		return fail(path, "read", e);
	return fd_read_all(fd, out, END, e);
}

static void put_line(Buf *line, const AuditRow *r, Str end, char hash[AUDIT_HASH])
{
	char prev[AUDIT_HASH];
	Buf own = { 0 };

	last_hash(end, prev);
	put_row(&own, r);
	audit_hash(str_of(prev), buf_str(&own), hash);
	/* A line that a power cut has torn stays as it is, and stands alone. */
	if (end.n && end.p[end.n - 1] != '\n')
		(void)buf_putc(line, '\n');
	(void)buf_put(line, own.p, own.n - 1);
	(void)buf_printf(line, BEFORE_PREV "%s" BEFORE_HASH "%s\"}\n", prev, hash);
	buf_done(&own);
}

int audit_append(const char *path, const AuditRow *r, char hash[AUDIT_HASH], Err *e)
{
	char made[AUDIT_HASH];
	Buf end = { 0 }, line = { 0 };
	int fd = open_locked(path, e), rc = -1;

	if (fd < 0)
		return -1;
	if (read_end(fd, path, &end, e) == 0) {
		put_line(&line, r, buf_str(&end), made);
		rc = fd_write_all(fd, line.p, line.n, e);
		if (rc == 0 && fsync(fd) < 0)
			rc = fail(path, "sync", e);
	}
	if (rc == 0 && hash)
		memcpy(hash, made, AUDIT_HASH);
	close(fd);                                   /* and the lock with it */
	buf_done(&end);
	buf_done(&line);
	return rc;
}

int audit_last(const char *path, char hash[AUDIT_HASH], Err *e)
{
	Buf end = { 0 };
	int fd = open_locked(path, e), rc;

	if (fd < 0)
		return -1;
	if ((rc = read_end(fd, path, &end, e)) == 0)
		last_hash(buf_str(&end), hash);
	close(fd);
	buf_done(&end);
	return rc;
}

int audit_verify(const char *path, AuditVerdict *out, Err *e)
{
	char before[AUDIT_HASH];
	Buf all = { 0 }, own = { 0 };
	Str rest, prev, hash;

	*out = (AuditVerdict){ 0 };
	if (file_read(path, &all, FILE_MAX, e) < 0) {
		buf_done(&all);
		return -1;
	}
	memcpy(before, nothing_before, AUDIT_HASH);
	for (rest = buf_str(&all); rest.n && !out->bad_row;) {
		bool ended = memchr(rest.p, '\n', rest.n) != NULL;
		Str line = str_cut(rest, '\n', &rest);

		if (!ended)
			out->why = "it is not whole";
		else if (!holds(line, &own, &prev, &hash))
			out->why = "it was changed: its hash does not fit what it says";
		else if (!str_is(prev, before))
			out->why = "it does not follow the line before it: a line was changed, taken out or put in there";
		if (out->why)
			out->bad_row = out->rows + 1;
		else {
			memcpy(before, hash.p, HEX);
			out->rows++;
		}
	}
	buf_done(&all);
	buf_done(&own);
	return 0;
}
