#include "app/known_good.h"

#include "model/agent_name.h"
#include "store/change.h"

enum { MOVES_MAX = 200 };
static const int64_t day_ms = 86400000;

typedef struct Search {
	Store *s;
	Str agent, pointer, from;
	const GoodRule *rule;
	Arena *a;
	CostGroup *version; size_t versions;         /* "AGENT@VERSION" */
	AgentVersionRow *row; size_t rows;
	Change *move; size_t moves;
} Search;

static const CostGroup *served(const Search *x, Str version)
{
	Str key = arena_printf(x->a, "%.*s@%.*s", STR_ARG(x->agent), STR_ARG(version));

	for (size_t i = 0; i < x->versions; i++)
		if (str_eq(x->version[i].key, key))
			return &x->version[i];
	return NULL;
}

bool good_status(Str status)
{
	static const char *const no[] = { "draft", "rejected", "deprecated", "rolled_back" };

	for (size_t k = 0; k < sizeof no / sizeof *no; k++)
		if (str_is(status, no[k]))
			return false;
	return true;
}

static bool is_ruled_out(const Search *x, Str version)
{
	for (size_t i = 0; i < x->rows; i++)
		if (str_eq(x->row[i].agent, x->agent) && str_eq(x->row[i].version, version) && !good_status(x->row[i].status))
			return true;
	return false;
}

static int64_t failed_permille(const Sums *s)
{
	int64_t ended = s->failed + s->succeeded;

	return ended ? s->failed * 1000 / ended : 0;
}

bool good_enough(const Sums *s, const GoodRule *rule)
{
	return s->jobs >= rule->min_jobs && failed_permille(s) < rule->most_failed_permille;
}

static bool proved(const Search *x, Str version, const CostGroup **g)
{
	*g = version.n && !str_eq(version, x->from) && !is_ruled_out(x, version) ? served(x, version) : NULL;
	return *g && good_enough(&(*g)->s, x->rule);
}

/* A route of several is one of its parts here: the first, as "3.1:90 3.2:10" begins. */
static Str main_of(Str value)
{
	Str rest;

	return str_cut(str_cut(value, ' ', &rest), ':', &rest);
}

/* The newest move that led away from a version which has proved itself. */
static Str left_last(const Search *x, const CostGroup **g, int64_t *at_ms)
{
	for (size_t i = 0; i < x->moves; i++) {
		Str version = main_of(x->move[i].from);

		if (x->move[i].kind != CHANGE_POINTER || !str_eq(x->move[i].object, x->pointer) || !proved(x, version, g))
			continue;
		*at_ms = x->move[i].time_ms;
		return version;
	}
	return STR("");
}

static Str served_most(const Search *x, const CostGroup **best)
{
	Str prefix = arena_printf(x->a, "%.*s@", STR_ARG(x->agent)), to = STR("");
	const CostGroup *g;

	*best = NULL;
	for (size_t i = 0; i < x->versions; i++) {
		Str version;

		if (!str_starts(x->version[i].key, prefix))
			continue;
		version = str_sub(x->version[i].key, prefix.n, x->version[i].key.n);
		if (proved(x, version, &g) && (!*best || g->s.jobs > (*best)->s.jobs)) {
			*best = g;
			to = version;
		}
	}
	return to;
}

/* As its jobs spell it. */
static void as_jobs_say(Search *x)
{
	for (size_t i = 0; i < x->versions; i++) {
		Str rest, name = str_cut(x->version[i].key, '@', &rest);

		if (agent_same_name(name, x->agent)) {
			x->agent = name;
			return;
		}
	}
}

static int read_all(Search *x, int64_t now_ms, Err *e)
{
	int64_t from_ms = now_ms - x->rule->days * day_ms;

	if (store_cost(x->s, DIM_VERSION, from_ms, 0, x->a, &x->version, &x->versions, e) < 0 || store_agents(x->s, x->a, &x->row, &x->rows, e) < 0)
		return -1;
	as_jobs_say(x);
	return store_changes(x->s, from_ms, 0, MOVES_MAX, x->a, &x->move, &x->moves, e);
}

static Str proof_text(const Search *x, const CostGroup *g)
{
	const long long permille = failed_permille(&g->s);

	return arena_printf(x->a, "%lld jobs in %lld days, %lld.%lld %% failed", (long long)g->s.jobs, (long long)x->rule->days, permille / 10,
	                    permille % 10);
}

int known_good_proof(Store *s, Str agent, Str version, const GoodRule *rule, int64_t now_ms, Arena *a, Str *evidence, Err *e)
{
	Search x = { .s = s, .agent = agent, .rule = rule, .a = a };
	const CostGroup *g;

	*evidence = STR("");
	if (read_all(&x, now_ms, e) < 0)
		return -1;
	if (proved(&x, version, &g))
		*evidence = proof_text(&x, g);
	return 0;
}

int known_good(Store *s, Str agent, Str pointer, Str from, const GoodRule *rule, int64_t now_ms, Arena *a, Str *to, Str *evidence, Err *e)
{
	Search x = { .s = s, .agent = agent, .pointer = pointer, .from = from, .rule = rule, .a = a };
	const CostGroup *g = NULL;
	const char *source = "it left the pointer last";
	int64_t at_ms = 0;

	if (read_all(&x, now_ms, e) < 0)
		return -1;
	if (!(*to = left_last(&x, &g, &at_ms)).n) {
		source = "no move is on record; of those that served it has most jobs";
		*to = served_most(&x, &g);
	}
	if (!to->n)
		return err_kind(e, ERR_USAGE, "no version of %.*s but %.*s has served %lld jobs in %lld days with fewer than %lld.%lld %% failed, as far as "
		                "this snapshot knows", STR_ARG(agent), STR_ARG(from), (long long)rule->min_jobs,
		                (long long)rule->days, (long long)rule->most_failed_permille / 10, (long long)rule->most_failed_permille % 10);
	*to = arena_str(a, *to);
	*evidence = arena_printf(a, "%.*s; %s", STR_ARG(proof_text(&x, g)), source);
	return 0;
}
