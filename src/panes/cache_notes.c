#include "panes/cache.h"

#include "base/num.h"
#include "panes/fmt.h"

#define MINUTE_MS INT64_C(60000)
#define HOUR_MS   INT64_C(3600000)

/* Amazon Bedrock User Guide, "Prompt caching": the least number of tokens of a cache checkpoint. Models that are not here: not known. */
static const struct { const char *model; int tokens; } least[] = {
	{ "anthropic.claude-haiku-4-5", 4096 },  { "anthropic.claude-3-5-haiku", 2048 }, { "anthropic.claude-3-7-sonnet", 1024 },
	{ "anthropic.claude-sonnet-4", 1024 },   { "amazon.nova", 1000 },
};

int cache_least_prefix(Str model)
{
	Str base = price_base_model(model);

	for (size_t i = 0; i < sizeof least / sizeof *least; i++)
		if (str_starts(base, str_of(least[i].model)))
			return least[i].tokens;
	return 0;
}

int64_t cache_asks(const CacheCell *c)
{
	return caches_asks(&c->now);
}

int64_t cache_rate(const CacheCell *c)
{
	return caching_rate(c->now.tok.cache_read, caching_prompt(&c->now.tok));
}

bool cache_used(const CacheCell *c)
{
	return c->now.tok.cache_read || c->now.tok.cache_write_5m || c->now.tok.cache_write_1h || c->week.read;
}

bool cache_low(const CacheCell *c)
{
	return cache_asks(c) >= FEW && c->achievable_ppm >= 0 && c->achievable_ppm - cache_rate(c) >= CACHES_DROP;
}

static void note(CacheNotes *out, Role role, const char *label, Clean text)
{
	out->label[out->n] = clean_own(label);
	out->text[out->n] = text;
	out->role[out->n++] = role;
}

/* "44.1 % of 512 prompts" */
static Clean share(const CacheHour *h, const char *unit, Arena *a)
{
	if (!h->asks || h->prompt <= 0)
		return clean_own("no prompts");
	/* Of few prompts the tokens say more than their ratio. */
	if (h->asks < FEW)
		return clean_ownf(a, "%s/%s tok, %lld%s", fmt_count(a, h->read).p, fmt_count(a, h->prompt).p, (long long)h->asks, unit);
	return clean_ownf(a, "%s of %s%s", fmt_rate(a, caching_rate(h->read, h->prompt), 0, FEW).p, fmt_count(a, h->asks).p, unit);
}

static Clean reading(const CacheCell *c, Arena *a)
{
	Clean now = share(&(CacheHour){ cache_asks(c), caching_prompt(&c->now.tok), c->now.tok.cache_read }, " prompts", a);

	if (!cache_used(c))
		return clean_own("nothing read or written: no cache point, or prompts too short for one");
	if (c->achievable_ppm < 0)
		return clean_ownf(a, "%s; achievable not known: %lld of %d samples in 7 days", now.p, (long long)c->samples, CACHING_SAMPLES);
	return clean_ownf(a, "%s; achievable %s (p90 of %lld samples)", now.p, fmt_rate(a, c->achievable_ppm, 0, FEW).p, (long long)c->samples);
}

static Clean money(const CacheCell *c, Arena *a)
{
	const Sums *s = &c->now;

	if (caches_unpriced(s))
		return clean_ownf(a, "not known: %s of the calls have no price", fmt_exact(a, s->unpriced).p);
	return clean_ownf(a, "reads saved %s, writes cost %s more than plain%s%s%s", fmt_money(a, s->cache.saved_nusd).p,
	                  fmt_money(a, s->cache.premium_nusd).p, s->unpriced ? "; without " : "", s->unpriced ? fmt_exact(a, s->unpriced).p : "",
	                  s->unpriced ? " unpriced" : "");
}

static Clean cut(const char *text, Arena *a)
{
	return clean_cut(a, clean_text(a, str_of(text), 0), 20);
}

static void deploy(CacheNotes *out, const CacheCell *c, const CacheClock *t, Arena *a)
{
	const char *before = c->deploy.from[0] || c->deploy.to[0] ? " " : "", *between = before[0] ? ">" : "", *by = c->deploy.by[0] ? " by " : "";

	if (!c->deploy.at_ms) {
		note(out, ROLE_DIM, "deploy", clean_own("no change of this agent is known in the last 7 days"));
		return;
	}
	note(out, ROLE_TEXT, "deploy",
	     clean_ownf(a, "%s %s%s%s%s%s%s%s", fmt_when(a, c->deploy.at_ms, t->now_ms, t->offset_ms).p, change_kind_name((ChangeKind)c->deploy.kind),
	                before, cut(c->deploy.from, a).p, between, cut(c->deploy.to, a).p, by,
	                clean_cut(a, clean_text(a, change_actor(str_of(c->deploy.by)), 0), 20).p));
	note(out, c->deploy.dropped ? ROLE_WARN : ROLE_TEXT, "",
	     c->deploy.concerns ? clean_ownf(a, "read %s the day before, %s since%s", share(&c->deploy.before, "", a).p, share(&c->deploy.after, "", a).p,
	                                     c->deploy.dropped ? " ▼" : "")
	                        : clean_own("it brought another version"));
}

static Clean shortest(const CacheCell *c, Arena *a)
{
	int tokens = cache_least_prefix(str_of(c->model));

	return tokens ? clean_ownf(a, "shortest that %s caches: %s tokens", fmt_model(a, str_of(c->model), 24).p, fmt_exact(a, tokens).p)
	              : clean_own("shortest that this model caches: not known");
}

/* Which time to live holds from one prompt to the next: a read renews it. */
static Clean ttl(const CacheCell *c, int64_t window_ms, Arena *a)
{
	int64_t asks = cache_asks(c), gap = asks > 0 ? window_ms / asks : 0;

	if (!asks)
		return clean_own("no prompts in this hour");
	return clean_ownf(a, "a prompt every %s: %s", fmt_age(a, gap).p,
	                  gap < 5 * MINUTE_MS ? "5 minutes hold, each read renews them" : gap < HOUR_MS ? "5 minutes run out in between, 1h holds"
	                                                                                       : "an hour runs out in between, too");
}

void cache_notes(const CacheCell *c, const CacheClock *t, Arena *a, CacheNotes *out)
{
	out->n = 0;
	note(out, cache_low(c) ? ROLE_WARN : ROLE_TEXT, "read", reading(c, a));
	if (cache_used(c))
		note(out, ROLE_TEXT, "net", money(c, a));
	deploy(out, c, t, a);
	note(out, ROLE_DIM, "prefix", clean_own("first differing byte: not known, prompts are not recorded"));
	note(out, ROLE_TEXT, "", shortest(c, a));
	if (cache_used(c))
		note(out, ROLE_TEXT, "ttl", ttl(c, t->window_ms, a));
}
