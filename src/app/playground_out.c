/* What leaves the playground for somewhere else: answers and their code to the clipboard, questions to a suite's dataset. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/app_impl.h"
#include "app/playground_own.h"
#include "base/file.h"
#include "base/xalloc.h"
#include "chat/turn.h"
#include "ui/markdown.h"
#include "wire/jsonw.h"

enum { DATASET_MAX = 16 << 20, ID_MAX = 128 };

static const ChatTurn *last_turn(const Playground *p)
{
	const ChatColumn *c = chat_column(p->chat, p->focus);

	for (size_t i = c ? c->turns : 0; i > 0; i--)
		if (!c->turn[i - 1].warm_up)
			return &c->turn[i - 1];
	return NULL;
}

/* --- to the clipboard --- */

void playground_copy(App *a, Str rest)
{
	const Playground *p = playground_of(a);
	const Str word = str_trim(rest);
	const ChatTurn *t = p ? last_turn(p) : NULL;
	const bool last = str_is(word, "last");
	char what[60] = "the answer";
	Buf text = { 0 };
	size_t blocks = 0;
	int64_t n = 0;
	Str code;

	if (word.n && !last && (str_i64(word, &n) < 0 || n < 1)) {
		app_say(a, ROLE_WARN, ":copy copies the answer, :copy N its Nth code block, :copy last its last one");
		return;
	}
	if (t)
		turn_answer(t, &text);
	code = markdown_code(buf_str(&text), (size_t)n, &blocks);
	if (n > (int64_t)blocks) {
		(void)snprintf(what, sizeof what, "the answer has %zu code blocks", blocks);
		app_say(a, ROLE_WARN, what);
	} else {
		if (n || last)
			(void)snprintf(what, sizeof what, "code block %lld of %zu", (long long)(last ? (int64_t)blocks : n), blocks);
		app_copy(a, word.n ? code : buf_str(&text), what);
	}
	buf_done(&text);
}

/* --- to a dataset --- */

/* What the same question with the same values is always called, so that it is not written twice. */
static void case_id(const ChatColumn *c, Str input, char out[ID_MAX])
{
	const uint64_t hash = str_hash(input) * 31 + str_hash(buf_str(&c->values));
	Str version, name = str_cut(str_of(c->label), ' ', &version);      /* behind it stands what is wrong with its signature */

	(void)snprintf(out, ID_MAX, "%.*s-%08x", (int)(name.n ? (name.n < 100 ? name.n : 100) : 4), name.n ? name.p : "case",
	               (unsigned)(hash ^ hash >> 32));
}

static void put_case(const ChatColumn *c, Str id, Str input, Buf *out)
{
	JsonW w = jw_to(out);

	jw_object(&w);
	jw_kstr(&w, "id", id);
	jw_kstr(&w, "input", input);
	jw_key(&w, "vars");
	jw_raw(&w, c->values.n ? buf_str(&c->values) : STR("{}"));
	jw_key(&w, "expect");
	jw_raw(&w, STR("[]"));
	jw_object_end(&w);
	(void)buf_putc(out, '\n');
}

/* Whether it has such a case; *open_line: its last line has no end. A file that is not there has neither. */
static int look(const char *path, Str id, bool *has, bool *open_line, Err *e)
{
	Buf text = { 0 }, wanted = { 0 };
	int rc = 0;

	*has = *open_line = false;
	if (file_exists(path)) {
		rc = file_read(path, &text, DATASET_MAX, e);
		(void)buf_printf(&wanted, "{\"id\":\"%.*s\",", STR_ARG(id));
		*has = rc == 0 && str_has(buf_str(&text), buf_str(&wanted));
		*open_line = text.n && text.p[text.n - 1] != '\n';
	}
	buf_done(&text);
	buf_done(&wanted);
	return rc;
}

/* Behind what is there, whoever keeps it and however: the file stays the same one. */
static int append(const char *path, Str line, bool after_open_line, Err *e)
{
	const int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	Buf all = { 0 };
	int rc;

	if (fd < 0)
		return err_set(e, "cannot write %s: %s", path, strerror(errno));
	if (after_open_line)
		(void)buf_putc(&all, '\n');
	(void)buf_put_str(&all, line);
	rc = fd_write_all(fd, all.p, all.n, e);
	close(fd);
	buf_done(&all);
	return rc < 0 ? err_wrap(e, "cannot write %s", path) : 0;
}

static int save(const ChatColumn *c, Str input, const char *path, char id[ID_MAX], bool *had, Err *e)
{
	Buf line = { 0 };
	bool open_line;
	int rc;

	case_id(c, input, id);
	put_case(c, str_of(id), input, &line);
	rc = look(path, str_of(id), had, &open_line, e);
	if (rc == 0 && !*had)
		rc = append(path, buf_str(&line), open_line, e);
	buf_done(&line);
	return rc;
}

void playground_case(App *a, Str rest)
{
	const Playground *p = playground_shown(a);
	const Str name = str_trim(rest);
	const ChatTurn *t = p ? last_turn(p) : NULL;
	char *asked, *path, *slash, id[ID_MAX], say[320];
	bool had = false;
	Err e = { 0 };

	if (!name.n || !t) {
		app_say(a, ROLE_WARN, name.n ? "nothing was asked yet" : ":case FILE appends the last question to a suite's dataset");
		return;
	}
	asked = xstrndup(name.p, name.n);
	path = path_expand(asked);
	slash = strrchr(path, '/');
	if (save(chat_column(p->chat, p->focus), buf_str(&t->asked), path, id, &had, &e) < 0) {
		playground_say(a, &e);
	} else {
		(void)snprintf(say, sizeof say, had ? "%.100s has it already: %.80s" : "to %.100s, as it was typed and expecting nothing yet: %.80s",
		               slash ? slash + 1 : path, id);
		app_say(a, had ? ROLE_INFO : ROLE_OK, say);
	}
	free(path);
	free(asked);
}
