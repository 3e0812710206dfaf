#include "cli/tools.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "conf/embed.h"
#include "model/inject.h"
#include "model/mask.h"
#include "model/output_check.h"
#include "ui/clean.h"
#include "wire/jsonval.h"
#include "wire/jsonw.h"

enum { LINE_MAX_BYTES = 1 << 20, PROMPT_MAX = 1 << 20, FLAGS_MAX = 32, LENGTH_MOST = 1 << 20 };
enum { OPT_OUTPUT = 256, OPT_MASK, OPT_PROMPT, OPT_CANARY, OPT_LENGTH, OPT_FIELD };

typedef enum ScanMode { SCAN_INPUT, SCAN_OUTPUT, SCAN_MASK } ScanMode;

typedef struct Scan {
	ScanMode    mode;
	const char *file, *prompt, *canary, *field;
	int64_t     length;
	bool        terminal;          /* text leaves cleaned */
	Inject     *inject;
	InjectText *readings;
	Leak       *leak;
	MaskBook   *book;
	OutputResult output;
	InjectResult input;
} Scan;

static const struct option flags[] = {
	{ "output", no_argument, NULL, OPT_OUTPUT }, { "mask", no_argument, NULL, OPT_MASK }, { "prompt", required_argument, NULL, OPT_PROMPT },
	{ "canary", required_argument, NULL, OPT_CANARY }, { "length", required_argument, NULL, OPT_LENGTH },
	{ "field", required_argument, NULL, OPT_FIELD }, { NULL, 0, NULL, 0 },
};

static int take_flag(Scan *s, int flag, char **argv, Err *e)
{
	switch (flag) {
	case OPT_OUTPUT:
	case OPT_MASK:
		if (s->mode != SCAN_INPUT)
			return err_set(e, "--output and --mask are two ways: take one");
		s->mode = flag == OPT_OUTPUT ? SCAN_OUTPUT : SCAN_MASK;
		return 0;
	case OPT_PROMPT:
		s->prompt = optarg;
		return 0;
	case OPT_CANARY:
		s->canary = optarg;
		return 0;
	case OPT_FIELD:
		s->field = optarg;
		return 0;
	case OPT_LENGTH:
		return str_i64(str_of(optarg), &s->length) == 0 && s->length >= 0 && s->length <= LENGTH_MOST ? 0
		       : err_set(e, "--length takes a number of characters from 0 (no limit) to %d", LENGTH_MOST);
	case ':':
		return err_set(e, "flag %s needs a value", argv[optind - 1]);
	default:
		return err_set(e, "flag %s is not known", argv[optind - 1]);
	}
}

static int parse(Scan *s, int argc, char **argv, Err *e)
{
	int c;

	*s = (Scan){ .length = INJECT_LENGTH, .file = "-", .terminal = isatty(STDOUT_FILENO) };
	optind = 0;
	opterr = 0;
	while ((c = getopt_long(argc, argv, ":", flags, NULL)) != -1)
		if (take_flag(s, c, argv, e) < 0)
			return -1;
	if (optind < argc - 1)
		return err_set(e, "usage: seismo tool scan [FILE|-] [--length N] [--field NAME] [--output [--prompt FILE] [--canary TEXT] | --mask]");
	if (optind == argc - 1)
		s->file = argv[optind];
	if (s->mode != SCAN_OUTPUT && (s->prompt || s->canary))
		return err_set(e, "--prompt and --canary go with --output");
	return 0;
}

/* --- what is printed ---------------------------------------------------------------------------------------------------------- */

/* Samples are shown to people: never raw. */
static void put_sample(JsonW *w, const char *sample)
{
	Buf b = { 0 };

	(void)clean_to(&b, str_of(sample), 0);
	jw_kstr(w, "sample", buf_str(&b));
	buf_done(&b);
}

static void put_flags(JsonW *w, const Flag *v, size_t n)
{
	jw_key(w, "flags");
	jw_array(w);
	for (size_t i = 0; i < n; i++) {
		jw_object(w);
		jw_kstr(w, "kind", str_of(flag_kind_name(v[i].kind)));
		jw_kstr(w, "severity", str_of(flag_severity_name(v[i].severity)));
		jw_knum(w, "score", v[i].score);
		jw_kstr(w, "rule", str_of(v[i].rule));
		jw_kstr(w, "view", str_of(v[i].view));
		jw_ki64(w, "from", v[i].from);
		jw_ki64(w, "to", v[i].to);
		put_sample(w, v[i].sample);
		jw_object_end(w);
	}
	jw_array_end(w);
}

static void scan_input(Scan *s, Str text, JsonW *w)
{
	static Flag found[FLAGS_MAX];
	const InjectResult *r = &s->input;

	inject_scan(s->inject, text, (size_t)s->length, &s->input);
	jw_knum(w, "score", r->score);
	jw_kstr(w, "verdict", str_of(verdict_name(r->verdict)));
	jw_key(w, "rules");
	jw_array(w);
	for (int i = 0; i < r->hits; i++)
		jw_cstr(w, r->hit[i].rule->id);
	jw_array_end(w);
	jw_key(w, "tricks");
	jw_array(w);
	for (int i = 0; i < TRICKS; i++)
		if (r->tricks >> i & 1)
			jw_cstr(w, trick_name(i));
	jw_array_end(w);
	jw_ki64(w, "chars", (int64_t)r->chars);
	jw_kbool(w, "tooLong", r->long_input);
	put_flags(w, found, inject_flags(s->inject, r, text, clock_wall_ms(), found, FLAGS_MAX));
}

static void scan_output(Scan *s, Str text, JsonW *w)
{
	const OutputResult *r = &s->output;
	double score = 0;

	output_check(s->readings, s->leak, text, clock_wall_ms(), &s->output);
	for (int i = 0; i < r->flags; i++)
		score = r->flag[i].score > score ? r->flag[i].score : score;
	jw_knum(w, "score", score);
	jw_kstr(w, "verdict", r->flags ? STR("flagged") : STR("clean"));
	jw_knum(w, "promptShare", r->leak.share);
	jw_ki64(w, "promptRun", r->leak.run);
	put_flags(w, r->flag, (size_t)r->flags);
	jw_ki64(w, "flagsLeftOut", (int64_t)r->left_out);
}

static int scan_mask(Scan *s, Str text, JsonW *w, Err *e)
{
	size_t count[MASK_KINDS] = { 0 };
	Buf masked = { 0 }, shown = { 0 };
	int rc = mask_put(s->book, text, &masked, count);

	if (rc == 0 && s->terminal)
		rc = clean_to(&shown, buf_str(&masked), 0);
	if (rc == 0) {
		jw_kstr(w, "text", buf_str(s->terminal ? &shown : &masked));
		jw_key(w, "masked");
		jw_object(w);
		for (int i = 0; i < MASK_KINDS; i++)
			if (count[i])
				jw_ki64(w, mask_kind_name((MaskKind)i), (int64_t)count[i]);
		jw_object_end(w);
	}
	buf_done(&masked);
	buf_done(&shown);
	return rc < 0 ? err_set(e, "the masked text is too large") : 0;
}

/* --- lines ---------------------------------------------------------------------------------------------------------------------- */

/* A line that is being gathered: at most LINE_MAX_BYTES of it; the rest is counted. */
typedef struct Line { Buf text; int64_t number; size_t bytes; } Line;

/* The text of the line: all of it, or a member of the object that it is. */
static int text_of(const Scan *s, Arena *a, const Line *l, Str *text, Err *e)
{
	JsonVal v;

	*text = buf_str(&l->text);
	if (!s->field)
		return 0;
	if (jv_parse(a, *text, LINE_MAX_BYTES, &v, e) < 0 || jv_str(v, s->field, text, e) < 0)
		return err_wrap(e, "line %lld", (long long)l->number);
	return 0;
}

static int scan_line(Scan *s, Line *l, Err *e)
{
	Arena a = { 0 };
	Buf out = { 0 };
	JsonW w = jw_to(&out);
	Str text;
	int rc;

	l->number++;
	if ((rc = text_of(s, &a, l, &text, e)) == 0) {
		jw_object(&w);
		jw_ki64(&w, "line", l->number);
		if (s->mode == SCAN_INPUT)
			scan_input(s, text, &w);
		else if (s->mode == SCAN_OUTPUT)
			scan_output(s, text, &w);
		else
			rc = scan_mask(s, text, &w, e);
		jw_ki64(&w, "bytes", (int64_t)l->bytes);
		jw_ki64(&w, "scanned", (int64_t)l->text.n);
		jw_object_end(&w);
		(void)buf_putc(&out, '\n');
	}
	if (rc == 0)
		rc = fd_write_all(STDOUT_FILENO, out.p, out.n, e);
	buf_done(&out);
	arena_done(&a);
	buf_reset(&l->text);
	l->text.full = false;
	l->bytes = 0;
	return rc;
}

static void line_add(Line *l, Str piece)
{
	size_t room = LINE_MAX_BYTES - l->text.n;

	l->bytes += piece.n;
	(void)buf_put_str(&l->text, str_sub(piece, 0, room));
}

static int scan_fd(Scan *s, int fd, Err *e)
{
	Line l = { .text = { .max = LINE_MAX_BYTES + 1 } };
	char chunk[1 << 16];
	ssize_t n;
	int rc = 0;

	while (rc == 0 && (n = read(fd, chunk, sizeof chunk)) != 0) {
		Str rest = { chunk, n > 0 ? (size_t)n : 0 };
		const char *end;

		if (n < 0 && errno != EINTR)
			rc = err_set(e, "cannot read: %s", strerror(errno));
		while (rc == 0 && rest.n && (end = memchr(rest.p, '\n', rest.n)) != NULL) {
			line_add(&l, str_sub(rest, 0, (size_t)(end - rest.p)));
			rest = str_sub(rest, (size_t)(end - rest.p) + 1, rest.n);
			rc = scan_line(s, &l, e);
		}
		line_add(&l, rest);
	}
	if (rc == 0 && l.bytes)
		rc = scan_line(s, &l, e);
	buf_done(&l.text);
	return rc;
}

static int prepare(Scan *s, Err *e)
{
	Buf prompt = { 0 };

	if (s->mode == SCAN_INPUT)
		return (s->inject = inject_new(embed_get("src/model/inject.weights"), LINE_MAX_BYTES, e)) ? 0 : -1;
	if (s->mode == SCAN_MASK) {
		s->book = mask_book_new();
		return 0;
	}
	s->readings = inject_text_new(LINE_MAX_BYTES);
	if (s->prompt && file_read(s->prompt, &prompt, PROMPT_MAX, e) < 0) {
		buf_done(&prompt);
		return -1;
	}
	if (s->prompt || s->canary)
		s->leak = leak_new(buf_str(&prompt), str_of(s->canary));
	buf_done(&prompt);
	return 0;
}

/* `seismo tool scan`: what the guards say about each line of a file: as a user's input, as a model's answer, or with personal data
 * masked. */
int tool_scan(int argc, char **argv)
{
	static Scan s;
	Err e = { 0 };
	int rc, fd = STDIN_FILENO;

	if (parse(&s, argc, argv, &e) < 0) {
		(void)fprintf(stderr, "seismo tool %s: %s\n", argv[0], e.text);
		return ERR_USAGE;
	}
	if (strcmp(s.file, "-") != 0 && (fd = open(s.file, O_RDONLY | O_CLOEXEC)) < 0)
		rc = err_set(&e, "cannot open %s: %s", s.file, strerror(errno));
	else if ((rc = prepare(&s, &e)) == 0)
		rc = scan_fd(&s, fd, &e);
	if (rc < 0)
		(void)fprintf(stderr, "seismo tool %s: %s\n", argv[0], e.text);
	if (fd > STDIN_FILENO)
		(void)close(fd);
	inject_free(s.inject);
	inject_text_free(s.readings);
	leak_free(s.leak);
	mask_book_free(s.book);
	return rc < 0 ? ERR_FAILED : 0;
}
