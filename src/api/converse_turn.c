/* A streamed turn, put together again. Text and reasoning usually have no contentBlockStart: a block begins with whatever
 * names it first. */
#include "api/converse_events.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "wire/text.h"

enum { EVENT_MAX_BYTES = ES_MAX_PAYLOAD, BLOCKS_MAX = 1000 };

ConversePart *converse_part(ConverseTurn *t, int64_t block, Err *e)
{
	size_t i = t->parts;

	while (i > 0 && t->part[i - 1].block > block)
		i--;
	if (i > 0 && t->part[i - 1].block == block)
		return &t->part[i - 1];
	if (t->parts == BLOCKS_MAX) {
		(void)err_set(e, "more than %d content blocks", BLOCKS_MAX);
		return NULL;
	}
	VEC_GROW(t->part, t->cap, t->parts + 1);
	memmove(t->part + i + 1, t->part + i, (t->parts - i) * sizeof *t->part);
	t->parts++;
	t->part[i] = (ConversePart){ .block = block };
	return &t->part[i];
}

static int fold_start(Arena *a, Str payload, ConverseTurn *t, Err *e)
{
	ConverseStartEvent ev = { 0 };
	ConversePart *p;

	if (shape_parse_json(a, &converse_start_event, payload, EVENT_MAX_BYTES, &ev, e) < 0)
		return -1;
	if (!ev.start.tool.id.n)
		return 0;
	if (!(p = converse_part(t, ev.block, e)))
		return -1;
	p->kind = CONVERSE_TOOL;
	(void)buf_put_str(&p->id, ev.start.tool.id);        /* of one event, which had a cap */
	(void)buf_put_str(&p->name, ev.start.tool.name);
	(void)buf_put_str(&p->type, ev.start.tool.type);
	return 0;
}

static void add_citation(ConversePart *p, Str citation)
{
	if (p->citations.n)
		(void)buf_putc(&p->citations, ',');
	(void)buf_put_str(&p->citations, citation);
}

static int add(ConversePart *p, ConverseKind kind, Str text, ConversePiece *out, Err *e)
{
	p->kind = kind;
	*out = (ConversePiece){ kind, p->block, text };
	return buf_put_str(&p->text, text) < 0 ? err_set(e, "content block %lld is too big", (long long)p->block) : 0;
}

static int fold_delta(Arena *a, Str payload, ConverseTurn *t, ConversePiece *out, Err *e)
{
	ConverseDeltaEvent ev = { 0 };
	const ConverseReasoningDelta *r = &ev.delta.reasoning;
	ConversePart *p;

	if (shape_parse_json(a, &converse_delta_event, payload, EVENT_MAX_BYTES, &ev, e) < 0 || !(p = converse_part(t, ev.block, e)))
		return -1;
	if (ev.delta.citation.n)
		add_citation(p, ev.delta.citation);
	if (r->signature.n)
		(void)buf_put_str(&p->signature, r->signature);
	if (ev.delta.text.n)
		return add(p, CONVERSE_TEXT, ev.delta.text, out, e);
	if (ev.delta.tool.input.n)
		return add(p, CONVERSE_TOOL, ev.delta.tool.input, out, e);
	if (r->text.n)
		return add(p, CONVERSE_REASONING, r->text, out, e);
	return r->redacted.n ? add(p, CONVERSE_REDACTED, r->redacted, out, e) : 0;
}

static void keep(char *out, size_t size, Str s)
{
	(void)snprintf(out, size, "%.*s", STR_ARG(s));
}

static int fold_stop(Arena *a, Str payload, ConverseTurn *t, Err *e)
{
	ConverseStopEvent ev = { 0 };

	if (shape_parse_json(a, &converse_stop_event, payload, EVENT_MAX_BYTES, &ev, e) < 0)
		return -1;
	t->has_stop = true;
	keep(t->stop_reason, sizeof t->stop_reason, ev.reason);
	return 0;
}

static int fold_metadata(Arena *a, Str payload, ConverseTurn *t, Err *e)
{
	ConverseMetadataEvent ev = { 0 };
	JsonVal root;

	if (jv_parse(a, payload, EVENT_MAX_BYTES, &root, e) < 0 ||
	    shape_take_json(a, &converse_metadata_event, SHAPE_WIRE, root, &ev, e) < 0 || converse_tokens(&ev.usage, &t->tokens, e) < 0)
		return -1;
	t->has_usage = jv_has(root, "usage");
	if (ev.metrics.latency_ms < 0)
		return err_set(e, "metrics.latencyMs: negative");
	t->latency_ms = ev.metrics.latency_ms;
	keep(t->service_tier, sizeof t->service_tier, ev.tier.type);
	buf_reset(&t->trace);
	(void)buf_put_str(&t->trace, ev.trace);
	return 0;
}

int converse_event(Arena *a, Str type, Str payload, ConverseTurn *turn, ConversePiece *out, Err *e)
{
	int rc = 0;

	*out = (ConversePiece){ .text = STR("") };
	if (str_is(type, "contentBlockStart"))
		rc = fold_start(a, payload, turn, e);
	else if (str_is(type, "contentBlockDelta"))
		rc = fold_delta(a, payload, turn, out, e);
	else if (str_is(type, "messageStop"))
		rc = fold_stop(a, payload, turn, e);
	else if (str_is(type, "metadata"))
		rc = fold_metadata(a, payload, turn, e);
	return rc < 0 ? err_wrap(e, "Bedrock ConverseStream %.*s", type.n > 40 ? 40 : STR_ARG(type)) : 0;
}

static int tool_block(const ConversePart *p, ConverseBlock *out, Err *e)
{
	Str input = p->text.n ? buf_str(&p->text) : STR("{}");      /* no piece at all: a tool without parameters */

	if (json_check(input, input.n, e) < 0)
		return err_wrap(e, "the input of the tool %.*s", STR_ARG(buf_str(&p->name)));
	out->tool_use = (ConverseToolUse){ buf_str(&p->id), buf_str(&p->name), input, buf_str(&p->type) };
	return 0;
}

/* Text with its sources is a kind of block of its own. */
static Str cited(const ConversePart *p, Arena *a)
{
	Buf json = { 0 };
	JsonW w = jw_to(&json);
	Str out;

	jw_object(&w);
	jw_key(&w, "content");
	jw_array(&w);
	jw_object(&w);
	jw_kstr(&w, "text", buf_str(&p->text));
	jw_object_end(&w);
	jw_array_end(&w);
	jw_key(&w, "citations");
	jw_raw(&w, arena_printf(a, "[%.*s]", STR_ARG(buf_str(&p->citations))));
	jw_object_end(&w);
	out = arena_str(a, buf_str(&json));
	buf_done(&json);
	return out;
}

/* 1 when there is a block, 0 for an empty one: the service refuses those. */
static int block_of(const ConversePart *p, Arena *a, ConverseBlock *out, Err *e)
{
	*out = (ConverseBlock){ 0 };
	switch (p->kind) {
	case CONVERSE_TEXT:
		if (p->citations.n)
			out->citations = cited(p, a);
		else
			out->text = buf_str(&p->text);
		return 1;
	case CONVERSE_REASONING:
		out->reasoning.text = (ConverseReasoningText){ buf_str(&p->text), buf_str(&p->signature) };
		return 1;
	case CONVERSE_REDACTED:
		out->reasoning.redacted = buf_str(&p->text);
		return 1;
	case CONVERSE_TOOL:
		return tool_block(p, out, e) < 0 ? -1 : 1;
	case CONVERSE_NONE:
		break;
	}
	return 0;
}

int converse_turn_message(const ConverseTurn *turn, Arena *a, ConverseMessage *out, Err *e)
{
	out->role = STR("assistant");
	out->content.v = ARENA_ARRAY(a, ConverseBlock, turn->parts ? turn->parts : 1);
	out->content.n = 0;
	for (size_t i = 0; i < turn->parts; i++) {
		int rc = block_of(&turn->part[i], a, &out->content.v[out->content.n], e);

		if (rc < 0)
			return -1;
		out->content.n += (size_t)rc;
	}
	return 0;
}

void converse_turn_done(ConverseTurn *turn)
{
	for (size_t i = 0; i < turn->parts; i++) {
		ConversePart *p = &turn->part[i];

		buf_done(&p->text);
		buf_done(&p->signature);
		buf_done(&p->id);
		buf_done(&p->name);
		buf_done(&p->type);
		buf_done(&p->citations);
	}
	free(turn->part);
	buf_done(&turn->trace);
	*turn = (ConverseTurn){ 0 };
}
