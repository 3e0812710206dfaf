#include "sim/bill.h"

#include <stdlib.h>

#include "base/xalloc.h"
#include "sim/catalogue.h"
#include "sim/fleet_hour.h"
#include "sim/fleet_lines.h"
#include "wire/time8601.h"

/* Prices of August 2026, in 10^-10 dollars for one unit. */
#define CPU_HOUR     INT64_C(895000000)       /* AgentCore Runtime, for each hour of a processor */
#define GB_HOUR      INT64_C(94500000)
#define GUARD_UNIT   INT64_C(1500000)         /* content filter, for each text unit of a thousand characters */
#define OCU_HOUR     INT64_C(2400000000)      /* OpenSearch Serverless, below the knowledge base */
#define LOG_GB       INT64_C(5000000000)
#define ASKING       INT64_C(100000000)       /* Cost Explorer, for each request */
#define SUPPORT      INT64_C(1000000000000)   /* a month */
#define CREDIT       INT64_C(-5000000000)     /* a day */

enum { DAY_HOURS = 24, ONE = 100000000, LOG_BYTES = 1100, CHARS_A_TOKEN = 4, UNIT_CHARS = 1000, GUARDED = 4 };
static const int64_t scale = INT64_C(10000000000);

typedef struct BillDay { int64_t day; uint32_t made; BillCell cell[DAY_HOURS][BILL_KINDS]; struct BillDay *next; } BillDay;
typedef struct Bill {
	BillKind kind[BILL_KINDS];
	bool     ready;
	BillDay *days;
	int64_t *asked_ms;
	size_t   asked, asked_cap;
} Bill;

/* What an hour's calls used. */
typedef struct Use { int64_t tokens[FLEET_AGENTS][5], busy_ms[FLEET_AGENTS], guard_units, calls; } Use;

static const int owner;

static void set_kind(Bill *b, unsigned i, const char *service, const char *usage_type, const char *agent)
{
	b->kind[i] = (BillKind){ str_of(service), str_of(usage_type), STR("us-east-1"), STR("Usage"), agent };
}

static void set_kinds(Sim *s, Bill *b)
{
	for (unsigned a = 0; a < FLEET_AGENTS; a++) {
		const CatalogueModel *m = catalogue_find(str_of(fleet_model_id(a)));

		for (unsigned k = 0; k < 5; k++)
			b->kind[a * 5 + k] = (BillKind){ catalogue_service(sim_keep(s), m), catalogue_usage_type(sim_keep(s), m, k, "USE1", false),
			                                 STR("us-east-1"), STR("Usage"), fleet_agents[a].id };
		set_kind(b, BILL_CPU + a, "Amazon Bedrock AgentCore", "USE1-Runtime-vCPU-Hours", fleet_agents[a].id);
		set_kind(b, BILL_MEMORY + a, "Amazon Bedrock AgentCore", "USE1-Runtime-GB-Hours", fleet_agents[a].id);
	}
	set_kind(b, BILL_GUARD, "Amazon Bedrock", "USE1-Guardrail-ContentPolicyUnitsConsumed", NULL);
	set_kind(b, BILL_SEARCH, "Amazon OpenSearch Service", "USE1-SearchOCU", NULL);
	set_kind(b, BILL_INDEX, "Amazon OpenSearch Service", "USE1-IndexingOCU", NULL);
	set_kind(b, BILL_LOGS, "AmazonCloudWatch", "USE1-DataProcessing-Bytes", NULL);
	set_kind(b, BILL_ASKING, "AWS Cost Explorer", "USE1-APIRequest", NULL);
	b->kind[BILL_SUPPORT] = (BillKind){ STR("AWS Support (Business)"), STR("Dollar"), STR("NoRegion"), STR("Support"), NULL };
	b->kind[BILL_CREDIT] = (BillKind){ STR("Amazon Bedrock"), STR("USE1-NovaPro-input-tokens"), STR("us-east-1"), STR("Credit"), NULL };
	b->ready = true;
}

static void forget(void *arg)
{
	free(((Bill *)arg)->asked_ms);
}

static Bill *bill_of(Sim *s)
{
	Bill *b = sim_slot(s, &owner, sizeof(Bill));

	if (!b->ready) {
		set_kinds(s, b);
		sim_at_close(s, forget, b);
	}
	return b;
}

/* A refused call has no tokens and kept no processor busy. */
static void on_call(void *arg, int64_t t_ms, const FleetJob *j, const FleetCall *c)
{
	Use *u = arg;

	(void)t_ms;
	u->calls++;
	if (c->outcome == FLEET_THROTTLED)
		return;
	for (unsigned k = 0; k < 5; k++)
		u->tokens[j->agent][k] += c->tok[k];
	u->busy_ms[j->agent] += c->end_ms - c->begin_ms;
	if (j->agent == GUARDED)
		u->guard_units += ((int64_t)c->tok[0] * CHARS_A_TOKEN + UNIT_CHARS - 1) / UNIT_CHARS;
}

/* 10^-10 units at a price for one unit. */
static BillCell at_price(int64_t quantity, int64_t price)
{
	int64_t whole = quantity / ONE, rest = quantity % ONE;

	return (BillCell){ whole * price / (scale / ONE) + (rest * (price / 100) + ONE / 2) / ONE, quantity };
}

static BillCell token_cell(unsigned agent, unsigned k, int64_t tokens)
{
	const FleetModel *m = &fleet_models[fleet_agents[agent].model];
	bool thousand = catalogue_find(str_of(m->id))->usage != NULL;

	return (BillCell){ (tokens * m->micro_usd[k] + 50) / 100, tokens * (thousand ? 10000000 : 10000) };
}

static void put_use(BillCell *cell, const Use *u)
{
	for (unsigned a = 0; a < FLEET_AGENTS; a++) {
		for (unsigned k = 0; k < 5; k++)
			cell[a * 5 + k] = token_cell(a, k, u->tokens[a][k]);
		cell[BILL_CPU + a] = at_price(u->busy_ms[a] * 6250 / 9, CPU_HOUR);           /* a quarter of the time on one processor */
		cell[BILL_MEMORY + a] = at_price(u->busy_ms[a] * 50000 / 9, GB_HOUR);        /* two gigabytes all the time */
	}
	cell[BILL_GUARD] = (BillCell){ u->guard_units * GUARD_UNIT, u->guard_units * scale };
	cell[BILL_LOGS] = at_price(u->calls * LOG_BYTES * 10, LOG_GB);
}

static void make_hour(Sim *s, Bill *b, int64_t hour, BillCell *cell)
{
	CivilTime t = time_civil(hour * HOUR_MS);
	Use use = { 0 };
	int64_t asked = 0;

	fleet_calls_each(sim_fleet(s), hour * HOUR_MS, (hour + 1) * HOUR_MS, on_call, &use);
	put_use(cell, &use);
	cell[BILL_SEARCH] = cell[BILL_INDEX] = at_price(scale / 2, OCU_HOUR);
	for (size_t i = 0; i < b->asked; i++)
		asked += b->asked_ms[i] / HOUR_MS == hour;
	cell[BILL_ASKING] = (BillCell){ asked * ASKING, asked * scale };
	if (t.hour == 0)
		cell[BILL_CREDIT] = (BillCell){ CREDIT, 0 };
	if (t.hour == 0 && t.day == 1)
		cell[BILL_SUPPORT] = (BillCell){ SUPPORT, 100 * scale };
}

const BillKind *bill_kind(Sim *s, unsigned kind)
{
	return &bill_of(s)->kind[kind];
}

const BillCell *bill_hour(Sim *s, int64_t hour, int64_t now_ms)
{
	Bill *b = bill_of(s);
	BillDay *d = b->days;
	unsigned at = (unsigned)(hour % DAY_HOURS);

	if (hour < fleet_first_hour(sim_fleet(s)) || (hour + 1) * HOUR_MS + BILL_LATE_MS > now_ms)
		return NULL;
	while (d && d->day != hour / DAY_HOURS)
		d = d->next;
	if (!d) {
		d = ARENA_NEW(sim_keep(s), BillDay);
		d->day = hour / DAY_HOURS;
		d->next = b->days;
		b->days = d;
	}
	/* An hour that long past does not change any more. */
	if (!(d->made & 1u << at))
		make_hour(s, b, hour, d->cell[at]);
	d->made |= 1u << at;
	return d->cell[at];
}

void bill_ask(Sim *s, int64_t now_ms)
{
	Bill *b = bill_of(s);

	VEC_GROW(b->asked_ms, b->asked_cap, b->asked + 1);
	b->asked_ms[b->asked++] = now_ms;
}
