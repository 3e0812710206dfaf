/* IAM Identity Center's two services, the portal and OIDC. Neither is signed: a token of the login stands in for keys.
 * Sources: AWS SSO Portal API Reference and IAM Identity Center OIDC API Reference, both 2019-06-10; RFC 8628. */
#ifndef API_SSO_H
#define API_SSO_H

#include "api/sts.h"

typedef struct SsoRoleIn { Str role, account, token; } SsoRoleIn;
/* GetRoleCredentials answers StsRoleOut. */
extern const AwsOp op_sso_get_role_credentials;

#define SSO_GRANT_DEVICE  STR("urn:ietf:params:oauth:grant-type:device_code")
#define SSO_GRANT_REFRESH STR("refresh_token")
/* grant: one of the two; device_code or refresh goes with it. */
typedef struct SsoTokenIn { Str client_id, client_secret, grant, refresh, device_code; } SsoTokenIn;
typedef struct SsoTokenOut { Str access, refresh; int64_t expires_s; } SsoTokenOut;     /* refresh: empty when it stays */
typedef struct SsoRegisterIn { Str name, type; LIST_OF(Str) scopes; } SsoRegisterIn;     /* type: "public" */
typedef struct SsoRegisterOut { Str client_id, client_secret; int64_t expires_s; } SsoRegisterOut;     /* since 1970 */
typedef struct SsoDeviceIn { Str client_id, client_secret, start_url; } SsoDeviceIn;
/* interval_s: 0 when it is not there, which means 5 (RFC 8628, section 3.2). */
typedef struct SsoDeviceOut { Str device_code, user_code, url, url_with_code; int64_t expires_s, interval_s; } SsoDeviceOut;
extern const AwsOp op_sso_oidc_create_token, op_sso_oidc_register_client, op_sso_oidc_start_device_authorization;

#endif
