"""Who signs: for a set of environments and profile files the keys that seismo signs with are those that botocore finds."""
import http.server
import json
import pathlib
import subprocess
import threading
import urllib.parse

import hashlib
import pytest

from conftest import clean_env
from forked import Forks

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

    @staticmethod
    def own_name(session):
        """Session names that nobody configured differ between programs and from call to call."""
        return None if session.startswith(("botocore-session-", "seismo-")) else session

    def do_PUT(self):
        self.send("imds-token")

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        if url.path == "/federation/credentials":
            key = f"SSO-{query['role_name']}-{self.headers['x-amz-sso_bearer_token']}"
            self.send(json.dumps({"roleCredentials": {"accessKeyId": key, "secretAccessKey": "s", "sessionToken": "t",
                                                      "expiration": 4070908800000}}))
        elif url.path.startswith("/imds/"):
            if self.headers.get("x-aws-ec2-metadata-token") != "imds-token":
                return self.send("", 401)
            self.send("web" if url.path.endswith("/") else json.dumps({"Code": "Success", "AccessKeyId": "IMDS", "SecretAccessKey": "s",
                                                                       "Token": "t", "Expiration": FAR}))
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
                                       form.get("DurationSeconds"), self.own_name(form["RoleSessionName"])] if x)
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


@pytest.fixture(scope="module")
def forks():
    running = Forks()
    yield running
    running.stop()


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
IMDS = {"AWS_EC2_METADATA_SERVICE_ENDPOINT": "{url}/imds/", "AWS_EC2_METADATA_DISABLED": "false"}
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
    "session name": ("r", {}, role("r", "source_profile = a", "role_session_name = me@corp"), keys("a", "A")),
    "a duration that is no number": ("r", {}, role("r", "source_profile = a", "duration_seconds = 1h"), keys("a", "A")),
    "session name of web identity": (None, {**WEB, "AWS_ROLE_SESSION_NAME": "pod"}, "", ""),
    "session name of the profile's web identity": ("w", {}, "[profile w]\nrole_arn = arn:aws:iam::1:role/w\nrole_session_name = mine\n"
                                                   "web_identity_token_file = {home}/token\n", ""),
    "role from web identity": ("r", {}, role("r", "source_profile = w") + "[profile w]\nrole_arn = arn:aws:iam::1:role/w\n"
                               "web_identity_token_file = {home}/token\n", ""),
    "files named by variables": ("a", {"AWS_CONFIG_FILE": "{home}/elsewhere", "AWS_SHARED_CREDENTIALS_FILE": "~/other"}, keys("profile a", "C"),
                                 keys("a", "A")),
    "an empty variable counts as none": (None, {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}, "", keys("default", "D")),
    "a process with a token": ("p", {}, "[profile p]\n" + PROCESS.replace('SecretAccessKey', 'SessionToken\\":\\"tok\\",\\"SecretAccessKey'), ""),
    "instance": (None, IMDS, "", ""),
    "instance with a profile's settings": (None, {"AWS_EC2_METADATA_DISABLED": "false"}, "[default]\nec2_metadata_service_endpoint = {url}/imds/\n"
                                           "metadata_service_timeout = 2\nmetadata_service_num_attempts = 2\n", ""),
    "role from the instance": ("r", IMDS, role("r", "credential_source = Ec2InstanceMetadata"), ""),
    "the container before the instance": (None, {**IMDS, **CONTAINER}, "", ""),
    "account id of a profile": ("a", {"AWS_ACCOUNT_ID": "999999999999"}, "", keys("a", "A", "aws_account_id = 111122223333")),
    "keys of the config file with a token elsewhere": ("a", {}, keys("profile a", "A"), "[a]\naws_session_token = other\n"),
    "keys of two files": ("a", {}, "[profile a]\naws_session_token = of-config\n", keys("a", "A")),
    "a profile twice": ("a", {}, keys("profile a", "ONE", "region = eu-west-1"), ""),
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
    "instance turned off": (None, {**IMDS, "AWS_EC2_METADATA_DISABLED": "TRUE"}, "", ""),
    "circle of three": ("a", {}, role("a", "source_profile = b") + role("b", "source_profile = c") + role("c", "source_profile = a"), ""),
    "no such source of credentials": ("a", {}, role("a", "credential_source = Pigeon"), ""),
    "a source without keys": ("a", {}, role("a", "source_profile = b") + "[profile b]\nregion = eu-west-1\n", ""),
    "web identity without a role": (None, {"AWS_WEB_IDENTITY_TOKEN_FILE": "{home}/token"}, "", ""),
    "web identity without its file": ("w", {}, "[profile w]\nrole_arn = arn:aws:iam::1:role/w\nweb_identity_token_file = {home}/none\n", ""),
    "sso without a role": ("a", {}, "[sso-session s]\nsso_region = eu-west-1\nsso_start_url = https://x\n[profile a]\nsso_session = s\n"
                           "sso_account_id = 1\n", ""),
    "sso at two places": ("a", {}, "[sso-session s]\nsso_region = eu-west-1\nsso_start_url = https://x\n[profile a]\nsso_session = s\n"
                          "sso_account_id = 1\nsso_role_name = r\nsso_region = us-east-1\n", ""),
    "a process that fails": ("p", {}, "[profile p]\ncredential_process = false\n", ""),
    "a secret without its key": ("a", {}, "", "[a]\naws_secret_access_key = s\n"),
    "half an environment": (None, {"AWS_ACCESS_KEY_ID": "ENV"}, "", keys("default", "D")),
}

AT_WORK = ("web identity without its file", "a process that fails")       # known only when the keys are fetched

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
    for usual, variable, text in ((".aws/config", "AWS_CONFIG_FILE", config),
                                  (".aws/credentials", "AWS_SHARED_CREDENTIALS_FILE", credentials)):
        named = fill(env.get(variable, "")).replace("~", str(tmp_path))
        (tmp_path / usual).write_text("[default]\naws_access_key_id = DECOY\naws_secret_access_key = s\n" if named else fill(text))
        if named:
            pathlib.Path(named).write_text(fill(text))
    (tmp_path / "token").write_text("webtoken")
    return clean_env() | {"HOME": str(tmp_path), "AWS_ENDPOINT_URL": url, "AWS_REGION": "eu-west-1", "AWS_MAX_ATTEMPTS": "1",
                          **{k: fill(v) for k, v in env.items()}}


def ours(seismo, server, env, profile):
    server.signers.clear()
    run = subprocess.run([seismo, "get", "jobs", *(["--profile", profile] if profile else [])], env=env, capture_output=True,
                         text=True, timeout=60)
    return (server.signers[0] if server.signers else None), run


def theirs(forks, server, env, profile):
    server.signers.clear()
    run = forks.run(JUDGE, profile or "", env=env)
    return (server.signers[0] if server.signers else None), run


@pytest.mark.parametrize("case", CASES)
def test_same_keys(forks, seismo, server, tmp_path, case):
    profile, env, config, credentials = CASES[case]
    env = set_up(tmp_path, server, env, config, credentials)
    want, judge = theirs(forks, server, env, profile)
    assert want, judge.stderr
    got, run = ours(seismo, server, env, profile)
    assert got == want, run.stderr


@pytest.mark.parametrize("case", REFUSED)
def test_same_refusals(forks, seismo, server, tmp_path, case):
    profile, env, config, credentials = REFUSED[case]
    env = set_up(tmp_path, server, env, config, credentials)
    want, judge = theirs(forks, server, env, profile)
    assert want is None and judge.returncode != 0
    got, run = ours(seismo, server, env, profile)
    assert got is None and run.returncode == (1 if case in AT_WORK else 2), run.stderr
    assert run.stderr.startswith("seismo: ")


# What a context says of its role, the same as a profile, and the files and environment around both.
ROLE_ARN = "arn:aws:iam::111122223333:role/seismo"
CONTEXTS = {
    "source profile": ("source_profile: a", "source_profile = a", {}, "", keys("a", "A")),
    "all settings": ("source_profile: a, external_id: x-y, role_session_name: me, role_duration: 20m",
                     "source_profile = a\nexternal_id = x-y\nrole_session_name = me\nduration_seconds = 1200", {}, "", keys("a", "A")),
    "source is a role": ("source_profile: q", "source_profile = q", {}, role("q", "source_profile = a"), keys("a", "A")),
    "source is sso": ("source_profile: sso", "source_profile = sso", {}, SSO, ""),
    "a source beats the environment": ("source_profile: a", "source_profile = a", ENV, "", keys("a", "A")),
    "environment": ("write: false", "credential_source = Environment", ENV, "", ""),
}


@pytest.mark.parametrize("case", CONTEXTS)
def test_a_contexts_role_is_assumed_like_a_profiles(forks, seismo, server, tmp_path, case):
    context, profile, env, config, credentials = CONTEXTS[case]
    env = set_up(tmp_path, server, env, config + f"[profile judge]\nrole_arn = {ROLE_ARN}\n{profile}\n", credentials)
    file = tmp_path / "config.yaml"
    file.write_text(f'contexts: {{prod: {{account_id: "111122223333", region: eu-west-1, role_arn: "{ROLE_ARN}", {context}}}}}\n')
    file.chmod(0o600)
    want, judge = theirs(forks, server, env, "judge")
    assert want, judge.stderr
    server.signers.clear()
    run = subprocess.run([seismo, "get", "jobs", "-c", str(file)], env=env, capture_output=True, text=True, timeout=60)
    assert server.signers and server.signers[0] == want, run.stderr


def test_a_contexts_source_must_be_there(seismo, server, tmp_path):
    env = set_up(tmp_path, server, {}, role("a", "source_profile = b") + role("b", "source_profile = a"), "[c]\nregion = x\n")
    file = tmp_path / "config.yaml"
    for source, says in (("nobody", 'context prod: source_profile names "nobody"'), ("a", "circle: a > b > a"),
                         ("c", "context prod: profile c has no credentials")):
        file.write_text(f'contexts: {{prod: {{role_arn: "{ROLE_ARN}", source_profile: {source}, region: eu-west-1}}}}\n')
        file.chmod(0o600)
        run = subprocess.run([seismo, "get", "jobs", "-c", str(file)], env=env, capture_output=True, text=True, timeout=60)
        assert run.returncode == 2 and says in run.stderr, run.stderr


CACHING = """
import sys, os, botocore.session
from botocore.utils import JSONFileCache
s = botocore.session.Session(profile=sys.argv[1])
role = s.get_component("credential_provider").get_provider("assume-role")
role.cache = JSONFileCache(os.path.expanduser("~/.aws/cli/cache"))
role._prompter = lambda text: "123456"
s.create_client("sts", region_name="eu-west-1").get_caller_identity()
"""


@pytest.mark.parametrize("more", ["", "role_session_name = me\nexternal_id = x/y", "duration_seconds = 1200",
                                  "mfa_serial = arn:aws:iam::1:mfa/me"])
def test_roles_of_the_clis_cache(forks, seismo, server, tmp_path, more):
    """What the AWS CLI took is used, MFA or not; nothing is asked of STS but who we are."""
    env = set_up(tmp_path, server, {"AWS_DEFAULT_REGION": "eu-west-1"}, role("r", "source_profile = a", more), keys("a", "A"))
    run = forks.run(CACHING, "r", env=env)
    assert run.returncode == 0, run.stderr
    file, = (tmp_path / ".aws/cli/cache").iterdir()
    cached = json.loads(file.read_text())
    cached["Credentials"]["AccessKeyId"] = "CACHED"
    file.write_text(json.dumps(cached))
    assert ours(seismo, server, env, "r")[0] == ("CACHED", "t")
    cached["Credentials"]["Expiration"] = "2020-01-01T00:00:00Z"
    file.write_text(json.dumps(cached))
    got, run = ours(seismo, server, env, "r")
    assert (got is None and "--mfa-code" in run.stderr) if "mfa" in more else got[0].startswith("r-by-A")
    file.write_text("{ half")
    assert (ours(seismo, server, env, "r")[0] is None) == ("mfa" in more)
    assert [f.name for f in (tmp_path / ".aws/cli/cache").iterdir()] == [file.name] and file.read_text() == "{ half"
