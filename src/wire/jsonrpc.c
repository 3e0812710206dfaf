#include "wire/jsonrpc.h"

#include "wire/jsonw.h"

static int read_id(JsonVal v, RpcId *out, Err *e)
{
	JsonVal id = jv_get(v, "id");

	*out = (RpcId){ .kind = RPC_ID_NONE, .text = STR("") };
	if (jv_is_absent(id))
		return 0;
	out->kind = jv_type(id) == JV_STRING ? RPC_ID_TEXT : RPC_ID_NUMBER;
	return out->kind == RPC_ID_TEXT ? jv_as_str(id, &out->text, e) : jv_as_i64(id, &out->number, e);
}

static int read_asked(JsonVal v, RpcMessage *out, Err *e)
{
	out->kind = jv_has(v, "id") ? RPC_REQUEST : RPC_NOTIFICATION;
	out->params = jv_get(v, "params");
	if (out->kind == RPC_REQUEST && out->id.kind == RPC_ID_NONE)
		return err_set(e, "id: a request's id must not be null");
	if (!jv_is_absent(out->params) && jv_type(out->params) != JV_OBJECT && jv_type(out->params) != JV_ARRAY)
		return err_set(e, "params: must be an object or an array");
	return jv_name(v, "method", &out->method, e);
}

static int read_error(JsonVal v, RpcMessage *out, Err *e)
{
	JsonVal error;

	out->kind = RPC_ERROR;
	if (jv_object(v, "error", &error, e) < 0 || jv_i64(error, "code", &out->code, e) < 0)
		return -1;
	return jv_opt_str(error, "message", &out->message, e);
}

int rpc_read(JsonVal v, RpcMessage *out, Err *e)
{
	Str version = STR("");

	*out = (RpcMessage){ .method = STR(""), .message = STR("") };
	if (jv_type(v) != JV_OBJECT)
		return err_set(e, "no JSON-RPC message: not an object");
	if (jv_str(v, "jsonrpc", &version, e) < 0 || read_id(v, &out->id, e) < 0)
		return err_wrap(e, "no JSON-RPC message");
	if (!str_is(version, "2.0"))
		return err_set(e, "no JSON-RPC message: jsonrpc is not \"2.0\"");
	if (jv_has(v, "method"))
		return read_asked(v, out, e) < 0 ? err_wrap(e, "no JSON-RPC message") : 0;
	if (jv_has(v, "error"))
		return read_error(v, out, e) < 0 ? err_wrap(e, "no JSON-RPC message") : 0;
	out->kind = RPC_RESULT;
	out->result = jv_get(v, "result");
	if (jv_type(out->result) == JV_ABSENT || jv_is_twice(out->result) || out->id.kind == RPC_ID_NONE)
		return err_set(e, "no JSON-RPC message: it has neither method, nor error, nor id and result");
	return 0;
}

static void put_head(JsonW *w)
{
	jw_object(w);
	jw_kstr(w, "jsonrpc", STR("2.0"));
}

static void put_id(JsonW *w, const RpcId *id)
{
	switch (id->kind) {
	case RPC_ID_NONE:
		jw_knull(w, "id");
		break;
	case RPC_ID_NUMBER:
		jw_ki64(w, "id", id->number);
		break;
	case RPC_ID_TEXT:
		jw_kstr(w, "id", id->text);
		break;
	}
}

void rpc_put_request(Buf *out, int64_t id, const char *method, Str params)
{
	JsonW w = jw_to(out);

	put_head(&w);
	jw_ki64(&w, "id", id);
	jw_kstr(&w, "method", str_of(method));
	jw_kraw(&w, "params", params);
	jw_object_end(&w);
}

void rpc_put_notification(Buf *out, const char *method, Str params)
{
	JsonW w = jw_to(out);

	put_head(&w);
	jw_kstr(&w, "method", str_of(method));
	jw_kraw(&w, "params", params);
	jw_object_end(&w);
}

void rpc_put_result(Buf *out, const RpcId *id, Str result)
{
	JsonW w = jw_to(out);

	put_head(&w);
	put_id(&w, id);
	jw_kraw(&w, "result", result);
	jw_object_end(&w);
}

void rpc_put_error(Buf *out, const RpcId *id, int code, const char *message)
{
	JsonW w = jw_to(out);

	put_head(&w);
	put_id(&w, id);
	jw_key(&w, "error");
	jw_object(&w);
	jw_ki64(&w, "code", code);
	jw_kstr(&w, "message", str_of(message));
	jw_object_end(&w);
	jw_object_end(&w);
}
