/* The inside of credentials. creds.c is the object and its refresh, creds_plan.c decides on a provider, creds_keys.c
 * holds and reads keys, creds_fetch.c leads one provider to its keys; creds_role.c, creds_sso.c, creds_process.c and
 * creds_local.c are the providers. */
#ifndef AWS_CREDS_OWN_H
#define AWS_CREDS_OWN_H

#include "aws/aws.h"
#include "aws/sso_cache.h"
#include "conf/profile.h"

/* One set of keys, in locked pages that stay out of core dumps. Never changed after keyset_new. */
typedef struct KeySet {
	size_t   bytes;
	int64_t  expires_ms;              /* 0: not known */
	SigCreds sig;
} KeySet;

/* A key with a blank or a control character would break the header that it goes into: ERR_USAGE, NULL. `source` names
 * where they come from. */
KeySet *keyset_new(Str access, Str secret, Str token, int64_t expires_ms, const char *source, Err *e);
void  keyset_free(KeySet *k);             /* wipes */
bool  keyset_same(const KeySet *x, const KeySet *y);        /* key, secret and token */

/* The member names of one provider's JSON. */
typedef struct KeySetShape {
	const char *inside, *access, *secret, *token, *expires;     /* inside: member that holds the others, or NULL */
	bool version_1, must_expire;
} KeySetShape;
KeySet *keyset_from_json(Str text, const KeySetShape *shape, const char *source, Err *e);
/* Times as AWS tools write them: ISO 8601, also "…UTC" of old CLIs. */
int   keyset_time(Str s, int64_t *ms);

typedef enum ProviderKind {
	FROM_NOWHERE, FROM_ENVIRONMENT, FROM_FILES, FROM_ROLE, FROM_WEB, FROM_SSO, FROM_LOGIN, FROM_PROCESS, FROM_CONTAINER, FROM_IMDS,
	PROVIDER_KINDS
} ProviderKind;

/* Where keys come from. Lives in the arena of its AwsCreds; holds no secret. */
typedef struct Provider Provider;
struct Provider {
	ProviderKind kind;
	const char *source;               /* "profile fleet", for people */
	const char *profile;
	const Provider *from;             /* role: whose keys ask for it */
	Str role_arn, session_name, external_id, mfa_serial;        /* role, web */
	int64_t duration_s;               /* 0: not given */
	const char *file;                 /* web: token; SSO and login: cache */
	SsoPlace sso;
	Str sso_account, sso_role;
	Str command;                      /* process */
	Str endpoint;                     /* instance: ec2_metadata_service_endpoint */
	int imds_limit_s, imds_tries;
};

/* Both shared files. They hold the secrets of every profile, so texts and arena are wiped. */
typedef struct Files {
	Arena   arena;
	Buf     credentials_text, config_text;
	IniFile credentials, config;
} Files;
int  files_read(Files *f, Err *e);
void files_done(Files *f);
/* Both files' times, numbers, sizes and devices. */
typedef struct FileStamp { uint64_t v[2][4]; } FileStamp;
FileStamp files_stamp(void);
int  files_no_profile(const Files *f, Str name, Err *e);        /* -1 and the names that there are */

/* *out in arena a; *keys when they are there already (environment, files). */
int  plan_make(Arena *a, const Files *f, Str profile, bool given, const Provider **out, Err *e);
/* The same for a given role; profile: the one that decides when the role names no source. */
int  plan_given_role(Arena *a, const Files *f, const CredsRole *role, Str profile, const Provider **out, Err *e);
int  plan_keys(const Files *f, const Provider *p, KeySet **out, Err *e);

typedef struct Fetch Fetch;
typedef struct FetchClass {
	void (*start)(Fetch *f);          /* ends in fetch_end, now or later */
	void (*stop)(Fetch *f);           /* ends what is under way and frees its own; NULL: nothing to do */
} FetchClass;

/* One provider on its way to its keys. */
struct Fetch {
	AwsCreds *creds;
	const Provider *p;
	void (*on_done)(void *arg, KeySet *keys, const Err *why);     /* takes keys */
	void *arg;
	bool over;
	int  holds;                       /* timer, requests, children: memory stays until all have let go */
	uv_timer_t timer;                 /* free for the provider's use */
	int  attempt, step;
	Fetch *source;                    /* role */
	KeySet *source_keys;
	AwsClient *client;                /* role, web, SSO: calls of its own */
	HttpRequest *rq;                  /* container, instance */
	Arena arena;                      /* wiped at the end */
	void *own;                        /* process, SSO */
};
Fetch *fetch_start(AwsCreds *c, const Provider *p, void (*on_done)(void *, KeySet *, const Err *), void *arg);
void   fetch_stop(Fetch *f);          /* on_done does not come any more */
void   fetch_end(Fetch *f, KeySet *keys, const Err *why);
void   fetch_fail(Fetch *f, ErrKind kind, const char *fmt, ...) FORMAT(3, 4);
void   fetch_release(Fetch *f);
/* A client for the calls that fetch keys; takes keys (NULL: only unsigned calls). inherit: it goes where the
 * --endpoint-url of the program points. */
AwsClient *fetch_client(Fetch *f, Str region, KeySet *keys, bool inherit, Err *e);

extern const FetchClass fetch_role, fetch_web, fetch_sso, fetch_process, fetch_container, fetch_imds;

struct AwsCreds {
	Arena   arena;
	IniFile config;                   /* the config file without its secrets */
	const IniSection *profile;        /* of the config file, or NULL */
	Str     region, endpoint;
	const AwsCreds *settings;         /* whose profile counts for endpoints; NULL: its own */
	const Provider *provider;
	char    source[200];
	KeySet   *keys, *bearer;            /* bearer: its access_key alone */
	int     generation;
	/* Whose keys they are, once AWS has said so; role: the ARN without a session. same_since: the generation from which on
	 * account and role are the same; unsure_since: what that becomes when AWS says the same of the newest keys. */
	char    account[16], role[2048 + 64];
	int     same_since, unsure_since;
	bool    next_is_same;             /* the keys that come next: that much is known of them */
	FileStamp stamp;                  /* of the files as they were read */
	bool    recheck;                  /* what was read in them could not be taken yet */
	int64_t looked_ms;                /* monotonic */

	CredsNet net;
	bool    attached, closing;
	void  (*on_ready)(void *arg, const Err *why); void *arg;
	uv_timer_t go;                    /* what may not happen inside a caller's call */
	Fetch  *fetch;
	bool    wanted, refused;          /* calls wait; AWS called the keys expired */
	bool    doubted;                  /* or unknown, and the files have changed */
	int64_t advise_ms, must_ms;       /* wall clock: when to fetch ahead, when to wait for it */
	int64_t again_ms;                 /* monotonic: not before, after a failure */
	Err     why;
	void  (*on_mfa)(void *arg, const char *serial); void *mfa_arg;
	Fetch  *mfa_waits;
	char    mfa_code[16];
	void  (*on_login)(void *arg, const char *source); void *login_arg;
	Fetch  *login_waits;
	int     process_limit_ms;
};
int64_t creds_now(const AwsCreds *c);
AwsCreds *creds_of(KeySet *keys, const char *source, const AwsCreds *settings);     /* takes keys; NULL: none */
/* creds_rotate.c. due: the files have changed since they were read. under_way: the same, or somebody is reading them. */
bool rotate_due(AwsCreds *c);
bool rotate_under_way(AwsCreds *c);
/* Ends the fetch with these keys of the shared files if they may stand in place of those in use. */
void rotate_check(Fetch *f, KeySet *keys);
/* creds_role.c: the code has come, or nobody will give one. */
void role_mfa_given(Fetch *f);
/* creds_sso.c: somebody has logged in, or nobody will. */
void sso_login_given(Fetch *f, bool logged_in);
/* Where these credentials log in to SSO, be it for the keys that a role is taken with; NULL: nowhere. */
const Provider *creds_sso_provider(const AwsCreds *c);

#endif
