/* Credentials, in the order of the AWS CLI: environment, profile (roles, SSO, processes, web identity, keys), container,
 * instance. creds_load reads files and environment and decides where the keys come from; keys that need the network or a
 * child are fetched on the loop when the first call wants them, and again before they expire.
 * Secrets stay in locked memory of this object; they are never in an Err, a log or argv.
 * Sources: AWS SDKs and Tools Reference Guide, "Standardized credential providers"; botocore for the order. */
#ifndef AWS_CREDS_H
#define AWS_CREDS_H

#include "base/arena.h"
#include "wire/sigv4.h"

typedef struct AwsCreds AwsCreds;

/* A role that was configured outside the shared files. */
typedef struct CredsRole {
	Str arn;            /* empty: none */
	Str whose;          /* "context prod": for messages */
	Str source_profile; /* whose keys ask for it; empty: what the environment gives */
	Str external_id, mfa_serial, session_name;
	int64_t duration_s; /* 0: not given */
} CredsRole;

typedef struct CredsAsk {
	Str profile;        /* --profile or the context's; empty: AWS_PROFILE, else "default" */
	bool profile_given; /* a named profile beats the environment's keys */
	CredsRole role;     /* in place of a profile */
	Str mfa_code;       /* --mfa-code: good for one role, once */
	int process_limit_ms;       /* of credential_process; 0: 60,000 */
} CredsAsk;

/* No network, no child, no loop. Loops, missing profiles and half key pairs are named (ERR_USAGE). */
AwsCreds   *creds_load(const CredsAsk *ask, Err *e);
/* Given keys (the demo's own, the tools' flags). */
AwsCreds   *creds_static(Str access, Str secret, Str token);
/* Wipes. After creds_attach the memory itself goes when the loop has turned. */
void        creds_free(AwsCreds *c);
SigCreds    creds_get(const AwsCreds *c);            /* borrowed until the next loop turn; empty while there are none */
const char *creds_source(const AwsCreds *c);         /* "environment", "profile fleet-dev" … for people */
const char *creds_kind(const AwsCreds *c);           /* "SSO", "role", "keys of the shared files" … */
/* Tells these credentials from others before the first answer, and stays the same when keys are renewed. */
Str         creds_id(const AwsCreds *c);
int64_t     creds_expires_ms(const AwsCreds *c);     /* wall clock; 0: not known, or never */
/* Counts the swaps: whoever acts on an identity compares it with the one that it asked about. */
int         creds_generation(const AwsCreds *c);
Str         creds_bearer(const AwsCreds *c);         /* AWS_BEARER_TOKEN_BEDROCK unless SigV4 is preferred; or empty */
Str         creds_profile_region(const AwsCreds *c); /* `region` of the profile, or empty */
Str         creds_profile_get(const AwsCreds *c, const char *key);   /* of the profile's section of the config file, or empty */
Str         creds_profile_endpoint(const AwsCreds *c, const char *service_id_lower);  /* endpoint_url of the profile or its services section */

/* --- on the loop --- */

struct Http;
typedef struct CredsNet {
	struct Http *http;
	Str  region, endpoint_url;      /* of the client: STS is asked there. Borrowed, like ca_file */
	bool allow_foreign;
	const char *ca_file;
	struct Breakers *breakers;      /* of the client, for those that ask in its name */
	int64_t (*now_ms)(void *arg); void *now_arg;
} CredsNet;

/* Once, before creds_ready. on_ready: keys are there (why NULL), or the one sentence why not. Never from inside a call
 * of this header. */
void creds_attach(AwsCreds *c, const CredsNet *net, void (*on_ready)(void *arg, const Err *why), void *arg);
/* True: creds_get has keys for the next minutes. False: they are being fetched and on_ready will come. */
bool creds_ready(AwsCreds *c);
/* AWS called the key `access` expired. True: try again as soon as creds_ready says so. */
bool creds_refuse(AwsCreds *c, Str access);
/* AWS does not know the key `access`, or its secret. True: the shared files have changed, or other keys are in use
 * already, so try again as soon as creds_ready says so. */
bool creds_doubt(AwsCreds *c, Str access);
/* GetCallerIdentity, signed with `access`, has said whose keys these are. */
void creds_note_identity(AwsCreds *c, Str access, Str account, Str arn);
/* True: the keys of now belong to the same account and role as those of that generation. False as well when AWS has not
 * been asked yet: whoever changes something must not go on then. */
bool creds_same_since(const AwsCreds *c, int generation);
/* Why the next keys could not be taken while the old ones still hold, or empty. */
const char *creds_notice(const AwsCreds *c);
/* A role that wants the code of an MFA device: on_ask is called with the device's name, and creds_mfa_code brings the
 * answer (empty: given up). Without on_ask the code must come with CredsAsk. */
void creds_on_mfa(AwsCreds *c, void (*on_ask)(void *arg, const char *serial), void *arg);
void creds_mfa_code(AwsCreds *c, Str code);
/* An SSO login that is over and cannot be renewed: on_ask is called with who needs it ("profile dev"), and
 * creds_logged_in brings the answer (false: given up). Without on_ask the calls that wait fail with what to run. */
void creds_on_login(AwsCreds *c, void (*on_ask)(void *arg, const char *source), void *arg);
void creds_logged_in(AwsCreds *c, bool logged_in);

#endif
