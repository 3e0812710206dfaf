/* Role sessions: the keys that the simulated STS has handed out, in any account. */
#ifndef SIM_ROLES_H
#define SIM_ROLES_H

#include "base/arena.h"

enum { KEY_TEXT = 21, SECRET_TEXT = 41, TOKEN_TEXT = 121, SESSIONS_MAX = 4096 };

typedef struct RoleSession {
	char    access[KEY_TEXT], secret[SECRET_TEXT], token[TOKEN_TEXT];
	char   *account, *arn, *user_id;         /* of the assumed role: 12 digits, arn:aws:sts::…, AROA…:session */
	int64_t expires_ms;                      /* by the server's wall clock */
} RoleSession;

typedef struct Roles { RoleSession **session; size_t n, cap; uint64_t made; } Roles;

/* A new session; the oldest one goes when there are too many. Borrowed until then. */
const RoleSession *roles_add(Roles *r, uint64_t seed, Str account, Str arn, Str user_id, int64_t expires_ms);
const RoleSession *roles_find(const Roles *r, Str access_key);       /* NULL: none */
void roles_done(Roles *r);

/* Text of n letters and digits that keys are made of, and their terminator. */
void keys_letters(char *at, size_t n, uint64_t seed);

/* "arn:aws:iam::ACCOUNT:role/path/NAME" in its parts; false for anything else. */
typedef struct RoleArn { Str partition, account, name; } RoleArn;
bool role_arn_parse(Str arn, RoleArn *out);

#endif
