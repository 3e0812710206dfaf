#include "sim/faults.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/xalloc.h"
#include "conf/yaml.h"
#include "sim/rng.h"

typedef struct FaultKey { const char *name; size_t offset; int64_t lo, hi; const char *takes; } FaultKey;

#define CHANCE "a chance from 0 to 1, or a percentage such as 30%"
#define AT(member) offsetof(SimFaults, member)

/* lo > hi: a chance. */
static const FaultKey keys[] = {
	{ "throttle", AT(throttle), 1, 0, CHANCE },
	{ "error", AT(error), 1, 0, CHANCE },
	{ "latency", AT(latency_ms), 0, 600000, "milliseconds from 0 to 600000" },
	{ "tear", AT(tear), 1, 0, CHANCE },
	{ "crc", AT(crc), 1, 0, CHANCE },
	{ "skew", AT(skew_s), -86400 * 366, 86400 * 366, "seconds, at most a year either way" },
	{ "expire", AT(expire_s), 0, 43200, "seconds from 0 (as asked for) to 43200" },
	{ "slow", AT(slow_bps), 0, 1 << 30, "bytes per second, 0 for no limit" },
	{ "dup", AT(dup), 1, 0, CHANCE },
	{ "reorder", AT(reorder), 1, 0, CHANCE },
};
enum { KEYS = sizeof keys / sizeof keys[0] };

static int64_t *member(SimFaults *f, const FaultKey *k)
{
	return (int64_t *)((char *)f + k->offset);
}

static int read_value(const FaultKey *k, Str text, int64_t *out)
{
	bool percent = str_ends(text, STR("%"));

	if (k->lo <= k->hi)
		return str_i64(text, out) == 0 && *out >= k->lo && *out <= k->hi ? 0 : -1;
	if (str_scaled(percent ? str_sub(text, 0, text.n - 1) : text, percent ? 4 : 6, out) < 0)
		return -1;
	return *out >= 0 && *out <= FAULT_SURE ? 0 : -1;
}

static const FaultKey *find_key(Str name, Err *e)
{
	const char *known[KEYS + 1] = { NULL }, *near;

	for (size_t i = 0; i < KEYS; i++) {
		if (str_is(name, keys[i].name))
			return &keys[i];
		known[i] = keys[i].name;
	}
	near = nearest_word(name, known);
	if (near)
		err_kind(e, ERR_USAGE, "unknown fault %.*s: did you mean %s?", STR_ARG(name), near);
	else
		err_kind(e, ERR_USAGE, "unknown fault %.*s: there are throttle, error, latency, tear, crc, skew, expire, slow, dup and reorder",
		         STR_ARG(name));
	return NULL;
}

int faults_parse(Str text, SimFaults *out, Err *e)
{
	bool given[KEYS] = { false };
	SimFaults f = {0};

	text = str_trim(text);
	if (str_ends(text, STR(",")))
		return err_kind(e, ERR_USAGE, "the list of faults ends in a comma: name=value, separated by commas");
	while (text.n) {
		Str value, name = str_trim(str_cut(str_cut(text, ',', &text), '=', &value));
		const FaultKey *k = find_key(name, e);

		if (!k)
			return -1;
		if (given[k - keys])
			return err_kind(e, ERR_USAGE, "fault %s is given twice", k->name);
		given[k - keys] = true;
		value = str_trim(value);
		if (read_value(k, value, member(&f, k)) < 0)
			return err_kind(e, ERR_USAGE, "fault %s takes %s, not \"%.*s\"", k->name, k->takes, STR_ARG(value));
	}
	*out = f;
	return 0;
}

static void put_chance(Buf *out, int64_t ppm)
{
	char text[16];
	Str s;

	snprintf(text, sizeof text, "%d.%06d", (int)(ppm / FAULT_SURE), (int)(ppm % FAULT_SURE));
	for (s = str_of(text); s.p[s.n - 1] == '0'; s.n--)
		;
	if (s.p[s.n - 1] == '.')
		s.n--;
	(void)buf_put_str(out, s);      /* a few bytes into a growing buffer */
}

void faults_print(const SimFaults *f, Buf *out)
{
	SimFaults copy = *f;

	for (size_t i = 0; i < KEYS; i++) {
		int64_t v = *member(&copy, &keys[i]);
		if (!v)
			continue;
		buf_printf(out, "%s%s=", out->n ? "," : "", keys[i].name);
		if (keys[i].lo > keys[i].hi)
			put_chance(out, v);
		else
			buf_printf(out, "%lld", (long long)v);
	}
}

static bool chance(Rng *r, int64_t ppm)
{
	return (int64_t)rng_below(r, FAULT_SURE) < ppm;
}

FaultPlan fault_plan(const SimFaults *f, uint64_t seed, uint64_t call)
{
	Rng r = { rng_join(rng_join(seed, UINT64_C(0xfa017)), call) };
	FaultPlan p = { .latency_ms = f->latency_ms, .slow_bps = f->slow_bps, .skew_s = f->skew_s };
	bool throttled, failed;

	p.throttle = chance(&r, f->throttle);
	p.error = chance(&r, f->error);
	p.tear = chance(&r, f->tear);
	p.crc = chance(&r, f->crc);
	throttled = chance(&r, f->throttle);
	failed = chance(&r, f->error);
	p.mid = throttled ? MID_THROTTLE : failed ? MID_ERROR : MID_NONE;
	p.salt = rng_next(&r);
	p.late = p.salt >> 63;
	return p;
}

void fault_list_mark(FaultList *l)
{
	VEC_GROW(l->end, l->cap, l->n + 1);
	l->end[l->n++] = l->json.n;
}

static Str element(const FaultList *l, size_t i)
{
	size_t from = i ? l->end[i - 1] : 0;

	return str_sub(buf_str(&l->json), from, l->end[i] - from);
}

size_t fault_list_write(FaultList *l, const SimFaults *f, uint64_t salt, JsonW *w)
{
	size_t *at = xcalloc(l->n + 1, sizeof *at), given = 0;
	Rng r = { rng_join(salt, UINT64_C(0xd0b1e)) };

	for (size_t i = 0; i < l->n; i++)
		at[i] = i;
	for (size_t i = 0; f->reorder && i + 1 < l->n; i++) {
		size_t other = i + 1 + rng_below(&r, 3), keep = at[i];
		if (!chance(&r, f->reorder) || other >= l->n)
			continue;
		at[i] = at[other];
		at[other] = keep;
	}
	for (size_t i = 0; i < l->n; i++) {
		bool twice = f->dup && chance(&r, f->dup);
		for (int k = 0; k <= twice; k++, given++)
			jw_raw(w, element(l, at[i]));
	}
	free(at);
	return given;
}

void fault_list_done(FaultList *l)
{
	buf_done(&l->json);
	free(l->end);
	*l = (FaultList){0};
}
