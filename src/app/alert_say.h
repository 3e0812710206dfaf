/* `:ack` and `:silence`: what the person in front of the console says about an alert. Local writes, on a worker. */
#ifndef APP_ALERT_SAY_H
#define APP_ALERT_SAY_H

#include "app/pane.h"

void alert_ack_command(App *a, Str rest);            /* "[ALERT] REASON" */
void alert_silence_command(App *a, Str rest);        /* "[ALERT] 2h [REASON]" */

#endif
