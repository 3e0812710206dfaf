/* What is steered while the simulated region runs. Its paths are none that AWS has, and they are not signed: the server
 * listens on loopback only, and a web page cannot send a PUT to another origin without being asked about it first.
 *
 *   GET /_seismo/faults     the faults in the notation of --fault
 *   PUT /_seismo/faults     body in that notation; empty: none. They begin with the next call. */
#ifndef SIM_CONTROL_H
#define SIM_CONTROL_H

#include "net/httpd.h"
#include "sim/sim.h"

/* True when the request was one of these; it has then been answered. */
bool control_request(Sim *s, HttpdConn *conn, const HttpdRequest *rq);

#endif
