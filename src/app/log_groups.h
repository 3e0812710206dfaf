/* What the log groups of a context say of a span of time: one after the other, page by page. Nobody asks until a person wants it, because
 * such lines are not kept. On the loop; for app/ files only. */
#ifndef APP_LOG_GROUPS_H
#define APP_LOG_GROUPS_H

#include "api/logs.h"
#include "app/pane.h"
#include "app/watch.h"
#include "aws/aws.h"
#include "aws/pages.h"

typedef struct LogGroupsAsk {
	Str     pattern;                     /* of FilterLogEvents; borrowed until the end */
	int64_t from_ms, until_ms;
	int64_t ms;                          /* for a question, and for a group */
	bool  (*take)(void *arg, size_t group, const LogsFilterOut *page);          /* false: that is enough */
	/* Once. gone: other contexts are shown by now, or the program ends: nobody waits for it. why: it is not all, NULL: it is. */
	void  (*end)(void *arg, bool gone, const char *why);
	void   *arg;
} LogGroupsAsk;

/* Lives in whoever asks. */
typedef struct LogGroups {
	App *a;
	Watch *w;
	unsigned epoch;
	size_t group;
	Pages pages;
	LogGroupsAsk ask;
} LogGroups;

/* The context has log groups. Ends before this returns when nothing can be asked. */
void log_groups_start(LogGroups *g, App *a, Watch *w, const LogGroupsAsk *ask);

#endif
