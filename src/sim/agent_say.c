#include "sim/agent_say.h"

#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "sim/fleet_tables.h"
#include "wire/jsonw.h"

enum { PROMPT_MAX = 1 << 20, TICK_MS = 30, BROKEN = 180, PER_THOUSAND = 1000 };

typedef struct Speech { SimStream stream; Arena arena; AgentPieces p; size_t at; bool begun; } Speech;

int agent_model(unsigned agent)
{
	return fleet_agents[agent].model;
}

Str agent_say(SimCall *c, int model, Str prompt, ModelTurn *turn)
{
	Buf json = { 0 }, text = { 0 };
	JsonW w = jw_to(&json);
	ModelAsk ask = { 0 };
	JsonVal body;
	Str out;

	jw_object(&w);
	jw_key(&w, "messages");
	jw_array(&w);
	jw_object(&w);
	jw_kstr(&w, "role", STR("user"));
	jw_key(&w, "content");
	jw_array(&w);
	jw_object(&w);
	jw_kstr(&w, "text", prompt.n ? prompt : STR("Go on."));
	jw_object_end(&w);
	jw_array_end(&w);
	jw_object_end(&w);
	jw_array_end(&w);
	jw_object_end(&w);
	*turn = (ModelTurn){ 0 };
	if (jv_parse(c->arena, buf_str(&json), 2 * PROMPT_MAX, &body, NULL) == 0 && model_ask_converse(body, &ask, NULL) == 0)
		model_answer(c, model, &ask, turn);
	for (int i = 0; i < turn->blocks; i++)
		if (turn->block[i].kind == BLOCK_TEXT)
			(void)buf_put_str(&text, turn->block[i].text);
	out = arena_str(c->arena, buf_str(&text));
	buf_done(&json);
	buf_done(&text);
	return out;
}

bool agent_breaks(SimCall *c, unsigned agent, int version, Str session)
{
	unsigned released;

	return fleet_release_ms(sim_fleet(c->sim), &released) && released == FLEET_UPSELL && released == agent && version == FLEET_BAD_VERSION + 1 &&
	       str_hash(session) % PER_THOUSAND < BROKEN;
}

static void on_tick(SimStream *s)
{
	Speech *k = (Speech *)s;
	Buf out = { 0 };
	size_t from = k->at;

	if (!k->begun)
		(void)buf_put_str(&out, k->p.before);
	k->begun = true;
	if (model_token(k->p.text, &k->at)) {
		k->p.put(&out, str_sub(k->p.text, from, k->at - from));
		sim_stream_put(s, buf_str(&out));
	} else {
		(void)buf_put_str(&out, k->p.after);
		if (out.n)
			sim_stream_put(s, buf_str(&out));
		sim_stream_end(s);
	}
	buf_done(&out);
}

static void on_done(SimStream *s)
{
	Speech *k = (Speech *)s;

	arena_done(&k->arena);
	free(k);
}

void agent_stream(SimCall *c, const AgentPieces *p)
{
	Speech *k = xcalloc(1, sizeof *k);

	k->stream = (SimStream){ .tick = on_tick, .done = on_done };
	k->p = *p;
	k->p.text = arena_str(&k->arena, p->text);
	k->p.before = arena_str(&k->arena, p->before);
	k->p.after = arena_str(&k->arena, p->after);
	sim_stream_begin_as(c, &k->stream, TICK_MS, p->header, p->header_count);
}
