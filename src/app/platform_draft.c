#include "app/platform_draft.h"

#include <stdlib.h>

#include "api/dynamodb.h"
#include "base/clock.h"
#include "base/xalloc.h"
#include "model/agent_name.h"

/* A question asks for no more than so many details: a look at a large account is spread over several. Of one agent the newest. */
enum { DETAILS = 24, OF_AGENT = 12, CLAIMS = 100, CLAIM_TRIES = 20 };

/* --- what the store knows --- */

static int known_run(Store *s, void *work, Err *e)
{
	Draft *d = work;

	return store_platform(s, d->now.source, &d->batch->arena, &d->known, e);
}

static void known_done(void *work, const Err *err)
{
	Draft *d = work;
	Feeds *all = d->f->all;

	if (err)                             /* everything is listed then */
		d->known = (Platform){ 0 };
	if (!all->closing)
		d->then(d->arg);
	feeds_release(all);
}

void draft_begin(Draft *d, Feed *f, FeedBatch *b, ChangeSource source, DraftThen *then, void *arg)
{
	d->f = f;
	d->batch = b;
	d->now.source = source;
	d->now.agents = d->now.versions = d->now.pointers = 0;
	d->known = (Platform){ 0 };
	d->at = d->asked = d->claim_at = 0;
	d->bare = false;
	d->claim_tries = 0;
	d->claim_left = STR("");
	d->then = then;
	d->arg = arg;
	f->all->pending++;
	storeq_read(f->all->spec.queue, (StoreWork){ known_run, known_done, d });
}

void draft_done(Draft *d)
{
	free(d->now.agent);
	free(d->now.version);
	free(d->now.pointer);
	pages_done(&d->pages);
}

/* --- gathering --- */

static Str keep(Draft *d, Str s)
{
	return arena_str(&d->batch->arena, s);
}

void draft_agent(Draft *d, const PlatformAgent *x)
{
	VEC_GROW(d->now.agent, d->agent_cap, d->now.agents + 1);
	d->now.agent[d->now.agents++] = (PlatformAgent){ keep(d, x->id), keep(d, x->name), keep(d, x->mark) };
}

void draft_pointer(Draft *d, const PlatformPointer *x)
{
	VEC_GROW(d->now.pointer, d->pointer_cap, d->now.pointers + 1);
	d->now.pointer[d->now.pointers++] = (PlatformPointer){
		.agent = keep(d, x->agent), .id = keep(d, x->id), .name = keep(d, x->name), .live = keep(d, x->live), .target = keep(d, x->target),
		.status = keep(d, x->status), .claim = STR(""), .follows = x->follows, .paused = x->paused, .updated_ms = x->updated_ms };
}

static void add_version(Draft *d, PlatformVersion v)
{
	VEC_GROW(d->now.version, d->version_cap, d->now.versions + 1);
	d->now.version[d->now.versions++] = v;
}

static const PlatformVersion *known_version(const Draft *d, Str agent, Str version)
{
	for (size_t i = 0; i < d->known.versions; i++)
		if (str_eq(d->known.version[i].agent, agent) && str_eq(d->known.version[i].version, version))
			return &d->known.version[i];
	return NULL;
}

void draft_version(Draft *d, const PlatformVersion *x)
{
	const PlatformVersion *was = known_version(d, x->agent, x->version);
	PlatformVersion v = { keep(d, x->agent), keep(d, x->version), keep(d, x->status), keep(d, x->release), keep(d, x->model), STR(""),
	                      x->created_ms };

	if (str_is(v.version, "DRAFT"))      /* a working copy is no release, whatever its description says */
		v.release = STR("");
	if (was && was->detail.n) {
		v.detail = was->detail;
		v.release = was->release.n ? was->release : v.release;
		v.model = was->model.n ? was->model : v.model;
	}
	add_version(d, v);
}

static void take_over(Draft *d, Str agent)
{
	for (size_t i = 0; i < d->known.versions; i++)
		if (str_eq(d->known.version[i].agent, agent))
			add_version(d, d->known.version[i]);
}

static bool is_listed(const Draft *d, const PlatformAgent *x)
{
	for (size_t i = 0; i < d->known.agents; i++)
		if (str_eq(d->known.agent[i].id, x->id))
			return x->mark.n && str_eq(d->known.agent[i].mark, x->mark);
	return false;
}

/* The next agent whose versions are to be listed; those of the others are taken over on the way. */
static PlatformAgent *unlisted(Draft *d)
{
	for (; d->at < d->now.agents; d->at++) {
		if (!is_listed(d, &d->now.agent[d->at]))
			return &d->now.agent[d->at];
		take_over(d, d->now.agent[d->at].id);
	}
	return NULL;
}

/* whole false: they could not be listed; what was known stays. */
static void listed(Draft *d, bool whole)
{
	PlatformAgent *x = &d->now.agent[d->at++];

	if (whole)
		return;
	while (d->now.versions && str_eq(d->now.version[d->now.versions - 1].agent, x->id))
		d->now.versions--;
	take_over(d, x->id);
	x->mark = STR("");
}

/* The next version that nothing is known of. Versions of an agent stand together, the newest first. DRAFT is a working copy, and changes. */
static PlatformVersion *bare_one(Draft *d)
{
	size_t of_agent = 0;

	for (size_t i = 0; i < d->now.versions && !d->bare && d->asked < DETAILS; i++) {
		PlatformVersion *v = &d->now.version[i];

		of_agent = i && str_eq(d->now.version[i - 1].agent, v->agent) ? of_agent + 1 : 0;
		if (v->detail.n || of_agent >= OF_AGENT || str_is(v->version, "DRAFT"))
			continue;
		d->asked++;
		return v;
	}
	return NULL;
}

const Platform *draft_take(Draft *d)
{
	Arena *a = &d->batch->arena;
	Platform *p = ARENA_NEW(a, Platform);

	*p = d->now;
	p->agent = ARENA_ARRAY(a, PlatformAgent, p->agents + 1);
	p->version = ARENA_ARRAY(a, PlatformVersion, p->versions + 1);
	p->pointer = ARENA_ARRAY(a, PlatformPointer, p->pointers + 1);
	for (size_t i = 0; i < p->agents; i++)
		p->agent[i] = d->now.agent[i];
	for (size_t i = 0; i < p->versions; i++)
		p->version[i] = d->now.version[i];
	for (size_t i = 0; i < p->pointers; i++)
		p->pointer[i] = d->now.pointer[i];
	return p;
}

Str draft_release(Str variable, Str description, Str agent)
{
	Str rest, word = str_cut(description, ' ', &rest);

	if (variable.n)
		return variable;
	return agent_same_name(word, agent) && rest.n && !str_has(rest, STR(" ")) ? rest : STR("");
}

/* --- the lock table --- */

static void ask_claims(Draft *d);

static void take_claim(Draft *d, JsonVal item)
{
	Str id = STR("");
	Buf text = { 0 };

	if (ddb_str(item, "pointer", &id, NULL) == 0 && jv_write(item, &text) == 0)
		for (size_t i = 0; i < d->now.pointers; i++)
			if (str_eq(d->now.pointer[i].id, id))
				d->now.pointer[i].claim = keep(d, buf_str(&text));
	buf_done(&text);
}

static void on_claims(Feed *f, const void *out, const AwsError *err, void *arg)
{
	Draft *d = arg;
	const DdbBatchGetOut *page = out;
	size_t end = d->now.pointers - d->claim_at < CLAIMS ? d->now.pointers : d->claim_at + CLAIMS;

	f->view.lacks[0] = 0;                /* whoever may not look there still sees the pointers */
	if (err) {
		d->then(d->arg);
		return;
	}
	for (size_t i = 0; i < jv_count(page->items); i++)
		take_claim(d, jv_at(page->items, i));
	d->claim_left = page->unprocessed ? keep(d, page->unprocessed_json) : STR("");
	if (!d->claim_left.n) {
		for (; d->claim_at < end; d->claim_at++)
			d->now.pointer[d->claim_at].claim_known = true;
	}
	ask_claims(d);
}

static void ask_claims(Draft *d)
{
	Str table = d->f->all->spec.session->ctx->src.lock_table;
	DdbBatchGetIn in = { .table = table.p, .fields_per_key = 2, .unprocessed_json = d->claim_left };
	const DdbField *key[CLAIMS];
	DdbField field[CLAIMS][2];

	if (!table.n || d->claim_at >= d->now.pointers || ++d->claim_tries > CLAIM_TRIES) {
		d->then(d->arg);
		return;
	}
	for (size_t i = d->claim_at; i < d->now.pointers && in.key_count < CLAIMS; i++) {
		DdbField *k = field[in.key_count];

		k[0] = (DdbField){ "pointer", { .type = DDB_S, .s = d->now.pointer[i].id } };
		k[1] = (DdbField){ "sk", { .type = DDB_S, .s = STR("#lock") } };
		key[in.key_count++] = k;
	}
	in.keys = key;
	feed_call(d->f, &op_dynamodb_batch_get_item, &in, on_claims, d);
}

/* --- versions, and how they are made --- */

static void next_detail(Draft *d)
{
	if ((d->about = bare_one(d)))
		d->way->ask_detail(d->arg, d->about->agent, d->about->version);
	else
		ask_claims(d);
}

void draft_detail(Draft *d, const AwsError *err, Str release, Str model, Str detail)
{
	d->f->view.lacks[0] = 0;
	if (err && err->fault != AWS_NOT_FOUND) {        /* the next look asks again */
		d->bare = true;
	} else if (err) {
		d->about->detail = STR("{}");
	} else {
		d->about->release = keep(d, release);
		d->about->model = keep(d, model);
		d->about->detail = detail;
	}
	next_detail(d);
}

static void next_listing(Draft *d)
{
	const PlatformAgent *x = unlisted(d);

	if (!x) {
		next_detail(d);
		return;
	}
	pages_start(&d->pages, d->way->listing, NULL, clock_mono_ms());
	d->way->ask_versions(d->arg, x->id, d->pages.token);
}

const PlatformAgent *draft_page(Draft *d, const AwsError *err, Str next_token, size_t rows)
{
	d->f->view.lacks[0] = 0;
	d->step = err ? PAGES_BROKEN : pages_next(&d->pages, next_token, rows, clock_mono_ms(), NULL);
	return d->step == PAGES_BROKEN ? NULL : &d->now.agent[d->at];
}

void draft_paged(Draft *d)
{
	if (d->step == PAGES_MORE) {
		d->way->ask_versions(d->arg, d->now.agent[d->at].id, d->pages.token);
		return;
	}
	listed(d, d->step == PAGES_DONE);
	next_listing(d);
}

void draft_fill(Draft *d, const DraftWay *way, DraftThen *then)
{
	d->way = way;
	d->then = then;
	next_listing(d);
}
