"""IAM Identity Center of the simulated region: unmodified botocore, its credential chain, and `seismo login`."""
import datetime
import hashlib
import json
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest

exceptions = pytest.importorskip("botocore.exceptions")
unsigned = pytest.importorskip("botocore").UNSIGNED
Config = pytest.importorskip("botocore.config").Config

DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
CONFIG = """[sso-session corp]
sso_region = us-east-1
sso_start_url = https://corp.example/start
sso_registration_scopes = sso:account:access
[profile dev]
sso_session = corp
sso_account_id = 111122223333
sso_role_name = Admin
region = us-east-1
"""
JUDGE = """
import botocore.session
print(botocore.session.Session(profile="dev").create_client("sts").get_caller_identity()["Arn"])
"""
REFRESHED = """
import botocore.session
from botocore.tokens import SSOTokenProvider
s = botocore.session.Session(profile="dev")
print(SSOTokenProvider(s, profile_name="dev").load_token().get_frozen_token().token)
"""


def client(sim, service):
    return sim.client(service, config=Config(signature_version=unsigned, retries={"total_max_attempts": 1}))


def code_of(call):
    with pytest.raises(exceptions.ClientError) as e:
        call()
    return e.value.response["Error"]["Code"]


def browse(url):
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status
    except urllib.error.HTTPError as e:
        return e.code


class Login:
    def __init__(self, sim, scopes=("sso:account:access",)):
        self.oidc = client(sim, "sso-oidc")
        more = {"scopes": list(scopes)} if scopes else {}
        got = self.oidc.register_client(clientName="test", clientType="public", **more)
        self.client = {k: got[k] for k in ("clientId", "clientSecret")}
        assert got["clientSecretExpiresAt"] > time.time() + 86400
        self.device = self.oidc.start_device_authorization(**self.client, startUrl="https://corp.example/start")

    def token(self, **more):
        return self.oidc.create_token(**{**self.client, "grantType": DEVICE, "deviceCode": self.device["deviceCode"], **more})

    def poll(self):
        time.sleep(self.device["interval"])
        return self.token()


def test_a_login_waits_for_the_browser_and_gives_keys_that_hold(sim):
    login = Login(sim)
    assert re.fullmatch("[A-Z2-7]{4}-[A-Z2-7]{4}", login.device["userCode"])
    assert login.device["verificationUriComplete"] == f"{sim.url}/_seismo/device?user_code={login.device['userCode']}"
    assert code_of(login.token) == "AuthorizationPendingException"
    assert code_of(login.token) == "SlowDownException"
    assert browse(login.device["verificationUriComplete"]) == 200
    assert browse(login.device["verificationUriComplete"]) == 404            # a code is good once
    token = login.poll()
    assert token["tokenType"] == "Bearer" and token["expiresIn"] == 28800 and token["refreshToken"]
    assert code_of(login.poll) == "InvalidGrantException"
    keys = client(sim, "sso").get_role_credentials(roleName="Admin", accountId="111122223333", accessToken=token["accessToken"])["roleCredentials"]
    assert 3500 < keys["expiration"] / 1000 - time.time() <= 3601
    who = sim.client("sts", aws_access_key_id=keys["accessKeyId"], aws_secret_access_key=keys["secretAccessKey"],
                     aws_session_token=keys["sessionToken"]).get_caller_identity()
    assert who["Account"] == "111122223333"
    assert re.fullmatch("arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_[0-9a-f]{16}/operator", who["Arn"])


def test_a_login_that_is_denied(sim):
    login = Login(sim)
    assert browse(login.device["verificationUriComplete"] + "&deny=1") == 200
    assert code_of(login.token) == "AccessDeniedException"


def test_a_refresh_token_is_good_once_and_needs_scopes(sim):
    login = Login(sim)
    browse(login.device["verificationUriComplete"])
    first = login.token()
    refresh = dict(login.client, grantType="refresh_token")
    second = login.oidc.create_token(**refresh, refreshToken=first["refreshToken"])
    assert second["accessToken"] != first["accessToken"] and second["refreshToken"] != first["refreshToken"]
    assert code_of(lambda: login.oidc.create_token(**refresh, refreshToken=first["refreshToken"])) == "InvalidGrantException"
    other = Login(sim)
    assert code_of(lambda: other.oidc.create_token(**dict(other.client, grantType="refresh_token"),
                                                   refreshToken=second["refreshToken"])) == "InvalidGrantException"
    without = Login(sim, scopes=())
    browse(without.device["verificationUriComplete"])
    assert "refreshToken" not in without.token()


def test_what_is_refused(sim):
    login, portal = Login(sim), client(sim, "sso")
    wrong = dict(login.client, clientSecret="x")
    assert code_of(lambda: login.oidc.start_device_authorization(**wrong, startUrl="https://a.example")) == "InvalidClientException"
    assert code_of(lambda: login.token(clientSecret="x")) == "InvalidClientException"
    assert code_of(lambda: login.oidc.start_device_authorization(**login.client, startUrl="nowhere")) == "InvalidRequestException"
    assert code_of(lambda: login.oidc.register_client(clientName="a", clientType="confidential")) == "InvalidClientMetadataException"
    assert code_of(lambda: login.token(grantType="password")) == "UnsupportedGrantTypeException"
    assert code_of(lambda: login.token(deviceCode="x")) == "InvalidGrantException"
    assert code_of(lambda: Login.token(Login(sim), deviceCode=login.device["deviceCode"])) == "InvalidGrantException"
    assert browse(f"{sim.url}/_seismo/device?user_code=AAAA-AAAA") == browse(f"{sim.url}/_seismo/device") == 404
    browse(login.device["verificationUriComplete"])
    token = login.token()["accessToken"]
    asked = dict(roleName="Admin", accountId="111122223333", accessToken=token)
    assert code_of(lambda: portal.get_role_credentials(**{**asked, "accessToken": "x"})) == "UnauthorizedException"
    assert code_of(lambda: portal.get_role_credentials(**{**asked, "accountId": "42"})) == "InvalidRequestException"
    assert code_of(lambda: portal.get_role_credentials(**{**asked, "roleName": "reader-denied"})) == "ForbiddenException"


def test_tokens_and_keys_expire(start_sim):
    sim = start_sim("--seed", "7", "--fault", "expire=1")
    login = Login(sim)
    browse(login.device["verificationUriComplete"])
    token = login.token()
    asked = dict(roleName="Admin", accountId="111122223333", accessToken=token["accessToken"])
    keys = client(sim, "sso").get_role_credentials(**asked)["roleCredentials"]
    assert token["expiresIn"] == 1
    time.sleep(1.2)
    assert code_of(lambda: client(sim, "sso").get_role_credentials(**asked)) == "UnauthorizedException"
    assert code_of(sim.client("sts", aws_access_key_id=keys["accessKeyId"], aws_secret_access_key=keys["secretAccessKey"],
                              aws_session_token=keys["sessionToken"]).get_caller_identity) == "ExpiredToken"


def cache(home):
    return home.path / ".aws/sso/cache" / (hashlib.sha1(b"corp").hexdigest() + ".json")


@pytest.fixture
def aws(home, sim):
    (home.path / ".aws/sso/cache").mkdir(parents=True)
    (home.path / ".aws/config").write_text(CONFIG)
    home.env |= {"AWS_ENDPOINT_URL": sim.url, "AWS_REGION": "us-east-1", "no_proxy": "*"}
    return home


def python(home, text):
    run = subprocess.run([sys.executable, "-c", text], env=home.env, capture_output=True, text=True, timeout=60)
    assert run.returncode == 0, run.stderr
    return run.stdout.strip()


def test_botocores_own_chain_gets_keys_and_renews_the_token(aws, sim):
    login = Login(sim)
    browse(login.device["verificationUriComplete"])
    token, now = login.token(), datetime.datetime.now(datetime.timezone.utc)

    def write(minutes):
        cache(aws).write_text(json.dumps({
            "accessToken": token["accessToken"], "refreshToken": token["refreshToken"], **login.client, "region": "us-east-1",
            "startUrl": "https://corp.example/start", "expiresAt": (now + datetime.timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "registrationExpiresAt": (now + datetime.timedelta(days=80)).strftime("%Y-%m-%dT%H:%M:%SZ")}))
    write(300)
    assert python(aws, JUDGE).startswith("arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_")
    write(5)
    fresh = python(aws, REFRESHED)
    assert fresh != token["accessToken"] and json.loads(cache(aws).read_text())["accessToken"] == fresh


def test_seismo_logs_in_and_botocore_agrees(aws, seismo):
    run = subprocess.Popen([seismo, "login", "--profile", "dev"], env=aws.env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    said = ""
    for line in run.stdout:
        said += line
        found = re.search(r"http://127\.0\.0\.1:\d+/_seismo/device\?user_code=[A-Z2-7]{4}-[A-Z2-7]{4}", said)
        if found:
            assert browse(found.group()) == 200
            break
    else:
        raise AssertionError(said)
    said += run.stdout.read()
    assert run.wait(30) == 0, said
    token = json.loads(cache(aws).read_text())
    assert token["accessToken"] not in said and token["refreshToken"] not in said
    assert python(aws, JUDGE).startswith("arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_")
