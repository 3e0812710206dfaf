/* IAM Identity Center's logins, as far as the control path needs them. */
#ifndef SIM_SSO_H
#define SIM_SSO_H

#include "sim/sim.h"

/* What a person does in the browser with the code that a device shows. False: no login waits with that code. */
bool sso_answer(Sim *s, Str user_code, bool allow);

#endif
