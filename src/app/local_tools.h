/* The program's own tools for models: what the snapshot can answer about the fleet. They only read: there is none that acts, and none that takes an
 * account, a Region or a file, for these are those of the context whose store it is. */
#ifndef APP_LOCAL_TOOLS_H
#define APP_LOCAL_TOOLS_H

#include "store/store.h"
#include "wire/jsonval.h"

/* Cut to whole rows below this many bytes; a masked copy of what the store has. */
enum { LOCAL_RESULT_MAX = 16 << 10 };

typedef struct LocalTool LocalTool;
struct LocalTool {
	const char *name, *for_models; /* "list_jobs", in views local:list_jobs; "local_list_jobs" */
	const char *description;
	const char *schema;            /* JSON Schema: what its input must be */
	/* On a worker. input fits the schema. Appends one JSON object to *out. */
	int (*answer)(Store *s, JsonVal input, int64_t now_ms, Buf *out, Err *e);
};

const LocalTool *local_tools(size_t *n);
const LocalTool *local_tool(Str name);       /* by either name. NULL: there is none */

#endif
