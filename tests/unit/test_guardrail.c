#include "unit.h"

#include "chat/guardrail.h"

#define ARN "arn:aws:bedrock:us-east-1:111122223333:guardrail/gr1abc"

static void names(void **state)
{
	static const struct { const char *spec, *id, *version, *name; } good[] = {
		{ "gr1abc", "gr1abc", "DRAFT", "gr1abc:DRAFT" }, { " gr1abc:2 ", "gr1abc", "2", "gr1abc:2" }, { "gr1abc:DRAFT", "gr1abc", "DRAFT", "gr1abc:DRAFT" },
		{ ARN, ARN, "DRAFT", "gr1abc:DRAFT" }, { ARN ":12", ARN, "12", "gr1abc:12" }, { "off", "", "", "" }, { "", "", "", "" },
	};
	static const char *const bad[] = { "Gr1", "gr1:0", "gr1:-1", "gr1:x", "gr1:", "a/b", "gr1 x", "gr1:123456789", ":1", "arn:aws:bedrock:x:1:guardrail/" };
	char room[GUARD_ID + GUARD_VERSION], longer[400];
	Guardrail g;
	Err e = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		assert_int_equal(guardrail_parse(str_of(good[i].spec), &g, &e), 0);
		assert_string_equal(g.id, good[i].id);
		assert_string_equal(g.version, good[i].version);
		assert_string_equal(guardrail_name(&g, room), good[i].name);
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		e = (Err){ 0 };
		if (guardrail_parse(str_of(bad[i]), &g, &e) == 0)
			fail_msg("%s was taken", bad[i]);
		assert_true(e.kind == ERR_USAGE && !g.id[0]);
	}
	memset(longer, 'a', sizeof longer);
	assert_int_equal(guardrail_parse((Str){ longer, sizeof longer }, &g, &e), -1);
}

static GuardSaid said_of(const char *trace, const char *stop)
{
	ConverseTurn t = { .parts = 0 };
	GuardSaid out;

	(void)buf_puts(&t.trace, trace);
	(void)snprintf(t.stop_reason, sizeof t.stop_reason, "%s", stop);
	guardrail_said(&t, &out);
	converse_turn_done(&t);
	return out;
}

static void expect_words(const GuardSaid *g, const char *want)
{
	char got[GUARD_WORDS];

	guardrail_words(g, got);
	assert_string_equal(got, want);
}

#define SIDE(policies) "{\"gr1\":{" policies "}}"
#define FILTER(type, action) "\"contentPolicy\":{\"filters\":[{\"type\":\"" type "\",\"action\":\"" action "\"}]}"

static void what_a_trace_says(void **state)
{
	GuardSaid g;

	(void)state;
	g = said_of("", "end_turn");
	assert_true(!g.here && !g.intervened);
	g = said_of("", "guardrail_intervened");                   /* asked for no trace */
	assert_true(g.here && g.intervened && guardrail_blocks(&g));
	expect_words(&g, "");
	g = said_of("{\"guardrail\":{\"inputAssessment\":" SIDE(FILTER("HATE", "NONE")) "}}", "end_turn");
	assert_true(g.here && !g.intervened && !g.found);          /* noticed, and nothing done */
	g = said_of("{\"guardrail\":{\"inputAssessment\":" SIDE(FILTER("HATE", "BLOCKED")) ",\"outputAssessments\":{\"gr1\":[{\"sensitiveInformationPolicy\":"
	            "{\"piiEntities\":[{\"match\":\"ann@example.org\",\"type\":\"EMAIL\",\"action\":\"ANONYMIZED\"},{\"match\":\"bob@example.org\","
	            "\"type\":\"EMAIL\",\"action\":\"ANONYMIZED\"}],\"regexes\":[{\"name\":\"badge\",\"match\":\"B-1\",\"action\":\"BLOCKED\"}]}}]}}}",
	            "guardrail_intervened");
	expect_words(&g, "input: content HATE; output: sensitive EMAIL masked, sensitive badge");
	assert_true(guardrail_blocks(&g));
	/* A custom word is what was found itself. */
	g = said_of("{\"guardrail\":{\"inputAssessment\":" SIDE("\"wordPolicy\":{\"customWords\":[{\"match\":\"nightjar\",\"action\":\"BLOCKED\"}],"
	            "\"managedWordLists\":[{\"match\":\"damn\",\"type\":\"PROFANITY\",\"action\":\"BLOCKED\"}]}") "}}", "guardrail_intervened");
	expect_words(&g, "input: word, word PROFANITY");
	g = said_of("{\"guardrail\":{\"outputAssessments\":{\"gr1\":[{\"contextualGroundingPolicy\":{\"filters\":[{\"type\":\"GROUNDING\",\"threshold\":0.7,"
	            "\"score\":0.1,\"action\":\"BLOCKED\"}]}}]}}}", "guardrail_intervened");
	expect_words(&g, "output: grounding GROUNDING");
}

/* Whatever stands there: the stop reason counts, and nothing breaks. */
static void hostile_traces(void **state)
{
	static const char *const traces[] = {
		"{", "[]", "7", "{\"guardrail\":7}", "{\"guardrail\":{\"inputAssessment\":[1,2]}}", "{\"guardrail\":{\"inputAssessment\":{\"a\":7}}}",
		"{\"guardrail\":{\"outputAssessments\":{\"a\":{\"b\":1}}}}", "{\"guardrail\":{\"inputAssessment\":{\"a\":{\"contentPolicy\":{\"filters\":{}}}}}}",
		"{\"guardrail\":{\"inputAssessment\":{\"a\":{\"contentPolicy\":{\"filters\":[1,null,{\"type\":7,\"action\":\"NONE\"}]},\"invocationMetrics\":"
		"{\"usage\":{\"topicPolicyUnits\":-5,\"wordPolicyUnits\":\"x\",\"contentPolicyUnits\":99999999999999}}}}}}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof traces / sizeof *traces; i++) {
		GuardSaid g = said_of(traces[i], "end_turn");

		assert_true(!g.intervened && !g.found && !g.units);
		assert_true(said_of(traces[i], "guardrail_intervened").intervened);
	}
}

static void more_than_there_is_room_for(void **state)
{
	char longest[300];
	Buf b = { 0 };
	GuardSaid g;
	Flag flag[GUARD_FOUND];

	(void)state;
	memset(longest, 'x', sizeof longest - 1);
	longest[sizeof longest - 1] = 0;
	(void)buf_puts(&b, "{\"guardrail\":{\"inputAssessment\":{\"g\":{\"topicPolicy\":{\"topics\":[");
	for (int i = 0; i < 50; i++)
		(void)buf_printf(&b, "%s{\"name\":\"%d%s\",\"action\":\"BLOCKED\"}", i ? "," : "", i, longest);
	(void)buf_puts(&b, "]}}}}}");
	g = said_of(buf_cstr(&b), "guardrail_intervened");
	assert_int_equal(g.found, GUARD_FOUND);
	assert_int_equal(strlen(g.find[0].name), GUARD_NAME - 1);
	assert_int_equal(guardrail_flags(&g, STR("mail ann@example.org"), STR(""), 7, flag), GUARD_FOUND);
	assert_true(flag[0].kind == FLAG_GUARDRAIL && flag[0].severity == FLAG_HIGH && flag[0].time_ms == 7);
	assert_string_equal(flag[0].view, "input");
	assert_null(strstr(flag[0].sample, "ann@example.org"));   /* masked as every sample is */
	buf_done(&b);
}

static void as_json_and_back(void **state)
{
	GuardSaid g = said_of("{\"guardrail\":{\"inputAssessment\":{\"a\":{" FILTER("INSULTS", "BLOCKED") ",\"invocationMetrics\":{\"usage\":"
	                      "{\"contentPolicyUnits\":2,\"sensitiveInformationPolicyFreeUnits\":5}}}}}}", "guardrail_intervened"), back;
	static const char *const bad[] = { "7", "{}", "{\"intervened\":true,\"textUnits\":1,\"found\":[{}]}",
		"{\"intervened\":true,\"textUnits\":1,\"found\":[{\"policy\":\"x\",\"where\":\"input\",\"name\":\"\",\"masked\":false}]}" };
	Buf b = { 0 };
	JsonW w = jw_to(&b);
	Arena a = { 0 };
	JsonVal v;
	Err e = { 0 };

	(void)state;
	guardrail_put(&w, &g);
	assert_string_equal(buf_cstr(&b), "{\"intervened\":true,\"textUnits\":2,\"found\":[{\"policy\":\"content\",\"where\":\"input\",\"name\":\"INSULTS\","
	                                  "\"masked\":false}]}");
	assert_int_equal(jv_parse(&a, buf_str(&b), 4096, &v, &e), 0);
	assert_int_equal(guardrail_take(v, &back, &e), 0);
	assert_true(back.here && back.intervened && back.units == 2 && back.found == 1 && back.find[0].policy == g.find[0].policy);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		assert_int_equal(jv_parse(&a, str_of(bad[i]), 4096, &v, &e), 0);
		assert_int_equal(guardrail_take(v, &back, &e), -1);
	}
	buf_done(&b);
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names), cmocka_unit_test(what_a_trace_says), cmocka_unit_test(hostile_traces),
		cmocka_unit_test(more_than_there_is_room_for), cmocka_unit_test(as_json_and_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
