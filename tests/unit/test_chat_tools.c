/* Tools of the playground's engine: what an answer that uses some leads to, before anything is asked again. */
#include "unit.h"

#include "base/xalloc.h"
#include "chat/own.h"

#define WEATHER "{\"type\":\"object\",\"properties\":{\"city\":{\"type\":\"string\"}},\"required\":[\"city\"]}"

typedef struct Ran { int n; unsigned serial; char name[64], input[64]; } Ran;

static void run_tool(void *arg, size_t column, unsigned serial, size_t use, Str name, Str input)
{
	Ran *r = arg;

	(void)column;
	(void)use;
	r->n++;
	r->serial = serial;
	(void)snprintf(r->name, sizeof r->name, "%.*s", STR_ARG(name));
	(void)snprintf(r->input, sizeof r->input, "%.*s", STR_ARG(input));
}

static Chat *chat_of(Ran *ran, int64_t steps, const char *forced)
{
	const ChatTool tools[] = { { STR("weather"), STR("of a city"), STR(WEATHER) }, { STR("time"), STR(""), STR("{\"type\":\"object\"}") } };
	Chat *c = chat_new(&(ChatHost){ .run_tool = ran ? run_tool : NULL, .arg = ran, .tool_steps = steps });
	Err e = { 0 };

	assert_int_equal(chat_set_tools(c, tools, 2, str_of(forced), &e), 0);
	return c;
}

static void use(ChatStep *s, const char *id, const char *name, const char *input)
{
	ConversePart *p;

	VEC_GROW(s->said.part, s->said.cap, s->said.parts + 1);
	p = &s->said.part[s->said.parts++];
	*p = (ConversePart){ .kind = CONVERSE_TOOL, .block = (int64_t)s->said.parts };
	(void)buf_puts(&p->id, id);
	(void)buf_puts(&p->name, name);
	(void)buf_puts(&p->text, input);
	(void)snprintf(s->said.stop_reason, sizeof s->said.stop_reason, "tool_use");
}

static ChatTurn *answered(Chat *c)
{
	ChatTurn *t = turn_add(&c->column[0], STR("how is it?"));

	t->state = TURN_DONE;
	(void)turn_step(t);
	return t;
}

static void they_run_and_are_waited_for(void **state)
{
	Ran ran = { 0 };
	Chat *c = chat_of(&ran, 8, "");
	ChatTurn *t = answered(c);

	(void)state;
	use(&t->step[0], "1", "weather", "{\"city\":\"Kyoto\"}");
	use(&t->step[0], "2", "time", "");
	assert_true(tools_begin(c, &c->column[0]));
	assert_int_equal(ran.n, 2);
	assert_string_equal(ran.name, "time");
	assert_string_equal(ran.input, "{}");
	assert_int_equal(t->state, TURN_TOOLS);
	assert_true(chat_busy(c));
	chat_tool_result(c, 0, ran.serial, 0, STR("rain"), false);
	chat_tool_result(c, 0, ran.serial, 0, STR("sun"), false);              /* a second answer is none */
	chat_tool_result(c, 0, ran.serial, 7, STR("x"), false);
	chat_tool_result(c, 0, ran.serial + 1, 1, STR("x"), false);            /* of other tools */
	chat_tool_result(c, 3, ran.serial, 1, STR("x"), false);
	assert_true(t->state == TURN_TOOLS && t->step[0].result[0].here && !t->step[0].result[1].here);
	assert_string_equal(buf_cstr(&t->step[0].result[0].content), "rain");
	chat_cancel(c);
	assert_int_equal(t->state, TURN_CANCELLED);
	chat_tool_result(c, 0, ran.serial, 1, STR("late"), false);             /* and after it was cancelled */
	assert_true(t->state == TURN_CANCELLED && !t->step[0].result[1].here && !chat_busy(c));
	chat_free(c);
}

/* Parameters that do not fit never reach a tool; the model is told why. */
static void parameters_are_checked(void **state)
{
	Ran ran = { 0 };
	Chat *c = chat_of(&ran, 8, "");
	ChatTurn *t = answered(c);

	(void)state;
	use(&t->step[0], "1", "weather", "{\"city\":7}");
	use(&t->step[0], "2", "rm", "{}");
	use(&t->step[0], "3", "weather", "{\"city\":\"Oslo\"}");
	assert_true(tools_begin(c, &c->column[0]));
	assert_int_equal(ran.n, 1);
	assert_string_equal(ran.input, "{\"city\":\"Oslo\"}");
	assert_true(t->step[0].result[0].error && t->step[0].result[1].error && !t->step[0].result[2].here);
	assert_non_null(strstr(buf_cstr(&t->step[0].result[0].content), "/city"));
	assert_string_equal(buf_cstr(&t->step[0].result[1].content), "there is no tool rm");
	assert_non_null(strstr(t->step[0].misfit, "/city"));
	chat_free(c);
}

static void a_loop_ends_at_the_cap(void **state)
{
	Ran ran = { 0 };
	Chat *c = chat_of(&ran, 3, "");
	ChatTurn *t = answered(c);

	(void)state;
	(void)turn_step(t);
	(void)turn_step(t);
	for (int i = 0; i < 3; i++) {
		use(&t->step[i], "1", "time", "{}");
		t->step[i].priced = true;
		t->step[i].nusd = 1000 + i;
	}
	assert_true(tools_begin(c, &c->column[0]));
	assert_int_equal(ran.n, 0);
	assert_int_equal(t->state, TURN_FAILED);
	assert_non_null(strstr(t->why, "tool_steps"));
	chat_free(c);
}

/* What a forced tool is given is the answer: nobody runs it, and whether it fits is said. */
static void an_answer_in_a_form(void **state)
{
	Ran ran = { 0 };
	Chat *c = chat_of(&ran, 8, "weather");
	ChatTurn *t = answered(c);
	Str forced;

	(void)state;
	assert_true(chat_tools(c, &forced) == 2 && str_is(forced, "weather"));
	use(&t->step[0], "1", "weather", "{\"city\":\"Kyoto\"}");
	assert_false(tools_begin(c, &c->column[0]));
	assert_true(t->state == TURN_DONE && !ran.n && !t->step[0].misfit[0]);
	t = answered(c);
	use(&t->step[0], "1", "weather", "{\"town\":\"Kyoto\"}");
	assert_false(tools_begin(c, &c->column[0]));
	assert_non_null(strstr(t->step[0].misfit, "city"));
	chat_free(c);
}

/* A conversation goes on behind such an answer: each use has a result, in the message of the next question. */
static void it_goes_on(void **state)
{
	Chat *c = chat_of(NULL, 8, "weather");
	ChatTurn *t = answered(c);
	Arena a = { 0 };
	ConverseIn in;
	int64_t bytes;
	Err e = { 0 };

	(void)state;
	use(&t->step[0], "one", "weather", "{\"city\":\"Kyoto\"}");
	(void)turn_add(&c->column[0], STR("and Oslo?"));
	assert_int_equal(request_make(c, &c->column[0], &a, &in, &bytes, &e), 0);
	assert_int_equal(in.messages.n, 3);
	assert_int_equal(in.messages.v[2].content.n, 2);
	assert_true(str_is(in.messages.v[2].content.v[0].tool_result.id, "one") && str_is(in.messages.v[2].content.v[1].text, "and Oslo?"));
	assert_true(in.tools.tools.n == 2 && str_is(in.tools.choice.tool.name, "weather"));
	/* Without tools the service takes no uses of them: they are told in words. */
	assert_int_equal(chat_set_tools(c, NULL, 0, STR(""), &e), 0);
	assert_int_equal(request_make(c, &c->column[0], &a, &in, &bytes, &e), 0);
	assert_int_equal(in.tools.tools.n, 0);
	assert_true(!in.messages.v[1].content.v[0].tool_use.name.n && !in.messages.v[2].content.v[0].tool_result.id.n);
	assert_true(str_is(in.messages.v[1].content.v[0].text, "(used weather: {\"city\":\"Kyoto\"})"));
	assert_true(str_is(in.messages.v[2].content.v[0].text, "(it gave: taken)"));
	arena_done(&a);
	chat_free(c);
}

static void wrong_schemas(void **state)
{
	const ChatTool bad = { STR("x"), STR(""), STR("{\"type\":7}") };
	Chat *c = chat_of(NULL, 8, "");
	Str forced;
	Err e = { 0 };

	(void)state;
	assert_int_equal(chat_set_tools(c, &bad, 1, STR(""), &e), -1);
	assert_non_null(strstr(e.text, "the schema of the tool x"));
	assert_int_equal(chat_tools(c, &forced), 0);
	assert_int_equal(chat_set_tools(c, NULL, CHAT_TOOLS + 1, STR(""), &e), -1);
	chat_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(they_run_and_are_waited_for), cmocka_unit_test(parameters_are_checked), cmocka_unit_test(a_loop_ends_at_the_cap),
		cmocka_unit_test(an_answer_in_a_form), cmocka_unit_test(it_goes_on), cmocka_unit_test(wrong_schemas),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
