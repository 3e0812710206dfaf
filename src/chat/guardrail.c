#include "chat/guardrail.h"

#include <stdio.h>
#include <string.h>

#include "conf/checks.h"

enum { TRACE_MAX = 1 << 20 };

/* --- how one is named --- */

/* What stands behind the last slash: of an ARN the id, of an id all of it. */
static Str tail_of(Str s)
{
	Str tail = s;

	while (str_has(tail, STR("/")))
		(void)str_cut(tail, '/', &tail);
	return tail;
}

int guardrail_parse(Str spec, Guardrail *out, Err *e)
{
	Str version, id;

	*out = (Guardrail){ .id = "" };
	spec = str_trim(spec);
	if (!spec.n || str_is(spec, "off"))
		return 0;
	if (!check_guardrail(spec) || spec.n >= sizeof out->id)
		return err_kind(e, ERR_USAGE, "a guardrail is ID or ID:VERSION (its id or ARN; a number, or DRAFT), or off");
	id = str_cut(tail_of(spec), ':', &version);
	(void)snprintf(out->id, sizeof out->id, "%.*s", (int)(id.p + id.n - spec.p), spec.p);
	(void)snprintf(out->version, sizeof out->version, "%.*s", STR_ARG(version.n ? version : STR("DRAFT")));
	return 0;
}

bool guardrail_is(const Guardrail *a, const Guardrail *b)
{
	return strcmp(a->id, b->id) == 0 && strcmp(a->version, b->version) == 0;
}

const char *guardrail_name(const Guardrail *g, char room[GUARD_ID + GUARD_VERSION])
{
	const Str id = tail_of(str_of(g->id));

	(void)snprintf(room, GUARD_ID + GUARD_VERSION, "%.*s%s%s", STR_ARG(id), id.n ? ":" : "", g->version);
	return room;
}

/* --- what it says --- */

/* Where an assessment lists what each policy did. name_key NULL: an entry's only text is what was found, which is nobody's business. */
typedef struct PolicyList { const char *policy, *list, *name_key, *word; } PolicyList;

static const PolicyList lists[] = {
	{ "topicPolicy", "topics", "name", "topic" },
	{ "contentPolicy", "filters", "type", "content" },
	{ "wordPolicy", "customWords", NULL, "word" },
	{ "wordPolicy", "managedWordLists", "type", "word" },
	{ "sensitiveInformationPolicy", "piiEntities", "type", "sensitive" },
	{ "sensitiveInformationPolicy", "regexes", "name", "sensitive" },
	{ "contextualGroundingPolicy", "filters", "type", "grounding" },
};
enum { LISTS = sizeof lists / sizeof *lists };

static const char *const charged[] = {
	"topicPolicyUnits", "contentPolicyUnits", "wordPolicyUnits", "sensitiveInformationPolicyUnits", "contextualGroundingPolicyUnits",
	"automatedReasoningPolicyUnits", "contentPolicyImageUnits",
};

static void find(GuardSaid *out, GuardFound f)
{
	out->intervened = true;
	for (int i = 0; i < out->found; i++)
		if (out->find[i].policy == f.policy && out->find[i].output == f.output && strcmp(out->find[i].name, f.name) == 0)
			return;                 /* five addresses are one kind of data */
	if (out->found < GUARD_FOUND)
		out->find[out->found++] = f;
}

/* An entry that was only noticed has done nothing. */
static void read_entry(JsonVal v, const PolicyList *l, bool output, GuardSaid *out)
{
	GuardFound f = { .policy = l->word, .output = output };
	Str action = STR(""), name = STR("");

	(void)jv_opt_str(v, "action", &action, NULL);
	if (l->name_key)
		(void)jv_opt_str(v, l->name_key, &name, NULL);
	f.masked = str_is(action, "ANONYMIZED");
	(void)snprintf(f.name, sizeof f.name, "%.*s", (int)(name.n < sizeof f.name ? name.n : sizeof f.name - 1), name.p);
	if (f.masked || str_is(action, "BLOCKED"))
		find(out, f);
}

static void read_units(JsonVal usage, GuardSaid *out)
{
	for (size_t i = 0; i < sizeof charged / sizeof *charged; i++) {
		int64_t n = 0;

		if (jv_opt_i64(usage, charged[i], &n, NULL) == 0 && n > 0 && n < INT32_MAX)
			out->units += n;
	}
}

static void read_assessment(JsonVal v, bool output, GuardSaid *out)
{
	for (size_t i = 0; i < LISTS; i++) {
		const JsonVal entries = jv_get(jv_get(v, lists[i].policy), lists[i].list);

		for (size_t k = 0; jv_type(entries) == JV_ARRAY && k < jv_count(entries); k++)
			read_entry(jv_at(entries, k), &lists[i], output, out);
	}
	read_units(jv_path(v, "invocationMetrics.usage"), out);
}

static void read_trace(JsonVal guardrail, GuardSaid *out)
{
	const JsonVal in = jv_get(guardrail, "inputAssessment"), outs = jv_get(guardrail, "outputAssessments");
	Str id;

	for (size_t i = 0; jv_type(in) == JV_OBJECT && i < jv_count(in); i++)
		read_assessment(jv_member_at(in, i, &id), false, out);
	for (size_t i = 0; jv_type(outs) == JV_OBJECT && i < jv_count(outs); i++) {
		const JsonVal list = jv_member_at(outs, i, &id);

		for (size_t k = 0; jv_type(list) == JV_ARRAY && k < jv_count(list); k++)
			read_assessment(jv_at(list, k), true, out);
	}
}

void guardrail_said(const ConverseTurn *said, GuardSaid *out)
{
	Arena a = { 0 };
	JsonVal root;

	*out = (GuardSaid){ .intervened = strcmp(said->stop_reason, "guardrail_intervened") == 0 };
	if (said->trace.n && jv_parse(&a, buf_str(&said->trace), TRACE_MAX, &root, NULL) == 0) {
		out->here = !jv_is_absent(jv_get(root, "guardrail"));
		read_trace(jv_get(root, "guardrail"), out);
	}
	out->here |= out->intervened;
	arena_done(&a);
}

void guardrail_applied(const BedrockApplyOut *a, GuardSaid *out)
{
	const BedrockGuardUnits *u = &a->units;
	Arena ar = { 0 };
	JsonVal one;

	*out = (GuardSaid){ .here = true, .intervened = str_is(a->action, "GUARDRAIL_INTERVENED") };
	for (size_t i = 0; i < a->assessments.n; i++)
		if (jv_parse(&ar, a->assessments.v[i], TRACE_MAX, &one, NULL) == 0)
			read_assessment(one, false, out);
	/* Counted beside the assessments, which may count it again. */
	out->units = u->topics + u->content + u->words + u->sensitive + u->grounding + u->images + u->reasoning;
	arena_done(&ar);
}

/* It intervened, and not by masking alone: also when it does not say by what. */
bool guardrail_blocks(const GuardSaid *g)
{
	for (int i = 0; i < g->found; i++)
		if (!g->find[i].masked)
			return true;
	return g->intervened && !g->found;
}

void guardrail_add(GuardSaid *sum, const GuardSaid *one)
{
	sum->here |= one->here;
	sum->intervened |= one->intervened;
	sum->units += one->units;
	for (int i = 0; i < one->found; i++)
		find(sum, one->find[i]);
}

void guardrail_words(const GuardSaid *g, char out[GUARD_WORDS])
{
	Buf b = { 0 };

	for (int side = 0; side < 2; side++) {
		const char *before = side ? (b.n ? "; output: " : "output: ") : "input: ";

		for (int i = 0; i < g->found; i++) {
			const GuardFound *f = &g->find[i];

			if (f->output != (side == 1))
				continue;
			(void)buf_printf(&b, "%s%s%s%s%s", before, f->policy, f->name[0] ? " " : "", f->name, f->masked ? " masked" : "");
			before = ", ";
		}
	}
	err_cut(buf_cstr(&b), out, GUARD_WORDS);
	buf_done(&b);
}

int guardrail_flags(const GuardSaid *g, Str question, Str answer, int64_t time_ms, Flag out[GUARD_FOUND])
{
	const GuardFound unsaid = { .policy = "guardrail" };
	const int n = g->found ? g->found : g->intervened;

	for (int i = 0; i < n; i++) {
		const GuardFound *f = g->found ? &g->find[i] : &unsaid;
		const Str text = f->output ? answer : question;

		out[i] = flag_make(FLAG_GUARDRAIL, f->masked ? FLAG_MEDIUM : FLAG_HIGH, 1, f->policy, time_ms);
		flag_place(&out[i], text, 0, (uint32_t)text.n, f->output ? "output" : "input");
	}
	return n;
}

/* --- as JSON --- */

void guardrail_put(JsonW *w, const GuardSaid *g)
{
	if (!g->here) {
		jw_null(w);
		return;
	}
	jw_object(w);
	jw_kbool(w, "intervened", g->intervened);
	jw_ki64(w, "textUnits", g->units);
	jw_key(w, "found");
	jw_array(w);
	for (int i = 0; i < g->found; i++) {
		jw_object(w);
		jw_kstr(w, "policy", str_of(g->find[i].policy));
		jw_kstr(w, "where", g->find[i].output ? STR("output") : STR("input"));
		jw_kstr(w, "name", str_of(g->find[i].name));
		jw_kbool(w, "masked", g->find[i].masked);
		jw_object_end(w);
	}
	jw_array_end(w);
	jw_object_end(w);
}

static int take_found(JsonVal v, GuardSaid *out, Err *e)
{
	Str policy, where, name;
	GuardFound f = { .policy = NULL };

	if (jv_str(v, "policy", &policy, e) < 0 || jv_str(v, "where", &where, e) < 0 || jv_str(v, "name", &name, e) < 0 ||
	    jv_bool(v, "masked", &f.masked, e) < 0)
		return -1;
	for (size_t i = 0; i < LISTS && !f.policy; i++)
		if (str_is(policy, lists[i].word))
			f.policy = lists[i].word;
	if (!f.policy)
		return err_set(e, "no policy of a guardrail: %.*s", (int)(policy.n > 40 ? 40 : policy.n), policy.p);
	f.output = str_is(where, "output");
	(void)snprintf(f.name, sizeof f.name, "%.*s", (int)(name.n < sizeof f.name ? name.n : sizeof f.name - 1), name.p);
	find(out, f);
	return 0;
}

int guardrail_take(JsonVal v, GuardSaid *out, Err *e)
{
	JsonVal found;
	bool intervened;

	*out = (GuardSaid){ .here = !jv_is_absent(v) };
	if (!out->here)
		return 0;
	if (jv_bool(v, "intervened", &intervened, e) < 0 || jv_i64(v, "textUnits", &out->units, e) < 0 || jv_array(v, "found", &found, e) < 0)
		return -1;
	for (size_t i = 0; i < jv_count(found); i++)
		if (take_found(jv_at(found, i), out, e) < 0)
			return -1;
	out->intervened = intervened;
	return 0;
}
