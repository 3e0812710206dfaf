/* JSON-RPC 2.0: single messages, made and read. Pure. A batch is an array of them, which is the reader's business. */
#ifndef WIRE_JSONRPC_H
#define WIRE_JSONRPC_H

#include "wire/jsonval.h"

typedef enum RpcKind { RPC_REQUEST, RPC_NOTIFICATION, RPC_RESULT, RPC_ERROR } RpcKind;
enum { RPC_PARSE = -32700, RPC_INVALID_REQUEST = -32600, RPC_NO_METHOD = -32601, RPC_INVALID_PARAMS = -32602, RPC_INTERNAL = -32603 };

/* NONE: of a notification, and of an error about a message whose id could not be read. */
typedef enum RpcIdKind { RPC_ID_NONE, RPC_ID_NUMBER, RPC_ID_TEXT } RpcIdKind;
typedef struct RpcId { RpcIdKind kind; int64_t number; Str text; } RpcId;

typedef struct RpcMessage {
	RpcKind kind;
	RpcId   id;
	Str     method;              /* requests and notifications */
	JsonVal params;              /* the same; absent, an object or an array */
	JsonVal result;              /* RPC_RESULT */
	int64_t code;                /* RPC_ERROR */
	Str     message;
} RpcMessage;                    /* borrows from the document */

int  rpc_read(JsonVal v, RpcMessage *out, Err *e);

/* Append one message without line ends. params, result: one JSON value; empty params are left out. */
void rpc_put_request(Buf *out, int64_t id, const char *method, Str params);
void rpc_put_notification(Buf *out, const char *method, Str params);
void rpc_put_result(Buf *out, const RpcId *id, Str result);
void rpc_put_error(Buf *out, const RpcId *id, int code, const char *message);

#endif
