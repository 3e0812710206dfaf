/* Who may call: the key pair of the simulated account and the role sessions that STS has handed out, checked like AWS
 * checks them. Any region is served; the one that a request is signed for is the one it is answered from. */
#ifndef SIM_AUTH_H
#define SIM_AUTH_H

#include "sim/service.h"

enum { AUTH_KEY = 21, AUTH_SECRET = 41, AUTH_SKEW_MS = 5 * 60 * 1000, AUTH_SKEW_S3_MS = 15 * 60 * 1000 };

typedef struct AuthKeys { char access[AUTH_KEY], secret[AUTH_SECRET]; } AuthKeys;

void auth_keys_make(uint64_t seed, AuthKeys *out);         /* the same for the same seed */
/* The service that the request's credential scope names; empty when there is none. */
Str  auth_scope_service(const HttpdRequest *rq);
/* True when the signature holds for c->signing; c->who and c->region are then set. Otherwise the call has been answered
 * with its protocol's error. Skew and expiry are judged against the server's wall clock, whatever the fleet's says. */
bool auth_check(SimCall *c, const AuthKeys *keys);

#endif
