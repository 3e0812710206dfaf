/* The stop ladder: its rungs, mildest first, and what each needs beside the agent's name, of the configuration or of a person. One table
 * for the command and for the card; what a back end has of it, and what it asks of AWS, the rows of act/ know (move_action_way). */
#ifndef APP_STOPS_H
#define APP_STOPS_H

#include "act/move.h"
#include "conf/config.h"

/* undo: what puts it back, where no action does. of_pointer: the pointer that is named is what it is done to; else it is found by the agent's
 * name. */
typedef struct Rung { const char *name; MoveAction action; const char *help, *undo; bool of_pointer; } Rung;
enum { RUNGS = 5 };
extern const Rung rungs[RUNGS];
const Rung *rung_of(Str name);       /* NULL: there is none of that name */
const Rung *rung_for(MoveAction stop);       /* the one that does this; NULL: it is no stop */
enum { STOPS_SESSION_LEAST = 33 };           /* characters of a session's id: the AgentCore API's runtimeSessionId has that many and more */

/* Fills in what ask->action, a rung's, needs for ask->agent. sessions: "ID,ID". -1: it is not configured, or no session is named; *e says
 * what to write where. Lives in a. */
int stops_prepare(const ConfStops *c, Str sessions, Arena *a, MoveAsk *ask, MoveSpec *spec, Err *e);
Str stops_target(const ConfStops *c, Str agent, Arena *a);      /* of the gateway, that a throttle limits */

#endif
