#include "store/rollup.h"

#include <string.h>

enum { BAR = '|', ESCAPE = '\\' };

#define MINUTE_MS INT64_C(60000)
#define HOUR_MS   INT64_C(3600000)
#define DAY_MS    INT64_C(86400000)

typedef struct DimKind {
	const char *name;
	Rollup rollup;
	int  parts;
	Dim  part[DIM_PARTS];
} DimKind;

static const RollupKind rollup_kinds[ROLLUPS];
static const DimKind dim_kinds[DIMS];

const RollupKind *rollup_kind(Rollup r)
{
	return &rollup_kinds[r];
}

Rollup dim_rollup(Dim d)
{
	return dim_kinds[d].rollup;
}

const char *dim_name(Dim d)
{
	return dim_kinds[d].name;
}

int dim_of(Str name, Dim *out)
{
	for (int d = 0; d < DIMS; d++)
		if (str_is(name, dim_kinds[d].name)) {
			*out = (Dim)d;
			return 0;
		}
	return -1;
}

int64_t dim_span_ms(Dim d)
{
	return rollup_kinds[dim_kinds[d].rollup].span_ms;
}

int dim_parts(Dim d, Dim part[DIM_PARTS])
{
	memcpy(part, dim_kinds[d].part, sizeof dim_kinds[d].part);
	return dim_kinds[d].parts;
}

bool dim_with(unsigned simple, int64_t span_ms, Dim *out)
{
	for (int parts = 0; parts <= DIM_PARTS; parts++)
		for (int d = 0; d < DIMS; d++) {
			unsigned has = 1u << DIM_ALL;

			for (int i = 0; i < dim_kinds[d].parts; i++)
				has |= 1u << dim_kinds[d].part[i];
			if (dim_kinds[d].parts == parts && dim_span_ms((Dim)d) == span_ms && !(simple & ~has)) {
				*out = (Dim)d;
				return true;
			}
		}
	return false;
}

int dim_minutes(Dim d)
{
	for (int r = 0; r < ROLLUPS; r++)
		if (rollup_kinds[r].span_ms == MINUTE_MS && memcmp(rollup_kinds[r].part, dim_kinds[d].part, sizeof dim_kinds[d].part) == 0)
			return r;
	return -1;
}

void dim_key_of_rollup(Dim d, const int64_t kept[DIM_PARTS], int64_t key[DIM_PARTS])
{
	const Dim *of = rollup_kinds[dim_kinds[d].rollup].part;

	memset(key, 0, DIM_PARTS * sizeof *key);
	for (int i = 0; i < dim_kinds[d].parts; i++)
		for (int k = 0; k < DIM_PARTS; k++)
			if (of[k] == dim_kinds[d].part[i])
				key[i] = kept[k];
}

void dim_key_of_call(Dim d, const int64_t id[DIM_SIMPLE], int64_t key[DIM_PARTS])
{
	for (int i = 0; i < DIM_PARTS; i++)
		key[i] = id[dim_kinds[d].part[i]];
}

/* --- keys as text --- */

static size_t put_escaped(Str name, char *out)
{
	size_t n = 0;

	for (size_t i = 0; i < name.n; i++) {
		if (name.p[i] == BAR || name.p[i] == ESCAPE)
			out[n++] = ESCAPE;
		out[n++] = name.p[i];
	}
	return n;
}

Str dim_join(Dim d, const Str name[DIM_PARTS], Arena *a)
{
	size_t n = 0, most = DIM_PARTS;
	char *out;

	if (dim_kinds[d].parts < 2)
		return dim_kinds[d].parts ? arena_str(a, name[0]) : STR("");
	for (int i = 0; i < dim_kinds[d].parts; i++)
		most += 2 * name[i].n;
	out = arena_alloc(a, most);
	for (int i = 0; i < dim_kinds[d].parts; i++) {
		if (i)
			out[n++] = BAR;
		n += put_escaped(name[i], out + n);
	}
	return (Str){ out, n };
}

/* The name up to the next bar, which is left in place; -1 for a backslash that escapes nothing. */
static int take_name(Str *key, Arena *a, Str *name)
{
	size_t end = 0, n = 0;
	char *plain;

	while (end < key->n && key->p[end] != BAR) {
		bool escape = key->p[end] == ESCAPE;

		if (escape && (end + 1 == key->n || (key->p[end + 1] != BAR && key->p[end + 1] != ESCAPE)))
			return -1;
		end += escape ? 2 : 1;
		n++;
	}
	*name = str_sub(*key, 0, end);
	*key = str_sub(*key, end, key->n);
	if (n == end)
		return 0;
	plain = arena_alloc(a, n);
	for (size_t i = 0, k = 0; i < end; i++, k++) {
		i += name->p[i] == ESCAPE;
		plain[k] = name->p[i];
	}
	*name = (Str){ plain, n };
	return 0;
}

int dim_split(Dim d, Str key, Arena *a, Str name[DIM_PARTS])
{
	int parts = dim_kinds[d].parts;

	for (int i = 0; i < DIM_PARTS; i++)
		name[i] = STR("");
	if (parts < 2) {
		name[0] = parts ? key : STR("");
		return parts || !key.n ? 0 : -1;
	}
	for (int i = 0; i < parts; i++) {
		if (i && !key.n)
			return -1;
		key = str_sub(key, i > 0, key.n);              /* without the bar */
		if (take_name(&key, a, &name[i]) < 0)
			return -1;
	}
	return key.n ? -1 : 0;
}

static const RollupKind rollup_kinds[ROLLUPS] = {
	[ROLLUP_ALL] = { .span_ms = HOUR_MS, .latency = true, .spans = { 24, 4 }, .part = { DIM_ALL } },
	[ROLLUP_TENANT] = { .span_ms = HOUR_MS, .latency = true, .part = { DIM_TENANT } },
	[ROLLUP_PERSONA] = { .span_ms = HOUR_MS, .part = { DIM_PERSONA } },
	[ROLLUP_AGENT] = { .span_ms = HOUR_MS, .latency = true, .part = { DIM_AGENT } },
	[ROLLUP_VERSION] = { .span_ms = HOUR_MS, .latency = true, .part = { DIM_VERSION } },
	[ROLLUP_MODEL] = { .span_ms = HOUR_MS, .latency = true, .part = { DIM_MODEL } },
	[ROLLUP_MINUTE] = { .span_ms = MINUTE_MS, .spans = { 30, 10 }, .part = { DIM_ALL } },
	[ROLLUP_TENANT_MODEL] = { .span_ms = HOUR_MS, .part = { DIM_TENANT, DIM_MODEL } },
	[ROLLUP_VERSION_MODEL] = { .span_ms = HOUR_MS, .part = { DIM_VERSION, DIM_MODEL } },
	[ROLLUP_TENANT_PERSONA_MODEL] = { .span_ms = DAY_MS, .part = { DIM_TENANT, DIM_PERSONA, DIM_MODEL } },
	[ROLLUP_RECENT_TENANT] = { .span_ms = MINUTE_MS, .recent = true, .part = { DIM_TENANT } },
	[ROLLUP_RECENT_PERSONA] = { .span_ms = MINUTE_MS, .recent = true, .part = { DIM_PERSONA } },
	[ROLLUP_RECENT_VERSION] = { .span_ms = MINUTE_MS, .recent = true, .part = { DIM_VERSION } },
	[ROLLUP_RECENT_MODEL] = { .span_ms = MINUTE_MS, .recent = true, .part = { DIM_MODEL } },
	[ROLLUP_DAY] = { .span_ms = DAY_MS, .latency = true, .only_latency = true, .spans = { 2, 2 }, .part = { DIM_ALL } },
	[ROLLUP_DAY_TENANT] = { .span_ms = DAY_MS, .latency = true, .only_latency = true, .part = { DIM_TENANT } },
	[ROLLUP_DAY_AGENT] = { .span_ms = DAY_MS, .latency = true, .only_latency = true, .part = { DIM_AGENT } },
	[ROLLUP_DAY_VERSION] = { .span_ms = DAY_MS, .latency = true, .only_latency = true, .part = { DIM_VERSION } },
	[ROLLUP_DAY_MODEL] = { .span_ms = DAY_MS, .latency = true, .only_latency = true, .part = { DIM_MODEL } },
};
static const DimKind dim_kinds[DIMS] = {
	[DIM_ALL] = { "all", ROLLUP_ALL, 0, { DIM_ALL } },
	[DIM_TENANT] = { "tenant", ROLLUP_TENANT, 1, { DIM_TENANT } },
	[DIM_PERSONA] = { "persona", ROLLUP_PERSONA, 1, { DIM_PERSONA } },
	[DIM_AGENT] = { "agent", ROLLUP_AGENT, 1, { DIM_AGENT } },
	[DIM_VERSION] = { "version", ROLLUP_VERSION, 1, { DIM_VERSION } },
	[DIM_MODEL] = { "model", ROLLUP_MODEL, 1, { DIM_MODEL } },
	[DIM_TENANT_MODEL] = { "tenant+model", ROLLUP_TENANT_MODEL, 2, { DIM_TENANT, DIM_MODEL } },
	[DIM_VERSION_MODEL] = { "version+model", ROLLUP_VERSION_MODEL, 2, { DIM_VERSION, DIM_MODEL } },
	[DIM_TENANT_PERSONA_MODEL] = { "tenant+persona+model", ROLLUP_TENANT_PERSONA_MODEL, 3, { DIM_TENANT, DIM_PERSONA, DIM_MODEL } },
	[DIM_PERSONA_MODEL] = { "persona+model", ROLLUP_TENANT_PERSONA_MODEL, 2, { DIM_PERSONA, DIM_MODEL } },
};
