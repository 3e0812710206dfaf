/* AgentCore's A/B tests: what divides a gateway's traffic between two variants. A test of an agent is one whose name begins with the
 * agent's, or the one that is named. */
#include "act/move_own.h"

#include "api/agentcore.h"
#include "api/agentcore_data.h"

enum { PAGE = 100, PAGES = 50 };

typedef struct Search { Str token; int pages; } Search;

static void ask_tests(Move *m);

static bool is_of_agent(const Move *m, Str test)
{
	Str agent = m->ask.agent;

	if (m->ask.pointer.n)
		return true;                     /* move_add looks */
	if (test.n < agent.n || (test.n > agent.n && test.p[agent.n] != '_' && test.p[agent.n] != '-'))
		return false;
	for (size_t i = 0; i < agent.n; i++)
		if (test.p[i] != agent.p[i] && !(test.p[i] == '_' && agent.p[i] == '-'))
			return false;
	return true;
}

static void on_tests(Move *m, const void *out, const AwsError *err)
{
	const AcTests *page = out;
	Search *s = m->search;

	if (err) {
		move_found(m, err);
		return;
	}
	for (size_t i = 0; i < page->tests.n; i++)
		if (is_of_agent(m, page->tests.v[i].name))
			move_add(m, &backend_ab_tests, page->tests.v[i].id, m->ask.agent, page->tests.v[i].arn, page->tests.v[i].name);
	s->token = move_keep(m, page->next_token);
	if (s->token.n && ++s->pages < PAGES)
		ask_tests(m);
	else
		move_found(m, NULL);
}

static void ask_tests(Move *m)
{
	AcListIn in = { .max = PAGE, .next_token = ((Search *)m->search)->token };

	move_call(m, &op_agentcore_list_ab_tests, &in, on_tests);
}

static void find(Move *m)
{
	m->search = ARENA_NEW(&m->arena, Search);
	ask_tests(m);
}

static Route variants(Move *m, const AcTest *t)
{
	RoutePart *p = ARENA_ARRAY(&m->arena, RoutePart, t->variants.n + 1);

	for (size_t i = 0; i < t->variants.n; i++)
		p[i] = (RoutePart){ move_keep(m, t->variants.v[i].name), t->variants.v[i].weight };
	return (Route){ p, t->variants.n };
}

static void on_read(Move *m, const void *out, const AwsError *err)
{
	static const struct { const char *execution, *word; } words[] = {
		{ "RUNNING", "running" }, { "PAUSED", "paused" }, { "STOPPED", "stopped" }, { "NOT_STARTED", "not started" } };
	const AcTest *t = out;

	if (err) {
		move_read(m, err);
		return;
	}
	m->now = (PointerState){ .status = move_keep(m, t->status), .routes = variants(m, t), .live = STR("C and T1"),
	                         .why = t->errors.n ? move_keep(m, t->errors.v[0]) : STR(""), .word = move_keep(m, t->execution),
	                         .failed = str_ends(t->status, STR("FAILED")),
	                         .settled = str_is(t->status, "ACTIVE") || str_ends(t->status, STR("FAILED")) };
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (str_is(t->execution, words[i].execution))
			m->now.word = str_of(words[i].word);
	move_read(m, NULL);
}

static void look(Move *m)
{
	AcTestIn in = { .id = m->v.agent };

	move_call(m, &op_agentcore_get_ab_test, &in, on_read);
}

static void on_set(Move *m, const void *out, const AwsError *err)
{
	(void)out;
	deed_asked(m, err);
}

void ab_test_set(Move *m)
{
	char token[UUID_TEXT];
	AcTestUpdateIn in = { .id = m->v.agent, .execution = str_is(m->v.becomes, "paused") ? STR("PAUSED") : STR("RUNNING") };

	move_uuid(token);
	in.token = str_of(token);
	move_call(m, &op_agentcore_update_ab_test, &in, on_set);
}

static bool place(Move *m, Str key)
{
	m->v.agent = m->v.name = m->v.pointer_name = place_behind(m, key, ":ab-test/");
	return m->v.agent.n > 0;
}

const Backend backend_ab_tests = { "agentcore", "A/B test", false, false, find, look, NULL, place, false };
