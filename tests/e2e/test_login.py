"""`seismo login`: the device flow of IAM Identity Center, and a cache that botocore and seismo share."""
import datetime
import hashlib
import json
import stat
import subprocess
import sys

import pytest

from sso_server import CONFIG, DENIED, EXPIRED, PENDING, SLOW_DOWN, SsoServer

SCOPES = ["sso:account:access", "codewhisperer:conversations"]


@pytest.fixture
def server():
    s = SsoServer()
    yield s
    s.shutdown()
    s.server_close()


@pytest.fixture
def aws(home, server):
    (home.path / ".aws").mkdir()
    (home.path / ".aws/config").write_text(CONFIG)
    home.env |= {"AWS_ENDPOINT_URL": server.url, "AWS_MAX_ATTEMPTS": "1", "AWS_REGION": "eu-west-1", "no_proxy": "*"}
    return home


def cache(home, key):
    return home.path / ".aws/sso/cache" / (hashlib.sha1(key.encode()).hexdigest() + ".json")


def registration(home, url, session, scopes):
    """Named as the AWS CLI does."""
    return cache(home, json.dumps({"tool": "botocore", "startUrl": url, "region": "eu-west-1", "scopes": scopes,
                                   "session_name": session}, sort_keys=True))


def login(home, profile, code=0):
    run = home.run("login", "--profile", profile)
    assert run.returncode == code, run.stderr.decode()
    for secret in ("access-secret", "refresh-secret", "client-secret", "device-1"):
        assert secret not in run.stdout.decode() + run.stderr.decode()
    return (run.stdout if code == 0 else run.stderr).decode()


JUDGE = """
import sys, botocore.session
s = botocore.session.Session(profile=sys.argv[1])
s.create_client("sts", region_name="eu-west-1").get_caller_identity()
"""
TOKEN = """
import sys, botocore.session
from botocore.tokens import SSOTokenProvider
s = botocore.session.Session(profile=sys.argv[1])
print(SSOTokenProvider(s, profile_name=sys.argv[1]).load_token().get_frozen_token().token)
"""


def botocore(home, script, profile):
    run = subprocess.run([sys.executable, "-c", script, profile], env=home.env, capture_output=True, text=True, timeout=60)
    assert run.returncode == 0, run.stderr
    return run.stdout.strip()


def test_login_waits_as_it_is_told(aws, server):
    server.script = [PENDING, SLOW_DOWN, PENDING]
    said = login(aws, "dev")
    assert "https://device.sso.test/\n" in said and "ABCD-0001" in said and "https://device.sso.test/?user_code=ABCD-0001" in said
    assert "Logged in to corp until 20" in said
    gaps = [b - a for a, b in zip(server.polls, server.polls[1:])]
    assert len(gaps) == 3 and 0.9 <= gaps[0] < 4 and 5.9 <= gaps[1] < 9 and 5.9 <= gaps[2] < 9        # slow_down: 5 s more from then on
    register = next(body for path, body in server.seen if path == "/client/register")
    assert register == {"clientName": "seismo-corp", "clientType": "public", "scopes": SCOPES}


@pytest.mark.parametrize("profile,key,url,session,scopes,key_id", [
    ("dev", "corp", "https://corp.example/start", "corp", SCOPES, "ASIAADMIN"),
    ("umlaut", "bärlin", "https://corp.example/start", "bärlin", None, "ASIAADMIN"),
    ("old", "https://old.example/start", "https://old.example/start", None, None, "ASIAREADER")])
def test_botocore_uses_what_we_wrote(aws, server, profile, key, url, session, scopes, key_id):
    login(aws, profile)
    file, client = cache(aws, key), registration(aws, url, session, scopes)
    for f in (file, client):
        assert stat.S_IMODE(f.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    token, reg = json.loads(file.read_text()), json.loads(client.read_text())
    assert list(token) == ["startUrl", "region", "accessToken", "expiresAt", "clientId", "clientSecret", "registrationExpiresAt",
                           "refreshToken"]
    assert token["startUrl"] == url and token["region"] == "eu-west-1" and token["accessToken"] == server.tokens[0]
    assert reg == {"clientId": token["clientId"], "clientSecret": token["clientSecret"], "expiresAt": token["registrationExpiresAt"],
                   **({"scopes": scopes} if scopes else {})}
    datetime.datetime.strptime(token["expiresAt"], "%Y-%m-%dT%H:%M:%SZ")
    assert {f.name for f in file.parent.iterdir()} == {file.name, client.name}          # no half-written ones left
    botocore(aws, JUDGE, profile)
    assert server.signers == [key_id]
    aws.run("get", "jobs", "--profile", profile)
    assert server.signers[1] == key_id
    login(aws, profile)
    assert len(server.clients) == 1 and len(server.tokens) == 2                         # the registration is used again


def test_each_renews_what_the_other_wrote(aws, server):
    login(aws, "dev")
    file = cache(aws, "corp")

    def ends_soon():
        token = json.loads(file.read_text())
        end = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=5)
        token["expiresAt"] = end.strftime("%Y-%m-%dT%H:%M:%SZ")
        file.write_text(json.dumps(token))

    ends_soon()
    assert botocore(aws, TOKEN, "dev") == "access-secret-2"
    botocore_wrote = json.loads(file.read_text())
    assert botocore_wrote["accessToken"] == "access-secret-2"
    aws.run("get", "jobs", "--profile", "dev")                                          # and we use what it wrote
    assert server.seen[-1] == ("portal", "access-secret-2") and server.signers[0] == "ASIAADMIN"
    ends_soon()
    aws.run("get", "jobs", "--profile", "dev")
    assert server.seen[-1] == ("portal", "access-secret-3")
    we_wrote = json.loads(file.read_text())
    assert set(we_wrote) == set(botocore_wrote) and we_wrote["refreshToken"] == "refresh-secret-3"
    assert botocore(aws, TOKEN, "dev") == "access-secret-3"


def test_a_token_of_the_browser_flow_is_renewed_too(aws, server):
    """The CLI writes the same members after an authorization code; its registration is not one for devices."""
    server.clients["cli"] = "cli-secret"
    server.refresh.append("refresh-of-the-cli")
    folder = cache(aws, "corp").parent
    folder.mkdir(parents=True)
    cache(aws, "corp").write_text(json.dumps({
        "startUrl": "https://corp.example/start", "region": "eu-west-1", "accessToken": "dead", "expiresAt": "2020-01-01T00:00:00Z",
        "clientId": "cli", "clientSecret": "cli-secret", "registrationExpiresAt": "2099-01-01T00:00:00Z",
        "refreshToken": "refresh-of-the-cli"}))
    aws.run("get", "jobs", "--profile", "dev")
    assert server.signers[0] == "ASIAADMIN" and server.seen[-1] == ("portal", "access-secret-1")
    registration(aws, "https://corp.example/start", "corp", SCOPES).write_text(json.dumps({
        "clientId": "cli", "clientSecret": "cli-secret", "expiresAt": "2099-01-01T00:00:00Z", "scopes": SCOPES,
        "grantTypes": ["authorization_code", "refresh_token"]}))
    login(aws, "dev")
    assert "client-2" in server.clients


def test_a_registration_that_the_service_forgot(aws, server):
    login(aws, "dev")
    server.clients.clear()
    server.clients["someone"] = "else"
    login(aws, "dev")
    assert "client-2" in server.clients


def test_a_role_logs_in_where_its_source_does(aws, server):
    assert "Logged in to corp" in login(aws, "over")


@pytest.mark.parametrize("script,says", [
    ([EXPIRED], "the login code has ended before it was confirmed"), ([DENIED], "the login was refused in the browser"),
    ([("InvalidGrantException", "invalid_grant")], "SSO OIDC CreateToken")])
def test_a_login_that_fails(aws, server, script, says):
    server.script = script
    assert says in login(aws, "dev", 1)
    assert not cache(aws, "corp").exists()


def test_a_code_that_nobody_confirms(aws, server):
    server.otherwise, server.code_s = PENDING, 2
    assert "the login code has ended" in login(aws, "dev", 1)


def test_a_login_in_another_window_counts(aws, server):
    server.otherwise = PENDING
    run = subprocess.Popen([aws.binary, "login", "--profile", "dev"], env=aws.env, stdout=subprocess.PIPE, text=True)
    while "Waiting" not in run.stdout.readline():
        assert run.poll() is None
    cache(aws, "corp").write_text(json.dumps({"accessToken": "elsewhere", "expiresAt": "2099-01-01T00:00:00Z"}))
    assert run.wait(20) == 0 and "Logged in to corp until 2099-01-01T00:00Z" in run.stdout.read()
    assert json.loads(cache(aws, "corp").read_text())["accessToken"] == "elsewhere"


def test_nothing_to_log_in_to(aws, server):
    assert "profile plain has no SSO login (its keys: keys of the shared files)" in login(aws, "plain", 2)
    assert 'there is no AWS profile "none"' in login(aws, "none", 2)
    assert not server.seen


def test_without_a_login_the_commands_say_what_to_run(aws, server):
    run = aws.run("get", "jobs", "--profile", "dev")
    assert run.returncode and b"nobody has logged in to SSO yet; run `seismo login --profile dev`" in run.stderr
