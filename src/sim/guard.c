#include "sim/guard.h"

#include <ctype.h>

typedef struct GuardRule { const char *words, *policy, *list, *name_key, *name, *type; } GuardRule;

/* Matched in any case. policy and list: where the assessment stands in the answer. */
static const GuardRule rules[] = {
	{ "ignore previous instructions", "contentPolicy", "filters", NULL, NULL, "PROMPT_ATTACK" },
	{ "ignore all instructions", "contentPolicy", "filters", NULL, NULL, "PROMPT_ATTACK" },
	{ "build a bomb", "contentPolicy", "filters", NULL, NULL, "VIOLENCE" },
	{ "you idiot", "contentPolicy", "filters", NULL, NULL, "INSULTS" },
	{ "which shares should i buy", "topicPolicy", "topics", "name", "Investment advice", "DENY" },
	{ "project nightjar", "wordPolicy", "customWords", "match", "project nightjar", NULL },
};
enum { RULES = sizeof rules / sizeof rules[0], UNIT_CHARS = 1000, LATENCY_MS = 120 };

static bool has_nocase(Str text, Str words)
{
	for (size_t i = 0; i + words.n <= text.n; i++)
		if (str_eq_nocase(str_sub(text, i, words.n), words))
			return true;
	return false;
}

bool guard_blocks(Str text)
{
	for (size_t i = 0; i < RULES; i++)
		if (has_nocase(text, str_of(rules[i].words)))
			return true;
	return false;
}

static bool is_mail_char(char c)
{
	return isalnum((unsigned char)c) || c == '.' || c == '-' || c == '_' || c == '+';
}

/* The first e-mail address behind from: [*begin, *end). */
static bool find_mail(Str s, size_t from, size_t *begin, size_t *end)
{
	for (size_t i = from; i < s.n; i++) {
		if (s.p[i] != '@')
			continue;
		for (*begin = i; *begin > from && is_mail_char(s.p[*begin - 1]);)
			--*begin;
		for (*end = i + 1; *end < s.n && is_mail_char(s.p[*end]);)
			++*end;
		if (*begin < i && str_has(str_sub(s, i, *end - i), STR(".")))
			return true;
	}
	return false;
}

static void put_rule(JsonW *w, const GuardRule *r)
{
	jw_object(w);
	if (r->name_key)
		jw_kstr(w, r->name_key, str_of(r->name));
	if (r->type)
		jw_kstr(w, "type", str_of(r->type));
	if (str_is(str_of(r->policy), "contentPolicy")) {
		jw_kstr(w, "confidence", STR("HIGH"));
		jw_kstr(w, "filterStrength", STR("HIGH"));
	}
	jw_kstr(w, "action", STR("BLOCKED"));
	jw_kbool(w, "detected", true);
	jw_object_end(w);
}

static bool put_policies(JsonW *w, Str text)
{
	const char *open = NULL;

	for (size_t i = 0; i < RULES; i++) {
		if (!has_nocase(text, str_of(rules[i].words)))
			continue;
		if (open != rules[i].policy) {
			if (open) {
				jw_array_end(w);
				jw_object_end(w);
			}
			open = rules[i].policy;
			jw_key(w, open);
			jw_object(w);
			if (str_is(str_of(open), "wordPolicy")) {
				jw_key(w, "managedWordLists");
				jw_raw(w, STR("[]"));
			}
			jw_key(w, rules[i].list);
			jw_array(w);
		}
		put_rule(w, &rules[i]);
	}
	if (open) {
		jw_array_end(w);
		jw_object_end(w);
	}
	return open;
}

/* Addresses are found and, in the text that may go on, masked. */
static bool put_mails(JsonW *w, Str text, Buf *masked)
{
	size_t at = 0, begin, end;
	bool found = false;

	while (find_mail(text, at, &begin, &end)) {
		if (!found) {
			jw_key(w, "sensitiveInformationPolicy");
			jw_object(w);
			jw_key(w, "piiEntities");
			jw_array(w);
		}
		found = true;
		jw_object(w);
		jw_kstr(w, "match", str_sub(text, begin, end - begin));
		jw_kstr(w, "type", STR("EMAIL"));
		jw_kstr(w, "action", STR("ANONYMIZED"));
		jw_kbool(w, "detected", true);
		jw_object_end(w);
		(void)buf_put_str(masked, str_sub(text, at, begin - at));
		(void)buf_puts(masked, "{EMAIL}");
		at = end;
	}
	(void)buf_put_str(masked, str_sub(text, at, text.n));
	if (found) {
		jw_array_end(w);
		jw_key(w, "regexes");
		jw_raw(w, STR("[]"));
		jw_object_end(w);
	}
	return found;
}

static void put_usage(JsonW *w, Str text)
{
	static const char *const units[] = { "topicPolicyUnits", "contentPolicyUnits", "wordPolicyUnits", "sensitiveInformationPolicyUnits" };

	jw_key(w, "usage");
	jw_object(w);
	for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
		jw_ki64(w, units[i], (int64_t)(text.n + UNIT_CHARS - 1) / UNIT_CHARS);
	jw_ki64(w, "sensitiveInformationPolicyFreeUnits", 0);
	jw_ki64(w, "contextualGroundingPolicyUnits", 0);
	jw_object_end(w);
}

static void put_coverage(JsonW *w, Str text)
{
	jw_key(w, "guardrailCoverage");
	jw_object(w);
	jw_key(w, "textCharacters");
	jw_object(w);
	jw_ki64(w, "guarded", (int64_t)text.n);
	jw_ki64(w, "total", (int64_t)text.n);
	jw_object_end(w);
	jw_object_end(w);
}

static const char *reason_of(bool blocked)
{
	return blocked ? "Guardrail blocked." : "Guardrail masked.";
}

void guard_put_trace(JsonW *w, Str guardrail, Str text)
{
	Buf masked = {0};
	bool blocked, found;

	jw_object(w);
	jw_key(w, "guardrail");
	jw_object(w);
	jw_key(w, "inputAssessment");
	jw_object(w);
	jw_key_str(w, guardrail);
	jw_object(w);
	blocked = put_policies(w, text);
	found = put_mails(w, text, &masked);
	jw_key(w, "invocationMetrics");
	jw_object(w);
	jw_ki64(w, "guardrailProcessingLatency", LATENCY_MS);
	put_usage(w, text);
	put_coverage(w, text);
	jw_object_end(w);
	jw_object_end(w);
	jw_object_end(w);
	if (blocked || found)
		jw_kstr(w, "actionReason", str_of(reason_of(blocked)));
	jw_object_end(w);
	jw_object_end(w);
	buf_done(&masked);
}

static void answer(SimCall *c, Str text)
{
	Buf out = {0}, masked = {0};
	JsonW w = jw_to(&out);
	bool blocked, found;

	jw_object(&w);
	put_usage(&w, text);
	jw_key(&w, "assessments");
	jw_array(&w);
	jw_object(&w);
	blocked = put_policies(&w, text);
	found = put_mails(&w, text, &masked);
	jw_object_end(&w);
	jw_array_end(&w);
	jw_kstr(&w, "action", blocked || found ? STR("GUARDRAIL_INTERVENED") : STR("NONE"));
	if (blocked || found)
		jw_kstr(&w, "actionReason", str_of(reason_of(blocked)));
	jw_key(&w, "outputs");
	jw_array(&w);
	if (blocked || found) {
		jw_object(&w);
		jw_kstr(&w, "text", blocked ? STR(GUARD_REFUSAL) : buf_str(&masked));
		jw_object_end(&w);
	}
	jw_array_end(&w);
	put_coverage(&w, text);
	jw_object_end(&w);
	sim_answer(c, buf_str(&out));
	buf_done(&out);
	buf_done(&masked);
}

bool guard_is_version(Str s)
{
	int64_t n;

	return str_is(s, "DRAFT") || (s.n <= 8 && str_i64(s, &n) == 0 && n > 0);
}

void guard_apply(SimCall *c, Str version)
{
	Buf text = {0};
	JsonVal content;
	Str source, one;
	Err e;
	int rc = 0;

	if (jv_str(c->body, "source", &source, &e) < 0 || jv_array(c->body, "content", &content, &e) < 0)
		rc = -1;
	else if (!str_is(source, "INPUT") && !str_is(source, "OUTPUT"))
		rc = err_set(&e, "source: must be INPUT or OUTPUT");
	else if (!guard_is_version(version))
		rc = err_set(&e, "The guardrail version must be DRAFT or a number.");
	for (size_t i = 0; rc == 0 && i < jv_count(content); i++) {
		JsonVal part = jv_get(jv_at(content, i), "text");
		if (jv_is_absent(part))
			continue;                       /* an image: this guardrail reads only */
		if ((rc = jv_str(part, "text", &one, &e)) == 0) {
			(void)buf_puts(&text, text.n ? "\n" : "");
			(void)buf_put_str(&text, one);
		}
	}
	if (rc < 0)
		sim_fail_err(c, "ValidationException", &e);
	else
		answer(c, buf_str(&text));
	buf_done(&text);
}
