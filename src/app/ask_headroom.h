/* What the pane of quotas asks. */
#ifndef APP_ASK_HEADROOM_H
#define APP_ASK_HEADROOM_H

#include "app/headroom.h"
#include "app/pane.h"

typedef struct HeadroomAsk { int64_t listed_ms; } HeadroomAsk;         /* when the limits came: newer ones are another question */
extern const AskClass ask_headroom;            /* in: HeadroomAsk, out: Headroom */

/* How each figure of the pane came about, as a page. lacks: the permission that is missing, or empty. */
void headroom_page(const Headroom *h, const char *lacks, int64_t offset_ms, Buf *out);

#endif
