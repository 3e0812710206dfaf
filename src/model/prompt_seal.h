/* What is signed of a prompt template: the names that it is used under and the hash of its text. A signature of an old
 * version, of another agent or of another environment therefore does not fit. Pure. */
#ifndef MODEL_PROMPT_SEAL_H
#define MODEL_PROMPT_SEAL_H

#include "base/buf.h"

/* sha256: of the text, 64 lower-case hex digits. environment: "prod", "test", … */
typedef struct PromptSeal { Str id, version, agent, environment, sha256; } PromptSeal;

/* Appends the bytes that are signed: one line that names the form, then "name=value" lines, each with a line feed at its end.
 * -1 and nothing appended: a value is empty or has a control character, or sha256 is none. */
int prompt_seal_put(Buf *out, const PromptSeal *seal, Err *e);

#endif
