/* Lambda: the functions of the pipeline, with aliases that can split their traffic. A function answers what it was sent;
 * {"fail": true} makes it fail. Source of rules and errors: AWS Lambda API Reference. */
#include "sim/serve.h"

#include <stdio.h>

#include "api/lambda.h"
#include "sim/rng.h"
#include "wire/json.h"
#include "wire/text.h"

enum { FUNCTIONS = 4, ALIASES = 2, PAYLOAD_MAX_BYTES = 6 << 20, EVENT_MAX_BYTES = 1 << 20, PAGE_MAX = 50 };

/* second: empty, all goes to version. */
typedef struct Alias { Str name, description, version, second; double weight; uint64_t revision; } Alias;
typedef struct Function { const char *name; int versions; Alias alias[ALIASES]; } Function;
typedef struct LambdaState { bool seeded; Function function[FUNCTIONS]; } LambdaState;

const SimTable sim_lambda;

static const struct { const char *name; int versions; const char *live, *candidate; } functions[FUNCTIONS] = {
	{ "fleet-prep", 7, "7", "7" }, { "fleet-evaluation", 12, "11", "12" }, { "fleet-deployment-gate", 4, "4", "4" },
	{ "fleet-inference-router", 31, "30", "31" },
};

static LambdaState *state_of(Sim *sim)
{
	LambdaState *st = sim_slot(sim, &sim_lambda, sizeof *st);

	if (st->seeded)
		return st;
	st->seeded = true;
	for (int i = 0; i < FUNCTIONS; i++)
		st->function[i] = (Function){ functions[i].name, functions[i].versions, {
			{ .name = STR("candidate"), .description = STR("what comes next"), .version = str_of(functions[i].candidate), .revision = 1 },
			{ .name = STR("live"), .description = STR("what the fleet calls"), .version = str_of(functions[i].live), .revision = 1 } } };
	return st;
}

static int not_found(SimCall *c, Str name, Str qualifier)
{
	sim_fail(c, 404, "ResourceNotFoundException", arena_printf(c->arena, "Function not found: arn:aws:lambda:%.*s:%.*s:function:%.*s%s%.*s",
	         STR_ARG(c->region), STR_ARG(c->who.account), STR_ARG(name), qualifier.n ? ":" : "", STR_ARG(qualifier)).p);
	return -1;
}

static int invalid(SimCall *c, const char *message)
{
	sim_fail(c, 400, "InvalidParameterValueException", message);
	return -1;
}

/* A name, "123456789012:function:name" or an ARN, each with ":qualifier" behind it or not. NULL: answered. */
static Function *find(SimCall *c, Str given, Str *qualifier)
{
	LambdaState *st = state_of(c->sim);
	Str name = given, rest, account = c->who.account;
	bool partial = false;

	if (str_starts(name, STR("arn:")))
		name = str_sub(name, arena_printf(c->arena, "arn:aws:lambda:%.*s:", STR_ARG(c->region)).n, name.n);
	if (str_has(name, STR(":function:"))) {
		account = str_cut(name, ':', &name);
		(void)str_cut(name, ':', &name);
		partial = true;
	}
	name = str_cut(name, ':', &rest);
	if (rest.n)
		*qualifier = rest;
	for (int i = 0; (!partial || str_eq(account, c->who.account)) && i < FUNCTIONS; i++)
		if (str_is(name, st->function[i].name))
			return &st->function[i];
	(void)not_found(c, name, *qualifier);
	return NULL;
}

static Alias *alias_of(Function *f, Str name)
{
	for (int i = 0; i < ALIASES; i++)
		if (str_eq(f->alias[i].name, name))
			return &f->alias[i];
	return NULL;
}

static bool has_version(const Function *f, Str version)
{
	int64_t n;

	return str_is(version, "$LATEST") || (str_i64(version, &n) == 0 && n >= 1 && n <= f->versions);
}

/* --- invoking --- */

/* The version that answers; of an alias that splits, by the weight. -1: answered. */
static int executed(SimCall *c, Function *f, Str qualifier, Str *version)
{
	const Alias *a = alias_of(f, qualifier);

	*version = qualifier.n ? qualifier : STR("$LATEST");
	if (a) {
		bool second = a->second.n && (double)(str_hash(str_of(c->request_id)) % 1000) < a->weight * 1000;

		*version = second ? a->second : a->version;
	}
	return a || has_version(f, *version) ? 0 : not_found(c, str_of(f->name), qualifier);
}

static Str log_of(SimCall *c, Str version, bool failed)
{
	Buf text = { 0 };
	Str out;

	(void)b64_encode(&text, arena_printf(c->arena, "START RequestId: %s Version: %.*s\n%sEND RequestId: %s\nREPORT RequestId: %s\t"
	                 "Duration: 12.30 ms\tBilled Duration: 13 ms\tMemory Size: 512 MB\tMax Memory Used: 96 MB\n", c->request_id, STR_ARG(version),
	                 failed ? "[ERROR] RuntimeError: asked to fail\n" : "", c->request_id, c->request_id));
	out = arena_str(c->arena, buf_str(&text));
	buf_done(&text);
	return out;
}

static int check_payload(SimCall *c, const LambdaInvokeIn *in)
{
	Err e = { 0 };

	if (in->payload.n > (str_is(in->type, "Event") ? (size_t)EVENT_MAX_BYTES : (size_t)PAYLOAD_MAX_BYTES)) {
		sim_fail(c, 413, "RequestTooLargeException", "Request must be smaller than the limit for the InvokeFunction operation");
		return -1;
	}
	if (!in->payload.n || json_check(in->payload, in->payload.n, &e) == 0)
		return 0;
	sim_fail(c, 400, "InvalidRequestContentException", arena_printf(c->arena, "Could not parse request body into json: %s", e.text).p);
	return -1;
}

static bool asked_to_fail(SimCall *c, Str payload)
{
	JsonVal root;
	bool fail = false;

	return payload.n && jv_parse(c->arena, payload, payload.n, &root, NULL) == 0 && jv_type(root) == JV_OBJECT &&
	       jv_opt_bool(root, "fail", &fail, NULL) == 0 && fail;
}

static int invoke(SimCall *c, const void *input, void *output)
{
	const LambdaInvokeIn *in = input;
	LambdaInvokeOut *out = output;
	Str qualifier = in->qualifier, version;
	Function *f = find(c, in->function, &qualifier);
	Str received = in->payload.n ? in->payload : STR("null");
	bool failed;

	if (!f || executed(c, f, qualifier, &version) < 0 || check_payload(c, in) < 0)
		return -1;
	if (in->type.n && !str_is(in->type, "RequestResponse") && !str_is(in->type, "Event") && !str_is(in->type, "DryRun"))
		return invalid(c, "1 validation error detected: Value at 'invocationType' failed to satisfy constraint: Member must satisfy enum value set: "
		               "[Event, RequestResponse, DryRun]");
	out->status = str_is(in->type, "Event") ? 202 : str_is(in->type, "DryRun") ? 204 : 200;
	if (out->status != 200)
		return 0;
	failed = asked_to_fail(c, in->payload);
	out->version = version;
	out->error = failed ? STR("Unhandled") : STR("");
	out->log = str_is(in->log_type, "Tail") ? log_of(c, version, failed) : STR("");
	out->payload = failed ? STR("{\"errorMessage\":\"asked to fail\",\"errorType\":\"RuntimeError\",\"stackTrace\":[]}")
	             : arena_printf(c->arena, "{\"function\":\"%s\",\"version\":\"%.*s\",\"received\":%.*s}", f->name, STR_ARG(version),
	                            STR_ARG(received));
	return 0;
}

/* --- aliases --- */

static LambdaAlias shown(SimCall *c, const Function *f, const Alias *a)
{
	char id[FLEET_UUID];
	LambdaAlias out = { .name = a->name, .version = a->version, .description = a->description };

	out.arn = arena_printf(c->arena, "arn:aws:lambda:%.*s:%.*s:function:%s:%.*s", STR_ARG(c->region), STR_ARG(c->who.account), f->name,
	                       STR_ARG(a->name));
	fleet_uuid(rng_join(sim_seed(c->sim), str_hash(str_of(f->name)) + str_hash(a->name)), a->revision, id);
	out.revision = arena_str(c->arena, str_of(id));
	if (a->second.n) {
		out.routing.weights.v = ARENA_NEW(c->arena, LambdaWeight);
		out.routing.weights.v[0] = (LambdaWeight){ a->second, a->weight };
		out.routing.weights.n = 1;
	}
	return out;
}

static int list_aliases(SimCall *c, const void *input, void *output)
{
	const LambdaAliasesIn *in = input;
	LambdaAliases *out = output;
	Str qualifier = { 0 };
	Function *f = find(c, in->function, &qualifier);
	size_t limit = in->max > 0 && in->max < PAGE_MAX ? (size_t)in->max : PAGE_MAX;
	int64_t from = 0;

	if (!f)
		return -1;
	if (in->marker.n && (!str_starts(in->marker, STR("m")) || str_i64(str_sub(in->marker, 1, in->marker.n), &from) < 0))
		return invalid(c, "Invalid marker");
	out->aliases.v = ARENA_ARRAY(c->arena, LambdaAlias, ALIASES);
	for (int i = (int)from; i >= 0 && i < ALIASES; i++) {
		const Alias *a = &f->alias[i];

		if (in->version.n && !str_eq(in->version, a->version) && !str_eq(in->version, a->second))
			continue;
		if (out->aliases.n == limit) {
			out->next_marker = arena_printf(c->arena, "m%d", i);
			break;
		}
		out->aliases.v[out->aliases.n++] = shown(c, f, a);
	}
	return 0;
}

static int check_update(SimCall *c, const Function *f, const Alias *a, const LambdaUpdateIn *in)
{
	Str version = in->version.n ? in->version : a->version;
	const LambdaWeight *w = in->routing.weights.v;

	if (in->revision.n && !str_eq(in->revision, shown(c, f, a).revision)) {
		sim_fail(c, 412, "PreconditionFailedException", "The Revision Id provided does not match the latest Revision Id. Call the "
		         "GetFunction/GetAlias API to retrieve the latest Revision Id");
		return -1;
	}
	if (!has_version(f, version))
		return not_found(c, str_of(f->name), version);
	if (!in->routing.weights.n)
		return 0;
	if (in->routing.weights.n > 1)
		return invalid(c, "Number of items in AdditionalVersionWeights cannot be greater than 1");
	if (!has_version(f, w->version))
		return not_found(c, str_of(f->name), w->version);
	if (str_is(version, "$LATEST") || str_is(w->version, "$LATEST"))
		return invalid(c, "$LATEST is not supported for an alias pointing to more than 1 version");
	if (str_eq(version, w->version))
		return invalid(c, "Invalid function version. Function version specified in AdditionalVersionWeights must be different from the alias's");
	return w->weight > 0 && w->weight <= 1 ? 0 : invalid(c, "Weights must be between 0.0 and 1.0");
}

static int update_alias(SimCall *c, const void *input, void *output)
{
	const LambdaUpdateIn *in = input;
	Arena *keep = sim_keep(c->sim);
	Str qualifier = { 0 };
	Function *f = find(c, in->function, &qualifier);
	Alias *a = f ? alias_of(f, in->name) : NULL;

	if (!f)
		return -1;
	if (!a) {
		sim_fail(c, 404, "ResourceNotFoundException", arena_printf(c->arena, "Alias not found: %.*s", STR_ARG(in->name)).p);
		return -1;
	}
	if (check_update(c, f, a, in) < 0)
		return -1;
	a->version = in->version.n ? arena_str(keep, in->version) : a->version;
	a->description = in->description.n ? arena_str(keep, in->description) : a->description;
	/* Left out it stays; an empty one ends the split. */
	if (in->routing.weights.n || str_has(c->rq->body, STR("AdditionalVersionWeights"))) {
		a->second = in->routing.weights.n ? arena_str(keep, in->routing.weights.v->version) : STR("");
		a->weight = in->routing.weights.n ? in->routing.weights.v->weight : 0;
	}
	a->revision++;
	*(LambdaAlias *)output = shown(c, f, a);
	return 0;
}

static const SimRow rows[] = {
	{ &op_lambda_invoke, invoke, NULL }, { &op_lambda_list_aliases, list_aliases, NULL }, { &op_lambda_update_alias, update_alias, NULL },
};
const SimTable sim_lambda = SIM_TABLE(rows);
