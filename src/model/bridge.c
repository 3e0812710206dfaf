#include "model/bridge.h"

#include "model/caching.h"

static const int64_t thousand = 1000;

/* Beyond these no fleet goes; absurd input must not leave the range of the arithmetic. */
static const int64_t max_count = INT64_C(10000000000000), max_nusd = INT64_C(1000000000000000000);

static const char *const names[BRIDGE_EFFECTS] = {
	[BRIDGE_JOBS] = "jobs",       [BRIDGE_MIX] = "model mix",    [BRIDGE_TOKENS] = "tokens/job",
	[BRIDGE_RETRIES] = "retries", [BRIDGE_CACHE] = "cache miss", [BRIDGE_PRICE] = "price",
};

const char *bridge_effect_name(BridgeEffect e)
{
	return names[e];
}

static int64_t clamp(int64_t v, int64_t least, int64_t most)
{
	return v < least ? least : v > most ? most : v;
}

static BridgeSums sane(const BridgeSums *s)
{
	return (BridgeSums){
		.nusd = clamp(s->nusd, -max_nusd, max_nusd),
		.jobs = clamp(s->jobs, 0, max_count),
		.retries = clamp(s->retries, 0, max_count),
		.cache_hits = clamp(s->cache_hits, 0, clamp(s->jobs, 0, max_count)),
		.tok = { clamp(s->tok.input, 0, max_count), clamp(s->tok.output, 0, max_count), clamp(s->tok.cache_read, 0, max_count),
		         clamp(s->tok.cache_write_5m, 0, max_count), clamp(s->tok.cache_write_1h, 0, max_count) },
	};
}

/* amount * part / whole, rounded half away from zero; part >= 0, whole > 0. Operands of more than 62 bits lose their last bits. */
static int64_t scale(int64_t amount, __int128 part, __int128 whole)
{
	__int128 v, half;

	while (part >> 62 || whole >> 62) {
		part >>= 1;
		whole >>= 1;
	}
	if (whole == 0)
		return 0;
	half = whole / 2;
	v = (__int128)amount * part;
	v = (v < 0 ? v - half : v + half) / whole;
	return v > max_nusd ? max_nusd : v < -max_nusd ? -max_nusd : (int64_t)v;
}

/* Tokens at the usual prices. */
static __int128 prompt_worth(const BridgePart *p, const Tokens *t)
{
	return (__int128)t->input * p->weight[0] + (__int128)t->cache_read * p->weight[2] +
	       (__int128)t->cache_write_5m * p->weight[3] + (__int128)t->cache_write_1h * p->weight[4];
}

static __int128 answer_worth(const BridgePart *p, const Tokens *t)
{
	return (__int128)t->output * p->weight[1];
}

static void set_weights(BridgePart *p)
{
	bool any = false;

	for (int i = 0; i < PRICE_CLASSES; i++) {
		p->weight[i] = clamp(p->weight[i], 0, max_count);
		any |= p->weight[i] > 0;
	}
	for (int i = 0; i < PRICE_CLASSES && !any; i++)
		p->weight[i] = 1;
}

/* The steps of one part, from `usual` on; what is not known to differ stays as at the step before. */
typedef struct Steps { int64_t usual, jobs, mix, hits, tokens, cached, now; } Steps;

/* As many of the jobs reach the model as now. */
static int64_t step_hits(const BridgeSums *now, const BridgeSums *base, int64_t mix)
{
	int64_t missed = now->jobs - now->cache_hits, usually = base->jobs - base->cache_hits;

	if (!base->jobs)                     /* the mix has taken all of a new model */
		return mix;
	if (usually)
		return scale(base->nusd, missed, usually);
	/* Usually all came from the cache, for nothing: what costs now does so because it does not. */
	return missed && !base->nusd ? now->nusd : mix;
}

static void steps_tokens(const BridgePart *p, const BridgeSums *now, const BridgeSums *base, Steps *s)
{
	__int128 usual = prompt_worth(p, &base->tok) + answer_worth(p, &base->tok);
	__int128 prompt = prompt_worth(p, &now->tok), answer = answer_worth(p, &now->tok), like_usual = prompt;
	int64_t base_prompt = caching_prompt(&base->tok);

	s->tokens = s->cached = s->hits;
	if (!base->jobs || !usual)
		return;
	/* As long as now, in the usual shares. */
	if (base_prompt)
		like_usual = prompt_worth(p, &base->tok) / base_prompt * caching_prompt(&now->tok) +
		             prompt_worth(p, &base->tok) % base_prompt * caching_prompt(&now->tok) / base_prompt;
	s->tokens = scale(base->nusd, like_usual + answer, usual);
	s->cached = scale(base->nusd, prompt + answer, usual);
}

static int64_t retries_of(const BridgeSums *now, const BridgeSums *base, const Steps *s)
{
	int64_t moved = s->tokens - s->hits, due;

	if (!now->jobs || !base->jobs || now->retries > max_count - now->jobs || base->retries > max_count - base->jobs)
		return 0;
	due = scale(s->hits, (__int128)(now->jobs + now->retries) * base->jobs, (__int128)now->jobs * (base->jobs + base->retries)) - s->hits;
	return moved < 0 ? clamp(due, moved, 0) : clamp(due, 0, moved);
}

static void explain_part(BridgePart *p, int64_t jobs_now, int64_t jobs_base)
{
	const BridgeSums now = sane(&p->now), base = sane(&p->base);
	Steps s = { .usual = scale(base.nusd, 1, thousand), .now = now.nusd };
	int64_t retries;

	set_weights(p);
	/* Against nothing, all there is is new jobs. */
	s.jobs = jobs_base ? scale(base.nusd, jobs_now, jobs_base) : s.now;
	s.mix = !jobs_base ? s.jobs : base.jobs ? scale(base.nusd, now.jobs, base.jobs) : s.now;
	s.hits = step_hits(&now, &base, s.mix);
	steps_tokens(p, &now, &base, &s);
	retries = retries_of(&now, &base, &s);
	p->effect[BRIDGE_JOBS] = s.jobs - s.usual;
	p->effect[BRIDGE_MIX] = s.mix - s.jobs;
	p->effect[BRIDGE_TOKENS] = s.tokens - s.hits - retries;
	p->effect[BRIDGE_RETRIES] = retries;
	p->effect[BRIDGE_CACHE] = (s.hits - s.mix) + (s.cached - s.tokens);
	p->effect[BRIDGE_PRICE] = s.now - s.cached;
}

/* Unsigned, so that absurd sums wrap on both sides alike. */
static void add(int64_t *to, int64_t v)
{
	*to = (int64_t)((uint64_t)*to + (uint64_t)v);
}

void bridge_explain(BridgePart *part, size_t n, Bridge *out)
{
	int64_t jobs_now = 0, jobs_base = 0;

	*out = (Bridge){ 0 };
	for (size_t i = 0; i < n; i++) {
		jobs_now = clamp(jobs_now + sane(&part[i].now).jobs, 0, max_count);
		jobs_base = clamp(jobs_base + sane(&part[i].base).jobs, 0, max_count);
	}
	for (size_t i = 0; i < n; i++) {
		explain_part(&part[i], jobs_now, jobs_base);
		add(&out->now_nusd, sane(&part[i].now).nusd);
		add(&out->base_nusd, scale(sane(&part[i].base).nusd, 1, thousand));
		for (int k = 0; k < BRIDGE_EFFECTS; k++)
			add(&out->effect[k], part[i].effect[k]);
	}
}
