#include "sim/service.h"

#include <stdlib.h>

#include "base/xalloc.h"
#include "sim/fleet_tables.h"
#include "sim/model_text.h"
#include "sim/rng.h"
#include "wire/eventstream.h"
#include "wire/jsonw.h"
#include "wire/text.h"

enum { TICK_MS = 30 };

typedef struct Talk {
	SimStream stream;                /* first: the service layer knows a conversation by it */
	Arena     arena;
	ModelTurn turn;
	size_t    at;                    /* bytes of the text that were sent */
	int64_t   wait_ms, spent_ms;     /* before the first token; so far */
	Rng       padding;
	bool      begun;
} Talk;

static void list_foundation_models(SimCall *c)
{
	Buf out = {0};
	JsonW w = jw_to(&out);

	jw_object(&w);
	jw_key(&w, "modelSummaries");
	jw_array(&w);
	for (int i = 0; i < FLEET_MODELS; i++) {
		const FleetModel *m = &fleet_models[i];
		Str id = str_of(m->id);
		bool profile = str_starts(id, STR("us."));
		id = profile ? str_sub(id, 3, id.n) : id;
		jw_object(&w);
		jw_kstr(&w, "modelArn", arena_printf(c->arena, "arn:aws:bedrock:" SIM_REGION "::foundation-model/%.*s", STR_ARG(id)));
		jw_kstr(&w, "modelId", id);
		jw_kstr(&w, "modelName", str_of(m->name));
		jw_kstr(&w, "providerName", str_of(m->provider));
		jw_key(&w, "inputModalities");
		jw_raw(&w, STR("[\"TEXT\"]"));
		jw_key(&w, "outputModalities");
		jw_raw(&w, STR("[\"TEXT\"]"));
		jw_kbool(&w, "responseStreamingSupported", true);
		jw_key(&w, "customizationsSupported");
		jw_raw(&w, STR("[]"));
		jw_key(&w, "inferenceTypesSupported");
		jw_raw(&w, profile ? STR("[\"INFERENCE_PROFILE\"]") : STR("[\"ON_DEMAND\"]"));
		jw_key(&w, "modelLifecycle");
		jw_raw(&w, STR("{\"status\":\"ACTIVE\"}"));
		jw_object_end(&w);
	}
	jw_array_end(&w);
	jw_object_end(&w);
	sim_answer(c, buf_str(&out));
	buf_done(&out);
}

static void put_usage(JsonW *w, const ModelTurn *t)
{
	int64_t writes = t->cache_write_5m + t->cache_write_1h;

	jw_key(w, "usage");
	jw_object(w);
	jw_ki64(w, "inputTokens", t->input);
	jw_ki64(w, "outputTokens", t->tokens);
	jw_ki64(w, "totalTokens", t->input + t->tokens + t->cache_read + writes);
	jw_ki64(w, "cacheReadInputTokens", t->cache_read);
	jw_ki64(w, "cacheWriteInputTokens", writes);
	if (writes) {
		jw_key(w, "cacheDetails");
		jw_array(w);
		jw_object(w);
		jw_kstr(w, "ttl", t->cache_write_1h ? STR("1h") : STR("5m"));
		jw_ki64(w, "inputTokens", writes);
		jw_object_end(w);
		jw_array_end(w);
	}
	jw_object_end(w);
}

static void put_metrics(JsonW *w, int64_t latency_ms)
{
	jw_key(w, "metrics");
	jw_object(w);
	jw_ki64(w, "latencyMs", latency_ms);
	jw_object_end(w);
}

static Str stop_reason(const ModelTurn *t)
{
	return t->cut ? STR("max_tokens") : STR("end_turn");
}

static void answer_whole(SimCall *c, const ModelTurn *t)
{
	Buf out = {0};
	JsonW w = jw_to(&out);

	jw_object(&w);
	jw_key(&w, "output");
	jw_object(&w);
	jw_key(&w, "message");
	jw_object(&w);
	jw_kstr(&w, "role", STR("assistant"));
	jw_key(&w, "content");
	jw_array(&w);
	jw_object(&w);
	jw_kstr(&w, "text", t->text);
	jw_object_end(&w);
	jw_array_end(&w);
	jw_object_end(&w);
	jw_object_end(&w);
	jw_kstr(&w, "stopReason", stop_reason(t));
	put_usage(&w, t);
	put_metrics(&w, t->first_ms + (int64_t)t->tokens * t->token_us / 1000);
	jw_object_end(&w);
	sim_answer(c, buf_str(&out));
	buf_done(&out);
}

/* Every event ends in filler of varying length, as the service's own do: clients must overlook unknown members. */
static void send_event(Talk *k, const char *type, JsonW *w)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
	Buf frame = {0};

	jw_kstr(w, "p", str_sub(str_of(letters), 0, 1 + rng_below(&k->padding, sizeof letters - 1)));
	jw_object_end(w);
	(void)es_encode_event(&frame, type, buf_str(w->out));      /* a few hundred bytes */
	(void)httpd_stream_put(k->stream.conn, buf_str(&frame));
	buf_done(&frame);
	buf_reset(w->out);
}

static void send_delta(Talk *k, Buf *json, Str text)
{
	JsonW w = jw_to(json);

	jw_object(&w);
	jw_ki64(&w, "contentBlockIndex", 0);
	jw_key(&w, "delta");
	jw_object(&w);
	jw_kstr(&w, "text", text);
	jw_object_end(&w);
	send_event(k, "contentBlockDelta", &w);
}

static void send_end(Talk *k, Buf *json)
{
	JsonW w = jw_to(json);

	jw_object(&w);
	jw_ki64(&w, "contentBlockIndex", 0);
	send_event(k, "contentBlockStop", &w);
	w = jw_to(json);
	jw_object(&w);
	jw_kstr(&w, "stopReason", stop_reason(&k->turn));
	send_event(k, "messageStop", &w);
	w = jw_to(json);
	jw_object(&w);
	put_usage(&w, &k->turn);
	put_metrics(&w, k->spent_ms);
	send_event(k, "metadata", &w);
}

static void on_tick(SimStream *s)
{
	Talk *k = (Talk *)s;
	Buf json = {0};
	JsonW w = jw_to(&json);
	size_t from = k->at;

	k->spent_ms += TICK_MS;
	if (k->spent_ms < k->wait_ms)
		return;
	if (!k->begun) {
		k->begun = true;
		jw_object(&w);
		jw_kstr(&w, "role", STR("assistant"));
		send_event(k, "messageStart", &w);
	}
	if (model_token(&k->turn, &k->at)) {
		send_delta(k, &json, str_sub(k->turn.text, from, k->at - from));
	} else {
		send_end(k, &json);
		sim_stream_end(s);
	}
	buf_done(&json);
}

static void on_done(SimStream *s)
{
	Talk *k = (Talk *)s;

	arena_done(&k->arena);
	free(k);
}

static void answer_stream(SimCall *c, const ModelTurn *t)
{
	Talk *k = xcalloc(1, sizeof *k);

	k->stream = (SimStream){ .tick = on_tick, .done = on_done };
	k->turn = *t;
	k->turn.text = arena_str(&k->arena, t->text);
	k->wait_ms = t->first_ms;
	k->padding = (Rng){ str_hash(t->text) };
	sim_stream_begin(c, &k->stream, TICK_MS);
}

static void converse(SimCall *c, Str model_id, bool stream)
{
	int model = model_find(model_id);
	ModelTurn turn;
	Err e;

	if (model < 0)
		sim_fail(c, 400, "ValidationException", "The provided model identifier is invalid.");
	else if (model_answer(c, model, &turn, &e) < 0)
		sim_fail_err(c, "ValidationException", &e);
	else if (stream)
		answer_stream(c, &turn);
	else
		answer_whole(c, &turn);
}

void svc_bedrock(SimCall *c)
{
	Str rest = c->rq->path, id;
	Buf decoded = {0};

	if (str_is(c->rq->method, "GET") && str_is(rest, "/foundation-models")) {
		list_foundation_models(c);
		return;
	}
	rest = str_sub(rest, sizeof "/model/" - 1, rest.n);
	id = str_cut(rest, '/', &rest);
	if (!str_is(c->rq->method, "POST") || !(str_is(rest, "converse") || str_is(rest, "converse-stream")))
		sim_unknown(c);
	else if (uri_decode(&decoded, id) < 0)
		sim_fail(c, 400, "ValidationException", "The provided model identifier is invalid.");
	else
		converse(c, buf_str(&decoded), str_is(rest, "converse-stream"));
	buf_done(&decoded);
}
