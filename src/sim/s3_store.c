#include "sim/s3_store.h"

#include <stdio.h>
#include <string.h>

#include "sim/fleet_hour.h"
#include "sim/fleet_tables.h"
#include "sim/prompts.h"
#include "sim/rng.h"
#include "wire/md5.h"
#include "wire/text.h"

enum { RESULTS = 60 };

typedef struct S3State { bool seeded; uint64_t versions; S3Bucket bucket[S3_BUCKETS]; } S3State;

/* Within a constant initialiser a compound literal is none. */
#define STR_CONST(lit) { (lit), sizeof(lit) - 1 }

static const S3Bucket buckets[S3_BUCKETS] = {
	{ .name = "prompts", .kms_alias = "alias/fleet-data", .has_block = true, .block = { true, true, true, true } },
	{ .name = "fleet-results", .has_block = true, .block = { true, true, false, true },
	  .lifecycle = STR_CONST("<LifecycleConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Rule><ID>results</ID>"
	                 "<Filter><Prefix>results/</Prefix></Filter><Status>Enabled</Status><Transition><Days>30</Days>"
	                 "<StorageClass>STANDARD_IA</StorageClass>"
	                 "</Transition></Rule></LifecycleConfiguration>") },
	{ .name = "fleet-results-eu", .home = "eu-west-1", .has_block = true, .block = { true, true, true, true } },
	{ .name = "legacy-exports" },
	{ .name = "partner-drop", .foreign = true },
};

S3Item *s3_item_find(const S3Bucket *b, Str key)
{
	S3Item *i = b->first;

	while (i && !str_eq(i->key, key))
		i = i->next;
	return i;
}

static S3Item *item_of(Sim *s, S3Bucket *b, Str key)
{
	S3Item **at = &b->first, *i;

	while (*at && str_cmp((*at)->key, key) < 0)
		at = &(*at)->next;
	if (*at && str_eq((*at)->key, key))
		return *at;
	i = ARENA_NEW(sim_keep(s), S3Item);
	*i = (S3Item){ arena_str(sim_keep(s), key), NULL, *at };
	*at = i;
	return i;
}

static void put_etag(S3Version *v)
{
	unsigned char digest[MD5_BYTES] = { 0 };
	size_t n = 0;

	(void)md5_of(v->body, digest);      /* refused by an OpenSSL in FIPS mode: the tag is then zeros */
	v->etag[n++] = '"';
	for (int i = 0; i < MD5_BYTES; i++, n += 2)
		(void)snprintf(v->etag + n, 3, "%02x", digest[i]);
	(void)snprintf(v->etag + n, 2, "\"");
}

static S3State *slot(Sim *s)
{
	static const int owner;

	return sim_slot(s, &owner, sizeof(S3State));
}

static S3Version *push(Sim *s, S3Item *item, int64_t now_ms)
{
	S3Version *v = ARENA_NEW(sim_keep(s), S3Version);
	uint64_t n = ++slot(s)->versions, a = rng_join(sim_seed(s), n), b = rng_join(n, a);

	(void)snprintf(v->id, sizeof v->id, "%016llx%016llx", (unsigned long long)a, (unsigned long long)b);
	v->modified_ms = now_ms - now_ms % 1000;
	v->older = item->newest;
	item->newest = v;
	return v;
}

S3Version *s3_put(Sim *s, S3Bucket *b, Str key, Str body, Str type, const ShapePair *meta, size_t n, int64_t now_ms)
{
	Arena *keep = sim_keep(s);
	S3Version *v = push(s, item_of(s, b, key), now_ms);

	v->body = arena_str(keep, body);
	v->type = arena_str(keep, type.n ? type : STR("binary/octet-stream"));
	v->crc32 = crc32_of(0, body);
	put_etag(v);
	for (v->meta_n = 0; v->meta_n < n && v->meta_n < S3_META_MAX; v->meta_n++)
		v->meta[v->meta_n] = (ShapePair){ arena_str(keep, meta[v->meta_n].key), arena_str(keep, meta[v->meta_n].value) };
	return v;
}

/* The registry's items name their template as s3://prompts/AGENT/vVERSION.txt. */
static void seed_prompts(Sim *s, S3Bucket *b)
{
	Arena *keep = sim_keep(s);

	for (unsigned a = 0; a < FLEET_AGENTS; a++) {
		for (unsigned i = 0; i < FLEET_VERSIONS; i++) {
			SimPrompt p = prompt_of(s, keep, a, i);
			const ShapePair meta[] = {
				{ STR("template-id"), p.id }, { STR("template-version"), p.version }, { STR("agent"), p.agent },
				{ STR("environment"), STR(PROMPT_ENVIRONMENT) }, { STR("sha256"), p.sha256 },
				{ STR("signature-key"), p.key_arn }, { STR("signature-algorithm"), p.algorithm }, { STR("signature"), p.signature },
			};

			(void)s3_put(s, b, arena_printf(keep, "%.*s/v%.*s.txt", STR_ARG(p.agent), STR_ARG(p.version)), p.text,
			             STR("text/plain; charset=utf-8"), meta, p.signature.n ? 8 : 5, p.created_ms);
		}
	}
}

/* Keys of all the kinds that break clients, and enough of them for pages. */
static void seed_results(Sim *s, S3Bucket *b, int64_t now_ms)
{
	static const char *const odd[] = { "a//b/./c", ("reports/2026 spring/men\xC3\xBC \xE2\x80\x93 \xC3\x9C" "bersicht.json"), "reports/a+b=c&d%20e",
	                                   " leading blank", "reports/line\nfeed", "../up" };
	Arena *keep = sim_keep(s);

	for (int i = 0; i < RESULTS; i++)
		(void)s3_put(s, b, arena_printf(keep, "results/%s/%03d.json", fleet_agents[i % FLEET_AGENTS].id, i),
		             arena_printf(keep, "{\"job\":%d,\"approved\":%s}", i, i % 7 ? "true" : "false"), STR("application/json"), NULL, 0,
		             now_ms - (int64_t)i * HOUR_MS);
	for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++)
		(void)s3_put(s, b, str_of(odd[i]), arena_printf(keep, "odd key %zu", i), STR("text/plain"), NULL, 0, now_ms);
	for (int i = 0; i < 3; i++)
		(void)s3_put(s, b, STR("config/router.json"), arena_printf(keep, "{\"version\":%d}", i + 1), STR("application/json"), NULL, 0,
		             now_ms - (int64_t)(3 - i) * HOUR_MS);
	(void)s3_put(s, b, STR("config/gone.json"), STR("{}"), STR("application/json"), NULL, 0, now_ms);
	push(s, item_of(s, b, STR("config/gone.json")), now_ms)->deleted = true;
}

static S3State *state_of(Sim *s)
{
	S3State *st = slot(s);

	if (st->seeded)
		return st;
	st->seeded = true;
	memcpy(st->bucket, buckets, sizeof buckets);
	seed_prompts(s, &st->bucket[0]);
	seed_results(s, &st->bucket[1], sim_start(s));
	(void)s3_put(s, &st->bucket[2], STR("results/000.json"), STR("{}"), STR("application/json"), NULL, 0, sim_start(s));
	return st;
}

S3Bucket *s3_bucket_find(Sim *s, Str name)
{
	S3State *st = state_of(s);

	for (int i = 0; i < S3_BUCKETS; i++)
		if (str_is(name, st->bucket[i].name))
			return &st->bucket[i];
	return NULL;
}
