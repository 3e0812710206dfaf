/* Who may call: the one key pair of the simulated account, checked like AWS checks it. */
#ifndef SIM_AUTH_H
#define SIM_AUTH_H

#include "sim/service.h"

enum { AUTH_KEY = 21, AUTH_SECRET = 41, AUTH_SKEW_MS = 5 * 60 * 1000 };

typedef struct AuthKeys { char access[AUTH_KEY], secret[AUTH_SECRET]; } AuthKeys;

void auth_keys_make(uint64_t seed, AuthKeys *out);         /* the same for the same seed */
/* The service that the request's credential scope names; empty when there is none. */
Str  auth_scope_service(const HttpdRequest *rq);
/* True when the signature holds for this service. Otherwise the call has been answered with its protocol's error.
 * Skew is judged against the wall clock, whatever the fleet's clock says. */
bool auth_check(SimCall *c, const AuthKeys *keys, const char *service);

#endif
