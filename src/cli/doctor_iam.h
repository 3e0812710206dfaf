/* `seismo doctor --iam`: the least-privilege policy of one context, on stdout. Returns the exit code. */
#ifndef CLI_DOCTOR_IAM_H
#define CLI_DOCTOR_IAM_H

#include "cli/options.h"

int doctor_iam(const Options *o);

#endif
