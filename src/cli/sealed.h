/* A template's file, its seal, and the use that the flags name. */
#ifndef CLI_SEALED_H
#define CLI_SEALED_H

#include "act/seal.h"
#include "cli/options.h"

typedef struct Sealed {
	Arena arena;
	Buf   text;
	char *seal_path;             /* FILE.seal.json */
	bool  sealed;                /* it is there: seal holds it */
	Seal  seal;
	SealUse use;
	PromptSeal names;            /* what a new seal would say */
	char  sha256[65];
} Sealed;

/* ERR_USAGE: --key, --agent or --environment is missing. A seal that is there and cannot be read is an error: it is not "unsigned". */
int  sealed_read(Sealed *t, const Options *o, const char *path, Err *e);
void sealed_done(Sealed *t);     /* also after -1 */

#endif
