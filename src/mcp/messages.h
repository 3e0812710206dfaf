/* Messages of the Model Context Protocol: what a client asks and what it is answered. Pure. Everything that was read borrows from the
 * document or stands in the arena; all of it is text from outside. */
#ifndef MCP_MESSAGES_H
#define MCP_MESSAGES_H

#include "base/arena.h"
#include "wire/jsonrpc.h"

enum {
	MCP_MESSAGE_MAX = 1 << 20,         /* bytes of one message, either way */
	MCP_TOOLS_MAX = 512, MCP_PAGES_MAX = 64, MCP_SCHEMA_MAX = 64 << 10, MCP_NAME_MAX = 128, MCP_LIST_MAX = 4 << 20,
	MCP_TEXT_MAX = 256 << 10,          /* of a result's text */
};

/* Newest first; NULL-terminated. */
extern const char *const mcp_versions[];

typedef struct McpHello {
	const char *version;               /* one of mcp_versions */
	Str  name, server_version;         /* what the server calls itself */
	bool has_tools;
} McpHello;

void mcp_put_initialize(Buf *out, int64_t id, const char *client_version);
/* -1: also when the server speaks no version that we know. */
int  mcp_read_initialize(JsonVal result, McpHello *out, Err *e);

void mcp_put_list(Buf *out, int64_t id, Str cursor);      /* empty: the first page */
typedef struct McpToolItem {
	Str  name, title, description;
	Str  input_schema, output_schema;  /* JSON in the arena; output: empty when there is none */
	bool read_only, idempotent;        /* what the server says of it, which nobody has proved */
	char hash[65];                     /* SHA-256 of name, title, description, schemas and annotations */
} McpToolItem;
/* One tool of a page: -1 and Err when it cannot be one, with its name in the sentence where it has one. */
int  mcp_read_tool(Arena *a, JsonVal v, McpToolItem *out, Err *e);
/* The page's tools and where the next page begins; empty: this was the last. */
int  mcp_read_page(JsonVal result, JsonVal *tools, Str *cursor, Err *e);

/* arguments: one JSON object. The id is the progress token too. */
void mcp_put_call(Buf *out, int64_t id, Str tool, Str arguments);
typedef struct McpResult {
	bool is_error;                     /* the tool says that it failed; text says why */
	Str  text;                         /* all texts, a line end between them; what is no text is a note in brackets */
	Str  structured;                   /* JSON; empty: none */
	bool cut;                          /* text was longer than MCP_TEXT_MAX */
	size_t left_out;                   /* pictures and the like, of which only the note is kept */
} McpResult;
int  mcp_read_result(Arena *a, JsonVal result, McpResult *out, Err *e);

void mcp_put_cancelled(Buf *out, int64_t id, const char *reason);
typedef struct McpProgress { double done, total; Str message; } McpProgress;     /* total 0: not known */
int  mcp_read_progress(JsonVal params, int64_t *id, McpProgress *out, Err *e);

#endif
