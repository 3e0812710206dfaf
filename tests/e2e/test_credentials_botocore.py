"""Who signs: for a set of environments and profile files the keys that seismo signs with are those that botocore finds."""
import http.server
import json
import subprocess
import sys
import threading
import urllib.parse

import hashlib
import pytest

from conftest import clean_env

FAR = "2099-01-01T00:00:00Z"


class Handler(http.server.BaseHTTPRequestHandler):
    """Plays STS, the SSO portal and a container's endpoint. The key that a role gives names the role and who asked."""

    def log_message(self, *args):
        pass

    def send(self, text, status=200):
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def key(self):
        return self.headers.get("Authorization", "").partition("Credential=")[2].partition("/")[0] or "nobody"

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        if url.path == "/federation/credentials":
            key = f"SSO-{query['role_name']}-{self.headers['x-amz-sso_bearer_token']}"
            self.send(json.dumps({"roleCredentials": {"accessKeyId": key, "secretAccessKey": "s", "sessionToken": "t",
                                                      "expiration": 4070908800000}}))
        elif url.path == "/container":
            key = "CONTAINER-" + self.headers.get("Authorization", "open")
            self.send(json.dumps({"AccessKeyId": key, "SecretAccessKey": "s", "Token": "t", "Expiration": FAR}))
        else:
            self.send("{}", 400)

    def do_POST(self):
        form = dict(urllib.parse.parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
        action = form.get("Action", "")
        if action == "GetCallerIdentity":
            self.server.signers.append((self.key(), self.headers.get("X-Amz-Security-Token")))
            self.send("<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::111122223333:user/x</Arn><UserId>u"
                      "</UserId><Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>")
        elif action.startswith("AssumeRole"):
            who = form.get("WebIdentityToken") or self.key()
            key = "-".join(x for x in [form["RoleArn"].rpartition("/")[2], "by", who, form.get("ExternalId"),
                                       form.get("DurationSeconds")] if x)
            self.send(f"<{action}Response><{action}Result><Credentials><AccessKeyId>{key}</AccessKeyId><SecretAccessKey>s"
                      f"</SecretAccessKey><SessionToken>t</SessionToken><Expiration>{FAR}</Expiration></Credentials>"
                      f"<AssumedRoleUser><Arn>arn:aws:sts::1:assumed-role/x/y</Arn><AssumedRoleId>A:y</AssumedRoleId>"
                      f"</AssumedRoleUser></{action}Result></{action}Response>")
        else:
            self.send("{}", 400)


@pytest.fixture(scope="module")
def server():
    s = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    s.signers = []
    threading.Thread(target=s.serve_forever, daemon=True).start()
    yield s
    s.shutdown()


def role(name, source, more=""):
    return f"[profile {name}]\nrole_arn = arn:aws:iam::111122223333:role/{name}\n{source}\n{more}\n"


def keys(name, key, more=""):
    return f"[{name}]\naws_access_key_id = {key}\naws_secret_access_key = s\n{more}\n"


ENV = {"AWS_ACCESS_KEY_ID": "ENV", "AWS_SECRET_ACCESS_KEY": "s"}
SSO = ("[sso-session corp]\nsso_region = eu-west-1\nsso_start_url = https://corp\n"
       "[profile sso]\nsso_session = corp\nsso_account_id = 111122223333\nsso_role_name = Admin\n"
       "[profile old]\nsso_region = eu-west-1\nsso_start_url = https://old\nsso_account_id = 1\nsso_role_name = Reader\n")
PROCESS = """credential_process = sh -c "echo '{\\"Version\\":1,\\"AccessKeyId\\":\\"PROCESS\\",\\"SecretAccessKey\\":\\"s\\"}'"\n"""
WEB = {"AWS_WEB_IDENTITY_TOKEN_FILE": "{home}/token", "AWS_ROLE_ARN": "arn:aws:iam::1:role/envweb"}
CONTAINER = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "{url}/container"}

# name: profile option, environment, config file, credentials file
CASES = {
    "environment": (None, ENV, "", keys("default", "FILE")),
    "environment with token": (None, {**ENV, "AWS_SESSION_TOKEN": "tok"}, "", ""),
    "environment with the old token": (None, {**ENV, "AWS_SECURITY_TOKEN": "old"}, "", ""),
    "AWS_PROFILE does not beat keys": (None, {**ENV, "AWS_PROFILE": "a"}, "", keys("a", "A")),
    "--profile does": ("a", ENV, "", keys("a", "A")),
    "AWS_PROFILE": (None, {"AWS_PROFILE": "a"}, "", keys("a", "A") + keys("default", "D")),
    "AWS_DEFAULT_PROFILE first": (None, {"AWS_PROFILE": "a", "AWS_DEFAULT_PROFILE": "b"}, "", keys("a", "A") + keys("b", "B")),
    "default profile": (None, {}, "", keys("default", "D")),
    "default in the config file": (None, {}, keys("default", "D"), ""),
    "credentials before config": ("a", {}, keys("profile a", "CONFIG"), keys("a", "CREDENTIALS")),
    "session token of a file": ("a", {}, "", keys("a", "A", "aws_session_token = tok")),
    "quoted name": ("two words", {}, keys('profile "two words"', "QUOTED"), ""),
    "role": ("r", {}, role("r", "source_profile = a"), keys("a", "A")),
    "role before own keys": ("r", {}, role("r", "source_profile = a"), keys("a", "A") + keys("r", "R")),
    "role with all settings": ("r", {}, role("r", "source_profile = a", "external_id = xyz\nduration_seconds = 1200"), keys("a", "A")),
    "role of a role": ("r", {}, role("r", "source_profile = q") + role("q", "source_profile = a"), keys("a", "A")),
    "keys of a source end the chain": ("r", {}, role("r", "source_profile = q") + role("q", "source_profile = a"),
                                       keys("a", "A") + keys("q", "Q")),
    "role from itself": ("r", {}, role("r", "source_profile = r"), keys("r", "R")),
    "role from the environment": ("r", ENV, role("r", "credential_source = Environment"), ""),
    "role from the container": ("r", CONTAINER, role("r", "credential_source = EcsContainer"), ""),
    "role from sso": ("r", {}, SSO + role("r", "source_profile = sso"), ""),
    "role from a process": ("r", {}, role("r", "source_profile = p") + "[profile p]\n" + PROCESS, ""),
    "web identity of the environment": (None, WEB, "", keys("default", "D")),
    "web identity of the profile": ("w", WEB, "[profile w]\nrole_arn = arn:aws:iam::1:role/w\nweb_identity_token_file = {home}/token\n", ""),
    "environment's role for the profile's token": (None, {"AWS_PROFILE": "w", "AWS_ROLE_ARN": "arn:aws:iam::1:role/other"},
        "[profile w]\nrole_arn = arn:aws:iam::1:role/w\nweb_identity_token_file = {home}/token\n", ""),
    "sso": ("sso", {}, SSO, ""),
    "sso, old form": ("old", {}, SSO, ""),
    "sso before keys": ("sso", {}, SSO, keys("sso", "FILE")),
    "process": ("p", {}, "[profile p]\n" + PROCESS, ""),
    "process before keys of the config": ("p", {}, keys("profile p", "CONFIG") + PROCESS, ""),
    "keys of credentials before a process": ("p", {}, "[profile p]\n" + PROCESS, keys("p", "FILE")),
    "container": (None, {**CONTAINER, "AWS_CONTAINER_AUTHORIZATION_TOKEN": "abc"}, "", ""),
    "a profile before the container": (None, CONTAINER, "", keys("default", "D")),
}

# Both must refuse these.
REFUSED = {
    "circle": ("a", {}, role("a", "source_profile = b") + role("b", "source_profile = a"), ""),
    "circle of one": ("a", {}, role("a", "source_profile = a"), ""),
    "no such source": ("a", {}, role("a", "source_profile = b"), ""),
    "two sources": ("a", ENV, role("a", "source_profile = b\ncredential_source = Environment"), keys("b", "B")),
    "no source": ("a", {}, role("a", ""), keys("a", "A")),
    "half a pair": ("a", {}, "", "[a]\naws_access_key_id = A\n"),
    "no such session": ("a", {}, "[profile a]\nsso_session = x\nsso_account_id = 1\nsso_role_name = r\n", ""),
    "no such profile": ("nobody", {}, "", keys("a", "A")),
    "half an environment": (None, {"AWS_ACCESS_KEY_ID": "ENV"}, "", keys("default", "D")),
}

JUDGE = """
import sys, botocore.session
s = botocore.session.Session(profile=sys.argv[1] or None)
s.create_client("sts", region_name="eu-west-1").get_caller_identity()
"""


def set_up(tmp_path, server, env, config, credentials):
    url = f"http://127.0.0.1:{server.server_port}"
    fill = lambda text: text.replace("{home}", str(tmp_path)).replace("{url}", url)
    cache = tmp_path / ".aws/sso/cache"
    cache.mkdir(parents=True)
    for name, key in (("corp", "new"), ("https://old", "old")):
        (cache / f"{hashlib.sha1(name.encode()).hexdigest()}.json").write_text(
            json.dumps({"accessToken": f"tok-{key}", "expiresAt": FAR, "region": "eu-west-1", "startUrl": "x"}))
    (tmp_path / ".aws/config").write_text(fill(config))
    (tmp_path / ".aws/credentials").write_text(fill(credentials))
    (tmp_path / "token").write_text("webtoken")
    return clean_env() | {"HOME": str(tmp_path), "AWS_ENDPOINT_URL": url, "AWS_REGION": "eu-west-1", "AWS_MAX_ATTEMPTS": "1",
                          **{k: fill(v) for k, v in env.items()}}


def ours(seismo, server, env, profile):
    server.signers.clear()
    run = subprocess.run([seismo, "get", "jobs", *(["--profile", profile] if profile else [])], env=env, capture_output=True,
                         text=True, timeout=60)
    return (server.signers[0] if server.signers else None), run


def theirs(server, env, profile):
    server.signers.clear()
    run = subprocess.run([sys.executable, "-c", JUDGE, profile or ""], env=env, capture_output=True, text=True, timeout=60)
    return (server.signers[0] if server.signers else None), run


@pytest.mark.parametrize("case", CASES)
def test_same_keys(seismo, server, tmp_path, case):
    profile, env, config, credentials = CASES[case]
    env = set_up(tmp_path, server, env, config, credentials)
    want, judge = theirs(server, env, profile)
    assert want, judge.stderr
    got, run = ours(seismo, server, env, profile)
    assert got == want, run.stderr


@pytest.mark.parametrize("case", REFUSED)
def test_same_refusals(seismo, server, tmp_path, case):
    profile, env, config, credentials = REFUSED[case]
    env = set_up(tmp_path, server, env, config, credentials)
    want, judge = theirs(server, env, profile)
    assert want is None and judge.returncode != 0
    got, run = ours(seismo, server, env, profile)
    assert got is None and run.returncode == 2, run.stderr
    assert run.stderr.startswith("seismo: ")
