/* Logging in to IAM Identity Center with a code that is typed into a browser, on this machine or another one: the device
 * authorization grant (RFC 8628) as the SSO OIDC API Reference has it. The token goes into the AWS CLI's cache. */
#ifndef AWS_LOGIN_H
#define AWS_LOGIN_H

#include "aws/creds.h"

typedef struct Login Login;

/* Text from outside: clean it before it is shown. Borrowed until on_done. */
typedef struct LoginCode {
	Str url, code;
	Str url_with_code;          /* may be empty */
	int64_t ends_ms;            /* wall clock: when the code ends */
} LoginCode;

typedef struct LoginHandler {
	void (*on_code)(void *arg, const LoginCode *code);
	/* Exactly once. why NULL: the token is in the cache, by us or by another program that logged in meanwhile, and holds
	 * until ends_ms (wall clock). The Login frees itself. */
	void (*on_done)(void *arg, int64_t ends_ms, const Err *why);
	void *arg;
} LoginHandler;

/* Where c logs in, for people: "session corp" or the start URL. Empty when its keys do not come from SSO, not even those
 * that a role is taken with. */
Str    login_place(const AwsCreds *c);
Str    login_region(const AwsCreds *c);
/* c must be attached to a client and outlive the login. NULL and Err when it cannot begin. */
Login *login_start(AwsCreds *c, const LoginHandler *h, Err *e);
void   login_cancel(Login *l);  /* on_done does not come any more. NULL is fine */

#endif
