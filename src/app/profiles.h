/* What application inference profiles call: asked of AWS once for each that a call names, kept in the store. Until then, and
 * where it cannot be found out, calls through them are unpriced. */
#ifndef APP_PROFILES_H
#define APP_PROFILES_H

#include "api/bedrock.h"
#include "app/feed.h"

/* The id by which calls through a profile are priced, in the arena: its model's, with "global." or its geography before it when the
 * profile routes to several Regions. -1 when it cannot be told. */
int profile_model(Arena *a, const BedrockProfile *p, Str *model, Err *e);

/* Looks for profiles that are not known and asks for them, one after the other; live at most every ten seconds, else once. Returns
 * whether there is something to wait for: then feeds_settled is called at its end. */
bool profiles_look(Feeds *f);
void profiles_free(Feeds *f);        /* when nothing of it is under way any more */

#endif
