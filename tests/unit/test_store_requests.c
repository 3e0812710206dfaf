/* Calls by request id: items, the application's lines and records of Bedrock's own log tell of the same calls, in any order and any
 * batches, and each is booked once, by what knows it best. */
#include "unit.h"

#include "store_unit.h"

enum { JOBS = 40, CALLS = 3, LONE = 25, FACTS = 600 };

typedef struct Truth { int64_t nusd, calls; } Truth;

static Fact fact[FACTS];
static size_t facts;
static char text[FACTS][2][40];
static CostLines none;

static Str name(const char *what, int a, int b, int slot)
{
	(void)snprintf(text[facts][slot], sizeof text[facts][slot], "%s%d-%d", what, a, b);
	return str_of(text[facts][slot]);
}

static LogLine *add_line(LineKind kind, int64_t at)
{
	Fact *f = &fact[facts];

	*f = (Fact){ .line = { .kind = kind, .event_ms = at, .level = STR("info"), .model = STR("fix.large"), .has_tokens = true, .text = STR("{}") } };
	return &f->line;
}

static Tokens tokens(void)
{
	return (Tokens){ .input = 1 + dice(5000), .output = 1 + dice(500) };
}

/* The application's line and Bedrock's record of one call, each only by chance. Returns what is known of the call. */
static void add_call(int job, int k, Str job_id, bool cost, bool logged)
{
	int64_t at = fleet_start + (int64_t)dice(7000000);
	LogLine *l;

	if (cost) {
		l = add_line(LINE_COST, at);
		l->event_id = name("c", job, k, 0);
		l->request_id = name("r", job, k, 1);
		l->job_id = job_id;
		l->tenant = STR("acme");
		l->tokens = tokens();
		facts++;
	}
	if (logged) {
		l = add_line(LINE_INVOCATION, at + 5);
		l->event_id = name("i", job, k, 0);
		l->request_id = name("r", job, k, 1);
		l->tokens = tokens();
		facts++;
	}
}

static void make(void)
{
	static char id[JOBS][16];

	for (int j = 0; j < JOBS; j++) {
		int calls = 1 + (int)dice(CALLS);
		Fact *f = &fact[facts];

		(void)snprintf(id[j], sizeof id[j], "job%d", j);
		*f = (Fact){ .is_job = true, .job = { .id = str_of(id[j]), .tenant = STR("acme"), .persona = STR("p"), .agent = STR("a"), .version = STR("1"),
		             .model = STR("fix.large"), .status = STR("succeeded"), .state = JOB_SUCCEEDED, .has_tokens = dice(2), .tokens = tokens(),
		             .request_id = dice(3) ? name("r", j, calls - 1, 1) : STR(""), .started_ms = fleet_start + (int64_t)dice(3000000),
		             .updated_ms = fleet_start + 9000000 } };
		if (!f->job.has_tokens)
			f->job.tokens = (Tokens){ 0 };
		facts++;
		for (int k = 0; k < calls; k++)
			add_call(j, k, str_of(id[j]), dice(4) > 0, dice(3) > 0);
	}
	for (int j = 0; j < LONE; j++)
		add_call(1000 + j, 0, STR(""), dice(2), dice(2));
	/* What is logged twice with two event ids is one call all the same. */
	for (size_t i = 0, n = facts; i < n; i += 7) {
		if (fact[i].is_job)
			continue;
		fact[facts] = fact[i];
		fact[facts].line.event_id = name("again", (int)i, 0, 0);
		fact[facts].line.event_ms += 1;
		facts++;
	}
}

/* To which job the request id leads: of the application's lines, else of an item. -1: to none. */
static int job_of(Str request)
{
	for (size_t i = 0; request.n && i < facts; i++)
		if (!fact[i].is_job && fact[i].line.job_id.n && str_eq(fact[i].line.request_id, request))
			for (size_t k = 0; k < facts; k++)
				if (fact[k].is_job && str_eq(fact[k].job.id, fact[i].line.job_id))
					return (int)k;
	for (size_t k = 0; request.n && k < facts; k++)
		if (fact[k].is_job && str_eq(fact[k].job.request_id, request))
			return (int)k;
	return -1;
}

static void book_of(const Job *job, LogLine *v, size_t n, Truth *t)
{
	CostLines sum = none;
	Booking b;

	n = ledger_calls(v, n);
	for (size_t i = 0; i < n; i++)
		cost_lines_add(&sum, &v[i], &fleet_prices);
	ledger_book(job, n || !job ? &sum : NULL, &fleet_prices, LEDGER_COMPUTED, &b);
	t->nusd += b.nusd;
	t->calls++;
}

/* Worked out from all facts at once, without a store. */
static Truth truth(void)
{
	LogLine v[FACTS];
	Truth t = { 0 };
	bool taken[FACTS] = { false };

	for (size_t k = 0; k < facts; k++) {
		size_t n = 0;

		if (!fact[k].is_job)
			continue;
		for (size_t i = 0; i < facts; i++)
			if (!fact[i].is_job && job_of(fact[i].line.request_id) == (int)k) {
				v[n++] = fact[i].line;
				taken[i] = true;
			}
		book_of(&fact[k].job, v, n, &t);
	}
	for (size_t k = 0; k < facts; k++) {
		size_t n = 0;

		if (fact[k].is_job || taken[k])
			continue;
		for (size_t i = 0; i < facts; i++)
			if (!fact[i].is_job && !taken[i] && str_eq(fact[i].line.request_id, fact[k].line.request_id)) {
				v[n++] = fact[i].line;
				taken[i] = true;
			}
		book_of(NULL, v, n, &t);
	}
	return t;
}

static void apply_some(Store *s, const Fact *v, size_t n, bool requests)
{
	StoreBatch b = batch_of(v, n);

	b.requests = requests;
	MUST(store_apply(s, &b, NULL, e));
}

static void compare_totals(Store *s)
{
	Truth t = truth();
	Arena a = { 0 };
	CostGroup *g;
	size_t n;

	MUST(store_cost(s, DIM_ALL, 0, 0, &a, &g, &n, e));
	assert_int_equal(n, 1);
	assert_int_equal(g[0].s.jobs, t.calls);
	assert_int_equal(g[0].s.nusd, t.nusd);
	arena_done(&a);
}

static void each_call_once_in_any_order(void **state)
{
	static Fact v[FACTS];
	char *first = NULL;

	(void)state;
	for (int turn = 0; turn < 60; turn++) {
		Err no = { 0 };
		Store *s = store_open_memory("requests", STORE_WRITE, &no);
		char *now;

		memcpy(v, fact, sizeof v);
		if (turn)
			shuffle(v, facts);
		for (size_t i = 0, n; i < facts; i += n) {
			n = 1 + dice(turn % 3 ? 40 : 3);
			n = n < facts - i ? n : facts - i;
			apply_some(s, v + i, n, true);
			if (dice(4) == 0)
				apply_some(s, v + i, n, true);         /* the same again changes nothing */
		}
		compare_totals(s);
		now = export(s);
		if (!first)
			first = now;
		else {
			assert_string_equal(now, first);
			free(now);
		}
		store_close(s);
	}
	free(first);
}

/* A store that filled before anybody asked for Bedrock's log finds its calls when the records come. */
static void records_that_come_to_an_older_store(void **state)
{
	Err no = { 0 };
	Store *s = store_open_memory("older", STORE_WRITE, &no);

	(void)state;
	for (size_t i = 0; i < facts; i++)
		if (fact[i].is_job || fact[i].line.kind == LINE_COST)
			apply_some(s, &fact[i], 1, false);
	for (size_t i = 0; i < facts; i++)
		if (!fact[i].is_job && fact[i].line.kind == LINE_INVOCATION)
			apply_some(s, &fact[i], 1, true);
	compare_totals(s);
	MUST(store_rebook(s, &fleet_prices, LEDGER_COMPUTED, e));
	compare_totals(s);
	store_close(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_call_once_in_any_order),
		cmocka_unit_test(records_that_come_to_an_older_store),
	};

	make();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
