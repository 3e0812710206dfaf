#include "unit.h"

#include "chat_unit.h"
#include "chat/record.h"

static ConversePart *add_part(ChatStep *s, ConverseKind kind, const char *text)
{
	VEC_GROW(s->said.part, s->said.cap, s->said.parts + 1);
	s->said.part[s->said.parts] = (ConversePart){ .kind = kind, .block = (int64_t)s->said.parts };
	(void)buf_puts(&s->said.part[s->said.parts].text, text);
	return &s->said.part[s->said.parts++];
}

/* A turn that has come to its end. said NULL: nothing was said. */
static ChatTurn *add_turn(Chat *c, const char *asked, TurnState state, const char *said)
{
	ChatTurn *t = turn_add(&c->column[0], str_of(asked));

	t->state = state;
	if (said)
		(void)add_part(turn_step(t), CONVERSE_TEXT, said);
	return t;
}

/* --- what is told --- */

/* "user: text / assistant: text …" of what would be asked. */
static void expect_told(Chat *c, const char *want)
{
	Arena a = { 0 };
	Buf got = { 0 };
	ConverseIn in;
	int64_t bytes, sum = (int64_t)c->column[0].system.n;
	Err e = { 0 };

	if (request_make(c, &c->column[0], &a, &in, &bytes, &e) < 0)
		fail_msg("%s", e.text);
	for (size_t i = 0; i < in.messages.n; i++) {
		const ConverseMessage *m = &in.messages.v[i];

		assert_true(str_is(m->role, i % 2 ? "assistant" : "user"));      /* they take turns, whatever has happened */
		assert_true(m->content.n > 0);
		(void)buf_printf(&got, "%s%.*s:", i ? " / " : "", STR_ARG(m->role));
		for (size_t k = 0; k < m->content.n; k++) {
			const ConverseBlock *b = &m->content.v[k];

			sum += (int64_t)(b->text.n + b->tool_use.input.n + b->tool_use.name.n + b->reasoning.text.text.n);
			if (b->text.n)
				(void)buf_printf(&got, " %.*s", STR_ARG(b->text));
			else if (b->tool_use.id.n)
				(void)buf_printf(&got, " use %.*s %.*s %.*s", STR_ARG(b->tool_use.id), STR_ARG(b->tool_use.name), STR_ARG(b->tool_use.input));
			else if (b->tool_result.id.n)
				(void)buf_printf(&got, " result %.*s %.*s %.*s", STR_ARG(b->tool_result.id), STR_ARG(b->tool_result.status),
				                 STR_ARG(b->tool_result.content.v[0].text));
			else
				(void)buf_printf(&got, " thought %.*s (%.*s)", STR_ARG(b->reasoning.text.text), STR_ARG(b->reasoning.text.signature));
			if (b->tool_result.id.n)
				sum += (int64_t)b->tool_result.content.v[0].text.n;
		}
	}
	assert_true(str_is(in.messages.v[in.messages.n - 1].role, "user"));
	assert_string_equal(buf_cstr(&got), want);
	assert_int_equal(bytes, sum);
	buf_done(&got);
	arena_done(&a);
}

static void what_the_model_is_told(void **state)
{
	Chat *c = chat_with((ChatHost){ 0 }, 1);

	(void)state;
	(void)add_turn(c, "one", TURN_ASKED, NULL);
	expect_told(c, "user: one");
	c->column[0].turn[0].state = TURN_DONE;
	(void)add_part(turn_step(&c->column[0].turn[0]), CONVERSE_TEXT, "first");
	(void)add_turn(c, "failed early", TURN_FAILED, NULL);
	(void)add_turn(c, "failed late", TURN_FAILED, "half an ans");
	(void)add_turn(c, "cancelled at once", TURN_CANCELLED, NULL);
	(void)add_turn(c, "cancelled", TURN_CANCELLED, "as far as it ca");
	(void)add_turn(c, "blank", TURN_DONE, " \n\n");
	(void)add_turn(c, "now", TURN_ASKED, NULL);
	expect_told(c, "user: one / assistant: first / user: cancelled / assistant: as far as it ca / user: now");
	chat_free(c);
}

static void instructions_and_limits_go_along(void **state)
{
	Chat *c = chat_with((ChatHost){ .max_tokens = 77 }, 1);
	Arena a = { 0 };
	ConverseIn in;
	int64_t bytes;
	Err e = { 0 };

	(void)state;
	chat_set_system(c, 0, STR("be brief"), STR("t@1"), STR("abc"));
	c->column[0].temperature = (OptNum){ .has = true, .v = 0.5 };
	(void)add_turn(c, "hi", TURN_ASKED, NULL);
	assert_int_equal(request_make(c, &c->column[0], &a, &in, &bytes, &e), 0);
	assert_true(str_is(in.model, "test.small") && in.system.n == 1 && str_is(in.system.v[0].text, "be brief"));
	assert_int_equal(in.limits.max_tokens, 77);
	assert_true(in.limits.temperature.has && in.limits.temperature.v == 0.5);
	assert_int_equal(bytes, 10);
	chat_set_system(c, 0, STR(""), STR(""), STR(""));
	assert_int_equal(request_make(c, &c->column[0], &a, &in, &bytes, &e), 0);
	assert_int_equal(in.system.n, 0);
	arena_done(&a);
	chat_free(c);
}

static ChatTurn *add_tools(Chat *c)
{
	ChatTurn *t = turn_add(&c->column[0], STR("look \"it\" up\n😀"));
	ChatStep *s = turn_step(t);
	ConversePart *p = add_part(s, CONVERSE_REASONING, "hm");

	t->state = TURN_DONE;
	t->asked_ms = INT64_C(1700000000123);
	t->first_ms = 40;
	t->total_ms = 1040;
	(void)buf_puts(&p->signature, "c2ln");
	p = add_part(s, CONVERSE_TOOL, "{\"q\":1}");
	(void)buf_puts(&p->id, "id-1");
	(void)buf_puts(&p->name, "find");
	(void)buf_puts(&p->type, "server_tool_use");
	p = add_part(s, CONVERSE_TOOL, "");
	(void)buf_puts(&p->id, "id-2");
	(void)buf_puts(&p->name, "list");
	s->result = xcalloc(2, sizeof *s->result);
	s->results = 2;
	(void)buf_puts(&s->result[0].content, "found \x1b[31m");
	s->result[1].error = true;
	(void)snprintf(s->said.stop_reason, sizeof s->said.stop_reason, "tool_use");
	s->said.has_stop = s->said.has_usage = s->priced = true;
	s->said.tokens = (Tokens){ 10, 20, 3, 4, 5 };
	s->nusd = 210000;
	s = turn_step(t);
	p = add_part(s, CONVERSE_TEXT, "it is there");
	(void)buf_puts(&p->citations, "{\"title\":\"x\"}");
	(void)snprintf(s->said.stop_reason, sizeof s->said.stop_reason, "end_turn");
	(void)snprintf(s->said.service_tier, sizeof s->said.service_tier, "flex");
	s->said.has_stop = true;
	s->said.latency_ms = 99;
	return t;
}

static void tools_and_their_results(void **state)
{
	const ChatTool find = { STR("find"), STR(""), STR("{}") };
	Chat *c = chat_with((ChatHost){ 0 }, 1);

	(void)state;
	buf_reset(&add_tools(c)->step[1].said.part[0].citations);
	(void)add_turn(c, "next", TURN_ASKED, NULL);
	/* Once no tool is offered, the service takes words only. */
	expect_told(c, "user: look \"it\" up\n😀 / assistant: thought hm (c2ln) (used find: {\"q\":1}) (used list: {}) / "
	               "user: (it gave: found \x1b[31m) (it gave: (nothing)) / assistant: it is there / user: next");
	assert_int_equal(chat_set_tools(c, &find, 1, STR(""), NULL), 0);
	expect_told(c, "user: look \"it\" up\n😀 / assistant: thought hm (c2ln) use id-1 find {\"q\":1} use id-2 list {} / "
	               "user: result id-1 success found \x1b[31m result id-2 error (nothing) / assistant: it is there / user: next");
	chat_free(c);
}

/* --- records --- */

static void write_record(Chat *c, Buf *out)
{
	Err e = { 0 };

	if (record_write(c, NULL, out, &e) < 0)
		fail_msg("%s", e.text);
}

static void a_record_comes_back_as_it_was(void **state)
{
	Chat *c = chat_with((ChatHost){ 0 }, 3), *back = chat_with((ChatHost){ 0 }, 4);
	Buf one = { 0 }, two = { 0 };
	const ChatTurn *t;
	Err e = { 0 };

	(void)state;
	chat_set_model(c, 1, STR("arn:aws:bedrock:us-east-1:111122223333:application-inference-profile/x"));
	chat_set_system(c, 0, STR("brief"), STR("offer@2"), STR("0123"));
	chat_set_values(c, 0, STR("{\"tenant\":\"acme\"}"));
	c->column[0].temperature = (OptNum){ .has = true, .v = 0.25 };
	add_tools(c)->warm_up = true;
	(void)snprintf(add_turn(c, "bad", TURN_FAILED, "ha")->why, CHAT_SENTENCE, "Bedrock is busy");
	(void)add_turn(c, "", TURN_CANCELLED, NULL);
	write_record(c, &one);
	if (record_read(back, buf_str(&one), &e) < 0)
		fail_msg("%s", e.text);
	assert_int_equal(chat_columns(back), 3);
	write_record(back, &two);
	assert_string_equal(buf_cstr(&one), buf_cstr(&two));
	t = &back->column[0].turn[0];
	assert_true(t->warm_up && t->first_ms == 40 && t->total_ms == 1040 && t->steps == 2 && t->step[0].results == 2);
	assert_true(str_is(buf_str(&t->step[0].said.part[0].signature), "c2ln") && t->step[0].result[1].error);
	assert_true(t->step[0].priced && !t->step[1].priced && t->step[0].said.tokens.cache_write_1h == 5);
	assert_int_equal(turn_speed(t), -1);
	assert_string_equal(back->column[0].turn[1].why, "Bedrock is busy");
	assert_string_equal(back->column[1].model, c->column[1].model);
	assert_string_equal(buf_cstr(&back->column[0].values), "{\"tenant\":\"acme\"}");
	buf_done(&one);
	buf_done(&two);
	chat_free(c);
	chat_free(back);
}

/* What was under way when it was kept has ended with that. */
static void an_answer_under_way_is_kept_as_cancelled(void **state)
{
	Chat *c = chat_with((ChatHost){ 0 }, 1);
	Buf out = { 0 };
	Err e = { 0 };

	(void)state;
	(void)add_turn(c, "one", TURN_STREAMING, "so fa");
	(void)add_turn(c, "two", TURN_ASKED, NULL);
	write_record(c, &out);
	assert_int_equal(record_read(c, buf_str(&out), &e), 0);
	assert_int_equal(c->column[0].turn[0].state, TURN_CANCELLED);
	assert_int_equal(c->column[0].turn[1].state, TURN_CANCELLED);
	expect_told(c, "user: one / assistant: so fa / user: two");
	buf_done(&out);
	chat_free(c);
}

static void hide_digits(void *arg, Str text, Buf *out)
{
	(void)arg;
	for (size_t i = 0; i < text.n; i++)
		(void)buf_putc(out, text.p[i] >= '0' && text.p[i] <= '9' ? '#' : text.p[i]);
}

static void every_text_is_masked(void **state)
{
	Chat *c = chat_with((ChatHost){ 0 }, 1);
	ChatTurn *t = add_turn(c, "card 4111\nsecond", TURN_FAILED, "is 4111");
	ConversePart *p = add_part(&t->step[0], CONVERSE_TOOL, "{\"n\":4111}");
	Buf out = { 0 };
	Err e = { 0 };

	(void)state;
	(void)buf_puts(&p->id, "i");
	(void)buf_puts(&p->name, "n");
	t->step[0].result = xcalloc(1, sizeof *t->step[0].result);
	t->step[0].results = 1;
	(void)buf_puts(&t->step[0].result[0].content, "4111");
	(void)snprintf(t->why, sizeof t->why, "4111 is no answer");
	chat_set_system(c, 0, STR("4111"), STR(""), STR(""));
	assert_int_equal(record_write(c, &(RecordMask){ hide_digits, NULL }, &out, &e), 0);
	assert_null(strstr(buf_cstr(&out), "4111"));
	assert_non_null(strstr(buf_cstr(&out), "card ####"));
	buf_reset(&out);
	record_title(c, &(RecordMask){ hide_digits, NULL }, 60, &out);
	assert_string_equal(buf_cstr(&out), "card ####");
	buf_done(&out);
	chat_free(c);
}

static void titles(void **state)
{
	Chat *c = chat_with((ChatHost){ 0 }, 1);
	Buf out = { 0 };

	(void)state;
	record_title(c, NULL, 5, &out);
	assert_int_equal(out.n, 0);
	(void)add_turn(c, "\n  aéé b\nsecond", TURN_DONE, "x");
	record_title(c, NULL, 60, &out);
	assert_string_equal(buf_cstr(&out), "aéé b");
	buf_reset(&out);
	record_title(c, NULL, 4, &out);                    /* within the second é */
	assert_string_equal(buf_cstr(&out), "aé");
	buf_done(&out);
	chat_free(c);
}

static void refused(Chat *c, Str json)
{
	Err e = { 0 };

	assert_int_equal(record_read(c, json, &e), -1);
	assert_non_null(strstr(e.text, "a kept conversation cannot be read"));
	assert_int_equal(chat_columns(c), 1);
	assert_int_equal(chat_column(c, 0)->turns, 0);
	assert_string_equal(chat_column(c, 0)->model, "");
}

static void torn_records(void **state)
{
	Chat *c = chat_with((ChatHost){ 0 }, 2), *back = chat_with((ChatHost){ 0 }, 2);
	Buf out = { 0 };

	(void)state;
	(void)add_tools(c);
	write_record(c, &out);
	for (size_t n = 0; n < out.n; n++)
		refused(back, (Str){ out.p, n });
	buf_done(&out);
	chat_free(c);
	chat_free(back);
}

#define COLUMN(turns) "{\"columns\":[{\"model\":\"m\",\"label\":\"\",\"sha256\":\"\",\"system\":\"\",\"turns\":[" turns "]}]}"
#define TURN(state, more) "{\"asked\":\"q\",\"state\":\"" state "\",\"why\":\"\",\"askedMs\":1,\"firstMs\":1,\"totalMs\":" more ",\"warmUp\":false,\"steps\":[]}"
#define STEP(tokens, parts) "{\"asked\":\"q\",\"state\":\"done\",\"askedMs\":1,\"firstMs\":1,\"totalMs\":2,\"warmUp\":false,\"steps\":[{\"counted\":true," \
	"\"tokens\":{\"input\":" tokens ",\"output\":1,\"cacheRead\":0,\"cacheWrite5m\":0,\"cacheWrite1h\":0},\"latencyMs\":1,\"nanoUsd\":1," \
	"\"parts\":[" parts "],\"results\":[]}]}"

static void hostile_records(void **state)
{
	static const char *const bad[] = {
		"", "null", "[]", "{}", "{\"columns\":{}}", "{\"columns\":[]}", "{\"columns\":[1]}", "{\"columns\":[{},{},{},{},{}]}",
		COLUMN("1"), COLUMN("{}"), COLUMN(TURN("odd", "2")), COLUMN(TURN("", "2")), COLUMN(TURN("done", "\"2\"")),
		COLUMN(TURN("done", "9223372036854775807")), COLUMN(TURN("done", "-9223372036854775808")), COLUMN(STEP("1e30", "")),
		COLUMN(STEP("9223372036854775807", "")), COLUMN(STEP("-2", "")), COLUMN(STEP("1", "{\"kind\":\"video\"}")), COLUMN(STEP("1", "{}")),
		COLUMN(STEP("1", "{\"kind\":\"text\",\"text\":7}")),
	};
	Chat *c = chat_with((ChatHost){ 0 }, 4);
	Buf deep = { 0 };
	Err e = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		refused(c, str_of(bad[i]));
	for (int i = 0; i < 100000; i++)
		(void)buf_puts(&deep, "{\"columns\":[");
	refused(c, buf_str(&deep));
	buf_done(&deep);
	assert_int_equal(record_read(c, STR(COLUMN(TURN("done", "2") "," STEP("1", "{\"kind\":\"text\",\"text\":\"t\"}"))), &e), 0);
	assert_int_equal(chat_column(c, 0)->turns, 2);
	chat_free(c);
}

/* --- limits --- */

static void the_limit_of_a_minute(void **state)
{
	Chat *c = chat_with((ChatHost){ .requests_per_minute = 10 }, 1);
	Err e = { 0 };

	(void)state;
	for (int i = 0; i < 4; i++)
		chat_note_sent(c, false, 100000);
	for (int i = 0; i < 4; i++)
		chat_note_sent(c, false, 130000);
	assert_int_equal(chat_may_send(c, 2, 131000, &e), 0);
	assert_int_equal(chat_may_send(c, 4, 131000, &e), -1);
	assert_int_equal(e.kind, ERR_REFUSED);
	assert_string_equal(e.text, "8 of 10 requests a minute are used (requests_per_minute); again in 30 s");
	assert_int_equal(chat_may_send(c, 4, 159999, &e), -1);
	assert_int_equal(chat_may_send(c, 4, 160000, &e), 0);
	assert_int_equal(chat_may_send(c, 11, 400000, &e), -1);      /* never */
	assert_non_null(strstr(e.text, "11 columns are more than requests_per_minute allows (10): drop some, or raise it"));
	c->host.requests_per_minute = 0;
	assert_int_equal(chat_may_send(c, 4, 131000, &e), 0);
	c->host.requests_per_minute = 1000;
	for (int i = 0; i < 5000; i++)
		chat_note_sent(c, false, 500000);
	assert_int_equal(chat_may_send(c, 1, 500001, &e), -1);
	assert_int_equal(chat_may_send(c, 1, 560001, &e), 0);
	chat_free(c);
}

static void an_estimate_learns(void **state)
{
	Chat *c = chat_with((ChatHost){ .max_tokens = 1000 }, 1);
	char text[400];
	ChatEstimate g;

	(void)state;
	memset(text, 'a', sizeof text);
	chat_estimate(c, (Str){ text, 400 }, &g);
	assert_int_equal(g.tokens[0], 101);                /* four bytes a token, until more is known */
	assert_int_equal(g.within[0], 30);
	assert_int_equal(g.unpriced, 0);
	/* On the dear side: a token for each two bytes, and the longest answer. */
	assert_int_equal(g.most_nusd, 300 * 1000 + 1000 * 10000);
	c->column[0].known_bytes = 1000;
	c->column[0].known_tokens = 500;
	chat_estimate(c, (Str){ text, 400 }, &g);
	assert_int_equal(g.tokens[0], 201);
	assert_int_equal(g.within[0], 6);
	assert_int_equal(g.most_nusd, (201 + 12 + 100) * 1000 + 1000 * 10000);
	chat_set_model(c, 0, STR("test.unheard-of"));      /* whose tokens are not the other's */
	chat_estimate(c, (Str){ text, 400 }, &g);
	assert_int_equal(g.within[0], 30);
	assert_int_equal(g.unpriced, 1);
	assert_int_equal(g.most_nusd, (300 + 1000) * 100000);      /* the dearest there is */
	chat_free(c);
}

/* Before a question is sent the estimate is of what will be sent, bytes for bytes. */
static void an_estimate_counts_what_is_told(void **state)
{
	Chat *c = chat_with((ChatHost){ 0 }, 1);
	ChatEstimate before, empty, again;

	(void)state;
	chat_estimate(c, STR("12345678"), &empty);
	(void)add_turn(c, "failed", TURN_FAILED, "half");
	chat_estimate(c, STR("12345678"), &before);
	assert_int_equal(before.tokens[0], empty.tokens[0]);
	(void)add_turn(c, "asked and told", TURN_DONE, "and answered");
	chat_estimate(c, STR("12345678"), &before);
	assert_int_equal(before.tokens[0], (8 + 14 + 12) / 4 + 1);
	/* Asked again: the question counts though its answer failed, and the answer does not. */
	(void)add_turn(c, "0123456789012345678901234567890123456789", TURN_FAILED, "half of an answer");
	assert_int_equal(request_estimate(c, STR("ignored"), REQUEST_AGAIN, &again), 1);
	assert_int_equal(again.tokens[0], (40 + 14 + 12) / 4 + 1);
	chat_free(c);
}

/* --- asking --- */

static void an_answer(void **state)
{
	Buf b = { 0 }, text = { 0 };
	Step s = { .kind = STREAM };
	Desk *d;
	int64_t nusd;
	int unpriced;

	(void)state;
	text_events(&b, "hello");
	end_events(&b, true);
	s.body = buf_str(&b);
	d = desk(&s, 1, (ChatHost){ 0 }, 2);
	ask_all(d, "hi");
	assert_true(chat_busy(d->c));
	wait_end(d);
	assert_int_equal(d->ends, 2);
	assert_true(d->changes >= 4);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(last(d, i)->state, TURN_DONE);
		assert_string_equal(turn_stop(last(d, i)), "end_turn");
		assert_true(turn_cost(last(d, i), &nusd) && nusd == 500 * 1000 + 20 * 10000);
		assert_true(last(d, i)->first_ms >= 0 && last(d, i)->total_ms >= last(d, i)->first_ms);
		buf_reset(&text);
		turn_answer(last(d, i), &text);
		assert_string_equal(buf_cstr(&text), "hello");
	}
	assert_int_equal(chat_cost(d->c, &unpriced), 2 * nusd);
	assert_int_equal(unpriced, 0);
	assert_int_equal(aws_spent(d->r->client), 2 * nusd);      /* settled: not what it might have cost */
	assert_int_equal(d->c->column[0].known_tokens, 500);
	assert_int_equal(d->c->column[0].known_bytes, 2);
	buf_done(&b);
	buf_done(&text);
	close_desk(d);
}

static void an_answer_that_is_cut(void **state)
{
	Buf b = { 0 };
	Step s = { .kind = STREAM_TEAR };
	Desk *d;

	(void)state;
	text_events(&b, "hel");
	s.body = buf_str(&b);
	d = desk(&s, 1, (ChatHost){ 0 }, 1);
	ask_all(d, "hi");
	wait_end(d);
	assert_int_equal(last(d, 0)->state, TURN_FAILED);
	assert_non_null(strstr(last(d, 0)->why, "ConverseStream"));
	assert_int_equal(last(d, 0)->steps, 1);
	assert_true(str_is(buf_str(&last(d, 0)->step[0].said.part[0].text), "hel"));      /* stays on the screen */
	assert_int_equal(d->r->asked, 1);                  /* what costs money is not asked twice by itself */
	buf_done(&b);
	close_desk(d);
}

static void an_answer_without_its_figures(void **state)
{
	Buf b = { 0 };
	Step s = { .kind = STREAM };
	Desk *d;
	int64_t nusd;

	(void)state;
	text_events(&b, "hello");
	end_events(&b, false);
	s.body = buf_str(&b);
	d = desk(&s, 1, (ChatHost){ 0 }, 1);
	ask_all(d, "hi");
	wait_end(d);
	assert_int_equal(last(d, 0)->state, TURN_FAILED);  /* its last event is missing */
	assert_false(turn_cost(last(d, 0), &nusd));
	assert_int_equal(turn_speed(last(d, 0)), -1);
	assert_int_equal(d->c->column[0].known_tokens, 0);
	assert_true(aws_spent(d->r->client) >= 1000 * 10000);      /* nobody says what it did cost: the estimate stands */
	buf_done(&b);
	close_desk(d);
}

static void an_answer_that_cannot_be_read(void **state)
{
	Buf b = { 0 };
	Step s = { .kind = STREAM };
	Desk *d;

	(void)state;
	text_events(&b, "hello");
	assert_int_equal(es_encode_event(&b, "contentBlockDelta", STR("{\"contentBlockIndex\":\"x\"}")), 0);
	end_events(&b, true);
	s.body = buf_str(&b);
	d = desk(&s, 1, (ChatHost){ 0 }, 1);
	ask_all(d, "hi");
	wait_end(d);
	assert_int_equal(last(d, 0)->state, TURN_FAILED);
	assert_non_null(strstr(last(d, 0)->why, "contentBlockDelta"));
	buf_done(&b);
	close_desk(d);
}

static void an_error_in_the_middle(void **state)
{
	Buf b = { 0 };
	Step s = { .kind = STREAM };
	Desk *d;

	(void)state;
	text_events(&b, "hello");
	assert_int_equal(es_encode_exception(&b, "modelStreamErrorException", STR("{\"message\":\"the model broke\"}")), 0);
	s.body = buf_str(&b);
	d = desk(&s, 1, (ChatHost){ 0 }, 1);
	ask_all(d, "hi");
	wait_end(d);
	assert_int_equal(last(d, 0)->state, TURN_FAILED);
	assert_non_null(strstr(last(d, 0)->why, "the model broke"));
	buf_done(&b);
	close_desk(d);
}

static void no_tool(void *arg, size_t column, unsigned serial, size_t use, Str name, Str input)
{
	(void)arg;
	(void)column;
	(void)serial;
	(void)use;
	(void)input;
	fail_msg("%.*s was to run", STR_ARG(name));
}

static void a_tool_that_nobody_offered(void **state)
{
	Buf b = { 0 };
	Step s = { .kind = STREAM };
	Desk *d;

	(void)state;
	assert_int_equal(es_encode_event(&b, "contentBlockStart", STR("{\"contentBlockIndex\":0,\"start\":{\"toolUse\":{\"toolUseId\":\"t\","
	                                                              "\"name\":\"rollback\"}}}")), 0);
	assert_int_equal(es_encode_event(&b, "messageStop", STR("{\"stopReason\":\"tool_use\"}")), 0);
	assert_int_equal(es_encode_event(&b, "metadata", STR("{\"metrics\":{\"latencyMs\":7}}")), 0);
	s.body = buf_str(&b);
	d = desk(&s, 1, (ChatHost){ .run_tool = no_tool, .tool_steps = 8 }, 1);
	ask_all(d, "hi");
	wait_end(d);
	assert_int_equal(last(d, 0)->state, TURN_FAILED);
	assert_string_equal(last(d, 0)->why, "the model used a tool, and none was offered to it");
	assert_int_equal(d->r->asked, 1);
	buf_done(&b);
	close_desk(d);
}

static void throttled_first(void **state)
{
	Buf b = { 0 };
	Step s[2] = { { REPLY, 429, { { STR("x-amz-retry-after"), STR("300") } }, 1, STR("{\"__type\":\"ThrottlingException\",\"message\":\"slow\"}") },
	              { .kind = STREAM } };
	Desk *d;

	(void)state;
	text_events(&b, "hello");
	end_events(&b, true);
	s[1].body = buf_str(&b);
	d = desk(s, 2, (ChatHost){ 0 }, 1);
	ask_all(d, "hi");
	while (chat_busy(d->c) && !last(d, 0)->why[0])
		(void)uv_run(&d->r->loop, UV_RUN_ONCE);
	assert_int_equal(last(d, 0)->state, TURN_ASKED);
	assert_non_null(strstr(last(d, 0)->why, "trying again"));
	wait_end(d);
	assert_int_equal(last(d, 0)->state, TURN_DONE);
	assert_string_equal(last(d, 0)->why, "");
	assert_int_equal(d->r->asked, 2);
	buf_done(&b);
	close_desk(d);
}

static void cancelled(void **state)
{
	const Step s = { .kind = SILENT };
	int64_t agreed = 0;
	Desk *d = desk(&s, 1, (ChatHost){ 0 }, 3);
	Buf out = { 0 };
	Err e = { 0 };

	(void)state;
	ask_all(d, "hi");
	assert_int_equal(chat_send(d->c, STR("more"), &agreed, &e), -1);
	assert_true(e.kind == ERR_REFUSED && strstr(e.text, "still under way"));
	assert_int_equal(chat_retry(d->c, &agreed, &e), -1);
	assert_int_equal(chat_unsend(d->c, &out, &e), -1);
	assert_int_equal(chat_drop_column(d->c, 0, &e), -1);
	while (d->r->waiting < 3)
		(void)uv_run(&d->r->loop, UV_RUN_ONCE);
	chat_cancel(d->c);
	wait_end(d);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(last(d, i)->state, TURN_CANCELLED);
	assert_int_equal(d->ends, 3);
	close_desk(d);
}

/* The chat may end while it is being answered: nothing of the host's is called any more. */
static void closed_while_asked(void **state)
{
	const Step s = { .kind = SILENT };
	Desk *d = desk(&s, 1, (ChatHost){ 0 }, 2);

	(void)state;
	ask_all(d, "hi");
	while (d->r->waiting < 2)
		(void)uv_run(&d->r->loop, UV_RUN_ONCE);
	d->changes = 0;
	chat_free(d->c);
	for (int i = 0; i < 20; i++)
		(void)uv_run(&d->r->loop, UV_RUN_NOWAIT);
	assert_int_equal(d->changes + d->ends, 0);
	d->c = NULL;
	close_desk(d);
}

static void again_and_changed(void **state)
{
	Buf b = { 0 }, out = { 0 };
	Step s = { .kind = STREAM };
	Desk *d;
	int64_t agreed = 0;
	Err e = { 0 };

	(void)state;
	text_events(&b, "hello");
	end_events(&b, true);
	s.body = buf_str(&b);
	d = desk(&s, 1, (ChatHost){ 0 }, 1);
	assert_int_equal(chat_retry(d->c, &agreed, &e), -1);
	assert_int_equal(chat_unsend(d->c, &out, &e), -1);
	assert_non_null(strstr(e.text, "nothing was asked yet"));
	ask_all(d, "one");
	wait_end(d);
	assert_int_equal(chat_add_column(d->c, &e), 0);      /* has no turns yet */
	assert_int_equal(chat_retry(d->c, &agreed, &e), 0);
	assert_null(d->c->column[1].asking);
	wait_end(d);
	assert_int_equal(d->c->column[0].turns, 1);
	assert_non_null(strstr(d->r->body[1], "\"one\""));
	ask_all(d, "two");
	wait_end(d);
	assert_int_equal(d->c->column[0].turns, 2);
	assert_int_equal(d->c->column[1].turns, 1);
	assert_int_equal(chat_unsend(d->c, &out, &e), 0);
	assert_string_equal(buf_cstr(&out), "two");
	assert_int_equal(d->c->column[0].turns, 1);
	assert_int_equal(d->c->column[1].turns, 0);
	chat_clear(d->c);
	assert_int_equal(d->c->column[0].turns, 0);
	assert_string_equal(d->c->column[0].model, "test.small");
	buf_done(&b);
	buf_done(&out);
	close_desk(d);
}

static void what_costs_much_is_agreed_to(void **state)
{
	Buf b = { 0 };
	Step s = { .kind = STREAM };
	Desk *d;
	int64_t agreed = 0, once;
	Err e = { 0 };

	(void)state;
	text_events(&b, "hello");
	end_events(&b, true);
	s.body = buf_str(&b);
	d = desk(&s, 1, (ChatHost){ .ask_above_nusd = USD / 1000, .requests_per_minute = 3 }, 1);
	assert_int_equal(chat_send(d->c, STR("hi"), &agreed, &e), -1);
	assert_int_equal(e.kind, ERR_REFUSED);
	assert_non_null(strstr(e.text, "above ask_above_usd ($0.001): Enter again sends it"));
	once = agreed;
	assert_true(once > USD / 1000);
	/* With one more column it is another sum, to which nobody has agreed. */
	assert_int_equal(chat_add_column(d->c, &e), 0);
	assert_int_equal(chat_send(d->c, STR("hi"), &agreed, &e), -1);
	assert_true(agreed > once);
	assert_int_equal(chat_send(d->c, STR("hi"), &agreed, &e), 0);
	assert_int_equal(agreed, 0);
	/* Refused for anything else: nothing was said of its price. */
	agreed = USD;
	assert_int_equal(chat_send(d->c, STR("hi"), &agreed, &e), -1);
	assert_int_equal(agreed, 0);
	wait_end(d);
	agreed = USD;
	assert_int_equal(chat_retry(d->c, &agreed, &e), -1);
	assert_non_null(strstr(e.text, "requests a minute are used"));
	assert_int_equal(agreed, 0);
	d->c->host.requests_per_minute = 0;
	assert_int_equal(chat_retry(d->c, &agreed, &e), -1);
	assert_non_null(strstr(e.text, "r again sends it"));
	assert_int_equal(chat_retry(d->c, &agreed, &e), 0);
	wait_end(d);
	assert_int_equal(d->r->asked, 4);
	buf_done(&b);
	close_desk(d);
}

static void what_cannot_be_asked(void **state)
{
	const Step s = { .kind = SILENT };
	Desk *d = desk(&s, 1, (ChatHost){ 0 }, 1);
	char *big = xcalloc(1, CHAT_TEXT_MAX + 2);
	int64_t agreed = 0;
	Err e = { 0 };

	(void)state;
	assert_int_equal(chat_send(d->c, STR(" \n\t"), &agreed, &e), -1);
	assert_int_equal(e.kind, ERR_USAGE);
	memset(big, 'a', CHAT_TEXT_MAX + 1);
	assert_int_equal(chat_send(d->c, str_of(big), &agreed, &e), -1);
	assert_non_null(strstr(e.text, "at most 256 KiB"));
	chat_set_model(d->c, 0, STR(""));
	assert_int_equal(chat_send(d->c, STR("hi"), &agreed, &e), -1);
	assert_string_equal(e.text, "column 1 has no model; :model ID sets it");
	assert_int_equal(d->c->column[0].turns, 0);
	/* More than the session may cost: said in the turn, and nothing went out. */
	chat_set_model(d->c, 0, STR("test.dear"));
	d->c->host.max_tokens = 100000;
	ask_all(d, "hi");
	assert_false(chat_busy(d->c));
	assert_int_equal(last(d, 0)->state, TURN_FAILED);
	assert_non_null(strstr(last(d, 0)->why, "limits.playground.usd_per_session"));
	assert_int_equal(d->r->asked, 0);
	free(big);
	close_desk(d);
}

static void columns(void **state)
{
	Chat *c = chat_with((ChatHost){ 0 }, 4);
	Err e = { 0 };

	(void)state;
	assert_int_equal(chat_add_column(c, &e), -1);
	assert_string_equal(e.text, "there are 4 columns already");
	chat_set_model(c, 2, STR("third"));
	chat_set_system(c, 3, STR("fourth"), STR(""), STR(""));
	assert_int_equal(chat_drop_column(c, 1, &e), 0);
	assert_string_equal(chat_column(c, 1)->model, "third");
	assert_true(str_is(buf_str(&chat_column(c, 2)->system), "fourth"));
	assert_null(chat_column(c, 3));
	assert_int_equal(chat_drop_column(c, 9, &e), -1);
	assert_int_equal(chat_drop_column(c, 0, &e), 0);
	assert_int_equal(chat_drop_column(c, 0, &e), 0);
	assert_int_equal(chat_drop_column(c, 0, &e), -1);
	assert_string_equal(e.text, "the only column stays");
	chat_free(c);
	chat_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_model_is_told),
		cmocka_unit_test(instructions_and_limits_go_along),
		cmocka_unit_test(tools_and_their_results),
		cmocka_unit_test(a_record_comes_back_as_it_was),
		cmocka_unit_test(an_answer_under_way_is_kept_as_cancelled),
		cmocka_unit_test(every_text_is_masked),
		cmocka_unit_test(titles),
		cmocka_unit_test(torn_records),
		cmocka_unit_test(hostile_records),
		cmocka_unit_test(the_limit_of_a_minute),
		cmocka_unit_test(an_estimate_learns),
		cmocka_unit_test(an_estimate_counts_what_is_told),
		cmocka_unit_test(an_answer),
		cmocka_unit_test(an_answer_that_is_cut),
		cmocka_unit_test(an_answer_without_its_figures),
		cmocka_unit_test(an_answer_that_cannot_be_read),
		cmocka_unit_test(an_error_in_the_middle),
		cmocka_unit_test(a_tool_that_nobody_offered),
		cmocka_unit_test(throttled_first),
		cmocka_unit_test(cancelled),
		cmocka_unit_test(closed_while_asked),
		cmocka_unit_test(again_and_changed),
		cmocka_unit_test(what_costs_much_is_agreed_to),
		cmocka_unit_test(what_cannot_be_asked),
		cmocka_unit_test(columns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
