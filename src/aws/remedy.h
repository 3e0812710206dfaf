/* Faults that are common enough to deserve a sentence of their own, as rows: by code and by what AWS's message says. */
#ifndef AWS_REMEDY_H
#define AWS_REMEDY_H

#include "aws/fault.h"

typedef struct Remedy {
	const char *service;      /* host_prefix that it begins with ("bedrock" is all of them); NULL: any */
	const char *codes;        /* words, any case; NULL: any */
	const char *says;         /* part of the message, any case; NULL: anything */
	const char *what, *cure;  /* {about} {region} {right} are replaced */
} Remedy;

/* The first row that fits, or NULL. */
const Remedy *remedy_find(const Fault *f, const AwsService *s, const char *region);
/* "CALL: WHAT (CODE, request ID); CURE". */
void remedy_say(const Remedy *r, const Fault *f, const FaultPlace *at, const char *call, const char *proof, Err *e);

/* What an access denial's message names: the missing permission ("logs:StartLiveTail"), and what denies it; empty when it
 * does not say. IAM User Guide, "Troubleshoot access denied error messages". */
void denial_read(const char *message, char action[80], const char **by);

#endif
