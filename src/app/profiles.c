#include "app/profiles.h"

#include <stdlib.h>

#include "app/feed_impl.h"
#include "base/clock.h"
#include "base/xalloc.h"
#include "store/books.h"

enum {
	LOOK_MS = 10000,                 /* between two looks into the store */
	AGAIN_MS = 3600000,              /* one that could not be found out is asked for again */
	AT_ONCE = 50,                    /* profiles of one look */
	CALL_MS = 20000, WHY = 300,
};

typedef struct Profiles {
	Feeds *feeds;
	bool   looking, looked;
	int64_t due_ms;                  /* monotonic */
	Arena  arena;                    /* of this look */
	Str   *wanted;
	size_t n, at;
	ProfileRow *found;
	size_t found_n;
	BooksState state;
} Profiles;

/* --- what a profile calls --- */

/* Which Regions a geography's profiles route to (Bedrock User Guide, "Supported Regions and models for inference profiles"). jp and au
 * are parts of apac: a profile that stays inside one of them is theirs. */
static const struct { const char *geography; const char *begins[3]; } geographies[] = {
	{ "us-gov.", { "us-gov-" } }, { "us.", { "us-", "ca-" } }, { "eu.", { "eu-" } }, { "jp.", { "ap-northeast-1", "ap-northeast-3" } },
	{ "au.", { "ap-southeast-2", "ap-southeast-4" } }, { "apac.", { "ap-" } },
};
enum { GEOGRAPHIES = sizeof geographies / sizeof *geographies };

static Str region_of(Str arn)
{
	Str region = { 0 };

	for (int i = 0; i < 4; i++)
		region = str_cut(arn, ':', &arn);
	return region;
}

static bool lies_in(Str region, int geography)
{
	for (int i = 0; i < 3 && geographies[geography].begins[i]; i++)
		if (str_starts(region, str_of(geographies[geography].begins[i])))
			return true;
	return false;
}

/* The narrowest geography that all the Regions lie in; -1: none. */
static int geography_of(const BedrockProfile *p)
{
	for (int g = 0; g < GEOGRAPHIES; g++) {
		size_t n = 0;

		while (n < p->models.n && lies_in(region_of(p->models.v[n].arn), g))
			n++;
		if (n == p->models.n)
			return g;
	}
	return -1;
}

int profile_model(Arena *a, const BedrockProfile *p, Str *model, Err *e)
{
	bool global = false, one = true;
	Str id = p->models.n ? price_cut_arn(p->models.v[0].arn) : STR("");
	int g;

	if (!id.n)
		return err_set(e, "it names no model");
	for (size_t i = 0; i < p->models.n; i++) {
		Str region = region_of(p->models.v[i].arn);

		if (!str_eq(price_cut_arn(p->models.v[i].arn), id))
			return err_set(e, "it names several models, %.*s and %.*s", STR_ARG(id), STR_ARG(price_cut_arn(p->models.v[i].arn)));
		/* The global profiles have one model without a Region among theirs. */
		global |= !region.n;
		one &= str_eq(region, region_of(p->models.v[0].arn));
	}
	if (global || one) {
		*model = arena_printf(a, "%s%.*s", global ? "global." : "", STR_ARG(id));
		return 0;
	}
	if ((g = geography_of(p)) < 0)
		return err_set(e, "it routes to Regions of no geography that has a price");
	*model = arena_printf(a, "%s%.*s", geographies[g].geography, STR_ARG(id));
	return 0;
}

/* --- one look --- */

static void ask_next(Profiles *p);

static void end_look(Profiles *p)
{
	p->looking = false;
	p->looked = true;
	p->due_ms = clock_mono_ms() + LOOK_MS;
	feeds_settled(p->feeds);
}

static int put_run(Store *s, void *work, Err *e)
{
	Profiles *p = work;

	if (store_profiles_put(s, p->found, p->found_n, e) < 0)
		return -1;
	return store_books_state(s, &p->state, e);
}

static void put_done(void *work, const Err *err)
{
	Profiles *p = work;
	Feeds *f = p->feeds;

	if (!f->closing) {
		if (!err)
			rebook_begin(f, &p->state);
		end_look(p);
	}
	feeds_release(f);
}

static void look_over(Profiles *p)
{
	if (!p->found_n) {
		end_look(p);
		return;
	}
	p->feeds->pending++;
	storeq_write(p->feeds->spec.queue, (StoreWork){ put_run, put_done, p });
}

/* What a busy service or a broken network did not say is asked for with the next look; what AWS refuses, in an hour. */
static void take(Profiles *p, const BedrockProfile *out, const AwsError *err)
{
	ProfileRow *row = &p->found[p->found_n];
	Err e = { 0 };

	*row = (ProfileRow){ .arn = p->wanted[p->at], .model = STR(""), .why = STR(""), .asked_ms = feed_now_ms() };
	if (err && err->fault != AWS_DENIED && err->fault != AWS_NOT_FOUND && err->fault != AWS_VALIDATION)
		return;
	if (err)
		e = err->err;
	else
		(void)profile_model(&p->arena, out, &row->model, &e);
	row->why = arena_str(&p->arena, str_sub(str_of(e.text), 0, WHY));
	p->found_n++;
}

static void on_profile(AwsCall *call, const void *out, const AwsError *err, void *arg)
{
	Profiles *p = arg;
	Feeds *f = p->feeds;

	(void)call;
	if (!f->closing) {
		if (!f->wrong_account)
			take(p, out, err);
		p->at++;
		ask_next(p);
	}
	feeds_release(f);
}

static void ask_next(Profiles *p)
{
	Feeds *f = p->feeds;
	AwsHandler h = { .on_done = on_profile, .arg = p, .total_ms = CALL_MS };

	for (; p->at < p->n && !f->wrong_account; p->at++) {
		const BedrockProfileIn in = { .id = p->wanted[p->at] };
		AwsError unsent = { .fault = AWS_VALIDATION };

		f->pending++;
		if (aws_call(f->spec.session->aws, &op_bedrock_get_inference_profile, &in, &h, &unsent.err))
			return;
		f->pending--;
		take(p, NULL, &unsent);
	}
	look_over(p);
}

static int look_run(Store *s, void *work, Err *e)
{
	Profiles *p = work;

	if (store_profiles_wanted(s, feed_now_ms() - AGAIN_MS, AT_ONCE, &p->arena, &p->wanted, &p->n, e) < 0)
		return -1;
	return store_books_state(s, &p->state, e);
}

static void look_done(void *work, const Err *err)
{
	Profiles *p = work;
	Feeds *f = p->feeds;

	if (!f->closing) {
		p->n = err ? 0 : p->n;
		/* Another process has changed the prices, and may be gone before it has booked everything again. */
		if (!err)
			rebook_begin(f, &p->state);
		p->found = ARENA_ARRAY(&p->arena, ProfileRow, p->n + 1);
		ask_next(p);
	}
	feeds_release(f);
}

bool profiles_look(Feeds *f)
{
	Profiles *p = f->profiles;

	if (!(f->spec.mask & (FEED_BIT(FEED_JOBS) | FEED_BIT(FEED_LINES))) || f->wrong_account)
		return false;
	if (!p) {
		p = f->profiles = xcalloc(1, sizeof *p);
		p->feeds = f;
	}
	if (p->looking)
		return true;
	if (p->looked && (!f->spec.live || clock_mono_ms() < p->due_ms))
		return false;
	arena_reset(&p->arena);
	p->n = p->at = p->found_n = 0;
	p->looking = true;
	f->pending++;
	storeq_read(f->spec.queue, (StoreWork){ look_run, look_done, p });
	return true;
}

void profiles_free(Feeds *f)
{
	if (!f->profiles)
		return;
	arena_done(&f->profiles->arena);
	free(f->profiles);
	f->profiles = NULL;
}
