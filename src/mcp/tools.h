/* The tools of one server as it lists them, and what has been accepted of them. Everything that describes a tool was written by the
 * server: it is drawn through ui/clean.h only, and it persuades nobody. */
#ifndef MCP_TOOLS_H
#define MCP_TOOLS_H

#include "aws/breaker.h"
#include "mcp/messages.h"
#include "wire/jsonschema.h"

/* ACCEPTED: as it was when it was accepted. NEW: it came up later. CHANGED: name, description, schema or hints are others. */
typedef enum McpTrust { MCP_ACCEPTED, MCP_NEW, MCP_CHANGED } McpTrust;

typedef struct McpTool {
	Str  name, qualified;              /* "read_file", "SERVER/read_file" */
	Str  title, description;
	Str  input_schema, output_schema;  /* JSON; output: empty when there is none */
	bool read_only, idempotent;        /* what the server says; a caller asks a person before it calls one that is not read_only */
	McpTrust trust;
	char hash[65];                     /* SHA-256 of the whole definition */
	const char *fault;                 /* why it cannot be called: its schema is wrong; NULL */
	JsonSchema *input, *output;        /* NULL: wrong, or none */
} McpTool;

/* --- what is accepted --- */

typedef struct McpPin {
	char   *name;
	char    hash[65];                  /* empty: nothing was accepted */
	Breaker breaker;
} McpPin;

typedef struct McpPins { McpPin *pin; size_t n, cap; } McpPins;

McpPin *pins_find(const McpPins *p, Str name);       /* NULL: none */
McpPin *pins_get(McpPins *p, Str name);              /* made when it is not there; pointers hold until the next one is made */
void    pins_done(McpPins *p);

/* --- the list --- */

typedef struct McpToolList {
	Arena    arena;
	Str      server;                   /* borrowed */
	const Str *allow;                  /* borrowed; none: all */
	size_t   allow_n;
	McpTool *tool;
	size_t   n, cap;
	size_t   bytes;                    /* of all definitions so far */
	size_t   left_out;
	char     note[256];                /* why the first of them was */
} McpToolList;

/* Appends a page. What cannot be a tool, stands twice or is too much is left out; what is not allowed is passed over. */
void tools_add(McpToolList *l, JsonVal page);
/* After the last page. first: whatever has no pin is accepted as it is; else it is new. */
void tools_judge(McpToolList *l, McpPins *pins, bool first);
McpTool *tools_find(const McpToolList *l, Str name);
void tools_done(McpToolList *l);

#endif
