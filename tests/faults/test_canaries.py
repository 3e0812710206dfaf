"""Secrets: forty canaries go through every source of credentials, every fault and every kind of ending, and no byte that the
program writes holds one of them: not as it is, not in base64, hexadecimal or URL encoding, not in part.

A canary's heart is sixteen letters and digits that stand nowhere else; whoever writes even a piece of the secret around it
writes that. What is searched: stdout, stderr, every byte sent to the terminal, every file below the home and the temporary
folder (but those that the test wrote itself), what a child of the program got as arguments and environment."""
import base64
import concurrent.futures
import hashlib
import json
import os
import pathlib
import random
import re
import signal
import subprocess
import time
import urllib.parse

import pytest

import servers
from conftest import clean_env
from servers import Server, answering, reply, tls_context

pytest_plugins = ["faultkit"]
FAR = "2099-01-01T00:00:00Z"
ACCOUNT, ROLE = "111122223333", "arn:aws:iam::111122223333:role/fleet"
NAMES = ["env secret", "env token", "other env secret", "file secret", "file token", "config secret", "source secret",
         "role secret", "role token", "external id", "web token", "web secret", "web session", "sso access", "sso refresh",
         "sso client secret", "sso registration", "sso new access", "sso new refresh", "sso secret", "sso token",
         "container auth", "container secret", "container token", "imds token", "imds secret", "imds session",
         "process secret", "process token", "login secret", "login token", "login refresh", "bearer", "proxy password",
         "url password", "profile url password", "item value", "config webhook", "config key", "error echo"]
MFA_CODE = "71940263"


class Canaries(dict):
    """name -> secret. All different, the same in every run."""

    def __init__(self):
        rng = random.Random(40)
        letters = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789"
        pick = lambda n: "".join(rng.choice(letters) for _ in range(n))
        for name in NAMES:
            self[name] = f"{pick(6)}/+{pick(16)}/+{pick(14)}"
        self.hearts = {name: value[8:24] for name, value in self.items()}
        self.forms = {}
        for name, heart in self.hearts.items():
            raw = heart.encode()
            self.forms[raw.lower()] = name
            self.forms[raw.hex().encode()] = name
            for shift in range(3):      # wherever it stands in what is encoded; the edges depend on the neighbours
                whole = base64.b64encode(b"\0" * shift + raw)
                self.forms[whole[2 + shift * 2:18].lower()] = name
        self.forms[MFA_CODE.encode()] = "code of the MFA device"
        self.search = re.compile(b"|".join(re.escape(f) for f in self.forms))

    def found(self, data):
        """Names of the canaries in these bytes."""
        plain = urllib.parse.unquote_to_bytes(data) if b"%" in data else data
        return {self.forms[hit] for text in (data.lower(), plain.lower()) for hit in self.search.findall(text)}


C = Canaries()


def test_the_search_finds_them():
    assert len(C) >= 40 == len(NAMES)
    for name, value in C.items():
        for form in (value, value.lower(), urllib.parse.quote(value, safe=""), value.encode().hex(), value.encode().hex().upper(),
                     "".join(f"%{b:02X}" for b in value.encode()), value[5:30]):
            assert C.found(f"x{form}y".encode()) == {name}, form
        for before in ("", "a", "ab", "abc"):
            assert C.found(b"x " + base64.b64encode((before + value + "tail").encode()) + b" y") == {name}
            assert C.found(base64.urlsafe_b64encode((before + value).encode())) == {name}
    assert C.found(b"nothing of the kind" * 100) == set()


# --- what plays AWS ----------------------------------------------------------------------------------------------

def keys_of(kind):
    """What the endpoint of one kind of credentials gives."""
    sts = lambda action, who: (f"<{action}Response><{action}Result><Credentials><AccessKeyId>ASIAEXAMPLE</AccessKeyId><SecretAccessKey>"
                               f"{C[who + ' secret']}</SecretAccessKey><SessionToken>{C['role token' if who == 'role' else 'web session']}"
                               f"</SessionToken><Expiration>{FAR}</Expiration></Credentials></{action}Result></{action}Response>")
    return {
        "AssumeRole": lambda: sts("AssumeRole", "role"), "AssumeRoleWithWebIdentity": lambda: sts("AssumeRoleWithWebIdentity", "web"),
        "portal": lambda: json.dumps({"roleCredentials": {"accessKeyId": "ASIASSO", "secretAccessKey": C["sso secret"],
                                                          "sessionToken": C["sso token"], "expiration": 4070908800000}}),
        "token": lambda: json.dumps({"accessToken": C["sso new access"], "refreshToken": C["sso new refresh"], "expiresIn": 28800,
                                     "tokenType": "Bearer"}),
        "container": lambda: json.dumps({"AccessKeyId": "ASIACONTAINER", "SecretAccessKey": C["container secret"],
                                         "Token": C["container token"], "Expiration": FAR}),
        "imds": lambda: json.dumps({"Code": "Success", "AccessKeyId": "ASIAIMDS", "SecretAccessKey": C["imds secret"],
                                    "Token": C["imds session"], "Expiration": FAR}),
    }[kind]()


def item():
    """A job with attributes that the program does not know."""
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    return {"jobId": {"S": "job-1"}, "status": {"S": "succeeded"}, "tenantId": {"S": "acme"}, "startedAt": {"S": now},
            "updatedAt": {"S": now}, "costMicroUsd": {"N": "5"}, "apiKey": {"S": C["item value"]},
            "config": {"M": {"password": {"S": C["item value"]}}}}


def route():
    """An agent's pointer, with attributes that nobody asked for."""
    return {**item(), "agentId": {"S": "writer"}, "version": {"S": "#route"}, "rev": {"N": "3"},
            "routes": {"L": [{"M": {"version": {"S": "2"}, "weight": {"N": "100"}}}]}}


def good(rq):
    target, path = rq.headers.get("x-amz-target", ""), urllib.parse.urlsplit(rq.target).path
    action = dict(urllib.parse.parse_qsl(rq.body.decode("latin-1"))).get("Action", "")
    if path == "/federation/credentials":
        return reply(keys_of("portal").encode())
    if path == "/token":
        return reply(keys_of("token").encode())
    if path == "/container":
        return reply(keys_of("container").encode())
    if path == "/latest/api/token":
        return reply(C["imds token"].encode(), kind="text/plain")
    if path.endswith("/security-credentials/"):
        return reply(b"fleet", kind="text/plain")
    if path.startswith("/latest/"):
        return reply(keys_of("imds").encode())
    if action.startswith("AssumeRole"):
        return reply(keys_of(action).encode(), kind="text/xml")
    if action == "GetCallerIdentity":
        return reply(servers.IDENTITY, kind="text/xml")
    if target.endswith("GetItem"):
        return reply(json.dumps({"Item": route()}).encode())
    if "DynamoDB" in target:
        return reply(json.dumps({"Items": [item()], "Count": 1, "ScannedCount": 1}).encode())
    if "Logs" in target:
        return reply(b'{"events":[]}')
    return reply(b"{}")


def fetches_keys(rq):
    return rq.target != "/" or b"Action=AssumeRole" in rq.body


def echo(rq):
    """All that was sent, as a message of an error: services do show the canonical request that they computed."""
    sent = "\n".join(f"{k}:{v}" for k, v in rq.headers.items()) + "\n" + rq.body.decode("latin-1")
    return sent.replace("\\", "").replace('"', "'")


def error(status, code):
    def answer(rq):
        text = echo(rq)
        if b"Action=" in rq.body:
            safe = text.replace("&", "&amp;").replace("<", "&lt;")
            return reply(f"<ErrorResponse><Error><Code>{code}</Code><Message>{safe}</Message></Error></ErrorResponse>".encode(),
                         status, "text/xml")
        return reply(json.dumps({"__type": code, "message": text, "error": code, "error_description": text}).encode(), status)
    return answer


def torn(rq):
    whole = good(rq)
    head, _, body = whole.partition(b"\r\n\r\n")
    return servers.Last(re.sub(rb"Content-Length: \d+", b"Content-Length: 100000", head) + b"\r\n\r\n" + body[:len(body) * 3 // 4])


def misshapen(rq):
    body = good(rq).partition(b"\r\n\r\n")[2]
    return reply(re.sub(rb'"((?:\w*[kK]ey\w*|\w*[tT]oken)")\s*:\s*("[^"]*")', rb'"\1:[\2]', body).replace(b"Expiration", b"Ends"))


FAULTS = {
    "well": good,
    "denied": error("403 Forbidden", "AccessDeniedException"),
    "wrong signature": error("403 Forbidden", "InvalidSignatureException"),
    "expired": error("400 Bad Request", "ExpiredTokenException"),
    "not valid": error("400 Bad Request", "ValidationException"),
    "unheard of": error("400 Bad Request", "FrobnicatedException"),
    "unauthorized": error("401 Unauthorized", "UnauthorizedException"),
    "inside": error("500 Internal Server Error", "InternalServerError"),
    "garbage": lambda rq: reply(b"\x00\xffnot what was asked for: " + good(rq).partition(b"\r\n\r\n")[2]),
    "misshapen": misshapen,
    "torn": torn,
    "web page": lambda rq: reply(b"<html><title>" + echo(rq).encode() + b"</title></html>", "200 OK", "text/html"),
    "gateway": lambda rq: reply(b"<html>" + echo(rq).encode(), "502 Bad Gateway", "text/html"),
    "hangs up": lambda rq: None,
    "redirected": lambda rq: reply(b"", "307 Temporary Redirect", more=["Location: https://elsewhere.example/?" + C["error echo"]]),
}
SILENT = {"never answers, then SIGTERM": signal.SIGTERM, "never answers, then SIGABRT": signal.SIGABRT}


# --- where credentials come from ---------------------------------------------------------------------------------

PROCESS = """#!/bin/sh
env > {out}/environment
tr '\\0' ' ' < /proc/$PPID/cmdline > {out}/parent
cat {home}/answer.json
"""


class Source:
    """Environment, files and arguments that lead to one kind of credentials."""

    def __init__(self, env=(), config="", credentials="", files=(), args=("get", "jobs", "-o", "json"), faults=None):
        self.env, self.config, self.credentials, self.files = dict(env), config, credentials, dict(files)
        self.args, self.faults = args, faults


def keyed(section, who, more=""):
    return f"[{section}]\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = {C[who + ' secret']}\n{more}\n"


def sso_cache(hours):
    ends = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + hours * 3600))
    return json.dumps({"accessToken": C["sso access"], "refreshToken": C["sso refresh"], "clientId": "client",
                       "clientSecret": C["sso client secret"], "registrationExpiresAt": FAR, "expiresAt": ends,
                       "region": "eu-west-1", "startUrl": "https://corp", "registration": C["sso registration"]})


SSO = ("[sso-session corp]\nsso_region = eu-west-1\nsso_start_url = https://corp\nsso_registration_scopes = sso:account:access\n"
       f"[profile default]\nsso_session = corp\nsso_account_id = {ACCOUNT}\nsso_role_name = Admin\n")
CACHE = f".aws/sso/cache/{hashlib.sha1(b'corp').hexdigest()}.json"
LOGIN = f".aws/login/cache/{hashlib.sha256(b'arn:aws:iam::1:user/x').hexdigest()}.json"
ENV = {"AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": C["env secret"], "AWS_SESSION_TOKEN": C["env token"]}

FEW = ["well", "not valid", "misshapen", "torn"]

SOURCES = {
    "environment": Source(ENV),
    "shared files": Source(credentials=keyed("default", "file", f"aws_session_token = {C['file token']}"),
                           config=keyed("profile other", "config")),
    "profile before the environment": Source({**ENV, "AWS_SECRET_ACCESS_KEY": C["other env secret"]}, faults=FEW,
                                             credentials=keyed("a", "file"), args=("get", "jobs", "--profile", "a")),
    "role": Source(credentials=keyed("a", "source"), config=f"[default]\nrole_arn = {ROLE}\nsource_profile = a\n"
                   f"external_id = {C['external id']}\n"),
    "role with a code": Source(credentials=keyed("a", "source"), config=f"[default]\nrole_arn = {ROLE}\nsource_profile = a\n"
                               "mfa_serial = arn:aws:iam::111122223333:mfa/phone\n",
                               args=("get", "jobs", "--mfa-code", MFA_CODE)),
    "web identity": Source({"AWS_WEB_IDENTITY_TOKEN_FILE": "{home}/web", "AWS_ROLE_ARN": ROLE}, files={"web": C["web token"]}),
    "sso": Source(config=SSO, files={CACHE: sso_cache(8)}),
    "sso renewed": Source(config=SSO, files={CACHE: sso_cache(-1)}),
    "container": Source({"AWS_CONTAINER_CREDENTIALS_FULL_URI": "{url}/container", "AWS_CONTAINER_AUTHORIZATION_TOKEN": C["container auth"]}),
    "instance": Source({"AWS_EC2_METADATA_DISABLED": "false", "AWS_EC2_METADATA_SERVICE_ENDPOINT": "{url}"}),
    "process": Source(config="[default]\ncredential_process = {home}/process\n", files={
        "process": PROCESS, "answer.json": json.dumps({"Version": 1, "AccessKeyId": "ASIAPROCESS", "SecretAccessKey": C["process secret"],
                                                       "SessionToken": C["process token"], "Expiration": FAR})}),
    "process that says garbage": Source(config="[default]\ncredential_process = {home}/process\n", files={
        "process": PROCESS, "answer.json": f'{{"Version": 1, "SecretAccessKey": "{C["process secret"]}", "SessionToken": {C["process token"]}'}),
    "process with wrong types": Source(config="[default]\ncredential_process = {home}/process\n", files={
        "process": PROCESS, "answer.json": json.dumps({"Version": 1, "AccessKeyId": "A", "SecretAccessKey": [C["process secret"]],
                                                       "SessionToken": C["process token"]})}),
    "login": Source(config="[default]\nlogin_session = arn:aws:iam::1:user/x\n", files={LOGIN: json.dumps(
        {"accessToken": {"accessKeyId": "ASIALOGIN", "secretAccessKey": C["login secret"], "sessionToken": C["login token"],
                         "accountId": "1", "expiresAt": FAR}, "refreshToken": C["login refresh"]})}),
    "bearer": Source({"AWS_BEARER_TOKEN_BEDROCK": C["bearer"]}, args=("chat", "--once", "hello", "--model", "a.b")),
    "bad key pair": Source(credentials=f"[default]\naws_secret_access_key = {C['file secret']}\n"),
    "key with a blank": Source({**ENV, "AWS_SESSION_TOKEN": C["env token"] + "\x01x"}),
    "broken file": Source(credentials=f"[default]\naws_access_key_id = A\naws_secret_access_key {C['file secret']}\n= {C['file token']}\n"),
    "broken cache": Source(config=SSO, files={CACHE: sso_cache(8)[:-40]}),
    "web token with a line end": Source({"AWS_WEB_IDENTITY_TOKEN_FILE": "{home}/web", "AWS_ROLE_ARN": ROLE},
                                        files={"web": C["web token"] + "\r\nx: y"}),
    "container token with a line end": Source({"AWS_CONTAINER_CREDENTIALS_FULL_URI": "{url}/container",
                                               "AWS_CONTAINER_AUTHORIZATION_TOKEN": C["container auth"] + "\nx"}),
    "info": Source(ENV, args=("info",), faults=FEW),
    "once": Source(ENV, args=("once",), faults=FEW),
    "cost": Source(ENV, args=("get", "cost", "-o", "csv"), faults=FEW),
    "agents": Source(ENV, args=("get", "agents"), faults=FEW),
    "metrics": Source(ENV, args=("get", "metrics"), faults=FEW),
    # The journal, the audit file and the table's items of a move.
    "rollback": Source(ENV, args=("rollback", "writer", "--pointer", "route", "--from", "2", "--to", "1", "--write", "--yes", "--reason", "r"),
                       faults=[*FEW, "denied", "inside", "web page", "hangs up"]),
    "pause": Source(ENV, args=("pause", "writer", "--pointer", "route", "--write", "--yes", "--reason", "r"), faults=[*FEW, "denied", "hangs up"]),
    "approve": Source(ENV, args=("approve", "writer", "1", "--write", "--yes", "--reason", "r"), faults=[*FEW, "denied"]),
    "stop": Source(ENV, args=("stop", "writer", "--rung", "pause-ab", "--write", "--yes", "--reason", "r"), faults=[*FEW, "denied"]),
    "setup": Source(ENV, args=("setup", "--write", "--yes", "--reason", "r"), faults=[*FEW, "denied"]),
    "op": Source(ENV, args=("op", "resolve", "0f8e6f0e-1111-4222-8333-944455556666", "--write", "--yes", "--reason", "r"), faults=FEW),
    "template": Source(ENV, args=("template", "verify", "../home/offer", "--key", "alias/k", "--agent", "a", "--environment", "e"),
                       faults=[*FEW, "denied", "web page"], files={"offer": "text", "offer.seal.json": json.dumps(
                           {"id": "o", "version": "1", "agent": "a", "environment": "e", "sha256": hashlib.sha256(b"text").hexdigest(),
                            "key": "k", "signature": "AAAA"})}),
}
URLS = {f"url {n}": Source({**ENV, "AWS_ENDPOINT_URL": u}, faults=["well"]) for n, u in enumerate([
    f"https://user:{urllib.parse.quote(C['url password'], safe='')}@localhost:1/", f"http://{C['url password']}@127.0.0.1:1",
    f"https://evil.example/?token={C['url password']}", f"user:{C['url password']}@localhost", f"https://:{C['url password']}@"])}
URLS |= {
    "url option": Source(ENV, faults=["well"], args=("get", "jobs", "--endpoint-url", f"https://u:{C['url password']}@localhost")),
    "url in the profile": Source(credentials=keyed("default", "file"), faults=["well"],
                                 config=f"[default]\nendpoint_url = https://u:{C['profile url password']}@localhost\n"),
    "url in the context": Source(ENV, faults=["well"], files={".config/seismo/config.yaml":
        f"contexts: {{a: {{region: us-east-1, endpoint_url: 'https://u:{C['url password']}@localhost'}}}}\n"}),
    "secrets in the configuration": Source(ENV, faults=["well"], args=("config", "check"), files={".config/seismo/config.yaml":
        f"slack_webhook: https://hooks.slack.com/services/{C['config webhook']}\naws_secret_access_key: {C['config key']}: x\n"}),
    "secret in an unknown key": Source(ENV, faults=["well"], args=("config", "check"), files={".config/seismo/config.yaml":
        f"api_token: {C['config key']}\n"}),
}


# --- one run -----------------------------------------------------------------------------------------------------

class Run:
    """A home with what a source needs, and where the program may leave traces."""

    def __init__(self, folder, source, url):
        self.home, self.out, self.tmp = folder / "home", folder / "out", folder / "tmp"
        for path in (self.home, self.out, self.tmp):
            path.mkdir(parents=True)
        self.fill = lambda text: text.replace("{home}", str(self.home)).replace("{url}", url).replace("{out}", str(self.out))
        self.written = {}
        for name, text in {".aws/config": source.config, ".aws/credentials": source.credentials, **source.files}.items():
            path = self.home / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(self.fill(text))
            path.chmod(0o700 if text == PROCESS else 0o600)
            self.written[path] = path.read_bytes()
        self.env = {**clean_env(), "HOME": str(self.home), "TMPDIR": str(self.tmp), "AWS_REGION": "us-east-1", "AWS_MAX_ATTEMPTS": "1",
                    "AWS_ENDPOINT_URL": url, **{k: self.fill(v) for k, v in source.env.items()}}

    def leaks(self, *said):
        """(where, which) of every canary that came out, and of every file that others may read."""
        found = [("output", sorted(C.found(data))) for data in said if C.found(data)]
        for path in [p for top in (self.home, self.tmp, self.out) for p in top.rglob("*") if p.is_file()]:
            data = path.read_bytes()
            ours = self.out not in path.parents
            if ours and path not in self.written and path.stat().st_mode & 0o077:
                found.append((str(path), f"mode {path.stat().st_mode & 0o777:o}"))
            # The CLI's own cache of tokens is where a renewed one belongs.
            if self.written.get(path) == data or ".aws/sso/cache" in str(path):
                if ours and path.stat().st_mode & 0o077:
                    found.append((str(path), f"mode {path.stat().st_mode & 0o777:o}"))
                continue
            if path.name == "environment":
                given = {k: v for k, v in self.env.items()}
                lines = dict(line.split("=", 1) for line in data.decode().splitlines() if "=" in line)
                new = {k for k in lines if given.get(k) != lines[k]} - {"PWD", "_", "SHLVL", "OLDPWD", "UV_THREADPOOL_SIZE", "ASAN_OPTIONS"}
                found += [("the child's environment", sorted(new))] * bool(new)
            elif C.found(data):
                found.append((str(path.relative_to(self.home.parent)), sorted(C.found(data))))
        if (cores := list(self.home.rglob("core*"))) and any(p.is_file() for p in cores):
            found.append(("a core file", cores))
        return found

    def run(self, seismo, source, kill=None):
        with subprocess.Popen([seismo, *source.args], env=self.env, cwd=self.tmp, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE) as p:
            if kill:
                time.sleep(0.5)
                p.send_signal(kill)
            out, err = p.communicate(timeout=100)
        return p.returncode, out, err


def judge(folder, seismo, source, fault, only_keys):
    """One source meets one fault: where its keys come from, or everywhere."""
    bad = FAULTS.get(fault)
    stop = []

    def make(rq):
        if only_keys and not fetches_keys(rq):
            return good(rq)
        if bad:
            return bad(rq)
        while not stop:
            time.sleep(0.05)
        return None
    s = Server(answering(make))
    try:
        run = Run(folder, source, s.url)
        code, out, err = run.run(seismo, source, SILENT.get(fault))
    finally:
        stop.append(1)
        s.stop()
    leaks = run.leaks(out, err)
    secret_keys = [n for n in C if n.endswith("secret") and n != "sso client secret"]
    sent = set().union(*(C.found("\n".join(rq.headers.values()).encode() + rq.body) for rq in s.requests)) if s.requests else set()
    leaks += [("on the wire", sorted(sent & set(secret_keys)))] * bool(sent & set(secret_keys))
    return [(fault, code, where, what, err[:300]) for where, what in leaks], code


@pytest.mark.parametrize("name", [*SOURCES, *URLS])
def test_canaries_in_each_source(seismo, tmp_path, name):
    """Every fault, first only where the keys come from, then everywhere."""
    source = {**SOURCES, **URLS}[name]
    cases = [(fault, only) for fault in source.faults or [*FAULTS, *SILENT] for only in (True, False)]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        done = list(pool.map(lambda c: judge(tmp_path / f"{c[0]}-{c[1]}", seismo, source, *c), cases))
    assert not [leak for leaks, _ in done for leak in leaks]
    if name in ("environment", "shared files", "role", "web identity", "sso", "sso renewed", "container", "instance", "process", "login"):
        assert done[0][1] == 0, "the canary never got as far as a signature"


def test_canaries_behind_a_proxy(seismo, tmp_path, authority):
    """The proxy's password: with its tunnel, without, and when the proxy answers itself."""
    aws = Server(answering(good), tls_context(authority.leaf("aws", hosts=["*.us-east-1.amazonaws.com"])))
    login = "Basic " + base64.b64encode(f"fleet:{C['proxy password']}".encode()).decode()
    page = reply(b"<html>" + C["proxy password"].encode(), "403 Forbidden", "text/html")
    proxies = {"well": servers.tunnel(aws.port, login), "wants another": servers.tunnel(aws.port, "Basic x"),
               "answers itself": answering(lambda rq: page), "hangs up": lambda server, s: server.read(s)}
    try:
        for name, serve in proxies.items():
            proxy = Server(serve)
            password = urllib.parse.quote(C["proxy password"], safe="")
            source = Source({**ENV, "AWS_ENDPOINT_URL": "", "AWS_CA_BUNDLE": authority.pem,
                             "HTTPS_PROXY": f"http://fleet:{password}@127.0.0.1:{proxy.port}"})
            run = Run(tmp_path / name, source, "")
            code, out, err = run.run(seismo, source)
            proxy.stop()
            assert not run.leaks(out, err), (name, err)
            assert (code == 0) == (name == "well"), (name, err)
            assert proxy.requests
    finally:
        aws.stop()


# --- the console -------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("name", ["environment", "role", "sso renewed", "process", "container"])
@pytest.mark.parametrize("ending", ["leaves", signal.SIGTERM, signal.SIGABRT, signal.SIGSEGV])
def test_canaries_in_the_console(seismo, console, tmp_path, name, ending):
    """Every view, help, filter and command line; then an end, also a sudden one: no core, no secret in what is said of it."""
    s = Server(answering(good))
    source = SOURCES[name]
    run = Run(tmp_path / "run", source, s.url)
    try:
        # How it ends is the program's own business, not that of a sanitizer it may have been built with.
        c = console(argv=[seismo], env={**run.env, "HOME": str(run.home), "ASAN_OPTIONS": "handle_segv=0"}, size=(120, 40))
        c.wait_for("jobs / min", 10)
        c.wait_for(lambda text: ACCOUNT in text or s.requests, 10)
        c.send("1", "2", "enter", "esc", "3", "?", "esc", ":", "n", "o", "p", "e", "enter", "/", "a", "enter", "esc")
        limits = pathlib.Path(f"/proc/{c.process.pid}/limits").read_text()
        assert re.search(r"Max core file size\s+0\s+0", limits)
        assert not C.found(pathlib.Path(f"/proc/{c.process.pid}/cmdline").read_bytes())
        if ending == "leaves":
            c.send("Q")
        else:
            c.process.send_signal(ending)
        code = c.wait_exit(10)
        assert code == {"leaves": 0, signal.SIGTERM: 128 + signal.SIGTERM}.get(ending, -int(ending) if ending != "leaves" else 0)
        assert c.left_clean()
        assert not run.leaks(bytes(c.raw), c.text().encode())
    finally:
        s.stop()


def test_canaries_in_the_console_under_faults(seismo, console, tmp_path):
    """The faults change while it runs."""
    now = {"fault": "well"}
    s = Server(answering(lambda rq: FAULTS[now["fault"]](rq)))
    run = Run(tmp_path / "run", SOURCES["environment"], s.url)
    try:
        c = console(argv=[seismo], env=run.env, size=(160, 50))
        c.wait_for("jobs / min", 10)
        for fault in FAULTS:
            now["fault"] = fault
            c.send("ctrl-l", "1")
            os.write(c.master, b"\x12")             # ctrl-r: ask again now
            c.pump(0.3)
        c.send("Q")
        assert c.wait_exit(10) == 0
        assert not run.leaks(bytes(c.raw))
    finally:
        s.stop()
