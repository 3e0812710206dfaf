/* The local snapshot, looked at on a worker. */
#include "app/doctor_own.h"
#include "app/share.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/xalloc.h"

enum { CHECK_MS = 4000, LOW_DISK_MB = 200, MODELS_NAMED = 5 };
#define WEEK_MS (INT64_C(7) * 86400000)

typedef struct StoreJob {
	uv_work_t work;
	Doctor *d;
	char   *path;
	StoreCheck check;
	Arena   arena;
	CostGroup *model; size_t models;     /* of the last week, those with unpriced jobs too */
	LeaseInfo feeder;
} StoreJob;

static void read_rows(StoreJob *j)
{
	Store *s = store_open(j->path, STORE_READ, NULL, NULL);

	if (s && lease_look(s, LEASE_FEEDER, NULL, lease_now(), &j->feeder, NULL) < 0)
		j->feeder = (LeaseInfo){ 0 };
	if (s && store_cost(s, DIM_MODEL, clock_wall_ms() - WEEK_MS, 0, &j->arena, &j->model, &j->models, NULL) < 0)
		j->models = 0;
	store_close(s);
}

static void run(uv_work_t *w)
{
	StoreJob *j = w->data;

	store_check(j->path, CHECK_MS, &j->check);
	if (j->check.readable && j->check.sound && !j->check.foreign)
		read_rows(j);
}

static void say_file(Doctor *d, const StoreJob *j)
{
	const StoreCheck *c = &j->check;
	DoctorLine *line = doctor_add(d, DOCTOR_STORE, "file", "snapshot");

	if (!c->there)
		doctor_say(d, line, DOCTOR_OK, NULL, "%s: not there yet, the first start makes it", j->path);
	else if (!c->regular)
		doctor_say(d, line, DOCTOR_FAIL, "remove it, or set XDG_DATA_HOME to another place", "%s is not a regular file", j->path);
	else if (!c->own)
		doctor_say(d, line, DOCTOR_FAIL, "remove it, or set XDG_DATA_HOME to another place", "%s belongs to another user", j->path);
	else if (c->mode & 077)
		doctor_say(d, line, c->mode & 022 ? DOCTOR_FAIL : DOCTOR_WARN, arena_cstr(&d->arena, arena_printf(&d->arena, "chmod 600 %s*", j->path)),
		           "%s can be %s by others (mode %03o)", j->path, c->mode & 022 ? "written" : "read", c->mode);
	else
		doctor_say(d, line, DOCTOR_OK, NULL, "%s, %.1f MB, closed to others", j->path, (double)c->size / 1e6);
}

static void say_inside(Doctor *d, const StoreJob *j)
{
	const StoreCheck *c = &j->check;
	DoctorLine *line = doctor_add(d, DOCTOR_STORE, "integrity", "integrity");
	const char *damaged = "nothing is lost at AWS: the next start sets it aside and reads anew";

	if (c->damage[0] && !c->sound)
		doctor_say(d, line, DOCTOR_FAIL, damaged, "damaged: %s", c->damage);
	else if (c->why[0])
		doctor_say(d, line, DOCTOR_FAIL, "look at its folder's permissions", "cannot be opened: %s", c->why);
	else if (c->foreign && c->size)
		doctor_say(d, line, DOCTOR_FAIL, "move it away", "it is another program's file");
	else if (c->layout > c->newest_layout)
		doctor_say(d, line, DOCTOR_FAIL, "use the newer seismo, or move the file away", "layout %lld, and this program knows %lld",
		           (long long)c->layout, (long long)c->newest_layout);
	else
		doctor_say(d, line, DOCTOR_OK, NULL, "%s, layout %lld%s%s", c->checked ? "sound" : "too large to be looked through now", (long long)c->layout,
		           c->layout < c->newest_layout ? " (the next start brings it to the newest)" : "",
		           c->locked ? "; somebody writes to it right now" : "");
}

/* Of those who share the snapshot one asks AWS. */
static void say_feeder(Doctor *d, const StoreJob *j)
{
	DoctorLine *line = doctor_add(d, DOCTOR_STORE, "feeder", "polled by");
	long long ago = (long long)((clock_wall_ms() - j->feeder.renewed_ms) / 1000);
	char who[SHARE_WORDS];

	lease_words(&j->feeder, who);
	if (j->feeder.state == LEASE_OTHER)
		doctor_say(d, line, DOCTOR_OK, NULL, "%s, heard of %lld s ago", who, ago < 0 ? 0 : ago);
	else if (j->feeder.state == LEASE_LAPSED)
		doctor_say(d, line, DOCTOR_OK, NULL, "nobody; %s did and is gone, the next console or collector takes over", who);
	else
		doctor_say(d, line, DOCTOR_OK, NULL, "nobody right now");
}

static void say_disk(Doctor *d, const StoreJob *j)
{
	DoctorLine *line = doctor_add(d, DOCTOR_STORE, "disk", "disk");
	int64_t mb = j->check.free_bytes / 1000000, limit = d->session->conf->limits.store_mb;

	if (j->check.free_bytes < 0)
		doctor_say(d, line, DOCTOR_WARN, "make the folder, or set XDG_DATA_HOME", "its folder cannot be looked at");
	else
		doctor_say(d, line, mb < LOW_DISK_MB ? DOCTOR_WARN : DOCTOR_OK,
		           mb < LOW_DISK_MB ? "free space there: what cannot be kept is asked for again" : NULL,
		           "%lld MB free; the snapshot may take %lld MB", (long long)mb, (long long)limit);
}

/* Models that the snapshot holds and the table has no price for. */
static void say_unpriced(Doctor *d, const StoreJob *j)
{
	int64_t jobs = 0;
	size_t named = 0;
	Str names = STR("");

	for (size_t i = 0; i < j->models; i++) {
		const CostGroup *g = &j->model[i];

		if (!g->s.unpriced)
			continue;
		jobs += g->s.unpriced;
		if (named++ < MODELS_NAMED)
			names = arena_printf(&d->arena, "%.*s%s%.*s", STR_ARG(names), names.n ? ", " : "", STR_ARG(g->key));
	}
	if (jobs)
		doctor_say(d, doctor_add(d, DOCTOR_COVERAGE, "unpriced", "unpriced"), DOCTOR_WARN,
		           "have the jobs write costMicroUsd and set cost.ledger: reported",
		           "%lld jobs of the last 7 days: %.*s%s", (long long)jobs, STR_ARG(names), named > MODELS_NAMED ? ", …" : "");
}

static void job_free(StoreJob *j)
{
	arena_done(&j->arena);
	free(j->path);
	free(j);
}

static void on_checked(uv_work_t *w, int status)
{
	StoreJob *j = w->data;
	Doctor *d = j->d;

	(void)status;
	if (!d->closed) {
		say_file(d, j);
		if (j->check.there && j->check.regular)
			say_inside(d, j);
		if (j->check.there && j->check.regular)
			say_feeder(d, j);
		say_disk(d, j);
		say_unpriced(d, j);
	}
	job_free(j);
	doctor_release(d);
}

void doctor_store(Doctor *d)
{
	StoreJob *j;

	if (!d->session->store_path) {
		doctor_say(d, doctor_add(d, DOCTOR_STORE, "file", "snapshot"), DOCTOR_WARN, "set HOME or XDG_DATA_HOME",
		           "there is no place for it: it is kept in memory");
		return;
	}
	j = xcalloc(1, sizeof *j);
	j->d = d;
	j->work.data = j;
	j->path = xstrdup(d->session->store_path);
	d->pending++;
	if (uv_queue_work(d->shared->loop, &j->work, run, on_checked) == 0)
		return;
	doctor_say(d, doctor_add(d, DOCTOR_STORE, "file", "snapshot"), DOCTOR_SKIPPED, NULL, "no worker could be started to look at %s", j->path);
	job_free(j);
	d->pending--;
}
