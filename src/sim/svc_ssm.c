/* Parameter Store: the agents' versions, and settings of the fleet. Source of rules and errors: AWS Systems Manager API
 * Reference and User Guide, "Working with Parameter Store". */
#include "sim/serve.h"

#include <stdio.h>
#include <stdlib.h>

#include "api/ssm.h"
#include "sim/fleet_hour.h"
#include "sim/fleet_tables.h"
#include "wire/text.h"

enum { LEVELS_MAX = 15, VERSIONS_MAX = 100, PAGE_MAX = 10, NAME_MAX_BYTES = 1011, STANDARD_MAX = 4096, ADVANCED_MAX = 8192 };

enum { LABELS_MAX = 10, HISTORY_MAX = 50 };

typedef struct Value {
	Str text, by;
	int64_t version, modified_ms;
	Str label[LABELS_MAX]; size_t labels;
	struct Value *next;                  /* older */
} Value;
typedef struct Parameter { Str name, type, data_type, tier; Value *newest; struct Parameter *next; } Parameter;
typedef struct SsmState { bool seeded; Parameter *first; size_t n; } SsmState;      /* sorted by name */

const SimTable sim_ssm;

static int fail(SimCall *c, const char *code, Str message)
{
	sim_fail(c, 400, code, message.p);
	return -1;
}

static Parameter *find(const SsmState *st, Str name)
{
	Parameter *p = st->first;

	while (p && !str_eq(p->name, name))
		p = p->next;
	return p;
}

static Parameter *add(Sim *sim, SsmState *st, Str name, Str type)
{
	Parameter **at = &st->first, *p = ARENA_NEW(sim_keep(sim), Parameter);

	while (*at && str_cmp((*at)->name, name) < 0)
		at = &(*at)->next;
	*p = (Parameter){ arena_str(sim_keep(sim), name), arena_str(sim_keep(sim), type), STR("text"), STR("Standard"), NULL, *at };
	*at = p;
	st->n++;
	return p;
}

/* The oldest of more than a hundred goes. */
static void set(Sim *sim, Parameter *p, Str text, int64_t now_ms)
{
	Value *v = ARENA_NEW(sim_keep(sim), Value), *last = v;

	*v = (Value){ .text = arena_str(sim_keep(sim), text), .by = STR("arn:aws:sts::000000000000:assumed-role/simulated/console"),
	              .version = p->newest ? p->newest->version + 1 : 1, .modified_ms = now_ms, .next = p->newest };
	p->newest = v;
	for (int i = 1; last && i < VERSIONS_MAX; i++)
		last = last->next;
	if (last)
		last->next = NULL;
}

static SsmState *state_of(Sim *sim)
{
	SsmState *st = sim_slot(sim, &sim_ssm, sizeof *st);
	Arena *keep = sim_keep(sim);
	int64_t start = sim_start(sim);

	if (st->seeded)
		return st;
	st->seeded = true;
	for (int i = 0; i < FLEET_AGENTS; i++) {
		const FleetAgent *a = &fleet_agents[i];
		Parameter *version = add(sim, st, arena_printf(keep, "/agents/%s/version", a->id), STR("String"));
		int64_t moved = start - (int64_t)a->moved_days * 24 * HOUR_MS;
		int before = 0, now = 0;

		for (int v = 0; v < FLEET_VERSIONS; v++) {
			before = a->before[v] > a->before[before] ? v : before;
			now = a->now[v] > a->now[now] ? v : now;
		}
		set(sim, version, str_of(a->version[before]), moved - INT64_C(30) * 24 * HOUR_MS);
		if (now != before)
			set(sim, version, str_of(a->version[now]), moved);
		set(sim, add(sim, st, arena_printf(keep, "/agents/%s/model", a->id), STR("String")), str_of(fleet_models[a->model].id), moved);
		set(sim, add(sim, st, arena_printf(keep, "/agents/%s/max-tokens", a->id), STR("String")), arena_printf(keep, "%d", a->max_tok),
		    moved);
	}
	set(sim, add(sim, st, STR("/fleet/stage"), STR("String")), STR("prod"), start - INT64_C(400) * 24 * HOUR_MS);
	set(sim, add(sim, st, STR("/fleet/regions"), STR("StringList")), STR("us-east-1,eu-west-1"), start - INT64_C(400) * 24 * HOUR_MS);
	set(sim, add(sim, st, STR("/fleet/webhook"), STR("SecureString")), STR("https://hooks.example.com/T000/B000"),
	    start - INT64_C(90) * 24 * HOUR_MS);
	return st;
}

/* What a SecureString looks like to whoever does not ask for its text. */
static Str sealed(SimCall *c, const Parameter *p, const Value *v)
{
	unsigned char digest[32];
	Buf out = { 0 };
	Str text;

	sha256_of(arena_printf(c->arena, "%.*s %lld", STR_ARG(p->name), (long long)v->version), digest);
	(void)buf_puts(&out, "AQICAHh");
	(void)b64_encode(&out, (Str){ (const char *)digest, sizeof digest });
	text = arena_str(c->arena, buf_str(&out));
	buf_done(&out);
	return text;
}

static SsmParameter shown(SimCall *c, const Parameter *p, const Value *v, bool decrypt)
{
	bool secret = str_is(p->type, "SecureString");
	const char *slash = str_starts(p->name, STR("/")) ? "" : "/";

	return (SsmParameter){ .name = p->name, .type = p->type, .value = secret && !decrypt ? sealed(c, p, v) : v->text,
	                       .version = v->version, .modified_ms = v->modified_ms, .data_type = p->data_type,
	                       .arn = arena_printf(c->arena, "arn:aws:ssm:%.*s:%.*s:parameter%s%.*s", STR_ARG(c->region),
	                                           STR_ARG(c->who.account), slash, STR_ARG(p->name)) };
}

static bool has_label(const Value *v, Str label)
{
	for (size_t i = 0; i < v->labels; i++)
		if (str_eq(v->label[i], label))
			return true;
	return false;
}

static Value *labelled(const Parameter *p, Str label)
{
	Value *v = p->newest;

	while (v && !has_label(v, label))
		v = v->next;
	return v;
}

static int get_parameter(SimCall *c, const void *input, void *output)
{
	const SsmGetIn *in = input;
	SsmParameter *out = &((SsmGetOut *)output)->parameter;
	Str prefix = arena_printf(c->arena, "arn:aws:ssm:%.*s:%.*s:parameter", STR_ARG(c->region), STR_ARG(c->who.account));
	Str selector, name = str_cut(str_starts(in->name, prefix) ? str_sub(in->name, prefix.n, in->name.n) : in->name, ':', &selector);
	const Parameter *p = find(state_of(c->sim), name);
	const Value *v = p ? p->newest : NULL;
	int64_t version = 0;
	const bool label = selector.n && str_i64(selector, &version) < 0;

	if (!p)
		return fail(c, "ParameterNotFound", STR(""));
	if (label && !(v = labelled(p, selector)))
		return fail(c, "ParameterVersionNotFound", arena_printf(c->arena, "Systems Manager could not find label %.*s of %.*s. "
		            "Verify the label and try again.", STR_ARG(selector), STR_ARG(name)));
	while (v && version && v->version != version)
		v = v->next;
	if (!v)
		return fail(c, "ParameterVersionNotFound", arena_printf(c->arena, "Systems Manager could not find version %.*s of %.*s. "
		            "Verify the version and try again.", STR_ARG(selector), STR_ARG(name)));
	*out = shown(c, p, v, in->decrypt);
	if (selector.n)
		out->selector = arena_printf(c->arena, ":%.*s", STR_ARG(selector));
	return 0;
}

static Str token_of(SimCall *c, Str path, size_t at)
{
	Buf out = { 0 };
	Str text;

	(void)b64_encode(&out, arena_printf(c->arena, "%zu %.*s", at, STR_ARG(path)));
	text = arena_str(c->arena, buf_str(&out));
	buf_done(&out);
	return text;
}

static int read_token(SimCall *c, Str path, Str token, size_t *at)
{
	Buf text = { 0 };
	Str rest;
	int64_t n = 0;
	bool good = !token.n || (b64_decode(&text, token) == 0 && str_i64(str_cut(buf_str(&text), ' ', &rest), &n) == 0 && n >= 0 && str_eq(rest, path));

	buf_done(&text);
	*at = (size_t)n;
	return good ? 0 : fail(c, "InvalidNextToken", STR("The specified token is not valid."));
}

/* A page is so many parameters looked at, below the path at any depth; those that do not match are left out of it. So it
 * may hold fewer than asked for, or none, with more behind it. */
static int by_path(SimCall *c, const void *input, void *output)
{
	const SsmByPathIn *in = input;
	SsmParameters *out = output;
	Str path = str_ends(in->path, STR("/")) && in->path.n > 1 ? str_sub(in->path, 0, in->path.n - 1) : in->path;
	Str prefix = str_is(path, "/") ? path : arena_printf(c->arena, "%.*s/", STR_ARG(path));
	size_t limit = in->max_results ? (size_t)in->max_results : PAGE_MAX, from, at = 0;

	if (!str_starts(path, STR("/")) || path.n > NAME_MAX_BYTES)
		return fail(c, "ValidationException", STR("The parameter doesn't meet the parameter name requirements. The parameter name must begin "
		            "with a forward slash \"/\"."));
	if (in->max_results < 0 || in->max_results > PAGE_MAX)
		return fail(c, "ValidationException", STR("1 validation error detected: Value at 'maxResults' failed to satisfy constraint: Member "
		            "must have value less than or equal to 10"));
	if (read_token(c, path, in->next_token, &from) < 0)
		return -1;
	out->parameters.v = ARENA_ARRAY(c->arena, SsmParameter, limit);
	for (const Parameter *p = state_of(c->sim)->first; p; p = p->next) {
		Str rest = str_sub(p->name, prefix.n, p->name.n);

		if (!str_starts(p->name, prefix) || at++ < from)
			continue;
		if (at > from + limit) {
			out->next_token = token_of(c, path, from + limit);
			break;
		}
		if (in->recursive || !str_has(rest, STR("/")))
			out->parameters.v[out->parameters.n++] = shown(c, p, p->newest, in->decrypt);
	}
	return 0;
}

/* The oldest first. */
static int history(SimCall *c, const void *input, void *output)
{
	const SsmHistoryIn *in = input;
	SsmHistory *out = output;
	const Parameter *p = find(state_of(c->sim), in->name);
	const Value *all[VERSIONS_MAX];
	size_t limit = in->max_results ? (size_t)in->max_results : HISTORY_MAX, n = 0, from;

	if (!p)
		return fail(c, "ParameterNotFound", STR(""));
	if (in->max_results < 0 || in->max_results > HISTORY_MAX)
		return fail(c, "ValidationException", STR("1 validation error detected: Value at 'maxResults' failed to satisfy constraint: Member "
		            "must have value less than or equal to 50"));
	if (read_token(c, in->name, in->next_token, &from) < 0)
		return -1;
	for (const Value *v = p->newest; v && n < VERSIONS_MAX; v = v->next)
		all[n++] = v;
	out->versions.v = ARENA_ARRAY(c->arena, SsmVersion, limit);
	for (size_t i = from; i < n && out->versions.n < limit; i++) {
		const Value *v = all[n - 1 - i];
		const SsmParameter as = shown(c, p, v, in->decrypt);

		out->versions.v[out->versions.n++] = (SsmVersion){ .name = as.name, .type = as.type, .value = as.value, .version = v->version,
			.modified_ms = v->modified_ms, .user = v->by, .data_type = p->data_type, .tier = p->tier, .labels = { (Str *)v->label, v->labels } };
	}
	if (from + out->versions.n < n)
		out->next_token = token_of(c, in->name, from + out->versions.n);
	return 0;
}

/* User Guide, "Working with parameter labels". */
static bool is_label(Str s)
{
	bool good = s.n > 0 && s.n <= 100 && !(s.p[0] >= '0' && s.p[0] <= '9') && !str_starts(s, STR("aws")) && !str_starts(s, STR("ssm"));

	for (size_t i = 0; i < s.n; i++)
		good &= (s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= 'A' && s.p[i] <= 'Z') || (s.p[i] >= '0' && s.p[i] <= '9') || strchr("_.-", s.p[i]);
	return good;
}

static void unlabel(Value *v, Str label)
{
	size_t kept = 0;

	for (size_t i = 0; i < v->labels; i++)
		if (!str_eq(v->label[i], label))
			v->label[kept++] = v->label[i];
	v->labels = kept;
}

static int label_version(SimCall *c, const void *input, void *output)
{
	const SsmLabelIn *in = input;
	SsmLabelOut *out = output;
	Parameter *p = find(state_of(c->sim), in->name);
	Value *v = p ? p->newest : NULL;
	size_t more = 0;

	if (!p)
		return fail(c, "ParameterNotFound", STR(""));
	while (v && in->version && v->version != in->version)
		v = v->next;
	if (!v)
		return fail(c, "ParameterVersionNotFound", arena_printf(c->arena, "Systems Manager could not find version %lld of %.*s. "
		            "Verify the version and try again.", (long long)in->version, STR_ARG(in->name)));
	out->invalid.v = ARENA_ARRAY(c->arena, Str, in->labels.n + 1);
	out->version = v->version;
	for (size_t i = 0; i < in->labels.n; i++)
		more += is_label(in->labels.v[i]) && !has_label(v, in->labels.v[i]);
	if (v->labels + more > LABELS_MAX)
		return fail(c, "ParameterVersionLabelLimitExceeded", STR("A parameter version can have a maximum of ten labels."));
	for (size_t i = 0; i < in->labels.n; i++) {
		Value *had = labelled(p, in->labels.v[i]);

		if (!is_label(in->labels.v[i])) {
			out->invalid.v[out->invalid.n++] = in->labels.v[i];
			continue;
		}
		if (had)
			unlabel(had, in->labels.v[i]);
		v->label[v->labels++] = arena_str(sim_keep(c->sim), in->labels.v[i]);
	}
	return 0;
}

static int check_name(SimCall *c, Str name)
{
	size_t levels = 0;

	for (size_t i = 0; i < name.n; i++) {
		char ch = name.p[i];

		levels += ch == '/';
		if (!((ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9')) && (!ch || !strchr("/_.-", ch)))
			return fail(c, "ValidationException", STR("Parameter name: can't be prefixed with \"ssm\" (case-insensitive). If formed as a path, it "
			            "can consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and .-_"));
	}
	if (str_has(name, STR("/")) && !str_starts(name, STR("/")))
		return fail(c, "ValidationException", STR("Parameter name must be a fully qualified name."));
	if (str_starts(name, STR("/aws/")) || str_starts(name, STR("aws")) || str_starts(name, STR("ssm")))
		return fail(c, "ValidationException", STR("Parameter name: can't be prefixed with \"aws\" or \"ssm\" (case-insensitive)."));
	if (levels > LEVELS_MAX || name.n > NAME_MAX_BYTES)
		return fail(c, "HierarchyLevelLimitExceededException", STR("A hierarchy can have a maximum of 15 levels."));
	return 0;
}

/* The one that would have to go for another. */
static bool oldest_is_labelled(const Parameter *p)
{
	const Value *v = p->newest;
	int n = 1;

	for (; v->next; v = v->next)
		n++;
	return n == VERSIONS_MAX && v->labels;
}

static int check_put(SimCall *c, const SsmPutIn *in, const Parameter *p)
{
	size_t most = str_is(in->tier, "Advanced") || str_is(in->tier, "Intelligent-Tiering") ? ADVANCED_MAX : STANDARD_MAX;

	if (check_name(c, in->name) < 0)
		return -1;
	if (in->type.n && !str_is(in->type, "String") && !str_is(in->type, "StringList") && !str_is(in->type, "SecureString"))
		return fail(c, "UnsupportedParameterType", arena_printf(c->arena, "%.*s is not a supported parameter type", STR_ARG(in->type)));
	if (!p && !in->type.n)
		return fail(c, "ValidationException", STR("A parameter type is required when you create a parameter."));
	if (p && !in->overwrite)
		return fail(c, "ParameterAlreadyExists", STR("The parameter already exists. To overwrite this value, set the overwrite option in the "
		            "request to true."));
	if (p && in->type.n && !str_eq(p->type, in->type))
		return fail(c, "HierarchyTypeMismatchException", STR("Parameter Store does not support changing the type of a parameter."));
	if (p && oldest_is_labelled(p))
		return fail(c, "ParameterMaxVersionLimitExceeded", arena_printf(c->arena, "You attempted to create a new version of %.*s by calling the "
		            "PutParameter API with the overwrite flag. Version 1, the oldest version, can't be deleted because it has a label associated "
		            "with it. Move the label to another version of the parameter, and try again.", STR_ARG(p->name)));
	if (in->allowed_pattern.n)
		return fail(c, "InvalidAllowedPatternException", STR("Patterns are not served by the simulated region."));
	if (in->value.n > most)
		return fail(c, "ValidationException", arena_printf(c->arena, "%s tier parameters support a maximum parameter value of %zu characters.",
		            most == STANDARD_MAX ? "Standard" : "Advanced", most));
	return 0;
}

static int put_parameter(SimCall *c, const void *input, void *output)
{
	const SsmPutIn *in = input;
	SsmPutOut *out = output;
	SsmState *st = state_of(c->sim);
	Parameter *p = find(st, in->name);

	if (check_put(c, in, p) < 0)
		return -1;
	if (!p)
		p = add(c->sim, st, in->name, in->type);
	if (in->data_type.n)
		p->data_type = arena_str(sim_keep(c->sim), in->data_type);
	if (in->value.n > STANDARD_MAX || str_is(in->tier, "Advanced"))
		p->tier = STR("Advanced");
	set(c->sim, p, in->value, c->now_ms);
	*out = (SsmPutOut){ p->newest->version, p->tier };
	return 0;
}

static const SimRow rows[] = {
	{ &op_ssm_get_parameter, get_parameter, NULL }, { &op_ssm_get_parameters_by_path, by_path, NULL },
	{ &op_ssm_put_parameter, put_parameter, NULL }, { &op_ssm_get_parameter_history, history, NULL },
	{ &op_ssm_label_parameter_version, label_version, NULL },
};
const SimTable sim_ssm = SIM_TABLE(rows);
