/* The AWS CLI's cache of logins to IAM Identity Center, ~/.aws/sso/cache: tokens and client registrations with the file
 * names and members of botocore (SSOTokenLoader, SSOTokenFetcher), so that each program uses what the other wrote.
 * Files are written whole, 0600. Tokens that the CLI got with an authorization code look the same. */
#ifndef AWS_SSO_CACHE_H
#define AWS_SSO_CACHE_H

#include "wire/jsonval.h"

/* Where one logs in. session is empty in the old form, where the start URL stands in the profile itself. */
typedef struct SsoPlace {
	Str session, start_url, region;
	Str scopes;              /* sso_registration_scopes as configured, a list with commas; may be empty */
} SsoPlace;

/* Strings live in the arena that it was read into. */
typedef struct SsoToken {
	JsonVal root;
	Str access;
	Str refresh, client_id, client_secret;     /* empty: it cannot be renewed */
	int64_t expires_ms, registration_ms;       /* registration_ms 0: not known, so it cannot be renewed either */
} SsoToken;

/* What this program is to the service. */
typedef struct SsoClient { Str id, secret; int64_t expires_ms; } SsoClient;

/* FOLDER/<sha1 of key>.json, "~" expanded. */
const char *cli_cache_file(Arena *a, const char *folder, Str key);
/* A string as Python's json.dumps writes it: the files' names are digests over such texts, so each byte counts. */
void cli_cache_string(Buf *out, Str s);

const char *sso_token_file(Arena *a, const SsoPlace *p);       /* sha1 of the session's name, or of the start URL */
int sso_token_read(Arena *a, const char *file, SsoToken *out, Err *e);
/* All members stay, those that changed get their new values; empty refresh: it stays as well. */
int sso_token_renew(const char *file, const SsoToken *old, Str access, Str refresh, int64_t expires_ms, Err *e);
/* After a login. Makes the folder. */
int sso_token_write(const char *file, const SsoPlace *p, const SsoClient *c, Str access, Str refresh, int64_t expires_ms, Err *e);

const char *sso_client_file(Arena *a, const SsoPlace *p);      /* sha1 of what a registration depends on, as JSON */
/* -1: there is none, it cannot be read, or it is for another kind of login than a device's. */
int sso_client_read(Arena *a, const char *file, SsoClient *out);
int sso_client_write(const char *file, const SsoPlace *p, const SsoClient *c, Err *e);

#endif
