"""IAM Identity Center for tests: SSO OIDC (device codes, refresh tokens), the SSO portal and STS, on one port."""
import http.server
import json
import threading
import time
import urllib.parse

ACCOUNT = "111122223333"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def send(self, status, body, kind="application/json"):
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def fail(self, status, exception, oauth):
        body = json.dumps({"error": oauth, "error_description": "no"}).encode()
        self.send_response(status)
        self.send_header("x-amzn-ErrorType", exception)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        s, url = self.server, urllib.parse.urlsplit(self.path)
        token = self.headers.get("x-amz-sso_bearer_token")
        s.seen.append(("portal", token))
        if url.path != "/federation/credentials" or token not in s.tokens:
            return self.fail(401, "UnauthorizedException", "unauthorized")
        role = dict(urllib.parse.parse_qsl(url.query))["role_name"]
        key, secret, session = s.keys or (f"ASIA{role.upper()}", "portal-secret", "portal-token")
        self.send(200, {"roleCredentials": {"accessKeyId": key, "secretAccessKey": secret, "sessionToken": session,
                                            "expiration": int((time.time() + s.keys_s) * 1000)}})

    def do_POST(self):
        s = self.server
        text = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if self.path == "/":
            return self.sts(dict(urllib.parse.parse_qsl(text)))
        body = json.loads(text)
        s.seen.append((self.path, body))
        if self.path == "/client/register":
            n = len(s.clients) + 1
            s.clients[f"client-{n}"] = f"client-secret-{n}"
            return self.send(200, {"clientId": f"client-{n}", "clientSecret": f"client-secret-{n}", "clientIdIssuedAt": int(time.time()),
                                   "clientSecretExpiresAt": int(time.time()) + 90 * 86400})
        if s.clients.get(body["clientId"]) != body["clientSecret"]:
            return self.fail(401, "InvalidClientException", "invalid_client")
        if self.path == "/device_authorization":
            s.devices += 1
            return self.send(200, {"deviceCode": f"device-{s.devices}", "userCode": f"ABCD-{s.devices:04}",
                                   "verificationUri": "https://device.sso.test/", "expiresIn": s.code_s, "interval": s.interval,
                                   "verificationUriComplete": f"https://device.sso.test/?user_code=ABCD-{s.devices:04}"})
        return self.token(body)

    def token(self, body):
        s = self.server
        if body["grantType"] == "refresh_token":
            if body["refreshToken"] not in s.refresh:
                return self.fail(400, "InvalidGrantException", "invalid_grant")
        else:
            assert body["grantType"] == "urn:ietf:params:oauth:grant-type:device_code", body
            assert body["deviceCode"] == f"device-{s.devices}", body
            s.polls.append(time.monotonic())
            answer = s.script.pop(0) if s.script else s.otherwise
            if answer:
                return self.fail(400, *answer)
        n = len(s.tokens) + 1
        s.tokens.append(f"access-secret-{n}")
        s.refresh.append(f"refresh-secret-{n}")
        self.send(200, {"accessToken": s.tokens[-1], "refreshToken": s.refresh[-1], "tokenType": "Bearer", "expiresIn": s.token_s})

    def sts(self, form):
        key = self.headers.get("Authorization", "").partition("Credential=")[2].partition("/")[0]
        self.server.signers.append(key)
        if form["Action"] == "AssumeRole":
            return self.assume(form)
        if key in self.server.refused:
            return self.send(403, b"<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code><Message>no</Message></Error></ErrorResponse>",
                             "text/xml")
        account = self.server.accounts.get(key, ACCOUNT)
        self.send(200, (f"<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:sts::{account}:assumed-role/Admin/x</Arn>"
                        f"<UserId>u</UserId><Account>{account}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>").encode(),
                  "text/xml")


    def assume(self, form):
        """With an MFA code that is right; keys, if given, are those of every role."""
        s = self.server
        s.codes.append(form.get("TokenCode"))
        if form.get("TokenCode") != s.mfa_code:
            return self.send(403, b"<ErrorResponse><Error><Code>AccessDenied</Code><Message>MultiFactorAuthentication failed with "
                                  b"invalid MFA one time pass code.</Message></Error></ErrorResponse>", "text/xml")
        key, secret, session = s.keys or ("ASIAROLE", "s", "t")
        end = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + s.keys_s))
        self.send(200, f"<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>{key}</AccessKeyId><SecretAccessKey>{secret}"
                       f"</SecretAccessKey><SessionToken>{session}</SessionToken><Expiration>{end}</Expiration></Credentials>"
                       f"</AssumeRoleResult></AssumeRoleResponse>".encode(), "text/xml")


PENDING = ("AuthorizationPendingException", "authorization_pending")
SLOW_DOWN = ("SlowDownException", "slow_down")
EXPIRED = ("ExpiredTokenException", "expired_token")
DENIED = ("AccessDeniedException", "access_denied")


class SsoServer(http.server.ThreadingHTTPServer):
    """script: what the next polls are answered with (None: a token); otherwise: those after them."""
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.clients, self.devices, self.tokens, self.refresh = {}, 0, [], []
        self.seen, self.signers, self.polls, self.script, self.otherwise = [], [], [], [], None
        self.refused, self.accounts = [], {}
        self.keys, self.mfa_code, self.codes = None, None, []
        self.interval, self.code_s, self.token_s, self.keys_s = 1, 600, 28800, 3600
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"


CONFIG = """[sso-session corp]
sso_region = eu-west-1
sso_start_url = https://corp.example/start
sso_registration_scopes = sso:account:access, codewhisperer:conversations
[sso-session bärlin]
sso_region = eu-west-1
sso_start_url = https://corp.example/start
[profile dev]
sso_session = corp
sso_account_id = 111122223333
sso_role_name = Admin
region = eu-west-1
[profile umlaut]
sso_session = bärlin
sso_account_id = 111122223333
sso_role_name = Admin
[profile old]
sso_start_url = https://old.example/start
sso_region = eu-west-1
sso_account_id = 111122223333
sso_role_name = Reader
[profile over]
role_arn = arn:aws:iam::111122223333:role/over
source_profile = dev
[profile plain]
aws_access_key_id = A
aws_secret_access_key = s
"""
