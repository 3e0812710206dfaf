/* `seismo doctor`: is everything as it must be, and what to do where it is not. The checks are app/doctor*.c's; here they
 * are started and printed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "app/doctor.h"
#include "app/needs.h"
#include "cli/ask.h"
#include "cli/cli.h"
#include "cli/doctor_iam.h"
#include "ui/clean.h"
#include "wire/jsonw.h"

enum { SUBJECT_MAX = 30, SUBJECT_NARROW = 22, VERDICT_WIDTH = 9, NARROW = 60 };

typedef struct Print { Arena arena; int columns; size_t count[DOCTOR_VERDICTS]; } Print;

/* --- text --- */

/* found or remedy behind `indent` blanks on all lines but the first. On a terminal lines are cut at its width, elsewhere
 * they stay whole, for grep. */
static void print_wrapped(Print *p, int indent, Str text)
{
	Clean rest = clean_text(&p->arena, text, 0), line;
	int room = p->columns ? p->columns - indent : 1 << 20;
	bool first = true;

	while (clean_wrap(&rest, room, &line)) {
		Str s = str_trim((Str){ line.p, line.n });

		printf("%*s%.*s\n", first ? 0 : indent, "", STR_ARG(s));
		first = false;
	}
	if (first)
		printf("\n");
}

static int subject_width(const Print *p, const DoctorLine *line)
{
	int w = 0, max = p->columns && p->columns < 110 ? SUBJECT_NARROW : SUBJECT_MAX;

	for (; line; line = line->next) {
		int n = line->need ? (int)strlen(line->need->op->service->name) : (int)line->subject.n;

		if (n > w && n <= max)
			w = n;
	}
	return w;
}

static void print_line(Print *p, int width, DoctorVerdict v, Str subject, Str found, Str remedy)
{
	Clean name = clean_text(&p->arena, subject, 0);
	int indent = 2 + VERDICT_WIDTH + width + 2;

	printf("  %-*s%.*s", VERDICT_WIDTH, doctor_verdict_name(v), (int)name.n, name.p);
	/* A long name has a line of its own. */
	if (name.columns > width)
		printf("\n%*s", indent, "");
	else
		printf("%*s", width + 2 - name.columns, "");
	print_wrapped(p, indent, found);
	if (remedy.n) {
		printf("%*s", indent, "");
		print_wrapped(p, indent, arena_printf(&p->arena, "do: %.*s", STR_ARG(remedy)));
	}
}

/* Rows of one service with one finding share a line: "Query, Scan: allowed". */
static bool same_finding(const DoctorLine *x, const DoctorLine *y)
{
	return x->need->op->service == y->need->op->service && x->verdict == y->verdict && str_eq(x->found, y->found);
}

static Str operations_of(Print *p, const DoctorLine *first)
{
	Str names = STR("");
	const DoctorLine *k, *l;

	for (l = first; l; l = l->next) {
		if (!l->need || !same_finding(first, l))
			continue;
		for (k = first; k != l && !(k->need && same_finding(first, k) && k->need->op == l->need->op); k = k->next)
			;
		if (k == l)
			names = arena_printf(&p->arena, "%.*s%s%s", STR_ARG(names), names.n ? ", " : "", l->need->op->name);
	}
	return names;
}

static bool is_first(const DoctorLine *first, const DoctorLine *l)
{
	for (; first != l; first = first->next)
		if (first->need && same_finding(first, l))
			return false;
	return true;
}

static void print_section(Print *p, const char *title, const DoctorLine *first)
{
	int width = subject_width(p, first);

	if (!first)
		return;
	printf("%s\n", title);
	for (const DoctorLine *l = first; l; l = l->next) {
		p->count[l->verdict]++;
		if (!l->need)
			print_line(p, width, l->verdict, l->subject, l->found, l->remedy);
		else if (is_first(first, l))
			print_line(p, width, l->verdict, str_of(l->need->op->service->name),
			           arena_printf(&p->arena, "%.*s: %.*s", STR_ARG(operations_of(p, l)), STR_ARG(l->found)), l->remedy);
	}
}

static void print_head(Print *p, const DoctorReport *r)
{
	Str parts[] = { r->context, r->stage, r->account.n ? r->account : STR("account not known"), r->region };
	Str line = STR("context");

	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		if (parts[i].n)
			line = arena_printf(&p->arena, "%.*s%s%.*s", STR_ARG(line), i ? ", " : " ", STR_ARG(parts[i]));
	print_wrapped(p, 0, line);
}

static int columns(void)
{
	struct winsize w = { 0 };

	if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) < 0 || !w.ws_col)
		return 0;
	return w.ws_col < NARROW ? NARROW : w.ws_col;
}

static void print_text(Doctor *const *d, size_t n, const DoctorLine *terminal)
{
	Print p = { .columns = columns() };

	for (size_t i = 0; i < n; i++) {
		const DoctorReport *r = doctor_report(d[i]);

		print_head(&p, r);
		for (int s = 0; s < DOCTOR_TERMINAL; s++)
			print_section(&p, doctor_section_name((DoctorSection)s), r->first[s]);
	}
	print_section(&p, doctor_section_name(DOCTOR_TERMINAL), terminal);
	printf("%zu failed, %zu warned, %zu ok, %zu skipped\n", p.count[DOCTOR_FAIL], p.count[DOCTOR_WARN], p.count[DOCTOR_OK], p.count[DOCTOR_SKIPPED]);
	arena_done(&p.arena);
}

/* --- JSON (docs/doctor.md) --- */

static void put(JsonW *w, const char *key, Str s)
{
	jw_kstr(w, key, s.n ? s : (Str){ NULL, 0 });
}

static void put_lines(JsonW *w, DoctorSection s, const DoctorLine *l)
{
	for (; l; l = l->next) {
		jw_object(w);
		jw_kstr(w, "section", str_of(doctor_section_name(s)));
		jw_kstr(w, "check", str_of(l->check));
		put(w, "subject", l->subject);
		jw_kstr(w, "verdict", str_of(doctor_verdict_name(l->verdict)));
		put(w, "found", l->found);
		put(w, "remedy", l->remedy);
		if (l->ms >= 0)
			jw_ki64(w, "ms", l->ms);
		else
			jw_knull(w, "ms");
		put(w, "operation", l->need ? str_of(l->need->op->name) : STR(""));
		put(w, "permission", l->need ? str_of(l->need->op->permission) : STR(""));
		put(w, "resource", l->resource);
		jw_object_end(w);
	}
}

static DoctorVerdict worst_of(const DoctorReport *r)
{
	DoctorVerdict worst = DOCTOR_OK;

	for (int s = 0; s < DOCTOR_SECTIONS; s++)
		if (doctor_worst(r->first[s]) > worst)
			worst = doctor_worst(r->first[s]);
	return worst;
}

static void put_report(JsonW *w, const DoctorReport *r)
{
	jw_object(w);
	put(w, "context", r->context);
	put(w, "stage", r->stage);
	put(w, "account", r->account);
	put(w, "region", r->region);
	jw_kstr(w, "verdict", str_of(doctor_verdict_name(worst_of(r))));
	jw_key(w, "checks");
	jw_array(w);
	for (int s = 0; s < DOCTOR_TERMINAL; s++)
		put_lines(w, (DoctorSection)s, r->first[s]);
	jw_array_end(w);
	jw_object_end(w);
}

static void print_json(Doctor *const *d, size_t n, const DoctorLine *terminal, DoctorVerdict worst)
{
	Buf out = { 0 };
	JsonW w = jw_to(&out);

	jw_object(&w);
	jw_kstr(&w, "verdict", str_of(doctor_verdict_name(worst)));
	jw_key(&w, "contexts");
	jw_array(&w);
	for (size_t i = 0; i < n; i++)
		put_report(&w, doctor_report(d[i]));
	jw_array_end(&w);
	jw_key(&w, "terminal");
	jw_array(&w);
	put_lines(&w, DOCTOR_TERMINAL, terminal);
	jw_array_end(&w);
	jw_object_end(&w);
	(void)buf_putc(&out, '\n');
	(void)fwrite(out.p, 1, out.n, stdout);
	buf_done(&out);
}

/* --- the way --- */

typedef struct Ward { Shared shared; Doctor *d[FIG_CONTEXTS]; size_t n, done; } Ward;

static void on_done(Doctor *d, void *arg)
{
	Ward *w = arg;

	(void)d;
	if (++w->done == w->n)
		uv_stop(w->shared.loop);
}

static int start_all(Ward *w, const Options *o, Err *e)
{
	const ConfContext *list[FIG_CONTEXTS];
	SessionSpec spec = ask_session(o);

	if (session_list(&w->shared, &spec, list, FIG_CONTEXTS, &w->n, e) < 0)
		return -1;
	for (size_t i = 0; i < w->n; i++) {
		spec.context = list[i]->name;
		w->d[i] = doctor_start(&w->shared, &spec, on_done, w);
	}
	return 0;
}

static int print_all(const Ward *w, const Options *o)
{
	Arena a = { 0 };
	DoctorLine *terminal = doctor_terminal(&a, o->no_color, o->ascii);
	DoctorVerdict worst = doctor_worst(terminal);

	for (size_t i = 0; i < w->n; i++)
		if (worst_of(doctor_report(w->d[i])) > worst)
			worst = worst_of(doctor_report(w->d[i]));
	if (o->out == OUT_JSON)
		print_json(w->d, w->n, terminal, worst);
	else
		print_text(w->d, w->n, terminal);
	arena_done(&a);
	return worst == DOCTOR_FAIL;
}

static int examine(const Options *o)
{
	uv_loop_t loop;
	Ward w = { .n = 0 };
	Err e = { 0 };
	int code;

	(void)uv_loop_init(&loop);
	if (shared_open(&w.shared, &loop, o->config, false, &e) < 0) {
		(void)uv_run(&loop, UV_RUN_DEFAULT);
		(void)uv_loop_close(&loop);
		return cli_fail(&e);
	}
	if (start_all(&w, o, &e) < 0) {
		w.n = 0;
		code = cli_fail(&e);
	} else {
		(void)uv_run(&loop, UV_RUN_DEFAULT);      /* until the last on_done stops it */
		code = print_all(&w, o);
	}
	for (size_t i = 0; i < w.n; i++)
		doctor_close(w.d[i]);
	shared_close(&w.shared);
	(void)uv_run(&loop, UV_RUN_DEFAULT);
	for (size_t i = 0; i < w.n; i++)
		doctor_free(w.d[i]);
	shared_done(&w.shared);
	(void)uv_loop_close(&loop);
	return code;
}

int cmd_doctor(const Options *o)
{
	Err e = { 0 };

	if (o->args)
		err_kind(&e, ERR_USAGE, "doctor takes no arguments; choose contexts with -x");
	else if (o->out == OUT_CSV)
		err_kind(&e, ERR_USAGE, "doctor answers as text or with -o json");
	else if (o->iam)
		return doctor_iam(o);
	return e.kind ? cli_fail(&e) : examine(o);
}
