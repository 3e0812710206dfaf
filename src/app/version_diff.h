/* How a version is made, and how another one differs: configuration setting by setting, the prompt line by line, tools. As text for a page. */
#ifndef APP_VERSION_DIFF_H
#define APP_VERSION_DIFF_H

#include "base/buf.h"
#include "base/str.h"

/* What there is to compare; detail: {"config","prompt","tools"} as JSON, empty: not known. */
typedef struct VersionText { Str version, release, status, model, detail; } VersionText;

void version_text(const VersionText *v, Buf *out);
void version_diff(const VersionText *from, const VersionText *to, Buf *out);

#endif
