#include "chat/record.h"

#include <stdio.h>

#include "base/xalloc.h"
#include "chat/figures.h"
#include "chat/own.h"

static const char *const states[] = { [TURN_ASKED] = "cancelled", [TURN_STREAMING] = "cancelled", [TURN_DONE] = "done",
	[TURN_TOOLS] = "cancelled", [TURN_CANCELLED] = "cancelled", [TURN_FAILED] = "failed" };
static const char *const kinds[] = { [CONVERSE_NONE] = "none", [CONVERSE_TEXT] = "text", [CONVERSE_REASONING] = "reasoning",
	[CONVERSE_REDACTED] = "redacted", [CONVERSE_TOOL] = "tool" };
enum { STATES = sizeof states / sizeof *states, KINDS = sizeof kinds / sizeof *kinds };

/* --- out --- */

typedef struct Writer { JsonW w; const RecordMask *mask; Buf masked; } Writer;

static void put_text(Writer *r, const char *key, Str text)
{
	if (r->mask) {
		buf_reset(&r->masked);
		r->mask->put(r->mask->arg, text, &r->masked);
		text = buf_str(&r->masked);
	}
	jw_kstr(&r->w, key, text.n ? text : STR(""));
}

static bool is_masked(Writer *r, Str text)
{
	buf_reset(&r->masked);
	if (r->mask)
		r->mask->put(r->mask->arg, text, &r->masked);
	return r->mask && !str_eq(buf_str(&r->masked), text);
}

/* The service takes reasoning back word for word only: what is masked is not told again. */
static void put_part(Writer *r, const ConversePart *p)
{
	const bool lost = p->kind == CONVERSE_REASONING && is_masked(r, buf_str(&p->text));

	jw_object(&r->w);
	jw_kstr(&r->w, "kind", str_of(kinds[lost ? CONVERSE_NONE : p->kind]));
	put_text(r, "text", buf_str(&p->text));
	if (p->signature.n && !lost)
		jw_kstr(&r->w, "signature", buf_str(&p->signature));
	if (p->kind == CONVERSE_TOOL) {
		jw_kstr(&r->w, "id", buf_str(&p->id));
		jw_kstr(&r->w, "name", buf_str(&p->name));
		jw_kstr(&r->w, "type", p->type.n ? buf_str(&p->type) : STR(""));
	}
	if (p->citations.n)
		jw_kstr(&r->w, "citations", buf_str(&p->citations));
	jw_object_end(&r->w);
}

static void put_guardrail(JsonW *w, const Guardrail *g)
{
	jw_kstr(w, "guardrail", str_of(g->id));
	jw_kstr(w, "guardrailVersion", str_of(g->version));
}

static void put_step(Writer *r, const ChatStep *s)
{
	JsonW *w = &r->w;

	jw_object(w);
	jw_kstr(w, "model", str_of(s->model));
	jw_kstr(w, "stop", str_of(s->said.stop_reason));
	jw_kstr(w, "tier", str_of(s->said.service_tier));
	jw_kbool(w, "counted", s->said.has_usage);
	tokens_put(w, &s->said.tokens);
	jw_ki64(w, "latencyMs", s->said.latency_ms);
	put_text(r, "misfit", str_of(s->misfit));
	if (s->priced)
		jw_ki64(w, "nanoUsd", s->nusd);
	else
		jw_knull(w, "nanoUsd");
	jw_ki64(w, "coldNanoUsd", s->cold_nusd);
	jw_ki64(w, "steadyNanoUsd", s->steady_nusd);
	jw_key(w, "guard");
	guardrail_put(w, &s->guard);
	jw_key(w, "parts");
	jw_array(w);
	for (size_t i = 0; i < s->said.parts; i++)
		put_part(r, &s->said.part[i]);
	jw_array_end(w);
	jw_key(w, "results");
	jw_array(w);
	for (size_t i = 0; i < s->results; i++) {
		jw_object(w);
		put_text(r, "text", buf_str(&s->result[i].content));
		jw_kbool(w, "error", s->result[i].error);
		jw_object_end(w);
	}
	jw_array_end(w);
	jw_object_end(w);
}

static void put_turn(Writer *r, const ChatTurn *t)
{
	JsonW *w = &r->w;

	jw_object(w);
	put_text(r, "asked", buf_str(&t->asked));
	jw_kstr(w, "state", str_of(states[t->state]));
	put_text(r, "why", t->state == TURN_FAILED ? str_of(t->why) : STR(""));
	jw_kstr(w, "how", str_of(t->how));
	jw_ki64(w, "askedMs", t->asked_ms);
	jw_ki64(w, "firstMs", t->first_ms);
	jw_ki64(w, "totalMs", t->total_ms);
	jw_kbool(w, "warmUp", t->warm_up);
	jw_kstr(w, "tier", str_of(t->tier));
	put_guardrail(w, &t->guardrail);
	jw_key(w, "checked");
	guardrail_put(w, &t->checked);
	jw_key(w, "steps");
	jw_array(w);
	for (size_t i = 0; i < t->steps; i++)
		put_step(r, &t->step[i]);
	jw_array_end(w);
	jw_object_end(w);
}

static void put_column(Writer *r, const ChatColumn *c)
{
	JsonW *w = &r->w;

	jw_object(w);
	jw_kstr(w, "model", str_of(c->model));
	jw_kstr(w, "label", str_of(c->label));
	jw_kstr(w, "sha256", str_of(c->sha256));
	/* A template's text is nobody's, and its hash must hold. */
	if (c->sha256[0])
		jw_kstr(w, "system", buf_str(&c->system));
	else
		put_text(r, "system", buf_str(&c->system));
	put_text(r, "values", buf_str(&c->values));
	if (c->temperature.has)
		jw_knum(w, "temperature", c->temperature.v);
	jw_kstr(w, "tier", str_of(c->tier));
	put_guardrail(w, &c->guardrail);
	jw_key(w, "turns");
	jw_array(w);
	for (size_t i = 0; i < c->turns; i++)
		put_turn(r, &c->turn[i]);
	jw_array_end(w);
	jw_object_end(w);
}

int record_write(Chat *c, const RecordMask *mask, Buf *out, Err *e)
{
	Writer r = { .w = jw_to(out), .mask = mask };

	buf_done(out);
	buf_init(out, RECORD_MAX);
	jw_object(&r.w);
	jw_key(&r.w, "columns");
	jw_array(&r.w);
	for (size_t i = 0; i < c->columns; i++)
		put_column(&r, &c->column[i]);
	jw_array_end(&r.w);
	jw_object_end(&r.w);
	buf_done(&r.masked);
	return out->full ? err_set(e, "the conversation is longer than %d MiB and is not kept; :new begins another", RECORD_MAX >> 20) : 0;
}

int record_step_write(const ChatStep *s, Buf *out)
{
	Writer r = { .w = jw_to(out) };

	buf_done(out);
	buf_init(out, RECORD_MAX);
	put_step(&r, s);
	return out->full ? -1 : 0;
}

void record_title(Chat *c, const RecordMask *mask, size_t most, Buf *out)
{
	const ChatTurn *t = c->column[0].turns ? &c->column[0].turn[0] : NULL;
	Str text = t ? buf_str(&t->asked) : STR(""), line;
	Buf masked = { 0 };

	if (mask) {
		mask->put(mask->arg, text, &masked);
		text = buf_str(&masked);
	}
	line = str_trim(str_cut(str_trim(text), '\n', &text));
	if (line.n > most)
		for (line.n = most; line.n && ((unsigned char)line.p[line.n] & 0xc0) == 0x80; )
			line.n--;
	(void)buf_put_str(out, line);
	buf_done(&masked);
}

/* --- in --- */

static int index_of(const char *const *names, int n, Str word, const char *what, int *out, Err *e)
{
	for (*out = 0; *out < n; ++*out)
		if (str_is(word, names[*out]))
			return 0;
	return err_set(e, "no %s of a conversation: %.*s", what, (int)(word.n > 40 ? 40 : word.n), word.p);
}

static int take_buf(JsonVal v, const char *key, Buf *out, Err *e)
{
	Str s = STR("");

	if (jv_opt_str(v, key, &s, e) < 0)
		return -1;
	(void)buf_put_str(out, s);
	return 0;
}

static int take_word(JsonVal v, const char *key, char *out, size_t size, Err *e)
{
	Str s = STR("");

	if (jv_opt_str(v, key, &s, e) < 0)
		return -1;
	(void)snprintf(out, size, "%.*s", STR_ARG(s));
	return 0;
}

static int take_guardrail(JsonVal v, Guardrail *g, Err *e)
{
	return take_word(v, "guardrail", g->id, sizeof g->id, e) < 0 || take_word(v, "guardrailVersion", g->version, sizeof g->version, e) < 0 ? -1 : 0;
}

static int take_part(JsonVal v, ConversePart *p, Err *e)
{
	Str kind;
	int k;

	if (jv_str(v, "kind", &kind, e) < 0 || index_of(kinds, KINDS, kind, "part", &k, e) < 0)
		return -1;
	p->kind = (ConverseKind)k;
	return take_buf(v, "text", &p->text, e) < 0 || take_buf(v, "signature", &p->signature, e) < 0 || take_buf(v, "id", &p->id, e) < 0 ||
	       take_buf(v, "name", &p->name, e) < 0 || take_buf(v, "type", &p->type, e) < 0 ||
	       take_buf(v, "citations", &p->citations, e) < 0 ? -1 : 0;
}

static int take_parts(JsonVal parts, ConverseTurn *said, Err *e)
{
	VEC_GROW(said->part, said->cap, jv_count(parts) + 1);
	for (size_t i = 0; i < jv_count(parts); i++) {
		said->part[said->parts++] = (ConversePart){ .block = (int64_t)i };
		if (take_part(jv_at(parts, i), &said->part[i], e) < 0)
			return -1;
	}
	return 0;
}

static int take_results(JsonVal results, ChatStep *s, Err *e)
{
	s->result = xcalloc(jv_count(results) + 1, sizeof *s->result);
	for (size_t i = 0; i < jv_count(results); i++) {
		s->results++;
		s->result[i].here = true;
		if (take_buf(jv_at(results, i), "text", &s->result[i].content, e) < 0 || jv_bool(jv_at(results, i), "error", &s->result[i].error, e) < 0)
			return -1;
	}
	return 0;
}

static int take_step(JsonVal v, ChatStep *s, Err *e)
{
	JsonVal parts, results;

	if (take_word(v, "stop", s->said.stop_reason, sizeof s->said.stop_reason, e) < 0 ||
	    take_word(v, "tier", s->said.service_tier, sizeof s->said.service_tier, e) < 0 || jv_bool(v, "counted", &s->said.has_usage, e) < 0 ||
	    tokens_take(v, &s->said.tokens, e) < 0 || figure_take(v, "latencyMs", &s->said.latency_ms, e) < 0 || jv_array(v, "parts", &parts, e) < 0 ||
	    jv_array(v, "results", &results, e) < 0)
		return -1;
	if (take_word(v, "misfit", s->misfit, sizeof s->misfit, e) < 0 || take_word(v, "model", s->model, sizeof s->model, e) < 0)
		return -1;
	s->said.has_stop = s->said.stop_reason[0];
	s->priced = !jv_is_absent(jv_get(v, "nanoUsd"));
	s->cold_nusd = s->steady_nusd = -1;             /* of one that was kept before they were known */
	if (jv_has(v, "coldNanoUsd") && (figure_take(v, "coldNanoUsd", &s->cold_nusd, e) < 0 || figure_take(v, "steadyNanoUsd", &s->steady_nusd, e) < 0))
		return -1;
	if ((s->priced && figure_take(v, "nanoUsd", &s->nusd, e) < 0) || guardrail_take(jv_get(v, "guard"), &s->guard, e) < 0)
		return -1;
	return take_parts(parts, &s->said, e) < 0 ? -1 : take_results(results, s, e);
}

int record_step_read(ChatStep *s, Str json, Err *e)
{
	ChatTurn t = { 0 };
	Arena a = { 0 };
	JsonVal v;
	int rc = -1;

	if (jv_parse(&a, json, RECORD_MAX, &v, e) == 0)
		rc = take_step(v, turn_step(&t), e);
	if (rc == 0) {
		*s = t.step[0];
		t.steps = 0;
	}
	turn_free(&t);
	arena_done(&a);
	return rc;
}

static int take_turn(JsonVal v, ChatColumn *col, Err *e)
{
	ChatTurn *t = turn_add(col, STR(""));
	Str state;
	JsonVal steps;
	int k;

	if (take_buf(v, "asked", &t->asked, e) < 0 || jv_str(v, "state", &state, e) < 0 || index_of(states, STATES, state, "state", &k, e) < 0 ||
	    take_word(v, "why", t->why, sizeof t->why, e) < 0 ||
	    take_word(v, "how", t->how, sizeof t->how, e) < 0 || figure_take(v, "askedMs", &t->asked_ms, e) < 0 ||
	    figure_take(v, "firstMs", &t->first_ms, e) < 0 || figure_take(v, "totalMs", &t->total_ms, e) < 0 ||
	    jv_bool(v, "warmUp", &t->warm_up, e) < 0 || take_word(v, "tier", t->tier, sizeof t->tier, e) < 0 ||
	    take_guardrail(v, &t->guardrail, e) < 0 || guardrail_take(jv_get(v, "checked"), &t->checked, e) < 0 || jv_array(v, "steps", &steps, e) < 0)
		return -1;
	t->state = k == TURN_ASKED ? TURN_CANCELLED : (TurnState)k;
	for (size_t i = 0; i < jv_count(steps); i++)
		if (take_step(jv_at(steps, i), turn_step(t), e) < 0)
			return -1;
	return 0;
}

static int take_column(JsonVal v, Chat *c, size_t i, Err *e)
{
	Str model, label, sha256, system;
	JsonVal turns;

	if (jv_str(v, "model", &model, e) < 0 || jv_str(v, "label", &label, e) < 0 || jv_str(v, "sha256", &sha256, e) < 0 ||
	    jv_str(v, "system", &system, e) < 0 || jv_array(v, "turns", &turns, e) < 0)
		return -1;
	chat_set_model(c, i, model);
	chat_set_system(c, i, system, label, sha256);
	if (take_buf(v, "values", &c->column[i].values, e) < 0)
		return -1;
	c->column[i].temperature = (OptNum){ .has = !jv_is_absent(jv_get(v, "temperature")) };
	if (jv_opt_num(v, "temperature", &c->column[i].temperature.v, e) < 0 ||
	    take_word(v, "tier", c->column[i].tier, sizeof c->column[i].tier, e) < 0 || take_guardrail(v, &c->column[i].guardrail, e) < 0)
		return -1;
	for (size_t k = 0; k < jv_count(turns); k++)
		if (take_turn(jv_at(turns, k), &c->column[i], e) < 0)
			return -1;
	return 0;
}

static void start_anew(Chat *c)
{
	while (c->columns > 1)
		chat_free_column(c, c->columns - 1);
	chat_free_column(c, 0);
	c->columns = 1;
}

int record_read(Chat *c, Str json, Err *e)
{
	Arena a = { 0 };
	JsonVal root, columns;
	int rc = -1;

	start_anew(c);
	if (jv_parse(&a, json, RECORD_MAX, &root, e) == 0 && jv_array(root, "columns", &columns, e) == 0) {
		rc = jv_count(columns) >= 1 && jv_count(columns) <= CHAT_COLUMNS ? 0 : err_set(e, "a conversation has one to %d columns", CHAT_COLUMNS);
		for (size_t i = 0; i < jv_count(columns) && rc == 0; i++) {
			c->columns = i + 1;
			rc = take_column(jv_at(columns, i), c, i, e);
		}
	}
	if (rc < 0) {
		start_anew(c);
		(void)err_wrap(e, "a kept conversation cannot be read");
	}
	arena_done(&a);
	return rc;
}
