/* The list `mcp_servers` of config.yaml: servers of the Model Context Protocol, whose tools models may be given. */
#ifndef CONF_MCP_SERVERS_H
#define CONF_MCP_SERVERS_H

#include "conf/schema.h"

typedef struct ConfMcpServer {
	Str  name;                           /* the SERVER of "SERVER/TOOL" */
	Str *command; size_t command_n;      /* argv; empty: url */
	Str  url;
	Str  bearer_env;                     /* empty: none */
	Str *env; size_t env_n;              /* names of variables */
	Str *tools; size_t tools_n;          /* names of tools; empty: all */
	int64_t timeout_ms;                  /* 60 s */
} ConfMcpServer;

enum { MCP_SERVERS_MAX = 32 };
extern const SettingList mcp_server_list;            /* of ConfMcpServer */

#endif
