/* The one way out: every answer and every event of a stream passes here, and meets the faults of its call here.
 * No service talks to the HTTP server itself. */
#ifndef SIM_DELIVER_H
#define SIM_DELIVER_H

#include "sim/service.h"

/* Sends the answer, as the call's plan has it: late, slowly, in part, with a wrong byte. */
void deliver_reply(SimCall *c, const HttpdReply *reply);

/* A body in pieces. gone(arg) is called once when the client has left; the outlet must not be used after that, nor
 * after deliver_end. */
Outlet *deliver_open(SimCall *c, const HttpdReply *head, void (*gone)(void *arg), void *arg);
/* One or more whole event-stream frames. -1: the stream has ended (by a fault), or the client does not read. */
int     deliver_put(Outlet *o, Str frames);
void    deliver_end(Outlet *o);
void    deliver_close_all(Sim *sim);       /* connections are dropped, answers that are due are not sent; no gone is called */

#endif
