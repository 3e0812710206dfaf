#include "cli/tools.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/ingest.h"
#include "base/clock.h"
#include "conf/prices.h"
#include "model/money.h"
#include "ui/clean.h"
#include "wire/jsonw.h"

enum { BATCH_DEFAULT = 5000, BATCH_MAX = 100000 };
enum { OPT_STORE = 256, OPT_BATCH, OPT_TIMING, OPT_LEDGER };

typedef struct IngestOptions {
	const char *file, *store;
	int64_t batch;
	bool timing, json;
	LedgerMode mode;
} IngestOptions;

static const struct option flags[] = {
	{ "store", required_argument, NULL, OPT_STORE }, { "batch", required_argument, NULL, OPT_BATCH },
	{ "timing", no_argument, NULL, OPT_TIMING }, { "ledger", required_argument, NULL, OPT_LEDGER },
	{ "output", required_argument, NULL, 'o' }, { NULL, 0, NULL, 0 },
};

static int take_flag(IngestOptions *o, int flag, char **argv, Err *e)
{
	switch (flag) {
	case OPT_STORE:
		o->store = optarg;
		return 0;
	case OPT_TIMING:
		o->timing = true;
		return 0;
	case OPT_BATCH:
		return str_i64(str_of(optarg), &o->batch) == 0 && o->batch >= 1 && o->batch <= BATCH_MAX ? 0
		       : err_set(e, "--batch takes a number of rows from 1 to %d", BATCH_MAX);
	case OPT_LEDGER:
		o->mode = strcmp(optarg, "reported") == 0 ? LEDGER_REPORTED : LEDGER_COMPUTED;
		return o->mode == LEDGER_REPORTED || strcmp(optarg, "computed") == 0 ? 0 : err_set(e, "--ledger takes computed or reported");
	case 'o':
		o->json = strcmp(optarg, "json") == 0;
		return o->json || strcmp(optarg, "table") == 0 ? 0 : err_set(e, "-o takes table or json");
	case ':':
		return err_set(e, "flag %s needs a value", argv[optind - 1]);
	default:
		return err_set(e, "flag %s is not known", argv[optind - 1]);
	}
}

static int parse(IngestOptions *o, int argc, char **argv, Err *e)
{
	int c;

	*o = (IngestOptions){ .batch = BATCH_DEFAULT };
	optind = 0;
	opterr = 0;
	while ((c = getopt_long(argc, argv, ":o:", flags, NULL)) != -1)
		if (take_flag(o, c, argv, e) < 0)
			return -1;
	if (optind != argc - 1 || !o->store)
		return err_set(e, "usage: seismo tool ingest FILE|- --store PATH [--batch N] [--ledger computed|reported] [--timing] [-o json]");
	o->file = argv[optind];
	return 0;
}

static void put_json(const IngestCounts *c, Buf *out)
{
	JsonW w = jw_to(out);

	jw_object(&w);
	jw_ki64(&w, "read", c->read);
	jw_key(&w, "lines");
	jw_object(&w);
	jw_ki64(&w, "new", c->lines_new);
	jw_ki64(&w, "again", c->lines - c->lines_new);
	jw_object_end(&w);
	jw_key(&w, "jobs");
	jw_object(&w);
	jw_ki64(&w, "new", c->jobs_new);
	jw_ki64(&w, "changed", c->jobs_changed);
	jw_ki64(&w, "again", c->jobs - c->jobs_new - c->jobs_changed);
	jw_object_end(&w);
	jw_ki64(&w, "skipped", c->skipped);
	jw_key(&w, "firstSkipped");
	if (c->skipped) {
		jw_object(&w);
		jw_ki64(&w, "line", c->first_skipped);
		jw_kstr(&w, "reason", str_of(c->first_why.text));
		jw_object_end(&w);
	} else {
		jw_null(&w);
	}
	jw_ki64(&w, "nanoUsd", c->nusd);
	jw_object_end(&w);
	(void)buf_putc(out, '\n');
}

static void put_text(const IngestCounts *c, Buf *out)
{
	char money[MONEY_TEXT];

	(void)buf_printf(out, "read %lld: log lines %lld new, %lld again; jobs %lld new, %lld changed, %lld again\n", (long long)c->read,
	                 (long long)c->lines_new, (long long)(c->lines - c->lines_new), (long long)c->jobs_new, (long long)c->jobs_changed,
	                 (long long)(c->jobs - c->jobs_new - c->jobs_changed));
	money_screen(c->nusd, money);
	(void)buf_printf(out, "booked %lld nUSD (%s)\n", (long long)c->nusd, money);
	if (!c->skipped)
		return;
	(void)buf_printf(out, "skipped %lld; the first is line %lld: ", (long long)c->skipped, (long long)c->first_skipped);
	(void)clean_to(out, str_of(c->first_why.text), 0);
	(void)buf_putc(out, '\n');
}

static int report(const IngestOptions *o, const IngestCounts *c, int64_t took_ns, Err *e)
{
	Buf out = { 0 };
	int rc = 0;

	(o->json ? put_json : put_text)(c, &out);
	if (fwrite(out.p, 1, out.n, stdout) < out.n || fflush(stdout) != 0)
		rc = err_set(e, "cannot write the answer: %s", strerror(errno));
	buf_done(&out);
	if (o->timing)
		(void)fprintf(stderr, "%.3f s, %.0f lines a second\n", (double)took_ns / 1e9, (double)c->read * 1e9 / (double)(took_ns ? took_ns : 1));
	return rc;
}

static int run(const IngestOptions *o, int fd, Store *s, IngestCounts *c, Err *e)
{
	Arena a = { 0 };
	PriceTable prices;
	IngestSpec spec = { .fd = fd, .store = s, .batch = (size_t)o->batch, .prices = &prices, .mode = o->mode };
	int rc = prices_builtin(&a, &prices, e);

	if (rc == 0 && (rc = ingest_run(&spec, c, e)) == 0)
		rc = store_sync(s, e);
	arena_done(&a);
	return rc;
}

static int open_input(const char *file, Err *e)
{
	int fd = strcmp(file, "-") == 0 ? STDIN_FILENO : open(file, O_RDONLY | O_CLOEXEC);

	return fd < 0 ? err_set(e, "cannot open %s: %s", file, strerror(errno)) : fd;
}

/* Exit 1 also when not one line could be used: then it was the wrong file. */
int tool_ingest(int argc, char **argv)
{
	IngestOptions o;
	IngestCounts c = { 0 };
	int64_t began = clock_mono_ns();
	char note[256] = "";
	Err e = { 0 };
	Store *s = NULL;
	int fd, rc;

	if (parse(&o, argc, argv, &e) < 0) {
		(void)fprintf(stderr, "seismo tool %s: %s\n", argv[0], e.text);
		return ERR_USAGE;
	}
	if ((fd = open_input(o.file, &e)) < 0 || !(s = store_open(o.store, STORE_WRITE, note, &e))) {
		(void)fprintf(stderr, "seismo tool %s: %s\n", argv[0], e.text);
		return ERR_FAILED;
	}
	if (note[0])
		(void)fprintf(stderr, "%s\n", note);
	rc = run(&o, fd, s, &c, &e);
	store_close(s);
	if (rc == 0)
		rc = report(&o, &c, clock_mono_ns() - began, &e);
	if (rc < 0)
		(void)fprintf(stderr, "seismo tool %s: %s (%lld lines had been taken in; the same file again goes on)\n", argv[0], e.text,
		              (long long)(c.lines + c.jobs));
	return rc < 0 || (c.read && c.skipped == c.read) ? ERR_FAILED : 0;
}
