/* Credentials: from the environment or a profile of the shared files. The rest of the chain plugs in here.
 * Secrets stay in this object and the signer; they are never in an Err, a log or argv. */
#ifndef AWS_CREDS_H
#define AWS_CREDS_H

#include "base/arena.h"
#include "wire/sigv4.h"

typedef struct AwsCreds AwsCreds;

typedef struct CredsAsk {
	Str profile;        /* --profile or the context's; empty: AWS_PROFILE, else "default" */
	bool profile_given; /* a named profile beats the environment's keys */
} CredsAsk;

/* Environment keys first (unless a profile was named), then ~/.aws/credentials, then ~/.aws/config
 * (AWS_SHARED_CREDENTIALS_FILE, AWS_CONFIG_FILE). A missing profile is named, half a key pair is an error. */
AwsCreds   *creds_load(const CredsAsk *ask, Err *e);
/* Given keys (the demo's own, the tools' flags). */
AwsCreds   *creds_static(Str access, Str secret, Str token);
void        creds_free(AwsCreds *c);                 /* wipes */
SigCreds    creds_get(const AwsCreds *c);            /* borrowed */
const char *creds_source(const AwsCreds *c);         /* "environment", "profile fleet-dev" … for people */
Str         creds_profile_region(const AwsCreds *c); /* `region` of the profile, or empty */
Str         creds_profile_endpoint(const AwsCreds *c, const char *service_id_lower);  /* endpoint_url of the profile or its services section */

#endif
